"""Helpdesk of OCA, of Enterprise, and tasks, on 17 and 19: the same story, the same balances."""

from __future__ import annotations

import pytest
from conftest import Run, Shop, World

LINE = "account.analytic.line"
KINDS = [pytest.param(flavour, version, marks=pytest.mark.world(flavour=flavour, version=version), id=f"{flavour} {version}")
         for flavour in ("oca", "enterprise", "task") for version in (17, 19)]
TASKS = {"flavour": "task", "domain": [["project_id", "!=", False]]}


@pytest.mark.parametrize(("flavour", "version"), KINDS)
def test_every_flavour_gives_the_same_balances(world: World, run: Run, shop: Shop, flavour: str, version: int) -> None:
    if flavour == "task":
        run.configure(tickets=TASKS)
    run.configure(tickets={"excluded_tags": ["Interne"]})
    run("sync", check=0)
    assert [run.balance(c) for c in (shop.acme, shop.bravo, shop.cargo)] == [685, 660, 0]
    assert run("status", "--json", now=False).json["odoo"]["flavour"] == flavour
    run.settle()
    world.advance(3600)
    world.move_timesheet(shop.lines[0], shop.other)
    world.timesheet(shop.idle, 0.125, "2026-03-19", uom="day")
    world.pay(world.invoice(shop.cargo, [("SUP12", 0.5, 6000, "dozen")], "2026-03-12"), "2026-03-14")
    world.delete(LINE, shop.lines[1])
    run("sync", check=0)
    assert [run.balance(c) for c in (shop.acme, shop.bravo, shop.cargo)] == [720 - 60 - 5, 630, 4320]
    world.advance(3600)
    world.write(world.ticket_model, shop.idle, tag_ids=[(4, world.tag("Interne"))])
    world.write(world.ticket_model, shop.other, partner_id=shop.contact)
    world.unpay(shop.invoice_b)
    run("sync", check=0)
    assert [run.balance(c) for c in (shop.acme, shop.bravo)] == [720 - 5 - 90, 0]
    assert run.documents() == run.fresh().documents()


@pytest.mark.parametrize(("flavour", "version"), KINDS)
def test_every_flavour_counts_from_the_response_when_that_is_asked(
        world: World, run: Run, shop: Shop, flavour: str, version: int) -> None:
    if flavour == "task":
        run.configure(tickets=TASKS)
    run.configure(credit={"count_from": "response"})
    world.assign(shop.fix, at="2026-03-12 08:00")
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    assert run.sql("SELECT balance, held FROM account WHERE id = ?", shop.bravo) == [(720, 60)]
    world.advance(3600)
    world.reply(shop.other, at="2026-02-10 10:00")
    run("sync", check=0)
    assert run.balance(shop.bravo) == 660
    assert run.picture() == run.rebuilt()


@pytest.mark.world(flavour="enterprise")
def test_a_configured_flavour_that_is_not_there_is_named(run: Run) -> None:
    run.configure(tickets={"flavour": "oca"})
    refused = run("sync", check=1).message
    assert "'oca'" in refused and "helpdesk_mgmt" in refused and "tickets.flavour" in refused


def test_enterprise_configured_on_oca_is_named(run: Run) -> None:
    run.configure(tickets={"flavour": "enterprise"})
    assert "'enterprise'" in run("sync", check=1).message


def test_tasks_need_a_domain(run: Run) -> None:
    run.configure(tickets={"flavour": "task"})
    assert "tickets.domain" in run("sync", check=2).message


@pytest.mark.world(flavour="task")
def test_without_a_helpdesk_tasks_are_tickets_only_when_tickets_flavour_says_so(run: Run) -> None:
    assert "tickets.flavour" in run("sync", check=1).message


@pytest.mark.world(flavour="task")
def test_only_the_tasks_of_the_domain_are_charged(world: World, run: Run, shop: Shop) -> None:
    project = world.create("project.project", name="Interne")
    internal = world.ticket(shop.acme, project_id=project)
    world.timesheet(internal, 3.0, "2026-03-13")
    run.configure(tickets={"flavour": "task", "domain": [["project_id", "!=", project]]})
    run("sync", check=0)
    assert run.balance(shop.acme) == 685


