# SPDX-License-Identifier: ISC
"""A drop-box: files go in, and whatever is asked, nothing tells of what is in it."""

import contextlib
import os
import signal
import stat

import pytest

from lib import server as servers, wire
from lib.dropbox import EVERYONE, OPTIONS, Quarantine
from lib.uploads import eventually, reset

pytestmark = pytest.mark.serve(*OPTIONS)
SECRET = b"what somebody else has dropped\n" * 100


@pytest.fixture
def secret(server, box):
    """A file that somebody else has dropped; its note."""
    with contextlib.closing(server.anonymous()) as other:
        other.put("STOR upload/secret.txt", SECRET)
    return box.notes()[0]


# -- files go in

@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("mode", ["passive", "active"])
def test_a_file_is_dropped(server, box, family, mode):
    with contextlib.closing(server.anonymous(family)) as session:
        assert "Received" in session.put("STOR /upload/report.pdf", SECRET, mode).text
    note, = box.notes()
    assert box.content(note) == SECRET
    assert (note["name"], note["user"], note["bytes"], note["whole"]) == ("report.pdf", "anonymous", len(SECRET), True)
    assert note["source"] in ("127.0.0.1", "::1")
    status = (box.waiting / note["id"]).stat()
    assert stat.S_IMODE(status.st_mode) == 0o640
    assert not list(box.arriving.iterdir())
    event = server.wait_event("inbox.received")
    assert event["inbox.id"] == note["id"] and event["file.path"] == "report.pdf"
    assert "upload" not in server.tree.names()


def test_by_changing_into_it_first(guest, box):
    guest.cmd("CWD upload", 250)
    guest.put("STOR deep.bin", b"\0\xff" * 500_000)
    guest.put("STOR empty", b"")
    assert [(note["name"], note["bytes"]) for note in box.notes()] in ([("deep.bin", 1_000_000), ("empty", 0)], [("empty", 0), ("deep.bin", 1_000_000)])


def test_text_and_compressed(guest, box):
    guest.cmd("TYPE A", 200)
    guest.put("STOR upload/text", b"one\r\ntwo\r\n")
    assert box.contents() == [b"one\ntwo\n"]


def test_same_name_twice(server, box):
    with contextlib.closing(server.anonymous()) as first, contextlib.closing(server.anonymous()) as second:
        with first.transfer("STOR upload/same") as a, second.transfer("STOR upload/same") as b:
            a.sendall(b"first")
            b.sendall(b"second")
        assert first.expect(226).text == second.expect(226).text
        first.put("STOR upload/same", b"third")
    assert box.contents() == [b"first", b"second", b"third"]
    assert {note["name"] for note in box.notes()} == {"same"}


def test_stou_does_not_tell_the_stored_name(guest, box):
    guest.cmd("CWD upload", 250)
    with contextlib.closing(guest.passive()) as data:
        told = guest.cmd("STOU", 150).text
        data.sendall(b"x")
    guest.expect(226)
    note, = box.notes()
    assert told == f"150 FILE: /upload/{note['name']}"
    assert note["id"] not in told


@pytest.mark.parametrize("name", [b"../../etc/passwd", b"..", b"../upload/../../x", b"a/../../b"])
def test_climbing_names_leave_the_drop_box_for_the_tree(guest, box, name):
    """What `..` leads to is the served tree, where a guest may not write."""
    with contextlib.closing(guest.passive()):
        guest.cmd(b"STOR upload/" + name, 553)
    assert not box.notes()


@pytest.mark.parametrize("name", ["new\nline", "esc\x1b[2J", ".hidden", "-rf", ".breakwater-upload-0", "ünï", b"\xff\xfe".decode("latin-1"), "x" * 255,
                                  "quote\"d", "*", "?", "C:\\x"])
def test_any_name_is_only_data(guest, box, name):
    guest.put(name.encode().join([b"STOR upload/", b""]).replace(b"\n", b"\r\0"), b"x")
    note, = box.notes()
    assert note["name"] == name.replace("\n", "\r")
    assert box.ids() == {note["id"]}


# -- nothing is told: each question is asked of what is there, by every name it could have, and of what is not

