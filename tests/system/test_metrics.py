"""What a monitor sees of the service: the metrics file, `status` beside it, and the fields of the journal."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import Run, Server, World
from test_run import Service, ready, until
from test_run import pytestmark, service, world  # noqa: F401 - the fixtures of the service
from test_webhook import free_port, has_listener

NAME, LABEL = r"[a-zA-Z_:][a-zA-Z0-9_:]*", r"[a-zA-Z_][a-zA-Z0-9_]*"
SAMPLE = re.compile(rf'({NAME})\{{({LABEL}="(?:[^"\\\n]|\\["\\n])*"(?:,{LABEL}="(?:[^"\\\n]|\\["\\n])*")*)\}} (-?[0-9]+(?:\.[0-9]+)?)')

Samples = dict[str, dict[str, float]]


def parse(text: str) -> Samples:
    """Samples by family and by the value of their last label but the database; refuses what Prometheus would, and more."""
    assert text.endswith("\n") and "\n\n" not in text and text.isascii()
    found: Samples = {}
    types: dict[str, str] = {}
    seen: set[str] = set()
    family, helped = "", ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped, told = line[7:].split(" ", 1)
            assert re.fullmatch(NAME, helped) and told.strip() == told and told.endswith(".") and helped not in types
        elif line.startswith("#"):
            family, kind = re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge)", line).groups()  # type: ignore[union-attr]
            assert family == helped, "a type without its help"
            assert (kind == "counter") == family.endswith("_total"), family
            types[family], found[family] = kind, {}
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            name, labels, value = match.groups()
            assert name == family, "a sample outside of its family"
            assert f"{name}{labels}" not in seen, f"twice: {line}"
            seen.add(f"{name}{labels}")
            pairs = dict(re.findall(rf'({LABEL})="((?:[^"\\]|\\.)*)"', labels))
            assert labels.count('="') == len(pairs) and "database" in pairs, line
            assert types[name] == "gauge" or float(value) >= 0
            rest = [v for k, v in pairs.items() if k != "database"]
            assert len(rest) <= 1
            found[name]["".join(rest)] = float(value)
    assert all(name.startswith("qualiodoo_") for name in types)
    return found


@pytest.fixture
def file(run: Run) -> Path:
    path = run.folder / "metrics" / "qualiodoo.prom"
    path.parent.mkdir()
    run.configure(status={"metrics_file": str(path)})
    return path


def read(file: Path) -> Samples:
    return parse(file.read_text())


def test_the_parser_is_strict() -> None:
    head = "# HELP qualiodoo_a A.\n# TYPE qualiodoo_a gauge\n"
    line = 'qualiodoo_a{database="d"} 1\n'
    assert parse(head + line) == {"qualiodoo_a": {"": 1.0}}
    for bad in (head + line + line, line, head + 'qualiodoo_a{database="d""} 1\n', head + line.replace("1", "x"),
                head.replace("gauge", "counter") + line, head + head + line, head + line.replace("_a", "_b"),
                (head + line).rstrip()):
        with pytest.raises((AssertionError, AttributeError)):
            parse(bad)


def test_the_file_after_each_cycle(world: World, service: Service, file: Path) -> None:  # noqa: F811
    customer = world.partner("Exemple SARL")
    world.pay(world.invoice(customer, [("SUP12", 1)], str(world.today)), str(world.today))
    invoice = world.invoice(customer, [("SUP12", 1)], str(world.today))
    deadline = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=1)
    ticket = world.ticket(customer, created=(deadline - timedelta(hours=2)).replace(tzinfo=None), priority="3")
    ready(service)
    assert until(file.exists)
    first = read(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644 and os.listdir(file.parent) == [file.name]
    assert first["qualiodoo_minutes_total"] == {"credited": 0, "consumed": 0, "expired": 0}, "history is no event"
    assert first["qualiodoo_key_expiry_timestamp_seconds"] == {}, "a password"
    assert first["qualiodoo_mirror_complete"]["ticket"] == 1 and first["qualiodoo_accounts"] == {"": 1}
    assert first["qualiodoo_next_deadline_timestamp_seconds"] == {"": deadline.timestamp()}
    assert abs(first["qualiodoo_mirror_pulled_timestamp_seconds"]["move"] - time.time()) < 120
    assert 0 <= first["qualiodoo_mirror_lag_seconds"]["move"] < 120
    assert first["qualiodoo_odoo_calls_total"][""] > 10 and first["qualiodoo_cycles_total"]["done"] >= 1
    world.pay(invoice, str(world.today))
    world.timesheet(ticket, 0.5, str(world.today))
    assert until(lambda: read(file)["qualiodoo_minutes_total"] == {"credited": 720, "consumed": 30, "expired": 0}), read(file)
    later = read(file)
    for family, samples in first.items():
        if family.endswith("_total"):
            assert all(later[family][label] >= value for label, value in samples.items()), family
    assert later["qualiodoo_cycle_seconds_total"]["done"] > 0
    assert service.logged(f"customer {customer}: 720 minutes credited", 15)
    assert first["qualiodoo_last_reconcile_timestamp_seconds"] == {"": 0}, "never"
    service.run("reconcile", now=False, check=0)
    assert until(lambda: abs(read(file)["qualiodoo_last_reconcile_timestamp_seconds"][""] - time.time()) < 120)


def test_errors_by_kind_and_the_lag_grows(world: World, server: Server, service: Service, file: Path) -> None:  # noqa: F811
    ready(service)
    with server.down():
        assert until(lambda: read(file)["qualiodoo_errors_total"]["network"] >= 1, 40)
        lost = read(file)
    assert lost["qualiodoo_cycles_total"]["failed"] >= 1 and lost["qualiodoo_odoo_retries_total"][""] >= 1
    assert lost["qualiodoo_mirror_lag_seconds"]["ticket"] >= 1


def test_a_file_that_cannot_be_written_is_said_once(world: World, service: Service, file: Path) -> None:  # noqa: F811
    file.mkdir()
    ready(service)
    customer = world.partner("Exemple SARL")
    world.pay(world.invoice(customer, [("SUP12", 1)], str(world.today)), str(world.today))
    assert until(lambda: service.run.balance(customer) == 720)
    time.sleep(2)
    assert Path(service.log.name).read_text().count("status.metrics_file") == 1
    assert os.listdir(file.parent) == [file.name], "no temporary file is left"
    file.rmdir()
    assert until(file.is_file)
    assert service.stop() == 0


@pytest.mark.world(version=19)
def test_the_expiry_of_the_key_and_its_warning_in_the_journal(world: World, service: Service, file: Path) -> None:  # noqa: F811
    expires = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=5)
    key = "0123456789abcdef0123456789abcdef01234567"
    world.api_key("agent@example.com", key, expires=expires.replace(tzinfo=None), name="desk")
    service.run.write_secret(key)
    ready(service)
    assert until(file.exists) and read(file)["qualiodoo_key_expiry_timestamp_seconds"] == {"": expires.timestamp()}
    assert until(lambda: read(file)["qualiodoo_cycles_total"]["done"] >= 3)
    assert Path(service.log.name).read_text().count(f"'desk' of the agent's user expires on {expires:%Y-%m-%d}: make a new one") == 1
    assert service.stop() == 0


def test_breaches_are_counted(world: World, service: Service, file: Path) -> None:  # noqa: F811
    customer = world.partner("Exemple SARL")

    def late(at: datetime) -> int:
        return world.ticket(customer, created=(at - timedelta(hours=2)).replace(tzinfo=None), priority="3")

    now = datetime.now(timezone.utc).replace(microsecond=0)
    old = late(now - timedelta(hours=1))  # history
    ticket = late(now + timedelta(seconds=4))
    ready(service)
    assert until(lambda: read(file)["qualiodoo_breached_tickets"] == {"": 2})
    assert until(lambda: read(file)["qualiodoo_breaches_total"] == {"new": 1, "cleared": 0}, 30), read(file)
    assert service.logged(f"ticket {ticket}: the response target is breached", 15)
    other = late(now - timedelta(minutes=1))  # new to the agent, and late already
    assert until(lambda: read(file)["qualiodoo_breached_tickets"] == {"": 3})
    assert until(lambda: read(file)["qualiodoo_breaches_total"] == {"new": 2, "cleared": 0}, 30), read(file)
    told = [Path(service.log.name).read_text().count(f"ticket {t}: the response target is breached") for t in (old, ticket, other)]
    assert told == [0, 1, 1], "what a first pull finds is history and no event; the others are one event each"


def test_the_listener_gives_the_same_metrics_while_a_cycle_hangs(world: World, server: Server, service: Service) -> None:  # noqa: F811
    if not has_listener():
        pytest.skip("a build without the listener")
    port = free_port()
    service.run.configure(webhook={"listen": f"127.0.0.1:{port}"})
    ready(service)
    server.fault("hang", times=0, seconds=20)
    time.sleep(2)  # a cycle is at work
    began = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        told = parse(answer.read().decode())
    assert time.monotonic() - began < 10  # the call hangs for 20 s
    assert told["qualiodoo_cycles_total"]["done"] >= 1 and told["qualiodoo_mirror_lag_seconds"]["ticket"] >= 1
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", b"", timeout=5)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics/x", timeout=5)


# ---- status beside the service ----

def test_status_says_whether_the_service_runs_and_which_process(world: World, service: Service) -> None:  # noqa: F811
    ready(service)
    assert service.process
    told = service.run("status", "--json", now=False, check=0).json["service"]
    assert told == {"running": True, "holder": f"process {service.process.pid} (run)"}
    assert service.stop() == 0
    told = service.run("status", "--json", now=False, check=0).json["service"]
    assert told == {"running": False, "holder": None}
    service.run.configure(status={"max_lag": "1s"})
    time.sleep(3)
    late = service.run("status", now=False, check=3)
    assert "status.max_lag" in late.out and "service: not running" in late.out


def test_status_does_not_wait_for_a_cycle_or_a_writer(world: World, server: Server, service: Service) -> None:  # noqa: F811
    ready(service)
    server.fault("hang", times=0, seconds=20)
    time.sleep(2)  # a cycle is at work
    with closing(sqlite3.connect(service.run.state, isolation_level=None)) as writer:
        assert until(lambda: begin(writer))
        writer.execute("UPDATE cursor SET resume_id = resume_id")
        began = time.monotonic()
        service.run("status", "--json", now=False, check=0)
        assert time.monotonic() - began < 15
        writer.execute("COMMIT")


def begin(writer: sqlite3.Connection) -> bool:
    try:
        writer.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


def test_a_reader_of_the_state_does_not_delay_a_cycle(world: World, run: Run) -> None:  # noqa: F811
    """A long look at the state, as `status` takes it, and a cycle beside it."""
    run("sync", now=False, check=0)
    with closing(sqlite3.connect(run.state, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM ticket").fetchall()
        customer = world.partner("Exemple SARL")
        world.pay(world.invoice(customer, [("SUP12", 1)], str(world.today)), str(world.today))
        run("sync", now=False, check=0)
    assert run.balance(customer) == 720


def test_asking_whether_a_service_runs_does_not_keep_one_from_starting(world: World, service: Service) -> None:  # noqa: F811
    """The question takes the lock for an instant."""
    service.run("sync", now=False, check=0)
    path = Path(f"{service.run.state}.run")
    path.touch()
    holder = subprocess.Popen([sys.executable, "-c", "import fcntl, sys, time\nf = open(sys.argv[1])\n"
                               "fcntl.flock(f, fcntl.LOCK_SH)\nprint(flush=True)\ntime.sleep(0.15)", str(path)],
                              stdout=subprocess.PIPE)
    assert holder.stdout
    holder.stdout.readline()
    ready(service)
    holder.communicate()


# ---- The journal ----

# A /run of its own, where the journal is a socket in the folder $0.
OWN_RUN = 'mount -t tmpfs none /run && mkdir /run/systemd && ln -s "$0" /run/systemd/journal && exec "$@"'


@pytest.fixture
def journal(service: Service) -> Iterator[socket.socket]:  # noqa: F811
    folder = service.run.folder / "journal"
    folder.mkdir()
    service.under = ["unshare", "--mount", "sh", "-c", OWN_RUN, str(folder)]
    if subprocess.run([*service.under, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace here")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(folder / "socket"))
        heard.setblocking(False)
        yield heard


def entries(heard: socket.socket, into: list[dict[str, str]]) -> list[dict[str, str]]:
    try:
        while True:
            lines = heard.recv(65536).decode().splitlines()
            into.append(dict(line.split("=", 1) for line in lines))
    except BlockingIOError:
        return into


def test_fields_in_the_journal(world: World, server: Server, service: Service, journal: socket.socket) -> None:  # noqa: F811
    customer = world.partner("Exemple SARL")
    deadline = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=4)
    ticket = world.ticket(customer, created=(deadline - timedelta(hours=2)).replace(tzinfo=None), priority="3")
    ready(service, JOURNAL_STREAM="1:2")
    invoice = world.invoice(customer, [("SUP12", 1)], str(world.today))
    world.pay(invoice, str(world.today))
    found: list[dict[str, str]] = []

    def said(text: str) -> dict[str, str]:
        return next((e for e in entries(journal, found) if text in e["MESSAGE"]), {})

    credit = until(lambda: said("720 minutes credited"))
    assert credit["QUALIODOO_CUSTOMER"] == str(customer) and re.fullmatch("[0-9a-f]{32}", credit["MESSAGE_ID"])
    assert credit["PRIORITY"] == "6" and credit["SYSLOG_IDENTIFIER"] == "qualiodoo" and "QUALIODOO_TICKET" not in credit
    breach = until(lambda: said("is breached"))
    assert breach["QUALIODOO_TICKET"] == str(ticket) and breach["MESSAGE_ID"] != credit["MESSAGE_ID"]
    assert breach["PRIORITY"] == "4"
    world.unpay(invoice)
    loss = until(lambda: said("720 minutes lost"))
    assert loss["QUALIODOO_CUSTOMER"] == str(customer) and loss["PRIORITY"] == "4"
    with server.down():
        failure = until(lambda: next((e for e in entries(journal, found) if e["PRIORITY"] == "3"), {}), 40)
    recovery = until(lambda: said("recovered after"))
    assert failure["PRIORITY"] == "3" and recovery["PRIORITY"] == "6"
    assert len({e["MESSAGE_ID"] for e in (failure, recovery, credit, loss, breach)}) == 5
    assert Path(service.log.name).read_text() == "", "not on standard error too"


def test_priorities_without_a_journal(world: World, service: Service, journal: socket.socket) -> None:  # noqa: F811
    Path(journal.getsockname()).unlink()
    ready(service, JOURNAL_STREAM="1:2")
    assert service.logged("<6>started", 15)


def test_no_journal_unless_it_is_standard_error(world: World, service: Service, journal: socket.socket) -> None:  # noqa: F811
    ready(service)
    assert service.logged("qualiodoo: started", 2) and not entries(journal, [])
