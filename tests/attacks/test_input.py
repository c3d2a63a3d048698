# SPDX-License-Identifier: ISC
"""Bad input: a clear reply or a clean close, bounded memory, and everyone else is served."""

import contextlib
import os
import random
import socket
import threading
import time
from pathlib import Path

import pytest

from lib import wire

KIB = 1 << 10
MEMORY_SLACK = 16 << 20


def resident(server):
    """Bytes of memory of all the server's processes together."""
    total = 0
    for pid in server.members():
        with contextlib.suppress(OSError):
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return total * os.sysconf("SC_PAGE_SIZE")


def descriptors(server, role=""):
    total = 0
    for pid in server.role(role) if role else server.members():
        with contextlib.suppress(OSError):
            total += len(os.listdir(f"/proc/{pid}/fd"))
    return total


@pytest.fixture(autouse=True)
def everyone_else_is_served(server):
    """Holds a session open all the while and uses it, and a new one, afterwards."""
    with contextlib.closing(server.anonymous()) as bystander:
        yield
        for session in (bystander, server.anonymous()):
            with contextlib.closing(session):
                assert session.fetch("RETR lines.txt") == b"one\ntwo\nthree\n"


def refused_or_closed(session):
    """True when the next thing is a 5xx, or the end."""
    try:
        reply = session.reply()
        assert 500 <= reply.code <= 559 or reply.code == 421, reply.text
    except wire.Closed:
        pass
    return True


# -- long lines

@pytest.mark.parametrize("is_logged_in", [False, True], ids=["before-login", "after-login"])
@pytest.mark.parametrize("end", [b"", b"\r\n"], ids=["endless", "ended"])
def test_a_line_over_8_kib(server, is_logged_in, end):
    with contextlib.closing(server.connect()) as session:
        if is_logged_in:
            session.login()
        with contextlib.suppress(ConnectionError):
            session.raw(b"CWD " + b"x" * 9 * KIB + end)
        assert refused_or_closed(session)


@pytest.mark.parametrize("verb", ["CWD", "RETR", "STOR", "MKD", "LIST", "MLST", "SITE CHMOD 600", "USER", "PASS"])
def test_a_path_of_100_kb(server, verb):
    with contextlib.closing(server.login()) as session:
        with contextlib.suppress(ConnectionError):
            session.raw(f"{verb} {'/d' * 50_000}\r\nMKD smuggled\r\n")
        assert refused_or_closed(session)
    assert "smuggled" not in server.tree.names()


def test_a_path_of_nearly_8_kib(alice):
    alice.cmd("CWD " + "/d" * 4000, 501, 550, 553)
    alice.cmd("CWD " + "/../." * 1500, 250, 501, 550, 553)
    alice.cmd("NOOP", 200)


def test_an_endless_line_takes_no_memory(server):
    before = resident(server)
    with contextlib.closing(server.connect()) as session, contextlib.suppress(ConnectionError):
        for _ in range(512):
            session.raw(b"x" * (64 * KIB))
    assert resident(server) < before + MEMORY_SLACK


# -- floods

@pytest.mark.parametrize("is_logged_in", [False, True], ids=["before-login", "after-login"])
def test_100000_pipelined_commands(server, is_logged_in):
    count = 100_000
    with contextlib.closing(server.connect()) as session:
        if is_logged_in:
            session.login()
        sender = threading.Thread(target=lambda: session.raw(b"NOOP\r\n" * count))
        sender.start()
        received = session.buffer
        while received.count(b"\n") < count:
            piece = session.sock.recv(1 << 20)
            assert piece, f"closed after {received.count(chr(10).encode())} replies"
            received += piece
        sender.join()
        assert received.count(b"200 ") == count and received.count(b"\n") == count


def test_commands_whose_replies_are_not_read(server):
    """The server stops reading when its replies pile up, and goes on when they are taken."""
    before = resident(server)
    with contextlib.closing(server.anonymous()) as session:
        session.sock.settimeout(1)
        sent = 0
        with contextlib.suppress(socket.timeout):
            while sent < 64 << 20:
                sent += session.sock.send(b"HELP\r\n" * 1000)
        assert sent < 64 << 20, "the server reads without end"
        assert resident(server) < before + MEMORY_SLACK
        session.sock.settimeout(wire.PATIENCE_S)
        for _ in range(100):
            session.expect(214)


