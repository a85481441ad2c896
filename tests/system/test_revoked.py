"""Revoked credit (DOMAIN.md, section 3): a changed setting never empties an account in silence. A person decides."""

from __future__ import annotations

import time
from typing import Any

import pytest
from conftest import Run, Server, Shop, World

PRODUCT = "product.product"



def rename(world: World, code: str, new: str | bool) -> int:
    """The product gets another reference."""
    id_ = world.product(code)
    world.write(PRODUCT, id_, default_code=new)
    return id_


def standing(run: Run) -> str:
    return run.dump("meta")


def stops(run: Run, *words: str, command: tuple[str, ...] = ("sync",)) -> Any:
    """The cycle stops with exit code 4, changes nothing, and names the cause; again and again."""
    before, policy = standing(run), run.sql("SELECT value FROM meta WHERE key IN ('policy', 'words') ORDER BY key")
    document: Any = None
    for arguments in ((*command,), (*command, "--json"), ("reconcile", "--dry-run"), ("reconcile",)):
        stopped = run(*arguments, check=4)
        assert all(word in stopped.err for word in (*words, "reconcile --force")), stopped
        assert standing(run) == before
        assert run.sql("SELECT value FROM meta WHERE key IN ('policy', 'words') ORDER BY key") == policy
        document = stopped.json if "--json" in arguments else document
    return document


@pytest.fixture
def desk(run: Run, world: World, shop: Shop) -> Run:
    """The shop, with a pack of 24 h that cargo paid; read."""
    world.pay(shop.invoice_c, "2026-03-12")
    run("sync", check=0)
    run.settle()
    world.advance(3600)
    return run


# ---- A product whose reference changed ----


def test_a_reference_that_changes_revokes_nothing_of_120_customers(world: World, run: Run) -> None:
    customers = [world.partner(f"Client {n:03}") for n in range(120)]
    for customer in customers:
        world.pay(world.invoice(customer, [("SUP24", 1)], "2026-03-01"), "2026-03-02")
    run("sync", check=0)
    run.settle()
    world.advance(3600)
    id_ = rename(world, "SUP24", "SUP24B")
    document = stops(run, "120 accounts", f"product {id_} 'SUP24' now has the reference 'SUP24B'", "and 115 more")
    assert document["revoked_because"] == [f"product {id_} 'SUP24' now has the reference 'SUP24B'"]
    assert [a["customer_id"] for a in document["revoked"]] == customers
    assert all((a["before_minutes"], a["after_minutes"], len(a["lots"])) == (1440, 0, 1) for a in document["revoked"])
    assert document["revoked"][0]["customer"] == "Client 000" and document["accounts_changed"] == []
    shown = run("sync", check=4)
    assert "Client 019" in shown.out and "Client 020" not in shown.out and "100 more" in shown.out
    assert all(run.balance(customer) == 1440 for customer in customers)


def test_status_says_so_until_a_person_decides(world: World, desk: Run, shop: Shop) -> None:
    rename(world, "SUP24", "SUP24B")
    desk("sync", check=4)
    told = desk("status", now=False, check=3)
    assert "'SUP24B'" in told.out and "Cargo SA" in told.out and "24:00" in told.out and "--force" in told.out
    document = desk("status", "--json", now=False, check=3).json
    assert document["revoked"][0]["customer_id"] == shop.cargo and not document["healthy"]
    assert "'SUP24B'" in document["revoked_because"][0]
    rename(world, "SUP24B", "SUP24")
    desk("sync", check=0)
    document = desk("status", "--json", now=False, check=0).json
    assert document["revoked"] == [] and document["revoked_because"] == []
    assert desk.balance(shop.cargo) == 1440


def test_reconcile_with_force_accepts_it_and_names_the_accounts(world: World, desk: Run, shop: Shop) -> None:
    rename(world, "SUP24", "SUP24B")
    desk("sync", check=4)
    would = desk("reconcile", "--dry-run", "--force", check=3)
    assert "Cargo SA" in would.out and desk.balance(shop.cargo) == 1440
    done = desk("reconcile", "--force", check=0)
    assert f"Cargo SA ({shop.cargo}): 24:00 -> 0:00" in done.err
    assert desk.balance(shop.cargo) == 0 and desk.balance(shop.acme) == 685
    assert desk.picture() == desk.rebuilt()
    assert desk("sync", "--json", check=0).json["accounts_changed"] == []
    assert not desk("reconcile", "--dry-run", "--json", check=0).json["drift"]
    status = desk("status", "--json", now=False, check=3).json
    assert status["revoked"] == [] and all("'SUP24'" in problem for problem in status["problems"])


