"""Messages, their subtypes and tracking values, and activities."""

from __future__ import annotations

from ..schema import (
    boolean, char, date, define, html, integer, many2many, many2one, one2many, reference_id, select,
    text, timestamp,
)

MESSAGE_TYPES = (
    ("email", "Incoming Email"), ("comment", "Comment"), ("email_outgoing", "Outgoing Email"),
    ("notification", "System notification"), ("auto_comment", "Automated Targeted Notification"),
    ("user_notification", "User Specific Notification"),
)

MESSAGE = define(
    "mail.message", "Message",
    char("subject", "Subject"),
    timestamp("date", "Date"),
    html("body", "Contents"),
    many2one("parent_id", "mail.message", "Parent Message"),
    char("model", "Related Document Model"),
    reference_id("res_id", "Related Document ID"),
    char("record_name", "Message Record Name"),
    select("message_type", MESSAGE_TYPES, "Type", required=True, default="comment"),
    many2one("subtype_id", "mail.message.subtype", "Subtype"),
    boolean("is_internal", "Employee Only"),
    char("email_from", "From"),
    many2one("author_id", "res.partner", "Author"),
    many2many("partner_ids", "res.partner", "Recipients"),
    one2many("tracking_value_ids", "mail.tracking.value", "mail_message_id", "Tracking values",
             groups="base.group_system"),
    char("message_id", "Message-Id", readonly=True),
    char("reply_to", "Reply-To"),
    order="id desc", rec_name="record_name", module="mail",
)

SUBTYPE = define(
    "mail.message.subtype", "Message subtypes",
    char("name", "Message Type", required=True),
    text("description", "Description"),
    boolean("internal", "Internal Only"),
    char("res_model", "Model"),
    boolean("default", "Default", default=True),
    integer("sequence", "Sequence", default=1),
    boolean("hidden", "Hidden"),
    order="sequence, id", module="mail",
)

TRACKING = define(
    "mail.tracking.value", "Mail Tracking Value",
    many2one("field_id", "ir.model.fields", "Field"),
    integer("old_value_integer"), integer("new_value_integer"),
    char("old_value_char"), char("new_value_char"),
    many2one("mail_message_id", "mail.message", "Message ID", required=True, ondelete="cascade"),
    order="id desc", rec_name="field_id", module="mail",
)

ACTIVITY_TYPE = define(
    "mail.activity.type", "Activity Type",
    char("name", "Name", required=True),
    char("summary", "Default Summary"),
    integer("sequence", default=10),
    boolean("active", default=True),
    select("res_model", (), "Model"),
    select("category", (("default", "None"), ("upload_file", "Upload Document")), "Action", default="default"),
    order="sequence, id", module="mail",
)

ACTIVITY = define(
    "mail.activity", "Activity",
    many2one("res_model_id", "ir.model", "Document Model", required=True, ondelete="cascade"),
    char("res_model", "Related Document Model", readonly=True),
    reference_id("res_id", "Related Document ID"),
    char("res_name", "Document Name", readonly=True),
    many2one("activity_type_id", "mail.activity.type", "Activity Type"),
    char("summary", "Summary"),
    html("note", "Note"),
    date("date_deadline", "Due Date", required=True),
    boolean("automated", "Automated activity", readonly=True),
    many2one("user_id", "res.users", "Assigned to", required=True),
    boolean("active", "Active", default=True),
    order="date_deadline, id", rec_name="summary", module="mail",
)

ATTACHMENT = define(
    "ir.attachment", "Attachment",
    char("name", "Name", required=True),
    char("res_model", "Resource Model"), reference_id("res_id", "Resource ID"),
    integer("file_size", "File Size", readonly=True),
    order="id desc",
)

MODELS = (MESSAGE, SUBTYPE, TRACKING, ACTIVITY_TYPE, ACTIVITY, ATTACHMENT)
