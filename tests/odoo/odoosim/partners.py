"""Stored computed values of partners, users and products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .access import implied
from .database import Row
from .faults import ValidationError

if TYPE_CHECKING:
    from .orm import Env

Values = dict[str, Any]


def commercial(env: Env, row: Row) -> int:
    """The company a contact belongs to: itself if it is a company or has no parent, else its parent's."""
    while not row.get("is_company") and row.get("parent_id"):
        parent = env.tx.row("res.partner", row["parent_id"])
        if parent is None:
            break
        row = parent
    return row["id"]


def complete_name(env: Env, row: Row, company_name: str | None) -> str:
    """`Company, Contact` for a contact, the name alone for a company."""
    name = row.get("name") or ""
    parent = env.tx.row("res.partner", row.get("parent_id") or 0)
    if parent is not None and not row.get("is_company"):
        kinds = {"invoice": "Invoice Address", "delivery": "Delivery Address", "other": "Other Address"}
        return f"{company_name or parent.get('name') or ''}, {name or kinds.get(row.get('type', ''), 'Contact')}"
    return name


def recompute(env: Env, id_: int) -> None:
    """Bring the stored computed fields of a partner and of all below it up to date.

    A row is stamped only when a value really changes, as Odoo does for stored
    computed fields; invoices keep their partner's display name and are stamped with it.
    """
    row = env.row("res.partner", id_)
    entity = commercial(env, row)
    company = env.row("res.partner", entity)
    company_name = company.get("name") if company.get("is_company") else None
    new = {
        "commercial_partner_id": entity,
        "complete_name": complete_name(env, row, company_name),
        "commercial_company_name": company_name,
    }
    changed = {k: v for k, v in new.items() if row.get(k) != v}
    if changed:
        env.touch("res.partner", id_, changed)
    if "complete_name" in changed:
        _stamp_invoices(env, id_)
    for child in env.tx.having("res.partner", "parent_id", (id_,)):
        recompute(env, child)


def _stamp_invoices(env: Env, id_: int) -> None:
    if "account.move" in env.schema.models:
        for move in env.tx.having("account.move", "partner_id", (id_,)):
            env.touch("account.move", move, {})


def partner_before_create(env: Env, vals: Values) -> Values:
    """A contact has a name; an address of another type may have none."""
    if not vals.get("name") and vals.get("type", "contact") == "contact":
        raise ValidationError("The operation cannot be completed: Contacts require a name")
    vals.setdefault("lang", env.world.languages[0])
    return vals


def partner_after_create(env: Env, id_: int, vals: Values) -> None:
    recompute(env, id_)


def partner_after_write(env: Env, id_: int, old: Row, values: Row) -> None:
    if {"name", "parent_id", "is_company"} & set(values):
        recompute(env, id_)
    if "parent_id" in values and old.get("parent_id") != values["parent_id"]:
        _stamp_invoices(env, id_)  # though their stored commercial partner stays


def user_before_create(env: Env, vals: Values) -> Values:
    """A user comes with its partner, its company and Odoo's default group."""
    groups = groups_column(env)
    if not vals.get("partner_id"):
        partner = {"name": vals.get("name") or vals.get("login"), "email": vals.get("email") or vals.get("login"),
                   "tz": vals.get("tz") or "Europe/Paris", "lang": vals.get("lang") or env.world.languages[0]}
        vals["partner_id"] = env.sudo().create("res.partner", partner)
    vals.setdefault("company_id", 1)
    vals.setdefault("company_ids", [(6, 0, [vals["company_id"]])])
    if groups not in vals:
        vals[groups] = [(6, 0, [env.world.groups["base.group_user"]])]
    env.tx.update("res.partner", vals["partner_id"], {"partner_share": bool(vals.get("share"))})
    password = vals.pop("password", None)
    if password:
        env.world.passwords[str(vals["login"])] = {str(password)}
    return vals


