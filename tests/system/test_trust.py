"""What a user must be able to trust: the pull against a server that changes and misbehaves."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "odoo"))
from odoosim import World  # noqa: E402

QUALIODOO = os.environ.get("QUALIODOO", str(ROOT / "build" / "qualiodoo"))
NOW = "2026-03-20T10:00:00Z"


class Desk:
    """A small desk: one customer with a paid pack, one ticket with 35 minutes of work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World(today="2026-03-20")
        self.customer = self.world.partner("Exemple SARL", ref="EX1")
        self.invoice = self.world.invoice(self.customer, [("SUP12", 1)], "2026-03-01")
        self.world.pay(self.invoice, "2026-03-10")
        self.ticket = self.world.ticket(self.customer, created="2026-03-11 09:00")
        self.lines = [self.world.timesheet(self.ticket, hours, "2026-03-12") for hours in (0.5, 2 / 60, 1 / 60)]
        self.server = self.world.serve()

    def run(self, *command: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        secret = self.folder / "secret"
        secret.write_text("agent-secret\n")
        secret.chmod(0o600)
        config = self.folder / "q.yaml"
        config.write_text(f"""odoo: {{url: "{self.server.url}", database: demo, login: agent@example.com,
  secret_file: {secret}, page_size: 2, timeout: 5s}}
state: {{path: {self.folder}/state.db}}
credit: {{packs: [{{product: SUP12, hours: 12}}]}}
writeback: {{enabled: false}}
""")
        done = subprocess.run([QUALIODOO, "-c", str(config), "--now", NOW, *command], capture_output=True, text=True,
                              timeout=120, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def balance(self) -> int:
        accounts = json.loads(self.run("balance", "--json").stdout)
        return next(a["balance_minutes"] for a in accounts if a["customer_id"] == self.customer)

    def forget(self) -> None:
        for path in self.folder.glob("state.db*"):
            path.unlink()


@pytest.fixture
def desk(tmp_path: Path):
    made = Desk(tmp_path)
    with made.server:
        yield made


def test_the_first_pull_gives_the_balance_and_the_second_differs_in_nothing(desk: Desk) -> None:
    assert json.loads(desk.run("reconcile", "--json").stdout)["drift"] is True
    assert desk.balance() == 720 - 35
    assert json.loads(desk.run("reconcile", "--json").stdout)["drift"] is False


@pytest.mark.parametrize("change", ["unlinked line", "new line", "payment undone", "line edited"])
def test_a_sync_after_a_change_gives_what_a_new_state_gives(desk: Desk, change: str) -> None:
    desk.run("sync")
    if change == "unlinked line":
        desk.world.delete("account.analytic.line", desk.lines[0])
    elif change == "new line":
        desk.world.timesheet(desk.ticket, 1, "2026-03-13")
    elif change == "line edited":
        desk.world.write("account.analytic.line", desk.lines[0], unit_amount=2.0)
    else:
        desk.world.unpay(desk.invoice)
    desk.run("sync")
    synced = desk.balance()
    desk.forget()
    desk.run("reconcile")
    assert synced == desk.balance() != 720 - 35


def test_killed_at_every_call_of_the_first_pull_it_goes_on_to_the_same_balance(desk: Desk) -> None:
    desk.run("reconcile")
    calls = len(desk.server.calls)
    for n in range(2, calls, 5):
        desk.forget()
        desk.server.fault("drop_after", match=lambda call: True, after=n, times=10_000)
        desk.run("reconcile", code=1) if n > calls - 2 else subprocess.run(
            ["timeout", "-s", "KILL", "1", QUALIODOO, "-c", str(desk.folder / "q.yaml"), "--now", NOW, "reconcile"],
            capture_output=True, check=False)
        desk.server.faults.clear()
        desk.run("sync")
        assert desk.balance() == 720 - 35, n


def test_hidden_records_are_a_loss_of_rights_and_nothing_is_deleted(desk: Desk) -> None:
    desk.run("reconcile")
    desk.world.hide("account.analytic.line", [("id", "in", desk.lines)], "agent@example.com")
    assert "rights" in desk.run("reconcile", code=1).stderr
    assert desk.balance() == 720 - 35


def test_more_deletions_than_allowed_stop_with_exit_code_4(desk: Desk) -> None:
    more = [desk.world.timesheet(desk.ticket, 0.25, "2026-03-14") for _ in range(30)]
    desk.run("reconcile")
    before = desk.balance()
    for line in more:
        desk.world.vanish("account.analytic.line", line)
    desk.run("reconcile", code=4)
    assert desk.balance() == before
    desk.run("reconcile", "--force")
    assert desk.balance() == 720 - 35


def test_a_dry_run_makes_no_file_and_exits_3(desk: Desk) -> None:
    desk.run("reconcile", "--dry-run", code=3)
    assert not list(desk.folder.glob("state.db*"))


def test_a_foreign_state_file_is_refused_and_left_untouched(desk: Desk) -> None:
    (desk.folder / "state.db").write_bytes(b"not a database, but long enough to be looked at" * 50)
    before = (desk.folder / "state.db").read_bytes()
    desk.run("reconcile", code=1)
    assert (desk.folder / "state.db").read_bytes() == before


def test_no_mail_address_phone_or_body_is_ever_asked_and_nothing_is_written(desk: Desk) -> None:
    desk.run("reconcile")
    for call in desk.server.calls:
        assert not call.writes
        assert not {"email", "phone", "mobile", "body"} & set(call.kwargs.get("fields") or [])
