"""The program against the model: many customers' random histories, for several policies and days.

    /usr/bin/python3 -m pytest -q tests/system/test_ledger_properties.py

    QUALIODOO                       the binary (default build/qualiodoo at the root of the repository); its build for tests,
                                    with the suffix -test, is what runs: it syncs as of --now
    QUALIODOO_PROPERTY_WORLDS       databases tried by the seeded part (default 6)
    QUALIODOO_PROPERTY_CUSTOMERS    customers in each (default 25)
    QUALIODOO_PROPERTY_SEED         first seed (default 0)
    QUALIODOO_PROPERTY_EXAMPLES     histories tried by hypothesis (default 25)
    QUALIODOO_PROPERTY_VERSION      17 or 19 (default: now one, now the other; 19 where the history needs it)
    QUALIODOO_PROPERTY_KINDS        the kinds of histories.KINDS to tell, by comma; all (default), or none

A mismatch prints the policy, the day, one customer's history, and the two ledgers side by side.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("tests", "tests/model", "tests/odoo"):
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))

import convert
import histories as H
import zygote
from ledger_model import Policy, balance_json, derive, ledger_json, name_of, run

BINARY = Path((os.environ.get("QUALIODOO") or str(ROOT / "build" / "qualiodoo")) + "-test").resolve()
REFERENCE = ROOT / "tests" / "model" / "reference.py"
SECRET = "agent-secret"
LOADED_ON = date(2022, 12, 1)  # before everything: what is dated later was entered in advance

KIND_WORDS = os.environ.get("QUALIODOO_PROPERTY_KINDS", "all")
KINDS = {"all": H.KINDS, "none": frozenset()}.get(KIND_WORDS, frozenset(KIND_WORDS.split(",")))


def setting(name, default):
    return int(os.environ.get(name, default))


def pack_text(name) -> str:
    """How a pack is named: a reference, a list of them, or an id."""
    if isinstance(name, int):
        return f"id: {name}"
    return f"product: {name if isinstance(name, str) else '[' + ', '.join(name) + ']'}"


def config_text(policy: Policy, url: str, folder: Path, page_size: int) -> str:
    packs = "\n".join(f"    - {{{pack_text(name)}, hours: {hours}}}" for name, hours in policy.packs)
    months = policy.validity_months
    timesheets = f"timesheets:\n  domain: {json.dumps(convert.TIMESHEETS_DOMAIN)}\n" if policy.timesheets_domain else ""
    new_keys = f"  account: {policy.account}\n" if "partners" in KINDS else ""
    if "settlement" in KINDS:
        new_keys += f"  money_journals: [{', '.join(policy.money_journals)}]\n  max_write_off: {policy.max_write_off}%\n"
    return f"""odoo:
  url: {url}
  database: demo
  login: agent@example.com
  page_size: {page_size}
state:
  path: {folder / 'state.db'}
timezone: {policy.timezone}
tickets:
  flavour: oca
  excluded_tags: [{convert.EXCLUDED_TAG}]
{timesheets}credit:
  packs:
{packs}
{new_keys}  validity: {f'{months // 12}y' if months % 12 == 0 else f'{months}mo'}
  step: {policy.step}min
  rounding: {policy.rounding}
  count_from: {policy.count_from}
  payment: {policy.payment}
  renewal_grace: {policy.renewal_grace_days}d
  since: {policy.since.isoformat() if policy.since else 'null'}
sla:
  response: [{', '.join(policy.response)}]
writeback:
  enabled: false
safety:
  max_delete: 100%
