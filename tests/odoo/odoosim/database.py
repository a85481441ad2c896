"""Tables, transactions and the clock: what PostgreSQL is to Odoo.

A row is a sparse dict (an absent key is NULL) with its own id in it; committed
rows are never changed in place but replaced, so a reader may keep one.

A transaction keeps its changes to itself until it commits. Its `started`
instant stamps every row it touches, however late it commits: that is how Odoo
stamps `write_date`, and why a cursor on it alone loses rows.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import copy
from datetime import datetime, timedelta, timezone
from typing import Any

Row = dict[str, Any]
TICK = timedelta(microseconds=1)


class Clock:
    """The time of the simulated database, UTC and naive like Odoo's."""

    def __init__(self) -> None:
        self._frozen: datetime | None = None
        self._offset = timedelta(0)

    def now(self) -> datetime:
        if self._frozen is not None:
            return self._frozen
        return datetime.now(timezone.utc).replace(tzinfo=None) + self._offset

    def freeze(self, instant: datetime) -> None:
        """Stop at an instant; `advance` then moves it."""
        self._frozen = to_utc(instant)

    def run_from(self, instant: datetime) -> None:
        """Let time pass again, starting from this instant."""
        self._frozen = None
        self._offset = timedelta(0)
        self._offset = to_utc(instant) - self.now()

    def advance(self, seconds: float) -> None:
        if self._frozen is not None:
            self._frozen += timedelta(seconds=seconds)
        else:
            self._offset += timedelta(seconds=seconds)


def to_utc(instant: datetime) -> datetime:
    """A naive UTC datetime from an aware or naive one."""
    if instant.tzinfo is None:
        return instant
    return instant.astimezone(timezone.utc).replace(tzinfo=None)


class Table:
    """The committed rows of one model, with the few indexes a test database needs."""

    __slots__ = ("rows", "ids", "next_id", "indexes", "recent", "_sorted", "version")

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.ids: list[int] = []
        self.next_id = 1
        self.indexes: dict[str, defaultdict[Any, set[int]]] = {}
        self.recent: list[tuple[datetime, int]] = []
        self._sorted = True
        self.version = 0

    def copy(self) -> Table:
        """The same rows in a table of its own; its indexes are built again at their first use."""
        made = Table()
        made.rows, made.ids, made.next_id = dict(self.rows), list(self.ids), self.next_id
        made.recent, made._sorted, made.version = list(self.recent), self._sorted, self.version
        return made

    def put(self, row: Row) -> None:
        """Insert or replace a committed row."""
        id_ = row["id"]
        old = self.rows.get(id_)
        if old is None:
            if not self.ids or id_ > self.ids[-1]:
                self.ids.append(id_)
            else:
                insort(self.ids, id_)
        self.rows[id_] = row
        self.next_id = max(self.next_id, id_ + 1)
        self.version += 1
        for name, index in self.indexes.items():
            _unindex(index, old, name)
            _index(index, row, name)
        self._remember(old, row)

    def remove(self, id_: int) -> None:
        row = self.rows.pop(id_, None)
        if row is None:
            return
        del self.ids[bisect_left(self.ids, id_)]
        self.version += 1
        for name, index in self.indexes.items():
            _unindex(index, row, name)

    def index(self, name: str) -> defaultdict[Any, set[int]]:
        """Ids by value of a field, built at its first use and kept since."""
        if name not in self.indexes:
            index: defaultdict[Any, set[int]] = defaultdict(set)
            for row in self.rows.values():
                _index(index, row, name)
            self.indexes[name] = index
        return self.indexes[name]

    def written_since(self, instant: datetime) -> list[int] | None:
        """Ids of the rows whose write_date may be at or after an instant (never too few); None for most of them."""
        if not self._sorted:
            self.recent.sort()
            self._sorted = True
        start = bisect_left(self.recent, (instant, 0))
        if len(self.recent) - start > 1000 + len(self.rows) // 4:
            return None
        return sorted({id_ for _, id_ in self.recent[start:]})

    def _remember(self, old: Row | None, row: Row) -> None:
        stamp = row.get("write_date")
        if stamp is None or (old is not None and old.get("write_date") == stamp):
            return
        entry = (stamp, row["id"])
        if self.recent and entry < self.recent[-1]:
            self._sorted = False
        self.recent.append(entry)
        if len(self.recent) > 1000 + 3 * len(self.rows):
            self.recent = sorted((r["write_date"], i) for i, r in self.rows.items() if r.get("write_date"))
            self._sorted = True


def _values(row: Row, name: str) -> Iterable[Any]:
    value = row.get(name)
    return value if isinstance(value, tuple) else (value,)


def _index(index: defaultdict[Any, set[int]], row: Row, name: str) -> None:
    for value in _values(row, name):
        index[value].add(row["id"])


def _unindex(index: defaultdict[Any, set[int]], row: Row | None, name: str) -> None:
    if row is not None:
        for value in _values(row, name):
            index[value].discard(row["id"])


