# SPDX-License-Identifier: ISC
"""Somebody else at the passive port: closed, counted and logged, and the owner is served all the same."""

import contextlib
import socket
import time

import pytest

from lib import netns, wire

STRANGER = "127.0.0.2"


def dial_as_stranger(session, port):
    return contextlib.closing(session.dial(port, source=STRANGER))


def serve_owner(session, port):
    with contextlib.closing(session.dial(port)) as data:
        session.cmd("RETR hello.txt", 150)
        assert wire.read_all(data) == b"hello, world\n"
    session.expect(226)


def test_a_stranger_is_closed_and_the_owner_served(server, guest):
    port = guest.epsv()
    with dial_as_stranger(guest, port) as stranger:
        assert wire.is_closed(stranger)
    event = server.wait_event("data.stranger")
    assert (event["source.ip"], event["client.ip"]) == (STRANGER, "127.0.0.1"), event
    serve_owner(guest, port)


def test_a_stranger_after_the_transfer_command(server, guest):
    """The server waits for its client: the stranger is not the one it waits for."""
    port = guest.epsv()
    guest.send("RETR hello.txt")
    with dial_as_stranger(guest, port) as stranger:
        assert wire.is_closed(stranger)
    with contextlib.closing(guest.dial(port)) as data:
        guest.expect(150)
        assert wire.read_all(data) == b"hello, world\n"
    guest.expect(226)
    server.wait_event("data.stranger")


def test_a_crowd_of_strangers(server, guest):
    """They cannot fill the listener's queue, since each is taken from it at once."""
    port = guest.epsv()
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(dial_as_stranger(guest, port)) for _ in range(100)]
        serve_owner(guest, port)
        assert all(wire.is_closed(stranger) for stranger in crowd)


def test_a_stranger_cannot_upload(guest, server):
    with contextlib.closing(server.login()) as alice:
        port = alice.epsv()
        alice.send("STOR planted")
        with dial_as_stranger(alice, port) as stranger, contextlib.suppress(ConnectionError):
            stranger.sendall(b"evil")
            assert wire.is_closed(stranger)
        with contextlib.closing(alice.dial(port)) as data:
            alice.expect(150)
            data.sendall(b"good")
        alice.expect(226)
    assert server.tree.read("planted") == b"good"


def test_the_port_takes_one_connection(guest):
    port = guest.epsv()
    with contextlib.closing(guest.dial(port)) as data:
        guest.cmd("RETR hello.txt", 150)
        wire.read_all(data)
        guest.expect(226)
    with pytest.raises(ConnectionRefusedError):
        guest.dial(port)


@pytest.mark.parametrize("ending", ["QUIT", "REIN", "ABOR", "PORT 127,0,0,1,0,1", "EPSV", None], ids=str)
def test_an_unused_port_is_closed(guest, ending):
    port = guest.epsv()
    if ending:
        guest.cmd(ending)
    else:
        guest.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            pass  # it was closed with this connection in its queue
        time.sleep(0.05)
    pytest.fail("the passive port is still open")


@pytest.mark.isolated
def test_over_ipv6(server):
    with contextlib.closing(server.anonymous(host=netns.HOST6, source=netns.HOST6)) as guest:
        port = guest.epsv()
        with contextlib.closing(guest.dial(port, source=netns.THIRD_PARTY6)) as stranger:
            assert wire.is_closed(stranger)
        serve_owner(guest, port)


def test_one_session_cannot_take_the_port_of_another_host(server):
    """Two clients at the same time, each with an open port: neither can fetch the other's file."""
    with contextlib.closing(server.anonymous()) as first, contextlib.closing(server.anonymous(source=STRANGER)) as second:
        port = first.epsv()
        with dial_as_stranger(first, port) as thief:
            first.send("RETR hello.txt")
            assert wire.is_closed(thief)
        serve_owner(second, second.epsv())
        with contextlib.closing(first.dial(port)) as data:
            first.expect(150)
            assert wire.read_all(data) == b"hello, world\n"
        first.expect(226)
