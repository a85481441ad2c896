"""The command line itself: help, version, what is unknown, exit codes, the configuration commands."""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("QUALIODOO", str(ROOT / "build" / "qualiodoo"))  # nothing here needs the build for tests
SECRET = "hunter2-never-shown"

GOOD = """\
odoo: {url: https://h.example, database: d, login: l}
credit: {packs: [{product: SUP12, hours: 12}]}
writeback: {since: 2026-01-01}
"""

NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}

NOW = ["sync", "reconcile", "status", "balance", "ledger", "sla", "explain", "adjust", "doctor", "setup", "outbox", "config"]
LATER = ["statement", "forecast", "privacy", "backup"]


def run(*arguments, env=None, **options):
    environment = {k: v for k, v in os.environ.items() if k not in ("JOURNAL_STREAM", "CREDENTIALS_DIRECTORY")}
    environment.update(env or {})
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([BINARY, *arguments], stderr=subprocess.PIPE, text=True, timeout=30,
                          env=environment, **options)


def check(result, status, message=None, output=""):
    """One line on standard error, if any, and the exit code."""
    assert result.returncode == status, result.stderr
    if output is not None:
        assert result.stdout == output
    if message is None:
        assert result.stderr == ""
    else:
        assert message in result.stderr
        assert result.stderr.startswith("qualiodoo: ")
        assert result.stderr.count("\n") == 1


