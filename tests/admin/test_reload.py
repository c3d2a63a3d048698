# SPDX-License-Identifier: ISC
"""SIGHUP: the new configuration when it is right, the old one when it is not; sessions stay."""

import contextlib
import time

import pytest

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


def test_many_reloads(own):
    with contextlib.closing(own.anonymous()) as session:
        for _ in range(20):
            own.reload()
            session.cmd("NOOP", 200)
        assert session.fetch("RETR hello.txt") == b"hello, world\n"
    assert "first banner" in greeting(own)
