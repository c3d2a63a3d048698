# SPDX-License-Identifier: ISC
"""Who fails too often gets 421 (RFC 2577 section 5), whatever the number of connections; whose name is guessed at is still let in from home."""

import contextlib
import json
import os
import signal
import sqlite3
import time

import pytest

from lib import netns, server as servers
from lib.uploads import eventually

GUESSER, HOME, ELSEWHERE = "127.0.0.2", "127.0.0.3", "127.0.0.4"
# Loopback is not counted by default, so that who tries a server out does not ban himself.
COUNT = ("--set", "login-delay=0s", "--set", "ban-except=192.0.2.0/24")
ALICE = ("--user", servers.USER, "--password-file", "PASSWORD_FILE", "--set", "login-tries=100")


def fail(server, source=GUESSER, user=servers.USER, times=1):
    """Wrong passwords on one connection; the one that leads to a ban is the last."""
    with contextlib.closing(server.connect(source=source)) as session:
        for _ in range(times):
            session.cmd(f"USER {user}", 331)
            if session.cmd("PASS wrong", 530, 421).code == 421:
                break


def greeting(server, source):
    with contextlib.closing(server.connect(source=source, greeting=None)) as session:
        return session.reply().code


def is_let_in(server, source, password=servers.PASSWORD):
    with contextlib.closing(server.connect(source=source)) as session:
        session.cmd(f"USER {servers.USER}", 331)
        return session.cmd(f"PASS {password}", 230, 530).code == 230


def ban(server, *words, code=0):
    place = ["--config", server.config, "--state-dir", server.work / "state"] if server.config else []
    done = servers.run("ban", *words, *place, "--set", f"runtime-dir={server.work / 'run'}")
    assert done.returncode == code, done.stdout + done.stderr
    return done


def bans(server):
    return [json.loads(line) for line in ban(server, "list", "--json").stdout.splitlines()]


def test_an_address_that_fails_on_many_connections_is_banned(launch):
    server = launch(*ALICE, *COUNT, "--set", "ban-after=5")
    with contextlib.closing(server.connect(source=GUESSER)) as early, contextlib.closing(server.login(source=GUESSER)) as inside:
        for _ in range(5):
            fail(server)
        event = server.wait_event("ban.added")
        assert (event["source.network"], event["failures"]) == (f"{GUESSER}/32", 5)
        early.expect(421)
        assert early.closed(), "a connection without login ends with the ban"
        inside.cmd("NOOP", 200)
    assert greeting(server, GUESSER) == 421
    assert server.wait_event("login.banned")["source.ip"] == GUESSER
    assert is_let_in(server, HOME)


def test_the_ban_ends_by_itself(launch):
    server = launch(*ALICE, *COUNT, "--set", "ban-after=2", "--set", "ban-time=2s")
    fail(server, times=1)
    fail(server, times=1)
    eventually(lambda: greeting(server, GUESSER) == 421)
    eventually(lambda: greeting(server, GUESSER) == 220, 15)
    assert is_let_in(server, GUESSER)


def test_failures_of_long_ago_do_not_count(launch):
    server = launch(*ALICE, *COUNT, "--set", "ban-after=2", "--set", "ban-window=1s")
    for _ in range(3):
        fail(server)
        time.sleep(1.2)
    assert not server.events("ban.added")
    assert greeting(server, GUESSER) == 220


def test_unknown_names_count_too(launch):
    server = launch(*ALICE, *COUNT, "--set", "ban-after=3")
    for number in range(3):
        fail(server, user=f"nobody{number}")
    eventually(lambda: greeting(server, GUESSER) == 421)


def test_loopback_is_not_counted_unless_told(launch):
    server = launch(*ALICE, "--set", "login-delay=0s", "--set", "ban-after=2")
    fail(server, times=5)
    assert greeting(server, GUESSER) == 220


@pytest.mark.isolated
def test_a_client_of_ipv6_is_its_64(launch):
    server = launch(*ALICE, *COUNT, "--set", "ban-after=2")
    netns.ip("-6", "address", "replace", "fd00:c::1/128", "dev", "lo", "nodad")

    def connect(source, **options):
        return contextlib.closing(server.connect(host=netns.HOST6, source=source, **options))

    for source in (netns.HOST6, netns.THIRD_PARTY6):
        with connect(source) as session:
            session.cmd(f"USER {servers.USER}", 331)
            session.cmd("PASS wrong", 530, 421)
    event = server.wait_event("ban.added")
    assert event["source.network"] == "fd00:b::/64"
    with connect(netns.HOST6, greeting=421), connect("fd00:c::1", greeting=220):
        pass


def test_answers_to_one_address_come_ever_later(launch):
    server = launch(*ALICE, "--set", "login-delay=300ms", "--set", "ban-except=192.0.2.0/24", "--set", "ban-after=0")
    times = []
    for _ in range(5):
        start = time.monotonic()
        fail(server)
        times.append(time.monotonic() - start)
    assert times[4] > 1.4 > 0.3 <= times[0]
    start = time.monotonic()
    fail(server, source=ELSEWHERE)
    assert time.monotonic() - start < times[4], "others do not wait for it"


def test_a_name_that_is_guessed_at(launch):
    """From all the world: the user is let in from home, not from where the user was never before, though the password is right."""
    server = launch(*ALICE, *COUNT, "--set", "ban-user-after=6")
    assert is_let_in(server, HOME)
    for number in range(6):
        fail(server, source=f"127.0.1.{number}")
    event = server.wait_event("ban.added")
    assert (event["user.name"], event["source.network"]) == (servers.USER, "")
    assert not is_let_in(server, ELSEWHERE)
    assert is_let_in(server, HOME)
    ban(server, "lift", servers.USER)
    assert is_let_in(server, ELSEWHERE)