@pytest.fixture
def config(tmp_path):
    def write(text=GOOD, name="q.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


# ---- Help and version ----


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help(option):
    result = run(option)
    check(result, 0, output=None)
    for name in NOW + LATER:
        assert re.search(rf"^  {name} ", result.stdout, re.M), name
    for name in LATER:
        assert re.search(rf"^  {name} .*\(later\)$", result.stdout, re.M), name
    assert max(map(len, result.stdout.splitlines())) <= 100


@pytest.mark.parametrize("name", NOW + LATER)
def test_command_help(name):
    result = run(name, "--help")
    check(result, 0, output=None)
    assert result.stdout.startswith(f"Usage: qualiodoo [OPTIONS] {name}")
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_version():
    result = run("--version")
    check(result, 0, output=None)
    assert re.fullmatch(r"qualiodoo \d+\.\d+\.\d+\n", result.stdout)


# ---- Bad usage ----


@pytest.mark.parametrize("arguments, message", [
    ([], "missing a command"),
    (["--json"], "missing a command"),
    (["balanc"], "unknown command 'balanc'; did you mean 'balance'?"),
    (["help"], "unknown command 'help'; did you mean '--help'?"),
    (["zzzzzzz"], "unknown command 'zzzzzzz'; see qualiodoo --help"),
    ([""], "unknown command ''"),
    (["\x1b[31m\n"], "unknown command '?[31m '"),
    (["\x9b31mé\u202f"], "unknown command '?31mé\u202f'"),
    ([b"H\xf4tel"], "unknown command 'H?tel'"),
    (["--jsn", "balance"], "unknown option '--jsn'; did you mean '--json'?"),
    (["balance", "--jsn"], "unknown option '--jsn'; did you mean '--json'?"),
    (["-x"], "unknown option '-x'"),
    (["-30"], "unknown option '-3'"),
    (["-c"], "-c: missing its value"),
    (["--now", "tomorrow", "balance"], "--now: found 'tomorrow', expected a time with its zone"),
    (["balance", "--now", "2026-03-10"], "--now: found '2026-03-10', expected"),
    (["-v", "balance", "-q"], "both -v and -q"),
    (["config"], "missing an argument; usage: qualiodoo config check|show"),
    (["config", "chek"], "unknown action of config 'chek'; did you mean 'check'?"),
    (["config", "edit"], "unknown action of config 'edit', expected one of: check, show"),
    (["explain", "zzzzzz", "1"], "unknown subject of explain 'zzzzzz', expected one of: balance, charge, sla"),
    (["config", "check", "x"], "found 'x', expected nothing there"),
    (["sla", "--state", "late"], "unknown state 'late', expected one of: pending, warned, met, breached"),
    (["sla", "--state", "met", "--state", "warnd"], "unknown state 'warnd'; did you mean 'warned'?"),
    (["sla", "--since", "today"], "--since: found 'today', expected a date"),
    (["sla", "42"], "found '42', expected nothing there"),
    (["outbox", "lst"], "unknown action of outbox 'lst'; did you mean 'list'?"),
    (["outbox", "4"], "unknown action of outbox '4', expected one of: list, retry, drop"),
    (["status", "x"], "found 'x', expected nothing there; usage: qualiodoo status\n"),
    (["setup", "x"], "usage: qualiodoo setup [--dry-run] [--remove [--with-adjustments]] [--webhook URL]\n"),
    (["outbox", "retry", "-1"], "found '-1', expected the id of a write"),
    (["outbox", "list", "0"], "found '0', expected the id of a write"),
    (["outbox", "list", "9" * 19], "expected the id of a write"),
    (["outbox", "drop"], "missing the id of the write to give up"),
    (["outbox", "drop", "1", "2"], "found '2', expected nothing there"),
])
def test_bad_usage(arguments, message):
    check(run(*arguments), 2, message)


@pytest.mark.parametrize("name", LATER)
def test_later(name):
    check(run(name), 2, f"'{name}' is not available in this version")
    check(run(name, "--from", "x", "12"), 2, f"'{name}' is not available in this version")


# ---- config ----


@pytest.mark.parametrize("order", [["-c", "F", "config", "check"], ["config", "-c", "F", "check"],
                                   ["config", "check", "-c", "F"], ["--config=F", "config", "check"],
                                   ["config", "check", "--config", "F"]])
def test_check(config, order):
    path = config()
    check(run(*[word.replace("F", path) for word in order]), 0, output=f"{path}: valid, shadow mode\n")


def test_check_json(config):
    result = run("-c", config(), "config", "check", "--json")
    check(result, 0, output=None)
    assert json.loads(result.stdout)["valid"] is True


def test_check_shadow(config):
    result = run("-c", config(GOOD.replace("since: 2026-01-01", "enabled: false")), "config", "check")
    check(result, 0, output=None)
    assert "shadow" in result.stdout


@pytest.mark.parametrize("text, message", [
    (GOOD + "langage: fr\n", ":4:1: found the unknown key 'langage', expected one of: odoo"),
    (GOOD + "langage: fr\n", "; did you mean 'language'?"),
    (GOOD + "language: de\n", ":4:11: language: found 'de', expected fr or en"),
    (GOOD + "poll: {tickets: 5}\n", ":4:17: poll.tickets: found '5', expected a duration"),
    (GOOD.replace("SUP12", "[]"), ":2:28: credit.packs: found an empty list, expected the internal reference"),
    (GOOD.replace("https", "http"), ":1:13: odoo.url: found 'http://h.example', expected https://"),
    (GOOD.replace("since: 2026-01-01", "enabled: true"), ":3:12: writeback.since: missing"),
    ("", ":1:1: the file is empty"),
    (b"\xff\xfe", ":1:1: found a byte that is not UTF-8"),
    (b"odoo:\n\turl: x\n", ":2:1: found a tab"),
    ("a: &a [x]\nb: *a\n", ":1:4: found an anchor"),
])
def test_bad_config(config, text, message):
    path = config(text)
    for command in ("check", "show"):
        result = run("-c", path, "config", command)
        check(result, 2, message)
        assert result.stderr.startswith(f"qualiodoo: {path}:")


def test_no_config(tmp_path):
    check(run("-c", str(tmp_path / "none.yaml"), "config", "check"), 2, "No such file")
    check(run("-c", str(tmp_path), "config", "check"), 2, "found a directory")


def test_config_from_a_pipe(config):
    read, write = os.pipe()
    os.write(write, GOOD.encode())
    os.close(write)
    check(run("-c", f"/dev/fd/{read}", "config", "check", pass_fds=[read]), 0, output=f"/dev/fd/{read}: valid, shadow mode\n")
    os.close(read)


def test_show(config):
    shown = run("-c", config(), "config", "show")
    check(shown, 0, output=None)
    assert "timezone: Europe/Paris\n" in shown.stdout
    assert "tag: SLA dépassé\n" in shown.stdout
    again = run("-c", config(shown.stdout, "again.yaml"), "config", "show")
    check(again, 0, output=shown.stdout)
    as_json = run("-c", config(), "config", "show", "--json")
    document = json.loads(as_json.stdout)
    assert document["sla"]["targets"] == {"urgent": {"hours": 2}, "medium": {"hours": 7}, "low": {"days": 2}}
    assert document["odoo"]["secret_file"] is None
    # JSON is YAML.
    check(run("-c", config(as_json.stdout, "again.json"), "config", "show"), 0, output=shown.stdout)


def test_the_example_is_valid_and_in_shadow_mode():
    path = ROOT / "config" / "qualiodoo.yaml"
    check(run("-c", str(path), "config", "check"), 0, output=f"{path}: valid, shadow mode\n")


def test_shadow_mode_is_the_default(config):
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith("writeback"))
    shown = run("-c", config(text), "config", "show", "--json")
    assert json.loads(shown.stdout)["writeback"]["enabled"] is False


