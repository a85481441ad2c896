"""Values Odoo computes when they are read, and the searches on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import access
from .database import Row

if TYPE_CHECKING:
    from .matching import Test
    from .orm import Env

Compute = Callable[["Env", str, Row], Any]

MOVE_LABELS = {
    "entry": "Draft Entry", "out_invoice": "Draft Invoice", "out_refund": "Draft Credit Note",
    "in_invoice": "Draft Bill", "in_refund": "Draft Vendor Credit Note",
}


def display_name(env: Env, model: str, row: Row) -> str:
    """The label of a record, as many2one values show it."""
    maker = _NAMES.get(model)
    if maker is not None:
        return maker(env, row)
    rec_name = env.schema.models[model].rec_name
    field = env.schema.models[model].fields.get(rec_name)
    if field is None:
        return f"{model},{row['id']}"
    value = env.value(model, field, row)
    if field.type == "many2one" and value:
        return env.display_name(field.relation or "", value)
    return "" if value in (None, False) else str(value)


def _partner_name(env: Env, row: Row) -> str:
    return row.get("complete_name") or row.get("name") or ""


def _ticket_name(env: Env, row: Row) -> str:
    if env.world.flavour == "enterprise":
        return f"{row.get('name')} (#{row.get('ticket_ref')})"
    return f"{row.get('number')} - {row.get('name')}"


def _move_name(env: Env, row: Row) -> str:
    name = row.get("name") or "/"
    if row.get("state") == "draft":
        label = MOVE_LABELS.get(row.get("move_type", "entry"), "Draft Entry")
        name = f"{label} (* {row['id']})" if name == "/" else f"{label} {name}"
    ref = row.get("ref")
    return f"{name} ({ref})" if ref else name


def _line_name(env: Env, row: Row) -> str:
    move = row.get("move_name") or "/"
    ref = row.get("ref")
    parts = [move, f"({ref})" if ref else "", row.get("name") or ""]
    return " ".join(p for p in parts if p)


def _product_name(env: Env, row: Row) -> str:
    name = env.get("product.product", row["id"], "product_tmpl_id.name") or ""
    code = row.get("default_code")
    return f"[{code}] {name}" if code else name


def _field_name(env: Env, row: Row) -> str:
    model = env.get("ir.model.fields", row["id"], "model_id.model" if env.world.release == 16 else "model_id.name")
    return f"{row.get('field_description')} ({model})"


def _data_name(env: Env, row: Row) -> str:
    return f"{row.get('module')}.{row.get('name')}"


_NAMES: dict[str, Callable[[Env, Row], str]] = {
    "res.partner": _partner_name,
    "helpdesk.ticket": _ticket_name,
    "account.move": _move_name,
    "account.move.line": _line_name,
    "product.product": _product_name,
    "ir.model.data": _data_name,
    "ir.model.fields": _field_name,
}


def _zero(env: Env, model: str, row: Row) -> float:
    return 0.0


def _false(env: Env, model: str, row: Row) -> None:
    return None


def _empty(env: Env, model: str, row: Row) -> tuple[int, ...]:
    return ()


def _group_full_name(env: Env, model: str, row: Row) -> str:
    return access.group_name(env, row["id"], " / ")


def _factor_inv(env: Env, model: str, row: Row) -> float:
    factor = row.get("factor") or 0.0
    return 1.0 / factor if factor else 0.0


def _uom_ratio(env: Env, model: str, row: Row) -> float:
    return _factor_inv(env, model, row) if row.get("uom_type") == "bigger" else row.get("factor") or 0.0


def _payment_invoices(env: Env, model: str, row: Row) -> tuple[int, ...]:
    """The invoices whose receivable lines this payment's lines are matched with."""
    lines = env.tx.having("account.move.line", "move_id", (row.get("move_id") or 0,))
    found: list[int] = []
    for side, other in (("credit_move_id", "debit_move_id"), ("debit_move_id", "credit_move_id")):
        for partial in env.tx.having("account.partial.reconcile", side, lines):
            move = env.get("account.partial.reconcile", partial, f"{other}.move_id")
            if move and move not in found:
                found.append(move)
    return tuple(found) or row.get("invoice_ids", ())


def _payments_widget(env: Env, model: str, row: Row) -> dict[str, Any] | None:
    """What the form shows below an invoice's total: false unless something was paid."""
    content = []
    for line in env.tx.having("account.move.line", "move_id", (row["id"],)):
        for side, other in (("debit_move_id", "credit_move_id"), ("credit_move_id", "debit_move_id")):
            for partial in env.tx.having("account.partial.reconcile", side, (line,)):
                content.append(_payment_shown(env, row, env.row("account.partial.reconcile", partial), other))
    if not content or row.get("move_type") == "entry":
        return None
    return {"title": "Less Payment", "outstanding": False, "content": content}


def _payment_shown(env: Env, invoice: Row, partial: Row, side: str) -> dict[str, Any]:
    line = env.row("account.move.line", partial[side])
    move, amount = env.row("account.move", line["move_id"]), float(partial["amount"])
    ref = move.get("ref")
    return {
        "name": line.get("name") or False, "journal_name": env.get("account.journal", line["journal_id"], "name"),
        "company_name": False, "amount": amount, "currency_id": invoice["currency_id"], "date": line["date"].isoformat(),
        "partial_id": partial["id"], "account_payment_id": line.get("payment_id") or False, "payment_method_name": "Manual",
        "move_id": move["id"], "ref": f"{move.get('name')} ({ref})" if ref else move.get("name"),
        "is_exchange": bool(partial.get("exchange_move_id")), "amount_company_currency": f"{amount:,.2f}\xa0€",
        "amount_foreign_currency": False,
    }


COMPUTES: dict[str, Compute] = {
    "display_name": lambda env, model, row: display_name(env, model, row) or None,
    "zero": _zero,
    "false": _false,
    "blank": lambda env, model, row: "",
    "empty": _empty,
    "group_full_name": _group_full_name,
    "followers": lambda env, model, row: row.get("_followers", ()),
    "selection_text": lambda env, model, row: row.get("_selection"),
    "factor_inv": _factor_inv,
    "uom_ratio": _uom_ratio,
    "payment_invoices": _payment_invoices,
    "payments_widget": _payments_widget,
    "data_complete_name": lambda env, model, row: _data_name(env, row),
}


def _search_display_name(env: Env, model: str, operator: str, value: Any) -> Test:
    ids = set(env.name_search_ids(model, str(value), operator.removeprefix("not ")))
    negative = operator in ("!=", "not in", "not like", "not ilike")
    return lambda row: (row["id"] in ids) != negative


SEARCHES: dict[tuple[str, str], Callable[[Env, str, str, Any], Test]] = {
    ("*", "display_name"): _search_display_name,
}
