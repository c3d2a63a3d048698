# SPDX-License-Identifier: ISC
"""`allow-list` admits exactly what its rules name, in the policy of a listener, a user or a group, and nothing a client says changes it."""

import contextlib
import crypt

import pytest

from lib import wire
from lib.server import PASSWORD

PARTNER, OTHER = "127.0.0.2", "127.0.0.3"
HASH = crypt.crypt(PASSWORD, crypt.METHOD_SHA512)
USERS = f"""
anonymous = read
anonymous-root = "{{tree}}"
user "alice" {{ home = "{{tree}}" rights = all group = "fxp" password-hash = "{HASH}" }}
user "bob" {{ home = "{{tree}}" rights = all password-hash = "{HASH}" }}
"""


def refused(session, host, port):
    session.cmd(wire.port(host, port), 504)
    session.cmd("RETR hello.txt", 425)


def served(session, listener):
    session.cmd(wire.port(*listener.getsockname()), 200)
    session.cmd("RETR hello.txt", 150)
    with contextlib.closing(wire.take(listener)) as data:
        assert wire.read_all(data) == b"hello, world\n"
    session.expect(226)


@pytest.fixture
def sessions(launch):
    """Starts a server with a configuration and logs in its users: sessions(text) -> login(user)."""
    with contextlib.ExitStack() as stack:
        def start(text):
            server = launch(config=USERS + text)
            return lambda user, **where: stack.enter_context(contextlib.closing(
                server.anonymous(**where) if user == "anonymous" else server.login(user=user, **where)))
        yield start


def test_without_a_rule_nobody_is_allowed(sessions):
    alice = sessions("port-policy = allow-list")("alice")
    refused(alice, PARTNER, 51210)


def test_the_client_itself_is_served_as_ever(sessions):
    alice = sessions("port-policy = allow-list")("alice")
    for mode in ("passive", "active"):
        assert alice.fetch("RETR hello.txt", mode) == b"hello, world\n"
    refused(alice, "127.0.0.1", 25)
    refused(alice, "127.0.0.1", 6000)


def test_a_rule_admits_its_target_and_no_other(sessions):
    with contextlib.closing(wire.canary(PARTNER)) as partner, contextlib.closing(wire.canary(OTHER)) as other:
        login = sessions(f'''port-policy = allow-list
            allow {{ client = "127.0.0.1/32" target = "{PARTNER}/32" direction = active }}''')
        alice = login("alice")
        served(alice, partner)
        refused(alice, *other.getsockname())
        refused(alice, PARTNER, 25)
        refused(alice, PARTNER, 6000)
        for address in ("0.0.0.0", "255.255.255.255", "224.0.0.1"):
            refused(alice, address, 51210)
        refused(alice, PARTNER, 0)
        refused(login("alice", source=OTHER), *partner.getsockname()[:2])
        assert not wire.was_called(other)


def test_a_rule_for_a_user_a_group_or_a_range(sessions):
    with contextlib.closing(wire.canary(PARTNER, 40_007)) as partner, contextlib.closing(wire.canary(OTHER, 40_007)) as other:
        login = sessions(f'''port-policy = allow-list
            allow {{ client = "127.0.0.0/8" target = "{PARTNER}/32" ports = 40000-40010 user = "bob" }}
            allow {{ client = "127.0.0.0/8" target = "{OTHER}/32" ports = 40007 group = "fxp" }}''')
        alice, bob, guest = login("alice"), login("bob"), login("anonymous")
        served(bob, partner)
        served(alice, other)
        refused(alice, PARTNER, 40_007)
        refused(bob, OTHER, 40_007)
        refused(bob, PARTNER, 40_011)
        refused(alice, OTHER, 40_008)
        refused(guest, PARTNER, 40_007)
        refused(guest, OTHER, 40_007)


@pytest.mark.parametrize("direction", ["active", "passive"])
def test_a_rule_for_one_direction(sessions, direction):
    with contextlib.closing(wire.canary(PARTNER)) as partner:
        alice = sessions(f'''port-policy = allow-list
            allow {{ client = "127.0.0.1/32" target = "{PARTNER}/32" direction = {direction} }}''')("alice")
        if direction == "active":
            served(alice, partner)
        else:
            refused(alice, *partner.getsockname())
        with contextlib.closing(alice.dial(alice.epsv(), source=PARTNER)) as data:
            if direction == "active":
                assert wire.is_closed(data)
            else:
                alice.cmd("RETR hello.txt", 150)
                assert wire.read_all(data) == b"hello, world\n"


def test_the_policy_of_a_user_goes_before_all_others(sessions):
    with contextlib.closing(wire.canary(PARTNER)) as partner:
        login = sessions('for-user "bob" { port-policy = rfc }')
        served(login("bob"), partner)
        refused(login("alice"), *partner.getsockname())
        refused(login("anonymous"), *partner.getsockname())


def test_the_policy_of_a_group(sessions):
    with contextlib.closing(wire.canary(PARTNER)) as partner:
        login = sessions('for-group "fxp" { port-policy = rfc }')
        served(login("alice"), partner)
        refused(login("bob"), *partner.getsockname())


def test_a_stricter_policy_for_one_user(sessions):
    with contextlib.closing(wire.canary(PARTNER)) as partner:
        login = sessions('port-policy = rfc\nfor-user "bob" { port-policy = suppress }')
        served(login("alice"), partner)
        refused(login("bob"), *partner.getsockname())


def test_two_servers_exchange_a_file(launch):
    """FXP between partners: the client tells one server to listen and the other to connect there."""
    rule = 'port-policy = allow-list\nallow { client = "127.0.0.0/8" target = "127.0.0.0/8" user = "alice" }'
    source, target = launch(config=USERS + rule), launch(config=USERS + rule)
    target.tree.root.chmod(0o777)
    with contextlib.closing(source.login(source=PARTNER)) as here, contextlib.closing(target.login()) as there:
        there.cmd(wire.port(*here.pasv()), 200)
        here.send("RETR hello.txt")
        there.send("STOR copy")
        for session in (here, there):
            session.expect(150)
            session.expect(226)
    assert target.tree.read("copy") == b"hello, world\n"
