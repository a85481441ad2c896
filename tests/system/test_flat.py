"""What a cycle without change costs, one that changes one record, and a question about one customer or ticket: the work does not
grow with what is mirrored. Counted in steps of SQLite's virtual machine, statement by statement, on two desks of which one has
six times as many customers, tickets, invoices and writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import BINARY, TODAY, Run, World, environment

SMALL, LARGE = 8, 48
SPARE = 25  # steps of a statement that may differ: how ids fall into a page, not how many there are
PRELOAD = Path(BINARY).parent / "tests" / "statements.so"


class Desk:
    """Each customer has a contact, two paid packs, an adjustment, and tickets: answered, late, open, and of a day long ago."""

    def __init__(self, folder: Path, customers: int) -> None:
        self.world = world = World(today=TODAY)
        world.product("SUP12")
        world.adjustment_model()
        self.customers, self.tickets, self.contacts, self.invoices = [], [], [], []
        for i in range(customers):
            customer = world.partner(f"Client {i:03d}", ref=f"C{i:03d}", user_id=2)
            contact = world.partner(f"Anne {i:03d}", parent=customer)
            for month in ("2025-11", "2026-02"):
                invoice = world.invoice(customer, [("SUP12", 1)], f"{month}-01")
                world.pay(invoice, f"{month}-10")
            world.adjustment(customer, 30, "2026-02-01")
            tickets = [world.ticket(contact, created=f"2026-03-{day:02d} 09:00") for day in (2, 3, 4, 19)]
            world.reply(tickets[0], at="2026-03-02 09:10")
            world.reply(tickets[1], at="2026-03-12 09:10")
            for ticket in tickets[:3]:
                world.timesheet(ticket, 0.5, "2026-03-12")
            self.customers.append(customer)
            self.contacts.append(contact)
            self.tickets.append(tickets)
            self.invoices.append(invoice)
        folder.mkdir()
        self.server = world.serve()
        self.server.__enter__()
        self.run = Run(folder, self.server)

    def statements(self, *command: Any, check: int | None = 0) -> Counter[str]:
        """The steps of each statement of a command, by its text."""
        kept = self.run.folder / "statements"
        kept.unlink(missing_ok=True)
        self.run(*command, check=check, env=environment(LD_PRELOAD=str(PRELOAD), QUALIODOO_STATEMENTS=str(kept)))
        steps: Counter[str] = Counter()
        text = ""
        for line in kept.read_text().splitlines():
            count, tab, rest = line.partition("\t")
            if tab and count.isdigit():
                text = rest.partition("\t")[2]
                steps[text] += int(count)
        return steps


SETTINGS: dict[str, dict[str, Any]] = {
    "as delivered": {},
    "shadow": {"enabled": False, "since": "2026-01-01", "balance": {"fields": True, "alerts": True}},
    "writing": {"enabled": True, "since": "2026-01-01", "balance": {"fields": True, "alerts": False}},
}


@pytest.fixture(scope="module", params=list(SETTINGS))
def desks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    folder = tmp_path_factory.mktemp("flat")
    made = []
    for size in (SMALL, LARGE):
        desk = Desk(folder / str(size), size)
        options = SETTINGS[request.param]
        if options:
            secret = desk.run.folder / "admin"
            secret.write_text("admin\n")
            secret.chmod(0o600)
            desk.run.configure(writeback=options, safety={"max_writes": 10_000}, credit={"warn_below": "11h"})
            desk.run("setup", "--admin", "admin", "--admin-secret-file", secret, check=0)
            with desk.world.transaction() as env:  # without the lease, which is waited for before the first write
                env.unlink("ir.model", env.search("ir.model", [("model", "=", "x_qualiodoo_lease")], order="id"))
        desk.run("reconcile", check=0)
        desk.world.db.clock.freeze(desk.world.now + timedelta(minutes=20))
        desk.run("sync", check=0)
        desk.run.settle()
        desk.run("sync", check=0)
        made.append(desk)
    yield made[0], made[1]
    for desk in made:
        desk.run.close()
        desk.server.__exit__(None, None, None)


def is_flat(desks: tuple[Desk, Desk], ask: Callable[[Desk], Counter[str]]) -> None:
    small, large = (ask(desk) for desk in desks)
    assert sum(small.values()) > 100, "no statement was counted"
    growing = [f"{small[text]} steps, {steps}: {text}" for text, steps in large.items() if steps > 1.1 * small[text] + SPARE]
    assert not growing, "\n".join(growing)


def test_a_cycle_without_change(desks: tuple[Desk, Desk]) -> None:
    is_flat(desks, lambda desk: desk.statements("sync"))


CHANGES: dict[str, Callable[[Desk], Any]] = {
    "work on a ticket": lambda desk: desk.world.timesheet(desk.tickets[0][0], 0.25, "2026-03-13"),
    "a reply": lambda desk: desk.world.reply(desk.tickets[0][3], at="2026-03-19 10:00"),
    "a ticket": lambda desk: desk.world.ticket(desk.contacts[0], created="2026-03-20 08:00"),
    "a payment": lambda desk: desk.world.pay(desk.world.invoice(desk.customers[0], [("SUP12", 1)], "2026-03-20"), "2026-03-20"),
    "a contact's name": lambda desk: desk.world.write("res.partner", desk.contacts[0], name="Annie"),
    "a customer's name": lambda desk: desk.world.write("res.partner", desk.customers[0], name="Client"),
    "a new customer": lambda desk: desk.world.ticket(desk.world.partner("New"), created="2026-03-20 08:00"),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_a_cycle_that_changes_one_record(desks: tuple[Desk, Desk], change: str) -> None:
    for desk in desks:
        desk.run.settle()

    def ask(desk: Desk) -> Counter[str]:
        desk.world.db.clock.freeze(desk.world.now + timedelta(minutes=20))
        CHANGES[change](desk)
        return desk.statements("sync")

    is_flat(desks, ask)
    for desk in desks:
        desk.run("sync", check=0)


QUESTIONS: dict[str, Callable[[Desk], tuple[Any, ...]]] = {
    "status": lambda desk: ("status", "--json"),
    "balance of an id": lambda desk: ("balance", desk.customers[1], "--json"),
    "balance of a name": lambda desk: ("balance", "Client 001", "--json"),
    "balance of a reference": lambda desk: ("balance", "C001", "--json"),
    "ledger": lambda desk: ("ledger", desk.customers[1]),
    "explain balance": lambda desk: ("explain", "balance", desk.customers[1]),
    "explain charge": lambda desk: ("explain", "charge", desk.run.sql("SELECT number FROM ticket WHERE id = ?", desk.tickets[1][0])[0][0]),
    "explain sla": lambda desk: ("explain", "sla", desk.tickets[1][1]),
}


@pytest.mark.parametrize("question", list(QUESTIONS))
def test_a_question(desks: tuple[Desk, Desk], question: str) -> None:
    check = None if question == "status" else 0
    is_flat(desks, lambda desk: desk.statements(*QUESTIONS[question](desk), check=check))


def test_the_counts_are_those_of_the_tables(desks: tuple[Desk, Desk]) -> None:
    for desk in desks:
        tables = [name for (name,) in desk.run.sql("SELECT mirror FROM cursor")] + ["account", "settlement_line", "partial"]
        kept = dict(desk.run.sql("SELECT name, n FROM tally"))
        assert {t: kept.get(t, 0) for t in tables} == {t: desk.run.sql(f"SELECT count(*) FROM {t}")[0][0] for t in tables}
        assert {k: n for k, n in kept.items() if k.startswith("outbox.") and n} == dict(
            desk.run.sql("SELECT 'outbox.' || state, count(*) FROM outbox GROUP BY state"))
        shown = {m["mirror"]: m["rows"] for m in desk.run("status", "--json").json["mirrors"]}
        assert shown and shown == {t: kept.get(t, 0) for t in shown}
