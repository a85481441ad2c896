"""An independent model of business time and of the response target.

Written from DOMAIN.md, section 8, alone (quoted in the comments), never from the C sources, so that the two can be
compared on random cases. It is literal and slow on purpose: each local day is cut at every instant where something
begins or ends, each piece is looked at on its own, and questions walk from day to day.

    calendar = Calendar("Europe/Paris", [Attendance(0, 540, 720), ...], leaves=[Leave(start, end)], closed=[date(...)])
    verdict = sla_verdict(Ticket(created, priority=3), calendar, Policy(), now)      # a Verdict
    sla_json(verdict)                                                                # as `qualiodoo sla --json` has it

Instants are aware datetimes; naive ones are taken as UTC, as Odoo gives them. Whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
        # "parity is ((ordinal - 1) // 7) % 2, with 0001-01-01 as 1" (ODOO.md): Python's own ordinal.
        if self.week is not None and (day.toordinal() - 1) // 7 % 2 != self.week:
            return False
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Leave:
    start: datetime
    end: datetime  # half-open
    company: Optional[int] = None  # None: of every company


def leaves_for(company: int, leaves) -> list:
    """ "Global leaves, those of the ticket's company or of none." """
    return [l for l in leaves if l.company in (None, company)]


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

    def is_working_day(self, day: date) -> bool:
        """ "A working day is a local date with at least one minute of working time left after leaves (Odoo stores a day
        off to 23:59:59)." """
        return sum((b - a for a, b in self.pieces(day)), timedelta()) >= timedelta(minutes=1)

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
        time, the next opening, on a later day if need be; the end of an interval counts as inside." """
        start = instant(start)
        self._within(start)
        here = start.astimezone(self.zone)
        for day in self.days_from(here.date() + ONE_DAY):
            n -= self.is_working_day(day)
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


# ---- What happened to a ticket ----


@dataclass(frozen=True)
class Message:
    """A public message of an internal user."""

    date: datetime
    author: int  # a partner
    account: Optional[int] = None  # the commercial entity of the author
    opened: bool = False  # the mail that opened the ticket


@dataclass(frozen=True)
class Events:
    """All that Odoo knows of a ticket, in any order."""

    created: datetime
    contact: Optional[int] = None
    account: Optional[int] = None  # the commercial entity of the contact
    assignments: tuple = ()
    messages: tuple = ()  # of Message
    works: tuple = ()  # creation times of timesheet lines
    closings: tuple = ()


def assignment_of(events: Events) -> Optional[datetime]:
    """ "An assignment made at the ticket's creation (by a rule or a default) is not a response": within 10 seconds, which
    was measured for a batch of 500. """
    people = [when for when in events.assignments if instant(when) > instant(events.created) + timedelta(seconds=10)]
    return min(people, default=None)


def reply_of(events: Events) -> Optional[datetime]:
    """ "A message dated before or at the creation or that opened the ticket, and a message of the customer's side (its
    author is the ticket's contact, or belongs to the ticket's account, even with an internal user) is not a response." """
    def counts(message: Message) -> bool:
        side = (events.contact is not None and message.author == events.contact
                or events.account is not None and message.account == events.account)
        return not side and not message.opened and instant(message.date) > instant(events.created)

    return min((m.date for m in events.messages if counts(m)), default=None)


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
    worked: Optional[datetime] = None  # "the creation time of the ticket's first timesheet line"
    born_closed: bool = False  # created in a closed stage: "nothing is owed"


def ticket_of(events: Events, **rest) -> Ticket:
    return Ticket(events.created, assigned=assignment_of(events), replied=reply_of(events),
                  worked=min(events.works, default=None), closed=min(events.closings, default=None), **rest)


@dataclass(frozen=True)
class Policy:
    """Section 8's defaults. A target is {"hours": n} or {"days": n}; warn_at in percent."""

    urgency: dict = field(default_factory=lambda: {"0": "low", "1": "medium", "2": "medium", "3": "urgent"})
    targets: dict = field(default_factory=lambda: {"urgent": {"hours": 2}, "medium": {"hours": 7}, "low": {"days": 2}})
    response: tuple = ("assigned", "reply", "work")
    warn_at: int = 75


