# SPDX-License-Identifier: ISC
"""The grammar of PORT, EPRT, EPSV and PASV: each input and the one answer it may have. The policy is `suppress`."""

import contextlib

import pytest

from lib import netns, wire
from lib.uploads import eventually

N = "127,0,0,1"
GOOD = f"PORT {N},200,10"

IPV4_VECTORS = {
    200: [
        GOOD, f"port {N},200,10", "EPRT |1|127.0.0.1|51210|", "EPRT !1!127.0.0.1!51210!", "eprt ~1~127.0.0.1~51210~",
        "EPRT ,1,127.0.0.1,51210,", f"PORT {N},255,255", f"PORT {N},4,0",
    ],
    501: [
        "PORT", "PORT ", f"PORT {N}", f"PORT {N},200", f"PORT {N},200,", f"PORT ,{N},200,10", f"PORT {N},200,10,", f"PORT {N},200,10,1",
        "PORT 0127,000,0,1,200,10", f"PORT {N},0200,10", f"PORT {N},200,010", "PORT 127,0,0,01,200,10", "PORT 127,00,0,1,200,10",
        f"PORT {N},200, 10", f"PORT {N}, 200,10", f"PORT +{N},200,10", f"PORT {N},+200,10", f"PORT {N},200,10 ",
        f"PORT {N},-1,10", f"PORT {N},200,10x", f"PORT x{N},200,10", f"PORT ({N},200,10)", f"PORT {N},200,0x0a", f"PORT {N},200,1e1",
        "PORT 127,,,1,200,10", f"PORT {N},,10", "PORT ,,,,,", "PORT 127.0.0.1,200,10", f"PORT {N}.200.10", f"PORT {N};200;10",
        "PORT 383,0,0,1,200,10", "PORT 65663,0,0,1,200,10", "PORT 4294967423,0,0,1,200,10", "PORT 18446744073709551743,0,0,1,200,10",
        f"PORT {N},199,266", f"PORT {N},201,-246", f"PORT {N},256,10", f"PORT {N},4294967496,10", f"PORT {N},200,4294967306",
        f"PORT {N},٢٠٠,10", f"PORT {N},2_00,10", "PORT 1_27,0,0,1,200,10", f"PORT {N},２００,10",
        "PORT ::1,200,10", "PORT localhost,200,10",
        "EPRT", "EPRT ", "EPRT |", "EPRT ||||", "EPRT |1|127.0.0.1|51210", "EPRT 1|127.0.0.1|51210|", "EPRT |1|127.0.0.1|51210|x",
        "EPRT |1|127.0.0.1|51210||", "EPRT |1|127.1|51210|", "EPRT |1|127.0.0.01|51210|", "EPRT |1|0x7f.0.0.1|51210|",
        "EPRT |1|2130706433|51210|", "EPRT |1|localhost|51210|", "EPRT |1|127.0.0.1|116746|", "EPRT |1|127.0.0.1|4295018506|",
        "EPRT |1|127.0.0.1|051210|", "EPRT |1|127.0.0.1|+51210|", "EPRT |1|127.0.0.1| 51210|", "EPRT |1| 127.0.0.1|51210|",
        "EPRT |1|127.0.0.1|51210 |", "EPRT | 1|127.0.0.1|51210|", "EPRT |1|127.0.0.1||", "EPRT |1||51210|", "EPRT |2||51210|",
        "EPRT ||127.0.0.1|51210|", "EPRT |1|127.0.0.1!51210|", "EPRT 111127.0.0.1151210 1", "EPRT a1a127.0.0.1a51210a",
        "EPRT .1.127.0.0.1.51210.", "EPRT :1:127.0.0.1:51210:", "EPRT |2|::ffff:127.0.0.1|51210|", "EPRT |2|::ffff:7f00:1|51210|",
        "EPRT |2|0:0:0:0:0:ffff:127.0.0.1|51210|", "EPRT |1|::1|51210|", "EPRT |2|127.0.0.1|51210|", "EPRT |01|127.0.0.1|51210|",
        "EPSV x", "EPSV 1x", "EPSV ALLX", "PASV x",
    ],
    522: ["EPRT |2|::1|51210|", "EPRT |3|127.0.0.1|51210|", "EPSV 2", "EPSV 3"],
    504: [
        *(f"PORT {N},{port // 256},{port % 256}" for port in (0, 1, 20, 21, 22, 25, 53, 80, 445, 1023)),
        *(f"PORT {N},{port // 256},{port % 256}"
          for port in (2049, 3306, 3389, 5432, 5900, 5909, 6000, 6063, 6379, 8080, 9200, 11211)),
        "EPRT |1|127.0.0.1|0|", "EPRT |1|127.0.0.1|25|", "EPRT |1|127.0.0.1|6000|",
        "PORT 0,0,0,0,200,10", "PORT 255,255,255,255,200,10", "PORT 224,0,0,1,200,10", "PORT 239,1,2,3,200,10",
        "PORT 240,0,0,1,200,10", "PORT 127,0,0,2,200,10", "PORT 10,0,0,1,200,10", "PORT 169,254,1,1,200,10", "PORT 198,51,100,7,200,10",
        "EPRT |1|0.0.0.0|51210|", "EPRT |1|192.0.2.1|51210|",
    ],
    (500, 501): [f"PORT  {N},200,10", f"PORT\t{N},200,10", "EPRT  |1|127.0.0.1|51210|", f"PORT{N},200,10"],
    502: ["LPRT 4,4,127,0,0,1,2,200,10", "LPSV"],
}