def test_force_for_one_customer_does_not_accept_the_others(world: World, desk: Run, shop: Shop) -> None:
    rename(world, "SUP12", "SUP12B")
    stopped = desk("reconcile", "--customer", shop.acme, "--force", check=4)
    assert "Bravo SAS" in stopped.err and "Exemple" not in stopped.err
    assert desk.balance(shop.acme) == 685


def test_a_reference_that_is_emptied_is_named(world: World, desk: Run) -> None:
    id_ = rename(world, "SUP24", False)
    stops(desk, f"product {id_} 'SUP24' now has no reference")


def test_a_new_product_that_takes_the_old_reference_is_named(world: World, desk: Run, shop: Shop) -> None:
    old = rename(world, "SUP24", "SUP24-2025")
    new = world.product("SUP24", name="Pack 24 h 2026", price=2100)
    stops(desk, f"product {old} 'SUP24' now has the reference 'SUP24-2025', and product {new} has 'SUP24'")
    assert desk.balance(shop.cargo) == 1440


def test_a_new_state_after_a_changed_reference_goes_by_the_new_one(world: World, desk: Run, shop: Shop) -> None:
    """Without a state nobody knows the old reference: the rule is about later cycles, not about a first reading."""
    rename(world, "SUP24", "SUP24B")
    desk.forget()
    desk("sync", check=0)
    assert desk.balance(shop.cargo) == 0


# ---- A journal whose type changed ----


def test_a_journal_whose_type_is_no_longer_bank_is_named(world: World, desk: Run, shop: Shop) -> None:
    bank = world.journal("bank")
    world.write("account.journal", bank, type="general")
    document = stops(desk, f"journal {bank} 'Bank' changed its type from bank to general", "3 accounts")
    assert [a["customer_id"] for a in document["revoked"]] == sorted([shop.acme, shop.bravo, shop.cargo])
    done = desk("reconcile", "--force", check=0)
    assert done.err.count("credit was taken away") == 3
    assert desk.picture() == desk.rebuilt()


def test_a_journal_that_loses_the_code_of_money_is_named(world: World, run: Run, shop: Shop) -> None:
    world.misc_settle(shop.invoice_c, "2026-03-12")
    general = world.journal("general")
    code = world.row("account.journal", general)["code"]
    run.configure(credit={"money_journals": [code]})
    run("sync", check=0)
    assert run.balance(shop.cargo) == 1440
    run.settle()
    world.advance(3600)
    world.write("account.journal", general, code="NEUF")
    document = stops(run, f"changed its code from {code} to NEUF, and credit.money_journals names {code}")
    assert [a["customer_id"] for a in document["revoked"]] == [shop.cargo]


def test_the_code_of_another_journal_is_no_cause(world: World, desk: Run) -> None:
    world.write("account.journal", world.journal("bank"), code="NEUF")
    world.advance(60)
    id_ = rename(world, "SUP24", "SUP24B")
    assert stops(desk, "SUP24B")["revoked_because"] == [f"product {id_} 'SUP24' now has the reference 'SUP24B'"]


# ---- A unit ----


def test_a_pack_that_is_sold_by_another_unit_is_named(world: World, desk: Run, shop: Shop) -> None:
    """One unit sold is then a twelfth of a dozen."""
    id_ = world.product("SUP24")
    world.write(PRODUCT, id_, uom_id=world.uom("dozen"))
    document = stops(desk, f"product {id_} 'SUP24' has another unit")
    assert [(a["customer_id"], a["after_minutes"]) for a in document["revoked"]] == [(shop.cargo, 120)]


def test_a_unit_of_another_size_is_named(world: World, run: Run, shop: Shop) -> None:
    """A dozen of hours is 12 h; when the dozen becomes smaller, what was sold by it does too."""
    world.product("HEURE", uom="unit")
    run.configure(credit={"packs": [{"product": "HEURE", "hours": 1}]})
    world.pay(world.invoice(shop.acme, [("HEURE", 1, 1200, "dozen")], "2026-03-12"), "2026-03-13")
    run("sync", check=0)
    assert run.sql("SELECT granted FROM lot") == [(720,)]
    run.settle()
    world.advance(3600)
    dozen = world.uom("dozen")
    world.write("uom.uom", dozen, factor=0.1)
    stops(run, f"unit {dozen} '{world.row('uom.uom', dozen)['name']}' has another size")
    assert run.sql("SELECT granted FROM lot") == [(720,)]


# ---- A changed key of the configuration ----

PACKS = [{"product": f"SUP{h}", "hours": h} for h in (12, 24, 36)]


