"""The commands as INTERFACE.md promises them: documents, exit codes, names and numbers on the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from conftest import Run, Server, Shop, World, environment
from odoosim.faults import ServerError
from odoosim.stories import demo

LINE = "account.analytic.line"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}$")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")

CYCLE = {"checked": dict, "created": dict, "updated": dict, "deleted": dict, "accounts_recomputed": int,
         "accounts_changed": list, "breaches": dict, "writes": dict, "drift": bool, "duration_ms": int}
ACCOUNT = {"customer_id": int, "customer": str, "balance_minutes": int, "available_minutes": int,
           "overdraft_minutes": int, "held_minutes": int, "next_expiry": str, "last_day": str, "lots": list}
LOT = {"lot": str, "granted_minutes": int, "left_minutes": int, "start": str, "end": str, "state": str}
ENTRY = {"date": str, "kind": str, "minutes": int, "balance_minutes": int, "lot": str, "source": str, "note": str}


@pytest.fixture
def synced(run: Run, shop: Shop) -> Run:
    run("sync", check=0)
    return run


def shaped(document: dict, shape: dict, optional: tuple[str, ...] = ()) -> None:
    """The promised keys are there, with the promised types; null only where it may be."""
    for key, kind in shape.items():
        assert key in document, key
        value = document[key]
        assert (value is None and key in optional) or (isinstance(value, kind) and (kind is int) <= (
            not isinstance(value, bool))), (key, value)


# ---- Documents ----


@pytest.mark.parametrize("command", [["sync"], ["reconcile"], ["reconcile", "--dry-run"]])
def test_a_cycle_prints_its_document_and_nothing_else(run: Run, shop: Shop, command: list[str]) -> None:
    ended = run(*command, "--json")
    assert ended.code == (3 if "--dry-run" in command else 0) and ended.err == ""
    shaped(ended.json, CYCLE)
    assert ended.json["breaches"] == {"new": 3, "cleared": 0}  # nobody answered the shop's tickets
    assert ended.json["writes"] == {"queued": 0, "sent": 0, "refused": 0}
    assert ended.json["checked"]["helpdesk.ticket"] == 3
    assert ended.json["accounts_recomputed"] == 3
    assert all(isinstance(n, int) and n > 0 for k in ("checked", "created") for n in ended.json[k].values())


def test_balances_and_ledgers_have_the_promised_shape(world: World, run: Run) -> None:
    demo(world)
    run("sync", check=0)
    accounts = run("balance", "--json", check=0).json
    assert [a["customer_id"] for a in accounts] == sorted(a["customer_id"] for a in accounts)
    kinds, states = set(), set()
    for account in accounts:
        shaped(account, ACCOUNT, ("next_expiry", "last_day"))
        assert account["balance_minutes"] == account["available_minutes"] - account["overdraft_minutes"]
        assert (account["next_expiry"] is None) == (account["last_day"] is None)
        starts = [lot["start"] for lot in account["lots"]]
        assert starts == sorted(starts)
        for lot in account["lots"]:
            shaped(lot, LOT)
            assert re.match(r"(account\.move\.line|adjustment):\d+$", lot["lot"])
            assert DAY.match(lot["start"]) and DAY.match(lot["end"])
            states.add(lot["state"])
        ledger = run("ledger", account["customer_id"], "--json", check=0).json
        assert list(ledger)[:3] == ["customer_id", "customer", "entries"]
        total = 0
        for entry in ledger["entries"]:
            shaped(entry, ENTRY, ("lot", "note"))
            total += entry["minutes"]
            assert entry["minutes"] != 0 and entry["balance_minutes"] == total
            kinds.add(entry["kind"])
        assert total == account["balance_minutes"]
        dates = [e["date"] for e in ledger["entries"]]
        assert dates == sorted(dates)
    assert states >= {"open", "rolled_over", "expired", "reversed"}
    assert kinds >= {"grant", "debit", "clawback", "rollover_in", "rollover_out", "expire"}


def test_the_keys_come_in_the_order_of_the_page(synced: Run, shop: Shop) -> None:
    account = synced("balance", "--json").json[0]
    assert list(account) == list(ACCOUNT)
    assert list(account["lots"][0]) == list(LOT)
    assert list(synced("ledger", shop.acme, "--json").json["entries"][0]) == list(ENTRY)
    report = synced("reconcile", "--json").json
    assert list(report)[:len(CYCLE)] == list(CYCLE)


def test_a_debit_over_two_lots_and_overdraft_is_one_entry_per_part(world: World, run: Run) -> None:
    customer = world.partner("Exemple")
    first = world.invoice(customer, [("SUP12", 1)], "2026-01-10")
    world.pay(first, "2026-01-10")
    second = world.invoice(customer, [("SUP12", 1)], "2026-02-10")
    world.pay(second, "2026-02-10")
    world.timesheet(world.ticket(customer, created="2026-02-11 09:00"), 25.0, "2026-02-12")
    run("sync", check=0)
    lots = [f"account.move.line:{world.invoice_lines(i)[0]}" for i in (first, second)]
    debits = [e for e in run("ledger", customer, "--json").json["entries"] if e["kind"] == "debit"]
    assert [(e["lot"], e["minutes"]) for e in debits] == [(lots[0], -720), (lots[1], -720), (None, -60)]
    account = run("balance", customer, "--json").json[0]
    assert (account["balance_minutes"], account["overdraft_minutes"], account["available_minutes"]) == (-60, 60, 0)
    assert [lot["state"] for lot in account["lots"]] == ["open", "open"]
    assert "-1:00" in run("balance", customer).out


def test_tables_are_for_reading(synced: Run, shop: Shop) -> None:
    shown = synced("balance", check=0).out.splitlines()
    assert re.match(r" *id +customer +balance", shown[0])
    assert re.search(r"Exemple SARL +11:25 ", shown[1])
    ledger = synced("ledger", shop.acme, check=0).out
    assert "grant" in ledger and "12:00" in ledger and "11:25" in ledger
    one = synced("balance", shop.acme, check=0).out
    assert "account.move.line:" in one and "open" in one


# ---- CUSTOMER and TICKET ----


def test_a_customer_is_an_id_a_name_a_reference_or_a_contact(synced: Run, shop: Shop) -> None:
    asked = [shop.acme, "Exemple SARL", "C001", shop.contact, "Anne Moreau"]
    shown = [synced("ledger", who, "--json", check=0).json for who in asked]
    assert all(s == shown[0] for s in shown)


def test_an_unknown_customer_is_named(synced: Run) -> None:
    for who in ("Nobody", "999999", "Exemple", "", " ", "0", "-1", "12abc", "%", "*", "'",
                "99999999999999999999"):
        ended = synced("ledger", "--", who)
        assert ended.code == 1 and ended.out == "" and f"'{who}'" in ended.message, ended
    for command in (["balance"], ["explain", "balance"]):
        assert "'Nobody'" in synced(*command, "Nobody", check=1).message


def test_a_name_that_two_customers_have_lists_their_ids(world: World, run: Run) -> None:
    ids = [world.partner("Martin", ref="M") for _ in range(2)]
    for id_ in ids:
        world.invoice(id_, [("SUP12", 1)], "2026-03-01")
    run("sync", check=0)
    for who in ("Martin", "M"):
        refused = run("balance", who, check=1).message
        proposed = f"did you mean Martin ({ids[0]}) or Martin ({ids[1]})? Give the id of one"
        assert f"'{who}' names 2 customers; {proposed}" in refused


def customers_of(run: Run, *asked: Any) -> list[int]:
    """Whom the ledger, the balance and the explanation of each of these are about: one answer of the three."""
    found = []
    for who in asked:
        ids = {run("ledger", who, "--json", check=0).json["customer_id"], run("balance", who, "--json", check=0).json[0]["customer_id"],
               run("explain", "balance", who, "--json", check=0).json["customer_id"]}
        assert len(ids) == 1
        found += ids
    return found


def test_a_customer_is_found_without_regard_to_case_accents_and_blanks(world: World, run: Run, shop: Shop) -> None:
    other = world.partner("Cœur de l’Été", ref="Réf-9")
    world.invoice(other, [("SUP12", 1)], "2026-03-01")
    run("sync", check=0)
    assert set(customers_of(run, "exemple sarl", "EXEMPLE  SÀRL ", "c001", "ANNE MOREAU")) == {shop.acme}
    assert set(customers_of(run, "coeur de l'ete", "CŒUR DE L'ÉTÉ", "ref-9")) == {other}
    assert run("reconcile", "--customer", "COEUR DE L'ETE", check=0).code == 0
    assert "no customer 'coeur'" in run("reconcile", "--customer", "coeur", check=1).message


def test_names_that_are_alike_are_proposed_with_their_ids(world: World, run: Run) -> None:
    two = [world.partner(name, ref=ref) for name, ref in (("Dupre", "D1"), ("DUPRÉ", "D2"))]
    for id_ in two:
        world.invoice(id_, [("SUP12", 1)], "2026-03-01")
    run("sync", check=0)
    message = run("ledger", "dupre", check=1).message
    assert f"'dupre' names 2 customers; did you mean Dupre ({two[0]}) or DUPRÉ ({two[1]})? Give the id of one" in message
    assert customers_of(run, "Dupre", "DUPRÉ", "d2") == [*two, two[1]]


def test_an_exact_reference_wins_over_names_and_an_id_over_both(world: World, run: Run, shop: Shop) -> None:
    named = world.partner("C001")
    alike = world.partner("exemple sarl", ref=str(shop.bravo))
    for id_ in (named, alike):
        world.invoice(id_, [("SUP12", 1)], "2026-03-01")
    run("sync", check=0)
    assert customers_of(run, "C001", "exemple sarl", "Exemple SARL", shop.bravo) == [shop.acme, alike, shop.acme, shop.bravo]


def test_an_unknown_name_is_answered_with_those_that_resemble_it(synced: Run, shop: Shop) -> None:
    for who in ("Exemple", "exmple", "Exemple SRL", "sarl"):
        message = synced("balance", who, check=1).message
        assert f"no customer '{who}' is known here; did you mean Exemple SARL ({shop.acme})?" in message
    assert "did you mean" not in synced("balance", "Nobody", check=1).message


def test_a_name_that_is_a_number_yields_to_the_id(world: World, run: Run, shop: Shop) -> None:
    number = world.partner(str(shop.acme), ref="77777")
    world.invoice(number, [("SUP12", 1)], "2026-03-01")
    run("sync", check=0)
    assert run("ledger", shop.acme, "--json").json["customer_id"] == shop.acme
    assert run("ledger", "77777", "--json").json["customer_id"] == number


@pytest.mark.parametrize("text", ["00{}", "+{}", " {}"])
def test_a_reference_that_only_looks_like_an_id_is_no_id(world: World, run: Run, shop: Shop, text: str) -> None:
    text = text.format(shop.acme)
    run("sync", check=0)
    assert f"'{text}'" in run("balance", text, check=1).message
    assert f"'{text}'" in run("reconcile", "--customer", text, check=1).message
    other = world.partner("Autre", ref=text)
    world.pay(world.invoice(other, [("SUP12", 1)], "2026-03-01"), "2026-03-02")
    run("reconcile", "--customer", text, check=0)
    assert [b["customer_id"] for b in run("balance", text, "--json", check=0).json] == [other]


def test_names_with_strange_characters_are_printed_harmlessly(world: World, run: Run) -> None:
    for name in ("Évasion \x1b[31mrouge", "a\tb\nc", "日本語 株式会社", '"quoted" \\ back', "x" * 3000, "e\u0301 \u202egauche", "\x9b31mrouge"):
        world.invoice(world.partner(name), [("SUP12", 1)], "2026-03-01")
    run("sync", check=0)
    shown = run("balance", check=0)
    assert "\x1b" not in shown.out and "\x1b" not in shown.err and len(shown.out.splitlines()) == 8
    customers = run("balance", "--json", check=0).json
    assert len(customers) == 7
    customer = customers[-1]["customer_id"]
    for command in (["ledger", customer], ["explain", "balance", customer]):
        told = run(*command, check=0).out
        assert "\x9b" not in told and (command[0] == "ledger" or told.startswith("?31mrouge "))
    ticket = world.ticket(None, created="2026-03-11 09:00")
    world.timesheet(ticket, 1.0, "2026-03-12")
    world.patch("helpdesk.ticket", ticket, number="HT\x9b31mrouge")
    run("sync", check=0)
    told = run("doctor", check=3).out
    assert "charged to nobody: HT?31mrouge" in told and "\x9b" not in told
    assert "'?31mjaune? '" in run("balance", "\x9b31mjaune\x1b\n", check=1).message


def test_a_cycle_says_what_it_did_in_tables_and_in_hours(world: World, run: Run, shop: Shop) -> None:
    first = run("sync", check=0).out
    assert re.search(r"^model +created +updated +deleted$", first, re.M)
    assert re.search(r"^helpdesk\.ticket +3 +0 +0$", first, re.M), first
    assert "accounts: 3 computed, 3 changed\n" in first and "->" not in first  # all is new: no list
    run.settle()
    world.advance(3600)
    world.timesheet(shop.fix, 0.5, "2026-03-19")
    again = run("sync", check=0).out
    assert re.search(r"^account\.analytic\.line +1 +0 +0$", again, re.M), again
    assert f"({shop.acme}), balance: 11:25 -> 10:55 (ticket {shop.fix} updated, account.analytic.line " in again
    assert " 10:55 left of 12:00, from 2026-03-10 to 2027-03-09 included, open (" in again
    world.advance(3600)
    world.move_timesheet(shop.lines[0], shop.idle)  # 30 min: there 60 in all, here 3
    world.write("account.analytic.line", shop.lines[0], date="2026-03-13")
    same = run("sync", check=0).out
    assert f"({shop.acme}), balance: 10:55 as before, by other movements (" in same, same
    quiet = run("sync", check=0).out
    assert quiet.endswith("nothing differed\n") and len(quiet.splitlines()) == 3


def test_an_unknown_ticket_is_named(synced: Run) -> None:
    for what in ("999999", "HT99999", ""):
        assert f"'{what}'" in synced("explain", "charge", what, check=1).message


def test_a_ticket_is_an_id_or_a_number(synced: Run, world: World, shop: Shop) -> None:
    number = world.row("helpdesk.ticket", shop.fix)["number"]
    assert synced("explain", "charge", shop.fix, "--json", check=0).json == synced(
        "explain", "charge", number, "--json", check=0).json


@pytest.mark.world(flavour="enterprise")
def test_a_number_padded_with_zeros_is_no_id(world: World, run: Run, shop: Shop) -> None:
    assert world.row("helpdesk.ticket", shop.fix)["ticket_ref"] == f"{shop.fix:05}"
    world.patch("helpdesk.ticket", shop.fix, ticket_ref=f"{shop.other:05}")  # imported, or some were deleted
    world.patch("helpdesk.ticket", shop.other, ticket_ref="00099")
    run("sync", check=0)
    asked = {what: run("explain", "charge", what, "--json", check=0).json["ticket_id"] for what in (f"{shop.other:05}", shop.other)}
    assert asked == {f"{shop.other:05}": shop.fix, shop.other: shop.other}


def test_explain_balance_says_why_each_line_is_worth_its_hours(world: World, run: Run, shop: Shop) -> None:
    invoice = world.invoice(shop.cargo, [("SUP12", 2.5)], "2026-03-01")
    world.pay(invoice, "2026-03-02")
    gesture = world.refund(invoice, lines=[("SUP12", 1, 50)], date="2026-03-10")
    world.bank_statement_settle_refund(gesture, "2026-03-11")
    run("sync", check=0)
    told = run("explain", "balance", shop.cargo, check=0).out
    assert " 2.5 × 12:00 = 30:00\n" in told
    assert " 1 × 12:00 = 12:00, takes back 0:33, in proportion: as many packs cost more on the invoice\n" in told
    moves = {m["move"]: m for m in run("explain", "balance", shop.cargo, "--json", check=0).json["invoices"]}
    assert moves[f"account.move:{invoice}"]["lines"][0]["asked_back_minutes"] == 0
    assert moves[f"account.move:{gesture}"]["lines"][0]["asked_back_minutes"] == 33


def test_explain_charge_says_where_each_line_was_taken_from(world: World, run: Run, shop: Shop) -> None:
    world.timesheet(shop.fix, 12.0, "2026-03-13")
    run("sync", check=0)
    told = run("explain", "charge", shop.fix, check=0).out.splitlines()
    lot = run("balance", shop.acme, "--json", check=0).json[0]["lots"][0]["lot"]
    assert [re.split("  +", line)[5] for line in told[4:]] == [lot, lot, "-", f"{lot}, overdraft"]


@pytest.mark.parametrize("subject", ["balance", "charge"])
def test_explanations_add_up_to_the_balance(synced: Run, shop: Shop, subject: str) -> None:
    told = synced("explain", subject, shop.acme if subject == "balance" else shop.fix, check=0).out
    assert "11:25" in told or "0:35" in told
    assert json.loads(synced("explain", subject, shop.acme if subject == "balance" else shop.fix, "--json", check=0).out)


# ---- reconcile --customer ----


def test_reconcile_of_a_customer_repairs_that_one_only(world: World, synced: Run, shop: Shop) -> None:
    world.vanish(LINE, shop.lines[0], shop.line_b)
    report = synced("reconcile", "--customer", shop.acme, "--json", check=0).json
    assert report["deleted"] == {LINE: 1} and report["accounts_changed"] == [shop.acme]
    assert synced.balance(shop.acme) == 715 and synced.balance(shop.bravo) == 660
    synced("reconcile", "--customer", shop.acme, "--customer", "Bravo SAS", check=0)
    assert synced.picture() == synced.rebuilt()


@pytest.mark.parametrize("who", ["C001", "Exemple SARL", "contact"])
def test_reconcile_takes_any_name_of_a_customer(world: World, synced: Run, shop: Shop, who: str) -> None:
    world.redate_payment(shop.payment, "2026-03-15")
    report = synced("reconcile", "--customer", shop.contact if who == "contact" else who, "--json", check=0).json
    assert report["accounts_changed"] == [shop.acme]
    assert synced.picture() == synced.rebuilt()


def test_reconcile_of_a_customer_that_is_new_in_odoo_brings_it(world: World, synced: Run, shop: Shop) -> None:
    customer = world.partner("Tout neuf")
    contact = world.partner("Employé", parent=customer)
    world.pay(world.invoice(customer, [("SUP12", 1)], "2026-03-14"), "2026-03-15")
    world.timesheet(world.ticket(contact), 1.0, "2026-03-19")
    synced("reconcile", "--customer", contact, check=0)
    assert synced.balance(customer) == 660
    synced("sync", check=0)
    assert synced.picture() == synced.rebuilt()


def test_reconcile_of_unknown_customers_is_refused(synced: Run, server: Server) -> None:
    for who in ("999999", "Nobody", "0", "-5", "abc"):
        refused = synced("reconcile", "--customer", who, check=1)
        assert who in refused.message


def test_reconcile_of_two_customers_works_without_a_state(run: Run, shop: Shop) -> None:
    run("reconcile", "--customer", shop.acme, "--customer", shop.bravo, check=0)
    assert run.picture() == run.rebuilt()


def test_reconcile_of_a_customer_by_name_works_without_a_state(run: Run, shop: Shop) -> None:
    run("reconcile", "--customer", "Exemple SARL", "--customer", "C002", check=0)
    assert run.picture() == run.rebuilt()


@pytest.mark.parametrize("change", ["payment", "ticket", "timesheet", "line", "contact", "refund"])
def test_reconcile_of_a_customer_is_that_of_all_for_that_customer(world: World, synced: Run, shop: Shop,
                                                                 change: str) -> None:
    if change == "payment":
        world.unpay(shop.invoice)
    elif change == "ticket":
        world.write("helpdesk.ticket", shop.fix, partner_id=shop.bravo)
    elif change == "timesheet":
        world.move_timesheet(shop.line_b, shop.idle)
    elif change == "line":
        world.write("account.move.line", world.invoice_lines(shop.invoice), quantity=3.0)
    elif change == "contact":
        world.move_contact(shop.contact, shop.bravo)
    else:
        world.bank_statement_settle_refund(world.refund(shop.invoice, date="2026-03-19"), "2026-03-20")
    synced("reconcile", "--customer", shop.acme, check=0)
    left = synced.balance(shop.acme)
    synced("reconcile", check=0)
    assert synced.balance(shop.acme) == left
    assert synced.stored() == synced.rebuilt()


# ---- status, config, usage ----


def test_status_before_any_cycle_and_after(run: Run, shop: Shop) -> None:
    assert run("status", now=False).code == 1  # there is no state
    run("sync", check=0)
    ended = run("status", "--json", now=False, check=0)
    status = ended.json
    assert status["healthy"] and status["problems"] == []
    odoo = status["odoo"]
    assert (odoo["url"], odoo["database"], odoo["flavour"]) == (run.server.url, "demo", "oca")
    assert INSTANT.match(odoo["last_success"]) and odoo["last_reconcile"] is None and odoo["last_error"] is None
    rows = {m["mirror"]: m["rows"] for m in status["mirrors"]}
    assert rows["ticket"] == 3 and rows["timesheet"] == 4 and rows["move"] == 5  # with the entries of two payments
    assert all(m["complete"] and m["age_seconds"] < 30 for m in status["mirrors"])
    run("reconcile", check=0)
    assert INSTANT.match(run("status", "--json", now=False).json["odoo"]["last_reconcile"])
    assert run("status", now=False, check=0).out.startswith("healthy\n")


def test_status_of_a_first_pull_that_was_interrupted_is_a_problem(server: Server, run: Run, shop: Shop) -> None:
    server.fault("fault", match=lambda call: call.model == "res.partner" and call.method == "read",
                 error=ServerError("KeyError", "'x'"))
    run("sync", check=1)
    status = run("status", "--json", now=False, check=3).json
    assert any("first pull" in p for p in status["problems"])
    assert any("KeyError" in p for p in status["problems"])
    for command in (["balance"], ["ledger", shop.acme], ["explain", "balance", shop.acme], ["explain", "charge", shop.fix]):
        assert run(*command).code == 1, command


def test_status_says_when_the_data_is_old(synced: Run) -> None:
    synced.configure(status={"max_lag": "1s"})
    time.sleep(2.1)
    problems = synced("status", "--json", now=False, check=3).json["problems"]
    assert len(problems) == 1 and "status.max_lag" in problems[0]
    assert re.search(r"was last pulled from Odoo [1-9]\d* s ago", problems[0]), problems
    synced.configure(status={"max_lag": "1h"})
    later = (datetime.now(timezone.utc) + timedelta(minutes=125)).strftime("%Y-%m-%dT%H:%M:%SZ")
    problems = synced("status", "--json", now=later, check=3).json["problems"]
    assert re.search(r"was last pulled from Odoo 2:0[5-9] hours ago", problems[0]), problems


def test_status_says_when_the_last_cycle_failed(server: Server, synced: Run) -> None:
    synced.write_secret("wrong")
    synced("sync", check=1)
    status = synced("status", "--json", now=False, check=3).json
    assert any("odoo.secret_file" in p for p in status["problems"])
    assert INSTANT.match(status["odoo"]["last_error_at"])
    synced.write_secret("agent-secret")
    synced("sync", check=0)
    synced("status", now=False, check=0)


def test_config_show_prints_every_key_and_no_secret(synced: Run) -> None:
    shown = synced("config", "show", check=0).out
    for section in ("odoo:", "state:", "timezone:", "language:", "tickets:", "credit:", "sla:", "poll:", "writeback:", "safety:",
                    "status:", "webhook:", "privacy:"):
        assert section in shown
    assert synced("config", "check", check=0)
    assert synced("config", "show", "--json", check=0).json["odoo"]["database"] == "demo"


@pytest.mark.parametrize("arguments", [
    ["ledger"], ["ledger", "1", "2"], ["balance", "1", "2"], ["sync", "now"], ["sync", "--dry-run"], ["sync", "--force"],
    ["reconcile", "12"], ["reconcile", "--customer"], ["explain"], ["explain", "balance"], ["explain", "weather", "1"],
    ["balance", "--lots"], ["nonsense"], [], ["--now", "tomorrow", "balance"], ["--now", "2026-03-20", "balance"],
    ["--now", "2026-03-20T10:00:00", "balance"], ["--now", "2026-02-30T10:00:00Z", "balance"], ["-v", "-q", "sync"]])
def test_bad_usage_is_exit_2_and_nothing_is_started(server: Server, run: Run, arguments: list[str]) -> None:
    ended = run(*arguments, now=False, check=2)
    assert ended.message and ended.out == "" and server.calls == [] and not run.state.exists()


def test_a_bad_configuration_is_exit_2_and_nothing_is_started(server: Server, run: Run) -> None:
    run.configure(odoo={"pagesize": 10})
    for command in (["sync"], ["reconcile", "--dry-run"], ["balance"], ["status"]):
        assert "pagesize" in run(*command, check=2).message
    assert server.calls == [] and not run.state.exists()


@pytest.mark.parametrize("command", ["sync", "reconcile", "run"])
def test_a_secret_that_cannot_be_read_is_exit_2_and_nothing_is_started(server: Server, run: Run, command: str) -> None:
    run.secret.unlink()
    assert "odoo.secret_file" in run(command, check=2, now=False).message
    run.configure(odoo={"secret_file": None})
    assert "QUALIODOO_SECRET" in run(command, check=2, now=False).message
    run.configure(odoo={"url": "https://127.0.0.1:1", "ca_file": "/dev/zero"})
    assert "odoo.ca_file" in run(command, check=2, now=False, env={**environment(), "QUALIODOO_SECRET": "s"}).message
    assert not server.calls and not list(run.folder.glob("state.db*"))


def test_output_that_cannot_be_written_is_a_failure(synced: Run) -> None:
    with open("/dev/full", "w") as full:
        for command in (["balance"], ["balance", "--json"], ["sync", "--json"]):
            ended = subprocess.run(synced.command(*command), stdout=full, stderr=subprocess.PIPE, text=True, timeout=30,
                                   check=False)
            assert ended.returncode == 1 and "cannot write the output" in ended.stderr


def test_quiet_says_errors_only_and_verbose_says_more(world: World, synced: Run, shop: Shop) -> None:
    world.move_contact(shop.contact, shop.bravo)
    assert synced("-q", "reconcile", check=0).err == ""
    ended = synced("-vv", "sync", check=0)
    assert ended.code == 0


def test_under_systemd_lines_carry_a_priority(world: World, synced: Run, shop: Shop) -> None:
    world.move_contact(shop.contact, shop.bravo)
    ended = synced("reconcile", check=0, env={**os.environ, "JOURNAL_STREAM": "8:1"})
    assert all(re.match(r"<\d>", line) for line in ended.err.splitlines()) and ended.err
    synced.write_secret("wrong")
    assert synced("sync", env={**os.environ, "JOURNAL_STREAM": "8:1"}).err.startswith("<3>")
