"""Incremental reading: what write_date shows, hides, and shows too late."""

from __future__ import annotations

import signal
import time
from datetime import timedelta

import pytest
from conftest import Run, Server, Shop, World

LINE, TICKET, MOVE = "account.analytic.line", "helpdesk.ticket", "account.move"


@pytest.fixture
def settled(run: Run, world: World, shop: Shop) -> Run:
    """A state that is up to date; an hour later."""
    run("sync", check=0)
    run.settle()
    world.advance(3600)
    return run


def check_rebuilt(run: Run) -> None:
    assert run.stored() == run.rebuilt()


def test_a_thousand_rows_of_one_transaction_are_all_read_in_small_pages(world: World, settled: Run, shop: Shop) -> None:
    with world.transaction():
        for _ in range(1000):
            world.timesheet(shop.idle, 1 / 60, "2026-03-19")
    settled.configure(odoo={"page_size": 10})
    report = settled("sync", "--json", check=0).json
    assert report["created"] == {LINE: 1000}
    assert settled.balance(shop.acme) == 685 - 1000
    settled.forget()
    settled("sync", check=0)
    assert settled.balance(shop.acme) == 685 - 1000


def test_a_row_committed_late_is_seen_behind_the_cursor(world: World, settled: Run, shop: Shop) -> None:
    world.timesheet(shop.other, 0.5, "2026-03-19")
    with world.late_commit(world.now - timedelta(minutes=10)):
        world.timesheet(shop.idle, 1.0, "2026-03-19")
        settled("sync", check=0)
        assert settled.balance(shop.acme) == 685 and settled.balance(shop.bravo) == 630
    world.advance(60)
    settled("sync", check=0)
    assert settled.balance(shop.acme) == 625
    check_rebuilt(settled)


def test_a_row_committed_later_than_the_overlap_is_found_by_reconcile(world: World, settled: Run, shop: Shop) -> None:
    world.timesheet(shop.other, 0.5, "2026-03-19")
    with world.late_commit(world.now - timedelta(minutes=50)):
        world.timesheet(shop.idle, 1.0, "2026-03-19")
        settled("sync", check=0)
    settled("reconcile", check=0)
    assert settled.balance(shop.acme) == 625


def test_a_reconcile_of_one_customer_does_not_hide_the_late_rows_of_another(
        world: World, settled: Run, shop: Shop) -> None:
    world.timesheet(shop.other, 0.5, "2026-03-19")
    with world.late_commit(world.now - timedelta(minutes=10)):
        world.timesheet(shop.idle, 1.0, "2026-03-19")
        settled("sync", check=0)
    settled.age_cursors()
    settled("reconcile", "--customer", shop.bravo, check=0)
    settled("sync", check=0)
    assert settled.balance(shop.acme) == 625


def test_a_second_write_in_the_same_second_is_seen(world: World, settled: Run, shop: Shop) -> None:
    world.write(LINE, shop.lines[0], unit_amount=1.0)
    settled("sync", check=0)
    assert settled.balance(shop.acme) == 655
    world.advance(0.4)
    world.write(LINE, shop.lines[0], unit_amount=2.0)
    world.delete(LINE, shop.lines[1])
    settled("sync", check=0)
    assert settled.balance(shop.acme) == 595
    check_rebuilt(settled)


def test_once_the_overlap_has_passed_a_quiet_sync_reads_nothing(run: Run, server: Server, shop: Shop) -> None:
    run.configure(poll={"overlap": "1s"})
    run("sync", check=0)
    server.clear()
    run("sync", check=0)
    assert server.named("read", LINE)
    time.sleep(2.1)
    run("sync", check=0)
    server.clear()
    run("sync", check=0)
    assert server.named("read") == []
    assert len(server.calls) <= 24  # one call a mirror, a count of partners, the agent's user, and the login


@pytest.mark.parametrize("first", [True, False], ids=["first pull", "incremental"])
@pytest.mark.parametrize("page", [2, 3, 5])
def test_changes_between_two_pages_are_not_lost(
        world: World, server: Server, run: Run, shop: Shop, first: bool, page: int) -> None:
    lines = [world.timesheet(shop.idle, 0.25, "2026-03-13") for _ in range(8)]
    run.configure(odoo={"page_size": 2})
    if not first:
        run("sync", check=0)
        run.settle()
        world.advance(3600)
        world.write(LINE, lines, unit_amount=0.5)
    reads = 0

    def change() -> None:
        world.advance(5)
        world.write(LINE, lines[0], unit_amount=3.0)  # on a page that was read, or is on its way
        world.delete(LINE, lines[1], lines[6])
        world.move_timesheet(lines[7], shop.other)
        world.timesheet(shop.fix, 2.0, "2026-03-14")

    def at_page(call: object) -> bool:
        nonlocal reads
        reads += call.method == "read" and call.model == LINE  # type: ignore[attr-defined]
        return reads == page

    server.before_call(at_page, change)
    run("sync", check=0)
    run("sync", check=0)
    check_rebuilt(run)


