"""The first pull, and: after any change in Odoo, a sync gives what a new state gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import VERSION, Run, Server, Shop, World

Change = Callable[[World, Shop], object]


def test_the_first_pull_gives_the_balances_counted_by_hand(world: World, run: Run, shop: Shop) -> None:
    """acme 720 - 35; bravo 720 - 60; cargo did not pay."""
    world.timesheet(shop.idle, 0.17, "2026-03-13")  # 10 min, charged 10 and not 15
    world.timesheet(shop.idle, 0.05, "2026-03-14")  # 3 min: 13 in all, charged 15
    report = run("sync", "--json", check=0).json
    assert report["accounts_changed"] == [shop.acme, shop.bravo, shop.cargo] and report["drift"]
    assert run("balance", "--json").json == [
        {"customer_id": shop.acme, "customer": "Exemple SARL", "balance_minutes": 670, "available_minutes": 670,
         "overdraft_minutes": 0, "held_minutes": 0, "next_expiry": "2027-03-10", "last_day": "2027-03-09",
         "lots": [{"lot": f"account.move.line:{world.invoice_lines(shop.invoice)[0]}", "granted_minutes": 720,
                   "left_minutes": 670, "start": "2026-03-10", "end": "2027-03-10", "state": "open"}]},
        {"customer_id": shop.bravo, "customer": "Bravo SAS", "balance_minutes": 660, "available_minutes": 660,
         "overdraft_minutes": 0, "held_minutes": 0, "next_expiry": "2027-02-01", "last_day": "2027-01-31",
         "lots": [{"lot": f"account.move.line:{world.invoice_lines(shop.invoice_b)[0]}", "granted_minutes": 720,
                   "left_minutes": 660, "start": "2026-02-01", "end": "2027-02-01", "state": "open"}]},
        {"customer_id": shop.cargo, "customer": "Cargo SA", "balance_minutes": 0, "available_minutes": 0,
         "overdraft_minutes": 0, "held_minutes": 0, "next_expiry": None, "last_day": None, "lots": []}]


def test_the_ledger_tells_every_movement_with_its_record(world: World, run: Run, shop: Shop) -> None:
    run("reconcile", check=0)
    line = world.invoice_lines(shop.invoice)[0]
    number = world.row("helpdesk.ticket", shop.fix)["number"]
    assert run("ledger", shop.acme, "--json", check=0).json == {
        "customer_id": shop.acme, "customer": "Exemple SARL", "entries": [
            {"date": "2026-03-10", "kind": "grant", "minutes": 720, "balance_minutes": 720,
             "lot": f"account.move.line:{line}", "source": f"account.move:{shop.invoice}",
             "note": f"{world.row('account.move', shop.invoice)['name']} SUP12 × 1"},
            {"date": "2026-03-12", "kind": "debit", "minutes": -30, "balance_minutes": 690,
             "lot": f"account.move.line:{line}", "source": f"account.analytic.line:{shop.lines[0]}", "note": number},
            {"date": "2026-03-12", "kind": "debit", "minutes": -5, "balance_minutes": 685,
             "lot": f"account.move.line:{line}", "source": f"account.analytic.line:{shop.lines[1]}", "note": number}]}


@pytest.mark.parametrize("command", ["sync", "reconcile"])
def test_a_second_run_changes_nothing(run: Run, shop: Shop, command: str) -> None:
    run(command, check=0)
    before = run.picture()
    report = run(command, "--json", check=0).json
    assert not report["drift"]
    assert report["created"] == report["updated"] == report["deleted"] == {}
    assert report["accounts_changed"] == []
    assert run.picture() == before


@pytest.mark.parametrize("command", [["sync"], ["reconcile"], ["reconcile", "--dry-run"]])
def test_another_address_and_later_stamps_of_equal_records_are_no_difference(world: World, server: Server, run: Run, shop: Shop, command: list[str]) -> None:
    """Another address, and every record with a later write_date: an import or an upgrade wrote it as it was."""
    run("sync", check=0)
    world.advance(86400)
    for table in world.db.tables.values():
        for id_ in table.ids:
            stamp = table.rows[id_].get("write_date")
            if stamp is not None:
                table.put({**table.rows[id_], "write_date": stamp + timedelta(hours=20)})
    run.configure(odoo={"url": server.url.replace("127.0.0.1", "localhost")})
    said = run(*command, check=0).out
    assert "updated" not in said and said.endswith("\nnothing differed\n")
    world.timesheet(shop.idle, 1.0, "2026-03-19")
    assert run("sync", "--json", check=0).json["created"] == {"account.analytic.line": 1}
    assert run.picture() == run.rebuilt()


def test_the_demo_story_is_the_same_rebuilt(world: World, run: Run) -> None:
    from odoosim.stories import demo

    demo(world)
    run.configure(tickets={"excluded_tags": ["Interne"]}, odoo={"page_size": 3})
    run("sync", check=0)
    documents = run.documents()
    run.configure(odoo={"page_size": 500})
    assert documents == run.fresh().documents()
    by_name = {b["customer"]: b["balance_minutes"] for b in documents[0]}
    assert by_name["Brasserie du Port"] == -25  # the payment bounced; 0.42 h
    assert by_name["Pharmacie Saint-Michel"] == 0  # no money came


# ---- Every kind of change, seen by a sync ----


def unpay(world: World, shop: Shop) -> None:
    world.unpay(shop.invoice)


def pay(world: World, shop: Shop) -> None:
    world.pay(shop.invoice_c, "2026-03-20")


def pay_partly_then_wholly(world: World, shop: Shop) -> None:
    world.pay(shop.invoice_c, "2026-03-18", 40)
    world.pay(shop.invoice_c, "2026-03-19")


def pay_partly(world: World, shop: Shop) -> None:
    world.pay(shop.invoice_c, "2026-03-18", 40)


def refund_and_pay_back(world: World, shop: Shop) -> None:
    credit = world.refund(shop.invoice, date="2026-03-19")
    world.bank_statement_settle_refund(credit, "2026-03-20")


def refund_of_a_part(world: World, shop: Shop) -> None:
    credit = world.refund(shop.invoice, amount=540, date="2026-03-19")
    world.bank_statement_settle_refund(credit, "2026-03-20")


def credit_note_on_a_paid_invoice(world: World, shop: Shop) -> None:
    world.refund(shop.invoice, date="2026-03-19")


def refund_of_an_unpaid_invoice(world: World, shop: Shop) -> None:
    world.refund(shop.invoice_c, date="2026-03-19")


def part_paid_rest_refunded(world: World, shop: Shop) -> None:
    world.pay(shop.invoice_c, "2026-03-18", 1000)
    world.refund(shop.invoice_c, amount=1040, date="2026-03-19")


def payment_moved_to_another_invoice(world: World, shop: Shop) -> None:
    world.unpay(shop.invoice)
    other = world.invoice(shop.acme, [("SUP24", 1, 1080)], "2026-03-15")
    world.settle(shop.payment, other)


def reset_to_draft(world: World, shop: Shop) -> None:
    world.reset_to_draft(shop.invoice)


def reset_and_posted_again(world: World, shop: Shop) -> None:
    world.reset_to_draft(shop.invoice)
    world.post(shop.invoice)
    world.pay(shop.invoice, "2026-03-17")


def cancelled(world: World, shop: Shop) -> None:
    world.reset_to_draft(shop.invoice_b)
    world.cancel(shop.invoice_b)


def line_removed_from_a_draft(world: World, shop: Shop) -> None:
    world.reset_to_draft(shop.invoice)
    world.delete("account.move.line", *world.invoice_lines(shop.invoice))
    world.post(shop.invoice)


def pack_changed_on_a_paid_invoice(world: World, shop: Shop) -> None:
    world.write("account.move.line", world.invoice_lines(shop.invoice), product_id=world.product("SUP24"))


def pack_swapped_for_something_else(world: World, shop: Shop) -> None:
    world.write("account.move.line", world.invoice_lines(shop.invoice), product_id=world.product("CABLE"))


def quantity_changed(world: World, shop: Shop) -> None:
    world.write("account.move.line", world.invoice_lines(shop.invoice), quantity=2.0)


def timesheet_created(world: World, shop: Shop) -> None:
    world.timesheet(shop.idle, 0.75, "2026-03-19")


def timesheet_edited(world: World, shop: Shop) -> None:
    world.write("account.analytic.line", shop.lines[0], unit_amount=2.0)


def timesheet_dated_before_the_pack(world: World, shop: Shop) -> None:
    world.write("account.analytic.line", shop.lines[0], date="2026-02-01")


def timesheet_deleted(world: World, shop: Shop) -> None:
    world.delete("account.analytic.line", shop.lines[0])


def timesheet_unlinked(world: World, shop: Shop) -> None:
    world.move_timesheet(shop.lines[0], None)


def timesheet_moved(world: World, shop: Shop) -> None:
    world.move_timesheet(shop.lines[0], shop.idle)


def timesheet_moved_to_another_customer(world: World, shop: Shop) -> None:
    world.move_timesheet(shop.lines[0], shop.other)


def negative_timesheet(world: World, shop: Shop) -> None:
    world.timesheet(shop.fix, -0.5, "2026-03-19")


def timesheet_in_days(world: World, shop: Shop) -> None:
    world.timesheet(shop.fix, 0.5, "2026-03-19", uom="day")


def ticket_of_another_customer(world: World, shop: Shop) -> None:
    world.write("helpdesk.ticket", shop.fix, partner_id=shop.bravo)


def ticket_of_a_new_customer(world: World, shop: Shop) -> None:
    world.write("helpdesk.ticket", shop.fix, partner_id=world.partner("Nouveau SARL"))


def ticket_of_a_new_customer_s_contact(world: World, shop: Shop) -> None:
    contact = world.partner("Jean Petit", parent=world.partner("Nouveau SARL"))
    world.write("helpdesk.ticket", shop.fix, partner_id=contact)


def ticket_of_nobody(world: World, shop: Shop) -> None:
    world.write("helpdesk.ticket", shop.fix, partner_id=False)


def ticket_deleted(world: World, shop: Shop) -> None:
    world.delete("helpdesk.ticket", shop.fix)


def ticket_archived(world: World, shop: Shop) -> None:
    world.archive("helpdesk.ticket", shop.fix)


def customer_archived(world: World, shop: Shop) -> None:
    world.archive("res.partner", shop.contact)
    world.archive("res.partner", shop.acme)


def product_archived(world: World, shop: Shop) -> None:
    world.archive("product.product", world.product("SUP12"))


def contact_of_another_company(world: World, shop: Shop) -> None:
    world.move_contact(shop.contact, shop.bravo)


def company_renamed(world: World, shop: Shop) -> None:
    world.rename("res.partner", shop.acme, "Exemple & Fils")


def excluded_tag_added(world: World, shop: Shop) -> None:
    world.write("helpdesk.ticket", shop.fix, tag_ids=[(4, world.tag("Interne"))])


def tag_renamed_to_the_excluded_one(world: World, shop: Shop) -> None:
    tag = world.tag("Divers")
    world.write("helpdesk.ticket", shop.fix, tag_ids=[(4, tag)])
    world.advance(7200)
    world.rename("helpdesk.ticket.tag", tag, "Interne")


def pack_reference_changed(world: World, shop: Shop) -> None:
    world.write("product.product", world.product("SUP12"), default_code="OLD12")


def product_becomes_a_pack(world: World, shop: Shop) -> None:
    invoice = world.invoice(shop.cargo, [("CABLE", 1)], "2026-03-12")
    world.pay(invoice, "2026-03-13")
    world.write("product.product", world.product("SUP36"), default_code="OLD36")
    world.write("product.product", world.product("CABLE"), default_code="SUP36")


def journal_of_another_type(world: World, shop: Shop) -> None:
    world.write("account.journal", world.journal("bank"), type="general")


def other_company_and_currency(world: World, shop: Shop) -> None:
    invoice = world.invoice(shop.cargo, [("SUP12", 1, 1000)], "2026-03-12", currency="USD",
                            company=world.company("Filiale"), rate=1.25)
    world.pay(invoice, "2026-03-14")


def packs_by_the_dozen(world: World, shop: Shop) -> None:
    world.pay(world.invoice(shop.cargo, [("SUP12", 0.5, 6000, "dozen")], "2026-03-12"), "2026-03-14")


def offered_pack(world: World, shop: Shop) -> None:
    world.invoice(shop.cargo, [("SUP12", 1, 0)], "2026-03-12")


def written_off(world: World, shop: Shop) -> None:
    world.write_off(shop.invoice_c, 2000, "2026-03-18")


def settled_without_money(world: World, shop: Shop) -> None:
    world.misc_settle(shop.invoice_c, "2026-03-18")


def paid_before_the_invoice(world: World, shop: Shop) -> None:
    payment = world.prepay(shop.cargo, 1080, "2026-03-01")
    world.settle(payment, world.invoice(shop.cargo, [("SUP12", 1)], "2026-03-15"))


def adjusted(world: World, shop: Shop) -> None:
    world.adjustment(shop.contact, 60, "2026-03-19", reason="Geste")
    world.adjustment(shop.bravo, -30, "2026-03-19", reason="Double")


def adjustment_for_a_stranger(world: World, shop: Shop) -> None:
    world.adjustment(world.partner("Sans facture"), 90, "2026-03-19")


# What acme, bravo and cargo have after each change, by hand.
CHANGES: list[tuple[Change, int, int, int]] = [
    (unpay, -35, 660, 0), (pay, 685, 660, 1440), (pay_partly_then_wholly, 685, 660, 1440), (pay_partly, 685, 660, 0),
    (refund_and_pay_back, -35, 660, 0), (refund_of_a_part, 325, 660, 0), (credit_note_on_a_paid_invoice, 685, 660, 0),
    (refund_of_an_unpaid_invoice, 685, 660, 0), (part_paid_rest_refunded, 685, 660, 706),
    (payment_moved_to_another_invoice, 1405, 660, 0), (reset_to_draft, -35, 660, 0),
    (reset_and_posted_again, 685, 660, 0), (cancelled, 685, -60, 0), (line_removed_from_a_draft, -35, 660, 0),
    (pack_changed_on_a_paid_invoice, 1405, 660, 0), (pack_swapped_for_something_else, -35, 660, 0),
    (quantity_changed, 1405, 660, 0),
    (timesheet_created, 640, 660, 0), (timesheet_edited, 595, 660, 0), (timesheet_dated_before_the_pack, 685, 660, 0),
    (timesheet_deleted, 715, 660, 0), (timesheet_unlinked, 715, 660, 0), (timesheet_moved, 685, 660, 0),
    (timesheet_moved_to_another_customer, 715, 630, 0), (negative_timesheet, 715, 660, 0),
    (timesheet_in_days, 445, 660, 0), (ticket_of_another_customer, 720, 625, 0), (ticket_of_a_new_customer, 720, 660, 0),
    (ticket_of_a_new_customer_s_contact, 720, 660, 0), (ticket_of_nobody, 720, 660, 0), (ticket_deleted, 720, 660, 0), (ticket_archived, 685, 660, 0),
    (customer_archived, 685, 660, 0), (product_archived, 685, 660, 0), (contact_of_another_company, 720, 625, 0),
    (company_renamed, 685, 660, 0), (excluded_tag_added, 720, 660, 0), (tag_renamed_to_the_excluded_one, 720, 660, 0),
    (pack_reference_changed, -35, -60, 0), (product_becomes_a_pack, 685, 660, 2160),
    (journal_of_another_type, -35, -60, 0), (other_company_and_currency, 685, 660, 720),
    (packs_by_the_dozen, 685, 660, 4320), (offered_pack, 685, 660, 720), (written_off, 685, 660, 1440),
    (settled_without_money, 685, 660, 0), (paid_before_the_invoice, 685, 660, 720), (adjusted, 745, 630, 0),
    (adjustment_for_a_stranger, 685, 660, 0),
]
REVOKING = (pack_reference_changed, journal_of_another_type)  # a person must accept what they take away


@pytest.fixture(scope="module")
def one_server() -> Iterator[Server]:
    """One address for many worlds, and the states made from them."""
    with World(today="2026-03-20", version=VERSION).serve() as made:
        yield made


@pytest.fixture(scope="module")
def states() -> dict[int, bytes]:
    return {}


@pytest.fixture
def settled(world: World, one_server: Server, tmp_path: Path, shop: Shop, states: dict[int, bytes]) -> Iterator[Run]:
    """A state that is up to date, an hour later; what was read is behind its cursors for good.

    Worlds that are made alike are alike to the byte: the state of the first one serves the others."""
    one_server.world = world
    run = Run(tmp_path, one_server, tickets={"excluded_tags": ["Interne"]})
    if world.version not in states:
        run("sync", check=0)
        run.settle()
        states[world.version] = run.state.read_bytes()
    run.state.write_bytes(states[world.version])
    world.advance(3600)
    yield run
    run.close()


@pytest.mark.parametrize(("change", "acme", "bravo", "cargo"), CHANGES, ids=[c[0].__name__ for c in CHANGES])
def test_a_sync_after_a_change_gives_what_a_new_state_gives(
        world: World, settled: Run, shop: Shop, change: Change, acme: int, bravo: int, cargo: int) -> None:
    change(world, shop)
    if change in REVOKING:
        settled("sync", check=4)
        settled("reconcile", "--force", check=0)
    else:
        settled("sync", check=0)
    assert settled.stored() == settled.rebuilt()
    assert tuple(settled.balance(c) for c in (shop.acme, shop.bravo, shop.cargo)) == (acme, bravo, cargo)


def test_a_sync_asks_only_for_what_changed(settled: Run, shop: Shop, world: World) -> None:
    world.timesheet(shop.idle, 1.0, "2026-03-19")
    settled.server.clear()
    report = settled("sync", "--json", check=0).json
    assert report["created"] == {"account.analytic.line": 1}
    assert report["accounts_changed"] == [shop.acme] and report["accounts_recomputed"] == 1
    assert settled.server.named("read", "account.move") == []


# ---- What leaves no trace in write_date, found by the next reconcile ----


def payment_redated(world: World, shop: Shop) -> None:
    world.redate_payment(shop.payment, "2026-03-15")


def contacts_merged(world: World, shop: Shop) -> None:
    contact = world.partner("Anne Moreau bis", parent=shop.acme)
    world.merge_contacts(contact, shop.contact)


def companies_merged(world: World, shop: Shop) -> None:
    world.merge_contacts(shop.acme, shop.bravo)


def invoice_deleted(world: World, shop: Shop) -> None:
    world.vanish("account.move.line", *world.invoice_lines(shop.invoice_c))
    world.vanish("account.move", shop.invoice_c)


@pytest.mark.parametrize("change", [payment_redated, contacts_merged, companies_merged, invoice_deleted])
def test_what_odoo_does_not_stamp_is_found_by_reconcile(world: World, settled: Run, shop: Shop, change: Change) -> None:
    change(world, shop)
    assert settled("reconcile", "--dry-run", check=3)
    settled("reconcile", check=0)
    assert settled.picture() == settled.rebuilt()
    assert not settled("reconcile", "--json", check=0).json["drift"]


@pytest.mark.world(version=19)
def test_a_payment_set_to_draft_on_19_is_found_by_reconcile(world: World, settled: Run, shop: Shop) -> None:
    world.payment_to_draft(shop.payment)
    settled("reconcile", check=0)
    assert settled.picture() == settled.rebuilt()


def test_reconcile_says_which_accounts_a_contact_moves_between(world: World, settled: Run, shop: Shop) -> None:
    world.move_contact(shop.contact, shop.bravo)
    said = settled("reconcile", "--json", check=0)
    assert said.json["moves"] == [{"contact": shop.contact, "from": shop.acme, "to": shop.bravo, "invoices": []}]
    assert said.json["accounts_changed"] == [shop.acme, shop.bravo]
    assert f"contact {shop.contact} moves from account {shop.acme} to account {shop.bravo}" in said.err


def test_a_dry_run_says_which_accounts_a_contact_would_move_between(world: World, settled: Run, shop: Shop) -> None:
    world.move_contact(shop.contact, shop.bravo)
    said = settled("reconcile", "--dry-run", check=3)
    assert f"contact {shop.contact} moves from account {shop.acme} to account {shop.bravo}" in said.err


# ---- The domain of the configuration ----


def test_a_ticket_that_leaves_and_enters_the_domain_follows_it(world: World, run: Run, shop: Shop) -> None:
    run.configure(tickets={"domain": [["priority", "!=", "0"]]})
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    run.settle()
    for priority, left in (("0", 720), ("3", 685)):
        world.advance(3600)
        world.write("helpdesk.ticket", shop.fix, priority=priority)
        run("sync", check=0)
        assert run.balance(shop.acme) == left
        assert run.picture() == run.rebuilt()


def test_a_domain_on_something_that_does_not_stamp_tickets_is_followed_by_reconcile(
        world: World, run: Run, shop: Shop) -> None:
    run.configure(tickets={"domain": ["|", ["stage_id.name", "=", "Done"], ["stage_id.name", "=", "New"]]})
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    run.settle()
    world.advance(3600)
    world.rename("helpdesk.ticket.stage", world.row("helpdesk.ticket", shop.fix)["stage_id"], "Nouveau")
    run("reconcile", check=0)
    assert run.balance(shop.acme) == 720
    assert run.picture() == run.rebuilt()


def test_a_wrong_domain_is_named(run: Run, shop: Shop) -> None:
    run.configure(tickets={"domain": [["couleur", "=", 1]]})
    assert "couleur" in run("sync", check=1).message
    assert "tickets.domain" in run("sync").message


@pytest.mark.parametrize("options", [
    {"credit": {"packs": [{"product": "SUP12", "hours": 6}]}}, {"credit": {"rounding": "entry"}},
    {"credit": {"since": "2026-03-12"}}, {"credit": {"step": "15min"}}, {"tickets": {"domain": [["priority", "=", "3"]]}},
    {"tickets": {"excluded_tags": ["Interne"]}}, {"timezone": "Pacific/Auckland"}, {"privacy": {"keep_names": False}}])
def test_a_changed_configuration_gives_what_a_new_state_with_it_gives(world: World, run: Run, shop: Shop, options: dict) -> None:
    world.write("helpdesk.ticket", shop.other, tag_ids=[(4, world.tag("Interne"))])
    run("sync", check=0)
    run.settle()
    run.configure(**options)
    if options.get("credit", {}).keys() & {"packs", "since"}:  # it takes credit away: a person must accept that
        run("sync", check=4)
        run("reconcile", "--force", check=0)
    else:
        run("sync", check=0)
    picture = run.picture()
    assert picture == run.rebuilt()
    run.configure(credit={"packs": [{"product": "SUP12", "hours": 12}, {"product": "SUP36", "hours": 36}]})
    run("sync", check=0)
    assert run.picture() == run.rebuilt()


def test_the_state_deleted_and_rebuilt_gives_the_same_balances(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    before = run.picture()
    run.forget()
    run("reconcile", check=0)
    assert run.picture() == before
