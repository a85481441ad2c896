"""What an agent must know of Odoo's wire and reading: each fact, by its name."""

from __future__ import annotations

import gzip
import http.client
import socket
import xmlrpc.client
from collections.abc import Callable
from datetime import datetime

import pytest
from simdesk import Desk, Rpc

TICKET = "helpdesk.ticket"


# The wire ---------------------------------------------------------------------------------


def test_version_and_authenticate(both: Desk) -> None:
    version = both.agent.common.version()
    assert version["server_version_info"][0] == both.world.version and version["protocol_version"] == 1
    assert isinstance(both.agent.uid, int)


def test_a_wrong_login_or_password_is_false_and_not_a_fault(desk: Desk) -> None:
    assert desk.agent.common.authenticate("demo", "agent@example.com", "wrong", {}) is False
    assert desk.agent.common.authenticate("demo", "nobody", "x", {}) is False


def test_a_wrong_database_is_a_fault_1(desk: Desk) -> None:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        desk.agent.common.authenticate("other", "admin", "admin", {})
    assert caught.value.faultCode == 1 and 'database "other" does not exist' in caught.value.faultString


def test_api_keys_work_as_passwords_until_they_expire(both: Desk) -> None:
    both.world.api_key("agent@example.com", "k" * 40, expires=datetime(2026, 3, 13))
    keyed = Rpc(both.server, secret="k" * 40)
    assert keyed.uid == both.agent.uid and keyed(TICKET, "search", []) == []
    if both.world.version == 19:
        assert keyed("res.users.apikeys", "search_read", [], ["expiration_date"])[0]["expiration_date"]
    both.world.advance(2 * 86400)
    assert keyed.fault(TICKET, "search", []) == (3, "Access Denied")
    assert both.agent.common.authenticate("demo", "agent@example.com", "k" * 40, {}) is False


def test_the_keys_that_a_user_sees(make_desk: Callable[..., Desk]) -> None:
    """One's own, with their expiry since 18; never the key nor its first characters, which no field holds."""
    for version in (16, 17, 18, 19):
        desk = make_desk(version=version)
        desk.world.api_key("agent@example.com", "a" * 40, expires=datetime(2026, 6, 1), name="desk")
        desk.world.api_key("admin", "b" * 40, name="other")
        fields = desk.agent("res.users.apikeys", "fields_get")
        assert ("expiration_date" in fields) == (version >= 18)
        assert not {"index", "key"} & fields.keys()
        row, = desk.agent("res.users.apikeys", "search_read", [], ["name", "scope", *(["expiration_date"] * (version >= 18))])
        assert (row["name"], row["scope"]) == ("desk", False)
        assert row.get("expiration_date") == ("2026-06-01 00:00:00" if version >= 18 else None)
        assert len(desk.admin("res.users.apikeys", "search", [])) == 2
        assert desk.agent.fault("res.users.apikeys", "create", {"name": "x", "user_id": desk.agent.uid})[0] == 4


def test_every_fault_is_http_200(desk: Desk) -> None:
    answer = desk.post("/xmlrpc/2/object", desk.call_body(TICKET, "nope", [1]))
    assert answer.status == 200 and b"<name>faultCode</name>\n<value><int>1</int></value>" in answer.body


def test_fault_1_is_any_bug_with_a_traceback(both: Desk) -> None:
    agent, recent = both.agent, both.world.version == 19
    where = "condition" if recent else "leaf"
    assert agent.last_line(TICKET, "search", [["nope", "=", 1]]) == \
        f"ValueError: Invalid field helpdesk.ticket.nope in {where} ('nope', '=', 1)"
    on = "on" if recent else "on model"
    assert agent.last_line(TICKET, "search_read", [], ["nope"]) == f"ValueError: Invalid field 'nope' {on} 'helpdesk.ticket'"
    assert agent.last_line(TICKET, "search", [], order="nope") == f"ValueError: Invalid field 'nope' {on} 'helpdesk.ticket'"
    method = "The method 'helpdesk.ticket.nope' does not exist" if recent else \
        "The method 'nope' does not exist on the model 'helpdesk.ticket'"
    assert agent.last_line(TICKET, "nope", [1]) == f"AttributeError: {method}"
    assert "unexpected keyword argument 'nokw'" in agent.last_line(TICKET, "search_read", [], nokw=1)


