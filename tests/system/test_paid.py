"""Which invoices were really paid (DOMAIN.md, section 3): from records of Odoo to minutes, with the reason given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from conftest import Run, World

EVERY_VERSION = [pytest.param(v, marks=pytest.mark.world(version=v), id=str(v)) for v in (17, 19)]
ON_19 = pytest.mark.world(version=19)


class Desk:
    """One customer of packs at 1200, and what the program says of it."""

    def __init__(self, world: World, run: Run) -> None:
        self.world, self.run = world, run
        self.customer = world.partner("Exemple SARL")

    def pack(self, day: str, customer: int | None = None, **options: Any) -> int:
        return self.world.invoice(customer or self.customer, [("SUP12", 1, 1200)], day, **options)

    def later(self) -> None:
        """A quiet cycle, then an hour: what happens next is found by what it changes alone."""
        self.run.settle()
        self.world.now += timedelta(hours=1)

    def balance(self, customer: int | None = None, *, command: str = "sync") -> int:
        self.run(command, check=0)
        return self.run.balance(customer or self.customer)

    def verdict(self, move: int, customer: int | None = None) -> str:
        explained = self.run("explain", "balance", customer or self.customer, "--json", check=0).json
        return {m["move"]: m["verdict"] for m in explained["invoices"]}[f"account.move:{move}"]

    def grants(self, customer: int | None = None) -> list[tuple[str, int]]:
        entries = self.run("ledger", customer or self.customer, "--json", check=0).json["entries"]
        return [(e["date"], e["minutes"]) for e in entries if e["kind"] in ("grant", "clawback")]

    def doctor(self, move: int) -> str:
        """The finding that names an invoice."""
        name = self.world.row("account.move", move)["name"]
        found = [f["text"] for f in self.run("doctor", "--json").json["findings"] if f"{name} ({move})" in f["text"]]
        return " | ".join(found)


@pytest.fixture
def desk(world: World, run: Run) -> Desk:
    return Desk(world, run)


def test_ten_by_bank_and_1190_in_a_general_journal_give_nothing(desk: Desk) -> None:
    invoice = desk.pack("2025-03-10")
    desk.world.pay(invoice, "2025-03-15", 10)
    desk.world.misc_settle(invoice, "2025-11-15")
    assert desk.world.row("account.move", invoice)["payment_state"] == "paid"
    assert desk.balance() == 0
    assert "written off" in desk.verdict(invoice) and "written off" in desk.doctor(invoice)
    text = desk.run("explain", "balance", desk.customer, check=0).out
    assert "more is written off than credit.max_write_off allows" in text


def test_a_write_off_of_a_tenth_is_accepted_or_what_the_configuration_says(desk: Desk) -> None:
    invoice = desk.pack("2026-01-10")
    desk.world.pay(invoice, "2026-01-15", 1080)
    desk.world.misc_settle(invoice, "2026-02-15")
    assert desk.balance() == 720
    assert desk.grants() == [("2026-01-15", 720)]
    desk.run.configure(credit={"max_write_off": "9%"})
    desk.run("sync")
    assert desk.verdict(invoice) == "more is written off than credit.max_write_off allows"


def test_a_write_off_counts_in_the_currency_of_the_invoice(desk: Desk) -> None:
    """Dollars at two for a euro: 120 dollars of 1200 are a tenth, and 60 euros."""
    invoice = desk.pack("2026-01-10", currency="USD", rate=2.0)
    desk.world.pay(invoice, "2026-01-15", 1080)
    desk.world.misc_settle(invoice, "2026-02-15")
    assert desk.balance() == 720


def test_an_exchange_difference_is_no_write_off(desk: Desk) -> None:
    invoice = desk.pack("2026-01-10", currency="USD", rate=2.0)
    desk.world.pay(invoice, "2026-01-15")
    desk.world.exchange_difference(invoice, "2026-01-31", 300)
    assert desk.balance() == 720
    assert desk.grants() == [("2026-01-15", 720)]


def test_a_journal_of_money_is_named_by_its_code(desk: Desk) -> None:
    invoice = desk.pack("2026-01-10")
    desk.world.misc_settle(invoice, "2026-01-20")
    assert desk.balance() == 0
    assert "without money" in desk.verdict(invoice) and "without money" in desk.doctor(invoice)
    desk.run.configure(credit={"money_journals": ["MISC"]})
    assert desk.balance() == 720
    assert desk.grants() == [("2026-01-20", 720)]


@pytest.mark.parametrize("by", ["entry", "out_invoice", "out_receipt"])
def test_a_credit_note_that_was_itself_undone_takes_nothing_back(desk: Desk, by: str) -> None:
    invoice = desk.pack("2026-01-10")
    desk.world.pay(invoice, "2026-01-15")
    note = desk.world.refund(invoice, date="2026-02-01")
    back = desk.world.annul(note, by, "2026-02-02")
    if not desk.world.partials(note):
        desk.world.match(note, back)
    assert desk.balance() == 720
    assert desk.grants() == [("2026-01-15", 720)]
    assert desk.verdict(note) == "was itself undone: takes nothing back"
    explained = desk.run("explain", "balance", desk.customer, check=0).out
    assert "settled on 2026-02-02 by the entry that reverses it" in explained
    if by != "entry":
        assert desk.verdict(back) == "only undoes a credit note"
        assert "by the credit note that it undoes" in explained and "counts as money" not in explained
    assert desk.run.stored() == desk.run.rebuilt()


def test_an_invoice_whose_paid_line_is_in_another_one_now_is_not_paid_by_it(desk: Desk) -> None:
    """The partial is still there, and is no longer listed with the invoice: its lines are read again."""
    invoice, other = desk.pack("2026-01-10"), desk.world.invoice(desk.customer, [("CONSEIL", 1, 1200)], "2026-01-11")
    desk.world.pay(invoice, "2026-01-15")
    assert desk.balance() == 720
    desk.later()
    partial, = desk.world.partials(invoice)
    desk.world.patch("account.move.line", desk.world.partial_row(partial)["debit_move_id"], move_id=other)
    desk.world.write("account.move", invoice, ref="x")
    assert desk.balance() == 0
    assert "without money" in desk.verdict(invoice)


def test_an_ordinary_refund_takes_the_pack_back(desk: Desk) -> None:
    invoice = desk.pack("2026-01-10")
    desk.world.pay(invoice, "2026-01-15")
    note = desk.world.refund(invoice, date="2026-02-01")
    desk.world.bank_statement_settle_refund(note, "2026-02-05")
    assert desk.balance() == 0
    assert desk.grants() == [("2026-01-15", 720), ("2026-02-05", -720)]


def test_a_cycle_names_the_accounts_that_lost_credit_other_than_by_work(desk: Desk) -> None:
    invoice, other = desk.pack("2026-01-10"), desk.world.partner("Autre SA")
    desk.world.pay(invoice, "2026-01-15")
    desk.world.pay(desk.pack("2026-01-10", other), "2026-01-15")
    assert "lost credit" not in desk.run("sync", check=0).out
    desk.later()
    note = desk.world.refund(invoice, date="2026-02-01")
    desk.world.bank_statement_settle_refund(note, "2026-02-05")
    desk.world.timesheet(desk.world.ticket(other), 1, "2026-03-02")
    said = desk.run("sync", check=0).out
    assert f"({other}), balance: 12:00 -> 11:00" in said, said
    lost = said.split("lost credit otherwise than by work:\n")[1]
    assert lost.splitlines()[0] == f"  Exemple SARL ({desk.customer}): 12:00 -> 0:00"
    assert str(f"({other})") not in lost


def test_the_credit_note_of_a_paid_pack_pays_another_pack_of_the_same_price(desk: Desk) -> None:
    first, second = desk.pack("2026-01-10"), desk.pack("2026-02-01")
    payment = desk.world.pay(first, "2026-01-15")
    note = desk.world.refund(first, date="2026-02-02")
    desk.world.match(note, second)
    assert desk.world.row("account.move", second)["payment_state"] == "reversed"
    assert desk.balance() == 720
    assert sorted(desk.grants()) == [("2026-01-15", 720), ("2026-02-01", -720), ("2026-02-02", 720)]
    explained = desk.run("explain", "balance", desk.customer, check=0).out
    assert "counts as money" in explained
    assert "settled on 2026-02-02 by another invoice" in explained or "settled on 2026-02-01 by another invoice" in explained
    desk.later()
    desk.world.payment_cancel(payment)  # the money of the first was taken back
    assert desk.balance() == 0
    assert "without money" in desk.verdict(second)


def test_the_money_of_another_customer_counts_and_its_loss_is_seen_at_once(desk: Desk) -> None:
    """A credit note of another customer's invoice of anything pays the pack: that customer is no account here."""
    other = desk.world.partner("Bravo SAS")
    service = desk.world.invoice(other, [("CONSEIL", 1, 1200)], "2026-01-05")
    payment = desk.world.pay(service, "2026-01-06")
    pack = desk.pack("2026-01-10")
    note = desk.world.refund(service, date="2026-01-20")
    desk.world.match(note, pack)
    assert desk.balance() == 720
    desk.later()
    desk.world.payment_cancel(payment)
    assert desk.balance() == 0
    assert desk.run.stored() == desk.run.rebuilt()


