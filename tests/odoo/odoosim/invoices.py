"""What changes on invoices, entries and payments bring with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import accounting
from .accounting import LINE, MOVE, PARTIAL
from .database import Row
from .faults import UserError

if TYPE_CHECKING:
    from .orm import Env

Values = dict[str, Any]


def line_after_write(env: Env, id_: int, old: Row, values: Row) -> None:
    """Odoo accepts a change of product or quantity even on a posted, paid invoice; the invoice is stamped."""
    move = env.row(LINE, id_)["move_id"]
    if set(values) - {"write_uid", "write_date"}:
        env.touch(MOVE, move, {})
    if {"date"} & set(values):
        _follow_date(env, id_)


def move_after_write(env: Env, id_: int, old: Row, values: Row) -> None:
    """Dates, names and states are kept on the lines too."""
    row = env.row(MOVE, id_)
    if "invoice_date" in values and old.get("invoice_date") != values["invoice_date"] and row.get("move_type") != "entry":
        env.tx.update(MOVE, id_, {"date": values["invoice_date"]})
    if {"date", "invoice_date"} & set(values):
        move_date(env, id_)


def move_date(env: Env, move: int) -> None:
    """The entry's date goes to its lines, and from there to the partials whose latest date it is."""
    row = env.row(MOVE, move)
    for line in accounting.lines_of(env, move):
        accounting.update(env, LINE, line, {"date": row["date"], "invoice_date": row.get("invoice_date")})
        _follow_date(env, line)


def _follow_date(env: Env, line: int) -> None:
    for partial in accounting.partials_of(env, [line]):
        dates = [env.row(LINE, i)["date"] for i in accounting.lines_in(env, [partial])]
        accounting.update(env, PARTIAL, partial, {"max_date": max(dates)})


def payment_before_write(env: Env, ids: list[int], vals: Values) -> Values:
    if "journal_id" in vals and any(env.get("account.payment", i, "move_id.state") == "posted" for i in ids):
        raise UserError("You cannot edit the journal of an account move if it has been posted once.")
    return vals


def payment_after_write(env: Env, id_: int, old: Row, values: Row) -> None:
    """19: the payment's own date goes to its entry, unless that is posted (17 has no other date than the entry's)."""
    move = env.row("account.payment", id_).get("move_id")
    if not move or "date" not in values:
        return
    entry = env.row(MOVE, move)
    if entry.get("state") != "posted" and values["date"] != entry["date"]:
        env.write(MOVE, [move], {"date": values["date"]})


def move_before_unlink(env: Env, id_: int) -> None:
    """A posted entry cannot be deleted; a draft's lines go with it."""
    row = env.row(MOVE, id_)
    if row.get("state") == "posted":
        if accounting.partials_of(env, accounting.lines_of(env, id_)):
            raise UserError(
                "You cannot do this modification on a reconciled journal entry. You can just change some non legal "
                f"fields or you must unreconcile first.\nJournal Entry (id): {row.get('name')} ({id_})")
        raise UserError("You cannot delete a posted journal entry.")
