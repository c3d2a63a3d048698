# SPDX-License-Identifier: ISC
"""What README tells a newcomer to type, and the configuration it shows, are what the program takes."""

import re

import pytest

from lib import server as servers

README = (servers.REPOSITORY / "README.md").read_text()
BLOCKS = re.findall(r"^```\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
COMMANDS = [line.split("#")[0].split()[1:] for block in BLOCKS for line in block.splitlines() if line.startswith("breakwater ")]


def test_the_example_configuration_is_in_order(tmp_path):
    examples = [block for block in BLOCKS if "listen \"" in block]
    assert len(examples) == 1
    (tmp_path / "breakwater.conf").write_text(examples[0])
    done = servers.run("config", "check", tmp_path / "breakwater.conf")
    assert done.returncode == 0, done.stderr
    dump = servers.run("config", "dump", tmp_path / "breakwater.conf").stdout
    assert "/srv/alice" in dump and "50000-50999" in dump


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_and_option_is_there(words):
    name = words[:2] if words[0] in ("user", "config") else words[:1]
    done = servers.run(*name, "--help")
    assert done.returncode == 0 and done.stdout.count(f"breakwater {' '.join(name)}"), done.stderr
    assert all(f"{option} " in done.stdout for option in words if option.startswith("--"))


def test_the_commands_were_found():
    assert {"serve", "user", "sessions", "policy", "config"} == {words[0] for words in COMMANDS}
