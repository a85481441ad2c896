"""setup: what the agent needs in Odoo, made once by an administrator, completed when it was cut off."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import VERSION, Run, by_protocol, environment
from odoosim import Server, World
from odoosim.faults import OdooError
from odoosim.orm import Env
from sample import some

MODEL = "x_qualiodoo_adjustment"
AGENT = "agent@example.com"
EXTERNAL = {"group_agent", "model_adjustment", "access_adjustment_agent", "access_adjustment_administrator",
            *(f"field_adjustment_x_{f}" for f in ("partner_id", "minutes", "date", "end", "reason", "key")), "tag_breach",
            "access_history_agent", "model_lease", "field_lease_x_holder", "field_lease_x_purpose", "access_lease_agent",
            "access_lease_administrator"}
LEASE = "x_qualiodoo_lease"
TAG = "SLA dépassé"
STEPS = 11  # group, member, two models with two rights each, right to read the history, tag, external ids
ACCOUNT = "x_qualiodoo_account"
SHOWN = ("account_ids", "hours", "day", "state")  # fields of customers, after x_qualiodoo_
SHOWN_EXTERNAL = {"model_account", *(f"field_account_x_{f}" for f in ("partner_id", "name", "minutes", "hours", "last_day", "state")),
                  *(f"access_account_{w}" for w in ("agent", "user", "administrator")),
                  *(f"field_partner_x_qualiodoo_{f}" for f in SHOWN)}
CREDIT, LAST_DAY = "x_qualiodoo_credit_minutes", "x_qualiodoo_last_day"  # the stored columns of 0.1.0


FIELDS = {"balance": {"fields": True}}


def old_columns(world: World) -> None:
    """What setup made of balance.fields up to 0.1.0: stored columns of customers."""
    for name, kind in ((CREDIT, "integer"), (LAST_DAY, "date")):
        id_ = world.create("ir.model.fields", name=name, ttype=kind, field_description=name, copied=False,
                           model_id=world.model_ids["res.partner"])
        world.create("ir.model.data", module="qualiodoo", name=f"field_partner_{name}", model="ir.model.fields", res_id=id_,
                     noupdate=True)


def automate_as_0_1_0(world: World, url: str, named: bool = True) -> int:
    """What `setup --webhook` of version 0.1.0 made."""
    move = world.env().search("ir.model", [("model", "=", "account.move")])[0]
    rule = world.create("base.automation", name="qualiodoo: an invoice is paid", model_id=move, trigger="on_create_or_write",
                        filter_pre_domain="[('payment_state', '!=', 'paid')]",
                        filter_domain="[('move_type', 'in', ['out_invoice', 'out_refund']), ('state', '=', 'posted'), "
                                      "('payment_state', '=', 'paid')]",
                        action_server_ids=[(0, 0, {"name": "qualiodoo: an invoice is paid", "model_id": move,
                                                   "state": "webhook", "webhook_url": url})])
    action = world.env().search("ir.actions.server", [("base_automation_id", "=", rule)])[0]
    for name, model, record in (("", "base.automation", rule), ("_action", "ir.actions.server", action)) if named else ():
        world.create("ir.model.data", module="qualiodoo", name=f"automation_payment{name}", model=model, res_id=record,
                     noupdate=True)
    return rule


def seen_by(world: World, uid: int) -> Env:
    """What a user sees, with his own rights."""
    return Env(world, world.db.begin(), uid)


class Office:
    """Somebody who runs setup."""

    def __init__(self, world: World, server: Server, run: Run) -> None:
        self.world, self.server, self.run = world, server, run
        self.secret = run.folder / "admin"
        self.write_secret("admin")

    def write_secret(self, text: str, mode: int = 0o600) -> None:
        self.secret.write_text(text + "\n")
        self.secret.chmod(mode)

    def setup(self, *more: Any, check: int | None = 0, login: str = "admin", **options: Any) -> Any:
        done = self.run("setup", "--admin", login, "--admin-secret-file", self.secret, *more, check=check, **options)
        assert "s3cret" not in done.out + done.err
        return done

    @property
    def command(self) -> list[str]:
        return self.run.command("setup", "--admin", "admin", "--admin-secret-file", self.secret)

    def elsewhere(self, world: World, server: Server, folder: str) -> Office:
        """The same in another database."""
        path = self.run.folder / folder
        path.mkdir()
        return Office(world, server, Run(path, server, **self.run.options))

    def killed_before(self, number: int, *more: str) -> None:
        """Setup, ended by a signal just before its call of that number."""
        process = subprocess.Popen([*self.command, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.server.before_call(number, lambda: process.send_signal(signal.SIGKILL))
        process.wait(timeout=30)

    @property
    def made(self) -> list[str]:
        return [c.model for c in self.server.calls if c.method == "create" and c.fault is None]

    @property
    def tag_model(self) -> str:
        return {"oca": "helpdesk.ticket.tag", "enterprise": "helpdesk.tag", "task": "project.tags"}[self.world.flavour]

    @property
    def users(self) -> str:
        """The field of a group that holds its users."""
        return "user_ids" if self.world.version >= 19 else "users"

    def picture(self) -> dict[str, Any]:
        """What setup is about, without numbers and dates."""
        env = self.world.env().with_context(active_test=False)

        def rows(model: str, domain: list[Any], names: list[str]) -> list[Any]:
            return [tuple(env.row(model, i).get(n) or None for n in names) for i in env.search(model, domain, order="id")]

        group = env.search("res.groups", [("name", "=", "qualiodoo agent")])
        return {
            "groups": len(group),
            "member": self.world.agent in env.read("res.groups", group, [self.users])[0][self.users] if group else False,
            "models": rows("ir.model", [("model", "in", [MODEL, ACCOUNT])], ["model", "state"]),
            "fields": sorted(rows("ir.model.fields", [("model", "in", [MODEL, ACCOUNT]), ("name", "=like", "x_%")],
                                  ["name", "ttype", "relation", "required", "index", "copied", "on_delete"]), key=str),
            "access": sorted(rows("ir.model.access", [("model_id.model", "=", MODEL)],
                                  ["perm_read", "perm_create", "perm_write", "perm_unlink"]), key=str),
            "access_shown": sorted(rows("ir.model.access", [("model_id.model", "=", ACCOUNT)],
                                        ["name", "perm_read", "perm_create", "perm_write", "perm_unlink"]), key=str),
            "access_history": rows("ir.model.access", [("model_id.model", "=", "mail.tracking.value"),
                                                       ("name", "like", "qualiodoo")],
                                   ["perm_read", "perm_create", "perm_write", "perm_unlink"]),
            "lease": rows("ir.model", [("model", "=", LEASE)], ["model", "state"])
            + sorted(rows("ir.model.fields", [("model", "=", LEASE), ("name", "=like", "x_%")], ["name", "ttype", "required"]))
            + sorted(rows("ir.model.access", [("model_id.model", "=", LEASE)],
                          ["name", "perm_read", "perm_create", "perm_write", "perm_unlink"])),
            "partner": sorted(rows("ir.model.fields", [("model", "=", "res.partner"), ("name", "=like", "x_%")],
                                   ["name", "ttype", "field_description", "copied", "store"]), key=str),
            "tags": rows(self.tag_model, [], ["name"]),
            "external": sorted(rows("ir.model.data", [("module", "=", "qualiodoo")], ["name", "model"])),
        }


@pytest.fixture
def office(world: World, server: Server, run: Run) -> Office:
    return Office(world, server, run)


def adjusts(office: Office) -> None:
    """The agent may now do its work, and no more."""
    office.run.configure(writeback={"enabled": True, "since": "2026-01-01"})
    customer = office.world.partner("Exemple SARL")
    office.run("sync", check=0)
    assert office.run("adjust", customer, 30, "--reason", "x", "--json", check=0).json["balance_minutes"] == 30


@pytest.mark.parametrize("version", [pytest.param(17, marks=pytest.mark.world(version=17)),
                                     pytest.param(19, marks=pytest.mark.world(version=19))])
def test_setup_makes_all_that_adjust_needs(office: Office, version: int) -> None:
    assert "qualiodoo setup" in office.run("doctor", check=0).out
    done = office.setup()
    assert done.out.count("\nmade: ") + 1 == STEPS and "found" not in done.out and done.err == ""
    made = office.picture()
    assert made["groups"] == 1 and made["member"] and made["models"] == [(MODEL, "manual")]
    assert made["access_history"] == [(True, None, None, None)]
    assert made["access"] == [(True, None, None, None), (True, True, None, None)]
    assert made["lease"] == [(LEASE, "manual"), ("x_holder", "char", True), ("x_purpose", "char", True),
                             ("qualiodoo administrator", True, None, None, True), ("qualiodoo agent", True, True, True, None)]
    assert {name for name, _ in made["external"]} == EXTERNAL
    assert [(f[0], f[1], bool(f[3])) for f in made["fields"]] == [
        ("x_date", "date", True), ("x_end", "date", False), ("x_key", "char", True), ("x_minutes", "integer", True),
        ("x_partner_id", "many2one", True), ("x_reason", "char", True)]
    key = next(f for f in made["fields"] if f[0] == "x_key")
    assert key[4] and not key[5], "indexed, and not copied with its row"
    assert next(f for f in made["fields"] if f[0] == "x_partner_id")[6] == "restrict"
    adjusts(office)


def test_a_second_time_nothing_is_made(office: Office) -> None:
    office.setup()
    before = office.picture()
    office.server.clear()
    done = office.setup()
    assert "made" not in done.out and "nothing to do: all is there" in done.out
    assert not [c for c in office.server.calls if c.writes] and office.picture() == before


def test_a_dry_run_changes_nothing_and_says_what_it_would_make(office: Office) -> None:
    done = office.setup("--dry-run")
    assert done.out.count("would make: ") == STEPS and "done" not in done.out
    assert not [c for c in office.server.calls if c.writes] and not office.picture()["models"]
    office.setup()
    office.server.clear()
    assert "nothing to do" in office.setup("--dry-run").out
    office.world.delete("ir.model.fields", *office.world.env().search("ir.model.fields", [("name", "=", "x_end")]))
    office.server.clear()
    assert "would make: field x_end" in office.setup("--dry-run").out
    assert not [c for c in office.server.calls if c.writes]


def test_json(office: Office) -> None:
    first = office.setup("--json").json
    assert first["dry_run"] is False and first["changed"] is True
    assert [step["made"] for step in first["steps"]] == [True] * STEPS
    again = office.setup("--json", "--dry-run").json
    assert again["dry_run"] is True and again["changed"] is False and not any(s["made"] for s in again["steps"])


def test_killed_before_every_call_it_is_completed_by_the_next_one(office: Office) -> None:
    office.run.configure(writeback=FIELDS)
    office.setup()
    calls = len(office.server.calls)
    complete = office.picture()
    for n in some(range(1, calls + 1)):
        world = World(today="2026-03-20", version=VERSION)
        with world.serve() as server:
            other = office.elsewhere(world, server, f"run-{n}")
            other.killed_before(n)
            other.setup()
            assert other.picture() == complete, n


@pytest.mark.parametrize("model", ["res.groups", "ir.model", "ir.model.access", "ir.model.data"])
@pytest.mark.parametrize("action", ["drop_after", "drop_before"])
def test_lost_answers(office: Office, model: str, action: str) -> None:
    fault = office.server.fault(action, match=lambda call: call.method == "create" and call.model == model)
    office.setup()
    assert fault.hits == 1
    made = office.picture()
    assert made["groups"] == 1 and len(made["models"]) == 1 and len(made["access"]) == 2 and made["tags"] == [(TAG,)]
    assert {name for name, _ in made["external"]} == EXTERNAL
    assert "nothing to do" in office.setup().out


# ---- Repairs ----


def test_what_somebody_changed_is_put_right(office: Office) -> None:
    office.setup()
    complete = office.picture()
    env = office.world.env()
    world = office.world
    group = env.search("res.groups", [("name", "=", "qualiodoo agent")])[0]
    world.write("res.groups", group, **{office.users: [(3, world.agent)]})
    world.write("ir.model.access", env.search("ir.model.access", [("group_id", "=", group)]), perm_write=True,
                perm_create=False)
    world.delete("ir.model.fields", *env.search("ir.model.fields", [("model", "=", MODEL), ("name", "=", "x_end")]))
    world.write("ir.model.fields", env.search("ir.model.fields", [("model", "=", MODEL), ("name", "=", "x_key")]),
                copied=True, index=False)
    world.delete("ir.model.data", *env.search("ir.model.data", [("module", "=", "qualiodoo"), ("name", "=", "group_agent")]))
    done = office.setup().out
    for what in (f"made: user '{AGENT}' in that group", "made: field x_end\n", "made: field x_key as it should be",
                 "made: right of that group", "made: external ids"):
        assert what in done, what
    assert office.picture() == complete
    assert "nothing to do" in office.setup().out


def test_a_renamed_group_is_still_the_group(office: Office) -> None:
    office.setup()
    group = office.world.env().search("res.groups", [("name", "=", "qualiodoo agent")])[0]
    office.world.write("res.groups", group, name="Support credit")
    assert "nothing to do" in office.setup().out


def test_a_deleted_group_is_made_again_and_its_name_points_to_it(office: Office) -> None:
    office.setup()
    complete = office.picture()
    env = office.world.env()
    group = env.search("res.groups", [("name", "=", "qualiodoo agent")])[0]
    office.world.delete("ir.model.access", *env.search("ir.model.access", [("group_id", "=", group)]))
    office.world.delete("res.groups", group)
    office.setup()
    assert office.picture() == complete
    new = office.world.env().search("res.groups", [("name", "=", "qualiodoo agent")])[0]
    data = office.world.env().search("ir.model.data", [("module", "=", "qualiodoo"), ("name", "=", "group_agent")])
    assert office.world.row("ir.model.data", data[0])["res_id"] == new != group


def test_a_field_of_another_type_is_left_alone(office: Office) -> None:
    office.world.adjustment_model(fields=(("x_minutes", "char", "Minutes", None),))
    message = office.setup(check=1).err
    assert "the field x_minutes of x_qualiodoo_adjustment is of type 'char' in this Odoo, expected 'integer'" in message


def test_a_model_made_by_hand_is_adopted(office: Office) -> None:
    office.world.adjustment_model()
    office.setup()
    adjusts(office)


# ---- The credit shown ----


@pytest.mark.parametrize("language, labels", [
    ("fr", ["Comptes de support", "Crédit de support utilisable jusqu'au", "Crédit de support", "État du crédit de support"]),
    ("en", ["Support accounts", "Support credit usable until", "Support credit", "State of the support credit"]),
])
def test_the_credit_shown_is_opt_in_and_stores_nothing_on_customers(office: Office, language: str, labels: list[str]) -> None:
    office.run.configure(language=language)
    office.setup()
    assert not office.picture()["partner"] and not office.picture()["access_shown"]
    office.run.configure(writeback=FIELDS)
    said = office.setup("--dry-run").out
    done = office.setup().out
    assert said.replace("would make", "made") + "done: all is there now\n" == done
    for what in (f"model {ACCOUNT} with its fields", "right of that group to write the credit shown",
                 "right of internal users to read the credit shown", "right of administrators to read and remove the credit shown",
                 *(f"field x_qualiodoo_{f}" for f in SHOWN), "external ids"):
        assert f"\nmade: {what}" in done, what
    made = office.picture()
    assert made["partner"] == [("x_qualiodoo_account_ids", "one2many", labels[0], None, True),
                               ("x_qualiodoo_day", "date", labels[1], None, None),
                               ("x_qualiodoo_hours", "float", labels[2], None, None),
                               ("x_qualiodoo_state", "selection", labels[3], None, None)]
    assert made["access_shown"] == [("qualiodoo administrator", True, None, None, True), ("qualiodoo agent", True, True, True, True),
                                    ("qualiodoo user", True, None, None, None)]
    assert {name for name, _ in made["external"]} == EXTERNAL | SHOWN_EXTERNAL
    assert "found: fields of customers" in office.setup().out and "nothing to do" in office.setup().out


def test_a_contact_shows_the_credit_of_its_company_and_any_user_may_read_it(office: Office) -> None:
    office.run.configure(writeback=FIELDS)
    office.setup()
    company = office.world.partner("Exemple SARL")
    contact = office.world.create("res.partner", name="Ève", parent_id=company)
    office.world.create(ACCOUNT, x_partner_id=company, x_name="Exemple SARL", x_minutes=655, x_hours=655 / 60,
                        x_last_day="2027-03-09", x_state="ok")
    for user in (office.world.agent, office.world.people[0]):
        for partner in (company, contact):
            read = seen_by(office.world, user).read("res.partner", [partner], [f"x_qualiodoo_{f}" for f in SHOWN[1:]])[0]
            assert read == {"id": partner, "x_qualiodoo_hours": 655 / 60, "x_qualiodoo_day": "2027-03-09", "x_qualiodoo_state": "ok"}


def test_the_stored_columns_of_an_earlier_version_are_replaced(office: Office) -> None:
    office.run.configure(writeback=FIELDS)
    old_columns(office.world)
    assert f"would remove: the field {CREDIT} of customers (with its values)" in office.setup("--dry-run").out
    done = office.setup().out
    assert f"removed: the field {CREDIT} of customers" in done and f"removed: the field {LAST_DAY} of customers" in done
    assert {name for name, *_ in office.picture()["partner"]} == {f"x_qualiodoo_{f}" for f in SHOWN}
    assert {name for name, _ in office.picture()["external"]} == EXTERNAL | SHOWN_EXTERNAL
    assert "nothing to do" in office.setup().out


def test_a_view_that_shows_the_old_columns_is_named_and_the_rest_is_made(office: Office) -> None:
    office.run.configure(writeback=FIELDS)
    old_columns(office.world)
    view = office.world.create("ir.ui.view", name="Fiche client", model="res.partner", arch=f"<field name='{CREDIT}'/>")
    message = office.setup(check=1).err
    assert "View: Fiche client" in message and "run 'qualiodoo setup' again" in message
    office.world.delete("ir.ui.view", view)
    office.setup()
    assert "nothing to do" in office.setup().out


def test_code_that_somebody_changed_is_put_right(office: Office) -> None:
    office.run.configure(writeback=FIELDS)
    office.setup()
    complete = office.picture()
    field = office.world.env().search("ir.model.fields", [("model", "=", "res.partner"), ("name", "=", "x_qualiodoo_hours")])
    office.world.write("ir.model.fields", field, compute="for r in self:\n    r['x_qualiodoo_hours'] = 0")
    assert "made: field x_qualiodoo_hours as it should be" in office.setup().out and office.picture() == complete
    assert "nothing to do" in office.setup().out


@pytest.mark.parametrize("kind, stored, found", [("char", False, "'char'"), ("float", True, "'float, stored'")])
def test_a_field_of_customers_of_another_type_is_left_alone(office: Office, kind: str, stored: bool, found: str) -> None:
    office.run.configure(writeback=FIELDS)
    office.world.create("ir.model.fields", name="x_qualiodoo_hours", ttype=kind, field_description="x", store=stored,
                        model_id=office.world.model_ids["res.partner"])
    message = office.setup(check=1).err
    assert f"the field x_qualiodoo_hours of res.partner is of type {found} in this Odoo, expected 'float" in message


# ---- The tag of a breach ----


@pytest.mark.parametrize("flavour", [pytest.param(f, marks=pytest.mark.world(flavour=f)) for f in ("oca", "enterprise", "task")])
def test_the_tag_is_made_where_tickets_are(office: Office, flavour: str) -> None:
    if flavour == "task":
        office.run.configure(tickets={"flavour": "task", "domain": [["project_id", "!=", False]]})
    assert f"made: tag '{TAG}' of tickets\n" in office.setup().out
    assert office.picture()["tags"] == [(TAG,)] and ("tag_breach", office.tag_model) in office.picture()["external"]
    assert f"found: tag '{TAG}' of tickets\n" in office.setup().out


def test_a_tag_of_that_name_is_used(office: Office) -> None:
    office.world.tag(TAG)
    assert f"found: tag '{TAG}' of tickets, which setup did not make" in office.setup().out
    assert office.picture()["tags"] == [(TAG,)] and "tag_breach" not in dict(office.picture()["external"])


def test_no_tag(office: Office) -> None:
    office.run.configure(writeback={"breach": {"tag": False}})
    assert "tag" not in office.setup().out and not office.picture()["tags"]


def test_with_notes_the_tag_and_the_right_to_read_the_history_are_made_all_the_same(office: Office) -> None:
    office.run.configure(credit={"adjustments": "note"})
    done = office.setup().out
    assert f"made: tag '{TAG}' of tickets\n" in done and "mail.tracking.value" in done and MODEL not in done
    assert "nothing to do" in office.setup().out and not office.picture()["models"]


def test_the_agent_reads_the_history_of_assignments_after_setup(office: Office) -> None:
    with pytest.raises(OdooError):
        seen_by(office.world, office.world.agent).read("mail.tracking.value", [])
    office.setup()
    assert seen_by(office.world, office.world.agent).read("mail.tracking.value", []) == []


def test_another_name_renames_the_tag_that_was_made(office: Office) -> None:
    office.setup()
    office.run.configure(writeback={"breach": {"tag": "En retard"}})
    assert "made: tag 'En retard' of tickets" in office.setup().out
    assert office.picture()["tags"] == [("En retard",)]


def test_a_tag_that_somebody_deleted_is_made_again(office: Office) -> None:
    office.setup()
    complete = office.picture()
    tags = office.world.env().search(office.tag_model, [])
    office.world.vanish(office.tag_model, *tags)  # by SQL: the external id dangles
    assert "made: tag" in office.setup().out
    assert office.picture() == complete


def test_an_administrator_without_the_right_to_make_tags(office: Office) -> None:
    office.world.set_groups("admin", ["base.group_system", "base.group_partner_manager"])
    message = office.setup(check=1).err
    assert f"the tag '{TAG}' (helpdesk.ticket.tag) cannot be made: 'You are not allowed to create" in message
    assert "give 'admin' the right to make tags" in message
    office.world.tag(TAG)  # by somebody who may
    office.setup()


@pytest.mark.parametrize("action", ["drop_after", "drop_before"])
def test_a_lost_answer_makes_no_second_tag(office: Office, action: str) -> None:
    fault = office.server.fault(action, match=lambda call: call.method == "load")
    office.setup()
    assert fault.hits == 1 and office.picture()["tags"] == [(TAG,)]


# ---- Who asks ----


def test_a_login_that_is_not_an_administrator(office: Office) -> None:
    office.write_secret("agent-secret")
    assert f"'{AGENT}' is not an administrator of Odoo" in office.setup(check=1, login=AGENT).message
    assert not [c for c in office.server.calls if c.writes]


def test_a_wrong_password(office: Office) -> None:
    office.write_secret("s3cret")
    message = office.setup(check=1).message
    assert "the administrator's login 'admin' is refused" in message and "odoo.secret_file" not in message
    assert by_protocol(*["the login or its password is wrong"] * 2, "JSON-2 takes an API key of that user") in message


@pytest.mark.world(version=19)
@pytest.mark.parametrize("secret", ["admin", "two s3cret words", "l\u00e9 s3cret", "the key of somebody else"])
def test_over_json2_an_administrator_is_told_that_it_takes_a_key_alone(office: Office, monkeypatch: pytest.MonkeyPatch,
                                                                       secret: str) -> None:
    """His password is refused as a wrong key is, and the way out is named; with a key, or `auto`, all is made."""
    monkeypatch.setattr(World, "passwords_are_keys", False)
    office.world.api_key(AGENT, "key-of-the-agent")
    office.run.configure(odoo={"protocol": "json2"})
    office.write_secret("key-of-the-agent" if secret == "the key of somebody else" else secret)
    message = office.setup(check=1).message
    assert "the administrator's login 'admin' is refused" in message and "odoo.secret_file" not in message
    assert "JSON-2 takes an API key of that user, never a password" in message
    assert "run setup with odoo.protocol: auto" in message and not [c for c in office.server.calls if c.writes]
    office.world.api_key("admin", "key-of-admin")
    office.write_secret("key-of-admin")
    assert "done: all is there now" in office.setup().out
    office.write_secret("admin")
    office.run.configure(odoo={"protocol": "auto"})
    assert "nothing to do" in office.setup().out


def test_an_agent_that_does_not_exist(office: Office) -> None:
    office.run.configure(odoo={"login": "nobody@example.com"})
    assert "'nobody@example.com' of odoo.login does not exist in Odoo" in office.setup(check=1).message
    assert not [c for c in office.server.calls if c.writes]


@pytest.mark.parametrize("mode, content, message", [(0o644, "s3cret", "chmod 600"), (0o600, "", "empty")])
def test_a_bad_secret_file(office: Office, mode: int, content: str, message: str) -> None:
    office.write_secret(content, mode)
    done = office.setup(check=2)
    assert message in done.message and not office.server.calls


def test_an_unreachable_server(office: Office) -> None:
    with office.server.down():
        assert "cannot connect" in office.setup(check=1).err


@pytest.mark.parametrize("arguments, message", [
    ([], "missing --admin LOGIN"),
    (["--admin", "admin"], "missing --admin-secret-file FILE"),
    (["--remove"], "missing --admin LOGIN"),
    (["--remove", "--with-adjustments", "--admin", "admin"], "missing --admin-secret-file FILE"),
    (["--with-adjustments"], "--with-adjustments goes with --remove"),
    (["--with-adjustments", "--dry-run"], "--with-adjustments goes with --remove"),
    (["--webhook", "http://x", "--remove"], "--webhook goes without --remove"),
    (["now"], "found 'now', expected nothing there"),
])
def test_bad_usage(office: Office, arguments: list[str], message: str) -> None:
    assert message in office.run("setup", *arguments, check=2).message
    assert not office.server.calls


def test_nothing_of_the_administrator_is_kept(office: Office) -> None:
    office.world.passwords["admin"] = {"s3cret-of-admin"}
    office.write_secret("s3cret-of-admin")
    office.setup()
    office.run("sync", check=0)
    for path in office.run.folder.rglob("*"):
        if path.is_file() and path != office.secret:
            assert b"s3cret-of-admin" not in path.read_bytes(), path


# ---- On a terminal ----


class Terminal:
    """The program on a pseudo-terminal: what it shows, and what is typed."""

    def __init__(self, command: list[str]) -> None:
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment())
        self.shown = b""

    def read_until(self, text: str) -> None:
        while text.encode() not in self.shown:
            try:
                more = os.read(self.master, 4096)
            except OSError:
                more = b""
            assert more, self.shown
            self.shown += more

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def end(self) -> int:
        try:
            while more := os.read(self.master, 4096):
                self.shown += more
        except OSError:
            pass
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.master)
        return os.waitstatus_to_exitcode(status)


def test_it_asks_on_a_terminal_and_hides_the_password(office: Office) -> None:
    office.world.passwords["admin"] = {"s3cret"}
    terminal = Terminal(office.run.command("setup"))
    terminal.read_until("administrator's login: ")
    terminal.type("admin\n")
    terminal.read_until("administrator's password or API key: ")
    terminal.type("s3cret\n")
    assert terminal.end() == 0, terminal.shown
    assert b"s3cret" not in terminal.shown and b"done: " in terminal.shown


def test_interrupted_at_the_password_the_echo_comes_back(office: Office) -> None:
    import termios
    import time

    terminal = Terminal(office.run.command("setup", "--admin", "admin"))
    terminal.read_until("API key: ")
    deadline = time.monotonic() + 5
    while termios.tcgetattr(terminal.master)[3] & termios.ECHO and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not termios.tcgetattr(terminal.master)[3] & termios.ECHO
    terminal.type("\x03")
    while os.waitpid(terminal.pid, os.WNOHANG)[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert termios.tcgetattr(terminal.master)[3] & termios.ECHO
    os.close(terminal.master)
    assert not office.server.calls
