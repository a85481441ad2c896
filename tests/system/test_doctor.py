"""doctor: what is wrong with the connection, the rights, the models and the data, and what to do about it."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

import pytest
from conftest import PROTOCOL, Run, Shop
from odoosim import Server, World

AGENT = "agent@example.com"
GROUPS = ["base.group_user", "account.group_account_readonly", "hr_timesheet.group_hr_timesheet_approver",
          "helpdesk_mgmt.group_helpdesk_user"]
OWN_TIMESHEETS, ALL_TIMESHEETS = "hr_timesheet.group_hr_timesheet_user", "hr_timesheet.group_hr_timesheet_approver"


class Practice:
    """A shop in good health, and the doctor."""

    def __init__(self, world: World, server: Server, run: Run) -> None:
        self.world, self.server, self.run = world, server, run
        self.shop = Shop(world)
        self.whole = False  # is there all that setup makes
        world.tag("SLA dépassé")
        if world.flavour == "oca":
            world.write("helpdesk.ticket.team", world.team_id, user_id=world.people[0])  # who is told of a breach
        run.configure(writeback={"enabled": True, "since": "2026-01-01"})

    def ready(self) -> Practice:
        self.world.adjustment_model()
        self.run("sync", check=0)
        self.whole = True
        return self

    def doctor(self, **options: Any) -> list[dict[str, Any]]:
        """Its findings; the exit code says whether one is a problem, and every one is well-formed."""
        if self.whole and "x_qualiodoo_lease" not in self.world.schema.models:
            self.world.lease_model()  # not before the cycles, whose first write would wait half a minute for it
        done = self.run("doctor", "--json", **options)
        document = done.json
        assert set(document) == {"healthy", "findings"} and done.err == ""
        for finding in document["findings"]:
            assert set(finding) == {"level", "topic", "text", "advice"}
            assert finding["level"] in ("ok", "note", "problem") and finding["text"]
        assert document["healthy"] is not any(f["level"] == "problem" for f in document["findings"])
        assert done.code == (0 if document["healthy"] else 3)
        return document["findings"]

    def problems(self, **options: Any) -> list[dict[str, Any]]:
        return [f for f in self.doctor(**options) if f["level"] == "problem"]

    def notes(self, **options: Any) -> list[dict[str, Any]]:
        return [f for f in self.doctor(**options) if f["level"] == "note"]

    def only(self, topic: str, *words: str, level: str = "problem") -> dict[str, Any]:
        """The one finding of that level, which has the words and an advice."""
        found = [f for f in self.doctor() if f["level"] == level]
        assert len(found) == 1 and found[0]["topic"] == topic, found
        for word in words:
            assert word in found[0]["text"] + " " + (found[0]["advice"] or ""), (word, found)
        return found[0]


@pytest.fixture
def practice(world: World, server: Server, run: Run) -> Practice:
    return Practice(world, server, run)


@pytest.fixture
def ready(practice: Practice) -> Practice:
    return practice.ready()


def test_in_good_health(ready: Practice) -> None:
    ready.server.clear()
    findings = ready.doctor(now=False)  # the state is as old as the world otherwise
    assert {f["level"] for f in findings} <= {"ok", "note"}
    assert {f["topic"] for f in findings} == {"configuration", "connection", "login", "flavour", "models", "rights",
                                              "adjustments", "write-back", "history", "lease", "calendar", "packs", "tickets",
                                              "state", "data", "invoices"}
    text = ready.run("doctor", check=0).out
    assert text.startswith("no problem, no note\n") and "\nrights\n  ok " in text
    assert not [c for c in ready.server.calls if c.writes]


def test_the_problems_come_first(ready: Practice) -> None:
    ready.world.set_groups(AGENT, [*GROUPS[:2], OWN_TIMESHEETS])
    text = ready.run("doctor", check=3).out
    head = text.split("\n\n")[0]
    assert head.startswith(("1 problem", "2 problems", "3 problems")) and "  rights: the agent's user sees" in head
    assert "  problem  the agent's user sees its own timesheets only" in text and "           -> give it the right" in text


@pytest.mark.world(version=19)
def test_odoo_19(ready: Practice) -> None:
    deprecated = [] if PROTOCOL == "json2" else ["connection"]
    topics = [n["topic"] for n in ready.notes() if n["topic"] != "state"]
    assert topics == [*deprecated, "history"]  # until setup gives the right
    ready.world.grant_history()
    assert not ready.problems() and [n["topic"] for n in ready.notes() if n["topic"] != "state"] == deprecated


# ---- Configuration and connection ----


def test_no_secret(practice: Practice) -> None:
    practice.run.secret.unlink()
    assert practice.only("configuration", "No such file")
    assert not practice.server.calls


def test_shadow_mode_is_a_note(practice: Practice) -> None:
    practice.run.configure(writeback={"enabled": False})
    assert any("shadow mode" in n["text"] for n in practice.notes())
    assert not practice.problems()


def test_count_from_response_is_a_note(ready: Practice) -> None:
    ready.run.configure(credit={"count_from": "response"})
    assert any("Odoo's history may not allow a rebuild to find the same day" in n["text"] for n in ready.notes())


def test_plain_http_is_a_note(practice: Practice) -> None:
    practice.run.configure(odoo={"url": "http://odoo.invalid", "allow_http": True, "connect_timeout": "1s"})
    findings = practice.doctor()
    assert any("plain http" in f["text"] and f["level"] == "note" for f in findings)
    assert any(f["topic"] == "connection" and f["level"] == "problem" for f in findings)


def test_a_server_that_is_down(ready: Practice) -> None:
    ready.world.ticket(ready.shop.acme)
    with ready.server.down():
        problem = ready.only("connection", "cannot connect")
    assert "is Odoo running" in problem["text"]


def test_a_server_that_dies_in_the_middle(ready: Practice) -> None:
    ready.server.fault("status", match=lambda call: call.method == "check_access_rights", times=0, status=502)
    problem = ready.only("rights", "HTTP 502")
    assert ready.server.named("check_access_rights")[-1].number == ready.server.calls[-1].number, problem


def test_a_page_instead_of_an_answer(practice: Practice) -> None:
    practice.server.fault("html", times=0)
    assert practice.only("connection")


def test_a_wrong_password(ready: Practice) -> None:
    ready.run.write_secret("wrong")
    assert ready.only("login", "is refused", "odoo.secret_file")


def test_an_unknown_database(ready: Practice) -> None:
    ready.run.configure(odoo={"database": "nodb"})
    problems = ready.problems()
    assert any(p["topic"] == "login" and "nodb" in p["text"] for p in problems)
    assert any(p["topic"] == "state" and "database 'demo'" in p["text"] for p in problems)


def test_an_administrator_has_too_many_rights(ready: Practice) -> None:
    ready.world.set_groups(AGENT, [*GROUPS, "base.group_system"])
    assert any("is an administrator" in n["text"] for n in ready.notes())


# ---- Models, fields, rights ----


@pytest.mark.world(without_modules=("helpdesk_mgmt_timesheet",))
def test_a_missing_module(world: World, server: Server, run: Run) -> None:
    run.configure(writeback={"enabled": False})
    document = run("doctor", "--json", check=3).json
    problem, = [f for f in document["findings"] if f["level"] == "problem"]
    assert problem["topic"] == "flavour" and "helpdesk_mgmt_timesheet" in problem["text"]


def test_a_missing_field(ready: Practice) -> None:
    ready.world.drop_field("account.move", "amount_residual")
    assert ready.only("models", "account.move has no field 'amount_residual'", "'account'")


def test_a_missing_optional_field_is_said_once(ready: Practice) -> None:
    ready.world.drop_field("helpdesk.ticket", "assigned_date")
    notes = [n for n in ready.notes() if n["topic"] == "models"]
    assert len(notes) == 1 and "'assigned_date'" in notes[0]["text"] and not ready.problems()


@pytest.mark.parametrize("without, topic, words", [
    ("account.group_account_readonly", "rights", ["account.move", "account.partial.reconcile", "account_readonly"]),
    ("helpdesk_mgmt.group_helpdesk_user", "flavour", ["ticket_id", "right 'User' of Helpdesk"]),  # hides the field
])
def test_a_missing_right(ready: Practice, without: str, topic: str, words: list[str]) -> None:
    ready.world.set_groups(AGENT, [g for g in GROUPS if g != without])
    found = [p for p in ready.problems() if p["topic"] == topic]
    assert len(found) == 1, found
    for word in words:
        assert word in found[0]["text"] + found[0]["advice"]


def rules_of(version: int, *modules: str, groups: tuple[str, ...] = (), hidden: bool) -> Any:
    return pytest.param(groups, hidden, marks=pytest.mark.world(version=version, with_modules=modules))


@pytest.mark.parametrize("groups, hidden", [
    rules_of(16, hidden=False),
    rules_of(17, "sale_timesheet", hidden=False),
    rules_of(17, "sale_timesheet", groups=(OWN_TIMESHEETS,), hidden=True),
    rules_of(18, groups=(OWN_TIMESHEETS,), hidden=False),
    rules_of(18, "sale_timesheet", hidden=True),
    rules_of(19, "sale_timesheet", groups=(OWN_TIMESHEETS,), hidden=True),
    rules_of(19, "sale_timesheet", groups=(ALL_TIMESHEETS,), hidden=False),
])
def test_accounting_readers_see_all_timesheets_unless_a_rule_hides_them(ready: Practice, groups: tuple[str, ...],
                                                                        hidden: bool) -> None:
    ready.world.set_groups(AGENT, ["base.group_user", "account.group_account_readonly", "helpdesk_mgmt.group_helpdesk_user",
                                   *groups])
    assert any("own timesheets only" in p["text"] for p in ready.problems()) is hidden


# ---- Adjustments ----


def test_no_model_of_adjustments(practice: Practice) -> None:
    practice.run("sync", check=0)
    assert practice.only("adjustments", "no model x_qualiodoo_adjustment", "qualiodoo setup")
    practice.run.configure(writeback={"enabled": False})
    assert any("qualiodoo setup" in (n["advice"] or "") for n in practice.notes())


def test_no_right_to_create_adjustments(ready: Practice) -> None:
    for access in ready.world.env().search("ir.model.access", [("model_id.model", "=", "x_qualiodoo_adjustment")]):
        ready.world.write("ir.model.access", access, perm_create=False)
    assert ready.only("adjustments", "may not create", "qualiodoo setup")


def test_no_right_to_read_adjustments(ready: Practice) -> None:
    for access in ready.world.env().search("ir.model.access", [("model_id.model", "=", "x_qualiodoo_adjustment")]):
        ready.world.write("ir.model.access", access, perm_read=False)
    assert ready.only("adjustments", "may not read", "qualiodoo setup")


def test_a_model_that_lacks_a_field(ready: Practice) -> None:
    env = ready.world.env()
    ready.world.delete("ir.model.fields", *env.search("ir.model.fields", [("name", "=", "x_end")]))
    assert ready.only("adjustments", "lacks x_end", "qualiodoo setup")


def test_notes_need_contact_creation(practice: Practice) -> None:
    practice.run.configure(credit={"adjustments": "note"})
    practice.run("sync", check=0)
    assert practice.only("adjustments", "may not write notes", "Contact Creation")
    practice.world.set_groups(AGENT, [*GROUPS, "base.group_partner_manager"])
    assert not practice.problems()


def test_rows_of_others_are_a_note(ready: Practice) -> None:
    row = ready.world.adjustment(ready.shop.acme, 30, key="by-hand")
    ready.run("adjust", ready.shop.acme, 30, "--reason", "x", check=0)
    found = [n for n in ready.notes() if n["topic"] == "adjustments"]
    assert len(found) == 1 and f"adjustments written by another user than the agent: {row}" in found[0]["text"]


# ---- What differs between versions ----

each_version = pytest.mark.parametrize(
    "version", [pytest.param(version, marks=pytest.mark.world(version=version)) for version in (16, 17, 18, 19)])


def test_a_field_hidden_by_its_group_is_not_a_missing_module(ready: Practice) -> None:
    ready.world.set_groups(AGENT, [g for g in GROUPS if "helpdesk" not in g])
    found = [p for p in ready.problems() if p["topic"] == "flavour"]
    assert "account.analytic.line.ticket_id exists, but Odoo hides it" in found[0]["text"]
    assert "install" not in found[0]["text"]


def test_a_module_that_is_not_installed(ready: Practice) -> None:
    ready.world.drop_field("account.analytic.line", "ticket_id")
    found = [p for p in ready.problems() if p["topic"] == "flavour"]
    assert "install or upgrade the module 'helpdesk_mgmt_timesheet'" in found[0]["text"]
    assert "hides" not in found[0]["text"]


@each_version
def test_doctor_asks_for_groups_in_the_form_of_the_version(ready: Practice, version: int) -> None:
    """Each form is a fault on the other versions, with a traceback in Odoo's log."""
    ready.server.clear()
    ready.doctor()
    asked = [c.args for c in ready.server.calls if c.method == "has_group"]
    assert asked and all(len(a) == (1 if version < 18 else 2) for a in asked)


