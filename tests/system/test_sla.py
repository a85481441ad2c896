"""Response targets as the commands show them: `sla`, `explain sla`, and what `status` says of them."""

from __future__ import annotations

import re

import pytest
from conftest import Run, Shop, World

KEYS = ["ticket_id", "ticket", "customer_id", "urgency", "started_at", "deadline", "responded_at", "state",
        "late_seconds", "used_seconds", "history"]
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
                   "state": "breached", "late_seconds": (30 + 4 * 60 + 120) * 60, "used_seconds": (150 + 240 + 120) * 60,
                   "history": None}


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


def test_a_ticket_that_is_created_later_does_not_exist_yet(world: World, run: Run, hours: int) -> None:
    first = world.ticket(created="2026-03-16 09:00")
    second = world.ticket(created="2026-03-18 09:00")
    run("sync", check=0)
    for time, there in (("2026-03-16T08:59:59Z", []), ("2026-03-16T09:00:00Z", [first]), ("2026-03-18T08:59:59Z", [first]),
                        ("2026-03-18T09:00:00Z", [first, second]), ("1990-01-01T00:00:00Z", [])):
        assert list(sla(run, now=time)) == there
    told = run("explain", "sla", second, "--json", check=0, now="2026-03-18T08:59:59Z").json
    assert not told["owed"] and told["state"] is None and told["deadline"] is None
    assert told["why_not"] == "it is created later than the time that is asked about"
    assert run("explain", "sla", second, "--json", check=0, now="2026-03-18T09:00:00Z").json["owed"]


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


@pytest.mark.parametrize("flavour", [pytest.param(f, marks=pytest.mark.world(flavour=f)) for f in ("enterprise", "task")])
def test_a_closing_that_the_reopening_emptied_is_found_by_a_new_state(world: World, run: Run, hours: int, flavour: str) -> None:
    run.configure(tickets={"flavour": flavour, **({"domain": [["project_id", "=", world.project_id]]} if flavour == "task" else {})},
                  sla={"urgency": {"0": "urgent"}})
    ticket = world.ticket(priority="0", created="2026-03-19 08:00")
    never = world.ticket(priority="0", created="2026-03-19 08:00")
    world.close(ticket, at="2026-03-19 08:30")
    run("sync", check=0, now="2026-03-19T08:45:00Z")
    world.reopen(ticket, at="2026-03-19 14:30")
    for _ in range(2):
        run("sync", check=0)
        assert {t: (row["state"], row["responded_at"]) for t, row in sla(run).items()} == {
            ticket: ("met", "2026-03-19T08:30:00Z"), never: ("breached", None)}
        run.forget()


@pytest.mark.world(flavour="enterprise")
def test_a_closing_between_two_cycles_is_found_at_the_deadline(world: World, run: Run, hours: int) -> None:
    """And charged, where only what follows the response is."""
    run.configure(credit={"count_from": "response"})
    customer = world.partner("Exemple SARL")
    ticket = world.ticket(customer, priority="3", created="2026-03-20 08:00")
    world.timesheet(ticket, 0.5, "2026-03-20")
    world.now = "2026-03-20 08:10:00"
    run("sync", check=0)
    world.close(ticket, at="2026-03-20 08:30")
    world.reopen(ticket, at="2026-03-20 08:31")
    for now, balance in (("08:40", 0), ("10:30", -30)):
        world.now = f"2026-03-20 {now}:00"
        run("sync", check=0)
        run.age_cursors()
        assert run.balance(customer) == balance
    assert sla(run)[ticket]["responded_at"] == "2026-03-20T08:30:00Z"


