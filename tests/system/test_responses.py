"""What is a response and what is not, and when the clock runs (DOMAIN.md, section 8), through the program.

The company's calendar is Monday to Friday, 9:00 to 12:00 and 14:00 to 18:00 in Paris; the world's day is Friday 20 March
2026. Times are UTC: 8:00 is 9:00 in Paris.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from conftest import Run, World

WEEK = {day: [(9, 12), (14, 18)] for day in range(5)}
THURSDAY = "2026-03-19 08:00"  # an urgent ticket of then is due at 10:00


@pytest.fixture
def hours(world: World, run: Run) -> int:
    run.configure(writeback={"enabled": True, "since": "2026-03-01"})
    return world.opening_hours(WEEK, name="Bureau")


def verdict(run: Run, ticket: int) -> tuple[Any, ...] | None:
    rows = {row["ticket_id"]: row for row in run("sla", "--json", check=0).json}
    return (rows[ticket]["state"], rows[ticket]["responded_at"]) if ticket in rows else None


def why(run: Run, ticket: int) -> dict[str, str]:
    return {e["event"]: e["why"] for e in run("explain", "sla", ticket, "--json", check=0).json["events"]}


UNANSWERED = ("breached", None)

# ---- Messages ----


def test_a_message_of_the_tickets_contact_is_no_response_even_from_an_internal_user(world: World, run: Run, hours: int) -> None:
    """An employee who opens a ticket for themself: without a company, and not an account of an agent's."""
    contact = world.partner_of(world.people[1])
    ticket = world.ticket(contact, priority="3", created=THURSDAY)
    world.reply(ticket, at="2026-03-19 08:30", author=world.people[1])
    run("sync", check=0)
    assert verdict(run, ticket) == UNANSWERED
    assert run.sql("SELECT key FROM outbox WHERE part = 'note'") == [(f"breach.{ticket}.1773914400",)]
    world.reply(ticket, at="2026-03-20 09:30", author=world.people[0])
    run("sync", check=0)
    assert verdict(run, ticket) == ("breached", "2026-03-20T09:30:00Z")


def test_a_message_of_the_tickets_account_is_no_response_even_from_an_internal_user(world: World, run: Run, hours: int) -> None:
    """An internal user whose contact hangs below the customer's company: a colleague of the one who asks."""
    company = world.partner("Exemple SARL")
    asks = world.partner("Paul", parent=company)
    insider = world.user("Léa", "lea@example.com")
    world.write("res.partner", world.partner_of(insider), parent_id=company)
    other = world.partner("Autre SA")
    tickets = [world.ticket(customer, priority="3", created=THURSDAY) for customer in (asks, company, other)]
    for ticket in tickets:
        world.reply(ticket, at="2026-03-19 08:30", author=insider)
    run("sync", check=0)
    assert [verdict(run, t) for t in tickets] == [UNANSWERED, UNANSWERED, ("met", "2026-03-19T08:30:00Z")]
    assert why(run, tickets[0])["reply"] == "no public reply by an agent"


@pytest.mark.parametrize("account, settled", [("commercial", True), ("top", False)])
def test_whose_side_a_colleague_is_on_follows_credit_account(world: World, run: Run, hours: int, account: str,
                                                             settled: bool) -> None:
    """With `top`, the companies of a group are one account: a message from another company of the group, or from the same one."""
    run.configure(credit={"account": account})
    group = world.partner("Groupe SA")
    asking, sister = (world.partner(name, parent=group, is_company=True) for name in ("Filiale SARL", "Soeur SAS"))
    asks = world.partner("Paul", parent=asking)
    tickets = []
    for number, company in enumerate((asking, sister)):
        insider = world.user(f"Léa {number}", f"lea{number}@example.com")
        world.write("res.partner", world.partner_of(insider), parent_id=company)
        tickets.append(world.ticket(asks, priority="3", created=THURSDAY))
        world.reply(tickets[-1], at="2026-03-19 08:30", author=insider)
    run("sync", check=0)
    assert [verdict(run, t) for t in tickets] == [UNANSWERED, ("met", "2026-03-19T08:30:00Z") if settled else UNANSWERED]


