"""The binary against a simulated Odoo: a world, its server, and `run`.

    def test_something(world, server, run):
        customer = world.partner("Exemple SARL")
        run("sync", check=0)
        assert run("balance", "--json").json == []

`world` is frozen at 2026-03-20 10:00 UTC (`@pytest.mark.world(today=..., flavour=..., version=...)` makes another), and
`run` takes the world's time as --now, or the time given, or with `now=False` the machine's own.

QUALIODOO_TEST_PROTOCOL=jsonrpc or json2 makes the program speak that (`odoo.protocol`); without it XML-RPC. With json2 a
world is Odoo 19 unless its test names another version, which skips the test, and every password is a key too.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "odoo"), str(ROOT / "tests")]

import zygote  # noqa: E402
from odoosim import Server, World, stories  # noqa: E402

RELEASED = os.environ.get("QUALIODOO", str(ROOT / "build" / "qualiodoo"))  # what is installed: with --now it writes nothing
BINARY = RELEASED + "-test"  # the same program, in which --now counts as the real time
SECRET = "agent-secret"
PROTOCOL = os.environ.get("QUALIODOO_TEST_PROTOCOL", "xmlrpc")
VERSION = 19 if PROTOCOL == "json2" else 17  # of a world whose test names none
TODAY = "2026-03-20"
TIMEOUT = 30
SPEED = 20  # of a fast clock
SLOW = re.compile(r"/test_(run|run_trust|lease|clock|metrics|setup_hang|ledger_properties|shortage)\.py|killed")

World.passwords_are_keys = PROTOCOL == "json2"


def by_protocol(xmlrpc: Any, jsonrpc: Any, json2: Any) -> Any:
    """What is expected over the protocol that is spoken, where it is not the same over all."""
    return {"xmlrpc": xmlrpc, "jsonrpc": jsonrpc, "json2": json2}[PROTOCOL]


class Result:
    """What one run left: exit code, both outputs, and the JSON document on standard output."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def message(self) -> str:
        """The one line of an error."""
        assert self.err.startswith("qualiodoo: ") and self.err.count("\n") == 1, self.err
        return self.err.strip()

    def __repr__(self) -> str:
        return f"exit {self.code}\n--- out\n{self.out}\n--- err\n{self.err}"


