# SPDX-License-Identifier: ISC
"""Quotas and limits of size: an upload over them is 552 with the reason, and nothing of it passes for a file."""

import contextlib
import os
import resource
import shutil
import subprocess

import pytest

from lib.tree import OWNER

MEBIBYTE = 1 << 20
WRITER = ("--user", "alice", "--password-file", "PASSWORD_FILE", "--write", "--set", "partial=discard")
OLD = b"the old content\n"


@pytest.fixture
def own(launch):
    return launch(*WRITER)


def upload(session, name, size=4 * MEBIBYTE):
    with session.transfer(f"STOR {name}") as data, contextlib.suppress(ConnectionError):
        data.sendall(b"x" * size)
    return session.expect(552)


def check(session, folder, path, word):
    """Over the limit is refused and leaves what was there; below it all works, in the same session."""
    session.put(f"STOR {path}/file", OLD)
    for name in ("file", "fresh"):
        assert word in upload(session, f"{path}/{name}").text
    assert os.listdir(folder) == ["file"]
    assert session.fetch(f"RETR {path}/file") == OLD


@pytest.fixture
def quota(own):
    """A folder of the tree with a quota of one megabyte."""
    if not shutil.which("mkfs.btrfs"):
        pytest.skip("mkfs.btrfs is missing")
    folder, image = own.tree.mkdir("quota"), own.work / "disk"
    with image.open("wb") as disk:
        disk.truncate(256 * MEBIBYTE)
    made = subprocess.run(["mkfs.btrfs", "-q", image], capture_output=True, text=True)
    mounted = made.returncode or subprocess.run(["mount", "-o", "loop", image, folder], capture_output=True).returncode
    if mounted:
        pytest.skip("btrfs cannot be mounted here")
    os.chown(folder, OWNER, OWNER)
    for words in (("quota", "enable", folder), ("qgroup", "limit", "1M", "0/5", folder)):
        subprocess.run(["btrfs", *words], check=True, capture_output=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.root
def test_a_quota(own, quota):
    with contextlib.closing(own.login()) as session:
        check(session, quota, "quota", "quota")


@pytest.mark.root
def test_a_limit_of_the_size_of_files(own):
    """ulimit -f, LimitFSIZE: the signal that goes with it must not end the worker and all its sessions."""
    folder = own.tree.mkdir("limited")
    resource.prlimit(own.process.pid, resource.RLIMIT_FSIZE, (MEBIBYTE, MEBIBYTE))  # the worker is yet to come
    with contextlib.closing(own.login()) as session, contextlib.closing(own.login()) as bystander:
        check(session, folder, "limited", "larger")
        bystander.cmd("NOOP", 200)
