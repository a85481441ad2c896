"""Field and model definitions, and the schema one database is built with.

A schema is a table of plain definitions. What a version of Odoo, a flavour of
helpdesk or a missing module changes is written on the field or model itself
(`since`, `until`, `flavours`, `module`), and `build_schema` keeps what fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

Compute = Callable[[Any, dict[str, Any]], Any]

NUMBERS = frozenset({"integer", "float", "monetary"})
TO_MANY = frozenset({"one2many", "many2many"})
TEXTS = frozenset({"char", "text", "html", "selection"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model, with what fields_get shows of it and how it behaves."""

    name: str
    type: str
    string: str
    relation: str | None = None
    inverse: str | None = None
    selection: tuple[tuple[str, str], ...] = ()
    required: bool = False
    readonly: bool = False
    store: bool = True
    compute: str | None = None
    related: str | None = None
    default: Any = None
    groups: str | None = None
    ondelete: str = "set null"
    tracked: bool = False
    digits: int | None = None
    module: str | None = None
    since: int = 0
    until: int = 99
    flavours: tuple[str, ...] = ()
    manual: bool = False
    searchable: bool = True
    copied: bool = True
    code: str | None = None  # of a manual computed field
    depends: str | None = None

    @property
    def column(self) -> bool:
        """Is the value kept in the row (a one2many never is)."""
        return self.store and self.type != "one2many"


@dataclass(slots=True)
class Model:
    """One model: its fields in Odoo's order, and the defaults of its searches."""

    name: str
    label: str
    variants: tuple[Field, ...]
    fields: dict[str, Field] = field(default_factory=dict)
    order: str = "id"
    rec_name: str = "name"
    module: str = "base"
    parent: str = "parent_id"
    flavours: tuple[str, ...] = ()
    since: int = 0
    until: int = 99
    manual: bool = False
    mixins: frozenset[str] = frozenset()


_MAGIC = (
    Field("id", "integer", "ID", readonly=True),
    Field("display_name", "char", "Display Name", readonly=True, store=False, compute="display_name"),
    Field("create_uid", "many2one", "Created by", relation="res.users", readonly=True),
    Field("create_date", "datetime", "Created on", readonly=True),
    Field("write_uid", "many2one", "Last Updated by", relation="res.users", readonly=True),
    Field("write_date", "datetime", "Last Updated on", readonly=True),
)


def define(name: str, label: str, *fields: Field, **options: Any) -> Model:
    """A model with Odoo's automatic fields after its own.

    A name may appear several times, for versions or flavours: `Schema.add` keeps the one that fits.
    """
    return Model(name, label, (*fields, *_MAGIC), **options)


def _maker(type_: str) -> Callable[..., Field]:
    def make(name: str, string: str | None = None, **options: Any) -> Field:
        return Field(name, type_, string or name.replace("_", " ").capitalize(), **options)

    return make


char = _maker("char")
text = _maker("text")
html = _maker("html")
integer = _maker("integer")
decimal = _maker("float")
monetary = _maker("monetary")
boolean = _maker("boolean")
date = _maker("date")
timestamp = _maker("datetime")
binary = _maker("binary")
reference_id = _maker("many2one_reference")


def many2one(name: str, relation: str, string: str | None = None, **options: Any) -> Field:
    """A foreign key."""
    label = string or name.removesuffix("_id").replace("_", " ").capitalize()
    if options.get("required"):
        options.setdefault("ondelete", "restrict")
    return Field(name, "many2one", label, relation=relation, **options)


def one2many(name: str, relation: str, inverse: str, string: str | None = None, **options: Any) -> Field:
    """The other side of a many2one; never kept in a row."""
    return Field(name, "one2many", string or name.capitalize(), relation=relation, inverse=inverse, **options)


def many2many(name: str, relation: str, string: str | None = None, **options: Any) -> Field:
    """Kept in the row as a tuple of ids, in the order of their addition."""
    return Field(name, "many2many", string or name.capitalize(), relation=relation, **options)


def select(name: str, choices: Iterable[tuple[str, str]], string: str | None = None, **options: Any) -> Field:
    """A selection field."""
    label = string or name.replace("_", " ").capitalize()
    return Field(name, "selection", label, selection=tuple(choices), **options)


@dataclass(slots=True)
class Schema:
    """The models of one database, after flavour, version and modules are applied."""

    version: int
    flavour: str
    without: frozenset[str]
    models: dict[str, Model] = field(default_factory=dict)

    def copy(self) -> Schema:
        """The same models, with fields that can be changed apart."""
        models = {name: replace(model, fields=dict(model.fields)) for name, model in self.models.items()}
        return replace(self, models=models)

    def keeps(self, thing: Field | Model) -> bool:
        """Does this field or model exist in this database."""
        return (
            thing.since <= self.version <= thing.until
            and (not thing.flavours or self.flavour in thing.flavours)
            and thing.module not in self.without
        )

    def add(self, model: Model) -> None:
        """Take a model in, without what this database does not have."""
        kept = {f.name: f for f in model.variants if self.keeps(f)}
        self.models[model.name] = replace(model, fields=kept)

    def prune(self) -> None:
        """Drop the fields that point to models left out, until nothing points nowhere."""
        changed = True
        while changed:
            changed = False
            for model in self.models.values():
                for f in list(model.fields.values()):
                    if self._dangling(f):
                        del model.fields[f.name]
                        changed = True

    def _dangling(self, f: Field) -> bool:
        if f.relation is None:
            return False
        target = self.models.get(f.relation)
        return target is None or (f.inverse is not None and f.inverse not in target.fields)

    def many2ones_to(self, name: str) -> list[tuple[str, Field]]:
        """Every stored foreign key that points to a model, for cascades and restrictions."""
        return [
            (m.name, f)
            for m in self.models.values()
            for f in m.fields.values()
            if f.type in ("many2one", "many2many") and f.relation == name and f.store
        ]


def build_schema(models: Iterable[Model], version: int, flavour: str, without: Iterable[str] = ()) -> Schema:
    """The schema of one database."""
    schema = Schema(version, flavour, frozenset(without))
    for model in models:
        if schema.keeps(model):
            schema.add(model)
    schema.prune()
    return schema
