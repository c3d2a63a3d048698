# SPDX-License-Identifier: ISC
"""Scanners of a drop-box: clamd over its socket and a program by its exit status decide without a person, and nothing passes them by mistake."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading

import pytest

from lib import server as servers
from lib.dropbox import OPTIONS, Quarantine
from lib.uploads import eventually

EVIL = b"this is the signature of the test\n"
SIGNATURE = "BreakwaterTest"


def set_(**keys):
    return [word for key, value in keys.items() for word in ("--set", f"incoming.upload.{key.replace('_', '-')}={value}")]


@pytest.fixture
def scanned(launch):
    """Starts a server whose drop-box has a scanner, publishing into a folder of the inbox's own."""
    def start(**keys):
        server = launch(*OPTIONS, start=False)
        public = server.tree.mkdir("approved")
        os.chown(public, 60807 if os.geteuid() == 0 else -1, -1)
        server.options = (*server.options, *set_(publish=public, clean="approve", **keys))
        server.start()
        return server
    return start


def drop(server, name, content=b"content"):
    with contextlib.closing(server.anonymous()) as session:
        session.put(f"STOR upload/{name}", content)


def decided(server, event, count=1):
    """The last of so many decisions of that kind."""
    eventually(lambda: len(server.events(event)) >= count, within=30)
    return server.events(event)[-1]


def script(server, text):
    path = server / "scanner"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def scanner(pool):
    """Writes a program that everybody may start; its path."""
    pool.count += 1
    folder = pool.folder / f"scanner-{pool.count}"
    folder.mkdir()

    def write(text):
        return script(folder, text)
    return write


# -- a program

def test_a_program_decides(scanned, scanner):
    server = scanned(command=scanner('grep -q good && exit 0; echo "it is bad"; exit 1'))
    box = Quarantine(server)
    drop(server, "one.txt", b"this is good")
    approved = decided(server, "inbox.approved")
    assert approved["file.path"] == "one.txt" and approved["inbox.name"] == "upload"
    assert server.tree.read("approved/one.txt") == b"this is good"
    with contextlib.closing(server.anonymous()) as session:
        assert session.fetch("RETR approved/one.txt") == b"this is good"
    drop(server, "two.txt", b"evil")
    drop(server, "three.txt", b"evil")
    # grep has read all of it, so the shell's own words are what is said
    assert decided(server, "inbox.rejected", 2)["reason"] == "it is bad"
    assert not box.notes() and server.tree.names("approved") == ["one.txt"]


@pytest.mark.parametrize("text", ["exit 2", "exit 77", "kill -9 $$", "kill -TERM $$"])
def test_all_else_waits_for_a_person(scanned, scanner, text):
    server = scanned(command=scanner(f"cat >/dev/null; echo why; {text}"))
    drop(server, "file")
    assert decided(server, "inbox.held")["reason"] == "why"
    assert len(Quarantine(server).notes()) == 1 and not server.tree.names("approved")


def test_a_program_that_is_not_there(scanned):
    server = scanned(command="/nonexistent/scanner")
    drop(server, "file")
    decided(server, "inbox.held")
    assert len(Quarantine(server).notes()) == 1


def test_a_program_that_hangs(scanned, scanner):
    server = scanned(command=scanner("sleep 1000 & wait"), scan_timeout="1s")
    drop(server, "first")
    drop(server, "second")
    assert "too long" in decided(server, "inbox.held", 2)["reason"]
    assert len(Quarantine(server).notes()) == 2
    eventually(lambda: not [pid for pid in server.members() if "sleep 1000" in servers.command_line(pid)])


def test_clean_alone_publishes_nothing(launch, scanner):
    server = launch(*OPTIONS, *set_(command=scanner("exit 0")))
    drop(server, "file")
    decided(server, "inbox.held")
    assert len(Quarantine(server).notes()) == 1 and "file" not in server.tree.names()


def test_arguments_go_without_a_shell(scanned, scanner, pool):
    server = scanned(command=f'{scanner(chr(10).join(["echo $#:$1:$2", "exit 1"]))}, $(touch /tmp/owned); ls, *')
    drop(server, "file")
    assert decided(server, "inbox.rejected")["reason"] == "2:$(touch /tmp/owned); ls:*"


def test_what_a_program_can_reach(scanned, scanner):
    """The file as its standard input and nothing else: no other descriptor, no name that a stranger chose, not root."""
    server = scanned(command=scanner('echo "$(ls /proc/self/fd | wc -w) $(id -u) $(env | grep -c "^[A-Z]")"; exit 1'))
    drop(server, "$(id)")
    fds, uid, variables = decided(server, "inbox.rejected")["reason"].split()
    assert int(fds) == 4 and int(variables) <= 5  # 0, 1, 2 and ls's own; PATH, LC_ALL and the shell's PWD …
    assert os.geteuid() != 0 or int(uid) != 0


def test_a_taken_name_is_not_overwritten(scanned, scanner):
    server = scanned(command=scanner("exit 0"))
    for content in (b"first", b"second", b"third"):
        drop(server, "same.txt", content)
    decided(server, "inbox.approved", 3)
    names = server.tree.names("approved")
    assert len(names) == 3 and server.tree.read("approved/same.txt") == b"first"
    assert sorted(server.tree.read(f"approved/{name}") for name in names) == [b"first", b"second", b"third"]


