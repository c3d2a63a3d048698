# SPDX-License-Identifier: ISC
"""The clients people use, as a table: how each is told to do one thing.

An operation is a template of words for the command line, or of a line for clients that read commands from standard input. A client
without an operation cannot do it. Success is never judged by a client's exit status but by what lies in the folder afterwards.
"""

import ftplib
import os
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT_S = 60


@dataclass(frozen=True)
class Site:
    """Where a client shall go, and how."""
    host: str
    port: int
    user: str
    password: str
    mode: str

    @property
    def url(self):
        return f"ftp://[{self.host}]:{self.port}" if ":" in self.host else f"ftp://{self.host}:{self.port}"

    def words(self):
        return {**self.__dict__, "url": self.url}


@dataclass(frozen=True)
class Client:
    name: str
    command: str                  # words, each with {fields} of the site and of the operation
    operations: dict
    modes: dict                   # "passive" and "active" as this client says them
    script: str = ""              # lines for standard input; empty when the command line says it all
    families: tuple = (4, 6)
    own_home: dict = field(default_factory=lambda: {"TERM": "dumb", "LC_ALL": "C.UTF-8"})

    def can(self, operation):
        return operation in self.operations

    def do(self, operation, site, work, remote="", local="", target=""):
        """Runs one operation and returns what the client printed."""
        fields = {**site.words(), "remote": remote, "local": local, "target": target}
        said = {"mode": self.modes[site.mode], "operation": self.operations[operation]}
        words = [inner for word in shlex.split(self.command) for inner in shlex.split(said.get(word.strip("{}"), word))]
        words = [word.format(**fields) for word in words]
        lines = self.script.format(**{**fields, **{name: text.format(**fields) for name, text in said.items()}})
        done = subprocess.run(words, input=lines.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=work,
                              timeout=TIMEOUT_S, env={**os.environ, **self.own_home, "HOME": str(work)})
        return done.stdout.decode(errors="surrogateescape")


class PythonFtplib:
    """The same for Python's own ftplib, which many devices' scripts are made of."""

    name, families, modes = "ftplib", (4, 6), {"passive": True, "active": False}
    operations = ("get", "put", "resume_get", "resume_put", "list", "machine_list", "rename", "delete", "mkdir", "rmdir")

    def can(self, operation):
        return operation in self.operations

    def do(self, operation, site, work, remote="", local="", target=""):
        lines = []
        with ftplib.FTP(timeout=TIMEOUT_S, encoding="utf-8") as ftp:
            ftp.connect(site.host, site.port)
            ftp.login(site.user, site.password)
            ftp.set_pasv(self.modes[site.mode])
            path = Path(work, local)
            if operation == "get":
                with path.open("wb") as file:
                    ftp.retrbinary(f"RETR {remote}", file.write)
            elif operation == "resume_get":
                with path.open("ab") as file:
                    ftp.retrbinary(f"RETR {remote}", file.write, rest=file.tell())
            elif operation == "put":
                with path.open("rb") as file:
                    ftp.storbinary(f"STOR {remote}", file)
            elif operation == "resume_put":
                with path.open("rb") as file:
                    ftp.voidcmd("TYPE I")
                    offset = ftp.size(remote)
                    file.seek(offset)
                    ftp.storbinary(f"STOR {remote}", file, rest=offset)
            elif operation == "list":
                ftp.retrlines(f"LIST {remote}", lines.append)
            elif operation == "machine_list":
                lines = [f"{name} {facts['type']} {facts.get('size')}" for name, facts in ftp.mlsd(remote)]
            else:
                {"rename": lambda: ftp.rename(remote, target), "delete": lambda: ftp.delete(remote),
                 "mkdir": lambda: ftp.mkd(remote), "rmdir": lambda: ftp.rmd(remote)}[operation]()
        return "\n".join(lines)


LINE_CLIENT = 'user "{user}" "{password}"\nbinary\n{operation}\nquit\n'
LINE_OPERATIONS = {
    "get": 'get "{remote}" "{local}"', "put": 'put "{local}" "{remote}"', "resume_get": 'reget "{remote}" "{local}"',
    "list": 'ls "{remote}"', "rename": 'rename "{remote}" "{target}"', "delete": 'delete "{remote}"',
    "mkdir": 'mkdir "{remote}"', "rmdir": 'rmdir "{remote}"'}

