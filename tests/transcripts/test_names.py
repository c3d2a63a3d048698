# SPDX-License-Identifier: ISC
"""Names can be any bytes but "/" and NUL. None of them may forge a line of a listing, a reply or a record of the log."""

import contextlib
import json
import re

import pytest

from lib import wire

EVIL = [
    b"two\nlines", b"fake\r\n226 Transfer complete.", b"\n226 Transfer complete.", b"x\r\n-rw-r--r-- 1 root root 0 Jan  1 00:00 forged",
    b"x\r\ntype=file;size=1; forged", b"\x1b[2Jescape", b"\x9b2Jc1", b"bell\x07", b"tab\tbed", b"back\x08space", b"del\x7f", b"cr\rcr",
    b"\xff\xfe", b"\xc3", b"latin\xe9", b"over\xc0\xaflong", b"\xed\xa0\x80surrogate", b'quo"te', b"back\\slash", b"{json: \"}",
    b" leading", b"trailing ", b"-rf", b"100%s%n", b"...", "zero\u200bwidth".encode(), "right\u202eleft".encode(), "größe".encode(),
]
PLAIN = ["größe.txt", "日本語", "два слова", "e\u0301", "a b  c", "a;b=c;d", "-la", "*", "[x]", "{a,b}", "~", "#1#", "a'b", 'a"b', "a\\b"]

LIST_LINE = re.compile(rb"[-dlbcps][-rwxsStT]{9} +\d+ +\S+ +\S+ +\d+ [A-Z][a-z]{2} [ \d]\d (?:\d\d:\d\d| \d{4}) [^\r\n]+")
MLSD_LINE = re.compile(rb"(?:[A-Za-z.]+=[^;\r\n]*;)+ [^\r\n]+")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture
def evil(tree):
    folder = tree.mkdir("evil")
    for name in EVIL:
        tree.write(b"evil/" + name, b"x")
    return folder


def lines_of(data):
    assert data.endswith(b"\r\n")
    return data[:-2].split(b"\r\n")


def assert_clean(text):
    found = CONTROL.search(text)
    assert not found, f"control character {found[0]!r} in {text!r}"


def is_speakable(name):
    """Whether a program can be given the name in a line: what MLSD leaves out, since its names are acted upon."""
    return not any(byte < 0x20 or byte == 0x7f for byte in name)


@pytest.mark.parametrize("command, pattern, wanted", [
    ("LIST -A", LIST_LINE, EVIL), ("LIST -la", LIST_LINE, EVIL), ("MLSD", MLSD_LINE, list(filter(is_speakable, EVIL)))],
    ids=["LIST -A", "LIST -la", "MLSD"])
def test_a_listing_cannot_be_forged(alice, evil, command, pattern, wanted):
    alice.cmd("CWD evil", 250)
    lines = lines_of(alice.fetch(command))
    for line in lines:
        assert pattern.fullmatch(line), line
        assert b"\n" not in line and b"\x1b" not in line
    own = [line for line in lines if not re.search(rb" \.{1,2}$|type=[cp]dir;", line)]
    assert len(own) == len(wanted)


def test_names_alone_cannot_be_forged(alice, evil):
    lines = lines_of(alice.fetch("NLST -a evil"))
    assert len([line for line in lines if not line.endswith((b"/.", b"/.."))]) == len(EVIL)
    assert not any(line.startswith(b"226") for line in lines)


def test_status_cannot_be_forged(alice, evil):
    """STAT puts names on the control connection, where a forged line would be a forged reply."""
    reply = alice.cmd("STAT -a evil", 211, 212, 213)
    assert len(reply.lines) >= len(EVIL) + 2
    assert not any(line.startswith("226") for line in reply.lines)
    alice.cmd("NOOP", 200)
    assert alice.silent()


def sendable(name):
    """A name as bytes of a command, or None where the protocol has no way to say it."""
    if b"\n" in name:
        return None
    return name.replace(b"\r", b"\r\0").replace(b"\xff", b"\xff\xff")


