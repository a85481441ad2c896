"""The model of the ledger against the page: every rule by hand, then the invariants of §7 on random histories.

    /usr/bin/python3 -m pytest -q tests/model            (QUALIODOO_MODEL_HISTORIES=20000 for a long run)
"""

import os
import random
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import histories as H
from ledger_model import (Account, Adjustment, Clawback, Counterpart, Debit, Grant, History, Invoice, Line, Policy, Ticket, TimesheetLine,
                          add_months, add_years, balance_json, charges, derive, holder_of, ledger, ledger_json, minutes_of_hours, nearest, response_day, run)

C = 7  # the customer
FAR = date(2029, 1, 1)
START = date(2025, 3, 10)
END = date(2026, 3, 10)


def d(text):
    return date.fromisoformat(text)


def t(text):
    return datetime.fromisoformat(text)


def pack(id, quantity=1, price=None, product="SUP12"):
    return Line(id, product, quantity, price if price is not None else 960 * quantity)


def invoice(id=1, day=START, paid=None, lines=None, journal="bank", **more):
    lines = lines if lines is not None else [pack(10 * id)]
    counterparts = more.pop("counterparts", [Counterpart(paid or day, journal)])
    total = more.pop("amount_total", sum(l.price_subtotal for l in lines))
    return Invoice(id, C, day, lines=lines, counterparts=counterparts, amount_total=total, **more)


def credit_note(id, day, of=1, lines=None, paid=None, **more):
    counterparts = more.pop("counterparts", [Counterpart(paid or day, "bank")])
    return Invoice(id, C, day, "out_refund", lines=lines if lines is not None else [pack(10 * id)], reversed_entry_id=of,
                   counterparts=counterparts, amount_total=960, **more)


class Book:
    """Runs a history of the one customer."""

    def __init__(self, *records, policy=Policy(), today=FAR):
        self.history = History({C: "Exemple SARL"})
        for r in records:
            {Invoice: self.history.invoices, Ticket: self.history.tickets, TimesheetLine: self.history.timesheets,
             Adjustment: self.history.adjustments}[type(r)].append(r)
        if self.history.timesheets and not self.history.tickets:
            self.history.tickets.append(Ticket(1, C))
        self.policy, self.today = policy, today
        self.report = run(self.history, policy, today)[C]

    def moves(self, *kinds):
        """[(date, kind, minutes, lot's id)], lot ids shortened: 10, or "a3" for adjustment 3, None for the overdraft."""
        short = lambda lot: None if lot is None else int(lot.split(":")[1]) if lot.startswith("account") else "a" + lot.split(":")[1]
        return [(e.date.isoformat(), e.kind, e.minutes, short(e.lot)) for e in self.report.entries if not kinds or e.kind in kinds]

    def amounts(self, kind):
        return [e.minutes for e in self.report.entries if e.kind == kind]

    def lot(self, id):
        name = id if isinstance(id, str) else f"account.move.line:{id}"
        return next(l for l in self.report.lots if l["lot"] == name)

    @property
    def balance(self):
        return self.report.balance_minutes


def work(id, day, minutes, ticket=1):
    return TimesheetLine(id, ticket, d(day), Fraction(minutes, 60))


# ---------------------------------------------------------------------------------------------------------
# §1 units and time
# ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours, minutes", [(0.17, 10), (1.025, 62), (-1.025, -62), (0.025, 2), (-0.025, -2), (0.02, 1), (0.008, 0), (0.0083, 0),
                                            (0.00833334, 1), (-0.00833334, -1), (0.0, 0), (12.0, 720), (0.33, 20), (7.99, 479)])
def test_s1_duration_to_the_millisecond_then_to_the_minute(hours, minutes):
    assert minutes_of_hours(hours) == minutes


def test_s1_017_h_is_charged_10_not_15():
    assert Book(invoice(), TimesheetLine(1, 1, START, 0.17)).amounts("debit") == [-10]


def test_s1_timesheet_in_days():
    assert Book(invoice(), TimesheetLine(1, 1, START, days=0.5)).amounts("debit") == [-240]
    assert Book(invoice(), TimesheetLine(1, 1, START, days=1.0, day_hours=7.5)).amounts("debit") == [-450]


def test_s1_order_within_a_day():
    # END: the old pack ends with 700 left; a new pack, a refund of another one, a goodwill and work all happen that day.
    b = Book(invoice(1), work(1, "2025-03-11", 20), invoice(2, END), credit_note(3, END, of=2), Adjustment(4, C, 30, END), work(2, END.isoformat(), 5))
    on_the_day = [m for m in b.moves() if m[0] == END.isoformat()]
    assert on_the_day == [("2026-03-10", "grant", 720, 20), ("2026-03-10", "clawback", -720, 20), ("2026-03-10", "expire", -700, 10),
                          ("2026-03-10", "adjust", 30, "a4"), ("2026-03-10", "debit", -5, "a4")]


def test_s1_within_a_step_by_id():
    b = Book(invoice(1, lines=[pack(12), pack(11)]), Adjustment(9, C, 1, START), Adjustment(8, C, -2, START), work(6, "2025-03-10", 5), work(5, "2025-03-10", 10),
             today=START)
    assert [(m[1], m[2], m[3]) for m in b.moves()] == [("grant", 720, 11), ("grant", 720, 12), ("adjust", -2, 11), ("adjust", 1, "a9"),
                                                       ("debit", -10, 11), ("debit", -5, 11)]


def test_s1_after_today_does_not_exist():
    records = [invoice(), invoice(2, d("2025-04-01")), Adjustment(1, C, 9, d("2025-04-02")), work(1, "2025-04-03", 5), credit_note(3, d("2025-04-04"))]
    assert Book(*records, today=d("2025-03-31")).moves() == [("2025-03-10", "grant", 720, 10)]
    assert Book(*records, today=d("2025-04-01")).balance == 1440
    assert Book(*records, today=d("2025-03-09")).moves() == []


# ---------------------------------------------------------------------------------------------------------
# §2 customers
# ---------------------------------------------------------------------------------------------------------


def test_s2_ticket_without_customer_is_charged_to_nobody():
    b = Book(invoice(), Ticket(1, None), work(1, "2025-03-11", 60), today=END - timedelta(days=1))
    assert b.moves("debit") == [] and b.balance == 720


# ---------------------------------------------------------------------------------------------------------
# §3 grants
# ---------------------------------------------------------------------------------------------------------


