"""A reconciliation compares tickets, timesheet lines and messages, and reads whole only those that differ."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest
from conftest import Run, Server, Shop, World

TICKET, LINE, MESSAGE = "helpdesk.ticket", "account.analytic.line", "mail.message"
TABLES = {"ticket": TICKET, "timesheet": LINE, "reply": MESSAGE}
NOT_MIRRORED = ("id", "checksum")


@pytest.fixture
def settled(run: Run, world: World, shop: Shop) -> Run:
    """A state that is up to date, with everything that the compared models have; an hour later."""
    world.tag("VIP")
    world.write(TICKET, shop.fix, tag_ids=[(4, world.tag("VIP"))])
    world.assign(shop.fix, at="2026-03-11 10:00")
    world.close(shop.other, at="2026-02-12 09:00")
    world.reply(shop.fix, "2026-03-11 11:00")
    world.reply(shop.other, "2026-02-10 11:00")
    run("sync", check=0)
    run.settle()
    world.advance(3600)
    return run


def mirrored(run: Run) -> dict[str, Any]:
    """The compared tables, whole, by their names."""
    return {table: run.sql(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}


def whole_reads(server: Server, model: str) -> list[int]:
    """The ids that were read with every field."""
    word = {TICKET: "priority", LINE: "unit_amount", MESSAGE: "date"}[model]
    return [id_ for call in server.named("read", model) if word in call.kwargs["fields"] for id_ in call.args[0]]


def compared(server: Server, model: str) -> list[Any]:
    """The calls that compare records of a model."""
    return [call for call in server.named("search_read", model) if call.args[0][0][:2] == ["id", "in"]]


def reconciled(run: Run, *arguments: str) -> dict[str, Any]:
    run.server.clear()
    return run("reconcile", "--json", *arguments, check=0).json


def damage(run: Run, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(run.state)) as database, database:
        assert database.execute(statement, values).rowcount > 0


# ---- Nothing differs ----


def test_nothing_is_read_whole_when_nothing_differs(server: Server, settled: Run, shop: Shop) -> None:
    report = reconciled(settled)
    assert not report["drift"]
    assert {model: report["checked"][model] for model in TABLES.values()} == {TICKET: 3, LINE: 4, MESSAGE: 2}
    for model in TABLES.values():
        assert whole_reads(server, model) == []
        assert sum(len(call.args[0][0][2]) for call in compared(server, model)) == report["checked"][model]


def test_a_comparison_asks_for_the_stamp_and_the_references(server: Server, settled: Run) -> None:
    reconciled(settled)
    asked = {model: {name for call in compared(server, model) for name in call.kwargs["fields"]} for model in TABLES.values()}
    assert asked == {
        TICKET: {"write_date", "partner_id", "user_id", "team_id", "stage_id", "company_id", "tag_ids"},
        LINE: {"write_date", "ticket_id", "product_uom_id"},
        MESSAGE: {"write_date", "res_id", "author_id", "subtype_id"}}


def test_a_comparison_takes_large_pages(world: World, server: Server, run: Run, shop: Shop) -> None:
    for _ in range(12):
        world.timesheet(shop.idle, 0.25, "2026-03-13")
    run.configure(odoo={"page_size": 2})
    run("sync", check=0)
    run.settle()
    reconciled(run)
    assert [len(call.args[0][0][2]) for call in compared(server, LINE)] == [8, 8]


# ---- What differs in Odoo ----


def test_a_stamped_change_is_read(world: World, server: Server, settled: Run, shop: Shop) -> None:
    world.write(TICKET, shop.fix, priority="3")
    report = reconciled(settled)
    assert report["updated"] == {TICKET: 1} and report["checked"][TICKET] == 3
    assert whole_reads(server, TICKET) == [shop.fix]
    assert settled.picture() == settled.rebuilt()


REFERENCES = [(TICKET, "partner_id"), (TICKET, "user_id"), (TICKET, "team_id"), (TICKET, "stage_id"), (TICKET, "company_id"),
              (TICKET, "tag_ids"), (LINE, "ticket_id"), (LINE, "product_uom_id"), (MESSAGE, "res_id"), (MESSAGE, "author_id"),
              (MESSAGE, "subtype_id")]


@pytest.mark.parametrize(("model", "field"), REFERENCES)
def test_a_reference_that_odoo_changes_by_sql_is_found(world: World, settled: Run, shop: Shop, model: str, field: str) -> None:
    """A merge, or the deletion of what is referred to: write_date stays."""
    row = {TICKET: shop.fix, LINE: shop.lines[0], MESSAGE: settled.sql("SELECT min(id) FROM reply")[0][0]}[model]
    second = world.user("Second", "second@example.com")
    branch = world.company("Filiale")
    world.write("res.company", branch, resource_calendar_id=world.row("res.company", 1)["resource_calendar_id"])
    other: Any = {"partner_id": shop.bravo, "user_id": second, "team_id": None, "stage_id": None,
                  "company_id": branch, "tag_ids": [], "ticket_id": shop.idle,
                  "product_uom_id": world.uom("day"), "res_id": shop.idle, "author_id": world.partner_of(second),
                  "subtype_id": world.ref("helpdesk_mgmt.hlp_tck_created")}[field]
    stamp = world.row(model, row)["write_date"]
    world.patch(model, row, **{field: other})
    assert world.row(model, row)["write_date"] == stamp
    assert reconciled(settled)["updated"][model] == 1
    assert settled.picture() == settled.rebuilt()
    assert not reconciled(settled)["drift"]


def test_merged_contacts_are_found(world: World, settled: Run, shop: Shop) -> None:
    world.merge_contacts(shop.acme, shop.bravo)
    assert reconciled(settled)["updated"][TICKET] == 1
    assert settled.sql("SELECT partner_id FROM ticket WHERE id = ?", shop.other) == [(shop.acme,)]
    assert settled.picture() == settled.rebuilt()


def test_a_deleted_and_a_new_record_are_found(world: World, settled: Run, shop: Shop) -> None:
    world.delete(LINE, shop.lines[0])
    world.timesheet(shop.idle, 1.0, "2026-03-19")
    report = reconciled(settled)
    assert report["deleted"] == {LINE: 1} and report["created"] == {LINE: 1}
    assert settled.picture() == settled.rebuilt()


def test_a_second_write_in_the_same_second_is_found(world: World, settled: Run, shop: Shop) -> None:
    """Both give the same write_date; it is within the overlap, where nothing is taken for settled."""
    world.write(LINE, shop.lines[0], unit_amount=1.0)
    reconciled(settled)
    world.write(LINE, shop.lines[0], unit_amount=2.0)
    assert reconciled(settled)["updated"][LINE] == 1
    assert settled.picture() == settled.rebuilt()


@pytest.mark.parametrize(("key", "model"), [("tickets", TICKET), ("timesheets", LINE)])
def test_a_record_that_leaves_the_configured_domain_is_found(world: World, run: Run, shop: Shop, key: str, model: str) -> None:
    """The name of a team: neither the ticket nor its lines are stamped."""
    team = run.server.world.create("helpdesk.ticket.team", name="Atelier")
    world.write(TICKET, shop.fix, team_id=team)
    dotted = "team_id.name" if key == "tickets" else "ticket_id.team_id.name"
    run.configure(**{key: {"domain": [[dotted, "=", "Atelier"]]}})
    run("sync", check=0)
    run.settle()
    assert run.balance(shop.acme) == 685
    world.write("helpdesk.ticket.team", team, name="Accueil")
    assert reconciled(run)["updated"][model] >= 1
    assert run.balance(shop.acme) == 720
    assert run.picture() == run.rebuilt()


# ---- What differs here ----


COLUMNS = [(table, name) for table, names in {
    "ticket": "write_date number partner_id user_id team_id stage_id priority tag_ids company_id active create_date"
              " assigned_date closed_date in_domain recorded",
    "timesheet": "write_date ticket_id date amount unit_id create_date in_domain",
    "reply": "write_date ticket_id date author_id subtype_id"}.items() for name in names.split()]


def test_every_column_is_damaged_below(settled: Run) -> None:
    held = [(table, name) for table in TABLES for _, name, *_ in settled.sql(f"PRAGMA table_info({table})")
            if name not in NOT_MIRRORED]
    assert sorted(held) == sorted(COLUMNS)


@pytest.mark.parametrize("how", ["other", "null"])
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_row_that_was_changed_here_is_repaired(settled: Run, table: str, column: str, how: str) -> None:
    before = mirrored(settled)
    row, kind = settled.sql(f"SELECT id, typeof({column}) FROM {table} WHERE {column} IS NOT NULL ORDER BY id")[0]
    wrong = {"integer": f"{column} + 1", "text": "'2099-01-01 00:00:00'"}[kind] if how == "other" else "NULL"
    damage(settled, f"UPDATE {table} SET {column} = {wrong} WHERE id = ?", row)
    assert mirrored(settled) != before
    reconciled(settled)
    assert mirrored(settled) == before
    assert not reconciled(settled)["drift"]


@pytest.mark.parametrize("table", ["timesheet", "reply"])  # of a ticket the earliest date seen is kept
def test_rows_that_changed_places_are_repaired(settled: Run, table: str) -> None:
    before = mirrored(settled)
    (first,), (second,), *_ = settled.sql(f"SELECT id FROM {table} ORDER BY id")
    damage(settled, f"UPDATE {table} SET id = -1 WHERE id = ?", first)
    damage(settled, f"UPDATE {table} SET id = ? WHERE id = ?", first, second)
    damage(settled, f"UPDATE {table} SET id = ? WHERE id = -1", second)
    reconciled(settled)
    assert mirrored(settled) == before


def test_a_row_without_a_checksum_is_read_once(server: Server, settled: Run, shop: Shop) -> None:
    """As after an upgrade."""
    before = mirrored(settled)
    for table in TABLES:
        damage(settled, f"UPDATE {table} SET checksum = NULL")
    report = reconciled(settled)
    assert not report["drift"] and report["checked"][LINE] == 4
    assert len(whole_reads(server, LINE)) == 4
    assert mirrored(settled) == before
    reconciled(settled)
    assert whole_reads(server, LINE) == []


@pytest.mark.usefixtures("breaking_texts")
def test_a_damaged_record_is_read_each_time_and_stays_listed(world: World, server: Server, settled: Run, shop: Shop) -> None:
    world.write(TICKET, shop.idle, number="HT\ufffe")
    settled("sync", check=0)
    settled.settle()
    for _ in range(2):
        reconciled(settled)
        assert shop.idle in whole_reads(server, TICKET)
        assert settled.sql("SELECT id, kept FROM unreadable") == [(shop.idle, 1)]
    world.advance(60)
    world.write(TICKET, shop.idle, number="HT00099")
    reconciled(settled)
    assert settled.sql("SELECT count(*) FROM unreadable") == [(0,)]


# ---- A whole reading ----


def hidden_change(world: World, shop: Shop) -> None:
    """By SQL, in a column that Odoo itself never changes so."""
    world.patch(LINE, shop.lines[0], unit_amount=2.0)


def test_force_reads_everything_whole(world: World, settled: Run, shop: Shop) -> None:
    hidden_change(world, shop)
    assert not reconciled(settled)["drift"]
    assert reconciled(settled, "--force")["updated"] == {LINE: 1}
    assert settled.picture() == settled.rebuilt()


def test_one_customer_is_read_whole(world: World, settled: Run, shop: Shop) -> None:
    hidden_change(world, shop)
    assert reconciled(settled, "--customer", str(shop.acme))["updated"] == {LINE: 1}
    assert settled.picture() == settled.rebuilt()


def test_everything_is_read_whole_each_week(world: World, settled: Run, shop: Shop) -> None:
    hidden_change(world, shop)
    note(settled, at=int(time.time()) - 6 * 86400)
    assert not reconciled(settled)["drift"]
    note(settled, at=int(time.time()) - 7 * 86400)
    assert reconciled(settled)["updated"] == {LINE: 1}
    assert settled.picture() == settled.rebuilt()
    world.patch(LINE, shop.lines[1], unit_amount=3.0)
    assert not reconciled(settled)["drift"], "the week begins again"


def note(run: Run, **changes: Any) -> None:
    """Changes what the state notes of the last whole reading."""
    last = json.loads(run.sql("SELECT value FROM meta WHERE key = 'read_whole'")[0][0])
    damage(run, "UPDATE meta SET value = ? WHERE key = 'read_whole'", json.dumps({**last, **changes}))


@pytest.mark.parametrize("changes", [{"program": "0.0.9"}, {"odoo": "11.0"}, {"at": 1 << 40}, {"at": None}],
                         ids=["program", "odoo", "future", "no date"])
def test_another_version_or_a_doubtful_date_reads_everything_whole(world: World, settled: Run, shop: Shop,
                                                                   changes: dict[str, Any]) -> None:
    hidden_change(world, shop)
    note(settled, **changes)
    assert reconciled(settled)["updated"] == {LINE: 1}
    assert settled.picture() == settled.rebuilt()


def test_a_dry_run_compares_and_changes_nothing(world: World, server: Server, settled: Run, shop: Shop) -> None:
    world.patch(TICKET, shop.fix, partner_id=shop.bravo)
    before = settled.dump()
    server.clear()
    told = settled("reconcile", "--dry-run", "--json", check=3).json
    assert told["updated"] == {TICKET: 1}
    assert whole_reads(server, TICKET) == [shop.fix]
    assert settled.dump() == before
