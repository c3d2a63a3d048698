# SPDX-License-Identifier: ISC
"""`breakwater config` and `policy`: mistakes are found with file, line and the nearest name; every value tells where it comes from."""

import os

import pytest

from lib import server as servers

GOOD = """
listen "public" { address = "127.0.0.1:2121" }
anonymous = read
anonymous-root = "/srv"
passive-ports = 50000-50999
idle-timeout = 10m
log { format = json }
"""


@pytest.fixture
def config(tmp_path):
    def write(text):
        path = tmp_path / "breakwater.conf"
        path.write_text(text)
        return path
    return write


def check(path, code):
    done = servers.run("config", "check", "--config", path)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr + done.stdout


def test_good(config):
    check(config(GOOD), 0)


@pytest.mark.parametrize("line, hints", [
    ("idle-timout = 5m", ["idle-timeout"]), ("idle-timeout = 5 parsecs", ["idle-timeout"]), ("idle-timeout = 0s", ["idle-timeout"]),
    ("port-policy = loose", ["port-policy", "suppress"]), ("passive-ports = 80-90", ["passive-ports"]), ("passive-ports = 60000-50000", ["passive-ports"]),
    ('listen "x" { adress = ":21" }', ["address"]), ('listen "x" { address = "nonsense" }', ["nonsense"]), ("lisen \"x\" { }", ["listen"]),
    ("umask = 999", ["umask"]), ("max-sessions = 0", ["max-sessions"]), ("max-sessions = 99999999999999999999", ["max-sessions"]),
    ("active = perhaps", ["active"]), ('allow { client = "10.0.0.0/33" target = "10.0.0.0/8" }', ["10.0.0.0/33"]), ("umask", []), ("}", []), ("= 5", [])])
def test_a_mistake_has_its_line(config, line, hints):
    path = config(GOOD + line + "\n")
    said = check(path, 1)
    assert f"{path}:{GOOD.count(chr(10)) + 1}" in said, said
    assert all(hint in said for hint in hints), said


@pytest.mark.root
@pytest.mark.parametrize("line, hints", [
    ('user "bob" { home = "/root" password-hash = "*" }', ["/root", "user bob", "downloads"]),
    ('user "bob" { home = "/usr" password-hash = "*" rights = all }', ["/usr", "user bob", "uploads"]),
    ('user "bob" { home = "/no/such" password-hash = "*" }', ["/no/such", "No such file"]),
    ('mount "m" { path = "/no/such" }', ["/no/such", "mount m"]), ('host "h" { root = "/no/such" }', ["/no/such", "anonymous"]),
    ('files-user = nobody-here', ["/srv", "account"])])
def test_a_folder_that_cannot_be_served_is_a_warning(config, line, hints):
    said = check(config(GOOD + line + "\n"), 0)
    assert "warning" in said and all(hint in said for hint in hints), said
    assert "warning" not in check(config(GOOD), 0)


def test_a_system_account_serves_nobody(config):
    assert "min-uid" in check(config('user "bob" { home = "/srv" password-hash = "*" uid = 33 }'), 1)


def test_every_mistake_is_told_at_once(config):
    said = check(config("idle-timout = 5m\nanonymus = read\nmax-sesions = 3\n"), 1)
    assert all(name in said for name in ("idle-timeout", "anonymous", "max-sessions"))


@pytest.mark.parametrize("line", ["}", 'banner = "x', "umask", "log {", "= 5", "banner = a//b"])
def test_a_broken_statement_hides_no_wrong_value(config, line):
    said = check(config("umask = 999\nuser \"bob\" { home = \"/srv\" password-hash = \"secret\" }\n" + line + "\n"), 1)
    assert "breakwater.conf:3" in said and "umask" in said and "password-hash" in said and "secret" not in said, said


def test_a_missing_file():
    done = servers.run("config", "check", "--config", "/no/such/file")
    assert done.returncode == 1 and "/no/such/file" in done.stderr


def test_the_dump_tells_origins(config):
    path = config(GOOD)
    done = servers.run("config", "dump", "--config", path, "--set", "stall-timeout=7s", env={**os.environ, "BREAKWATER_DATA_TIMEOUT": "9s"})
    assert done.returncode == 0, done.stderr
    lines = {line.split("=")[0].strip(): line for line in done.stdout.splitlines() if "=" in line}
    assert f"{path}:6" in lines["idle-timeout"]
    assert "BREAKWATER_DATA_TIMEOUT" in lines["data-timeout"] and "9s" in lines["data-timeout"]
    assert "--set" in lines["stall-timeout"] and "7s" in lines["stall-timeout"]
    assert "default" in lines["login-timeout"]


def test_the_order_of_sources(config):
    """Flags before the environment, before the file, before the default."""
    path = config("idle-timeout = 10s\n")

    def idle(*words, **environment):
        done = servers.run("config", "dump", "--config", path, *words, env={**os.environ, **environment})
        return next(line for line in done.stdout.splitlines() if line.strip().startswith("idle-timeout"))

    assert "10s" in idle()
    assert "20s" in idle(BREAKWATER_IDLE_TIMEOUT="20s")
    assert "30s" in idle("--set", "idle-timeout=30s", BREAKWATER_IDLE_TIMEOUT="20s")


def test_a_dump_can_be_read_again(config):
    path = config(GOOD)
    dump = servers.run("config", "dump", "--config", path).stdout
    check(config(dump), 0)


def test_secrets_stay_out_of_the_dump(config):
    path = config(GOOD + 'user "alice" { home = "/srv" password-hash = "$6$abcdefgh$thisisthehash" }\n')
    assert "thisisthehash" not in servers.run("config", "dump", "--config", path).stdout


@pytest.mark.parametrize("policy, behaves", [("suppress", "2"), ("allow-list", "2"), ("rfc", "1")])
def test_policy(config, policy, behaves):
    path = config(GOOD + f"port-policy = {policy}\n")
    done = servers.run("policy", "--config", path)
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "category 3" in said and policy in said and f"behaves as {behaves}" in said
    assert f"{path}:{GOOD.count(chr(10)) + 1}" in said, "it says where that was set"
    assert ("warning" in (said + done.stderr).lower()) == (policy == "rfc")


@pytest.mark.parametrize("wide, policy", [
    ('for-user "bob" { port-policy = rfc }', "rfc"), ('for-group "fxp" { port-policy = allow-list }', "allow-list"),
    ('listen "back" { address = ":2122" port-policy = rfc }', "rfc")])
def test_policy_promises_nothing_that_an_exception_breaks(config, wide, policy):
    said = servers.run("policy", "--config", config(GOOD)).stdout
    assert "cannot be used against others" in said and "exceptions" not in said
    said = servers.run("policy", "--config", config(GOOD + wide)).stdout
    assert "cannot be used against others" not in said and f"with exceptions set to {policy}" in said
    assert ("WARNING" in said) == (policy == "rfc")


def test_policy_tells_the_deny_list(config):
    said = servers.run("policy", "--config", config(GOOD)).stdout
    for ports in ("2049", "3306", "5900-5909", "6000-6063", "11211"):
        assert ports in said