@pytest.mark.parametrize("account, held", [("commercial", False), ("top", True)])
def test_whose_side_a_colleague_is_on_counts_for_held_lines_too(world: World, run: Run, hours: int, account: str,
                                                                held: bool) -> None:
    run.configure(credit={"account": account, "count_from": "response"})
    group = world.partner("Groupe SA")
    asking, sister = (world.partner(name, parent=group, is_company=True) for name in ("Filiale SARL", "Soeur SAS"))
    insider = world.user("Léa", "lea@example.com")
    world.write("res.partner", world.partner_of(insider), parent_id=sister)
    ticket = world.ticket(asking, priority="3", created=THURSDAY)
    world.reply(ticket, at="2026-03-19 08:30", author=insider)
    world.timesheet(ticket, 1.0, "2026-03-19")
    run("sync", check=0)
    shown = run("balance", "--json", check=0).json[0]
    assert (shown["balance_minutes"], shown["held_minutes"]) == ((0, 60) if held else (-60, 0))


@pytest.mark.parametrize("flavour", [pytest.param(f, marks=pytest.mark.world(flavour=f)) for f in ("oca", "enterprise")])
def test_the_mail_that_opened_a_ticket_is_no_response_even_from_an_agent(world: World, run: Run, hours: int, flavour: str) -> None:
    """A customer's mail that an agent forwards; its header's date may be before or after the creation."""
    agent = world.partner_of(world.people[0])
    customer = world.partner("Exemple SARL")
    dates = (None, "2026-03-19 07:55", "2026-03-19 08:00", "2026-03-19 08:02")
    tickets = [world.mailed_ticket(customer, agent, created=THURSDAY, dated=dated, priority="3") for dated in dates]
    run("sync", check=0)
    assert [verdict(run, t) for t in tickets] == [UNANSWERED] * 4
    world.reply(tickets[3], date=datetime(2026, 3, 19, 8, 30))
    run("sync", check=0)
    assert verdict(run, tickets[3]) == ("met", "2026-03-19T08:30:00Z")


@pytest.mark.parametrize("seconds, answered", [(-60, False), (0, False), (1, True)])
def test_a_message_dated_before_or_at_the_creation_is_no_response(world: World, run: Run, hours: int, seconds: int,
                                                                  answered: bool) -> None:
    ticket = world.ticket(priority="3", created=THURSDAY)
    world.reply(ticket, date=datetime.fromisoformat(THURSDAY).replace(second=0) if seconds == 0 else
                datetime(2026, 3, 19, 8, 0, 1) if seconds > 0 else datetime(2026, 3, 19, 7, 59))
    run("sync", check=0)
    assert verdict(run, ticket) == (("met", "2026-03-19T08:00:01Z") if answered else UNANSWERED)


def test_a_contact_that_changes_company_takes_the_side_of_its_colleagues(world: World, run: Run, hours: int) -> None:
    """Before an answer settles anything: whose message it is follows Odoo."""
    company = world.partner("Exemple SARL")
    insider = world.user("Léa", "lea@example.com")
    ticket = world.ticket(company, priority="3", created="2026-03-20 09:00")
    world.write("res.partner", world.partner_of(insider), parent_id=company)
    world.reply(ticket, at="2026-03-20 09:10", author=insider)
    run("sync", check=0)
    assert verdict(run, ticket) == ("pending", None)
    world.advance(60)
    world.write("res.partner", world.partner_of(insider), parent_id=False)
    run("sync", check=0)
    assert verdict(run, ticket) == ("met", "2026-03-20T09:10:00Z")


# ---- Recorded work ----


def test_recorded_work_is_a_response_from_the_time_it_was_recorded(world: World, run: Run, hours: int) -> None:
    """The line's creation counts, not its date, and the earliest line."""
    ticket, late, other = (world.ticket(priority="3", created=THURSDAY) for _ in range(3))
    world.timesheet(ticket, 0.5, "2026-03-25", at="2026-03-19 09:30")
    line = world.timesheet(ticket, 0.5, "2026-03-19", at="2026-03-19 08:30")
    world.timesheet(late, 0.5, "2026-03-19", at="2026-03-19 13:30")
    world.reply(other, at="2026-03-19 08:30")
    world.timesheet(other, 0.5, "2026-03-19", at="2026-03-19 09:00")
    run("sync", check=0)
    assert [verdict(run, t) for t in (ticket, late, other)] == [
        ("met", "2026-03-19T08:30:00Z"), ("breached", "2026-03-19T13:30:00Z"), ("met", "2026-03-19T08:30:00Z")]
    told = run("explain", "sla", ticket, "--json", check=0).json["events"]
    assert [e for e in told if e["event"] == "work"] == [
        {"event": "work", "at": "2026-03-19T08:30:00Z", "record": f"account.analytic.line:{line}",
         "stopped_the_clock": True, "why": "stopped the clock, in time"}]
    assert why(run, other)["work"] == "not before the reply, which stopped the clock"


