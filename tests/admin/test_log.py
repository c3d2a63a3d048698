# SPDX-License-Identifier: ISC
"""One schema of records for every event, and xferlog(5) for old tools."""

import contextlib
import fcntl
import json
import os
import re
import socket

import pytest

from lib.server import free_port
from lib.uploads import eventually

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def test_each_record_has_the_same_head(server, alice):
    alice.fetch("RETR hello.txt")
    alice.put("STOR new", b"content")
    alice.cmd("QUIT", 221)
    server.wait_event("session.close")
    for line in server.log_text().splitlines():
        assert line.startswith("{"), f"not JSON: {line}"
    for event in server.events():
        assert RFC3339.fullmatch(event["@timestamp"]), event
        assert event["event"] and event["log.level"] and event["message"] and event["role"], event


def test_a_session_has_one_id(server, alice):
    alice.fetch("RETR hello.txt")
    alice.cmd("QUIT", 221)
    server.wait_event("session.close")
    ids = {event["session"] for name in ("login.done", "transfer.done", "session.close") for event in server.events(name)}
    assert len(ids) == 1


def test_login(server):
    with contextlib.closing(server.connect()) as session:
        session.cmd("USER alice", 331)
        session.cmd("PASS wrong-secret", 530)
    event = server.wait_event("login.failed")
    assert event["source.ip"] == "127.0.0.1" and event["user.name"] == "alice"
    assert "wrong-secret" not in server.log_text()
    server.login().close()
    assert server.wait_event("login.done")["user.name"] == "alice"
    assert "correct horse" not in server.log_text()


def test_transfer(server, alice):
    alice.fetch("RETR hello.txt")
    event = server.wait_event("transfer.done")
    assert event["file.path"] == "/hello.txt" and event["user.name"] == "alice"
    assert 13 in event.values()


@pytest.fixture
def xferlog(launch):
    server = launch("--user", "alice", "--password-file", "PASSWORD_FILE", "--write", "--anonymous", "read", "--set", "log.xferlog=" + "XFERLOG", start=False)
    path = server.work / "xferlog"
    server.options = tuple(word.replace("XFERLOG", str(path)) for word in server.options)
    server.start()
    return server, path


def lines_of(path, count):
    """The lines of the file when there are as many; the last is written a moment after the 226."""
    eventually(lambda: path.read_bytes().count(b"\n") >= count)
    lines = path.read_bytes().split(b"\n")[:-1]
    assert len(lines) == count
    return lines


def test_xferlog(xferlog):
    """time, seconds, host, bytes, path, a|b, flag, o|i|d, a|g|r, user, service, auth, authuser, c|i"""
    server, path = xferlog
    server.tree.write("two words", b"12345")
    with contextlib.closing(server.login()) as alice, contextlib.closing(server.anonymous()) as guest:
        alice.fetch("RETR hello.txt")
        alice.put("STOR new", b"content")
        lines_of(path, 2)  # of two workers each keeps its own order only
        guest.fetch("RETR two words")
        lines_of(path, 3)
        alice.cmd("TYPE A", 200)
        alice.fetch("RETR lines.txt")
    lines = [line.decode() for line in lines_of(path, 4)]
    day = r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}"
    assert re.fullmatch(day + r" \d+ 127\.0\.0\.1 13 /hello\.txt b _ o r alice ftp 0 \* c", lines[0]), lines[0]
    assert re.fullmatch(day + r" \d+ 127\.0\.0\.1 7 /new b _ i r alice ftp 0 \* c", lines[1]), lines[1]
    assert re.fullmatch(day + r" \d+ 127\.0\.0\.1 5 /two_words b _ o a \S+ ftp 0 \* c", lines[2]), lines[2]
    assert re.fullmatch(day + r" \d+ 127\.0\.0\.1 \d+ /lines\.txt a _ o r alice ftp 0 \* c", lines[3]), lines[3]


def test_an_incomplete_transfer_is_marked(xferlog):
    server, path = xferlog
    with contextlib.closing(server.login()) as alice:
        with contextlib.closing(alice.passive()) as data:
            alice.cmd("STOR new", 150)
            data.sendall(b"x" * 1000)
            alice.send("ABOR")
            alice.expect(426)
            alice.expect(225, 226)
    line, = lines_of(path, 1)
    assert line.endswith(b" i") and b" /new " in line


def test_xferlog_cannot_be_forged(xferlog):
    """Whatever a name holds, a line has its fourteen fields and begins with its own time."""
    server, path = xferlog
    names = [b"a b c i r root ftp 0 * c", b"cr\rcr", b"esc\x1b[2J", b"tab\ttab", b" ", b"\xff\xfe", "größe".encode(), b"line\nFri Jan  1 00:00:00 2027 forged"]
    for name in names:
        server.tree.write(name, b"x")
    with contextlib.closing(server.anonymous()) as guest:
        for name in names[:-1]:
            guest.fetch(b"RETR " + name.replace(b"\r", b"\r\0").replace(b"\xff", b"\xff\xff"))
    with contextlib.closing(server.connect()) as stranger:
        stranger.cmd("USER anonymous", 331)
        stranger.cmd("PASS x y\x1bz", 230)
        stranger.fetch("RETR hello.txt")
    for line in lines_of(path, len(names)):
        assert re.match(rb"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} ", line)
        assert len(line[25:].split(b" ")) == 13, line
        assert not re.search(rb"[\x00-\x1f\x7f]", line), line


