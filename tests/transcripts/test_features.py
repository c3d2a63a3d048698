# SPDX-License-Identifier: ISC
"""FEAT names exactly what works: every line of it is tried, and what works is in it."""

import re

import pytest

EXPECTED = {"AVBL", "CLNT", "EPRT", "EPSV", "HOST", "LANG EN*", "MDTM", "MFMT", "MODE Z", "RANG STREAM", "REST STREAM", "SIZE", "TVFS", "UTF8"}
HASHES = {"SHA-256", "SHA-512", "SHA-1", "MD5", "CRC32"}
FACTS = {"type", "size", "modify", "unique", "perm", "unix.mode"}


def features(session):
    reply = session.cmd("FEAT", 211)
    assert all(line.startswith(" ") for line in reply.lines[1:-1]), "RFC 2389: each feature line begins with one blank"
    return reply.body


def test_exactly(alice):
    plain = {line for line in features(alice) if not line.startswith(("MLST ", "HASH "))}
    assert plain == EXPECTED


def test_the_same_before_the_login(server, alice):
    assert sorted(features(server.connect())) == sorted(features(alice))


def test_facts(alice):
    line, = (line for line in features(alice) if line.startswith("MLST "))
    facts = re.findall(r"([^;*]+)(\*?);", line.removeprefix("MLST "))
    assert {name.lower() for name, _ in facts} == FACTS
    assert all(star for _, star in facts), "all are on until OPTS MLST"


def test_hashes(alice, tree):
    line, = (line for line in features(alice) if line.startswith("HASH "))
    names = line.removeprefix("HASH ").split(";")
    assert {name.strip("*") for name in names if name} == HASHES
    assert [name for name in names if name.endswith("*")] == ["SHA-256*"]
    for name in HASHES:
        alice.cmd(f"OPTS HASH {name}", 200)
        assert name in alice.cmd("HASH hello.txt", 213).text


@pytest.mark.parametrize("command, code", [
    ("AVBL", 213), ("CLNT test", 200), ("EPRT |1|127.0.0.1|51210|", 200), ("EPSV", 229), ("LANG EN", 200), ("MDTM hello.txt", 213),
    ("MFMT 20200101000000 hello.txt", 213), ("MODE Z", 200), ("RANG 1 2", 350), ("REST 1", 350), ("SIZE hello.txt", 213), ("OPTS UTF8 ON", 200)])
def test_each_works(alice, command, code):
    alice.cmd(command, code)


def test_help_names_every_verb_that_works(alice):
    text = alice.cmd("HELP", 214).text
    for verb in ("USER PASS CWD CDUP QUIT REIN PORT PASV EPRT EPSV TYPE STRU MODE RETR STOR STOU APPE ALLO REST RNFR RNTO ABOR DELE RMD MKD PWD "
                 "LIST NLST MLSD MLST SITE SYST STAT HELP NOOP FEAT OPTS SIZE MDTM MFMT HASH RANG AVBL LANG CLNT HOST ACCT").split():
        assert re.search(rf"\b{verb}\b", text), verb


def listed(alice):
    return [verb for line in alice.cmd("HELP", 214).body for verb in line.split()]


def test_help_names_nothing_else(alice):
    """What it names is answered, and told with its syntax; a wrong argument is refused in the same words."""
    for verb in listed(alice):
        assert alice.cmd(f"HELP {verb}", 214).text.startswith(f"214 Syntax: {verb}")
    for verb in set(listed(alice)) - {"QUIT", "REIN", "USER", "PASV", "EPSV"}:
        assert alice.cmd(verb).code not in (500, 502), verb
    assert alice.cmd("RETR", 501).text == "501 Syntax: RETR <path>"


@pytest.mark.parametrize("command, words", [
    ("SITE HELP", "CHMOD UTIME HELP"), ("OPTS NOSUCH", "UTF8 MLST HASH MODE"), ("OPTS HASH NOSUCH", "SHA-256 SHA-512 SHA-1 MD5 CRC32"),
    ("TYPE E", "A I L"), ("MODE B", "S Z"), ("STRU R", "F"), ("AUTH TLS", "TLS"), ("OPTS MODE X", "Z LEVEL")])
def test_refusals_say_what_there_is(alice, command, words):
    text = alice.cmd(command, 214, 501, 502, 504).text
    assert all(re.search(rf"\b{word}\b", text) for word in words.split()), text
