"""Random desks through the program, against the independent model of tests/model/sla_model.py: what `qualiodoo sla` says of
each ticket, and what is stored, to the second. The calendar comes from Odoo's rows, or from the configuration."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from conftest import ROOT, Run, Server, World

sys.path.insert(0, str(ROOT / "tests" / "model"))

from sla_model import (Attendance, Calendar, Desk, Events, Leave, Message, Policy, Ticket, Verdict, french_holidays,  # noqa: E402
                       leaves_for, sla_json, sla_verdict, ticket_of)

UTC = timezone.utc
ZONES = ("Europe/Paris", "UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Santiago")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
CENTRES = (datetime(2026, 3, 20, 10), datetime(2026, 3, 30, 9), datetime(2026, 10, 26, 9), datetime(2026, 4, 7, 8))


def hours_of_a_day(dice: random.Random) -> list[tuple[int, int]]:
    """Intervals of minutes; they may touch, overlap, or reach midnight."""
    kind = dice.random()
    if kind < 0.1:
        return [(0, 1440)]
    if kind < 0.5:
        return [(540, 720), (840, 1080)]
    found = []
    for _ in range(dice.randint(1, 3)):
        start = dice.randrange(0, 1380, 15)
        found.append((start, min(1440, start + dice.choice((30, 60, 195, 480, 1440)))))
    return found


class Story:
    """A desk with a random calendar, and tickets around a moment: a day at which clocks change, Easter, any."""

    def __init__(self, world: World, run: Run, seed: int) -> None:
        self.dice = random.Random(seed)
        self.world, self.run = world, run
        self.centre = CENTRES[seed % len(CENTRES)].replace(tzinfo=UTC)
        self.zone = ZONES[seed % len(ZONES)]
        self.customer = world.partner("Exemple SARL")
        self.tickets: list[Ticket] = []

    def moment(self, days: float = 9) -> datetime:
        when = self.centre + timedelta(seconds=self.dice.randint(int(-days * 86400), int(days * 86400)))
        return when.replace(second=0) if self.dice.random() < 0.6 else when

    def odoo_calendar(self) -> Calendar:
        dice, world = self.dice, self.world
        two_weeks = dice.random() < 0.4
        rows = []
        for day in range(7):
            if day >= 5 and dice.random() < 0.7:
                continue
            for week in ((0, 1) if two_weeks else (None,)):
                rows += [(day, start, end, week) for start, end in hours_of_a_day(dice)]
        calendar = world.opening_hours({}, tz=self.zone, name="Tirage", two_weeks_calendar=two_weeks)
        with world.transaction() as env:
            for day, start, end, week in rows:
                env.create("resource.calendar.attendance", {
                    "name": "x", "calendar_id": calendar, "dayofweek": str(day), "hour_from": start / 60, "hour_to": end / 60,
                    "day_period": "morning", "week_type": False if week is None else str(week)})
            env.create("resource.calendar.attendance", {  # a break is no working time
                "name": "pause", "calendar_id": calendar, "dayofweek": "0", "hour_from": 12.0, "hour_to": 13.0,
                "day_period": "lunch", "week_type": "0" if two_weeks else False})
        leaves = []
        for _ in range(dice.randint(0, 4)):
            start = self.moment()
            end = start + timedelta(minutes=dice.choice((30, 600, 1440, 4000)))
            leaves.append(Leave(start, end))
            world.holiday("Fermé", start.replace(tzinfo=None), end.replace(tzinfo=None),
                          calendar if dice.random() < 0.5 else None)
        with world.transaction() as env:
            person = env.create("resource.resource", {"name": "Camille", "calendar_id": calendar})
        world.holiday("Congé d'une personne", (self.centre - timedelta(days=9)).replace(tzinfo=None),
                      (self.centre + timedelta(days=9)).replace(tzinfo=None), calendar, resource=person)
        return Calendar(self.zone, [Attendance(*row) for row in rows], leaves, first=FIRST, last=LAST)

    def configured_calendar(self) -> Calendar:
        dice = self.dice
        hours: dict[str, list[str]] = {}
        rows = []
        for day, name in enumerate(DAYS):
            if day >= 5 and dice.random() < 0.7:
                continue
            intervals = sorted({(540, 720), (840, 1080)} if dice.random() < 0.5 else {(480, 1440)})
            rows += [Attendance(day, start, end) for start, end in intervals]
            hours[name] = [f"{s // 60:02d}:{s % 60:02d}-{e // 60:02d}:{e % 60:02d}" for s, e in intervals]
        extra = [self.moment().date() for _ in range(2)]
        self.run.configure(timezone=self.zone, sla={"calendar": "config", "hours": hours,
                                                    "holidays": ["france", *(str(d) for d in extra)]})
        closed = [*extra, *(d for year in (2025, 2026, 2027, 2028) for d in french_holidays(year))]
        return Calendar(self.zone, rows, closed=closed, first=FIRST, last=LAST)

    def ticket(self) -> None:
        dice, world = self.dice, self.world
        created = self.moment()
        priority = dice.choice("0123")
        id_ = world.ticket(self.customer, created=created.replace(tzinfo=None), priority=priority)
        events: dict[str, datetime | None] = {"assigned": None, "replied": None, "closed": None, "worked": None}
        for name in sorted(events, key=lambda _: dice.random()):
            if dice.random() < 0.3:
                events[name] = created + timedelta(seconds=dice.choice((60, 3600, 7200, 20000, 90000, 300000)) + dice.randint(11, 600))
        happened = sorted((when, name) for name, when in events.items() if when)
        for when, name in happened:  # in the order of time, as people do
            at = when.replace(tzinfo=None)
            {"assigned": world.assign, "replied": world.reply, "closed": world.close,
             "worked": lambda ticket, at: world.timesheet(ticket, 0.25, at=at)}[name](id_, at=at)
        row = world.row(world.ticket_model, id_)
        self.tickets.append(Ticket(created, priority, events["assigned"], events["replied"], events["closed"], id_,
                                   row["number"], self.customer, events["worked"]))


@pytest.mark.parametrize("where", ["odoo", "config"])
@pytest.mark.parametrize("seed", range(6))
def test_the_program_agrees_with_the_model(world: World, server: Server, run: Run, seed: int, where: str) -> None:
    story = Story(world, run, seed)
    calendar = story.odoo_calendar() if where == "odoo" else story.configured_calendar()
    for _ in range(80):
        story.ticket()
    policy = Policy()
    now = max(story.centre + timedelta(days=10), story.moment(12))
    run("sync", now=now.strftime("%Y-%m-%dT%H:%M:%SZ"), check=0)
    for moment in (now, now + timedelta(hours=31)):
        shown = run("sla", "--json", now=moment.strftime("%Y-%m-%dT%H:%M:%SZ"), check=0).json
        wanted: list[dict[str, Any]] = [sla_json(sla_verdict(t, calendar, policy, moment)) for t in story.tickets]
        shown = [{k: v for k, v in row.items() if k != "history"} for row in shown]  # the model knows every history
        assert shown == sorted(wanted, key=lambda row: (row["started_at"], row["ticket_id"]))
    stored = run.sql("SELECT ticket_id, warn_at, state FROM target ORDER BY ticket_id")
    states = ["pending", "warned", "met", "breached"]
    assert stored == [(t.id, int(v.warn_at.timestamp()), states.index(v.state))
                      for t in story.tickets for v in [sla_verdict(t, calendar, policy, now)]]


# ---- Cycles between which settings change ----


class Life:
    """A desk of two companies that share a calendar, over cycles: tickets arrive and are answered, and between two cycles a
    priority, the calendar, a leave, the targets or what counts as a response changes."""

    def __init__(self, world: World, run: Run, seed: int) -> None:
        self.dice = random.Random(seed)
        self.world, self.run = world, run
        self.model, self.policy = Desk(), Policy()
        self.now = datetime(2026, 3, 16, 6, tzinfo=UTC)
        world.now = self.now.replace(tzinfo=None)
        self.calendar = world.opening_hours({}, tz="Europe/Paris", name="Partagé", company_id=False)
        self.rows: dict[int, Attendance] = {}
        for day in range(5):
            for start, end in ((540, 720), (840, 1080)):
                self.add_hours(day, start, end)
        self.leaves: dict[int, Leave] = {}
        second = world.company("Seconde SA")
        world.write("res.company", second, resource_calendar_id=self.calendar)
        self.companies = (1, second)
        self.customer = world.partner("Exemple SARL")
        self.insider = world.user("Léa", "lea@example.com")
        world.write("res.partner", world.partner_of(self.insider), parent_id=self.customer)
        self.events: dict[int, Events] = {}
        self.rest: dict[int, dict[str, Any]] = {}
        self.company: dict[int, int] = {}
        self.flags: dict[int, int] = {}  # standing: ticket -> deadline
        self.said: set[str] = set()
        run.configure(writeback={"enabled": True, "since": "2026-03-01", "horizon": "2d", "breach": {"warning": False}},
                      safety={"max_writes": 10000})

    # What happens

    def add_hours(self, day: int, start: int, end: int) -> None:
        with self.world.transaction() as env:
            row = env.create("resource.calendar.attendance", {
                "name": "x", "calendar_id": self.calendar, "dayofweek": str(day), "hour_from": start / 60, "hour_to": end / 60,
                "day_period": "morning"})
        self.rows[row] = Attendance(day, start, end)

    def between(self, start: datetime) -> datetime:
        """A moment after `start` and before the next cycle."""
        return start + timedelta(seconds=self.dice.randint(1, max(2, int((self.now - start).total_seconds()) - 1)))

    def arrive(self, since: datetime) -> None:
        created = self.between(since)
        priority, company, closed = self.dice.choice("0123"), self.dice.choice(self.companies), self.dice.random() < 0.1
        ticket = self.world.ticket(self.customer, priority=priority, created=created.replace(tzinfo=None), company_id=company,
                                   stage="Done" if closed else None)
        self.events[ticket] = Events(created, self.customer, self.customer)
        self.rest[ticket] = {"priority": priority, "id": ticket, "number": self.world.row("helpdesk.ticket", ticket)["number"],
                             "customer": self.customer, "born_closed": closed}
        self.company[ticket] = company
        if self.dice.random() < 0.2:  # soon after the creation, perhaps by it
            self.assign(ticket, created + timedelta(seconds=self.dice.choice((0, 5, 10, 11, 30, 59))))

    def assign(self, ticket: int, when: datetime) -> None:
        if not self.events[ticket].assignments and when < self.now:
            self.world.assign(ticket, at=when.replace(tzinfo=None))
            self.events[ticket] = replace(self.events[ticket], assignments=(when,))

    def answer(self, ticket: int, since: datetime) -> None:
        events, world = self.events[ticket], self.world
        when = self.between(max(since, events.created))
        at, kind = when.replace(tzinfo=None), self.dice.choice(("reply", "insider", "work", "close", "assign", "early"))
        if kind == "assign":
            self.assign(ticket, when)
        elif kind == "work":
            world.timesheet(ticket, 0.25, at=at)
            events = replace(events, works=(*events.works, when))
        elif kind == "close":
            if not events.closings:
                world.close(ticket, at=at)
                events = replace(events, closings=(when,))
        else:
            author = self.insider if kind == "insider" else world.people[0]
            dated = events.created - timedelta(minutes=5) if kind == "early" else when
            world.reply(ticket, at=at, author=author, date=dated.replace(tzinfo=None))
            events = replace(events, messages=(*events.messages, Message(
                dated, world.partner_of(author), self.customer if author == self.insider else None)))
        if kind != "assign":
            self.events[ticket] = events

    def change(self, since: datetime) -> None:
        """One setting, or a few priorities."""
        dice, world = self.dice, self.world
        kind = dice.choice(("priority", "hours", "less hours", "leave", "no leave", "targets", "response"))
        with world.transaction(at=self.between(since).replace(tzinfo=None)) as env:
            if kind == "priority" and self.rest:
                for ticket in dice.sample(sorted(self.rest), min(5, len(self.rest))):
                    self.rest[ticket]["priority"] = priority = dice.choice("0123")
                    env.write("helpdesk.ticket", [ticket], {"priority": priority})
            elif kind == "hours":
                start = dice.randrange(0, 1380, 15)
                self.add_hours(dice.randrange(7), start, min(1440, start + dice.choice((60, 240))))
            elif kind == "less hours" and len(self.rows) > 5:
                row = dice.choice(sorted(self.rows))
                env.unlink("resource.calendar.attendance", [row])
                del self.rows[row]
            elif kind == "leave":
                start = self.now - timedelta(hours=dice.randint(-60, 200))
                end = start + timedelta(hours=dice.choice((2, 24, 50)))
                company = dice.choice((None, *self.companies))
                self.leaves[world.holiday("Fermé", start.replace(tzinfo=None), end.replace(tzinfo=None), self.calendar,
                                          company=company)] = Leave(start, end, company)
            elif kind == "no leave" and self.leaves:
                leave = dice.choice(sorted(self.leaves))
                env.unlink("resource.calendar.leaves", [leave])
                del self.leaves[leave]
        if kind == "targets":
            targets = {name: dice.choice(({"hours": dice.randint(1, 12)}, {"days": dice.randint(1, 3)}))
                       for name in ("urgent", "medium", "low")}
            self.policy = replace(self.policy, targets=targets)
            self.run.configure(sla={"targets": None})
            self.run.options["sla"]["targets"] = targets
        elif kind == "response":
            response = dice.choice((("assigned", "reply"), ("reply",), ("assigned", "reply", "work")))
            self.policy = replace(self.policy, response=response)
            self.run.configure(sla={"response": list(response)})

    # What must be said of it

    def calendar_of(self, ticket: Ticket) -> Calendar:
        return Calendar("Europe/Paris", list(self.rows.values()), leaves_for(self.company[ticket.id], self.leaves.values()),
                        first=FIRST, last=LAST)

    def tell(self, verdicts: dict[int, Verdict]) -> None:
        """The flags that must stand in Odoo by now: a verdict that is settled says nothing new."""
        for ticket, verdict in verdicts.items():
            deadline = int(verdict.deadline.timestamp())
            if verdict.state == "breached" and ticket not in self.flags:
                if self.model.may_be_flagged(verdict, timedelta(days=2)) and f"breach.{ticket}.{deadline}" not in self.said:
                    self.flags[ticket] = deadline
                    self.said.add(f"breach.{ticket}.{deadline}")
            elif verdict.state != "breached" and ticket in self.flags:
                self.said.add(f"cleared.{ticket}.{self.flags.pop(ticket)}")

    def cycle(self) -> None:
        since = self.now
        self.now += timedelta(hours=self.dice.choice((3, 20, 30, 75)), seconds=self.dice.randint(0, 3000))
        for _ in range(self.dice.randint(2, 5)):
            self.arrive(since)
        for ticket in self.dice.sample(sorted(self.events), min(6, len(self.events))):
            if not self.rest[ticket]["born_closed"]:
                self.answer(ticket, since)
        if self.model.first_judged:
            self.change(since)
        self.world.now = self.now.replace(tzinfo=None)
        self.run("sync", check=0)
        self.run.age_cursors()
        tickets = [ticket_of(events, **self.rest[t]) for t, events in self.events.items()]
        verdicts = self.model.cycle(tickets, self.calendar_of, self.policy, self.now)
        shown = [{k: v for k, v in row.items() if k != "history"}  # the model knows every history
                 for row in self.run("sla", "--json", check=0).json]
        assert shown == sorted((sla_json(v) for v in verdicts.values()), key=lambda r: (r["started_at"], r["ticket_id"]))
        self.tell(verdicts)
        assert {key for (key,) in self.run.sql("SELECT DISTINCT key FROM outbox WHERE state = 'done'")} == self.said


@pytest.mark.parametrize("seed", range(8))
def test_settings_that_change_after_answers_change_nothing_of_them(world: World, run: Run, seed: int) -> None:
    life = Life(world, run, seed)
    for _ in range(9):
        life.cycle()
    assert len(life.model.kept) > 10
