"""The rows of a fresh database: groups and access, users, units, stages, journals, calendars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .schema import Schema

if TYPE_CHECKING:
    from .orm import Env
    from .world import World

# External id, category and name in 17, category and name in 19, groups it implies.
GROUPS: tuple[tuple[str, str, str, str, str, tuple[str, ...]], ...] = (
    ("base.group_user", "User types", "Internal User", "Role", "User", ()),
    ("base.group_portal", "User types", "Portal", "", "Role / Portal", ()),
    ("base.group_public", "User types", "Public", "", "Role / Public", ()),
    ("base.group_no_one", "Technical", "Extra Rights, Technical Features", "", "Technical Features", ()),
    ("base.group_partner_manager", "Extra Rights", "Contact Creation", "", "Contact Creation", ()),
    ("base.group_erp_manager", "Administration", "Access Rights", "Administration", "Access Rights", ("base.group_user",)),
    ("base.group_system", "Administration", "Settings", "", "Role / Administrator", ("base.group_erp_manager",)),
    ("account.group_account_readonly", "Technical", "Show Accounting Features - Readonly", "",
     "Show Accounting Features - Readonly", ("base.group_user",)),
    ("account.group_account_invoice", "Invoicing", "Billing", "Accounting", "Invoicing", ("base.group_user",)),
    ("account.group_account_manager", "Invoicing", "Billing Administrator", "Accounting", "Administrator",
     ("account.group_account_invoice", "account.group_account_readonly")),
    ("sales_team.group_sale_salesman", "Sales", "User: Own Documents Only", "Sales", "User: Own Documents Only",
     ("base.group_user",)),
    ("project.group_project_user", "Project", "User", "Project", "User", ("base.group_user",)),
    ("project.group_project_manager", "Project", "Administrator", "Project", "Administrator",
     ("project.group_project_user",)),
    ("hr_timesheet.group_hr_timesheet_user", "Timesheets", "User: own timesheets only", "Timesheets",
     "User: own timesheets only", ("base.group_user",)),
    ("hr_timesheet.group_hr_timesheet_approver", "Timesheets", "User: all timesheets", "Timesheets",
     "User: all timesheets", ("hr_timesheet.group_hr_timesheet_user",)),
    ("hr_timesheet.group_timesheet_manager", "Timesheets", "Administrator", "Timesheets", "Administrator",
     ("hr_timesheet.group_hr_timesheet_approver",)),
    ("helpdesk_mgmt.group_helpdesk_user_own", "Helpdesk", "User: Personal tickets", "Helpdesk",
     "User: Personal tickets", ("base.group_user",)),
    ("helpdesk_mgmt.group_helpdesk_user_team", "Helpdesk", "User: Team tickets", "Helpdesk", "User: Team tickets",
     ("helpdesk_mgmt.group_helpdesk_user_own",)),
    ("helpdesk_mgmt.group_helpdesk_user", "Helpdesk", "User", "Helpdesk", "User",
     ("helpdesk_mgmt.group_helpdesk_user_team",)),
    ("helpdesk_mgmt.group_helpdesk_manager", "Helpdesk", "Helpdesk Manager", "Helpdesk", "Helpdesk Manager",
     ("helpdesk_mgmt.group_helpdesk_user",)),
    ("helpdesk.group_helpdesk_user", "Helpdesk", "User", "Helpdesk", "User", ("base.group_user",)),
    ("helpdesk.group_helpdesk_manager", "Helpdesk", "Administrator", "Helpdesk", "Administrator",
     ("helpdesk.group_helpdesk_user",)),
)

USER, SYSTEM, ERP = "base.group_user", "base.group_system", "base.group_erp_manager"
READONLY, BILLING, ACCOUNT_ADMIN = (
    "account.group_account_readonly", "account.group_account_invoice", "account.group_account_manager")
HELPDESK, HELPDESK_ADMIN = "helpdesk_mgmt.group_helpdesk_user_own", "helpdesk_mgmt.group_helpdesk_manager"
EE_HELPDESK, EE_ADMIN = "helpdesk.group_helpdesk_user", "helpdesk.group_helpdesk_manager"
TIMESHEETS = "hr_timesheet.group_hr_timesheet_user"
PROJECT, PROJECT_ADMIN = "project.group_project_user", "project.group_project_manager"

# Model: access lines as (group or None for everybody, letters of read, write, create, unlink).
ACCESS: dict[str, tuple[tuple[str | None, str], ...]] = {
    "res.partner": ((USER, "r"), ("base.group_partner_manager", "rwcu"), ("base.group_portal", "r")),
    "res.partner.category": ((USER, "r"), ("base.group_partner_manager", "rwcu")),
    "res.users": ((None, "r"), (ERP, "rwcu")),
    "res.users.apikeys": ((USER, "r"),),
    "res.groups": ((USER, "r"), (ERP, "rwcu")),
    "res.groups.privilege": ((USER, "r"), (ERP, "rwcu")),
    "ir.module.category": ((USER, "r"), (ERP, "rwcu")),
    "res.company": ((None, "r"), (ERP, "rwcu")),
    "res.currency": ((None, "r"), (SYSTEM, "rwcu")),
    "res.lang": ((None, "r"), (SYSTEM, "rwcu")),
    "uom.category": ((USER, "r"), (SYSTEM, "rwcu")),
    "uom.uom": ((USER, "r"), (SYSTEM, "rwcu")),
    "product.template": ((USER, "r"), (SYSTEM, "rwcu"), (ACCOUNT_ADMIN, "rwcu")),
    "product.product": ((USER, "r"), (SYSTEM, "rwcu"), (ACCOUNT_ADMIN, "rwcu")),
    "hr.employee": ((ERP, "rwcu"),),
    "resource.calendar": ((USER, "r"), (SYSTEM, "rwcu")),
    "resource.calendar.attendance": ((USER, "r"), (SYSTEM, "rwcu")),
    "resource.resource": ((USER, "r"), (SYSTEM, "rwcu")),
    "resource.calendar.leaves": ((USER, "rwcu"),),
    "ir.model": ((ERP, "rwcu"),),
    "ir.model.fields": ((ERP, "rwcu"),),
    "ir.model.access": ((ERP, "rwcu"),),
    "ir.model.data": ((ERP, "rwcu"),),
    "ir.ui.view": ((SYSTEM, "rwcu"),),
    "ir.config_parameter": ((SYSTEM, "rwcu"),),
    "ir.module.module": ((USER, "r"), (SYSTEM, "rwcu"),),
    "ir.actions.server": ((SYSTEM, "rwcu"),),
    "base.automation": ((SYSTEM, "rwcu"),),
    "ir.attachment": ((USER, "rwcu"),),
    "mail.message": ((USER, "rwcu"), ("base.group_portal", "rc")),
    "mail.message.subtype": ((None, "r"), (ERP, "rwcu")),
    "mail.tracking.value": ((SYSTEM, "rwcu"),),
    "mail.activity": ((USER, "rwcu"),),
    "mail.activity.type": ((USER, "r"), (SYSTEM, "rwcu")),
    "account.account": ((USER, "r"), (READONLY, "r"), (BILLING, "r"), (ACCOUNT_ADMIN, "rwcu")),
    "account.journal": ((READONLY, "r"), (BILLING, "r"), (ACCOUNT_ADMIN, "rwcu")),
    "account.move": ((READONLY, "r"), (BILLING, "rwcu"), (ACCOUNT_ADMIN, "rwcu"),
                     ("sales_team.group_sale_salesman", "r"), ("base.group_portal", "r")),
    "account.move.line": ((READONLY, "r"), (BILLING, "rwcu"), (ACCOUNT_ADMIN, "rwcu"),
                          ("sales_team.group_sale_salesman", "r"), ("base.group_portal", "r")),
    "account.partial.reconcile": ((READONLY, "r"), (BILLING, "rwcu")),
    "account.full.reconcile": ((READONLY, "r"), (BILLING, "rwcu")),
    "account.payment": ((READONLY, "r"), (BILLING, "rwcu")),
    "account.bank.statement.line": ((READONLY, "r"), (BILLING, "rwcu")),
    "account.analytic.line": ((READONLY, "r"), (BILLING, "rwcu"), (TIMESHEETS, "rwcu")),
    "project.project": ((USER, "r"), (PROJECT, "r"), (PROJECT_ADMIN, "rwcu")),
    "project.task": ((PROJECT, "rwcu"), (TIMESHEETS, "rwcu"), ("base.group_portal", "r")),
    "project.task.type": ((PROJECT, "r"), (PROJECT_ADMIN, "rwcu")),
    "project.tags": ((USER, "rwcu"),),  # by project_todo, which comes with project
    "helpdesk.ticket": ((USER, "r"), (HELPDESK, "rwc"), (HELPDESK_ADMIN, "rwcu"), (EE_HELPDESK, "rwc"), (EE_ADMIN, "rwcu")),
    "helpdesk.ticket.stage": ((USER, "r"), (HELPDESK_ADMIN, "rwcu")),
    "helpdesk.ticket.team": ((USER, "r"), (HELPDESK_ADMIN, "rwcu")),
    "helpdesk.ticket.tag": ((USER, "r"), (HELPDESK_ADMIN, "rwcu")),
    "helpdesk.ticket.channel": ((USER, "r"), (HELPDESK_ADMIN, "rwcu")),
    "helpdesk.ticket.category": ((USER, "r"), (HELPDESK_ADMIN, "rwcu")),
    "helpdesk.stage": ((EE_HELPDESK, "r"), (EE_ADMIN, "rwcu")),
    "helpdesk.team": ((EE_HELPDESK, "r"), (EE_ADMIN, "rwcu")),
    "helpdesk.tag": ((EE_HELPDESK, "rwcu"),),
    "helpdesk.sla": ((EE_HELPDESK, "r"), (EE_ADMIN, "rwcu")),
    "helpdesk.sla.status": ((EE_HELPDESK, "rwcu"),),
}

ADMIN_GROUPS = (SYSTEM, "base.group_partner_manager", ACCOUNT_ADMIN, "sales_team.group_sale_salesman", PROJECT_ADMIN,
                "hr_timesheet.group_timesheet_manager", HELPDESK_ADMIN, EE_ADMIN)
AGENT_GROUPS = (USER, READONLY, "hr_timesheet.group_hr_timesheet_approver", "helpdesk_mgmt.group_helpdesk_user",
                EE_HELPDESK)

SUBTYPES = (("mail.mt_comment", "Discussions", False), ("mail.mt_note", "Note", True),
            ("mail.mt_activities", "Activities", True),
            ("helpdesk_mgmt.hlp_tck_created", "Ticket Created", False), ("project.mt_task_new", "Task Created", False),
            ("helpdesk.mt_ticket_new", "Ticket created", False))


def fill(world: World) -> None:
    """Everything a database has before its first customer."""
    with world.transaction() as env:
        _describe(world, env)
        _groups(world, env)
        _access(world, env)
        _company(world, env)
        _units(world, env)
        _chatter(world, env)
        _calendar(world, env)
        if "account.move" in env.schema.models:
            _accounts(world, env)
        _helpdesk(world, env)
    _users(world)


def _raw(env: Env, model: str, id_: int | None = None, /, **values: Any) -> int:
    """A row without hooks: for what must exist before hooks can work."""
    values.setdefault("create_uid", 1)
    values.setdefault("write_uid", 1)
    return env.tx.insert(model, values, id_)


def _describe(world: World, env: Env) -> None:
    """ir.model and ir.model.fields of the whole schema."""
    schema: Schema = world.schema
    for model in schema.models.values():
        id_ = _raw(env, "ir.model", name=model.label, model=model.name, order=model.order, state="base", transient=False)
        world.model_ids[model.name] = id_
        world.name(env, f"{model.module}.model_{model.name.replace('.', '_')}", "ir.model", id_)
    for model in schema.models.values():
        for field in model.fields.values():
            world.field_ids[model.name, field.name] = _raw(
                env, "ir.model.fields", name=field.name, model=model.name, model_id=world.model_ids[model.name],
                field_description=field.string, ttype=field.type, relation=field.relation,
                relation_field=field.inverse, required=field.required, readonly=field.readonly, store=field.store,
                state="base")
    for module in sorted({m.module for m in schema.models.values()} | {
            f.module for m in schema.models.values() for f in m.fields.values() if f.module}):
        _raw(env, "ir.module.module", name=module, shortdesc=module, state="installed",
             latest_version=f"{world.version}.0.1.0")


def _groups(world: World, env: Env) -> None:
    known = [row for row in GROUPS if _installed(world, row[0])]
    for xmlid, category17, name17, category19, name19, _ in known:
        category, name = (category19, name19) if world.version >= 19 else (category17, name17)
        model, column = "ir.module.category", "category_id"
        if world.version >= 19:
            model, column = "res.groups.privilege", "privilege_id"
        found = env.tx.having(model, "name", (category,))
        owner = (found[0] if found else _raw(env, model, name=category)) if category else None
        id_ = _raw(env, "res.groups", name=name, share=xmlid == "base.group_portal", **{column: owner})
        world.groups[xmlid] = id_
        world.name(env, xmlid, "res.groups", id_)
    for xmlid, *_, implied in known:
        env.tx.update("res.groups", world.groups[xmlid], {"implied_ids": tuple(world.groups[i] for i in implied)})


def _installed(world: World, xmlid: str) -> bool:
    """Does this database have the module of a group."""
    module = xmlid.partition(".")[0]
    homes = {"helpdesk_mgmt": "oca", "helpdesk": "enterprise"}
    return homes.get(module, world.flavour) == world.flavour and module not in world.schema.without


def _access(world: World, env: Env) -> None:
    letters = {"r": "perm_read", "w": "perm_write", "c": "perm_create", "u": "perm_unlink"}
    for model, lines in ACCESS.items():
        if model not in world.model_ids:
            continue
        for group, perms in lines:
            if group is not None and group not in world.groups:
                continue
            allowed = {column: letter in perms for letter, column in letters.items()}
            _raw(env, "ir.model.access", name=f"{model} {group or 'all'}", active=True,
                 model_id=world.model_ids[model], group_id=world.groups[group] if group else None, **allowed)


def _company(world: World, env: Env) -> None:
    """Currency, company and the two users every database has; ids as on a real server."""
    euro = _raw(env, "res.currency", 126, name="EUR", full_name="Euro", symbol="€", rounding=0.01, decimal_places=2,
                active=True)
    world.name(env, "base.EUR", "res.currency", euro)
    dollar = _raw(env, "res.currency", 1, name="USD", full_name="United States dollar", symbol="$", rounding=0.01,
                  decimal_places=2, active=True)
    world.name(env, "base.USD", "res.currency", dollar)
    for code in dict.fromkeys((*world.languages, "en_US", "fr_FR", "de_DE")):
        _raw(env, "res.lang", name=code, code=code, active=code in world.languages)
    people = ((1, "Exemple Services", True, None), (2, "OdooBot", False, "odoobot@example.com"),
              (3, "Administrator", False, "admin@example.com"))
    for id_, name, is_company, email in people:
        _raw(env, "res.partner", id_, name=name, complete_name=name, is_company=is_company, email=email,
             active=id_ != 2, partner_share=id_ == 1, commercial_partner_id=id_, lang=world.languages[0], tz="Europe/Paris")
    _raw(env, "res.company", 1, name="Exemple Services", partner_id=1, currency_id=euro, active=True)
    world.name(env, "base.main_company", "res.company", 1)
    groups = "group_ids" if world.version >= 19 else "groups_id"
    all_groups = tuple(world.groups[g] for g in ADMIN_GROUPS if g in world.groups)
    for uid, login, partner, active in ((1, "__system__", 2, False), (2, "admin", 3, True)):
        _raw(env, "res.users", uid, login=login, partner_id=partner, active=active, share=False, company_id=1,
             company_ids=(1,), **{groups: all_groups})
    world.name(env, "base.user_admin", "res.users", 2)
    world.passwords["admin"] = {"admin"}


def _units(world: World, env: Env) -> None:
    """Unit, hour and day; a day is 8 hours, said in each version's own way."""
    if world.version >= 19:
        unit, hour = (env.create("uom.uom", {"name": name}) for name in ("Units", "Hours"))
        day = env.create("uom.uom", {"name": "Days", "relative_factor": 8.0, "relative_uom_id": hour})
        dozen = env.create("uom.uom", {"name": "Dozens", "relative_factor": 12.0, "relative_uom_id": unit})
    else:
        units, times = (_raw(env, "uom.category", name=n) for n in ("Unit", "Working Time"))
        ref = {"uom_type": "reference", "factor": 1.0, "rounding": 0.01, "active": True}
        unit = _raw(env, "uom.uom", 1, name="Units", category_id=units, **ref)
        dozen = _raw(env, "uom.uom", 2, name="Dozens", category_id=units, uom_type="bigger", factor=1 / 12,
                     rounding=0.01, active=True)
        day = _raw(env, "uom.uom", 3, name="Days", category_id=times, **ref)
        hour = _raw(env, "uom.uom", 4, name="Hours", category_id=times, uom_type="smaller", factor=8.0, rounding=0.01,
                    active=True)
    names = {"unit": unit, "hour": hour, "day": day, "dozen": dozen}
    for name, id_ in names.items():
        world.name(env, f"uom.product_uom_{name}", "uom.uom", id_)
    if env.has_field("res.company", "timesheet_encode_uom_id"):
        env.tx.update("res.company", 1, {"timesheet_encode_uom_id": hour, "project_time_mode_id": hour})


