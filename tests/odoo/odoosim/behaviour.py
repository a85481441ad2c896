"""What models do by themselves when their records are created, changed or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import custom, invoices, mail, partners, tickets
from .database import Row
from .faults import ValidationError

if TYPE_CHECKING:
    from .orm import Env
    from .schema import Field

Values = dict[str, Any]


def before_create(env: Env, model: str, vals: Values) -> Values:
    """Complete the values of a new record."""
    if "company_id" in env.schema.models[model].fields and "company_id" not in vals:
        if model not in ("res.partner", "product.template", "project.project", "helpdesk.ticket.stage"):
            vals["company_id"] = (env.tx.row("res.users", env.uid) or {}).get("company_id")
    maker = _BEFORE_CREATE.get(model)
    return maker(env, vals) if maker else vals


def after_create(env: Env, model: str, id_: int, vals: Values) -> None:
    """What follows a creation."""
    follow = _AFTER_CREATE.get(model)
    if follow:
        follow(env, id_, vals)
    if "thread" in env.schema.models[model].mixins:
        mail.log_creation(env, model, id_)


def before_write(env: Env, model: str, ids: list[int], vals: Values) -> Values:
    """Refuse or complete a change."""
    maker = _BEFORE_WRITE.get(model)
    return maker(env, ids, vals) if maker else vals


def after_write(env: Env, model: str, id_: int, old: Row, values: Row) -> None:
    """What follows a change: stored computed fields, tracking."""
    follow = _AFTER_WRITE.get(model)
    if follow:
        follow(env, id_, old, values)
    if model == "helpdesk.ticket":
        tickets.notify_assignee(env, id_, old)
    if "thread" in env.schema.models[model].mixins:
        mail.track(env, model, id_, old)
    if model == "helpdesk.ticket":
        tickets.closing_mail(env, id_, old)


def before_unlink(env: Env, model: str, id_: int) -> None:
    """Refuse a deletion that a model's own rules forbid."""
    check = _BEFORE_UNLINK.get(model)
    if check:
        check(env, id_)


def after_unlink(env: Env, model: str, id_: int) -> None:
    """A record's messages and activities go with it."""
    if "thread" in env.schema.models[model].mixins:
        mail.forget(env, model, id_)


def write_related(env: Env, model: str, field: Field, value: Any, vals: Values) -> None:
    """A related field given at creation: users and products delegate to another record."""
    link, _, name = (field.related or "").rpartition(".")
    target = vals.get(link)
    if target:
        env.sudo().write(env.field(model, link).relation or "", [target], {name: value})


def _unique_data(env: Env, vals: Values) -> Values:
    """ir.model.data is unique on (module, name): the one unique key a client can count on."""
    same = env.sudo().search("ir.model.data", [("module", "=", vals.get("module") or ""), ("name", "=", vals.get("name"))])
    if same:
        raise ValidationError(
            "The operation cannot be completed: " + _DUPLICATE.format(vals.get("module") or "", vals.get("name")))
    return vals


_DUPLICATE = ("duplicate key value violates unique constraint \"ir_model_data_module_name_uniq_index\"\n"
              "DETAIL:  Key (module, name)=({}, {}) already exists.\n")


def _unique_login(env: Env, vals: Values) -> Values:
    if env.sudo().with_context(active_test=False).search("res.users", [("login", "=", vals.get("login"))]):
        raise ValidationError("You can not have two users with the same login!")
    return partners.user_before_create(env, vals)


_BEFORE_CREATE = {
    "ir.model.data": _unique_data,
    "ir.model": custom.model_before_create,
    "ir.model.fields": custom.field_before_create,
    "res.users": _unique_login,
    "res.partner": partners.partner_before_create,
    "product.product": partners.product_before_create,
    "helpdesk.ticket": tickets.ticket_before_create,
    "project.task": tickets.task_before_create,
    "account.analytic.line": tickets.line_before_create,
    "mail.message": mail.message_before_create,
    "mail.activity": mail.activity_before_create,
}
_AFTER_CREATE = {
    "ir.model": custom.model_after_create,
    "ir.model.fields": custom.field_after_create,
    "res.partner": partners.partner_after_create,
    "res.users": partners.user_after_create,
    "uom.uom": partners.unit_after_create,
    "res.groups": partners.group_after_create,
    "account.analytic.line": tickets.line_after_create,
    "mail.activity": mail.activity_after_create,
    "helpdesk.ticket": tickets.ticket_after_create,
}
_BEFORE_WRITE = {
    "helpdesk.ticket": tickets.ticket_before_write,
    "account.payment": invoices.payment_before_write,
    "project.task": tickets.task_before_write,
}
_AFTER_WRITE = {
    "ir.model.fields": custom.field_after_write,
    "res.partner": partners.partner_after_write,
    "res.users": partners.user_after_write,
    "uom.uom": partners.unit_after_write,
    "res.groups": partners.group_after_write,
    "account.analytic.line": tickets.line_after_write,
    "account.move.line": invoices.line_after_write,
    "account.move": invoices.move_after_write,
    "account.payment": invoices.payment_after_write,
    "helpdesk.ticket.stage": tickets.stage_after_write,
}
_BEFORE_UNLINK = {
    "account.move": invoices.move_before_unlink,
    "ir.model": custom.model_before_unlink,
    "ir.model.fields": custom.field_before_unlink,
    "account.analytic.line": tickets.line_before_unlink,
    "helpdesk.ticket": tickets.ticket_before_unlink,
}