def test_fault_2_is_user_error_missing_record_and_unknown_model(desk: Desk) -> None:
    assert desk.agent.fault("helpdesk.nope", "search", []) == (2, "Object helpdesk.nope doesn't exist")
    code, text = desk.admin.fault(TICKET, "write", [99999999], {"name": "x"})
    assert (code, text) == (2, "Record does not exist or has been deleted.\n(Record: helpdesk.ticket(99999999,), User: 2)")
    invoice = desk.world.invoice(desk.world.partner("A"), [("SUP12", 1)])
    assert desk.admin.fault("account.move", "action_post", [invoice])[0] == 2
    code, text = desk.admin.fault(TICKET, "create", {"name": False, "description": "x"})
    assert code == 2 and "Field: Title (name)" in text


def test_fault_3_is_a_bad_key(desk: Desk) -> None:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        desk.agent.object.execute_kw("demo", desk.agent.uid, "wrong", TICKET, "search", [[]], {})
    assert (caught.value.faultCode, caught.value.faultString) == (3, "Access Denied")


def test_fault_4_is_access_rights_and_private_methods(desk: Desk) -> None:
    low = desk.user("low")
    code, text = low.fault("account.move", "search", [])
    assert code == 4 and text.startswith("You are not allowed to access 'Journal Entry' (account.move) records.")
    assert desk.agent.fault(TICKET, "_compute_display_name", [1])[0] == 4


def test_a_get_is_405_and_a_wrong_path_is_html(desk: Desk) -> None:
    link = http.client.HTTPConnection("127.0.0.1", desk.server.port)
    link.request("GET", "/xmlrpc/2/common")
    answer = link.getresponse()
    assert answer.status == 405 and answer.getheader("Allow") == "POST, OPTIONS"
    answer = desk.post("/nowhere", b"x")
    assert answer.status == 404 and answer.getheader("Content-Type", "").startswith("text/html")


def test_truncated_xml_is_fault_1(desk: Desk) -> None:
    answer = desk.post("/xmlrpc/2/object", b'<?xml version="1.0"?><methodCall><par')
    assert b"xml.parsers.expat.ExpatError" in answer.body


def test_a_fault_can_follow_a_committed_write(both: Desk) -> None:
    world = both.world
    ticket = world.ticket()
    if world.version == 17:
        line = both.agent.last_line(TICKET, "activity_schedule", [ticket], summary="x")
        assert line == "TypeError: cannot marshal <class 'odoo.api.mail.activity'> objects"
    else:
        both.agent(TICKET, "activity_schedule", [ticket], summary="x")
    assert both.agent("mail.activity", "search_count", [["res_id", "=", ticket]]) == 1
    invoice = world.invoice(world.partner("A"), [("SUP12", 1)])
    line = both.admin.last_line("account.move", "button_cancel", [invoice])
    assert line == "TypeError: cannot marshal None unless allow_none is enabled"
    assert world.row("account.move", invoice)["state"] == "cancel"


def test_a_fault_rolls_everything_back(desk: Desk) -> None:
    assert desk.admin.fault(TICKET, "create", [{"name": "a", "description": "a"}, {"name": "b"}])[0] == 2
    assert desk.admin(TICKET, "search_count", []) == 0


def test_odoo_has_no_gzip_and_no_keep_alive(desk: Desk) -> None:
    answer = desk.post("/xmlrpc/2/common", b"<methodCall><methodName>version</methodName></methodCall>",
                       {"Accept-Encoding": "gzip"})
    assert answer.version == 10 and answer.getheader("Content-Encoding") is None
    assert [name for name, _ in answer.getheaders()] == [
        "Server", "Date", "Content-Type", "Content-Length", "X-Content-Type-Options", "Connection"]
    assert answer.getheader("Connection") == "close"