def test_recorded_work_can_be_left_out(world: World, run: Run, hours: int) -> None:
    run.configure(sla={"response": ["assigned", "reply"]})
    ticket = world.ticket(priority="3", created=THURSDAY)
    world.timesheet(ticket, 0.5, "2026-03-19", at="2026-03-19 08:30")
    run("sync", check=0)
    assert verdict(run, ticket) == UNANSWERED
    assert why(run, ticket)["work"] == "sla.response leaves it out"


def test_recorded_work_is_no_response_for_the_credit(world: World, run: Run, hours: int) -> None:
    """With credit.count_from: response, lines wait for an answer: that work is recorded is none."""
    run.configure(credit={"count_from": "response"})
    customer = world.partner("Exemple SARL")
    ticket = world.ticket(customer, priority="3", created=THURSDAY)
    world.timesheet(ticket, 1.0, "2026-03-19", at="2026-03-19 08:30")
    run("sync", check=0)
    assert verdict(run, ticket) == ("met", "2026-03-19T08:30:00Z")
    assert run.sql("SELECT balance, held FROM account WHERE id = ?", customer) == [(0, 60)]
    world.reply(ticket, at="2026-03-19 09:00")
    run("sync", check=0)
    assert run.sql("SELECT balance, held FROM account WHERE id = ?", customer) == [(-60, 0)]


def test_a_line_that_is_gone_or_moved_away_answers_nothing(world: World, run: Run, hours: int) -> None:
    ticket, other = (world.ticket(priority="3", created=THURSDAY) for _ in range(2))
    lines = [world.timesheet(t, 0.5, "2026-03-19", at="2026-03-19 08:30") for t in (ticket, other)]
    run("sync", check=0)
    assert verdict(run, ticket) == verdict(run, other) == ("met", "2026-03-19T08:30:00Z")
    world.advance(60)
    world.delete("account.analytic.line", lines[0])
    world.move_timesheet(lines[1], ticket)
    run("sync", check=0)
    assert (verdict(run, ticket), verdict(run, other)) == (("met", "2026-03-19T08:30:00Z"), UNANSWERED)


# ---- Assignments ----


@pytest.mark.parametrize("seconds, answered", [(0, False), (2, False), (10, False), (11, True), (35, True), (59, True)])
def test_an_assignment_within_ten_seconds_of_the_creation_is_made_by_it(world: World, run: Run, hours: int, seconds: int,
                                                                       answered: bool) -> None:
    ticket = world.ticket(priority="3", created=THURSDAY)
    world.assign(ticket, at=f"2026-03-19 08:00:{seconds:02d}")
    run("sync", check=0)
    assert verdict(run, ticket) == (("met", f"2026-03-19T08:00:{seconds:02d}Z") if answered else UNANSWERED)


# ---- Created closed ----


def test_a_ticket_created_in_a_closed_stage_owes_nothing(world: World, run: Run, hours: int) -> None:
    """A call that was answered before it was recorded: Odoo gives such a ticket no closing date."""
    ticket = world.ticket(priority="3", created=THURSDAY, stage="Done")
    run("sync", check=0)
    assert verdict(run, ticket) is None and run.sql("SELECT 1 FROM outbox") == []
    told = run("explain", "sla", ticket, "--json", check=0).json
    assert not told["owed"] and told["why_not"] == "it was created in a closed stage: it was answered before it was recorded"
    world.advance(60)
    world.reopen(ticket)  # still no closing date, and still nothing owed for the time before
    run("sync", check=0)
    assert verdict(run, ticket) is None and run.sql("SELECT 1 FROM outbox") == []


def test_a_ticket_created_in_a_closed_stage_is_charged_in_full(world: World, run: Run, hours: int) -> None:
    run.configure(credit={"count_from": "response"})
    customer = world.partner("Exemple SARL")
    ticket = world.ticket(customer, created=THURSDAY, stage="Done")
    world.timesheet(ticket, 1.0, "2026-03-18")
    run("sync", check=0)
    assert run.sql("SELECT balance, held FROM account WHERE id = ?", customer) == [(-60, 0)]


def test_a_stage_that_becomes_closed_or_open_counts_for_the_credit_at_once(world: World, run: Run, hours: int) -> None:
    run.configure(credit={"count_from": "response"})
    customer = world.partner("Exemple SARL")
    ticket = world.ticket(customer, created=THURSDAY)
    world.timesheet(ticket, 1.0, "2026-03-18")
    stage = world.row("helpdesk.ticket", ticket)["stage_id"]
    run("sync", check=0)
    for closed, account in ((True, (-60, 0)), (False, (0, 60))):
        assert run.sql("SELECT balance, held FROM account WHERE id = ?", customer) != [account]
        run.settle()
        world.advance(3600)
        world.write("helpdesk.ticket.stage", stage, closed=closed)
        lost = run("sync", "--json", check=0).json["lost"]
        assert run.sql("SELECT balance, held FROM account WHERE id = ?", customer) == [account]
        assert [row["customer"] for row in lost] == ([customer] if closed else [])
        assert run.picture() == run.rebuilt()


