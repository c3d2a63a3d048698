# SPDX-License-Identifier: ISC
"""Work without a foreseeable end (HASH of a huge file, listings that match nothing) holds up nobody but who asked for it."""

import contextlib
import os
import re
import select
import time
from pathlib import Path

import pytest

from lib import server as servers, wire
from lib.uploads import eventually

HUGE = 1 << 40
PROMPT_S = 2
ENTRIES, DEPTH = 30_000, 120
BOMBS = {
    "stars": "LIST many/" + "*" * 120 + "a",
    "stars and sets": "NLST many/" + "*[a-b]" * 40 + "?",
    "everywhere": "LIST */*/*/*/*",
    "braces": "LIST {" + "a,{b,c}," * 20 + "}",
    "open sets": "NLST many/*" + "[" * 200,
    "deep": "LIST -R deep",
    "dots": "LIST -laR " + "deep/../" * 100 + "deep",
    "over the control connection": "STAT many/none*",
}


@pytest.fixture
def huge(tree):
    os.truncate(tree.write("huge"), HUGE)


@contextlib.contextmanager
def hashing(server, count):
    """So many sessions, each waiting for the HASH of a huge file."""
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(contextlib.closing(server.login())) for _ in range(count)]
        for session in sessions:
            session.send("HASH huge")
        time.sleep(0.5)
        yield sessions


def cpu_seconds(pids):
    fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in pids]
    return sum(int(field[11]) + int(field[12]) for field in fields) / os.sysconf("SC_CLK_TCK")


def answered(session, line, *codes):
    """The reply, which came in time."""
    begin = time.monotonic()
    reply = session.cmd(line, *codes)
    assert time.monotonic() - begin < PROMPT_S, line
    return reply


def is_at_rest(server, seconds=1.0):
    workers = server.role("worker")
    before = cpu_seconds(workers)
    time.sleep(seconds)
    return cpu_seconds(workers) - before < seconds / 10


def test_short_commands_among_many_hashes(server, tree, huge):
    with hashing(server, 40), contextlib.closing(server.login()) as other:
        for line, code in (("SIZE hello.txt", 213), ("RNFR hello.txt", 350), ("RNTO renamed", 250), ("MKD made", 257), ("HASH renamed", 213)):
            answered(other, line, code)
        begin = time.monotonic()
        assert b"renamed" in other.fetch("LIST")
        assert other.fetch("RETR renamed") == b"hello, world\n"
        assert time.monotonic() - begin < PROMPT_S


def test_counting_line_ends_among_many_hashes(server, tree, huge):
    os.truncate(tree.path("huge"), 64 << 20)
    with hashing(server, 20), contextlib.closing(server.login()) as other:
        other.cmd("TYPE A", 200)
        other.cmd("SIZE huge", 213)


def test_abort_ends_a_hash(server, alice, huge):
    alice.send("HASH huge")
    assert alice.silent()
    begin = time.monotonic()
    alice.send("ABOR")
    alice.expect(426)
    alice.expect(226)
    assert time.monotonic() - begin < PROMPT_S
    alice.cmd("NOOP", 200)
    assert is_at_rest(server)


def test_abort_overtakes_what_waits(alice, huge):
    alice.raw("HASH huge\r\nPWD\r\nABOR\r\nNOOP\r\n")
    for code in (426, 226, 257, 200):
        alice.expect(code)


@pytest.mark.parametrize("how", ["close", "reset", "kick"])
def test_the_work_of_who_is_gone_stops(server, huge, how):
    session = server.login()
    session.send("HASH huge")
    eventually(lambda: not is_at_rest(server, 0.3))
    if how == "kick":
        number = server.events("login.done")[-1]["session"]
        assert servers.run("kick", number, "--set", f"runtime-dir={server.work / 'run'}").returncode == 0
    session.reset() if how == "reset" else session.close()
    eventually(lambda: is_at_rest(server))


# -- listings

@pytest.fixture(scope="module")
def crowded(pool):
    """A server whose tree has a folder of very many files and one of very many levels; it belongs to these tests."""
    server = pool.launch("--anonymous", "read", "--set", "workers-per-identity=1")
    many = server.tree.mkdir("many")
    for i in range(ENTRIES):
        (many / f"{i:06}-{'ab' * 20}").touch()
    folder = os.open(server.tree.mkdir("deep"), os.O_PATH)
    for _ in range(DEPTH):
        os.mkdir("d" * 30, 0o755, dir_fd=folder)
        below = os.open("d" * 30, os.O_PATH, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    yield server.start()
    server.stop()


def memory_bytes(pids):
    return sum(int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) << 10 for pid in pids)


def has_news(session):
    return bool(session.buffer or select.select([session.sock], [], [], 0)[0])


def test_listings_that_match_nothing(crowded):
    """Each goes through the whole folder and says not a line; another session is served before even one of 60 is through."""
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(contextlib.closing(crowded.anonymous())) for _ in range(60)]
        other = stack.enter_context(contextlib.closing(crowded.anonymous()))
        for session in sessions:
            stack.enter_context(contextlib.closing(session.passive()))
        for session in sessions:
            session.send("LIST many/" + "*[a-b]" * 40 + "none")
        for session in sessions:
            session.expect(150)
        answered(other, "SIZE hello.txt", 213)
        assert not [session for session in sessions if has_news(session)]
        for session in sessions:
            session.expect(226)


def test_zeros_that_are_compressed(crowded):
    """A quarter of a GiB shrinks to what the sockets hold, so no thread ever waits for a client; another session is served before one is through."""
    os.truncate(crowded.tree.write("zeros"), 1 << 28)
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(contextlib.closing(crowded.anonymous())) for _ in range(24)]
        other = stack.enter_context(contextlib.closing(crowded.anonymous()))
        for session in sessions:
            session.cmd("TYPE I", 200)
            session.cmd("MODE Z", 200)
            stack.enter_context(contextlib.closing(session.passive()))
        for session in sessions:
            session.send("RETR zeros")
        for session in sessions:
            session.expect(150)
        other.cmd("SIZE hello.txt", 213)
        assert not [session for session in sessions if has_news(session)]


@pytest.mark.parametrize("line", BOMBS.values(), ids=BOMBS)
def test_bombs(crowded, line):
    """Twelve at once: refused or listed, another session is served meanwhile, and the worker does not grow with what it lists."""
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(contextlib.closing(crowded.anonymous())) for _ in range(12)]
        other = stack.enter_context(contextlib.closing(crowded.anonymous()))
        datas = [stack.enter_context(contextlib.closing(session.passive())) for session in sessions]
        answered(other, "SIZE hello.txt", 213)
        before = memory_bytes(crowded.role("worker"))
        for session in sessions:
            session.send(line)
        for _ in range(10):
            answered(other, "SIZE hello.txt", 213)
            time.sleep(0.02)
        assert memory_bytes(crowded.role("worker")) - before < 48 << 20
        for session, data in zip(sessions, datas):
            if session.expect(150, 213, 550, 451).code == 150:
                wire.read_all(data)
                session.expect(226, 451)


def test_abort_ends_a_listing_that_matches_nothing(crowded):
    with contextlib.closing(crowded.anonymous()) as session, contextlib.closing(session.passive()):
        session.raw("LIST many/" + "*[a-b]" * 40 + "\r\nABOR\r\n")
        codes = [session.reply().code for _ in range(2)]
        assert codes[-1] in (226, 426) and session.cmd("NOOP").code in (200, 226)
