"""Statements that wait for their own request: how a change of structure hangs an Odoo 17 that serves one database.

17 and before answer a request of a language that is not installed (no Accept-Language counts as en_US) with an
outer cursor that has read res_partner and stays open. A statement of the same request that needs the whole
table then waits for it for ever, and every other request waits behind that statement.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from .faults import ServerError

if TYPE_CHECKING:
    from .database import Row, Transaction
    from .world import World

PATIENCE = 120.0  # seconds after which a test that nobody ended goes on


class Hung(Exception):
    """A request waits for its own outer cursor."""


class Queue:
    """Who waits for a statement that hangs."""

    def __init__(self) -> None:
        self._free = threading.Event()
        self._free.set()
        self.hung = 0

    def hang(self) -> None:
        """Wait until an administrator of PostgreSQL ends the statement."""
        self.hung += 1
        self._free.clear()
        self._free.wait(PATIENCE)
        raise ServerError("psycopg2.errors.AdminShutdown", "terminating connection due to administrator command")

    def wait(self) -> None:
        self._free.wait(PATIENCE)

    def terminate(self) -> None:
        """pg_terminate_backend of the statement that hangs."""
        self._free.set()


def check(world: World, tx: Transaction, headers: dict[str, str]) -> None:
    """Hang where the changes of a request lock what its own outer cursor has read."""
    if world.version <= 17 and world.one_database and not _installed(world, headers) and _locks_partners(tx):
        raise Hung


def _installed(world: World, headers: dict[str, str]) -> bool:
    asked = next((v for k, v in headers.items() if k.lower() == "accept-language"), "en-US")
    return asked.split(",")[0].split(";")[0].strip().replace("-", "_") in world.languages


def _locks_partners(tx: Transaction) -> bool:
    if any(row is None for row in tx.changes.get("ir.model", {}).values()):
        return True  # DROP TABLE needs res_users, which the creators' foreign keys point to
    for id_, row in tx.changes.get("ir.model.fields", {}).items():
        before = tx.db.tables["ir.model.fields"].rows.get(id_)
        if row is None and before is not None and (_column_of_partners(before) or _points_to_partners(before)):
            return True
        if row is not None and before is None and _column_of_partners(row):
            return True
    return False


def _column_of_partners(row: Row) -> bool:
    return row["model"] == "res.partner" and row.get("store", True) and row["ttype"] not in ("one2many", "many2many")


def _points_to_partners(row: Row) -> bool:
    return row["ttype"] == "many2one" and row.get("relation") == "res.partner" and bool(row.get("store", True))