def test_s3_quantity_times_hours():
    b = Book(invoice(lines=[pack(10, 2), pack(11, 0.5, product="SUP36"), pack(12, 1, product="CONSULT")]), today=START)
    assert [(l["lot"], l["granted_minutes"]) for l in b.report.lots] == [("account.move.line:10", 1440), ("account.move.line:11", 1080)]


def test_s3_rounded_to_the_nearest_and_no_empty_lot():
    assert Book(invoice(lines=[pack(10, 0.001), pack(11, 0.0005), pack(12, 0)]), today=START).amounts("grant") == [1]  # 0.72, 0.36, 0
    odd = Policy(packs=(("SUP12", 1.5),))
    assert Book(invoice(lines=[pack(10, 0.15)]), policy=odd, today=START).amounts("grant") == [14]  # 13.5


def test_s3_quantity_in_another_unit():
    assert Book(invoice(lines=[Line(10, "SUP12", 0.5, 5760, uom_factor=12)]), today=START).amounts("grant") == [6 * 720]


@pytest.mark.parametrize("change", [dict(state="draft"), dict(state="cancel"), dict(payment_state="not_paid"), dict(payment_state="partial", amount_residual=1.0),
                                    dict(amount_residual=960), dict(payment_state="in_payment"), dict(payment_state="reversed"),
                                    dict(payment_state="in_payment", amount_residual=960), dict(move_type="in_invoice"), dict(counterparts=[]),
                                    dict(counterparts=[Counterpart(START, "general")]), dict(counterparts=[Counterpart(START, "sale", "out_refund")])])
def test_s3_not_effectively_paid_grants_nothing(change):
    assert Book(invoice(**change)).moves() == []


def test_s3_in_payment_when_the_policy_says_so():
    policy = Policy(payment="in_payment")
    assert Book(invoice(payment_state="in_payment"), policy=policy).amounts("grant") == [720]
    assert Book(invoice(payment_state="in_payment", amount_residual=960), policy=policy).amounts("grant") == []
    assert Book(invoice(), policy=policy).amounts("grant") == [720]


@pytest.mark.parametrize("journal", ["bank", "cash", "credit"])
def test_s3_money_came_in(journal):
    assert Book(invoice(journal=journal)).amounts("grant") == [720]


def test_s3_amount_zero_is_paid_on_its_invoice_date():
    b = Book(invoice(lines=[pack(10, price=0)], counterparts=[]))
    assert b.moves("grant") == [("2025-03-10", "grant", 720, 10)]


def test_s3_payment_date_is_the_latest_money():
    b = Book(invoice(counterparts=[Counterpart(d("2025-03-20"), "bank"), Counterpart(d("2025-04-05"), "cash"), Counterpart(d("2025-05-01"), "general"),
                                   Counterpart(d("2025-06-01"), "sale", "out_refund")]))
    assert b.lot(10)["start"] == d("2025-04-05") and b.lot(10)["end"] == d("2026-04-05")


def test_s3_starts_on_the_later_of_payment_and_invoice():
    b = Book(invoice(paid=d("2023-01-01")))
    assert b.lot(10)["start"] == START and b.lot(10)["state"] == "expired"


def test_s3_validity_is_half_open():
    assert Book(invoice(), today=END - timedelta(days=1)).lot(10)["state"] == "open"
    b = Book(invoice(), work(1, "2026-03-09", 5), work(2, "2026-03-10", 5), today=END)
    assert b.moves() == [("2025-03-10", "grant", 720, 10), ("2026-03-09", "debit", -5, 10), ("2026-03-10", "expire", -715, 10), ("2026-03-10", "debit", -5, None)]
    assert b.lot(10)["end"] == END and b.balance == -5


def test_s3_29_february_plus_a_year_is_1_march():
    assert add_years(d("2024-02-29"), 1) == d("2025-03-01")
    assert add_years(d("2024-02-29"), 4) == d("2028-02-29")
    assert add_years(d("2024-02-28"), 1) == d("2025-02-28")
    assert Book(invoice(day=d("2024-02-29"))).moves("expire") == [("2025-03-01", "expire", -720, 10)]


# -- clawbacks


def test_s3_credit_note_takes_the_pack_back():
    b = Book(invoice(), work(1, "2025-03-11", 100), credit_note(2, d("2025-04-01")))
    assert b.moves("clawback") == [("2025-04-01", "clawback", -620, 10), ("2025-04-01", "clawback", -100, None)]
    assert b.balance == -100 and b.lot(10)["state"] == "reversed" and b.lot(10)["end"] == d("2025-04-01")


@pytest.mark.parametrize("change", [dict(state="draft"), dict(state="cancel"), dict(amount_residual=5)])
def test_s3_credit_note_must_be_posted_and_settled(change):
    assert Book(invoice(), credit_note(2, d("2025-04-01"), **change)).moves("clawback") == []


def test_s3_gesture_of_50_does_not_take_12_hours():
    # 720 × 50 / 960 = 37.5, rounded away from zero
    b = Book(invoice(), credit_note(2, d("2025-04-01"), lines=[pack(20, price=50)]), today=d("2025-04-01"))
    assert b.amounts("clawback") == [-38] and b.lot(10)["state"] == "open"


def test_s3_ratio_of_as_many_packs():
    # Two at 960, one refunded: 720. Two lines of the same product are averaged: (960 + 480) / 2 = 720 a pack.
    assert Book(invoice(lines=[pack(10, 2)]), credit_note(2, d("2025-04-01"), lines=[pack(20, 1)])).amounts("clawback") == [-720]
    two = [pack(10, 1, 960), pack(11, 1, 480)]
    assert Book(invoice(lines=two), credit_note(2, d("2025-04-01"), lines=[pack(20, 1, 360)])).amounts("clawback") == [-360]
    assert Book(invoice(lines=two), credit_note(2, d("2025-04-01"), lines=[pack(20, 1, 960)])).amounts("clawback") == [-720]  # min(1, ...)


def test_s3_ratio_is_1_without_an_amount_or_the_product():
    assert Book(invoice(lines=[pack(10, price=0)], counterparts=[]), credit_note(2, d("2025-04-01"), lines=[pack(20, price=0)])).amounts("clawback") == [-720]
    b = Book(invoice(lines=[pack(10, product="SUP24")]), credit_note(2, d("2025-04-01"), lines=[pack(20, price=1)]))
    assert b.amounts("clawback") == [-720]


def test_s3_clawback_date():
    date_of = lambda **k: Book(invoice(paid=d("2025-03-20")), credit_note(2, d("2025-04-01"), **k)).moves("clawback")[0][0]
    assert date_of(counterparts=[]) == "2025-04-01"  # its own date
    assert date_of(counterparts=[Counterpart(d("2025-04-09"), "general"), Counterpart(d("2025-04-08"), "bank")]) == "2025-04-09"
    assert date_of(counterparts=[Counterpart(START, "sale", "out_invoice")]) == "2025-03-20"  # never before the start