@pytest.mark.parametrize(("change", "cause"), [
    ({"packs": [PACKS[0], PACKS[2]]}, "credit.packs no longer names SUP24"),
    ({"packs": [PACKS[0], {"product": "SUP24", "hours": 20}]}, "credit.packs gives 20 hours to SUP24, and gave 24"),
    ({"since": "2026-03-13"}, "credit.since changed from - to 2026-03-13"),
    ({"validity": "180d"}, "credit.validity changed from 1y to 180d"),
], ids=["no line", "fewer hours", "since", "validity"])
def test_a_key_that_changes_is_named(desk: Run, shop: Shop, change: dict[str, Any], cause: str) -> None:
    desk.configure(credit=change)
    document = stops(desk, cause)
    assert cause in document["revoked_because"]
    assert shop.cargo in [a["customer_id"] for a in document["revoked"]]
    desk("reconcile", "--force", check=0)
    assert desk.picture() == desk.rebuilt()
    assert not desk("reconcile", "--dry-run", "--json", check=0).json["drift"]


@pytest.mark.parametrize(("before", "after", "cause"), [
    ({"max_write_off": "20%"}, {"max_write_off": "10%"}, "credit.max_write_off changed from 20% to 10%"),
    ({"money_journals": ["MISC"]}, {"money_journals": []}, 'credit.money_journals changed from ["MISC"] to []'),
], ids=["max_write_off", "money_journals"])
def test_a_key_that_decides_what_money_is_is_named(world: World, run: Run, shop: Shop, before: dict[str, Any],
                                                   after: dict[str, Any], cause: str) -> None:
    """Cargo's pack: a seventh was written off."""
    world.write("account.journal", world.journal("general"), code="MISC")
    total = world.row("account.move", shop.invoice_c)["amount_total"]
    world.pay(shop.invoice_c, "2026-03-12", round(float(total) * 6 / 7, 2))
    world.misc_settle(shop.invoice_c, "2026-03-13")
    run.configure(credit=before)
    run("sync", check=0)
    assert run.balance(shop.cargo) == 1440
    run.settle()
    run.configure(credit=after)
    assert stops(run, cause)["revoked_because"] == [cause]


@pytest.mark.world(enterprise_accounting=True)
def test_credit_payment_set_back_to_paid_is_named(world: World, run: Run, shop: Shop) -> None:
    run.configure(credit={"payment": "in_payment"})
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    run.configure(credit={"payment": "paid"})
    stops(run, "credit.payment changed from in_payment to paid", "2 accounts")


def test_a_key_that_gives_more_or_changes_no_lot_stops_nothing(desk: Run, shop: Shop) -> None:
    desk.configure(credit={"packs": [PACKS[0], {"product": "SUP24", "hours": 30}, PACKS[2]], "validity": "2y",
                           "rounding": "entry", "step": "15min"})
    desk("sync", check=0)
    assert desk.balance(shop.cargo) == 1800
    assert desk.picture() == desk.rebuilt()


# ---- What is no revocation ----


def test_credit_lost_by_an_event_in_odoo_is_no_revocation(world: World, desk: Run, shop: Shop) -> None:
    """A payment undone, an invoice reset, a credit note: the account follows, and the log names it."""
    world.unpay(shop.invoice_b)
    world.refund(shop.invoice, lines=[("SUP12", 1)], date="2026-03-14")
    done = desk("sync", check=0)
    assert f"Bravo SAS ({shop.bravo}): 11:00 -> -1:00" in done.err
    assert desk.picture() == desk.rebuilt()


def test_an_undone_payment_is_followed_beside_a_changed_reference(world: World, desk: Run, shop: Shop) -> None:
    """Bravo's payment bounced, Cargo's pack was renamed: only Cargo's credit is revoked."""
    world.unpay(shop.invoice_b)
    rename(world, "SUP24", "SUP24B")
    document = stops(desk, "1 account ")
    assert [a["customer_id"] for a in document["revoked"]] == [shop.cargo]


def test_an_account_that_gets_credit_in_the_same_cycle_keeps_it(world: World, desk: Run, shop: Shop) -> None:
    delta = world.partner("Delta SARL")
    world.pay(world.invoice(delta, [("SUP36", 1)], "2026-03-20"), "2026-03-20")
    rename(world, "SUP24", "SUP24B")
    document = stops(desk, "Cargo SA")
    assert [a["customer_id"] for a in document["revoked"]] == [shop.cargo]
    desk("reconcile", "--force", check=0)
    assert desk.balance(delta) == 2160 and desk.balance(shop.cargo) == 0


