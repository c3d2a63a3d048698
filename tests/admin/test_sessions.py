# SPDX-License-Identifier: ISC
"""`breakwater sessions` and `kick`: who is connected, doing what, with true progress."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import termios

import pytest

from lib import server as servers, wire

SMALL_BUFFER = 16 << 10


@pytest.fixture
def ask(server):
    def run(*words, code=0):
        done = servers.run(*words, "--set", f"runtime-dir={server.work / 'run'}")
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout
    return run


def rows(ask):
    return [json.loads(line) for line in ask("sessions", "--json").splitlines()]


def find(ask, user):
    found = [row for row in rows(ask) if row.get("user.name") == user]
    assert len(found) == 1, rows(ask)
    return found[0]


def test_nobody(ask):
    assert rows(ask) == []


def test_who_is_connected(ask, alice, guest):
    assert find(ask, "alice")["source.ip"] == "127.0.0.1"
    assert find(ask, "anonymous")
    text = ask("sessions")
    assert "alice" in text and "anonymous" in text and "127.0.0.1" in text


def test_not_logged_in_yet(server, ask):
    with contextlib.closing(server.connect()):
        assert len(rows(ask)) == 1


def test_true_progress(server, ask, alice):
    server.tree.write("big", b"b" * (64 << 20))
    with contextlib.closing(socket.socket()) as data:
        data.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        data.settimeout(wire.PATIENCE_S)
        data.connect(("127.0.0.1", alice.epsv()))
        alice.cmd("RETR big", 150)
        taken = 0
        while taken < 500_000:
            taken += len(data.recv(65536))
        row = find(ask, "alice")
        numbers = [value for value in row.values() if isinstance(value, int)]
        assert any(taken <= number <= taken + 8 * SMALL_BUFFER for number in numbers), row
        assert 64 << 20 in numbers, row
        assert "RETR" in str(row) and "big" in str(row)


HOSTILE_NAMES = [b'quo"te\\', b"line\rSESSION forged", b"\x1b[2Jclear", b"bad\xff\xfeutf", "übergröße".encode(), b'{"end":true}', b"x" * 250]


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=repr)
def test_a_hostile_name_is_shown_and_forges_nothing(server, ask, alice, name):
    (server.tree.root / os.fsdecode(name)).write_bytes(b"b" * (64 << 20))
    with contextlib.closing(alice.passive()):
        alice.raw(b"RETR " + name.replace(b"\xff", b"\xff\xff").replace(b"\r", b"\r\0") + b"\r\n")
        alice.expect(150)
        row = find(ask, "alice")
        assert row["state"] == "transfer" and row["command"] == "RETR" and row["file.path"].startswith("/")
        lines = ask("sessions").splitlines()
        assert len(lines) == 2 and all(line.isprintable() for line in lines)


def test_the_table_fits_its_terminal(server, alice):
    outer, inner = os.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 50, 0, 0))
    done = subprocess.run([servers.BINARY, "sessions", "--set", f"runtime-dir={server.work / 'run'}"], stdout=inner, stderr=inner, timeout=30)
    lines = os.read(outer, 4096).decode().splitlines()
    assert done.returncode == 0 and len(lines) == 2 and all(len(line) <= 50 for line in lines), lines


@pytest.mark.parametrize("words", [["sessions"], ["kick", "0123456789abcdef"]], ids=["sessions", "kick"])
def test_a_server_that_does_not_answer(server, alice, words):
    """One process of it stands still: the administrator is told so, and waits no longer than that."""
    [status] = server.role("status")
    os.kill(status, signal.SIGSTOP)
    try:
        done = servers.run(*words, "--set", f"runtime-dir={server.work / 'run'}", timeout=60)
    finally:
        os.kill(status, signal.SIGCONT)
    assert done.returncode == 1 and "does not answer" in done.stderr


def test_many_sessions(server, ask):
    with contextlib.ExitStack() as stack:
        for _ in range(150):
            stack.enter_context(contextlib.closing(server.anonymous()))
        assert len(rows(ask)) == 150
        lines = ask("sessions").splitlines()
        assert len(lines) == 151 and len({line.index("127.0.0.1") for line in lines[1:]}) == 1


def test_kick(server, ask, alice, guest):
    ask("kick", str(find(ask, "alice")["session"]))
    with contextlib.suppress(wire.Closed):
        alice.expect(421)
    assert alice.closed()
    guest.cmd("NOOP", 200)
    assert [row["user.name"] for row in rows(ask)] == ["anonymous"]
    server.wait_event("session.kicked")


def test_kick_during_a_transfer(server, ask, alice):
    server.tree.write("big", b"b" * (64 << 20))
    with contextlib.closing(alice.passive()) as data:
        alice.cmd("RETR big", 150)
        ask("kick", str(find(ask, "alice")["session"]))
        assert alice.closed()
        with contextlib.suppress(ConnectionError):
            assert len(wire.read_all(data)) < 64 << 20


@pytest.mark.parametrize("id", ["nonsense", "12345678", ""])
def test_kick_of_nobody(ask, alice, id):
    done = servers.run("kick", id)
    assert done.returncode in (1, 2) and done.stderr
    alice.cmd("NOOP", 200)


def test_no_server_is_told(tmp_path):
    done = servers.run("sessions", "--set", f"runtime-dir={tmp_path}")
    assert done.returncode == 1
    assert str(tmp_path) in done.stderr and "breakwater serve" in done.stderr and "--state-dir" in done.stderr


@pytest.mark.root
def test_the_control_socket_is_private(server):
    control = server.work / "run/control.sock"
    assert control.is_socket()
    assert control.stat().st_mode & 0o777 == 0o600


@pytest.mark.serve("--port-policy", "rfc")
def test_a_dangerous_policy_is_shown(ask, guest):
    assert "rfc" in ask("sessions")
    assert "rfc" in str(find(ask, "anonymous"))


@pytest.mark.parametrize("config, options", [
    ('for-user "bob" { port-policy = rfc }', ()), ('for-group "fxp" { port-policy = rfc }', ()),
    ("", ("--set", f"listen.back.address=127.0.0.1:{servers.free_port()}", "--set", "listen.back.port-policy=rfc"))], ids=["user", "group", "listener"])
def test_a_dangerous_exception_is_shown(launch, config, options):
    own = launch(*options, config="anonymous = read\nanonymous-root = \"{tree}\"\n" + config)
    control = ("--set", f"runtime-dir={own.work / 'run'}")
    with contextlib.closing(own.anonymous()):
        done = servers.run("sessions", *control)
        assert done.returncode == 0 and "WARNING" in done.stdout and "rfc" in done.stdout
        done = servers.run("sessions", "--json", *control)
        assert done.returncode == 0 and "WARNING" in done.stderr and json.loads(done.stdout)["port-policy"] == "suppress"
    assert "WARNING" in (own.work / "out").read_text()


def test_a_harmless_policy_is_no_warning(ask, guest):
    assert "warning" not in ask("sessions").lower()