def test_s3_credit_note_on_an_invoice_that_granted_nothing():
    assert Book(invoice(payment_state="not_paid", amount_residual=960), invoice(3), credit_note(2, d("2025-04-01"))).moves("clawback") == []
    assert Book(invoice(3), credit_note(2, d("2025-04-01"), of=99)).moves("clawback") == []


def test_s3_credit_note_that_reverses_no_invoice_is_a_debit_without_limit():
    b = Book(invoice(1), invoice(2, d("2025-02-10")), credit_note(3, d("2025-04-01"), of=None, lines=[pack(30, 3)]))
    assert b.moves("clawback") == [("2025-04-01", "clawback", -720, 20), ("2025-04-01", "clawback", -720, 10), ("2025-04-01", "clawback", -720, None)]
    assert b.lot(10)["state"] == "spent"  # nothing is counted: not reversed


def test_s3_credit_note_line_of_negative_quantity_takes_nothing():
    assert Book(invoice(), credit_note(2, d("2025-04-01"), lines=[pack(20, -1), pack(21, 1)])).amounts("clawback") == [-720]


def test_s3_negative_line_is_a_clawback_on_its_own_invoice():
    b = Book(invoice(lines=[pack(11, 2), pack(10, -0.5, -480)], paid=d("2025-03-15")))
    assert b.moves("grant", "clawback") == [("2025-03-15", "grant", 1440, 11), ("2025-03-15", "clawback", -360, 11)]
    # a negative line of half the price takes half
    assert Book(invoice(lines=[pack(11, 2), pack(10, -1, -480)])).amounts("clawback") == [-360]


def test_s3_negative_line_alone_grants_and_takes_nothing():
    assert Book(invoice(1, lines=[pack(10, -1, -960), Line(11, "CONSULT", 2, 1920)]), invoice(2)).moves("clawback") == []


def test_s3_takes_first_from_its_invoice_then_like_a_debit_then_overdraft():
    # Lot 20 ends first, but the credit note reverses invoice 1 (lots 10 then 11).
    b = Book(invoice(1, lines=[pack(11), pack(10)]), invoice(2, d("2025-02-10")), work(1, "2025-03-10", 700),  # from 20
             Adjustment(1, C, -730, d("2025-03-11")),  # 20 of lot 20, 710 of lot 10
             credit_note(3, d("2025-04-01"), lines=[pack(30, 2)]))
    assert b.moves("clawback") == [("2025-04-01", "clawback", -10, 10), ("2025-04-01", "clawback", -720, 11), ("2025-04-01", "clawback", -710, None)]
    b = Book(invoice(1), work(1, "2025-03-10", 700), invoice(2, d("2025-04-01")), Adjustment(1, C, 30, d("2025-03-31"), d("2025-05-01")),
             credit_note(3, d("2025-04-01")))
    assert b.moves("clawback") == [("2025-04-01", "clawback", -20, 10), ("2025-04-01", "clawback", -30, "a1"), ("2025-04-01", "clawback", -670, 20)]
    assert b.lot(10)["state"] == "reversed" and b.lot(20)["state"] == "expired"


def test_s3_may_take_from_a_lot_that_ends_that_very_day():
    b = Book(invoice(), credit_note(2, END))
    assert b.moves()[1:] == [("2026-03-10", "clawback", -720, 10)]
    # also from another invoice's, and for a credit note that reverses nothing
    b = Book(invoice(1), invoice(2, d("2026-01-01")), work(1, "2026-01-02", 720), Adjustment(1, C, -720, d("2026-01-03")), credit_note(3, END, of=2, lines=[pack(30)]))
    assert b.moves("clawback") == [("2026-03-10", "clawback", -720, None)]
    b = Book(invoice(1), credit_note(3, END, of=None))
    assert b.moves()[1:] == [("2026-03-10", "clawback", -720, 10)] and b.lot(10)["state"] == "spent"


def test_s3_no_more_than_granted_even_by_two_credit_notes():
    b = Book(invoice(1), invoice(2), credit_note(3, d("2025-04-01"), lines=[pack(30, 1, 480)]), credit_note(4, d("2025-05-01")), today=d("2025-06-01"))
    assert b.moves("clawback") == [("2025-04-01", "clawback", -360, 10), ("2025-05-01", "clawback", -360, 10)]
    assert b.lot(10)["state"] == "reversed" and b.balance == 720


def test_s3_hours_lost_are_not_taken_a_second_time():
    b = Book(invoice(), work(1, "2025-03-11", 220), credit_note(2, d("2026-04-01")))
    assert b.moves()[2:] == [("2026-03-10", "expire", -500, 10), ("2026-04-01", "clawback", -220, None)]
    assert b.lot(10)["state"] == "expired"  # 220 of 720 counted


def test_s3_hours_that_rolled_over_and_were_lost_in_another_invoices_lot_do_not_count():
    b = Book(invoice(1), invoice(2, END), credit_note(3, d("2027-04-01"), of=1))
    assert b.moves("expire", "clawback") == [("2027-03-10", "expire", -1440, 20), ("2027-04-01", "clawback", -720, None)]
    assert b.lot(10)["state"] == "reversed" and b.lot(10)["end"] == END


def test_s3_counted_by_line_id_wherever_the_minutes_come_from():
    # Two lots of 720; 620 spent from lot 10; 720 asked: 100 from lot 10 and 620 from lot 11, all counted against 10, which closes.
    b = Book(invoice(lines=[pack(10), pack(11)]), work(1, "2025-03-11", 620), credit_note(2, d("2025-04-01")), today=d("2025-04-02"))
    assert b.moves("clawback") == [("2025-04-01", "clawback", -100, 10), ("2025-04-01", "clawback", -620, 11)]
    assert (b.lot(10)["state"], b.lot(11)["state"]) == ("reversed", "open") and b.lot(11)["left_minutes"] == 100


def test_s3_from_a_lot_of_the_invoice_it_may_take_rolled_over_minutes():
    # Lot 20 holds 720 + 720 rolled over; 300 of them spent; its refund takes its own 720 from the 1140 there; the 420 left cannot stay.
    b = Book(invoice(1), invoice(2, END), work(1, "2026-04-01", 300), credit_note(3, d("2026-05-01"), of=2))
    assert b.moves()[4:] == [("2026-04-01", "debit", -300, 20), ("2026-05-01", "clawback", -720, 20), ("2026-05-01", "expire", -420, 20)]
    assert b.lot(20)["state"] == "reversed" and b.lot(20)["end"] == d("2026-05-01")


