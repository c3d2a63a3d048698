# SPDX-License-Identifier: ISC
"""Two servers behind HAProxy, each with a slice of the passive ports: thirty clients at once, and thieves who knock at every port.

Needs HAProxy, from Debian. All are on the loopback of the test's own network: the balancer at one address, each client at another.
"""

import contextlib
import ftplib
import io
import shutil
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib import wire

BALANCER, BACKENDS = "127.0.0.2", ("127.0.1.1", "127.0.1.2")
SLICES = ((50000, 50039), (50040, 50079))
PORT, CLIENTS, TRANSFERS = 2121, 30, 3
CONFIGURATION = """
global
    maxconn 2000
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    source {balancer}
listen control
    bind {balancer}:{port}
    balance roundrobin
    server one {one}:{port} {proxy}
    server two {two}:{port} {proxy}
listen data-one
    bind {balancer}:{first[0]}-{first[1]}
    server one {one} {proxy}
listen data-two
    bind {balancer}:{second[0]}-{second[1]}
    server two {two} {proxy}
"""

pytestmark = [pytest.mark.isolated, pytest.mark.skipif(not shutil.which("haproxy", path="/usr/sbin:/usr/bin"), reason="needs haproxy")]


@contextlib.contextmanager
def haproxy(work, proxy):
    path = work / "haproxy.cfg"
    path.write_text(CONFIGURATION.format(balancer=BALANCER, port=PORT, one=BACKENDS[0], two=BACKENDS[1], first=SLICES[0], second=SLICES[1], proxy=proxy))
    with (work / "haproxy.log").open("wb") as log:
        process = subprocess.Popen(["/usr/sbin/haproxy", "-db", "-f", path], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 15
        while True:
            try:
                socket.create_connection((BALANCER, PORT), 5).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, (work / "haproxy.log").read_text()
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(15)


@pytest.fixture
def backends(launch):
    def start(*options):
        servers = []
        for address, ports in zip(BACKENDS, SLICES):
            server = launch("--listen", f"{address}:{PORT}", "--anonymous", "read", "--passive-ports", f"{ports[0]}-{ports[1]}", *options)
            for number in range(CLIENTS):
                (server.tree.root / f"of-{number}").write_bytes(content(number))
            servers.append(server)
        return servers
    return start


def content(number):
    return f"for client {number} only\n".encode() * 2000


def source(number):
    return f"127.0.2.{number + 1}"


def transfer_all(number):
    """What was received, per transfer."""
    received = []
    with ftplib.FTP(timeout=30, source_address=(source(number), 0)) as client:
        client.connect(BALANCER, PORT)
        client.login()
        for attempt in range(TRANSFERS):
            client.set_pasv(True)
            if attempt == TRANSFERS - 1:
                client.af = socket.AF_INET6  # makes ftplib say EPSV
            data = io.BytesIO()
            client.retrbinary(f"RETR of-{number}", data.write)
            received.append(data.getvalue())
    return received


def steal(stop, loot):
    """Knocks at every passive port of the balancer, again and again, as one more client."""
    while not stop.is_set():
        for port in range(SLICES[0][0], SLICES[1][1] + 1):
            with contextlib.suppress(OSError), socket.create_connection((BALANCER, port), 5, ("127.0.3.1", 0)) as thief:
                thief.settimeout(0.05)
                if got := thief.recv(100):
                    loot.append(got)
            if stop.is_set():
                return


@pytest.mark.parametrize("proxy", ("send-proxy", "send-proxy-v2"))
def test_thirty_clients_and_a_thief(backends, tmp_path, proxy):
    servers = backends("--set", f"proxy-from={BALANCER}")
    stop, loot = threading.Event(), []
    thieves = [threading.Thread(target=steal, args=(stop, loot)) for _ in range(2)]
    with haproxy(tmp_path, proxy):
        for thief in thieves:
            thief.start()
        try:
            with ThreadPoolExecutor(CLIENTS) as pool:
                received = list(pool.map(transfer_all, range(CLIENTS)))
        finally:
            stop.set()
            for thief in thieves:
                thief.join(60)
    assert received == [[content(number)] * TRANSFERS for number in range(CLIENTS)]
    assert loot == []
    for server in servers:
        seen = {event["source.ip"] for event in server.events("login.done")}
        assert seen and seen <= {source(number) for number in range(CLIENTS)}
    assert sum(len(server.events("login.done")) for server in servers) == CLIENTS


def test_the_owner_is_served_after_a_thief(backends, tmp_path):
    servers = backends("--set", f"proxy-from={BALANCER}")
    with haproxy(tmp_path, "send-proxy-v2"):
        session = wire.Control((BALANCER, PORT), source=source(0)).login()
        port = session.epsv()
        with session.dial(port, "127.0.3.1") as thief:
            assert wire.is_closed(thief)
        with session.dial(port) as data:
            session.cmd("RETR of-0", 150)
            assert wire.read_all(data) == content(0)
        session.expect(226)
        session.close()
    assert [event["source.ip"] for server in servers for event in server.events("data.stranger")] == ["127.0.3.1"]


def test_a_balancer_that_sends_no_header(backends, tmp_path):
    backends("--set", f"balancers={BALANCER}")
    with haproxy(tmp_path, ""), pytest.raises(ftplib.error_perm, match="502 .*balancer"):
        transfer_all(0)