def test_a_circle_of_credit_notes_is_no_money(desk: Desk) -> None:
    first, second = desk.pack("2026-01-10"), desk.pack("2026-01-11")
    notes = [desk.world.refund(m, date="2026-02-02", post=False) for m in (first, second)]
    for note, origin in zip(notes, (first, second)):
        with desk.world.transaction() as env:
            env.tx.update("account.move", note, {"reversed_entry_id": None})
        desk.world.post(note)
        with desk.world.transaction() as env:
            env.tx.update("account.move", note, {"reversed_entry_id": origin})
    desk.world.match(notes[0], second)
    desk.world.match(notes[1], first)
    assert desk.balance() == 0
    assert "without money" in desk.verdict(first) and "without money" in desk.doctor(second)


def test_an_invoice_settled_by_its_own_credit_note_is_not_listed(desk: Desk) -> None:
    invoice = desk.pack("2026-01-10")
    desk.world.refund(invoice, date="2026-01-20")
    assert desk.balance() == 0
    assert desk.verdict(invoice) == "settled by its own credit note" and desk.doctor(invoice) == ""


def test_a_sales_receipt_grants_like_an_invoice(desk: Desk) -> None:
    receipt = desk.world.receipt(desk.customer, [("SUP12", 1, 1200)], "2026-01-10")
    assert desk.balance() == 0
    desk.world.pay(receipt, "2026-01-15", journal="cash")
    assert desk.balance() == 720
    note = desk.world.refund(receipt, date="2026-02-01", amount=600)
    desk.world.bank_statement_settle_refund(note, "2026-02-01")
    assert desk.balance() == 360


