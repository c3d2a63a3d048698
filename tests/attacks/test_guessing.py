# SPDX-License-Identifier: ISC
"""Who guesses passwords pays for it: others log in meanwhile, and nothing is worked on for those who have gone."""

import contextlib
import time

import pytest

from lib import server as servers, wire

GUESSER = "127.0.0.2"
pytestmark = pytest.mark.serve(*("--user", servers.USER, "--password-file", "PASSWORD_FILE"), "--set", "login-delay=0s")


def guess(server, source=GUESSER):
    session = server.connect(source=source)
    session.raw(f"USER {servers.USER}\r\nPASS wrong\r\n")
    session.expect(331)
    return session


def is_answered(session):
    session.sock.settimeout(0.001)
    try:
        return session.reply().code == 530
    except TimeoutError:
        return False


def time_of_a_login(server, **options):
    start = time.monotonic()
    server.login(**options).close()
    return time.monotonic() - start


def test_wrong_passwords_hold_nobody_else(server):
    """A hundred wrong ones wait; a right one from another address is soon in."""
    with contextlib.ExitStack() as stack:
        guesses = [stack.enter_context(contextlib.closing(guess(server))) for _ in range(100)]
        guesses = [session for session in guesses if not is_answered(session)]
        assert len(guesses) > 30, "the machine computes hashes faster than this test asks for them"
        time_of_a_login(server)
        assert sum(map(is_answered, guesses)) < len(guesses) / 2


def test_nothing_is_worked_on_for_those_who_have_gone(server):
    alone = min(time_of_a_login(server) for _ in range(3))
    for session in [guess(server) for _ in range(100)]:
        session.close()
    assert time_of_a_login(server, source=GUESSER) < 0.5 + 20 * alone


def test_everybody_at_one_address_is_answered(server):
    """Each in its turn, right or wrong, and who sends no more has his answer too."""
    with contextlib.ExitStack() as stack:
        guesses = [stack.enter_context(contextlib.closing(guess(server))) for _ in range(20)]
        right = stack.enter_context(contextlib.closing(server.connect(source=GUESSER)))
        right.login(servers.USER, servers.PASSWORD)
        for session in guesses:
            session.expect(530)


def test_the_limit_of_tries(server):
    with contextlib.closing(guess(server)) as session:
        session.expect(530)
        session.raw(f"USER {servers.USER}\r\nPASS wrong\r\n" * 2)
        assert [session.reply().code for _ in range(4)] == [331, 530, 331, 421]
        assert wire.is_closed(session.sock)
