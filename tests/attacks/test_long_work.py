# SPDX-License-Identifier: ISC
"""Work without a foreseeable end (HASH of a huge file, listings that match nothing) holds up nobody but who asked for it."""

import contextlib
import os
import time
from pathlib import Path

import pytest

from lib import server as servers
from lib.uploads import eventually

HUGE = 1 << 40
PROMPT_S = 2


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


def is_at_rest(server, seconds=1.0):
    workers = server.role("worker")
    before = cpu_seconds(workers)
    time.sleep(seconds)
    return cpu_seconds(workers) - before < seconds / 10


def test_short_commands_among_many_hashes(server, tree, huge):
    with hashing(server, 40), contextlib.closing(server.login()) as other:
        for line, code in (("SIZE hello.txt", 213), ("RNFR hello.txt", 350), ("RNTO renamed", 250), ("MKD made", 257), ("HASH renamed", 213)):
            begin = time.monotonic()
            other.cmd(line, code)
            assert time.monotonic() - begin < PROMPT_S, line
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