def test_s3_what_is_left_in_a_closed_lot_moves_in_the_expiry_step_after_all_the_clawbacks():
    # As above with a third pack: the second credit note of the day (id 40) still takes from the closed lot before the rest rolls over.
    b = Book(invoice(1), invoice(2, END), credit_note(3, d("2026-05-01"), of=2), invoice(5, d("2026-04-15"), lines=[pack(50)]),
             credit_note(4, d("2026-05-01"), of=None, lines=[pack(40, 0.5, 1)]))
    assert b.moves()[5:8] == [("2026-05-01", "clawback", -720, 20), ("2026-05-01", "clawback", -360, 20), ("2026-05-01", "rollover_out", -360, 20)]
    assert b.moves()[8] == ("2026-05-01", "rollover_in", 360, 50)


def test_s3_a_reversed_lot_renews_nothing():
    # The renewal is refunded on the day it starts: the old pack expires, nothing comes back later either.
    b = Book(invoice(1), invoice(2, END), credit_note(3, END, of=2))
    assert b.moves("rollover_out", "expire", "reinstate") == [("2026-03-10", "expire", -720, 10)]
    # Paid late, refunded on its start: nothing comes back.
    b = Book(invoice(1), invoice(2, END, paid=d("2026-04-10")), credit_note(3, d("2026-04-01"), of=2))
    assert b.moves("reinstate") == [] and b.moves("clawback") == [("2026-04-10", "clawback", -720, 20)]
    # Partly refunded: it still renews.
    b = Book(invoice(1), invoice(2, END, paid=d("2026-04-10")), credit_note(3, d("2026-04-01"), of=2, lines=[pack(30, price=480)]))
    assert b.moves("reinstate") == [("2026-04-10", "reinstate", 720, 20)]


def test_s3_beyond_the_limit_is_barred_from_coming_back():
    # 500 of 720 are lost; the refund of 720 takes the 220 spent, the other 500 are barred: the late renewal brings nothing back.
    late = invoice(2, END, paid=d("2026-06-01"))
    b = Book(invoice(1), work(1, "2025-03-11", 220), credit_note(3, d("2026-04-01")), late)
    assert b.moves("clawback", "reinstate") == [("2026-04-01", "clawback", -220, None)]
    # A refund of 400: 220 taken, 180 barred, 320 come back.
    b = Book(invoice(1), work(1, "2025-03-11", 220), credit_note(3, d("2026-04-01"), lines=[pack(30, price=Fraction(960 * 400, 720))]), late)
    assert b.moves("clawback", "reinstate") == [("2026-04-01", "clawback", -220, None), ("2026-06-01", "reinstate", 320, 20)]
    # Barred minutes still count as expired: after the return, 720 − 220 counted − 180 lost = 320 may be taken, and no more.
    b = Book(invoice(1), work(1, "2025-03-11", 220), credit_note(3, d("2026-04-01"), lines=[pack(30, price=Fraction(960 * 400, 720))]), late,
             credit_note(4, d("2026-07-01")))
    assert b.amounts("clawback") == [-220, -320] and b.lot(10)["state"] == "expired"


def test_s3_barred_at_most_what_was_granted_less_what_was_counted_before():
    # Lot 20 loses 1040: 720 of its own and 320 rolled over. Its full refund takes nothing (limit 720 − 1040 < 0) and bars 720: 320 come back.
    b = Book(invoice(1), work(1, "2025-03-11", 400), invoice(2, END), credit_note(3, d("2027-04-01"), of=2), invoice(4, d("2027-03-10"), paid=d("2027-06-01")))
    assert b.moves("expire", "clawback", "reinstate") == [("2027-03-10", "expire", -1040, 20), ("2027-06-01", "reinstate", 320, 40), ("2028-06-01", "expire", -1040, 40)]
    # With 360 counted before (while it was open, from its 1040): 680 lost; the second bars at most 720 − 360 = 360; 320 come back.
    half = credit_note(3, d("2026-05-01"), of=2, lines=[pack(30, price=480)])
    b = Book(invoice(1), work(1, "2025-03-11", 400), invoice(2, END), half, credit_note(5, d("2027-04-01"), of=2), invoice(4, d("2027-03-10"), paid=d("2027-06-01")))
    assert b.amounts("clawback") == [-360] and b.moves("expire")[0] == ("2027-03-10", "expire", -680, 20) and b.amounts("reinstate") == [320]


def test_s3_barred_by_line_id_less_what_was_already_barred():
    # Two lots of 720 lost whole. Refunds of 720 then 360: lot 10 barred whole, then half of lot 11: 360 come back.
    late = invoice(2, END, paid=d("2026-06-01"))
    b = Book(invoice(1, lines=[pack(10), pack(11)]), credit_note(3, d("2026-04-01")), credit_note(4, d("2026-04-02"), lines=[pack(40, price=480)]), late)
    assert b.amounts("clawback") == [] and b.moves("reinstate") == [("2026-06-01", "reinstate", 360, 20)]


def test_s3_after_coming_back_it_can_be_taken():
    b = Book(invoice(1), invoice(2, END, paid=d("2026-04-10")), credit_note(3, d("2026-05-01"), of=1))
    assert b.moves()[3:5] == [("2026-04-10", "reinstate", 720, 20), ("2026-05-01", "clawback", -720, 20)]
    assert b.lot(10)["state"] == "reversed"


def test_s3_a_clawback_on_a_pack_already_spent_is_overdraft():
    b = Book(invoice(), work(1, "2025-03-11", 720), credit_note(2, d("2025-04-01")))
    assert b.moves("clawback") == [("2025-04-01", "clawback", -720, None)] and b.report.overdraft_minutes == 720


# ---------------------------------------------------------------------------------------------------------
# §4 debits
# ---------------------------------------------------------------------------------------------------------


def charged(minutes, policy=Policy()):
    lines = [TimesheetLine(i, 1, START + timedelta(days=i), Fraction(m, 60)) for i, m in enumerate(minutes)]
    return [c for _, c in charges(lines, policy)]


@pytest.mark.parametrize("minutes, by_ticket, by_entry", [
    ([2, 2, 2], [5, 0, 5], [5, 5, 5]),
    ([10, 1], [10, 5], [10, 5]),
    ([7, -7], [10, -10], [10, -10]),
    ([7, -4], [10, -5], [10, -5]),
    ([3, -10, 8], [5, -5, 5], [5, -5, 10]),  # by ticket: 3, −7, 1; by entry what could not be given back is forgotten
    ([-10, 12], [0, 5], [0, 15]),
    ([12, -2, -2], [15, -5, 0], [15, -5, -5]),
    ([0, 5], [0, 5], [0, 5]),
])
def test_s4_rounding(minutes, by_ticket, by_entry):
    assert charged(minutes) == by_ticket
    assert charged(minutes, Policy(rounding="entry")) == by_entry