def test_a_customer_whose_credit_moves_to_another_account_loses_nothing(world: World, desk: Run, shop: Shop) -> None:
    world.merge_contacts(shop.acme, shop.cargo)
    desk("reconcile", check=0)
    assert desk.picture() == desk.rebuilt()


def test_the_day_on_which_a_lot_ends_is_no_revocation(desk: Run) -> None:
    desk("sync", now="2027-06-01", check=0)
    assert desk.sql("SELECT count(*) FROM lot WHERE state = 0") == [(0,)]


def test_a_clock_that_was_set_back_is_no_revocation(desk: Run, shop: Shop) -> None:
    desk("sync", now="2026-03-09", check=0)
    assert desk.balance(shop.cargo) == 0
    desk("sync", check=0)
    assert desk.balance(shop.cargo) == 1440


# ---- What people see meanwhile ----


def test_balance_ledger_and_explain_show_what_was_kept_while_a_key_of_the_configuration_would_revoke_it(
        desk: Run, shop: Shop) -> None:
    before = [desk("balance", "--json", check=0).json, desk("ledger", shop.cargo, "--json", check=0).json]
    desk.configure(credit={"packs": [PACKS[0], PACKS[2]]})
    desk("sync", check=4)
    assert [desk("balance", "--json", check=0).json, desk("ledger", shop.cargo, "--json", check=0).json] == before
    shown = desk("explain", "balance", shop.cargo, check=0)
    assert "24:00" in shown.out and "qualiodoo status" in shown.err
    later = desk("balance", shop.cargo, "--json", now="2026-04-01", check=0)
    assert later.json[0]["balance_minutes"] == 0 and "qualiodoo status" in later.err  # by the new words


def test_an_adjustment_made_meanwhile_is_in_odoo_and_counts_once_a_person_has_decided(
        world: World, desk: Run, shop: Shop) -> None:
    world.adjustment_model()
    desk.configure(writeback={"enabled": True, "since": "2026-03-19"}, credit={"packs": [PACKS[0], PACKS[2]]})
    stopped = desk("adjust", shop.acme, 30, "--reason", "Geste", check=4)
    assert "the adjustment is in Odoo" in stopped.err and "no longer names SUP24" in stopped.err
    assert desk.balance(shop.acme) == 685
    desk.configure(credit={"packs": PACKS})
    desk("sync", check=0)
    assert desk.balance(shop.acme) == 715 and desk.balance(shop.cargo) == 1440


# ---- The service ----


@pytest.mark.world(today=None)
def test_the_log_of_the_service_names_twenty_accounts_once_and_counts_the_rest(world: World, run: Run) -> None:
    for number in range(25):
        world.pay(world.invoice(world.partner(f"Client {number:02}"), [("SUP24", 1)]))
    run.configure(poll={"payments": "1s", "tickets": "1s"})
    run("sync", now=False, check=0)
    rename(world, "SUP24", "SUP24B")
    process = run.start("run", now=False)
    wait_for(lambda: run.sql("SELECT 1 FROM meta WHERE key = 'revoked' AND value <> ''"))
    time.sleep(3)
    process.terminate()
    said = run.finish(process, check=0).err
    assert said.count("credit would be taken away: Client") == 20 and said.count("from 5 more") == 1
    assert said.count("'SUP24B'") >= 1


@pytest.mark.world(today=None)
def test_force_accepts_what_stopped_the_service(world: World, run: Run) -> None:
    """The service has read the new reference already: the forced cycle finds it all the same."""
    customer = world.partner("Exemple SARL")
    world.pay(world.invoice(customer, [("SUP24", 1)]))
    world.pay(world.invoice(world.partner("Bravo SAS"), [("SUP12", 1)]))
    run.configure(poll={"payments": "1s", "tickets": "1s"})
    run("sync", now=False, check=0)
    rename(world, "SUP24", "SUP24B")
    process = run.start("run", now=False)
    wait_for(lambda: run.sql("SELECT 1 FROM meta WHERE key = 'revoked' AND value <> ''"))
    run("reconcile", "--force", now=False, check=0)
    wait_for(lambda: run("status", "--json", now=False).json["revoked"] == [])
    process.terminate()
    run.finish(process, check=0)
    assert run.balance(customer) == 0
    assert run.stored()["lot"] == run.rebuilt()["lot"]


