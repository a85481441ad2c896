"""What `status` says of the last reconciliation, and in whose time."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import textwrap
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import Run, Shop

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "OPERATIONS.md").read_text()

UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
AGE = "status.max_reconcile_age"


def later(hours: float) -> str:
    """So long after now, by the machine's clock: what the cycles note."""
    return (datetime.now(timezone.utc) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def forget_the_beginning(run: Run) -> None:
    """As in a state of an earlier version."""
    with closing(sqlite3.connect(run.state)) as database, database:
        assert database.execute("DELETE FROM meta WHERE key = 'first_success'").rowcount == 1


def ages(run: Run, now: str | bool, check: int = 3) -> list[str]:
    """The problems of `status` with the reconciliation. The mirrors are not to be late."""
    run.configure(status={"max_lag": "24h"})
    return [p for p in run("status", "--json", now=now, check=check).json["problems"] if AGE in p]


def test_a_state_without_a_reconciliation_is_healthy_until_it_is_as_old_as_one_may_be(run: Run, shop: Shop) -> None:
    run.configure(status={"max_reconcile_age": "12h"})
    run("sync", check=0)
    run("sync", check=0)
    assert not ages(run, later(11.9), check=0)
    (problem,) = ages(run, later(12.1))
    assert "no reconciliation of everything has succeeded yet" in problem and "12:00 hours" in problem
    assert "qualiodoo reconcile" in problem and "list-timers" in problem


def test_of_a_state_whose_beginning_is_not_known_a_reconciliation_is_missing_at_once(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    forget_the_beginning(run)
    assert "no reconciliation" in ages(run, False)[0]
    run("sync", check=0)
    assert ages(run, False), "a later success is not the first"


def test_a_reconciliation_that_is_too_old_is_a_problem(run: Run, shop: Shop) -> None:
    run.configure(status={"max_reconcile_age": "12h"})
    run("reconcile", check=0)
    assert not ages(run, later(11.9), check=0)
    (problem,) = ages(run, later(12.1))
    done = run("status", "--json", now=False).json["odoo"]["last_reconcile"]
    assert f"was on {done}" in problem


def test_a_reconciliation_of_one_customer_or_a_trial_is_none_of_everything(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    forget_the_beginning(run)
    run("reconcile", "--customer", shop.acme, check=0)
    run("reconcile", "--dry-run", check=0)
    assert ages(run, False)
    run("reconcile", check=0)
    assert not ages(run, False, check=0)


def test_the_age_of_the_reconciliation_can_be_left_unwatched(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    forget_the_beginning(run)
    run.configure(status={"max_reconcile_age": None})
    assert not ages(run, False, check=0)


def test_the_text_has_the_configured_zone_and_the_document_utc(run: Run, shop: Shop) -> None:
    run.configure(timezone="Asia/Tokyo", status={"max_reconcile_age": "1h"})
    run("reconcile", check=0)
    run.write_secret("wrong")
    run("sync", check=1)
    document = run("status", "--json", now=later(2), check=3)
    text = run("status", now=later(2), check=3).out
    assert UTC.search(document.out) and not UTC.search(text), text
    shown = {key: datetime.strptime(document.json["odoo"][key], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
             .astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%d %H:%M") for key in ("last_success", "last_reconcile", "last_error_at")}
    assert f"last success: {shown['last_success']} (times are those of Asia/Tokyo)\n" in text
    assert f"last reconcile: {shown['last_reconcile']}\n" in text and f"was on {shown['last_reconcile']}," in text
    assert f"last error: {shown['last_error_at']}: " in text
    assert re.search(rf"^ticket +\d+ +{shown['last_success'][:10]} \d\d:\d\d$", text, re.M)


def test_doctor_tells_the_age_of_the_state_in_the_configured_zone(run: Run, shop: Shop) -> None:
    run.configure(timezone="Asia/Tokyo")
    run("sync", check=0)
    text, document = run("doctor").out, run("doctor", "--json").json
    assert re.search(r"the local state is of \d{4}-\d\d-\d\d \d\d:\d\d", text) and not UTC.search(text)
    assert any(re.search(rf"local state is of {UTC.pattern}", f["text"]) for f in document["findings"])


def test_the_example_of_a_unit_that_tells_of_a_failure(tmp_path: Path) -> None:
    """systemd takes it, it is told the name of the unit that failed, and the manual has the same one."""
    handler, failing = (textwrap.dedent(block) for block in re.findall(r"^  ```ini\n(.*?)^  ```", OPERATIONS, re.S | re.M))
    name = re.search(r"/(qualiodoo-failed@)\.service", handler)[1]  # type: ignore[index]
    manual = (ROOT / "man" / "qualiodoo.1").read_text().replace(" \\e\n   ", "")
    for block in (handler, failing):
        assert block.split("\n", 1)[1].strip() in manual
    assert f"OnFailure={name}%n.service" in failing
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze")
    unit = tmp_path / f"{name}qualiodoo-reconcile@qualiodoo.service.service"
    unit.write_text(handler)
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