def test_s4_lines_of_a_ticket_by_date_then_id():
    day = d("2025-04-01")
    lines = [TimesheetLine(3, 1, day, Fraction(3, 60)), TimesheetLine(2, 1, day, Fraction(4, 60)), TimesheetLine(9, 1, day - timedelta(days=1), Fraction(1, 60))]
    assert [(l.id, c) for l, c in charges(lines, Policy())] == [(9, 5), (2, 0), (3, 5)]


def test_s4_tickets_are_rounded_apart():
    b = Book(invoice(), Ticket(1, C), Ticket(2, C), work(1, "2025-03-11", 2, 1), work(2, "2025-03-11", 2, 2), work(3, "2025-03-12", 2, 1))
    assert b.amounts("debit") == [-5, -5]


def test_s4_given_back_lowers_the_overdraft_first_then_the_earliest_end_even_empty():
    b = Book(invoice(1, lines=[pack(10, 0.025)]), work(1, "2025-03-11", 30), work(2, "2025-03-12", -25), today=d("2025-04-01"))
    assert b.moves("debit") == [("2025-03-11", "debit", -18, 10), ("2025-03-11", "debit", -12, None), ("2025-03-12", "debit", 12, None), ("2025-03-12", "debit", 13, 10)]
    # Lot 20 ends first and is empty: it takes them, though they were taken from both.
    b = Book(invoice(1), invoice(2, d("2025-02-10"), lines=[pack(20, 0.025)]), work(1, "2025-03-11", 30), work(2, "2025-03-12", -25))
    assert b.moves("debit") == [("2025-03-11", "debit", -18, 20), ("2025-03-11", "debit", -12, 10), ("2025-03-12", "debit", 25, 20)]


def test_s4_given_back_with_no_open_lot_is_lost():
    b = Book(invoice(1), work(1, "2026-03-09", 30), work(2, "2026-03-10", -30), work(3, "2026-03-11", 10))
    assert b.moves()[1:] == [("2026-03-09", "debit", -30, 10), ("2026-03-10", "expire", -690, 10), ("2026-03-11", "debit", -10, None)]


def test_s4_take_in_counts_every_line():
    ticket = Ticket(1, C, created=t("2025-03-20T08:00:00"))
    assert Book(invoice(), ticket, work(1, "2025-03-11", 10)).amounts("debit") == [-10]


def test_s4_response_leaves_out_lines_before_its_day():
    policy = Policy(count_from="response")
    ticket = Ticket(1, C, created=t("2025-03-10T08:00:00"), first_reply=t("2025-03-12T15:00:00"))
    lines = [work(1, "2025-03-11", 3), work(2, "2025-03-12", 3), work(3, "2025-03-13", 3)]
    b = Book(invoice(), ticket, *lines, policy=policy)
    assert b.moves("debit") == [("2025-03-12", "debit", -5, 10), ("2025-03-13", "debit", -5, 10)] and b.report.held_minutes == 0


def test_s4_lines_of_a_ticket_without_response_are_held():
    policy = Policy(count_from="response")
    ticket = Ticket(1, C, created=t("2025-03-10T08:00:00"), first_reply=t("2025-03-12T15:00:00"))
    lines = [work(1, "2025-03-10", 3), work(2, "2025-03-11", 3), work(3, "2025-03-12", 3)]
    b = Book(invoice(), ticket, *lines, policy=policy, today=d("2025-03-11"))  # the response does not exist yet
    assert b.moves("debit") == [] and b.report.held_minutes == 10
    assert Book(invoice(), ticket, *lines, policy=replace(policy, rounding="entry"), today=d("2025-03-11")).report.held_minutes == 10
    never = Ticket(1, C, created=t("2025-03-10T08:00:00"))
    assert Book(invoice(), never, *lines, policy=policy).report.held_minutes == 10
    assert Book(invoice(), never, *lines, policy=replace(policy, rounding="entry")).report.held_minutes == 15
    assert Book(invoice(), never, *lines).report.held_minutes == 0


def test_s8_response_for_section_4():
    created = t("2025-03-10T08:00:00")
    p = Policy()
    assert response_day(Ticket(1, C, created=created, assigned=created), p) is None  # at the creation
    assert response_day(Ticket(1, C, created=created, assigned=t("2025-03-11T08:00:00"), first_reply=t("2025-03-12T08:00:00")), p) == d("2025-03-11")
    assert response_day(Ticket(1, C, created=created, assigned=t("2025-03-11T08:00:00"), first_reply=t("2025-03-12T08:00:00")),
                        replace(p, response=("reply",))) == d("2025-03-12")
    assert response_day(Ticket(1, C, created=created, closed=t("2025-03-12T08:00:00")), p) == d("2025-03-12")
    assert response_day(Ticket(1, C, created=created, first_reply=t("2025-03-11T23:30:00")), p) == d("2025-03-12")  # 00:30 in Paris


def test_s4_excluded_tickets():
    b = Book(invoice(), Ticket(1, C, excluded=True), work(1, "2025-03-11", 10), policy=Policy(count_from="response"))
    assert b.moves("debit") == [] and b.report.held_minutes == 0


def test_s4_earliest_end_then_start_then_invoices_then_id():
    # All end on 10 March 2026: lot 21 of invoice 2 (start 10 March 2025), adjustments 5 (1 February) and 6 (10 March); lot 30 ends later.
    b = Book(invoice(2, lines=[pack(22), pack(21)]), Adjustment(5, C, 10, d("2025-02-01"), END), Adjustment(6, C, 10, START, END), Adjustment(4, C, 10, START, END),
             invoice(3, d("2025-03-11"), lines=[pack(1)]), work(1, "2025-03-12", 10 + 720 + 720 + 10 + 10 + 720 + 5))
    assert [(m[2], m[3]) for m in b.moves("debit")] == [(-10, "a5"), (-720, 21), (-720, 22), (-10, "a4"), (-10, "a6"), (-720, 1), (-5, None)]