"""


class Program:
    """The binary, with one configuration and one state."""

    def __init__(self, binary: Path, policy: Policy, url: str, folder: Path, page_size: int = 500):
        self.binary = binary
        self.config = folder / "qualiodoo.yaml"
        self.config.write_text(config_text(policy, url, folder, page_size), encoding="utf-8")

    def run(self, now: str, *command: str, accept=(0,)):
        words = [str(self.binary), "-c", str(self.config), "--now", now, "--json", *command]
        done = zygote.run(words, timeout=120, env={**os.environ, "QUALIODOO_SECRET": SECRET}, stdin=subprocess.DEVNULL)
        assert done.returncode in accept, f"{' '.join(words)}: exit {done.returncode}\n{done.stderr[-3000:]}"
        try:
            return json.loads(done.stdout) if done.returncode == 0 else None
        except ValueError:
            raise AssertionError(f"{' '.join(words)}: not one JSON document:\n{done.stdout[:2000]}\n{done.stderr[-2000:]}") from None


def moment(day: date, policy: Policy, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(policy.timezone))


def same(expected, got) -> bool:
    """Equal on the keys the model knows; `source` only where the rules say what it is."""
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(k in got and (same(v, got[k]) or (k == "source" and v is None)) for k, v in expected.items())
    if isinstance(expected, list):
        return isinstance(got, list) and len(expected) == len(got) and all(map(same, expected, got))
    return type(expected) is type(got) and expected == got


def nothing(balance: dict) -> bool:
    return not balance["lots"] and not any(balance[k] for k in ("balance_minutes", "overdraft_minutes", "held_minutes"))


def entry_text(entry) -> str:
    if entry is None:
        return "-"
    return f"{entry.get('date')} {entry.get('kind')} {entry.get('minutes')} = {entry.get('balance_minutes')} {entry.get('lot')} <- {entry.get('source')}"


def explain(history, customer, policy, now, expected, got, expected_entries, got_entries) -> str:
    out = [f"customer {customer} ({name_of(history, customer)}) at {now}", str(policy), H.describe(H.only(history, customer, policy))]
    for name, value in derive(history, policy, datetime.fromisoformat(now).date())[customer].__dict__.items():
        if name in ("grants", "clawbacks"):
            out += [f"  model's {v}" for v in value]
    lots = lambda b: {l["lot"]: l for l in b["lots"]} if b else {}
    for key in [k for k in expected if k not in ("lots", "customer", "customer_id")]:
        if got is None or expected[key] != got.get(key):
            out.append(f"{key}: model {expected[key]}, program {got and got.get(key)}")
    for lot in dict.fromkeys([*lots(expected), *lots(got)]):
        if lots(expected).get(lot) != lots(got).get(lot):
            out.append(f"model   {lots(expected).get(lot)}\nprogram {lots(got).get(lot)}")
    for i in range(max(len(expected_entries), len(got_entries))):
        left = expected_entries[i] if i < len(expected_entries) else None
        right = got_entries[i] if i < len(got_entries) else None
        if left is not None and right is not None and same(left, right):
            out.append(f"   {entry_text(left)}")
        else:
            out.append(f"!! model   {entry_text(left)}\n!! program {entry_text(right)}")
    return "\n".join(out)


def compare(program: Program, history, policy, now: datetime, command: str = "reconcile") -> dict:
    """Every customer, to the minute and entry by entry (a ledger's notes aside), after a cycle whose report is given."""
    text = now.isoformat()
    report = program.run(text, command)
    reports = run(history, policy, now.date())
    expected = {b["customer_id"]: b for b in balance_json(history, reports)}
    answer = program.run(text, "balance")
    assert [b["customer_id"] for b in answer] == sorted({b["customer_id"] for b in answer}), "balance: not ordered by customer id, or twice the same"
    got = {b["customer_id"]: b for b in answer}
    wrong = []
    for customer, balance in expected.items():
        entries = ledger_json(history, reports, customer)["entries"]
        empty = nothing(balance) and not entries
        ledger = program.run(text, "ledger", str(customer), accept=(0, 1) if empty else (0,))
        theirs = ledger["entries"] if ledger else []
        fine = same(balance, got[customer]) if customer in got else empty
        if not fine or not same(entries, theirs):
            wrong.append((customer, balance, entries, theirs))
    for customer, balance in got.items():
        assert customer in expected or nothing(balance), f"the program gives credit to {customer}, unknown to the history: {balance}"
    if wrong:
        customer, balance, entries, theirs = min(wrong, key=lambda w: len(w[2]))
        pytest.fail(f"{len(wrong)} of {len(expected)} customers differ; the shortest:\n"
                    + explain(history, customer, policy, text, balance, got.get(customer), entries, theirs), pytrace=False)
    return report


def days_of(history, policy, rng, count):
    """Days worth looking from: those on which something happens, and around them; in no order."""
    far = run(history, policy, date(2033, 1, 1))
    busy = sorted({e.date for r in far.values() for e in r.entries}) or [date(2026, 1, 1)]
    chosen = [rng.choice(busy) + timedelta(days=rng.choice((0, 0, -1, 1))) for _ in range(count)]
    return [*chosen, date(2029, 6, 1)]


def moments_of(history, policy, rng, count):
    for day in days_of(history, policy, rng, count):
        # A response later today exists or not according to the hour: the rules speak of days, so look at the end of the day.
        late = policy.count_from == "response"
        yield moment(day, policy, time(23, 59, 59) if late else rng.choice((time(23, 59, 59), time(0, 0), time(12, 0))))


def version_for(history, wanted: int) -> int:
    return 19 if convert.needs_19(history) else setting("QUALIODOO_PROPERTY_VERSION", wanted)


def play(binary, policy, history, moments, version=17, page_size=500):
    """The whole history, looked at from several moments in no order, each after a `reconcile`."""
    from odoosim import World

    world = World(version=version_for(history, version), today=LOADED_ON)
    loader = convert.Loader(world)
    loader.put(history)
    translated, policy = convert.translate(history, loader.ids), convert.translate_policy(policy, history, loader.ids)
    with world.serve() as server, tempfile.TemporaryDirectory(prefix="qualiodoo-") as folder:
        server.record = False
        program = Program(binary, policy, server.url, Path(folder), page_size)
        for now in moments:
            world.now = max(now, moment(LOADED_ON, policy, time(23)))
            compare(program, translated, policy, now)


def play_in_steps(binary, policy, history, rng, steps=2, version=17, page_size=500):
    """The history as it came about: people change things in Odoo between the program's incremental cycles."""
    from odoosim import World

    told = H.stages(H.Chooser(rng), history, policy, steps, KINDS)
    moments = sorted(max(m, moment(LOADED_ON, policy, time(23))) for m in list(moments_of(history, policy, rng, steps + 1))[:steps + 1])
    world = World(version=19 if any(map(convert.needs_19, told)) else version_for(history, version), today=LOADED_ON)
    loader = convert.Loader(world)
    with world.serve() as server, tempfile.TemporaryDirectory(prefix="qualiodoo-") as folder:
        server.record = False
        program = None
        for stage, now in zip(told, moments):
            world.now = now - timedelta(minutes=1)
            loader.put(stage)
            translated, theirs = convert.translate(stage, loader.ids), convert.translate_policy(policy, stage, loader.ids)
            program = program or Program(binary, theirs, server.url, Path(folder), page_size)
            world.now = now
            compare(program, translated, theirs, now, "sync")
        report = compare(program, translated, theirs, now)
        # A payment that gets another date stamps its partial, of which nothing is mirrored that a date changes.
        missed = {**report["created"], **report["deleted"], **{k: n for k, n in report["updated"].items() if k != "account.partial.reconcile"}}
        assert not missed and not report["accounts_changed"], f"reconcile found what the incremental cycles had missed: {report}"


def play_seed(binary, seed, customers, days):
    rng = random.Random(f"world {seed}")
    policy = H.random_policy(seed, KINDS)
    history = H.random_history(seed, policy, customers, KINDS)
    play(binary, policy, history, list(moments_of(history, policy, rng, days)), rng.choice((17, 19)), page_size=rng.choice((3, 50, 500)))


def play_seed_in_steps(binary, seed, customers, steps):
    rng = random.Random(f"steps {seed}")
    policy = H.random_policy(1_000_000 + seed, KINDS)
    history = H.random_history(1_000_000 + seed, policy, customers, KINDS)
    play_in_steps(binary, policy, history, rng, steps, rng.choice((17, 19)), rng.choice((3, 50, 500)))


FIRST = setting("QUALIODOO_PROPERTY_SEED", 0)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + setting("QUALIODOO_PROPERTY_WORLDS", 6)))
def test_the_ledger_is_that_of_the_model(seed):
    play_seed(BINARY, seed, setting("QUALIODOO_PROPERTY_CUSTOMERS", 25), 3)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + setting("QUALIODOO_PROPERTY_WORLDS", 6)))
def test_the_ledger_is_that_of_the_model_after_each_incremental_sync(seed):
    play_seed_in_steps(BINARY, seed, setting("QUALIODOO_PROPERTY_CUSTOMERS", 25), 3)


def test_the_ledger_is_that_of_the_model_on_histories_by_hypothesis():
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    @settings(max_examples=setting("QUALIODOO_PROPERTY_EXAMPLES", 25), deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False)
    @given(H.policies_and_histories(max_customers=3, kinds=KINDS), st.integers(0, 1000))
    def check(both, salt):
        policy, history = both
        play(BINARY, policy, history, list(moments_of(history, policy, random.Random(salt), 1)))

    check()


@pytest.mark.parametrize("seed", (1, 2))
def test_these_tests_pass_when_the_model_plays_the_program(seed):
    """What is loaded into Odoo is enough to find the history again (no binary needed)."""
    play_seed(REFERENCE, seed, 4, 1)
    play_seed_in_steps(REFERENCE, seed, 4, 1)
