"""The response settles the verdict (DOMAIN.md, section 8): what changes afterwards changes nothing of what was promised and
answered, and nothing is written into Odoo.

The company's calendar is Monday to Friday, 9:00 to 12:00 and 14:00 to 18:00 in Paris; the world's day is Friday 20 March
2026. Times are UTC: 8:00 is 9:00 in Paris.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, World

WEEK = {day: [(9, 12), (14, 18)] for day in range(5)}
KEYS = ("urgency", "started_at", "deadline", "responded_at", "state", "used_seconds", "late_seconds")


class Desk:
    """Answered tickets of each priority: one in time, one late, and one of before a leave; and one that waits."""

    def __init__(self, world: World, run: Run) -> None:
        self.world, self.run = world, run
        self.hours = world.opening_hours(WEEK, name="Bureau")
        self.leave = world.holiday("Pont", "2026-03-12 00:00", "2026-03-12 22:59:59")
        self.customer = world.partner("Exemple SARL")
        run.configure(writeback={"enabled": True, "since": "2026-03-01", "horizon": "30d"})
        self.answered: list[int] = []
        for priority in "0123":
            for created, answer in (("2026-03-16 08:00", "2026-03-16 08:50"), ("2026-03-10 13:00", "2026-03-18 13:00"),
                                    ("2026-03-11 16:00", "2026-03-13 10:00")):
                ticket = world.ticket(self.customer, priority=priority, created=created)
                world.reply(ticket, at=answer)
                self.answered.append(ticket)
        self.waiting = world.ticket(self.customer, priority="0", created="2026-03-20 09:50")

    def sync(self, *arguments: str) -> Any:
        report = self.run("sync", "--json", *arguments, check=0).json
        self.run.age_cursors()
        return report

    def verdicts(self, *tickets: int) -> dict[int, tuple[Any, ...]]:
        rows = {row["ticket_id"]: tuple(row[k] for k in KEYS) for row in self.run("sla", "--json", check=0).json}
        return {t: rows[t] for t in tickets or self.answered}

    def reply(self, ticket: int, dated: str) -> int:
        """A message that is written now, with a date of its own."""
        self.world.advance(60)
        return self.world.reply(ticket, date=datetime.fromisoformat(dated))

    def messages(self) -> int:
        return len(self.world.env().search("mail.message", [("message_id", "like", "<qualiodoo-")]))

    def explain(self, ticket: int) -> dict[str, Any]:
        return self.run("explain", "sla", ticket, "--json", check=0).json


@pytest.fixture
def desk(world: World, run: Run) -> Desk:
    return Desk(world, run)


CHANGES: dict[str, Callable[[Desk], Any]] = {
    "priority": lambda d: [d.world.write("helpdesk.ticket", t, priority="3") for t in d.answered],
    "lower priority": lambda d: [d.world.write("helpdesk.ticket", t, priority="0") for t in d.answered],
    "opening hour": lambda d: d.world.write(
        "resource.calendar.attendance",
        d.world.env().search("resource.calendar.attendance", [("calendar_id", "=", d.hours), ("hour_from", "=", 9)]),
        hour_from=8.0),
    "company's calendar": lambda d: d.world.opening_hours({day: [(0, 24)] for day in range(7)}, name="Toujours"),
    "no calendar that can be used": lambda d: d.world.opening_hours({}, name="Vide"),
    "an old leave": lambda d: d.world.delete("resource.calendar.leaves", d.leave),
    "a new leave in the past": lambda d: d.world.holiday("Oubliée", "2026-03-09 23:00", "2026-03-17 22:59:59"),
    "stricter targets": lambda d: d.run.configure(sla={"targets": {"urgent": {"hours": 0.5}, "medium": {"hours": 0.5},
                                                                   "low": {"hours": 0.5}}}),
    "looser targets": lambda d: d.run.configure(sla={"targets": {"urgent": {"days": 30}, "medium": {"days": 30}}}),
    "urgencies": lambda d: d.run.configure(sla={"urgency": {"0": "urgent", "3": "low"}}),
    "what counts as a response": lambda d: d.run.configure(sla={"response": ["assigned"]}),
    "a calendar of the configuration": lambda d: d.run.configure(sla={"calendar": "config", "hours": {"sun": ["10:00-11:00"]}}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_after_the_answer_changes_nothing_and_writes_nothing(desk: Desk, change: str) -> None:
    desk.sync()
    before, messages = desk.verdicts(), desk.messages()
    states = [row[4] for row in before.values()]
    assert states.count("met") >= 5 and states.count("breached") >= 3 and messages == states.count("breached")
    outbox = desk.run.sql("SELECT key, part, state FROM outbox ORDER BY id")
    CHANGES[change](desk)
    unusable = "no calendar" in change  # for the ticket that waits
    assert desk.run("sync").code == unusable
    desk.run.age_cursors()
    desk.run("sync", check=0)
    rows = {row["ticket_id"]: tuple(row[k] for k in KEYS) for row in desk.run("sla", "--json", check=unusable).json}
    assert {t: rows[t] for t in desk.answered} == before
    assert desk.messages() == messages
    assert desk.run.sql("SELECT key, part, state FROM outbox ORDER BY id") == outbox
    desk.run("reconcile")
    assert desk.messages() == messages


def test_a_low_ticket_answered_in_four_hours_stays_met_when_it_is_raised_the_next_day(desk: Desk) -> None:
    ticket = desk.world.ticket(desk.customer, priority="0", created="2026-03-19 08:00")
    desk.world.reply(ticket, at="2026-03-19 13:00")
    desk.sync()
    met = desk.verdicts(ticket)[ticket]
    assert met == ("low", "2026-03-19T08:00:00Z", "2026-03-23T08:00:00Z", "2026-03-19T13:00:00Z", "met", 10800, 0)
    desk.world.write("helpdesk.ticket", ticket, priority="3")
    desk.sync()
    assert desk.verdicts(ticket)[ticket] == met
    assert desk.run.sql("SELECT count(*) FROM outbox WHERE subject = ?", ticket) == [(0,)]
    told = desk.explain(ticket)
    assert (told["priority"], told["urgency"], told["target_days"], told["deadline"]) == ("3", "low", 2, met[2])
    assert told["settled"] == {
        "urgency": "low", "target_seconds": None, "target_days": 2, "deadline": met[2], "at": "2026-03-20T10:00:00Z",
        "stands": True, "differs_today": True,
        "today": {"urgency": "urgent", "target_seconds": 7200, "target_days": None, "deadline": "2026-03-19T10:00:00Z"}}
    shown = desk.run("explain", "sla", ticket, check=0).out
    for line in ("priority 3 now, low when it was settled: a response within 2 business days\n",
                 "deadline: 2026-03-23 09:00",
                 "settled by the response: this deadline and the verdict are kept as they are\n",
                 "today's rules would give the deadline 2026-03-19 11:00 (urgent, 2:00 of business time): the settled deadline stays\n"):
        assert line in shown, line


def test_a_change_before_the_answer_moves_the_deadline(desk: Desk) -> None:
    ticket = desk.world.ticket(desk.customer, priority="0", created="2026-03-20 08:00")
    desk.sync()
    assert desk.verdicts(ticket)[ticket][:3] == ("low", "2026-03-20T08:00:00Z", "2026-03-24T08:00:00Z")
    assert desk.explain(ticket)["settled"] is None
    desk.world.write("helpdesk.ticket", ticket, priority="3")
    desk.sync()
    assert desk.verdicts(ticket)[ticket][2] == "2026-03-20T10:00:00Z"
    desk.reply(ticket, "2026-03-20 09:59")
    desk.sync()
    desk.world.write("helpdesk.ticket", ticket, priority="0")
    desk.sync()
    assert desk.verdicts(ticket)[ticket][:5] == ("urgent", "2026-03-20T08:00:00Z", "2026-03-20T10:00:00Z",
                                                 "2026-03-20T09:59:00Z", "met")


def test_an_earlier_response_that_is_found_is_judged_with_the_kept_deadline(desk: Desk) -> None:
    late = desk.world.ticket(desk.customer, priority="3", created="2026-03-19 08:00")
    desk.world.reply(late, at="2026-03-19 13:30")
    desk.sync()
    assert desk.verdicts(late)[late][4:] == ("breached", 3 * 3600 + 1800, 5400)
    desk.run.configure(sla={"targets": {"urgent": {"hours": 0.25}}})
    desk.world.write("helpdesk.ticket", late, priority="0")
    desk.reply(late, "2026-03-19 09:30")  # imported late, with its own date
    desk.sync()
    assert desk.verdicts(late)[late] == ("urgent", "2026-03-19T08:00:00Z", "2026-03-19T10:00:00Z", "2026-03-19T09:30:00Z",
                                         "met", 5400, 0)
    assert desk.run.sql("SELECT DISTINCT key FROM outbox WHERE key LIKE ?", f"cleared.{late}.%") == [
        (f"cleared.{late}.1773914400",)]


def test_when_the_response_that_counted_is_gone_the_kept_deadline_judges_what_is_left(desk: Desk) -> None:
    tickets = [desk.world.ticket(desk.customer, priority="3", created="2026-03-19 08:00") for _ in range(3)]
    gone = [desk.world.reply(t, at="2026-03-19 09:00") for t in tickets]
    desk.world.reply(tickets[1], at="2026-03-19 13:30")
    desk.sync()
    desk.world.write("helpdesk.ticket", tickets, priority="0")
    for message in gone[:2]:
        desk.world.delete("mail.message", message)
    desk.run("reconcile", check=0)  # a deleted message leaves no trace: only a full reading finds it
    rows = desk.verdicts(*tickets)
    assert {row[2] for row in rows.values()} == {"2026-03-19T10:00:00Z"}
    assert [rows[t][3:5] for t in tickets] == [(None, "breached"), ("2026-03-19T13:30:00Z", "breached"),
                                               ("2026-03-19T09:00:00Z", "met")]
    told = desk.explain(tickets[1])
    assert told["settled"]["stands"] and told["settled"]["deadline"] == "2026-03-19T10:00:00Z"
    desk.reply(tickets[0], "2026-03-20 09:00")
    desk.sync()
    assert desk.verdicts(tickets[0])[tickets[0]][:5] == ("urgent", "2026-03-19T08:00:00Z", "2026-03-19T10:00:00Z",
                                                         "2026-03-20T09:00:00Z", "breached")


def test_a_ticket_that_leaves_the_domain_and_comes_back_has_its_verdict(desk: Desk) -> None:
    desk.sync()
    before = desk.verdicts()
    desk.run.configure(tickets={"domain": [["name", "=", "nobody"]]})
    desk.sync()
    assert desk.run("sla", "--json", check=0).json == []
    desk.run.configure(tickets={"domain": []}, sla={"targets": {"urgent": {"hours": 0.5}}})
    desk.sync()
    assert desk.verdicts() == before


def test_a_time_before_the_answer_is_shown_with_the_kept_deadline(desk: Desk) -> None:
    ticket = desk.world.ticket(desk.customer, priority="3", created="2026-03-19 08:00")
    desk.world.reply(ticket, at="2026-03-19 09:00")
    desk.sync()
    desk.world.write("helpdesk.ticket", ticket, priority="0")
    desk.sync()
    row, = [r for r in desk.run("sla", "--json", now="2026-03-19T08:59:59Z", check=0).json if r["ticket_id"] == ticket]
    assert (row["state"], row["deadline"], row["responded_at"], row["used_seconds"]) == (
        "pending", "2026-03-19T10:00:00Z", None, 3599)


# ---- writeback.horizon ----


@pytest.mark.parametrize("flagged", [True, False])
def test_after_the_loss_of_the_state_an_old_answer_is_never_flagged_nor_corrected(desk: Desk, flagged: bool) -> None:
    """Answered more than seven days before it is first judged: the rules of then are not known any more."""
    desk.run.configure(writeback={"horizon": "7d"})
    old = desk.world.ticket(desk.customer, priority="3", created="2026-03-10 08:00")
    desk.world.reply(old, at="2026-03-10 13:00" if flagged else "2026-03-10 09:00")
    desk.world.now = "2026-03-11 10:00:00"
    desk.sync()
    assert desk.verdicts(old)[old][4] == ("breached" if flagged else "met")
    messages = desk.messages()
    desk.world.now = "2026-03-20 10:00:00"
    desk.run.configure(sla={"targets": {"urgent": {"days": 9} if flagged else {"hours": 0.25}}})
    desk.run.forget()
    desk.sync()
    assert desk.verdicts(old)[old][4] == ("met" if flagged else "breached")  # judged from what is said now
    about = desk.run.sql("SELECT key FROM outbox WHERE subject = ?", old)
    assert about == [] and desk.messages() >= messages
    if not flagged:
        assert desk.explain(old)["not_written"] == (
            "answered more than writeback.horizon (7 days) before it was first judged: never flagged")


@pytest.mark.parametrize("answer, flagged", [("2026-03-13 10:00", True), ("2026-03-13 09:59:59", False)])
def test_the_horizon_is_seven_days_to_the_second(desk: Desk, answer: str, flagged: bool) -> None:
    desk.run.configure(writeback={"horizon": "7d"})
    ticket = desk.world.ticket(desk.customer, priority="3", created="2026-03-10 08:00")
    desk.world.reply(ticket, at=answer)
    desk.sync()  # first judged on 20 March at 10:00
    assert bool(desk.run.sql("SELECT 1 FROM outbox WHERE subject = ?", ticket)) is flagged


def test_a_ticket_that_was_judged_while_it_waited_is_flagged_however_late_the_next_cycle_is(desk: Desk) -> None:
    desk.run.configure(writeback={"horizon": "1d"})
    desk.world.now = "2026-03-10 09:00:00"
    ticket = desk.world.ticket(desk.customer, priority="3", created="2026-03-10 08:00")
    desk.sync()
    desk.world.reply(ticket, at="2026-03-10 13:00")
    desk.world.now = "2026-03-20 10:00:00"
    desk.sync()
    assert desk.run.sql("SELECT DISTINCT key FROM outbox WHERE subject = ?", ticket) == [(f"breach.{ticket}.1773136800",)]


# ---- A state of version 0.1.0 ----

SCHEMA = Path(__file__).resolve().parents[2] / "src" / "store" / "schema"


def as_version_0_1_0(run: Run) -> None:
    """Makes of the state what version 0.1.0 would have kept: its schema, and only its columns. Its mirrors asked for fewer
    fields, so they are read again."""
    old = run.folder / "old.db"
    with closing(sqlite3.connect(old)) as database, database:
        for released in sorted(SCHEMA.glob("00[123]-*.sql")):
            database.executescript(released.read_text())
        database.execute("ATTACH ? AS new", (str(run.state),))
        for (table,) in database.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'"
                                         " AND name NOT LIKE 'sqlite_%'").fetchall():
            columns = ", ".join(f'"{row[1]}"' for row in database.execute(f"PRAGMA main.table_info({table})"))
            database.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
        database.execute("UPDATE cursor SET scope = '0.1.0' WHERE mirror IN ('reply', 'timesheet')")
    with closing(sqlite3.connect(old)) as database:
        database.executescript("PRAGMA application_id = 0x514f444f; PRAGMA user_version = 3;")
    run.forget()
    old.rename(run.state)


def judged_by_0_1_0(run: Run, ticket: int, event: int, responded: str | None, state: int) -> None:
    """What version 0.1.0 said of a ticket by its own rules."""
    with closing(sqlite3.connect(run.state)) as database, database:
        database.execute("UPDATE target SET event = ?, responded = unixepoch(?), state = ?, next_change = NULL"
                         " WHERE ticket_id = ?", (event, responded, state, ticket))


def test_verdicts_of_a_state_of_0_1_0_are_settled_as_they_stand(desk: Desk) -> None:
    """Also where a response that counted then would not count today; what nobody answered follows the new rules."""
    world, run = desk.world, desk.run
    insider, agent = world.people[1], world.partner_of(world.people[0])
    own = world.ticket(world.partner_of(insider), priority="3", created="2026-03-18 08:00")
    world.reply(own, at="2026-03-18 08:30", author=insider)
    mailed = world.mailed_ticket(desk.customer, agent, created="2026-03-18 08:00", dated="2026-03-18 08:01", priority="3")
    worked = world.ticket(desk.customer, priority="3", created="2026-03-18 08:00")
    world.timesheet(worked, 0.5, "2026-03-18", at="2026-03-18 09:00")
    closed = world.ticket(desk.customer, priority="3", created="2026-03-18 08:00", stage="Done")
    run.configure(writeback={"enabled": False})
    desk.sync()
    before = desk.verdicts()
    as_version_0_1_0(run)
    judged_by_0_1_0(run, own, 2, "2026-03-18 08:30", 2)
    judged_by_0_1_0(run, mailed, 2, "2026-03-18 08:01", 2)
    judged_by_0_1_0(run, worked, 0, None, 3)
    run.configure(sla={"targets": {"urgent": {"hours": 0.25}, "medium": {"hours": 0.25}, "low": {"hours": 0.25}}},
                  writeback={"enabled": True})
    desk.sync()
    after = desk.verdicts(*desk.answered, own, mailed)
    assert {t: after[t] for t in desk.answered} == before
    assert after[own] == ("urgent", "2026-03-18T08:00:00Z", "2026-03-18T10:00:00Z", "2026-03-18T08:30:00Z", "met", 1800, 0)
    assert after[mailed][3:] == ("2026-03-18T08:01:00Z", "met", 60, 0)
    told = desk.explain(own)
    assert (told["target_seconds"], told["settled"]["stands"], told["calendar"]["name"]) == (7200, True, "Bureau")
    rows = {row["ticket_id"]: row["responded_at"] for row in run("sla", "--json", check=0).json}
    assert rows[worked] == "2026-03-18T09:00:00Z" and closed not in rows
    for ticket in (own, mailed):
        assert run.sql("SELECT 1 FROM outbox WHERE subject = ?", ticket) == []


def test_a_state_of_0_1_0_is_settled_with_what_counted_then(desk: Desk) -> None:
    """Recorded work was no response: what is found of it later does not make an answer earlier."""
    ticket = desk.world.ticket(desk.customer, priority="3", created="2026-03-18 08:00")
    desk.world.reply(ticket, at="2026-03-18 13:00")
    desk.world.timesheet(ticket, 0.5, "2026-03-18", at="2026-03-18 09:00")
    desk.run.configure(sla={"response": ["assigned", "reply"]})
    desk.sync()
    as_version_0_1_0(desk.run)
    desk.run.configure(sla={"response": ["assigned", "reply", "work"]})
    desk.sync()
    assert desk.verdicts(ticket)[ticket][3:] == ("2026-03-18T13:00:00Z", "breached", 10800, 3600)
    assert desk.explain(ticket)["events"][2]["why"] == "sla.response leaves it out"