@each_version
def test_16_to_19_are_measured_and_no_other_version_is(ready: Practice, version: int) -> None:
    assert not [f for f in ready.doctor() if "untested" in f["text"]]
    other = {16: 15, 19: 20}.get(version)
    if other:
        ready.world.release = other
        found = [n for n in ready.notes() if "untested" in n["text"]]
        assert len(found) == 1 and f"measured on Odoo 16 to 19; version {other}.0 is untested" in found[0]["text"]


# ---- Packs, tags, domain ----


def test_a_pack_that_no_product_has(ready: Practice) -> None:
    ready.run.configure(credit={"packs": [{"product": "SUP12", "hours": 12}, {"product": "SUPX", "hours": 1.5}]})
    assert ready.only("packs", "internal reference 'SUPX'", "credit.packs")


def test_a_pack_sold_by_the_hour(ready: Practice) -> None:
    ready.world.product("SUPH", uom="hour")
    ready.run.configure(credit={"packs": [{"product": "SUPH", "hours": 1}]})
    assert any("SUPH is sold by the hour" in n["text"] for n in ready.notes())


def test_a_tag_that_does_not_exist(ready: Practice) -> None:
    ready.world.tag("Interne")
    ready.run.configure(tickets={"excluded_tags": ["Interne", "Intrene"]})
    assert ready.only("tickets", "no tag of tickets has the name 'Intrene'")