IPV6_VECTORS = {
    200: ["EPRT |2|::1|51210|", "EPRT |2|0:0:0:0:0:0:0:1|51210|", "EPRT |2|0000:0000:0000:0000:0000:0000:0000:0001|51210|", "EPRT #2#::1#51210#"],
    501: [
        "EPRT |2|::1%lo|51210|", "EPRT |2|::1%1|51210|", "EPRT |2|[::1]|51210|", "EPRT |2|::ffff:127.0.0.1|51210|", "EPRT |2|:::1|51210|",
        "EPRT |2|1::2::3|51210|", "EPRT |2|1:2:3:4:5:6:7|51210|", "EPRT |2|1:2:3:4:5:6:7:8:9|51210|", "EPRT |2|::12345|51210|", "EPRT |2|::g|51210|",
        "EPRT |2||51210|",
    ],
    522: [GOOD, "EPRT |1|127.0.0.1|51210|", "EPRT |3|::1|51210|", "EPSV 1", "EPSV 3", "PASV"],
    504: ["EPRT |2|::|51210|", "EPRT |2|ff02::1|51210|", "EPRT |2|fe80::1|51210|", "EPRT |2|2001:db8::1|51210|", "EPRT |2|::1|0|",
          "EPRT |2|::1|25|", "EPRT |2|::1|6000|", "EPRT |2|::127.0.0.1|51210|"],
}

CONTROL_BYTES = ["\0", "\t", "\r", "\x01", "\x1b", "\x7f", "\x80", "\xa0"]


def flat(vectors):
    return [pytest.param(line, codes if isinstance(codes, tuple) else (codes,), id=line)
            for codes, lines in vectors.items() for line in lines]


@pytest.fixture
def guest6(server):
    with contextlib.closing(server.anonymous(6)) as session:
        yield session


@pytest.mark.parametrize("line, codes", flat(IPV4_VECTORS))
def test_ipv4(guest, line, codes):
    reply = guest.cmd(line, *codes)
    assert reply.code != 522 or "(1)" in reply.text
    guest.cmd("NOOP", 200)


@pytest.mark.parametrize("line, codes", flat(IPV6_VECTORS))
def test_ipv6(guest6, line, codes):
    reply = guest6.cmd(line, *codes)
    assert reply.code != 522 or "(2)" in reply.text
    guest6.cmd("NOOP", 200)


@pytest.mark.parametrize("line", [GOOD, "EPRT |1|127.0.0.1|51210|"])
@pytest.mark.parametrize("byte", CONTROL_BYTES, ids=ascii)
def test_control_bytes_at_every_place(guest, line, byte):
    """A byte that is no part of the grammar is refused wherever it stands, and nothing is left to connect to."""
    for place in range(len(line) + 1):
        if byte == "\r" and place == len(line):
            continue  # CR CR LF: below
        guest.cmd((line[:place] + byte + line[place:]).encode("latin-1"), 500, 501)
        guest.cmd("RETR hello.txt", 425)


def test_iac_is_not_a_digit(guest):
    guest.cmd(GOOD.encode() + b"\xff\xff", 501)
    guest.cmd(b"PORT 127,0,0,1,2\xff\xff00,10", 501)


