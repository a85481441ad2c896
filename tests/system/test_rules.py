"""The rules of DOMAIN.md on small stories, counted by hand: from records of Odoo to minutes."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run, World


class Desk:
    """One customer, and shorthand for what happens to it."""

    def __init__(self, world: World, run: Run) -> None:
        self.world, self.run = world, run
        self.customer = world.partner("Exemple SARL")

    def pack(self, invoiced: str, paid: str | None = None, code: str = "SUP12", **options: Any) -> int:
        invoice = self.world.invoice(self.customer, [(code, 1)], invoiced, **options)
        if paid:
            self.world.pay(invoice, paid)
        return invoice

    def work(self, *lines: tuple[str, float], **options: Any) -> int:
        """A ticket with lines of (date, minutes)."""
        ticket = self.world.ticket(self.customer, created="2024-01-01 09:00", **options)
        for date, minutes in lines:
            self.world.timesheet(ticket, minutes / 60, date)
        return ticket

    def state(self, now: str = "2026-03-20", **options: Any) -> dict[str, Any]:
        self.run.configure(**options)
        self.run("sync", now=now, check=0)
        return self.run("balance", self.customer, "--json", now=now, check=0).json[0]

    def balance(self, now: str = "2026-03-20", **options: Any) -> int:
        self.run.configure(**options)
        self.run("sync", now=now, check=0)
        return self.run.balance(self.customer)

    def entries(self, now: str = "2026-03-20", *kinds: str) -> list[tuple[str, str, int]]:
        found = self.run("ledger", self.customer, "--json", now=now, check=0).json["entries"]
        return [(e["date"], e["kind"], e["minutes"]) for e in found if not kinds or e["kind"] in kinds]


@pytest.fixture
def desk(world: World, run: Run) -> Desk:
    return Desk(world, run)


@pytest.mark.parametrize(("hours", "charged"), [(0.17, 10), (1.025, 65), (0.33, 20), (1 / 60, 5), (0.0, 0), (0.008, 0),
                                                (0.00833, 0), (0.0084, 5), (8.0, 480), (0.0833333333, 5), (0.0917, 10)])
def test_a_duration_is_rounded_to_the_minute_then_to_the_step(desk: Desk, hours: float, charged: int) -> None:
    """0.17 h is 0:10 and is charged 10 min; 1.025 h is 1:02; 0.0917 h is 6 min."""
    desk.pack("2026-01-01", "2026-01-01")
    desk.world.timesheet(desk.work(), hours, "2026-01-02")
    assert desk.balance() == 720 - charged


@pytest.mark.parametrize(("rounding", "charged"), [("ticket", [5, 5]), ("entry", [5, 5, 5])])
def test_three_lines_of_two_minutes_are_rounded_together_or_each(desk: Desk, rounding: str, charged: list[int]) -> None:
    desk.pack("2026-01-01", "2026-01-01")
    desk.work(("2026-01-02", 2), ("2026-01-02", 2), ("2026-01-02", 2))
    assert desk.balance(credit={"rounding": rounding}) == 720 - sum(charged)
    assert [-m for _, _, m in desk.entries("2026-03-20", "debit")] == charged


def test_a_negative_line_gives_back_no_more_than_was_charged(desk: Desk) -> None:
    desk.pack("2026-01-01", "2026-01-01")
    desk.work(("2026-01-02", 30), ("2026-01-03", -90), ("2026-01-04", 70))
    assert desk.balance() == 720 - 10  # the running total is 30, -60, 10


def test_credit_step_is_the_step_of_rounding(desk: Desk) -> None:
    desk.pack("2026-01-01", "2026-01-01")
    desk.work(("2026-01-02", 16))
    assert desk.balance(credit={"step": "15min"}) == 690


def test_a_pack_is_usable_from_its_payment_to_the_eve_of_a_year_later(desk: Desk) -> None:
    desk.pack("2025-03-01", "2025-03-10")
    desk.work(("2025-03-09", 10), ("2025-03-10", 20), ("2026-03-09", 40), ("2026-03-10", 80))
    state = desk.state()
    assert [(lot["start"], lot["end"], lot["state"]) for lot in state["lots"]] == [("2025-03-10", "2026-03-10", "expired")]
    assert state["balance_minutes"] == -80
    assert desk.entries() == [("2025-03-09", "debit", -10), ("2025-03-10", "grant", 720),
                              ("2025-03-10", "overdraft_repaid", -10), ("2025-03-10", "overdraft_repaid", 10),
                              ("2025-03-10", "debit", -20), ("2026-03-09", "debit", -40),
                              ("2026-03-10", "expire", -650), ("2026-03-10", "debit", -80)]


def test_a_pack_of_29_february_ends_on_1_march(desk: Desk) -> None:
    desk.pack("2024-02-29", "2024-02-29")
    assert desk.state("2024-03-05")["next_expiry"] == "2025-03-01"
    assert desk.balance("2025-02-28") == 720 and desk.balance("2025-03-01") == 0


def test_hours_left_roll_over_to_a_renewal_paid_on_the_last_day(desk: Desk) -> None:
    desk.pack("2025-01-10", "2025-01-10")
    desk.work(("2025-06-01", 120))
    desk.pack("2026-01-08", "2026-01-10")
    state = desk.state()
    assert state["balance_minutes"] == 720 + 600
    assert [(lot["state"], lot["left_minutes"]) for lot in state["lots"]] == [("rolled_over", 0), ("open", 1320)]


def test_hours_left_come_back_when_the_renewal_invoice_was_in_time(desk: Desk) -> None:
    desk.pack("2025-01-10", "2025-01-10")
    desk.pack("2026-01-09", "2026-02-09")
    assert desk.balance("2026-02-08") == 0
    assert desk.balance("2026-02-09") == 1440
    assert desk.entries("2026-02-09", "expire", "reinstate") == [
        ("2026-01-10", "expire", -720), ("2026-02-09", "reinstate", 720)]


def test_hours_left_are_lost_when_the_renewal_came_late_but_for_the_grace(desk: Desk) -> None:
    desk.pack("2025-01-10", "2025-01-10")
    desk.pack("2026-01-15", "2026-01-20")
    assert desk.balance() == 720
    assert desk.balance(credit={"renewal_grace": "5d"}) == 1440
    assert desk.balance(credit={"renewal_grace": "4d"}) == 720


def test_hours_lost_while_a_renewal_is_unpaid_are_said_to_be(desk: Desk) -> None:
    desk.pack("2025-01-10", "2025-01-10")
    renewal = desk.pack("2026-01-09")
    desk.run("sync", check=0)
    note = desk.run("ledger", desk.customer, "--json").json["entries"][-1]["note"]
    assert f"lost unless {desk.world.row('account.move', renewal)['name']} is paid" in note


def test_the_payment_date_is_the_money_s_own_and_the_latest(desk: Desk) -> None:
    invoice = desk.pack("2026-01-10")
    desk.world.pay(invoice, "2026-01-20", 500)
    desk.world.pay(invoice, "2026-01-15")
    assert desk.state()["lots"][0]["start"] == "2026-01-20"


def test_a_payment_made_before_the_invoice_starts_with_the_invoice(desk: Desk) -> None:
    payment = desk.world.prepay(desk.customer, 1080, "2025-01-01")
    desk.world.settle(payment, desk.pack("2026-01-10"))
    assert desk.state()["lots"][0]["start"] == "2026-01-10"


def test_a_payment_dated_tomorrow_does_not_exist_yet(desk: Desk) -> None:
    desk.pack("2026-03-01", "2026-03-21")
    assert desk.balance() == 0
    assert desk.balance("2026-03-21") == 720


@pytest.mark.parametrize("how", ["cash", "bank", "statement", "write-off", "two invoices"])
def test_money_of_any_kind_pays(desk: Desk, how: str) -> None:
    invoice = desk.pack("2026-01-10")
    world = desk.world
    if how in ("cash", "bank"):
        world.pay(invoice, "2026-01-12", journal=how)
    elif how == "statement":
        world.bank_statement_settle(invoice, "2026-01-12")
    elif how == "write-off":
        world.write_off(invoice, 1000, "2026-01-12")
    else:
        payment = world.prepay(desk.customer, 2160, "2026-01-12")
        world.settle(payment, invoice)
        world.settle(payment, desk.pack("2026-01-11"))
    assert desk.balance() == (1440 if how == "two invoices" else 720)
    assert desk.state()["lots"][0]["start"] == "2026-01-12"


def test_an_exchange_difference_of_the_end_of_the_month_is_no_payment_date(desk: Desk) -> None:
    invoice = desk.pack("2026-03-01", "2026-03-10")
    desk.world.exchange_difference(invoice, "2026-03-31")
    assert desk.state()["lots"][0]["start"] == "2026-03-10"


@pytest.mark.parametrize("settled", ["miscellaneous", "credit note"])
def test_an_invoice_settled_without_money_grants_nothing(desk: Desk, settled: str) -> None:
    invoice = desk.pack("2026-01-10")
    if settled == "credit note":
        desk.world.refund(invoice, date="2026-01-12")
    else:
        desk.world.misc_settle(invoice, "2026-01-12")
    state = desk.state()
    assert state["balance_minutes"] == 0 and state["lots"] == []


@pytest.mark.parametrize(("amount", "left"), [(50, 687), (540, 360), (1080, 0), (2000, 0)])
def test_a_credit_note_takes_back_its_share(desk: Desk, amount: int, left: int) -> None:
    """50 EUR of 1080 are 33 min of 720."""
    invoice = desk.pack("2026-01-10", "2026-01-10")
    refund = desk.world.refund(invoice, lines=[("SUP12", 1, amount)], date="2026-02-01")
    desk.world.bank_statement_settle_refund(refund, "2026-02-03")
    assert desk.balance() == left
    assert desk.entries("2026-03-20", "clawback") == [("2026-02-03", "clawback", left - 720)]


def test_a_refunded_pack_closes_and_renews_nothing(desk: Desk) -> None:
    invoice = desk.pack("2025-06-01", "2025-06-01")
    desk.pack("2025-01-10", "2025-01-10")
    refund = desk.world.refund(invoice, date="2025-07-01")
    desk.world.bank_statement_settle_refund(refund, "2025-07-01")
    state = desk.state()
    assert [(lot["state"], lot["end"]) for lot in state["lots"]] == [("expired", "2026-01-10"), ("reversed", "2025-07-01")]


def test_a_quantity_and_its_unit_multiply_the_hours(desk: Desk) -> None:
    world = desk.world
    world.pay(world.invoice(desk.customer, [("SUP12", 2.5)], "2026-01-01"), "2026-01-01")
    world.pay(world.invoice(desk.customer, [("SUP24", 1 / 12, 100, "dozen")], "2026-01-01"), "2026-01-01")
    assert desk.balance() == 1800 + 1440


def test_a_contact_s_company_is_the_customer_and_an_invoice_stays_where_it_was(desk: Desk) -> None:
    world = desk.world
    contact = world.partner("Anne", parent=desk.customer)
    other = world.partner("Autre SARL")
    world.pay(world.invoice(contact, [("SUP12", 1)], "2026-01-01"), "2026-01-01")
    world.timesheet(world.ticket(contact), 1.0, "2026-01-02")
    assert desk.balance() == 660
    world.move_contact(contact, other)
    assert desk.balance() == 720
    assert desk.run.balance(other) == -60


def test_excluded_tags_and_tickets_without_a_customer_are_charged_to_nobody(desk: Desk) -> None:
    desk.pack("2026-01-01", "2026-01-01")
    desk.work(("2026-01-02", 60), tags=("Geste commercial",))
    desk.world.timesheet(desk.world.ticket(None), 1.0, "2026-01-02")
    assert desk.balance(tickets={"excluded_tags": ["Geste commercial"]}) == 720
    assert desk.balance(tickets={"excluded_tags": []}) == 660


def test_credit_since_leaves_out_packs_work_and_adjustments_before_it(desk: Desk) -> None:
    desk.pack("2025-12-01", "2025-12-31")
    desk.pack("2025-12-01", "2026-01-01")
    desk.work(("2025-12-31", 7), ("2026-01-01", 7))
    desk.world.adjustment(desk.customer, 30, "2025-12-31")
    desk.world.adjustment(desk.customer, 45, "2026-01-01")
    assert desk.balance(credit={"since": "2026-01-01"}) == 720 - 10 + 45


def test_adjustments_add_and_remove_and_may_end(desk: Desk) -> None:
    world = desk.world
    world.adjustment(desk.customer, 100, "2026-01-01", end="2026-02-01")
    world.adjustment(desk.customer, -7, "2026-01-15")
    world.adjustment(desk.customer, 50, "2026-01-20")
    state = desk.state()
    assert state["balance_minutes"] == 50
    assert [(lot["lot"].split(":")[0], lot["state"], lot["end"]) for lot in state["lots"]] == [
        ("adjustment", "expired", "2026-02-01"), ("adjustment", "open", "2027-01-20")]


def test_held_minutes_wait_for_a_response(desk: Desk) -> None:
    desk.pack("2026-01-01", "2026-01-01")
    ticket = desk.work(("2026-01-10", 30), ("2026-01-20", 40))
    state = desk.state(credit={"count_from": "response"})
    assert (state["balance_minutes"], state["held_minutes"]) == (720, 70)
    desk.world.reply(ticket, at="2026-01-15 10:00", author="customer")
    desk.world.reply(ticket, at="2026-01-15 11:00", internal=True)
    desk.world.reply(ticket, at="2026-01-15 12:00", author="auto")
    assert desk.state()["held_minutes"] == 70
    desk.world.reply(ticket, at="2026-01-15 23:30")  # the 16th in Paris
    state = desk.state()
    assert (state["balance_minutes"], state["held_minutes"]) == (680, 0)


def test_an_invoice_in_another_currency_and_company_counts_like_any_other(desk: Desk) -> None:
    world = desk.world
    invoice = world.invoice(desk.customer, [("SUP24", 1, 2500)], "2026-01-01", currency="USD", rate=1.1,
                            company=world.company("Filiale"))
    world.pay(invoice, "2026-01-05")
    assert desk.balance() == 1440


def test_an_offered_pack_starts_on_its_invoice_date_and_renews(desk: Desk) -> None:
    desk.pack("2025-01-10", "2025-01-10")
    desk.world.invoice(desk.customer, [("SUP12", 1, 0)], "2026-01-09")
    assert desk.balance() == 1440


def test_a_negative_quantity_on_an_invoice_takes_back_the_day_its_lots_start(desk: Desk) -> None:
    invoice = desk.world.invoice(desk.customer, [("SUP24", 1), ("SUP12", -1)], "2026-01-10")
    desk.world.pay(invoice, "2026-01-12")
    assert desk.balance() == 720
    assert desk.entries("2026-03-20", "clawback") == [("2026-01-12", "clawback", -720)]
