"""Response targets as the commands show them: `sla`, `explain sla`, and what `status` says of them."""

from __future__ import annotations

import re

import pytest
from conftest import Run, Shop, World

KEYS = ["ticket_id", "ticket", "customer_id", "urgency", "started_at", "deadline", "responded_at", "state",
        "late_seconds", "used_seconds"]
WEEK = {day: [(9, 12), (14, 18)] for day in range(5)}


@pytest.fixture
def hours(world: World) -> int:
    """The company's calendar: Monday to Friday 9-12 and 14-18 in Paris. The world's day is Friday 20 March 2026."""
    return world.opening_hours(WEEK, name="Bureau")


def sla(run: Run, *arguments: str, **options: object) -> dict[int, dict]:
    return {row["ticket_id"]: row for row in run("sla", "--json", *arguments, check=0, **options).json}


# ---- sla ----


def test_the_document_has_the_keys_of_the_page_in_its_order(world: World, run: Run, hours: int) -> None:
    customer = world.partner("Exemple SARL")
    ticket = world.ticket(customer, priority="3", created="2026-03-19 08:30")
    run("sync", check=0)
    row, = run("sla", "--json", check=0).json
    assert list(row) == KEYS
    assert row == {"ticket_id": ticket, "ticket": "HT00001", "customer_id": customer, "urgency": "urgent",
                   "started_at": "2026-03-19T08:30:00Z", "deadline": "2026-03-19T10:30:00Z", "responded_at": None,
                   "state": "breached", "late_seconds": (30 + 4 * 60 + 120) * 60, "used_seconds": (150 + 240 + 120) * 60}


def test_tickets_come_by_customer_then_start_then_id(world: World, run: Run, hours: int) -> None:
    first, second = world.partner("Un"), world.partner("Deux")
    contact = world.partner("Paul", parent=first)
    made = [world.ticket(second, created="2026-03-19 09:00"), world.ticket(contact, created="2026-03-19 09:00"),
            world.ticket(first, created="2026-03-18 09:00"), world.ticket(None, created="2026-03-19 09:00"),
            # a night and a morning that start at the same opening
            world.ticket(first, created="2026-03-19 07:00"), world.ticket(first, created="2026-03-18 20:00")]
    run("sync", check=0)
    rows = run("sla", "--json", check=0).json
    assert [r["ticket_id"] for r in rows] == [made[i] for i in (3, 2, 4, 5, 1, 0)]
    assert [r["customer_id"] for r in rows] == [None, *[first] * 4, second]


def test_states_follow_the_time_asked_about(world: World, run: Run, hours: int) -> None:
    ticket = world.ticket(priority="3", created="2026-03-20 08:00")  # 9:00 in Paris, due at 11:00
    world.reply(ticket, at="2026-03-20 13:30")
    world.now = "2026-03-20 14:00:00"
    run("sync", check=0)
    seen = {}
    for time in ("08:00:00", "09:29:59", "09:30:00", "10:00:00", "10:00:01", "13:29:59", "13:30:00", "14:00:00"):
        row = sla(run, now=f"2026-03-20T{time}Z")[ticket]
        seen[time] = (row["state"], row["used_seconds"], row["late_seconds"], row["responded_at"])
    answered = "2026-03-20T13:30:00Z"
    assert seen == {
        "08:00:00": ("pending", 0, 0, None), "09:29:59": ("pending", 5399, 0, None),
        "09:30:00": ("warned", 5400, 0, None), "10:00:00": ("warned", 7200, 0, None),
        "10:00:01": ("breached", 7201, 1, None), "13:29:59": ("breached", 12599, 5399, None),
        "13:30:00": ("breached", 12600, 5400, answered), "14:00:00": ("breached", 12600, 5400, answered)}


