# SPDX-License-Identifier: ISC
"""A gigabyte each way, compared by checksum, and files just around the sizes at which something in a server changes."""

import contextlib
import hashlib
import random
import subprocess

import pytest

from lib import wire
from lib.server import PASSWORD, USER

GIB = 1 << 30
BLOCK = 1 << 20
EDGES = [1, 511, 512, 4095, 4096, 4097, 16383, 16384, 16385, 65535, 65536, 65537, (1 << 17) - 1, (1 << 17) + 1, (1 << 20) + 1, (3 << 20) + 7]


@pytest.fixture
def gigabyte(tree):
    """A sparse file with random blocks at places that a wrong offset would miss, and its checksum."""
    path, chance = tree.write("gigabyte"), random.Random(2**30)
    with path.open("r+b") as file:
        file.truncate(GIB)
        for place in (0, BLOCK - 1, 2**29 - 3, 2**29 + 70_001, GIB - BLOCK):
            file.seek(place)
            file.write(chance.randbytes(BLOCK))
    with path.open("rb") as file:
        return path, hashlib.file_digest(file, "sha256").hexdigest()


def url(server):
    return f"ftp://127.0.0.1:{server.port}/"


def curl(*words, **options):
    return subprocess.Popen(["curl", "-sS", "--user", f"{USER}:{PASSWORD}", *words], **options)


@pytest.mark.slow
@pytest.mark.parametrize("mode", [["--ftp-pasv"], ["--ftp-port", "-"]], ids=["passive", "active"])
def test_download(server, gigabyte, mode):
    _, wanted = gigabyte
    client = curl(*mode, url(server) + "gigabyte", stdout=subprocess.PIPE)
    assert hashlib.file_digest(client.stdout, "sha256").hexdigest() == wanted
    assert client.wait() == 0


@pytest.mark.slow
@pytest.mark.parametrize("mode", [["--ftp-pasv"], ["--ftp-port", "-"]], ids=["passive", "active"])
def test_upload(server, tree, gigabyte, mode):
    path, wanted = gigabyte
    assert curl(*mode, "-T", str(path), url(server) + "copy").wait() == 0
    with tree.path("copy").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == wanted


@pytest.mark.slow
def test_the_server_computes_the_same(alice, gigabyte):
    _, wanted = gigabyte
    alice.sock.settimeout(60)
    assert wanted in alice.cmd("HASH gigabyte", 213).text


@pytest.mark.slow
def test_beyond_four_gigabytes(alice, tree):
    """Offsets do not wrap: the end of a file of 5 GiB, fetched alone."""
    path = tree.write("huge")
    with path.open("r+b") as file:
        file.seek(5 * GIB)
        file.write(b"the end\n")
    assert alice.cmd("SIZE huge", 213).text == f"213 {5 * GIB + 8}"
    alice.cmd(f"REST {5 * GIB}", 350)
    assert alice.fetch("RETR huge") == b"the end\n"
    alice.cmd(f"REST {5 * GIB + 4}", 350)
    alice.put("STOR huge", b"END\n")
    with path.open("rb") as file:
        file.seek(5 * GIB)
        assert file.read() == b"the END\n"


@pytest.mark.parametrize("size", EDGES)
@pytest.mark.parametrize("mode", ["passive", "active"])
def test_around_the_edges(alice, tree, size, mode):
    content = random.Random(size).randbytes(size)
    alice.put("STOR edge", content, mode)
    assert tree.read("edge") == content
    assert alice.fetch("RETR edge", mode) == content


@pytest.mark.parametrize("size", [4096, 70_000, 300_001])
def test_ascii_both_ways(alice, tree, size):
    """Line ends at every place of every buffer."""
    chance = random.Random(size)
    lines = []
    while sum(map(len, lines)) < size:
        lines.append(b"x" * chance.randrange(90) + b"\n")
    content = b"".join(lines)
    tree.write("text", content)
    alice.cmd("TYPE A", 200)
    sent = alice.fetch("RETR text")
    assert sent == content.replace(b"\n", b"\r\n")
    alice.put("STOR back", sent)
    assert tree.read("back") == content


def test_ten_clients_at_once(server, tree):
    """Each gets its own file, none gets a neighbour's."""
    contents = {f"file-{number}": random.Random(number).randbytes(3_000_000) for number in range(10)}
    for name, content in contents.items():
        tree.write(name, content)
    clients = {name: curl(url(server) + name, stdout=subprocess.PIPE) for name in contents}
    for name, client in clients.items():
        assert client.communicate()[0] == contents[name]
        assert client.returncode == 0


def test_a_download_of_a_growing_file(alice, tree):
    """What is appended after the 150 may or may not be sent; what was there is."""
    path = tree.write("log", b"first\n" * 100_000)
    with alice.transfer("RETR log") as data, path.open("ab") as log, contextlib.closing(data):
        log.write(b"second\n")
        assert wire.read_all(data).startswith(b"first\n" * 100_000)
    alice.expect(226)
