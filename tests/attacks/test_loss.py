# SPDX-License-Identifier: ISC
"""Killed processes and full disks: what is hit ends cleanly, no file is passed off as whole, and the rest goes on."""

import contextlib
import os
import signal
import subprocess
import time

import pytest

from lib import wire
from lib.uploads import NEW, OLD, eventually, hidden, upload_under_way, wait_for_bytes


# -- killed processes of the server

@pytest.fixture
def own(launch):
    """A server of this test alone, to be hurt."""
    return launch("--user", "alice", "--password-file", "PASSWORD_FILE", "--write", "--anonymous", "read")


def kill(server, role, wanted=1):
    pids = server.role(role)
    assert len(pids) >= wanted, f"no process in the role {role}"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not set(pids) & server.members())


def test_a_killed_worker_ends_only_its_sessions(own):
    tree = own.tree
    tree.write("file", OLD)
    with contextlib.closing(own.login()) as victim, contextlib.closing(own.anonymous()) as bystander:
        with upload_under_way(victim, "file"):
            wait_for_bytes(tree)
            kill(own, "worker alice")
            victim.expect(421)
            assert victim.closed()
        assert bystander.fetch("RETR hello.txt") == b"hello, world\n"
        assert tree.read("file") == OLD, "no file is passed off as whole"
    for name in hidden(tree):
        os.utime(tree.path(name), (0, 0))  # as if it had lain there for a while: a young one may still be in use
    with contextlib.closing(own.login()) as again:
        assert again.fetch("RETR file") == OLD
        again.put("STOR file", NEW)
    eventually(lambda: not hidden(tree))
    assert tree.read("file") == NEW


@pytest.mark.parametrize("role", ["dialer", "auth", "status"])
def test_a_killed_helper_is_replaced(own, role):
    with contextlib.closing(own.login()) as session:
        assert session.fetch("RETR hello.txt") == b"hello, world\n"
        kill(own, role)
        eventually(lambda: own.role(role))
        session.cmd("NOOP", 200)
        deadline = time.monotonic() + 10
        while session.cmd("EPSV").code != 229:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        for mode in ("passive", "active"):
            assert session.fetch("RETR hello.txt", mode) == b"hello, world\n"
    with contextlib.closing(own.login()) as newcomer:
        assert newcomer.fetch("RETR hello.txt") == b"hello, world\n"


def test_a_killed_dialer_does_not_cut_a_running_transfer(own):
    own.tree.write("big", b"b" * (16 << 20))
    with contextlib.closing(own.login()) as session:
        with session.transfer("RETR big") as data:
            received = len(data.recv(1000))
            kill(own, "dialer")
            received += len(wire.read_all(data))
        session.expect(226)
    assert received == 16 << 20


def test_a_killed_monitor_ends_all(launch):
    server = launch("--anonymous", "read")
    members = server.members()
    assert len(members) > 3
    with contextlib.closing(server.anonymous()) as session:
        os.kill(server.process.pid, signal.SIGKILL)
        assert session.closed()
    server.process.wait()
    server.process = None
    assert not server.linger(members, 5)


def test_stop_says_421(launch):
    server = launch("--anonymous", "read")
    with contextlib.closing(server.anonymous()) as session:
        server.stop()
        session.expect(421)
        assert session.closed()
    server.process = None


# -- full disks

@pytest.fixture
def small_disk(own):
    """A folder of the tree that holds one megabyte."""
    folder = own.tree.mkdir("small")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0777", "none", folder], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"mount: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.root
def test_a_full_disk(own, small_disk):
    with contextlib.closing(own.login()) as session:
        with session.transfer("STOR small/file") as data, contextlib.suppress(ConnectionError):
            data.sendall(b"x" * (4 << 20))
        reply = session.expect(452)
        assert "full" in reply.text.lower() or "space" in reply.text.lower()
        assert not [name for name in os.listdir(small_disk) if name.startswith(".")]
        for name in os.listdir(small_disk):
            session.cmd(f"DELE small/{name}", 250)
        session.put("STOR small/file", b"fits")
        assert session.fetch("RETR small/file") == b"fits"


@pytest.mark.root
def test_a_full_disk_says_so_before(own, small_disk):
    with contextlib.closing(own.login()) as session:
        available = int(session.cmd("AVBL small", 213).text.split()[1])
        assert 0 < available <= 1 << 20
