# SPDX-License-Identifier: ISC
"""`breakwater inbox`: what waits in a drop-box, and what becomes of it."""

import contextlib
import json
import os
import time

import pytest

from lib import server as servers
from lib.dropbox import OPTIONS, Quarantine
from lib.uploads import eventually, reset

pytestmark = pytest.mark.serve(*OPTIONS)
IDS = "abcdefghijkmnpqrstuvwxyz23456789"


def drop(server, name, content=b"content"):
    with contextlib.closing(server.anonymous()) as session:
        session.put(b"STOR upload/" + name.encode(), content)
    return [note for note in Quarantine(server).notes() if note["name"] == name][-1]


def test_list_and_show(server, box):
    assert "Nothing waits" in box.command("list")
    assert box.command("list", "--json") == ""
    note = drop(server, "report.pdf", b"x" * 1234)
    listed = box.command("list")
    assert note["id"] in listed and "report.pdf" in listed and "1234" in listed and "127.0.0.1" in listed
    record, = [json.loads(line) for line in box.command("list", "--json").splitlines()]
    assert {key: record[key] for key in note} == note
    assert len(note["id"]) == 8 and set(note["id"]) <= set(IDS)
    shown = box.command("show", note["id"])
    assert "report.pdf" in shown and str(box.waiting / note["id"]) in shown
    assert json.loads(box.command("show", note["id"], "--json"))["bytes"] == 1234


def test_names_cannot_steer_the_terminal(server, box):
    drop(server, "a\x1b[2Jb\u202ec")
    for text in (box.command("list"), box.command("show", next(iter(box.ids()))), box.command("list", "--json")):
        assert "\x1b" not in text and "\u202e" not in text
        assert len(text.splitlines()) <= 8


def test_approve(server, box, tree):
    note = drop(server, "report.pdf", b"the report")
    inode = (box.waiting / note["id"]).stat().st_ino
    assert "Approved" in box.command("approve", note["id"], "--to", tree.root / "pub", "--reason", "looks good")
    published = tree.path("pub/report.pdf")
    assert published.read_bytes() == b"the report" and published.stat().st_ino == inode
    assert published.stat().st_mode & 0o7777 == 0o644
    assert published.stat().st_uid == tree.root.stat().st_uid
    assert not list(box.waiting.iterdir())
    with contextlib.closing(server.anonymous()) as session:
        assert session.fetch("RETR pub/report.pdf") == b"the report"


def test_approval_never_overwrites(server, box, tree):
    tree.write("pub/report.pdf", b"the old one")
    note = drop(server, "report.pdf")
    assert "--as NAME" in box.command("approve", note["id"], "--to", tree.root / "pub", code=1)
    assert tree.read("pub/report.pdf") == b"the old one"
    assert box.notes() == [note] and (box.waiting / note["id"]).stat().st_mode & 0o7777 == 0o640
    box.command("approve", note["id"], "--to", tree.root / "pub", "--as", "second.pdf")
    assert tree.read("pub/second.pdf") == b"content"


@pytest.mark.parametrize("name, published", [(".htaccess", "_htaccess"), ("a\x1bb", "a_b"), ("C:\\x\\y.txt", "y.txt"), ("-rf", "_rf")])
def test_names_are_cleaned(server, box, tree, name, published):
    note = drop(server, name)
    box.command("approve", note["id"], "--to", tree.root / "pub")
    assert published in tree.names("pub")


@pytest.mark.parametrize("name", ["../escaped", ".hidden", "a/b", "", "a\nb", ".."])
def test_no_other_name_can_be_given(server, box, tree, name):
    note = drop(server, "x")
    box.command("approve", note["id"], "--to", tree.root / "pub", f"--as={name}", code=1)
    assert box.notes() == [note]
    assert tree.names("pub") == ["deeper", "inner.txt"]


@pytest.mark.parametrize("rename, pattern", [("random", "{id}.txt"), ("timestamp", "{when}-{id}.txt")])
def test_the_server_chooses_the_name(launch, rename, pattern):
    server = launch(*OPTIONS, "--set", f"incoming.upload.rename={rename}")
    note = drop(server, "a name.txt")
    box, config = Quarantine(server), server.work / "inbox.conf"
    config.write_text(f'incoming "upload" {{ quarantine = "{box.root}" publish = "{server.tree.root}" rename = {rename} }}\n')
    done = servers.run("inbox", "approve", note["id"], "--config", config)
    assert done.returncode == 0, done.stderr
    when = time.strftime("%Y%m%d-%H%M%S", time.gmtime(note["received"]))
    assert pattern.format(id=note["id"], when=when) in server.tree.names()


