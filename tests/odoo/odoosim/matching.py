"""Domains compiled to a test on rows.

Three-valued logic follows the SQL that Odoo writes: a NULL matches no
comparison, but `!=` and `not in` add `OR IS NULL`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import values
from .domains import Leaf, Tree
from .faults import ServerError
from .schema import NUMBERS, Field

if TYPE_CHECKING:
    from .orm import Env

Test = Callable[[dict[str, Any]], bool]

NEGATIVE = {"!=": "=", "<>": "=", "not in": "in", "not like": "like", "not ilike": "ilike", "not any": "any"}


def compile_tree(env: Env, model: str, tree: Tree) -> Test | None:
    """A test on rows; None when everything matches."""
    if tree is True:
        return None
    if tree is False:
        return lambda row: False
    if isinstance(tree, Leaf):
        return _compile_leaf(env, model, tree)
    tests = [compile_tree(env, model, part) for part in tree.parts]
    if tree.operator == "!":
        return _not(env, model, tree.parts[0], tests[0])
    if tree.operator == "&":
        return _all([t for t in tests if t is not None])
    if any(t is None for t in tests):
        return None
    known = [t for t in tests if t is not None]
    return lambda row: any(t(row) for t in known)


def _not(env: Env, model: str, part: Tree, inner: Test | None) -> Test:
    """Not: in 17 it is SQL's, so a leaf on a NULL column matches neither way."""
    if inner is None:
        return lambda row: False
    if env.version < 19 and isinstance(part, Leaf) and "." not in part.path:
        field = env.schema.models[model].fields[part.path.partition(".")[0]]
        if field.column and field.type != "many2many":
            name = field.name
            return lambda row: row.get(name) is not None and not inner(row)
    return lambda row: not inner(row)


def _all(tests: list[Test]) -> Test | None:
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda row: first(row) and second(row)
    return lambda row: all(t(row) for t in tests)


def _compile_leaf(env: Env, model: str, leaf: Leaf) -> Test | None:
    head, _, rest = leaf.path.partition(".")
    field = env.schema.models[model].fields.get(head)
    if field is None:
        where = "condition" if env.version >= 19 else "leaf"
        raise ServerError("ValueError", f"Invalid field {model}.{head} in {where} {leaf.text()}")
    env.check_field_groups(model, field, "read")
    if rest:
        return _compile_path(env, model, field, rest, leaf)
    if leaf.operator in ("any", "not any"):
        if not field.relation:
            raise ServerError("ValueError", f"Invalid leaf {leaf.text()}")
        found = env.search(field.relation, leaf.value, order="id")
        return _related(env, model, field, set(found), leaf.operator == "not any")
    if field.store:
        return _compile_stored(env, model, field, leaf)
    if field.related:
        return compile_tree(env, model, Leaf(field.related, leaf.operator, leaf.value))
    searcher = env.searcher(model, field)
    if searcher is not None:
        return searcher(leaf.operator, leaf.value)
    if env.version >= 19:
        raise ServerError("ValueError", f"Cannot convert {model}.{head} to SQL because it is not stored")
    return None  # 17 logs an error and lets everything through


def _compile_path(env: Env, model: str, field: Field, rest: str, leaf: Leaf) -> Test | None:
    if field.related and not field.store:
        return compile_tree(env, model, Leaf(f"{field.related}.{rest}", leaf.operator, leaf.value))
    if not field.relation:
        raise ServerError("AssertionError", f"Invalid field {leaf.path!r} in domain term {leaf.text()}")
    sub = env.with_context(active_test=False) if field.type == "many2one" else env
    found = set(sub.search(field.relation, [(rest, leaf.operator, leaf.value)], order="id"))
    return _related(env, model, field, found, False)


def _related(env: Env, model: str, field: Field, ids: set[int], negative: bool) -> Test:
    """Rows whose relational field touches (or does not touch) a set of ids."""
    name = field.name
    if field.type == "one2many":
        owners = {env.tx.row(field.relation, i).get(field.inverse) for i in ids}  # type: ignore[union-attr]
        owners.discard(None)
        return (lambda row: row["id"] not in owners) if negative else (lambda row: row["id"] in owners)
    if field.type == "many2many":
        if not field.store:
            raise ServerError("ValueError", f"Cannot search on {model}.{name}")
        if negative:
            return lambda row: ids.isdisjoint(row.get(name, ()))
        return lambda row: not ids.isdisjoint(row.get(name, ()))
    if negative:
        return lambda row: row.get(name) not in ids
    return lambda row: row.get(name) in ids