@pytest.mark.parametrize("by", ["grant", "adjust", "rollover", "reinstate"])
def test_s4_minutes_that_arrive_pay_the_overdraft_at_once(by):
    if by == "grant":
        b = Book(work(1, "2025-03-01", 100), invoice())
        assert b.moves()[1:4] == [("2025-03-10", "grant", 720, 10), ("2025-03-10", "overdraft_repaid", -100, 10), ("2025-03-10", "overdraft_repaid", 100, None)]
    elif by == "adjust":
        b = Book(work(1, "2025-03-01", 100), Adjustment(1, C, 60, START))
        assert b.moves()[1:] == [("2025-03-10", "adjust", 60, "a1"), ("2025-03-10", "overdraft_repaid", -60, "a1"), ("2025-03-10", "overdraft_repaid", 60, None)]
        assert b.balance == -40
    elif by == "reinstate":  # 1000 of overdraft after the end; the late renewal's 720 pay first, then 280 of what comes back
        b = Book(invoice(1), work(1, "2026-03-15", 1000), invoice(2, END, paid=d("2026-04-10")))
        assert b.moves()[3:] [:6] == [("2026-04-10", "grant", 720, 20), ("2026-04-10", "overdraft_repaid", -720, 20), ("2026-04-10", "overdraft_repaid", 720, None),
                                      ("2026-04-10", "reinstate", 720, 20), ("2026-04-10", "overdraft_repaid", -280, 20), ("2026-04-10", "overdraft_repaid", 280, None)]
    else:  # by the rules an overdraft cannot meet a rollover (no lot has minutes then); the account still knows what to do
        account = Account(Policy())
        account.grant(START, Grant(10, 1, C, 720, START, START))
        account.grant(START + timedelta(days=1), Grant(11, 2, C, 720, START + timedelta(days=1), START))
        account.enter(START, "debit", -30, None, None)
        account.expiry_step(END)
        assert [(e.kind, e.minutes) for e in account.entries[3:]] == [("rollover_out", -720), ("rollover_in", 720), ("overdraft_repaid", -30), ("overdraft_repaid", 30)]


def test_s4_since():
    policy = Policy(since=START)
    before = START - timedelta(days=1)
    # an invoice left out granted nothing, so its credit notes take nothing back
    b = Book(invoice(1, before), credit_note(3, d("2025-04-01"), of=1), Adjustment(1, C, 99, before), invoice(2, before, paid=START), policy=policy, today=d("2025-05-01"))
    assert b.moves() == [("2025-03-10", "grant", 720, 20)]
    assert Book(invoice(2, START), credit_note(3, before, of=None), policy=policy).moves("clawback") == []
    assert Book(invoice(2, START), credit_note(3, before, of=2), policy=policy).moves("clawback") == [("2025-03-10", "clawback", -720, 20)]
    # before any rounding
    assert Book(invoice(2, START), work(1, "2025-03-09", 4), work(2, "2025-03-10", 4), policy=policy).amounts("debit") == [-5]
    held = Book(work(1, "2025-03-09", 4), work(2, "2025-03-10", 4), Ticket(1, C, created=t("2025-03-01T08:00:00")), policy=replace(policy, count_from="response"))
    assert held.report.held_minutes == 5


# ---------------------------------------------------------------------------------------------------------
# §5 expiry and rollover
# ---------------------------------------------------------------------------------------------------------


def test_s5_renewed_on_the_very_end_day():
    b = Book(invoice(1), invoice(2, END), today=END)
    assert b.moves() == [("2025-03-10", "grant", 720, 10), ("2026-03-10", "grant", 720, 20), ("2026-03-10", "rollover_out", -720, 10), ("2026-03-10", "rollover_in", 720, 20)]
    assert b.lot(10)["state"] == "rolled_over" and b.report.next_expiry == d("2027-03-10")


def test_s5_a_day_late_they_expire():
    b = Book(invoice(1), invoice(2, END + timedelta(days=1)), today=d("2026-04-01"))
    assert b.moves()[1:] == [("2026-03-10", "expire", -720, 10), ("2026-03-11", "grant", 720, 20)] and b.lot(10)["state"] == "expired"


def test_s5_within_the_grace_they_come_back():
    late = invoice(2, END + timedelta(days=10))
    assert Book(invoice(1), late, policy=Policy(renewal_grace_days=9)).moves("reinstate") == []
    b = Book(invoice(1), late, policy=Policy(renewal_grace_days=10), today=d("2026-04-01"))
    assert b.moves()[1:] == [("2026-03-10", "expire", -720, 10), ("2026-03-20", "grant", 720, 20), ("2026-03-20", "reinstate", 720, 20)]
    assert b.lot(10)["state"] == "expired" and b.balance == 1440  # even if they came back


def test_s5_invoiced_in_time_and_paid_late_comes_back():
    b = Book(invoice(1), invoice(2, END, paid=END + timedelta(days=30)), today=d("2026-05-01"))
    assert b.moves()[1:] == [("2026-03-10", "expire", -720, 10), ("2026-04-09", "grant", 720, 20), ("2026-04-09", "reinstate", 720, 20)]


def test_s5_paid_in_time_and_invoiced_late_comes_back():
    b = Book(invoice(1), invoice(2, END + timedelta(days=30), paid=END))
    assert b.moves("reinstate") == [("2026-04-09", "reinstate", 720, 20)]


def test_s5_they_roll_over_again_without_limit():
    b = Book(invoice(1), invoice(2, END), invoice(3, d("2027-03-10")), today=d("2027-03-10"))
    assert b.moves("rollover_in") == [("2026-03-10", "rollover_in", 720, 20), ("2027-03-10", "rollover_in", 1440, 30)]


def test_s5_side_by_side_to_the_latest():
    b = Book(invoice(1), invoice(2, d("2025-09-01")), invoice(3, d("2025-10-01"), lines=[pack(31), pack(30)]), invoice(4, d("2026-03-11")), today=d("2026-03-12"))
    assert b.moves("rollover_in") == [("2026-03-10", "rollover_in", 720, 31)]


def test_s5_same_end_is_no_renewal():
    b = Book(invoice(1, lines=[pack(10), pack(11)]), invoice(2))
    assert b.amounts("rollover_out") == [] and b.moves("expire") == [("2026-03-10", "expire", -720, 10), ("2026-03-10", "expire", -720, 11), ("2026-03-10", "expire", -720, 20)]


def test_s5_goodwill_is_not_a_renewal_but_rolls_over():
    assert Book(invoice(1), Adjustment(5, C, 60, END)).moves("rollover_out", "expire")[0] == ("2026-03-10", "expire", -720, 10)
    b = Book(Adjustment(5, C, 60, START), invoice(2, END))
    assert b.moves("rollover_out", "rollover_in") == [("2026-03-10", "rollover_out", -60, "a5"), ("2026-03-10", "rollover_in", 60, 20)]
    b = Book(Adjustment(5, C, 60, START), invoice(2, END, paid=d("2026-04-01")))
    assert b.moves("reinstate") == [("2026-04-01", "reinstate", 60, 20)]


