"""The ORM: searches, reads and writes as one user sees and may do them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import access, behaviour, computed, recordset
from .database import Row, Transaction
from .faults import MissingError, ServerError, UnknownModel, ValidationError
from .schema import Field, Model, Schema
from .searching import Searching
from .values import to_row, to_wire

if TYPE_CHECKING:
    from .world import World

PROTECTED = frozenset({"id", "create_uid", "create_date", "write_uid", "write_date", "display_name"})


class Env(Searching):
    """A user (or the superuser) at work in one transaction, with a context."""

    def __init__(self, world: World, tx: Transaction, uid: int, *, su: bool = False,
                 context: dict[str, Any] | None = None) -> None:
        self.world = world
        self.tx = tx
        self.uid = uid
        self.su = su
        self.context = context or {}

    @property
    def schema(self) -> Schema:
        return self.world.schema

    @property
    def version(self) -> int:
        return self.world.version

    @property
    def now(self) -> datetime:
        """What fields.Datetime.now() gives: whole seconds. A builder may place its work at another instant."""
        at: datetime = self.context.get("_now") or self.tx.started
        return at.replace(microsecond=0)

    def with_context(self, **changes: Any) -> Env:
        return Env(self.world, self.tx, self.uid, su=self.su, context={**self.context, **changes})

    def sudo(self) -> Env:
        """The same without access checks."""
        return self if self.su else Env(self.world, self.tx, self.uid, su=True, context=self.context)

    def model(self, name: str) -> Model:
        """A model's definition, or the fault Odoo gives for an unknown one."""
        model = self.schema.models.get(name)
        if model is None:
            raise UnknownModel(name)
        return model

    def field(self, model: str, name: Any, newer: str = "on") -> Field:
        """A field, or the fault of an unknown one; 19 says `on` of a field that is read, `in` of one that is written."""
        field = self.schema.models[model].fields.get(name)
        if field is None:
            where = newer if self.version >= 19 else "on model"
            raise ServerError("ValueError", f"Invalid field {name!r} {where} {model!r}")
        return field

    def has_field(self, model: str, name: str) -> bool:
        found = self.schema.models.get(model)
        return found is not None and name in found.fields

    def check_field_groups(self, model: str, field: Field, operation: str) -> None:
        """Fields closed to the user's groups are a fault when they are named."""
        if field.groups and not self.su and not access.has_group(self, field.groups):
            raise access.field_refused(self, model, field, operation)

    # Values of a row ----------------------------------------------------------------------

    def row(self, model: str, id_: int) -> Row:
        """A row that must exist."""
        row = self.tx.row(model, id_)
        if row is None:
            raise MissingError(model, [id_], self.uid)
        return row

    def get(self, model: str, id_: int | None, path: str) -> Any:
        """A value by dotted path, without access checks; None through a missing link."""
        head, _, rest = path.partition(".")
        row = self.tx.row(model, id_) if id_ else None
        if row is None:
            return None
        field = self.field(model, head)
        value = self.value(model, field, row)
        return self.get(field.relation or "", value, rest) if rest else value

    def value(self, model: str, field: Field, row: Row) -> Any:
        """The value of any field of a row, stored or not."""
        if field.type == "one2many":
            return self.inverse_ids(field, row["id"])
        if field.store:
            return row.get(field.name)
        if field.related:
            return self.get(model, row["id"], field.related)
        if field.code:
            return recordset.evaluate(self, model, field, row)
        return computed.COMPUTES[field.compute or "false"](self, model, row)

    def inverse_ids(self, field: Field, id_: int) -> tuple[int, ...]:
        """A one2many's ids: active records only, in their model's order, as Odoo reads them."""
        target = self.schema.models[field.relation or ""]
        ids = self.tx.having(target.name, field.inverse or "", (id_,))
        if field.name == "invoice_line_ids":
            kinds = ("product", "line_section", "line_note")
            ids = [i for i in ids if (self.tx.row(target.name, i) or {}).get("display_type", "product") in kinds]
        if "active" in target.fields and self.context.get("active_test", True):
            ids = [i for i in ids if (self.tx.row(target.name, i) or {}).get("active")]
        return tuple(ids)

    def display_name(self, model: str, id_: int) -> str:
        row = self.tx.row(model, id_)
        return computed.display_name(self, model, row) if row else ""

    # Reading ------------------------------------------------------------------------------

    def read(self, model: str, ids: Iterable[int], fields: list[str] | None = None,
             load: Any = "_classic_read") -> list[dict[str, Any]]:
        """What `read` answers: deleted ids are left out, hidden ones are a fault."""
        definition = self.model(model)
        ids = list(ids)
        wanted = self._readable(definition, fields)  # Odoo looks at the fields first, at the model second
        if not self.su:
            access.check(self, model, "read")
        rows = [row for i in ids if (row := self.tx.row(model, i)) is not None]
        if not self.su:
            access.check_rows(self, model, rows, "read")
        classic = load == "_classic_read"
        getters = [(f.name, self._reader(model, f, classic)) for f in wanted if f.name != "id"]
        answers = []
        for row in rows:
            answer: dict[str, Any] = {"id": row["id"]}
            for name, getter in getters:
                answer[name] = getter(row)
            answers.append(answer)
        return answers

    def _readable(self, definition: Model, names: list[str] | None) -> list[Field]:
        if not names:
            return [f for f in definition.fields.values()
                    if not f.groups or self.su or access.has_group(self, f.groups)]
        wanted = [self.field(definition.name, name) for name in names]
        for field in wanted:
            self.check_field_groups(definition.name, field, "read")
        return wanted

    def _reader(self, model: str, field: Field, classic: bool) -> Callable[[Row], Any]:
        """A function from row to wire value, chosen once per field and not once per value."""
        name = field.name
        sudo = self.sudo()
        if field.type == "many2one" and classic:
            return self._named(model, field)
        if not field.store or field.type == "one2many":
            return lambda row: to_wire(field, sudo.value(model, field, row))
        if field.type == "many2many":
            return lambda row: self._x2many(field, row.get(name, ()))
        if field.type in ("char", "text", "html", "selection", "boolean", "many2one"):
            return lambda row: row.get(name, False)
        return lambda row: to_wire(field, row.get(name))

    def _x2many(self, field: Field, ids: tuple[int, ...]) -> list[int]:
        """Read through a many2many: archived targets are hidden unless the context says otherwise."""
        target = self.schema.models[field.relation or ""]
        if "active" not in target.fields or not self.context.get("active_test", True):
            return list(ids)
        return [i for i in ids if (self.tx.row(target.name, i) or {}).get("active")]

    def _named(self, model: str, field: Field) -> Callable[[Row], Any]:
        names: dict[int, str] = {}
        sudo = self.sudo()

        def show(row: Row) -> Any:
            id_ = sudo.value(model, field, row)
            if not id_:
                return False
            if id_ not in names:
                names[id_] = sudo.display_name(field.relation or "", id_)
            return [id_, names[id_]]

        return show

    # Writing ------------------------------------------------------------------------------

    def create(self, model: str, vals: dict[str, Any]) -> int:
        """One new record; defaults, hooks and constraints included."""
        definition = self.model(model)
        if not self.su:
            access.check(self, model, "create")
        for name in vals:
            self.check_field_groups(model, self.field(model, name, "in"), "write")
        vals = {k: v for k, v in vals.items() if k not in PROTECTED}
        vals = behaviour.before_create(self, model, {**self._defaults(definition), **vals})
        values, later = self._split(definition, vals)
        self._check_required(definition, values)
        values["create_uid"] = values["write_uid"] = self.uid
        values["create_date"] = self.context.get("_now")
        id_ = self.tx.insert(model, values)
        for field, commands in later:
            self._command_lines(field, id_, commands)
        behaviour.after_create(self, model, id_, vals)
        if not self.su:
            access.check_rows(self, model, [self.row(model, id_)], "create")
        return id_

    def _defaults(self, definition: Model) -> dict[str, Any]:
        found = {f.name: f.default for f in definition.fields.values() if f.default is not None}
        for key, value in self.context.items():
            if key.startswith("default_") and key[8:] in definition.fields:
                found[key[8:]] = value
        return found

    def _split(self, definition: Model, vals: dict[str, Any]) -> tuple[Row, list[tuple[Field, Any]]]:
        """Column values, and the one2many commands to run once the record exists."""
        row: Row = {}
        later: list[tuple[Field, Any]] = []
        for name, value in vals.items():
            field = self.field(definition.name, name)
            if field.type == "one2many":
                later.append((field, value))
            elif field.type == "many2many" and field.store:
                row[name] = self._command_ids(field, (), value)
            elif field.store:
                row[name] = to_row(definition.name, field, value)
                self._check_target(definition, field, row[name])
            elif field.related:
                behaviour.write_related(self, definition.name, field, value, vals)
        return row, later

    def _check_target(self, definition: Model, field: Field, value: Any) -> None:
        if field.type == "many2one" and value and self.tx.row(field.relation or "", value) is None:
            if self.version >= 19:
                raise MissingError(field.relation or "", [value], self.uid)
            table = definition.name.replace(".", "_")
            raise ValidationError(
                "The operation cannot be completed: another model requires the record being deleted. If possible, "
                f"archive it instead.\n\nModel: {definition.label} ({definition.name})\n"
                f"Constraint: {table}_{field.name}_fkey\n")

    def _check_required(self, definition: Model, row: Row) -> None:
        for field in definition.fields.values():
            if field.required and field.column and row.get(field.name) is None:
                if self.version >= 19:
                    raise ValidationError(
                        f"The operation cannot be completed: Missing required value for the field '{field.string}' "
                        f"({field.name}).\nModel: '{definition.label}' ({definition.name})\n- create/update: a mandatory "
                        "field is not set\n- delete: another model requires the record being deleted, you can archive it "
                        "instead\n")
                raise ValidationError(
                    "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n"
                    "- Delete: another model requires the record being deleted. If possible, archive it instead.\n\n"
                    f"Model: {definition.label} ({definition.name})\nField: {field.string} ({field.name})\n")

    def _command_ids(self, field: Field, kept: tuple[int, ...], commands: Any) -> tuple[int, ...]:
        """A many2many after its commands: (4, id), (3, id), (6, 0, ids), (5,), (0, 0, vals)."""
        ids = list(kept)
        for command in commands or ():
            if isinstance(command, int):
                command = (4, command)
            code = command[0]
            if code == 0:
                ids.append(self.create(field.relation or "", command[2]))
            elif code == 4 and command[1] not in ids:
                self.row(field.relation or "", command[1])
                ids.append(command[1])
            elif code in (2, 3):
                ids = [i for i in ids if i != command[1]]
            elif code == 5:
                ids = []
            elif code == 6:
                ids = list(command[2])
        return tuple(ids)

    def _command_lines(self, field: Field, owner: int, commands: Any) -> None:
        relation, inverse = field.relation or "", field.inverse or ""
        for command in commands or ():
            code = command[0]
            if code == 0:
                self.create(relation, {**command[2], inverse: owner})
            elif code == 1:
                self.write(relation, [command[1]], command[2])
            elif code == 2:
                self.unlink(relation, [command[1]])
            elif code == 4:
                self.write(relation, [command[1]], {inverse: owner})
            elif code == 3:
                self.write(relation, [command[1]], {inverse: False})

    def write(self, model: str, ids: Iterable[int], vals: dict[str, Any]) -> None:
        """Change records; even the same value moves write_date."""
        definition = self.model(model)
        ids = list(ids)
        if not self.su:
            access.check(self, model, "write")
        for name in vals:
            self.check_field_groups(model, self.field(model, name, "in"), "write")
        rows = [self.tx.row(model, i) for i in ids]
        missing = [i for i, row in zip(ids, rows, strict=True) if row is None]
        if missing:
            raise MissingError(model, missing, self.uid)
        if not self.su:
            access.check_rows(self, model, rows, "write")
        vals = {k: v for k, v in vals.items() if k not in PROTECTED}
        vals = behaviour.before_write(self, model, ids, vals)
        for id_ in ids:
            self._write_one(definition, id_, vals)

    def _write_one(self, definition: Model, id_: int, vals: dict[str, Any]) -> None:
        model = definition.name
        old = dict(self.row(model, id_))
        values: Row = {}
        for name, value in vals.items():
            field = self.field(model, name)
            if field.type == "one2many":
                self._command_lines(field, id_, value)
            elif field.type == "many2many" and field.store:
                values[name] = self._command_ids(field, old.get(name, ()), value)
            elif field.store:
                values[name] = to_row(model, field, value)
                self._check_target(definition, field, values[name])
            elif field.related:
                self._write_through(model, id_, field, value)
        self._check_required(definition, {**old, **values})
        values.update(write_uid=self.uid, write_date=self.tx.started)
        self.tx.update(model, id_, values)
        behaviour.after_write(self, model, id_, old, values)

    def _write_through(self, model: str, id_: int, field: Field, value: Any) -> None:
        """Writing a related field writes the record it comes from."""
        link, _, name = (field.related or "").rpartition(".")
        target = self.get(model, id_, link)
        if target:
            self.write(self.field(model, link).relation or "", [target], {name: value})

    def copy_values(self, model: str, id_: int) -> Row:
        """What `copy` starts from: the stored values but those Odoo does not copy."""
        row = self.read(model, [id_], [f.name for f in self.schema.models[model].fields.values()
                                       if f.column and f.copied and f.name not in PROTECTED], load="")[0]
        row.pop("id")
        for name, value in row.items():
            if self.schema.models[model].fields[name].type == "many2many":
                row[name] = [(6, 0, value)]
        return row

    def touch(self, model: str, id_: int, values: Row) -> None:
        """Set columns and stamp the row, without hooks: for what Odoo computes and stores itself."""
        self.tx.update(model, id_, {**values, "write_uid": self.uid, "write_date": self.tx.started})

    def unlink(self, model: str, ids: Iterable[int]) -> None:
        """Delete records, with the cascades and restrictions of their foreign keys."""
        definition = self.model(model)
        ids = list(ids)
        if not self.su:
            access.check(self, model, "unlink")
        rows = [self.tx.row(model, i) for i in ids]
        missing = [i for i, row in zip(ids, rows, strict=True) if row is None]
        if missing:
            raise MissingError(model, missing, self.uid)
        if not self.su:
            access.check_rows(self, model, rows, "unlink")
        for id_ in ids:
            behaviour.before_unlink(self, model, id_)
            self._release(definition, id_)
            self.tx.delete(model, id_)
            behaviour.after_unlink(self, model, id_)
            if not self.context.get("_cascade"):  # what a foreign key deletes keeps its external id
                self._forget_external_ids(model, id_)

    def _forget_external_ids(self, model: str, id_: int) -> None:
        for other in self.tx.having("ir.model.data", "res_id", (id_,)):
            if (self.tx.row("ir.model.data", other) or {}).get("model") == model:
                self.tx.delete("ir.model.data", other)

    def _release(self, definition: Model, id_: int) -> None:
        """What the foreign keys that point to a deleted record do: cascade, restrict or become NULL."""
        for model, field in self.schema.many2ones_to(definition.name):
            if field.name in ("create_uid", "write_uid"):
                continue
            for other in self.tx.having(model, field.name, (id_,)):
                if field.type == "many2many":
                    kept = tuple(i for i in self.row(model, other).get(field.name, ()) if i != id_)
                    self.tx.update(model, other, {field.name: kept})
                elif field.ondelete == "cascade":
                    self.sudo().with_context(_cascade=True).unlink(model, [other])
                elif field.ondelete == "restrict":
                    label = self.schema.models[model].label
                    raise ValidationError(
                        "The operation cannot be completed: another model requires the record being deleted. If "
                        f"possible, archive it instead.\n\nModel: {label} ({model})\n"
                        f"Constraint: {model.replace('.', '_')}_{field.name}_fkey\n")
                else:
                    self.tx.update(model, other, {field.name: None})