def test_check_says_that_it_writes_and_since_when(config):
    path = config(GOOD.replace("{since: 2026-01-01", "{enabled: true, since: 2026-03-01"))
    check(run("-c", path, "config", "check"), 0, output=f"{path}: valid, WRITES into Odoo about tickets since 2026-03-01\n")


def test_since_must_not_be_after_today(config):
    path = config(GOOD.replace("{since: 2026-01-01", "{enabled: true, since: 2999-03-01"))
    result = run("-c", path, "config", "check")
    check(result, 2, "writeback.since: found 2999-03-01, expected a date that is not after today")


# ---- Secrets ----


def with_secret(config, tmp_path, mode=0o600, content=SECRET + "\n"):
    path = tmp_path / "secret"
    path.write_text(content)
    path.chmod(mode)
    return config(GOOD.replace("login: l", f"login: l, secret_file: {path}")), path


def test_secret_file(config, tmp_path):
    file, path = with_secret(config, tmp_path)
    for arguments in (["config", "check"], ["config", "show"], ["config", "show", "--json"]):
        result = run("-c", file, "-vv", *arguments, env={"QUALIODOO_SECRET": SECRET})
        check(result, 0, output=None)
        assert SECRET not in result.stdout


@pytest.mark.parametrize("mode, content, message", [
    (0o644, SECRET, "chmod 600"), (0o640, SECRET, "chmod 600"), (0o604, SECRET, "chmod 600"),
    (0o600, "", "empty"), (0o600, "\n", "empty"), (0o600, SECRET + "\n\n", "line break"),
    (0o600, SECRET + "\nb\n", "line break"), (0o600, SECRET * 1000, "longer"),
])
def test_bad_secret_file(config, tmp_path, mode, content, message):
    file, path = with_secret(config, tmp_path, mode, content)
    result = run("-c", file, "config", "check")
    check(result, 2, message)
    assert str(path) in result.stderr
    assert SECRET not in result.stderr


