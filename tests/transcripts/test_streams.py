# SPDX-License-Identifier: ISC
"""However the bytes of the control connection are cut or glued, the same commands come out of them."""

import contextlib
import socket

import pytest

from lib import wire
from lib.server import PASSWORD, USER


@pytest.fixture
def raw(server):
    with contextlib.closing(server.connect()) as control:
        control.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield control


def test_byte_by_byte(raw):
    def cmd(line, code):
        for byte in line.encode() + b"\r\n":
            raw.raw(bytes([byte]))
        return raw.expect(code)

    cmd(f"USER {USER}", 331)
    cmd(f"PASS {PASSWORD}", 230)
    cmd("TYPE I", 200)
    with contextlib.closing(raw.listen()) as listener:
        cmd(wire.endpoint(*listener.getsockname()), 200)
        cmd("RETR hello.txt", 150)
        data, _ = listener.accept()
        assert wire.read_all(data) == b"hello, world\n"
    raw.expect(226)
    cmd("QUIT", 221)
    assert raw.closed()


def test_cut_between_carriage_return_and_line_feed(raw):
    raw.raw(b"NOOP\r")
    assert raw.silent()
    raw.raw(b"\nNOOP\r")
    raw.expect(200)
    raw.raw(b"\n")
    raw.expect(200)


def test_cut_inside_telnet_commands(raw):
    raw.login(USER, PASSWORD)
    for piece in (b"NO", b"\xff", b"\xfd", b"\x01", b"OP\r\n"):
        raw.raw(piece)
    raw.expect(200)
    for piece in (b"MKD x\xff", b"\xffy\r", b"\n"):
        raw.raw(piece)
    assert "x\udcffy" in raw.expect(257).text


def test_pipelined_over_the_login(raw, tree):
    """Commands sent before the login is answered are carried out after it, in order, as the user."""
    raw.raw(f"USER {USER}\r\nPASS {PASSWORD}\r\nMKD one\r\nCWD one\r\nMKD two\r\nPWD\r\nREIN\r\nPWD\r\n")
    for code in (331, 230, 257, 250, 257, 257, 220, 530):
        raw.expect(code)
    assert tree.path("one/two").is_dir()


def test_pipelined_behind_rein(raw):
    raw.login(USER, PASSWORD)
    raw.raw(f"REIN\r\nUSER {USER}\r\nPASS {PASSWORD}\r\nPWD\r\n" * 3)
    for _ in range(3):
        for code in (220, 331, 230, 257):
            raw.expect(code)


def test_pipelined_transfers(alice):
    """Each transfer has its own endpoint though all commands lie in one segment."""
    with contextlib.closing(alice.listen()) as first, contextlib.closing(alice.listen()) as second:
        lines = []
        for listener, name in ((first, "hello.txt"), (second, "lines.txt")):
            lines += [wire.endpoint(*listener.getsockname()), f"RETR {name}"]
        alice.raw("".join(line + "\r\n" for line in [*lines, "PWD"]))
        received = []
        for listener in (first, second):
            data, _ = listener.accept()
            received.append(wire.read_all(data))
    assert received == [b"hello, world\n", b"one\ntwo\nthree\n"]
    for code in (200, 150, 226, 200, 150, 226, 257):
        alice.expect(code)


def test_half_closed_by_the_client(alice):
    """A client that will say nothing more still gets its answers."""
    alice.raw(b"PWD\r\nNOOP\r\n")
    alice.sock.shutdown(socket.SHUT_WR)
    alice.expect(257)
    alice.expect(200)
    assert alice.closed()


def test_unfinished_line_is_not_a_command(server, tree):
    with contextlib.closing(server.login()) as session:
        session.raw(b"DELE hello.txt")
        session.sock.shutdown(socket.SHUT_WR)
        assert session.closed()
    assert "hello.txt" in tree.names()
