# SPDX-License-Identifier: ISC
"""What a shell offers after Tab: the program answers from its tables, the scripts only ask it."""

import shutil
import subprocess

import pytest

from lib import server as servers

ASK = {
    "bash": r"""
eval "$(breakwater completion bash)"
COMP_WORDS=(breakwater "$@") COMP_CWORD=$# COMPREPLY=()
_breakwater breakwater "${COMP_WORDS[COMP_CWORD]}" 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
""",
    "zsh": r"""
compdef() { :; }
_files() { print -l -- *; }
_describe() { print -l -- ${${(P)2}%%:*}; }
eval "$(breakwater completion zsh)"
words=(breakwater "$@") CURRENT=$((1 + $#))
_breakwater
""",
    "fish": r"""
breakwater completion fish | source
complete -C "breakwater $argv" | cut -f1
""",
}
LINES = [
    (["s"], ["serve", "sessions"]), (["user", ""], ["add", "del", "list", "passwd"]), (["serve", "--port-policy", "s"], ["suppress"]),
    (["serve", "--set", "log.f"], ["log.format="]), (["serve", "--pas"], ["--passive-ports", "--password-file", "--password-stdin"]),
    (["serve", "--config", ""], ["a-file"]), (["completion", "f"], ["fish"]), (["frobnicate", ""], []),
]


def offered(*words):
    done = servers.run("complete", *words)
    assert done.returncode == 0 and not done.stderr
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("words, expected", LINES, ids=lambda value: " ".join(value))
def test_candidates(words, expected):
    assert sorted(offered(*words)) == ([":files"] if expected == ["a-file"] else expected)


def test_an_option_is_offered_once_unless_it_repeats():
    assert "--user" not in offered("serve", "--user", "alice", "--")
    assert "--listen" in offered("serve", "--listen", ":21", "--")


def test_what_is_not_for_people_is_not_offered():
    assert not {"role", "complete", "manual"} & set(offered(""))


@pytest.mark.parametrize("shell", ASK)
@pytest.mark.parametrize("words, expected", LINES, ids=lambda value: " ".join(value))
def test_shells(tmp_path, monkeypatch, shell, words, expected):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/a-file").touch()
    (tmp_path / "breakwater").symlink_to(servers.BINARY)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("HOME", str(tmp_path))
    line = [" ".join(words)] if shell == "fish" else words
    start = [shell, "-c", ASK[shell]] + ([] if shell == "fish" else [shell])
    done = subprocess.run([*start, *line], cwd=tmp_path / "folder", capture_output=True, text=True)
    found = [found for found in done.stdout.splitlines() if found]
    if not expected and shell == "fish":
        return  # it offers files where nothing else is known
    assert sorted(found) == expected, done.stderr
