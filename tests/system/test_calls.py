"""How often Odoo is called: what a cycle of the service costs when nothing changed, and that what changes rarely is read in
time all the same."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, Server, World
from odoosim.faults import AccessError
from test_alerts import AGENT, GROUPS
from test_run import Service, pytestmark, until, world  # noqa: F401

SETTINGS = {"uom.uom", "product.product", "account.journal", "res.users", "res.company", "resource.calendar",
            "resource.calendar.attendance", "resource.calendar.leaves"}
POLL = {"payments": "24h", "tickets": "1s", "overlap": "1s", "settings": "24h"}
KINDS = [pytest.param(flavour, version, marks=pytest.mark.world(flavour=flavour, version=version), id=f"{flavour} {version}")
         for flavour in ("oca", "task") for version in (17, 19)]

Calls = list[tuple[str, str]]


class Desk:
    """A service whose world is a customer with a paid pack and a ticket with work, a reply and a response."""

    def __init__(self, run: Run) -> None:
        self.run, self.world, self.server = run, run.world, run.server
        self.service = Service(run)
        run.configure(poll=POLL)
        if self.world.ticket_model == "project.task":
            run.configure(tickets={"flavour": "task", "domain": [["project_id", "!=", False]]})
        self.customer = self.world.partner("Exemple SARL")
        self.pay_pack()
        self.ticket = self.world.ticket(self.customer)
        self.world.timesheet(self.ticket, 0.5, str(self.world.today))
        self.world.reply(self.ticket)

    def pay_pack(self, product: str = "SUP12", **options: Any) -> int:
        invoice = self.world.invoice(self.customer, [(product, 1)], str(self.world.today))
        self.world.pay(invoice, str(self.world.today), **options)
        return invoice

    def start(self) -> None:
        """Ends once nothing is read again because it is as young as the overlap."""
        self.service.start()
        assert self.service.says("STATUS=Up to date"), Path(self.service.log.name).read_text()
        time.sleep(4)
        assert until(lambda: self.cycle() and not [c for c in self.cycle() if c[1] == "read"])
        self.server.clear()

    def cycles(self) -> list[Calls]:
        """The calls of each whole cycle since the last clear(): a cycle begins by the tickets."""
        made: list[Calls] = []
        for call in list(self.server.calls):
            if call.method in ("search", "search_read") and call.model == self.world.ticket_model:
                made.append([])
            if made:
                made[-1].append((str(call.model), call.method))
        return made[:-1]

    def cycle(self) -> Calls:
        cycles = self.cycles()
        return cycles[-1] if cycles else []

    def asked(self) -> set[str]:
        return {str(c.model) for c in self.server.calls}


@pytest.fixture
def desk(run: Run) -> Iterator[Desk]:
    made = Desk(run)
    yield made
    made.service.close()


def administer(desk: Desk, lease: bool = False) -> None:
    """Runs `setup`; without the lease, which is waited for before the first write."""
    secret = desk.run.folder / "admin"
    secret.write_text("admin\n")
    secret.chmod(0o600)
    desk.run("setup", "--admin", "admin", "--admin-secret-file", secret, check=0, now=False)
    if not lease:
        with desk.world.transaction() as env:
            env.unlink("ir.model", env.search("ir.model", [("model", "=", "x_qualiodoo_lease")], order="id"))


@pytest.mark.parametrize(("flavour", "version"), KINDS)
@pytest.mark.parametrize("kept", ["nothing", "adjustments", "notes", "shown"])
def test_a_cycle_without_change_costs_at_most_eight_calls(desk: Desk, flavour: str, version: int, kept: str) -> None:
    world = desk.world
    if kept == "notes":
        desk.run.configure(credit={"adjustments": "note"})
        world.set_groups(AGENT, [*GROUPS, "project.group_project_user", "base.group_partner_manager"])  # to write notes on customers
    if kept != "nothing":
        desk.run.configure(writeback={"enabled": True, "since": str(world.today - timedelta(days=2)),
                                      "balance": {"fields": kept == "shown", "alerts": False}})
        administer(desk)
        desk.run("adjust", desk.customer, 60, "--reason", "geste", check=0, now=False)
    desk.start()
    assert until(lambda: len(desk.cycles()) >= 3)
    assert max(map(len, desk.cycles())) <= 8, desk.cycles()[0]
    assert not desk.asked() & SETTINGS


@pytest.mark.parametrize("version", [pytest.param(17, marks=pytest.mark.world(version=17)),
                                     pytest.param(19, marks=pytest.mark.world(version=19))])
def test_a_quiet_poll_of_payments_is_one_call(desk: Desk, server: Server, version: int) -> None:
    desk.run.configure(poll={"payments": "1s", "tickets": "10min"})
    desk.service.start()
    assert desk.service.says("STATUS=Up to date")
    time.sleep(4)  # the first poll has nothing to compare with, and reads all
    server.clear()
    method = "search_read" if version == 17 else "web_search_read"
    assert until(lambda: len(server.named(method, "account.move")) >= 3)
    assert {(c.model, c.method) for c in server.calls} == {("account.move", method)}


@pytest.mark.world(version=19)
def test_each_payment_is_news_once(desk: Desk, server: Server) -> None:
    """After news the poll begins at a later time, which is no news itself."""
    desk.run.configure(poll={"payments": "1s", "tickets": "10min", "overlap": "2s"})
    desk.service.start()
    assert desk.service.says("STATUS=Up to date")
    time.sleep(4)
    for balance in (690 + 720, 690 + 2 * 720):
        server.clear()
        desk.pay_pack()
        assert until(lambda: desk.run.balance(desk.customer) == balance)  # noqa: B023
        time.sleep(4)
        assert len(server.named("search", "helpdesk.ticket")) in (1, 2)  # the invoice, and its payment


@pytest.mark.world(version=19)
def test_a_rule_that_hides_a_payment_makes_the_poll_ask_one_by_one(desk: Desk, server: Server) -> None:
    server.fault("fault", lambda c: c.method == "web_search_read", times=0, error=AccessError("account.payment"))
    desk.run.configure(poll={"payments": "1s", "tickets": "10min"})
    desk.service.start()
    assert desk.service.says("STATUS=Up to date")
    time.sleep(3)
    invoice = desk.world.invoice(desk.customer, [("SUP12", 1)], str(desk.world.today))
    payment = desk.world.pay(invoice, str(desk.world.today))
    assert until(lambda: desk.run.balance(desk.customer) == 690 + 720)
    desk.world.payment_reject(payment)
    assert until(lambda: desk.run.balance(desk.customer) == 690)


# ---- What changes rarely ----


def test_a_ticket_in_a_new_closed_stage_owes_no_response(desk: Desk) -> None:
    desk.start()
    stage = desk.world.create("helpdesk.ticket.stage", name="Sans suite", closed=True)
    ticket = desk.world.ticket(desk.customer, priority="3", stage=stage)
    assert until(lambda: desk.run.sql("SELECT 1 FROM ticket WHERE id = ?", ticket))
    assert desk.run.sql("SELECT closed FROM stage WHERE id = ?", stage) == [(1,)]
    assert not desk.run.sql("SELECT state FROM target WHERE ticket_id = ?", ticket)


def test_a_ticket_with_a_new_excluded_tag_is_not_charged(desk: Desk) -> None:
    desk.run.configure(tickets={"excluded_tags": ["Interne"]})
    desk.start()
    ticket = desk.world.ticket(desk.customer, tags=["Interne"])
    line = desk.world.timesheet(ticket, 1.0, str(desk.world.today))
    assert until(lambda: desk.run.sql("SELECT 1 FROM timesheet WHERE id = ?", line))
    assert desk.run.balance(desk.customer) == 690


@pytest.mark.world(flavour="enterprise")
def test_a_ticket_of_a_new_team_has_the_hours_and_holidays_of_its_calendar(desk: Desk) -> None:
    world = desk.world
    desk.start()
    calendar = world.opening_hours({day: [(0.0, 24.0)] for day in range(7)}, name="Astreinte", tz="UTC", default=False)
    leave = world.holiday("Férié", world.now - timedelta(hours=1), world.now + timedelta(days=1), calendar=calendar)
    team = world.create("helpdesk.team", name="Astreinte", resource_calendar_id=calendar)
    ticket = world.ticket(desk.customer, priority="3", team=team)
    assert until(lambda: desk.run.sql("SELECT deadline FROM target WHERE ticket_id = ?", ticket))
    assert desk.run.sql("SELECT id FROM leave WHERE calendar_id = ?", calendar) == [(leave,)]
    told = desk.run("explain", "sla", ticket, "--json", check=0, now=False).json
    assert told["calendar"]["name"] == "Astreinte" and told["deadline"] > str(world.now + timedelta(days=1))


@pytest.mark.world(flavour="enterprise")
def test_a_ticket_of_a_new_company_has_its_calendar(desk: Desk) -> None:
    world = desk.world
    world.write("helpdesk.team", world.team_id, resource_calendar_id=False)
    desk.start()
    calendar = world.opening_hours({day: [(0.0, 24.0)] for day in range(7)}, name="Filiale", tz="UTC", default=False)
    company = world.company("Filiale")
    world.write("res.company", company, resource_calendar_id=calendar)
    ticket = world.ticket(desk.customer, priority="3", company_id=company)
    assert until(lambda: desk.run.sql("SELECT deadline FROM target WHERE ticket_id = ?", ticket))
    assert desk.run("explain", "sla", ticket, "--json", check=0, now=False).json["calendar"]["name"] == "Filiale"


def test_work_in_a_new_unit_is_charged(desk: Desk) -> None:
    world = desk.world
    desk.start()
    hour = world.row("uom.uom", world.uom("hour"))
    unit = world.create("uom.uom", name="Quart d'heure", category_id=hour["category_id"], uom_type="smaller", factor=32.0)
    line = world.timesheet(desk.ticket, 2.0, str(world.today), product_uom_id=unit)
    assert until(lambda: desk.run.sql("SELECT 1 FROM timesheet WHERE id = ?", line))
    assert desk.run.balance(desk.customer) == 690 - 30


@pytest.mark.parametrize("version", [pytest.param(17, marks=pytest.mark.world(version=17)),
                                     pytest.param(19, marks=pytest.mark.world(version=19))])
def test_a_payment_in_a_new_journal_is_credited(desk: Desk, version: int) -> None:
    desk.start()
    assert not desk.run.sql("SELECT 1 FROM journal WHERE type = 'cash'")
    desk.pay_pack(journal="cash")
    assert until(lambda: len(desk.run.sql("SELECT 1 FROM partial")) > 1)
    assert desk.run.balance(desk.customer) == 690 + 720


@pytest.mark.parametrize("named", ["reference", "id"])
def test_a_pack_whose_product_is_new_is_credited(desk: Desk, named: str) -> None:
    """It was in credit.packs before it was in Odoo."""
    free = max(desk.world.db.tables["product.product"].ids) + 1
    desk.run.configure(credit={"packs": [{"product": "SUP12", "hours": 12},
                                         {"product": "SUP48", "hours": 48} if named == "reference" else {"id": free, "hours": 48}]})
    desk.start()
    assert desk.world.product("SUP48", price=4000) == free
    desk.pay_pack("SUP48")
    assert until(lambda: desk.run.balance(desk.customer) == 690 + 48 * 60)


def test_a_pack_whose_product_and_unit_are_new_is_credited(desk: Desk) -> None:
    desk.run.configure(credit={"packs": [{"product": "SUP12", "hours": 12}, {"product": "SUP48", "hours": 48}]})
    desk.start()
    unit = desk.world.row("uom.uom", desk.world.uom("unit"))
    pair = desk.world.create("uom.uom", name="Paire", category_id=unit["category_id"], uom_type="bigger", factor=0.5)
    desk.world.product("SUP48", price=4000, uom=pair)
    desk.pay_pack("SUP48")
    assert until(lambda: desk.run.balance(desk.customer) == 690 + 48 * 60)


def test_settings_are_read_every_poll_settings(desk: Desk) -> None:
    """What nothing refers to anew: a stage that becomes a closed one, and contacts that were merged."""
    world = desk.world
    desk.run.configure(poll={"settings": "6s"})
    desk.start()
    other = world.partner("Exemple (bis)")
    world.pay(world.invoice(other, [("SUP12", 1)], str(world.today)), str(world.today))
    assert until(lambda: desk.run.balance(other) == 720)
    world.merge_contacts(desk.customer, other)
    world.write("helpdesk.ticket.stage", world.stage("In Progress"), name="En cours")
    desk.server.clear()
    assert until(lambda: desk.run.balance(desk.customer) == 690 + 720, 30)
    assert until(lambda: desk.run.sql("SELECT 1 FROM stage WHERE name = 'En cours'"), 30)
    assert until(lambda: len(desk.server.named("search", "account.journal")) >= 3)
    assert len(desk.cycles()) > 2 * len(desk.server.named("search", "account.journal"))


def test_a_service_that_starts_reads_the_settings(desk: Desk, server: Server) -> None:
    desk.start()
    assert desk.service.stop() == 0
    desk.world.write("helpdesk.ticket.stage", desk.world.stage("In Progress"), name="En cours")
    server.clear()
    desk.service.start()
    assert until(lambda: desk.run.sql("SELECT 1 FROM stage WHERE name = 'En cours'"))
    assert desk.asked() >= SETTINGS


def test_a_cycle_after_a_failure_reads_the_settings(desk: Desk, server: Server) -> None:
    desk.start()
    with server.down():
        assert desk.service.says("STATUS=Failed at")
        server.clear()
    assert until(lambda: desk.asked() >= SETTINGS, 30)


def test_sync_reads_the_settings_whatever_their_age(desk: Desk, server: Server) -> None:
    """Somebody who starts it wants to see what is in Odoo now."""
    desk.run("sync", check=0, now=False)
    server.clear()
    desk.run("sync", check=0, now=False)
    assert desk.asked() >= SETTINGS


def test_settings_as_old_as_poll_settings_are_no_lag(desk: Desk) -> None:
    desk.run.configure(poll={"settings": "2h"})
    desk.run("reconcile", check=0, now=False)

    def late(mirror: str, seconds: int) -> bool:
        with closing(sqlite3.connect(desk.run.state)) as database, database:
            database.execute("UPDATE cursor SET pulled_at = ? WHERE mirror = ?", (int(time.time()) - seconds, mirror))
        problems = desk.run("status", "--json", now=False).json["problems"]
        desk.run("sync", check=0, now=False)
        return any("status.max_lag" in problem for problem in problems)

    assert late("ticket", 660) and not late("journal", 7200 + 540)
    assert late("journal", 7200 + 660)


# ---- Which Odoo it is ----


def test_the_service_stores_nothing_of_another_odoo(desk: Desk, server: Server) -> None:
    """As long as nothing changed it does not ask; what it would store is asked about first."""
    desk.start()
    assert "res.users" not in desk.asked()
    other = World()
    other.product("SUP12")
    other.pay(other.invoice(other.partner("Delta SA"), [("SUP12", 1)], str(other.today)), str(other.today))
    other.patch("res.users", other.agent, create_date=other.now - timedelta(days=400))
    before = desk.run.dump("meta", "cursor")
    server.world = other
    other.ticket(desk.customer)
    assert desk.service.logged("holds the state of another Odoo", 30)
    assert desk.run.dump("meta", "cursor") == before
    server.world = desk.world
    desk.world.timesheet(desk.ticket, 1.0, str(desk.world.today))
    assert until(lambda: desk.run.balance(desk.customer) == 630, 30)


def test_the_service_writes_nothing_into_another_odoo(desk: Desk, server: Server) -> None:
    """A deadline passes while nothing changes: what is to be written is asked about first."""
    world = desk.world
    desk.run.configure(writeback={"enabled": True, "since": str(world.today - timedelta(days=2))}, poll={"tickets": "24h"})
    deadline = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=12)
    world.ticket(desk.customer, created=(deadline - timedelta(hours=2)).replace(tzinfo=None), priority="3")
    desk.service.start()
    assert desk.service.says("STATUS=Up to date")
    other = World()
    other.patch("res.users", other.agent, create_date=other.now - timedelta(days=400))
    server.world = other
    assert desk.service.logged("holds the state of another Odoo", 40)
    assert not [c for c in server.calls if c.writes]


# ---- The lease ----


def test_between_two_heartbeats_the_lease_costs_nothing(desk: Desk, server: Server) -> None:
    desk.run.configure(writeback={"enabled": True, "since": str(desk.world.today - timedelta(days=2))})
    administer(desk, lease=True)
    desk.start()
    assert until(lambda: len(desk.cycles()) >= 8)
    assert len([c for c in server.calls if c.model == "x_qualiodoo_lease"]) <= 6  # a heartbeat: read, write, look
    assert not server.named("fields_get")