QUESTIONS = {
    "SIZE": ["SIZE {path}"],
    "SIZE in text": ["TYPE A", "SIZE {path}", "TYPE I"],
    "MDTM": ["MDTM {path}"],
    "MDTM to set": ["MDTM 20200101000000 {path}"],
    "MFMT": ["MFMT 20200101000000 {path}"],
    "MLST": ["MLST {path}"],
    "STAT": ["STAT {path}"],
    "STAT of all": ["STAT upload"],
    "HASH": ["HASH {path}"],
    "RANG and HASH": ["RANG 0 10", "HASH {path}"],
    "CWD": ["CWD {path}"],
    "CWD and CDUP": ["CWD upload", "CWD {name}", "CDUP"],
    "DELE": ["DELE {path}"],
    "RMD": ["RMD {path}"],
    "MKD": ["MKD {path}"],
    "RNFR": ["RNFR {path}", "RNTO stolen"],
    "RNTO": ["RNFR hello.txt", "RNTO {path}"],
    "SITE CHMOD": ["SITE CHMOD 644 {path}"],
    "SITE UTIME": ["SITE UTIME 202001010000 {path}"],
    "AVBL": ["AVBL {path}"],
    "dots": ["SIZE upload/../upload/./{name}"],
    "slashes": ["SIZE //upload///{name}"],
    "case": ["SIZE UPLOAD/{name}", "SIZE upload/{upper}"],
    "trailing slash": ["SIZE {path}/", "CWD {path}/"],
    "below it": ["SIZE {path}/x", "CWD {path}/x", "MLST {path}/.."],
    "the quarantine by its path": ["SIZE {outside}", "SIZE /../{outside}", "CWD {folder}"],
}
TRANSFERS = {
    "RETR": ["RETR {path}"],
    "REST and RETR": ["REST 5", "RETR {path}"],
    "RANG and RETR": ["RANG 0 10", "RETR {path}"],
    "LIST": ["LIST {path}"],
    "LIST of all": ["LIST upload"],
    "LIST -a": ["LIST -la upload"],
    "LIST -R": ["LIST -R /"],
    "LIST -d": ["LIST -d {path}"],
    "NLST": ["NLST {path}"],
    "NLST of all": ["NLST upload"],
    "MLSD": ["MLSD {path}"],
    "MLSD of all": ["MLSD upload"],
    "a pattern": ["LIST upload/*", "NLST upload/{first}*", "NLST up*/{first}*", "LIST upload/?{rest}"],
    "APPE": ["APPE {path}"],
    "REST and STOR": ["REST 5", "STOR {path}"],
    "STOR below it": ["STOR {path}/x"],
    "RETR in text": ["TYPE A", "RETR {path}", "TYPE I"],
    "RETR compressed": ["MODE Z", "RETR {path}", "MODE S"],
}
ABSENT = ["absent.txt", "aaaaaaaa", "aaaaaaaa.json"]


def mask(text, words):
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "*")
    return text


def ask(server, login, steps, name):
    """The replies to the steps, and the bytes of listings, in a session of their own, with the name taken out."""
    folder = f"{server.tree.root}.upload-quarantine/waiting"
    words = {"name": name, "path": f"upload/{name}", "upper": name.upper(), "first": name[0], "rest": name[1:], "folder": folder,
             "outside": f"{folder}/{name}"}
    said = []
    with contextlib.closing(login()) as session:
        for step in steps:
            line = step.format(**words)
            verb = line.split()[0]
            if verb not in ("RETR", "LIST", "NLST", "MLSD", "APPE", "STOR"):
                said.append(session.cmd(line).text)
                continue
            with contextlib.closing(session.passive()) as data:
                reply = session.cmd(line)
                said.append(reply.text)
                if reply.code == 150:
                    said.append(wire.decode(wire.read_all(data)))
                    said.append(session.expect(226).text)
    return [mask(text, (name, name.upper(), f"{name[0]}*", f"?{name[1:]}")) for text in said]