def test_a_final_invoice_of_zero_waits_for_its_down_payment(desk: Desk) -> None:
    down = desk.world.down_payment(desk.customer, 1200, "S00012", "2026-02-01")
    final = desk.world.final_invoice(desk.customer, [("SUP12", 1, 1200)], 1200, "S00012", "2026-02-10")
    assert desk.balance() == 0
    assert desk.verdict(final) == "the invoice of its down payment is not paid"
    name = desk.world.row("account.move", down)["name"]
    explained = desk.run("explain", "balance", desk.customer, check=0).out
    assert f"its down payment is {name} (account.move:{down}): not fully paid" in explained
    desk.later()
    desk.world.pay(down, "2026-02-20")
    assert desk.balance() == 720
    assert desk.grants() == [("2026-02-20", 720)]
    explained = desk.run("explain", "balance", desk.customer, check=0).out
    assert f"its down payment is {name} (account.move:{down}): paid on 2026-02-20" in explained
    assert desk.run.stored() == desk.run.rebuilt()


def test_a_final_invoice_that_is_paid_waits_for_its_down_payment_too(desk: Desk) -> None:
    down = desk.world.down_payment(desk.customer, 360, "S00012", "2026-02-01")
    final = desk.world.final_invoice(desk.customer, [("SUP12", 1, 1200)], 360, "S00012", "2026-02-10")
    desk.world.pay(final, "2026-02-15")
    assert desk.balance() == 0
    assert desk.verdict(final) == "the invoice of its down payment is not paid"
    desk.world.pay(down, "2026-02-02")
    assert desk.balance() == 720
    assert desk.grants() == [("2026-02-15", 720)]


def test_a_deduction_without_the_invoice_of_its_down_payment_gives_nothing_and_is_listed(desk: Desk) -> None:
    other = desk.world.partner("Bravo SAS")
    desk.world.pay(desk.world.down_payment(other, 1200, "S00012", "2026-02-01"), "2026-02-02")
    final = desk.world.final_invoice(desk.customer, [("SUP12", 1, 1200)], 1200, "S00012", "2026-02-10")
    assert desk.balance() == 0
    assert "deducts a down payment" in desk.verdict(final) and "down payment" in desk.doctor(final)


def test_a_down_payment_invoiced_after_the_final_invoice_is_found(desk: Desk) -> None:
    final = desk.world.final_invoice(desk.customer, [("SUP12", 1, 1200)], 1200, "S00012", "2026-02-10")
    assert desk.balance() == 0
    desk.later()
    down = desk.world.down_payment(desk.customer, 1200, "S00012", "2026-02-11")
    desk.world.pay(down, "2026-02-12")
    assert desk.balance() == 720
    assert desk.grants() == [("2026-02-12", 720)]
    assert desk.verdict(final) == "counted"


