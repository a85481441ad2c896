"""What an administrator makes and takes away over RPC, as measured on Odoo 17: fields, models, tags, external ids."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Callable
from typing import Any

import pytest
from odoosim import World
from simdesk import Desk, Rpc

MODEL, TAG = "x_qualiodoo_adjustment", "helpdesk.ticket.tag"


def model_of(admin: Rpc, name: str) -> int:
    return admin("ir.model", "search", [["model", "=", name]])[0]


def name(admin: Rpc, xmlid: str, model: str, record: int) -> None:
    admin("ir.model.data", "create", {"module": "qualiodoo", "name": xmlid, "model": model, "res_id": record})


def names(admin: Rpc) -> set[str]:
    rows = admin("ir.model.data", "search_read", [["module", "=", "qualiodoo"]], fields=["name"])
    return {row["name"] for row in rows}


def partner_field(admin: Rpc, **more: Any) -> int:
    return admin("ir.model.fields", "create", {
        "model_id": model_of(admin, "res.partner"), "name": "x_credit", "ttype": "integer", "field_description": "Crédit",
        "copied": False, **more})


def adjustments(admin: Rpc) -> int:
    fields = [(0, 0, {"name": "x_partner_id", "ttype": "many2one", "relation": "res.partner", "required": True,
                      "on_delete": "restrict", "field_description": "Client"}),
              (0, 0, {"name": "x_key", "ttype": "char", "field_description": "Clé"})]
    return admin("ir.model", "create", {"name": "Adjustment", "model": MODEL, "field_id": fields})


def test_a_field_comes_and_goes(desk: Desk) -> None:
    admin = desk.admin
    field = partner_field(admin)
    customer = admin("res.partner", "create", {"name": "Client"})
    assert admin("res.partner", "read", [customer], ["x_credit"])[0]["x_credit"] == 0
    admin("res.partner", "write", [customer], {"x_credit": 655})
    copy = admin("res.partner", "copy", customer)
    assert admin("res.partner", "read", [copy], ["x_credit"])[0]["x_credit"] == 0
    assert admin.fault("ir.model.fields", "create", {
        "model_id": model_of(admin, "res.partner"), "name": "x_credit", "ttype": "integer", "field_description": "x",
    }) == (2, "The operation cannot be completed: Field names must be unique per model.")
    rows = admin("ir.model.fields", "search_read", [["name", "=", "x_credit"]], fields=["model", "state"], order="id")
    assert [(r["model"], r["state"]) for r in rows] == [("res.partner", "manual"), ("res.users", "base")]
    assert admin.fault("ir.model.fields", "unlink", [rows[1]["id"]])[1].endswith("module data and cannot be removed!")
    name(admin, "field", "ir.model.fields", field)
    assert admin("ir.model.fields", "unlink", [field]) is True
    assert not names(admin) and not admin("ir.model.fields", "search", [["name", "=", "x_credit"]])
    assert admin.last_line("res.partner", "read", [customer], ["x_credit"]).startswith("ValueError: Invalid field")
    assert admin.last_line("res.partner", "write", [customer], {"x_credit": 1}).startswith("ValueError: Invalid field")
    code, text = admin.fault("ir.model.fields", "unlink", [field])
    assert code == 2 and text.startswith("Record does not exist or has been deleted.")


def test_a_view_holds_the_fields_it_shows(desk: Desk) -> None:
    admin = desk.admin
    model = adjustments(admin)
    view = admin("ir.ui.view", "create", {"name": "Liste", "type": "tree", "model": MODEL,
                                          "arch": "<tree><field name=\"x_key\"/></tree>"})
    field = admin("ir.model.fields", "search", [["model", "=", MODEL], ["name", "=", "x_key"]])
    code, text = admin.fault("ir.model.fields", "unlink", field)
    assert (code, text) == (2, "Cannot rename/delete fields that are still present in views:\n"
                               f"Fields: {MODEL}.x_key\nView: Liste")
    assert admin.fault("ir.model", "unlink", [model])[0] == 2
    admin("ir.ui.view", "unlink", [view])
    assert admin("ir.model", "unlink", [model]) is True


def test_a_field_holds_the_one_it_depends_on(desk: Desk) -> None:
    admin = desk.admin
    model = adjustments(admin)
    other = partner_field(admin, name="x_adjustments", ttype="one2many", relation=MODEL, relation_field="x_partner_id")
    assert admin.fault("ir.model", "unlink", [model]) == (
        2, f"The field '{MODEL}.x_partner_id' cannot be removed because the field 'res.partner.x_adjustments' depends on it.")
    admin("ir.model.fields", "unlink", [other])
    assert admin("ir.model", "unlink", [model]) is True


def test_what_goes_with_a_model(desk: Desk) -> None:
    """Its rows, fields and rights; the external ids of fields and rights stay and name nothing."""
    admin = desk.admin
    model, group = adjustments(admin), admin("res.groups", "create", {"name": "qualiodoo agent"})
    line = admin("ir.model.access", "create", {"name": "x", "model_id": model, "group_id": group, "perm_read": True})
    field = admin("ir.model.fields", "search", [["model", "=", MODEL], ["name", "=", "x_key"]])[0]
    for xmlid, of, record in (("model", "ir.model", model), ("field", "ir.model.fields", field),
                              ("access", "ir.model.access", line), ("group", "res.groups", group)):
        name(admin, xmlid, of, record)
    code, text = admin.fault("res.groups", "unlink", [group])
    assert code == 2 and "another model requires the record being deleted" in text and "ir_model_access_group_id_fkey" in text
    assert admin("ir.model", "unlink", [model]) is True
    assert not admin("ir.model.access", "search", [["id", "=", line]])
    assert not admin("ir.model.fields", "search", [["model", "=", MODEL]])
    assert admin.fault(MODEL, "search_read", []) == (2, f"Object {MODEL} doesn't exist")
    assert names(admin) == {"field", "access", "group"}
    assert admin("ir.model.data", "check_object_reference", "qualiodoo", "field") == ["ir.model.fields", False]
    assert admin("res.groups", "unlink", [group]) is True and names(admin) == {"field", "access"}
    left = admin("ir.model.data", "search", [["module", "=", "qualiodoo"]])
    assert admin("ir.model.data", "unlink", left) is True
    assert admin("ir.model", "unlink", [adjustments(admin)]) is True  # and all over again


def test_ids_of_a_model_made_again_start_at_1() -> None:
    world = World(today="2026-03-12")
    customer = world.partner("Exemple SARL")
    assert [world.adjustment(customer, 30) for _ in range(3)] == [1, 2, 3]
    world.delete("ir.model", world.model_ids["x_qualiodoo_adjustment"])
    assert world.adjustment(customer, 30) == 1
    assert world.adjustment(customer, 30) == 2


def test_an_import_makes_a_tag_with_its_external_id(desk: Desk) -> None:
    admin = desk.admin
    told = admin(TAG, "load", ["id", "name"], [["qualiodoo.tag_breach", "En retard"]])
    assert told == {"ids": told["ids"], "messages": [], "nextrow": 0}
    tag = told["ids"][0]
    assert admin(TAG, "load", ["id", "name"], [["qualiodoo.tag_breach", "Dépassé"]])["ids"] == [tag]
    assert admin(TAG, "search_read", [["id", "=", tag]], fields=["name"]) == [{"id": tag, "name": "Dépassé"}]
    assert names(admin) == {"tag_breach"}
    refused = desk.agent(TAG, "load", ["id", "name"], [["qualiodoo.tag_other", "x"]])
    assert refused["ids"] is False and refused["messages"][0]["message"].startswith("You are not allowed to create")
    assert admin.last_line(TAG, "load", ["id", "nope"], [["qualiodoo.tag_other", "x"]]) == "KeyError: 'nope'"
    ticket = admin("helpdesk.ticket", "create", {"name": "x", "description": "x", "tag_ids": [(4, tag)]})
    assert admin(TAG, "unlink", [tag]) is True and not names(admin)
    assert admin("helpdesk.ticket", "read", [ticket], ["tag_ids"])[0]["tag_ids"] == []


# ---- Activities and tasks ----


def activity(user: Rpc, model: str, record: int, assignee: int) -> Any:
    return user("mail.activity", "create", {"res_id": record, "summary": "x", "user_id": assignee,
                                            "date_deadline": "2026-12-01"}, context={"default_res_model": model})


def refused(action: Callable[[], Any]) -> bool:
    try:
        action()
    except xmlrpc.client.Fault as fault:
        assert fault.faultCode == 4, fault
        return True
    return False


def test_activities_follow_their_document(desk: Desk) -> None:
    admin, agent = desk.admin, desk.agent
    customer = admin("res.partner", "create", {"name": "Client"})
    ticket = admin("helpdesk.ticket", "create", {"name": "x", "description": "x"})
    made = activity(agent, "helpdesk.ticket", ticket, admin.uid)
    others = activity(admin, "helpdesk.ticket", ticket, admin.uid)
    assert agent("mail.activity", "unlink", [made]) and agent("mail.activity", "unlink", [others])
    with pytest.raises(xmlrpc.client.Fault) as caught:
        activity(agent, "res.partner", customer, admin.uid)
    text = caught.value.faultString
    assert caught.value.faultCode == 4 and "doesn't have 'create' access to:\n- Activity (mail.activity)" in text


def test_those_who_keep_timesheets_read_tasks_only(desk: Desk) -> None:
    admin, agent = desk.admin, desk.agent
    project = admin("project.project", "create", {"name": "Support"})
    task = admin("project.task", "create", {"name": "x", "project_id": project})
    assert agent("project.task", "check_access_rights", "write", False) is True
    assert not refused(lambda: agent("project.task", "message_post", [task], body="x", subtype_xmlid="mail.mt_note"))
    assert refused(lambda: agent("project.task", "write", [task], {"name": "y"}))
    assert refused(lambda: activity(agent, "project.task", task, admin.uid))
    assert isinstance(agent("project.tags", "create", {"name": "x"}), int)  # by project_todo, which comes with project