def test_who_is_at_home_may_mistype(launch):
    """What fails at the user's own address does not shut the user out elsewhere."""
    server = launch(*ALICE, *COUNT, "--set", "ban-user-after=3", "--set", "ban-after=0")
    assert is_let_in(server, HOME)
    fail(server, source=HOME, times=8)
    assert is_let_in(server, ELSEWHERE)


def test_the_list_and_its_changes(launch):
    server = launch(*ALICE, *COUNT)
    assert "Nobody is banned" in ban(server, "list").stdout
    ban(server, "add", GUESSER, "--time", "1h")
    ban(server, "add", "127.0.9.0/24", "--forever")
    assert greeting(server, GUESSER) == greeting(server, "127.0.9.77") == 421
    found = {each["source.network"]: each for each in bans(server)}
    assert set(found) == {GUESSER, "127.0.9.0/24"}
    assert found[GUESSER]["by-hand"] and found["127.0.9.0/24"]["until"].startswith("9999")
    text = ban(server, "list").stdout
    assert GUESSER in text and "by hand" in text
    ban(server, "lift", GUESSER)
    assert greeting(server, GUESSER) == 220
    assert server.wait_event("ban.lifted")["source.network"] == f"{GUESSER}/32"
    ban(server, "lift", "127.0.9.0/24")
    assert greeting(server, "127.0.9.77") == 220
    assert "not banned" in ban(server, "lift", GUESSER, code=1).stderr
    assert "not banned" in ban(server, "lift", "nobody", code=1).stderr


@pytest.mark.parametrize("words", [("add", "alice"), ("add", "192.0.2.1/24"), ("add", "192.0.2.1", "--time", "soon")])
def test_what_cannot_be_banned(launch, words):
    assert "breakwater ban add" in ban(launch(*ALICE), *words, code=2).stderr


def test_bans_outlive_auth(launch):
    server = launch(*ALICE, *COUNT)
    ban(server, "add", GUESSER)
    auth, = server.role("auth")
    os.kill(auth, signal.SIGKILL)
    eventually(lambda: server.role("auth") not in ([], [auth]))
    eventually(lambda: any(each["source.network"] == GUESSER for each in bans(server)))
    assert greeting(server, GUESSER) == 421
    ban(server, "lift", GUESSER)
    assert greeting(server, GUESSER) == 220


def test_bans_and_known_places_outlive_the_server(launch):
    server = launch(*COUNT, "--set", "ban-user-after=2", "--set", "login-tries=100", config="")
    user = ("--config", server.config, "--state-dir", server.work / "state")
    done = servers.run("user", "add", servers.USER, "--home", server.tree.root, "--password-stdin", *user, stdin=servers.PASSWORD)
    assert done.returncode == 0, done.stderr
    assert is_let_in(server, HOME)
    ban(server, "add", GUESSER)
    server.stop()
    state = server.work / "state" / "bans-main"
    assert state.stat().st_mode & 0o777 == 0o600
    with state.open("r+b") as file:  # a record that was written in half
        file.seek(0, os.SEEK_END)
        file.write(b"half")
    server.start()
    assert greeting(server, GUESSER) == 421
    fail(server, source="127.0.1.1", times=2)
    server.wait_event("ban.added")
    assert is_let_in(server, HOME) and not is_let_in(server, ELSEWHERE)


def test_a_flood_of_guesses_is_over_with_the_ban(launch):
    """Those that wait for their turn are sent away, and nothing more is computed for them."""
    server = launch(*ALICE, *COUNT, "--set", "ban-after=4")
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(contextlib.closing(server.connect(source=GUESSER))) for _ in range(60)]
        for session in sessions:
            session.raw(f"USER {servers.USER}\r\nPASS wrong\r\n")
        codes = []
        for session in sessions:
            session.expect(331)
            codes.append(session.expect(530, 421).code)
        assert codes.count(421) >= 50
    assert is_let_in(server, HOME)


def test_root_and_empty_passwords(launch):
    """Not even when the store has them."""
    server = launch("--set", "login-delay=0s", config="")
    words = ("--config", server.config, "--state-dir", server.work / "state")
    done = servers.run("user", "add", servers.USER, "--home", server.tree.root, "--password-stdin", *words, stdin=servers.PASSWORD)
    assert done.returncode == 0, done.stderr
    assert servers.run("user", "add", "root", "--home", server.tree.root, "--password-stdin", *words, stdin="x").returncode != 0
    with contextlib.closing(sqlite3.connect(server.work / "state/auth/users.db")) as store, store:
        store.execute("INSERT INTO user SELECT 'root', password_hash, home, rights, uid, is_disabled FROM user")
        # The hash of no password at all.
        empty = "$6$saltsalt$qkTgsCrWMTAS9gBGcf9W60sFfH.hU0oTCAOJjhbz5tSp/sU3/xXZK4OFwCtq8lIIdpJ6CatVdOTSHKp97TPkt/"
        store.execute("INSERT INTO user SELECT 'empty', ?, home, rights, uid, is_disabled FROM user WHERE name = 'root'", (empty,))
    for user, password in (("root", servers.PASSWORD), ("ROOT", servers.PASSWORD), ("empty", "")):
        with contextlib.closing(server.connect()) as session:
            session.cmd(f"USER {user}", 331)
            session.cmd(f"PASS {password}".strip(), 530, 501)
    assert is_let_in(server, None)