def wait_for(ready: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.mark.world(today=None)
def test_the_service_keeps_the_balances_and_goes_on_with_the_rest(world: World, server: Server, run: Run) -> None:
    customer = world.partner("Exemple SARL")
    world.pay(world.invoice(customer, [("SUP24", 1)]))
    run.configure(poll={"payments": "1s", "tickets": "1s"}, odoo={"min_interval": "0ms"})
    run("sync", now=False, check=0)
    id_ = rename(world, "SUP24", "SUP24B")
    process = run.start("run", now=False)
    wait_for(lambda: run.sql("SELECT 1 FROM meta WHERE key = 'revoked' AND value <> ''"))
    ticket = world.ticket(customer, "Panne")
    wait_for(lambda: run.sql("SELECT 1 FROM target WHERE ticket_id = ?", ticket))
    assert run.balance(customer) == 1440
    shown = run("balance", customer, "--json", now=False, check=0)
    assert shown.json[0]["balance_minutes"] == 1440 and "those from before a setting changed" in shown.err
    status = run("status", "--json", now=False, check=3).json
    assert status["revoked"][0]["customer_id"] == customer and status["revoked"][0]["after_minutes"] == 0
    before = run.dump("meta", "cursor")
    assert run("sync", now=False, check=4).code == 4 and run.dump("meta", "cursor") == before
    run.configure(credit={"packs": [{"product": "SUP24B", "hours": 24}]})
    run("sync", now=False, check=0)
    assert run.balance(customer) == 1440
    process.terminate()
    ended = run.finish(process, check=0)
    named = [line for line in ended.err.splitlines() if "error" in line and "'SUP24B'" in line]
    assert named and all(f"product {id_}" in line and "Exemple SARL" in line for line in named), ended


def test_where_adjustments_are_kept_is_a_key_that_changes(world: World, run: Run, shop: Shop) -> None:
    """Rows of the model still stand in Odoo; as notes they would no longer be read."""
    world.adjustment_model()
    run.configure(writeback={"enabled": True, "since": "2026-03-01"})
    run("sync", check=0)
    run("adjust", shop.cargo, 90, "--reason", "goodwill", check=0)
    before = run.balance(shop.cargo)
    run.settle()
    world.advance(3600)
    run.configure(credit={"adjustments": "note"})
    stops(run, "credit.adjustments changed from model to note")
    assert run.balance(shop.cargo) == before
    run.configure(credit={"adjustments": "model"})
    run("sync", check=0)
    assert run.balance(shop.cargo) == before


@pytest.mark.parametrize("back", [True, False], ids=["the login put back", "accepted"])
def test_notes_of_another_agent_are_a_key_that_changes(world: World, run: Run, shop: Shop, back: bool) -> None:
    """A note counts only while the agent is its author: with another odoo.login, those of the former one would not."""
    groups = ["base.group_user", "account.group_account_readonly", "hr_timesheet.group_hr_timesheet_approver",
              "helpdesk_mgmt.group_helpdesk_user", "base.group_partner_manager"]
    world.set_groups("agent@example.com", groups)
    world.user("Robot", "robot@example.com", "agent-secret", groups)
    run.configure(writeback={"enabled": True, "since": "2026-03-01"}, credit={"adjustments": "note"})
    run("sync", check=0)
    run("adjust", shop.cargo, 90, "--reason", "goodwill", check=0)
    run("adjust", shop.bravo, -60, "--reason", "mistake", check=0)
    run.settle()
    world.advance(3600)
    run.configure(odoo={"login": "robot@example.com"})
    stops(run, "odoo.login changed from agent@example.com to robot@example.com", "credit.adjustments: note", "Cargo SA")
    assert (run.balance(shop.cargo), run.balance(shop.bravo)) == (90, 600)
    if back:
        run.configure(odoo={"login": "agent@example.com"})
        run("sync", check=0)
        assert (run.balance(shop.cargo), run.balance(shop.bravo)) == (90, 600)
    else:
        run("reconcile", "--force", check=0)
        assert (run.balance(shop.cargo), run.balance(shop.bravo)) == (0, 660)
        assert run.picture() == run.rebuilt()


def test_another_agent_takes_no_adjustment_of_the_model(world: World, run: Run, shop: Shop) -> None:
    world.adjustment_model()
    world.user("Robot", "robot@example.com", "agent-secret", ["base.group_user", "account.group_account_readonly",
               "hr_timesheet.group_hr_timesheet_approver", "helpdesk_mgmt.group_helpdesk_user"])
    run.configure(writeback={"enabled": True, "since": "2026-03-01"})
    run("sync", check=0)
    run("adjust", shop.cargo, 90, "--reason", "goodwill", check=0)
    run.configure(odoo={"login": "robot@example.com"})
    run("sync", check=0)
    run("reconcile", check=0)
    assert run.balance(shop.cargo) == 90
