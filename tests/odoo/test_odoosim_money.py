"""Invoices and payments: the table of payment states, and where the truth of a payment is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simdesk import Desk

MOVE, LINE, PARTIAL = "account.move", "account.move.line", "account.partial.reconcile"


def state(desk: Desk, move: int) -> tuple[str, float]:
    row = desk.agent(MOVE, "read", [move], ["payment_state", "amount_residual"])[0]
    return row["payment_state"], row["amount_residual"]


def invoice(desk: Desk, price: float = 1080, date: str = "2026-03-01", post: bool = True) -> int:
    """An invoice of 1296 with its tax."""
    world = desk.world
    customer = world.env().search("res.partner", [("ref", "=", "A")]) or [world.partner("A", ref="A")]
    return world.invoice(customer[0], [("SUP12", 1, price)], date, tax=20, post=post)


def counterparts(desk: Desk, move: int) -> list[dict[str, Any]]:
    """What the agent reads: from the receivable lines to the partials, and on to the counterpart lines."""
    mine = desk.agent(LINE, "search_read", [["move_id", "=", move], ["account_id.account_type", "=", "asset_receivable"]],
                      ["matched_credit_ids", "matched_debit_ids"], load="")
    found = []
    for line in mine:
        for side, ids in (("credit_move_id", line["matched_credit_ids"]), ("debit_move_id", line["matched_debit_ids"])):
            for partial in desk.agent(PARTIAL, "read", ids, ["amount", "max_date", side], load=""):
                other = desk.agent(LINE, "read", [partial[side]], ["date", "journal_id", "move_type", "move_id"], load="")[0]
                kind = desk.agent("account.journal", "read", [other["journal_id"]], ["type"])[0]["type"]
                found.append({"amount": partial["amount"], "max_date": partial["max_date"], "date": other["date"],
                              "journal": kind, "move_type": other["move_type"], "line": other["id"]})
    return found


# The table --------------------------------------------------------------------------------


def test_posted_then_part_paid_then_paid(both: Desk) -> None:
    move = invoice(both)
    assert state(both, move) == ("not_paid", 1296.0)
    both.world.pay(move, "2026-03-05", 400)
    assert state(both, move) == ("partial", 896.0)
    both.world.pay(move, "2026-03-06")
    assert state(both, move) == ("paid", 0.0)


def test_one_payment_unreconciled_or_set_to_draft(desk: Desk) -> None:
    move = invoice(desk)
    desk.world.pay(move, amount=400)
    second = desk.world.pay(move)
    desk.world.unpay(partial=desk.world.partials(move)[1])
    assert state(desk, move) == ("partial", 896.0)
    desk.world.settle(second, move)
    assert state(desk, move) == ("paid", 0.0)
    desk.world.payment_to_draft(second)
    assert state(desk, move) == ("partial", 896.0)
    desk.world.unpay(move)
    assert state(desk, move) == ("not_paid", 1296.0)


def test_a_credit_note_posted_on_the_unpaid_invoice_reverses_it_at_once(both: Desk) -> None:
    move = invoice(both)
    note = both.world.refund(move, tax=20)
    assert state(both, move) == ("reversed", 0.0) and state(both, note) == ("paid", 0.0)
    assert both.agent(MOVE, "read", [note], ["reversed_entry_id"], load="")[0]["reversed_entry_id"] == move


def test_a_credit_note_on_a_paid_invoice_leaves_it_paid(both: Desk) -> None:
    move = invoice(both)
    both.world.pay(move)
    note = both.world.refund(move, tax=20)
    assert state(both, move) == ("paid", 0.0) and state(both, note) == ("not_paid", 1296.0)
    both.world.bank_statement_settle_refund(note)
    assert state(both, move) == ("paid", 0.0) and state(both, note) == ("paid", 0.0)


def test_part_paid_and_the_rest_refunded_is_paid(desk: Desk) -> None:
    move = invoice(desk)
    desk.world.pay(move, amount=648)
    desk.world.refund(move, [("SUP12", 1, 540)], tax=20)
    assert state(desk, move) == ("paid", 0.0)


def test_a_write_off_is_one_partial_of_the_whole(desk: Desk) -> None:
    move = invoice(desk)
    desk.world.write_off(move, 1000)
    assert state(desk, move) == ("paid", 0.0)
    assert [c["amount"] for c in counterparts(desk, move)] == [1296.0]


def test_settled_by_a_miscellaneous_entry_is_paid_and_no_payment_exists(both: Desk) -> None:
    move = invoice(both)
    both.world.misc_settle(move)
    assert state(both, move) == ("paid", 0.0)
    assert [(c["journal"], c["move_type"]) for c in counterparts(both, move)] == [("general", "entry")]
    assert both.agent("account.payment", "search_count", []) == 0


def test_an_invoice_of_zero_is_paid_with_no_partial(both: Desk) -> None:
    move = invoice(both, price=0)
    assert state(both, move) == ("paid", 0.0) and counterparts(both, move) == []


def test_reset_to_draft_and_posted_again(both: Desk) -> None:
    move = invoice(both)
    name = both.world.row(MOVE, move)["name"]
    both.world.pay(move)
    both.world.reset_to_draft(move)
    row = both.agent(MOVE, "read", [move], ["state", "name"])[0]
    assert row == {"id": move, "state": "draft", "name": name}
    if both.world.version == 17:
        assert state(both, move) == ("not_paid", 1296.0)
        both.world.post(move)
        assert state(both, move) == ("not_paid", 1296.0)
    else:
        assert state(both, move) == ("paid", 0.0), "19 keeps the reconciliation: never trust paid without posted"
    both.world.cancel(move)
    assert state(both, move) == ("not_paid", 1296.0)
    assert both.agent(MOVE, "read", [move], ["state"])[0]["state"] == "cancel"


def test_in_payment_can_have_its_whole_residual(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(version=19)
    move = invoice(desk)
    desk.world.in_payment(move, amount=100)
    assert state(desk, move) == ("in_payment", 1296.0) and counterparts(desk, move) == []


def test_in_payment_until_the_bank_confirms(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(enterprise_accounting=True)
    move = invoice(desk)
    payment = desk.world.pay(move)
    assert state(desk, move) == ("in_payment", 0.0)
    desk.world.bank_match(payment)
    assert state(desk, move) == ("paid", 0.0)


def test_payment_states_of_each_version(both: Desk) -> None:
    known = dict(both.agent(MOVE, "fields_get", ["payment_state"], ["selection"])["payment_state"]["selection"])
    assert ("blocked" in known) == (both.world.version == 19)
    assert {"not_paid", "in_payment", "partial", "paid", "reversed", "invoicing_legacy"} <= set(known)


# When and how -----------------------------------------------------------------------------


def test_max_date_is_the_later_of_both_dates_and_the_counterpart_has_the_payments(both: Desk) -> None:
    customer = both.world.partner("B")
    payment = both.world.prepay(customer, 1080, "2026-02-10")
    move = both.world.invoice(customer, [("SUP12", 1)], "2026-03-01")
    both.world.settle(payment, move)
    found = counterparts(both, move)[0]
    assert (found["max_date"], found["date"]) == ("2026-03-01", "2026-02-10")


def test_partials_are_searchable_by_dotted_domain(desk: Desk) -> None:
    move = invoice(desk)
    desk.world.pay(move)
    domain = [["debit_move_id.move_id.move_type", "=", "out_invoice"], ["debit_move_id.move_id", "=", move]]
    assert desk.agent(PARTIAL, "search", domain) == desk.world.partials(move)


def test_a_bank_statement_has_no_payment(desk: Desk) -> None:
    move = invoice(desk)
    desk.world.bank_statement_settle(move, "2026-03-07")
    assert state(desk, move) == ("paid", 0.0)
    assert [(c["journal"], c["date"]) for c in counterparts(desk, move)] == [("bank", "2026-03-07")]
    assert desk.agent("account.payment", "search_count", []) == 0


@pytest.mark.parametrize(("journal", "kinds"), [("bank", {"bank"}), ("cash", {"cash"}), ("credit", {"bank", "credit"})])
def test_money_is_a_counterpart_in_a_bank_cash_or_credit_journal(both: Desk, journal: str, kinds: set[str]) -> None:
    move = invoice(both)
    both.world.pay(move, journal=journal)
    assert counterparts(both, move)[0]["journal"] in kinds


def test_a_credit_note_is_a_counterpart_of_its_own_type(desk: Desk) -> None:
    move = invoice(desk)
    desk.world.refund(move, tax=20)
    assert [(c["journal"], c["move_type"]) for c in counterparts(desk, move)] == [("sale", "out_refund")]


def test_an_exchange_difference_is_a_partial_of_the_general_journal_possibly_in_the_future(desk: Desk) -> None:
    move = invoice(desk)
    desk.world.pay(move, "2026-03-10")
    desk.world.exchange_difference(move, "2026-03-31")
    found = [(c["journal"], c["date"]) for c in counterparts(desk, move)]
    assert found == [("bank", "2026-03-10"), ("general", "2026-03-31")]
    last = desk.agent(PARTIAL, "search_read", [], ["exchange_move_id", "debit_amount_currency"], order="id desc", limit=1)[0]
    assert last["exchange_move_id"] and last["debit_amount_currency"] == 0.0


def test_partials_are_deleted_without_a_trace(desk: Desk) -> None:
    move = invoice(desk)
    desk.world.pay(move)
    partials = desk.world.partials(move)
    desk.world.unpay(move)
    assert desk.agent(PARTIAL, "read", partials, ["amount"]) == []
    assert desk.agent("account.full.reconcile", "search_count", []) == 0


def test_an_overpayment_stays_open_on_the_payment(desk: Desk) -> None:
    first, second = invoice(desk), invoice(desk)
    payment = desk.world.pay(first, amount=1400)
    assert state(desk, first) == ("paid", 0.0)
    desk.world.settle(payment, second)
    assert state(desk, second) == ("partial", 1192.0)


def test_amounts_are_exact(desk: Desk) -> None:
    customer = desk.world.partner("C")
    move = desk.world.invoice(customer, [("SUP12", 3, 33.333)], tax=20)
    for _ in range(3):
        desk.world.pay(move, amount=0.1)
    desk.world.pay(move)
    assert state(desk, move) == ("paid", 0.0)
    foreign = desk.world.invoice(customer, [("SUP12", 1, 1000)], currency="USD", rate=1.0837)
    desk.world.pay(foreign)
    assert desk.agent(MOVE, "read", [foreign], ["amount_total"])[0]["amount_total"] == 1000.0


def test_invoices_are_readable_and_closed_to_writing_with_account_readonly(desk: Desk) -> None:
    move = invoice(desk)
    assert desk.agent.fault(MOVE, "write", [move], {"ref": "x"})[0] == 4
    assert desk.agent(MOVE, "check_access_rights", "write", False) is False


def test_the_lines_of_an_invoice(desk: Desk) -> None:
    world = desk.world
    world.product("SUP36")
    move = world.invoice(world.partner("D"), [("SUP36", 2), ("SUP12", 1, 0), ("SUP12", 1, 100, "dozen")], tax=20)
    lines = desk.agent(LINE, "search_read", [["move_id", "=", move]],
                       ["display_type", "quantity", "price_subtotal", "product_uom_id", "product_id"], order="id")
    assert [line["display_type"] for line in lines] == ["product"] * 3 + ["tax", "payment_term"]
    assert lines[0]["product_id"][1] == "[SUP36] Pack support 36 h" and lines[0]["price_subtotal"] == 5760.0
    assert lines[2]["product_uom_id"][1] == "Dozens"
    read = desk.agent(MOVE, "read", [move], ["invoice_line_ids", "line_ids", "commercial_partner_id"], load="")[0]
    assert len(read["invoice_line_ids"]) == 3 and len(read["line_ids"]) == 5


def test_the_number_of_an_invoice_is_not_unique_across_companies(desk: Desk) -> None:
    customer = desk.world.partner("E")
    names = {desk.world.row(MOVE, desk.world.invoice(customer, [("SUP12", 1)], company=c))["name"]
             for c in (None, desk.world.company("Autre"))}
    assert names == {"INV/2026/00001"}


# Counterparts that are no payment ---------------------------------------------------------


def behind(desk: Desk, move: int) -> list[tuple[str, str | bool]]:
    """Of each counterpart line, the state of its entry and of the payment it came from."""
    found = []
    for counterpart in counterparts(desk, move):
        line = desk.agent(LINE, "read", [counterpart["line"]], ["parent_state", "payment_id"], load="")[0]
        payment = desk.agent("account.payment", "read", [line["payment_id"]], ["state"])[0]["state"] if line["payment_id"] else False
        found.append((line["parent_state"], payment))
    return found


def test_a_payment_reset_to_draft_unreconciles_on_17_and_not_on_19(both: Desk) -> None:
    world, move = both.world, invoice(both)
    payment = world.pay(move)
    assert behind(both, move) == [("posted", "paid" if world.version == 19 else "posted")]
    stamped = both.moved(MOVE, move, lambda: world.payment_to_draft(payment))
    if world.version == 19:
        assert not stamped and state(both, move) == ("paid", 0.0) and behind(both, move) == [("draft", "draft")]
        world.payment_post(payment)
        assert state(both, move) == ("paid", 0.0) and behind(both, move)[0][0] == "posted"
    else:
        assert stamped and state(both, move) == ("not_paid", 1296.0) and behind(both, move) == []


def test_the_line_of_a_payment_reset_to_draft_is_stamped(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(version=19)
    move = invoice(desk)
    payment = desk.world.pay(move)
    line = counterparts(desk, move)[0]["line"]
    assert desk.moved(LINE, line, lambda: desk.world.payment_to_draft(payment))


def test_a_cancelled_payment_unreconciles(both: Desk) -> None:
    move = invoice(both)
    payment = both.world.pay(move)
    both.world.payment_cancel(payment)
    assert state(both, move) == ("not_paid", 1296.0) and counterparts(both, move) == []
    known = both.agent("account.payment", "read", [payment], ["state"])[0]["state"]
    assert known == ("canceled" if both.world.version == 19 else "cancel")


@pytest.mark.parametrize("accounting", [False, True])
def test_a_payment_rejected_by_the_bank_leaves_the_invoice_as_it_was(make_desk: Callable[..., Desk], accounting: bool) -> None:
    desk = make_desk(version=19, enterprise_accounting=accounting)
    move = invoice(desk)
    payment = desk.world.pay(move)
    assert not desk.moved(MOVE, move, lambda: desk.world.payment_reject(payment))
    assert state(desk, move) == ("in_payment" if accounting else "paid", 0.0)
    assert behind(desk, move) == [("posted", "rejected")]


def test_payment_methods_over_rpc(both: Desk) -> None:
    move = invoice(both)
    payment = both.world.pay(move)
    both.admin.fault("account.payment", "action_draft", [payment])  # it answers None: done, then not representable
    assert both.admin("account.payment", "read", [payment], ["state"])[0]["state"] == "draft"
    if both.world.version == 17:
        assert "does not exist" in both.admin.last_line("account.payment", "action_reject", [payment])


def test_every_line_of_a_payment_names_it(both: Desk) -> None:
    payment = both.world.pay(invoice(both))
    entry = both.world.row("account.payment", payment)["move_id"]
    lines = both.agent(LINE, "search_read", [["move_id", "=", entry]], ["payment_id"], load="")
    assert [line["payment_id"] for line in lines] == [payment] * 2


# Down payments, receipts, transfers, annulled credit notes ----------------------------------


def test_a_down_payment_and_the_final_invoice_that_deducts_it(both: Desk) -> None:
    world = both.world
    customer = world.partner("Acompte")
    down = world.down_payment(customer, 1080, "S00001")
    final = world.final_invoice(customer, [("SUP12", 1, 1080)], 1080, "S00001")
    assert state(both, down) == ("not_paid", 1080.0) and state(both, final) == ("paid", 0.0)
    lines = both.agent(LINE, "search_read", [["move_id", "in", [down, final]], ["display_type", "=", "product"]],
                       ["is_downpayment", "price_subtotal"], order="id")
    assert [(line["is_downpayment"], line["price_subtotal"]) for line in lines] == [(True, 1080.0), (False, 1080.0), (True, -1080.0)]
    origins = both.agent(MOVE, "read", [down, final], ["invoice_origin"])
    assert [row["invoice_origin"] for row in origins] == ["S00001", "S00001"]


def test_without_the_sales_module_no_line_says_that_it_is_a_down_payment(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(without_modules=("sale",))
    assert desk.agent(LINE, "fields_get", ["is_downpayment"], ["type"]) == {}


def test_a_sales_receipt_is_paid_like_an_invoice(both: Desk) -> None:
    world = both.world
    move = world.receipt(world.partner("Comptoir"), [("SUP12", 1)])
    world.pay(move)
    assert state(both, move) == ("paid", 0.0)
    assert both.agent(MOVE, "read", [move], ["move_type"])[0]["move_type"] == "out_receipt"


def test_an_invoice_settled_by_another_invoices_credit_note_is_reversed(both: Desk) -> None:
    first, second = invoice(both), invoice(both)
    both.world.pay(first)
    note = both.world.refund(first, tax=20)
    both.world.match(note, second)
    assert state(both, second) == ("reversed", 0.0) and state(both, note) == ("paid", 0.0)
    assert counterparts(both, second)[0]["move_type"] == "out_refund"


@pytest.mark.parametrize(("by", "word"), [("entry", "reversed"), ("out_invoice", "paid"), ("out_receipt", "paid")])
def test_a_credit_note_annulled_by_what_reverses_it(both: Desk, by: str, word: str) -> None:
    move = invoice(both)
    both.world.pay(move)
    note = both.world.refund(move)
    undo = both.world.annul(note, by)
    assert both.agent(MOVE, "read", [undo], ["reversed_entry_id"], load="")[0]["reversed_entry_id"] == note
    assert state(both, note) == (word, 0.0) and state(both, move) == ("paid", 0.0)
    assert [c["move_type"] for c in counterparts(both, note)] == [by]


def test_partials_tell_amounts_in_both_currencies(both: Desk) -> None:
    world = both.world
    move = world.invoice(world.partner("Dollar"), [("SUP12", 1, 1000)], currency="USD", rate=1.25)
    world.pay(move, amount=900)
    world.misc_settle(move)
    partials = both.agent(PARTIAL, "read", world.partials(move), ["amount", "debit_amount_currency", "debit_currency_id"])
    assert [(p["amount"], p["debit_amount_currency"], p["debit_currency_id"][1]) for p in partials] == [
        (720.0, 900.0, "USD"), (80.0, 100.0, "USD")]
    assert state(both, move) == ("paid", 0.0)


def test_a_spoilt_payment_state_stays_until_odoo_computes_it_again(both: Desk) -> None:
    world, move = both.world, invoice(both)
    payment = world.pay(move)
    world.spoil(move, "partial")
    assert state(both, move) == ("partial", 0.0)
    world.unpay(move)
    world.spoil(move, "paid")
    assert state(both, move) == ("paid", 1296.0)
    world.settle(payment, move)
    assert state(both, move) == ("paid", 0.0)


def test_archived_products_and_shared_references(both: Desk) -> None:
    world = both.world
    first = world.product("DOUBLE")
    second = world.product("DOUBLE", name="Second product of this reference")
    world.archive("product.product", first)
    find = lambda **context: both.agent("product.product", "search", [["default_code", "=", "DOUBLE"]], order="id", context=context)
    assert first != second and find() == [second] and find(active_test=False) == [first, second]
