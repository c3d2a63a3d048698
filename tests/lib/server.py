# SPDX-License-Identifier: ISC
"""`breakwater serve` as a process under test: started, listened to, stopped, and searched for what it left behind."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from lib import netns, wire

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("BREAKWATER", REPOSITORY / "build/breakwater")).resolve()
USER, PASSWORD = "alice", "correct horse"
SANITIZER = re.compile(r"ERROR: \w+Sanitizer|runtime error:|SUMMARY: \w+Sanitizer")
# The leak detector stops threads as a debugger does, which the sandbox of every role refuses; the unit tests look for leaks.
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1", **os.environ}
START_S, STOP_S = 15, 15
LOG_LAG_S = 0.02  # the monitor takes down what the roles say a few milliseconds later


def run(*words, stdin="", timeout=30, **options):
    """Runs the program once, away from any terminal, and returns the finished process with its output as text."""
    return subprocess.run([BINARY, *map(str, words)], input=stdin, capture_output=True, text=True, timeout=timeout,
                          start_new_session=True, **{"env": ENVIRONMENT, **options})


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def processes():
    """Every living process as {pid: (parent, session)}."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent, _, session = stat.read_text().rsplit(")", 1)[1].split()[:4]
            if state != "Z":
                found[int(stat.parent.name)] = (int(parent), int(session))
    return found


def family(leader):
    """The ids of a process, of all that descends from it and of all in its session."""
    living = processes()
    members = {leader} | {pid for pid, (_, session) in living.items() if session == leader}
    while more := {pid for pid, (parent, _) in living.items() if parent in members} - members:
        members |= more
    return members & living.keys()


def command_line(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


class Server:
    """A running server on loopback and, where there is one, on this test's own network.

    `options` are words of the command line after the folder, or after the configuration when `config`, its text, is given.
    """

    def __init__(self, tree, work, *options, config=None, port=None):
        self.tree, self.work, self.options, self.config = tree, Path(work), options, None
        self.port = port or free_port()
        if config is not None:
            self.config = self.work / "breakwater.conf"
            self.configure(config)
        self.process = None
        self.log_path = self.work / "log"
        self.log_start = 0

    # -- life

    def command(self):
        hosts = ("127.0.0.1", "[::1]") + ((netns.HOST4, f"[{netns.HOST6}]") if netns.isolated else ())
        listen = [word for host in hosts for word in ("--listen", f"{host}:{self.port}")]
        served = ["--config", str(self.config), "--state-dir", str(self.work / "state")] if self.config else [str(self.tree.root)]
        return [str(BINARY), "serve", *served, *listen, "--set", f"runtime-dir={self.work / 'run'}", "--set", "log.format=json", *self.options]

    def configure(self, text):
        """Writes the configuration; {tree} and {work} in it are the folders."""
        self.config.write_text(text.replace("{tree}", str(self.tree.root)).replace("{work}", str(self.work)))

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def start(self, stderr=None):
        self.work.mkdir(exist_ok=True)
        with self.log_path.open("ab") as log, (self.work / "out").open("ab") as out:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=out, stderr=stderr or log, env=ENVIRONMENT,
                                            start_new_session=True)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                self.connect().close()
                return self
            except (OSError, wire.Closed):
                time.sleep(0.02)
        raise AssertionError(f"the server did not start: {' '.join(self.command())}\n{self.output()}{self.log_text()}")

    def stop(self):
        """Ends the server, if it was started, as an administrator would; checks that it ended well and left nothing."""
        if not self.process:
            return
        members = self.members()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            status = f"none within {STOP_S} s of SIGTERM"
        left = self.linger(members | self.members())
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        assert status == 0, f"the server ended with status {status}:\n{self.log_text()[-4000:]}"
        assert not left, f"the server left processes behind: {left}"
        self.check()

    def members(self):
        """The processes of this server: the monitor and all that descends from it."""
        return family(self.process.pid)

    @staticmethod
    def linger(pids, seconds=3):
        """Those of the processes that still live after that time."""
        deadline = time.monotonic() + seconds
        while (left := pids & processes().keys()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left

    def role(self, name):
        """The ids of the server's processes with a title that begins so: a role, or a worker and its user."""
        return sorted(pid for pid in self.members() if command_line(pid).startswith(f"breakwater: {name}"))

    def check(self):
        """Fails when a sanitizer spoke."""
        text = self.log_text() + self.output()
        found = SANITIZER.search(text)
        assert not found, text[found.start() - 200:found.start() + 6000]

    # -- what it says

    def output(self):
        return (self.work / "out").read_text(errors="surrogateescape")

    def log_text(self):
        return self.log_path.read_bytes()[self.log_start:].decode("utf-8", "surrogateescape")

    def forget_log(self):
        """Later readers see only what is logged from now on."""
        time.sleep(LOG_LAG_S)
        self.log_start = self.log_path.stat().st_size

    def events(self, name=None):
        """The log's records as dictionaries, all or those of one event."""
        time.sleep(LOG_LAG_S)
        lines = self.log_text().split("\n")[:-1]
        records = [json.loads(line) for line in lines if line.startswith("{")]
        return [record for record in records if name in (None, record.get("event"))]

    def wait_event(self, name, timeout=5):
        deadline = time.monotonic() + timeout
        while not (found := self.events(name)):
            assert time.monotonic() < deadline, f"no event {name} in the log:\n{self.log_text()[-4000:]}"
            time.sleep(0.02)
        return found[-1]

    # -- clients

    def address(self, family=4):
        return ("::1" if family == 6 else "127.0.0.1", self.port)

    def connect(self, family=4, host=None, **options):
        return wire.Control((host, self.port) if host else self.address(family), **options)

    def login(self, family=4, user=USER, password=PASSWORD, **options):
        return self.connect(family, **options).login(user, password)

    def anonymous(self, family=4, **options):
        return self.connect(family, **options).login()