def test_a_proxy_in_front_may_give_both(desk: Desk) -> None:
    desk.server.gzip = desk.server.keep_alive = True
    link = http.client.HTTPConnection("127.0.0.1", desk.server.port)
    for _ in range(2):
        link.request("POST", "/xmlrpc/2/common", b"<methodCall><methodName>version</methodName></methodCall>",
                     {"Content-Type": "text/xml", "Accept-Encoding": "gzip"})
        answer = link.getresponse()
        assert answer.getheader("Content-Encoding") == "gzip"
        assert b"server_version" in gzip.decompress(answer.read())
        assert isinstance(link.sock, socket.socket)


def test_a_gzipped_request_is_refused(desk: Desk) -> None:
    body = gzip.compress(b"<methodCall><methodName>version</methodName></methodCall>")
    assert desk.post("/xmlrpc/2/common", body, {"Content-Encoding": "gzip"}).status == 400


def test_a_body_without_content_length_is_not_read(desk: Desk) -> None:
    body = desk.call_body(TICKET, "search", [])
    with socket.create_connection(("127.0.0.1", desk.server.port)) as link:
        link.sendall(b"POST /xmlrpc/2/object HTTP/1.1\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
                     + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")
        assert b"no element found" in link.makefile("rb").read()


def test_empty_is_false_for_every_type_but_numbers(desk: Desk) -> None:
    partner = desk.world.partner("A", email=False)
    fields = ["vat", "parent_id", "comment", "date", "color", "category_id", "partner_latitude", "ref"]
    row = desk.agent("res.partner", "read", [partner], fields)[0]
    assert row == {"id": partner, "vat": False, "parent_id": False, "comment": False, "date": False, "color": 0,
                   "category_id": [], "partner_latitude": 0.0, "ref": False}


def test_a_draft_has_no_name_yet(both: Desk) -> None:
    invoice = both.world.invoice(both.world.partner("A"), [("SUP12", 1)], post=False)
    name = both.agent("account.move", "read", [invoice], ["name"])[0]["name"]
    assert name == ("/" if both.world.version == 17 else False)


def test_many2one_is_a_pair_or_a_bare_id(desk: Desk) -> None:
    company = desk.world.partner("Société Nœud & Fils")
    contact = desk.world.partner("Anne", parent=company)
    ticket = desk.world.ticket(contact)
    read = desk.agent(TICKET, "read", [ticket], ["partner_id", "user_id"])[0]
    assert read == {"id": ticket, "partner_id": [contact, "Société Nœud & Fils, Anne"], "user_id": False}
    for load in ("", None):
        assert desk.agent(TICKET, "search_read", [], ["partner_id"], load=load)[0]["partner_id"] == contact


def test_control_characters_are_stripped(desk: Desk) -> None:
    desk.world.patch(TICKET, desk.world.ticket(), name="a\x00b\x0bc\td\x7fe\x85f")
    assert desk.agent(TICKET, "search_read", [], ["name"])[0]["name"] == "abc\td\x7fe\x85f"


def test_ufffe_and_uffff_make_the_whole_answer_unparsable(desk: Desk) -> None:
    desk.world.patch(TICKET, desk.world.ticket(), name="a\ufffeb\uffffc")
    answer = desk.post("/xmlrpc/2/object", desk.call_body(TICKET, "search_read", [], ["name"]))
    assert "a\ufffeb\uffffc".encode() in answer.body


def test_an_integer_above_31_bits_is_a_fault(desk: Desk) -> None:
    desk.world.patch(TICKET, desk.world.ticket(), sequence=2**31)
    line = desk.agent.last_line(TICKET, "search_read", [], ["sequence"])
    assert line == "OverflowError: int exceeds XML-RPC limits"
    body = desk.call_body(TICKET, "search", [["id", "=", 1]]).replace(b"<int>1</int>", b"<int>3000000000</int>")
    assert b"NumericValueOutOfRange" in desk.post("/xmlrpc/2/object", body).body


def test_doubles_can_have_an_exponent_and_nil_is_accepted(desk: Desk) -> None:
    desk.world.patch(TICKET, desk.world.ticket(), total_hours=1e-07)
    answer = desk.post("/xmlrpc/2/object", desk.call_body(TICKET, "search_read", [["user_id", "=", None]], ["total_hours"]))
    assert b"<double>1e-07</double>" in answer.body


def test_datetimes_are_utc_strings_of_seconds(desk: Desk) -> None:
    desk.world.ticket(created="2026-03-10 09:00:01.999999+01:00")
    assert desk.agent(TICKET, "search_read", [], ["create_date"])[0]["create_date"] == "2026-03-10 08:00:01"


# Reading ----------------------------------------------------------------------------------


def test_record_rules_filter_in_silence(desk: Desk) -> None:
    ticket = desk.world.ticket()
    desk.world.timesheet(ticket, 1)
    low = desk.user("low", "base.group_user", "hr_timesheet.group_hr_timesheet_user", "helpdesk_mgmt.group_helpdesk_user")
    assert low("account.analytic.line", "search", []) == []
    assert low("account.analytic.line", "search_count", []) == 0
    assert desk.agent("account.analytic.line", "search_count", []) == 1
    desk.world.set_groups("low", ("hr_timesheet.group_hr_timesheet_approver", "helpdesk_mgmt.group_helpdesk_user"))
    assert low("account.analytic.line", "search_count", [["ticket_id", "=", ticket]]) == 1


def test_private_projects_hide_their_lines_and_the_total_still_counts_them(desk: Desk) -> None:
    ticket = desk.world.ticket()
    desk.world.timesheet(ticket, 1)
    desk.world.timesheet(ticket, 2, project_id=desk.world.private_project())
    assert desk.agent("account.analytic.line", "search_count", []) == 1
    assert desk.agent(TICKET, "read", [ticket], ["total_hours"])[0]["total_hours"] == 3.0


def test_has_group_has_a_form_per_version_and_the_other_is_fault_1(both: Desk) -> None:
    group, uid = "hr_timesheet.group_hr_timesheet_approver", both.agent.uid
    forms = {17: (group,), 19: ([uid], group)}
    assert both.agent("res.users", "has_group", *forms[both.world.version]) is True
    other = 36 - both.world.version
    assert both.agent.fault("res.users", "has_group", *forms[other])[0] == 1
    unknown = {17: ("x.y",), 19: ([uid], "x.y")}
    assert both.agent("res.users", "has_group", *unknown[both.world.version]) is False


def test_a_deleted_id_is_left_out_a_hidden_one_is_fault_4_and_search_cannot_tell(desk: Desk) -> None:
    kept, gone, hidden = (desk.world.ticket() for _ in range(3))
    desk.world.delete(TICKET, gone)
    rule = desk.world.hide(TICKET, [hidden])
    assert desk.agent(TICKET, "read", [gone], ["name"]) == []
    assert [r["id"] for r in desk.agent(TICKET, "read", [kept, gone], ["name"])] == [kept]
    code, text = desk.agent.fault(TICKET, "read", [kept, hidden], ["name"])
    assert code == 4 and "doesn't have 'read' access to:\n- Helpdesk Ticket (helpdesk.ticket)" in text
    assert desk.agent(TICKET, "search", [["id", "in", [gone, hidden]]]) == []
    assert desk.agent(TICKET, "exists", [kept, gone]) == [kept]
    assert desk.agent.fault(TICKET, "write", [gone], {"name": "x"})[0] == 2
    desk.world.reveal(rule)
    assert desk.agent(TICKET, "read", [hidden], ["id"]) == [{"id": hidden}]


def test_fields_get_leaves_unknown_names_out_and_proves_no_right(desk: Desk) -> None:
    assert desk.agent(TICKET, "fields_get", ["nope", "name"], ["type"]) == {"name": {"type": "char"}}
    low = desk.user("low")
    assert "name" in low("account.move", "fields_get", ["name"], ["type"])
    assert "ticket_id" not in low("account.analytic.line", "fields_get", [], ["type"])
    assert low.fault("account.analytic.line", "search", [["ticket_id", "!=", False]])[0] == 4


def test_archived_records_are_hidden_unless_asked_for(desk: Desk) -> None:
    ticket = desk.world.ticket()
    desk.world.archive(TICKET, ticket)
    assert desk.agent(TICKET, "search", []) == []
    assert desk.agent(TICKET, "search", [], context={"active_test": False}) == [ticket]
    assert desk.agent(TICKET, "search", [["active", "in", [True, False]]]) == [ticket]


def test_limit_0_is_no_limit_and_no_fields_is_all_fields(desk: Desk) -> None:
    ids = sorted(desk.world.ticket() for _ in range(3))
    assert sorted(desk.agent(TICKET, "search", [], limit=0)) == ids
    assert {"number", "write_date", "display_name"} <= set(desk.agent(TICKET, "search_read", [], [], limit=1)[0])


def test_fields_vanished_between_17_and_19(both: Desk) -> None:
    old = {"account.move": "payment_id", "res.partner": "mobile", "uom.uom": "category_id", "res.users": "groups_id"}
    for model, name in old.items():
        found = both.admin(model, "fields_get", [name], ["type"])
        assert bool(found) == (both.world.version == 17)
    assert bool(both.admin("res.users", "fields_get", ["group_ids"], ["type"])) == (both.world.version == 19)


def test_a_related_field_can_be_searched_and_a_computed_one_cannot(both: Desk) -> None:
    ticket = both.world.ticket()
    both.world.close(ticket)
    for path in ("closed", "stage_id.closed"):
        assert both.agent(TICKET, "search", [[path, "=", True]]) == [ticket]
    unsearchable = [["reconciled_invoice_ids", "=", 1]]
    both.world.prepay(both.world.partner("A"), 10)
    if both.world.version == 17:
        assert both.agent("account.payment", "search_count", unsearchable) == 1, "17 lets everything through"
    else:
        assert both.agent.fault("account.payment", "search_count", unsearchable)[0] == 1


def test_messages_are_filtered_after_the_limit_so_an_empty_page_is_not_the_end(desk: Desk) -> None:
    hidden, seen = desk.world.ticket(), desk.world.ticket()
    desk.world.hide(TICKET, [hidden])
    domain = [["message_type", "=", "comment"]]
    for _ in range(4):
        desk.world.reply(hidden)
    kept = [desk.world.reply(seen) for _ in range(2)]
    assert desk.agent("mail.message", "search", domain, order="id", limit=4) == []
    assert desk.agent("mail.message", "search", domain, order="id", limit=5) == kept[:1]
    assert desk.agent("mail.message", "search_count", domain) == 2


def test_companies_one_does_not_have_are_hidden(desk: Desk) -> None:
    other = desk.world.company("Autre", visible=False)
    invoice = desk.world.invoice(desk.world.partner("A"), [("SUP12", 1)], company=other)
    assert desk.agent("account.move", "search", [["id", "=", invoice]]) == []
    assert desk.agent.fault("account.move", "read", [invoice], ["name"])[0] == 4
    assert desk.admin("account.move", "search", [["id", "=", invoice]]) == [invoice]
    assert desk.admin("account.move", "search", [["id", "=", invoice]], context={"allowed_company_ids": [1]}) == []


def test_not_is_sqls_on_17_and_logical_on_19(both: Desk) -> None:
    """17 turns the operator, and NULL matches neither way; through a path it is `not any`, and NULL matches."""
    never, early = both.world.ticket(), both.world.ticket(both.world.partner("A", ref="R"))
    both.world.close(early, "2026-03-01 10:00")
    found = both.agent(TICKET, "search", ["!", ["closed_date", "<", "2026-02-01"]], order="id")
    assert found == ([early] if both.world.version == 17 else [never, early])
    assert both.agent(TICKET, "search", ["!", ["partner_id.ref", "=", "R"]]) == [never]
    assert both.agent(TICKET, "search", [["partner_id.ref", "!=", "R"]]) == []
    assert both.agent(TICKET, "search", [["partner_id", "!=", 1]], order="id") == [never, early]
