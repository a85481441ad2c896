"""The history of assignments on each version of Odoo: known, or unknown, and never empty by mistake (DOMAIN.md, section 8).

Odoo keeps the last assignment and the last closing. An urgent ticket of Friday 9:00 is owed an answer by 11:00.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from conftest import ROOT, Run, Server, World
from test_writeback import DAY, Desk, at, reassigned, utc

FLAT = ROOT / "src" / "store" / "schema" / "013-flat.sql"
UNKNOWN = [pytest.param(16, marks=pytest.mark.world(version=16)), pytest.param(18, marks=pytest.mark.world(version=18)),
           pytest.param(19, marks=pytest.mark.world(version=19))]
EVERY = [pytest.param(v, marks=pytest.mark.world(version=v)) for v in (16, 17, 18, 19)]


@pytest.fixture
def desk(world: World, server: Server, run: Run) -> Desk:
    return Desk(world, server, run)


def row(desk: Desk, ticket: int, time: str = "16:00") -> dict[str, Any]:
    return next(r for r in desk.run("sla", "--json", now=at(time), check=0).json if r["ticket_id"] == ticket)


def explained(desk: Desk, ticket: int) -> dict[str, Any]:
    return desk.run("explain", "sla", ticket, "--json", now=at("16:00"), check=0).json


@pytest.mark.parametrize("version", UNKNOWN)
def test_where_odoo_does_not_tell_a_late_assignment_alone_is_neither_flagged_nor_shown_as_breached(
        desk: Desk, version: int) -> None:
    """Answered in time and reassigned late, first seen by a new state afterwards."""
    ticket = reassigned(desk)
    desk.sync("16:00")
    assert desk.kinds(ticket) == [] and desk.tags(ticket) == [] and desk.activities(ticket) == []
    assert desk.run.sql("SELECT known FROM history") == [(0,)]
    shown = row(desk, ticket)
    assert (shown["state"], shown["history"], shown["late_seconds"]) == ("met", "unknown", 0)
    assert "history" in desk.run("sla", now=at("16:00"), check=0).out
    assert explained(desk, ticket)["history"] == "unknown" and explained(desk, ticket)["state"] == "met"
    assert "does not let the agent read" in desk.run("explain", "sla", ticket, now=at("16:00"), check=0).out


@pytest.mark.parametrize("version", UNKNOWN)
def test_where_odoo_does_not_tell_a_late_closing_alone_is_not_shown_as_breached(desk: Desk, version: int) -> None:
    ticket = desk.ticket()
    desk.world.close(ticket, at=utc("10:00"))
    desk.world.write("helpdesk.ticket", ticket, stage_id=desk.world.stage("New"))
    desk.world.close(ticket, at=utc("15:00"))
    desk.sync("16:00")
    assert desk.kinds(ticket) == [] and (row(desk, ticket)["state"], row(desk, ticket)["history"]) == ("met", "unknown")


@pytest.mark.parametrize("version", EVERY)
def test_with_the_access_line_the_tracked_values_tell_the_first_assignment_on_every_version(desk: Desk, version: int) -> None:
    desk.world.grant_history()
    ticket, late = reassigned(desk), desk.ticket()
    desk.world.assign(late, desk.agent, at=utc("15:00"))
    desk.sync("16:00")
    assert desk.kinds(ticket) == [] and desk.kinds(late) == ["breach"]
    assert row(desk, ticket)["responded_at"] == at("9:30") and row(desk, ticket)["state"] == "met"
    assert (row(desk, late)["state"], row(desk, late)["history"]) == ("breached", "known")
    assert not desk.server.named("message_format")


@pytest.mark.parametrize("version", EVERY)
def test_with_the_access_line_the_first_closing_is_found(desk: Desk, version: int) -> None:
    desk.world.grant_history()
    ticket = desk.ticket()
    desk.world.close(ticket, at=utc("10:00"))
    desk.world.write("helpdesk.ticket", ticket, stage_id=desk.world.stage("New"))
    desk.world.close(ticket, at=utc("15:00"))
    desk.sync("16:00")
    assert desk.kinds(ticket) == [] and row(desk, ticket)["responded_at"] == at("10:00")


def closed_then_renamed(desk: Desk) -> int:
    """Closed in time, opened again and closed late; then the stage got another name."""
    ticket = desk.ticket()
    desk.world.close(ticket, at=utc("10:00"))
    desk.world.write("helpdesk.ticket", ticket, stage_id=desk.world.stage("New"))
    desk.world.close(ticket, at=utc("15:00"))
    desk.world.write("helpdesk.ticket.stage", desk.world.row("helpdesk.ticket", ticket)["stage_id"], name="Livré")
    return ticket


@pytest.mark.parametrize("version", EVERY)
def test_a_closing_is_known_by_its_stage_whatever_the_stage_is_called_now(desk: Desk, version: int) -> None:
    desk.world.grant_history()
    ticket = closed_then_renamed(desk)
    desk.sync("16:00")
    assert desk.kinds(ticket) == []
    assert (row(desk, ticket)["responded_at"], row(desk, ticket)["history"]) == (at("10:00"), "known")


def test_a_change_to_a_stage_that_no_name_tells_makes_the_history_unknown(desk: Desk) -> None:
    """message_format says the name of then and no id."""
    ticket = closed_then_renamed(desk)
    desk.sync("16:00")
    assert desk.server.named("message_format") and desk.kinds(ticket) == []
    assert (row(desk, ticket)["state"], row(desk, ticket)["history"]) == ("met", "unknown")


def test_without_the_access_line_17_tells_by_message_format(desk: Desk) -> None:
    ticket = reassigned(desk)
    desk.sync("16:00")
    assert desk.server.named("message_format") and row(desk, ticket)["responded_at"] == at("9:30")
    assert desk.kinds(ticket) == []


@pytest.mark.parametrize("version", UNKNOWN)
def test_when_the_right_is_given_later_tickets_of_unknown_history_are_asked_again(desk: Desk, version: int) -> None:
    ticket, late = reassigned(desk), desk.ticket()
    desk.world.assign(late, desk.agent, at=utc("15:00"))
    desk.sync("16:00")
    assert [row(desk, t)["history"] for t in (ticket, late)] == ["unknown", "unknown"]
    desk.world.grant_history()
    desk.sync("16:05")
    assert [row(desk, t)["history"] for t in (ticket, late)] == [None, "known"] or \
        [row(desk, t)["history"] for t in (ticket, late)] == ["known", "known"]
    assert [row(desk, t)["state"] for t in (ticket, late)] == ["met", "breached"]
    assert desk.kinds(ticket) == [] and desk.kinds(late) == ["breach"]


@pytest.mark.parametrize("version", UNKNOWN)
def test_what_the_agent_saw_unanswered_after_the_deadline_stays_breached_when_it_is_assigned(desk: Desk, version: int) -> None:
    ticket = desk.ticket()
    desk.sync("11:07")
    assert desk.kinds(ticket) == ["breach"]
    desk.world.assign(ticket, desk.agent, at=utc("15:00"))
    desk.sync("16:00")
    desk.world.assign(ticket, desk.leader, at=utc("16:30"))
    desk.sync("17:00")
    assert desk.kinds(ticket) == ["breach"] and row(desk, ticket, "17:00")["state"] == "breached"


@pytest.mark.parametrize("version", UNKNOWN)
def test_a_flag_is_not_taken_back_because_the_history_is_unknown(desk: Desk, version: int) -> None:
    """After the loss of the state, nothing proves that the flag was wrong."""
    ticket = desk.ticket()
    desk.sync("11:07")
    desk.world.assign(ticket, desk.agent, at=utc("15:00"))
    desk.sync("16:00")
    desk.run.forget()
    desk.sync("16:30")
    assert desk.kinds(ticket) == ["breach"] and desk.tags(ticket) == [desk.tag]


@pytest.mark.parametrize("version", UNKNOWN)
def test_a_late_reply_is_late_whatever_the_history(desk: Desk, version: int) -> None:
    ticket = desk.ticket()
    desk.world.reply(ticket, at=utc("15:00"))
    desk.sync("16:00")
    assert desk.kinds(ticket) == ["breach"] and row(desk, ticket)["state"] == "breached"


def test_labels_that_two_fields_share_make_the_history_unknown_and_never_wrong(desk: Desk) -> None:
    desk.world.grant_history()
    desk.world.schema.models["helpdesk.ticket"].fields["name"] = \
        desk.world.schema.models["helpdesk.ticket"].fields["name"].__class__(
            **{**{f: getattr(desk.world.schema.models["helpdesk.ticket"].fields["name"], f)
                  for f in desk.world.schema.models["helpdesk.ticket"].fields["name"].__dataclass_fields__},
               "string": desk.world.schema.models["helpdesk.ticket"].fields["user_id"].string})
    ticket = reassigned(desk)
    desk.sync("16:00")
    assert desk.kinds(ticket) == [] and row(desk, ticket)["history"] == "unknown"


@pytest.mark.world(version=16)
def test_a_state_of_the_version_before_asks_again_what_it_took_for_an_empty_history(desk: Desk) -> None:
    """Version 0.1.0 kept the history of a ticket of 16 as known, and the ticket as breached."""
    ticket, seen = reassigned(desk), desk.ticket()
    desk.sync("16:00")
    with closing(sqlite3.connect(desk.run.state)) as database, database:
        database.execute("ALTER TABLE ticket DROP COLUMN recorded")  # of 010, which comes again
        for (trigger,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'"
                                           " AND name NOT LIKE 'audit_%'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")  # of 011
        for kind, name in re.findall(r"^CREATE (TABLE|INDEX) (\w+)", FLAT.read_text(), re.M):
            database.execute(f"DROP {kind} {name}")
        for table in ("ticket", "timesheet", "reply"):
            database.execute(f"ALTER TABLE {table} DROP COLUMN checksum")  # of 014
        database.execute("DROP TABLE unanswered")
        database.execute("DROP INDEX entry_source")
        database.execute("UPDATE history SET known = 1")
        database.execute("UPDATE target SET state = 3 WHERE ticket_id = ?", (ticket,))
        database.execute("PRAGMA user_version = 8")
    desk.sync("16:05")
    assert (row(desk, ticket)["state"], row(desk, ticket)["history"]) == ("met", "unknown")
    desk.world.assign(seen, desk.agent, at=utc("16:10"))
    desk.sync("16:15")
    assert row(desk, seen, "16:20")["state"] == "breached"


@pytest.mark.parametrize("version", UNKNOWN)
def test_balances_counted_from_the_response_say_that_the_history_is_unknown(desk: Desk, version: int) -> None:
    desk.run.configure(credit={"count_from": "response"})
    ticket = reassigned(desk)
    desk.world.timesheet(ticket, 1.0, DAY)
    desk.sync("16:00")
    assert desk.run("explain", "charge", ticket, "--json", now=at("16:00"), check=0).json["history"] == "unknown"
    assert "history is unknown" in desk.run("explain", "charge", ticket, now=at("16:00"), check=0).out
    told = [f["text"] for f in desk.run("doctor", "--json", now=at("16:00")).json["findings"] if f["topic"] == "history"]
    assert len(told) == 1 and "count_from" in told[0]
    desk.world.grant_history()
    desk.sync("16:05")
    assert desk.run("explain", "charge", ticket, "--json", now=at("16:05"), check=0).json["history"] == "known"
    found = desk.run("doctor", "--json", now=at("16:05")).json["findings"]
    assert [f["level"] for f in found if f["topic"] == "history"] == ["ok"]


@pytest.mark.parametrize("version", UNKNOWN)
def test_a_quiet_cycle_asks_once_whether_the_right_was_given_and_provokes_no_fault(desk: Desk, version: int) -> None:
    reassigned(desk)
    desk.sync("16:00")
    desk.run.settle()
    desk.server.clear()
    desk.sync("16:05")
    asked = [c for c in desk.server.calls if c.model == "mail.tracking.value"]
    assert len(asked) == 1 and not any(c.fault for c in desk.server.calls if (c.model or "").startswith("mail."))