def test_a_domain_that_odoo_refuses(ready: Practice) -> None:
    ready.run.configure(tickets={"domain": [["no_such_field", "=", 1]]})
    assert ready.only("tickets", "Odoo refuses tickets.domain", "no_such_field")


# ---- Lines that rules hide ----


def test_status_names_tickets_with_hours_that_rules_hide(ready: Practice) -> None:
    """The right that is missing hides new lines only: nothing vanishes, and no line arrives."""
    project = ready.world.private_project()
    ready.run("sync", check=0)
    assert ready.run("status", "--json", check=0).json["problems"] == []
    ready.world.timesheet(ready.shop.fix, 1.5, "2026-03-13", project_id=project)
    ready.run("sync", check=0)
    number = ready.world.row("helpdesk.ticket", ready.shop.fix)["number"]
    problems = ready.run("status", "--json", check=3).json["problems"]
    assert len(problems) == 1 and "does not see" in problems[0] and f"({number} 1:30)" in problems[0]
    agent = ready.world.row("res.users", ready.world.agent)["partner_id"]
    with ready.world.transaction() as env:
        env.tx.update("project.project", project, {"_followers": (agent,)})
    ready.run("sync", check=0)
    ready.run("reconcile", check=0)
    assert ready.run("status", "--json", check=0).json["problems"] == []