CLIENTS = [
    Client("curl", "curl -sS {mode} --user {user}:{password} {operation}", modes={"passive": "", "active": "--ftp-port -"},
           operations={
               "get": "{url}/{remote} -o {local}", "resume_get": "{url}/{remote} -o {local} -C -",
               "put": "-T {local} {url}/{remote}", "resume_put": "-C - -T {local} {url}/{remote}", "list": "{url}/{remote}/",
               "append": "--append -T {local} {url}/{remote}",
               "rename": "{url}/ -Q '-RNFR {remote}' -Q '-RNTO {target}'", "delete": "{url}/ -Q '-DELE {remote}'",
               "mkdir": "{url}/ -Q '-MKD {remote}'", "rmdir": "{url}/ -Q '-RMD {remote}'"}),
    Client("curl-pasv", "curl -sS --disable-epsv --disable-eprt {mode} --user {user}:{password} {operation}",
           modes={"passive": "", "active": "--ftp-port -"}, families=(4,),
           operations={"get": "{url}/{remote} -o {local}", "put": "-T {local} {url}/{remote}", "list": "{url}/{remote}/"}),
    Client("lftp", "lftp", modes={"passive": "on", "active": "off"},
           script="set net:max-retries 1; set net:timeout 10; set ftp:ssl-allow no; set ftp:passive-mode {mode}\n"
                  'open -u "{user},{password}" {url}\n{operation}\n',
           operations={
               "get": 'get "{remote}" -o "{local}"', "resume_get": 'get -c "{remote}" -o "{local}"',
               "put": 'put "{local}" -o "{remote}"', "resume_put": 'put -c "{local}" -o "{remote}"', "list": 'ls "{remote}"',
               "machine_list": 'set ftp:use-mlsd on; cls -l "{remote}/"', "rename": 'mv "{remote}" "{target}"',
               "delete": 'rm "{remote}"', "mkdir": 'mkdir "{remote}"', "rmdir": 'rmdir "{remote}"',
               "mirror": 'mirror "{remote}" "{local}"', "mirror_put": 'mirror -R "{local}" "{remote}"'}),
    Client("ncftp", "ncftp -u {user} -p {password} -P {port} {host}", families=(4,),
           modes={"passive": "set passive on", "active": "set passive off"}, script="{mode}\n{operation}\nquit\n",
           operations={
               "get": 'get -f -z "{remote}" "{local}"', "put": 'put -z "{local}" "{remote}"',
               "list": 'ls -l "{remote}"', "rename": 'rename "{remote}" "{target}"', "delete": 'rm "{remote}"',
               "mkdir": 'mkdir "{remote}"', "rmdir": 'rmdir "{remote}"'}),
    Client("tnftp", "tnftp -n {mode} {host} {port}", modes={"passive": "-p", "active": "-A"}, script=LINE_CLIENT,
           operations={**LINE_OPERATIONS, "machine_list": 'mlsd "{remote}"', "append": 'append "{local}" "{remote}"'}),
    Client("inetutils-ftp", "inetutils-ftp -n {mode} {host} {port}", modes={"passive": "-p", "active": "-A"},
           script=LINE_CLIENT, operations={**LINE_OPERATIONS, "append": 'append "{local}" "{remote}"'}),
    Client("wget", "wget -q -t 1 -T 20 {mode} --ftp-user={user} --ftp-password={password} {operation}",
           modes={"passive": "", "active": "--no-passive-ftp"},
           operations={"get": "-O {local} {url}/{remote}", "resume_get": "-c -O {local} {url}/{remote}",
                       "list": "-O - {url}/{remote}/"}),
    Client("busybox", "busybox {operation}", modes={"passive": ""},
           operations={"get": "ftpget -u {user} -p {password} -P {port} {host} {local} {remote}",
                       "resume_get": "ftpget -c -u {user} -p {password} -P {port} {host} {local} {remote}",
                       "put": "ftpput -u {user} -p {password} -P {port} {host} {remote} {local}"}),
    Client("rclone", "sh", modes={"passive": ""}, families=(4,),
           script='rclone --config "" --retries 1 --ftp-host {host} --ftp-port {port} --ftp-user {user} '
                  '--ftp-pass "$(rclone obscure \'{password}\')" {operation}\n',
           operations={
               "get": "copyto ':ftp:{remote}' '{local}'", "put": "copyto '{local}' ':ftp:{remote}'", "list": "lsf ':ftp:{remote}'",
               "rename": "moveto ':ftp:{remote}' ':ftp:{target}'", "delete": "deletefile ':ftp:{remote}'",
               "mkdir": "mkdir ':ftp:{remote}'", "rmdir": "rmdir ':ftp:{remote}'",
               "mirror": "sync ':ftp:{remote}' '{local}'", "mirror_put": "sync '{local}' ':ftp:{remote}'"}),
    PythonFtplib(),
]
