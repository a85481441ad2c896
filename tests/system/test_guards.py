"""Guards whose loss no other test would notice: each of these fails for a mutant of the program that passed all others."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run, Server, Shop, World
from test_writeback import MESSAGE, TICKET, Desk, at, utc

LINE, PARTNER = "account.analytic.line", "res.partner"


@pytest.fixture
def desk(world: World, server: Server, run: Run) -> Desk:
    return Desk(world, server, run)


def test_a_ticket_deleted_just_before_its_note_parks_that_write_and_stops_no_other(desk: Desk) -> None:
    gone, late = desk.ticket(), desk.ticket()
    desk.server.before_call(lambda c: c.method == "message_post" and c.args == [[gone]], lambda: desk.world.delete(TICKET, gone))
    ended = desk.sync("11:07", check=1)
    assert desk.kinds(late) == ["breach"] and desk.tags(late) == [desk.tag] and len(desk.activities(late)) == 1
    assert ended.json["writes"] == {"queued": 6, "sent": 3, "refused": 1}
    states = {(key.split(".")[1], part): state for key, part, state in desk.outbox()}
    assert states[str(gone), "note"] == "refused" and {s for (t, _), s in states.items() if t == str(late)} == {"done"}


@pytest.mark.world(database="de_o")
@pytest.mark.parametrize("database", ["demo", "dexo", "de_o"])
def test_a_note_of_another_database_of_the_same_length_is_not_ours(desk: Desk, database: str) -> None:
    """`_` is any character in the pattern that Odoo is asked with; a copy of a database carries the notes of the other."""
    ticket = desk.ticket()
    agent = desk.world.partner_of(desk.world.uid("agent@example.com"))
    desk.world.create(MESSAGE, model=TICKET, res_id=ticket, author_id=agent, message_type="comment",
                      subtype_id=desk.world.ref("mail.mt_note"), body="<p>copy</p>",
                      message_id=f"<qualiodoo-breach.{ticket}.1774000800@{database}>")
    desk.sync("11:07")
    ours = desk.find(MESSAGE, [("message_id", "=", f"<qualiodoo-breach.{ticket}.1774000800@de_o>")], "body")
    assert len(ours) == 1 and ("Délai" in ours[0]["body"]) == (database != "de_o")
    assert desk.run.sql("SELECT count(*) FROM marker WHERE key IS NOT NULL") == [(1,)]


def test_a_queued_warning_of_a_ticket_that_was_withdrawn_is_void(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.server.date_skew = -5000  # writes wait
    desk.sync("10:30", check=1)
    assert [(key.split(".")[0], state) for key, _, state in desk.outbox()] == [("warning", "queued")] * 2
    desk.world.archive(TICKET, ticket)
    desk.sync("10:35", check=1)
    assert {state for _, _, state in desk.outbox()} == {"void"}
    desk.server.date_skew = 0
    desk.sync("10:40")
    assert desk.kinds(ticket) == []


def test_in_shadow_mode_a_breach_that_is_no_longer_true_leaves_the_outbox(desk: Desk) -> None:
    desk.run.configure(writeback={"enabled": False})
    answered, late = desk.ticket(), desk.ticket()
    desk.sync("11:07")
    assert {(key.split(".")[1], state) for key, _, state in desk.outbox()} == {(str(t), "shadow") for t in (answered, late)}
    desk.world.reply(answered, at=utc("9:30"))
    desk.sync("11:30")
    assert {key.split(".")[1] for key, _, _ in desk.outbox()} == {str(late)}
    assert desk.run("outbox", "--json", now=at("11:30"), check=0).json


def test_more_deletions_than_allowed_stop_an_incremental_pull(world: World, run: Run, shop: Shop) -> None:
    """Lines that lost their ticket are seen by their write_date, not by a full list."""
    more = [world.timesheet(shop.fix, 0.25, "2026-03-14") for _ in range(30)]
    run("sync", check=0)
    run.settle()
    before = run.dump("meta")
    world.advance(60)
    world.write(LINE, more[:21], ticket_id=False)
    stopped = run("sync", check=4)
    assert "21 of 34" in stopped.message and "safety.max_delete" in stopped.message
    assert run.dump("meta") == before


def test_more_deletions_than_allowed_stop_the_pull_that_reads_old_rows_again(world: World, run: Run, shop: Shop) -> None:
    """Names that are no longer kept are read again as in a first pull; customers that vanished meanwhile stay."""
    customers = [world.partner(f"Client {n}") for n in range(30)]
    for customer in customers:
        world.ticket(customer, created="2026-03-11 09:00")
    run("sync", check=0)
    count = run.sql("SELECT count(*) FROM partner")
    world.vanish(PARTNER, *customers[:25])
    run.configure(privacy={"keep_names": False})
    assert "safety.max_delete" in run("sync", check=4).message
    assert run.sql("SELECT count(*) FROM partner") == count


def test_an_interrupted_second_reading_after_a_change_of_scope_goes_on_where_it_stopped(
        world: World, server: Server, run: Run, shop: Shop) -> None:
    """First the first pull is cut off among the customers, then their second reading, for which names are left out."""
    for n in range(9):
        world.ticket(world.partner(f"Client {n}"), created="2026-03-11 09:00")
    run.configure(odoo={"page_size": 2})

    def of_partners(call: Any) -> bool:
        return call.model == PARTNER and call.method == "read"

    server.fault("status", of_partners, times=0, after=4, status=403)
    run("sync", check=1)
    held = [row[0] for row in run.sql("SELECT id FROM partner ORDER BY id")]
    assert len(held) == 8
    server.faults.clear()
    run.configure(privacy={"keep_names": False})
    server.fault("status", of_partners, times=0, after=2, status=403)
    run("sync", check=1)
    assert run.sql("SELECT count(*) FROM partner WHERE name IS NULL") == [(4,)]
    server.faults.clear()
    server.clear()
    run("sync", check=0)
    read = [id_ for call in server.calls if of_partners(call) for id_ in call.args[0]]
    assert read[:4] == held[4:], "the rest of the old rows, and first"
    assert run.sql("SELECT count(*) FROM partner WHERE name IS NOT NULL") == [(0,)]
    assert run.picture() == run.rebuilt()


def test_the_unit_of_a_timesheet_counts(world: World, run: Run, shop: Shop) -> None:
    """Hours, days of eight hours, and a line without a unit, which is in hours: each alone on its ticket."""
    world.timesheet(shop.idle, 0.5, "2026-03-13")
    for uom, minutes in (("day", 240), ("hour", 30)):
        ticket = world.ticket(shop.cargo, created="2026-03-11 09:00")
        line = world.timesheet(ticket, 0.5, "2026-03-13", uom=uom)
        run("sync", check=0)
        assert run("explain", "charge", ticket, "--json", check=0).json["charged_minutes"] == minutes, uom
        world.patch(LINE, line, product_uom_id=None)
        run("reconcile", check=0)
        assert run("explain", "charge", ticket, "--json", check=0).json["charged_minutes"] == 30


def test_a_customer_is_read_back_after_its_fields_are_written(world: World, server: Server, run: Run, shop: Shop) -> None:
    world.set_groups("agent@example.com", ["base.group_user", "account.group_account_readonly", "base.group_partner_manager",
                                           "hr_timesheet.group_hr_timesheet_approver", "helpdesk_mgmt.group_helpdesk_user"])
    with world.transaction() as env:
        model = env.search("ir.model", [("model", "=", PARTNER)])[0]
        for name, kind in (("x_qualiodoo_credit_minutes", "integer"), ("x_qualiodoo_last_day", "date")):
            env.create("ir.model.fields", {"model_id": model, "name": name, "ttype": kind, "field_description": name})
    run.configure(writeback={"enabled": True, "since": "2026-03-20", "balance": {"fields": True}})
    run("sync", check=0)
    assert run.sql("SELECT shown_minutes FROM partner WHERE id = ?", shop.acme) == [(685,)]


def test_the_report_counts_exactly_what_changed(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    run.settle()
    world.advance(60)
    world.write(TICKET, shop.fix, name="Imprimante du hall", priority="3")
    world.timesheet(shop.idle, 1.0, "2026-03-19")
    world.delete(LINE, shop.lines[1])
    report = run("sync", "--json", check=0).json
    assert (report["created"], report["updated"], report["deleted"]) == ({LINE: 1}, {TICKET: 2}, {LINE: 1})  # work moves its ticket
    assert report["accounts_changed"] == [shop.acme] and report["breaches"] == {"new": 0, "cleared": 0}
    world.ticket(shop.acme, priority="3", created="2026-03-19 08:00")  # late when it is first seen
    world.advance(60)
    report = run("sync", "--json", check=0).json
    assert report["created"] == {TICKET: 1} and report["updated"] == {} and report["breaches"] == {"new": 1, "cleared": 0}