@pytest.fixture
def shared_folder():
    """A folder that every user can enter; with files of root in it."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_secret_file_missing(config, tmp_path):
    file, path = with_secret(config, tmp_path)
    path.unlink()
    check(run("-c", file, "config", "check"), 2, f"odoo.secret_file: {path}: cannot read the secret: No such file")
    check(run("-c", file, "config", "check"), 2, "; name the right file, or write the secret alone into that one (mode 600)")


def test_files_that_another_user_cannot_read_say_who_can(shared_folder):
    secret, authority, file = (shared_folder / name for name in ("secret", "ca.pem", "q.yaml"))
    file.write_text(GOOD.replace("login: l", f"login: l, secret_file: {secret}, ca_file: {authority}"))
    file.chmod(0o644)
    for path in (authority, secret):
        path.write_text("-----BEGIN CERTIFICATE-----\n")
        path.chmod(0o600)
    check(run("-c", file, "config", "check", **NOBODY), 2,
          "cannot read the secret: Permission denied; run as the user of the service, or as root")
    secret.write_text(SECRET)
    os.chown(secret, NOBODY["user"], NOBODY["group"])
    check(run("-c", file, "config", "check", **NOBODY), 2, f"'{authority}' cannot be read, or holds no certificate in PEM "
          "form: Permission denied")
    file.chmod(0o600)
    check(run("-c", file, "config", "check", **NOBODY), 2,
          "cannot read the configuration: Permission denied; run as the user of the service, or as root")


@pytest.mark.parametrize("mode, content, message", [
    (0o644, "s" * 20, "chmod 600"), (0o600, "short", "at least 16"), (0o600, "", "empty"), (None, "", "No such file"),
    (0o600, "s" * 20, None),
])
def test_webhook_secret_is_checked_as_run_does(config, tmp_path, mode, content, message):
    path = tmp_path / "hook"
    if mode is not None:
        path.write_text(content)
        path.chmod(mode)
    file = config(GOOD + f"webhook: {{listen: '127.0.0.1:8075', secret_file: {path}}}\n")
    result = run("-c", file, "config", "check")
    check(result, 2 if message else 0, message, output="" if message else f"{file}: valid, shadow mode\n")
    if message:
        assert result.stderr.startswith(f"qualiodoo: webhook.secret_file: {path}: ")
    check(run("-c", file, "config", "show"), 0, output=None)


def test_ca_file_is_checked(config, tmp_path):
    path = tmp_path / "ca.pem"
    file = config(GOOD.replace("login: l", f"login: l, ca_file: {path}"), "ca.yaml")
    for content in (None, "", "-----BEGIN PRIVATE KEY-----\n"):
        if content is not None:
            path.write_text(content)
        check(run("-c", file, "config", "check"), 2, f"odoo.ca_file: '{path}' cannot be read, or holds no certificate")
        cause = "form: No such file or directory\n" if content is None else "form\n"
        assert run("-c", file, "config", "check").stderr.endswith(f"no certificate in PEM {cause}")
    check(run("-c", config(GOOD.replace("login: l", "login: l, ca_file: /dev/zero")), "config", "check"), 2, "odoo.ca_file")
    path.write_text("An authority\n-----BEGIN CERTIFICATE-----\n")
    check(run("-c", file, "config", "check"), 0, output=f"{file}: valid, shadow mode\n")


def test_secret_file_under_credentials(config, tmp_path):
    file, path = with_secret(config, tmp_path, 0o440)
    check(run("-c", file, "config", "check", env={"CREDENTIALS_DIRECTORY": str(tmp_path)}), 0,
          output=f"{file}: valid, shadow mode\n")


@pytest.mark.parametrize("text", [
    f"odoo: {{password: {SECRET}}}\n",
    f"odoo: {{api_key: {SECRET}}}\n",
    f"odoo: {{url: 'https://joe:{SECRET}@h.example'}}\n",
    f"odoo: {{url: 'https://h.example/?key={SECRET}'}}\n",
    f"odoo: {{url: 'joe:{SECRET}@h.example'}}\n",
])
def test_secret_in_the_wrong_place(config, text):
    result = run("-c", config(text), "config", "check")
    check(result, 2, "odoo")
    assert SECRET not in result.stderr


# ---- Output ----


def test_full_disk(config):
    with open("/dev/full", "w") as full:
        for arguments in (["--help"], ["--version"], ["config", "show"], ["config", "show", "--json"]):
            check(run("-c", config(), *arguments, stdout=full), 1, "cannot write the output", None)


def test_closed_pipe(config):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as output:
        check(run("--help", stdout=output), 1, "Broken pipe", None)


def close_all():
    for descriptor in (0, 1):
        os.close(descriptor)


def test_closed_output(config):
    path = config()
    check(run("-c", path, "config", "show", preexec_fn=close_all, stdout=None), 1, "cannot write the output", None)
    # Nothing to write, nothing lost.
    check(run("balanc", preexec_fn=close_all, stdout=None), 2, "unknown command", None)


def test_journal_priority():
    result = run("balanc", env={"JOURNAL_STREAM": "8:1"})
    assert result.stderr.startswith("<3>qualiodoo: unknown command")


def test_whatever_the_locale(config):
    for locale in ("C", "en_US.UTF-8", "nonsense"):
        result = run("-c", config(), "config", "show", env={"LC_ALL": locale}, encoding="utf-8")
        check(result, 0, output=None)
        assert "SLA dépassé" in result.stdout