def test_status_says_nothing_where_odoo_keeps_no_total(ready: Practice) -> None:
    project = ready.world.private_project()
    ready.world.drop_field("helpdesk.ticket", "total_hours")
    ready.world.timesheet(ready.shop.fix, 1.5, "2026-03-13", project_id=project)
    ready.run("reconcile", check=0)
    assert ready.run("status", "--json", check=0).json["problems"] == []


def test_a_private_project_hides_its_lines(ready: Practice) -> None:
    project = ready.world.private_project()
    ready.world.timesheet(ready.shop.fix, 1.5, "2026-03-13", project_id=project)
    ready.run("sync", check=0)
    assert ready.only("tickets", f"on tickets {ready.shop.fix} (1:30)", "followers only")
    # Without the right on others' timesheets nothing more can be told from the difference.
    ready.world.set_groups(AGENT, [g for g in GROUPS if "approver" not in g] + [OWN_TIMESHEETS])
    assert ready.only("rights", "own timesheets only")


def test_work_newer_than_the_state_is_not_hidden(ready: Practice) -> None:
    ready.world.timesheet(ready.shop.fix, 1.5, "2026-03-13")
    assert not ready.problems()


def test_without_the_field_of_the_total_nothing_is_said(ready: Practice) -> None:
    project = ready.world.private_project()
    ready.world.timesheet(ready.shop.fix, 1.5, "2026-03-13", project_id=project)
    ready.world.drop_field("helpdesk.ticket", "total_hours")
    assert not ready.problems()