def merge(env: Env, kept: int, gone: int) -> None:
    """The contact merge wizard: columns are changed by SQL, so only moves and contacts are stamped."""
    for model, field in env.schema.many2ones_to("res.partner"):
        if field.name == "commercial_partner_id" and model == "res.partner":
            continue
        for id_ in env.tx.having(model, field.name, (gone,)):
            value: Any = kept
            if field.type == "many2many":
                value = tuple(dict.fromkeys(kept if i == gone else i for i in env.row(model, id_)[field.name]))
            env.tx.update(model, id_, {field.name: value})
            if model == "account.move":
                env.touch(model, id_, {})
            elif model == "res.partner" and field.name == "parent_id":
                env.touch(model, id_, {})
    for id_ in env.tx.having("mail.message", "res_id", (gone,)):
        if env.row("mail.message", id_).get("model") == "res.partner":
            env.tx.update("mail.message", id_, {"res_id": kept, "write_uid": env.uid})
    env.tx.delete("res.partner", gone)
    env.touch("res.partner", kept, {})
    recompute(env, kept)


def groups_column(env: Env) -> str:
    """The field of res.users that holds its groups."""
    return "group_ids" if env.version >= 19 else "groups_id"


def user_after_create(env: Env, id_: int, vals: Values) -> None:
    _spread_groups(env)


def user_after_write(env: Env, id_: int, old: Row, values: Row) -> None:
    if groups_column(env) in values:
        _spread_groups(env)


def group_after_create(env: Env, id_: int, vals: Values) -> None:
    group_after_write(env, id_, {}, env.row("res.groups", id_))


def group_after_write(env: Env, id_: int, old: Row, values: Row) -> None:
    """A group's members are written on the users."""
    members, column = ("user_ids" if env.version >= 19 else "users"), groups_column(env)
    before, after = set(old.get(members, ())), set(env.row("res.groups", id_).get(members, ()))
    for uid in before ^ after:
        mine = env.row("res.users", uid).get(column, ())
        mine = (*mine, id_) if uid in after and id_ not in mine else tuple(g for g in mine if g != id_ or uid in after)
        env.tx.update("res.users", uid, {column: mine})
    _spread_groups(env)


def _spread_groups(env: Env) -> None:
    """17 writes implied groups on the users themselves; both versions keep the other side, the groups' members."""
    column, members = groups_column(env), ("user_ids" if env.version >= 19 else "users")
    of_group: dict[int, list[int]] = {}
    for uid in env.tx.ids("res.users"):
        mine = env.row("res.users", uid).get(column, ())
        if env.version < 19:
            whole = (*mine, *sorted(implied(env, mine) - set(mine)))
            if whole != mine:
                env.tx.update("res.users", uid, {column: whole})
            mine = whole
        for group in mine:
            of_group.setdefault(group, []).append(uid)
    for group in env.tx.ids("res.groups"):
        now = tuple(of_group.get(group, ()))
        if env.row("res.groups", group).get(members, ()) != now:
            env.tx.update("res.groups", group, {members: now})


def unit_after_create(env: Env, id_: int, vals: Values) -> None:
    unit_after_write(env, id_, {}, {"relative_factor": None})


def unit_after_write(env: Env, id_: int, old: Row, values: Row) -> None:
    """19 keeps the size of a unit in its root unit, through the chain of relative units; 17 has its own `factor`."""
    if env.version < 19 or not {"relative_factor", "relative_uom_id"} & set(values):
        return
    row = env.row("uom.uom", id_)
    root = env.get("uom.uom", row.get("relative_uom_id"), "factor") or 1.0
    env.tx.update("uom.uom", id_, {"factor": (row.get("relative_factor") or 0.0) * root})
    for other in env.tx.having("uom.uom", "relative_uom_id", (id_,)):
        unit_after_write(env, other, {}, values)


def product_before_create(env: Env, vals: Values) -> Values:
    """A variant comes with its template, which holds the name, the price and the unit."""
    own = env.schema.models["product.product"].fields
    related = {k: v for k, v in vals.items() if own[k].related}
    if not vals.get("product_tmpl_id"):
        template = {**related, "default_code": vals.get("default_code")}
        template.setdefault("uom_id", env.world.ref("uom.product_uom_unit"))
        vals["product_tmpl_id"] = env.sudo().create("product.template", template)
    return {k: v for k, v in vals.items() if k not in related}