@pytest.mark.serve(*EVERYONE)
@pytest.mark.parametrize("who", ["anonymous", "login"])
@pytest.mark.parametrize("question", [*QUESTIONS, *TRANSFERS])
def test_oracles(server, secret, who, question):
    login = getattr(server, who)
    steps = {**QUESTIONS, **TRANSFERS}[question]
    present = ["secret.txt", secret["id"], secret["id"] + ".json"]
    before = sorted(server.tree.names())
    answers = [ask(server, login, steps, name) for name in [*present, *ABSENT]]
    assert all(answer == answers[-1] for answer in answers), answers
    said = "\n".join(answers[0])
    assert secret["id"] not in said and "secret" not in said and SECRET[:20].decode() not in said
    box = Quarantine(server)
    assert box.notes() == [secret] and box.content(secret) == SECRET
    assert sorted(server.tree.names()) == before


@pytest.mark.serve(*EVERYONE)
@pytest.mark.parametrize("who", ["anonymous", "login"])
def test_the_drop_box_looks_the_same_however_much_is_in_it(server, box, who):
    looks = [["LIST /"], ["MLSD /"], ["MLST upload"], ["LIST -d upload"], ["STAT /"], ["LIST upload"], ["NLST upload"], ["CWD upload", "PWD"],
             ["AVBL"], ["AVBL /"], ["MDTM upload"], ["SIZE upload"]]
    server.tree.reset()
    empty = [ask(server, getattr(server, who), steps, "none-such") for steps in looks]
    with contextlib.closing(server.anonymous()) as session:
        for number in range(5):
            session.put(f"STOR upload/file{number}", b"x" * 100_000)
    assert [ask(server, getattr(server, who), steps, "none-such") for steps in looks] == empty
    assert "upload" in "".join(empty[0])


@pytest.mark.serve(*EVERYONE)
@pytest.mark.parametrize("who", ["anonymous", "login"])
def test_replies_to_an_upload_are_the_same(server, secret, who):
    """Whether the name is taken, under which id, or not."""
    for command in ("STOR", "STOU"):
        replies = set()
        for name in ("secret.txt", secret["id"], "absent.txt"):
            with contextlib.closing(getattr(server, who)()) as session, contextlib.closing(session.passive()) as data:
                begin = session.cmd(f"{command} upload/{name}", 150).text
                data.close()
                replies.add((mask(begin, [name])[:len("150 FILE: /upload/*")], session.expect(226).text))
        assert len(replies) == 1, replies


@pytest.mark.serve(*EVERYONE)
def test_free_space_is_no_oracle(alice):
    alice.cmd("AVBL", 550)
    alice.cmd("AVBL /pub", 550)


@pytest.mark.serve(*EVERYONE)
def test_nothing_can_be_put_there_otherwise(alice, server, box):
    alice.cmd("MKD upload/folder", 550)
    alice.cmd("RNFR hello.txt", 350)
    alice.cmd("RNTO upload/hello.txt", 550)
    alice.cmd("SITE CHMOD 777 upload", 550)
    alice.cmd("RMD upload", 550)
    alice.cmd("RNFR upload", 550)
    alice.cmd("MKD upload", 550)
    with contextlib.closing(alice.passive()):
        alice.cmd("STOR upload", 553)
    assert not list((box.root / "face").iterdir())
    assert "hello.txt" in server.tree.names()


def test_a_guest_who_may_only_drop_may_not_write_elsewhere(guest, server, box):
    with contextlib.closing(guest.passive()):
        replies = {mask(guest.cmd(f"STOR {name}", 553).text, [name]) for name in ("hello.txt", "absent.txt")}
        guest.cmd("APPE hello.txt", 550)
    assert len(replies) == 1
    assert server.tree.read("hello.txt") == b"hello, world\n"


def test_a_folder_of_that_name_is_hidden_by_it(server, guest, box):
    server.tree.write("upload/old", b"old")
    assert b"old" not in guest.fetch("LIST upload") + guest.fetch("LIST -R")
    with contextlib.closing(guest.passive()):
        guest.cmd("RETR upload/old", 550)


# -- what breaks off

