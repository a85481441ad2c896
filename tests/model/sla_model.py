"""An independent model of business time and of the response target.

Written from domain.md, section 8, alone (quoted in the comments), never from the C sources, so that the two can be
compared on random cases. It is literal and slow on purpose: each local day is cut at every instant where something
begins or ends, each piece is looked at on its own, and questions walk from day to day.

    calendar = Calendar("Europe/Paris", [Attendance(0, 540, 720), ...], leaves=[Leave(start, end)], closed=[date(...)])
    verdict = sla_verdict(Ticket(created, priority=3), calendar, Policy(), now)      # a Verdict
    sla_json(verdict)                                                                # as `qualiodoo sla --json` has it

Instants are aware datetimes; naive ones are taken as UTC, as Odoo gives them. Whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Optional
from zoneinfo import ZoneInfo

UTC = timezone.utc
ONE_DAY = timedelta(days=1)


class NoWorkingTime(Exception):
    """The calendar has no answer in the days it is asked for: a configuration error, not a hang."""


def instant(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True)
class Attendance:
    weekday: int  # 0 Monday .. 6 Sunday
    start_minute: int  # of the local day
    end_minute: int  # 1440: the next local midnight
    week: Optional[int] = None  # 0 or 1 in a two-week calendar
    first: Optional[date] = None
    last: Optional[date] = None  # both included

    def holds_on(self, day: date) -> bool:
        if day.weekday() != self.weekday:
            return False
        # "parity is ((ordinal - 1) // 7) % 2, with 0001-01-01 as 1" (odoo.md): Python's own ordinal.
        if self.week is not None and (day.toordinal() - 1) // 7 % 2 != self.week:
            return False
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Leave:
    start: datetime
    end: datetime  # half-open


class Calendar:
    """`first` and `last`: the local days that may be looked at."""

    def __init__(self, zone, attendances, leaves=(), closed=(), first=date(2000, 1, 1), last=date(2100, 1, 1)):
        self.zone = ZoneInfo(zone)
        self.attendances = list(attendances)
        self.leaves = [Leave(instant(l.start), instant(l.end)) for l in leaves]
        self.closed = set(closed)
        self.first, self.last = first, last
        self._pieces = {}

    # ---- local time ----

    def local_day(self, when: datetime) -> date:
        return when.astimezone(self.zone).date()

    def utc(self, local: datetime, repeated: int) -> datetime:
        """A wall-clock time. One that DST skips: with the offset before the change (what fold=0 means in PEP 495). One
        that it repeats: the first (repeated=0) or the second (1)."""
        first, second = (local.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        exists = first.astimezone(self.zone).replace(tzinfo=None, fold=0) == local
        return second if exists and repeated else first

    def clock(self, day: date, minute: int) -> datetime:
        """Hours of attendances. Odoo localizes them with pytz, is_dst=False: a repeated one is the second."""
        return self.utc(datetime.combine(day, time()) + timedelta(minutes=minute), repeated=1)

    # ---- one day ----

    def pieces(self, day: date) -> list:
        """The working time of a local date after leaves: (start, end) in order, none empty, possibly adjacent."""
        if day not in self._pieces:
            self._pieces[day] = self._cut(day)
        return self._pieces[day]

    def _cut(self, day: date) -> list:
        if day in self.closed or not self.first <= day <= self.last:
            return []
        midnight, next_midnight = self.clock(day, 0), self.clock(day, 1440)
        hours = [(self.clock(day, a.start_minute), self.clock(day, a.end_minute)) for a in self.attendances
                 if a.holds_on(day)]
        leaves = [(l.start, l.end) for l in self.leaves]
        cuts = sorted({cut for pair in hours + leaves for cut in pair if midnight < cut < next_midnight}
                      | {midnight, next_midnight})
        return [(a, b) for a, b in zip(cuts, cuts[1:])
                if any(start <= a and b <= end for start, end in hours)  # "overlapping intervals count once"
                and not any(start <= a and b <= end for start, end in leaves)]

    def days_from(self, day: date):
        while day <= self.last:
            yield day
            day += ONE_DAY

    # ---- questions ----

    def between(self, start: datetime, end: datetime) -> int:
        """Business seconds."""
        start, end = instant(start), instant(end)
        total = timedelta()
        for day in self.days_from(max(self.first, self.local_day(start) - ONE_DAY)):
            if day > self.local_day(end) + ONE_DAY:
                break
            for a, b in self.pieces(day):
                total += max(timedelta(), min(b, end) - max(a, start))
        return int(total.total_seconds())

    def opening(self, when: datetime) -> datetime:
        when = instant(when)
        self._within(when)
        for day in self.days_from(max(self.first, self.local_day(when) - ONE_DAY)):
            for a, b in self.pieces(day):
                if when < b:
                    return max(a, when)
        raise NoWorkingTime(f"no opening after {when}")

    def after(self, start: datetime, seconds: int) -> datetime:
        """The instant at which so much business time has passed. "A deadline that falls on an interval's end stays there." """
        start, left = instant(start), timedelta(seconds=seconds)
        self._within(start)
        if not left:
            return start
        for day in self.days_from(max(self.first, self.local_day(start) - ONE_DAY)):
            for a, b in self.pieces(day):
                a = max(a, start)
                if a < b and left <= b - a:
                    return a + left
                left -= max(timedelta(), b - a)
        raise NoWorkingTime(f"{seconds} s after {start}")

    def days_after(self, start: datetime, n: int) -> datetime:
        """ "The same local time of day on the n-th working day after the start or, when that instant is outside working
        time, the next opening, on a later day if need be; the end of an interval counts as inside. A working day is a
        local date with working time left after leaves." """
        start = instant(start)
        self._within(start)
        here = start.astimezone(self.zone)
        for day in self.days_from(here.date() + ONE_DAY):
            n -= bool(self.pieces(day))
            if n == 0:
                # Where DST repeats that time, the page leaves the choice: the first.
                when = self.utc(datetime.combine(day, here.time().replace(fold=0)), repeated=0)
                around = [day + k * ONE_DAY for k in (-1, 0, 1)]
                if any(a <= when <= b for d in around for a, b in self.pieces(d)):
                    return when
                return self.opening(when)
        raise NoWorkingTime(f"days after {start}")

    def _within(self, when: datetime) -> None:
        if when < self.clock(self.first, 0):
            raise NoWorkingTime(f"{when} is before the first day")


