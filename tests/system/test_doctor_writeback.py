"""doctor on what is written into Odoo, and on the working calendars that response times are counted by.

The rights of the agent's user are those of docs/OPERATIONS.md, "The agent's user in Odoo": each is needed, for what its table says.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from conftest import Result, Run
from odoosim import Server, World
from test_doctor import AGENT, GROUPS, Practice
from test_setup import ACCOUNT, CREDIT, automate_as_0_1_0, old_columns

TAG = "SLA dépassé"
CONTACTS = "base.group_partner_manager"


class Desk(Practice):
    """A practice in which everything is written back."""

    def setup(self, *more: str) -> None:
        secret = self.run.folder / "admin"
        secret.write_text("admin\n")
        secret.chmod(0o600)
        self.run("setup", "--admin", "admin", "--admin-secret-file", secret, *more, check=0)

    def everything(self) -> Desk:
        self.run.configure(writeback={"balance": {"fields": True, "alerts": True}})
        self.setup()
        self.world.set_groups(AGENT, [*GROUPS, CONTACTS, "project.group_project_user", *self.made])
        self.cycle()
        return self

    def cycle(self, check: int = 0) -> Result:
        """Without the lease, for which a cycle that writes waits half a minute; doctor finds it again."""
        with self.world.transaction() as env:
            env.unlink("ir.model", env.search("ir.model", [("model", "=", "x_qualiodoo_lease")], order="id"))
        self.whole = True
        return self.run("sync", check=check)

    @property
    def made(self) -> list[str]:
        """The group that setup made, under the name that set_groups knows it by."""
        group = self.world.env().search("res.groups", [("name", "=", "qualiodoo agent")])[0]
        self.world.groups["qualiodoo.group_agent"] = group
        return ["qualiodoo.group_agent"]


@pytest.fixture
def desk(world: World, server: Server, run: Run) -> Desk:
    return Desk(world, server, run).everything()


@pytest.fixture
def bare(world: World, server: Server, run: Run) -> Desk:
    """Adjustments and balances work; nothing was made for write-back but the tag."""
    made = Desk(world, server, run)
    made.ready()
    return made


FLAVOURS = ("oca", "enterprise", "task")


@pytest.mark.parametrize("flavour", [pytest.param(f, marks=pytest.mark.world(flavour=f)) for f in FLAVOURS])
def test_after_setup_and_with_all_rights_nothing_is_missing(world: World, server: Server, run: Run, flavour: str) -> None:
    if flavour == "task":
        run.configure(tickets={"flavour": "task", "domain": [["project_id", "!=", False]]})
    desk = Desk(world, server, run)
    desk.everything() if flavour != "enterprise" else (desk.setup(), desk.cycle())
    assert not desk.problems(), desk.problems()
    assert any(f["topic"] == "write-back" and f["level"] == "ok" for f in desk.doctor())


# ---- Rights ----


def test_only_alerts_take_the_right_to_write_on_customers(desk: Desk) -> None:
    desk.world.set_groups(AGENT, [*GROUPS, *desk.made])
    found = desk.only("write-back", "no right to write on res.partner", "alerts", "Contact Creation")
    assert found["text"].endswith("Odoo would refuse: the alerts for the salesperson")
    desk.run.configure(writeback={"balance": {"alerts": False, "fields": True}})
    assert not desk.problems()


def test_no_right_to_write_the_credit_shown(desk: Desk) -> None:
    env = desk.world.env()
    lines = env.search("ir.model.access", [("model_id.model", "=", ACCOUNT), ("name", "=", "qualiodoo agent")])
    desk.world.write("ir.model.access", lines, perm_create=False, perm_unlink=False)
    desk.only("write-back", f"lacks rights on {ACCOUNT}: create, unlink", "qualiodoo setup")
    desk.setup()
    assert not desk.problems()


def test_no_right_to_write_on_tickets(bare: Desk) -> None:
    env = bare.world.env()
    for line in env.search("ir.model.access", [("model_id.model", "=", "helpdesk.ticket"), ("perm_write", "=", True)]):
        bare.world.write("ir.model.access", line, perm_write=False)
    found = bare.only("write-back", "no right to write on helpdesk.ticket", "right 'User' of Helpdesk")
    assert found["text"].endswith(f"Odoo would refuse: the tag '{TAG}', the activity of a breach, the warning before a breach")
    bare.run.configure(writeback={"breach": {"activity": False, "warning": False}})
    assert bare.only("write-back")["text"].endswith(f"Odoo would refuse: the tag '{TAG}'")
    bare.run.configure(writeback={"breach": {"tag": False}})
    assert not bare.problems()  # whoever reads a ticket may post a note on it


def test_a_user_without_an_address_may_not_post(bare: Desk) -> None:
    """No note is written then, and nothing that stands on it."""
    world, ticket = bare.world, bare.world.ticket(bare.shop.acme, priority="3", created=bare.world.now - timedelta(days=3))
    (user,) = world.env().search("res.users", [("login", "=", AGENT)])
    world.write("res.partner", world.partner_of(user), email=False)
    bare.only("write-back", "no e-mail address", "every note")
    assert "configure the sender's email address" in bare.cycle(check=1).err
    assert {row[0] for row in bare.run.sql("SELECT state FROM outbox WHERE record = ?", ticket)} == {"refused", "queued"}


def test_no_right_to_read_tickets(bare: Desk) -> None:
    bare.world.deny("helpdesk.ticket")
    found = [p for p in bare.problems() if p["topic"] == "write-back"]
    assert len(found) == 1 and "Odoo would refuse: the note of a breach, the tag" in found[0]["text"]


def test_no_right_to_make_activities(bare: Desk) -> None:
    bare.world.deny("mail.activity")
    found = bare.only("write-back", "the activity of a breach, the warning before a breach")
    assert "note" not in found["text"] and TAG not in found["text"]


@pytest.mark.world(flavour="task")
def test_tasks_take_the_right_on_projects(world: World, server: Server, run: Run) -> None:
    """Whoever keeps timesheets has the access right, and a rule against it."""
    run.configure(tickets={"flavour": "task", "domain": [["project_id", "!=", False]]})
    desk = Desk(world, server, run)
    desk.ready()
    assert not desk.problems()
    world.set_groups(AGENT, GROUPS)
    found = [p for p in desk.problems() if p["topic"] == "write-back"]
    assert len(found) == 1 and "write on project.task" in found[0]["text"] and "'User' of Project" in found[0]["advice"]


# ---- What setup makes ----


def test_no_tag(bare: Desk) -> None:
    bare.world.delete("helpdesk.ticket.tag", *bare.world.env().search("helpdesk.ticket.tag", [("name", "=", TAG)]))
    assert bare.only("write-back", f"no tag of tickets (helpdesk.ticket.tag) has the name '{TAG}'", "qualiodoo setup")
    bare.run.configure(writeback={"breach": {"tag": False}})
    assert not bare.problems()


def test_an_archived_tag(bare: Desk) -> None:
    bare.world.archive("helpdesk.ticket.tag", bare.world.env().search("helpdesk.ticket.tag", [("name", "=", TAG)])[0])
    assert bare.only("write-back", f"the tag '{TAG}'", "is archived")


def test_no_model_of_the_credit_shown(bare: Desk) -> None:
    bare.run.configure(writeback={"balance": {"fields": True}})
    assert bare.only("write-back", f"no model {ACCOUNT}", "qualiodoo setup")
    bare.setup()
    assert not bare.problems()
    bare.world.delete("ir.model.fields", *bare.world.env().search("ir.model.fields", [
        ("model", "=", "res.partner"), ("name", "=", "x_qualiodoo_hours")]))
    assert bare.only("write-back", "customers have no field x_qualiodoo_hours", "qualiodoo setup")
    bare.setup("--remove")
    bare.world.tag(TAG)
    assert bare.only("write-back", f"no model {ACCOUNT}")


def test_the_columns_of_an_earlier_version(bare: Desk) -> None:
    """They go on working with the right they need, and doctor says what replaces them."""
    bare.run.configure(writeback={"balance": {"fields": True}})
    old_columns(bare.world)
    assert bare.only("write-back", "no right to write on res.partner", "qualiodoo setup")
    bare.world.set_groups(AGENT, [*GROUPS, CONTACTS])
    assert not bare.problems() and any(CREDIT in n["text"] for n in bare.notes())
    bare.setup()
    assert not bare.problems() and not any(CREDIT in n["text"] for n in bare.notes())


# ---- The automation rule ----


def test_the_rule_of_an_earlier_version_is_a_problem_until_setup_replaces_it(bare: Desk) -> None:
    automate_as_0_1_0(bare.world, "http://127.0.0.1:9/hook/x")
    found = [p for p in bare.problems() if p["topic"] == "webhook"]
    assert len(found) == 1 and "qualiodoo.automation_payment" in found[0]["text"] and "wrong payment states" in found[0]["text"]
    assert "qualiodoo setup" in found[0]["advice"]
    bare.setup()
    assert not bare.problems()


def test_no_rule_calls_the_webhook(bare: Desk) -> None:
    secret = bare.run.folder / "hook"
    secret.write_text("0123456789abcdef-SECRET\n")
    secret.chmod(0o600)
    bare.run.configure(webhook={"listen": "127.0.0.1:8075", "secret_file": str(secret)})
    assert any("no automation rule of setup calls the webhook" in n["text"] for n in bare.notes())
    bare.setup("--webhook", "http://127.0.0.1:8075")
    assert not any(n["topic"] == "webhook" for n in bare.notes()) and not bare.problems()


@pytest.mark.world(without_modules=("helpdesk_mgmt", "helpdesk_mgmt_timesheet", "helpdesk_mgmt_project"))
def test_no_tickets_at_all(world: World, server: Server, run: Run) -> None:
    run.configure(writeback={"enabled": True, "since": "2026-01-01"})
    problems = [f for f in run("doctor", "--json", check=3).json["findings"] if f["level"] == "problem"]
    assert any(p["topic"] == "write-back" and "nothing can be written on tickets" in p["text"] for p in problems)


def test_in_shadow_mode_these_are_notes(bare: Desk) -> None:
    bare.run.configure(writeback={"enabled": False, "balance": {"fields": True}})
    assert not bare.problems()
    assert [n["text"] for n in bare.notes() if n["topic"] == "write-back"] == [
        f"this Odoo has no model {ACCOUNT}, which writeback.balance.fields fills"]


def test_nothing_is_tried(desk: Desk) -> None:
    desk.server.clear()
    desk.doctor()
    assert not [c for c in desk.server.calls if c.writes]


# ---- The recipe of docs/OPERATIONS.md: what each right allows ----


def agent(world: World) -> Any:
    """The agent's user over RPC, refused or not."""
    from odoosim.faults import OdooError
    from odoosim.rpc import execute_kw

    def call(model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        tx = world.db.begin()
        env = type(world.env())(world, tx, world.agent)
        try:
            execute_kw(env, model, method, args, kwargs)
            return True
        except OdooError as error:
            return error.code

    return call


@pytest.mark.parametrize("more, allowed", [
    ((), {"note", "tag", "activity"}),
    ((CONTACTS,), {"note", "tag", "activity", "customer note", "customer field", "alert"}),
])
def test_the_recipe(bare: Desk, more: tuple[str, ...], allowed: set[str]) -> None:
    """Measured on Odoo 17: without Contact Creation, all that touches a customer is fault 4."""
    world, ticket, customer = bare.world, bare.shop.idle, bare.shop.acme
    world.set_groups(AGENT, [*GROUPS, *more])
    call = agent(world)
    activity = {"summary": "x", "user_id": world.people[0], "date_deadline": "2026-03-20"}
    outcomes = {
        "note": call("helpdesk.ticket", "message_post", [ticket], body="x", subtype_xmlid="mail.mt_note"),
        "tag": call("helpdesk.ticket", "write", [ticket], {"tag_ids": [(4, world.tag(TAG))]}),
        "activity": call("mail.activity", "create", {**activity, "res_id": ticket},
                         context={"default_res_model": "helpdesk.ticket"}),
        "customer note": call("res.partner", "message_post", [customer], body="x", subtype_xmlid="mail.mt_note"),
        "customer field": call("res.partner", "write", [customer], {"comment": "x"}),
        "alert": call("mail.activity", "create", {**activity, "res_id": customer},
                      context={"default_res_model": "res.partner"}),
        "tag made": call("helpdesk.ticket.tag", "create", {"name": "x"}),
        "invoice": call("account.move", "write", [bare.shop.invoice], {"ref": "x"}),
        "model": call("ir.model", "search", []),
        "ticket deleted": call("helpdesk.ticket", "unlink", [ticket]),
    }
    assert {name for name, outcome in outcomes.items() if outcome != 4} == allowed, outcomes


@pytest.mark.parametrize("flavour", [pytest.param("task", marks=pytest.mark.world(flavour="task"))])
@pytest.mark.parametrize("more, allowed", [((), {"note"}), (("project.group_project_user",), {"note", "tag", "activity"})])
def test_the_recipe_of_tasks(world: World, flavour: str, more: tuple[str, ...], allowed: set[str]) -> None:
    task = world.ticket(world.partner("Exemple SARL"))
    world.set_groups(AGENT, [*GROUPS[:3], *more])
    call = agent(world)
    outcomes = {
        "note": call("project.task", "message_post", [task], body="x", subtype_xmlid="mail.mt_note"),
        "tag": call("project.task", "write", [task], {"tag_ids": [(4, world.tag(TAG))]}),
        "activity": call("mail.activity", "create", {"summary": "x", "user_id": world.people[0], "res_id": task,
                                                     "date_deadline": "2026-03-20"},
                         context={"default_res_model": "project.task"}),
    }
    assert {name for name, outcome in outcomes.items() if outcome != 4} == allowed, outcomes


# ---- Working calendars ----


def test_the_calendar_in_use_is_named(bare: Desk) -> None:
    found = [f for f in bare.doctor() if f["topic"] == "calendar"]
    assert len(found) == 1 and found[0]["level"] == "ok"
    assert "'Standard 35 hours/week'" in found[0]["text"] and "10 periods: company 'Exemple Services'" in found[0]["text"]


def test_a_company_without_a_calendar(bare: Desk) -> None:
    bare.world.write("res.company", 1, resource_calendar_id=False)
    assert bare.only("calendar", "no working calendar: company 'Exemple Services'", "sla.calendar: config")


def test_a_calendar_without_hours(bare: Desk) -> None:
    empty = bare.world.opening_hours({}, name="Vide")
    assert bare.only("calendar", f"'Vide' ({empty}, company 'Exemple Services') has no working hours")
    bare.world.create("resource.calendar.attendance", name="Pause", dayofweek="0", hour_from=12, hour_to=14,
                      calendar_id=empty, day_period="lunch")
    assert bare.only("calendar", "has no working hours")  # a break is none


@pytest.mark.world(version=19)
def test_flexible_hours(bare: Desk) -> None:
    flexible = bare.world.opening_hours({0: [(9, 12)]}, name="Souple", flexible_hours=True)
    assert bare.only("calendar", f"the hours of the working calendar 'Souple' ({flexible}", "are flexible", "another calendar")


def test_the_calendar_of_the_configuration(bare: Desk) -> None:
    own = bare.world.opening_hours({0: [(9, 12)]}, name="Support", default=False)
    bare.world.write("res.company", 1, resource_calendar_id=False)
    bare.run.configure(sla={"calendar": f"odoo:{own}"})
    assert not bare.problems()
    bare.run.configure(sla={"calendar": "odoo:9999"})
    assert bare.only("calendar", "this Odoo has no working calendar 9999 (sla.calendar)")
    bare.run.configure(sla={"calendar": "config", "hours": {"mon": ["09:00-12:00"]}})
    assert not bare.problems()


@pytest.mark.world(flavour="enterprise")
def test_the_calendar_of_a_team(bare: Desk) -> None:
    own = bare.world.opening_hours({}, name="Vide", default=False)
    bare.world.write("helpdesk.team", bare.world.team_id, resource_calendar_id=own)
    assert bare.only("calendar", f"'Vide' ({own}, team 'Support') has no working hours")


def test_a_calendar_in_another_time_zone_is_a_note(bare: Desk) -> None:
    bare.world.opening_hours({0: [(9, 12)]}, tz="UTC", name="Neuf")
    found = [n for n in bare.notes() if n["topic"] == "calendar"]
    assert len(found) == 1 and "time zone 'UTC', and timezone is 'Europe/Paris'" in found[0]["text"] and not bare.problems()


def test_an_unknown_time_zone(bare: Desk) -> None:
    bare.world.opening_hours({0: [(9, 12)]}, tz="Mars/Olympus", name="Rouge")
    assert bare.only("calendar", "unknown time zone: 'Mars/Olympus'")
