"""Models and fields made through ir.model and ir.model.fields, usable at once, and taken away again."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from .database import Row
from .faults import OdooError, ServerError, UserError, ValidationError
from .schema import Field, Model, define

if TYPE_CHECKING:
    from .orm import Env
    from .world import World

Values = dict[str, Any]


def model_before_create(env: Env, vals: Values) -> Values:
    """A manual model's name starts with x_ and is new."""
    name = str(vals.get("model") or "")
    if not name.startswith("x_"):
        raise ValidationError("The model name must start with 'x_'.")
    if name in env.schema.models:
        raise ValidationError("The operation cannot be completed: Each model must have a unique name.")
    vals.setdefault("state", "manual")
    return {**vals, "state": "manual"}


def model_after_create(env: Env, id_: int, vals: Values) -> None:
    """A model made without any field gets x_name; one made with fields gets those alone."""
    _install_model(env, id_)
    if not vals.get("field_id"):
        env.create("ir.model.fields", {"name": "x_name", "ttype": "char", "field_description": "Name", "model_id": id_})


def field_before_create(env: Env, vals: Values) -> Values:
    """A manual field's name starts with x_; its model is named by id or, in a command, by its owner."""
    name = str(vals.get("name") or "")
    if not name.startswith("x_"):
        raise ValidationError("The operation cannot be completed: Custom fields must have a name that starts with 'x_'!")
    if not vals.get("model_id"):
        return vals
    model = env.row("ir.model", vals["model_id"])["model"]
    if env.has_field(model, name):
        raise ValidationError("The operation cannot be completed: Field names must be unique per model.")
    if vals.get("relation") and vals["relation"] not in env.schema.models:
        raise ValidationError(f"Unknown model name '{vals['relation']}' in Related Model")
    if vals.get("ttype") == "many2one" and vals.get("required") and vals.get("on_delete", "set null") == "set null":
        raise ValidationError(f"The m2o field {name} is required but declares its ondelete policy as being 'set null'. "
                              "Only 'restrict' and 'cascade' make sense.")
    return {"field_description": name, **vals, "model": model, "state": "manual"}


def field_after_create(env: Env, id_: int, vals: Values) -> None:
    env.tx.update("ir.model.fields", id_, {"_selection": vals.get("selection") or None})
    row = env.row("ir.model.fields", id_)
    _install_model(env, row["model_id"])
    env.schema.models[row["model"]].fields[row["name"]] = _field(env, row)
    if row["model"] == "res.partner":  # users inherit from it: Odoo keeps a row of each field for them too
        env.tx.insert("ir.model.fields", {**{k: v for k, v in row.items() if k != "id"}, "model": "res.users",
                                          "model_id": env.world.model_ids["res.users"], "state": "base"})


def model_before_unlink(env: Env, id_: int) -> None:
    """Dropping a manual model drops its records; a base model, or one that something shows or leans on, stays."""
    row = env.row("ir.model", id_)
    if row.get("state") != "manual":
        raise UserError("Model '" + row["name"] + "' contains module data and cannot be removed.")
    fields = [env.row("ir.model.fields", i) for i in env.tx.having("ir.model.fields", "model_id", (id_,))]
    _check_unused(env, [f for f in fields if f.get("state") == "manual"])
    for record in list(env.tx.ids(row["model"])):
        env.tx.delete(row["model"], record)
    env.world.model_ids.pop(row["model"], None)
    env.schema.models.pop(row["model"], None)


def field_before_unlink(env: Env, id_: int) -> None:
    row = env.row("ir.model.fields", id_)
    if row.get("state") != "manual":
        raise UserError("This column contains module data and cannot be removed!")
    model = env.schema.models.get(row["model"])
    if model is None:
        return  # it goes with its model
    _check_unused(env, [row])
    model.fields.pop(row["name"], None)
    for record in env.tx.ids(row["model"]):
        if row["name"] in (env.tx.row(row["model"], record) or {}):
            env.tx.update(row["model"], record, {row["name"]: None})
    for copy in env.tx.having("ir.model.fields", "name", (row["name"],)) if row["model"] == "res.partner" else ():
        if env.row("ir.model.fields", copy)["model"] == "res.users":
            env.tx.delete("ir.model.fields", copy)


def _check_unused(env: Env, rows: list[Row]) -> None:
    """Fields that another field depends on, or that a view shows, cannot go."""
    for row in rows:
        for model in env.schema.models.values():
            for other in model.fields.values():
                if (other.type, other.relation, other.inverse) == ("one2many", row["model"], row["name"]):
                    raise _needed(row, model, other)
                if row["name"] in (other.depends or other.related or "").split(".") and other.manual:
                    raise _needed(row, model, other)
    for id_ in env.tx.ids("ir.ui.view"):
        view = env.row("ir.ui.view", id_)
        shown = [f"{r['model']}.{r['name']}" for r in rows if r["model"] == view.get("model")
                 and re.search(rf"name=[\"']{r['name']}[\"']", view.get("arch") or "")]
        if shown:
            raise UserError("Cannot rename/delete fields that are still present in views:\n"
                            f"Fields: {', '.join(sorted(shown))}\nView: {view['name']}")


