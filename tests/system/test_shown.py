"""The credit that Odoo shows of each customer: one row of x_qualiodoo_account, written in batches, right whatever happens."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run, Server, World
from test_setup import ACCOUNT, old_columns

PARTNER = "res.partner"
NAMES = ("x_name", "x_minutes", "x_hours", "x_last_day", "x_state")


class Show:
    """A desk whose customers show their credit; the agent may not write on customers."""

    def __init__(self, world: World, server: Server, run: Run) -> None:
        self.world, self.server, self.run = world, server, run
        self.secret = run.folder / "admin"
        self.secret.write_text("admin\n")
        self.secret.chmod(0o600)
        run.configure(writeback={"enabled": True, "since": "2026-03-01", "balance": {"fields": True, "alerts": False}})
        self.customer = world.partner("Exemple SARL")
        self.ticket = world.ticket(self.customer, created="2026-03-02 09:00")
        world.reply(self.ticket, at="2026-03-02 09:10")

    def setup(self, *more: str) -> None:
        """Without the lease, which is waited for before the first write: test_lease.py has its tests."""
        self.run("setup", "--admin", "admin", "--admin-secret-file", self.secret, *more, check=0)
        with self.world.transaction() as env:
            env.unlink("ir.model", env.search("ir.model", [("model", "=", "x_qualiodoo_lease")], order="id"))

    def pack(self, customer: int | None = None, day: str = "2026-03-10") -> int:
        invoice = self.world.invoice(customer or self.customer, [("SUP12", 1)], day)
        self.world.pay(invoice, day)
        return invoice

    def sync(self, command: str = "sync", **options: Any) -> Any:
        return self.run(command, "--json", now="2026-03-20", **{"check": 0, **options})

    def rows(self) -> list[tuple[Any, ...]]:
        env = self.world.env()
        found = env.read(ACCOUNT, env.search(ACCOUNT, [], order="id"), ["x_partner_id", *NAMES], load="")
        return [(r["x_partner_id"], *(r[n] for n in NAMES)) for r in found]

    def of(self, minutes: int, day: Any = "2027-03-09", state: str = "ok", name: str = "Exemple SARL") -> tuple[Any, ...]:
        return self.customer, name, minutes, minutes / 60, day, state

    def row(self) -> int:
        return int(self.world.env().search(ACCOUNT, [("x_partner_id", "=", self.customer)], order="id")[0])

    def writes(self) -> list[tuple[str, int]]:
        return [(c.method, len(c.args[-1]) if c.method == "load" else len(c.args[0])) for c in self.server.calls
                if c.writes and c.model == ACCOUNT]


@pytest.fixture
def show(world: World, server: Server, run: Run) -> Show:
    made = Show(world, server, run)
    made.setup()
    server.clear()
    return made


NOTHING = {"queued": 0, "sent": 0, "refused": 0}
ONE = {"queued": 1, "sent": 1, "refused": 0}


@pytest.mark.parametrize("version", [pytest.param(17, marks=pytest.mark.world(version=17)),
                                     pytest.param(19, marks=pytest.mark.world(version=19))])
def test_the_credit_left_its_last_day_and_its_state_are_shown(show: Show, version: int) -> None:
    show.pack()
    assert show.sync().json["writes"] == ONE and show.rows() == [show.of(720)]
    assert show.sync().json["writes"] == NOTHING
    show.world.timesheet(show.ticket, 10.5, "2026-03-11")
    assert show.sync().json["writes"] == ONE and show.rows() == [show.of(90, state="low")]
    show.world.timesheet(show.ticket, 3.0, "2026-03-12")
    assert show.sync().json["writes"] == ONE and show.rows() == [show.of(-90, False, "empty")]
    show.run.forget()
    assert show.sync().json["writes"] == NOTHING and show.rows() == [show.of(-90, False, "empty")]
    assert {m for m, _ in show.writes()} == {"create", "load"}


@pytest.mark.parametrize("account", ["commercial", "top"])
def test_a_subsidiary_shows_the_credit_of_its_account_holder(show: Show, account: str) -> None:
    """credit.account: top shares the packs of the topmost parent; setup changes the fields when the key changes."""
    group = show.world.partner("Groupe")
    show.world.move_contact(show.customer, group)
    subsidiary = show.world.partner("Filiale", parent=show.customer, is_company=True)
    contact = show.world.partner("Jeanne", parent=subsidiary)
    show.run.configure(credit={"account": account})
    show.setup()
    show.pack(group)
    show.sync("reconcile")
    read = show.world.env().read(PARTNER, [group, show.customer, subsidiary, contact], ["x_qualiodoo_hours"], load="")
    assert [r["x_qualiodoo_hours"] for r in read] == ([12.0] * 4 if account == "top" else [12.0, 0, 0, 0])


def test_the_agent_needs_no_right_on_customers(show: Show) -> None:
    show.pack()
    show.sync()
    assert not [c for c in show.server.calls if c.writes and c.model == PARTNER]
    read = show.world.env().read(PARTNER, [show.customer], ["x_qualiodoo_hours", "x_qualiodoo_state"])[0]
    assert (read["x_qualiodoo_hours"], read["x_qualiodoo_state"]) == (12.0, "ok")


def test_a_customer_that_never_had_credit_has_no_row(show: Show) -> None:
    show.sync()
    assert show.rows() == []


def test_rows_are_made_and_changed_in_one_call_each(show: Show) -> None:
    customers = [show.customer, *(show.world.partner(f"Client {n}") for n in range(30))]
    for customer in customers:
        show.pack(customer)
    assert show.sync().json["writes"] == {"queued": 31, "sent": 31, "refused": 0} and show.writes() == [("create", 31)]
    for customer in customers[1:]:
        show.world.timesheet(show.world.ticket(customer, created="2026-03-12 09:00"), 1.0, "2026-03-12")
    show.pack(show.world.partner("Nouveau"))
    show.server.clear()
    show.sync()
    assert show.writes() == [("create", 1), ("load", 30)] and {r[2] for r in show.rows()} == {720, 660}


def test_no_more_than_max_writes_in_a_cycle(show: Show) -> None:
    show.run.configure(safety={"max_writes": 2})
    for n in range(3):
        show.pack(show.world.partner(f"Client {n}"))
    assert "3 writes wait" in show.sync(check=4).err and show.rows() == []
    show.sync("reconcile", check=4)
    show.run("reconcile", "--force", now="2026-03-20", check=0)
    assert len(show.rows()) == 3


# ---- It never goes stale ----


def test_adjust_then_sync_shows_the_new_credit(show: Show) -> None:
    show.run("sync", check=0)
    for minutes, shown in ((30, 30), (5, 35)):
        show.run("adjust", show.customer, minutes, "--reason", "x", check=0)
        show.run("sync", check=0)
        assert [r[2] for r in show.rows()] == [shown]


@pytest.mark.parametrize("changed", [{"x_minutes": 5}, {"x_hours": 99.0}, {"x_last_day": False}, {"x_last_day": "2030-01-01"},
                                     {"x_state": "empty"}, {"x_name": "Autre"}])
def test_what_a_person_changed_is_written_again_at_the_next_cycle(show: Show, changed: dict[str, Any]) -> None:
    show.pack()
    show.sync()
    show.world.write(ACCOUNT, show.row(), **changed)
    assert show.sync().json["writes"] == ONE and show.rows() == [show.of(720)]


def test_what_was_changed_without_a_trace_or_deleted_is_found_by_reconcile(show: Show) -> None:
    show.pack()
    show.sync()
    show.world.patch(ACCOUNT, show.row(), x_minutes=5)  # by SQL: write_date stays
    show.sync("reconcile")
    assert show.rows() == [show.of(720)]
    show.world.delete(ACCOUNT, show.row())
    show.sync("reconcile")
    assert show.rows() == [show.of(720)]


def test_deleted_rows_of_shown_credit_are_made_again_even_beyond_max_delete(show: Show) -> None:
    for n in range(25):
        show.pack(show.world.partner(f"Client {n}"))
    show.sync()
    show.world.delete(ACCOUNT, *show.world.env().search(ACCOUNT, []))
    show.sync("reconcile")
    assert len(show.rows()) == 25


def test_a_second_row_of_a_customer_is_removed(show: Show) -> None:
    show.pack()
    show.sync()
    first = show.row()
    show.world.create(ACCOUNT, x_partner_id=show.customer, x_name="x", x_minutes=1)
    show.sync()
    assert show.rows() == [show.of(720)] and show.row() == first
    assert show.sync().json["writes"] == NOTHING


def test_the_row_of_a_contact_that_has_no_account_is_removed(show: Show) -> None:
    show.pack()
    show.sync()
    company = show.world.partner("Groupe")
    show.world.create(ACCOUNT, x_partner_id=company, x_name="x", x_minutes=1)
    show.sync()
    assert show.rows() == [show.of(720)]


def test_a_renamed_customer_is_shown_by_the_new_name(show: Show) -> None:
    show.pack()
    show.sync()
    show.world.write(PARTNER, show.customer, name="Exemple SAS")
    show.sync()
    assert show.rows() == [show.of(720, name="Exemple SAS")]


def test_names_that_are_not_kept_are_not_written(show: Show) -> None:
    show.run.configure(privacy={"keep_names": False})
    show.pack()
    show.sync()
    assert show.rows() == [show.of(720, name=f"#{show.customer}")]


def test_a_model_removed_and_made_again_is_filled_again(show: Show) -> None:
    show.pack()
    show.sync()
    show.setup("--remove")
    show.sync()
    assert show.sync().json["writes"] == NOTHING
    show.setup()
    show.sync()
    assert show.rows() == [show.of(720)]


# ---- Whatever is cut off ----


@pytest.mark.parametrize("action", ["drop_after", "drop_before"])
@pytest.mark.parametrize("method", ["create", "load"])
def test_a_lost_answer_makes_no_second_row(show: Show, method: str, action: str) -> None:
    show.pack()
    if method == "load":
        show.sync()
        show.world.timesheet(show.ticket, 1.0, "2026-03-11")
    show.server.fault(action, lambda c: c.model == ACCOUNT and c.method == method, times=0)
    show.sync(check=1)
    assert "sending" in {row[0] for row in show.run.sql("SELECT state FROM outbox")}
    show.server.faults.clear()
    show.server.clear()
    show.sync()
    assert show.rows() == [show.of(720 if method == "create" else 660)]
    assert len(show.writes()) == (0 if action == "drop_after" else 1)


def test_killed_before_every_call_a_customer_has_one_row(world: World, server: Server, run: Run) -> None:
    import signal
    import subprocess

    show = Show(world, server, run)
    show.setup()
    others = [show.customer, *(world.partner(f"Client {n}") for n in range(3))]
    show.pack()
    show.sync()
    for customer in others:
        show.pack(customer, "2026-03-11")
    server.clear()
    show.run("sync", "--json", now="2026-03-20", check=0)
    calls, complete = len(server.calls), [r[2] for r in show.rows()]
    assert complete == [1440, 720, 720, 720]
    for number in range(max(1, calls - 12), calls + 1):
        rows = world.env().search(ACCOUNT, [("x_partner_id", "!=", show.customer)])
        world.delete(ACCOUNT, *rows)
        world.write(ACCOUNT, show.row(), x_minutes=1)
        process = subprocess.Popen([*show.run.command("reconcile")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server.before_call(number, lambda: process.send_signal(signal.SIGKILL))  # noqa: B023
        process.wait(timeout=60)
        show.sync("reconcile")
        assert [r[2] for r in show.rows()] == complete, number


def test_a_refusal_of_one_row_parks_that_row_alone_with_its_reason(show: Show) -> None:
    others = [show.world.partner(f"Client {n}") for n in range(3)]
    for customer in (show.customer, *others):
        show.pack(customer)
    from odoosim.faults import ValidationError

    def bad(call: Any) -> bool:
        return call.model == ACCOUNT and call.method == "create" and any(v.get("x_partner_id") == others[1] for v in call.args[0])

    show.server.fault("fault", bad, times=0, error=ValidationError("Not this one."))
    for _ in range(2):
        show.sync(check=None)
        assert len(show.rows()) == 3
        [row] = show.run("outbox", "--json", check=0).json
        assert row["state"] == "refused" and "Not this one." in row["reason"] and row["record"] == others[1]
    show.server.faults.clear()
    show.run("outbox", "retry", check=0)
    show.sync()
    assert len(show.rows()) == 4


def test_without_rights_every_row_is_parked_with_the_reason(show: Show) -> None:
    env = show.world.env()
    show.world.write("ir.model.access", env.search("ir.model.access", [("model_id.model", "=", ACCOUNT)]), perm_create=False)
    show.pack()
    message = show.sync(check=1).err
    assert "'qualiodoo outbox' says why" in message
    [row] = show.run("outbox", "--json", check=0).json
    assert row["state"] == "refused" and "not allowed to create" in row["reason"]


@pytest.mark.parametrize("answer", [[5], [{}], [{"id": 0, "x_partner_id": 5}], {"id": 3}, 7])
def test_a_malformed_answer_to_the_search_of_a_row_never_makes_a_second_one(show: Show, answer: Any) -> None:
    show.pack()
    show.sync()
    from odoosim import wire

    show.world.timesheet(show.ticket, 1.0, "2026-03-11")
    show.server.clear()
    body = wire.dumps(answer, 17)
    show.server.fault("html", lambda c: c.model == ACCOUNT and c.method == "search_read" and "domain" not in c.kwargs
                      and c.args and c.args[0] and c.args[0][0][0] == "x_partner_id", times=0, body=body)
    show.sync(check=1)
    assert not show.writes() and len(show.rows()) == 1


# ---- Shadow mode, and the columns of 0.1.0 ----


def test_in_shadow_mode_the_outbox_says_what_would_be_written(show: Show) -> None:
    show.run.configure(writeback={"enabled": False})
    show.pack()
    show.sync()
    [row] = show.run("outbox", "--json", check=0).json
    assert row["state"] == "shadow" and row["part"] == "account" and row["payload"]["x_minutes"] == 720 and not show.rows()


def test_the_columns_of_an_earlier_version_are_filled_until_setup_replaces_them(world: World, server: Server, run: Run) -> None:
    show = Show(world, server, run)
    old_columns(world)
    world.set_groups("agent@example.com", ["base.group_user", "account.group_account_readonly", "base.group_partner_manager",
                                           "hr_timesheet.group_hr_timesheet_approver", "helpdesk_mgmt.group_helpdesk_user"])
    show.pack()
    show.sync()
    assert world.row(PARTNER, show.customer)["x_qualiodoo_credit_minutes"] == 720
    world.timesheet(show.ticket, 1.0, "2026-03-11")
    server.fault("status", lambda c: c.model == PARTNER and c.method == "write", times=0, status=500)
    show.sync(check=1)  # a write that waits for the columns when they go
    server.faults.clear()
    show.setup()
    show.sync()
    assert show.rows() == [show.of(660)] and "x_qualiodoo_credit_minutes" not in world.row(PARTNER, show.customer)
    assert show.run("outbox", "--json", check=0).json == []
