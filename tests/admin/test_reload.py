# SPDX-License-Identifier: ISC
"""SIGHUP: the new configuration when it is right, the old one when it is not; sessions stay."""

import contextlib
import os
import time

import pytest

from lib import server as servers

CONFIG = """
anonymous = read
anonymous-root = "{tree}"
banner = "first banner"
log { destination = "{work}/server.log" format = json }
"""


@pytest.fixture
def own(launch):
    return launch(config=CONFIG)


def greeting(server):
    with contextlib.closing(server.connect(greeting=None)) as session:
        return session.expect(220).text


def logged(server):
    return (server.work / "server.log").read_text()


def wait_until(condition, within=10):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_right_configuration_is_taken(own):
    with contextlib.closing(own.anonymous()) as session:
        own.configure(CONFIG.replace("first", "second"))
        own.reload()
        wait_until(lambda: "second banner" in greeting(own))
        assert session.fetch("RETR hello.txt") == b"hello, world\n"


@pytest.mark.parametrize("mistake", ['banner = "second banner"\nidle-timout = 5m\n', "}", "port-policy = loose\n"])
def test_a_wrong_configuration_is_not(own, mistake):
    with contextlib.closing(own.anonymous()) as session:
        own.configure(CONFIG + mistake)
        own.reload()
        wait_until(lambda: "config.rejected" in logged(own) + own.log_text())
        assert "first banner" in greeting(own)
        assert session.fetch("RETR hello.txt") == b"hello, world\n"
    assert f"{own.config}:" in logged(own) + own.log_text()


def test_a_policy_is_taken_by_new_sessions(own):
    own.configure(CONFIG + "port-policy = rfc\n")
    own.reload()

    def is_taken():
        with contextlib.closing(own.anonymous()) as session:
            return session.cmd("PORT 127,0,0,2,200,10").code == 200
    wait_until(is_taken)


def test_the_log_is_opened_anew(own):
    path = own.work / "server.log"
    with contextlib.closing(own.anonymous()):
        pass
    path.rename(own.work / "server.log.1")
    own.reload()
    wait_until(path.exists)
    with contextlib.closing(own.anonymous()) as session:
        session.fetch("RETR hello.txt")
        wait_until(lambda: "hello.txt" in logged(own))


@pytest.mark.root
def test_a_log_in_a_folder_of_somebody_else(launch):
    """The monitor has given up the right to write there; it becomes whoever has it."""
    server = launch(config=CONFIG.replace("{work}/server.log", "{work}/logs/server.log"), start=False)
    folder = server.work / "logs"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    folder.chmod(0o700)
    server.start()
    (folder / "server.log").rename(folder / "server.log.1")
    server.reload()
    wait_until((folder / "server.log").exists)
    assert (folder / "server.log").stat().st_uid == 12345
    server.anonymous().close()
    wait_until(lambda: "login.done" in (folder / "server.log").read_text())


def test_the_xferlog_can_be_switched_on_and_off(own):
    path = own.work / "xferlog"

    def take(text, banner):
        own.configure(CONFIG.replace("first", banner) + text)
        own.reload()
        wait_until(lambda: banner in greeting(own))
    with contextlib.closing(own.anonymous()) as session:
        take('log { xferlog = "{work}/xferlog" }\n', "second")
        wait_until(lambda: session.fetch("RETR hello.txt") and path.read_text())
        take("", "third")
        time.sleep(0.5)
        size = path.stat().st_size
        session.fetch("RETR hello.txt")
        time.sleep(0.5)
        assert path.stat().st_size == size


@pytest.mark.parametrize("key, before, after", [
    ("store", "", 'store = "{work}/users.db"\n'),
    ("files-user", "", "files-user = nobody\n"),
    ("min-uid", "", "min-uid = 2000\n"),
    ("host", 'host "a" { root = "{tree}" }\nhost "b" { root = "{tree}" }\n', 'host "b" { root = "{tree}" }\nhost "a" { root = "{tree}" }\n'),
])
def test_what_takes_a_restart(launch, key, before, after):
    """Processes were built around it: it is said, and nothing of the new configuration is taken."""
    server = launch(config=CONFIG + before)
    server.configure(CONFIG.replace("first", "second") + after)
    server.reload()
    wait_until(lambda: f'a change of \\"{key}\\" needs a restart' in logged(server))
    assert "first banner" in greeting(server)
    assert "role.died" not in logged(server)
    manual = (servers.REPOSITORY / "docs/man/breakwater.conf.5").read_text()
    assert key in manual[manual.index("needs a restart"):manual.index(".Sh KEYS")]


def test_a_host_may_be_added(own):
    own.configure(CONFIG.replace("first", "second") + 'host "new.example" { root = "{tree}/pub" }\n')
    own.reload()
    wait_until(lambda: "second banner" in greeting(own))
    with contextlib.closing(own.connect()) as session:
        session.cmd("HOST new.example", 220)


def test_many_reloads(own):
    with contextlib.closing(own.anonymous()) as session:
        for _ in range(20):
            own.reload()
            session.cmd("NOOP", 200)
        assert session.fetch("RETR hello.txt") == b"hello, world\n"
    assert "first banner" in greeting(own)


@pytest.mark.slow
def test_hundreds_of_durations(own):
    """The event loop keeps a queue for each duration it was ever told, and has room for 256: sessions outlive the end of it."""
    with contextlib.closing(own.anonymous()) as session:
        for i in range(300):
            own.configure(CONFIG + f"idle-timeout = {300 + i}s\nlogin-timeout = {60 + i}s\ndata-timeout = {30 + i}s\n"
                          f"stall-timeout = {90 + i}s\n")
            own.reload()
            wait_until(lambda: logged(own).count("config.reloaded") > i)
            session.cmd("NOOP", 200)
        session.fetch("LIST")
        assert session.fetch("RETR hello.txt") == b"hello, world\n"
    own.anonymous().close()
    assert "role.died" not in logged(own)
