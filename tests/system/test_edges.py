"""Numbers and dates at the edge of what Odoo can answer, and unknown values of a damaged state: an error that names them, or a right
result; never a crash, an overflow or a wrong number. The sanitizers look at these tests too."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from conftest import Result, Run, Shop, World
from test_setup import Office

READING = (["balance"], ["sla"], ["status"], ["outbox"], ["doctor"])
ATTENDANCE = "resource.calendar.attendance"


def ends(ended: Result) -> Result:
    """No signal, no report of a sanitizer, and a message when it failed."""
    assert ended.code >= 0 and "Sanitizer" not in ended.err and "runtime error" not in ended.err, ended
    assert ended.code in (0, 3) or ended.err, ended
    return ended


def everything(run: Run, shop: Shop) -> None:
    for command in (*READING, ["balance", shop.acme], ["ledger", shop.acme], ["explain", "balance", shop.acme],
                    ["explain", "charge", shop.fix], ["explain", "sla", shop.fix], ["balance", "--date", "9999-12-31"]):
        ends(run(*command))
        if command[0] != "status":
            ends(run(*command, "--json"))


@pytest.fixture
def ticket(world: World) -> int:
    world.opening_hours({day: [(9, 18)] for day in range(5)}, name="Bureau")
    return world.ticket(world.partner("Exemple SARL"), priority="3", created="2026-03-16 08:00")


def told(run: Run, ticket: int) -> str:
    """What the program says about a ticket whose calendar cannot be used."""
    ends(run("sync", timeout=60))
    return "".join(ends(run(*command)).out + run(*command).err
                   for command in (["explain", "sla", ticket], ["status"]))


@pytest.mark.parametrize("values", [{"hour_from": 5e9}, {"hour_to": 5e9}, {"hour_to": 1e300}, {"hour_from": -1e18},
                                    {"hour_to": 24.5}, {"dayofweek": "7"}, {"dayofweek": "-1"}, {"dayofweek": "99999999999"}],
                         ids=str)
def test_working_hours_that_no_day_has_are_an_error_of_their_calendar_that_names_the_row(
        world: World, run: Run, ticket: int, values: dict[str, Any]) -> None:
    calendar = world.env().search("resource.calendar", [("name", "=", "Bureau")])
    row = world.env().search(ATTENDANCE, [("calendar_id", "in", calendar)])[0]
    world.patch(ATTENDANCE, row, **values)
    assert f"working hours {row} " in " ".join(told(run, ticket).split())


@pytest.mark.parametrize("values", [{"date_from": "0000-01-01 00:00:00"}, {"date_to": "10000-01-01 00:00:00"}], ids=str)
def test_a_leave_with_impossible_dates_is_an_error_that_names_it(world: World, run: Run, ticket: int, values: dict[str, Any]) -> None:
    leave = world.holiday("Pont", "2026-03-12 00:00", "2026-03-12 22:59:59")
    world.patch("resource.calendar.leaves", leave, **values)
    assert f"leave {leave} " in " ".join(told(run, ticket).split())


def test_a_leave_from_the_first_to_the_last_year_ends_in_a_verdict(world: World, run: Run, ticket: int) -> None:
    world.patch("resource.calendar.leaves", world.holiday("Toujours", "2026-03-12 00:00", "2026-03-12 22:59:59"),
                date_from="0001-01-01 00:00:00", date_to="9999-12-31 23:59:59")
    assert told(run, ticket)


def test_a_ticket_of_the_first_year_is_named_and_the_others_are_judged(world: World, run: Run, ticket: int) -> None:
    """And not by calendars of two thousand years."""
    other = world.ticket(world.partner("Autre SARL"), priority="3", created="2026-03-17 08:00")
    world.patch("helpdesk.ticket", other, create_date="0001-01-01 00:00:00")
    said = told(run, other)
    assert f"ticket {other} was created more than 50 years ago" in said, said
    assert [t["ticket_id"] for t in run("sla", "--json").json] == [ticket]


@pytest.mark.parametrize("minutes", [2**62, -(2**62)])
def test_an_adjustment_beyond_odoos_integers_gives_nothing_and_doctor_names_it(world: World, run: Run, shop: Shop, minutes: int) -> None:
    Office(world, run.server, run).setup()
    world.create("x_qualiodoo_adjustment", x_partner_id=shop.acme, x_minutes=90, x_date="2026-03-10", x_reason="geste", x_key="k")
    ends(run("sync"))
    assert "geste" in run("ledger", shop.acme).out
    with closing(sqlite3.connect(run.state)) as state, state:
        state.execute("UPDATE adjustment SET minutes = ?", (minutes,))
    everything(run, shop)
    assert "geste" not in run("ledger", shop.acme).out and "of too many minutes" in run("doctor").out


@pytest.mark.parametrize("number", [1e300, -1e300, 9.3e18, 1e12], ids=repr)
def test_an_amount_due_that_does_not_fit_is_not_zero_and_pays_nothing(world: World, run: Run, shop: Shop, number: float) -> None:
    run("sync", check=0)
    before = run.balance(shop.acme)
    for move in world.env().search("account.move", [("payment_state", "=", "paid")]):
        world.patch("account.move", move, amount_residual=number)
    run.forget()
    ends(run("sync"))
    assert run.balance(shop.acme) < before
    everything(run, shop)


@pytest.mark.parametrize("number", [1e300, -1e300, 9.2e9, -9.2e9, 5e-324], ids=repr)
@pytest.mark.parametrize("where", ["timesheet", "pack"])
def test_quantities_of_any_size_end_in_a_balance(world: World, run: Run, shop: Shop, where: str, number: float) -> None:
    if where == "timesheet":
        world.patch("account.analytic.line", world.timesheet(shop.fix, 0.25, "2026-03-13"), unit_amount=number)
    else:
        for line in world.env().search("account.move.line", [("product_id", "!=", False)]):
            world.patch("account.move.line", line, quantity=number)
    ends(run("reconcile"))
    everything(run, shop)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf], ids=repr)
@pytest.mark.parametrize(("model", "field"), [("account.analytic.line", "unit_amount"), ("account.move.line", "quantity"),
                                              ("account.move", "amount_residual"), (ATTENDANCE, "hour_to")])
def test_a_quantity_that_is_not_finite_is_named_and_not_read_as_zero(world: World, run: Run, shop: Shop, ticket: int, model: str, field: str,
                                                                     number: float) -> None:
    row = max(id_ for id_ in world.db.tables[model].rows if world.db.tables[model].rows[id_].get(field))
    run("sync", check=0)
    world.patch(model, row, **{field: number})
    ended = ends(run("reconcile"))
    assert f"{model} {row} is kept without its texts" in ended.err or f"{model} {row} cannot be read" in ended.err, ended
    assert "not finite" in ended.err
    everything(run, shop)


INSTANTS = ["0000-00-00 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "99999-01-01 00:00:00", "2026-03-12 25:61:61", ""]
DATED = [("helpdesk.ticket", "create_date"), ("helpdesk.ticket", "assigned_date"), ("helpdesk.ticket", "closed_date"),
         ("mail.message", "date"), ("account.analytic.line", "create_date")]


@pytest.mark.parametrize("instant", INSTANTS, ids=repr)
def test_instants_of_any_year_end_in_a_verdict(world: World, run: Run, shop: Shop, ticket: int, instant: str) -> None:
    world.reply(ticket, at="2026-03-16 08:50")
    for number, (model, field) in enumerate(DATED):
        world.patch(model, sorted(world.db.tables[model].rows)[-1 - number % 2], **{field: instant})
    ends(run("reconcile"))
    everything(run, shop)


@pytest.mark.parametrize("date", ["0000-00-00", "0001-01-01", "9999-12-31", "99999-01-01", "2026-02-30", ""], ids=repr)
def test_dates_of_any_year_end_in_a_balance(world: World, run: Run, shop: Shop, date: str) -> None:
    world.patch("account.analytic.line", world.timesheet(shop.fix, 0.25, "2026-03-13"), date=date)
    for move in world.env().search("account.move", []):
        world.patch("account.move", move, invoice_date=date)
    for line in world.env().search("account.move.line", []):
        world.patch("account.move.line", line, date=date)
    ends(run("reconcile"))
    everything(run, shop)


DAMAGE = [("outbox", "state", "'lost'"), ("outbox", "part", "'novel', state = 'queued'"), ("lot", "state", "77"), ("lot", "origin", "-5"),
          ("lot", "end", "-2147483648"), ("lot", "start", "1 << 40"), ("entry", "kind", "99"),
          ("entry", "minutes", "-9223372036854775807 - 1"),
          ("settled", "urgency", "9"), ("settled", "state", "-1"), ("settled", "event", "1 << 20")]


@pytest.fixture
def full(world: World, run: Run, shop: Shop) -> Run:
    """A state with a row of each table."""
    world.opening_hours({day: [(9, 18)] for day in range(5)}, name="Bureau")
    run.configure(writeback={"enabled": True, "since": "2026-03-01"})
    world.ticket(shop.acme, priority="3", created="2026-03-16 08:00")
    shop.other = world.ticket(shop.acme, priority="3", created="2026-03-16 08:00")
    world.reply(shop.other, at="2026-03-16 08:50")
    run("sync", check=0)
    return run


def damage(run: Run, table: str, column: str, value: str) -> None:
    """As a disk or a person would: the triggers are taken away first."""
    with closing(sqlite3.connect(run.state)) as database, database:
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
        for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("PRAGMA ignore_check_constraints = 1")
        database.execute(f"UPDATE OR IGNORE {table} SET {column} = {value}")


@pytest.mark.parametrize(("table", "column", "value"), DAMAGE, ids=lambda part: str(part))
def test_a_value_of_the_state_that_no_version_wrote_is_named_as_damage_and_crashes_nothing(
        full: Run, shop: Shop, table: str, column: str, value: str) -> None:
    damage(full, table, column, value)
    everything(full, shop)
    full.world.timesheet(shop.idle, 0.5, "2026-03-13")  # the account is computed again, and compared with what is stored
    told = [full(*command) for command in (["ledger", shop.acme], ["explain", "sla", shop.other], ["outbox", "list"], ["status"],
                                           ["reconcile"], ["sync"])]
    told = [ends(ended).err for ended in told]
    assert any("damaged" in text and table in text for text in told), told


def test_a_logged_change_with_an_unknown_owner_stops_the_sync(full: Run, shop: Shop) -> None:
    damage(full, "evidence", "origin", "origin")  # takes the triggers away
    with closing(sqlite3.connect(full.state)) as database, database:
        database.execute("INSERT INTO change (owner, ref, mirror, id, what) VALUES ('nobody', 1, 'ticket', 1, 'updated')")
    assert "change.owner is 'nobody'" in ends(full("sync", check=1)).message


WORDS = [*DAMAGE[:4], ("entry", "kind", "99"), ("settled", "state", "-1"), ("target", "state", "4"), ("outbox", "attempts", "-1"),
         ("evidence", "origin", "3"), ("cursor", "first_done", "2"), ("cursor", "resume_id", "-1")]


@pytest.mark.parametrize("row", ["change (owner, mirror, id, what) VALUES ('nobody', 'ticket', 1, 'updated')",
                                 "change (owner, mirror, id, what) VALUES ('ticket', 'ticket', 1, 'lost')",
                                 "history (ticket_id, known) VALUES (1, 2)", "unreadable VALUES ('ticket', 1, 'why', 2)"])
def test_the_state_refuses_a_row_with_a_value_that_no_version_writes(full: Run, row: str) -> None:
    with closing(sqlite3.connect(full.state)) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute(f"INSERT INTO {row}")


@pytest.mark.parametrize(("table", "column", "value"), WORDS,
                         ids=lambda part: str(part))
def test_the_state_refuses_a_value_that_no_version_writes(full: Run, table: str, column: str, value: str) -> None:
    with closing(sqlite3.connect(full.state)) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute(f"UPDATE {table} SET {column} = {value}")
