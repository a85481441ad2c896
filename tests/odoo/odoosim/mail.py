"""The chatter: messages, tracking, activities."""

from __future__ import annotations

import html
import random
from typing import TYPE_CHECKING, Any

from . import access
from .database import Row
from .faults import ServerError, UserError, ValidationError

if TYPE_CHECKING:
    from .orm import Env

Values = dict[str, Any]

NOTE, DISCUSSION = "mail.mt_note", "mail.mt_comment"
LOGGED = frozenset({"helpdesk.ticket", "project.task"})
CREATED = {"helpdesk.ticket": "helpdesk_mgmt.hlp_tck_created", "project.task": "project.mt_task_new"}


def creation_subtype(env: Env, model: str) -> str:
    """The external id of the subtype of the message, or the mail, that opens a document."""
    return "helpdesk.mt_ticket_new" if env.world.flavour == "enterprise" else CREATED[model]


def sender(env: Env, partner: int | None) -> str | None:
    """`"Name" <email>`, as Odoo keeps it in email_from."""
    row = env.tx.row("res.partner", partner or 0)
    if row is None or not row.get("email"):
        return None
    return f"\"{row.get('name')}\" <{row['email']}>"


def message_before_create(env: Env, vals: Values) -> Values:
    """Author, date and Message-Id of a message that does not bring its own."""
    if "author_id" not in vals:
        vals["author_id"] = (env.tx.row("res.users", env.uid) or {}).get("partner_id")
    if not vals.get("email_from"):
        vals["email_from"] = sender(env, vals.get("author_id"))
    vals.setdefault("date", env.now)
    if not vals.get("message_id"):
        token = random.getrandbits(50)
        document = f"{vals.get('res_id')}-{vals.get('model')}" if vals.get("model") else "private"
        vals["message_id"] = f"<{token}.{env.tx.started.timestamp():.15f}-openerp-{document}@odoo>"
    vals.setdefault("reply_to", vals["email_from"])
    if vals.get("model") and vals.get("res_id") and "record_name" not in vals:
        vals["record_name"] = env.sudo().display_name(vals["model"], vals["res_id"]) or None
    return vals


def add(env: Env, model: str, res_id: int, /, **vals: Any) -> int:
    """A message on a document, without access checks."""
    return env.sudo().create("mail.message", {"model": model, "res_id": res_id, **vals})


def post(env: Env, model: str, ids: list[int], /, *, body: Any = "", subject: Any = None,
         message_type: str = "notification", email_from: Any = None, author_id: Any = None, parent_id: Any = False,
         subtype_xmlid: Any = None, subtype_id: Any = False, partner_ids: Any = None, body_is_html: bool = False,
         **kwargs: Any) -> int:
    """`message_post`: never moves the document's write_date, and takes any message_id, even one already used."""
    if len(ids) != 1:
        raise ServerError("ValueError", f"Expected singleton: {model}({', '.join(map(str, ids))})")
    if message_type == "user_notification":
        raise ServerError("ValueError", "Use message_notify to send a notification to an user.")
    forbidden = {"model", "res_id", "subtype"} & set(kwargs)
    unknown = {k for k in kwargs if k not in env.schema.models["mail.message"].fields} | forbidden
    if unknown:
        raise ServerError("ValueError", "Those values are not supported when posting or notifying: "
                          + ", ".join(sorted(unknown)))
    text = str(body or "")
    if text and not body_is_html:
        text = f"<p>{html.escape(text, quote=False)}</p>"
    if not subtype_id:
        subtype_id = env.world.refs.get(subtype_xmlid or NOTE)
    first = [] if parent_id else env.sudo().search("mail.message", [("res_id", "=", ids[0]), ("model", "=", model)],
                                                   order="id", limit=1)
    vals: Values = {"body": text, "subject": subject or None, "message_type": message_type, "subtype_id": subtype_id,
                    "parent_id": parent_id or (first[0] if first else None),
                    "partner_ids": [(6, 0, list(partner_ids or ()))], **kwargs}
    if author_id:
        vals["author_id"] = author_id
    if email_from:
        vals["email_from"] = email_from
    elif not sender(env, author_id or (env.tx.row("res.users", env.uid) or {}).get("partner_id")):
        raise UserError("Unable to send message, please configure the sender's email address.")
    return add(env, model, ids[0], **vals)


