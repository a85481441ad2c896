"""Random desks through the program, against the independent model of tests/model/sla_model.py: what `qualiodoo sla` says of
each ticket, and what is stored, to the second. The calendar comes from Odoo's rows, or from the configuration."""

from __future__ import annotations

import random
import sys
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from conftest import ROOT, Run, Server, World

sys.path.insert(0, str(ROOT / "tests" / "model"))

from sla_model import Attendance, Calendar, Leave, Policy, Ticket, french_holidays, sla_json, sla_verdict  # noqa: E402

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
        events: dict[str, datetime | None] = {"assigned": None, "replied": None, "closed": None}
        for name in sorted(events, key=lambda _: dice.random()):
            if dice.random() < 0.3:
                events[name] = created + timedelta(seconds=dice.choice((60, 3600, 7200, 20000, 90000, 300000)) + dice.randint(11, 600))
        happened = sorted((when, name) for name, when in events.items() if when)
        for when, name in happened:  # in the order of time, as people do
            at = when.replace(tzinfo=None)
            {"assigned": world.assign, "replied": world.reply, "closed": world.close}[name](id_, at=at)
        row = world.row(world.ticket_model, id_)
        self.tickets.append(Ticket(created, priority, events["assigned"], events["replied"], events["closed"], id_,
                                   row["number"], self.customer))


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
