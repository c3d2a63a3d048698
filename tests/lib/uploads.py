# SPDX-License-Identifier: ISC
"""Uploads that do not come to their end."""

import contextlib
import socket
import struct
import time

OLD, NEW = b"the old content\n", b"n" * 200_000


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def eventually(condition, within=10):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def hidden(tree):
    return [name for name in tree.names() if name.startswith(".")]


@contextlib.contextmanager
def upload_under_way(session, name, content=NEW):
    """An upload that has sent some bytes and has more to send."""
    with contextlib.closing(session.passive()) as data:
        session.cmd(f"STOR {name}", 150)
        data.sendall(content)
        yield data


def wait_for_bytes(tree, amount=len(NEW)):
    eventually(lambda: any(entry.stat().st_size >= amount for entry in tree.root.iterdir() if entry.is_file()))
