# SPDX-License-Identifier: ISC
"""`breakwater user`: the store of a running server, changed without a restart."""

import contextlib
import os
import select
import signal
import subprocess
import termios

import pytest

from lib import server as servers, wire

CONFIG = "anonymous = off\n"


@pytest.fixture
def own(launch):
    return launch(config=CONFIG)


@pytest.fixture
def user(own):
    def run(*words, code=0, **options):
        done = servers.run("user", *words, "--config", own.config, "--state-dir", own.work / "state", **options)
        assert done.returncode == code, done.stdout + done.stderr
        return done
    return run


def can_log_in(own, name, password):
    with contextlib.closing(own.connect()) as session:
        session.cmd(f"USER {name}", 331)
        return session.cmd(f"PASS {password}", 230, 530).code == 230


def test_a_user_is_added_to_a_running_server(own, user):
    assert not can_log_in(own, "carol", "first")
    user("add", "carol", "--home", own.tree.root, "--password-stdin", stdin="first\n")
    assert can_log_in(own, "carol", "first")
    assert not can_log_in(own, "carol", "second")
    with contextlib.closing(own.login(user="carol", password="first")) as session:
        assert session.fetch("RETR hello.txt") == b"hello, world\n"
        session.cmd("MKD new", 550)


def test_a_writer(own, user):
    user("add", "carol", "--home", own.tree.root, "--write", "--password-stdin", stdin="first\n")
    own.tree.root.chmod(0o777)
    with contextlib.closing(own.login(user="carol", password="first")) as session:
        session.put("STOR new", b"content")
    assert own.tree.read("new") == b"content"


def test_a_password_is_changed(own, user):
    user("add", "carol", "--home", own.tree.root, "--password-stdin", stdin="first\n")
    user("passwd", "carol", "--password-stdin", stdin="second\n")
    assert can_log_in(own, "carol", "second") and not can_log_in(own, "carol", "first")


def test_a_user_is_deleted(own, user):
    user("add", "carol", "--home", own.tree.root, "--password-stdin", stdin="first\n")
    user("del", "carol")
    assert not can_log_in(own, "carol", "first")
    user("del", "carol", code=1)


def test_the_list(own, user):
    user("add", "dave", "--home", own.tree.root, "--password-stdin", stdin="x\n")
    user("add", "carol", "--home", own.tree.root, "--write", "--password-stdin", stdin="x\n")
    lines = user("list").stdout.splitlines()
    assert [name for name in ("carol", "dave") if any(line.startswith(name) for line in lines)] == ["carol", "dave"]
    assert "$" not in user("list").stdout, "no hash is shown"


def test_a_made_password_is_shown_and_works(own, user):
    said = user("add", "carol", "--home", own.tree.root)
    assert any(can_log_in(own, "carol", word) for word in (said.stdout + said.stderr).split() if len(word) >= 12)


@pytest.mark.parametrize("name", ["", "../x", "a b", "-x", ".x", "x/y", "x\ny", "ü" * 40, "n" * 65])
def test_bad_names(tmp_path, name):
    done = servers.run("user", "add", "--home", tmp_path, "--password-stdin", "--", name, stdin="x\n")
    assert done.returncode in (1, 2) and done.stderr


def test_a_user_is_not_added_twice(own, user):
    user("add", "carol", "--home", own.tree.root, "--password-stdin", stdin="first\n")
    done = user("add", "carol", "--home", own.tree.root, "--password-stdin", stdin="second\n", code=1)
    assert "carol" in done.stderr
    assert can_log_in(own, "carol", "first")


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, *words):
        self.outer, self.inner = os.openpty()
        # setsid(1) and no preexec_fn: that one runs Python between fork and exec, where a lock of another thread can be held for ever.
        words = ["setsid", "--ctty", servers.BINARY, *map(str, words)]
        self.process = subprocess.Popen(words, stdin=self.inner, stdout=self.inner, stderr=self.inner)
        self.said = ""

    def expect(self, text):
        while text not in self.said:
            assert select.select([self.outer], [], [], wire.PATIENCE_S)[0], self.said
            self.said += os.read(self.outer, 4096).decode()
        self.said = self.said.partition(text)[2]

    def type(self, keys):
        os.write(self.outer, keys)

    def has_echo(self):
        return bool(termios.tcgetattr(self.inner)[3] & termios.ECHO)

    def end(self):
        status = self.process.wait(wire.PATIENCE_S)
        while select.select([self.outer], [], [], 0)[0]:
            self.said += os.read(self.outer, 4096).decode()
        return status


@pytest.fixture
def terminal(own):
    def start(*words):
        return Terminal("user", *words, "--config", own.config, "--state-dir", own.work / "state")
    return start


def test_a_password_is_asked_for_twice(own, terminal):
    asking = terminal("add", "carol", "--home", own.tree.root)
    asking.expect("Password for carol: ")
    assert not asking.has_echo()
    asking.type(b"first\n")
    asking.expect("Once more, for carol: ")
    asking.type(b"first\n")
    assert asking.end() == 0 and "first" not in asking.said
    assert can_log_in(own, "carol", "first")


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_the_echo_comes_back_when_the_question_is_broken_off(own, terminal, end):
    asking = terminal("add", "carol", "--home", own.tree.root)
    asking.expect("Password for carol: ")
    if end == signal.SIGINT:
        asking.type(b"\x03")
    else:
        asking.process.send_signal(end)
    assert asking.end() == -end and asking.has_echo()


