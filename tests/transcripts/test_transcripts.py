# SPDX-License-Identifier: ISC
"""Plays every dialogue of the *.txt files beside this one."""

from pathlib import Path

import pytest

from lib import transcript

DIALOGUES = [dialogue for path in sorted(Path(__file__).parent.glob("*.txt")) for dialogue in transcript.read(path)]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=str)
def test_dialogue(server, dialogue):
    transcript.Player(server).play(dialogue)