@pytest.mark.world(flavour="enterprise")
def test_an_assignment_after_that_of_the_creation_is_a_response(world: World, run: Run, hours: int) -> None:
    """Enterprise keeps the date of the first assignment, even if the creation made it."""
    run.configure(writeback={"enabled": True, "since": "2026-03-01"})
    in_time, late = (world.ticket(priority="3", created="2026-03-20 08:00", user=world.people[0]) for _ in range(2))
    seen = {}
    for now, moved in (("08:30", in_time), ("09:40", None), ("10:30", None), ("11:00", late), ("11:10", None)):
        world.now = f"2026-03-20 {now}:00"
        if moved:
            world.assign(moved, world.people[1])
        run("sync", check=0)
        run.age_cursors()
        seen[now] = {t: (row["state"], row["responded_at"]) for t, row in sla(run).items()}
    answered = {in_time: ("met", "2026-03-20T08:30:00Z")}
    assert seen["09:40"] == {**answered, late: ("warned", None)}
    assert seen["10:30"] == {**answered, late: ("breached", None)}
    assert seen["11:10"] == {**answered, late: ("breached", "2026-03-20T11:00:00Z")}
    assert run.sql("SELECT DISTINCT subject FROM outbox") == [(late,)]
    run.forget()
    run("sync", check=0)
    assert {t: (row["state"], row["responded_at"]) for t, row in sla(run).items()} == seen["11:10"]


@pytest.mark.world(flavour="enterprise", version=19)
def test_where_the_history_is_not_shown_an_unanswered_ticket_is_still_late(world: World, run: Run, hours: int) -> None:
    run.configure(writeback={"enabled": True, "since": "2026-03-01"})
    ticket = world.ticket(priority="3", created="2026-03-19 08:00")
    run("sync", check=0)
    assert sla(run)[ticket]["state"] == "breached"
    assert run.sql("SELECT DISTINCT state FROM outbox WHERE part = 'note'") == [("done",)]


# ---- explain sla ----

EXPLAINED = ["ticket_id", "ticket", "record", "customer_id", "customer", "owed", "why_not", "created_at", "priority",
             "urgency", "target_seconds", "target_days", "calendar", "started_at", "moved_to_opening", "warn_at",
             "warn_at_percent", "deadline", "responded_at", "state", "used_seconds", "late_seconds", "next_change",
             "history", "settled", "intervals", "skipped", "leaves", "events", "written", "not_written"]


def explain(run: Run, ticket: int | str, **options: object) -> dict:
    return run("explain", "sla", ticket, "--json", check=0, **options).json


def events(document: dict) -> dict[str, tuple]:
    return {e["event"]: (e["at"], e["record"], e["stopped_the_clock"], e["why"]) for e in document["events"]}


