"""Posting, reconciling and undoing: how Odoo comes to a payment_state.

Amounts are Decimal with cents. A stored computed value stamps its record only
when it changes, which is why a credit note posted on a paid invoice leaves the
invoice's write_date alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import spoiling
from .database import Row
from .faults import UserError

if TYPE_CHECKING:
    from .orm import Env

MOVE, LINE, PARTIAL, FULL = "account.move", "account.move.line", "account.partial.reconcile", "account.full.reconcile"
ZERO = Decimal(0)
SIGNS = {"out_invoice": 1, "out_receipt": 1, "out_refund": -1, "in_invoice": -1, "in_refund": 1}


def update(env: Env, model: str, id_: int, values: Row) -> None:
    """Store computed values, stamping the row only if one changed."""
    row = env.row(model, id_)
    changed = {k: v for k, v in values.items() if row.get(k) != v and (row.get(k) or v) and k in _fields(env, model)}
    if changed:
        env.touch(model, id_, changed)


def _fields(env: Env, model: str) -> Any:
    return env.schema.models[model].fields


def lines_of(env: Env, move: int) -> list[int]:
    return env.tx.having(LINE, "move_id", (move,))


def open_lines(env: Env, move: int) -> list[int]:
    """The lines of a move that are reconciled with payments (its receivable lines)."""
    return [i for i in lines_of(env, move) if env.get(LINE, i, "account_id.account_type") == "asset_receivable"]


def partials_of(env: Env, lines: Iterable[int]) -> list[int]:
    lines = list(lines)
    found = {*env.tx.having(PARTIAL, "debit_move_id", lines), *env.tx.having(PARTIAL, "credit_move_id", lines)}
    return sorted(found)


# Posting ----------------------------------------------------------------------------------


def post(env: Env, move: int) -> None:
    """Draft to posted: number, dates, states, and the reconciliation of a credit note with its invoice."""
    row = env.row(MOVE, move)
    if row.get("state") != "draft":
        raise UserError(f"The entry {row.get('name')} (id {move}) must be in draft.")
    invoice = row.get("move_type", "entry") != "entry"
    values: Row = {"state": "posted", "posted_before": True}
    if invoice and not row.get("invoice_date"):
        values["invoice_date"] = values["date"] = env.tx.started.date()
        for line in lines_of(env, move):
            update(env, LINE, line, {"date": values["date"], "invoice_date": values["date"]})
    if row.get("name") in (None, "/"):
        values["name"] = next_name(env, {**row, **values})
    env.touch(MOVE, move, values)
    for line in lines_of(env, move):
        update(env, LINE, line, {"parent_state": "posted", "move_name": env.row(MOVE, move).get("name")})
    refresh(env, [move])
    origin = env.tx.row(MOVE, row.get("reversed_entry_id") or 0)
    if origin is not None and origin.get("state") == "posted":
        both = [*open_lines(env, origin["id"]), *open_lines(env, move)]
        reconcile(env, [i for i in both if not env.row(LINE, i).get("reconciled")])


def next_name(env: Env, row: Row) -> str:
    """INV/2026/00001: by journal and year, credit notes and payments apart."""
    journal = env.row("account.journal", row["journal_id"])
    prefix = journal["code"]
    if row.get("move_type") == "out_refund":
        prefix = f"R{prefix}"
    elif row.get("payment_id") or row.get("origin_payment_id"):
        prefix = f"P{prefix}"
    day: date = row["date"]
    width = 5
    period = f"{prefix}/{day.year}"
    if journal.get("type") == "general":
        period, width = f"{prefix}/{day.year}/{day.month:02d}", 4
    number = env.world.db.next_value(f"{row.get('company_id')}:{period}")
    return f"{period}/{number:0{width}d}"


# Reconciling ------------------------------------------------------------------------------


def reconcile(env: Env, lines: Iterable[int]) -> list[int]:
    """Match debits with credits, oldest first, and give the partials made."""
    rows = sorted((env.row(LINE, i) for i in lines), key=lambda r: (r.get("date_maturity") or r["date"], r["id"]))
    debits = [r["id"] for r in rows if r.get("balance", ZERO) > 0]
    credits_ = [r["id"] for r in rows if r.get("balance", ZERO) < 0]
    made: list[int] = []
    while debits and credits_:
        debit, credit = env.row(LINE, debits[0]), env.row(LINE, credits_[0])
        amount = min(debit.get("amount_residual", ZERO), -credit.get("amount_residual", ZERO))
        if amount > 0:
            made.append(_partial(env, debit, credit, amount))
        if env.row(LINE, debits[0]).get("amount_residual", ZERO) <= 0:
            debits.pop(0)
        elif env.row(LINE, credits_[0]).get("amount_residual", ZERO) >= 0 or amount <= 0:
            credits_.pop(0)
    _close_full(env, made)
    touched = {env.row(LINE, i)["move_id"] for i in lines_in(env, made)}
    refresh(env, sorted(touched))
    return made


def lines_in(env: Env, partials: Iterable[int]) -> list[int]:
    """Both lines of each partial."""
    rows = [env.row(PARTIAL, p) for p in partials]
    return sorted({r["debit_move_id"] for r in rows} | {r["credit_move_id"] for r in rows})


def _partial(env: Env, debit: Row, credit: Row, amount: Decimal) -> int:
    """One partial; its max_date is the later of the two lines' dates, not the payment's."""
    in_debit = _in_currency(debit, amount)
    in_credit = _in_currency(credit, amount)
    partial = env.create(PARTIAL, {
        "debit_move_id": debit["id"], "credit_move_id": credit["id"], "amount": amount,
        "debit_amount_currency": in_debit, "credit_amount_currency": in_credit,
        "debit_currency_id": debit.get("currency_id"), "credit_currency_id": credit.get("currency_id"),
        "company_id": debit.get("company_id"), "max_date": max(debit["date"], credit["date"])})
    _recount_line(env, debit["id"])
    _recount_line(env, credit["id"])
    return partial


def _in_currency(line: Row, amount: Decimal) -> Decimal:
    """The part of a line's amount in its own currency."""
    balance = abs(line.get("balance") or ZERO)
    total = abs(line.get("amount_currency") or balance)
    if not balance or total == balance:
        return amount
    return (amount * total / balance).quantize(Decimal("0.01"))


