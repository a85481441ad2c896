"""What is written into Odoo about response times: on time, once, and never wrongly (DOMAIN.md, section 8).

The company's calendar is Monday to Friday, 9:00 to 12:00 and 14:00 to 18:00 in Paris. An urgent ticket created on Friday
20 March 2026 at 9:00 (8:00 UTC) is owed a response by 11:00, and warned of at 10:30 (75 % of two hours).
"""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import VERSION, Run, Server, World, by_protocol
from odoosim.faults import AccessError, UserError
from odoosim.methods import BaseModel, Thread
from sample import some

TICKET, TAG, ACTIVITY, MESSAGE = "helpdesk.ticket", "helpdesk.ticket.tag", "mail.activity", "mail.message"
DAY = "2026-03-20"


def at(time: str) -> str:
    """An instant of that Friday, in Paris."""
    hour, minute, *rest = (int(part) for part in time.split(":"))
    return f"{DAY}T{hour - 1:02d}:{minute:02d}:{rest[0] if rest else 0:02d}Z"


def utc(time: str) -> str:
    return at(time).replace("T", " ").rstrip("Z")


class Desk:
    """A team with a leader, a breach tag, and tickets created at 9:00."""

    def __init__(self, world: World, server: Server, run: Run) -> None:
        self.world, self.server, self.run = world, server, run
        self.customer = world.partner("Exemple SARL")
        self.leader, self.agent = world.people[0], world.people[1]
        world.write("helpdesk.ticket.team", world.team_id, user_id=self.leader)
        self.tag = world.tag("SLA dépassé")
        run.configure(writeback={"enabled": True, "since": "2026-03-01"})

    def ticket(self, created: str = "9:00", priority: str = "3", **options: Any) -> int:
        return self.world.ticket(self.customer, created=utc(created) if ":" in created and len(created) < 9 else created,
                                 priority=priority, **options)

    def sync(self, time: str, *arguments: str, command: str = "sync", **options: Any) -> Any:
        return self.run(command, "--json", *arguments, now=at(time), **{"check": 0, **options})

    def show_history(self) -> None:
        """Lets the agent read who was assigned when, as `setup` does: 19 tells it in no other way."""
        if self.world.version >= 19:
            self.world.grant_history()

    def find(self, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        env = self.world.env()
        return env.read(model, env.search(model, domain), list(fields))

    def notes(self, ticket: int) -> list[str]:
        """The keys of the agent's notes on a ticket, oldest first."""
        found = self.find(MESSAGE, [("model", "=", TICKET), ("res_id", "=", ticket), ("message_id", "like", "<qualiodoo-")],
                          "message_id")
        return [n["message_id"].removeprefix("<qualiodoo-").removesuffix(f"@{self.world.database}>")
                for n in sorted(found, key=lambda n: n["id"])]

    def kinds(self, ticket: int) -> list[str]:
        return [key.split(".")[0] for key in self.notes(ticket)]

    def tags(self, ticket: int) -> list[int]:
        return list(self.find(TICKET, [("id", "=", ticket)], "tag_ids")[0]["tag_ids"])

    def activities(self, ticket: int) -> list[dict[str, Any]]:
        return self.find(ACTIVITY, [("res_model", "=", TICKET), ("res_id", "=", ticket)], "user_id", "summary", "note")

    def picture(self, *tickets: int) -> Any:
        """What Odoo shows of tickets."""
        return [(self.notes(t), self.tags(t), sorted(a["summary"] for a in self.activities(t))) for t in tickets]

    def outbox(self) -> list[tuple[Any, ...]]:
        return self.run.sql("SELECT key, part, state FROM outbox ORDER BY id")


@pytest.fixture
def desk(world: World, server: Server, run: Run) -> Desk:
    return Desk(world, server, run)


# ---- On time, and once ----


def test_a_ticket_is_warned_of_then_flagged_once(desk: Desk) -> None:
    ticket = desk.ticket()
    for time, kinds in (("9:30", []), ("10:29:59", []), ("10:30", ["warning"]), ("11:00", ["warning"]),
                        ("11:00:01", ["warning", "breach"]), ("11:30", ["warning", "breach"]), ("17:00", ["warning", "breach"])):
        report = desk.sync(time).json
        assert desk.kinds(ticket) == kinds, time
        assert report["breaches"] == {"new": int(time == "11:00:01"), "cleared": 0}
        assert report["writes"]["refused"] == 0 and report["writes"]["queued"] == report["writes"]["sent"]
    assert desk.notes(ticket)[1] == f"breach.{ticket}.1774000800"
    assert desk.tags(ticket) == [desk.tag]
    warned, breached = sorted(desk.activities(ticket), key=lambda a: a["id"])
    assert warned["user_id"][0] == breached["user_id"][0] == desk.leader  # nobody is assigned
    assert "avant le 20/03/2026 à 11:00" in warned["summary"] and "Délai dépassé" in breached["summary"]


def test_the_note_says_urgency_deadline_calendar_and_delay(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.sync("11:07")
    body = desk.find(MESSAGE, [("res_id", "=", ticket), ("message_id", "like", "breach")], "body", "subtype_id", "author_id")[0]
    for words in ("urgente", "2:00 h ouvrées", "20/03/2026 à 11:00 (Europe/Paris)", "Standard 35 hours/week", "0:07"):
        assert words in body["body"], body
    assert body["subtype_id"][0] == desk.world.ref("mail.mt_note")
    assert body["author_id"][0] == desk.world.partner_of(desk.world.uid("agent@example.com"))


def test_the_texts_come_in_the_configured_language(desk: Desk) -> None:
    desk.run.configure(language="en", writeback={"breach": {"tag": None}})
    ticket = desk.ticket()
    desk.sync("11:07")
    note = desk.find(MESSAGE, [("res_id", "=", ticket), ("message_id", "like", "breach")], "body")[0]["body"]
    assert "The response is overdue" in note and "2026-03-20 11:00 (Europe/Paris)" in note and "urgent" in note
    assert desk.tags(ticket) == [] and "Overdue" in desk.activities(ticket)[0]["summary"]


@pytest.mark.parametrize("part", ["tag", "activity", "warning"])
def test_tag_activity_and_warning_can_each_be_switched_off(desk: Desk, part: str) -> None:
    desk.run.configure(writeback={"breach": {part: None if part == "tag" else False}})
    ticket = desk.ticket()
    desk.sync("10:45")
    assert desk.kinds(ticket) == ([] if part == "warning" else ["warning"])
    desk.sync("11:30")
    assert desk.kinds(ticket)[-1] == "breach"
    assert desk.tags(ticket) == ([] if part == "tag" else [desk.tag])
    wanted = {"tag": 2, "activity": 1, "warning": 1}[part]
    assert len(desk.activities(ticket)) == wanted


def test_without_a_tag_of_that_name_none_is_written(desk: Desk) -> None:
    desk.run.configure(writeback={"breach": {"tag": "Inconnu"}})
    ticket = desk.ticket()
    desk.sync("11:30")
    assert desk.kinds(ticket) == ["breach"] and desk.tags(ticket) == []
    assert not desk.find(TAG, [("name", "=", "Inconnu")], "name")


def test_the_activity_is_for_the_assignee_when_the_creation_assigned_one(desk: Desk) -> None:
    ticket = desk.ticket(user=desk.agent)  # assigned by its creation: no response
    desk.sync("11:30")
    assert [a["user_id"][0] for a in desk.activities(ticket)] == [desk.agent]


def test_breach_without_assignee_or_leader_gets_no_activity(desk: Desk) -> None:
    desk.world.write("helpdesk.ticket.team", desk.world.team_id, user_id=False)
    ticket = desk.ticket()
    desk.sync("10:45")
    assert desk.kinds(ticket) == []  # a warning that nobody would read
    desk.sync("11:30")
    assert desk.kinds(ticket) == ["breach"] and desk.activities(ticket) == [] and desk.tags(ticket) == [desk.tag]


# ---- What is a response ----


def test_a_reply_or_an_assignment_in_time_is_a_response(desk: Desk) -> None:
    replied, assigned, late = desk.ticket(), desk.ticket(), desk.ticket()
    desk.world.reply(replied, at=utc("11:00"))  # at the very second
    desk.world.assign(assigned, at=utc("10:00"))
    desk.world.reply(late, at=utc("11:00:01"))
    desk.sync("11:30")
    assert desk.kinds(replied) == desk.kinds(assigned) == [] and desk.kinds(late) == ["breach"]
    assert desk.tags(replied) == desk.tags(assigned) == []


def test_internal_notes_customers_and_automatic_messages_are_no_response(desk: Desk) -> None:
    tickets = [desk.ticket() for _ in range(3)]
    desk.world.reply(tickets[0], at=utc("9:10"), internal=True)
    desk.world.reply(tickets[1], at=utc("9:10"), author="customer")
    desk.world.reply(tickets[2], at=utc("9:10"), author="auto")
    desk.sync("11:30")
    assert [desk.kinds(t) for t in tickets] == [["breach"]] * 3


def test_a_reply_after_an_internal_note_is_the_response(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.world.reply(ticket, at=utc("9:10"), internal=True)
    desk.world.reply(ticket, at=utc("9:20"), author="customer")
    desk.world.reply(ticket, at=utc("9:30"))
    desk.sync("11:30")
    assert desk.kinds(ticket) == []


def test_an_assignment_is_no_response_where_sla_response_leaves_it_out(desk: Desk) -> None:
    desk.run.configure(sla={"response": ["reply"]})
    ticket = desk.ticket()
    desk.world.assign(ticket, at=utc("9:30"))
    desk.sync("11:30")
    assert desk.kinds(ticket) == ["breach"]


def test_a_closing_stops_the_clock_without_an_answer(desk: Desk) -> None:
    desk.show_history()
    in_time, late = desk.ticket(), desk.ticket()
    desk.world.close(in_time, at=utc("10:00"))
    desk.world.close(late, at=utc("12:00"))
    desk.sync("15:00")
    assert desk.kinds(in_time) == [] and desk.kinds(late) == ["breach"]


# ---- Quiet about what is old, and what is not owed ----


def test_nothing_older_than_since_is_ever_flagged(desk: Desk) -> None:
    old = desk.ticket("2026-02-27 09:00")
    new = desk.ticket("2026-03-02 09:00")
    desk.sync("11:30")
    assert desk.kinds(old) == [] and desk.kinds(new) == ["breach"]
    desk.run.configure(writeback={"since": "2026-02-01"})  # an earlier day is a decision
    desk.sync("11:31")
    assert desk.kinds(old) == ["breach"]


def test_tickets_out_of_the_domain_or_archived_unanswered_are_owed_nothing(desk: Desk) -> None:
    outside, archived = desk.ticket(name="Interne"), desk.ticket()
    desk.world.archive(TICKET, archived)
    desk.run.configure(tickets={"domain": [["name", "!=", "Interne"]]})
    desk.sync("11:30")
    assert desk.kinds(outside) == desk.kinds(archived) == []
    assert desk.run.sql("SELECT count(*) FROM target") == [(0,)]


def test_shadow_mode_writes_nothing_and_keeps_what_it_would(desk: Desk) -> None:
    desk.run.configure(writeback={"enabled": False})
    ticket = desk.ticket()
    for time in ("10:45", "11:30", "11:31"):
        report = desk.sync(time).json
        assert report["writes"] == {"queued": 0, "sent": 0, "refused": 0}
    assert not [c for c in desk.server.calls if c.writes]
    assert {row[2] for row in desk.outbox()} == {"shadow"}
    assert [row[1] for row in desk.outbox() if row[0].startswith("breach")] == ["note", "tag", "activity"]
    desk.run.configure(writeback={"enabled": True})
    desk.sync("11:32")
    assert desk.kinds(ticket) == ["breach"]


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    ticket = desk.ticket()
    report = desk.sync("11:30", "--dry-run", command="reconcile", check=3).json
    assert report["breaches"]["new"] == 1 and report["writes"] == {"queued": 3, "sent": 0, "refused": 0}
    assert desk.kinds(ticket) == [] and not [c for c in desk.server.calls if c.writes]


# ---- Changes of mind ----


def test_a_priority_that_is_raised_moves_the_deadline(desk: Desk) -> None:
    ticket = desk.ticket(priority="0")  # two business days
    desk.sync("11:30")
    assert desk.kinds(ticket) == []
    desk.world.write(TICKET, ticket, priority="3")
    desk.sync("11:31")
    assert desk.kinds(ticket) == ["breach"]
    desk.world.write(TICKET, ticket, priority="1")  # lowered again: due at 18:00
    report = desk.sync("11:32").json
    assert desk.kinds(ticket) == ["breach", "cleared"] and report["breaches"]["cleared"] == 1
    assert desk.tags(ticket) == [] and desk.activities(ticket) == []
    desk.sync("18:01")
    assert desk.kinds(ticket)[-1] == "breach" and len(set(desk.notes(ticket))) == len(desk.notes(ticket))
    assert desk.tags(ticket) == [desk.tag]


def test_an_answer_learned_late_clears_a_breach_that_was_not_written(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.server.fault("refuse", lambda c: c.method == "message_post", times=0)
    desk.sync("11:30", check=1)
    assert {row[2] for row in desk.outbox()} <= {"queued", "sending"}
    desk.server.faults.clear()
    desk.world.reply(ticket, at=utc("10:00"))
    desk.sync("11:40")
    assert desk.kinds(ticket) == [] and [row[2] for row in desk.outbox()] == ["void"] * 3


def test_an_answer_learned_late_corrects_a_breach_that_was_written(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.sync("11:30")
    desk.world.reply(ticket, at=utc("10:00"))
    report = desk.sync("11:40").json
    assert report["breaches"] == {"new": 0, "cleared": 1}
    assert desk.kinds(ticket) == ["breach", "cleared"]
    assert desk.tags(ticket) == [] and desk.activities(ticket) == []
    body = desk.find(MESSAGE, [("res_id", "=", ticket), ("message_id", "like", "cleared")], "body")[0]["body"]
    assert "20/03/2026 à 10:00" in body and "Rectification" in body
    desk.run.forget()
    assert desk.sync("11:50").json["writes"]["queued"] == 0
    assert desk.kinds(ticket) == ["breach", "cleared"]


def test_a_correction_that_is_no_longer_true_is_not_written(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.sync("11:30")
    reply = desk.world.reply(ticket, at=utc("10:00"))
    desk.server.fault("refuse", lambda c: c.method == "message_post", times=0)
    desk.sync("11:40", check=1)
    desk.server.faults.clear()
    desk.world.delete(MESSAGE, reply)
    desk.sync("11:50")
    assert desk.kinds(ticket) == ["breach"] and desk.tags(ticket) == [desk.tag] and len(desk.activities(ticket)) == 1


def test_a_void_flag_is_written_once_it_is_true_again(desk: Desk) -> None:
    """The priority rises and falls; the first write of the flag, then of its correction, fails."""
    ticket = desk.ticket()

    def prioritised(priority: str, clock: str, *, away: bool = False) -> list[str]:
        desk.world.write(TICKET, ticket, priority=priority)
        if away:
            desk.server.fault("refuse", lambda c: c.method == "message_post", times=0)
        desk.sync(clock, check=int(away))
        desk.server.faults.clear()
        return desk.kinds(ticket)

    assert prioritised("3", "11:30", away=True) == []
    assert prioritised("0", "11:40") == []
    assert prioritised("3", "11:50") == ["breach"]
    assert desk.tags(ticket) == [desk.tag] and len(desk.activities(ticket)) == 1
    assert prioritised("0", "12:00", away=True) == ["breach"]
    assert prioritised("3", "12:10") == ["breach"]
    assert prioritised("0", "12:20") == ["breach", "cleared"]
    assert desk.tags(ticket) == [] and desk.activities(ticket) == []


def test_refused_parts_of_a_corrected_flag_are_not_written_afterwards(desk: Desk) -> None:
    """The tag is refused, the flag corrected, and then somebody has the tag tried again."""
    ticket = desk.ticket()
    for model, method in ((TICKET, "write"), (ACTIVITY, "create")):
        desk.server.fault("fault", lambda c, m=(model, method): (c.model, c.method) == m, error=UserError("Étape verrouillée."))
    desk.sync("11:30", check=1)
    desk.world.reply(ticket, at=utc("10:00"))
    desk.sync("11:40")
    desk.run("outbox", "retry", now=at("11:45"), check=0)
    desk.sync("11:50")
    assert desk.kinds(ticket) == ["breach", "cleared"] and desk.tags(ticket) == [] and desk.activities(ticket) == []
    assert [row[1:] for row in desk.outbox() if row[2] == "void"] == [("tag", "void"), ("activity", "void")]


def test_no_activity_warns_of_a_ticket_that_was_answered_meanwhile(desk: Desk) -> None:
    """The note was written, then Odoo went away."""
    ticket = desk.ticket()
    desk.server.fault("refuse", lambda c: c.model == ACTIVITY, times=0)
    desk.sync("10:45", check=1)
    desk.server.faults.clear()
    desk.world.reply(ticket, at=utc("10:50"))
    desk.sync("10:55")
    assert desk.kinds(ticket) == ["warning"] and desk.activities(ticket) == []


def test_nothing_more_is_written_on_a_ticket_that_owes_nothing_any_more(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.server.fault("refuse", lambda c: c.model == ACTIVITY, times=0)
    desk.sync("11:30", check=1)
    desk.server.faults.clear()
    desk.world.archive(TICKET, ticket)
    desk.sync("11:40")
    assert desk.kinds(ticket) == ["breach"] and desk.activities(ticket) == []


def test_a_breach_that_was_answered_late_stays(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.sync("11:30")
    desk.world.reply(ticket, at=utc("11:45"))
    desk.sync("12:00")
    assert desk.kinds(ticket) == ["breach"] and desk.tags(ticket) == [desk.tag]


def test_the_ticket_is_read_again_before_it_is_flagged(desk: Desk) -> None:
    """The answer comes between the pull and the write."""
    ticket, other = desk.ticket(), desk.ticket()
    desk.sync("10:00")
    read: list[Any] = []
    desk.server.before_call(lambda c: c.method == "read" and c.model == TICKET, lambda: read.append(1), times=0)
    desk.server.before_call(lambda c: c.model == "res.partner" and c.method == "search",  # the last mirror
                            lambda: desk.world.reply(ticket, at=utc("10:59")))
    desk.sync("11:30")
    assert desk.kinds(ticket) == [] and desk.kinds(other) == ["breach"] and read


def test_a_ticket_deleted_meanwhile_is_forgotten(desk: Desk) -> None:
    ticket, other = desk.ticket(), desk.ticket()
    desk.server.fault("refuse", lambda c: c.method == "message_post", times=0)
    desk.sync("11:30", check=1)
    desk.server.faults.clear()
    desk.world.delete(TICKET, ticket)
    desk.sync("11:40")
    assert desk.kinds(other) == ["breach"]
    assert {row[2] for row in desk.outbox() if row[0].startswith(f"breach.{ticket}.")} == {"void"}


def test_a_holiday_entered_late_moves_the_deadline(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.sync("11:30")
    leave = desk.world.holiday("Fermeture", f"{DAY} 00:00", f"{DAY} 22:59:59")
    desk.sync("11:40")
    assert desk.kinds(ticket) == ["breach", "cleared"]
    desk.world.delete("resource.calendar.leaves", leave)  # leaves vanish without a trace
    desk.sync("11:50")
    assert desk.run.sql("SELECT state FROM target") == [(3,)]  # breached
    assert desk.kinds(ticket) == ["breach", "cleared"]  # that was said, and taken back: no third word


@pytest.mark.parametrize("version", [pytest.param(v, marks=pytest.mark.world(version=v)) for v in (16, 17, 18, 19)])
def test_a_correction_takes_tag_and_activity_away_on_every_version(desk: Desk, version: int) -> None:
    """Activities of 16 have no field `active`."""
    ticket = desk.ticket()
    desk.sync("11:30")
    assert desk.tags(ticket) == [desk.tag] and len(desk.activities(ticket)) == 1
    desk.world.holiday("Fermeture", f"{DAY} 00:00", f"{DAY} 22:59:59")
    desk.sync("11:40")
    assert desk.kinds(ticket) == ["breach", "cleared"] and desk.tags(ticket) == [] and desk.activities(ticket) == []


def test_an_activity_that_is_done_and_archived_is_left(desk: Desk) -> None:
    """Odoo 17 and later keep those of some types."""
    ticket = desk.ticket()
    desk.sync("11:30")
    done = desk.activities(ticket)[0]["id"]
    desk.world.write(ACTIVITY, done, active=False)
    desk.world.holiday("Fermeture", f"{DAY} 00:00", f"{DAY} 22:59:59")
    desk.sync("11:40")
    assert desk.kinds(ticket) == ["breach", "cleared"] and desk.world.row(ACTIVITY, done)


# ---- A person's hand wins ----


def test_what_a_person_removed_is_not_put_back(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.sync("11:30")
    desk.world.write(TICKET, ticket, tag_ids=[(3, desk.tag)])
    desk.world.delete(ACTIVITY, desk.activities(ticket)[0]["id"])
    desk.sync("11:40")
    desk.sync("11:41", command="reconcile")
    desk.run.forget()
    desk.sync("11:42")
    assert desk.tags(ticket) == [] and desk.activities(ticket) == [] and desk.kinds(ticket) == ["breach"]


def test_with_the_state_lost_nothing_is_written_twice(desk: Desk) -> None:
    tickets = [desk.ticket() for _ in range(3)]
    desk.sync("10:45")
    desk.sync("11:30")
    before = desk.picture(*tickets)
    desk.run.forget()
    report = desk.sync("11:31").json
    assert report["writes"] == {"queued": 0, "sent": 0, "refused": 0} and desk.picture(*tickets) == before
    desk.sync("11:32", command="reconcile")
    assert desk.picture(*tickets) == before


# ---- Reassigned, and the state lost ----


def reassigned(desk: Desk) -> int:
    """Answered in time, then given to somebody else: Odoo's date is that of the last assignment."""
    ticket = desk.ticket()
    desk.world.assign(ticket, desk.leader, at=utc("9:30"))
    desk.world.assign(ticket, desk.agent, at=utc("15:00"))
    return ticket


def test_the_history_tells_when_a_ticket_was_first_assigned(desk: Desk) -> None:
    desk.show_history()
    ticket = reassigned(desk)
    desk.sync("16:00")
    assert desk.kinds(ticket) == []
    assert desk.run.sql("SELECT assigned_date FROM ticket") == [(utc("9:30:00"),)]


@pytest.mark.parametrize("end", ["reassigned", "closed"])
def test_an_assignment_by_the_creation_is_no_answer_in_the_history_either(desk: Desk, end: str) -> None:
    """A rule assigned the ticket at once, and nobody answered in time."""
    desk.show_history()
    ticket = desk.ticket()
    desk.world.assign(ticket, desk.leader, at=utc("9:00:03"))
    if end == "reassigned":
        desk.world.assign(ticket, desk.agent, at=utc("15:00"))
    else:
        desk.world.close(ticket, at=utc("15:00"))
    desk.sync("16:00")
    assert desk.kinds(ticket) == ["breach"]
    assert desk.run.sql("SELECT responded FROM target") == [(1774015200,)]  # 15:00


def test_the_first_assignment_after_that_of_the_creation_is_found(desk: Desk) -> None:
    desk.show_history()
    ticket = desk.ticket()
    desk.world.assign(ticket, desk.leader, at=utc("9:00:03"))
    desk.world.assign(ticket, desk.agent, at=utc("9:30"))
    desk.world.assign(ticket, desk.leader, at=utc("15:00"))
    desk.sync("16:00")
    assert desk.kinds(ticket) == []
    assert desk.run.sql("SELECT assigned_date FROM ticket") == [(utc("9:30:00"),)]


@pytest.mark.world(version=19)
def test_where_the_history_is_not_shown_an_assigned_ticket_is_not_flagged(desk: Desk) -> None:
    ticket = reassigned(desk)
    never = desk.ticket()
    desk.sync("16:00")
    assert desk.kinds(ticket) == [] and desk.kinds(never) == ["breach"]


# ---- Refused, lost, cut off ----


def test_a_refused_write_is_parked_and_blocks_no_other(desk: Desk) -> None:
    first, second = desk.ticket(), desk.ticket()
    desk.server.fault("fault", lambda c: c.method == "message_post" and c.args == [[first]], times=0,
                      error=UserError("Vous ne pouvez pas."))
    ended = desk.sync("11:30", check=1)
    assert "refused" in ended.err and "outbox" in ended.err
    assert ended.json["writes"] == {"queued": 6, "sent": 3, "refused": 1}  # what was done is told all the same
    assert ended.json["breaches"] == {"new": 2, "cleared": 0}
    assert desk.kinds(second) == ["breach"] and desk.kinds(first) == [] and desk.tags(first) == []
    assert desk.run.sql("SELECT reason LIKE '%Vous ne pouvez pas.%' FROM outbox WHERE state = 'refused'") == [(1,)]
    desk.server.faults.clear()
    desk.sync("11:40")  # it stays parked
    assert desk.kinds(first) == []


@pytest.mark.parametrize("model, method", [(TICKET, "message_post"), (TICKET, "write"), (ACTIVITY, "create")])
@pytest.mark.parametrize("action", ["drop_after", "truncate", "empty"])
def test_an_answer_lost_after_the_write_was_done(desk: Desk, model: str, method: str, action: str) -> None:
    tickets = [desk.ticket(), desk.ticket()]
    desk.server.fault(action, lambda c: (c.model, c.method) == (model, method), times=2)
    for minute in range(4):
        desk.sync(f"11:3{minute}", check=None)
    assert [desk.kinds(t) for t in tickets] == [["breach"]] * 2
    assert [desk.tags(t) for t in tickets] == [[desk.tag]] * 2
    assert [len(desk.activities(t)) for t in tickets] == [1, 1]
    assert {row[2] for row in desk.outbox()} == {"done"}


def test_an_answer_lost_while_a_correction_is_written(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.sync("11:30")
    desk.world.reply(ticket, at=utc("10:00"))
    for match in (lambda c: c.method == "message_post", lambda c: c.model == TICKET and c.method == "write",
                  lambda c: c.method == "unlink"):
        desk.server.fault("drop_after", match)
    for minute in range(5):
        desk.sync(f"11:4{minute}", check=None)
    assert desk.kinds(ticket) == ["breach", "cleared"] and desk.tags(ticket) == [] and desk.activities(ticket) == []
    assert {row[2] for row in desk.outbox()} == {"done"}


def test_a_write_that_odoo_committed_before_its_fault_is_not_repeated(desk: Desk) -> None:
    """Odoo can commit, then fail: what is in Odoo is done."""
    ticket = desk.ticket()
    post = desk.server._dispatch

    def fails_after(call: Any, params: tuple) -> Any:
        result = post(call, params)
        if call.method == "message_post":
            raise AccessError("cannot say")
        return result

    desk.server._dispatch = fails_after
    desk.sync("11:30", check=None)
    desk.server._dispatch = post
    desk.sync("11:31", check=None)
    assert len(desk.notes(ticket)) == 1


@pytest.mark.parametrize("model, method, part, real", [
    (TICKET, "message_post", "note", Thread.message_post), (TICKET, "write", "tag", Thread.write),
    (ACTIVITY, "create", "activity", BaseModel.create)], ids=["note", "tag", "activity"])
def test_a_write_whose_result_odoo_cannot_tell_is_found_where_it_was_committed(
        desk: Desk, model: str, method: str, part: str, real: Any) -> None:
    """XML-RPC and JSON-RPC answer with the fault after the commit, JSON-2 rolls back: Odoo is asked which it was."""
    ticket = desk.ticket()

    def cannot_be_told(records: Any, *args: Any, **kwargs: Any) -> Any:
        real(records, *args, **kwargs)
        return {(1, 2): 3}

    cannot_be_told.kind = real.kind  # type: ignore[attr-defined]
    desk.world.method(model, method, cannot_be_told)
    ended = desk.sync("11:30", check=by_protocol(0, 0, 1))
    assert [call.fault is not None for call in desk.server.named(method, model)] == [True]
    shown = {"note": desk.kinds(ticket) == ["breach"], "tag": desk.tags(ticket) == [desk.tag], "activity": len(desk.activities(ticket)) == 1}
    states = {row[1]: row[2] for row in desk.outbox()}
    assert shown[part] is by_protocol(True, True, False)
    assert states[part] == by_protocol("done", "done", "refused")
    if states[part] == "refused":
        assert "keys must be str, int, float, bool or None" in desk.run.sql("SELECT reason FROM outbox WHERE part = ?", part)[0][0]
        assert "Odoo refused 1 of the writes" in ended.err
    desk.world.methods.clear()
    desk.run("outbox", "retry", now=at("11:31"))
    for minute in (32, 33):
        desk.sync(f"11:{minute}")
        assert desk.picture(ticket) == [(desk.notes(ticket), [desk.tag], [desk.activities(ticket)[0]["summary"]])]
        assert desk.kinds(ticket) == ["breach"] and {row[2] for row in desk.outbox()} == {"done"}


def test_an_activity_done_while_its_answer_was_lost_is_not_made_again(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.server.fault("drop_after", lambda c: c.model == ACTIVITY and c.method == "create", times=0)
    desk.sync("11:30", check=1)
    desk.server.faults.clear()
    [activity] = desk.activities(ticket)
    desk.world.do_activity(activity["id"], by=desk.leader)
    desk.sync("11:33")
    assert desk.activities(ticket) == [] and {row[2] for row in desk.outbox()} == {"done"}


def busy_desk(world: World, server: Server, run: Run) -> tuple[Desk, list[int]]:
    """A cycle with everything to write: two flags, a warning, and a correction."""
    for code in ("SUP12",):
        world.product(code)
    desk = Desk(world, server, run)
    tickets = [desk.ticket("2026-03-19 09:00"), desk.ticket("9:00"), desk.ticket("9:45"),
               desk.ticket("9:00", user=desk.agent)]
    desk.sync("10:45")
    world.reply(tickets[0], at="2026-03-19 09:30")
    return desk, tickets


def test_a_cycle_killed_at_each_call_writes_in_the_end_what_an_unharmed_one_writes(tmp_path: Path) -> None:
    whole: Any = None
    world = World(today=DAY, version=VERSION)
    with world.serve() as server:
        run = Run(tmp_path, server)
        desk, tickets = busy_desk(world, server, run)
        busy, state = world.kept(), run.state.read_bytes()
        for call in (0, *some(range(1, 500))):
            world.restore(busy)
            run.forget()
            run.state.write_bytes(state)
            killed = False
            if call:
                server.before_call(call, lambda: process.send_signal(signal.SIGKILL))  # noqa: B023
                process = run.start("sync", now=at("11:30"))
                killed = process.wait(30) == -signal.SIGKILL
            desk.sync("11:33")
            shown = desk.picture(*tickets)
            states = {row[2] for row in desk.outbox()}
            whole = whole or shown
            assert shown == whole and states <= {"done", "void"}, call
            if call and not killed:
                break
    assert call > 40  # the cycle's calls, and those of each write
    assert [[key.split(".")[0] for key in keys] for keys, _, _ in whole] == [
        ["breach", "cleared"], ["warning", "breach"], ["warning"], ["warning", "breach"]]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None])
def test_a_write_that_odoo_makes_after_its_caller_is_gone(desk: Desk, end: int | None) -> None:
    """Killed, stopped, or tired of waiting: Odoo goes on with the call meanwhile."""
    ticket = desk.ticket()
    desk.run.configure(odoo={"timeout": "1s"})
    began, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        began.set()
        go_on.wait(30)

    desk.server.before_call(lambda c: c.method == "message_post", wait)
    process = desk.run.start("sync", now=at("11:30"))
    assert began.wait(20)
    if end:
        process.send_signal(end)
    process.wait(20)
    later = threading.Timer(1.5, go_on.set)
    later.start()
    desk.sync("11:30")
    later.join()
    assert desk.kinds(ticket) == ["breach"] and desk.tags(ticket) == [desk.tag] and len(desk.activities(ticket)) == 1
    assert {row[2] for row in desk.outbox()} == {"done"}


def test_a_stop_while_it_waits_for_a_call_that_was_cut_off(desk: Desk) -> None:
    """It is in doubt still: neither done nor to be sent again."""
    ticket = desk.ticket()
    desk.server.before_call(lambda c: c.method == "message_post", lambda: process.send_signal(signal.SIGKILL))
    desk.server.fault("refuse", lambda c: c.method == "message_post")
    process = desk.run.start("sync", now=at("11:30"))
    process.wait(20)
    desk.server.clear()
    process = desk.run.start("sync", now=at("11:30"))
    while not desk.server.named("search_read", "mail.message"):
        time.sleep(0.05)
    time.sleep(0.5)
    process.terminate()
    assert "interrupted" in desk.run.finish(process, check=1).message
    assert desk.run.sql("SELECT state FROM outbox WHERE part = 'note'") == [("sending",)]
    desk.sync("11:30")
    assert desk.kinds(ticket) == ["breach"]


def test_writes_go_on_once_odoo_is_back(desk: Desk) -> None:
    tickets = [desk.ticket() for _ in range(4)]
    desk.server.fault("refuse", lambda c: c.method in ("message_post", "write", "create"), after=5, times=0)
    desk.sync("11:30", check=1)
    desk.server.faults.clear()
    desk.sync("11:33")
    assert [desk.kinds(t) for t in tickets] == [["breach"]] * 4
    assert [len(desk.activities(t)) for t in tickets] == [1] * 4


# ---- Safety ----


def test_more_writes_than_max_writes_stop_the_cycle_before_the_first(desk: Desk) -> None:
    tickets = [desk.ticket() for _ in range(5)]
    desk.run.configure(safety={"max_writes": 14})
    ended = desk.sync("11:30", check=4)
    assert "safety.max_writes" in ended.err and "15 writes" in ended.err
    assert not [c for c in desk.server.calls if c.writes]
    desk.sync("11:31", check=4)
    desk.sync("11:32", "--force", command="reconcile")
    assert [desk.kinds(t) for t in tickets] == [["breach"]] * 5


# ---- Calendars that cannot be used ----


@pytest.mark.parametrize("how, words", [("empty", "no working time"), ("none", "no working calendar"),
                                        pytest.param("flexible", "flexible", marks=pytest.mark.world(version=19)),  # 17 has none
                                        ("zone", "time zone")])
def test_a_calendar_that_cannot_be_used_is_named_and_credit_goes_on(desk: Desk, how: str, words: str) -> None:
    ticket = desk.ticket()
    calendar = desk.world.ref("resource.resource_calendar_std")
    if how == "empty":
        for id_ in desk.world.env().search("resource.calendar.attendance", []):
            desk.world.delete("resource.calendar.attendance", id_)
    elif how == "none":
        desk.world.write("res.company", 1, resource_calendar_id=False)
    elif how == "flexible":
        desk.world.write("resource.calendar", calendar, flexible_hours=True)
    else:
        desk.world.write("resource.calendar", calendar, tz="Europe/Pari")
    invoice = desk.world.invoice(desk.customer, [("SUP12", 1)], "2026-03-01")
    desk.world.pay(invoice, "2026-03-10")
    ended = desk.sync("11:30", check=1)
    assert words in ended.err, ended
    assert desk.run.balance(desk.customer) == 720 and desk.kinds(ticket) == []


def test_a_calendar_that_odoo_does_not_have_is_named_by_its_id_and_key(desk: Desk) -> None:
    desk.ticket()
    desk.run.configure(sla={"calendar": "odoo:9999"})
    ended = desk.sync("11:30", check=1)
    assert ended.message.startswith("qualiodoo: the working calendar 9999 (sla.calendar) cannot be used: Odoo has none of that id"), ended


def test_a_calendar_of_the_configuration(desk: Desk) -> None:
    ticket = desk.ticket("8:00")
    desk.run.configure(sla={"calendar": "config", "hours": {"fri": ["08:00-10:00"]}})
    desk.sync("9:59")
    assert desk.kinds(ticket) == ["warning"]
    desk.sync("10:01")
    assert desk.kinds(ticket) == ["warning", "breach"]


# ---- Flavours ----


@pytest.mark.parametrize("flavour", [pytest.param(f, marks=pytest.mark.world(flavour=f)) for f in ("enterprise", "task")])
def test_breaches_are_flagged_in_every_flavour(world: World, server: Server, run: Run, flavour: str) -> None:
    ticket_model = world.ticket_model
    tag = world.tag("SLA dépassé")
    run.configure(writeback={"enabled": True, "since": "2026-03-01"}, sla={"targets": {"low": {"hours": 2}, "medium": {"hours": 2}}})
    if flavour == "task":
        run.configure(tickets={"flavour": "task", "domain": [["project_id", "=", world.project_id]]})
    customer = world.partner("Exemple SARL")
    late, answered = (world.ticket(customer, created=utc("9:00"), user=world.people[0]) for _ in range(2))
    world.reply(answered, at=utc("9:30"))
    for _ in range(2):
        run("sync", now=at("11:30"), check=0)
    env = world.env()
    assert [env.read(ticket_model, [t], ["tag_ids"])[0]["tag_ids"] for t in (late, answered)] == [[tag], []]
    notes = env.search(MESSAGE, [("model", "=", ticket_model), ("message_id", "like", "<qualiodoo-")])
    assert [row["res_id"] for row in env.read(MESSAGE, notes, ["res_id"])] == [late]
    assert len(env.search(ACTIVITY, [("res_model", "=", ticket_model), ("res_id", "=", late)])) == 1


# ---- What the text report of a cycle says ----


def test_text_report_names_new_and_cleared_breaches_and_what_was_written(desk: Desk) -> None:
    ticket = desk.ticket()
    number = desk.find(TICKET, [("id", "=", ticket)], "number")[0]["number"]
    said = desk.run("sync", now=at("11:07"), check=0).out
    assert "breaches new: 1\n" in said  # what a first pull finds is history: counted, not named
    for part in ("note", "tag", "activity"):
        assert f"  {part} of breach: {number}\n" in said
    assert "written into Odoo: 3, refused: 0\n" in said and "breaches cleared" not in said
    second = desk.ticket("9:01")
    number = desk.find(TICKET, [("id", "=", second)], "number")[0]["number"]
    assert f"breaches new: 1: {number}\n" in desk.run("sync", now=at("11:30"), check=0).out
    assert "written into Odoo" not in desk.run("sync", now=at("11:31"), check=0).out
    desk.world.write(TICKET, second, priority="0")
    assert f"breaches cleared: 1: {number}\n" in desk.run("sync", now=at("11:32"), check=0).out