def test_half_open_lines_from_200_clients(server):
    with contextlib.ExitStack() as stack:
        for number in range(200):
            source = f"127.0.{1 + number // 100}.{1 + number % 100}"
            crowd = stack.enter_context(contextlib.closing(server.connect(source=source)))
            crowd.raw(b"USER anonym")
        with contextlib.closing(server.anonymous()) as session:
            assert session.fetch("RETR hello.txt") == b"hello, world\n"


def test_a_flood_of_connections(server):
    with contextlib.closing(server.anonymous()):
        before = descriptors(server)
        for _ in range(1000):
            socket.create_connection(server.address()).close()
        deadline = time.monotonic() + 10
        while descriptors(server) > before + 4 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert descriptors(server) <= before + 4


def test_a_flood_of_logins(server):
    """Sessions that come and go leave no descriptor and no process behind."""
    for _ in range(20):
        server.anonymous().close()
    time.sleep(0.5)
    before, members = descriptors(server), len(server.members())
    for _ in range(300):
        server.anonymous().close()
    deadline = time.monotonic() + 10
    while descriptors(server) > before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert descriptors(server) <= before
    assert len(server.members()) <= members


def test_more_sessions_than_descriptors(launch):
    """Those that fit are served whole; the others are told, and so is the administrator."""
    server = launch("--anonymous", "read", "--set", "max-sessions=10000", start=False)
    command = ["prlimit", "--nofile=320:320", *server.command()]
    server.command = lambda: command
    server.start()
    limit = server.wait_event("limit.descriptors")["sessions"]
    assert 100 < limit < 320
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(contextlib.closing(server.anonymous())) for _ in range(limit)]
        stack.enter_context(contextlib.closing(server.connect(greeting=None))).expect(421)
        for session in sessions[::20]:
            assert session.fetch("RETR hello.txt") == b"hello, world\n"
    assert {event["reason"] for event in server.events("session.refused")} == {"descriptors"}


def test_a_flood_of_endpoints(server, guest):
    """Counted where ports are opened: the others may be meeting a second worker at this moment."""
    before = descriptors(server, "dialer")
    guest.raw(b"EPSV\r\n" * 2000)
    for _ in range(2000):
        guest.expect(229)
    assert descriptors(server, "dialer") <= before + 8


# -- ways out of the folder

OUTSIDE = ["../outside", "/../outside", "../../../../../../../../etc/passwd", "/etc/passwd", "pub/../../outside", "pub/deeper/../../../outside",
           "..\\outside", "....//outside", "%2e%2e/outside", ".. /outside", "link-absolute", "link-relative", "link-folder/outside",
           "link-root/etc/passwd", "link-proc/self/environ", "link-chain/outside"]


@pytest.fixture
def ways_out(tree):
    outside = tree.root.parent / "outside"
    outside.write_bytes(b"secret")
    outside.chmod(0o666)
    for name, target in (("link-absolute", outside), ("link-relative", "../outside"), ("link-folder", ".."), ("link-root", "/"),
                         ("link-proc", "/proc"), ("link-chain", "link-folder")):
        tree.path(name).symlink_to(target)
    yield outside
    assert outside.read_bytes() == b"secret"


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_is_read(alice, ways_out, path):
    with contextlib.closing(alice.passive()) as data:
        alice.cmd(f"RETR {path}", 550)
        data.close()
    alice.cmd(f"SIZE {path}", 550)
    alice.cmd(f"MDTM {path}", 550)
    alice.cmd(f"HASH {path}", 550, 553)


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_is_written(alice, ways_out, path):
    """The upload fails or lands inside: never beside the folder."""
    siblings = sorted(os.listdir(ways_out.parent))
    for command in ("STOR", "APPE"):
        with contextlib.closing(alice.passive()) as data:
            if alice.cmd(f"{command} {path}").code == 150:
                data.sendall(b"evil")
                data.close()
                alice.reply()
    alice.cmd(f"DELE {path}")
    alice.cmd(f"SITE CHMOD 000 {path}")
    alice.cmd(f"MFMT 20200101000000 {path}")
    assert sorted(os.listdir(ways_out.parent)) == siblings
    assert ways_out.stat().st_mode & 0o777 == 0o666