class Database:
    """All tables, and the lock that makes each call one transaction after the other."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lock = threading.RLock()
        self.tables: defaultdict[str, Table] = defaultdict(Table)
        self._last = datetime.min
        self.sequences: defaultdict[str, int] = defaultdict(int)

    def copy(self) -> Database:
        """The same tables, clock and sequences in a database of its own."""
        made = Database()
        made.clock = copy(self.clock)
        made.tables.update((model, table.copy()) for model, table in self.tables.items())
        made._last = self._last
        made.sequences.update(self.sequences)
        return made

    def begin(self, started: datetime | None = None) -> Transaction:
        """A transaction; two of them never share a microsecond unless asked to."""
        if started is None:
            started = self.clock.now()
            if started <= self._last < started + timedelta(milliseconds=900):
                started = self._last + TICK
            self._last = started
        return Transaction(self, to_utc(started))

    def next_value(self, sequence: str) -> int:
        """The next number of a sequence; numbers of a rolled back transaction are lost, as in PostgreSQL."""
        with self.lock:
            self.sequences[sequence] += 1
            return self.sequences[sequence]


class Transaction:
    """A set of changes that becomes visible at once, at `commit`."""

    def __init__(self, db: Database, started: datetime) -> None:
        self.db = db
        self.started = started
        self.changes: dict[str, dict[int, Row | None]] = {}
        self._touched: dict[tuple[str, int], tuple[Row | None, set[str]]] = {}

    def row(self, model: str, id_: int) -> Row | None:
        """The row as this transaction sees it, or None."""
        changed = self.changes.get(model)
        if changed is not None and id_ in changed:
            return changed[id_]
        return self.db.tables[model].rows.get(id_)

    def ids(self, model: str) -> list[int]:
        """All ids, sorted. Never change the list."""
        base = self.db.tables[model].ids
        changed = self.changes.get(model)
        if not changed:
            return base
        rows = self.db.tables[model].rows
        gone = {i for i, row in changed.items() if row is None}
        new = sorted(i for i, row in changed.items() if row is not None and i not in rows)
        kept = [i for i in base if i not in gone] if gone else base
        if not new:
            return kept
        if not kept or new[0] > kept[-1]:
            return [*kept, *new]
        return sorted([*kept, *new])

    def having(self, model: str, name: str, values: Iterable[Any]) -> list[int]:
        """Sorted ids of the rows whose field is (or contains) one of the values."""
        index = self.db.tables[model].index(name)
        found: set[int] = set()
        wanted = set(values)
        for value in wanted:
            found |= index.get(value, set())
        for id_, row in self.changes.get(model, {}).items():
            found.discard(id_)
            if row is not None and any(v in wanted for v in _values(row, name)):
                found.add(id_)
        return sorted(found)

    def written_since(self, model: str, instant: datetime) -> list[int] | None:
        """Candidates of a change poll; None when a walk over all ids is as good."""
        base = self.db.tables[model].written_since(instant)
        changed = self.changes.get(model)
        if base is None:
            return None
        return sorted({*base, *changed}) if changed else base

    def insert(self, model: str, values: Row, id_: int | None = None) -> int:
        """A new row, stamped with the transaction's start unless it brings its own stamps."""
        table = self.db.tables[model]
        if id_ is None:
            id_ = table.next_id
        table.next_id = max(table.next_id, id_ + 1)
        row: Row = {"id": id_, "create_date": self.started, "write_date": self.started}
        row.update((k, v) for k, v in values.items() if v is not None)
        self.changes.setdefault(model, {})[id_] = row
        self._touched[model, id_] = (None, set(row))
        return id_

    def update(self, model: str, id_: int, values: Row) -> Row:
        """Change fields of a row; stamps only when `values` has them."""
        changed = self.changes.setdefault(model, {})
        row = changed.get(id_)
        if row is None:
            committed = self.db.tables[model].rows[id_]
            row = changed[id_] = dict(committed)
            self._touched[model, id_] = (committed, set())
        self._touched[model, id_][1].update(values)
        for name, value in values.items():
            if value is None:
                row.pop(name, None)
            else:
                row[name] = value
        return row

    def delete(self, model: str, id_: int) -> None:
        self.changes.setdefault(model, {})[id_] = None

    def written(self, model: str) -> list[tuple[Row | None, Row]]:
        """The rows of a model that this transaction made or changed: before and now."""
        return [(self._touched[model, id_][0], row) for id_, row in self.changes.get(model, {}).items() if row is not None]

    def commit(self) -> None:
        """Make the changes visible. A row someone else changed since keeps their other fields."""
        with self.db.lock:
            for model, rows in self.changes.items():
                table = self.db.tables[model]
                for id_, row in rows.items():
                    if row is None:
                        table.remove(id_)
                    else:
                        self._publish(table, model, row)
            self.changes, self._touched = {}, {}

    def _publish(self, table: Table, model: str, row: Row) -> None:
        base, fields = self._touched[model, row["id"]]
        current = table.rows.get(row["id"])
        if base is not None and current is None:
            return
        if base is not None and current is not base:
            merged = dict(current or {})
            for name in fields:
                if name in row:
                    merged[name] = row[name]
                else:
                    merged.pop(name, None)
            row = merged
        table.put(row)

    def rollback(self) -> None:
        self.changes, self._touched = {}, {}


def after(ids: list[int], low: int, high: int | None = None) -> Iterator[int]:
    """The ids from `low` to `high`, both included, of a sorted list."""
    start = bisect_left(ids, low)
    stop = len(ids) if high is None else bisect_right(ids, high)
    for position in range(start, stop):
        yield ids[position]