@pytest.mark.parametrize("name", [name for name in EVIL if sendable(name)], ids=ascii)
def test_a_reply_cannot_be_forged(alice, name):
    """Each reply that repeats a name is one well-formed reply, and the name works to the end."""
    said = sendable(name)
    made = alice.cmd(b"MKD " + said, 257, 501, 550, 553)
    if made.code != 257:
        assert name.decode("utf-8", "replace").encode() != name or CONTROL.search(name.decode()), "a decent name was refused"
        return
    for command, codes in ((b"CWD " + said, [250]), (b"PWD", [257]), (b"MLST", [250]), (b"CDUP", [200, 250]), (b"MLST " + said, [250]),
                           (b"RNFR " + said, [350]), (b"RNTO renamed", [250]), (b"RMD renamed", [250]), (b"RMD " + said, [550])):
        for line in alice.cmd(command, *codes).lines:
            assert not re.search("[\x01-\x0c\x0e-\x1f\x7f]", line), line
    alice.cmd("NOOP", 200)


@pytest.mark.parametrize("name", PLAIN)
def test_a_decent_name_survives_everything(alice, tree, name):
    alice.put(f"STOR {name}", b"content")
    assert tree.read(name) == b"content"
    assert alice.fetch(f"RETR {name}") == b"content"
    assert alice.cmd(f"SIZE {name}", 213).text == "213 7"
    assert alice.cmd(f"MLST {name}", 250).lines[1].endswith(f"; /{name}")
    alice.cmd(f"RNFR {name}", 350)
    alice.cmd("RNTO elsewhere", 250)
    alice.cmd("RNFR elsewhere", 350)
    alice.cmd(f"RNTO {name}", 250)
    mlsd = wire.decode(alice.fetch("MLSD")).split("\r\n")
    assert any(line.endswith(f"; {name}") for line in mlsd)
    assert any(line.endswith(f" {name}") for line in wire.decode(alice.fetch("LIST")).split("\r\n"))
    assert name in wire.decode(alice.fetch("NLST")).split("\r\n")
    alice.cmd(f"DELE {name}", 250)
    assert name not in tree.names()


def test_a_log_record_cannot_be_forged(server, evil):
    for name in filter(sendable, EVIL):
        with contextlib.closing(server.anonymous()) as guest, contextlib.suppress(AssertionError):
            guest.fetch(b"RETR evil/" + sendable(name))
    with contextlib.closing(server.connect()) as stranger:
        stranger.cmd(b'USER x\x1b[2J","event":"login.done', 331, 501, 530)
        stranger.cmd(b"PASS \r\0x\x9b", 530, 501, 503)
    server.wait_event("login.failed")
    raw = server.log_path.read_bytes()[server.log_start:]
    for line in raw.decode("utf-8").splitlines():
        assert_clean(line)
        json.loads(line)
    assert not [event for event in server.events("login.done") if event.get("user.name") == "x"]


def test_a_text_log_cannot_be_forged(launch):
    server = launch("--set", "log.format=text")
    server.tree.write(b"x\x1b[2J", b"x")
    with contextlib.closing(server.anonymous()) as guest:
        guest.fetch(b"RETR x\x1b[2J")
    with contextlib.closing(server.connect()) as stranger:
        stranger.cmd(b"USER evil\x9b2J\x1b[2J", 331, 501, 530)
        stranger.cmd(b"PASS x", 530, 503)
    text = server.log_path.read_bytes().decode("utf-8")
    assert re.search(r"/x\\\S+\[2J", text), text
    for line in text.splitlines():
        assert_clean(line)


def test_longest_names(alice, tree):
    name = "n" * 255
    alice.put(f"STOR {name}", b"x")
    assert name in tree.names()
    alice.cmd(f"MKD {name}x", 550, 553, 501)
    folder = ""
    for _ in range(12):
        folder += "/" + "d" * 200
        alice.cmd(f"MKD {folder}", 257)
    alice.cmd(f"CWD {folder}", 250)
    assert folder in alice.cmd("PWD", 257).text