def test_states_and_days_narrow_the_list(world: World, run: Run, hours: int) -> None:
    met = world.ticket(created="2026-03-16 23:30")  # already the 17th in Paris
    world.reply(met, at="2026-03-17 09:00")
    late = world.ticket(priority="3", created="2026-03-16 22:30")
    warned = world.ticket(priority="2", created="2026-03-19 12:30")
    pending = world.ticket(priority="0", created="2026-03-19 13:00")
    run("sync", check=0)
    assert {t: r["state"] for t, r in sla(run).items()} == {
        met: "met", late: "breached", warned: "warned", pending: "pending"}
    for state, ticket in (("met", met), ("breached", late), ("warned", warned), ("pending", pending)):
        assert list(sla(run, "--state", state)) == [ticket]
    assert set(sla(run, "--state", "met", "--state", "pending")) == {met, pending}
    assert set(sla(run, "--since", "2026-03-16")) == {met, late, warned, pending}
    assert set(sla(run, "--since", "2026-03-17")) == {met, warned, pending}
    assert set(sla(run, "--since", "2026-03-18", "--state", "met")) == set()
    assert run("sla", "--since", "2027-01-01", "--json", check=0).json == []


def test_the_table_is_for_reading(world: World, run: Run, hours: int) -> None:
    ticket = world.ticket(world.partner("Exemple SARL"), priority="3", created="2026-03-19 08:30")
    world.reply(ticket, at="2026-03-19 10:30:40")
    world.ticket(None, priority="0", created="2026-03-20 09:00")
    run("sync", check=0)
    head, nobody, late = run("sla", check=0).out.splitlines()
    assert re.split(r"  +", head) == ["ticket", "customer", "urgency", "started", "deadline", "responded", "state",
                                      "used", "late"]
    assert re.split(r"  +", late) == ["HT00001", "Exemple SARL", "urgent", "2026-03-19 09:30", "2026-03-19 11:30",
                                      "2026-03-19 11:30", "breached", "2:00", "< 0:01"]
    assert re.split(r"  +", nobody) == ["HT00002", "-", "low", "2026-03-20 10:00", "2026-03-24 10:00", "-", "pending",
                                        "1:00", "-"]


def test_what_owes_no_response_is_left_out(world: World, run: Run, hours: int) -> None:
    run.configure(tickets={"domain": [["priority", "!=", "0"]]})
    outside = world.ticket(priority="0", created="2026-03-19 09:00")
    withdrawn = world.ticket(created="2026-03-19 09:00")
    answered = world.ticket(created="2026-03-19 09:00")
    world.reply(answered, at="2026-03-19 09:10")
    run("sync", check=0)
    assert set(sla(run)) == {withdrawn, answered}
    world.advance(60)
    world.archive("helpdesk.ticket", withdrawn)
    world.archive("helpdesk.ticket", answered)
    run("sync", check=0)
    assert set(sla(run)) == {answered}
    assert outside not in sla(run)


@pytest.mark.world(flavour="enterprise")
def test_a_calendar_that_cannot_be_used_is_said_after_the_rest(world: World, run: Run, hours: int) -> None:
    empty = world.opening_hours({}, name="Vide", default=False)
    team = world.create("helpdesk.team", name="Nuit", resource_calendar_id=empty)
    world.write("helpdesk.team", world.team_id, resource_calendar_id=hours)
    good, bad = world.ticket(created="2026-03-19 09:00"), world.ticket(created="2026-03-19 09:00", team=team)
    run("sync", check=1)
    listed = run("sla", "--json", check=1)
    assert [r["ticket_id"] for r in listed.json] == [good] and bad != good
    assert f"the working calendar 'Vide' ({empty}) cannot be used" in listed.message
    table = run("sla", check=1)
    assert "2026-03-19 10:00" in table.out and "'Vide'" in table.message


def test_a_first_pull_that_is_not_complete_is_refused(world: World, run: Run, shop: Shop) -> None:
    assert "run" in run("sla", check=1).message  # no state at all
    world.deny("helpdesk.ticket")
    run("sync", check=1)
    assert "first pull" in run("sla", check=1).message
