"""Tickets: the OCA module helpdesk_mgmt and Odoo Enterprise's helpdesk."""

from __future__ import annotations

from ..schema import (
    boolean, char, date, decimal, define, html, integer, many2many, many2one, one2many, select,
    timestamp,
)

OCA = ("oca",)
ENTERPRISE = ("enterprise",)
PRIORITIES_OCA = (("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Very High"))
PRIORITIES_EE = (("0", "Low priority"), ("1", "Medium priority"), ("2", "High priority"), ("3", "Urgent"))
KANBAN = (("normal", "Default"), ("done", "Ready for next stage"), ("blocked", "Blocked"))
OCA_MODULE = "helpdesk_mgmt"
HOURS = "helpdesk_mgmt_timesheet"

OCA_TICKET = define(
    "helpdesk.ticket", "Helpdesk Ticket",
    char("number", "Ticket number", readonly=True, default="/"),
    char("name", "Title", required=True),
    html("description", "Description", required=True),
    many2one("user_id", "res.users", "Assigned user", tracked=True),
    many2one("stage_id", "helpdesk.ticket.stage", "Stage", ondelete="restrict", tracked=True),
    many2one("partner_id", "res.partner", "Contact"),
    many2one("commercial_partner_id", "res.partner", "Commercial Partner", store=False,
             related="partner_id.commercial_partner_id", since=19),
    char("partner_name", "Partner Name"),
    char("partner_email", "Partner Email"),
    timestamp("last_stage_update", "Last Stage Update"),
    timestamp("assigned_date", "Assigned Date"),
    timestamp("closed_date", "Closed Date"),
    boolean("closed", "Closed", related="stage_id.closed", readonly=True, store=False),
    boolean("unattended", "Unattended", readonly=True),
    many2many("tag_ids", "helpdesk.ticket.tag", "Tags"),
    many2one("company_id", "res.company", "Company", required=True),
    many2one("channel_id", "helpdesk.ticket.channel", "Channel"),
    many2one("category_id", "helpdesk.ticket.category", "Category"),
    many2one("team_id", "helpdesk.ticket.team", "Team"),
    select("priority", PRIORITIES_OCA, "Priority", default="1"),
    integer("color", "Color Index"),
    select("kanban_state", KANBAN, "Kanban State"),
    integer("sequence", "Sequence", default=10),
    boolean("active", "Active", default=True),
    decimal("planned_hours", "Planned Hours", module=HOURS),
    one2many("timesheet_ids", "account.analytic.line", "ticket_id", "Timesheet", module=HOURS),
    decimal("total_hours", "Total Hours", readonly=True, module=HOURS),
    date("last_timesheet_activity", "Last Timesheet Activity", readonly=True, module=HOURS),
    many2one("project_id", "project.project", "Project", module="helpdesk_mgmt_project"),
    many2one("task_id", "project.task", "Task", module="helpdesk_mgmt_project"),
    order="priority desc, sequence, number desc, id desc", module=OCA_MODULE, flavours=OCA,
    mixins=frozenset({"thread", "activity"}),
)

OCA_STAGE = define(
    "helpdesk.ticket.stage", "Helpdesk Ticket Stage",
    char("name", "Stage Name", required=True),
    html("description", "Description"),
    integer("sequence", "Sequence", default=1),
    boolean("active", "Active", default=True),
    boolean("unattended", "Unattended"),
    boolean("closed", "Closed"),
    boolean("fold", "Folded in Kanban"),
    many2one("company_id", "res.company", "Company"),
    many2many("team_ids", "helpdesk.ticket.team", "Helpdesk Teams"),
    order="sequence, id", module=OCA_MODULE, flavours=OCA,
)

OCA_TEAM = define(
    "helpdesk.ticket.team", "Helpdesk Ticket Team",
    char("name", "Name", required=True),
    many2many("user_ids", "res.users", "Members"),
    boolean("active", "Active", default=True),
    many2one("company_id", "res.company", "Company"),
    many2one("user_id", "res.users", "Team Leader"),
    one2many("ticket_ids", "helpdesk.ticket", "team_id", "Tickets"),
    integer("sequence", default=10),
    order="sequence, id", module=OCA_MODULE, flavours=OCA, mixins=frozenset({"thread"}),
)

OCA_TAG = define(
    "helpdesk.ticket.tag", "Helpdesk Ticket Tag",
    char("name", "Name"),
    integer("color", "Color"),
    boolean("active", "Active", default=True),
    many2one("company_id", "res.company", "Company"),
    module=OCA_MODULE, flavours=OCA,
)

OCA_CHANNEL = define(
    "helpdesk.ticket.channel", "Helpdesk Ticket Channel",
    char("name", "Name", required=True), boolean("active", default=True), integer("sequence", default=10),
    order="sequence, id", module=OCA_MODULE, flavours=OCA,
)

