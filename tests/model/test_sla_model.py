"""The model of business time and of the response target: against Odoo's own answers, against the table of cases that were
computed by hand, and the C core against the model on random calendars, tickets and instants.

    /usr/bin/python3 -m pytest -q tests/model/test_sla_model.py      (QUALIODOO_SLA_CASES=20000 for a long run)
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from sla_model import (UTC, Attendance, Calendar, Desk, Events, Leave, Message, NoWorkingTime, Policy, Ticket, assignment_of,
                       calendar_of_odoo, french_holidays, holidays, leaves_for, reply_of, sla_json, sla_verdict, ticket_of)

ROOT = Path(__file__).resolve().parent.parent.parent
# Ours, computed by hand, and recorded ones where they are.
CALENDARS = [path for path in (ROOT / "tests" / "samples" / "calendars.json",
                               Path(os.environ.get("QUALIODOO_CALENDARS", ROOT.parent / "shared" / "calendar_oracle.json")))
             if path.exists()]
VECTORS = ROOT / "tests" / "vectors" / "sla.txt"
ANSWERS = Path(os.environ.get("QUALIODOO", ROOT / "build" / "qualiodoo")).parent / "tests" / "sla_answers"
CASES = int(os.environ.get("QUALIODOO_SLA_CASES", "300"))


def odoo_time(text):
    return datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def iso(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


# ---- Odoo's own answers ----


@pytest.mark.parametrize("source", CALENDARS, ids=lambda path: path.stem)
@pytest.mark.parametrize("leaves", [True, False])
@pytest.mark.parametrize("name", ["one_week_paris", "two_weeks_paris"])
def test_the_model_gives_the_answers_recorded_from_odoo(name, leaves, source):
    entry = json.loads(source.read_text())["calendars"][name]
    calendar = calendar_of_odoo(entry["calendar"], leaves, first=date(2025, 6, 1), last=date(2027, 12, 31))
    deadline, hours = ("deadline_utc", "hours") if leaves else ("deadline_noleaves_utc", "hours_noleaves")
    for row in entry["plan_hours"]:
        if deadline in row:
            assert calendar.after(odoo_time(row["start_utc"]), round(row["hours"] * 3600)) == odoo_time(row[deadline]), row
    for row in entry["work_hours"]:
        if hours in row:
            assert calendar.between(odoo_time(row["start_utc"]), odoo_time(row["end_utc"])) == round(row[hours] * 3600), row


# ---- The table of cases ----


def calendar_of_words(words):
    zone, first, last, france = "UTC", 2025, 2027, False
    attendances, leaves, closed, validity = [], [], [], {}
    for word in words:
        key, value = word.split("=", 1)
        if key == "zone":
            zone = value
        elif key == "years":
            first, last = map(int, value.split(".."))
        elif key in ("since", "until"):
            validity["first" if key == "since" else "last"] = date.fromisoformat(value)
        elif key == "leave":
            leaves.append(Leave(*map(iso, value.split("/"))))
        elif key == "closed":
            days = [date.fromisoformat(day) for day in value.split("..")]
            closed += [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
        elif key == "france":
            france = True
        else:
            days, _, week = key.partition(".")
            places = ["mon tue wed thu fri sat sun".split().index(day) for day in days.split("-")]
            for hours in value.split(","):
                start, end = (int(h) * 60 + int(m) for h, m in re.findall(r"(\d+):(\d+)", hours))
                attendances += [Attendance(day, start, end, int(week) if week else None, **validity)
                                for day in range(places[0], places[-1] + 1)]
    if france:
        closed += [day for year in range(first, last + 1) for day in french_holidays(year)]
    return Calendar(zone, attendances, leaves, closed, date(first, 1, 1), date(last, 12, 31))


def duration(text):
    h, m, s = (list(map(int, text.split(":"))) + [0])[:3]
    return h * 3600 + m * 60 + s


def answers(verb, calendar, given):
    """What the model says of a line, in its own words."""
    when = {key: iso(given[key]) for key in ("from", "to", "created", "assigned", "replied", "worked", "closed", "now") if key in given}
    if verb == "hours":
        return {"at": calendar.after(when["from"], duration(given["hours"]))}
    if verb == "days":
        return {"at": calendar.days_after(when["from"], int(given["days"]))}
    if verb == "opening":
        return {"at": calendar.opening(when["from"])}
    if verb == "between":
        return {"used": calendar.between(when["from"], when["to"])}
    policy = Policy(warn_at=int(given.get("warn_at", 75)), response=tuple(given.get("response", "assigned,reply,work").split(",")))
    ticket = Ticket(when["created"], given["priority"], when.get("assigned"), when.get("replied"), when.get("closed"),
                    worked=when.get("worked"))
    found = sla_verdict(ticket, calendar, policy, when["now"])
    second = timedelta(seconds=1)
    return {"urgency": found.urgency, "started": found.started, "warn": found.warn_at, "deadline": found.deadline,
            "state": found.state, "used": found.used, "late": found.late, "by": found.event or "none",
            "next": {"pending": found.warn_at, "warned": found.deadline + second}.get(found.state)}


def vectors():
    calendars = {}
    for number, line in enumerate(VECTORS.read_text().splitlines(), 1):
        words = line.partition("#")[0].split()
        if words and words[0] == "calendar":
            calendars[words[1]] = calendar_of_words(words[2:])
        elif words:
            yield pytest.param(words, calendars[words[1]], id=f"line-{number}")


@pytest.mark.parametrize("words, calendar", vectors())
def test_table(words, calendar):
    arrow = words.index("->")
    given = dict(word.split("=", 1) for word in words[2:arrow])
    expected = words[arrow + 1:]
    assert expected
    if expected == ["none"]:
        with pytest.raises(NoWorkingTime):
            answers(words[0], calendar, given)
        return
    found = answers(words[0], calendar, given)
    for word in expected:
        key, value = word.split("=", 1)
        want = duration(value) if key in ("used", "late") else value if key in ("urgency", "state", "by") else iso(value)
        assert found[key] == want, (key, found[key])


def test_json():
    calendar = calendar_of_words(["zone=Europe/Paris", "mon-fri=09:00-12:00,14:00-18:00"])
    ticket = Ticket(iso("2025-03-12T09:00+01:00"), "3", id=42, number="HT00042", customer=12)
    assert sla_json(sla_verdict(ticket, calendar, Policy(), iso("2025-03-12T11:05+01:00"))) == {
        "ticket_id": 42, "ticket": "HT00042", "customer_id": 12, "urgency": "urgent", "started_at": "2025-03-12T08:00:00Z",
        "deadline": "2025-03-12T10:00:00Z", "responded_at": None, "state": "breached", "late_seconds": 300, "used_seconds": 7500}


# ---- The C core against the model ----

ZONES = ("Europe/Paris", "UTC", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Beirut", "America/Nuuk",
         "Europe/Dublin", "Asia/Kolkata", "Pacific/Apia", "Africa/Casablanca", "America/Sao_Paulo")
# Around these, offsets change somewhere in ZONES, or a year ends.
HOT = [iso(text) for text in (
    "2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-03-08T07:00Z", "2026-03-08T05:00Z", "2026-11-01T05:00Z", "2026-04-04T15:00Z",
    "2026-10-03T15:30Z", "2026-03-28T22:00Z", "2026-10-24T21:00Z", "2026-02-15T02:00Z", "2026-03-22T02:00Z", "2026-12-31T23:00Z",
    "2028-02-29T12:00Z")]
APIA = iso("2011-12-30T10:00Z")
MINUTES = st.one_of(st.sampled_from((0, 60, 90, 120, 150, 180, 540, 720, 840, 1080, 1380, 1410, 1440)), st.integers(0, 1440))


@st.composite
def attendances(draw):
    start, end = sorted(draw(st.lists(MINUTES, min_size=2, max_size=2, unique=True)))
    return [Attendance(day, start, end, draw(st.sampled_from((None, None, None, 0, 1))),
                       draw(st.sampled_from((None,) * 6 + (date(2026, 3, 29),))), draw(st.sampled_from((None,) * 6 + (date(2026, 10, 24),))))
            for day in draw(st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True))]


@st.composite
def instants(draw, centre, days=9):
    span = days * 86400
    return centre + timedelta(seconds=draw(st.one_of(st.integers(-span, span), st.integers(-24 * days, 24 * days).map(lambda h: h * 3600))))


RESPONSES = st.sampled_from((("assigned", "reply", "work"), ("assigned", "reply"), ("assigned",), ("reply",), ("work",)))


@st.composite
def cases(draw):
    """A calendar, and what is asked of it: around one hot instant, in few enough days for a slow model."""
    zone = draw(st.sampled_from(ZONES))
    centre = draw(st.sampled_from([APIA] if zone == "Pacific/Apia" else HOT))
    hours = [a for group in draw(st.lists(attendances(), min_size=1, max_size=4)) for a in group]
    leaves = [Leave(start, start + draw(st.sampled_from((timedelta(minutes=20), timedelta(hours=7), timedelta(seconds=86399), timedelta(days=4)))))
              for start in draw(st.lists(instants(centre), max_size=4))]
    closed = [centre.date() + timedelta(days=n) for n in draw(st.lists(st.integers(-8, 12), max_size=3))]
    calendar = Calendar(zone, hours, leaves, closed, centre.date() - timedelta(days=30), centre.date() + timedelta(days=60))
    # A start at a piece's edge, or a second from it, is where mistakes are.
    edges = [edge for n in range(-9, 10) for piece in calendar.pieces(centre.date() + timedelta(days=n)) for edge in piece]
    places = instants(centre)
    if edges:
        places = st.one_of(places, st.builds(lambda edge, s: edge + timedelta(seconds=s), st.sampled_from(edges), st.integers(-1, 1)))
    target = st.one_of(st.builds(lambda s: {"hours": s / 3600, "seconds": s}, st.one_of(st.integers(1, 200_000), st.sampled_from((3600, 7200, 25200)))),
                       st.builds(lambda n: {"days": n}, st.integers(1, 9)))
    policy = Policy(targets={name: draw(target) for name in ("urgent", "medium", "low")}, warn_at=draw(st.integers(1, 99)),
                    response=draw(RESPONSES))
    late = st.one_of(st.none(), places)
    ticket = Ticket(draw(places), draw(st.integers(-1, 4)), draw(late), draw(late), draw(late), worked=draw(late))
    return calendar, policy, ticket, draw(places), draw(places)


def stamp(when):
    return int(when.timestamp()) if when else 0


EPOCH = date(1970, 1, 1)


def day_number(day):
    return (day - EPOCH).days


def question(case):
    calendar, policy, ticket, now, other = case
    return {"zone": calendar.zone.key, "first": day_number(calendar.first), "last": day_number(calendar.last),
            "attendances": [[a.weekday, -1 if a.week is None else a.week, a.start_minute, a.end_minute,
                             None if a.first is None else day_number(a.first), None if a.last is None else day_number(a.last)]
                            for a in calendar.attendances],
            "leaves": [[stamp(l.start), stamp(l.end)] for l in calendar.leaves], "closed": [day_number(d) for d in calendar.closed],
            "targets": [[policy.targets[u].get("seconds", 0), policy.targets[u].get("days", 0)] for u in ("low", "medium", "urgent")],
            "responses": sum(bit for word, bit in (("assigned", 1), ("reply", 2), ("work", 4)) if word in policy.response),
            "warn_at": policy.warn_at,
            "ticket": [ticket.priority] + [stamp(t) for t in (ticket.created, ticket.assigned, ticket.replied, ticket.closed,
                                                              ticket.worked)],
            "now": stamp(now), "other": stamp(other)}


def or_none(function, *arguments):
    try:
        return stamp(function(*arguments))
    except NoWorkingTime:
        return None


def figures(found):
    return [found.urgency, stamp(found.started), stamp(found.warn_at), stamp(found.deadline), found.event, stamp(found.responded),
            found.state, found.used, found.late]


def model_answer(case):
    calendar, policy, ticket, now, other = case
    if not any(calendar.pieces(day) for day in calendar.days_from(calendar.first)):
        return None  # a calendar with no working time
    try:
        verdict = figures(sla_verdict(ticket, calendar, policy, now))
    except NoWorkingTime:
        verdict = None
    target = policy.targets["urgent"]
    after = (or_none(calendar.days_after, other, target["days"]) if "days" in target
             else or_none(calendar.after, other, target["seconds"]))
    return {"verdict": verdict, "between": calendar.between(now, other), "opening": or_none(calendar.opening, other), "after": after}


class Core:
    """tests/unit/sla_answers.c: one question a line, one answer a line."""

    def __init__(self):
        if not ANSWERS.exists():
            pytest.fail(f"{ANSWERS} is missing: run make test-tools")
        self.process = subprocess.Popen([str(ANSWERS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, case):
        return self.put(question(case))

    def put(self, asked):
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the core stopped: {self.process.wait(10)}"
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(timeout=30)
        self.process.stdout.close()
        assert status == 0


@pytest.fixture(scope="module")
def core():
    made = Core()
    yield made
    made.close()


@settings(max_examples=CASES, deadline=None, database=None, derandomize="QUALIODOO_SLA_CASES" not in os.environ,
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])
@given(case=cases())
def test_core_agrees_with_the_model(core, case):
    assert core.ask(case) == model_answer(case)


# ---- What the response settles, over cycles between which anything may change ----


@st.composite
def lives(draw):
    """The cycles of one ticket: each with its own calendar, policy, priority and events, as they are in Odoo by then. Between
    two cycles settings change, answers are found, and some disappear."""
    calendar, policy, ticket, *_ = draw(cases())
    centre = ticket.created
    cycles = []
    for number in range(draw(st.integers(2, 4))):
        if number and draw(st.booleans()):
            ticket = replace(ticket, priority=draw(st.integers(0, 3)))
        if number and draw(st.booleans()):
            hours = [a for group in draw(st.lists(attendances(), min_size=1, max_size=3)) for a in group]
            calendar = Calendar(calendar.zone.key, hours, calendar.leaves if draw(st.booleans()) else (), calendar.closed,
                                calendar.first, calendar.last)
        if number and draw(st.booleans()):
            policy = replace(policy, targets={u: {"hours": h, "seconds": h * 3600} for u, h in zip(
                ("urgent", "medium", "low"), draw(st.lists(st.integers(1, 20), min_size=3, max_size=3)))})
        if number and draw(st.booleans()):
            policy = replace(policy, response=draw(RESPONSES))
        for name in draw(st.lists(st.sampled_from(("assigned", "replied", "worked", "closed")), max_size=2)):
            ticket = replace(ticket, **{name: draw(st.one_of(st.none(), instants(centre, 5)))})
        cycles.append((calendar, policy, ticket, centre + timedelta(days=6 + number)))
    return cycles


def model_cycles(cycles):
    desk, found = Desk(), []
    for calendar, policy, ticket, now in cycles:
        try:
            if not any(calendar.pieces(day) for day in calendar.days_from(calendar.first)):
                raise NoWorkingTime("none at all")
            found.append(figures(desk.cycle([ticket], lambda _, c=calendar: c, policy, now)[ticket.id]))
        except NoWorkingTime:
            found.append(None)
    return found


@settings(max_examples=CASES, deadline=None, database=None, derandomize="QUALIODOO_SLA_CASES" not in os.environ,
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])
@given(cycles=lives())
def test_core_settles_as_the_model_does(core, cycles):
    assert core.put({"cycles": [question((*cycle, cycle[-1])) for cycle in cycles]}) == model_cycles(cycles)


OFFICE = ["zone=Europe/Paris", "mon-fri=09:00-12:00,14:00-18:00"]


def test_the_response_settles_the_verdict():
    """ "Answered in 4 h, raised to urgent the next day": nothing changes; with another response, the deadline stays."""
    calendar, desk, at = calendar_of_words(OFFICE), Desk(), "2026-03-{}+01:00".format
    ticket = Ticket(iso(at("10T09:00")), "0", replied=iso(at("10T15:00")), id=7)
    first = desk.cycle([ticket], lambda _: calendar, Policy(), iso(at("10T16:00")))[7]
    assert (first.state, first.deadline) == ("met", iso(at("12T09:00")))
    strict = Policy(targets={u: {"hours": 1} for u in ("urgent", "medium", "low")}, response=("assigned",))
    always = calendar_of_words(["zone=UTC", "mon-sun=00:00-24:00"])
    raised = replace(ticket, priority="3")
    later = desk.cycle([raised], lambda _: always, strict, iso(at("11T09:00")))[7]
    assert figures(later) == figures(first)
    gone = desk.cycle([replace(raised, replied=None)], lambda _: calendar, strict, iso(at("12T10:00")))[7]
    assert (gone.state, gone.deadline, gone.responded) == ("breached", first.deadline, None)
    assert desk.cycle([replace(raised, replied=None, closed=iso(at("12T08:00")))], lambda _: calendar, strict,
                      iso(at("12T11:00")))[7].state == "met"
    assert Desk().cycle([replace(ticket, born_closed=True)], lambda _: calendar, Policy(), iso(at("20T09:00"))) == {}


def test_a_ticket_answered_long_before_it_is_first_judged_is_never_flagged():
    calendar = calendar_of_words(OFFICE)
    ticket = Ticket(iso("2026-03-10T09:00+01:00"), "3", replied=iso("2026-03-10T15:00+01:00"), id=7)
    for now, flagged in (("2026-03-17T15:00+01:00", True), ("2026-03-17T15:00:01+01:00", False)):
        desk = Desk()
        verdict = desk.cycle([ticket], lambda _: calendar, Policy(), iso(now))[7]
        assert verdict.state == "breached" and desk.may_be_flagged(verdict) is flagged


def test_what_is_a_response_in_the_model():
    created = iso("2026-03-10T09:00Z")
    after = [created + timedelta(seconds=s) for s in (0, 10, 11, 59, 3600)]
    assert assignment_of(Events(created, assignments=tuple(after[:2]))) is None
    assert assignment_of(Events(created, assignments=tuple(after))) == after[2]
    side = (Message(after[4], 5, 5), Message(after[4], 9, 5), Message(after[4], 7), Message(created, 3),
            Message(created - timedelta(days=1), 3), Message(after[4], 3, opened=True))
    assert reply_of(Events(created, 7, 5, messages=side)) is None
    assert reply_of(Events(created, 7, 5, messages=(*side, Message(after[3], 3, 1)))) == after[3]
    assert ticket_of(Events(created, works=(after[4], after[3]), closings=(after[4],))).worked == after[3]


def test_leaves_of_another_company_do_not_count_in_the_model():
    every, ours, theirs = (Leave(iso("2026-03-10T09:00Z"), iso("2026-03-11T09:00Z"), company) for company in (None, 1, 2))
    assert leaves_for(1, [every, ours, theirs]) == [every, ours]


def test_holidays_of_the_sets_in_the_model():
    new = {name: sorted(set(holidays([name], 2026)) - set(french_holidays(2026))) for name in
           ("alsace-moselle", "guadeloupe", "martinique", "guyane", "la-reunion", "mayotte")}
    assert {name: [str(day)[5:] for day in days] for name, days in new.items()} == {
        "alsace-moselle": ["04-03", "12-26"], "guadeloupe": ["05-27"], "martinique": ["05-22"], "guyane": ["06-10"],
        "la-reunion": ["12-20"], "mayotte": ["04-27"]}
    assert date(2026, 5, 25) not in holidays(["france", "-whit-monday"], 2026)
    assert holidays(["02-29", "12-26", "2027-01-02"], 2027) == [date(2027, 1, 2), date(2027, 12, 26)]
    for year in (2027, 2035):
        assert len(french_holidays(year)) == 11


def test_french_holidays():
    assert [str(day) for day in french_holidays(2026)] == [
        "2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25", "2026-07-14", "2026-08-15", "2026-11-01",
        "2026-11-11", "2026-12-25"]
    for year, monday in ((1954, "04-19"), (1981, "04-20"), (2008, "03-24"), (2038, "04-26"), (2049, "04-19"), (2076, "04-20")):
        assert date.fromisoformat(f"{year}-{monday}") in french_holidays(year)


def test_naive_instants_are_utc():
    calendar = calendar_of_words(["zone=Europe/Paris", "mon=09:00-10:00"])
    assert calendar.opening(datetime(2026, 3, 9, 3)) == datetime(2026, 3, 9, 8, tzinfo=timezone.utc)
