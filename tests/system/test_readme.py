"""What the README promises: its configuration, its worked example, the keys of its JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, Server, Shop, World

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
EXAMPLES = {name: json.loads(text)
            for name, text in re.findall(r"<!-- ([a-z ]+) -->\n```json\n(.*?)```", README, re.S)}
FREE_KEYS = {"checked", "created", "updated", "deleted"}  # models


def shape(value: Any) -> Any:
    """The keys of a document; those of a list are those of all its members."""
    if isinstance(value, dict):
        return {k: None if k in FREE_KEYS else shape(v) for k, v in value.items()}
    if isinstance(value, list):
        merged: dict[str, Any] = {}
        for member in value:
            got = shape(member)
            if isinstance(got, dict):
                merged = {**merged, **{k: v or merged.get(k) for k, v in got.items()}}
        return merged
    return None


@pytest.fixture
def told(world: World, run: Run, shop: Shop) -> Run:
    """A state with something of everything in it."""
    world.timesheet(shop.fix, 13.0, "2026-03-13")
    refund = world.refund(shop.invoice, lines=[("SUP12", 1)], date="2026-03-14")
    world.bank_statement_settle_refund(refund, "2026-03-15")
    run("sync", check=0)
    world.move_contact(shop.contact, shop.cargo)
    return run


def test_the_json_of_a_cycle_has_the_keys_of_the_readme(told: Run) -> None:
    for command in (["reconcile", "--dry-run"], ["sync"]):
        assert shape(told(*command, "--json").json) == shape(EXAMPLES["reconcile"])


@pytest.mark.parametrize("command", ["balance", "ledger", "status", "doctor", "explain balance", "explain charge", "config check"])
def test_the_json_of_the_readme_has_the_keys_of_the_program(told: Run, shop: Shop, command: str) -> None:
    about = {"ledger": shop.acme, "explain balance": shop.acme, "explain charge": shop.fix}
    arguments = [*command.split(), *([about[command]] if command in about else [])]
    assert shape(told(*arguments, "--json").json) == shape(EXAMPLES[command])


def test_the_json_of_setup_and_adjust_too(server: Server, run: Run, shop: Shop, tmp_path: Path) -> None:
    run.configure(writeback={"enabled": True, "since": "2026-03-01"})
    secret = tmp_path / "admin"
    secret.touch(mode=0o600)
    secret.write_text("admin")
    told = run("setup", "--admin", "admin", "--admin-secret-file", secret, "--json", check=0).json
    assert shape(told) == shape(EXAMPLES["setup"])
    told = run("adjust", shop.acme, "-5", "--reason", "Erreur", "--json", check=0).json
    assert shape(told) == shape(EXAMPLES["adjust"])


def test_the_json_of_response_times_too(world: World, run: Run) -> None:
    world.opening_hours({day: [(9, 12), (14, 18)] for day in range(5)})
    world.tag("SLA dépassé")
    world.holiday("Inventaire", "2026-03-18 07:00", "2026-03-18 19:00")
    ticket = world.ticket(world.partner("Exemple SARL"), priority="2", created="2026-03-17 15:00")
    world.reply(ticket, at="2026-03-19 16:30")  # late: due at 15:00
    run("sync", check=0)
    for command in (["sla"], ["explain", "sla", ticket]):
        assert shape(run(*command, "--json", check=0).json) == shape(EXAMPLES[" ".join(map(str, command[:2]))])
    tag, = (row for row in run("outbox", "--json", check=0).json if row["part"] == "tag")
    assert shape([tag]) == shape(EXAMPLES["outbox"])


def test_the_first_configuration_is_valid(run: Run, tmp_path: Path) -> None:
    text = next(block for block in re.findall(r"```yaml\n(.*?)```", README, re.S) if "credit:" in block)
    file = tmp_path / "first.yaml"
    file.write_text(text.replace("/etc/qualiodoo/odoo.secret", str(run.secret)))
    assert "shadow mode" in run("-c", file, "config", "check", check=0).out


def test_the_steps_the_example_and_the_unit_name_one_secret() -> None:
    """Step 4 asks Odoo by hand, without the service's credential."""
    secret = re.findall(r"^  #secret_file: (\S+)$", (ROOT / "config" / "qualiodoo.yaml").read_text(), re.M)[0]
    assert f"/dev/stdin {secret} " in README
    assert f"LoadCredential=odoo:{secret}\n" in (ROOT / "systemd" / "qualiodoo.service").read_text()


def test_every_command_is_there_with_an_example(run: Run) -> None:
    listed = re.findall(r"^  ([a-z]+) +(.*)$", run("--help", check=0).out.split("Commands:")[1].split("\n\n")[0], re.M)
    for command in (name for name, summary in listed if not summary.endswith("(later)")):
        assert f"**`{command}" in README, command
        assert f"\n$ qualiodoo {command}" in README, command


def test_the_worked_example(world: World, run: Run) -> None:
    customer = world.partner("Exemple SARL")
    world.pay(world.invoice(customer, [("SUP12", 1)], "2025-03-01"), "2025-03-10")
    ticket = world.ticket(customer, created="2025-05-02 09:00")
    for _ in range(3):
        world.timesheet(ticket, 2 / 60, "2025-05-02")
    renewal = world.invoice(customer, [("SUP12", 1)], "2026-03-05")
    run("sync", now="2026-03-09", check=0)
    account = run("balance", customer, "--json", now="2026-03-09", check=0).json[0]
    assert (account["balance_minutes"], account["last_day"]) == (710, "2026-03-09")
    lines = run("explain", "charge", ticket, "--json", now="2026-03-09", check=0).json["lines"]
    assert [line["charged_minutes"] for line in lines] == [5, 0, 5]
    run("sync", now="2026-03-10", check=0)
    last = run("ledger", customer, "--json", now="2026-03-10", check=0).json["entries"][-1]
    assert (last["kind"], last["minutes"]) == ("expire", -710) and "lost unless" in last["note"]
    world.now = "2026-04-04 10:00"
    world.pay(renewal, "2026-04-04")
    run("sync", now="2026-04-04", check=0)
    account = run("balance", customer, "--json", now="2026-04-04", check=0).json[0]
    assert (account["balance_minutes"], account["last_day"]) == (720 + 710, "2027-04-03")
