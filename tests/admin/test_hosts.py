# SPDX-License-Identifier: ISC
"""What one server can offer besides one folder: virtual hosts, mounts, addresses for clients behind NAT, and what is switched off."""

import contextlib
import crypt

import pytest

from lib import netns
from lib.server import PASSWORD

HASH = crypt.crypt(PASSWORD, crypt.METHOD_SHA512)
CONFIG = f"""
anonymous = read
anonymous-root = "{{tree}}"
user "alice" {{ home = "{{tree}}" rights = all password-hash = "{HASH}" }}
"""


def test_host_chooses_the_tree(launch):
    server = launch(config=CONFIG + 'host "other.example" { root = "{tree}/pub" }\n')
    with contextlib.closing(server.connect()) as session:
        session.cmd("HOST other.example", 220)
        session.login()
        assert session.fetch("RETR inner.txt") == b"inside\n"
        session.cmd("CWD pub", 550)
    with contextlib.closing(server.connect()) as session:
        session.cmd("HOST OTHER.Example", 220)
        session.cmd("HOST unknown.example", 504)


def test_a_mount(launch, tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "elsewhere").write_bytes(b"from elsewhere\n")
    longest = "n" * 64
    server = launch(config=CONFIG + f'mount "extra" {{ path = "{tmp_path}" }}\nmount "{longest}" {{ path = "{tmp_path}" }}\n')
    with contextlib.closing(server.login()) as alice:
        alice.cmd(f"CWD {longest}", 250)
        alice.cmd("CDUP", 200, 250)
        assert alice.fetch("RETR extra/elsewhere") == b"from elsewhere\n"
        assert b"extra" in alice.fetch("NLST")
        alice.cmd("CWD extra", 250)
        alice.cmd("CDUP", 200, 250)
        assert alice.cmd("PWD", 257).text.startswith('257 "/"')
        alice.cmd("RNFR hello.txt", 350)
        reply = alice.cmd("RNTO extra/hello.txt", 550)
        assert len(reply.text) > 20, "with the reason"
        alice.cmd("RMD extra", 450, 550)


@pytest.mark.isolated
def test_each_client_is_told_its_address(launch):
    server = launch(config=CONFIG + 'public-address = "203.0.113.9"\npublic-address-for "127.0.0.0/8" { address = "192.0.2.5" }\n')
    for host, told in (("127.0.0.1", "192.0.2.5"), (netns.HOST4, "203.0.113.9")):
        with contextlib.closing(server.anonymous(host=host)) as session:
            assert session.pasv()[0] == told


@pytest.mark.serve("--set", "active=no")
def test_active_switched_off(guest):
    guest.cmd("PORT 127,0,0,1,200,10", 500, 502, 504)
    guest.cmd("EPRT |1|127.0.0.1|51210|", 500, 502, 504)
    assert guest.fetch("RETR hello.txt") == b"hello, world\n"


@pytest.mark.serve("--set", "passive=no")
def test_passive_switched_off(guest):
    guest.cmd("PASV", 500, 502, 504)
    guest.cmd("EPSV", 500, 502, 504)
    assert guest.fetch("RETR hello.txt", "active") == b"hello, world\n"


@pytest.mark.serve("--set", "list-hidden=yes")
def test_hidden_names_listed(server, guest):
    server.tree.write(".profile")
    assert b".profile" in guest.fetch("NLST")


@pytest.mark.serve("--user", "alice", "--password-file", "PASSWORD_FILE", "--write", "--set", "umask=077")
def test_umask(alice, tree):
    alice.put("STOR new", b"x")
    alice.cmd("MKD folder", 257)
    assert tree.path("new").stat().st_mode & 0o777 == 0o600
    assert tree.path("folder").stat().st_mode & 0o777 == 0o700
