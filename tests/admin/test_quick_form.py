# SPDX-License-Identifier: ISC
"""One command, no configuration: what a newcomer types first, and what the server says to it."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import time

import pytest

from lib import netns, server as servers, wire
from lib.tree import Tree

PORT = 2121


@pytest.fixture
def tree(tmp_path):
    tree = Tree(tmp_path / "folder")
    tree.reset()
    return tree


@pytest.fixture
def serve(tmp_path):
    """Starts `breakwater serve` with exactly these words and waits for the port; yields what it has said so far as a function."""
    with contextlib.ExitStack() as stack:
        def start(*words, port=PORT, host="127.0.0.1"):
            path = tmp_path / "said"
            with path.open("wb") as said:
                process = subprocess.Popen([servers.BINARY, "serve", *map(str, words), "--set", f"runtime-dir={tmp_path / 'run'}"], stdout=said,
                                           stderr=subprocess.STDOUT, env={**os.environ, "XDG_STATE_HOME": str(tmp_path)})
            stack.callback(stop, process)
            for _ in range(200):
                with contextlib.suppress(OSError):
                    wire.Control((host, port)).close()
                    return path.read_text
                assert process.poll() is None, path.read_text()
                time.sleep(0.05)
            raise AssertionError(path.read_text())
        yield start


def stop(process):
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0


def can(session, command, code):
    """Whether a command that needs a data connection is begun."""
    with contextlib.closing(session.passive()):
        return session.cmd(command).code == code


pytestmark = pytest.mark.isolated


def test_a_folder_is_all_it_needs(serve, tree):
    said = serve(tree.root)()
    for host in ("127.0.0.1", "::1"):
        with contextlib.closing(wire.Control((host, PORT)).login()) as guest:
            assert guest.fetch("RETR hello.txt") == b"hello, world\n"
            guest.cmd("DELE hello.txt", 550)
    assert "127.0.0.1:2121" in said and "[::1]:2121" in said, "it says where it listens"
    assert "--listen" in said, "it says how to open it wider"
    assert "suppress" in said, "it says which policy is in force"
    for host in (netns.HOST4, netns.HOST6):
        with pytest.raises(ConnectionRefusedError):
            wire.Control((host, PORT))


def test_listen_opens_it(serve, tree):
    serve(tree.root, "--listen", ":21", port=21)
    for host in ("127.0.0.1", "::1", netns.HOST4, netns.HOST6):
        wire.Control((host, 21)).login().close()


def test_a_configuration_is_opened_wider_in_the_file(serve, tmp_path):
    config = tmp_path / "breakwater.conf"
    config.write_text("")
    said = serve("--config", config, "--set", f"state-dir={tmp_path}")()
    assert 'listen "public"' in said and str(config) in said and "--listen" not in said


def test_a_named_user_gets_a_password(serve, tree):
    said = serve(tree.root, "--user", "alice", "--write")()
    shown = [word for word in re.findall(r"[\w-]{12,}", said)]
    for password in shown:
        session = wire.Control(("127.0.0.1", PORT))
        session.cmd("USER alice", 331)
        if session.cmd(f"PASS {password}").code == 230:
            break
    else:
        pytest.fail(f"none of the words is the password: {said}")
    session.put("STOR new", b"content")
    assert tree.read("new") == b"content"
    guest = wire.Control(("127.0.0.1", PORT))
    guest.cmd("USER anonymous")
    guest.cmd("PASS x", 530)


def test_what_it_says_to_try_asks_for_the_password(serve, tree):
    """As it stands there, typed by a person at a terminal."""
    said = serve(tree.root, "--user", "alice")()
    command, password = re.search(r"Try: +(.+)", said)[1], re.search(r"Password.*: (\S+)", said)[1]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("sh", ["sh", "-c", command])
    shown = b""
    with contextlib.suppress(OSError):  # EIO: it has ended
        while chunk := os.read(terminal, 4096):
            shown += chunk
            if b"password" in chunk.lower():
                os.write(terminal, password.encode() + b"\n")
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 and b"hello.txt" in shown, shown


@pytest.mark.parametrize("mode, is_told", [(0o644, True), (0o640, True), (0o600, False)])
def test_a_password_file_that_others_can_read_is_told(serve, tree, tmp_path, mode, is_told):
    (tmp_path / "password").write_text("secret\n")
    (tmp_path / "password").chmod(mode)
    said = serve(tree.root, "--user", "alice", "--password-file", tmp_path / "password")()
    assert ("chmod 600" in said) == is_told


@pytest.mark.root
def test_a_folder_of_the_group_root_is_served_as_its_owner(serve, tree, tmp_path):
    (tmp_path / "password").write_text("secret\n")
    for path in (tree.root, *tree.root.iterdir()):
        os.chown(path, 4321, 0)
    tree.root.chmod(0o770)
    serve(tree.root, "--user", "alice", "--password-file", tmp_path / "password", "--write")
    with contextlib.closing(wire.Control(("127.0.0.1", PORT)).login("alice", "secret")) as session:
        session.put("STOR new", b"content")
    made = tree.path("new").stat()
    assert made.st_uid == 4321 and made.st_gid != 0


@pytest.mark.root
def test_a_folder_of_root_is_warned_of(serve, tree):
    os.chown(tree.root, 0, 0)
    tree.root.chmod(0o755)
    said = serve(tree.root, "--user", "alice", "--write")()
    session = wire.Control(("127.0.0.1", PORT))
    assert "warning" in said and str(tree.root) in said and "uploads will be refused" in said and "chown" in said
    session.close()


@pytest.mark.root
def test_a_folder_that_can_be_written_is_not_warned_of(serve, tree):
    os.chown(tree.root, 1234, 1234)
    assert "warning" not in serve(tree.root, "--user", "alice", "--write")()


def test_without_write_a_named_user_only_reads(serve, tree, tmp_path):
    (tmp_path / "password").write_text("secret\n")
    serve(tree.root, "--user", "alice", "--password-file", tmp_path / "password")
    session = wire.Control(("127.0.0.1", PORT)).login("alice", "secret")
    assert session.fetch("RETR hello.txt") == b"hello, world\n"
    session.cmd("MKD new", 550)


@pytest.mark.parametrize("mode, reads, writes", [("off", False, False), ("read", True, False), ("write", True, True)])
def test_anonymous(serve, tree, tmp_path, mode, reads, writes):
    (tmp_path / "password").write_text("secret\n")
    serve(tree.root, "--user", "alice", "--password-file", tmp_path / "password", "--anonymous", mode)
    session = wire.Control(("127.0.0.1", PORT))
    session.cmd("USER anonymous", 331)
    if session.cmd("PASS me@example.org").code != 230:
        assert not reads
        return
    assert can(session, "RETR hello.txt", 150) == reads
    session.reply()
    session.cmd("DELE hello.txt", 550)
    assert (session.cmd("MKD new").code == 257) == writes


@pytest.mark.parametrize("words, hint", [
    (["/no/such/folder"], "/no/such/folder"), (["/etc/passwd"], "/etc/passwd"), ([], "folder"), (["--listen"], "listen"), (["--frobnicate"], "frobnicate"),
    (["/", "--user", "alice", "--password-file", "/no/such/file"], "/no/such/file"), (["/", "--listen", "example"], "example"),
    (["/", "--port-policy", "loose"], "suppress"), (["/", "--set", "max-sesions=3"], "max-sessions"), (["/", "--set", "max-sessions=many"], "many"),
    (["/", "--state-dir", "/tmp"], "--config"), (["/", "/"], "too many"), (["/", "--passive-ports", "9-1"], "9-1"), (["/", "--user", "../x"], "../x")])
def test_mistakes_are_explained(words, hint, tmp_path):
    """Never a silent exit: what is wrong, and the nearest thing that is right."""
    done = servers.run("serve", *words, "--set", f"runtime-dir={tmp_path}")
    assert done.returncode in (1, 2)
    assert hint.lower() in done.stderr.lower().replace("directory", "folder"), done.stderr
    assert len(done.stderr.splitlines()) < 12


@pytest.mark.parametrize("words, status", [
    (["/", "--listen", "example"], 2), (["/", "--port-policy", "loose"], 2), (["/", "--set", "max-sesions=3"], 2), (["/", "--set", "max-sessions"], 2),
    (["/", "--state-dir", "/tmp"], 2), (["/", "--write"], 2), (["/no/such/folder"], 1), (["--config", "/no/such/file"], 1)])
def test_a_wrong_command_line_is_status_two(words, status, tmp_path):
    """And all else is one, as breakwater(8) has it."""
    assert servers.run("serve", *words, "--set", f"runtime-dir={tmp_path}").returncode == status


@pytest.mark.parametrize("key, advice", [("runtime-dir", "--set runtime-dir="), ("log.destination", "--set log.destination="),
                                         ("log.xferlog", "--set log.xferlog=")])
def test_a_place_that_cannot_be_made(tree, tmp_path, key, advice):
    done = servers.run("serve", tree.root, "--set", f"runtime-dir={tmp_path / 'run'}", "--set", f"{key}=/proc/nowhere/it")
    assert done.returncode == 1
    assert "/proc/nowhere/it" in done.stderr and advice in done.stderr


def test_a_port_in_use(serve, tree, tmp_path):
    serve(tree.root)
    done = servers.run("serve", tree.root, "--set", f"runtime-dir={tmp_path / 'other'}")
    assert done.returncode == 1
    assert "2121" in done.stderr and "another program" in done.stderr