def test_broken_off(server, guest, box):
    with contextlib.closing(guest.passive()) as data:
        guest.cmd("STOR upload/broken", 150)
        data.sendall(b"x" * 200_000)
        eventually(lambda: any(path.stat().st_size == 200_000 for path in box.arriving.iterdir()))
        reset(data)
        assert guest.expect(426, 451)
    note, = box.notes()
    assert note["whole"] is False
    assert SECRET not in box.contents()
    guest.put("STOR upload/next", b"whole")
    assert [note["whole"] for note in box.notes() if note["name"] == "next"] == [True]


@pytest.mark.serve(*OPTIONS, "--set", "partial=discard")
def test_broken_off_and_discarded(guest, box):
    with contextlib.closing(guest.passive()) as data:
        guest.cmd("STOR upload/broken", 150)
        data.sendall(b"x" * 200_000)
        eventually(lambda: list(box.arriving.iterdir()))
        guest.cmd("ABOR", 426)
        guest.expect(226)
    box.wait_for_rest()
    assert not box.notes()


@pytest.mark.serve(*OPTIONS, "--set", "partial=discard")
def test_the_client_dies(server, box):
    for _ in range(3):
        session = server.anonymous()
        data = session.passive()
        session.cmd("STOR upload/broken", 150)
        data.sendall(b"x" * 10_000)
        session.reset()
        reset(data)
    box.wait_for_rest()
    assert not box.notes()
    with contextlib.closing(server.anonymous()) as session:
        session.put("STOR upload/next", b"whole")
    assert box.contents() == [b"whole"]


def pid_of(server, role):
    records = server.events("role.started")
    return [record["process.pid"] for record in records if record["process.role"] == role][-1]


@pytest.mark.parametrize("role", ["inbox", "worker-1"])
def test_a_process_dies(launch, role):
    server = launch(*OPTIONS, "--set", "workers-per-identity=1")
    box = Quarantine(server)
    session = server.anonymous()
    with contextlib.closing(session), contextlib.closing(session.passive()) as data:
        session.cmd("STOR upload/broken", 150)
        data.sendall(b"x" * 200_000)
        eventually(lambda: any(path.stat().st_size == 200_000 for path in box.arriving.iterdir()))
        os.kill(pid_of(server, role), signal.SIGKILL)
        server.wait_event("role.died")
        with contextlib.suppress(ConnectionError):
            data.sendall(b"y" * 200_000)
        data.close()
        with contextlib.suppress(wire.Closed):
            assert session.expect(451, 426, 421)
    eventually(lambda: len([r for r in server.events("role.started") if r["process.role"] == "inbox"]) == (2 if role == "inbox" else 1))
    box.wait_for_rest()
    assert not [note for note in box.notes() if note["whole"]]
    with contextlib.closing(server.anonymous()) as session:
        session.put("STOR upload/next", b"whole")
    assert [note["name"] for note in box.notes() if note["whole"]] == ["next"]


# -- limits

def drop(session, name, size, *codes):
    with contextlib.closing(session.passive()) as data:
        reply = session.cmd(f"STOR upload/{name}", 150, 450, 452, 552)
        if reply.code != 150:
            assert reply.code in codes, reply.text
            return reply.text
        with contextlib.suppress(ConnectionError):
            data.sendall(b"x" * size)
    return session.expect(*codes).text


@pytest.mark.parametrize("limit, value, word", [("file-max", "300K", "larger"), ("address-max-bytes", "300K", "your address"), ("day-max-bytes", "300K", "no more today")])
def test_limits_of_size(launch, limit, value, word):
    server = launch(*OPTIONS, "--set", f"incoming.upload.{limit}={value}")
    box = Quarantine(server)
    with contextlib.closing(server.anonymous()) as session:
        drop(session, "small", 200_000, 226)
        assert word in drop(session, "large", 2_000_000, 552, 452)
        session.cmd("NOOP", 200)
    box.wait_for_rest()
    assert [(note["name"], note["bytes"]) for note in box.notes()] == [("small", 200_000)]
    assert server.wait_event("inbox.refused")["reason"].find(limit) >= 0


