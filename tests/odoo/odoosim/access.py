"""Who may do what: groups, model access and record rules.

Model access comes from the rows of ir.model.access, so that a model created
through RPC has exactly the access its creator gave. Record rules filter
searches in silence and make reads by id a fault, as in Odoo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .database import Row
from .faults import AccessError

if TYPE_CHECKING:
    from .orm import Env
    from .schema import Field

Test = Callable[[Row], bool]

VERBS = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}
MANAGES_TIMESHEETS = "hr_timesheet.group_timesheet_manager"
OWN_TIMESHEETS = "hr_timesheet.group_hr_timesheet_user"
ALL_TIMESHEETS = "hr_timesheet.group_hr_timesheet_approver"
BILLING = "account.group_account_invoice"
ACCOUNTING_READER = "account.group_account_readonly"
PROJECTS = "project.group_project_user"
OWN_TICKETS = "helpdesk_mgmt.group_helpdesk_user_own"
ALL_TICKETS = "helpdesk_mgmt.group_helpdesk_user"
# account.partial.reconcile has a company and no rule on it.
BY_COMPANY = frozenset({"account.move", "account.move.line", "account.payment", "account.journal",
                        "account.analytic.line", "helpdesk.ticket"})


def group_ids(env: Env, uid: int) -> frozenset[int]:
    """A user's groups with all they imply."""
    key = ("groups", uid, _version(env))
    cache = env.world.cache
    if key not in cache:
        field = "group_ids" if env.version >= 19 else "groups_id"
        user = env.tx.row("res.users", uid) or {}
        cache[key] = frozenset(implied(env, user.get(field, ())))
    return cache[key]


def implied(env: Env, start: Iterable[int]) -> set[int]:
    """Groups and everything they imply."""
    reached: set[int] = set()
    frontier = set(start)
    while frontier:
        reached |= frontier
        rows = (env.tx.row("res.groups", g) or {} for g in frontier)
        frontier = {i for row in rows for i in row.get("implied_ids", ())} - reached
    return reached


def _version(env: Env) -> tuple[Any, ...]:
    """Changes with anything that decides access, in this transaction too."""
    tables = env.tx.db.tables
    own = tuple(id(env.tx) for m in ("res.users", "res.groups", "ir.model.access") if env.tx.changes.get(m))
    return (tables["res.users"].version, tables["res.groups"].version, tables["ir.model.access"].version, own)


def has_group(env: Env, xmlids: str, uid: int | None = None) -> bool:
    """Is the user in one of these groups (comma separated, a leading `!` inverts)."""
    mine = group_ids(env, env.uid if uid is None else uid)
    for xmlid in xmlids.split(","):
        wanted = env.world.groups.get(xmlid.strip().lstrip("!"))
        if (wanted in mine) != xmlid.strip().startswith("!"):
            return True
    return False


def allowed_groups(env: Env, model: str, operation: str) -> list[int | None]:
    """The groups that some access line allows to do this on a model (None: everybody)."""
    key = ("acl", model, operation, _version(env))
    cache = env.world.cache
    if key not in cache:
        model_id = env.world.model_ids.get(model)
        lines = (env.row("ir.model.access", i) for i in env.tx.having("ir.model.access", "model_id", (model_id,)))
        cache[key] = [row.get("group_id") for row in lines if row.get("active") and row.get(f"perm_{operation}")]
    return cache[key]


def check(env: Env, model: str, operation: str) -> None:
    """Refuse (fault 4) an operation that no access line of the user allows."""
    if env.su:
        return
    if model in ("account.move", "account.payment") and operation == "write":
        check(env, model, "read")  # these read before they write, so a stranger is told of the reading
    allowed = allowed_groups(env, model, operation)
    mine = group_ids(env, env.uid)
    if any(g is None or g in mine for g in allowed):
        return
    label = env.schema.models[model].label
    names = sorted(group_name(env, g) for g in set(allowed) if g)
    if names:
        hint = "This operation is allowed for the following groups:\n" + "\n".join(f"\t- {n}" for n in names)
    else:
        hint = "No group currently allows this operation."
    raise AccessError(f"You are not allowed to {VERBS[operation]} '{label}' ({model}) records.\n\n{hint}\n\n"
                      "Contact your administrator to request access if necessary.")


def group_name(env: Env, group: int, separator: str = "/") -> str:
    """A group's name with its application's."""
    row = env.tx.row("res.groups", group) or {}
    model, column = ("res.groups.privilege", "privilege_id") if env.version >= 19 else ("ir.module.category", "category_id")
    category = (env.tx.row(model, row.get(column) or 0) or {}).get("name")
    return f"{category}{separator}{row.get('name')}" if category else str(row.get("name"))


