# SPDX-License-Identifier: ISC
"""LIST, NLST, MLSD and STAT of folders: the form that clients parse, the options they send, and what is listed."""

import contextlib
import os
import re

import pytest

from lib import wire

LIST_LINE = re.compile(r"(?P<mode>[-dlbcps][-rwxsStT]{9}) +(?P<links>\d+) +(?P<owner>\S+) +(?P<group>\S+) +(?P<size>\d+) "
                       r"(?P<month>[A-Z][a-z]{2}) (?P<day>[ \d]\d) (?P<when> \d{4}|\d\d:\d\d) (?P<name>.+)")


def lines(data):
    return wire.decode(data).split("\r\n")[:-1]


def listing(session, command, mode="passive"):
    """A LIST as {name: match}; the names of links keep their arrow."""
    matches = [LIST_LINE.fullmatch(line) for line in lines(session.fetch(command, mode))]
    assert all(matches)
    return {match["name"]: match for match in matches}


def machine(session, path=""):
    """An MLSD as {name: {fact: value}}."""
    found = {}
    for line in lines(session.fetch(f"MLSD {path}".rstrip())):
        facts, name = line.split(" ", 1)
        found[name] = dict(fact.split("=", 1) for fact in facts.lower().rstrip(";").split(";"))
    return found


@pytest.mark.parametrize("mode", ["passive", "active"])
def test_list(alice, mode):
    found = listing(alice, "LIST", mode)
    assert set(found) == {"hello.txt", "empty", "lines.txt", "pub"}
    assert found["hello.txt"]["size"] == "13"
    assert found["hello.txt"]["mode"] == "-rw-r--r--"
    assert found["pub"]["mode"].startswith("d")
    assert (found["hello.txt"]["month"], found["hello.txt"]["day"], found["hello.txt"]["when"]) == ("Nov", "14", " 2023")


@pytest.mark.parametrize("command", ["LIST pub", "LIST -l pub", "LIST -la pub", "LIST -al pub", "LIST -A pub", "LIST -a -l pub", "LIST pub/",
                                     "LIST /pub", "LIST ./pub/../pub", "LIST -C -t pub"])
def test_list_options(alice, command):
    assert {"inner.txt", "deeper"} <= set(listing(alice, command))


@pytest.mark.parametrize("command, dots, hidden", [
    ("LIST", False, False), ("LIST -l", False, False), ("LIST -a", True, True), ("LIST -la", True, True), ("LIST -A", False, True)])
def test_hidden_files(alice, tree, command, dots, hidden):
    tree.write(".profile")
    found = listing(alice, command)
    assert (".profile" in found) == hidden
    assert ("." in found) == dots and (".." in found) == dots


def test_recursive(alice):
    text = "\n".join(lines(alice.fetch("LIST -R")))
    for name in ("hello.txt", "inner.txt", "leaf"):
        assert re.search(rf" {name}$", text, re.MULTILINE)
    assert re.search(r"^\S*pub/deeper:$", text, re.MULTILINE)


def test_recursion_is_bounded(alice, tree):
    tree.mkdir("/".join(["deep"] * 100))
    assert alice.fetch("LIST -R").count(b"deep:") < 100


def test_a_single_file(alice):
    assert list(listing(alice, "LIST hello.txt")) == ["hello.txt"]
    assert lines(alice.fetch("NLST hello.txt")) == ["hello.txt"]


def test_globs(alice):
    assert set(listing(alice, "LIST *.txt")) == {"hello.txt", "lines.txt"}
    assert set(lines(alice.fetch("NLST *.txt"))) == {"hello.txt", "lines.txt"}
    assert set(lines(alice.fetch("NLST h?llo.*"))) == {"hello.txt"}
    assert set(lines(alice.fetch("NLST [eh]*"))) == {"hello.txt", "empty"}


def test_no_match(alice):
    """Empty or refused, but not the pattern itself."""
    with contextlib.closing(alice.passive()) as data:
        if alice.cmd("NLST *.none", 150, 450, 550).code == 150:
            assert wire.read_all(data) == b""


def test_name_list(alice):
    assert set(lines(alice.fetch("NLST"))) == {"hello.txt", "empty", "lines.txt", "pub"}
    assert {os.path.basename(name) for name in lines(alice.fetch("NLST pub"))} == {"inner.txt", "deeper"}
    assert alice.fetch("NLST -l")


