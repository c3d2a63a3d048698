# SPDX-License-Identifier: ISC
"""A network of one's own: each test process lives in an empty network namespace when the kernel lets it.

There every port is free, 20 and 21 can be bound, nothing on the machine is disturbed, and loopback has the further addresses that a
"third party" needs. Without the privilege the tests run on the machine's loopback and those that need more are skipped.
"""

import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
HOST4, HOST6 = "198.51.100.1", "fd00:b::1"                   # this host, beside its loopback addresses
THIRD_PARTY4, THIRD_PARTY6 = "198.51.100.2", "fd00:b::2"     # stands for another host

_libc = ctypes.CDLL(None, use_errno=True)
isolated = False


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def isolate():
    """Moves this process into a network namespace of its own; returns whether that worked."""
    global isolated
    if os.geteuid() != 0 or _libc.unshare(CLONE_NEWNET) != 0:
        return False
    ip("link", "set", "lo", "up")
    for address in (HOST4, THIRD_PARTY4):
        ip("address", "add", f"{address}/32", "dev", "lo")
    for address in (HOST6, THIRD_PARTY6):
        ip("-6", "address", "add", f"{address}/128", "dev", "lo", "nodad")
    isolated = True
    return True