# ---- The verdict ----


@dataclass(frozen=True)
class Ticket:
    created: datetime
    priority: object = 0  # 0..3, or Odoo's "0".."3"
    assigned: Optional[datetime] = None  # the earliest that was not made by the creation itself
    replied: Optional[datetime] = None  # first public reply of an agent
    closed: Optional[datetime] = None
    id: int = 0
    number: str = ""
    customer: Optional[int] = None


@dataclass(frozen=True)
class Policy:
    """Section 8's defaults. A target is {"hours": n} or {"days": n}; warn_at in percent."""

    urgency: dict = field(default_factory=lambda: {"0": "low", "1": "medium", "2": "medium", "3": "urgent"})
    targets: dict = field(default_factory=lambda: {"urgent": {"hours": 2}, "medium": {"hours": 7}, "low": {"days": 2}})
    response: tuple = ("assigned", "reply")
    warn_at: int = 75


@dataclass(frozen=True)
class Verdict:
    ticket: Ticket
    urgency: str
    started: datetime
    warn_at: datetime
    deadline: datetime
    event: Optional[str]  # assigned, replied, closed
    responded: Optional[datetime]
    state: str  # pending, warned, met, breached
    used: int
    late: int


def sla_verdict(ticket: Ticket, calendar: Calendar, policy: Policy, now: datetime) -> Verdict:
    now = instant(now)
    urgency = policy.urgency.get(str(ticket.priority), policy.urgency["0"])
    target = policy.targets[urgency]
    # "The clock starts at the ticket's creation; outside business hours, at the next opening."
    started = calendar.opening(ticket.created)
    if "days" in target:
        deadline = calendar.days_after(started, target["days"])
    else:
        deadline = calendar.after(started, round(target["hours"] * 3600))
    # "75 % of the business time from start to deadline used": the first whole second at which that is true.
    whole = calendar.between(started, deadline)
    warn_at = calendar.after(started, -(-whole * policy.warn_at // 100))

    event, responded = _response(ticket, policy, now)
    if responded is not None:
        state = "met" if responded <= deadline else "breached"  # "A deadline met to the second is met."
    elif now > deadline:
        state = "breached"
    else:
        state = "warned" if now >= warn_at else "pending"
    end = now if responded is None else responded
    return Verdict(ticket, urgency, started, warn_at, deadline, event, responded, state,
                   used=calendar.between(started, end),
                   late=calendar.between(deadline, end) if state == "breached" else 0)


def _response(ticket: Ticket, policy: Policy, now: datetime):
    """ "A response is the earliest of the assignment to an agent and the first public reply"; "a ticket closed without
    response counts its closing as response". What is dated after now does not exist yet (section 1). """
    counted = [("assigned", ticket.assigned, "assigned" in policy.response), ("replied", ticket.replied, "reply" in policy.response),
               ("closed", ticket.closed, True)]
    found = [(instant(when), place, name) for place, (name, when, counts) in enumerate(counted)
             if counts and when is not None and instant(when) <= now]
    if not found:
        return None, None
    when, _, name = min(found)
    return name, when


def sla_json(verdict: Verdict) -> dict:
    def text(when):
        return when and instant(when).strftime("%Y-%m-%dT%H:%M:%SZ")

    return {"ticket_id": verdict.ticket.id, "ticket": verdict.ticket.number, "customer_id": verdict.ticket.customer,
            "urgency": verdict.urgency, "started_at": text(verdict.started), "deadline": text(verdict.deadline),
            "responded_at": text(verdict.responded), "state": verdict.state, "late_seconds": verdict.late,
            "used_seconds": verdict.used}


# ---- Calendars of Odoo, and of the configuration ----


def calendar_of_odoo(source: dict, leaves: bool = True, **bounds) -> Calendar:
    """From rows read of `resource.calendar` and its lines (odoo.md, "Calendars"), as calendar_oracle.json has them."""
    rows = [a for a in source["attendances"] if not a.get("display_type") and a.get("day_period") != "lunch"]
    attendances = [Attendance(int(a["dayofweek"]), round(a["hour_from"] * 60), round(a["hour_to"] * 60),
                              int(a["week_type"]) if source.get("two_weeks_calendar") and a["week_type"] else None)
                   for a in rows]
    off = [Leave(_odoo_time(l["date_from_utc"]), _odoo_time(l["date_to_utc"])) for l in source["leaves"]
           if not l.get("resource_id") and l.get("time_type", "leave") == "leave"]
    return Calendar(source["tz"], attendances, off if leaves else (), **bounds)


def _odoo_time(text: str) -> datetime:
    return datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def french_holidays(year: int) -> list:
    """The eleven days of the Code du travail; Easter by Gauss's method."""
    a, b, c = year % 19, year % 4, year % 7
    p = year // 100
    m = (15 + p - p // 4 - (13 + 8 * p) // 25) % 30
    n = (4 + p - p // 4) % 7
    d = (19 * a + m) % 30
    e = (2 * b + 4 * c + 6 * d + n) % 7
    if (d, e) == (29, 6) or (d, e, a > 10) == (28, 6, True):
        e -= 7
    easter = date(year, 3, 22) + timedelta(days=d + e)
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    return sorted([date(year, *md) for md in fixed] + [easter + timedelta(days=k) for k in (1, 39, 50)])