def log_creation(env: Env, model: str, id_: int) -> None:
    """The creation message of a ticket or task, of type `notification` and so never a response."""
    if model in LOGGED and "mail.message" in env.schema.models:
        add(env, model, id_, body="", message_type="notification",
            subtype_id=env.world.refs.get(creation_subtype(env, model)) or env.world.ref(NOTE))


def track(env: Env, model: str, id_: int, old: Row) -> None:
    """One message with the tracking values of the tracked fields that changed."""
    if model not in LOGGED or "mail.message" not in env.schema.models:
        return
    new = env.row(model, id_)
    fields = [f for f in env.schema.models[model].fields.values() if f.tracked and old.get(f.name) != new.get(f.name)]
    if not fields:
        return
    message = add(env, model, id_, body="", message_type="notification", subtype_id=env.world.ref(NOTE),
                  is_internal=True, record_name=None)
    for field in fields:
        vals: Values = {"mail_message_id": message,
                        tracked_field(env): env.world.field_ids.get((model, field.name))}
        for side, row in (("old", old), ("new", new)):
            value = row.get(field.name)
            if field.type == "many2one":
                vals[f"{side}_value_integer"] = value or 0
                vals[f"{side}_value_char"] = env.sudo().display_name(field.relation or "", value) if value else ""
            else:
                vals[f"{side}_value_char"] = dict(field.selection).get(value, str(value or ""))
        env.sudo().create("mail.tracking.value", vals)


def tracked_field(env: Env) -> str:
    """The field of mail.tracking.value that names the one that changed."""
    return "field_id" if "field_id" in env.schema.models["mail.tracking.value"].fields else "field"


def forget(env: Env, model: str, id_: int) -> None:
    """Deleting a document deletes its messages and activities."""
    sudo = env.sudo().with_context(active_test=False)
    for kind, name in (("mail.message", "model"), ("mail.activity", "res_model")):
        if kind in env.schema.models:
            for other in sudo.search(kind, [("res_id", "=", id_), (name, "=", model)], order="id"):
                for value in sudo.search("mail.tracking.value", [("mail_message_id", "=", other)], order="id") \
                        if kind == "mail.message" else ():
                    env.tx.delete("mail.tracking.value", value)
                env.tx.delete(kind, other)


def activity_default_get(env: Env) -> Values:
    """What an activity starts with; the context's default_res_model tells its document's model.

    That is the only way for a user who may not read ir.model.
    """
    found: Values = {"user_id": env.uid, "date_deadline": env.now.date()}
    if "active" in env.schema.models["mail.activity"].fields:  # not on 16
        found["active"] = True
    model = env.context.get("default_res_model")
    if model:
        if model not in env.world.model_ids:
            raise ServerError("KeyError", repr(model))
        found.update(res_model=model, res_model_id=env.world.model_ids[model],
                     activity_type_id=env.world.ref("mail.mail_activity_data_todo"))
    return found


def activity_before_create(env: Env, vals: Values) -> Values:
    """An activity hangs on a document named by res_model_id, and has a user and a day."""
    vals = {**activity_default_get(env), **vals}
    vals["res_model"] = (env.tx.row("ir.model", vals.get("res_model_id") or 0) or {}).get("model")
    if vals["res_model"] and not vals.get("res_id"):
        raise ValidationError("The operation cannot be completed: Activities have to be linked to records with a "
                              "not null res_id.")
    if vals["res_model"]:
        env.row(vals["res_model"], vals["res_id"])
        vals["res_name"] = env.sudo().display_name(vals["res_model"], vals["res_id"])
    return vals


