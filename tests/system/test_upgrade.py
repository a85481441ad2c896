"""A state that the version before this one made opens, migrates, and gives right balances."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run

sys.path.insert(0, str(ROOT / "tests" / "fixtures"))

import schema  # noqa: E402
import state_0_1_0  # noqa: E402

PRINTED = json.loads(state_0_1_0.PRINTED.read_text())
NOW = state_0_1_0.NOW
RELEASED = {  # migrations of released versions: their text never changes
    "001-mirror.sql": "f36530e5dbfc8bed14d07d24e0ddd41153c05a1f9e287b8f1216592e769a16b9",
    "002-results.sql": "1fc845ba320ab57d5733a4cfa079ab41cbd06bec89db8343d56dff4907b9ee4a",
    "003-response.sql": "89b8dc7bf8092cabf63caf51569e48e218a87bdbe2f5995240e786ff533efb9b",
}


def upgraded(folder: Path, story: state_0_1_0.Odoo, rows: Path) -> Iterator[Run]:
    """This version, on a state of 0.1.0 and the Odoo that it was made of."""
    with story.world.serve() as server:
        story.whole(server)
        run = Run(folder, server, **state_0_1_0.OPTIONS)
        run.configure(writeback={"enabled": False})
        state_0_1_0.restore(run.state, rows)
        run.ids = story.ids
        yield run
        run.close()


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Run]:
    yield from upgraded(tmp_path, state_0_1_0.Odoo(), state_0_1_0.SQL)


def balances(run: Run, **options: Any) -> Any:
    return run("balance", "--json", check=0, now=NOW, **options).json


def test_released_migrations_are_never_edited() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
             for path in state_0_1_0.RELEASED}
    assert found == RELEASED


def described(database: sqlite3.Connection) -> tuple[int, list[Any], list[str]]:
    """The number, the definitions as SQLite keeps them, and the rows that a schema begins with."""
    kept = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
    return database.execute("PRAGMA user_version").fetchone()[0], kept, sorted(database.iterdump())


def test_a_new_state_has_the_schema_that_all_migrations_give() -> None:
    whole = (schema.STORE / "schema.sql").read_text()
    with closing(schema.migrated()) as one_by_one, closing(sqlite3.connect(":memory:")) as at_once:
        at_once.executescript(f"{whole}PRAGMA user_version = {len(schema.MIGRATIONS)}")
        assert described(at_once) == described(one_by_one)
    assert whole == schema.schema(), "run: python3 tests/schema.py > src/store/schema.sql"


def test_the_program_gives_a_new_state_that_schema(run: Run) -> None:
    run("sync", check=0)
    has_the_schema_of_all_migrations(run)


def test_the_program_brings_an_old_state_to_that_schema(old: Run) -> None:
    old("sync", now=NOW, check=0)
    has_the_schema_of_all_migrations(old)


def has_the_schema_of_all_migrations(run: Run) -> None:
    with closing(schema.migrated()) as database:
        number, kept, _ = described(database)
    assert run.sql("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name") == kept
    assert run.sql("PRAGMA user_version") == [(number,)]
    assert run.sql("PRAGMA application_id") == [(0x514F444F,)]
    assert run.sql("PRAGMA journal_mode") == [("wal",)]


def test_the_state_is_one_of_schema_3_with_lots_targets_and_writes(old: Run) -> None:
    assert old.sql("PRAGMA user_version") == [(3,)]
    for table, least in (("lot", 10), ("entry", 15), ("target", 5), ("outbox", 4), ("marker", 1), ("audit", 8), ("adjustment", 3)):
        assert old.sql(f"SELECT count(*) >= {least} FROM {table}") == [(1,)], table


def test_readers_ask_for_a_sync_first(old: Run) -> None:
    assert "older version" in old("balance", now=NOW, check=1).message and "sync" in old("balance", now=NOW).message


@pytest.mark.parametrize("command", ["sync", "reconcile"])
def test_the_first_cycle_gives_the_balances_of_0_1_0_and_revokes_nothing(old: Run, command: str) -> None:
    report = old(command, "--json", now=NOW, check=0).json
    assert report["revoked"] == [] and report["accounts_changed"] == []
    assert balances(old) == PRINTED["balance"]
    assert old.stored() == old.rebuilt()


def test_what_0_1_0_did_not_read_is_read_by_the_first_cycle(old: Run) -> None:
    """States and amounts of counterparts, codes of journals, the moves and payments behind them."""
    old("sync", now=NOW, check=0)
    for column, table in (("parent_state", "settlement_line"), ("account_type", "settlement_line"), ("code", "journal"),
                          ("debit_amount", "partial"), ("credit_amount", "partial")):
        assert old.sql(f"SELECT count(*) FROM {table} WHERE {column} IS NULL") == [(0,)], column
        assert old.sql(f"SELECT count(*) > 0 FROM {table}") == [(1,)]
    assert old.sql("SELECT count(*) FROM settlement_line s WHERE NOT EXISTS (SELECT 1 FROM move m WHERE m.id = s.move_id)") == [(0,)]
    assert old.sql("SELECT count(*) > 0 FROM payment") == [(1,)]


def test_a_trial_gives_the_same_and_leaves_the_state_as_it_was(old: Run) -> None:
    report = old("reconcile", "--dry-run", "--json", now=NOW).json
    assert report["revoked"] == [] and report["accounts_changed"] == []
    assert old.sql("PRAGMA user_version") == [(3,)]


def test_nothing_is_written_into_odoo_a_second_time(old: Run) -> None:
    """What 0.1.0 wrote is done, what waited in shadow mode is written once."""
    old("sync", now=NOW, check=0)
    old.configure(writeback={"enabled": True})
    old.server.clear()
    old("sync", now=NOW, check=0)
    posted = [call.kwargs["message_id"] for call in old.server.calls if call.method == "message_post"]
    before = [call["kwargs"]["message_id"] for call in PRINTED["writes"] if call["method"] == "message_post"]
    assert len(set(posted)) == len(posted) and not set(posted) & set(before)
    old.server.clear()
    old("reconcile", now=NOW, check=0)
    assert [call for call in old.server.calls if call.writes] == []


def test_the_migrated_evidence_is_what_this_version_would_have_kept(old: Run) -> None:
    """Else the first setting that changes after an upgrade would look like an event in Odoo."""
    with closing(sqlite3.connect(old.state)) as database:
        for file in state_0_1_0.LATER:
            database.executescript(file.read_text())
        migrated = database.execute("SELECT origin, id, account_id, granted, start, end, product_id, said FROM evidence"
                                    " ORDER BY origin, id").fetchall()
    assert len(migrated) == len([lot for account in PRINTED["balance"] for lot in account["lots"]])
    fresh = old.fresh()
    assert migrated == fresh.sql("SELECT origin, id, account_id, granted, start, end, product_id, said"
                                             " FROM evidence ORDER BY origin, id")


def test_a_reference_that_changes_with_the_upgrade_stops_the_first_cycle(old: Run) -> None:
    world = old.world
    id_ = world.product("SUP24")
    world.write("product.product", id_, default_code="SUP24B")
    for command in ("sync", "reconcile", "sync"):
        stopped = old(command, "--json", now=NOW, check=4)
        assert f"product {id_} 'SUP24' now has the reference 'SUP24B'" in stopped.err
    assert {a["customer"]: a["before_minutes"] for a in stopped.json["revoked"]} == {
        "Boulangerie Lefort": 2125, "Garage Martin": 1080, "Librairie Caron": 1590}
    assert balances(old) == PRINTED["balance"]


def test_a_rule_that_this_version_reads_otherwise_stops_the_first_cycle(old: Run) -> None:
    """As if 0.1.0 had granted 24 h for what counts 12 h now."""
    with closing(sqlite3.connect(old.state)) as database, database:
        database.execute("UPDATE lot SET granted = 1440 WHERE granted = 720 AND account_id = ?", (old.ids["gift"],))
    stopped = old("sync", "--json", now=NOW, check=4)
    assert "reads the rules otherwise" in stopped.err and "upgrade notes" in stopped.err
    assert [a["customer_id"] for a in stopped.json["revoked"]] == [old.ids["gift"]]


def test_a_payment_undone_during_the_upgrade_is_no_revocation(old: Run) -> None:
    world = old.world
    invoice = next(i for i in world.env().search("account.move", [("partner_id", "=", old.ids["goodwill"])]))
    world.unpay(invoice)
    old("sync", now=NOW, check=0)
    assert old.stored() == old.rebuilt()


# ---- A rule that this version reads otherwise ----


@pytest.fixture
def ruled(tmp_path: Path) -> Iterator[Run]:
    """0.1.0 granted 12 h for an invoice of 1200 of which 10 came in, and 1190 were written off."""
    yield from upgraded(tmp_path, state_0_1_0.Rules(), state_0_1_0.RULES)


def test_credit_that_the_rules_of_this_version_do_not_give_is_revoked_by_a_person_alone(ruled: Run) -> None:
    granted = [("Ferme du Lac", 720), ("Garage Martin", 720)]
    for command in (["sync"], ["reconcile", "--dry-run"], ["sync"]):
        stopped = ruled(*command, "--json", now=NOW, check=4)
        assert "reads the rules otherwise than" in stopped.err and "1 account would" in stopped.err
        assert [(a["customer"], a["before_minutes"], a["after_minutes"]) for a in stopped.json["revoked"]] == [
            ("Ferme du Lac", 720, 0)]
    ruled("reconcile", "--force", now=NOW, check=0)
    assert sorted((a["customer"], a["balance_minutes"]) for a in balances(ruled)) == [("Ferme du Lac", 0), granted[1]]
    assert ruled.stored() == ruled.rebuilt()
    ruled("sync", now=NOW, check=0)
