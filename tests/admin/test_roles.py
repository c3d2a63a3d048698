# SPDX-License-Identifier: ISC
"""The processes as the kernel sees them: who runs as whom, behind which walls, knowing what; and how systemd starts and hears them."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from lib import server as servers

ROLES = ("gate", "auth", "dialer", "status", "worker")
PORT_20 = 1 << 10  # CAP_NET_BIND_SERVICE


def pids(server, role):
    found = [pid for pid in server.members() if servers.command_line(pid).startswith(f"breakwater: {role}")]
    assert found, role
    return found


def facts(pid):
    return dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def memory(pid):
    """All that the process can read."""
    with open(f"/proc/{pid}/mem", "rb", 0) as content:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            first, last, readable = re.match(r"(\w+)-(\w+) (.)", line).groups()
            with contextlib.suppress(OSError, OverflowError):
                content.seek(int(first, 16))
                size = int(last, 16) - int(first, 16)
                if readable == "r" and size < 1 << 28:  # not the shadow of a sanitizer
                    yield content.read(size)


@pytest.mark.root
def test_each_role_is_a_user_of_its_own(server, alice):
    users = {role: {facts(pid)["Uid"] for pid in pids(server, role)} for role in ROLES}
    assert all(len(ids) == 1 for ids in users.values()), users
    assert len(set.union(*users.values())) == len(ROLES), users
    for ids in users.values():
        real, effective, saved, file_system = ids.pop().split()
        assert real == effective == saved == file_system != "0"


@pytest.mark.root
def test_capabilities(server, alice):
    for role in ROLES:
        for pid in pids(server, role):
            seen = facts(pid)
            held = int(seen["CapPrm"], 16) | int(seen["CapEff"], 16) | int(seen["CapInh"], 16) | int(seen["CapAmb"], 16)
            assert held & ~(PORT_20 if role == "dialer" else 0) == 0, role
    monitor = facts(server.process.pid)
    assert int(monitor["CapEff"], 16).bit_count() <= 6
    assert int(monitor["CapBnd"], 16).bit_count() <= 6


def test_walls(server, alice):
    for role in ROLES:
        for pid in pids(server, role):
            seen = facts(pid)
            assert seen["Seccomp"] == "2" and seen["NoNewPrivs"] == "1", role


@pytest.mark.root
def test_nothing_is_inherited(server, alice):
    """Null devices, loop, channels and sockets: no file of ours, no log (stderr is one here), and no end of a terminal."""
    for role in ROLES:
        for pid in pids(server, role):
            for fd in Path(f"/proc/{pid}/fd").iterdir():
                target = os.readlink(fd)
                kind = re.match(r"socket:|anon_inode:|pipe:|/dev/null", target)
                assert kind or Path(target) == server.tree.root or (role == "auth" and ("auth" in target or "bans" in target)), (role, target)


@pytest.mark.root
@pytest.mark.serve("--user", servers.USER, "--password-file", "PASSWORD_FILE", "--anonymous", "read", "--set", "max-sessions=777")
def test_password_hashes_are_in_auth_only(server, alice, guest):
    needle = re.compile(rb"\$y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{8,}\$[./A-Za-z0-9]{30,}")
    for role in ROLES:
        for pid in pids(server, role):
            found = any(needle.search(part) for part in memory(pid))
            assert found == (role == "auth"), role


@pytest.mark.root
def test_passwords_are_nowhere_after_the_login(server, alice, guest):
    for role in ("gate", "auth", "worker"):
        for pid in pids(server, role):
            assert not any(servers.PASSWORD.encode() in part for part in memory(pid)), role


def assert_forgotten(server, role):
    for pid in pids(server, role):
        assert not any(servers.PASSWORD.encode() in part for part in memory(pid))


@pytest.mark.root
def test_passwords_that_waited_at_the_gate(server, alice):
    """Behind a wrong one, which is being looked up."""
    with contextlib.closing(server.connect()) as session:
        session.raw((f"USER {servers.USER}\r\nPASS wrong\r\n" + 9 * "NOOP\r\n" + f"USER {servers.USER}\r\nPASS {servers.PASSWORD}\r\n").encode())
        for code in (331, 530, *9 * [200], 331, 230):
            session.expect(code)
        assert_forgotten(server, "gate")


@pytest.mark.root
def test_passwords_that_came_in_one_packet(server, alice):
    """The worker of the login before has read the password of the next one."""
    with contextlib.closing(server.login()) as session:
        session.raw(f"NOOP\r\nUSER {servers.USER}\r\nPASS {servers.PASSWORD}\r\n".encode())
        for code in (200, 331, 230):
            session.expect(code)
        assert_forgotten(server, "worker")


@pytest.mark.root
def test_passwords_that_came_too_late(server, alice):
    """Said once more to the worker: as a line, and as one that waits behind a transfer."""
    alice.cmd(f"PASS {servers.PASSWORD}", 503)
    assert_forgotten(server, "worker")
    port = alice.epsv()
    alice.raw(f"RETR hello.txt\r\nPASS {servers.PASSWORD}\r\n".encode())
    with contextlib.closing(alice.dial(port)):
        for code in (150, 226, 503):
            alice.expect(code)
    assert_forgotten(server, "worker")


@pytest.mark.root
def test_a_stranger_at_the_control_socket(server):
    """Even when somebody has opened the socket's mode."""
    control = server.work / "run/control.sock"
    control.chmod(0o666)
    folders = [folder for folder in control.parents if folder != Path("/") and not folder.stat().st_mode & 1]
    for folder in folders:
        folder.chmod(folder.stat().st_mode | 1)
    ask = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
           "s.sendall(b'{\"sessions\":true}\\n'); print(s.recv(1000))")
    try:
        run = ["/usr/bin/python3", "-c", ask, str(control)]
        own = subprocess.run(run, capture_output=True, text=True, timeout=10)
        stranger = subprocess.run(["setpriv", "--reuid", "65533", "--regid", "65533", "--clear-groups", *run], capture_output=True, text=True, timeout=10)
    finally:
        control.chmod(0o600)
        for folder in folders:
            folder.chmod(folder.stat().st_mode & ~1)
    assert '"end":true' in own.stdout
    assert "end" not in stranger.stdout, stranger.stdout + stranger.stderr