@dataclass(frozen=True)
class Verdict:
    ticket: Ticket
    urgency: str
    started: datetime
    warn_at: datetime
    deadline: datetime
    event: Optional[str]  # assigned, replied, worked, closed
    responded: Optional[datetime]
    state: str  # pending, warned, met, breached
    used: int
    late: int
    counted: tuple = ()  # sla.response of then


def sla_verdict(ticket: Ticket, calendar: Calendar, policy: Policy, now: datetime) -> Verdict:
    """By what is known now alone: nothing was judged before."""
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
    return _judged(Verdict(ticket, urgency, started, warn_at, deadline, None, None, "", 0, 0, policy.response), ticket, calendar, now)


def _judged(promise: Verdict, ticket: Ticket, calendar: Calendar, now: datetime) -> Verdict:
    """The state of a ticket with a given deadline."""
    event, responded = first_response(ticket, promise.counted, now)
    if responded is not None:
        state = "met" if responded <= promise.deadline else "breached"  # "A deadline met to the second is met."
    elif now > promise.deadline:
        state = "breached"
    else:
        state = "warned" if now >= promise.warn_at else "pending"
    end = now if responded is None else responded
    return replace(promise, ticket=ticket, event=event, responded=responded, state=state,
                   used=calendar.between(promise.started, end),
                   late=calendar.between(promise.deadline, end) if state == "breached" else 0)


def first_response(ticket: Ticket, response: tuple, now: datetime):
    """ "A response is the earliest of the assignment to an agent, the first public reply by an agent and the first work
    recorded"; "a ticket closed without response counts its closing as response". What is dated after now does not exist
    yet (section 1). """
    counted = [("assigned", ticket.assigned, "assigned" in response), ("replied", ticket.replied, "reply" in response),
               ("worked", ticket.worked, "work" in response), ("closed", ticket.closed, True)]
    found = [(instant(when), place, name) for place, (name, when, counts) in enumerate(counted)
             if counts and when is not None and instant(when) <= now]
    if not found:
        return None, None
    when, _, name = min(found)
    return name, when


# ---- "The response settles the verdict" ----


class Desk:
    """What a desk promised and answered, cycle after cycle; `kept` are the verdicts that a response settled."""

    def __init__(self):
        self.kept = {}  # ticket id: Verdict
        self.first_judged = {}

    def judge(self, ticket: Ticket, calendar: Calendar, policy: Policy, now: datetime) -> Optional[Verdict]:
        """As of `now`, which is no earlier than what was judged before; None: "nothing is owed"."""
        now = instant(now)
        if ticket.born_closed:
            return None
        kept = self.kept.get(ticket.id)
        if kept is None:
            return sla_verdict(ticket, calendar, policy, now)
        if kept.responded is None:  # the response that settled it is gone: the deadline is kept
            return _judged(replace(kept, counted=policy.response), ticket, calendar, now)
        # "From then on the deadline and the verdict are kept as they are ... They are judged again, with the kept
        # deadline, only when the response itself proves other than known (an earlier one is found, or the one that
        # counted is gone)." What counted then is what counts.
        if first_response(ticket, kept.counted, now)[1] == kept.responded:
            return replace(kept, ticket=ticket)
        return _judged(kept, ticket, calendar, now)

    def cycle(self, tickets, calendar_of, policy: Policy, now: datetime) -> dict:
        """One cycle of the program: everything is judged, and what is answered is settled."""
        verdicts = {}
        for ticket in tickets:
            verdict = self.judge(ticket, calendar_of(ticket), policy, now)
            if verdict is None:
                continue
            self.first_judged.setdefault(ticket.id, instant(now))
            if verdict.responded is not None or ticket.id in self.kept:
                self.kept[ticket.id] = verdict
            verdicts[ticket.id] = verdict
        return verdicts

    def may_be_flagged(self, verdict: Verdict, horizon: timedelta = timedelta(days=7)) -> bool:
        """ "A ticket answered more than writeback.horizon (7 days) before it is first judged is never flagged." """
        first = self.first_judged[verdict.ticket.id]
        return verdict.state == "breached" and (verdict.responded is None or first - verdict.responded <= horizon)