def activity_after_create(env: Env, id_: int, vals: Values) -> None:
    """Whoever is given an activity by another follows the document, which takes the right to write on it, and is told
    by a message only he sees."""
    row = env.row("mail.activity", id_)
    if row["user_id"] != env.uid:
        if row["res_model"] and not env.su:
            access.check_rows(env, "mail.activity", [row], "create")
            access.check(env, row["res_model"], "write")
            access.check_rows(env, row["res_model"], [env.row(row["res_model"], row["res_id"])], "write")
        notify(env, row["res_model"], row["res_id"], row["user_id"],
               f"\"{row.get('res_name')}: {row.get('summary') or ''}\" assigned to you")


def notify(env: Env, model: str, res_id: int, user: int, subject: str) -> None:
    """A user_notification: written on the document, seen by its recipient alone."""
    partner = (env.tx.row("res.users", user) or {}).get("partner_id")
    if partner:
        add(env, model, res_id, body=f"<p>{html.escape(subject)}</p>", subject=subject, is_internal=True,
            message_type="user_notification", subtype_id=env.world.ref(NOTE), partner_ids=[(6, 0, [partner])])


def schedule(env: Env, model: str, ids: list[int], act_type_xmlid: str = "", date_deadline: Any = None,
             summary: str = "", note: str = "", **act_values: Any) -> list[int]:
    """`activity_schedule`: the activities are created, then 17 fails to marshal them."""
    type_id = env.world.refs.get(act_type_xmlid) or env.world.ref("mail.mail_activity_data_todo")
    vals = {"activity_type_id": type_id, "summary": summary, "note": note or False, "automated": True,
            "res_model_id": env.world.model_ids[model], **act_values}
    if date_deadline:
        vals["date_deadline"] = date_deadline
    return [env.create("mail.activity", {**vals, "res_id": i}) for i in ids]


_FORMAT: dict[str, Any] = {
    "starred_partner_ids": [], "notifications": [], "attachments": [], "linkPreviews": [], "reactions": [],
    "pinned_at": False, "needaction_partner_ids": [], "history_partner_ids": [], "subtype_description": False,
    "recipients": [], "scheduledDatetime": False, "module_icon": False, "sms_ids": [],
}


def message_format(env: Env, ids: list[int]) -> list[dict[str, Any]]:
    """`mail.message.message_format` of 17: tracking values for anyone who may read the message."""
    answers = env.read("mail.message", ids, ["body", "date", "email_from", "message_type", "subtype_id", "subject",
                                             "model", "res_id", "record_name", "create_date", "write_date"])
    note = env.world.ref(NOTE)
    for answer in answers:
        row = env.row("mail.message", answer["id"])
        answer["author"] = _persona(env, row.get("author_id"))
        answer["trackingValues"] = [_tracking(env, i) for i in
                                    reversed(env.tx.having("mail.tracking.value", "mail_message_id", (answer["id"],)))]
        answer.update(_FORMAT, default_subject=answer["record_name"])
        answer["is_note"] = row.get("subtype_id") == note
        answer["is_discussion"] = row.get("subtype_id") == env.world.refs.get(DISCUSSION)
    return answers


def _persona(env: Env, partner: int | None) -> Any:
    row = env.tx.row("res.partner", partner or 0)
    if row is None:
        return False
    users = env.tx.having("res.users", "partner_id", (row["id"],))
    shown = {"id": users[0], "isInternalUser": not env.row("res.users", users[0]).get("share")} if users else False
    return {"id": row["id"], "name": row.get("name"), "is_company": bool(row.get("is_company")), "user": shown,
            "type": "partner"}


def _tracking(env: Env, id_: int) -> dict[str, Any]:
    row = env.row("mail.tracking.value", id_)
    field = env.tx.row("ir.model.fields", row.get(tracked_field(env)) or 0) or {}
    ttype = field.get("ttype", "char")

    def value(side: str) -> dict[str, Any]:
        return {"currencyId": False, "value": row.get(f"{side}_value_char") or ""}

    if env.world.release == 16:  # a label and no name
        return {"changedField": field.get("field_description"), "id": id_, "newValue": value("new"), "oldValue": value("old")}
    return {"changedField": field.get("field_description"), "id": id_, "fieldName": field.get("name"),
            "fieldType": ttype, "newValue": value("new"), "oldValue": value("old")}
