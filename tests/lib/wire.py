# SPDX-License-Identifier: ISC
"""One FTP control connection, byte for byte: nothing is hidden, retried or repaired as a client library would."""

import contextlib
import re
import socket
import struct
import time
from typing import NamedTuple

PATIENCE_S = 15
REPLY_LINE = re.compile(rb"(\d{3})([ -])(.*)", re.DOTALL)


class Closed(Exception):
    """The server ended the connection where a reply was due."""


class Reply(NamedTuple):
    code: int
    lines: list      # as received, without CRLF, the code included

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def body(self):
        """The lines between the first and the last, without the leading blank of RFC 2389."""
        return [line[1:] if line.startswith(" ") else line for line in self.lines[1:-1]]


def decode(data):
    return data.decode("utf-8", "surrogateescape")


def encode(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


class Control:
    """A control connection; `source` is the local address it comes from."""

    def __init__(self, address, source=None, greeting=220):
        self.sock = socket.create_connection(address[:2], PATIENCE_S, (source, 0) if source else None)
        self.buffer = b""
        if greeting:
            self.expect(greeting)

    # -- bytes and lines

    def raw(self, data):
        self.sock.sendall(encode(data))

    def send(self, line, end=b"\r\n"):
        self.raw(encode(line) + end)

    def urgent(self, data):
        """Sends data whose last byte is TCP-urgent, as a Telnet Synch."""
        self.sock.send(data, socket.MSG_OOB)

    def line(self):
        while b"\n" not in self.buffer:
            try:
                piece = self.sock.recv(65536)
            except ConnectionError:
                piece = b""
            if not piece:
                raise Closed(f"connection closed; unfinished line: {self.buffer!r}")
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        assert line.endswith(b"\r"), f"a reply line ends in a bare LF: {line!r}"
        assert line.count(b"\xff") == 2 * line.count(b"\xff\xff"), f"a Telnet command in a reply: {line!r}"
        return line[:-1].replace(b"\xff\xff", b"\xff")

    def reply(self):
        """Reads one reply of RFC 959 section 4.2, multi-line or not."""
        first = self.line()
        match = REPLY_LINE.fullmatch(first)
        assert match, f"not a reply line: {first!r}"
        lines = [first]
        if match[2] == b"-":
            while not lines[-1].startswith(match[1] + b" "):
                lines.append(self.line())
        return Reply(int(match[1]), [decode(line) for line in lines])

    def expect(self, *codes):
        reply = self.reply()
        assert reply.code in codes, f"expected {codes}, received: {reply.text}"
        return reply

    def cmd(self, line, *codes):
        """Sends a command and reads its first reply, which must have one of the codes when any is given."""
        self.send(line)
        return self.expect(*codes) if codes else self.reply()

    def silent(self, seconds=0.3):
        """True when nothing arrives for that long."""
        if self.buffer:
            return False
        self.sock.settimeout(seconds)
        try:
            self.buffer += self.sock.recv(65536)
            return False
        except socket.timeout:
            return True
        finally:
            self.sock.settimeout(PATIENCE_S)

    def closed(self, within=PATIENCE_S):
        """True when the server ends the connection in time; replies before that are dropped."""
        deadline = time.monotonic() + within
        try:
            while (left := deadline - time.monotonic()) > 0:
                self.sock.settimeout(left)
                if not self.sock.recv(65536):
                    return True
        except socket.timeout:
            pass
        except ConnectionError:
            return True
        finally:
            self.sock.settimeout(PATIENCE_S)
        return False

    def close(self):
        self.sock.close()

    def reset(self):
        """Ends the connection by RST, as a host that lost its power and was asked again."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    # -- sessions

    def login(self, user="anonymous", password="test@example.org"):
        if self.cmd(f"USER {user}", 230, 331).code == 331:
            self.cmd(f"PASS {password}", 230)
        self.cmd("TYPE I", 200)
        return self

    @property
    def is_ipv6(self):
        return self.sock.family == socket.AF_INET6

    # -- data connections

    def epsv(self):
        """Asks for a passive port and returns its number."""
        text = self.cmd("EPSV", 229).text
        match = re.search(r"\(\|\|\|(\d+)\|\)", text)
        assert match, f"no endpoint in {text!r}"
        return int(match[1])

    def pasv(self):
        """Asks for a passive endpoint in the old form and returns (host, port)."""
        text = self.cmd("PASV", 227).text
        match = re.search(r"\((\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\)", text)
        assert match, f"no endpoint in {text!r}"
        *host, high, low = map(int, match.groups())
        return ".".join(map(str, host)), high * 256 + low

    def dial(self, port, source=None):
        """Connects to a data port of this server, from the control connection's own address unless told."""
        source = source or self.sock.getsockname()[0]
        return socket.create_connection((self.sock.getpeername()[0], port), PATIENCE_S, (source, 0))

    def passive(self):
        return self.dial(self.epsv())

    def listen(self):
        """Listens for an active data connection on the control connection's own address; nothing is sent."""
        listener = socket.create_server((self.sock.getsockname()[0], 0), family=self.sock.family)
        listener.settimeout(PATIENCE_S)
        return listener

    def active(self):
        """Announces a listener by PORT or EPRT and returns it."""
        listener = self.listen()
        self.cmd(endpoint(*listener.getsockname()[:2]), 200)
        return listener

    def fetch(self, command, mode="passive", done=226):
        """Runs a command that sends data and returns the data."""
        with self.transfer(command, mode) as data:
            received = read_all(data)
        self.expect(done)
        return received

    def put(self, command, content, mode="passive", done=226):
        """Runs a command that takes data and returns its last reply."""
        with self.transfer(command, mode) as data:
            data.sendall(content)
        return self.expect(done)

    @contextlib.contextmanager
    def transfer(self, command, mode="passive"):
        """Opens the data connection, sends the command, reads the 150 and yields the data socket."""
        if mode == "passive":
            data = self.passive()
            with contextlib.closing(data):
                self.cmd(command, 150, 125)
                yield data
            return
        with contextlib.closing(self.active()) as listener:
            self.cmd(command, 150, 125)
            with contextlib.closing(take(listener)) as data:
                yield data


def take(listener):
    """The next connection at a listener."""
    sock, _ = listener.accept()
    sock.settimeout(PATIENCE_S)
    return sock


def canary(host, number=0):
    """A listener where no connection shall arrive."""
    listener = socket.create_server((host, number), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.settimeout(PATIENCE_S)
    return listener


def was_called(listener, within=0.3):
    """True when somebody connects to the canary in that time."""
    listener.settimeout(within)
    try:
        listener.accept()[0].close()
        return True
    except socket.timeout:
        return False


def read_all(sock):
    pieces = []
    while piece := sock.recv(1 << 18):
        pieces.append(piece)
    return b"".join(pieces)


def is_closed(sock, within=5):
    """True when the peer closes or resets the connection in time without sending a byte."""
    sock.settimeout(within)
    try:
        return sock.recv(1) == b""
    except ConnectionError:
        return True
    except socket.timeout:
        return False


def port(host, number):
    return f"PORT {host.replace('.', ',')},{number // 256},{number % 256}"


def eprt(host, number):
    return f"EPRT |{2 if ':' in host else 1}|{host}|{number}|"


def endpoint(host, number):
    """PORT for IPv4 and EPRT for IPv6, as clients do."""
    return eprt(host, number) if ":" in host else port(host, number)
