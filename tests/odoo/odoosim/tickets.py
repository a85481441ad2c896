"""Tickets, tasks and their timesheets: the dates and totals Odoo keeps by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import mail
from .database import Row

if TYPE_CHECKING:
    from .orm import Env

Values = dict[str, Any]

TICKET_LINKS = {"oca": "ticket_id", "enterprise": "helpdesk_ticket_id", "task": "task_id"}


def ticket_before_create(env: Env, vals: Values) -> Values:
    """Number, first stage, and the assignment date of a ticket born with an agent."""
    now = env.now
    if env.world.flavour == "enterprise":
        vals.setdefault("ticket_ref", f"{env.world.db.next_value('helpdesk.ticket'):05d}")
        vals.setdefault("stage_id", _first(env, "helpdesk.stage"))
        vals.setdefault("team_id", _first(env, "helpdesk.team"))
        if vals.get("user_id"):
            vals.setdefault("assign_date", now)
        vals.setdefault("date_last_stage_update", now)
        return vals
    if vals.get("number", "/") in ("/", False, None):
        vals["number"] = f"HT{env.world.db.next_value('helpdesk.ticket'):05d}"
    vals.setdefault("stage_id", _first(env, "helpdesk.ticket.stage"))
    if vals.get("user_id") and not vals.get("assigned_date"):
        vals["assigned_date"] = now
    if env.has_field("helpdesk.ticket", "total_hours"):
        vals.setdefault("total_hours", 0.0)
    vals.setdefault("last_stage_update", now)
    vals["unattended"] = bool((env.tx.row("helpdesk.ticket.stage", vals["stage_id"] or 0) or {}).get("unattended"))
    return vals


def ticket_before_write(env: Env, ids: list[int], vals: Values) -> Values:
    """The dates that follow a change of agent or of stage.

    OCA overwrites assigned_date at each reassignment and closed_date at each
    closing, and clears neither; Enterprise keeps the first assignment and
    clears close_date on reopening.
    """
    if env.world.flavour == "enterprise":
        return _enterprise_write(env, ids, vals)
    now = env.now
    if vals.get("stage_id"):
        stage = env.tx.row("helpdesk.ticket.stage", vals["stage_id"]) or {}
        vals["last_stage_update"] = now
        vals["unattended"] = bool(stage.get("unattended"))
        if stage.get("closed"):
            vals["closed_date"] = now
    if vals.get("user_id"):
        vals["assigned_date"] = now
    if "partner_id" in vals:
        _follow_partner(env, ids, vals["partner_id"])
    return vals


def ticket_after_create(env: Env, id_: int, vals: Values) -> None:
    notify_assignee(env, id_, {})


def closing_mail(env: Env, id_: int, old: Row) -> None:
    """The mail of OCA's closed stages, after the tracking message.

    It goes out in the closer's name, as `email_outgoing` with no subtype,
    whether or not there is a customer; it is never a response.
    """
    row = env.row("helpdesk.ticket", id_)
    if env.world.flavour == "oca" and old.get("stage_id") != row.get("stage_id"):
        if (env.tx.row("helpdesk.ticket.stage", row.get("stage_id") or 0) or {}).get("closed"):
            mail.add(env, "helpdesk.ticket", id_, message_type="email_outgoing", subtype_id=None,
                     body="<p>Hello,</p>", subject=f"The ticket {row.get('number')} has been closed.")


def notify_assignee(env: Env, id_: int, old: Row) -> None:
    """Whoever is given a ticket by another is told."""
    row = env.row("helpdesk.ticket", id_)
    user = row.get("user_id")
    if user and user != old.get("user_id") and user != env.uid:
        name = env.sudo().display_name("helpdesk.ticket", id_)
        mail.notify(env, "helpdesk.ticket", id_, user, f"You have been assigned to {name}")


def _follow_partner(env: Env, ids: list[int], partner: Any) -> None:
    """The lines' stored related ticket_partner_id."""
    if not env.has_field("account.analytic.line", "ticket_partner_id"):
        return
    for line in env.tx.having("account.analytic.line", "ticket_id", ids):
        if env.row("account.analytic.line", line).get("ticket_partner_id") != (partner or None):
            env.touch("account.analytic.line", line, {"ticket_partner_id": partner or None})


def _enterprise_write(env: Env, ids: list[int], vals: Values) -> Values:
    now = env.now
    rows = [env.row("helpdesk.ticket", i) for i in ids]
    if vals.get("user_id") and not all(r.get("assign_date") for r in rows):
        vals["assign_date"] = now
    if vals.get("stage_id"):
        vals["date_last_stage_update"] = now
        if (env.tx.row("helpdesk.stage", vals["stage_id"]) or {}).get("fold"):
            if not all(r.get("close_date") for r in rows):
                vals["close_date"] = now
        else:
            vals["close_date"] = False
    return vals


def stage_after_write(env: Env, id_: int, old: Row, values: Row) -> None:
    """`unattended` is stored on the ticket; the name is not, so a rename touches no ticket."""
    if "unattended" in values and old.get("unattended") != values["unattended"]:
        for ticket in env.tx.having("helpdesk.ticket", "stage_id", (id_,)):
            env.touch("helpdesk.ticket", ticket, {"unattended": values["unattended"]})