def test_an_empty_folder(alice, tree):
    tree.mkdir("void")
    assert alice.fetch("LIST void") == b""
    assert alice.fetch("NLST void") == b""
    assert {facts["type"] for facts in machine(alice, "void").values()} <= {"cdir", "pdir"}


def test_machine_list(alice):
    found = machine(alice)
    assert {"hello.txt", "empty", "lines.txt", "pub"} <= set(found)
    facts = found["hello.txt"]
    assert (facts["type"], facts["size"], facts["modify"], facts["unix.mode"]) == ("file", "13", "20231114221320", "0644")
    assert found["pub"]["type"] == "dir"
    here = [facts["unique"] for facts in found.values() if facts["type"] != "pdir"]
    assert len(set(here)) == len(here)
    assert set("rwadf") <= set(facts["perm"])
    assert set("celmpf") <= set(found["pub"]["perm"])


def test_permissions_of_a_guest(guest):
    found = machine(guest)
    assert set(found["hello.txt"]["perm"]) == {"r"}
    assert set(found["pub"]["perm"]) == {"e", "l"}


def test_machine_list_wants_a_folder(alice):
    alice.passive()
    assert "not a directory" in alice.cmd("MLSD hello.txt", 501).text
    alice.cmd("MLSD missing", 550)


def test_the_folder_is_named_without_the_options(alice):
    for command, path in (("LIST -la pub", "/pub"), ("LIST -a", "/"), ("NLST pub/*", "/pub/*")):
        with contextlib.closing(alice.passive()) as data:
            assert f'"{path}"' in alice.cmd(command, 150).text
            wire.read_all(data)
        alice.expect(226)
    alice.passive()
    assert '"/nowhere"' in alice.cmd("LIST -la nowhere", 550).text
    assert '"/nowhere"' in alice.cmd("STAT -la nowhere", 550).text


def test_links(alice, tree):
    """Links are shown by every kind of listing, and the broken ones too."""
    (tree.root / "good").symlink_to("hello.txt")
    (tree.root / "folder").symlink_to("pub")
    (tree.root / "broken").symlink_to("nowhere")
    long = set(listing(alice, "LIST"))
    for name in ("good", "folder", "broken"):
        assert name in lines(alice.fetch("NLST"))
        assert name in long or any(entry.startswith(f"{name} -> ") for entry in long)
        assert name in machine(alice)
    assert alice.fetch("RETR good") == b"hello, world\n"
    alice.cmd("CWD folder", 250)
    assert alice.fetch("RETR inner.txt") == b"inside\n"


@pytest.mark.parametrize("mtime", [-1, -(1 << 33), 1 << 33, (1 << 31) + 5, 0])
def test_times_outside_the_range_of_unix(alice, tree, mtime):
    """FileZilla drops entries with such times: LIST stays within 1970 and 2037."""
    tree.write("odd", mtime=mtime)
    found = listing(alice, "LIST")["odd"]
    if not found["when"].count(":"):
        assert 1970 <= int(found["when"]) <= 2037
    assert re.fullmatch(r"\d{14}(\.\d+)?", machine(alice)["odd"]["modify"])


def test_many_entries(alice, tree):
    names = {f"file-{number:05}" for number in range(5000)}
    folder = tree.mkdir("many")
    for name in names:
        (folder / name).touch()
    assert set(listing(alice, "LIST many")) == names
    assert names <= set(machine(alice, "many"))
    assert {os.path.basename(name) for name in lines(alice.fetch("NLST many"))} == names


def test_listings_ignore_type(alice):
    alice.cmd("TYPE A", 200)
    assert "hello.txt" in listing(alice, "LIST")
    alice.cmd("TYPE I", 200)
    assert "hello.txt" in listing(alice, "LIST")


@pytest.mark.root
def test_owners(alice, tree):
    os.chown(tree.path("hello.txt"), 4321, 1234)
    found = listing(alice, "LIST")
    assert (found["hello.txt"]["owner"], found["hello.txt"]["group"]) == ("4321", "1234")
    assert found["empty"]["owner"] == "alice"