def test_a_question_is_asked_again_after_a_stop(own, terminal):
    """The kernel stops no program that has no shell, so only what comes after the stop is seen."""
    asking = terminal("add", "carol", "--home", own.tree.root)
    asking.expect("Password for carol: ")
    asking.process.send_signal(signal.SIGTSTP)
    for question in ("Password for carol: ", "Once more, for carol: "):
        asking.expect(question)
        assert not asking.has_echo()
        asking.type(b"first\n")
    assert asking.end() == 0 and asking.has_echo()


@pytest.mark.parametrize("words", [("add", "carol", "--home", "/"), ("passwd", "dave")])
def test_nobody_is_asked_for_a_password_in_vain(own, user, terminal, words):
    user("add", "carol", "--home", own.tree.root, "--password-stdin", stdin="first\n")
    asking = terminal(*words)
    assert asking.end() == 1 and "Password" not in asking.said and words[1] in asking.said


def test_an_empty_list_says_so(own, user):
    assert "No users" in user("list").stdout
    user("add", "carol", "--home", own.tree.root, "--password-stdin", stdin="x\n")
    assert user("list").stdout.startswith("NAME ")


@pytest.mark.root
def test_a_user_who_is_served_as_an_account(own, user):
    home = own.work / "own"
    home.mkdir()
    os.chown(home, 1234, 1234)
    said = user("add", "carol", "--home", home, "--uid", "1234", "--write", "--password-stdin", stdin="first\n")
    assert "warning" not in said.stderr
    with contextlib.closing(own.login(user="carol", password="first")) as session:
        session.put("STOR new", b"content")
    assert (home / "new").stat().st_uid == 1234
    assert " 1234 " in user("list").stdout


@pytest.mark.root
def test_a_user_of_the_configuration_who_is_served_as_an_account(launch):
    own = launch(config="", start=False)
    home = own.work / "own"
    home.mkdir()
    os.chown(home, 1234, 1234)
    digest = subprocess.run(["openssl", "passwd", "-6", "first"], capture_output=True, text=True, check=True).stdout.strip()
    own.configure(f'anonymous = off\nuser "carol" {{ home = "{home}" password-hash = "{digest}" rights = all uid = 1234 }}\n')
    own.start()
    with contextlib.closing(own.login(user="carol", password="first")) as session:
        session.put("STOR new", b"content")
    assert (home / "new").stat().st_uid == 1234


@pytest.mark.parametrize("account", ["daemon", "1", "no-such-account", "-1", ""])
def test_no_system_account_serves(own, user, account):
    done = user("add", "carol", "--home", own.tree.root, f"--uid={account}", "--password-stdin", stdin="x\n", code=1)
    assert "min-uid" in done.stderr or "account" in done.stderr


@pytest.mark.root
@pytest.mark.parametrize("mode, write, hint", [(0o755, True, "uploads"), (0o700, False, "downloads"), (0o755, False, None), (0o777, True, None)])
def test_a_home_that_its_server_cannot_use_is_told(own, user, mode, write, hint):
    home = own.work / "own"
    home.mkdir()
    home.chmod(mode)
    said = user("add", "carol", "--home", home, *["--write"] * write, "--password-stdin", stdin="x\n").stderr
    assert ("warning" in said) == bool(hint)
    if hint:
        assert str(home) in said and hint in said and "files-user" in said and "served as user" in said


@pytest.mark.root
def test_a_home_of_somebody_else_is_told_without_a_configuration(own):
    """The server that will read this store has one, so the home's owner does not serve it."""
    home = own.work / "own"
    home.mkdir()
    os.chown(home, 1234, 1234)
    done = servers.run("user", "add", "carol", "--home", home, "--write", "--password-stdin", "--state-dir", own.work / "other", stdin="x\n")
    assert done.returncode == 0 and "uploads will be refused" in done.stderr, done.stderr


def test_a_missing_home_is_told(own, user):
    done = user("add", "carol", "--home", "/no/such/home", "--password-stdin", stdin="x\n", code=1)
    assert "/no/such/home" in done.stderr


def test_a_home_that_went_away(own, user):
    home = own.work / "home"
    home.mkdir()
    user("add", "carol", "--home", home, "--password-stdin", stdin="first\n")
    home.rmdir()
    with contextlib.closing(own.connect()) as session:
        session.cmd("USER carol", 331)
        session.cmd("PASS first", 530)
    assert str(home) in str(own.wait_event("login.failed")) or str(home) in own.log_text()


@pytest.mark.root
def test_the_store_is_private(own, user):
    user("add", "carol", "--home", own.tree.root, "--password-stdin", stdin="first\n")
    store = own.work / "state/auth/users.db"
    assert store.stat().st_mode & 0o777 == 0o600
    assert store.stat().st_uid != 0
    assert b"first" not in store.read_bytes()
    assert store.parent.stat().st_mode & 0o777 == 0o700


def test_many_at_once(own, user):
    """Administrators and logins at the same time."""
    for number in range(5):
        user("add", f"user{number}", "--home", own.tree.root, "--password-stdin", stdin="x\n")
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(contextlib.closing(wire.Control(own.address()))) for _ in range(20)]
        for number, session in enumerate(sessions):
            session.send(f"USER user{number % 5}")
            session.send("PASS x")
        for session in sessions:
            session.expect(331)
            session.expect(230)