def merge(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """`more` over `base`, section by section."""
    return {k: merge(base[k], more[k]) if isinstance(base.get(k), dict) and isinstance(more.get(k), dict)
            else more.get(k, base.get(k)) for k in {**base, **more}}


class Run:
    """The program with its configuration, its secret and its state in one folder."""

    def __init__(self, folder: Path, server: Server, **options: Any) -> None:
        self.folder, self.server, self.world = folder, server, server.world
        self.options: dict[str, Any] = options
        self.state = folder / "state.db"
        self.config = folder / "qualiodoo.yaml"
        self.secret = folder / "secret"
        self.started: list[subprocess.Popen[str]] = []
        self.write_secret(SECRET)

    def write_secret(self, text: str, mode: int = 0o600) -> None:
        self.secret.write_text(text + "\n")
        self.secret.chmod(mode)

    def configure(self, **options: Any) -> None:
        """Merges options into the configuration of the runs to come."""
        self.options = merge(self.options, options)

    def settings(self) -> dict[str, Any]:
        base = {
            "odoo": {"url": self.server.url, "protocol": PROTOCOL, "database": self.world.database, "login": "agent@example.com",
                     "secret_file": str(self.secret), "timeout": "10s"},
            "state": {"path": str(self.state)},
            "credit": {"packs": [{"product": f"SUP{h}", "hours": h} for h in (12, 24, 36)]},
            "writeback": {"enabled": False},
        }
        return merge(base, self.options)

    def command(self, *arguments: Any, now: Any = None) -> list[str]:
        text = json.dumps(self.settings())  # JSON is YAML
        if not self.config.exists() or self.config.read_text() != text:
            self.config.write_text(text)  # else a process in the background may be reading it
        if now is None:
            now = self.world.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif now is not False and len(str(now)) == 10:
            now = f"{now}T10:00:00Z"
        return [BINARY, "-c", str(self.config), *(["--now", str(now)] if now else []), *map(str, arguments)]

    def __call__(self, *arguments: Any, now: Any = None, check: int | None = None, **options: Any) -> Result:
        options = {"timeout": TIMEOUT, "env": environment(), "stdin": subprocess.DEVNULL, **options}
        done = Result(zygote.run(self.command(*arguments, now=now), **options))
        assert check is None or done.code == check, done
        assert SECRET not in done.out + done.err, "the secret was shown"
        assert done.code >= 0 or options.get("preexec_fn"), f"ended by signal {-done.code}: {done}"
        return done

    def start(self, *arguments: Any, now: Any = None, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """The program in the background; ended with the test."""
        process = subprocess.Popen(self.command(*arguments, now=now), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, env=env or environment(), stdin=subprocess.DEVNULL)
        self.started.append(process)
        return process

    def finish(self, process: subprocess.Popen[str], check: int | None = None) -> Result:
        """Waits for what `start` began."""
        out, err = process.communicate(timeout=TIMEOUT)
        done = Result(subprocess.CompletedProcess(process.args, process.returncode, out, err))
        assert check is None or done.code == check, done
        return done

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()

    # The state ----------------------------------------------------------------------------

    def forget(self) -> None:
        """Deletes the state."""
        for path in self.folder.glob("state.db*"):
            path.unlink()

    def sql(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Reads the state file."""
        with closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True)) as database:
            return database.execute(text, values).fetchall()

    def dump(self, *but: str) -> str:
        """The whole content of the state, but for the rows of some tables."""
        with closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True)) as database:
            kept = database.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY rowid").fetchall()
            rows = (f"{table}: {row}" for kind, table, _ in kept if kind == "table" and table not in but
                    for row in database.execute(f'SELECT * FROM "{table}"'))
            return "\n".join([*(f"{sql};" for _, _, sql in kept), *rows])

    def age_cursors(self) -> None:
        """Lets the overlap pass in real time."""
        with closing(sqlite3.connect(self.state)) as database, database:
            database.execute("UPDATE cursor SET high_seen_at = 1 WHERE high_seen_at")

    def settle(self) -> None:
        """Lets the overlap pass, with a quiet cycle: what was read is not read again unless it changes."""
        self.age_cursors()
        self("sync", check=0)

    # What the program says ----------------------------------------------------------------

    def balance(self, customer: int, **options: Any) -> int:
        """What the last cycle stored; with `now`, what the program says for that day."""
        if not options:
            found = self.sql("SELECT balance FROM account WHERE id = ?", customer)
            return found[0][0] if found else 0
        return self("balance", customer, "--json", check=0, **options).json[0]["balance_minutes"]

    def stored(self) -> dict[str, Any]:
        """Everything that was computed, and the customers' names."""
        return {"account": self.sql("SELECT id, balance, available, overdraft, held, next_expiry, next_change FROM account"
                                    " ORDER BY id"),
                "lot": self.sql("SELECT * FROM lot"), "entry": self.sql("SELECT * FROM entry"),
                "name": self.sql("SELECT a.id, p.name FROM account a LEFT JOIN partner p ON p.id = a.id ORDER BY 1")}

    def picture(self, ledgers: bool = False) -> dict[str, Any]:
        """What two states of the same Odoo must agree on. What the program says is what it stored."""
        stored = self.stored()
        shown = self("balance", "--json", check=0).json
        keys = ("customer_id", "balance_minutes", "available_minutes", "overdraft_minutes", "held_minutes")
        assert [tuple(b[k] for k in keys) for b in shown] == [row[:5] for row in stored["account"]]
        assert [(b["customer_id"], b["customer"]) for b in shown] == stored["name"]
        lots = [(b["customer_id"], lot["granted_minutes"], lot["left_minutes"]) for b in shown for lot in b["lots"]]
        assert sorted(lots) == sorted((row[0], row[3], row[4]) for row in stored["lot"])
        return {**stored, "documents": self.documents()} if ledgers else stored

    def documents(self) -> list[Any]:
        """The JSON of `balance` and of every `ledger`."""
        shown = self("balance", "--json", check=0).json
        return [shown, *(self("ledger", b["customer_id"], "--json", check=0).json for b in shown)]

    def fresh(self) -> Run:
        """Another state, made from nothing by `reconcile`; the present one is kept."""
        other = self.folder / "fresh"
        other.mkdir(exist_ok=True)
        made = Run(other, self.server, **self.options)
        made.forget()
        made("reconcile", check=0)
        return made

    def rebuilt(self, ledgers: bool = False) -> dict[str, Any]:
        """The picture that a new state gives."""
        made = self.fresh()
        return {**made.stored(), "documents": made.documents()} if ledgers else made.stored()


def environment(**more: str | None) -> dict[str, str]:
    """Without what a service has; with a patience for tests of a server that is down. `more` adds, None takes away."""
    given: dict[str, str | None] = {**os.environ, "JOURNAL_STREAM": None, "CREDENTIALS_DIRECTORY": None,
                                    "QUALIODOO_PATIENCE_MS": "2000", **more}
    return {k: v for k, v in given.items() if v is not None}


def world_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the test's marker says of its world; JSON-2 needs Odoo 19."""
    marker = request.node.get_closest_marker("world")
    options = dict(marker.kwargs) if marker else {}
    if PROTOCOL == "json2" and options.setdefault("version", 19) < 19:
        pytest.skip("JSON-2 exists since Odoo 19")
    return options


DEAR = {"lasting", "passing", "desks"}  # fixtures of a module that take seconds: one worker makes each, for all that need it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spreads the tests that wait or take seconds among the first four fifths: a worker that has some of them at the end
    works on alone."""
    slow = [item for item in items if SLOW.search(item.nodeid)]
    others = [item for item in items if not SLOW.search(item.nodeid)]
    step = len(others) * 4 // 5 // (len(slow) + 1) + 1
    for place, item in enumerate(slow):
        others.insert(place * step, item)
    others.sort(key=lambda item: "600_000" not in item.nodeid)  # the longest first
    items[:] = others
    for item in items:
        for name in DEAR.intersection(item.fixturenames):
            item.add_marker(pytest.mark.xdist_group(f"{name} {item.callspec.params.get(name, '')}"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests say of themselves: record_property("said", text)."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties:
            if name == "said":
                terminalreporter.write_line(text)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "world(**options): what the simulated Odoo is made with")


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    made = World(**{"today": TODAY, **world_options(request)})
    for code in ("SUP12", "SUP24", "SUP36"):
        made.product(code)
    return made


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with world.serve() as made:
        yield made


@pytest.fixture
def run(server: Server, tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path, server)
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Run]:
    """The desk of `make demo`, read on the day of the examples in the pages."""
    made = World(today="2026-11-26")
    stories.STORIES["demo"](made)
    with made.serve() as server:
        run = Run(tmp_path, server)
        run("reconcile", check=0)
        yield run
        run.close()


@pytest.fixture
def breaking_texts(server: Server) -> None:
    """U+FFFE and U+FFFF in a text break the answer that holds it. Over XML they do by themselves; JSON carries them, so that
    the server, or a proxy, damages them here: they come as bytes that are no UTF-8."""
    if PROTOCOL == "xmlrpc":
        return
    answer = server.answer

    def damaged(path: str, body: bytes, headers: dict[str, str]) -> Any:
        out, call = answer(path, body, headers)
        return out.with_body(out.replace(b"\xef\xbf\xbe", b"\xff").replace(b"\xef\xbf\xbf", b"\xff")), call

    server.answer = damaged  # type: ignore[method-assign]


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


@pytest.fixture
def fast(tmp_path: Path) -> dict[str, str]:
    """The environment of a command whose clock is fast and whose patience is the one that users have."""
    now = int(time.time() * 1000)
    (tmp_path / "clock").write_text(f"{now} {now} {SPEED}")
    return environment(QUALIODOO_CLOCK=str(tmp_path / "clock"), QUALIODOO_PATIENCE_MS=None)


class Shop:
    """A small story: names for what the tests change.

    acme   12 h paid on 10 March; ticket `fix` with 30 + 2 + 1 min (35 charged), ticket `idle` with nothing
    bravo  12 h paid on 1 February, used for 1 h on ticket `other`
    cargo  an invoice that is not paid, and no ticket
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.acme = world.partner("Exemple SARL", ref="C001")
        self.contact = world.partner("Anne Moreau", parent=self.acme)
        self.bravo = world.partner("Bravo SAS", ref="C002")
        self.cargo = world.partner("Cargo SA", ref="C003")
        self.invoice = world.invoice(self.acme, [("SUP12", 1)], "2026-03-01")
        self.payment = world.pay(self.invoice, "2026-03-10")
        self.invoice_b = world.invoice(self.bravo, [("SUP12", 1)], "2026-01-20")
        self.payment_b = world.pay(self.invoice_b, "2026-02-01")
        self.invoice_c = world.invoice(self.cargo, [("SUP24", 1)], "2026-03-05")
        self.fix = world.ticket(self.contact, "Imprimante", created="2026-03-11 09:00")
        self.idle = world.ticket(self.acme, "Question", created="2026-03-12 09:00")
        self.other = world.ticket(self.bravo, "Serveur", created="2026-02-10 09:00")
        self.lines = [world.timesheet(self.fix, minutes / 60, "2026-03-12") for minutes in (30, 2, 1)]
        self.line_b = world.timesheet(self.other, 1.0, "2026-02-11")

    def day(self, ago: int) -> date:
        return self.world.today - timedelta(days=ago)


def age(world: World) -> None:
    """Makes every record a day older but the last of its model: a cursor stands at the last one."""
    for table in world.db.tables.values():
        for id_ in table.ids[:-1]:
            stamp = table.rows[id_].get("write_date")
            if stamp is not None:
                table.put({**table.rows[id_], "write_date": stamp - timedelta(days=1)})