# ---- The local state ----


def test_no_state_yet(practice: Practice) -> None:
    practice.world.adjustment_model()
    practice.world.lease_model()
    assert practice.only("state", "no local state", "qualiodoo reconcile", level="note")
    assert not practice.run.state.exists()


def test_an_incomplete_first_pull(practice: Practice) -> None:
    practice.world.adjustment_model()
    practice.server.fault("fault", match=lambda call: call.model == "res.partner" and call.method == "read", times=0,
                          error=bug())
    practice.run("sync", check=1)
    practice.server.faults.clear()
    assert any("first pull from Odoo is not complete" in p["text"] for p in practice.problems())


def bug() -> Exception:
    from odoosim.faults import ServerError

    return ServerError("ValueError", "something broke")


def test_an_old_state_is_a_note_and_a_failed_cycle_a_problem(ready: Practice) -> None:
    from datetime import UTC, timedelta

    later = datetime.now(UTC) + timedelta(hours=3)
    assert any("and the findings on it are as of then" in n["text"] for n in ready.notes(now=later.strftime("%Y-%m-%dT%H:%M:%SZ")))
    ready.run.write_secret("wrong")
    with sqlite3.connect(ready.run.state) as database:  # seconds: the failure is the later one
        database.execute("UPDATE meta SET value = '2026-01-01T00:00:00Z' WHERE key = 'last_success'")
    ready.run("sync", check=1)
    ready.run.write_secret("agent-secret")
    assert ready.only("state", "the last cycle failed", "is refused")


def test_a_damaged_state(ready: Practice) -> None:
    ready.run.forget()
    ready.run.state.write_bytes(b"not a database at all" * 100)
    assert ready.only("state", "not a qualiodoo state file")


# ---- Data that cannot be charged or credited ----


def test_records_kept_without_their_texts_are_listed(ready: Practice) -> None:
    ready.world.patch("helpdesk.ticket", ready.shop.idle, number="HT\ufffe")
    ready.world.write("helpdesk.ticket", ready.shop.idle, priority="2")
    ready.run("sync", check=0)
    assert ready.only("data", f"kept without them (ids, dates and numbers count): ticket {ready.shop.idle}", "XML forbids",
                      level="note")


