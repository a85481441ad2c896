"""Tickets, messages, writing, calendars, webhooks: what an agent must know of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from simdesk import Desk, Rpc

TICKET, LINE, MESSAGE = "helpdesk.ticket", "account.analytic.line", "mail.message"
ADJUSTMENT = "x_qualiodoo_adjustment"
PUBLIC = [["message_type", "in", ["comment", "email"]], ["subtype_id.internal", "=", False], ["is_internal", "=", False],
          ["author_id.user_ids.share", "=", False]]


# Tickets ----------------------------------------------------------------------------------


def test_the_fields_of_an_oca_ticket(both: Desk) -> None:
    names = {"number", "name", "partner_id", "user_id", "team_id", "stage_id", "priority", "tag_ids", "create_date",
             "assigned_date", "closed_date", "company_id", "active"}
    found = both.agent(TICKET, "fields_get", sorted(names), ["type", "selection"])
    assert set(found) == names
    assert [key for key, _ in found["priority"]["selection"]] == ["0", "1", "2", "3"]
    assert both.agent("helpdesk.ticket.stage", "search_count", [["closed", "=", True]]) == 3


def test_flavours_have_their_own_fields(make_desk: Callable[..., Desk]) -> None:
    enterprise, task = make_desk(flavour="enterprise"), make_desk(flavour="task")
    found = enterprise.agent(TICKET, "fields_get", ["ticket_ref", "number", "sla_status_ids"], ["relation"])
    assert set(found) == {"ticket_ref", "sla_status_ids"} and found["sla_status_ids"]["relation"] == "helpdesk.sla.status"
    assert "helpdesk_ticket_id" in enterprise.agent(LINE, "fields_get", [], ["type"])
    assert task.agent.fault(TICKET, "search", [])[0] == 2
    assert "task_id" in task.agent(LINE, "fields_get", [], ["type"])
    for desk in (enterprise, task):
        ticket = desk.world.ticket(desk.world.partner("A"))
        desk.world.assign(ticket)
        desk.world.timesheet(ticket, 0.5)
        desk.world.close(ticket)
        assert desk.agent(LINE, "search_count", [[desk.world.ticket_link, "=", ticket]]) == 1


def test_the_time_control_module_adds_date_time(make_desk: Callable[..., Desk]) -> None:
    with_it = make_desk(with_modules=("project_timesheet_time_control",))
    assert "date_time" in with_it.agent(LINE, "fields_get", ["date_time"], ["type"])
    assert make_desk().agent(LINE, "fields_get", ["date_time"], ["type"]) == {}


def test_accounting_readers_see_every_line_but_on_17(both: Desk) -> None:
    """A rule of `account` shows them; its external id tells whoever asks, with fault 4 (it is there) or fault 1."""
    groups = ("account.group_account_readonly", "hr_timesheet.group_hr_timesheet_user", "helpdesk_mgmt.group_helpdesk_user")
    reader = both.world.user("Reader", "reader@example.com", password="reader", groups=groups)
    both.world.timesheet(both.world.ticket(both.world.partner("A")), 0.5)
    as_reader = Rpc(both.server, "reader@example.com", "reader")
    seventeen = both.world.version == 17
    assert reader and as_reader(LINE, "search_count", []) == (0 if seventeen else 1)
    rule = ("account", "account_analytic_line_rule_readonly_user")
    assert as_reader.fault("ir.model.data", "check_object_reference", *rule)[0] == (1 if seventeen else 4)


@pytest.mark.parametrize("version, modules, groups, seen", [
    (17, (), (), 1),  # no rule of its groups, so nothing is hidden
    (19, (), (), 1),
    (17, ("sale_timesheet",), (), 1),
    (19, ("sale_timesheet",), (), 0),
    (17, ("sale_timesheet",), ("account.group_account_invoice",), 0),
    (17, (), ("account.group_account_invoice",), 1),
    (19, ("sale_timesheet",), ("hr_timesheet.group_hr_timesheet_approver",), 1),
])
def test_sale_timesheet_narrows_the_rules_of_accounting_readers(make_desk: Callable[..., Desk], version: int, modules: tuple[str, ...],
                                                                groups: tuple[str, ...], seen: int) -> None:
    """It leaves them the analytic lines without a project; read in the rules of 16 to 19."""
    desk = make_desk(version=version, with_modules=modules)
    desk.world.user("Reader", "reader@example.com", password="reader",
                    groups=("account.group_account_readonly", "helpdesk_mgmt.group_helpdesk_user", *groups))
    desk.world.timesheet(desk.world.ticket(desk.world.partner("A")), 0.5)
    assert Rpc(desk.server, "reader@example.com", "reader")(LINE, "search_count", []) == seen


def test_the_external_id_of_a_field_tells_that_it_is_installed(desk: Desk) -> None:
    for module, name, code in (("helpdesk_mgmt_timesheet", "field_account_analytic_line__ticket_id", 4),
                               ("helpdesk_mgmt_timesheet", "field_account_analytic_line__nothing", 1),
                               ("helpdesk_mgmt", "field_account_analytic_line__ticket_id", 1)):
        assert desk.agent.fault("ir.model.data", "check_object_reference", module, name)[0] == code


def test_modules_and_fields_can_be_missing(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(without_modules=("helpdesk_mgmt_timesheet",))
    assert desk.agent(LINE, "fields_get", ["ticket_id"], ["type"]) == {}
    assert desk.agent(TICKET, "fields_get", ["timesheet_ids", "total_hours"], ["type"]) == {}
    desk.world.drop_field(TICKET, "priority")
    assert desk.agent.fault(TICKET, "search_read", [], ["priority"])[0] == 1


def test_assigned_date_is_set_at_creation_overwritten_and_kept(desk: Desk) -> None:
    ticket = desk.world.ticket(created="2026-03-10 09:00", user=desk.world.people[0])
    row = desk.agent(TICKET, "read", [ticket], ["create_date", "assigned_date"])[0]
    assert row["assigned_date"] == row["create_date"] == "2026-03-10 09:00:00"
    desk.world.assign(ticket, desk.world.people[1], "2026-03-10 10:00")
    assert desk.agent(TICKET, "read", [ticket], ["assigned_date"])[0]["assigned_date"] == "2026-03-10 10:00:00"
    desk.world.assign(ticket, 0, "2026-03-10 11:00")
    row = desk.agent(TICKET, "read", [ticket], ["assigned_date", "user_id"])[0]
    assert (row["user_id"], row["assigned_date"]) == (False, "2026-03-10 10:00:00")


def test_closed_date_is_rewritten_and_not_cleared(desk: Desk) -> None:
    ticket = desk.world.ticket()
    desk.world.close(ticket, "2026-03-10 10:00")
    desk.world.reopen(ticket, "2026-03-10 11:00")
    row = desk.agent(TICKET, "read", [ticket], ["closed_date", "closed"])[0]
    assert (row["closed"], row["closed_date"]) == (False, "2026-03-10 10:00:00")
    desk.world.close(ticket, "2026-03-10 12:00")
    assert desk.agent(TICKET, "read", [ticket], ["closed_date"])[0]["closed_date"] == "2026-03-10 12:00:00"


def test_user_and_stage_are_tracked_and_priority_is_not(both: Desk) -> None:
    world = both.world
    ticket = world.ticket()
    before = both.agent(MESSAGE, "search_count", [["res_id", "=", ticket]])
    world.write(TICKET, ticket, priority="3")
    assert both.agent(MESSAGE, "search_count", [["res_id", "=", ticket]]) == before
    world.assign(ticket)
    world.close(ticket)
    assert both.agent.fault("mail.tracking.value", "search", [])[0] == 4
    assert both.agent.fault(MESSAGE, "search_read", [], ["tracking_value_ids"])[0] == 4
    assert both.admin("mail.tracking.value", "search_count", []) == 2
    ids = both.agent(MESSAGE, "search", [["res_id", "=", ticket], ["message_type", "=", "notification"]], order="id")
    if world.version == 17:
        shown = [v["fieldName"] for m in both.agent(MESSAGE, "message_format", ids) for v in m["trackingValues"]]
        assert shown == ["user_id", "stage_id"]
    else:
        assert both.agent.fault(MESSAGE, "message_format", ids)[0] == 1


def test_the_first_public_reply_of_an_agent(both: Desk) -> None:
    world = both.world
    portal = world.user("Client", "client@example.com", share=True)
    ticket = world.ticket(world.partner_of(portal), created="2026-03-10 09:00")
    world.reply(ticket, "2026-03-10 09:05", author="customer")
    note = world.reply(ticket, "2026-03-10 09:10", internal=True)
    world.reply(ticket, "2026-03-10 09:20", author="auto")
    world.assign(ticket, at="2026-03-10 09:30")
    assert both.agent(MESSAGE, "search", [["model", "=", TICKET], ["res_id", "=", ticket], *PUBLIC]) == []
    reply = world.reply(ticket, "2026-03-10 10:00")
    found = both.agent(MESSAGE, "search_read", [["model", "=", TICKET], ["res_id", "=", ticket], *PUBLIC], ["date"],
                       order="date, id")
    assert found == [{"id": reply, "date": "2026-03-10 10:00:00"}]
    assert both.agent(MESSAGE, "read", [note], ["is_internal"])[0]["is_internal"] is False, "only its subtype tells"


def test_a_mail_that_opens_a_ticket_is_a_public_message_of_the_creations_subtype(both: Desk) -> None:
    """Dated by its header, and of the partner whom the gateway found by the sender's address, an agent's too."""
    world = both.world
    agent = world.partner_of(world.people[0])
    ticket = world.mailed_ticket(world.partner("Exemple SARL"), agent, created="2026-03-20 08:00", dated="2026-03-20 07:58")
    subtype = both.agent("ir.model.data", "check_object_reference", "helpdesk_mgmt", "hlp_tck_created")[1]
    mails = both.agent("mail.message", "search_read",
                       [["model", "=", "helpdesk.ticket"], ["res_id", "=", ticket], ["message_type", "=", "email"]],
                       fields=["subtype_id", "date", "author_id", "is_internal"], load="")
    assert [(m["subtype_id"], m["date"], m["author_id"], m["is_internal"]) for m in mails] == [
        (subtype, "2026-03-20 07:58:00", agent, False)]


def test_a_ticket_created_in_a_closed_stage_has_no_closing_date(desk: Desk) -> None:
    ticket = desk.world.ticket(stage="Done")
    row, = desk.agent("helpdesk.ticket", "read", [ticket], fields=["stage_id", "closed_date"])
    assert row["stage_id"][0] == desk.world.closed_stage() and row["closed_date"] is False


def test_closing_a_ticket_mails_in_the_agents_name_with_no_subtype(desk: Desk) -> None:
    ticket = desk.world.ticket(desk.world.partner("A"))
    desk.world.close(ticket)
    mail = desk.agent(MESSAGE, "search_read", [["res_id", "=", ticket]], ["message_type", "subtype_id", "author_id"],
                      limit=1, load="")[0]
    assert mail["message_type"] == "email_outgoing" and mail["subtype_id"] is False
    assert mail["author_id"] == desk.world.partner_of(desk.world.people[0])


# Writing ----------------------------------------------------------------------------------


def test_adding_a_tag_twice_is_harmless_and_its_name_is_not_unique(desk: Desk) -> None:
    ticket, tag = desk.world.ticket(), desk.world.tag("SLA dépassé")
    for _ in range(2):
        assert desk.agent(TICKET, "write", [ticket], {"tag_ids": [[4, tag]]}) is True
    assert desk.agent(TICKET, "read", [ticket], ["tag_ids"])[0]["tag_ids"] == [tag]
    assert desk.admin("helpdesk.ticket.tag", "create", {"name": "SLA dépassé"}) != tag
    assert desk.agent.fault("helpdesk.ticket.tag", "create", {"name": "x"})[0] == 4, "the agent may not create tags"


def test_message_id_is_kept_and_not_unique(both: Desk) -> None:
    ticket, key = both.world.ticket(), "<qualiodoo-1@demo>"
    for _ in range(2):
        posted = both.agent(TICKET, "message_post", [ticket], body="<p>é &amp; <b>x</b></p>", body_is_html=True,
                            message_id=key, subtype_xmlid="mail.mt_note")
        assert isinstance(posted, int if both.world.version == 17 else list)
    found = both.agent(MESSAGE, "search_read", [["message_id", "=", key]], ["body", "subtype_id", "author_id"])
    assert len(found) == 2 and found[0]["body"] == "<p>é &amp; <b>x</b></p>" and found[0]["subtype_id"][1] == "Note"
    assert found[0]["author_id"][0] == both.world.partner_of(both.agent.uid)


def test_a_body_is_escaped_unless_it_is_html(desk: Desk) -> None:
    message = desk.agent(TICKET, "message_post", [desk.world.ticket()], body="<p>x</p>")
    assert desk.agent(MESSAGE, "read", [message], ["body"])[0]["body"] == "<p>&lt;p&gt;x&lt;/p&gt;</p>"


def test_external_ids_are_unique_and_for_admins_only(desk: Desk) -> None:
    vals = {"module": "qualiodoo", "name": "group_agent", "model": "res.groups", "res_id": 1}
    desk.admin("ir.model.data", "create", vals)
    code, text = desk.admin.fault("ir.model.data", "create", vals)
    assert code == 2 and "Key (module, name)=(qualiodoo, group_agent) already exists." in text
    assert desk.agent.fault("ir.model.data", "create", {**vals, "name": "other"})[0] == 4
    assert desk.agent("ir.model.data", "check_object_reference", "qualiodoo", "group_agent") == ["res.groups", 1]
    assert desk.agent.fault("ir.model.data", "check_object_reference", "qualiodoo", "nope")[0] == 1
    assert desk.agent.fault("ir.model.data", "check_object_reference", "helpdesk_mgmt", "model_helpdesk_ticket")[0] == 4


def make_adjustments(admin: Rpc, group: int) -> int:
    fields = [("x_partner_id", "many2one", {"relation": "res.partner"}), ("x_minutes", "integer", {}),
              ("x_date", "date", {}), ("x_reason", "char", {}), ("x_key", "char", {"copied": False})]
    return admin("ir.model", "create", {
        "name": "Adjustment", "model": ADJUSTMENT,
        "field_id": [[0, 0, {"name": n, "ttype": t, "field_description": n, **o}] for n, t, o in fields],
        "access_ids": [[0, 0, {"name": "agent", "group_id": group, "perm_read": True, "perm_create": True}]]})


def test_an_administrator_can_create_models_usable_at_once(desk: Desk) -> None:
    assert desk.agent.fault(ADJUSTMENT, "search", [])[0] == 2
    group = desk.admin("ir.model.data", "check_object_reference", "base", "group_user")[1]
    assert desk.agent.fault("ir.model", "create", {"name": "x", "model": "x_a"})[0] == 4
    make_adjustments(desk.admin, group)
    made = desk.agent(ADJUSTMENT, "create", {"x_minutes": -30, "x_date": "2026-03-12", "x_key": "k", "create_uid": 2})
    row = desk.agent(ADJUSTMENT, "search_read", [["x_key", "=", "k"]], ["x_minutes", "x_date", "x_reason", "create_uid",
                                                                        "display_name"], load="")
    assert row == [{"id": made, "x_minutes": -30, "x_date": "2026-03-12", "x_reason": False, "create_uid": desk.agent.uid,
                    "display_name": f"{ADJUSTMENT},{made}"}]
    for method in (("write", [made], {"x_minutes": 1}), ("unlink", [made])):
        code, text = desk.agent.fault(ADJUSTMENT, *method)
        assert code == 4 and "No group currently allows this operation." in text
    copy = desk.agent(ADJUSTMENT, "copy", [made])
    assert desk.agent(ADJUSTMENT, "read", [copy], ["x_key"])[0]["x_key"] is False
    with pytest.raises(Exception, match="Each model must have a unique name"):
        make_adjustments(desk.admin, group)


def test_a_model_whose_creation_fails_leaves_nothing(desk: Desk) -> None:
    fields = [[0, 0, {"name": "x_a", "ttype": "char"}], [0, 0, {"name": "bad", "ttype": "char"}]]
    assert desk.admin.fault("ir.model", "create", {"name": "x", "model": "x_b", "field_id": fields})[0] == 2
    assert desk.admin.fault("x_b", "search", [])[0] == 2


def test_without_an_access_line_even_an_administrator_is_refused(desk: Desk) -> None:
    desk.admin("ir.model", "create", {"name": "Bare", "model": "x_bare"})
    assert desk.admin("x_bare", "fields_get", ["x_name"], ["type"]) == {"x_name": {"type": "char"}}
    assert desk.admin.fault("x_bare", "search", [])[0] == 4


def test_an_administrator_can_create_fields_usable_at_once(desk: Desk) -> None:
    ticket = desk.world.ticket()
    model = desk.admin("ir.model", "search", [["model", "=", TICKET]])[0]
    field = desk.admin("ir.model.fields", "create", {"model_id": model, "name": "x_deadline", "ttype": "datetime",
                                                     "field_description": "Deadline"})
    assert desk.agent(TICKET, "write", [ticket], {"x_deadline": "2026-03-12 10:00:00"}) is True
    assert desk.agent(TICKET, "read", [ticket], ["x_deadline"])[0]["x_deadline"] == "2026-03-12 10:00:00"
    desk.admin("ir.model.fields", "unlink", [field])
    assert desk.agent.fault(TICKET, "read", [ticket], ["x_deadline"])[0] == 1


def test_partners_need_contact_creation(desk: Desk) -> None:
    partner = desk.world.partner("A")
    assert desk.agent.fault("res.partner", "write", [partner], {"name": "B"})[0] == 4
    assert desk.agent.fault("res.partner", "message_post", [partner], body="x")[0] == 4
    allowed = desk.user("writer", "base.group_user", "base.group_partner_manager")
    note = allowed("res.partner", "message_post", [partner], body="x", message_id="<k>")
    other = desk.user("other", "base.group_user", "base.group_partner_manager")
    assert other("mail.message", "write", [note], {"body": "y"}) is True
    assert desk.agent(MESSAGE, "read", [note], ["write_uid", "create_uid"], load="")[0] == {
        "id": note, "write_uid": other.uid, "create_uid": allowed.uid}
    assert desk.agent.fault("ir.config_parameter", "search_read", [], [])[0] == 4


def test_an_activity_needs_its_model_which_only_the_context_can_name(both: Desk) -> None:
    ticket = both.world.ticket()
    assert both.agent.fault("mail.activity", "create", {"res_id": ticket, "res_model": TICKET})[0] == 2
    context = {"default_res_model": TICKET}
    made = both.agent("mail.activity", "create", {"res_id": ticket, "summary": "SLA"}, context=context)
    row = both.agent("mail.activity", "read", [made], ["res_model", "date_deadline", "summary"])[0]
    assert row == {"id": made, "res_model": TICKET, "date_deadline": "2026-03-12", "summary": "SLA"}
    found = both.agent("mail.activity", "default_get", ["res_model", "res_model_id"], context=context)
    assert both.agent("mail.activity", "create", {"res_id": ticket, **found})


def test_units_of_measure(both: Desk) -> None:
    hour = both.agent("ir.model.data", "check_object_reference", "uom", "product_uom_hour")[1]
    day = both.agent("ir.model.data", "check_object_reference", "uom", "product_uom_day")[1]
    if both.world.version == 17:
        rows = {r["id"]: r for r in both.agent("uom.uom", "read", [hour, day], ["factor", "category_id", "uom_type"])}
        assert rows[hour]["factor"] / rows[day]["factor"] == 8.0 and rows[hour]["category_id"] == rows[day]["category_id"]
    else:
        row = both.agent("uom.uom", "read", [day], ["relative_factor", "relative_uom_id", "factor"], load="")[0]
        assert (row["relative_factor"], row["relative_uom_id"], row["factor"]) == (8.0, hour, 8.0)
    line = both.world.timesheet(both.world.ticket(), 0.5, uom="day")
    assert both.agent(LINE, "read", [line], ["product_uom_id"], load="")[0]["product_uom_id"] == day


# Calendars --------------------------------------------------------------------------------


def test_any_internal_user_reads_calendars(desk: Desk) -> None:
    low = desk.user("low")
    calendar = low("res.company", "read", [1], ["resource_calendar_id"], load="")[0]["resource_calendar_id"]
    lines = low("resource.calendar.attendance", "search_read", [["calendar_id", "=", calendar]],
                ["dayofweek", "hour_from", "hour_to", "day_period", "week_type", "display_type"])
    assert len(lines) == 15 and {"morning", "lunch", "afternoon"} == {line["day_period"] for line in lines}
    assert low("resource.calendar", "read", [calendar], ["tz"])[0]["tz"] == "Europe/Paris"


def test_leaves_of_all_of_one_calendar_and_of_one_person(desk: Desk) -> None:
    world = desk.world
    calendar = world.opening_hours({0: [(9, 12), (14, 24)]}, two_weeks_calendar=True)
    person = world.create("resource.resource", name="Camille")
    world.holiday("Fermeture", "2026-05-01 00:00", "2026-05-02 00:00")
    world.holiday("Pont", "2026-05-08 00:00", "2026-05-09 00:00", calendar=calendar)
    world.holiday("Congé", "2026-06-01 00:00", "2026-06-02 00:00", resource=person)
    names = desk.agent("resource.calendar.leaves", "search_read", [
        ["resource_id", "=", False], ["time_type", "=", "leave"], ["calendar_id", "in", [calendar, False]]], ["name"])
    assert [n["name"] for n in names] == ["Fermeture", "Pont"]


def test_flexible_hours_exist_since_19(both: Desk) -> None:
    assert bool(both.agent("resource.calendar", "fields_get", ["flexible_hours"], ["type"])) == (both.world.version == 19)


# Webhooks ---------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[tuple[str, list[dict[str, Any]], list[Callable[[], Any]]]]:
    """A URL, the bodies it received, and what to run on each."""
    bodies: list[dict[str, Any]] = []
    reactions: list[Callable[[], Any]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            bodies[-1]["seen"] = [react() for react in reactions]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", bodies, reactions
    server.shutdown()
    server.server_close()


def test_a_webhook_tells_of_a_payment_inside_the_transaction_on_17_and_after_it_on_19(
        both: Desk, listener: tuple[str, list[dict[str, Any]], list[Callable[[], Any]]]) -> None:
    url, bodies, reactions = listener
    world = both.world
    move = both.admin("ir.model", "search", [["model", "=", "account.move"]])[0]
    fields = both.admin("ir.model.fields", "search", [["model_id", "=", move], ["name", "in", ["name", "payment_state"]]])
    both.admin("base.automation", "create", {
        "name": "Paid", "model_id": move, "trigger": "on_create_or_write",
        "filter_pre_domain": "[('payment_state', '!=', 'paid')]", "filter_domain": "[('payment_state', '=', 'paid')]",
        "action_server_ids": [[0, 0, {"name": "Send Webhook Notification", "model_id": move, "state": "webhook",
                                      "webhook_url": url, "webhook_field_ids": [[6, 0, fields]]}]]})
    invoice = world.invoice(world.partner("A"), [("SUP12", 1)], date(2026, 3, 1))
    reactions.append(lambda: Rpc(both.server)("account.move", "read", [invoice], ["payment_state"])[0]["payment_state"])
    world.pay(invoice)
    assert [(b["_id"], b["_model"], b["payment_state"], b["name"]) for b in bodies] == [
        (invoice, "account.move", "paid", "INV/2026/00001")]
    assert bodies[0]["seen"] == ["not_paid" if world.version == 17 else "paid"]
    world.write("account.move", invoice, ref="x")
    assert len(bodies) == 1