def _chatter(world: World, env: Env) -> None:
    for xmlid, name, internal in SUBTYPES:
        world.name(env, xmlid, "mail.message.subtype",
                   _raw(env, "mail.message.subtype", name=name, internal=internal, default=not internal, sequence=1))
    for xmlid, name in (("mail.mail_activity_data_email", "Email"), ("mail.mail_activity_data_call", "Call"),
                        ("mail.mail_activity_data_todo", "To-Do"), ("mail.mail_activity_data_warning", "Exception")):
        world.name(env, xmlid, "mail.activity.type",
                   _raw(env, "mail.activity.type", name=name, sequence=10, active=True, category="default"))


def _calendar(world: World, env: Env) -> None:
    """A 35-hour week in Paris, with its lunch lines as Odoo writes them."""
    calendar = _raw(env, "resource.calendar", name="Standard 35 hours/week", active=True, company_id=1,
                    hours_per_day=7.0, tz="Europe/Paris")
    parts = (("Morning", "morning", 9.0, 12.0), ("Lunch", "lunch", 12.0, 14.0), ("Afternoon", "afternoon", 14.0, 18.0))
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    for day, day_name in enumerate(days):
        for label, period, start, end in parts:
            _raw(env, "resource.calendar.attendance", name=f"{day_name} {label}", dayofweek=str(day), hour_from=start,
                 hour_to=end, day_period=period, calendar_id=calendar, sequence=10)
    env.tx.update("res.company", 1, {"resource_calendar_id": calendar})
    world.name(env, "resource.resource_calendar_std", "resource.calendar", calendar)


