"""fields_get: what a model says of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import access, mail
from .values import to_wire

if TYPE_CHECKING:
    from .orm import Env
    from .schema import Field


def describe(env: Env, model: str, names: Any = None, attributes: Any = None) -> dict[str, dict[str, Any]]:
    """Fields in the model's order; unknown names and fields closed to the user are left out without a word.

    It answers even for a model the user may not read.
    """
    definition = env.model(model)
    wanted = set(names) if names else None
    found: dict[str, dict[str, Any]] = {}
    for field in definition.fields.values():
        if wanted is not None and field.name not in wanted:
            continue
        if field.groups and not env.su and not access.has_group(env, field.groups):
            continue
        known = _attributes(env, field)
        if attributes is not None:
            known = {k: v for k, v in known.items() if k in attributes}
        found[field.name] = known
    return found


def _attributes(env: Env, field: Field) -> dict[str, Any]:
    """Every attribute, in the alphabetical order Odoo gives them."""
    searchable = field.store or bool(field.related) or env.searcher("", field) is not None
    known: dict[str, Any] = {
        "change_default": False, "company_dependent": False, "default_export_compatible": False,
        "depends": [field.related] if field.related else [], "exportable": True, "manual": field.manual,
        "name": field.name, "readonly": field.readonly, "required": field.required,
        "searchable": searchable and field.searchable, "sortable": field.column and field.type != "many2many",
        "store": field.store, "string": field.string, "type": field.type,
    }
    if field.relation:
        known.update(relation=field.relation, context={}, domain=[])
    if field.inverse:
        known["relation_field"] = field.inverse
    if field.related:
        known["related"] = field.related
    if field.type == "selection":
        known["selection"] = [list(pair) for pair in field.selection]
    if field.type in ("char", "text", "html"):
        known["translate"] = False
    if field.type == "char":
        known["trim"] = True
    if field.type == "monetary":
        known["currency_field"] = "currency_id"
    if field.type in ("float", "monetary", "integer") and field.name not in ("id", "sequence"):
        known["aggregator" if env.version >= 19 else "group_operator"] = "sum"
    if field.groups:
        known["groups"] = field.groups
    return dict(sorted(known.items()))


def defaults(env: Env, model: str, names: Any) -> dict[str, Any]:
    """default_get: the defaults of the fields asked for, by name."""
    definition = env.model(model)
    found = {f.name: f.default for f in definition.fields.values() if f.default is not None}
    if model == "mail.activity":
        found.update(mail.activity_default_get(env))
        if "res_model" not in (names or ()):
            found.pop("res_model_id", None)
    for key, value in env.context.items():
        if key.startswith("default_"):
            found.setdefault(key[8:], value)
    return {n: to_wire(definition.fields[n], found[n]) for n in names or () if n in found and n in definition.fields}


def metadata(env: Env, model: str, ids: list[int]) -> list[dict[str, Any]]:
    """get_metadata: who and when, and the external ids, even for users who cannot read ir.model.data."""
    answers = env.read(model, ids, ["create_uid", "create_date", "write_uid", "write_date"])
    sudo = env.sudo()
    for answer in answers:
        data = sudo.search("ir.model.data", [("model", "=", model), ("res_id", "=", answer["id"])], order="id")
        rows = [sudo.row("ir.model.data", i) for i in data]
        names = [{"xmlid": f"{r['module']}.{r['name']}", "noupdate": bool(r.get("noupdate"))} for r in rows]
        answer.update(xmlid=names[0]["xmlid"] if names else False,
                      noupdate=names[0]["noupdate"] if names else False, xmlids=names)
    return answers
