# SPDX-License-Identifier: ISC
"""The rows of the benchmark: how each is measured on a stage, and which figures are shown of it."""

import filecmp
import json
import subprocess
import time
from dataclasses import dataclass

from servers import PORT
from world import Failure

UPLOADS_PER_STREAM = 4   # of 256 MiB: what the kernel keeps in memory without starting to write it to the disk
PRIMED_BYTES = 3 << 30
IDLE_SECONDS = 10        # to open the sessions; a slow server is measured with as many as it let in
SETTLE_SECONDS = 1.0
LOAD_GRACE_SECONDS = 60


@dataclass(frozen=True)
class Figure:
    """One line of the table."""
    title: str
    value: callable          # of a sample
    text: callable           # of a value
    is_more_better: bool


@dataclass(frozen=True)
class Row:
    measure: callable
    figures: tuple
    threads_of_bare: int = 1


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def duration(us):
    return f"{number(us)} µs" if us < 1000 else f"{number(us / 1e3)} ms"


def kib(size):
    return f"{number(size / 1024)} KiB"


def rate(title):
    return Figure(title, lambda s: s["operations"] / s["seconds"], lambda v: f"{number(v)}/s", True)


def throughput(title):
    return Figure(title, lambda s: s["bytes"] / s["seconds"] / 1e9, lambda v: f"{number(v)} GB/s", True)


CPU = Figure("server CPU", lambda s: s["server_us"] / s["operations"], duration, False)
CPU_PER_GB = Figure("server CPU per GB", lambda s: s["server_us"] / s["bytes"] * 1e9, duration, False)
FIRST_BYTE = Figure("first byte", lambda s: s["first_byte_us"], duration, False)
USER_MEMORY = Figure("idle session, user memory (PSS)", lambda s: s["user_bytes"] / s["clients"], kib, False)
ALL_MEMORY = Figure("with kernel memory", lambda s: (s["user_bytes"] + s["kernel_bytes"]) / s["clients"], kib, False)


def start_load(stage, options, row, *arguments, **pipes):
    command = stage.inside(options.load, row, "--port", PORT, "--cpu-stat", stage.groups.main / "cpu.stat", *arguments)
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **pipes)


def finish_load(process, seconds):
    try:
        output, errors = process.communicate(timeout=seconds + LOAD_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise Failure("the load generator did not end") from None
    if process.returncode != 0:
        raise Failure((errors.strip().splitlines() or ["no message"])[-1])
    return json.loads(output)


def measure_load(stage, options, row, *arguments):
    process = start_load(stage, options, row, "--seconds", options.seconds, "--clients", options.clients, *arguments)
    return finish_load(process, options.seconds)


def measure_streams(stage, options, row):
    return finish_load(start_load(stage, options, row, "--seconds", options.seconds), options.seconds)


def measure_upload(stage, options, row):
    up = stage.setting.tree / "up"
    prime_memory(options, up / "prime")
    try:
        process = start_load(stage, options, row, "--seconds", options.seconds, "--limit", UPLOADS_PER_STREAM)
        sample = finish_load(process, options.seconds)
        check_uploads(up, sample)
        return sample
    finally:
        for path in up.iterdir():
            path.unlink()


def prime_memory(options, path):
    """A virtual machine's free memory may be the host's until it is touched; that must not be the first server's cost."""
    subprocess.run([options.load, "fill", path, str(PRIMED_BYTES)], check=True)
    path.unlink()


def check_uploads(up, sample):
    """Each stream has also uploaded one file that was not counted; all hold the same bytes."""
    files = list(up.iterdir())
    expected = sample["operations"] + sample["clients"]
    sizes = {path.stat().st_size for path in files}
    if len(files) != expected or sizes != {sample["bytes"] // sample["operations"]}:
        raise Failure(f"{len(files)} files of {sizes} bytes uploaded, not {expected} whole ones")
    if not filecmp.cmp(files[0], files[-1], shallow=False):
        raise Failure("uploaded files differ")


def measure_listing(stage, options, row):
    if stage.name.endswith("-bare"):
        directory = stage.setting.tree / row.split("-")[1].replace("10", "d10")
        output = subprocess.run([options.bare, "scan", directory, str(options.seconds)], check=True, capture_output=True)
        return json.loads(output.stdout)
    return measure_streams(stage, options, row)


def measure_idle(stage, options, row):
    """Memory of a session: what the server has grown by, once all are logged in, divided by their number."""
    stage.groups.count_sockets()
    finish_load(start_load(stage, options, "login", "--clients", 1, "--limit", 1), 1)
    before = stage.groups.user_bytes(), stage.groups.kernel_bytes()
    process = start_load(stage, options, row, "--clients", options.sessions, "--seconds", IDLE_SECONDS, stdin=subprocess.PIPE)
    line = process.stdout.readline()
    time.sleep(SETTLE_SECONDS)
    after = stage.groups.user_bytes(), stage.groups.kernel_bytes()
    if not line:
        raise Failure(process.communicate()[1].strip() or "no session could be opened")
    process.stdin.close()
    process.wait(timeout=LOAD_GRACE_SECONDS)
    sample = json.loads(line)
    return sample | {"user_bytes": after[0] - before[0], "kernel_bytes": after[1] - before[1]}


ROWS = {
    "login": Row(measure_load, (rate("connect, login, QUIT"), CPU)),
    "retr-1k-passive": Row(measure_load, (rate("1 KiB RETR, passive"), CPU)),
    "retr-1k-active": Row(measure_load, (rate("1 KiB RETR, active"), CPU)),
    "retr-64k": Row(measure_load, (rate("64 KiB RETR, passive"), CPU)),
    "download": Row(measure_streams, (throughput("download, 2 streams"), CPU_PER_GB), 2),
    "upload": Row(measure_upload, (throughput("upload, 2 streams"), CPU_PER_GB), 2),
    "list-10k": Row(measure_listing, (rate("LIST of 10,000"), CPU, FIRST_BYTE)),
    "mlsd-10k": Row(measure_listing, (rate("MLSD of 10,000"), CPU, FIRST_BYTE)),
    "list-100k": Row(measure_listing, (rate("LIST of 100,000"), CPU, FIRST_BYTE)),
    "mlsd-100k": Row(measure_listing, (rate("MLSD of 100,000"), CPU, FIRST_BYTE)),
    "idle": Row(measure_idle, (USER_MEMORY, ALL_MEMORY)),
}
