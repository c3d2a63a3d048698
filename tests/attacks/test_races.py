# SPDX-License-Identifier: ISC
"""Sessions in each other's way: folders that move while others work in them, settings that change while all transfer."""

import contextlib
import crypt
import threading
import time

import pytest

from lib import wire
from lib.server import PASSWORD

RACE_S = 2
SECRET = b"outside the root\n"
CONTENT = bytes(range(256)) * 64
HASH = crypt.crypt(PASSWORD, crypt.METHOD_SHA512)
CONFIG = f"""
user "alice" {{ home = "{{tree}}" rights = all password-hash = "{HASH}" }}
"""
STILL = ("--user", "alice", "--password-file", "PASSWORD_FILE", "--write", "--set", "partial=discard")


class Racers:
    """Threads that do something over and over until the time is up; what one of them raises, stop() raises."""

    def __init__(self):
        self.threads, self.errors, self.is_over = [], [], threading.Event()

    def start(self, work):
        def run():
            try:
                while not self.is_over.is_set():
                    work()
            except Exception as error:  # noqa: BLE001: told to the test
                self.errors.append(error)
        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join(30)
        assert not self.errors, self.errors
        assert not any(thread.is_alive() for thread in self.threads), "one of them hangs"


def rename(session, old, new):
    if session.cmd(f"RNFR {old}").code == 350:
        session.cmd(f"RNTO {new}", 250, 550, 553)


@pytest.mark.serve(*STILL)
def test_a_folder_moves_while_others_work_in_it(server, tree):
    """It stays inside the root, what was uploaded is whole and where the folder is, and nobody is cut off."""
    secret = server.work / "secret"
    secret.mkdir(exist_ok=True)
    (secret / "secret.txt").write_bytes(SECRET)
    tree.write("a/b/c/inner", b"inner")
    tree.mkdir("elsewhere")
    stored, racers = [], Racers()
    with contextlib.ExitStack() as stack:
        mover, lister, climber, writer = (stack.enter_context(contextlib.closing(server.login())) for _ in range(4))

        def move():
            rename(mover, "a/b", "elsewhere/b")
            rename(mover, "elsewhere/b", "a/b")

        def look():
            for line in ("LIST -R", "NLST a/b/c", "MLSD a/b"):
                with contextlib.closing(lister.passive()) as data:
                    if lister.cmd(line, 150, 550).code == 150:
                        assert b"secret" not in wire.read_all(data)
                        lister.expect(226, 451)

        def climb():
            if climber.cmd("CWD /a/b/c", 250, 550).code == 250:
                for up in ("../../../../secret/secret.txt", "../../../../../secret/secret.txt"):
                    climber.cmd(f"SIZE {up}", 550)
                climber.cmd("CDUP", 250, 550)

        def write():
            name = f"f{len(stored):05}"
            with contextlib.closing(writer.passive()) as data:
                if writer.cmd(f"STOR a/b/c/{name}", 150, 553, 550).code != 150:
                    return
                data.sendall(CONTENT)
                data.close()
                if writer.expect(226, 451, 450, 550, 553).code == 226:
                    stored.append(name)

        for work in (move, look, climb, write):
            racers.start(work)
        time.sleep(RACE_S)
        racers.stop()
    found = {path.name: path.read_bytes() for path in tree.root.rglob("f[0-9]*")}
    assert stored and set(found) == set(stored)
    assert all(content == CONTENT for content in found.values())
    assert [path.name for path in secret.iterdir()] == ["secret.txt"]
    assert not [path for path in tree.root.rglob(".*")]


def download(session, _, size):
    received = 0
    with session.transfer("RETR big") as data:
        while piece := data.recv(1 << 16):
            received += len(piece)
            time.sleep(0.002)
    session.expect(226)
    assert received == size


def upload(session, number, _):
    with session.transfer(f"STOR up{number}") as data:
        for _ in range(200):
            data.sendall(CONTENT)
            time.sleep(0.005)
    session.expect(226)


@pytest.fixture
def configured(launch):
    return launch(config=CONFIG)


def test_a_reload_drops_no_transfer(configured):
    """Twenty sessions transfer while the server is told to read its settings again and again."""
    server, size, errors = configured, 24 << 20, []
    server.tree.root.chmod(0o777)
    server.tree.write("big", CONTENT * (size // len(CONTENT)))
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(contextlib.closing(server.login())) for _ in range(20)]

        def work(number):
            try:
                (download if number % 2 else upload)(sessions[number], number, size)
                sessions[number].cmd("QUIT", 221)
            except Exception as error:  # noqa: BLE001: told below
                errors.append((number, error))
        threads = [threading.Thread(target=work, args=(i,)) for i in range(20)]
        for thread in threads:
            thread.start()
        for i in range(6):
            time.sleep(0.15)
            server.configure(CONFIG + f"stall-timeout = {90 + i}s\n")
            server.reload()
        for thread in threads:
            thread.join(60)
    assert not errors and not any(thread.is_alive() for thread in threads), errors
    assert all(server.tree.read(f"up{i}") == CONTENT * 200 for i in range(0, 20, 2))
    assert len(server.events("config.reloaded")) > 1
