# SPDX-License-Identifier: ISC
"""No part of an upload passes for the whole, whoever ends it: the client, the network, a time-out, the administrator or the server."""

import contextlib
import os
import signal

import pytest

from lib import server as servers, wire
from lib.uploads import NEW, OLD, eventually, hidden, reset, upload_under_way, wait_for_bytes

WRITER = ("--user", "alice", "--password-file", "PASSWORD_FILE", "--write")
DISCARD = (*WRITER, "--set", "partial=discard")


@contextlib.contextmanager
def stopped(pids):
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


# -- what is visible while an upload runs

def test_an_upload_appears_only_when_it_is_whole(alice, tree):
    tree.write("file", OLD)
    with upload_under_way(alice, "file"):
        wait_for_bytes(tree)
        assert tree.read("file") == OLD
        with contextlib.closing(alice.__class__(alice.sock.getpeername())) as other:
            other.login()
            assert other.fetch("RETR file") == OLD
            assert sorted(wire.decode(other.fetch("NLST")).split()) == ["empty", "file", "hello.txt", "lines.txt", "pub"]
    alice.expect(226)
    assert tree.read("file") == NEW
    assert not hidden(tree)


def test_two_uploads_of_one_name(server, tree):
    with contextlib.closing(server.login()) as first, contextlib.closing(server.login()) as second:
        with upload_under_way(first, "file", b"1" * 300_000), upload_under_way(second, "file", b"2" * 100_000):
            pass
        first.expect(226)
        second.expect(226)
    assert tree.read("file") in (b"1" * 300_000, b"2" * 100_000)
    assert not hidden(tree)


# -- lost data connections

def test_a_reset_upload_is_kept_and_not_called_whole(server, alice, tree):
    tree.write("file", OLD)
    with upload_under_way(alice, "file") as data:
        wait_for_bytes(tree)
        reset(data)
        alice.expect(426, 451)
    event = server.wait_event("upload.partial")
    assert "file" in str(event)
    assert tree.read("file") and NEW.startswith(tree.read("file"))
    assert not hidden(tree)


@pytest.mark.serve(*DISCARD)
def test_a_reset_upload_is_discarded(alice, tree):
    tree.write("file", OLD)
    for name in ("file", "fresh"):
        with upload_under_way(alice, name) as data:
            wait_for_bytes(tree)
            reset(data)
            alice.expect(426, 451)
    assert tree.read("file") == OLD
    assert "fresh" not in tree.names() and not hidden(tree)


def test_a_reset_upload_without_a_byte_leaves_nothing(alice, tree):
    tree.write("file", OLD)
    with upload_under_way(alice, "file", b"") as data:
        reset(data)
        alice.expect(426, 451)
    assert tree.read("file") == OLD
    assert not hidden(tree)


def test_a_reset_download(alice, tree):
    tree.write("big", b"b" * (32 << 20))
    with contextlib.closing(alice.passive()) as data:
        alice.cmd("RETR big", 150)
        data.recv(1000)
        reset(data)
        alice.expect(426)
    assert alice.fetch("RETR hello.txt") == b"hello, world\n"


# -- lost control connections, killed clients

@pytest.mark.parametrize("how", ["close", "reset", "data-too"])
def test_a_lost_client(server, tree, how):
    tree.write("file", OLD)
    session = server.login()
    with upload_under_way(session, "file") as data:
        wait_for_bytes(tree)
        session.close() if how == "close" else session.reset()
        if how == "data-too":
            reset(data)
        server.wait_event("upload.partial", 10)
    assert NEW.startswith(tree.read("file"))
    eventually(lambda: not hidden(tree))
    assert not server.events("transfer.done"), "it was not whole"


@pytest.mark.serve(*DISCARD)
def test_a_dying_client(server, tree):
    """Both its connections have ended when the worker looks again, whichever it looks at first."""
    tree.write("file", OLD)
    for _ in range(12):
        session = server.login()
        with upload_under_way(session, "file", NEW * 50) as data, stopped(server.role("worker alice")):
            data.close()
            session.close()
        eventually(lambda: not hidden(tree))
        assert tree.read("file") == OLD


@pytest.mark.serve(*DISCARD)
def test_a_lost_client_and_discard(server, tree):
    tree.write("file", OLD)
    session = server.login()
    with upload_under_way(session, "file"):
        wait_for_bytes(tree)
        session.reset()
        eventually(lambda: not hidden(tree))
    assert tree.read("file") == OLD


# -- ends that the server makes itself

def is_a_part(tree, name="file"):
    return tree.read(name) in (OLD, NEW) and not hidden(tree)


def test_abort(server, alice, tree):
    tree.write("file", OLD)
    with upload_under_way(alice, "file"):
        wait_for_bytes(tree)
        alice.send("ABOR")
        alice.expect(426)
        alice.expect(225, 226)
    assert is_a_part(tree)
    assert not server.events("transfer.done")
    server.wait_event("upload.partial")


@pytest.mark.serve(*DISCARD)
def test_abort_and_discard(server, alice, tree):
    tree.write("file", OLD)
    with upload_under_way(alice, "file"):
        wait_for_bytes(tree)
        alice.send("ABOR")
        alice.expect(426)
        alice.expect(225, 226)
    assert tree.read("file") == OLD and not hidden(tree)


@pytest.mark.serve(*DISCARD, "--set", "stall-timeout=1s")
def test_a_stalled_upload(server, alice, tree):
    tree.write("file", OLD)
    with upload_under_way(alice, "file"):
        alice.expect(426)
    assert tree.read("file") == OLD and not hidden(tree)


@pytest.mark.serve(*DISCARD)
def test_a_kicked_uploader(server, alice, tree):
    tree.write("file", OLD)
    with upload_under_way(alice, "file"):
        wait_for_bytes(tree)
        session = server.events("login.done")[-1]["session"]
        assert servers.run("kick", session, "--set", f"runtime-dir={server.work / 'run'}").returncode == 0
        assert alice.closed()
    eventually(lambda: not hidden(tree))
    assert tree.read("file") == OLD


def test_the_server_is_stopped(launch):
    server = launch(*DISCARD)
    server.tree.write("file", OLD)
    with upload_under_way(server.login(), "file"):
        wait_for_bytes(server.tree)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(10)
    assert server.tree.read("file") == OLD
    assert not server.events("transfer.done")


def test_the_end_of_the_session_is_not_the_end_of_the_file(server, alice, tree):
    """QUIT and REIN let the upload go on: it is whole when the client ends it, and not before."""
    for command, code in (("REIN", 220), ("QUIT", 221)):
        if command == "QUIT":
            alice.login(servers.USER, servers.PASSWORD)
        with upload_under_way(alice, command) as data:
            alice.send(command)
            data.sendall(NEW)
        alice.expect(226)
        alice.expect(code)
        assert tree.read(command) == NEW + NEW


@pytest.mark.parametrize("command", ["APPE", "STOR"])
def test_a_broken_write_in_place_keeps_what_was_there(server, alice, tree, command):
    tree.write("file", OLD)
    if command == "STOR":
        alice.cmd(f"REST {len(OLD)}", 350)
    with contextlib.closing(alice.passive()) as data:
        alice.cmd(f"{command} file", 150)
        data.sendall(b"more")
        eventually(lambda: len(tree.read("file")) == len(OLD) + 4)
        reset(data)
        alice.expect(426, 451)
    assert tree.read("file") == OLD + b"more"
    assert not server.events("transfer.done")