def test_limits_outlive_a_restart(launch):
    server = launch("--incoming", "upload", "--set", "incoming.upload.keep-free=0", "--set", "incoming.upload.address-max-files=2")
    with contextlib.closing(server.anonymous()) as session:
        drop(session, "one", 10, 226)
        drop(session, "two", 10, 226)
        assert "tomorrow" in drop(session, "three", 10, 552)
    with contextlib.closing(server.anonymous(6)) as session:
        drop(session, "four", 10, 226)
    server.stop()
    server.start()
    with contextlib.closing(server.anonymous()) as session:
        drop(session, "five", 10, 552)
    assert len(Quarantine(server).notes()) == 3


def test_a_full_disk(launch):
    server = launch("--incoming", "upload", "--set", "incoming.upload.keep-free=1000000G")
    with contextlib.closing(server.anonymous()) as session:
        assert "disk" in drop(session, "one", 10, 452)
    assert not Quarantine(server).notes()


def test_many_at_once_do_not_pass_a_limit_together(launch):
    server = launch(*OPTIONS, "--set", "incoming.upload.address-max-bytes=1M", "--set", "partial=discard")
    box = Quarantine(server)
    sessions = [server.anonymous() for _ in range(20)]
    with contextlib.ExitStack() as stack:
        for session in sessions:
            stack.enter_context(contextlib.closing(session))
        datas = [stack.enter_context(contextlib.closing(session.passive())) for session in sessions]
        for number, session in enumerate(sessions):
            session.cmd(f"STOR upload/{number}", 150)
        for data in datas:
            with contextlib.suppress(ConnectionError):
                data.sendall(b"x" * 100_000)
        for data in datas:
            data.close()
        codes = [session.expect(226, 552, 426, 451).code for session in sessions]
    box.wait_for_rest()
    assert 1 <= codes.count(226) <= 10, codes
    assert codes.count(226) * 100_000 == sum(note["bytes"] for note in box.notes()) <= 1 << 20


# -- where it may lie

def refused_at_start(server, quarantine):
    done = servers.run(*server.command()[1:], "--set", f"incoming.upload.quarantine={quarantine}")
    assert done.returncode == 1
    return done.stderr


@pytest.mark.parametrize("quarantine", ["{tree}/q", "{tree}", "{tree}/pub/new/er", "{tree}/link/q", "{tree}/.."])
def test_quarantine_is_apart(launch, quarantine):
    server = launch(*OPTIONS, start=False)
    (server.tree.root / "link").symlink_to("pub")
    before = server.tree.names()
    assert "lie in one another" in refused_at_start(server, quarantine.format(tree=server.tree.root))
    assert server.tree.names() == before


@pytest.mark.root
def test_a_home_above_the_quarantine(launch):
    """Of a user of the store, whom nobody knows of at the start."""
    server = launch(config='anonymous = read\nanonymous-root = "{tree}"\nincoming "upload" { quarantine = "{work}/q" }\n')
    for name, home, code in (("above", server.work, 530), ("inside", server.work / "q" / "waiting", 530), ("beside", server.tree.root, 230)):
        done = servers.run("user", "add", name, "--home", home, "--password-stdin", "--config", server.config, "--state-dir", server.work / "state",
                           stdin="secret\n")
        assert done.returncode == 0, done.stderr
        with contextlib.closing(server.connect()) as session:
            session.cmd(f"USER {name}", 331)
            session.cmd("PASS secret", code)


@pytest.mark.root
def test_a_quarantine_of_somebody_else(launch):
    server = launch(*OPTIONS, start=False)
    place = server.work / "q"
    place.mkdir()
    os.chown(place, 1000, 1000)
    assert "must belong to user" in refused_at_start(server, place)


@pytest.mark.root
def test_another_file_system(launch):
    server = launch(*OPTIONS, start=False)
    if os.stat("/dev/shm").st_dev == os.stat(server.tree.root).st_dev:
        pytest.skip("there is one file system only")
    try:
        assert "another file system" in refused_at_start(server, "/dev/shm/breakwater-test-quarantine")
    finally:
        with contextlib.suppress(OSError):
            os.rmdir("/dev/shm/breakwater-test-quarantine")
