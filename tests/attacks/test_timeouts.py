# SPDX-License-Identifier: ISC
"""Each time-out ends what it is for, says so, and leaves the rest alone."""

import contextlib
import socket
import time

import pytest

from lib import wire


def takes(seconds, start):
    elapsed = time.monotonic() - start
    return seconds * 0.5 <= elapsed <= seconds + 8


@pytest.mark.serve("--set", "login-timeout=1s")
def test_login(server):
    for said in ("", "USER anonymous"):
        start = time.monotonic()
        with contextlib.closing(server.connect()) as session:
            if said:
                session.cmd(said, 331)
            session.expect(421)
            assert session.closed() and takes(1, start)


@pytest.mark.serve("--set", "login-timeout=2s")
def test_login_drop_by_drop(server):
    """A byte now and then does not extend it."""
    start = time.monotonic()
    with contextlib.closing(server.connect()) as session, contextlib.suppress(ConnectionError):
        while time.monotonic() < start + 3:
            session.raw(b"x")
            time.sleep(0.2)
    assert session.closed() if session.sock.fileno() >= 0 else True
    with contextlib.closing(server.connect()) as session:
        session.login()
        time.sleep(2.5)
        session.cmd("NOOP", 200)


@pytest.mark.serve("--set", "idle-timeout=1s")
def test_idle(server):
    with contextlib.closing(server.anonymous()) as session:
        start = time.monotonic()
        session.expect(421)
        assert session.closed() and takes(1, start)


@pytest.mark.serve("--set", "idle-timeout=1s")
def test_a_transfer_is_not_idle(server):
    with contextlib.closing(server.anonymous()) as session:
        server.tree.write("big", b"b" * (8 << 20))
        with session.transfer("RETR big") as data:
            received = 0
            for _ in range(10):
                received += len(data.recv(1000))
                time.sleep(0.25)
            received += len(wire.read_all(data))
        session.expect(226)
        assert received == 8 << 20


@pytest.mark.serve("--set", "data-timeout=1s")
@pytest.mark.parametrize("mode", ["passive", "active"])
def test_nobody_at_the_data_connection(guest, mode):
    start = time.monotonic()
    if mode == "passive":
        guest.epsv()
        guest.send("RETR hello.txt")
    else:
        with contextlib.closing(socket.socket()) as silent:
            silent.bind(("127.0.0.1", 0))
            guest.cmd(wire.port(*silent.getsockname()), 200)
        guest.send("RETR hello.txt")
    if guest.expect(150, 425).code == 150:
        guest.expect(425)
    assert time.monotonic() - start < 5
    assert guest.fetch("RETR hello.txt") == b"hello, world\n"


@pytest.mark.serve("--set", "stall-timeout=1s")
def test_a_stalled_download(server, guest):
    server.tree.write("big", b"b" * (64 << 20))
    with contextlib.closing(guest.passive()):
        guest.cmd("RETR big", 150)
        start = time.monotonic()
        guest.expect(426)
        assert takes(1, start)
    assert guest.fetch("RETR hello.txt") == b"hello, world\n"


@pytest.mark.serve("--set", "max-sessions=3")
def test_too_many_sessions(server):
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(contextlib.closing(server.anonymous()))
        extra = stack.enter_context(contextlib.closing(server.connect(greeting=None)))
        extra.expect(421)
        assert extra.closed()


@pytest.mark.serve("--set", "max-sessions-per-address=2")
def test_too_many_sessions_of_one_address(server):
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(contextlib.closing(server.anonymous()))
        extra = stack.enter_context(contextlib.closing(server.connect(greeting=None)))
        extra.expect(421)
        other = stack.enter_context(contextlib.closing(server.connect(source="127.0.0.3")))
        other.login()
