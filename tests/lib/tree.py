# SPDX-License-Identifier: ISC
"""The served folder: made anew for every test, always with the same few files."""

import os
import shutil
from pathlib import Path

OWNER = 1000           # the server refuses to work as root, so the folder belongs to an ordinary user
MTIME = 1_700_000_000  # 2023-11-14 22:13:20 UTC
FILES = {
    "hello.txt": b"hello, world\n",
    "empty": b"",
    "lines.txt": b"one\ntwo\nthree\n",
    "pub/inner.txt": b"inside\n",
    "pub/deeper/leaf": b"leaf\n",
}


class Tree:
    def __init__(self, root):
        self.root = Path(root)
        self.root.mkdir(exist_ok=True)
        self.own(self.root)

    def reset(self):
        for entry in self.root.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        self.own(self.root)
        for name, content in FILES.items():
            self.write(name, content)

    def write(self, name, content=b"", mtime=MTIME):
        """Makes a file (name as str or bytes) with its parent folders and returns its path."""
        path = self.path(name)
        self.mkdir(path.parent.relative_to(self.root))
        path.write_bytes(content)
        os.utime(path, (mtime, mtime))
        self.own(path)
        return path

    def mkdir(self, name):
        path = self.path(name)
        for part in reversed([path, *path.parents]):
            if part.is_relative_to(self.root) and not part.exists():
                part.mkdir()
                self.own(part)
        return path

    def path(self, name):
        return self.root / os.fsdecode(name)

    def read(self, name):
        return self.path(name).read_bytes()

    def names(self, folder="."):
        return sorted(os.listdir(self.path(folder)))

    @staticmethod
    def own(path):
        if os.geteuid() == 0:
            os.chown(path, OWNER, OWNER, follow_symlinks=False)
