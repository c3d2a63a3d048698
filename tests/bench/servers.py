# SPDX-License-Identifier: ISC
"""The servers that are measured: how each is started, set as fast as it reasonably goes for anonymous users.

A server is a function that writes its configuration below `work` and returns its command. All of them listen on
127.0.0.1:PORT, serve `tree`, let anonymous users upload into `up`, log nothing, resolve no names and count no clients.
"""

from dataclasses import dataclass, field
from pathlib import Path

PORT = 2121
PASSIVE_RANGE = (49152, 65535)
DEBIAN_PACKAGES = [
    "vsftpd", "proftpd-core", "pure-ftpd", "python3-pyftpdlib",
    # libraries that a system without these servers may lack
    "libwrap0", "libsodium23", "libhiredis0.14", "libmemcached11", "libmemcachedutil2", "libhashkit2", "libpcre2-posix3",
]


@dataclass
class Setting:
    """What a server is started with."""
    work: Path        # a folder of its own for configuration and state
    tree: Path        # what it serves
    peers: Path       # the unpacked Debian packages
    breakwater: Path  # the program under test
    bare: Path        # the floor
    threads: int      # of the floor: one, or one for each stream


@dataclass
class Launch:
    command: list
    env: dict = field(default_factory=dict)


# one_process_model: no privileged parent beside each session; it more than doubles vsftpd's logins and is the fastest it has.
# seccomp_sandbox: its filter does not know today's libc and kills LIST and RETR.
VSFTPD = """listen=YES
background=NO
listen_port={port}
anonymous_enable=YES
local_enable=NO
one_process_model=YES
anon_root={tree}
write_enable=YES
anon_upload_enable=YES
anon_umask=022
use_sendfile=YES
connect_from_port_20=NO
xferlog_enable=NO
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
max_clients=0
max_per_ip=0
idle_session_timeout=3600
pasv_min_port={first}
pasv_max_port={last}
secure_chroot_dir={work}
"""

# mod_delay's table makes every login wait on purpose; the scoreboard is a file that all sessions lock.
PROFTPD = """ServerName bench
ServerType standalone
DefaultServer on
DefaultAddress 127.0.0.1
Port {port}
UseIPv6 off
User nobody
Group nogroup
PidFile {work}/proftpd.pid
ScoreboardFile none
SyslogLevel emerg
TransferLog none
WtmpLog off
UseReverseDNS off
UseSendfile on
DelayEngine off
MaxInstances none
TCPBacklog 255
TimeoutIdle 3600
AuthOrder mod_auth_unix.c
UseFtpUsers off
RequireValidShell off
PassivePorts {first} {last}
<Anonymous {tree}>
  User ftp
  Group ftp
  UserAlias anonymous ftp
  RequireValidShell off
</Anonymous>
"""

# Active: 1.5.7 closes a finished connection's connector once more at the next PORT and so takes whichever socket has its
# number by then out of the event loop, for good.
PYFTPDLIB = """import logging
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import ActiveDTP, FTPHandler
from pyftpdlib.servers import FTPServer

class Active(ActiveDTP):
    def handle_connect(self):
        super().handle_connect()
        self.cmd_channel._dtp_connector = None

logging.basicConfig(level=logging.ERROR)
FTPHandler.authorizer = DummyAuthorizer()
FTPHandler.authorizer.add_anonymous({tree!r}, perm="elrw")
FTPHandler.active_dtp = Active
FTPHandler.timeout = 3600
server = FTPServer(("127.0.0.1", {port}), FTPHandler, backlog=1024)
server.max_cons = server.max_cons_per_ip = 0
server.serve_forever(handle_exit=False)
"""


def write_configuration(setting, name, template):
    path = setting.work / name
    first, last = PASSIVE_RANGE
    path.write_text(template.format(port=PORT, tree=str(setting.tree), work=setting.work, first=first, last=last))
    return str(path)


def breakwater(setting):
    settings = {"log.level": "error", "max-sessions": "200000", "max-sessions-per-address": "200000", "idle-timeout": "3600s",
                "runtime-dir": str(setting.work / "run")}
    command = [str(setting.breakwater), "serve", str(setting.tree), "--listen", f"127.0.0.1:{PORT}", "--anonymous", "write"]
    return Launch(command + [f"--set={key}={value}" for key, value in settings.items()])


def vsftpd(setting):
    return Launch([str(setting.peers / "usr/sbin/vsftpd"), write_configuration(setting, "vsftpd.conf", VSFTPD)])


def proftpd(setting):
    program = str(setting.peers / "usr/sbin/proftpd")
    return Launch([program, "-n", "-c", write_configuration(setting, "proftpd.conf", PROFTPD)])


def pure_ftpd(setting):
    first, last = PASSIVE_RANGE
    command = [str(setting.peers / "usr/sbin/pure-ftpd"), "-4", "-e", "-H", "-c", "100000", "-C", "100000", "-L", "200000:5",
               "-I", "60", "-f", "none", "-S", f"127.0.0.1,{PORT}", "-p", f"{first}:{last}"]
    return Launch(command, {"FTP_ANON_DIR": str(setting.tree)})


# One process with an event loop, its normal form: with pre-forked processes it answered fewer logins and lost passive connections.
def pyftpdlib(setting):
    env = {"PYTHONPATH": str(setting.peers / "usr/lib/python3/dist-packages"), "PYTHONWARNINGS": "ignore"}
    return Launch(["/usr/bin/python3", "-O", write_configuration(setting, "server.py", PYFTPDLIB)], env)


def bare(setting):
    return Launch([str(setting.bare), "serve", str(setting.tree), str(PORT), str(setting.threads)])


@dataclass
class Server:
    title: str
    launch: callable
    package: str = ""           # Debian package that names the version
    lacks: frozenset = frozenset()


SERVERS = {
    "breakwater": Server("Breakwater", breakwater),
    "vsftpd": Server("vsftpd", vsftpd, "vsftpd", frozenset(["mlsd-10k", "mlsd-100k"])),
    "proftpd": Server("ProFTPD", proftpd, "proftpd-core"),
    "pure-ftpd": Server("Pure-FTPd", pure_ftpd, "pure-ftpd"),
    "pyftpdlib": Server("pyftpdlib", pyftpdlib, "python3-pyftpdlib"),
    "bare": Server("bare", bare),
}