def test_two_carriage_returns(guest):
    guest.cmd(GOOD + "\r", 501)
    guest.cmd("RETR hello.txt", 425)


def test_own_control_port(server, guest):
    guest.cmd(wire.port("127.0.0.1", server.port), 504)
    guest.cmd(wire.eprt("127.0.0.1", server.port), 504)


@pytest.mark.isolated
@pytest.mark.parametrize("target", ["127.0.0.1", "127.1.2.3"])
def test_loopback_named_from_outside(server, target):
    """A peer that is not on loopback cannot name it."""
    with contextlib.closing(server.anonymous(host=netns.HOST4, source=netns.THIRD_PARTY4)) as guest:
        guest.cmd(wire.port(target, 51210), 504)


@pytest.mark.parametrize("mode", ["passive", "active"])
@pytest.mark.parametrize("family", [4, 6])
def test_an_accepted_endpoint_works(server, mode, family):
    with contextlib.closing(server.anonymous(family)) as guest:
        assert guest.fetch("RETR hello.txt", mode) == b"hello, world\n"
        assert guest.fetch("RETR hello.txt", mode) == b"hello, world\n"


def test_pasv_works(guest):
    host, port = guest.pasv()
    assert host == "127.0.0.1"
    with contextlib.closing(guest.dial(port)) as data:
        guest.cmd("RETR hello.txt", 150)
        assert wire.read_all(data) == b"hello, world\n"
    guest.expect(226)


def test_nothing_is_connected_before_a_transfer_command(guest):
    with contextlib.closing(guest.active()) as listener:
        listener.settimeout(0.5)
        with pytest.raises(TimeoutError):
            listener.accept()
        guest.cmd("RETR hello.txt", 150)
        listener.settimeout(wire.PATIENCE_S)
        data, _ = listener.accept()
        assert wire.read_all(data) == b"hello, world\n"
    guest.expect(226)


def test_nothing_is_connected_for_a_refused_transfer(guest):
    with contextlib.closing(guest.active()) as listener:
        guest.cmd("RETR missing", 550)
        listener.settimeout(0.5)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_listener_that_is_gone(guest):
    """425, and the endpoint is used up."""
    guest.active().close()
    reply = guest.cmd("RETR hello.txt", 150, 425)
    if reply.code == 150:
        guest.expect(425)
    guest.cmd("RETR hello.txt", 425)


def test_passive_ports_differ(guest):
    """Random in the range, so that a neighbour cannot guess the next one."""
    ports = [guest.epsv() for _ in range(12)]
    assert len(set(ports)) > 6 and all(49152 <= port <= 65535 for port in ports)
    steps = {second - first for first, second in zip(ports, ports[1:])}
    assert len(steps) > 3, f"predictable: {ports}"


@pytest.mark.serve("--passive-ports", "50000-50003")
def test_passive_range(guest):
    ports = set()
    for _ in range(20):
        with contextlib.closing(guest.passive()) as data:
            ports.add(data.getpeername()[1])
            guest.cmd("RETR hello.txt", 150)
            wire.read_all(data)
        guest.expect(226)
    assert ports <= set(range(50000, 50004))


@pytest.mark.serve("--public-address", "203.0.113.9")
def test_public_address(guest):
    """227 tells what a client behind the NAT must hear; 229 has no address to tell."""
    host, port = guest.pasv()
    assert host == "203.0.113.9"
    with contextlib.closing(guest.dial(port)) as data:
        guest.cmd("RETR hello.txt", 150)
        assert wire.read_all(data) == b"hello, world\n"
    guest.expect(226)
    guest.epsv()


def test_refusals_are_events(server, guest):
    guest.cmd(wire.port("127.0.0.2", 51210), 504)
    event = server.wait_event("port.refused")
    assert "third-party" in str(event)
    guest.cmd(wire.port("127.0.0.1", 25), 504)
    eventually(lambda: "port-privileged" in str(server.events("port.refused")))


@pytest.mark.isolated
def test_active_data_comes_from_the_port_below_the_control_port(launch):
    server = launch(port=21)
    with contextlib.closing(server.anonymous()) as guest, contextlib.closing(guest.active()) as listener:
        guest.cmd("RETR hello.txt", 150)
        data, (_, source) = listener.accept()
        assert source == 20
        assert wire.read_all(data) == b"hello, world\n"