def test_an_offered_pack_beside_another_line_is_granted_alone(desk: Desk) -> None:
    invoice = desk.world.invoice(desk.customer, [("SUP12", 1, 0), ("SUP24", 1, 1200), ("REMISE", 1, -1200)], "2026-02-10")
    assert desk.balance() == 720
    assert desk.grants() == [("2026-02-10", 720)]
    assert "of amount zero" in desk.doctor(invoice)


def test_a_pack_with_a_price_on_an_invoice_of_zero_gives_nothing_and_is_listed(desk: Desk) -> None:
    invoice = desk.world.invoice(desk.customer, [("SUP12", 1, 1200), ("REMISE", 1, -1200)], "2026-02-10")
    assert desk.balance() == 0
    assert "of amount zero" in desk.verdict(invoice) and "of amount zero" in desk.doctor(invoice)


@ON_19
def test_a_payment_set_back_to_draft_is_no_payment(desk: Desk) -> None:
    invoice = desk.pack("2026-01-10")
    payment = desk.world.pay(invoice, "2026-01-15")
    assert desk.balance() == 720
    desk.later()
    stamp = desk.world.row("account.move", invoice)["write_date"]
    desk.world.payment_to_draft(payment)
    row = desk.world.row("account.move", invoice)
    assert (row["payment_state"], row["write_date"]) == ("paid", stamp)
    assert desk.balance() == 0
    assert "draft or cancelled" in desk.verdict(invoice) and "draft" in desk.doctor(invoice)
    desk.world.payment_post(payment)
    assert desk.balance() == 720
    assert desk.run.stored() == desk.run.rebuilt()


@ON_19
@pytest.mark.parametrize("accepted", ["paid", "in_payment"])
def test_a_payment_that_the_bank_rejects_is_no_payment(desk: Desk, accepted: str) -> None:
    desk.run.configure(credit={"payment": accepted})
    invoice = desk.pack("2026-01-10")
    payment = (desk.world.in_payment(invoice, "2026-01-15", entry=True) if accepted == "in_payment"
               else desk.world.pay(invoice, "2026-01-15"))
    assert desk.balance() == 720
    desk.later()
    desk.world.payment_reject(payment)
    assert desk.world.row("account.move", invoice)["payment_state"] == accepted
    assert desk.balance() == 0
    assert "rejected" in desk.verdict(invoice) and "rejected" in desk.doctor(invoice)
    assert "account.payment" in desk.run.sql("SELECT cause FROM audit WHERE subject = 'balance' ORDER BY seq DESC")[0][0]


@ON_19
def test_a_miscellaneous_entry_set_back_to_draft_is_seen(desk: Desk) -> None:
    invoice = desk.pack("2026-01-10")
    desk.world.pay(invoice, "2026-01-15", 1100)
    entry = desk.world.misc_settle(invoice, "2026-01-20")
    assert desk.balance() == 720
    desk.later()
    desk.world.reset_to_draft(entry)
    assert desk.balance() == 0
    assert "draft or cancelled" in desk.verdict(invoice)


@ON_19
def test_a_refund_whose_payment_is_a_draft_takes_nothing_back(desk: Desk) -> None:
    invoice = desk.pack("2026-01-10")
    desk.world.pay(invoice, "2026-01-15")
    note = desk.world.refund(invoice, date="2026-02-01")
    entry = desk.world.bank_statement_settle_refund(note, "2026-02-05")
    assert desk.balance() == 0
    desk.world.reset_to_draft(entry)
    assert desk.balance() == 720
    assert "draft or cancelled" in desk.verdict(note)


@pytest.mark.parametrize("version", EVERY_VERSION)
def test_a_payment_that_gets_another_date_moves_the_lot(desk: Desk, version: int) -> None:
    invoice = desk.pack("2026-01-10")
    payment = desk.world.pay(invoice, "2026-01-15")
    assert desk.balance() == 720
    desk.later()
    desk.world.redate_payment(payment, "2026-01-25")
    assert desk.balance() == 720
    assert desk.grants() == [("2026-01-25", 720)]


@pytest.mark.parametrize("word", ["partial", "not_paid"])
def test_a_wrong_payment_state_does_not_decide_where_posted_money_covers_the_invoice(desk: Desk, word: str) -> None:
    invoice = desk.pack("2026-01-10")
    desk.world.pay(invoice, "2026-01-15")
    desk.world.spoil(invoice, word)
    assert desk.balance() == 720
    found = desk.doctor(invoice)
    assert f"'{word}'" in found and "counted" in found


def test_a_wrong_payment_state_pays_nothing_that_is_still_due(desk: Desk) -> None:
    invoice = desk.pack("2026-01-10")
    desk.world.spoil(invoice, "paid")
    assert desk.balance() == 0
    assert desk.verdict(invoice) == "not fully paid"
    assert "'paid'" in desk.doctor(invoice)