def _compile_stored(env: Env, model: str, field: Field, leaf: Leaf) -> Test | None:
    operator, value = leaf.operator, leaf.value
    if operator == "=?":
        if value is False or value is None:
            return None
        operator = "="
    if operator in ("child_of", "parent_of"):
        return _hierarchy(env, model, field, operator, value)
    if field.relation or field.type == "many2one_reference" and isinstance(value, bool):
        return _compile_relation(env, model, field, operator, value)
    if operator in ("like", "ilike", "not like", "not ilike", "=like", "=ilike"):
        return _pattern(field, operator, value)
    negative = operator in NEGATIVE
    test = _compare(env, model, field, NEGATIVE.get(operator, operator), value, negative)
    return test


FALSY: dict[str, Any] = {"integer": 0, "float": 0.0, "monetary": Decimal(0), "char": "", "text": ""}


def _compare(env: Env, model: str, field: Field, operator: str, value: Any, negative: bool) -> Test:
    name = field.name
    if env.version >= 19 and field.type in FALSY and name != "id":
        return _compare_falsy(env, model, field, operator, value, negative)
    if operator == "in":
        members = list(value) if isinstance(value, (list, tuple)) else [value]
        if isinstance(value, bool):
            members = [v for v in (True, False) if bool(v) == value] if field.type == "boolean" else [value]
        null = any(m is False or m is None for m in members)
        wanted = {_constant(env, model, field, m, operator) for m in members if m is not False and m is not None}
        if field.type == "boolean":
            wanted = {bool(m) for m in members}
            return lambda row: (bool(row.get(name)) in wanted) != negative
        if negative:
            return lambda row: (row.get(name) not in wanted) and not (null and row.get(name) is None)
        return lambda row: row.get(name) in wanted or (null and row.get(name) is None)
    if field.type == "boolean":
        return _compare_boolean(name, operator, value, negative)
    if operator == "=":
        if value is False or value is None:
            return (lambda row: row.get(name) is not None) if negative else (lambda row: row.get(name) is None)
        if field.type == "datetime" and env.version >= 19:
            return _same_second(env, model, field, value, negative)
        constant = _constant(env, model, field, value, operator)
        if negative and not value:  # `!= 0` and `!= ''` get no OR IS NULL
            return lambda row: (v := row.get(name)) is not None and v != constant
        if negative:
            return lambda row: row.get(name) != constant
        return lambda row: row.get(name) == constant
    return _ordered(env, model, field, operator, value)


def _compare_falsy(env: Env, model: str, field: Field, operator: str, value: Any, negative: bool) -> Test:
    """Since 19 a number or a text that is NULL equals 0 or the empty text, and False means either."""
    name, falsy = field.name, FALSY[field.type]

    def constant(member: Any) -> Any:
        return falsy if member is False or member is None else _constant(env, model, field, member, operator)

    if operator in ("=", "in"):
        wanted = {constant(m) for m in (value if operator == "in" else [value])}
        return lambda row: (row.get(name, falsy) in wanted) != negative
    limit = constant(value)
    tests: dict[str, Test] = {
        ">=": lambda row: row.get(name, falsy) >= limit, ">": lambda row: row.get(name, falsy) > limit,
        "<=": lambda row: row.get(name, falsy) <= limit, "<": lambda row: row.get(name, falsy) < limit,
    }
    return tests[operator]


def _compare_boolean(name: str, operator: str, value: Any, negative: bool) -> Test:
    wanted = bool(value)
    tests: dict[str, Test] = {
        ">": lambda row: bool(row.get(name)) > wanted, "<": lambda row: bool(row.get(name)) < wanted,
        ">=": lambda row: bool(row.get(name)) >= wanted, "<=": lambda row: bool(row.get(name)) <= wanted,
    }
    if operator in tests:
        return tests[operator]
    return lambda row: (bool(row.get(name)) == wanted) != negative


def _same_second(env: Env, model: str, field: Field, value: Any, negative: bool) -> Test:
    """Since 19 a datetime equals every instant of its second."""
    name = field.name
    low = _constant(env, model, field, value, "=")
    high = low + timedelta(seconds=1)

    def inside(row: dict[str, Any]) -> bool:
        kept = row.get(name)
        return kept is not None and low <= kept < high

    return (lambda row: not inside(row)) if negative else inside


def _ordered(env: Env, model: str, field: Field, operator: str, value: Any) -> Test:
    name = field.name
    if (value is False or value is None) and field.type not in NUMBERS:
        return lambda row: False
    value = value or 0 if field.type in NUMBERS else value
    limit = _constant(env, model, field, value, operator)
    if field.type == "datetime" and env.version >= 19 and operator in (">", "<="):
        limit += timedelta(seconds=1)
        operator = ">=" if operator == ">" else "<"
    if operator == ">=":
        return lambda row: (v := row.get(name)) is not None and v >= limit
    if operator == ">":
        return lambda row: (v := row.get(name)) is not None and v > limit
    if operator == "<=":
        return lambda row: (v := row.get(name)) is not None and v <= limit
    return lambda row: (v := row.get(name)) is not None and v < limit


def _constant(env: Env, model: str, field: Field, value: Any, operator: str) -> Any:
    """A domain's value as the row holds it, or the fault PostgreSQL would raise."""
    if field.type in ("integer", "many2one", "many2one_reference"):
        return _integer(model, field, value) if env.version < 19 else _number(model, field, value)
    if field.type == "datetime":
        return instant(env, model, field, value, operator)
    if field.type == "date":
        return _day(env, model, field, value)
    if field.type == "monetary":
        return Decimal(repr(value) if isinstance(value, float) else str(value))
    if field.type == "float":
        return float(value)
    return value if isinstance(value, str) else str(value)


def _number(model: str, field: Field, value: Any) -> Any:
    """19 compares with any number: one too large equals nothing, and 2.0 is 2."""
    whole = isinstance(value, float) and value.is_integer()
    if not isinstance(value, bool) and (whole or re.fullmatch(r"\s*-?\d+\s*", str(value))):
        return int(value)
    return _integer(model, field, value)


def _integer(model: str, field: Field, value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"\s*-?\d+\s*", text):
        shown = text
        raise ServerError("psycopg2.errors.InvalidTextRepresentation",
                          f'invalid input syntax for type integer: "{shown}"\n{_sql_line(model, field, "=", shown)}')
    number = int(text)
    if not -(2**31) <= number < 2**31:
        raise ServerError("psycopg2.errors.NumericValueOutOfRange",
                          f'value "{number}" is out of range for type integer\n{_sql_line(model, field, "=", text)}')
    return number


def instant(env: Env, model: str, field: Field, value: Any, operator: str) -> datetime:
    """The datetime a domain compares with; a bare date is the start or the end of its day."""
    text = str(value)
    if isinstance(value, str) and len(text) == 10:
        text += " 23:59:59" if operator in (">", "<=") else " 00:00:00"
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(text)
    except ValueError:
        if env.version >= 19 and not text[:1].isdigit():
            raise ServerError("ValueError", f"Invalid term {text!r} in expression date: {text!r}") from None
        if env.version >= 19:
            raise ServerError("ValueError", f"time data {text!r} does not match format '%Y-%m-%d %H:%M:%S'") from None
        raise _sql_refuses(model, field, operator, text, "timestamp") from None
    return found.replace(tzinfo=None)


def _day(env: Env, model: str, field: Field, value: Any) -> Any:
    try:
        return values.parse_date(value)
    except ServerError:
        raise _sql_refuses(model, field, "=", str(value), "date") from None


def _sql_refuses(model: str, field: Field, operator: str, text: str, kind: str) -> ServerError:
    """What PostgreSQL says of a date it cannot read."""
    line = _sql_line(model, field, operator, text)
    if re.match(r"\d+-\d+-\d+", text):
        return ServerError("psycopg2.errors.DatetimeFieldOverflow",
                           f'date/time field value out of range: "{text}"\n{line}'
                           'HINT:  Perhaps you need a different "datestyle" setting.\n')
    return ServerError("psycopg2.errors.InvalidDatetimeFormat", f'invalid input syntax for type {kind}: "{text}"\n{line}')


def _sql_line(model: str, field: Field, operator: str, value: str) -> str:
    column = f'"{model.replace(".", "_")}"."{field.name}"'
    return f"LINE 1: ...ve\" = true) AND ({column} {operator} '{value}')) ...\n{' ' * 61}^\n"


