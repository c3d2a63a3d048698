# SPDX-License-Identifier: ISC
"""A client that closes its side of the control connection has said all, not heard all."""

import contextlib
import os
import socket
import time
from pathlib import Path

import pytest

from lib import server as servers, wire
from lib.server import PASSWORD, USER
from lib.uploads import NEW, eventually, hidden, upload_under_way, wait_for_bytes

BIG = bytes(range(256)) * (32 << 12)  # 32 MiB: more than the kernel buffers
STALL = ("--user", "alice", "--password-file", "PASSWORD_FILE", "--write", "--set", "stall-timeout=1s")


def half_close(session):
    session.sock.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("quits", [True, False])
@pytest.mark.parametrize("command", ["RETR big", "LIST"])
def test_a_download_goes_on(alice, tree, command, quits):
    tree.write("big", BIG)
    with contextlib.closing(alice.passive()) as data:
        alice.raw(f"{command}\r\n" + "QUIT\r\n" * quits)
        half_close(alice)
        alice.expect(150)
        time.sleep(0.3)
        received = wire.read_all(data)
    assert received == BIG if command.startswith("RETR") else b"big" in received
    alice.expect(226)
    if quits:
        alice.expect(221)
    assert alice.closed(2)


def test_lines_that_wait_for_a_transfer(alice, tree):
    tree.write("big", BIG)
    with contextlib.closing(alice.passive()) as data:
        alice.raw("RETR big\r\nPWD\r\nMKD made\r\nNOOP\r\nQUIT\r\n")
        half_close(alice)
        alice.expect(150)
        assert wire.read_all(data) == BIG
    for code in (226, 257, 257, 200, 221):
        alice.expect(code)
    assert alice.closed(2)
    assert tree.path("made").is_dir()


def test_more_replies_than_the_connection_holds(alice):
    """The client reads only after it has said all: more than fits on the way in either direction."""
    alice.raw("HELP\r\n" * 8000)
    half_close(alice)
    time.sleep(0.3)
    for _ in range(8000):
        alice.expect(214)
    assert alice.closed(2)


def test_a_hash_is_answered(alice, tree):
    os.truncate(tree.write("large"), 64 << 20)
    alice.raw("HASH large\r\nQUIT\r\n")
    half_close(alice)
    alice.expect(213)
    alice.expect(221)


def test_a_status_of_a_directory(alice, tree):
    for i in range(2000):
        tree.write(f"many/{i:04}")
    alice.raw("STAT many\r\n")
    half_close(alice)
    assert len(alice.expect(213).body) == 2000
    assert alice.closed(2)


@pytest.mark.parametrize("quits", [True, False])
def test_an_upload_does_not(server, alice, tree, quits):
    """A client that was killed closes everything: what it sent until then is a part."""
    with upload_under_way(alice, "file") as data:
        wait_for_bytes(tree)
        if quits:
            alice.send("QUIT")
        half_close(alice)
        assert "control connection" in alice.expect(426).text
        data.close()
    assert alice.closed(2)
    server.wait_event("upload.partial")
    assert NEW.startswith(tree.read("file")) and not hidden(tree)


def test_an_upload_that_was_asked_for_before_the_end(server, alice, tree):
    with contextlib.closing(alice.passive()) as data:
        alice.raw("STOR file\r\nPWD\r\n")
        half_close(alice)
        data.close()
    assert alice.reply().code in (150, 226, 426)
    alice.closed(2)
    assert not tree.path("file").exists() or server.events("transfer.done")


# -- who is gone does not stay

def connections(server):
    """The sockets that the workers hold."""
    def is_socket(fd):
        with contextlib.suppress(OSError):
            return os.readlink(fd).startswith("socket:")
    return sum(bool(is_socket(fd)) for pid in server.role("worker") for fd in Path(f"/proc/{pid}/fd").iterdir())


@pytest.mark.serve(*STALL)
def test_a_stalled_download_ends(server, tree):
    tree.write("big", BIG)
    with contextlib.closing(server.login()) as session, contextlib.closing(session.passive()):
        session.cmd("RETR big", 150)
        half_close(session)
        session.expect(426)
        assert session.closed(2)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_kick_ends_it_all(server, tree, is_first):
    """A kick closes both sides: before or after the client has closed its own."""
    tree.write("big", BIG)
    with contextlib.closing(server.login()) as session, contextlib.closing(session.passive()) as data:
        session.cmd("RETR big", 150)
        if not is_first:
            half_close(session)
            time.sleep(0.2)
        number = server.events("login.done")[-1]["session"]
        assert servers.run("kick", number, "--set", f"runtime-dir={server.work / 'run'}").returncode == 0
        assert session.closed(3)
        with contextlib.suppress(ConnectionError):
            assert len(wire.read_all(data)) < len(BIG)


@pytest.mark.parametrize("lines", [0, 10, 9000], ids=["idle", "some", "full"])
def test_a_reset_ends_the_session_at_once(server, tree, lines):
    """However much waits, the worker notices, and does not turn in circles."""
    tree.write("big", BIG)
    with contextlib.closing(server.login()) as keeper:
        keeper.cmd("NOOP", 200)
        before = connections(server)
        session = server.login()
        with contextlib.closing(session.passive()) as data:
            session.cmd("RETR big", 150)
            session.raw("PWD\r\n" * lines)
            time.sleep(0.3)
            session.reset()
            eventually(lambda: connections(server) <= before, 3)
            data.close()


def test_the_idle_time_holds(launch, tree):
    server = launch(*STALL[:-2], "--set", "idle-timeout=1s")
    server.tree.write("x")
    os.truncate(server.tree.path("x"), 1 << 40)
    with contextlib.closing(server.login()) as session:
        session.raw("HASH x\r\nQUIT\r\n")
        half_close(session)
        assert session.closed(8)


def test_a_whole_session_said_at_once(server):
    with contextlib.closing(server.connect()) as session:
        session.raw(f"USER {USER}\r\nPASS {PASSWORD}\r\nPWD\r\nREIN\r\nUSER {USER}\r\nPASS {PASSWORD}\r\nPWD\r\nQUIT\r\n")
        half_close(session)
        for code in (331, 230, 257, 220, 331, 230, 257, 221):
            session.expect(code)
        assert session.closed(2)


def test_before_login(server):
    with contextlib.closing(server.connect()) as session:
        session.raw("NOOP\r\nUSER nobody\r\nPASS wrong\r\nNOOP\r\nQUIT\r\n")
        half_close(session)
        for code in (200, 331, 530, 200, 221):
            session.expect(code)