def test_s5_goodwill_with_an_explicit_end_neither_rolls_over_nor_comes_back():
    b = Book(Adjustment(5, C, 60, START, d("2025-06-10")), invoice(1), invoice(2, d("2025-06-09"), paid=d("2025-07-01")), today=d("2025-08-01"))
    assert b.moves("rollover_out", "expire", "reinstate") == [("2025-06-10", "expire", -60, "a5")]
    assert b.lot("adjustment:5")["state"] == "expired"
    # even when it is the year it would have had anyway
    assert Book(Adjustment(5, C, 60, START, END), invoice(2, END)).moves("rollover_out") == []


def test_s5_an_offered_pack_is_a_renewal():
    b = Book(invoice(1), invoice(2, END, lines=[pack(20, price=0)], counterparts=[]))
    assert b.amounts("rollover_in") == [720]


def test_s5_reinstatement_before_the_expiries_in_the_order_of_section_4():
    # Lots 12 and 11 (720 and 1440) are lost together; adjustment 5 ends on 1 June, the day a pack invoiced on 10 March is paid.
    b = Book(invoice(1, lines=[pack(12)]), invoice(2, lines=[pack(11, product="SUP24")]), Adjustment(5, C, 60, d("2025-06-01"), d("2026-06-01")), invoice(3, END, paid=d("2026-06-01")))
    assert [m[1:] for m in b.moves() if m[0] == "2026-06-01"] == [("grant", 720, 30), ("reinstate", 1440, 30), ("reinstate", 720, 30), ("expire", -60, "a5")]


def test_s5_expiries_of_a_day_by_start_then_the_same_order():
    b = Book(Adjustment(5, C, 60, d("2025-02-01"), END), invoice(1, lines=[pack(4), pack(3)]), Adjustment(2, C, 30, START, END))
    assert b.moves("expire") == [("2026-03-10", "expire", -60, "a5"), ("2026-03-10", "expire", -720, 3), ("2026-03-10", "expire", -720, 4),
                                 ("2026-03-10", "expire", -30, "a2")]


def test_s5_comes_back_to_the_latest_such_lot_of_that_day():
    # Two packs start on 1 April: only invoice 2 was in time (issued by the end), though line 31 is "later".
    b = Book(invoice(1), invoice(2, END, paid=d("2026-04-01")), invoice(3, d("2026-04-01"), lines=[pack(31)]))
    assert b.moves("reinstate") == [("2026-04-01", "reinstate", 720, 20)]
    b = Book(invoice(1), invoice(2, END, paid=d("2026-04-01")), invoice(3, d("2026-03-01"), paid=d("2026-04-01"), lines=[pack(31)]))
    assert b.moves("reinstate") == [("2026-04-01", "reinstate", 720, 31)]


def test_s5_they_come_back_once():
    b = Book(invoice(1), invoice(2, END, paid=d("2026-04-01")), invoice(3, END, paid=d("2026-04-02")))
    assert b.amounts("reinstate") == [720]


# ---------------------------------------------------------------------------------------------------------
# §6 adjustments
# ---------------------------------------------------------------------------------------------------------


def test_s6_positive_opens_a_lot_of_one_year_or_to_its_end():
    b = Book(Adjustment(5, C, 61, START), Adjustment(6, C, 1, START, d("2025-03-11")), today=START)
    assert [(l["lot"], l["granted_minutes"], l["start"], l["end"], l["state"]) for l in b.report.lots] == [
        ("adjustment:5", 61, START, END, "open"), ("adjustment:6", 1, START, d("2025-03-11"), "open")]
    assert b.report.next_expiry == d("2025-03-11") and b.report.last_day == START
    with pytest.raises(ValueError):
        Book(Adjustment(6, C, 1, START, START))


def test_s6_negative_is_taken_like_a_debit_never_rounded():
    b = Book(invoice(), Adjustment(5, C, -722, d("2025-04-01")))
    assert b.moves("adjust") == [("2025-04-01", "adjust", -720, 10), ("2025-04-01", "adjust", -2, None)]


def test_s6_negative_on_the_end_day_finds_nothing():
    assert Book(invoice(), Adjustment(5, C, -7, END)).moves("adjust") == [("2026-03-10", "adjust", -7, None)]


# ---------------------------------------------------------------------------------------------------------
# §7 states, JSON
# ---------------------------------------------------------------------------------------------------------


def test_s7_states():
    state = lambda *r, today=FAR: Book(*r, today=today).lot(10)["state"]
    assert state(invoice(), today=END - timedelta(days=1)) == "open"
    assert state(invoice(), work(1, "2025-03-11", 720), today=END - timedelta(days=1)) == "open"  # empty, until its end
    assert state(invoice(), work(1, "2025-03-11", 720), today=END) == "spent"
    assert state(invoice(), today=END) == "expired"
    assert state(invoice(), invoice(2, END), today=END) == "rolled_over"
    assert state(invoice(), credit_note(2, d("2025-04-01")), today=d("2025-04-01")) == "reversed"
    assert state(invoice(), work(1, "2025-03-11", 720), credit_note(2, d("2026-04-01"))) == "reversed"  # even after its end


def test_json_of_the_page():
    b = Book(Invoice(31, C, START, name="INV/2025/00031", amount_total=960, lines=[pack(77)], counterparts=[Counterpart(START, "bank")]),
             Ticket(42, C), TimesheetLine(904, 42, d("2025-03-12"), 65 / 60), today=d("2025-03-12"))
    reports = {C: b.report}
    assert balance_json(b.history, reports) == [
        {"customer_id": 7, "customer": "Exemple SARL", "balance_minutes": 655, "available_minutes": 655, "overdraft_minutes": 0, "held_minutes": 0,
         "next_expiry": "2026-03-10", "last_day": "2026-03-09",
         "lots": [{"lot": "account.move.line:77", "granted_minutes": 720, "left_minutes": 655, "start": "2025-03-10", "end": "2026-03-10", "state": "open"}]}]
    assert ledger_json(b.history, reports, C)["entries"] == [
        {"date": "2025-03-10", "kind": "grant", "minutes": 720, "balance_minutes": 720, "lot": "account.move.line:77", "source": "account.move:31"},
        {"date": "2025-03-12", "kind": "debit", "minutes": -65, "balance_minutes": 655, "lot": "account.move.line:77", "source": "account.analytic.line:904"}]


