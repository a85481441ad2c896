"""What an automation rule with a before-domain on payment_state does to invoices, as measured on 17 and 18.

Odoo evaluates the before-domain in the middle of a change, so that the state is computed too early: an
un-reconciled invoice stays `paid` with its whole residual, and paid again it stays `partial` with nothing due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .database import Row

if TYPE_CHECKING:
    from .orm import Env

MOVE = "account.move"


def stored_state(env: Env, row: Row, state: str) -> str:
    """The payment_state that Odoo stores, where `state` is right."""
    if env.version >= 19 or row.get("state") != "posted" or not _rule(env):
        if row.get("_spoilt"):
            env.tx.update(MOVE, row["id"], {"_spoilt": None})
        return state
    before = row.get("payment_state") or "not_paid"
    if row.get("_spoilt"):
        return "partial" if state in ("paid", "in_payment", "reversed") else before
    if before in ("paid", "in_payment") and state in ("not_paid", "partial"):
        env.tx.update(MOVE, row["id"], {"_spoilt": True})
        return before
    return state


def _rule(env: Env) -> bool:
    if "base.automation" not in env.schema.models:
        return False
    rules = [env.row("base.automation", i) for i in env.tx.having("base.automation", "active", (True,))]
    return any("payment_state" in (r.get("filter_pre_domain") or "") and
               env.get("ir.model", r.get("model_id"), "model") == MOVE for r in rules)
