"""Incremental reading: what moves write_date, what does not, and what a cursor loses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from simdesk import Desk

TICKET, LINE, MOVE = "helpdesk.ticket", "account.analytic.line", "account.move"


# The cursor -------------------------------------------------------------------------------


def test_microseconds_are_kept_and_seconds_are_shown(both: Desk) -> None:
    both.world.now = "2026-03-12 10:00:05.310749"
    ticket = both.world.ticket()
    assert both.agent(TICKET, "read", [ticket], ["write_date"])[0]["write_date"] == "2026-03-12 10:00:05"
    assert both.world.row(TICKET, ticket)["write_date"].microsecond == 310749

    def found(operator: str, text: str) -> bool:
        return both.agent(TICKET, "search", [["write_date", operator, text]]) == [ticket]

    second, after = "2026-03-12 10:00:05", "2026-03-12 10:00:06"
    assert found(">=", second) and not found(">=", after)
    if both.world.version == 17:
        assert found(">", second), "17: > S matches S.310749 again"
        assert not found("=", second), "17: = S does not match it"
        assert not found("<=", second)
    else:
        assert not found(">", second), "19: > S is >= the next second"
        assert found("=", second), "19: = S is the whole second"
        assert found("<=", second) and found(">", "2026-03-12 10:00:04")
    assert found("<", after) and not found("<", second)


def test_rows_of_one_transaction_share_one_microsecond(desk: Desk) -> None:
    made = desk.admin(TICKET, "create", [{"name": str(n), "description": "x"} for n in range(20)])
    assert len({desk.world.row(TICKET, i)["write_date"] for i in made}) == 1
    first, second = desk.world.ticket(), desk.world.ticket()
    assert desk.world.row(TICKET, first)["write_date"] != desk.world.row(TICKET, second)["write_date"]


def test_an_id_keyset_inside_a_fixed_write_date_reads_everything(desk: Desk) -> None:
    made = desk.admin(TICKET, "create", [{"name": str(n), "description": "x"} for n in range(25)])
    read: list[int] = []
    while True:
        last = read[-1] if read else 0
        page = desk.agent(TICKET, "search", [["write_date", ">=", "2026-03-12 00:00:00"], ["id", ">", last]],
                          order="id", limit=10)
        read += page
        if len(page) < 10:
            break
    assert read == made


def test_a_page_is_the_same_with_and_without_the_index(desk: Desk) -> None:
    """The shortcuts of the simulator (id ranges, change index, foreign keys) change no answer."""
    world = desk.world
    for day in range(30):
        world.now = datetime(2026, 3, 1 + day)
        world.ticket(priority=str(day % 4))
    for domain in ([["write_date", ">=", "2026-03-20"]], [["id", ">", 7], ["id", "<=", 12]], [["id", "in", [3, 1, 99]]],
                   [["stage_id", "=", 1], ["id", ">", 25]], [["priority", "=", "3"]]):
        opaque = ["|", [0, "=", 1], *(["&"] * (len(domain) - 1)), *domain]
        assert desk.agent(TICKET, "search", domain, order="id") == desk.agent(TICKET, "search", opaque, order="id")


def test_write_date_is_the_start_of_the_transaction(desk: Desk) -> None:
    desk.world.now = datetime(2026, 3, 12, 10, 0, 35, 500000)
    with desk.world.late_commit() as slow:
        late = desk.world.ticket(name="late")
        desk.world.advance(4)
        assert desk.agent(TICKET, "search", []) == []
        early = desk.admin(TICKET, "create", {"name": "early", "description": "x"})
        assert desk.agent(TICKET, "search", []) == [early]
        desk.world.advance(1)
    assert slow.started == desk.world.row(TICKET, late)["write_date"]
    rows = desk.agent(TICKET, "search_read", [], ["write_date"], order="id")
    assert [r["write_date"][-2:] for r in rows] == ["35", "39"]
    assert desk.agent(TICKET, "search", [["write_date", ">=", "2026-03-12 10:00:39"]]) == [early], "the cursor lost it"


def test_a_change_between_two_pages_is_a_hook_away(desk: Desk) -> None:
    first = desk.world.ticket()
    desk.server.before_call(2, lambda: desk.world.ticket(name="meanwhile"))
    assert desk.agent(TICKET, "search", []) == [first]
    assert len(desk.agent(TICKET, "search", [])) == 2


def test_deletion_leaves_nothing(desk: Desk) -> None:
    ticket = desk.world.ticket()
    desk.world.delete(TICKET, ticket)
    assert desk.agent(TICKET, "search", [["write_date", ">=", "2000-01-01"]], context={"active_test": False}) == []


# What moves it ----------------------------------------------------------------------------


def test_a_write_of_the_same_value_moves_it(desk: Desk) -> None:
    ticket = desk.world.ticket(priority="2")
    assert desk.moved(TICKET, ticket, lambda: desk.admin(TICKET, "write", [ticket], {"priority": "2"}))


def test_a_ticket_does_not_move_with_its_messages_nor_with_its_stages_name(desk: Desk) -> None:
    ticket = desk.world.ticket()
    assert not desk.moved(TICKET, ticket, lambda: desk.agent(TICKET, "message_post", [ticket], body="x"))
    assert not desk.moved(TICKET, ticket, lambda: desk.world.rename("helpdesk.ticket.stage", 1, "Nouveau"))
    assert not desk.moved(TICKET, ticket, lambda: desk.world.reply(ticket))


def test_a_ticket_moves_with_its_timesheets_but_not_with_their_names(desk: Desk) -> None:
    one, two = desk.world.ticket(), desk.world.ticket()
    lines: list[int] = []
    assert desk.moved(TICKET, one, lambda: lines.append(desk.world.timesheet(one, 1, "2026-03-01")))
    line = lines[0]
    assert not desk.moved(TICKET, one, lambda: desk.world.rename(LINE, line, "autre"))
    assert desk.moved(TICKET, one, lambda: desk.world.write(LINE, line, unit_amount=2.0))
    before = {t: desk.world.row(TICKET, t)["write_date"] for t in (one, two)}
    desk.world.advance(1)
    desk.world.move_timesheet(line, two)
    assert all(desk.world.row(TICKET, t)["write_date"] != before[t] for t in (one, two)), "both tickets"
    assert desk.moved(TICKET, two, lambda: desk.world.delete(LINE, line))


def test_lines_survive_their_ticket_with_no_link(desk: Desk) -> None:
    ticket = desk.world.ticket(desk.world.partner("A"))
    line = desk.world.timesheet(ticket, 1)
    assert desk.moved(LINE, line, lambda: desk.world.delete(TICKET, ticket))
    assert desk.agent(LINE, "read", [line], ["ticket_id"])[0]["ticket_id"] is False


@pytest.mark.parametrize("step", ["pay", "unpay", "refund_unpaid", "reset", "cancel", "misc"])
def test_an_invoice_moves_with_every_change_of_payment_state(desk: Desk, step: str) -> None:
    world = desk.world
    invoice = world.invoice(world.partner("A"), [("SUP12", 1)])
    if step in ("unpay", "reset", "cancel"):
        world.pay(invoice)
    actions: dict[str, Callable[[], object]] = {
        "pay": lambda: world.pay(invoice, amount=10), "unpay": lambda: world.unpay(invoice),
        "refund_unpaid": lambda: world.refund(invoice), "reset": lambda: world.reset_to_draft(invoice),
        "cancel": lambda: world.cancel(invoice), "misc": lambda: world.misc_settle(invoice)}
    assert desk.moved(MOVE, invoice, actions[step])


def test_an_invoice_does_not_move_when_a_credit_note_is_posted_on_it_paid(desk: Desk) -> None:
    invoice = desk.world.invoice(desk.world.partner("A"), [("SUP12", 1)])
    desk.world.pay(invoice)
    assert not desk.moved(MOVE, invoice, lambda: desk.world.refund(invoice))
    assert desk.moved(MOVE, invoice, lambda: desk.world.refund(invoice, wizard=True)), "the wizard writes on the invoice"


def test_on_19_a_payment_reset_to_draft_moves_nothing_and_the_invoice_stays_paid(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(version=19)
    invoice = desk.world.invoice(desk.world.partner("A"), [("SUP12", 1)])
    payment = desk.world.pay(invoice)
    assert not desk.moved(MOVE, invoice, lambda: desk.world.payment_to_draft(payment))
    assert desk.world.row(MOVE, invoice)["payment_state"] == "paid"
    counterpart = desk.world.partial_row(desk.world.partials(invoice)[0])["credit_move_id"]
    assert desk.agent("account.move.line", "read", [counterpart], ["parent_state"])[0]["parent_state"] == "draft"


def test_the_date_of_a_payment_can_change_without_invoice_or_partial_moving(desk: Desk) -> None:
    world = desk.world
    invoice = world.invoice(world.partner("A"), [("SUP12", 1)], "2026-03-05")
    payment = world.pay(invoice, "2026-03-01")
    partial = world.partials(invoice)[0]
    assert not desk.moved(MOVE, invoice, lambda: world.redate_payment(payment, "2026-03-02"))
    assert not desk.moved("account.partial.reconcile", partial, lambda: world.redate_payment(payment, "2026-03-03"))
    assert desk.moved("account.partial.reconcile", partial, lambda: world.redate_payment(payment, "2026-03-09"))
    assert world.partial_row(partial)["max_date"].isoformat() == "2026-03-09"
    line = world.partial_row(partial)["credit_move_id"]
    assert desk.moved("account.move.line", line, lambda: world.redate_payment(payment, "2026-03-10"))


def test_the_lines_of_a_posted_and_paid_invoice_can_change_and_move_it(desk: Desk) -> None:
    invoice = desk.world.invoice(desk.world.partner("A"), [("SUP12", 1)])
    desk.world.pay(invoice)
    line, other = desk.world.invoice_lines(invoice)[0], desk.world.product("SUP24")
    assert desk.moved(MOVE, invoice, lambda: desk.world.write("account.move.line", line, product_id=other))


def test_a_contact_that_moves_takes_its_tickets_but_not_its_invoices(desk: Desk) -> None:
    world = desk.world
    old, new = world.partner("Ancienne"), world.partner("Nouvelle")
    contact = world.partner("Anne", parent=old)
    invoice, ticket = world.invoice(contact, [("SUP12", 1)]), world.ticket(contact)
    assert not desk.moved(TICKET, ticket, lambda: world.move_contact(contact, new))
    assert world.get(TICKET, ticket, "partner_id.commercial_partner_id") == new
    assert world.row(MOVE, invoice)["commercial_partner_id"] == old
    assert world.row("res.partner", contact)["complete_name"] == "Nouvelle, Anne"
    assert desk.moved("res.partner", contact, lambda: world.rename("res.partner", new, "Neuve"))
    assert desk.agent("res.partner", "search", [["id", "child_of", new]], order="id") == [new, contact]
    assert desk.agent(TICKET, "search", [["partner_id", "child_of", new]]) == [ticket]


def test_a_contact_merge_moves_tickets_without_their_write_date(desk: Desk) -> None:
    world = desk.world
    kept, gone = world.partner("Double"), world.partner("Doublon")
    ticket, invoice = world.ticket(gone), world.invoice(gone, [("SUP12", 1)])
    assert not desk.moved(TICKET, ticket, lambda: world.merge_contacts(kept, gone))
    assert world.row(TICKET, ticket)["partner_id"] == kept
    assert world.row(MOVE, invoice)["commercial_partner_id"] == kept
    assert desk.agent("res.partner", "read", [gone], ["name"]) == []


def test_a_contact_merge_stamps_the_contacts_below_and_no_custom_row(desk: Desk) -> None:
    world = desk.world
    kept, gone = world.partner("Double"), world.partner("Doublon")
    contact = world.partner("Anne", parent=gone)
    world.adjustment_model()
    row = world.create("x_qualiodoo_adjustment", x_key="key", x_partner_id=gone, x_minutes=60, x_date=world.today)
    assert desk.moved("res.partner", contact, lambda: world.merge_contacts(kept, gone))
    assert world.row("res.partner", contact)["parent_id"] == kept
    other = world.partner("Triple")
    assert not desk.moved("x_qualiodoo_adjustment", row, lambda: world.merge_contacts(other, kept))
    assert world.row("x_qualiodoo_adjustment", row)["x_partner_id"] == other