OCA_CATEGORY = define(
    "helpdesk.ticket.category", "Helpdesk Ticket Category",
    char("name", "Name", required=True), boolean("active", default=True), integer("sequence", default=10),
    order="sequence, id", module=OCA_MODULE, flavours=OCA,
)

EE_TICKET = define(
    "helpdesk.ticket", "Helpdesk Ticket",
    char("name", "Subject", required=True),
    many2one("team_id", "helpdesk.team", "Helpdesk Team", tracked=True),
    html("description", "Description"),
    boolean("active", "Active", default=True),
    many2many("tag_ids", "helpdesk.tag", "Tags"),
    many2one("company_id", "res.company", "Company", related="team_id.company_id", store=False, readonly=True),
    select("kanban_state", (("normal", "Grey"), ("done", "Green"), ("blocked", "Red")), "Kanban State",
           required=True, default="normal"),
    many2one("user_id", "res.users", "Assigned to", tracked=True),
    many2one("partner_id", "res.partner", "Customer"),
    many2one("commercial_partner_id", "res.partner", "Commercial Entity", readonly=True, store=False,
             related="partner_id.commercial_partner_id"),
    char("partner_name", "Customer Name"),
    char("partner_email", "Customer Email"),
    select("priority", PRIORITIES_EE, "Priority", default="0", tracked=True),
    many2one("stage_id", "helpdesk.stage", "Stage", ondelete="restrict", tracked=True),
    timestamp("date_last_stage_update", "Last Stage Update", readonly=True),
    char("ticket_ref", "Ticket IDs Sequence", readonly=True),
    timestamp("assign_date", "First assignment date", readonly=True),
    timestamp("close_date", "Close date", readonly=True),
    many2many("sla_ids", "helpdesk.sla", "SLAs", store=False, compute="empty", searchable=False),
    one2many("sla_status_ids", "helpdesk.sla.status", "ticket_id", "SLA Status"),
    timestamp("sla_deadline", "SLA Deadline", readonly=True),
    one2many("timesheet_ids", "account.analytic.line", "helpdesk_ticket_id", "Timesheets", module="helpdesk_timesheet"),
    decimal("total_hours_spent", "Time Spent", readonly=True, module="helpdesk_timesheet"),
    integer("sequence", "Sequence", default=10),
    order="priority desc, id desc", module="helpdesk", flavours=ENTERPRISE,
    mixins=frozenset({"thread", "activity"}),
)

EE_STAGE = define(
    "helpdesk.stage", "Helpdesk Stage",
    char("name", "Stage Name", required=True), integer("sequence", default=10), boolean("active", default=True),
    boolean("fold", "Folded in Kanban"), order="sequence, id", module="helpdesk", flavours=ENTERPRISE,
)

EE_TEAM = define(
    "helpdesk.team", "Helpdesk Team",
    char("name", "Helpdesk Team", required=True), boolean("active", default=True), integer("sequence", default=10),
    many2one("company_id", "res.company", "Company", required=True),
    many2one("resource_calendar_id", "resource.calendar", "Working Hours"),
    boolean("use_helpdesk_timesheet", "Timesheets"), boolean("use_sla", "SLA Policies"),
    order="sequence, name", module="helpdesk", flavours=ENTERPRISE,
)

EE_TAG = define("helpdesk.tag", "Helpdesk Tags", char("name", "Name", required=True), integer("color"),
                order="name", module="helpdesk", flavours=ENTERPRISE)

EE_SLA = define("helpdesk.sla", "Helpdesk SLA Policies", char("name", "Name", required=True),
                many2one("team_id", "helpdesk.team", "Helpdesk Team", required=True), decimal("time", "Within"),
                module="helpdesk", flavours=ENTERPRISE)

EE_SLA_STATUS = define(
    "helpdesk.sla.status", "Ticket SLA Status",
    many2one("ticket_id", "helpdesk.ticket", "Ticket", required=True, ondelete="cascade"),
    many2one("sla_id", "helpdesk.sla", "SLA", required=True, ondelete="cascade"),
    timestamp("deadline", "Deadline"), timestamp("reached_datetime", "Reached Date"),
    select("status", (("failed", "Failed"), ("reached", "Reached"), ("ongoing", "Ongoing")), "Status"),
    order="deadline asc, id", rec_name="sla_id", module="helpdesk", flavours=ENTERPRISE,
)

MODELS = (OCA_TICKET, OCA_STAGE, OCA_TEAM, OCA_TAG, OCA_CHANNEL, OCA_CATEGORY,
          EE_TICKET, EE_STAGE, EE_TEAM, EE_TAG, EE_SLA, EE_SLA_STATUS)
