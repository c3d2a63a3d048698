# SPDX-License-Identifier: ISC
"""Where a server is measured: a network namespace and a control group of its own, and the tree that all serve.

Needs root. Everything made here is removed again: a `Stage` is a context manager.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from servers import DEBIAN_PACKAGES, PORT

CGROUP_ROOTS = [Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified")]
V1 = Path("/sys/fs/cgroup")
START_TIMEOUT_S = 15
ACCOUNTS = {
    "passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
              "ftp:x:64001:64001:anonymous FTP:{tree}:/usr/sbin/nologin\n",
    "group": "root:x:0:\nnogroup:x:65534:\nftp:x:64001:\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\n",
}
# The accounts are seen by the peers alone, through a mount namespace: the system's own stay as they are.
ENTER = """for group in $BENCH_GROUPS; do echo $$ > $group/cgroup.procs; done
if [ -n "$BENCH_ETC" ]; then for file in $BENCH_ETC/*; do mount --bind $file /etc/${file##*/}; done; fi
exec "$@" """


class Failure(Exception):
    """A server or a measurement that did not work, with the reason."""


def run(*command, **options):
    return subprocess.run(command, check=True, **options)


def fetch_peers(peers):
    """Unpacks the peers' Debian packages without installing them: as packages they conflict with each other."""
    if (peers / "complete").exists():
        return
    downloads = peers / "packages"
    downloads.mkdir(parents=True, exist_ok=True)
    run("apt-get", "-qq", "download", *DEBIAN_PACKAGES, cwd=downloads, stderr=subprocess.DEVNULL)
    for package in downloads.glob("*.deb"):
        run("dpkg", "-x", package, peers)
    (peers / "complete").touch()


def package_version(peers, package):
    found = list((peers / "packages").glob(f"{package}_*.deb"))
    return found[0].name.split("_")[1].replace("%3a", ":") if found else ""


def make_tree(tree, load):
    """Files of known content and directories of known size; writing them once is enough for all servers and rounds."""
    if (tree.parent / "tree-complete").exists():
        return
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "up").mkdir(parents=True)
    (tree / "up").chmod(0o1777)
    for name, size in (("1k", 1024), ("64k", 65536), ("1g", 1 << 30)):
        run(load, "fill", tree / name, str(size))
    for name, entries in (("d10k", 10_000), ("d100k", 100_000)):
        (tree / name).mkdir()
        for number in range(entries):
            (tree / name / f"file-{number:06}.dat").touch()
    os.sync()
    (tree.parent / "tree-complete").touch()


def check_reachable(tree):
    """Servers drop to users of their own, who must be able to reach the tree."""
    for folder in [tree, *tree.parents]:
        if not folder.stat().st_mode & 0o001:
            raise Failure(f"{folder} is closed to other users: choose another --build")


class Groups:
    """A control group of version 2, and one of version 1 for each controller that the machine has only there.

    With the processor's controller a server counts as one, as a service of systemd's does, however many processes it has:
    without it the kernel's autogroups would give each session of its own its share, and the client less.
    """

    def __init__(self, name):
        root = next((r for r in CGROUP_ROOTS if (r / "cgroup.controllers").exists()), None)
        if root is None:
            raise Failure("no control groups of version 2 are mounted")
        self.main = root / name
        controllers = (root / "cgroup.controllers").read_text().split()
        v1 = {kind: V1 / kind / name for kind in ("cpu", "memory") if kind not in controllers and (V1 / kind).exists()}
        self.memory = v1.get("memory")
        self.paths = [self.main, *v1.values()]
        for path in self.paths:
            path.mkdir(exist_ok=True)
        for kind in {"cpu", "memory"}.intersection(controllers):
            (root / "cgroup.subtree_control").write_text(f"+{kind}")

    def pids(self):
        return [int(pid) for pid in (self.main / "cgroup.procs").read_text().split()]

    def user_bytes(self):
        """Proportional set size of all processes."""
        return sum(read_pss(pid) for pid in self.pids())

    def count_sockets(self):
        """Version 1 counts a socket only when its memory is limited, and only those accepted from then on."""
        if self.memory:
            (self.memory / "memory.kmem.tcp.limit_in_bytes").write_text(str(1 << 40))

    def kernel_bytes(self):
        """Slabs, stacks, page tables and socket buffers."""
        if self.memory:
            return sum(int((self.memory / f"memory.{name}.usage_in_bytes").read_text()) for name in ("kmem", "kmem.tcp"))
        fields = dict(line.split() for line in (self.main / "memory.stat").read_text().splitlines())
        return int(fields.get("kernel", 0)) + int(fields.get("sock", 0))

    def remove(self):
        for path in self.paths:
            self.empty(path)

    def empty(self, path):
        """A group is busy until the last of its processes has been taken apart."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while path.exists():
            for pid in self.pids() if self.main.exists() else []:
                kill(pid)
            try:
                path.rmdir()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def read_pss(pid):
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


class Stage:
    """One server, running in a namespace of its own until the context ends."""

    def __init__(self, name, server, setting):
        self.name = f"bench-{os.getpid()}-{name}"
        self.server, self.setting = server, setting
        self.groups = self.process = None

    def __enter__(self):
        try:
            self.make_namespace()
            self.groups = Groups(self.name)
            self.start()
            self.wait_until_listening()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
        if self.groups:
            self.groups.remove()
        if self.process:
            self.process.wait()
        subprocess.run(["ip", "netns", "del", self.name], check=False, stderr=subprocess.DEVNULL)

    def make_namespace(self):
        run("ip", "netns", "add", self.name)
        run("ip", "netns", "exec", self.name, "ip", "link", "set", "lo", "up")
        # A kernel that defaults to BBR would pace the loopback, and its pacing would be what is measured.
        run("ip", "netns", "exec", self.name, "sysctl", "-qw", "net.ipv4.tcp_congestion_control=reno")

    def inside(self, *command):
        return ["nsenter", f"--net=/run/netns/{self.name}", *map(str, command)]

    def write_accounts(self):
        etc = self.setting.work / "etc"
        etc.mkdir(exist_ok=True)
        for name, text in ACCOUNTS.items():
            (etc / name).write_text(text.format(tree=self.setting.tree))
        return etc

    def start(self):
        shutil.rmtree(self.setting.work, ignore_errors=True)
        self.setting.work.mkdir(parents=True)
        launch = self.server.launch(self.setting)
        libraries = self.setting.peers / "usr/lib/x86_64-linux-gnu"
        env = {**os.environ, **launch.env, "BENCH_GROUPS": " ".join(map(str, self.groups.paths))}
        if self.server.package:
            env |= {"BENCH_ETC": str(self.write_accounts()), "LD_LIBRARY_PATH": str(libraries)}
        with open(self.setting.work / "output", "wb") as output:
            command = self.inside("unshare", "--mount", "sh", "-c", ENTER, "sh", *launch.command)
            self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def wait_until_listening(self):
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.is_listening():
                return
            time.sleep(0.02)
        raise Failure("did not start: " + self.last_output())

    def is_listening(self):
        pids = self.groups.pids()
        if not pids:
            return False
        try:
            sockets = Path(f"/proc/{pids[0]}/net/tcp").read_text()
        except FileNotFoundError:
            return False
        return any(f":{PORT:04X} 00000000:0000 0A" in line for line in sockets.splitlines())

    def last_output(self):
        lines = (self.setting.work / "output").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "no message"