@pytest.mark.world(version=19, enterprise_accounting=True)
def test_in_payment_counts_only_when_that_is_configured(world: World, run: Run, shop: Shop) -> None:
    invoice = world.invoice(shop.cargo, [("SUP12", 1)], "2026-03-12")
    world.pay(invoice, "2026-03-13")
    assert world.row("account.move", invoice)["payment_state"] == "in_payment"
    run("sync", check=0)
    assert run.balance(shop.cargo) == 0
    run.configure(credit={"payment": "in_payment"})
    run("sync", check=0)
    assert run.balance(shop.cargo) == 720
    assert run.picture() == run.rebuilt()


@pytest.mark.world(version=19)
def test_in_payment_without_an_entry_leaves_the_residual_and_grants_nothing(world: World, run: Run, shop: Shop) -> None:
    world.in_payment(shop.invoice_c, "2026-03-13")
    run.configure(credit={"payment": "in_payment"})
    run("sync", check=0)
    assert run.balance(shop.cargo) == 0


@pytest.mark.world(version=17, enterprise_accounting=True)
def test_a_payment_counts_from_the_sync_after_the_bank_confirms_it(world: World, run: Run, shop: Shop) -> None:
    payment = world.pay(shop.invoice_c, "2026-03-13")
    run("sync", check=0)
    run.settle()
    assert run.balance(shop.cargo) == 0
    world.advance(3600)
    world.bank_match(payment)
    run("sync", check=0)
    assert run.balance(shop.cargo) == 1440
    assert run.picture() == run.rebuilt()


@pytest.mark.world(with_modules=("project_timesheet_time_control",))
def test_the_time_control_module_changes_no_balance(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    assert run.balance(shop.acme) == 685


def test_a_change_of_flavour_starts_again(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    run.configure(tickets=TASKS)
    refused = run("sync")
    assert refused.code in (0, 1)
    run.configure(tickets={"flavour": "auto", "domain": []})
    run("sync", check=0)
    assert run.picture() == run.rebuilt()


def test_tickets_of_another_flavour_inherit_nothing_from_those_of_the_same_id(world: World, run: Run, shop: Shop) -> None:
    """Ids of another model mean other records: a kept deadline, an earlier assignment or a flag would be that of a stranger."""
    world.set_groups("agent@example.com", ["base.group_user", "account.group_account_readonly", "project.group_project_user",
                     "hr_timesheet.group_hr_timesheet_approver", "helpdesk_mgmt.group_helpdesk_user"])
    run.configure(writeback={"enabled": True, "since": "2026-02-01"})
    world.assign(shop.idle, at="2026-03-12 10:00")
    with world.transaction() as env:
        tasks = [env.create("project.task", {"name": f"Tâche {n}", "project_id": world.project_id, "partner_id": shop.acme})
                 for n in range(3)]
    assert set(tasks) == {shop.fix, shop.idle, shop.other}
    run("sync", check=0)
    assert run.sql("SELECT count(*) FROM settled") == [(3,)]
    run.settle()
    world.advance(3600)
    run.configure(tickets=TASKS)
    assert "tickets.flavour is task and was oca" in run("sync", check=0).err
    rows = run("sla", "--json", check=0).json
    assert {row["ticket_id"]: row["state"] for row in rows} == dict.fromkeys(tasks, "pending")
    assert rows == run.fresh()("sla", "--json", check=0).json
    assert world.env().search("mail.message", [("model", "=", "project.task"), ("message_id", "like", "<qualiodoo-")]) == []
    assert run.picture() == run.rebuilt()
    notes = world.env().search("mail.message", [("message_id", "like", "<qualiodoo-")])
    run.configure(tickets={"flavour": "auto", "domain": []})
    run("sync", check=0)
    assert world.env().search("mail.message", [("message_id", "like", "<qualiodoo-")]) == notes
    assert run.sql("SELECT count(*) FROM settled") == [(3,)]
    assert run.picture() == run.rebuilt()