def sla_json(verdict: Verdict) -> dict:
    def text(when):
        return when and instant(when).strftime("%Y-%m-%dT%H:%M:%SZ")

    return {"ticket_id": verdict.ticket.id, "ticket": verdict.ticket.number, "customer_id": verdict.ticket.customer,
            "urgency": verdict.urgency, "started_at": text(verdict.started), "deadline": text(verdict.deadline),
            "responded_at": text(verdict.responded), "state": verdict.state, "late_seconds": verdict.late,
            "used_seconds": verdict.used}


# ---- Calendars of Odoo, and of the configuration ----


def calendar_of_odoo(source: dict, leaves: bool = True, **bounds) -> Calendar:
    """From rows read of `resource.calendar` and its lines (ODOO.md, "Calendars"), as calendar_oracle.json has them."""
    rows = [a for a in source["attendances"] if not a.get("display_type") and a.get("day_period") != "lunch"]
    attendances = [Attendance(int(a["dayofweek"]), round(a["hour_from"] * 60), round(a["hour_to"] * 60),
                              int(a["week_type"]) if source.get("two_weeks_calendar") and a["week_type"] else None)
                   for a in rows]
    off = [Leave(_odoo_time(l["date_from_utc"]), _odoo_time(l["date_to_utc"])) for l in source["leaves"]
           if not l.get("resource_id") and l.get("time_type", "leave") == "leave"]
    return Calendar(source["tz"], attendances, off if leaves else (), **bounds)


def _odoo_time(text: str) -> datetime:
    return datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def easter_of(year: int) -> date:
    """Easter Sunday by Gauss's method."""
    a, b, c = year % 19, year % 4, year % 7
    p = year // 100
    m = (15 + p - p // 4 - (13 + 8 * p) // 25) % 30
    n = (4 + p - p // 4) % 7
    d = (19 * a + m) % 30
    e = (2 * b + 4 * c + 6 * d + n) % 7
    if (d, e) == (29, 6) or (d, e, a > 10) == (28, 6, True):
        e -= 7
    return date(year, 3, 22) + timedelta(days=d + e)


# Days by name: (month, day), or so many days after Easter. The Code du travail: L3133-1 everywhere, L3134-13 in Alsace and
# Moselle, L3422-2 overseas.
DAYS = {"new-year": (1, 1), "easter-monday": 1, "labour-day": (5, 1), "victory-day": (5, 8), "ascension": 39, "whit-monday": 50,
        "bastille-day": (7, 14), "assumption": (8, 15), "all-saints": (11, 1), "armistice": (11, 11), "christmas": (12, 25)}
MORE = {"france": {}, "alsace-moselle": {"good-friday": -2, "saint-stephen": (12, 26)},
        "guadeloupe": {"abolition-day": (5, 27)}, "martinique": {"abolition-day": (5, 22)},
        "guyane": {"abolition-day": (6, 10)}, "la-reunion": {"abolition-day": (12, 20)},
        "mayotte": {"abolition-day": (4, 27)}, "saint-barthelemy": {"abolition-day": (10, 9)},
        "saint-martin": {"abolition-day": (5, 28)}, "saint-pierre-et-miquelon": {}}


def holidays(items, year: int) -> list:
    """sla.holidays in one year: "public holidays built in, days taken out of a set (`-whit-monday`), yearly days (`12-26`)
    and single dates"."""
    def day(rule) -> date:
        return date(year, *rule) if isinstance(rule, tuple) else easter_of(year) + timedelta(days=rule)

    gone = {item[1:] for item in items if item.startswith("-")}
    found = {day(rule) for item in items if item in MORE for name, rule in {**DAYS, **MORE[item]}.items() if name not in gone}
    for item in items:
        if item in MORE or item.startswith("-"):
            continue
        try:
            when = date.fromisoformat(item if len(item) == 10 else f"{year}-{item}")
        except ValueError:  # 29 February
            continue
        found |= {when} if when.year == year else set()
    return sorted(found)


def french_holidays(year: int) -> list:
    return holidays(["france"], year)
