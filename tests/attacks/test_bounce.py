# SPDX-License-Identifier: ISC
"""The bounce attack of CERT's tip, section 3: the server is told to connect to somebody else. Canaries listen where it would go."""

import contextlib

import pytest

from lib import netns, wire
from lib.server import PASSWORD, USER

STRANGER = "127.0.0.2"


@pytest.fixture
def victim():
    """A service of a third party."""
    with contextlib.closing(wire.canary(STRANGER)) as listener:
        yield listener


def told(listener):
    """What an attacker sends to name a listener, in each form."""
    host, port = listener.getsockname()[:2]
    return [wire.eprt(host, port)] if ":" in host else [wire.port(host, port), wire.eprt(host, port)]


@pytest.mark.parametrize("form", [0, 1], ids=["PORT", "EPRT"])
@pytest.mark.parametrize("command", ["RETR hello.txt", "LIST", "NLST", "MLSD", "STOR loot", "APPE loot", "STOU"])
def test_third_party(alice, victim, tree, form, command):
    alice.cmd(told(victim)[form], 504)
    alice.cmd(command, 425)
    assert not wire.was_called(victim)
    assert "loot" not in tree.names()


@pytest.mark.isolated
def test_third_party_over_ipv6(server):
    with contextlib.closing(wire.canary(netns.THIRD_PARTY6)) as victim, \
            contextlib.closing(server.anonymous(host=netns.HOST6, source=netns.HOST6)) as guest:
        guest.cmd(told(victim)[0], 504)
        guest.cmd("RETR hello.txt", 425)
        assert not wire.was_called(victim)


@pytest.mark.isolated
@pytest.mark.parametrize("port", [20, 25, 80, 445, 1023, 2049, 3306, 6000, 6379, 8080])
def test_services_of_the_client_host(guest, port):
    """The client's own host has services too, and other users of it."""
    with contextlib.closing(wire.canary("127.0.0.1", port)) as service:
        for line in told(service):
            guest.cmd(line, 504)
            guest.cmd("RETR hello.txt", 425)
        assert not wire.was_called(service, 0.1)


def test_own_control_port(server, guest):
    """The server is not made to log in to itself."""
    before = len(server.events())
    guest.cmd(wire.port("127.0.0.1", server.port), 504)
    guest.cmd("RETR hello.txt", 425)
    after = [str(event.get("event")) for event in server.events()[before:]]
    assert not any(event.startswith(("session.open", "login")) for event in after), after


GOOD, BAD = b"an own listener", b"the victim"  # replaced by the PORT that names it
FETCH, USER_LINE, PASS_LINE = b"RETR hello.txt", f"USER {USER}".encode(), f"PASS {PASSWORD}".encode()
TRICKS = {
    "a good endpoint before the refused one": [(GOOD, 200), (BAD, 504), (FETCH, 425)],
    "a passive one before the refused one": [(b"PASV", 227), (BAD, 504), (FETCH, 425)],
    "the refused one twice": [(BAD, 504), (BAD, 504), (b"LIST", 425)],
    "a refused one, then EPSV ALL": [(BAD, 504), (b"EPSV ALL", 200), (BAD, 501), (b"LIST", 425)],
    "refused, then REST": [(BAD, 504), (b"REST 1", 350), (FETCH, 425)],
    "refused, then a refused transfer, then another": [(BAD, 504), (b"RETR missing", 550, 425), (FETCH, 425)],
    "before a new login": [(BAD, 504), (USER_LINE, 331), (PASS_LINE, 230), (FETCH, 425)],
    "before REIN": [(BAD, 504), (b"REIN", 220), (USER_LINE, 331), (PASS_LINE, 230), (b"LIST", 425)],
    "between login and login": [(b"REIN", 220), (BAD, 530), (USER_LINE, 331), (BAD, 530), (PASS_LINE, 503, 230)],
    "behind a Telnet command": [(b"\xff\xf1" + BAD, 504), (b"LIST", 425)],
}


@pytest.mark.parametrize("is_pipelined", [False, True], ids=["stepwise", "pipelined"])
@pytest.mark.parametrize("title", TRICKS)
def test_tricks_with_state(alice, victim, title, is_pipelined):
    with contextlib.closing(alice.listen()) as own:
        good, bad = (wire.encode(told(listener)[0]) for listener in (own, victim))
        steps = [(line.replace(GOOD, good).replace(BAD, bad) + b"\r\n", codes) for line, *codes in TRICKS[title]]
        if is_pipelined:
            alice.raw(b"".join(line for line, _ in steps))
        for line, codes in steps:
            if not is_pipelined:
                alice.raw(line)
            alice.expect(*codes)
        assert not wire.was_called(victim) and not wire.was_called(own, 0.1)


def test_a_refusal_is_logged_with_its_reason(server, alice, victim):
    alice.cmd(told(victim)[0], 504)
    event = server.wait_event("port.refused")
    assert event.get("reason") == "third-party", event
    assert event.get("source.ip") == "127.0.0.1" and event.get("user.name") == USER, event
    assert STRANGER in str(event)


# -- the policies that admit a third party

@pytest.mark.serve("--port-policy", "rfc")
class TestRfc:
    def test_third_party_is_served(self, guest, victim):
        for line in told(victim):
            guest.cmd(line, 200)
            assert not wire.was_called(victim), "nothing is connected before a transfer command"
            guest.cmd("RETR hello.txt", 150)
            with contextlib.closing(wire.take(victim)) as data:
                assert wire.read_all(data) == b"hello, world\n"
            guest.expect(226)

    @pytest.mark.isolated
    def test_any_port(self, guest):
        with contextlib.closing(wire.canary(STRANGER, 25)) as service:
            guest.cmd(told(service)[0], 200)
            guest.cmd("RETR hello.txt", 150)
            assert wire.was_called(service, 5)

    @pytest.mark.parametrize("line", [
        "PORT 127,0,0,1,0,0", "PORT 0,0,0,0,200,10", "PORT 255,255,255,255,200,10", "PORT 224,0,0,1,200,10", "EPRT |1|0.0.0.0|51210|"])
    def test_what_stays_refused(self, guest, line):
        guest.cmd(line, 504)

    @pytest.mark.parametrize("line", ["PORT 127,0,0,1,200,10x", "PORT 0127,0,0,1,200,10", "EPRT |1|127.1|51210|"])
    def test_the_grammar_stays_strict(self, guest, line):
        guest.cmd(line, 501)

    def test_anybody_may_fetch(self, guest):
        port = guest.epsv()
        with contextlib.closing(guest.dial(port, source=STRANGER)) as data:
            guest.cmd("RETR hello.txt", 150)
            assert wire.read_all(data) == b"hello, world\n"
        guest.expect(226)

    def test_it_warns(self, launch):
        server = launch("--port-policy", "rfc")
        said = server.output() + server.log_text()
        assert "rfc" in said and "warning" in said.lower()
