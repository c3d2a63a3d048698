# SPDX-License-Identifier: ISC
"""Behind a balancer: the PROXY header is believed from its networks and from nobody else, and names who gets a session's data."""

import contextlib
import socket
import struct

import pytest

from lib import wire

BALANCER, PLAIN, CLIENT, THIEF = "127.0.0.2", "127.0.0.3", "192.0.2.7", "192.0.2.8"
FRONT = "198.51.100.80"  # the balancer's own address, as the client sees it
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
OPTIONS = ("--anonymous", "read", "--set", f"proxy-from={BALANCER}", "--set", f"balancers={PLAIN}", "--set", "data-timeout=2s", "--set",
           "login-timeout=2s")
pytestmark = pytest.mark.serve(*OPTIONS)


def v1(client=CLIENT):
    return f"PROXY TCP4 {client} {FRONT} 40000 21\r\n".encode()


def v2(client=CLIENT):
    addresses = socket.inet_aton(client) + socket.inet_aton(FRONT) + struct.pack("!HH", 40000, 21) + b"\x04\0\1\0"
    return SIGNATURE + b"\x21\x11" + struct.pack("!H", len(addresses)) + addresses


LOCAL = SIGNATURE + b"\x20\0\0\0"


def arrive(server, header, source=BALANCER):
    """A control connection whose first bytes are the header."""
    session = server.connect(source=source, greeting=None)
    session.raw(header)
    session.expect(220)
    return session


def call(session, port, header, source=BALANCER):
    """A data connection in the same way."""
    data = session.dial(port, source)
    data.sendall(header)
    return data


def fetch(session, port, header):
    with call(session, port, header) as data:
        session.cmd("RETR hello.txt", 150)
        assert wire.read_all(data) == b"hello, world\n"
    session.expect(226)


def gets_nothing(data):
    try:
        return wire.read_all(data) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("header", (v1, v2))
def test_a_client_behind_it_is_served(server, header):
    session = arrive(server, header()).login()
    host, port = session.pasv()
    assert host == FRONT
    fetch(session, port, header())
    assert [e["source.ip"] for e in server.events("login.done")] == [CLIENT]
    session.close()


def test_transfers_one_after_another(server):
    """From the second on the port is one that was bound ahead."""
    session = arrive(server, v2()).login()
    for _ in range(5):
        host, port = session.pasv()
        assert host == FRONT
        fetch(session, port, v1())
    session.close()


def test_a_header_in_pieces_with_commands_behind_it(server):
    session = server.connect(source=BALANCER, greeting=None)
    header = v2()
    for at in range(len(header) - 1):
        session.raw(header[at:at + 1])
        assert session.silent(0.01)
    session.raw(header[-1:] + b"USER anonymous\r\nPASS x\r\n")
    for code in (220, 331, 230):
        session.expect(code)
    session.close()


@pytest.mark.parametrize("header", (v2(THIEF), v1(THIEF), LOCAL, b"GET / HTTP/1.0\r\n\r\n"))
def test_another_client_of_the_balancer_gets_nothing(server, header):
    session = arrive(server, v2()).login()
    _, port = session.pasv()
    with call(session, port, header) as thief, call(session, port, v2()) as data:
        assert gets_nothing(thief)
        session.cmd("RETR hello.txt", 150)
        assert wire.read_all(data) == b"hello, world\n"
        session.expect(226)
    session.close()


def test_callers_that_wait_do_not_hold_the_port(server):
    session = arrive(server, v2()).login()
    _, port = session.pasv()
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(call(session, port, b"PROXY ")) for _ in range(40)]
        data = stack.enter_context(call(session, port, v2()))
        session.cmd("RETR hello.txt", 150)
        assert wire.read_all(data) == b"hello, world\n"
        assert all(map(gets_nothing, silent))
    session.expect(226)
    session.close()


def test_a_header_from_a_stranger(server):
    """From other networks it is no more than a wrong command, and nothing that it says is heeded."""
    session = server.connect(greeting=None)
    session.raw(v1())
    session.expect(220)
    session.expect(500)
    session.login()
    host, port = session.pasv()
    assert host == "127.0.0.1"
    with call(session, port, v2(CLIENT), source="127.0.0.9") as data:
        assert gets_nothing(data)
    session.close()
    forged = server.connect(greeting=None)
    forged.raw(v2())
    assert forged.closed()


@pytest.mark.parametrize("start", (b"USER anonymous\r\n", b"GET / HTTP/1.0\r\n\r\n", v1().replace(b"TCP4", b"UDP4"), SIGNATURE + b"\x31\x11\0\0", b""))
def test_a_balancer_without_a_header_is_closed(server, start):
    session = server.connect(source=BALANCER, greeting=None)
    session.raw(start)
    assert session.closed(within=10)
    assert server.wait_event("proxy.refused")["source.ip"] == BALANCER


def test_the_limit_counts_clients_and_not_the_balancer(launch):
    server = launch("--anonymous", "read", "--set", f"proxy-from={BALANCER}", "--set", "max-sessions-per-address=2")
    with contextlib.ExitStack() as stack:
        for number in range(6):
            stack.enter_context(contextlib.closing(arrive(server, v2(f"192.0.2.{number + 1}"))))
        stack.enter_context(contextlib.closing(arrive(server, v2("192.0.2.1"))))
        third = server.connect(source=BALANCER, greeting=None)
        third.raw(v2("192.0.2.1"))
        third.expect(421)


def test_active_mode_goes_to_the_client_alone(server):
    with wire.canary(BALANCER) as balancer:
        session = arrive(server, v1("127.0.0.5")).login()
        session.cmd(wire.port(*balancer.getsockname()), 504)
        with contextlib.closing(wire.canary("127.0.0.5")) as client:
            session.cmd(wire.port(*client.getsockname()), 200)
            session.cmd("RETR hello.txt", 150)
            data, _ = client.accept()
            assert wire.read_all(data) == b"hello, world\n"
            session.expect(226)
        session.close()


@pytest.mark.parametrize("source, header", ((PLAIN, None), (BALANCER, LOCAL)))
def test_theft_behind_a_plain_balancer(server, source, header):
    """All clients of a balancer that does not name them look like one: passive mode would give each the others' data."""
    session = arrive(server, header, source).login() if header else server.anonymous(source=source)
    for command in ("PASV", "EPSV"):
        assert "balancer" in session.cmd(command, 502).text
    session.cmd("RETR hello.txt", 425)
    session.close()


def test_waiting_connections_end_with_the_server(launch):
    server = launch(*OPTIONS)
    waiting = server.connect(source=BALANCER, greeting=None)
    server.stop()
    assert waiting.closed()
