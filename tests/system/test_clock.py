"""A wrong clock writes nothing: this machine's clock is compared with the Date of Odoo's answers.

The machine's clock is the operating system's: neither --now nor the clock of build/qualiodoo-test replaces it.
"""

from __future__ import annotations

import re
from email.utils import formatdate
from typing import Any

import pytest
from conftest import Run, Server, Shop, World
from test_alerts import Office
from test_writeback import Desk

DAYS = 86400


@pytest.fixture
def desk(world: World, server: Server, run: Run) -> Desk:
    return Desk(world, server, run)


def writes(desk: Desk) -> list[Any]:
    return [c for c in desk.server.calls if c.writes]


@pytest.mark.parametrize("skew", [-3 * DAYS, -121 - 60, 121 + 60, 3 * DAYS])
def test_with_a_clock_that_differs_from_odoos_by_more_than_two_minutes_writes_wait(desk: Desk, skew: float) -> None:
    ticket = desk.ticket()
    desk.server.date_skew = skew
    ended = desk.sync("11:07", check=1)
    assert "this machine's clock says 20" in ended.err and "Odoo's server 20" in ended.err and "timedatectl" in ended.err
    assert desk.kinds(ticket) == [] and writes(desk) == []
    assert {row[2] for row in desk.outbox()} == {"queued"}
    assert ended.json["writes"]["sent"] == 0
    desk.server.date_skew = 0
    desk.sync("11:08")
    assert desk.kinds(ticket) == ["breach"]


def test_a_false_breach_of_a_fresh_ticket_is_not_written_with_a_clock_three_days_ahead(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.server.date_skew = -3 * DAYS
    desk.run("sync", now="2026-03-23T09:00:00Z", check=1)  # what the wrong clock says
    assert desk.kinds(ticket) == [] and {row[2] for row in desk.outbox()} == {"queued"}
    desk.server.date_skew = 0
    desk.sync("9:05")
    assert desk.kinds(ticket) == [] and {row[2] for row in desk.outbox()} == {"void"}


@pytest.mark.parametrize("skew", [-100, 0, 100])
def test_a_clock_that_is_wrong_by_up_to_two_minutes_withholds_no_write(desk: Desk, skew: float) -> None:
    ticket = desk.ticket()
    desk.server.date_skew = skew
    desk.sync("11:07")
    assert desk.kinds(ticket) == ["breach"]


def test_writes_go_on_when_answers_have_no_date_a_frozen_one_or_that_of_a_proxys_cache(desk: Desk) -> None:
    for date, age in (("", None), (formatdate(0, usegmt=True), None), ("Thu, 19 Mar 2026 10:00:00 GMT", None),
                      ("yesterday", None), (None, 5000)):
        ticket = desk.ticket()
        desk.server.date, desk.server.age, desk.server.date_skew = date, age, -5000 if age else 0
        desk.sync("11:07")
        assert desk.kinds(ticket) == ["breach"], (date, age)
        assert desk.run("status", "--json").json["clock"] is None


def test_status_and_doctor_say_that_the_clock_is_wrong_with_both_times(desk: Desk) -> None:
    desk.server.date_skew = -3 * DAYS
    desk.sync("9:05", check=1)
    status = desk.run("status", "--json", now=at_nine(), check=3).json
    assert not status["healthy"] and status["clock"].keys() == {"machine_at", "odoo_at", "ahead_seconds"}
    assert abs(status["clock"]["ahead_seconds"] - 3 * DAYS) < 10
    told = [p for p in status["problems"] if "this machine's clock" in p]
    assert len(told) == 1 and status["clock"]["machine_at"] in told[0] and status["clock"]["odoo_at"] in told[0]
    text = desk.run("status", now=at_nine(), check=3).out
    assert "this machine's clock" in text and not re.search(r"\dT\d\d:\d\d:\d\dZ", text), "the text has the configured zone alone"
    found = desk.run("doctor", "--json", check=3).json["findings"]
    assert [f["level"] for f in found if "this machine's clock" in f["text"] and f["topic"] == "connection"] == ["problem"]
    desk.server.date_skew = 0
    desk.sync("9:10")
    assert desk.run("status", "--json", now=at_nine(), check=0).json["clock"] is None
    found = desk.run("doctor", "--json").json["findings"]
    assert [f["level"] for f in found if "this machine's clock" in f["text"] and f["topic"] == "connection"] == ["ok"]


def at_nine() -> str:
    return "2026-03-20T08:11:00Z"


def test_in_shadow_mode_a_wrong_clock_is_logged_and_shown_and_fails_nothing(desk: Desk) -> None:
    desk.run.configure(writeback={"enabled": False})
    desk.server.date_skew = 3 * DAYS
    assert "this machine's clock" in desk.sync("9:05").err
    assert desk.run("status", "--json", now=at_nine(), check=3).json["clock"]["ahead_seconds"] < -2 * DAYS


def test_an_adjustment_is_refused_with_a_wrong_clock(world: World, server: Server, run: Run, shop: Shop) -> None:
    world.adjustment_model()
    run.configure(writeback={"enabled": True, "since": "2026-03-01"})
    run("sync", check=0)
    server.date_skew = -3 * DAYS
    assert "this machine's clock" in run("adjust", shop.acme, 30, "--reason", "x", check=1).err
    assert world.env().search("x_qualiodoo_adjustment", []) == []
    server.date_skew = 0
    run("adjust", shop.acme, 30, "--reason", "x", check=0)


def test_an_expiry_that_only_a_wrong_clock_sees_gives_no_alert(world: World, server: Server, run: Run) -> None:
    office = Office(world, server, run)
    office.pack("2026-03-10")
    server.date_skew = -400 * DAYS
    office.sync("2027-04-10", check=1)  # every lot has expired, says that clock
    server.date_skew = 0
    office.sync("2026-03-20")
    assert office.kinds() == ["credited"]
    assert run.balance(office.customer) == 720


def correction(desk: Desk, ticket: int) -> str:
    return desk.find("mail.message", [("res_id", "=", ticket), ("message_id", "like", "cleared")], "body")[0]["body"]


@pytest.mark.parametrize(("language", "words"), [
    ("fr", "l'échéance du 20/03/2026 à 11:00 n'est pas encore passée"), ("en", "the deadline of 2026-03-20 11:00 has not passed yet")])
def test_a_correction_after_the_clock_was_put_back_says_that_the_clock_was_ahead(desk: Desk, language: str, words: str) -> None:
    desk.run.configure(language=language)
    desk.server.date = ""  # nothing warns of the wrong clock
    ticket = desk.ticket()
    desk.sync("11:07")
    assert desk.kinds(ticket) == ["breach"]
    desk.sync("9:30")
    assert words in correction(desk, ticket) and "11:00 mais le" not in correction(desk, ticket)
    assert "no longer" not in correction(desk, ticket)


def test_a_correction_names_the_new_deadline_only_when_it_is_another(desk: Desk) -> None:
    desk.run.configure(language="en")
    ticket, other = desk.ticket(), desk.ticket()
    desk.sync("11:07")
    desk.world.write("helpdesk.ticket", ticket, priority="0")
    desk.world.reply(other, at="2026-03-20 08:30")
    desk.sync("11:30")
    assert "no longer 2026-03-20 11:00 but 2026-03-24 09:00; the response is not overdue yet" in correction(desk, ticket)
    told = correction(desk, other)
    assert "(due 2026-03-20 11:00) was in time. Response: 2026-03-20 09:30 (reply); it was not known" in told