def _recount_line(env: Env, line: int) -> None:
    row = env.row(LINE, line)
    taken = sum((env.row(PARTIAL, p)["amount"] for p in env.tx.having(PARTIAL, "debit_move_id", (line,))), ZERO)
    given = sum((env.row(PARTIAL, p)["amount"] for p in env.tx.having(PARTIAL, "credit_move_id", (line,))), ZERO)
    in_debit = sum((env.row(PARTIAL, p).get("debit_amount_currency", ZERO)
                    for p in env.tx.having(PARTIAL, "debit_move_id", (line,))), ZERO)
    in_credit = sum((env.row(PARTIAL, p).get("credit_amount_currency", ZERO)
                     for p in env.tx.having(PARTIAL, "credit_move_id", (line,))), ZERO)
    residual = row.get("balance", ZERO) - taken + given
    in_currency = row.get("amount_currency", row.get("balance", ZERO)) - in_debit + in_credit
    matched = bool(taken or given)
    update(env, LINE, line, {"amount_residual": residual, "amount_residual_currency": in_currency,
                             "reconciled": not residual and matched})


def _close_full(env: Env, partials: list[int]) -> None:
    """A full reconciliation, once every line of the group is settled."""
    group = set(partials)
    while True:
        more = set(partials_of(env, lines_in(env, group)))
        if more == group:
            break
        group = more
    lines = lines_in(env, group)
    if group and all(not env.row(LINE, i).get("amount_residual") for i in lines):
        full = env.create(FULL, {})
        for partial in sorted(group):
            env.tx.update(PARTIAL, partial, {"full_reconcile_id": full})
        for line in lines:
            update(env, LINE, line, {"full_reconcile_id": full})