def socket_pair():
    return [end.detach() for end in socket.socketpair()]


def stuff(fd):
    """Fills what nobody reads, by a descriptor of its own where there can be one."""
    with contextlib.suppress(BlockingIOError, OSError), socket.socket(fileno=os.dup(fd)) as end:
        while True:
            end.send(b"x" * 1000 + b"\n", socket.MSG_DONTWAIT)
    with contextlib.suppress(OSError):
        other = os.open(f"/proc/self/fd/{fd}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        with contextlib.closing(os.fdopen(other, "wb", 0)) as end:
            while end.write(b"x" * 100 + b"\n"):
                pass


def everything_in(fd):
    os.set_blocking(fd, False)
    text = b""
    with contextlib.suppress(BlockingIOError):
        while part := os.read(fd, 65536):
            text += part
    return text


@pytest.mark.parametrize("make", [os.pipe, os.openpty, socket_pair])
def test_nobody_reads_stderr(launch, make):
    """Sessions go on, the server ends when it is told to, and who reads again is told how much is missing."""
    server = launch("--user", "alice", "--password-file", "PASSWORD_FILE", start=False)
    read_end, write_end = make()
    stuff(write_end)
    server.start(stderr=write_end)
    assert not fcntl.fcntl(write_end, fcntl.F_GETFL) & os.O_NONBLOCK, "whoever else writes there would fail"
    with contextlib.closing(server.login()) as session:
        for _ in range(20):
            assert session.fetch("RETR hello.txt") == b"hello, world\n"
    text = b""
    while b"log.lost" not in text:
        text += everything_in(read_end)
        server.login().close()
    lost = next(line for line in text.splitlines() if b"log.lost" in line)
    assert json.loads(lost)["log.lines"] > 0
    stuff(write_end)
    server.stop()


def test_a_full_disk(launch):
    server = launch("--user", "alice", "--password-file", "PASSWORD_FILE", "--set", "log.destination=/dev/full", "--set", "log.xferlog=/dev/full")
    with contextlib.closing(server.login()) as session:
        assert session.fetch("RETR hello.txt") == b"hello, world\n"


@pytest.fixture
def syslog():
    """Stands for syslogd: a function that (re)starts it and returns its socket."""
    path = "/dev/log"
    if os.path.exists(path) or os.geteuid() != 0:
        pytest.skip("there is a syslogd, or no right to be one")
    sockets = []

    def start():
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        while sockets:
            sockets.pop().close()
        sockets.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        sockets[0].bind(path)
        sockets[0].setblocking(False)
        return sockets[0]
    yield start
    sockets.pop().close()
    os.unlink(path)


def said(syslogd):
    text = b""
    with contextlib.suppress(BlockingIOError):
        while True:
            text += syslogd.recv(20000) + b"\n"
    return text.decode()


def test_syslog(launch, syslog):
    """One that does not answer stops nobody, and one that was started anew is found."""
    syslogd = syslog()
    server = launch("--user", "alice", "--password-file", "PASSWORD_FILE", "--set", "log.destination=syslog")
    with contextlib.closing(server.login()) as session:
        for _ in range(200):
            assert session.fetch("RETR hello.txt") == b"hello, world\n"
    first = said(syslogd)
    assert re.search(r"^<94>breakwater: info gate login.done: ", first, re.M), first
    syslogd = syslog()
    eventually(lambda: server.login().close() or "login.done" in said(syslogd))


def test_a_worker_is_told_from_others(server, alice):
    """What each process says of itself, the monitor says of it too."""
    alice.fetch("RETR hello.txt")
    role = server.wait_event("transfer.done")["role"]
    assert re.fullmatch(r"worker-\d+", role)


def test_a_policy_that_lets_the_server_be_bounced(launch):
    """Each place that sets it is named, at the start and every time that the configuration is read."""
    config = """anonymous = read
anonymous-root = "{tree}"
for-user "bob" { port-policy = rfc }
for-group "old" { port-policy = rfc }
for-group "new" { port-policy = allow-list }
"""
    server = launch("--port-policy", "rfc", "--set", f"listen.back.address=127.0.0.1:{free_port()}", "--set", "listen.back.port-policy=rfc", config=config)
    expected = {("", "", "option --port-policy"), ("listen", "back", "option --set"),
                ("for-user", "bob", f"{server.config}:3"), ("for-group", "old", f"{server.config}:4")}

    def warnings():
        events = server.events("policy.rfc")
        assert all(event["log.level"] == "warning" for event in events)
        return [(event["config.block"], event["config.title"], event["config.origin"]) for event in events]
    assert set(warnings()) == expected and len(warnings()) == len(expected)
    server.forget_log()
    server.reload()
    server.wait_event("config.reloaded")
    assert set(warnings()) == expected
    server.configure(config.replace("rfc", "suppress") + "}")
    server.forget_log()
    server.reload()
    server.wait_event("config.rejected")
    assert set(warnings()) == expected
