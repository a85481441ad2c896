"""Texts of customers are one line wherever they are shown, and cannot play with a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from odoosim import World

from conftest import ROOT, Run

# What prints a line of its own, what controls a terminal, what turns the direction of the text, and what nobody sees.
HOSTILE = "\n\x1b\x7f\x85\x9b\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\U000e0041\U000e007f"
FORGED = "FORGED healthy"
HTML = "<b>{{ 7*7 }}</b><t t-out=\"user\"/>"


def name(of: str) -> str:
    return f"={of} é{HOSTILE}\n{FORGED}{HTML}"


def hidden(text: str) -> list[str]:
    return [hex(ord(c)) for c in text if c in HOSTILE and c != "\n"]


@pytest.fixture
def desk(world: World, run: Run) -> dict[str, Any]:
    """A desk in which every text that a customer or a colleague writes is hostile."""
    customer = world.partner(name("customer"), ref=name("ref"))
    invoice = world.invoice(customer, [("SUP12", 1)], "2026-03-01")
    world.pay(invoice, "2026-03-02")
    world.patch("account.move", invoice, name=name("INV"))
    ticket = world.ticket(customer, name("subject"), created="2026-03-11 09:00")
    world.patch("helpdesk.ticket", ticket, number=name("HT"))
    world.timesheet(ticket, 1.0, "2026-03-12")
    orphan = world.ticket(None, name("orphan"), created="2026-03-11 09:00")
    world.patch("helpdesk.ticket", orphan, number=name("NOBODY"))
    world.timesheet(orphan, 1.0, "2026-03-12")
    for table, rows in world.db.tables.items():
        if table in ("resource.calendar", "res.company", "product.product"):
            for row in rows.ids:
                if "name" in rows.rows[row]:
                    world.patch(table, row, name=name(table))
    return {"customer": customer, "ticket": ticket}


def test_no_text_of_odoo_prints_a_line_of_its_own_or_a_control(run: Run, desk: dict[str, Any]) -> None:
    commands = [["-v", "sync"], ["status"], ["balance"], ["balance", desk["customer"]], ["ledger", desk["customer"]],
                ["explain", "balance", desk["customer"]], ["sla"], ["explain", "sla", desk["ticket"]],
                ["explain", "charge", desk["ticket"]], ["doctor"], ["outbox"], ["reconcile", "--dry-run"],
                ["balance", name("nobody")]]
    shown = ""
    for command in commands:
        told = run(*command)
        assert not hidden(told.out + told.err), command
        lines = (told.out + told.err).splitlines()
        assert not [line for line in lines if line.lstrip().startswith("FORGED")], (command, told)
        shown += told.out
    assert shown.count(FORGED) > 5, "the texts were shown"


def test_json_is_ascii_for_hidden_characters_and_the_same_text_when_parsed(run: Run, desk: dict[str, Any]) -> None:
    run("sync", check=0)
    for command in (["balance"], ["ledger", desk["customer"]], ["explain", "balance", desk["customer"]], ["sla"],
                    ["explain", "sla", desk["ticket"]], ["explain", "charge", desk["ticket"]], ["doctor"], ["status"],
                    ["reconcile", "--dry-run"]):
        told = run(*command, "--json").out
        assert not hidden(told), command
        json.loads(told)
    assert "é" in run("balance", "--json").out
    mirrored = run.sql("SELECT name FROM partner WHERE id = ?", desk["customer"])[0][0]  # XML loses some controls
    assert "\u202e" in mirrored and run("balance", "--json").json[0]["customer"] == mirrored
    assert "\\udb40\\udc41" in run("balance", "--json").out.lower()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_notes_in_odoo_are_one_line_without_controls_and_show_html_as_text(run: Run, desk: dict[str, Any], world: World,
                                                                          language: str) -> None:
    run.configure(language=language, writeback={"enabled": True, "since": "2026-01-01",
                                                "balance": {"alerts": True}})
    run("sync", check=0)
    rows = [json.loads(payload) for (payload,) in run.sql("SELECT payload FROM outbox")]
    texts = [value for row in rows if isinstance(row, dict) for value in row.values() if isinstance(value, str)]
    texts += [row for row in rows if isinstance(row, str)]
    assert any(FORGED in text for text in texts), rows
    for text in texts:
        assert not hidden(text) and "\n" not in text, text
        assert not (text.startswith("<") and "<b>{{" in text), text
    shown = run("outbox", "--json").out
    assert not hidden(shown)


def test_every_line_with_a_text_in_it_goes_through_the_function_that_cleans_it() -> None:
    own = {"commands.c", "cmd_config.c"}  # their texts are the program's and the administrator's own
    raw = re.compile(r"(?<![a-z_])f?printf\(([^;]*);", re.S)
    for path in Path(ROOT, "src", "cli").glob("*.c"):
        for call in raw.findall(path.read_text()) if path.name not in own else []:
            others = call.startswith(("stderr,", "parts,"))  # the program's own questions; a cell, which a table cleans
            assert "%s" not in call or others, f"{path.name}: use table_say(): {call}"