def test_tickets_without_a_customer(ready: Practice) -> None:
    nobody = ready.world.ticket(None, "Interne", created="2026-03-11 09:00")
    ready.world.timesheet(nobody, 0.5, "2026-03-12")
    ready.world.ticket(None, "Sans temps", created="2026-03-11 09:00")
    ready.run("sync", check=0)
    number = ready.world.row("helpdesk.ticket", nobody)["number"]
    assert ready.only("data", f": {number} ({nobody}, 0:30)", "customer")
    # Tagged, out of the domain or before credit.since it would not be charged anyway.
    ready.run.configure(tickets={"domain": [["partner_id", "!=", False]]})
    ready.run("sync", check=0)
    assert not ready.problems()
    ready.run.configure(tickets={"domain": [], "excluded_tags": ["Interne"]})
    ready.world.write("helpdesk.ticket", nobody, tag_ids=[(4, ready.world.tag("Interne"))])
    ready.run("sync", check=0)
    assert not ready.problems()


def test_tickets_without_a_customer_before_since(ready: Practice) -> None:
    nobody = ready.world.ticket(None, "Interne", created="2026-02-11 09:00")
    ready.world.timesheet(nobody, 0.5, "2026-02-12")
    ready.run("sync", check=0)
    assert ready.problems()
    ready.run.configure(credit={"since": "2026-03-01"})
    assert not ready.problems()


def test_tickets_whose_customer_cannot_be_read(ready: Practice) -> None:
    hidden = ready.world.partner("Caché SA")
    ticket = ready.world.ticket(hidden, created="2026-03-11 09:00")
    ready.world.timesheet(ticket, 0.5, "2026-03-12")
    ready.world.hide("res.partner", [hidden], AGENT)
    ready.run("sync", check=0)
    assert ready.only("data", f"({ticket}, partner {hidden})", "cannot be read")


def test_a_long_list_is_cut(ready: Practice) -> None:
    for _ in range(25):
        nobody = ready.world.ticket(None, created="2026-03-11 09:00")
        ready.world.timesheet(nobody, 0.5, "2026-03-12")
    ready.run("sync", check=0)
    assert ready.only("data", "and 5 more")["text"].count(", 0:30)") == 20


def test_invoices_settled_without_money(ready: Practice) -> None:
    misc = ready.world.invoice(ready.shop.cargo, [("SUP12", 1)], "2026-03-01")
    ready.world.misc_settle(misc, "2026-03-05")
    own = ready.world.invoice(ready.shop.cargo, [("SUP12", 1)], "2026-03-01")
    ready.world.refund(own, date="2026-03-05")  # its own credit note did it: not listed
    paid = ready.world.invoice(ready.shop.cargo, [("SUP12", 1)], "2026-03-01")
    ready.world.pay(paid, "2026-03-05")
    ready.run("sync", check=0)
    names = {i: ready.world.row("account.move", i)["name"] for i in (misc, own, paid)}
    note = ready.only("data", f": {names[misc]} ({misc})", "settled without money", level="note")
    assert names[own] not in note["text"] and names[paid] not in note["text"]


def test_credit_notes_that_reverse_no_invoice(ready: Practice) -> None:
    note = ready.world.refund(None, lines=[("SUP12", 1)], date="2026-03-12", partner=ready.shop.acme)
    ready.world.bank_statement_settle_refund(note, "2026-03-13")
    ready.run("sync", check=0)
    assert ready.only("data", f"({note})", "reverse no invoice", level="note")


def test_credit_notes_with_a_negative_pack(ready: Practice) -> None:
    note = ready.world.refund(ready.shop.invoice, lines=[("SUP12", 1), ("SUP24", -0.25)], date="2026-03-12")
    ready.world.bank_statement_settle_refund(note, "2026-03-13")
    ready.run("sync", check=0)
    assert ready.only("data", f"({note})", "negative quantity", level="note")