def test_json_lots_by_start_then_invoices_then_id():
    b = Book(Adjustment(1, C, 5, START), invoice(lines=[pack(12), pack(11)]), invoice(2, d("2025-03-09"), lines=[pack(99)]), today=START)
    assert [l["lot"] for l in b.report.lots] == ["account.move.line:99", "account.move.line:11", "account.move.line:12", "adjustment:1"]


# ---------------------------------------------------------------------------------------------------------
# §7 invariants on random histories
# ---------------------------------------------------------------------------------------------------------

COUNT = int(os.environ.get("QUALIODOO_MODEL_HISTORIES", "4000"))
TODAY = date(2028, 6, 1)


def check_invariants(account, inputs, policy, today):
    lots, overdraft, balance, last = Counter(), 0, 0, None
    by_name = {l.name: l for l in account.lots}
    kinds = Counter()
    for i, e in enumerate(account.entries):
        assert e.minutes != 0 and e.date <= today and (last is None or e.date >= last)
        last = e.date
        balance += e.minutes
        assert e.balance_minutes == balance
        if e.lot is None:
            overdraft -= e.minutes
            assert e.kind in ("debit", "clawback", "adjust", "overdraft_repaid")
        else:
            lots[e.lot] += e.minutes
            assert lots[e.lot] >= 0
            lot = by_name[e.lot]
            assert lot.start <= e.date <= lot.end  # the final end: closing never reaches back
            if e.kind == "debit" or (e.kind == "adjust" and e.minutes < 0):
                assert e.date < lot.end
        assert overdraft >= 0
        # one of the two is 0, once a repayment has followed what it pays from
        following = account.entries[i + 1].kind if i + 1 < len(account.entries) else None
        if following != "overdraft_repaid":
            assert overdraft == 0 or sum(lots.values()) == 0
        kinds[e.kind, e.minutes > 0] += e.minutes
    total = lambda kind: kinds[kind, True] + kinds[kind, False]
    assert overdraft == account.overdraft and all(lots[l.name] == l.left for l in account.lots)
    assert balance == sum(l.left for l in account.lots if l.open_on(today)) - overdraft
    assert total("rollover_in") == -total("rollover_out") and total("overdraft_repaid") == 0
    assert total("grant") + kinds["adjust", True] + total("reinstate") == (
        -total("debit") - total("clawback") - kinds["adjust", False] - total("expire") + balance)
    for l in account.lots:
        assert 0 <= l.counted <= l.granted and 0 <= l.returned and l.returned + l.barred <= l.expired and l.counted + l.barred <= l.granted + l.returned
        assert not (l.moved and l.expired)
        if not l.open_on(today):
            assert l.left == 0
    for (lot, out), (target, into) in zip([(e.lot, e) for e in account.entries if e.kind == "rollover_out"],
                                          [(e.lot, e) for e in account.entries if e.kind == "rollover_in"]):
        assert by_name[target].end > out.date and out.minutes == -into.minutes


def play(history, policy, today):
    i = derive(history, policy, today)[holder_of(1, history, policy)]
    return ledger(i.grants, i.clawbacks, i.adjustments, i.debits, policy, today), i


def shuffled(history, rng):
    mix = lambda things: rng.sample(things, len(things)) if things else []
    return replace(history, invoices=[replace(m, lines=mix(m.lines), counterparts=mix(m.counterparts)) for m in mix(history.invoices)],
                   tickets=mix(history.tickets), timesheets=mix(history.timesheets), adjustments=mix(history.adjustments))


def check_history(history, policy, rng):
    account, inputs = play(history, policy, TODAY)
    check_invariants(account, inputs, policy, TODAY)
    # the order of the input does not matter
    assert run(shuffled(history, rng), policy, TODAY) == run(history, policy, TODAY)
    # the entries up to a day are the same whatever later day is taken as today
    days = sorted({e.date for e in account.entries})
    for day in rng.sample(days, min(len(days), 3)) if days else []:
        earlier = min(TODAY, rng.choice((day, day - timedelta(days=1), day + timedelta(days=rng.randint(0, 100)))))
        before, i = play(history, policy, earlier)
        check_invariants(before, i, policy, earlier)
        assert before.entries == [e for e in account.entries if e.date <= earlier]
    return account


def test_s7_invariants_on_random_histories():
    rng = random.Random(1)
    seen = Counter()
    for seed in range(COUNT):
        policy = H.random_policy(seed)
        history = H.random_history(seed, policy)
        try:
            account = check_history(history, policy, rng)
        except AssertionError:
            print(f"seed {seed} {policy}\n{H.describe(history)}")
            raise
        seen.update({e.kind for e in account.entries} | {"state " + l.state(TODAY) for l in account.lots})
        for l in account.lots:
            seen.update(name for name, what in {"barred": l.barred, "barred and back": l.barred and l.returned, "reversed and moved": l.reversed and l.moved,
                                                "reversed and expired": l.reversed and l.expired, "counted and lost": l.counted and l.lost,
                                                "closed early": l.reversed and l.end < add_months(l.start, policy.validity_months),
                                                "barred and rolled": l.barred and l.granted < l.expired}.items() if what)
        seen["given back to a lot"] += any(e.kind == "debit" and e.minutes > 0 and e.lot for e in account.entries)
        seen["given back to the overdraft"] += any(e.kind == "debit" and e.minutes > 0 and not e.lot for e in account.entries)
        seen["clawback to the overdraft"] += any(e.kind == "clawback" and not e.lot for e in account.entries)
    print(dict(seen))
    for what in ("grant", "clawback", "debit", "overdraft_repaid", "rollover_out", "rollover_in", "expire", "reinstate", "adjust", "state reversed", "state open",
                 "state rolled_over", "state expired", "state spent", "barred", "barred and back", "reversed and moved", "reversed and expired", "counted and lost",
                 "closed early", "barred and rolled", "given back to a lot", "given back to the overdraft", "clawback to the overdraft"):
        assert COUNT < 4000 or seen[what] >= 5, f"the random histories hardly ever show: {what}"


def test_s7_customers_do_not_touch_each_other():
    for seed in range(200):
        policy = H.random_policy(seed)
        history = H.random_history(seed, policy, customers=4)
        together = run(history, policy, TODAY)
        for customer in together:
            assert run(H.only(history, customer, policy), policy, TODAY)[customer] == together[customer]


def test_s7_invariants_by_hypothesis():
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    @settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(H.policies_and_histories(), st.randoms(use_true_random=False))
    def check(both, rng):
        policy, history = both
        check_history(history, policy, rng)

    check()