def test_partial_is_held(scanned, scanner):
    server = scanned(command=scanner("exit 0"))
    box = Quarantine(server)
    with contextlib.closing(server.anonymous()) as session, contextlib.closing(session.passive()) as data:
        session.cmd("STOR upload/part", 150)
        data.sendall(b"x" * 1000)
        eventually(lambda: any(path.stat().st_size == 1000 for path in box.arriving.iterdir()))
        session.cmd("ABOR", 426)
        session.expect(226)
    drop(server, "whole")
    decided(server, "inbox.approved")
    assert server.tree.names("approved") == ["whole"]
    assert [note["name"] for note in box.notes()] == ["part"]


def test_what_waits_is_judged_after_a_restart(scanned, scanner):
    program = scanner("exit 2")
    server = scanned(command=program)
    drop(server, "file")
    decided(server, "inbox.held")
    server.stop()
    program.write_text("#!/bin/sh\nexit 0\n")
    server.start()
    decided(server, "inbox.approved")
    assert server.tree.names("approved") == ["file"]


def test_the_curator_is_replaced(scanned, scanner):
    server = scanned(command=scanner("exit 0"))
    started = [record for record in server.events("role.started") if record["process.role"] == "curator"]
    os.kill(started[-1]["process.pid"], signal.SIGKILL)
    eventually(lambda: len([r for r in server.events("role.started") if r["process.role"] == "curator"]) == 2)
    drop(server, "file")
    decided(server, "inbox.approved")


@pytest.mark.root
def test_publish_must_be_the_inboxs(launch, scanner):
    server = launch(*OPTIONS, start=False)
    done = servers.run(*server.command()[1:], *set_(clean="approve", command=scanner("exit 0"), publish=server.tree.root / "pub"))
    assert done.returncode == 1 and "must be able to write in publish" in done.stderr and "chown" in done.stderr


# -- clamd

@pytest.fixture(scope="module")
def clamd(pool):
    """A clamd of its own, with one signature; the path of its socket."""
    if not shutil.which("clamd"):
        pytest.skip("clamd is missing")
    folder = pool.folder / "clamd"
    folder.mkdir()
    (folder / "db").mkdir()
    (folder / "db" / "test.ndb").write_text(f"{SIGNATURE}:0:*:{EVIL.strip().hex()}\n")
    path = folder / "socket"
    config = folder / "clamd.conf"
    config.write_text(f"Foreground yes\nLocalSocket {path}\nLocalSocketMode 666\nDatabaseDirectory {folder / 'db'}\nUser root\nStreamMaxLength 1M\n"
                      f"TemporaryDirectory {folder}\nLogFile {folder / 'log'}\n")
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(["clamd", "-c", config], stdout=out, stderr=out)

    def is_up():
        assert process.poll() is None, (folder / "out").read_text()
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
            return True
        return False
    eventually(is_up, within=90)
    yield path
    process.terminate()
    process.wait(30)


def test_clamd(scanned, clamd):
    server = scanned(clamd=clamd)
    drop(server, "clean.bin", os.urandom(300_000))
    decided(server, "inbox.approved")
    drop(server, "evil.bin", b"\0" * 200_000 + EVIL)
    assert SIGNATURE in decided(server, "inbox.rejected")["reason"]
    assert server.tree.names("approved") == ["clean.bin"] and not Quarantine(server).notes()
    drop(server, "large.bin", b"\0" * 3_000_000 + EVIL)
    assert "did not look" in decided(server, "inbox.held")["reason"]
    assert [note["name"] for note in Quarantine(server).notes()] == ["large.bin"]


def test_clamd_and_a_program(scanned, clamd, scanner):
    server = scanned(clamd=clamd, command=scanner("cat >/dev/null; echo no; exit 1"))
    drop(server, "clean", b"clean")
    assert decided(server, "inbox.rejected")["reason"] == "no"


def test_clamd_is_not_there(scanned, pool):
    server = scanned(clamd=pool.folder / "no-socket")
    drop(server, "file")
    assert "cannot be reached" in decided(server, "inbox.held")["reason"]
    assert len(Quarantine(server).notes()) == 1


@pytest.mark.parametrize("answer", [b"", b"\0", b"OK\0", b"stream: OK FOUND ERROR\0", b"stream: OK\n\0", b"stream:  OK\0", b"stream: x ERROR\0", b"x" * 5000, b" FOUND\0",
                                    b"stream: OKAY\0"])
def test_only_the_right_word_is_clean(scanned, pool, answer):
    pool.count += 1
    path = pool.folder / f"fake-clamd-{pool.count}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen()

        def serve():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    while not connection.recv(65536).endswith(b"\0\0\0\0"):
                        pass
                    connection.sendall(answer)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        server = scanned(clamd=path)
        drop(server, "file")
        decided(server, "inbox.held")
    assert len(Quarantine(server).notes()) == 1 and not server.tree.names("approved")