def ticket_before_unlink(env: Env, id_: int) -> None:
    """The lines of a deleted ticket stay, stamped, with nothing in their link."""
    link = TICKET_LINKS[env.world.flavour]
    if env.has_field("account.analytic.line", link):
        for line in env.tx.having("account.analytic.line", link, (id_,)):
            gone = {link: None, "ticket_partner_id": None} if env.world.flavour == "oca" else {link: None}
            env.touch("account.analytic.line", line, gone)


def task_before_create(env: Env, vals: Values) -> Values:
    now = env.now
    vals.setdefault("stage_id", _first(env, "project.task.type"))
    vals.setdefault("date_last_stage_update", now)
    if vals.get("user_ids"):
        vals.setdefault("date_assign", now)
    return vals


def task_before_write(env: Env, ids: list[int], vals: Values) -> Values:
    now = env.now
    if vals.get("user_ids") and "date_assign" not in vals:
        vals["date_assign"] = now
    if vals.get("stage_id"):
        vals["date_last_stage_update"] = now
        fold = (env.tx.row("project.task.type", vals["stage_id"]) or {}).get("fold")
        vals["date_end"] = now if fold else False
    return vals


def _first(env: Env, model: str) -> int | None:
    found = env.sudo().search(model, [], limit=1)
    return found[0] if found else None


def line_before_create(env: Env, vals: Values) -> Values:
    """What hr_timesheet completes: day, user, employee, unit, project and customer."""
    vals.setdefault("date", env.now.date())
    vals.setdefault("name", "/")
    if vals.get("employee_id") and not vals.get("user_id"):
        vals["user_id"] = env.get("hr.employee", vals["employee_id"], "user_id")
    vals.setdefault("user_id", env.uid)
    if "employee_id" in env.schema.models["account.analytic.line"].fields and not vals.get("employee_id"):
        employees = env.tx.having("hr.employee", "user_id", (vals["user_id"],))
        vals["employee_id"] = employees[0] if employees else None
    vals["currency_id"] = env.get("res.company", vals.get("company_id"), "currency_id")
    if not vals.get("product_uom_id"):
        vals["product_uom_id"] = env.world.ref("uom.product_uom_hour")
    return _line_ticket(env, vals)


def _line_ticket(env: Env, vals: Values) -> Values:
    link = TICKET_LINKS[env.world.flavour]
    if not vals.get(link) or not env.has_field("account.analytic.line", link):
        return vals
    partner = env.get(_ticket_model(env), vals[link], "partner_id")
    if env.has_field("account.analytic.line", "ticket_partner_id"):
        vals["ticket_partner_id"] = partner
    if env.has_field("account.analytic.line", "project_id") and not vals.get("project_id"):
        vals["project_id"] = env.get(_ticket_model(env), vals[link], "project_id") \
            if env.has_field(_ticket_model(env), "project_id") else None
        vals["project_id"] = vals["project_id"] or _first(env, "project.project")
    return vals


TOTALS = {"oca": "total_hours", "enterprise": "total_hours_spent", "task": "effective_hours"}


def _ticket_model(env: Env) -> str:
    return "project.task" if env.world.flavour == "task" else "helpdesk.ticket"


def line_after_create(env: Env, id_: int, vals: Values) -> None:
    recount(env, env.row("account.analytic.line", id_).get(TICKET_LINKS[env.world.flavour]))


def line_after_write(env: Env, id_: int, old: Row, values: Row) -> None:
    """Both tickets of a moved line are recounted; a rename changes no total and so touches no ticket."""
    link = TICKET_LINKS[env.world.flavour]
    if link in values and env.has_field("account.analytic.line", "ticket_partner_id"):
        partner = env.get("helpdesk.ticket", values[link], "partner_id")
        env.tx.update("account.analytic.line", id_, {"ticket_partner_id": partner})
    for ticket in dict.fromkeys((old.get(link), env.row("account.analytic.line", id_).get(link))):
        recount(env, ticket)


def line_before_unlink(env: Env, id_: int) -> None:
    """Deleting a line stamps its ticket even when no total changes."""
    ticket = env.row("account.analytic.line", id_).get(TICKET_LINKS[env.world.flavour])
    recount(env, ticket, without=id_)
    if ticket and env.world.flavour == "oca":
        env.touch("helpdesk.ticket", ticket, {})


def recount(env: Env, ticket: int | None, without: int | None = None) -> None:
    """The stored totals of a ticket; the row is stamped only when one changes."""
    if not ticket:
        return
    model, total = _ticket_model(env), TOTALS[env.world.flavour]
    row = env.tx.row(model, ticket)
    if row is None or not env.has_field(model, total):
        return
    lines = [env.row("account.analytic.line", i)
             for i in env.tx.having("account.analytic.line", TICKET_LINKS[env.world.flavour], (ticket,)) if i != without]
    new: Values = {total: sum((line.get("unit_amount") or 0.0 for line in lines), 0.0)}
    if env.has_field(model, "last_timesheet_activity"):
        new["last_timesheet_activity"] = max((line["date"] for line in lines), default=None)
    changed = {k: v for k, v in new.items() if (row.get(k) or None) != (v or None)}
    if changed:
        env.touch(model, ticket, changed)
