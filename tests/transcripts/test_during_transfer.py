# SPDX-License-Identifier: ISC
"""What may be said while a transfer runs: ABOR with and without Telnet's signals, STAT, NOOP, QUIT, REIN, and commands that wait."""

import contextlib
import re
import socket

import pytest

from lib import wire
from lib.uploads import eventually

SIZE = 64 << 20
SMALL_BUFFER = 16 << 10
IP, DATA_MARK, IAC = b"\xf4", b"\xf2", b"\xff"


@pytest.fixture
def big(tree):
    path = tree.write("big")
    with path.open("r+b") as file:
        file.truncate(SIZE)
    return "big"


@pytest.fixture
def slow(alice):
    """Opens a passive data connection with a small window, so that a download cannot finish unread."""
    with contextlib.ExitStack() as stack:
        def dial():
            data = stack.enter_context(contextlib.closing(socket.socket()))
            data.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            data.settimeout(wire.PATIENCE_S)
            data.connect(("127.0.0.1", alice.epsv()))
            return data
        yield dial


def is_ended(data):
    with contextlib.suppress(ConnectionError):
        while data.recv(1 << 16):
            pass
    return True


def read(data, amount):
    while amount:
        amount -= len(data.recv(amount))


def abort_plainly(control):
    control.send("ABOR")


def abort_with_synch(control):
    """As RFC 959 section 4.1.3 and most clients: IAC IP, then IAC DM with the urgent pointer, then the command."""
    control.raw(IAC + IP)
    control.urgent(IAC + DATA_MARK)
    control.send("ABOR")


def abort_with_urgent_interrupt(control):
    """As curl's and ncftp's ancestors: IAC IP IAC urgent, DM in the normal stream, glued to the command."""
    control.urgent(IAC + IP + IAC)
    control.raw(DATA_MARK + b"ABOR\r\n")


ABORTS = [abort_plainly, abort_with_synch, abort_with_urgent_interrupt]


@pytest.mark.parametrize("abort", ABORTS)
def test_abort_of_a_download(alice, big, slow, abort):
    data = slow()
    alice.cmd(f"RETR {big}", 150)
    read(data, 1000)
    abort(alice)
    alice.expect(426)
    alice.expect(225, 226)
    assert is_ended(data)
    alice.cmd("NOOP", 200)
    assert alice.fetch("RETR hello.txt") == b"hello, world\n"


@pytest.mark.parametrize("abort", ABORTS)
def test_abort_of_an_upload(alice, tree, abort):
    with contextlib.closing(alice.passive()) as data:
        alice.cmd("STOR new", 150)
        data.sendall(b"x" * 1000)
        abort(alice)
        alice.expect(426)
        alice.expect(225, 226)
        assert wire.is_closed(data)
    alice.put("STOR second", b"after\n")
    assert tree.read("second") == b"after\n"


def test_abort_of_a_listing(alice, tree, slow):
    for number in range(3000):
        (tree.root / f"entry-with-a-rather-long-name-{number}").touch()
    slow()
    alice.cmd("LIST", 150)
    abort_with_synch(alice)
    alice.expect(426, 226)
    alice.expect(225, 226)
    alice.cmd("NOOP", 200)


def test_abort_before_the_client_connects(alice):
    alice.epsv()
    alice.send("RETR hello.txt")
    abort_with_synch(alice)
    reply = alice.expect(150, 425, 426)
    while reply.code not in (225, 226):
        reply = alice.reply()
    alice.cmd("NOOP", 200)
    assert alice.fetch("RETR hello.txt") == b"hello, world\n"


def test_abort_twice(alice, big, slow):
    slow()
    alice.cmd(f"RETR {big}", 150)
    alice.raw(b"ABOR\r\nABOR\r\nNOOP\r\n")
    alice.expect(426)
    alice.expect(225, 226)
    alice.expect(225, 226)
    alice.expect(200)


def test_many_aborts_in_one_session(alice, big, slow):
    for _ in range(20):
        data = slow()
        alice.cmd(f"RETR {big}", 150)
        abort_with_synch(alice)
        alice.expect(426)
        alice.expect(225, 226)
        data.close()


def test_status_shows_true_progress_of_a_download(alice, big, slow):
    """Bytes that wait in the server's socket buffer are not progress."""
    data = slow()
    alice.cmd(f"RETR {big}", 150)
    taken = 300_000
    read(data, taken)
    reply = alice.cmd("STAT", 211, 213)
    assert reply.code == 213
    numbers = [int(number) for number in re.findall(r"\d+", reply.text)]
    assert any(taken <= number <= taken + 8 * SMALL_BUFFER for number in numbers), reply.text
    assert SIZE in numbers, reply.text
    alice.send("ABOR")
    alice.expect(426)
    alice.expect(225, 226)


def test_status_of_an_upload(alice):
    with contextlib.closing(alice.passive()) as data:
        alice.cmd("STOR new", 150)
        data.sendall(b"x" * 123_456)
        eventually(lambda: "123456" in alice.cmd("STAT", 213).text)
    alice.expect(226)


def test_noop_and_status_do_not_disturb(alice, big, slow):
    data = slow()
    alice.cmd(f"RETR {big}", 150)
    total = 0
    for _ in range(5):
        read(data, 100_000)
        total += 100_000
        alice.cmd("STAT", 213)
    alice.send("NOOP")
    while piece := data.recv(1 << 20):
        total += len(piece)
    codes = sorted([alice.reply().code, alice.reply().code])
    assert total == SIZE and codes == [200, 226]


def test_other_commands_wait(alice, big, slow):
    data = slow()
    alice.cmd(f"RETR {big}", 150)
    alice.raw(b"PWD\r\nDELE hello.txt\r\n")
    assert alice.silent()
    assert is_ended(data)
    alice.expect(226)
    alice.expect(257)
    alice.expect(250)


@pytest.mark.parametrize("command, code", [("QUIT", 221), ("REIN", 220)])
def test_the_running_transfer_finishes_first(alice, big, slow, command, code):
    data = slow()
    alice.cmd(f"RETR {big}", 150)
    alice.send(command)
    total = 0
    while piece := data.recv(1 << 20):
        total += len(piece)
    assert total == SIZE
    alice.expect(226)
    alice.expect(code)


def test_endpoint_for_the_next_transfer_waits_too(alice, big, slow):
    data = slow()
    alice.cmd(f"RETR {big}", 150)
    with contextlib.closing(alice.listen()) as listener:
        alice.send(wire.endpoint(*listener.getsockname()))
        alice.send("RETR hello.txt")
        assert is_ended(data)
        alice.expect(226)
        alice.expect(200)
        alice.expect(150)
        second, _ = listener.accept()
        assert wire.read_all(second) == b"hello, world\n"
    alice.expect(226)


def test_the_client_closes_a_download_early(alice, big, slow):
    data = slow()
    alice.cmd(f"RETR {big}", 150)
    read(data, 1000)
    data.close()
    alice.expect(426)
    assert alice.fetch("RETR hello.txt") == b"hello, world\n"