def field_refused(env: Env, model: str, field: Field, operation: str) -> AccessError:
    """The fault for naming a field closed to the user's groups."""
    names = [group_name(env, g, " / ") for x in (field.groups or "").split(",")
             if (g := env.world.groups.get(x))]
    shown = ", ".join(f"'{n}'" for n in names)
    if env.version >= 19:
        return AccessError(
            f"You do not have enough rights to access the field \"{field.name}\" on {env.schema.models[model].label} ({model}). "
            f"Please contact your system administrator.\n\nOperation: {operation}\nUser: {env.uid}\n"
            f"Groups: allowed for groups {shown}")
    return AccessError(
        "The requested operation can not be completed due to security restrictions.\n\n"
        f"Document type: {env.schema.models[model].label} ({model})\nOperation: {operation}\nUser: {env.uid}\n"
        f"Fields:\n- {field.name} (allowed for groups {shown})")


def check_rows(env: Env, model: str, rows: Iterable[Row | None], operation: str) -> None:
    """Refuse (fault 4) a record by id that a rule hides."""
    present = [row for row in rows if row is not None]
    if model == "mail.message":
        _check_messages(env, present, operation)
        return
    if model == "mail.activity":
        allowed = all(_may_on_document(env, row, operation) for row in present)
    elif model == "project.task" and operation != "read" and not has_group(env, PROJECTS):
        allowed = not present  # a rule: those who only keep timesheets read tasks
    else:
        test = visible(env, model)
        allowed = test is None or all(test(row) for row in present)
    if allowed:
        return
    user = env.sudo().display_name("res.users", env.uid)
    raise AccessError(
        "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\n"
        f"Sorry, {user} (id={env.uid}) doesn't have '{operation}' access to:\n"
        f"- {env.schema.models[model].label} ({model})\n\n"
        "If you really, really need access, perhaps you can win over your friendly administrator with a batch of "
        "freshly baked cookies.")


def _may_on_document(env: Env, row: Row, operation: str) -> bool:
    """Activities follow their document: whoever may post on it may make them, and change those of others."""
    model = row.get("res_model")
    if not model or model not in env.schema.models:
        return True
    if operation in ("write", "unlink") and env.uid in (row.get("user_id"), row.get("create_uid")):
        return True
    right = "read" if operation == "read" or post_right(model) == "read" else "write"
    document = env.tx.row(model, row.get("res_id") or 0)
    try:
        check(env, model, right)
        check_rows(env, model, [document], right)
    except AccessError:
        return False
    return True


# Models whose readers may post on them; elsewhere it takes the right to write.
POST_BY_READERS = frozenset({"helpdesk.ticket", "project.task", "account.move"})


def post_right(model: str) -> str:
    """The right it takes to post on a document."""
    return "read" if model in POST_BY_READERS else "write"


def check_post(env: Env, model: str, row: Row, operation: str) -> None:
    """Refuse (fault 4) a message on a document that a rule hides."""
    test = visible(env, model)
    if test is not None and not test(row):
        raise message_refused(env, [], "create")


def message_refused(env: Env, ids: list[int], operation: str) -> AccessError:
    """Messages have their own words for a refusal."""
    return AccessError(
        "The requested operation cannot be completed due to security restrictions. Please contact your system "
        f"administrator.\n\n(Document type: Message, Operation: {operation}) - (Records: {ids}, User: {env.uid})")


def _check_messages(env: Env, rows: list[Row], operation: str) -> None:
    """Reading follows the document; writing takes the right to post on it."""
    test = visible(env, "mail.message")
    for row in rows:
        if test is not None and not test(row):
            raise message_refused(env, [row["id"]], operation)
        model = row.get("model")
        if operation == "read" or not model or model not in env.schema.models:
            continue
        right = post_right(model) if operation == "create" else "write"
        check(env, model, right)
        document = env.tx.row(model, row.get("res_id") or 0)
        rule = visible(env, model)
        if document is not None and rule is not None and not rule(document):
            raise message_refused(env, [row["id"]], operation)


def visible(env: Env, model: str) -> Test | None:
    """A test for the rows a user may see, or None when there is no rule."""
    if env.su:
        return None
    tests: list[Test] = []
    for rule in (_hidden, _companies, _timesheets, _tickets, _messages, _keys):
        test = rule(env, model)
        if test is not None:
            tests.append(test)
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else lambda row: all(t(row) for t in tests)


