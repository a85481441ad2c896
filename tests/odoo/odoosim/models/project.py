"""Projects, tasks and timesheet lines."""

from __future__ import annotations

from ..schema import (
    boolean, char, date, decimal, define, html, integer, many2many, many2one, monetary, one2many,
    select, timestamp,
)

TIMESHEET = "hr_timesheet"
PRIORITIES_17 = (("0", "Low"), ("1", "High"))
PRIORITIES_19 = (("0", "Low priority"), ("1", "Medium priority"), ("2", "High priority"), ("3", "Urgent"))
TASK_STATES = (
    ("01_in_progress", "In Progress"), ("02_changes_requested", "Changes Requested"), ("03_approved", "Approved"),
    ("1_done", "Done"), ("1_canceled", "Canceled"), ("04_waiting_normal", "Waiting"),
)

PROJECT = define(
    "project.project", "Project",
    char("name", "Name", required=True),
    boolean("active", "Active", default=True),
    integer("sequence", default=10),
    many2one("partner_id", "res.partner", "Customer"),
    many2one("company_id", "res.company", "Company"),
    select("privacy_visibility", (("followers", "Invited internal users (private)"), ("employees", "All internal users"),
                                  ("portal", "Invited portal users and all internal users (public)")),
           "Visibility", required=True, default="portal"),
    many2many("message_partner_ids", "res.partner", "Followers (Partners)", store=False, compute="followers",
              searchable=False),
    boolean("allow_timesheets", "Timesheets", default=True, module=TIMESHEET),
    order="sequence, name, id", module="project", mixins=frozenset({"thread", "activity"}),
)

TASK_STAGE = define(
    "project.task.type", "Task Stage",
    char("name", "Name", required=True), integer("sequence", default=1), boolean("fold", "Folded in Kanban"),
    boolean("active", default=True), order="sequence, id", module="project",
)

TASK_TAG = define("project.tags", "Project Tags", char("name", "Name", required=True), integer("color"),
                  order="name", module="project")

TASK = define(
    "project.task", "Task",
    boolean("active", "Active", default=True),
    char("name", "Title", required=True),
    html("description", "Description"),
    select("priority", PRIORITIES_17, "Priority", default="0", until=17),
    select("priority", PRIORITIES_19, "Priority", default="0", since=19),
    integer("sequence", default=10),
    many2one("stage_id", "project.task.type", "Stage", ondelete="restrict", tracked=True),
    many2many("tag_ids", "project.tags", "Tags"),
    select("state", TASK_STATES, "State", required=True, default="01_in_progress", tracked=True),
    timestamp("date_assign", "Assigning Date", readonly=True),
    timestamp("date_end", "Ending Date"),
    timestamp("date_last_stage_update", "Last Stage Update", readonly=True),
    decimal("effective_hours", "Time Spent", readonly=True, module=TIMESHEET),
    many2one("project_id", "project.project", "Project"),
    many2many("user_ids", "res.users", "Assignees", tracked=True),
    many2one("partner_id", "res.partner", "Customer"),
    many2one("company_id", "res.company", "Company"),
    many2one("parent_id", "project.task", "Parent Task"),
    one2many("timesheet_ids", "account.analytic.line", "task_id", "Timesheets", module=TIMESHEET),
    order="priority desc, sequence, id desc", module="project", mixins=frozenset({"thread", "activity"}),
)

LINE = define(
    "account.analytic.line", "Analytic Line",
    char("name", "Description", required=True),
    date("date", "Date", required=True),
    monetary("amount", "Amount", required=True, default=0),
    decimal("unit_amount", "Quantity", default=0.0),
    many2one("product_uom_id", "uom.uom", "Unit of Measure"),
    many2one("account_id", "account.analytic.account", "Project Account", ondelete="restrict"),
    many2one("partner_id", "res.partner", "Partner"),
    many2one("user_id", "res.users", "User"),
    many2one("company_id", "res.company", "Company", required=True, readonly=True),
    many2one("currency_id", "res.currency", "Currency", readonly=True),
    many2one("task_id", "project.task", "Task", module=TIMESHEET),
    many2one("project_id", "project.project", "Project", module=TIMESHEET),
    many2one("employee_id", "hr.employee", "Employee", module=TIMESHEET, ondelete="restrict"),
    timestamp("date_time", "Start Time", module="project_timesheet_time_control"),
    select("timesheet_invoice_type", (("billable_time", "Billed on Timesheets"), ("non_billable", "Non-Billable")),
           "Billable Type", module="sale_timesheet"),
    many2one("ticket_id", "helpdesk.ticket", "Ticket", flavours=("oca",), module="helpdesk_mgmt_timesheet",
             groups="helpdesk_mgmt.group_helpdesk_user"),
    many2one("ticket_partner_id", "res.partner", "Ticket partner", flavours=("oca",), readonly=True,
             module="helpdesk_mgmt_timesheet", groups="helpdesk_mgmt.group_helpdesk_user"),
    many2one("helpdesk_ticket_id", "helpdesk.ticket", "Helpdesk Ticket", flavours=("enterprise",),
             module="helpdesk_timesheet"),
    order="date desc, id desc", module="analytic",
)

MODELS = (PROJECT, TASK_STAGE, TASK_TAG, TASK, LINE)