def test_a_second_server_is_told(server):
    other = servers.run("serve", server.tree.root, "--listen", f"127.0.0.1:{servers.free_port()}", "--set", f"runtime-dir={server.work / 'run'}")
    assert other.returncode == 1
    assert "running already" in other.stderr and str(server.work / "run") in other.stderr
    with contextlib.closing(server.login()):
        pass


def test_a_socket_left_by_a_killed_server(launch):
    server = launch()
    for pid in server.members():
        with contextlib.suppress(ProcessLookupError):  # roles end with their monitor
            os.kill(pid, signal.SIGKILL)
    server.process.wait()
    assert (server.work / "run/control.sock").exists()
    server.start()
    with contextlib.closing(server.anonymous()):
        pass


def test_systemd_hears_and_gives_the_socket(launch, tmp_path):
    """sd_notify(3) and sd_listen_fds(3)."""
    server = launch(start=False)
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind(str(tmp_path / "notify"))
    notices.settimeout(10)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]
        environment = dict(os.environ, NOTIFY_SOCKET=str(tmp_path / "notify"), LISTEN_FDS="1")
        given = listening.fileno()
        command = ["/bin/bash", "-c", f'export LISTEN_PID=$$; exec "$@" 3<&{given} {given}<&-', "bash", *server.command()]
        server.work.mkdir(exist_ok=True)
        with server.log_path.open("ab") as log, (server.work / "out").open("ab") as out:
            server.process = subprocess.Popen(command, env=environment, pass_fds=(given,), stderr=log, stdout=out, start_new_session=True)
    assert notices.recv(100) == b"READY=1"
    with contextlib.closing(server.anonymous()):
        pass
    server.process.send_signal(signal.SIGHUP)
    assert notices.recv(100) == b"RELOADING=1"
    assert notices.recv(100) == b"READY=1"
    server.process.send_signal(signal.SIGTERM)
    assert notices.recv(100) == b"STOPPING=1"


def test_the_end_is_quick_and_said(server, launch):
    own = launch()
    with contextlib.closing(own.anonymous()) as guest, contextlib.closing(own.connect()) as unknown:
        start = time.monotonic()
        own.process.send_signal(signal.SIGTERM)
        guest.expect(421)
        unknown.expect(421)
        assert own.process.wait(10) == 0
        assert time.monotonic() - start < 5