def unreconcile(env: Env, partials: Iterable[int]) -> None:
    """Undo: the partials are deleted without a trace, the moves fall back."""
    gone = [p for p in partials if env.tx.row(PARTIAL, p) is not None]
    if not gone:
        return
    lines = lines_in(env, gone)
    fulls = {f for p in gone if (f := env.row(PARTIAL, p).get("full_reconcile_id"))}
    moves = sorted({env.row(LINE, i)["move_id"] for i in lines})
    for full in fulls:
        for partial in env.tx.having(PARTIAL, "full_reconcile_id", (full,)):
            env.tx.update(PARTIAL, partial, {"full_reconcile_id": None})
        for line in env.tx.having(LINE, "full_reconcile_id", (full,)):
            update(env, LINE, line, {"full_reconcile_id": None})
        env.tx.delete(FULL, full)
    for partial in gone:
        env.tx.delete(PARTIAL, partial)
    for line in lines:
        _recount_line(env, line)
    refresh(env, moves)


def unreconcile_lines(env: Env, lines: Iterable[int]) -> None:
    unreconcile(env, partials_of(env, lines))


# States -----------------------------------------------------------------------------------


def refresh(env: Env, moves: Iterable[int]) -> None:
    """Recompute what is due and the payment_state of moves, then what their payments say."""
    moves = list(moves)
    for move in moves:
        row = env.row(MOVE, move)
        sign = SIGNS.get(row.get("move_type", "entry"))
        if sign is not None:
            due = [env.row(LINE, i) for i in open_lines(env, move)]
            residual = sum((line.get("amount_residual_currency", ZERO) for line in due), ZERO) * sign
            in_company = sum((line.get("amount_residual", ZERO) for line in due), ZERO)
            update(env, MOVE, move, {"amount_residual": residual + ZERO, "amount_residual_signed": in_company + ZERO})
        row = env.row(MOVE, move)
        update(env, MOVE, move, {"payment_state": spoiling.stored_state(env, row, payment_state(env, row))})
    sides = lines_in(env, partials_of(env, [i for move in moves for i in open_lines(env, move)]))
    for move in sorted({*moves, *(env.row(LINE, i)["move_id"] for i in sides)}):
        row = env.row(MOVE, move)
        payment = row.get("payment_id") or row.get("origin_payment_id")
        if payment and env.tx.row("account.payment", payment):
            _refresh_payment(env, payment, row)


def _refresh_payment(env: Env, payment: int, move: Row) -> None:
    settled = all(not env.row(LINE, i).get("amount_residual") for i in open_lines(env, move["id"]))
    values: Row = {"is_reconciled": settled and move.get("state") == "posted"}
    if env.version >= 19 and env.row("account.payment", payment).get("state") in ("in_process", "paid"):
        invoices = env.value("account.payment", env.field("account.payment", "reconciled_invoice_ids"),
                             env.row("account.payment", payment))
        paid = bool(invoices) and all(env.row(MOVE, i).get("payment_state") == "paid" for i in invoices)
        values["state"] = "paid" if paid else "in_process"
    update(env, "account.payment", payment, values)


def payment_state(env: Env, row: Row) -> str:
    """What Odoo stores; 19 computes it for drafts too, and lets nothing but a user lift `blocked`."""
    kind, state = row.get("move_type", "entry"), row.get("state")
    if row.get("payment_state") == "blocked":
        return "blocked"
    draft_counts = env.version >= 19 and state == "draft" and bool(row.get("amount_total"))
    if kind == "entry" or not (state == "posted" or draft_counts):
        return "not_paid"
    lines = open_lines(env, row["id"])
    counterparts = [_counterpart(env, p, lines) for p in partials_of(env, lines)]
    if row.get("amount_residual"):
        if state == "posted" and _loose_payment(env, row, "in_process"):
            return env.world.in_payment_state
        if counterparts:
            return "partial"
        return env.world.in_payment_state if state == "posted" and _loose_payment(env, row, "paid") else "not_paid"
    if any(c["money"] for c in counterparts):
        return "paid" if all(c["matched"] for c in counterparts) else env.world.in_payment_state
    kinds = {c["move_type"] for c in counterparts}
    if kind in ("out_invoice", "out_receipt") and kinds in ({"out_refund"}, {"out_refund", "entry"}):
        return "reversed"
    if kind == "out_refund" and kinds == {"entry"}:
        return "reversed"
    return "paid"


