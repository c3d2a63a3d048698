# SPDX-License-Identifier: ISC
"""MODE Z: the data connection carries one zlib stream (RFC 1950)."""

import random
import zlib

import pytest

TEXT = b"".join(b"line %d of a text that shrinks well\n" % number for number in range(20000))
NOISE = random.Random(1950).randbytes(500_000)


@pytest.fixture
def z(alice):
    alice.cmd("MODE Z", 200)
    return alice


@pytest.mark.parametrize("content", [b"", b"x", TEXT, NOISE], ids=["empty", "one", "text", "noise"])
@pytest.mark.parametrize("mode", ["passive", "active"])
def test_both_ways(z, tree, content, mode):
    tree.write("down", content)
    packed = z.fetch("RETR down", mode)
    assert zlib.decompress(packed) == content
    z.put("STOR up", zlib.compress(content), mode)
    assert tree.read("up") == content


def test_it_shrinks(z, tree):
    tree.write("down", TEXT)
    assert len(z.fetch("RETR down")) < len(TEXT) / 5


def test_listings_too(z):
    assert b"hello.txt" in zlib.decompress(z.fetch("LIST"))
    assert b"hello.txt" in zlib.decompress(z.fetch("MLSD"))


def test_restart(z, tree):
    tree.write("down", TEXT)
    z.cmd("REST 1000", 350)
    assert zlib.decompress(z.fetch("RETR down")) == TEXT[1000:]


def test_ascii(z, tree):
    z.cmd("TYPE A", 200)
    assert zlib.decompress(z.fetch("RETR lines.txt")) == b"one\r\ntwo\r\nthree\r\n"
    z.put("STOR up", zlib.compress(b"one\r\ntwo\r\n"))
    assert tree.read("up") == b"one\ntwo\n"


@pytest.mark.parametrize("stream", [NOISE[:1000], zlib.compress(TEXT)[:-5], zlib.compress(TEXT)[:100]], ids=["noise", "no-sum", "cut"])
def test_a_broken_stream_is_not_a_file(z, stream):
    with z.transfer("STOR up") as data:
        data.sendall(stream)
    assert z.reply().code in (426, 451, 501, 551, 552, 554)


def test_level(z, tree):
    z.cmd("OPTS MODE Z LEVEL 9", 200)
    z.cmd("OPTS MODE Z LEVEL 99", 501)
    tree.write("down", TEXT)
    assert zlib.decompress(z.fetch("RETR down")) == TEXT


def test_back_to_stream(z):
    z.cmd("MODE S", 200)
    assert z.fetch("RETR hello.txt") == b"hello, world\n"
