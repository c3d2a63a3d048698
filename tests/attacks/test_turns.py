# SPDX-License-Identifier: ISC
"""What several processes say at nearly the same time is taken in the order that makes sense."""

import contextlib
import os
import signal
import time

from lib.uploads import eventually


def test_a_login_while_the_workers_retire(launch):
    """Auth acknowledges that workers retire and wants new ones in one turn: they are hired."""
    server = launch("--anonymous", "read", "--set", "worker-linger=1s", "--set", "workers-per-identity=2")
    with contextlib.closing(server.anonymous()) as session:
        session.cmd("QUIT", 221)
    auth, = server.role("auth")
    with contextlib.closing(server.connect()) as waiting:
        os.kill(auth, signal.SIGSTOP)
        try:
            time.sleep(1.8)
            waiting.cmd("USER anonymous", 331)
            waiting.send("PASS x")
            time.sleep(0.3)
        finally:
            os.kill(auth, signal.SIGCONT)
        waiting.expect(230)
    for _ in range(4):
        with contextlib.closing(server.anonymous()) as later:
            later.cmd("NOOP", 200)


def test_a_port_after_a_second_login_stays_open(launch):
    """A login on the same connection is a session of its own: what ends the old one does not touch the new one's port."""
    server = launch("--anonymous", "read")
    with contextlib.closing(server.anonymous()) as session:
        for _ in range(200):
            session.raw(b"REIN\r\nUSER anonymous\r\nPASS x\r\nEPSV\r\n")
            session.expect(220)
            session.expect(331)
            session.expect(230)
            port = int(session.expect(229).text.split("|||")[1].split("|")[0])
            session.dial(port).close()
    eventually(lambda: len(server.events("login.done")) == 201)
    assert len({event["session"] for event in server.events("login.done")}) == 201


def test_much_behind_a_second_login(server):
    """As many bytes as a worker reads at once may follow REIN."""
    with contextlib.closing(server.anonymous()) as session:
        session.raw(b"REIN\r\n" + b"NOOP\r\n" * 2600)
        session.expect(220)
        for _ in range(2600):
            session.expect(200)
