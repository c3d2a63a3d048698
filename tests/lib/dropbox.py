# SPDX-License-Identifier: ISC
"""What is in the quarantine of a server that was started with --incoming upload."""

import json
import shutil
from pathlib import Path

from lib import server as servers
from lib.uploads import eventually

NAME = "upload"
OPTIONS = ("--incoming", NAME, "--set", "incoming.upload.keep-free=0", "--set", "incoming.upload.address-max-files=0")
EVERYONE = (*OPTIONS, "--user", servers.USER, "--password-file", "PASSWORD_FILE", "--write", "--anonymous", "write",
            "--set", "incoming.upload.for=everyone")


class Quarantine:
    def __init__(self, server):
        self.root = Path(f"{server.tree.root}.{NAME}-quarantine")
        self.waiting, self.arriving = self.root / "waiting", self.root / "arriving"

    def notes(self):
        """What waits, as dictionaries, the newest last."""
        found = [json.loads(path.read_text()) for path in self.waiting.glob("*.json")]
        return sorted(found, key=lambda note: note["received"])

    def ids(self):
        return {path.name for path in self.waiting.iterdir() if not path.suffix}

    def content(self, note):
        return (self.waiting / note["id"]).read_bytes()

    def contents(self):
        return sorted(self.content(note) for note in self.notes())

    def empty(self):
        for folder in (self.waiting, self.arriving):
            for path in folder.iterdir():
                path.unlink()

    def wait_for_rest(self):
        """Until nothing arrives any more."""
        eventually(lambda: not list(self.arriving.iterdir()))

    def remove(self):
        shutil.rmtree(self.root, ignore_errors=True)

    def command(self, word, *words, code=0, **options):
        """`breakwater inbox WORD …`; its output."""
        done = servers.run("inbox", word, "--quarantine", self.root, *words, **options)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr
