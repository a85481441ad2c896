"""Searching: domains, orders and indexes, as one user sees the records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import access, computed, domains, matching
from .database import after
from .faults import ServerError, UserError
from .schema import Field

if TYPE_CHECKING:
    from .orm import Env


@dataclass(frozen=True, slots=True)
class Key:
    """One part of an order."""

    name: str
    descending: bool = False
    nulls_first: bool = False


class Searching:
    """The part of Env that finds records."""

    def search(self: Env, model: str, domain: Any = (), offset: int = 0, limit: int | None = None,
               order: str | None = None) -> list[int]:
        """Ids of the records that match, in order, as this user sees them."""
        definition = self.model(model)
        if not self.su:
            access.check(self, model, "read")
        tree = domains.parse(domain, self.version)
        if "active" in definition.fields and self.context.get("active_test", True):
            if "active" not in domains.names(tree):
                tree = domains.Node("&", [domains.Leaf("active", "=", True), tree])
        test = matching.compile_tree(self, model, tree)
        visible = None if self.su else access.visible(self, model)
        for number in (offset, limit):
            if number is not None and not isinstance(number, int):
                raise ServerError("psycopg2.errors.InvalidTextRepresentation",
                                  f'invalid input syntax for type bigint: "{number}"\n')
        keys = self._order_keys(model, order or definition.order)
        ids = self._candidates(model, tree)
        if model == "mail.message" and visible is not None:
            # Odoo filters messages in Python after the limit: a short or empty page is not the end.
            found = self._scan(model, ids, test, None, False, 0, None)
            page = self._sorted(model, found, keys)[offset or 0:]
            return [i for i in page[: limit or None] if visible(self.row(model, i))]
        if keys and keys[0].name == "id":
            return self._scan(model, ids, test, visible, keys[0].descending, offset or 0, limit or None)
        found = self._scan(model, ids, test, visible, False, 0, None)
        found = self._sorted(model, found, keys)
        stop = None if not limit else (offset or 0) + limit
        return found[offset or 0:stop]

    def _scan(self: Env, model: str, ids: Iterable[int], test: matching.Test | None, visible: matching.Test | None,
              descending: bool, offset: int, limit: int | None) -> list[int]:
        """Filter in id order, stopping as soon as the page is full."""
        if descending:
            ids = reversed(list(ids))
        changed = self.tx.changes.get(model)
        rows = self.tx.db.tables[model].rows
        tests = [t for t in (test, visible) if t is not None]
        stop = None if limit is None else offset + limit
        found: list[int] = []
        for id_ in ids:
            row = changed[id_] if changed and id_ in changed else rows.get(id_)
            if row is None:
                continue
            for check in tests:
                if not check(row):
                    break
            else:
                found.append(id_)
                if len(found) == stop:
                    break
        return found[offset:] if offset else found

    def _candidates(self: Env, model: str, tree: domains.Tree) -> Iterable[int]:
        """The ids worth testing: fewer than all when the domain has an index to use."""
        low, high = 1, None
        best: list[int] | None = None
        fields = self.schema.models[model].fields
        for leaf in domains.conjuncts(tree):
            field = fields.get(leaf.path)
            value = leaf.value
            if field is None or isinstance(value, bool):
                continue
            found: list[int] | None = None
            if field.name == "id" and isinstance(value, int):
                low, high = _narrow(leaf.operator, value, low, high)
            elif field.name == "id" and leaf.operator == "in" and isinstance(value, (list, tuple)):
                found = sorted({v for v in value if isinstance(v, int)})
            elif field.name == "write_date" and leaf.operator in (">=", ">", "="):
                found = self.tx.written_since(model, matching.instant(self, model, field, value, leaf.operator))
            elif field.store and field.name in _INDEXED or field.type == "many2one" and field.store:
                found = self._by_index(model, field, leaf)
            if found is not None and (best is None or len(found) < len(best)):
                best = found
        return after(self.tx.ids(model) if best is None else best, low, high)

    def _by_index(self: Env, model: str, field: Field, leaf: domains.Leaf) -> list[int] | None:
        members = leaf.value if isinstance(leaf.value, (list, tuple)) else [leaf.value]
        if leaf.operator not in ("=", "in") or any(isinstance(m, (bool, type(None))) for m in members):
            return None
        if field.type == "many2one" and not all(isinstance(m, int) for m in members):
            return None
        return self.tx.having(model, field.name, members)

    def _order_keys(self: Env, model: str, order: str) -> list[Key]:
        """The parts of an order; fields that are not columns are passed over, as Odoo does with a warning."""
        keys: list[Key] = []
        for part in order.split(","):
            words = part.lower().split()
            if self.version >= 19 and "." in part:
                head, _, rest = words[0].partition(".")
                raise ServerError("ValueError", f"Invalid field property {rest!r} on {model}.{head}")
            if not _ORDER.fullmatch(part):
                raise UserError(
                    f'Invalid "order" specified ({order}). A valid "order" specification is a comma-separated '
                    "list of valid field names (optionally followed by asc/desc for the direction)")
            field = self.field(model, words[0].split(":")[0])
            descending = "desc" in words[1:2]
            nulls = words[words.index("nulls") + 1] if "nulls" in words else ("first" if descending else "last")
            if field.column and field.type != "many2many" or field.related and model in _DELEGATING:
                keys.append(Key(field.name, descending, nulls == "first"))
        return keys

    def _sorted(self: Env, model: str, ids: list[int], keys: list[Key]) -> list[int]:
        """Sort as PostgreSQL does with the C collation."""
        for key in reversed(keys):
            getter = self._sort_value(model, self.field(model, key.name))
            known = [(value, i) for i in ids if (value := getter(i)) is not None]
            null = [i for i in ids if getter(i) is None]
            known.sort(key=lambda pair: pair[0], reverse=key.descending)
            ordered = [i for _, i in known]
            ids = [*null, *ordered] if key.nulls_first else [*ordered, *null]
        return ids

    def _sort_value(self: Env, model: str, field: Field) -> Callable[[int], Any]:
        def plain(id_: int) -> Any:
            return self.value(model, field, self.row(model, id_))

        if field.type != "many2one":
            return plain
        target = self.schema.models[field.relation or ""]
        first = self._order_keys(target.name, target.order)[0].name
        if first == "id" or self.field(target.name, first).type == "many2one":
            return plain
        inner = self._sort_value(target.name, self.field(target.name, first))

        def through(id_: int) -> Any:
            other = self.value(model, field, self.row(model, id_))
            return inner(other) if other and self.tx.row(target.name, other) else None

        return through

    def name_search_ids(self: Env, model: str, name: str, operator: str) -> list[int]:
        """Ids whose name matches: what a string compared with a many2one means."""
        if not model:
            return []
        field = {"res.partner": "complete_name", "product.product": "default_code"}.get(
            model, self.schema.models[model].rec_name)
        if not self.has_field(model, field):
            field = "id"
        found = self.search(model, [(field, operator, name)], order="id")
        second = {"product.product": "name", "helpdesk.ticket": "number"}.get(model)
        if second and self.has_field(model, second):
            found = sorted({*found, *self.search(model, [(second, operator, name)], order="id")})
        return found

    def searcher(self: Env, model: str, field: Field) -> Callable[[str, Any], matching.Test] | None:
        """The search method of a computed field, if it has one."""
        maker = computed.SEARCHES.get((model, field.name)) or computed.SEARCHES.get(("*", field.name))
        return None if maker is None else lambda operator, value: maker(self, model, operator, value)

    def descendants(self: Env, model: str, parent: str, start: set[int]) -> set[int]:
        reached, frontier = set(start), set(start)
        while frontier:
            frontier = set(self.tx.having(model, parent, frontier)) - reached
            reached |= frontier
        return reached

    def ancestors(self: Env, model: str, parent: str, start: set[int]) -> set[int]:
        reached, frontier = set(start), set(start)
        while frontier:
            rows = (self.tx.row(model, i) for i in frontier)
            frontier = {row[parent] for row in rows if row and row.get(parent)} - reached
            reached |= frontier
        return reached


_ORDER = re.compile(r"\s*[a-z0-9:_]+(\s+(asc|desc))?(\s+nulls\s+(first|last))?\s*", re.IGNORECASE)
# Models that delegate fields to another: these can be sorted by although they are no columns.
_DELEGATING = frozenset({"res.users", "product.product", "account.payment"})
_INDEXED = frozenset({"message_id", "res_id", "login", "number", "complete_name"})


def _narrow(operator: str, value: int, low: int, high: int | None) -> tuple[int, int | None]:
    """The id range after one more condition on id."""
    if operator in (">", ">="):
        low = max(low, value + (operator == ">"))
    elif operator in ("<", "<="):
        limit = value - (operator == "<")
        high = limit if high is None else min(high, limit)
    elif operator == "=":
        low, high = max(low, value), value if high is None else min(high, value)
    return low, high