def test_every_interval_counted_and_day_skipped_is_shown(world: World, run: Run, hours: int) -> None:
    """Created on Friday evening; Monday is closed, and on Tuesday a leave takes 10-11."""
    customer = world.partner("Exemple SARL")
    ticket = world.ticket(customer, priority="2", created="2026-03-13 18:00")
    monday = world.holiday("Fermeture", "2026-03-15 23:00", "2026-03-16 22:59:59")
    hour = world.holiday("Exercice incendie", "2026-03-17 09:00", "2026-03-17 10:00", calendar=hours)
    world.holiday("Vacances de Camille", "2026-03-17 08:00", "2026-03-17 17:00",
                  resource=world.create("resource.resource", name="Camille", calendar_id=hours))
    world.holiday("Ailleurs", "2026-03-25 08:00", "2026-03-25 17:00")
    run("sync", check=0)
    told = explain(run, "HT00001")
    assert list(told) == EXPLAINED
    assert (told["ticket_id"], told["record"], told["customer"]) == (ticket, f"helpdesk.ticket:{ticket}", "Exemple SARL")
    assert (told["priority"], told["urgency"], told["target_seconds"], told["target_days"]) == ("2", "medium", 25200, None)
    assert told["calendar"] == {"record": f"resource.calendar:{hours}", "name": "Bureau", "time_zone": "Europe/Paris",
                                "source": "that of the ticket's company (res.company:1)"}
    assert (told["started_at"], told["moved_to_opening"]) == ("2026-03-17T08:00:00Z", True)
    assert [(i["day"], i["start"][11:16], i["end"][11:16], i["seconds"] // 60, i["total_seconds"] // 60)
            for i in told["intervals"]] == [
        ("2026-03-17", "08:00", "09:00", 60, 60), ("2026-03-17", "10:00", "11:00", 60, 120),
        ("2026-03-17", "13:00", "17:00", 240, 360), ("2026-03-18", "08:00", "09:00", 60, 420)]
    assert told["skipped"] == [
        {"day": "2026-03-14", "reason": "no_hours", "name": None, "leave": None},
        {"day": "2026-03-15", "reason": "no_hours", "name": None, "leave": None},
        {"day": "2026-03-16", "reason": "leave", "name": "Fermeture", "leave": f"resource.calendar.leaves:{monday}"}]
    assert [(leave["name"], leave["leave"]) for leave in told["leaves"]] == [
        ("Fermeture", f"resource.calendar.leaves:{monday}"), ("Exercice incendie", f"resource.calendar.leaves:{hour}")]
    assert (told["deadline"], told["warn_at"], told["state"]) == ("2026-03-18T09:00:00Z", "2026-03-17T16:15:00Z", "breached")
    shown = run("explain", "sla", ticket, check=0).out
    for line in ("ticket HT00001 (helpdesk.ticket:1) of Exemple SARL", "created 2026-03-13 19:00",
                 "the clock started at 2026-03-17 09:00, the next opening", "  Sat 2026-03-14  skipped: no working hours",
                 f"  Mon 2026-03-16  skipped: Fermeture (resource.calendar.leaves:{monday})",
                 "  Tue 2026-03-17  11:00 - 12:00    1:00, in all   2:00",
                 f"not counted: Exercice incendie (resource.calendar.leaves:{hour}), from 2026-03-17 10:00 to 2026-03-17 11:00",
                 "deadline: 2026-03-18 10:00"):
        assert line in shown, line
    assert shown.index("Sat 2026-03-14") < shown.index("Mon 2026-03-16") < shown.index("Tue 2026-03-17  09:00")


@pytest.mark.world(today="2026-05-12")
def test_a_configured_calendar_names_its_holidays(world: World, run: Run) -> None:
    run.configure(sla={"calendar": "config", "hours": {d: ["09:00-12:00", "14:00-18:00"] for d in
                                                       ("mon", "tue", "wed", "thu", "fri")},
                       "holidays": ["france", "2026-05-07"]})
    ticket = world.ticket(priority="0", created="2026-05-06 14:00")
    run("sync", check=0)
    told = explain(run, ticket)
    assert told["calendar"] == {"record": None, "name": "configuration de qualiodoo", "time_zone": "Europe/Paris",
                                "source": "sla.calendar: config"}
    assert [(s["day"], s["reason"], s["name"]) for s in told["skipped"]] == [
        ("2026-05-07", "closed", None), ("2026-05-08", "holiday", "8 mai 1945"), ("2026-05-09", "no_hours", None),
        ("2026-05-10", "no_hours", None)]
    assert (told["target_days"], told["target_seconds"], told["deadline"]) == (2, None, "2026-05-12T14:00:00Z")
    shown = run("explain", "sla", ticket, check=0).out
    assert "skipped: 8 mai 1945\n" in shown and "skipped: in sla.holidays\n" in shown
    assert "a response within 2 business days" in shown
    assert "deadline: 2026-05-12 16:00, at the time of day at which it started" in shown


def test_which_event_stopped_the_clock_and_why(world: World, run: Run, hours: int) -> None:
    created = "2026-03-19 08:00"
    alone = world.ticket(created=created)
    both = world.ticket(created=created)
    world.assign(both, at="2026-03-19 08:30")
    reply = world.reply(both, at="2026-03-19 09:00")
    late = world.ticket(created=created, priority="3")
    world.reply(late, at="2026-03-19 08:10", internal=True)
    world.reply(late, at="2026-03-19 08:20", author="customer")
    answer = world.reply(late, at="2026-03-19 13:00")
    world.close(late, at="2026-03-19 14:00")
    given = world.ticket(created=created, user=world.people[0])
    run("sync", check=0)
    at = "2026-03-19T{}Z".format
    assert events(explain(run, alone)) == {
        "assigned": (None, None, False, "nobody was assigned"), "reply": (None, None, False, "no public reply by an agent"),
        "work": (None, None, False, "no work was recorded"), "closed": (None, None, False, "not closed")}
    agent = f"res.users:{world.people[0]}"
    assert events(explain(run, both)) == {
        "assigned": (at("08:30:00"), agent, True, "stopped the clock, in time"),
        "reply": (at("09:00:00"), f"mail.message:{reply}", False, "not before the assignment, which stopped the clock"),
        "work": (None, None, False, "no work was recorded"), "closed": (None, None, False, "not closed")}
    told = explain(run, late)
    assert events(told)["reply"] == (at("13:00:00"), f"mail.message:{answer}", True, "stopped the clock, after the deadline")
    assert events(told)["closed"] == (at("14:00:00"), None, False, "not before the reply, which stopped the clock")
    assert (told["state"], told["late_seconds"]) == ("breached", 3600)
    assert events(explain(run, late, now="2026-03-19T12:00:00Z"))["reply"] == (
        at("13:00:00"), f"mail.message:{answer}", False, "later than the time that is asked about")
    assert "assigned at the creation" in events(explain(run, given))["assigned"][3]
    run.configure(sla={"response": ["reply"]})  # what counted then still counts for a ticket that is answered
    assert events(explain(run, both))["assigned"][2:] == (True, "stopped the clock, in time")
    run.forget()
    run("sync", check=0)
    assert events(explain(run, both))["assigned"][2:] == (False, "sla.response leaves it out")
    assert events(explain(run, both))["reply"][2:] == (True, "stopped the clock, in time")


def test_a_ticket_that_owes_nothing_says_why(world: World, run: Run, hours: int) -> None:
    run.configure(tickets={"domain": [["priority", "!=", "0"]]})
    outside = world.ticket(priority="0", created="2026-03-19 09:00")
    withdrawn = world.ticket(created="2026-03-19 09:00")
    world.archive("helpdesk.ticket", withdrawn)
    run("sync", check=0)
    for ticket, reason in ((outside, "does not match tickets.domain"), (withdrawn, "archived before anybody answered")):
        told = explain(run, ticket)
        assert not told["owed"] and reason in told["why_not"] and told["deadline"] is None
        assert list(told) == EXPLAINED and told["intervals"] == told["written"] == []
        assert f"no response is owed, because {told['why_not']}\n" in run("explain", "sla", ticket, check=0).out
    assert "no ticket '99' is known" in run("explain", "sla", 99, check=1).message


def test_the_calendar_is_the_one_that_counts(world: World, run: Run, hours: int) -> None:
    other = world.opening_hours({5: [(10, 11)]}, name="Samedi", default=False, tz="UTC")
    ticket = world.ticket(priority="3", created="2026-03-13 09:00")
    run.configure(sla={"calendar": f"odoo:{other}"})
    run("sync", check=0)
    told = explain(run, ticket)
    assert told["calendar"]["source"] == f"sla.calendar: odoo:{other}"
    assert (told["started_at"], told["deadline"]) == ("2026-03-14T10:00:00Z", "2026-03-21T11:00:00Z")
    assert [s["day"][8:] for s in told["skipped"]] == ["13", "15", "16", "17", "18", "19", "20"]


@pytest.mark.world(flavour="enterprise")
def test_a_teams_calendar_comes_before_the_companys(world: World, run: Run, hours: int) -> None:
    night = world.opening_hours({day: [(0, 24)] for day in range(7)}, name="Toujours", default=False)
    team = world.create("helpdesk.team", name="Astreinte", resource_calendar_id=night)
    world.write("helpdesk.team", world.team_id, resource_calendar_id=False)
    tickets = [world.ticket(priority="3", created="2026-03-15 00:00", team=t) for t in (team, world.team_id)]
    run("sync", check=0)
    first, second = (explain(run, t) for t in tickets)
    assert first["calendar"]["source"] == f"that of the ticket's team (helpdesk.team:{team})"
    assert (first["calendar"]["name"], first["deadline"]) == ("Toujours", "2026-03-15T02:00:00Z")
    assert "company" in second["calendar"]["source"] and second["calendar"]["name"] == "Bureau"


def test_a_long_list_of_days_is_cut_in_the_text_only(world: World, run: Run, hours: int) -> None:
    run.configure(sla={"targets": {"low": {"days": 30}}})
    ticket = world.ticket(priority="0", created="2026-03-19 09:00")
    run("sync", check=0)
    told = explain(run, ticket)
    days = len(told["intervals"]) + len(told["skipped"])
    assert days > 60 and told["intervals"][-1]["end"] == told["deadline"]
    shown = run("explain", "sla", ticket, check=0).out
    assert f"  ... {days - 20} more (--json shows all)\n" in shown
    assert len(re.findall(r"^  (Mon|Tue|Wed|Thu|Fri|Sat|Sun) ", shown, re.M)) == 20


def test_what_was_written_is_told_or_why_it_was_not(world: World, run: Run, hours: int) -> None:
    old = world.ticket(priority="3", created="2026-03-10 09:00")
    late = world.ticket(priority="3", created="2026-03-19 09:00", user=world.people[0])
    run.configure(writeback={"enabled": True, "since": "2026-03-15"})
    run("sync", check=0)
    told = explain(run, old)
    assert told["written"] == [] and told["not_written"] == "created before writeback.since (2026-03-15): never flagged"
    assert "not flagged in Odoo: created before" in run("explain", "sla", old, check=0).out
    written, = explain(run, late)["written"]
    assert (written["key"], written["state"]) == (f"breach.{late}.1773918000", "done")
    assert [(p["part"], p["state"]) for p in written["parts"]] == [("note", "done"), ("activity", "done")]
    assert written["parts"][0]["remote_id"] and explain(run, late)["not_written"] is None
    new = world.ticket(priority="3", created="2026-03-20 08:00")
    run("sync", check=0)
    assert explain(run, new, now="2026-03-20T10:00:01Z")["not_written"].startswith("the next cycle flags it")
    # What an earlier state wrote is known by its note.
    run.forget()
    run("sync", check=0)
    assert explain(run, late)["written"] == [{"key": f"breach.{late}.1773918000", "state": "done", "parts": []}]


# ---- status ----


def test_status_tells_the_next_deadline(world: World, run: Run, hours: int) -> None:
    run("sync", check=0)
    status = run("status", "--json", now=False).json
    assert (status["next_deadline"], status["next_target_change"]) == (None, None)
    world.ticket(priority="3", created="2026-03-19 09:00")  # breached
    world.ticket(priority="3", created="2026-03-20 09:00")  # due at 11:00 UTC, warned at 10:30
    world.reply(world.ticket(priority="3", created="2026-03-20 08:30"), at="2026-03-20 08:40")
    world.ticket(priority="2", created="2026-03-20 09:00")
    run("sync", check=0)
    status = run("status", "--json", now=False).json
    assert (status["next_deadline"], status["next_target_change"]) == ("2026-03-20T11:00:00Z", "2026-03-20T10:30:00Z")
    assert "next deadline of a response: 2026-03-20 12:00\n" in run("status", now=False).out


def test_status_names_a_calendar_that_cannot_be_used(world: World, run: Run) -> None:
    """Also when a later cycle had nothing to judge."""
    world.opening_hours({}, name="Vide")
    world.ticket(created="2026-03-19 09:00")
    for _ in range(3):
        run("sync")
        status = run("status", "--json", now=False)
        assert status.code == 3 and ["the working calendar 'Vide'" in p for p in status.json["problems"]].count(True) == 1
    assert run("sync").code == 0 and len(status.json["problems"]) == 1
    world.opening_hours(WEEK, name="Bureau")
    run("sync", check=0)
    assert run("status", "--json", now=False, check=0).json["problems"] == []
