"""writeback.breach.fallback: who is told of a ticket that has neither an assignee nor a team leader, or only archived ones."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run, Server, World
from odoosim.faults import UserError
from test_doctor import Practice
from test_writeback import Desk, at

FALLBACK = "chief@example.com"
REACHES_NOBODY = "reach nobody"


@pytest.fixture
def desk(world: World, server: Server, run: Run) -> Desk:
    """A desk whose team has no leader, and whose fallback is a person of its own."""
    made = Desk(world, server, run)
    world.write("helpdesk.ticket.team", world.team_id, user_id=False)
    made.chief = world.user("Chef", FALLBACK)
    run.configure(writeback={"breach": {"fallback": FALLBACK}})
    return made


def told(desk: Desk, ticket: int) -> list[int]:
    """Whom the activities of a ticket are for, in the order in which they were made."""
    return [a["user_id"][0] for a in sorted(desk.activities(ticket), key=lambda a: a["id"])]


def test_the_fallback_gets_the_activities_of_a_ticket_without_assignee_and_leader(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.sync("10:45")
    assert desk.kinds(ticket) == ["warning"] and told(desk, ticket) == [desk.chief]
    desk.sync("11:30")
    assert desk.kinds(ticket) == ["warning", "breach"] and told(desk, ticket) == [desk.chief, desk.chief]
    desk.sync("11:40")
    assert len(desk.activities(ticket)) == 2


@pytest.mark.parametrize("part", ["activity", "warning"])
def test_the_fallback_gets_no_activity_of_a_kind_that_is_switched_off(desk: Desk, part: str) -> None:
    desk.run.configure(writeback={"breach": {part: False}})
    ticket = desk.ticket()
    desk.sync("10:45")
    desk.sync("11:30")
    assert told(desk, ticket) == [desk.chief] and desk.kinds(ticket)[-1] == "breach"


def test_an_assignee_and_a_leader_come_before_the_fallback(desk: Desk) -> None:
    assigned, led = desk.ticket(user=desk.agent), desk.ticket()
    desk.world.write("helpdesk.ticket.team", desk.world.team_id, user_id=desk.leader)
    desk.sync("11:30")
    assert told(desk, assigned) == [desk.agent] and told(desk, led) == [desk.leader]


def test_an_archived_user_gets_no_activity(desk: Desk) -> None:
    """Nobody opens the activities of an archived user."""
    desk.world.write("helpdesk.ticket.team", desk.world.team_id, user_id=desk.leader)
    ticket = desk.ticket(user=desk.agent)
    desk.world.archive("res.users", desk.agent)
    desk.sync("10:45")
    assert told(desk, ticket) == [desk.leader]
    desk.world.archive("res.users", desk.leader)
    desk.sync("11:30")
    assert told(desk, ticket) == [desk.leader, desk.chief]


@pytest.mark.parametrize("how, words", [("unknown", "no user has the login"), ("archived", "is archived"), ("portal", "is no internal user")])
def test_a_fallback_that_is_unknown_archived_or_external_is_an_error_until_corrected(desk: Desk, how: str, words: str) -> None:
    if how == "unknown":
        desk.run.configure(writeback={"breach": {"fallback": "nobody@example.com"}})
    elif how == "archived":
        desk.world.archive("res.users", desk.chief)
    else:
        desk.world.user("Portail", "portal@example.com", share=True)
        desk.run.configure(writeback={"breach": {"fallback": "portal@example.com"}})
    ticket = desk.ticket()
    ended = desk.sync("11:30", check=1)
    assert "writeback.breach.fallback" in ended.err and words in ended.err and "refused" in ended.err
    assert desk.kinds(ticket) == ["breach"] and desk.tags(ticket) == [desk.tag] and told(desk, ticket) == []
    (refused,) = (row for row in desk.run("outbox", "--json", now=at("11:31"), check=0).json if row["state"] == "refused")
    assert refused["part"] == "activity" and words in refused["reason"] and "outbox retry" in refused["reason"]
    desk.world.archive("res.users", desk.chief, active=True)
    desk.run.configure(writeback={"breach": {"fallback": FALLBACK}})
    desk.run("outbox", "retry", now=at("11:32"), check=0)
    desk.sync("11:33")
    assert told(desk, ticket) == [desk.chief]


def test_a_fallback_removed_before_its_activity_was_written_is_an_error(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.server.fault("fault", lambda c: c.method == "create", error=UserError("Pas maintenant."))
    desk.sync("11:30", check=1)
    desk.run.configure(writeback={"breach": {"fallback": None}})
    desk.run("outbox", "retry", now=at("11:35"), check=0)
    ended = desk.sync("11:40", check=1)
    assert "writeback.breach.fallback is not set any more" in ended.err and told(desk, ticket) == []


# ---- doctor ----


@pytest.fixture
def practice(world: World, server: Server, run: Run) -> Practice:
    """In good health, but for an unanswered ticket without an assignee, in a team without a leader."""
    made = Practice(world, server, run)
    world.write("helpdesk.ticket.team", world.team_id, user_id=False)
    made.ticket = world.ticket(made.shop.acme, priority="1", created="2026-03-19 09:00")
    made.ready()
    return made


def unheard(practice: Practice) -> list[dict[str, Any]]:
    return [f for f in practice.notes() if REACHES_NOBODY in f["text"]]


def test_doctor_names_tickets_whose_breach_reaches_no_user(practice: Practice) -> None:
    (note,) = unheard(practice)
    assert note["topic"] == "data" and f"({practice.ticket})" in note["text"]
    assert "writeback.breach.fallback" in note["advice"]
    practice.world.user("Chef", FALLBACK)
    practice.run.configure(writeback={"breach": {"fallback": FALLBACK}})
    assert not unheard(practice) and not practice.problems()


def test_doctor_is_silent_where_every_breach_reaches_a_user(practice: Practice) -> None:
    leader = practice.world.people[0]
    practice.world.write("helpdesk.ticket.team", practice.world.team_id, user_id=leader)
    practice.run("sync", check=0)
    assert not unheard(practice)
    practice.world.archive("res.users", leader)
    practice.run("sync", check=0)
    assert unheard(practice), "an archived leader is told nothing"


def test_doctor_is_silent_where_no_activity_is_written(practice: Practice) -> None:
    practice.run.configure(writeback={"breach": {"activity": False, "warning": False}})
    assert not unheard(practice)


def test_doctor_leaves_out_tickets_that_are_never_flagged(practice: Practice) -> None:
    practice.run.configure(writeback={"since": "2026-03-20"})
    assert not unheard(practice)


@pytest.mark.parametrize("how, words", [("unknown", "no user has the login"), ("archived", "is archived"), ("portal", "is no internal user")])
def test_doctor_finds_a_fallback_that_can_get_no_activity(practice: Practice, how: str, words: str) -> None:
    if how != "unknown":
        user = practice.world.user("Chef", FALLBACK, share=how == "portal")
        practice.world.archive("res.users", user, active=how != "archived")
    practice.run.configure(writeback={"breach": {"fallback": FALLBACK}})
    found = practice.only("write-back", "writeback.breach.fallback", words, FALLBACK)
    assert "correct" in found["advice"]
