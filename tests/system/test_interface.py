"""What docs/INTERFACE.md promises: commands with their examples, exit codes, the keys of the JSON, metrics, the journal."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, Server, Shop, World

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "INTERFACE.md").read_text()
EXAMPLES = {name: json.loads(text)
            for name, text in re.findall(r"<!-- ([a-z ]+) -->\n```json\n(.*?)```", PAGE, re.S)}
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


def test_the_json_of_a_cycle_has_the_keys_of_the_page(told: Run) -> None:
    for command in (["reconcile", "--dry-run"], ["sync"]):
        assert shape(told(*command, "--json").json) == shape(EXAMPLES["reconcile"])


@pytest.mark.parametrize("command", ["balance", "ledger", "status", "doctor", "explain balance", "explain charge", "config check"])
def test_the_json_of_the_page_has_the_keys_of_the_program(told: Run, shop: Shop, command: str) -> None:
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


def test_every_command_is_there_with_an_example(run: Run) -> None:
    listed = re.findall(r"^  ([a-z]+) +(.*)$", run("--help", check=0).out.split("Commands:")[1].split("\n\n")[0], re.M)
    for command in (name for name, summary in listed if not summary.endswith("(later)")):
        assert f"**`{command}" in PAGE, command
        assert f"\n$ qualiodoo {command}" in PAGE, command


def test_every_command_of_the_page_is_one(run: Run) -> None:
    told = run("--help", check=0).out.split("Commands:")[1].split("\n\n")[0]
    now = set(re.findall(r"^  ([a-z]+) ", "".join(line for line in told.splitlines(True) if not line.endswith("(later)\n")), re.M))
    later = set(re.findall(r"^  ([a-z]+) .*\(later\)$", told, re.M))
    table = PAGE.split("## Commands")[1].split("Reserved for later")[0]
    assert {row.split()[0] for row in re.findall(r"^\| `(.+?)`", table, re.M)} == now
    assert set(re.findall(r"`([a-z]+)`", PAGE.split("Reserved for later")[1].split("\n\n")[0])) == later


def test_every_exit_code_is_there(run: Run) -> None:
    codes = re.findall(r"(?:^|; )(\d) ", run("--help", check=0).out.split("Exit codes:")[1].replace("\n", " ").strip())
    assert re.findall(r"^\| (\d) \|", PAGE, re.M) == codes == ["0", "1", "2", "3", "4"]


def test_every_metric_is_there() -> None:
    source = (ROOT / "src" / "agent" / "metrics.c").read_text()
    families = re.findall(r'^    \{"(qualiodoo_[a-z_]+)", "(?:gauge|counter)"', source, re.M)
    table = PAGE.split("## Metrics")[1].split("## The journal")[0]
    assert len(families) > 15 and set(re.findall(r"`(qualiodoo_[a-z_]+)`", table)) == set(families)


def test_every_message_id_is_there() -> None:
    ids = re.findall(r'#define JOURNAL_[A-Z]+ "([0-9a-f]{32})"', (ROOT / "src" / "agent" / "journal.h").read_text())
    assert len(ids) == 6 and re.findall(r"`([0-9a-f]{32})`", PAGE) == ids


# ---- The examples, on the desk of `make demo` ----

SAID = [(r"(?m)^(last success:|[a-z_]+ +\d+ ) +20\d\d-\d\d-\d\d \d\d:\d\d", r"\1 TIME"),
        (r"http://127\.0\.0\.1:\d+", "URL"), (r"after \d+ ms", "after N ms"), (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "NOW"),
        (r"\b[0-9a-f]{32}\b", "KEY"), (r"service: .*", "service"), (r"last reconcile: .*", "last reconcile"), (r"/\S+\.yaml", "FILE")]


def normal(text: str) -> list[str]:
    """Lines, without what no two runs have in common."""
    for pattern, word in SAID:
        text = re.sub(pattern, word, text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def examples(*commands: str) -> list[tuple[list[str], list[str]]]:
    """The examples of some commands: their arguments, and the lines under them."""
    blocks = re.findall(r"```\n(\$ .*?)```", PAGE, re.S)
    found = [(shlex.split(line), normal(out)) for block in blocks
             for line, out in re.findall(r"^\$ qualiodoo (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)]
    return [(words, lines) for words, lines in found if words[0] in commands]


def is_shown(shown: list[str], told: list[str]) -> bool:
    """Whether the lines of an example stand in a report one after the other; "[...]" leaves some out."""
    at, gap = 0, True
    for line in shown:
        if line == "[...]":
            gap = True
            continue
        if line not in told[at:] or (not gap and told[at] != line):
            return False
        at, gap = told.index(line, at) + 1, False
    return True


def test_the_examples_are_what_the_program_prints(desk: Run) -> None:
    asked = examples("sync", "balance", "ledger", "explain", "sla", "doctor", "status")
    assert len(asked) == 10
    for words, lines in asked:
        told = desk(*words).out
        assert is_shown(lines, normal(told)), (words, lines, told)


def test_the_examples_of_what_writes_too(desk: Run, tmp_path: Path) -> None:
    desk.world.timesheet(2, 0.75, "2026-11-26")
    (words, lines), = examples("reconcile")
    assert is_shown(lines, normal(desk(*words, check=3).out))
    desk.configure(writeback={"enabled": True, "since": "2026-11-26"})
    (tmp_path / "admin.secret").touch(mode=0o600)
    (tmp_path / "admin.secret").write_text("admin")
    for (words, lines), in (examples("setup"), examples("adjust")):
        told = desk(*words, check=0, cwd=tmp_path)
        assert is_shown(lines, normal(told.err + told.out)), (words, lines, told)


def test_the_examples_of_the_configuration_too(run: Run, tmp_path: Path) -> None:
    valid, unknown = (lines for words, lines in examples("config") if words[1] == "check")
    assert is_shown(valid, normal(run("config", "check", check=0).out))
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("# The key is in line 4.\nodoo:\n  url: https://support.example.com\n  timeot: 10s\n")
    assert " ".join(unknown) == " ".join(normal(run("-c", wrong, "config", "check", check=2).err))