def _pattern(field: Field, operator: str, value: Any) -> Test:
    name = field.name
    negative = operator.startswith("not ")
    base = operator.removeprefix("not ")
    text = "" if value is False or value is None else str(value)
    # Odoo escapes nothing: the % and _ of the caller stay wildcards.
    regex = _like(text if base.startswith("=") else f"%{text}%", "ilike" in base)

    def matches(row: dict[str, Any]) -> bool:
        kept = row.get(name)
        if kept is None:
            return negative or (not text and not base.startswith("="))
        return (regex.fullmatch(str(kept)) is not None) != negative

    return matches


def _like(pattern: str, insensitive: bool) -> re.Pattern[str]:
    out: list[str] = []
    characters = iter(pattern)
    for c in characters:
        if c == "\\":
            out.append(re.escape(next(characters, "")))
        elif c == "%":
            out.append(".*")
        elif c == "_":
            out.append(".")
        else:
            out.append(re.escape(c))
    return re.compile("".join(out), re.DOTALL | (re.IGNORECASE if insensitive else 0))


def _compile_relation(env: Env, model: str, field: Field, operator: str, value: Any) -> Test:
    negative = operator in NEGATIVE
    base = NEGATIVE.get(operator, operator)
    if base in ("=", "in") and (value is False or value is None):
        return _empty(env, field, negative)
    if "like" in base and not value:  # an empty pattern matches everything, NULL included
        return _empty(env, field, False) if negative else (lambda row: True)
    if base in ("<", ">", "<=", ">=") and field.type == "many2one":
        return _ordered(env, model, field, base, value)
    ids, null = _relation_ids(env, model, field, base, value)
    touched = _related(env, model, field, ids, negative)
    if not null:
        return touched
    empty = _empty(env, field, negative)
    if negative:
        return lambda row: touched(row) and empty(row)
    return lambda row: touched(row) or empty(row)


def _relation_ids(env: Env, model: str, field: Field, base: str, value: Any) -> tuple[set[int], bool]:
    """The ids a relational leaf means: given, or found by name."""
    if field.type == "many2one":
        env = env.with_context(active_test=False)  # an archived partner is found by its name
    if isinstance(value, str) and not re.fullmatch(r"\d+", value) or base in ("like", "ilike", "=like", "=ilike"):
        return set(env.name_search_ids(field.relation or "", str(value or ""), base if base != "in" else "=")), False
    members = value if isinstance(value, (list, tuple)) else [value]
    ids: set[int] = set()
    for member in members:
        if isinstance(member, str):
            ids.update(env.name_search_ids(field.relation or "", member, "="))
        elif member is not False and member is not None:
            ids.add(_integer(model, field, member))
    null = any(m is False or m is None for m in members)
    return ids, null and (field.type == "many2one" or env.version >= 19)  # 17 drops False from an x2many's list


def _empty(env: Env, field: Field, negative: bool) -> Test:
    name = field.name
    if field.type == "one2many":
        index = env.tx.db.tables[field.relation or ""].index(field.inverse or "")
        owners = {key for key, ids in index.items() if ids and key is not None}
        return (lambda row: row["id"] in owners) if negative else (lambda row: row["id"] not in owners)
    if negative:
        return lambda row: bool(row.get(name))
    return lambda row: not row.get(name)


def _hierarchy(env: Env, model: str, field: Field, operator: str, value: Any) -> Test:
    """child_of and parent_of: over the model itself for `id`, over the relation for a many2one.

    A many2one to its own model is itself the parent link that is followed.
    """
    target = model if field.name == "id" else (field.relation or model)
    if isinstance(value, str):
        start = set(env.name_search_ids(target, value, "ilike"))
    else:
        start = {v for v in (value if isinstance(value, (list, tuple)) else [value]) if v}
    looped = field.type == "many2one" and field.relation == model
    parent = field.name if looped else env.schema.models[target].parent
    if parent not in env.schema.models[target].fields:
        reached = start
    elif operator == "child_of":
        reached = env.descendants(target, parent, start)
    else:
        reached = env.ancestors(target, parent, start)
    if field.name == "id" or looped:
        return lambda row: row["id"] in reached
    return _related(env, model, field, reached, False)