def _hidden(env: Env, model: str) -> Test | None:
    """What `world.hide` hides from this user."""
    login = (env.tx.row("res.users", env.uid) or {}).get("login")
    rules = [r for r in env.world.hidden if r.model == model and r.login in (None, login)]
    if not rules:
        return None
    ids: set[int] = set()
    sudo = env.sudo().with_context(active_test=False)
    for rule in rules:
        if rule.ids is None:
            ids.update(sudo.search(model, rule.domain, order="id"))
        else:
            ids |= rule.ids
    return lambda row: row["id"] not in ids


def _companies(env: Env, model: str) -> Test | None:
    """Multi-company: only records of the user's companies, or of none."""
    if model not in BY_COMPANY:
        return None
    mine = set((env.tx.row("res.users", env.uid) or {}).get("company_ids", ()))
    asked = env.context.get("allowed_company_ids")
    if asked:
        if not mine.issuperset(asked):
            raise AccessError("Access to unauthorized or invalid companies.")
        mine = set(asked)
    if len(env.tx.ids("res.company")) < 2:
        return None
    return lambda row: row.get("company_id") is None or row["company_id"] in mine


def has_reader_rule(env: Env) -> bool:
    """18 and 19 have a rule on the analytic lines of accounting readers; 16 and 17 have none."""
    return env.world.release >= 18


def accounting_rules_hide_timesheets(env: Env) -> bool:
    """sale_timesheet narrows the rules of accounting groups to the lines without a project."""
    return "timesheet_invoice_type" in env.schema.models["account.analytic.line"].fields


def _timesheets(env: Env, model: str) -> Test | None:
    """Own timesheets, or all; in both cases not those of private projects one does not follow."""
    if model != "account.analytic.line" or "project_id" not in env.schema.models[model].fields:
        return None
    if has_group(env, MANAGES_TIMESHEETS):
        return None
    accountant = has_group(env, BILLING) or (has_group(env, ACCOUNTING_READER) and has_reader_rule(env))
    if accountant and not accounting_rules_hide_timesheets(env):
        return None
    uid, everyone, worker = env.uid, has_group(env, ALL_TIMESHEETS), has_group(env, OWN_TIMESHEETS)
    if not accountant and not worker:
        return None  # no group of this user has a rule, and without a rule nothing is hidden
    me = (env.tx.row("res.users", uid) or {}).get("partner_id")

    def test(row: Row) -> bool:
        if not row.get("project_id"):
            return accountant
        if not worker or (not everyone and row.get("user_id") != uid):
            return False
        project = env.tx.row("project.project", row["project_id"]) or {}
        return project.get("privacy_visibility") != "followers" or me in project.get("_followers", ())

    return test


def _tickets(env: Env, model: str) -> Test | None:
    """Tickets: all for a helpdesk user; one's own with `personal tickets`; for others those one is the customer of."""
    if model != "helpdesk.ticket" or env.world.flavour != "oca" or has_group(env, ALL_TICKETS):
        return None
    uid, personal = env.uid, has_group(env, OWN_TICKETS)
    me = (env.tx.row("res.users", uid) or {}).get("partner_id")
    return lambda row: row.get("partner_id") == me or (personal and row.get("user_id") == uid)


def _keys(env: Env, model: str) -> Test | None:
    """One's own API keys; an administrator sees everybody's."""
    if model != "res.users.apikeys" or has_group(env, "base.group_system"):
        return None
    return lambda row: row.get("user_id") == env.uid


def _messages(env: Env, model: str) -> Test | None:
    """A message can be seen by its author, its recipients and who can see its document."""
    if model != "mail.message":
        return None
    documents: dict[str, Test | bool] = {}

    def document_test(name: str) -> Test | bool:
        if name not in documents:
            try:
                check(env, name, "read")
                documents[name] = visible(env, name) or True
            except AccessError:
                documents[name] = False
        return documents[name]

    author = (env.tx.row("res.users", env.uid) or {}).get("partner_id")

    def test(row: Row) -> bool:
        name = row.get("model")
        if row.get("author_id") == author or author in row.get("partner_ids", ()):
            return True
        if not name or name not in env.schema.models or row.get("message_type") == "user_notification":
            return False
        allowed = document_test(name)
        if isinstance(allowed, bool):
            return allowed
        document = env.tx.row(name, row.get("res_id") or 0)
        return document is not None and allowed(document)

    return test