@pytest.mark.parametrize("target", ["../moved", "/../moved", "link-folder/moved", "link-root/tmp/moved-by-breakwater-test"])
def test_nothing_is_moved_out(alice, ways_out, tree, target):
    siblings = sorted(os.listdir(ways_out.parent))
    alice.cmd("RNFR hello.txt", 350)
    alice.cmd(f"RNTO {target}")
    assert sorted(os.listdir(ways_out.parent)) == siblings
    assert not os.path.exists("/tmp/moved-by-breakwater-test")


@pytest.mark.parametrize("path", ["..", "../..", "link-folder", "link-root", "link-proc", "/../../.."])
def test_nothing_outside_is_listed(alice, ways_out, path):
    if alice.cmd(f"CWD {path}", 250, 550).code == 250:
        listed = wire.decode(alice.fetch("NLST"))
        assert "hello.txt" in listed and "outside" not in listed.split("\r\n")
        assert "secret" not in listed and "sbin" not in listed


# -- listings that would cost too much

GLOBS = ["*/../" * 100 + "*", "*/" * 60, "{" * 500 + "a" + "}" * 500, "{a,b}" * 60, "*a" * 500 + "b", "[" * 2000, "?" * 255, "*" * 4000, "\\" * 999,
         "[a-" + "z" * 500 + "]", "~" * 100, "~root/*", "-R */*/*/*/*", "-" + "R" * 2000, "-laR " * 300]


@pytest.mark.parametrize("verb", ["LIST", "NLST", "STAT"])
@pytest.mark.parametrize("pattern", GLOBS, ids=lambda pattern: pattern[:20])
def test_glob_bombs(alice, tree, verb, pattern):
    for number in range(20):
        tree.write("a" * (200 + number))
    start = time.monotonic()
    with contextlib.closing(alice.passive()) as data:
        reply = alice.cmd(f"{verb} {pattern}")
        if reply.code == 150:
            wire.read_all(data)
            alice.expect(226, 450, 451, 550, 551)
    alice.cmd("NOOP", 200)
    assert time.monotonic() - start < 5


def test_the_memory_of_a_listing_does_not_grow_with_the_folder(server, tree):
    folder = tree.mkdir("huge")
    with contextlib.closing(server.login()) as session:
        session.fetch("MLSD")
        before = resident(server)
        for number in range(40_000):
            (folder / f"an-entry-with-a-name-of-some-length-{number}").touch()
        grown = 0
        for command in ("LIST huge", "MLSD huge"):
            with session.transfer(command) as data:
                data.recv(1)
                grown = max(grown, resident(server) - before)
                assert wire.read_all(data).count(b"\r\n") >= 40_000
            session.expect(226)
            grown = max(grown, resident(server) - before)
    assert grown < 4 << 20


# -- noise

@pytest.mark.serve("--set", "data-timeout=1s")
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("is_logged_in", [False, True], ids=["before-login", "after-login"])
def test_noise(server, seed, is_logged_in):
    """Random bytes and mangled commands: any answer or a clean end, within the time of a test."""
    chance = random.Random(seed)
    words = [b"USER", b"PASS", b"PORT", b"EPRT", b"RETR", b"STOR", b"LIST", b"OPTS", b"SITE", b"REST", b"MLST", b"ABOR", b"HASH", b"EPSV", b"\r\n",
             b"\r", b"\n", b"\0", b"\xff\xf4", b"\xff\xf2", b"\xff", b" ", b"/", b"..", b"*", b"127,0,0,1,200,10", b"|1|127.0.0.1|51210|", b"A" * 600]
    lines = [b"".join(chance.choice(words) if chance.random() < 0.8 else chance.randbytes(3) for _ in range(chance.randrange(8)))
             for _ in range(300)]
    with contextlib.closing(server.connect()) as session:
        if is_logged_in:
            session.login()
        try:
            for line in lines:
                session.send(line)
            session.sock.shutdown(socket.SHUT_WR)
        except OSError as end:
            assert not isinstance(end, TimeoutError), "the server reads no more and does not close either"
        assert session.closed()