def _counterpart(env: Env, partial: int, lines: list[int]) -> dict[str, Any]:
    """The move on the other side of a partial: its type, whether it is money, whether the bank confirmed it."""
    row = env.row(PARTIAL, partial)
    other = row["credit_move_id"] if row["debit_move_id"] in lines else row["debit_move_id"]
    move = env.row(MOVE, env.row(LINE, other)["move_id"])
    payment = env.tx.row("account.payment", move.get("payment_id") or move.get("origin_payment_id") or 0)
    return {
        "move_type": move.get("move_type", "entry"),
        "money": payment is not None or bool(move.get("statement_line_id")),
        "matched": payment is None or bool(payment.get("is_matched")),
    }


def _loose_payment(env: Env, row: Row, state: str) -> bool:
    """19: a payment without journal entry moves the state and leaves the residual."""
    payments = (env.tx.row("account.payment", p) for p in row.get("matched_payment_ids", ()))
    return any(p and not p.get("move_id") and p.get("state") == state for p in payments)


# Undoing ----------------------------------------------------------------------------------


def reset_to_draft(env: Env, move: int) -> None:
    """button_draft: back to draft, the number kept for the next posting.

    17 removes the reconciliation first; 19 keeps it, so that a draft can be `paid`.
    """
    row = env.row(MOVE, move)
    if row.get("state") not in ("posted", "cancel"):
        raise UserError("Only posted/cancelled journal entries can be reset to draft.")
    if env.version < 19:
        unreconcile_lines(env, lines_of(env, move))
    _set_state(env, move, "draft")


def payment_entry(env: Env, payment: int) -> int:
    """The journal entry of a payment, 0 where it has none."""
    return env.row("account.payment", payment).get("move_id") or 0


def payment_draft(env: Env, payment: int) -> None:
    """action_draft of a payment. 17 removes the reconciliation; 19 keeps it, and the invoice stays `paid`, unstamped."""
    if env.version >= 19:
        env.touch("account.payment", payment, {"state": "draft"})
    if payment_entry(env, payment):
        reset_to_draft(env, payment_entry(env, payment))


def payment_post(env: Env, payment: int) -> None:
    """action_post of a payment that was reset to draft."""
    if env.version >= 19:
        env.touch("account.payment", payment, {"state": "in_process"})
    if payment_entry(env, payment):
        post(env, payment_entry(env, payment))


def payment_cancel(env: Env, payment: int) -> None:
    """action_cancel of a payment: every version removes the reconciliation."""
    if env.version >= 19:
        env.touch("account.payment", payment, {"state": "canceled"})
    if payment_entry(env, payment):
        cancel(env, payment_entry(env, payment))


def payment_reject(env: Env, payment: int) -> None:
    """action_reject of a payment, 18 and later: its entry stays posted, the invoice stays as it was and is not stamped."""
    env.touch("account.payment", payment, {"state": "rejected"})


def cancel(env: Env, move: int) -> None:
    """button_cancel."""
    if env.row(MOVE, move).get("state") == "posted":
        reset_to_draft(env, move)
    unreconcile_lines(env, lines_of(env, move))
    _set_state(env, move, "cancel")


def _set_state(env: Env, move: int, state: str) -> None:
    env.touch(MOVE, move, {"state": state})
    for line in lines_of(env, move):
        update(env, LINE, line, {"parent_state": state})
    refresh(env, [move])