def test_a_part_is_not_approved_by_mistake(server, box, tree):
    with contextlib.closing(server.anonymous()) as session, contextlib.closing(session.passive()) as data:
        session.cmd("STOR upload/part", 150)
        data.sendall(b"x" * 1000)
        eventually(lambda: any(path.stat().st_size == 1000 for path in box.arriving.iterdir()))
        reset(data)
        session.expect(426, 451)
    note, = box.notes()
    assert "a part" in box.command("list")
    assert "--partial" in box.command("approve", note["id"], "--to", tree.root, code=1)
    box.command("approve", note["id"], "--to", tree.root, "--partial")
    assert len(tree.read("part")) == 1000


def test_approval_follows_no_link(server, box, tree):
    elsewhere = server.work / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    tree.path("link").symlink_to(elsewhere)
    note = drop(server, "job")
    assert "symbolic link" in box.command("approve", note["id"], "--to", tree.root / "link", code=1)
    assert box.notes() == [note] and not list(elsewhere.iterdir())


def test_reject_and_purge(server, box):
    first, second, third = drop(server, "first"), drop(server, "second"), drop(server, "third")
    box.command("reject", first["id"], second["id"])
    assert box.notes() == [third]
    assert "Removed 0" in box.command("purge", "--older-than", "1h")
    assert "Removed 0" in box.command("purge", "--partial")
    assert "--older-than" in box.command("purge", code=1)
    assert "Removed 1" in box.command("purge", "--older-than", "0s")
    assert not list(box.waiting.iterdir())


@pytest.mark.parametrize("words, said", [
    (["show", "aaaaaaaa"], "nothing of this id"), (["show", "../../etc"], "is not an id"), (["reject", "aaaaaaaa"], "nothing of this id"),
    (["approve", "aaaaaaaa"], "nothing of this id"), (["purge", "--older-than", "soon"], "is not a time")])
def test_errors(box, words, said):
    assert said in box.command(*words, code=1)


def test_the_how_to_is_true(server, tmp_path):
    """Its configurations are right, and its first example works."""
    text = (servers.REPOSITORY / "docs/howto/upload-drop-box.md").read_text()
    blocks = [block for block in text.split("```")[1::2] if "incoming \"" in block]
    assert len(blocks) == 3
    for block in blocks:
        config = tmp_path / "howto.conf"
        config.write_text(block)
        done = servers.run("config", "check", "--config", config)
        assert "in order" in done.stdout + done.stderr, done.stdout + done.stderr
    for line in text.splitlines():
        if line.startswith("breakwater inbox"):
            assert servers.run(*line.split()[1:3], "--help").returncode == 0


def test_errors_of_the_configuration(server, tmp_path):
    empty = tmp_path / "empty.conf"
    empty.write_text("anonymous = off\n")
    for words, said in ((["--config", empty], "no incoming block"), (["--quarantine", tmp_path / "none"], "no quarantine yet")):
        done = servers.run("inbox", "list", *words)
        assert done.returncode == 1 and said in done.stderr


def test_every_decision_is_in_the_log(server, box, tree):
    log, config = server.work / "inbox.log", server.work / "inbox.conf"
    config.write_text(f'log {{ format = json destination = "{log}" }}\n'
                      f'incoming "upload" {{ quarantine = "{box.root}" publish = "{tree.root}" }}\n')
    first, second = drop(server, "first"), drop(server, "sec\x1bond")
    for words in (["approve", first["id"], "--reason", "it is fine"], ["reject", second["id"], "--reason", "spam"]):
        done = servers.run("inbox", *words, "--config", config)
        assert done.returncode == 0, done.stderr
    approved, rejected = [json.loads(line) for line in log.read_text().splitlines()]
    assert (approved["event"], approved["inbox.id"], approved["reason"]) == ("inbox.approved", first["id"], "it is fine")
    assert approved["file.path"] == f"{tree.root}/first" and approved["source.ip"] == "127.0.0.1"
    assert (rejected["event"], rejected["inbox.file"], rejected["reason"]) == ("inbox.rejected", "sec\x1bond", "spam")
    log.unlink()


@pytest.mark.root
def test_reading_is_not_roots_work(server, box):
    """What strangers have written is read as the inbox's user, who may not read this file."""
    note = drop(server, "x")
    private = server.work / "private.json"
    private.write_text((box.waiting / f"{note['id']}.json").read_text())
    private.chmod(0o600)
    (box.waiting / f"{note['id']}.json").unlink()
    (box.waiting / f"{note['id']}.json").symlink_to(private)
    assert box.command("show", note["id"], code=1)
    os.unlink(box.waiting / f"{note['id']}.json")
    box.waiting.chmod(0o000)
    try:
        # Root passes any mode; the inbox's user does not.
        box.command("list", code=1)
    finally:
        box.waiting.chmod(0o750)


@pytest.mark.root
def test_another_user_is_told_what_to_do(server, box):
    done = servers.run("inbox", "list", "--quarantine", box.root, user=65534, group=65534, extra_groups=[])
    assert done.returncode == 1 and "try as root" in done.stderr