def _needed(row: Row, model: Model, other: Field) -> UserError:
    return UserError(f"The field '{row['model']}.{row['name']}' cannot be removed because the field "
                     f"'{model.name}.{other.name}' depends on it.")


def load(env: Env, model: str, fields: list[str], data: list[list[Any]]) -> dict[str, Any]:
    """An import by external ids: what has one is changed, what has none is made with it, in one transaction.

    What is refused is an answer, not a fault; an unknown column is a bug.
    """
    for name in fields:
        if name not in ("id", ".id") and not env.has_field(model, name):
            raise ServerError("KeyError", repr(name))
    ids: list[int] = []
    for number, line in enumerate(data):
        values = dict(zip(fields, line, strict=True))
        try:
            values = {k: _plain(env, model, k, v) for k, v in values.items()}
            ids.append(_load_one(env, model, str(values.pop("id", "") or ""), values))
        except OdooError as error:
            message = {"rows": {"from": number, "to": number}, "record": number, "type": "error", "message": str(error)}
            env.tx.rollback()
            return {"ids": False, "messages": [message], "nextrow": 0}
    return {"ids": ids, "messages": [], "nextrow": 0}


def _plain(env: Env, model: str, name: str, value: Any) -> Any:
    """A text of an import as the field takes it; an empty one empties the field."""
    kind = "integer" if name == ".id" else "char" if name == "id" else env.field(model, name).type
    if kind not in ("char", "text") and value == "":
        return False
    return {"integer": int, "float": float}.get(kind, lambda v: v)(value)


def _load_one(env: Env, model: str, xmlid: str, values: Values) -> int:
    if number := values.pop(".id", None):
        env.write(model, [number], values)
        return int(number)
    module, _, name = xmlid.rpartition(".")
    sudo = env.sudo()
    found = sudo.search("ir.model.data", [("module", "=", module), ("name", "=", name)]) if xmlid else []
    record = sudo.row("ir.model.data", found[0]).get("res_id") if found else None
    if record and env.tx.row(model, record) is not None:
        env.write(model, [record], values)
        return record
    if found:  # the external id of a record that is gone
        sudo.unlink("ir.model.data", found)
    made = env.create(model, values)
    if xmlid:
        sudo.create("ir.model.data", {"module": module, "name": name, "model": model, "res_id": made, "noupdate": False})
    return made


def _install_model(env: Env, id_: int) -> None:
    row = env.row("ir.model", id_)
    name = row["model"]
    env.world.model_ids[name] = id_
    if name not in env.schema.models:
        env.schema.add(_model(row))
        table = env.world.db.tables[name]
        if not table.rows:  # a model made again has a table made again, whose ids start at 1
            table.next_id = 1


def _model(row: Row) -> Model:
    mixins = {"thread"} if row.get("is_mail_thread") else set()
    return define(row["model"], row["name"], order=row.get("order") or "id", rec_name="x_name", manual=True,
                  mixins=frozenset(mixins))


def _field(env: Env, row: Row) -> Field:
    choices: tuple[tuple[str, str], ...] = ()
    if row["ttype"] == "selection":
        choices = tuple((str(k), str(v)) for k, v in ast.literal_eval(row.get("_selection") or "[]"))
    return Field(row["name"], row["ttype"], row.get("field_description") or row["name"], relation=row.get("relation"),
                 inverse=row.get("relation_field"), selection=choices, required=bool(row.get("required")),
                 readonly=bool(row.get("readonly")), store=bool(row.get("store", True)),
                 compute=None if row.get("store", True) else "false",
                 ondelete=row.get("on_delete") or "set null", manual=True,
                 copied=row.get("copied", True), related=row.get("related"), code=row.get("compute"),
                 depends=row.get("depends"))


def reload(world: World) -> None:
    """After a rollback: the manual models and fields that are really in the database, and no others."""
    env = world.env()
    for name in [m.name for m in world.schema.models.values() if m.manual]:
        del world.schema.models[name]
        world.model_ids.pop(name, None)
    for model in world.schema.models.values():
        for field in [f for f in model.fields.values() if f.manual]:
            del model.fields[field.name]
    for id_ in env.tx.ids("ir.model"):
        if env.row("ir.model", id_).get("state") == "manual":
            _install_model(env, id_)
    for id_ in env.tx.ids("ir.model.fields"):
        row = env.row("ir.model.fields", id_)
        if row.get("state") == "manual" and row["model"] in world.schema.models:
            world.schema.models[row["model"]].fields[row["name"]] = _field(env, row)
