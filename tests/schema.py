#!/usr/bin/python3
"""The schema that all migrations give, as src/store/schema.sql has it: a new state is made with that at once.

    python3 tests/schema.py > src/store/schema.sql      # after a new migration

tests/system/test_state_file.py holds the two equal."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

STORE = Path(__file__).resolve().parents[1] / "src" / "store"
MIGRATIONS = sorted((STORE / "schema").glob("*.sql"))
HEAD = "-- Not written by hand: python3 tests/schema.py > src/store/schema.sql gives it, from migration 1 to {}.\n"


def migrated(place: str = ":memory:") -> sqlite3.Connection:
    """A database that every migration has passed over, one after the other."""
    database = sqlite3.connect(place, isolation_level=None)
    database.execute("PRAGMA foreign_keys = ON")
    for number, migration in enumerate(MIGRATIONS, 1):
        database.executescript(f"BEGIN;\n{migration.read_text()}\nPRAGMA user_version = {number};\nCOMMIT;")
    return database


def schema() -> str:
    """The statements that make the same tables, indexes, views and triggers at once; sqlite_* make themselves."""
    with closing(migrated()) as database:
        made = database.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                                " ORDER BY rowid").fetchall()
    return HEAD.format(len(MIGRATIONS)) + "".join(f"\n{sql};\n" for (sql,) in made)


if __name__ == "__main__":
    print(schema(), end="")
