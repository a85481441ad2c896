"""Another Odoo behind the same address and of the same name is refused; the same one is known again after a restore."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest
from conftest import TODAY, Result, Run, Server, Shop, World

GROUPS = ("base.group_user", "account.group_account_readonly", "hr_timesheet.group_hr_timesheet_approver",
          "helpdesk_mgmt.group_helpdesk_user")
REFUSED = "holds the state of another Odoo"


def another(today: str = "2026-02-27") -> World:
    """A world that was set up on another day, with its own customer and tickets of the same ids."""
    world = World(today=today)
    for code in ("SUP12", "SUP24", "SUP36"):
        world.product(code)
    customer = world.partner("Delta SA")
    world.pay(world.invoice(customer, [("SUP24", 1)], "2026-02-01"), "2026-02-02")
    world.timesheet(world.ticket(customer, "Panne", created="2026-02-03 09:00"), 2.0, "2026-02-04")
    world.adjustment_model()
    world.now = f"{TODAY} 10:00:00"
    return world


def known(run: Run) -> list[tuple[str]]:
    return run.sql("SELECT value FROM meta WHERE key = 'identity'")


@pytest.fixture
def desk(shop: Shop, run: Run) -> Shop:
    """Its state knows the Odoo of `world`, where everything may be written."""
    shop.world.adjustment_model()
    run.configure(writeback={"enabled": True, "since": "2026-01-01"})
    run("sync", check=0)
    return shop


@pytest.mark.parametrize("arguments", [
    ("sync",), ("reconcile",), ("reconcile", "--dry-run"), ("reconcile", "--customer", "ACME", "--force"),
    ("adjust", "ACME", "60", "--reason", "Geste"),
], ids=" ".join)
def test_another_odoo_is_refused(desk: Shop, server: Server, run: Run, arguments: tuple[str, ...]) -> None:
    before = run.dump("meta")
    server.world = another()
    server.clear()
    result = run(*(str(desk.acme) if word == "ACME" else word for word in arguments), check=4)
    assert REFUSED in result.message and run.server.url in result.message
    assert "res.users" in result.message and "2026-03-20 10:00:00" in result.message and "2026-02-27" in result.message
    assert "state.path" in result.message and "reconcile --force" in result.message
    assert run.dump("meta") == before
    assert not [call for call in server.calls if call.writes]
    server.world = desk.world
    run("sync", check=0)
    assert run.balance(desk.acme) == 720 - 35


def test_status_and_doctor_say_that_it_is_another_odoo(desk: Shop, server: Server, run: Run) -> None:
    server.world = another()
    run("sync", check=4)
    assert any(REFUSED in problem for problem in run("status", "--json", check=3).json["problems"])
    assert any(REFUSED in finding["text"] for finding in run("doctor", "--json", check=3).json["findings"]
               if finding["level"] == "problem")


def test_force_forgets_the_old_state_and_reads_the_new_odoo(desk: Shop, server: Server, run: Run) -> None:
    server.world = other = another()
    forgotten = run("reconcile", "--dry-run", "--force", check=3)
    assert REFUSED in forgotten.err and run.balance(desk.acme) == 720 - 35
    run("reconcile", "--force", check=0)
    assert run.picture(ledgers=True) == run.rebuilt(ledgers=True)
    assert run.sql("SELECT name FROM partner WHERE name LIKE '%Delta%'") and not run.sql(
        "SELECT 1 FROM partner WHERE name = 'Exemple SARL'")
    run("sync", check=0)
    server.world = desk.world
    assert REFUSED in run("sync", check=4).message
    assert other.db.tables["helpdesk.ticket"].ids


def test_a_restored_backup_is_the_same_odoo(desk: Shop, server: Server, run: Run) -> None:
    with desk.world.db.lock:
        kept = {name: copy.deepcopy(table.rows) for name, table in desk.world.db.tables.items()}
    desk.world.advance(3600)
    desk.world.timesheet(desk.idle, 1.0, TODAY)
    run("sync", check=0)
    restored = another("2026-01-05")  # whatever is on the machine: the backup brings all rows
    for name, rows in kept.items():
        table = restored.db.tables[name]
        for id_ in list(table.rows):
            table.remove(id_)
        for row in rows.values():
            table.put(row)
    server.world = restored
    run("sync", check=0)
    run("reconcile", check=0)
    assert run.balance(desk.acme) == 720 - 35


def test_a_state_of_an_earlier_version_takes_the_odoo_of_its_first_cycle(desk: Shop, server: Server, run: Run) -> None:
    with closing(sqlite3.connect(run.state)) as database, database:
        database.execute("DELETE FROM meta WHERE key = 'identity'")
    run("sync", check=0)
    assert "res.users" in known(run)[0][0]
    server.world = another()
    assert REFUSED in run("sync", check=4).message


def without_user(world: World) -> None:
    """The agent's user is deleted and made again: the number is another one."""
    world.db.tables["res.users"].remove(world.agent)


def other_user(world: World) -> None:
    """A copy of the hoster's template in which the agent was made on another day."""
    users = world.db.tables["res.users"]
    users.put({**users.rows[world.agent], "create_date": users.rows[world.agent]["create_date"] + timedelta(days=3)})


@pytest.mark.parametrize(("change", "code"), [(without_user, 0), (other_user, 4)])
def test_the_oldest_records_decide_when_the_user_does_not(desk: Shop, world: World, run: Run,
                                                          change: Callable[[World], None], code: int) -> None:
    world.user("Second", "second@example.com", "agent-secret", GROUPS)
    before = known(run)
    change(world)
    run.configure(odoo={"login": "second@example.com"})
    result: Result = run("sync", check=code)
    if code:
        assert "res.users" in result.message and known(run) == before
    else:
        assert known(run) != before and known(run)[0][0].startswith('[["res.users",')
        run("sync", check=0)


def test_a_quiet_cycle_asks_for_the_user_alone(desk: Shop, server: Server, run: Run) -> None:
    run.settle()
    server.clear()
    run("sync", check=0)
    asked = [call for call in server.calls if call.kwargs.get("fields") == ["create_date"]]
    assert [(call.model, call.method) for call in asked] == [("res.users", "search_read")]
