# SPDX-License-Identifier: ISC
"""Every client does everything it can, in each mode and family: the folder and the client's own files are compared afterwards."""

import html
import random
import shutil

import pytest

from lib import netns
from lib.clients import CLIENTS, Site
from lib.server import PASSWORD, USER

CONTENT = random.Random(1998).randbytes(300_001)  # not a multiple of any buffer
HALF = 123_457


def cases(*operations):
    """One case for each client that has all the operations, for each of its modes and families."""
    for client in CLIENTS:
        if all(client.can(operation) for operation in operations):
            for mode in client.modes:
                for family in client.families:
                    yield pytest.param(client, mode, family, id=f"{client.name}-{mode}-ipv{family}")


def each_client(*operations):
    return pytest.mark.parametrize("client, mode, family", cases(*operations))


@pytest.fixture
def work(tmp_path):
    """The folder in which the client runs."""
    return tmp_path


@pytest.fixture
def do(server, client, mode, family, work):
    program = client.name.removesuffix("-pasv")
    if program != "ftplib" and not shutil.which(program):
        pytest.fail(f"{program} is not installed: tools/install-deps test")
    host = ("127.0.0.1", netns.HOST6 if netns.isolated else "::1")[family == 6]
    site = Site(host, server.port, USER, PASSWORD, mode)
    return lambda operation, **names: client.do(operation, site, work, **names)


@each_client("get")
@pytest.mark.parametrize("content", [b"", b"x", CONTENT], ids=["empty", "one-byte", "300k"])
def test_download(do, tree, work, content):
    tree.write("pub/file.bin", content)
    said = do("get", remote="pub/file.bin", local="here.bin")
    assert (work / "here.bin").exists(), said
    assert (work / "here.bin").read_bytes() == content, said


@each_client("put")
@pytest.mark.parametrize("content", [b"", b"x", CONTENT], ids=["empty", "one-byte", "300k"])
def test_upload(do, tree, work, content):
    (work / "here.bin").write_bytes(content)
    said = do("put", local="here.bin", remote="pub/file.bin")
    assert "file.bin" in tree.names("pub"), said
    assert tree.read("pub/file.bin") == content, said
    assert tree.names("pub") == ["deeper", "file.bin", "inner.txt"], "nothing but the upload is left"


@each_client("put")
def test_upload_replaces(do, tree, work):
    tree.write("file.bin", CONTENT + b"older and longer")
    (work / "here.bin").write_bytes(CONTENT)
    said = do("put", local="here.bin", remote="file.bin")
    assert tree.read("file.bin") == CONTENT, said


@each_client("resume_get")
def test_resume_download(do, tree, work):
    tree.write("file.bin", CONTENT)
    (work / "here.bin").write_bytes(CONTENT[:HALF])
    said = do("resume_get", remote="file.bin", local="here.bin")
    assert (work / "here.bin").read_bytes() == CONTENT, said


@each_client("resume_put")
def test_resume_upload(do, tree, work):
    tree.write("file.bin", CONTENT[:HALF])
    (work / "here.bin").write_bytes(CONTENT)
    said = do("resume_put", local="here.bin", remote="file.bin")
    assert tree.read("file.bin") == CONTENT, said


@each_client("append")
def test_append(do, tree, work):
    tree.write("log", b"first\n")
    (work / "here.bin").write_bytes(b"second\n")
    said = do("append", local="here.bin", remote="log")
    assert tree.read("log") == b"first\nsecond\n", said


@each_client("list")
def test_list(do, tree):
    tree.write("pub/größe 42.txt", b"x" * 42)
    said = html.unescape(do("list", remote="pub"))
    for name in ("inner.txt", "deeper", "größe 42.txt"):
        assert name in said, said


@each_client("machine_list")
def test_machine_list(do, tree):
    tree.write("pub/größe 42.txt", b"x" * 42)
    said = do("machine_list", remote="pub")
    for name in ("inner.txt", "deeper", "größe 42.txt", "42"):
        assert name in said, said


@each_client("rename")
def test_rename(do, tree):
    said = do("rename", remote="hello.txt", target="bye.txt")
    assert "hello.txt" not in tree.names() and tree.read("bye.txt") == b"hello, world\n", said


@each_client("delete")
def test_delete(do, tree):
    said = do("delete", remote="hello.txt")
    assert "hello.txt" not in tree.names(), said


@each_client("mkdir", "rmdir")
def test_make_and_remove_folder(do, tree):
    said = do("mkdir", remote="fresh")
    assert tree.path("fresh").is_dir(), said
    said = do("rmdir", remote="fresh")
    assert not tree.path("fresh").exists(), said


@each_client("mirror", "mirror_put")
def test_mirror(do, tree, work):
    said = do("mirror", remote="pub", local="copy")
    whole = {"deeper", "deeper/leaf", "inner.txt"}
    assert "ERROR" not in said, said
    assert {str(path.relative_to(work / "copy")) for path in (work / "copy").rglob("*")} == whole, said
    assert (work / "copy/deeper/leaf").read_bytes() == b"leaf\n"
    said = do("mirror_put", local="copy", remote="back")
    assert "ERROR" not in said, said
    assert {str(path.relative_to(tree.path("back"))) for path in tree.path("back").rglob("*")} == whole, said
    assert tree.read("back/deeper/leaf") == b"leaf\n"
