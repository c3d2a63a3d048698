# SPDX-License-Identifier: ISC
"""What the program prints and the documents made from it, compared with the committed files. `./test --update-snapshots` rewrites them."""

import subprocess
from pathlib import Path

import pytest

from lib import server as servers

GOLDEN = Path(__file__).parent / "golden"
DOCS = servers.REPOSITORY / "docs"
COMMANDS = ["", "serve", "policy", "sessions", "kick", "user", "user add", "user list", "user passwd", "user del", "ban", "ban list", "ban add",
            "ban lift", "config", "config check", "config dump", "completion", "help", "version", "inbox", "inbox list", "inbox show", "inbox approve",
            "inbox reject", "inbox purge"]
POLICIES = {"suppress": "", "rfc": "port-policy = rfc\n", "allow-list": """port-policy = allow-list
allow { client = "192.0.2.0/24" target = "198.51.100.7/32" ports = 50000-50100 direction = passive user = "mirror" }
for-user "press" { port-policy = suppress }
""", "exception": """listen "back" { address = "192.0.2.1:21" port-policy = rfc }
"""}


@pytest.fixture
def compare(request):
    """Compares a text with a committed file, or rewrites the file when told to."""
    def check(text, path):
        if request.config.getoption("--update-snapshots"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"{path} is missing: ./test --update-snapshots"
        assert text == path.read_text(), f"{path} is not what the program says now: ./test --update-snapshots, and look at the difference"
    return check


def said(*words, code=0):
    done = servers.run(*words)
    assert done.returncode == code, done.stderr
    assert not done.stderr
    return done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command or "breakwater")
def test_help(compare, command):
    text = said(*command.split(), "--help")
    assert max(map(len, text.splitlines())) <= 130
    compare(text, GOLDEN / f"help{'-' if command else ''}{command.replace(' ', '-')}.txt")


def test_every_command_has_its_snapshot():
    listed = [line.split("  ")[1].strip() for line in said("help").splitlines() if line.startswith("  ") and line[2].isalpha()]
    names = {name for name in listed if not name.startswith("breakwater")}
    assert names and names <= set(COMMANDS), names - set(COMMANDS)


def test_version(compare):
    compare(said("version"), GOLDEN / "version.txt")
    assert said("--version") == said("version")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(compare, shell):
    compare(said("completion", shell), GOLDEN / f"completion-{shell}.txt")


@pytest.mark.parametrize("name", POLICIES)
def test_policy(compare, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path("breakwater.conf").write_text(POLICIES[name])
    compare(said("policy", "--config", "breakwater.conf"), GOLDEN / f"policy-{name}.txt")


@pytest.mark.parametrize("page", ["breakwater.8", "breakwater.conf.5"])
def test_manual(compare, page):
    compare(said("manual", page[-1]), DOCS / "man" / page)
    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", DOCS / "man" / page], capture_output=True, text=True)
    assert not lint.stdout + lint.stderr
    plain = subprocess.run(["mandoc", "-T", "ascii", DOCS / "man" / page], capture_output=True, text=True)
    assert plain.returncode == 0 and "NAME" in plain.stdout


def test_generated_documents(compare, tmp_path):
    """docs/STATES.md and docs/TRUST.md come from the tables and READMEs of the source."""
    subprocess.run([servers.REPOSITORY / "tools/make-documents", servers.REPOSITORY / "build", tmp_path], check=True)
    for name in ("STATES.md", "TRUST.md"):
        compare((tmp_path / name).read_text(), DOCS / name)


@pytest.mark.parametrize("words, nearest", [(["serv"], "serve"), (["polcy"], "policy"), (["user", "ad"], "user add"), (["config", "chek"], "config check")])
def test_mistyped_commands(words, nearest):
    done = servers.run(*words)
    assert done.returncode == 2 and nearest in done.stderr


@pytest.mark.parametrize("words", [["serve", "--lisen", ":21"], ["policy", "--confg", "x"], ["kick"], ["sessions", "extra"]])
def test_usage_errors(words):
    done = servers.run(*words)
    assert done.returncode == 2 and done.stderr and not done.stdout


def test_plain_output_has_no_colours():
    assert "\x1b" not in said("--help") + said("policy", "--set", "port-policy=rfc")