def test_a_ticket_closed_without_response_counts_its_closing(world: World, run: Run, hours: int) -> None:
    ticket = world.ticket(priority="3", created=THURSDAY)
    world.close(ticket, at="2026-03-19 09:00")
    run("sync", check=0)
    assert verdict(run, ticket) == ("met", "2026-03-19T09:00:00Z")


# ---- Working days and leaves ----


@pytest.mark.world(today="2026-03-20")
def test_one_second_of_working_time_is_no_working_day(world: World, run: Run) -> None:
    """A desk that never closes, and a day off that Odoo stores to 23:59:59."""
    world.opening_hours({day: [(0, 24)] for day in range(7)}, name="Toujours", tz="UTC")
    off = world.holiday("Férié", "2026-03-18 00:00:00", "2026-03-18 23:59:59")
    ticket = world.ticket(priority="0", created="2026-03-17 10:00")
    run("sync", check=0)
    row, = run("sla", "--json", check=0).json
    assert row["deadline"] == "2026-03-20T10:00:00Z"
    told = run("explain", "sla", ticket, "--json", check=0).json
    assert told["skipped"] == [{"day": "2026-03-18", "reason": "leave", "name": "Férié",
                                "leave": f"resource.calendar.leaves:{off}"}]
    run.configure(sla={"targets": {"low": {"hours": 48}}})
    run.forget()
    run("sync", check=0)  # in hours, that second is working time
    row, = run("sla", "--json", check=0).json
    assert row["deadline"] == "2026-03-20T09:59:59Z"


def test_a_leave_of_another_company_does_not_stop_the_clock_of_a_shared_calendar(world: World, run: Run, hours: int) -> None:
    world.write("resource.calendar", hours, company_id=False)
    second = world.company("Seconde SA")
    world.write("res.company", second, resource_calendar_id=hours)
    world.holiday("Pont de la première", "2026-03-17 00:00", "2026-03-17 22:59:59", calendar=hours, company=1)
    world.holiday("Pont de la seconde", "2026-03-18 00:00", "2026-03-18 22:59:59", company=second)
    world.holiday("De toutes", "2026-03-19 00:00", "2026-03-19 22:59:59", calendar=hours, company=None)
    created = "2026-03-16 08:00"
    mine = world.ticket(priority="0", created=created, company_id=1)
    theirs = world.ticket(priority="0", created=created, company_id=second)
    both = world.ticket(priority="3", created="2026-03-17 08:00", company_id=second)
    run("sync", check=0)
    rows = {row["ticket_id"]: row["deadline"] for row in run("sla", "--json", check=0).json}
    assert rows == {mine: "2026-03-20T08:00:00Z", theirs: "2026-03-20T08:00:00Z", both: "2026-03-17T10:00:00Z"}
    skipped = [[s["name"] for s in run("explain", "sla", t, "--json", check=0).json["skipped"]] for t in (mine, theirs)]
    assert skipped == [["Pont de la première", "De toutes"], ["Pont de la seconde", "De toutes"]]


@pytest.mark.world(today="2026-05-29")
@pytest.mark.parametrize("holidays, deadline", [
    (["france"], "2026-05-27T08:00:00Z"), (["france", "-whit-monday"], "2026-05-26T08:00:00Z"),
    (["guadeloupe"], "2026-05-28T08:00:00Z"), (["france", "05-26"], "2026-05-28T08:00:00Z"),
    (["france", "2026-05-26", "05-27"], "2026-05-29T08:00:00Z")])
def test_holidays_are_sets_days_taken_out_yearly_days_and_dates(world: World, run: Run, holidays: list[str],
                                                                deadline: str) -> None:
    """Two days from Friday 22 May 2026 at 10:00; Monday 25 is Whit Monday, Wednesday 27 a holiday of Guadeloupe."""
    run.configure(sla={"calendar": "config", "holidays": holidays,
                       "hours": {d: ["09:00-12:00", "14:00-18:00"] for d in ("mon", "tue", "wed", "thu", "fri")}})
    world.ticket(priority="0", created="2026-05-22 08:00")
    run("sync", check=0)
    row, = run("sla", "--json", check=0).json
    assert row["deadline"] == deadline
