# SPDX-License-Identifier: ISC
"""`breakwater user`: the store of a running server, changed without a restart."""

import contextlib

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
