"""The models Odoo describes itself with: ir.model and its neighbours."""

from __future__ import annotations

from ..schema import (
    boolean, char, define, integer, many2many, many2one, one2many, reference_id, select, text, timestamp,
)

STATES = (("manual", "Custom Object"), ("base", "Base Object"))
FIELD_STATES = (("manual", "Custom Field"), ("base", "Base Field"))
TYPES = tuple((t, t) for t in (
    "binary", "boolean", "char", "date", "datetime", "float", "html", "integer", "many2many", "many2one",
    "many2one_reference", "monetary", "one2many", "reference", "selection", "text"))

IR_MODEL = define(
    "ir.model", "Models",
    char("name", "Model Description", required=True),
    char("model", "Model", required=True, default="x_"),
    char("order", "Order", required=True, default="id"),
    text("info", "Information"),
    one2many("field_id", "ir.model.fields", "model_id", "Fields"),
    select("state", STATES, "Type", readonly=True),
    one2many("access_ids", "ir.model.access", "model_id", "Access"),
    boolean("transient", "Transient Model"),
    boolean("is_mail_thread", "Has Mail Thread"),
    boolean("is_mail_activity", "Has Mail Activity"),
    order="model",
)

IR_FIELDS = define(
    "ir.model.fields", "Fields",
    char("name", "Field Name", required=True, default="x_"),
    char("model", "Model Name", required=True),
    many2one("model_id", "ir.model", "Model", required=True, ondelete="cascade"),
    char("relation", "Related Model"),
    char("relation_field", "Relation Field"),
    char("field_description", "Field Label", required=True, default=""),
    text("help", "Field Help"),
    select("ttype", TYPES, "Field Type", required=True),
    char("selection", "Selection Options (Deprecated)", store=False, compute="selection_text", searchable=False),
    boolean("required", "Required"), boolean("readonly", "Readonly"), boolean("index", "Indexed"),
    boolean("copied", "Copied", default=True), boolean("store", "Stored", default=True),
    boolean("translate", "Translatable"),
    integer("size", "Size"), integer("tracking", "Enable Ordered Tracking"),
    select("state", FIELD_STATES, "Type", required=True, readonly=True, default="manual"),
    select("on_delete", (("cascade", "Cascade"), ("set null", "Set NULL"), ("restrict", "Restrict")),
           "On Delete", default="set null"),
    char("depends", "Dependencies"), text("compute", "Compute"), char("related", "Related Field"),
    order="name", rec_name="field_description",
)

IR_ACCESS = define(
    "ir.model.access", "Model Access",
    char("name", "Name", required=True),
    boolean("active", "Active", default=True),
    many2one("model_id", "ir.model", "Model", required=True, ondelete="cascade"),
    many2one("group_id", "res.groups", "Group", ondelete="restrict"),
    boolean("perm_read", "Read Access"), boolean("perm_write", "Write Access"),
    boolean("perm_create", "Create Access"), boolean("perm_unlink", "Delete Access"),
    order="model_id, group_id, name, id",
)

IR_DATA = define(
    "ir.model.data", "Model Data",
    char("name", "External Identifier", required=True),
    char("complete_name", "Complete ID", readonly=True, store=False, compute="data_complete_name", searchable=False),
    char("model", "Model Name", required=True),
    char("module", "Module", default="", required=True),
    reference_id("res_id", "Record ID"),
    boolean("noupdate", "Non Updatable"),
    order="module, model, name",
)

IR_VIEW = define(
    "ir.ui.view", "View",
    char("name", "View Name", required=True), char("model", "Model"), char("type", "View Type"), text("arch", "View Architecture"),
    order="name",
)

IR_CATEGORY = define("ir.module.category", "Application", char("name", "Name", required=True), order="name")

PRIVILEGE = define("res.groups.privilege", "Privileges", char("name", "Name", required=True), since=19)

IR_PARAMETER = define(
    "ir.config_parameter", "System Parameter",
    char("key", "Key", required=True), text("value", "Value", required=True),
    order="key", rec_name="key",
)

IR_MODULE = define(
    "ir.module.module", "Module",
    char("name", "Technical Name", required=True, readonly=True),
    char("shortdesc", "Module Name", readonly=True),
    select("state", (("uninstalled", "Not Installed"), ("installed", "Installed")), "Status", readonly=True),
    char("latest_version", "Installed Version", readonly=True),
    order="name",
)

IR_SERVER_ACTION = define(
    "ir.actions.server", "Server Actions",
    char("name", "Name", required=True),
    many2one("model_id", "ir.model", "Model", required=True, ondelete="cascade"),
    select("state", (("code", "Execute Code"), ("object_write", "Update Record"), ("webhook", "Send Webhook Notification")),
           "Action To Do", required=True, default="object_write"),
    text("code", "Python Code"),
    char("webhook_url", "Webhook URL"),
    many2many("webhook_field_ids", "ir.model.fields", "Webhook Fields"),
    many2one("base_automation_id", "base.automation", "Automation Rule", ondelete="cascade", module="base_automation"),
    order="name",
)

BASE_AUTOMATION = define(
    "base.automation", "Automation Rule",
    char("name", "Automation Rule Name", required=True),
    many2one("model_id", "ir.model", "Model", required=True, ondelete="cascade"),
    boolean("active", default=True),
    select("trigger", (("on_create_or_write", "On save"), ("on_create", "On creation"), ("on_unlink", "On deletion")),
           "Trigger", required=True),
    char("filter_pre_domain", "Before Update Domain"),
    char("filter_domain", "Apply on"),
    many2many("trigger_field_ids", "ir.model.fields", "When updating"),
    one2many("action_server_ids", "ir.actions.server", "base_automation_id", "Actions"),
    timestamp("last_run", "Last Run", readonly=True),
    module="base_automation",
)

MODELS = (IR_CATEGORY, PRIVILEGE, IR_MODEL, IR_FIELDS, IR_ACCESS, IR_DATA, IR_VIEW, IR_PARAMETER, IR_MODULE,
          IR_SERVER_ACTION, BASE_AUTOMATION)
