"""The methods that a call may run.

The classes mirror Odoo's own signatures, so that a wrong argument fails with
the TypeError a real server gives. `@model` methods take no ids, `@multi` ones
take them first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import access, accounting, custom, fieldsget, groups, mail, nested, technical
from .faults import AccessError, ServerError, UnknownMethod
from .orm import Env

if TYPE_CHECKING:
    from .world import World


def model(method: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a method of the model itself (api.model)."""
    method.kind = "model"  # type: ignore[attr-defined]
    return method


def multi(method: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a method of records: its first RPC argument is a list of ids."""
    method.kind = "multi"  # type: ignore[attr-defined]
    return method


class Unmarshallable:
    """What a method that returns a recordset gives on 17: done, committed, then not representable in XML."""

    def __init__(self, name: str, ids: list[int]) -> None:
        self.name, self.ids = name, ids

    def __str__(self) -> str:
        """What JSON-RPC says instead."""
        return f"{self.name}({str(self.ids)[1:-1]}{',' if len(self.ids) == 1 else ''})"


class BaseModel:
    """The methods of every model."""

    def __init__(self, env: Env, name: str, ids: list[int]) -> None:
        self.env, self.name, self.ids = env, name, ids

    @model
    def search(self, domain: Any, offset: int = 0, limit: Any = None, order: Any = None) -> list[int]:
        return self.env.search(self.name, domain, offset, limit, order or None)

    @model
    def search_count(self, domain: Any, limit: Any = None) -> int:
        return len(self.env.search(self.name, domain, 0, limit, "id"))

    @model
    def search_read(self, domain: Any = None, fields: Any = None, offset: int = 0, limit: Any = None,
                    order: Any = None, **read_kwargs: Any) -> list[dict[str, Any]]:
        ids = self.env.search(self.name, domain or [], offset, limit, order or None)
        return self._read_format(ids, fields, **read_kwargs)

    def _read_format(self, ids: list[int], fnames: Any, load: Any = "_classic_read") -> list[dict[str, Any]]:
        return self.env.read(self.name, ids, fnames, load)

    @multi
    def read(self, fields: Any = None, load: Any = "_classic_read") -> list[dict[str, Any]]:
        return self.env.read(self.name, self.ids, fields, load)

    @model
    def fields_get(self, allfields: Any = None, attributes: Any = None) -> dict[str, dict[str, Any]]:
        return fieldsget.describe(self.env, self.name, allfields, attributes)

    @model
    def create(self, vals_list: Any) -> Any:
        if isinstance(vals_list, dict):
            return self.env.create(self.name, vals_list)
        return [self.env.create(self.name, vals) for vals in vals_list]

    @multi
    def write(self, vals: dict[str, Any]) -> bool:
        self.env.write(self.name, self.ids, vals)
        return True

    @model
    def load(self, fields: Any, data: Any) -> dict[str, Any]:
        return custom.load(self.env, self.name, fields, data)

    @multi
    def unlink(self) -> bool:
        self.env.unlink(self.name, self.ids)
        return True

    @multi
    def copy(self, default: Any = None) -> Any:
        values = {**self.env.copy_values(self.name, self.ids[0]), **(default or {})}
        made = self.env.create(self.name, values)
        return [made] if self.env.version >= 19 else made

    @model
    def default_get(self, fields_list: Any) -> dict[str, Any]:
        return fieldsget.defaults(self.env, self.name, fields_list)

    @multi
    def get_metadata(self) -> list[dict[str, Any]]:
        return fieldsget.metadata(self.env, self.name, self.ids)

    @multi
    def exists(self) -> list[int]:
        return [i for i in self.ids if self.env.tx.row(self.name, i) is not None]

    @multi
    def name_get(self) -> list[list[Any]]:
        if self.env.version >= 19:
            raise unknown_method(self.env, self.name, "name_get")
        return [[i, self.env.display_name(self.name, i)] for i in self.ids]

    @model
    def name_search(self, name: str = "", args: Any = None, operator: str = "ilike", limit: Any = 100) -> list[list[Any]]:
        ids = set(self.env.name_search_ids(self.name, name, operator)) if name else None
        found = self.env.search(self.name, args or [])
        kept = [i for i in found if ids is None or i in ids][:limit or None]
        return [[i, self.env.display_name(self.name, i)] for i in kept]

    @model
    def read_group(self, domain: Any, fields: Any, groupby: Any, offset: int = 0, limit: Any = None,
                   orderby: Any = False, lazy: bool = True) -> list[dict[str, Any]]:
        return groups.read_group(self.env, self.name, domain, fields, groupby, lazy)

    @model
    def formatted_read_group(self, domain: Any, groupby: Any = (), aggregates: Any = ()) -> list[dict[str, Any]]:
        if self.env.version < 19:
            raise unknown_method(self.env, self.name, "formatted_read_group")
        return groups.formatted(self.env, self.name, domain, groupby, aggregates)

    @model
    def web_search_read(self, domain: Any, specification: Any, offset: int = 0, limit: Any = None, order: Any = None,
                        count_limit: Any = None) -> dict[str, Any]:
        if self.env.world.release < 17:
            raise unknown_method(self.env, self.name, "web_search_read")
        return nested.web_search_read(self.env, self.name, domain, specification, (offset, limit), order or None)

    @multi
    def web_read(self, specification: Any) -> list[dict[str, Any]]:
        if self.env.world.release < 17:
            raise unknown_method(self.env, self.name, "web_read")
        return nested.web_read(self.env, self.name, self.ids, specification)

    @model
    def check_access_rights(self, operation: str, raise_exception: bool = True) -> bool:
        try:
            access.check(self.env, self.name, operation)
        except AccessError:
            if raise_exception:
                raise
            return False
        return True

    @multi
    def has_access(self, operation: str) -> bool:
        if self.env.world.release < 18:
            raise unknown_method(self.env, self.name, "has_access")
        try:
            access.check(self.env, self.name, operation)
            access.check_rows(self.env, self.name, [self.env.row(self.name, i) for i in self.ids], operation)
        except AccessError:
            return False
        return True

    @multi
    def action_archive(self) -> bool:
        return self.write({"active": False})

    @multi
    def action_unarchive(self) -> bool:
        return self.write({"active": True})

    @multi
    def get_external_id(self) -> dict[str, str]:
        found = {str(i): "" for i in self.ids}
        for id_ in self.env.tx.ids("ir.model.data"):
            row = self.env.row("ir.model.data", id_)
            if row.get("model") == self.name and str(row.get("res_id")) in found:
                found[str(row["res_id"])] = f"{row['module']}.{row['name']}"
        return found


class Thread(BaseModel):
    """What a model with a chatter adds."""

    @multi
    def message_post(self, **kwargs: Any) -> Any:
        operation = access.post_right(self.name)
        access.check(self.env, self.name, operation)
        for id_ in self.ids:
            access.check_post(self.env, self.name, self.env.row(self.name, id_), operation)
        message = mail.post(self.env, self.name, self.ids, **kwargs)
        return [message] if self.env.version >= 19 else message

    @multi
    def message_subscribe(self, partner_ids: Any = None, subtype_ids: Any = None) -> bool:
        return True

    @multi
    def message_unsubscribe(self, partner_ids: Any = None) -> bool:
        return True

    @multi
    def activity_schedule(self, act_type_xmlid: str = "", date_deadline: Any = None, summary: str = "",
                          note: str = "", **act_values: Any) -> Any:
        made = mail.schedule(self.env, self.name, self.ids, act_type_xmlid, date_deadline, summary, note, **act_values)
        return made if self.env.version >= 19 else Unmarshallable("mail.activity", made)


class Move(Thread):
    """Invoices: posting, resetting, cancelling."""

    @multi
    def action_post(self) -> bool:
        for id_ in self.ids:
            accounting.post(self.env, id_)
        return False

    @multi
    def button_draft(self) -> None:
        for id_ in self.ids:
            accounting.reset_to_draft(self.env, id_)

    @multi
    def button_cancel(self) -> None:
        for id_ in self.ids:
            accounting.cancel(self.env, id_)


class Payment17(Thread):
    """Payments: posting, resetting, cancelling."""

    @multi
    def action_post(self) -> None:
        for id_ in self.ids:
            accounting.payment_post(self.env, id_)

    @multi
    def action_draft(self) -> None:
        for id_ in self.ids:
            accounting.payment_draft(self.env, id_)

    @multi
    def action_cancel(self) -> None:
        for id_ in self.ids:
            accounting.payment_cancel(self.env, id_)

class Payment19(Payment17):
    """18 and later: the bank may reject a payment."""

    @multi
    def action_reject(self) -> None:
        for id_ in self.ids:
            accounting.payment_reject(self.env, id_)


class MoveLine(BaseModel):
    """Journal items: reconciliation."""

    @multi
    def remove_move_reconcile(self) -> None:
        accounting.unreconcile_lines(self.env, self.ids)

    @multi
    def reconcile(self) -> Any:
        accounting.reconcile(self.env, self.ids)
        return True


class Users(BaseModel):
    """Users: their groups and context."""

    @model
    def context_get(self) -> dict[str, Any]:
        row = self.env.sudo().row("res.users", self.env.uid)
        partner = self.env.tx.row("res.partner", row["partner_id"]) or {}
        return {"lang": partner.get("lang") or "en_US", "tz": partner.get("tz") or "Europe/Paris", "uid": self.env.uid}


class Users17(Users):
    """17: has_group is asked of the model."""

    @model
    def has_group(self, group_ext_id: str) -> bool:
        return groups.has_group(self.env, self.env.uid, group_ext_id)


class Users19(Users):
    """19: has_group is asked of a user."""

    @multi
    def has_group(self, group_ext_id: str) -> bool:
        if len(self.ids) != 1:
            raise ServerError("ValueError", f"Expected singleton: res.users({', '.join(map(str, self.ids))})")
        return groups.has_group(self.env, self.ids[0], group_ext_id)


class ModelData(BaseModel):
    """External ids."""

    @model
    def check_object_reference(self, module: str, xml_id: str, raise_on_access_error: bool = False) -> list[Any]:
        sudo = self.env.sudo()
        found = sudo.search("ir.model.data", [("module", "=", module), ("name", "=", xml_id)], limit=1)
        row = sudo.row("ir.model.data", found[0]) if found else None
        if row is None and technical.exists(self.env, module, xml_id):
            access.check(self.env, "ir.model.fields", "read")  # and rules: closed to plain users, fault 4
            return [technical.model_of(xml_id), False]
        if row is None or not row.get("res_id"):
            raise ServerError("ValueError", f"External ID not found in the system: {module}.{xml_id}")
        if self.env.search(row["model"], [("id", "=", row["res_id"])], order="id"):
            return [row["model"], row["res_id"]]
        if raise_on_access_error:
            raise AccessError(f"Not enough access rights on the external ID \"{module}.{xml_id}\"")
        return [row["model"], False]


class Parameter(BaseModel):
    """System parameters: closed to plain users, even to read."""

    @model
    def get_param(self, key: str, default: Any = False) -> Any:
        found = self.env.search(self.name, [("key", "=", key)], limit=1)
        return self.env.row(self.name, found[0]).get("value", default) if found else default

    @model
    def set_param(self, key: str, value: Any) -> Any:
        found = self.env.search(self.name, [("key", "=", key)], limit=1)
        if not found:
            self.env.create(self.name, {"key": key, "value": value})
            return False
        old = self.env.row(self.name, found[0]).get("value")
        self.env.write(self.name, found, {"value": value})
        return old


class ProjectTags(BaseModel):
    """Tags of tasks: their search_read is a narrower one of their own."""

    @model
    def search_read(self, domain: Any = None, fields: Any = None, offset: int = 0, limit: Any = None,
                    order: Any = None) -> list[dict[str, Any]]:
        return super().search_read(domain, fields, offset, limit, order)


class Message17(BaseModel):
    """17: message_format shows tracking values to anyone who may read the message."""

    @multi
    def message_format(self, format_reply: bool = True, msg_vals: Any = None) -> list[dict[str, Any]]:
        return mail.message_format(self.env, self.ids)


def class_of(world: World, name: str) -> type[BaseModel]:
    """The Python class of a model."""
    special: dict[str, type[BaseModel]] = {
        "account.move": Move,
        "account.move.line": MoveLine,
        "account.payment": Payment19 if world.version >= 19 else Payment17,
        "res.users": Users19 if world.release >= 18 else Users17,
        "ir.model.data": ModelData,
        "ir.config_parameter": Parameter,
        "mail.message": BaseModel if world.release >= 18 else Message17,
        "project.tags": ProjectTags,
    }
    if name in special:
        return special[name]
    return Thread if "thread" in world.schema.models[name].mixins else BaseModel


def method_of(world: World, name: str, method: str) -> Callable[..., Any] | None:
    """A method that may be called, or None: the world's own ones first."""
    function = world.methods.get((name, method))
    if function is None and name in world.schema.models:
        function = getattr(class_of(world, name), method, None)
        if not hasattr(function, "kind"):
            return None
    return function


def takes_ids(function: Callable[..., Any]) -> bool:
    """Is it a method of records."""
    return getattr(function, "kind", "multi") == "multi"


def unknown_method(env: Env, name: str, method: str) -> ServerError:
    if env.version >= 19:
        return UnknownMethod(f"The method '{name}.{method}' does not exist")
    return UnknownMethod(f"The method '{method}' does not exist on the model '{name}'")