@pytest.mark.parametrize("model", [LINE, TICKET, MOVE, "account.partial.reconcile", "account.move.line"])
def test_a_record_deleted_between_search_and_read_is_no_trouble(
        world: World, server: Server, settled: Run, shop: Shop, model: str) -> None:
    def change() -> None:
        if model == LINE:
            world.delete(LINE, shop.lines[0])
        elif model == TICKET:
            world.delete(TICKET, shop.fix)
        else:
            world.reset_to_draft(shop.invoice)
            world.delete(MOVE, shop.invoice)

    world.write(LINE, shop.lines, unit_amount=1.0)
    world.write(MOVE, shop.invoice, ref="x")
    server.before_call(lambda call: call.method == "read" and call.model == model, change)
    settled("sync", check=0)
    settled("reconcile", check=0)
    check_rebuilt(settled)


def test_a_record_deleted_and_created_again_counts_once(world: World, settled: Run, shop: Shop) -> None:
    row = world.row(LINE, shop.lines[0])
    for _ in range(2):
        world.delete(LINE, shop.lines[0])
        settled("reconcile", check=0)
        assert settled.balance(shop.acme) == 715
        assert settled.sql("SELECT count(*) FROM tombstone WHERE mirror = 'timesheet'") == [(1,)]
        world.advance(60)
        world.bulk(LINE, [{**row, "write_date": world.now}])
        settled("sync", check=0)
        assert settled.balance(shop.acme) == 685
        assert settled.sql("SELECT count(*) FROM tombstone WHERE mirror = 'timesheet'") == [(0,)]


def test_a_record_dated_in_the_future_does_not_blind_the_pulls_to_come(world: World, settled: Run, shop: Shop) -> None:
    """The server's clock was wrong for a moment."""
    world.patch(LINE, shop.line_b, write_date=world.now.replace(year=2090))
    world.patch(TICKET, shop.other, write_date=world.now.replace(year=2090))
    settled("sync", check=0)
    settled.settle()
    settled("reconcile", check=0)
    later = time.time() + 5  # the cursor stands at the machine's own time at most
    world.now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(later))
    world.timesheet(shop.idle, 1.0, "2026-03-19")
    settled("sync", check=0, now="2026-03-20")
    assert settled.balance(shop.acme, now="2026-03-20") == 625


def kill_at_read(server: Server, run: Run, model: str, page: int) -> None:
    """A first pull, killed when it asks for the n-th page of a model."""
    reads = 0

    def at_page(call: object) -> bool:
        nonlocal reads
        reads += call.method == "read" and call.model == model  # type: ignore[attr-defined]
        return reads == page

    process = run.start("sync")
    server.before_call(at_page, lambda: process.send_signal(signal.SIGKILL))
    assert process.wait(30) == -signal.SIGKILL


@pytest.mark.parametrize("model", [LINE, TICKET, MOVE, "account.move.line", "res.partner"])
def test_a_first_pull_that_goes_on_a_day_later_knows_what_changed_meanwhile(
        world: World, server: Server, run: Run, shop: Shop, model: str) -> None:
    """What was on pages already stored must be read again, and the cursor must not stand after it."""
    world.timesheet(shop.idle, 1.0, "2026-03-13")
    run.configure(odoo={"page_size": 1})
    kill_at_read(server, run, model, 3)
    world.advance(86400)
    world.write(LINE, shop.lines[0], unit_amount=2.0)
    world.move_timesheet(shop.lines[1], shop.other)
    world.delete(LINE, shop.lines[2])
    world.unpay(shop.invoice_b)
    world.move_contact(shop.contact, shop.cargo)
    world.write(TICKET, shop.idle, partner_id=shop.bravo)
    world.advance(7200)
    world.write(LINE, shop.line_b, unit_amount=1.5)  # far from its low bound
    world.pay(shop.invoice_c, "2026-03-21")
    world.ticket(shop.acme)
    run("sync", check=0)
    check_rebuilt(run)
    run("sync", check=0)
    check_rebuilt(run)


def test_a_sync_after_weeks_catches_up(world: World, settled: Run, shop: Shop) -> None:
    for week in range(3):
        world.advance(7 * 86400)
        world.timesheet(shop.idle, 0.5, world.today)
        world.pay(world.invoice(shop.bravo, [("SUP12", 1)], world.today), world.today)
    settled("sync", check=0)
    assert settled.balance(shop.acme) == 685 - 90 and settled.balance(shop.bravo) == 660 + 3 * 720
    check_rebuilt(settled)


def test_missing_records_are_searched_first_and_read_in_small_chunks(run: Run, world: World, server: Server) -> None:
    """Odoo 19 takes seconds for a read of many ids that are gone."""
    customer = world.partner("Exemple SARL")
    ticket, other = world.ticket(customer), world.ticket(customer)
    lines = [world.timesheet(ticket, 0.25, str(world.today)) for _ in range(130)]
    run("sync", check=0, now=False)
    kept = lines[:5]
    world.delete(LINE, *lines[5:])
    for line in kept:
        world.move_timesheet(line, other)
    run.configure(safety={"max_delete": "100%"})
    server.clear()
    run("reconcile", check=0, now=False)
    assert run.sql("SELECT count(*) FROM timesheet") == [(5,)]
    gone, sizes = set(lines[5:]), []
    for call in server.named("read", LINE):
        asked = set(call.args[0])
        assert asked <= gone or not asked & gone
        sizes += [len(asked)] if asked <= gone else []
    assert sorted(sizes) == [25, 50, 50]
    (found,) = [c for c in server.named("search", LINE) if ["id", "in", lines[5:]] in c.args[0]]
    assert found.result == []