def _accounts(world: World, env: Env) -> None:
    rows = (("receivable", "411100", "Customers", "asset_receivable", True),
            ("income", "706000", "Services", "income", False),
            ("tax", "445710", "VAT collected", "liability_current", False), ("bank", "512001", "Bank", "asset_cash", False),
            ("cash", "530001", "Cash", "asset_cash", False),
            ("outstanding", "511200", "Outstanding Receipts", "asset_current", True),
            ("loss", "658000", "Other expenses", "expense", False))
    for key, code, name, kind, reconcile in rows:
        world.accounts[key] = _raw(env, "account.account", name=name, code=code, account_type=kind, reconcile=reconcile)


def _stages(solved: str) -> tuple[tuple[str, bool], ...]:
    """Stages of Enterprise tickets or of tasks, and which are folded."""
    return (("New", False), ("In Progress", False), (solved, True), ("Cancelled", True))


def _helpdesk(world: World, env: Env) -> None:
    models = env.schema.models
    if "helpdesk.ticket.stage" in models:
        stages = (("New", "new", False, True), ("In Progress", "in_progress", False, False),
                  ("Awaiting", "awaiting", False, False), ("Done", "done", True, False),
                  ("Cancelled", "cancelled", True, False), ("Rejected", "rejected", True, False))
        for number, (name, key, closed, unattended) in enumerate(stages, 1):
            id_ = _raw(env, "helpdesk.ticket.stage", name=name, sequence=number, closed=closed, unattended=unattended,
                       active=True, fold=closed)
            world.name(env, f"helpdesk_mgmt.helpdesk_ticket_stage_{key}", "helpdesk.ticket.stage", id_)
        world.team_id = _raw(env, "helpdesk.ticket.team", name="Support", active=True, sequence=10, company_id=1)
    if "helpdesk.stage" in models:
        for number, (name, fold) in enumerate(_stages("Solved"), 1):
            _raw(env, "helpdesk.stage", name=name, sequence=number, fold=fold, active=True)
        calendar = world.ref("resource.resource_calendar_std")
        world.team_id = _raw(env, "helpdesk.team", name="Support", active=True, company_id=1, sequence=10,
                             resource_calendar_id=calendar, use_helpdesk_timesheet=True)
    if "project.task.type" in models:
        for number, (name, fold) in enumerate(_stages("Done"), 1):
            _raw(env, "project.task.type", name=name, sequence=number, fold=fold, active=True)
    if "project.project" in models:
        world.project_id = _raw(env, "project.project", name="Support", active=True, company_id=1, sequence=10)


def _users(world: World) -> None:
    """The agent's own user, and two people who answer tickets."""
    groups = list(AGENT_GROUPS)
    if world.flavour == "task":
        groups.append(PROJECT)
    world.agent = world.user("Agent Qualiodoo", "agent@example.com", password="agent-secret", groups=groups)
    for name, login in (("Camille Lefèvre", "camille@example.com"), ("Yann Le Goff", "yann@example.com")):
        uid = world.user(name, login, groups=(USER, HELPDESK_ADMIN, EE_HELPDESK, TIMESHEETS, PROJECT))
        world.people.append(uid)
