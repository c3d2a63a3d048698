# SPDX-License-Identifier: ISC
r"""Dialogues written down as they look on the wire, and the player that holds the server against them.

A file has an opening part for all its dialogues, then one dialogue after each line `== title`. Each line is one step:

    @ login          log in as the named user (also: anonymous, none; ipv6 in place of ipv4 for the rest of the dialogue)
    C: line          the client sends the line and CRLF
    C> bytes         the client sends exactly that
    C! bytes         the same, the last byte TCP-urgent
    S: pattern       the server answers this line
    S: ...           and any lines up to the one that the next pattern names
    S! closed        the server ends the connection
    D: passive       the client opens a data connection (also: active, which opens it when the first data step comes)
    D< bytes         that and no more arrives on it, then its end (a lone `*`: anything)
    D> bytes         the client sends that and ends the data connection
    F: name = bytes  the file exists with that content (also: name absent)
    # comment

In patterns `*` stands for anything and `{a|b}` for either. \r \n \t \0 \\ \xHH are single bytes everywhere.
"""

import contextlib
import re
from dataclasses import dataclass, field

from lib import wire
from lib.server import PASSWORD, USER

STEP = re.compile(r"(@|[CS]:|C>|C!|S!|D:|D<|D>|F:) ?(.*)")
ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[rnt0\\])")
ESCAPES = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}


@dataclass
class Dialogue:
    file: str
    title: str
    steps: list = field(default_factory=list)   # of (line number, kind, rest)

    def __str__(self):
        return f"{self.file}: {self.title}"


def read(path):
    """The dialogues of a file."""
    opening, dialogues = [], []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("== "):
            dialogues.append(Dialogue(path.stem, line[3:], list(opening)))
        elif line.strip() and not line.startswith("#"):
            match = STEP.fullmatch(line)
            assert match, f"{path}:{number}: not a step: {line}"
            (dialogues[-1].steps if dialogues else opening).append((number, *match.groups()))
    return dialogues


def unescape(text):
    return ESCAPE.sub(lambda m: ESCAPES.get(m[1]) or bytes([int(m[1][1:], 16)]), text.encode())


def compile_pattern(text):
    pieces = re.split(rb"(\*|\{[^}]*\})", unescape(text))
    return re.compile(b"".join(translate(piece) for piece in pieces), re.DOTALL)


def translate(piece):
    if piece == b"*":
        return b".*"
    if piece.startswith(b"{"):
        return b"(?:" + b"|".join(map(re.escape, piece[1:-1].split(b"|"))) + b")"
    return re.escape(piece)


class Player:
    """Plays one dialogue against a server."""

    def __init__(self, server):
        self.server, self.family, self.user = server, 4, None
        self.control = self.data = self.listener = None

    def play(self, dialogue):
        self.stack = contextlib.ExitStack()
        with self.stack:
            for index, (number, kind, rest) in enumerate(dialogue.steps):
                if self.control is None and kind != "@":
                    self.connect()
                try:
                    self.step(kind, rest, dialogue.steps[index + 1:])
                except (AssertionError, wire.Closed, OSError) as trouble:
                    raise AssertionError(f"{dialogue.file}.txt:{number}: {kind} {rest}\n    {trouble}") from None

    def step(self, kind, rest, following):
        {"@": self.at, "C:": self.send_line, "C>": self.send_bytes, "C!": self.send_urgent, "S!": self.expect_closed,
         "D:": self.open_data, "D<": self.expect_data, "D>": self.send_data, "F:": self.expect_file,
         "S:": lambda text: self.skip_to(following) if text == "..." else self.expect_line(text)}[kind](rest)

    def at(self, rest):
        if rest in ("ipv4", "ipv6"):
            self.family = int(rest[3])
        else:
            self.user = rest

    def connect(self):
        greeting = None if self.user in (None, "none") else 220
        self.control = self.stack.enter_context(contextlib.closing(self.server.connect(self.family, greeting=greeting)))
        if self.user == "login":
            self.control.login(USER, PASSWORD)
        elif self.user == "anonymous":
            self.control.login()

    def send_line(self, text):
        self.control.raw(unescape(text) + b"\r\n")

    def send_bytes(self, text):
        self.control.raw(unescape(text))

    def send_urgent(self, text):
        self.control.urgent(unescape(text))

    def expect_line(self, text):
        line = self.control.line()
        assert compile_pattern(text).fullmatch(line), f"received: {wire.decode(line)!r}"

    def skip_to(self, following):
        kind, rest = following[0][1:]
        assert kind == "S:", "`...` is followed by the pattern that ends it"
        last = compile_pattern(rest)
        while not last.fullmatch(line := self.control.line()):
            pass
        self.control.buffer = line + b"\r\n" + self.control.buffer

    def expect_closed(self, text):
        assert text == "closed" and self.control.closed(), "the connection is still open"

    def open_data(self, mode):
        self.listener = None
        if mode == "passive":
            self.data = self.stack.enter_context(contextlib.closing(self.control.passive()))
        else:
            self.listener = self.stack.enter_context(contextlib.closing(self.control.active()))

    def data_socket(self):
        if self.listener:
            self.data = wire.take(self.listener)
            self.stack.callback(self.data.close)
            self.listener = None
        return self.data

    def expect_data(self, text):
        received = wire.read_all(self.data_socket())
        assert text == "*" or received == unescape(text), f"data: {received!r}"

    def send_data(self, text):
        data = self.data_socket()
        data.sendall(unescape(text))
        data.close()

    def expect_file(self, text):
        name, is_there, content = text.partition(" =")
        if not is_there:
            name = name.removesuffix(" absent")
            assert not self.server.tree.path(unescape(name)).exists(), f"{name} exists"
            return
        found = self.server.tree.read(unescape(name))
        assert found == unescape(content.removeprefix(" ")), f"content: {found!r}"
