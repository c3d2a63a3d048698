# SPDX-License-Identifier: ISC
"""Fixtures of the black-box tests.

`server` is a running server with a fresh tree; its options come from the `serve` marker, of a module or of one test:

    pytestmark = pytest.mark.serve("--port-policy", "rfc")

Servers with the same options are shared by the tests of a process, and the tree is laid anew for each test. `launch` starts one that
belongs to the test alone.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lib import netns, server as servers  # noqa: E402
from lib.dropbox import Quarantine  # noqa: E402
from lib.tree import Tree  # noqa: E402

POOL_LIMIT = 6
NAMED_USER = ("--user", servers.USER, "--password-file", "PASSWORD_FILE", "--write", "--anonymous", "read")


def pytest_configure(config):
    config.addinivalue_line("markers", "serve(*options): command-line options of the server under test")
    config.addinivalue_line("markers", "isolated: needs a network namespace with further addresses")
    config.addinivalue_line("markers", "root: needs root")
    config.addinivalue_line("markers", "slow: left out by ./test --quick")
    if not servers.BINARY.exists():
        pytest.exit(f"{servers.BINARY} is missing: ./run --build-only", 2)
    netns.isolate()


def pytest_addoption(parser):
    parser.addoption("--update-snapshots", action="store_true", help="rewrite the golden files from what the program says now")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("isolated") and not netns.isolated:
            item.add_marker(pytest.mark.skip(reason="needs a network namespace"))
        if item.get_closest_marker("root") and os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="needs root"))


class Pool:
    """The servers of this process, by their options; the longest unused one gives way when there are too many."""

    def __init__(self, folder):
        self.folder, self.running, self.count = folder, {}, 0

    def launch(self, *options, **settings):
        self.count += 1
        work = self.folder / str(self.count)
        work.mkdir()
        password_file = work / "password"
        password_file.write_text(servers.PASSWORD + "\n")
        password_file.chmod(0o600)
        words = [str(password_file) if word == "PASSWORD_FILE" else word for word in options]
        tree = Tree(work / "tree")
        tree.reset()
        return servers.Server(tree, work, *words, **settings)

    def get(self, options):
        found = self.running.pop(options, None)
        if found and found.process.poll() is not None:
            found = None
        if not found:
            self.shrink(POOL_LIMIT - 1)
            found = self.launch(*options).start()
        self.running[options] = found
        return found

    def shrink(self, limit):
        while len(self.running) > limit:
            self.running.pop(next(iter(self.running))).stop()


@pytest.fixture(scope="session")
def pool(request):
    """Its folder can be passed by everybody, unlike pytest's: the server's processes are users of their own. It stays when tests fail."""
    folder = Path(tempfile.mkdtemp(prefix="breakwater-test-"))
    folder.chmod(0o755)
    pool = Pool(folder)
    yield pool
    pool.shrink(0)
    if not request.session.testsfailed:
        shutil.rmtree(folder)


def options_of(request):
    marker = request.node.get_closest_marker("serve")
    return marker.args if marker else NAMED_USER


@pytest.fixture
def server(request, pool):
    found = pool.get(options_of(request))
    found.tree.reset()
    found.forget_log()
    yield found
    assert found.process.poll() is None, f"the server died:\n{found.log_text()[-4000:]}"
    broken = found.events("role.died") + found.events("breach")
    assert not broken, f"a process of the server did not survive this: {broken}"
    found.check()


@pytest.fixture
def box(server):
    """The quarantine of a server with a drop-box, at rest and empty."""
    box = Quarantine(server)
    box.wait_for_rest()
    box.empty()
    return box


@pytest.fixture
def launch(pool):
    """Starts servers for one test and stops them after it: launch(*options) with `start=False` to start it later."""
    with contextlib.ExitStack() as stack:
        def start(*options, start=True, **settings):
            new = pool.launch(*options, **settings)
            stack.callback(new.stop)
            return new.start() if start else new
        yield start


@pytest.fixture
def tree(server):
    return server.tree


@pytest.fixture
def alice(server):
    """A session of the named user, in TYPE I."""
    session = server.login()
    yield session
    session.close()


@pytest.fixture
def guest(server):
    """An anonymous session, in TYPE I."""
    session = server.anonymous()
    yield session
    session.close()