def test_credit_notes_on_the_invoice_of_another(ready: Practice) -> None:
    note = ready.world.refund(ready.shop.invoice, date="2026-03-12", reconcile=False)
    ready.world.patch("account.move", note, commercial_partner_id=ready.shop.bravo)
    ready.run("sync", check=0)
    name = ready.world.row("account.move", ready.shop.invoice)["name"]
    assert ready.only("data", f"({note}) of {name}", "another customer", level="note")


def test_timesheets_that_are_no_time(ready: Practice) -> None:
    ready.world.timesheet(ready.shop.fix, 1.0, "2026-03-13", uom="unit")
    ready.world.timesheet(ready.shop.fix, 0.5, "2026-03-13", uom="day")
    ready.run("sync", check=0)
    assert ready.only("data", "Units (1 lines)", "in a unit that is no time, not charged", level="note")


def test_pack_lines_in_a_unit_of_another_kind(ready: Practice) -> None:
    dozen = ready.world.invoice(ready.shop.cargo, [("SUP12", 1, 100, "dozen")], "2026-03-01")
    ready.run("sync", check=0)
    assert not ready.problems()
    hours = ready.world.invoice(ready.shop.cargo, [("SUP12", 1, 100, "hour")], "2026-03-01")
    ready.run("sync", check=0)
    name = ready.world.row("account.move", hours)["name"]
    found = ready.only("data", f"{name} (line ", "Hours to Units")
    assert ready.world.row("account.move", dozen)["name"] not in found["text"]


def test_adjustments_that_are_missing(ready: Practice) -> None:
    id_ = ready.run("adjust", ready.shop.acme, 30, "--reason", "x", "--json", check=0).json["id"]
    ready.world.delete("x_qualiodoo_adjustment", id_)
    ready.run("reconcile", check=0)
    assert ready.only("data", f"{id_} (seen missing on", "missing from Odoo")


def test_adjustments_that_were_altered(practice: Practice) -> None:
    practice.run.configure(credit={"adjustments": "note"})
    practice.world.set_groups(AGENT, [*GROUPS, "base.group_partner_manager"])
    done = practice.run("adjust", practice.shop.acme, 30, "--reason", "x", "--json", check=0).json
    assert not practice.problems()
    practice.world.write("mail.message", done["id"], body="<p>changed</p>")
    practice.run("sync", check=0)
    assert practice.only("data", f"{done['id']} (customer {practice.shop.acme}, key {done['key']})", "somebody altered")
    assert practice.run.balance(practice.shop.acme) == 685


def test_adjustments_that_are_impossible(ready: Practice) -> None:
    nothing = ready.world.adjustment(ready.shop.acme, 0, key="a")
    backwards = ready.world.adjustment(ready.shop.acme, 30, date="2026-03-10", end="2026-03-10", key="b")
    ready.run("sync", check=0)
    assert ready.only("data", f"{nothing} (of no minutes), {backwards} (from 2026-03-10 to 2026-03-10)")


def test_one_key_twice(ready: Practice) -> None:
    rows = [ready.world.adjustment(ready.shop.acme, 30, key="same") for _ in range(2)]
    ready.run("sync", check=0)
    assert ready.only("data", f"key same ({rows[0]}, {rows[1]})", "opposite adjustment")


def test_adjustments_of_a_customer_that_cannot_be_read(ready: Practice) -> None:
    hidden = ready.world.partner("Caché SA")
    row = ready.world.adjustment(hidden, 30, key="k")
    ready.world.hide("res.partner", [hidden], AGENT)
    ready.run("sync", check=0)
    assert ready.only("data", f"k ({row}, partner {hidden})", "given to nobody")


def test_bad_usage(run: Run, server: Server) -> None:
    run("doctor", "now", check=2)
    assert not server.calls
