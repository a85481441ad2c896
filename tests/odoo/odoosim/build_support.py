"""Builders of tickets, timesheets, messages and adjustments."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from . import mail
from .database import to_utc
from .tickets import TICKET_LINKS
from .values import parse_date

if TYPE_CHECKING:
    from .orm import Env

Day = date | str | None
Instant = datetime | str | None

STAGES = {"oca": "helpdesk.ticket.stage", "enterprise": "helpdesk.stage", "task": "project.task.type"}
TAGS = {"oca": "helpdesk.ticket.tag", "enterprise": "helpdesk.tag", "task": "project.tags"}
ADJUSTMENT = "x_qualiodoo_adjustment"
ADJUSTMENT_FIELDS = (
    ("x_partner_id", "many2one", "Customer", "res.partner"), ("x_minutes", "integer", "Minutes", None),
    ("x_date", "date", "Date", None), ("x_end", "date", "End", None), ("x_reason", "char", "Reason", None),
    ("x_key", "char", "Unique key", None),
)


def instant(value: Instant) -> datetime | None:
    """A naive UTC datetime from a datetime or a text such as `2026-03-12 09:00`."""
    if value is None:
        return None
    return to_utc(datetime.fromisoformat(value) if isinstance(value, str) else value)


class SupportBuilders:
    """Tickets and what happens to them; every method gives the id of what it makes."""

    flavour: str
    version: int
    people: list[int]
    team_id: int
    project_id: int
    model_ids: dict[str, int]

    if TYPE_CHECKING:
        @property
        def today(self) -> date: ...
        def transaction(self, uid: int = 2, at: datetime | None = None) -> AbstractContextManager[Env]: ...
        def ref(self, xmlid: str) -> int: ...
        def partner_of(self, uid: int) -> int: ...
        def env(self, uid: int = 2) -> Env: ...

    @property
    def ticket_model(self) -> str:
        return "project.task" if self.flavour == "task" else "helpdesk.ticket"

    @property
    def ticket_link(self) -> str:
        """The field of account.analytic.line that points to the ticket."""
        return TICKET_LINKS[self.flavour]

    # Tickets ------------------------------------------------------------------------------

    def ticket(self, partner: int | None = None, name: str = "Panne", priority: str = "1", created: Instant = None,
               user: int | None = None, tags: Iterable[str | int] = (), stage: str | int | None = None,
               team: int | None = None, by: int = 2, **vals: Any) -> int:
        """A ticket created at `created` (default now) by the user `by`; with `user` it is assigned at its creation."""
        at = instant(created)
        values: dict[str, Any] = {"name": name, "partner_id": partner or False, "priority": priority,
                                  "tag_ids": [(6, 0, [self.tag(t) if isinstance(t, str) else t for t in tags])], **vals}
        if self.flavour == "task":
            if self.version < 19:
                values["priority"] = "1" if priority in ("2", "3") else "0"  # tasks of 17 know two
            values.setdefault("project_id", self.project_id)
            values["user_ids"] = [(6, 0, [user] if user else [])]
        else:
            values.setdefault("description", "<p>Bonjour, cela ne marche plus.</p>")
            values["user_id"] = user or False
            values["team_id"] = team or self.team_id
        if stage is not None:
            values["stage_id"] = self.stage(stage)
        with self.transaction(by, at) as env:
            return env.create(self.ticket_model, values)

    def stage(self, name: str | int) -> int:
        """A stage by name (New, In Progress, Done or Solved, Cancelled) or id."""
        if isinstance(name, int):
            return name
        found = self.env().search(STAGES[self.flavour], [("name", "=ilike", name)], limit=1)
        if not found and name.lower() in ("done", "solved"):
            return self.closed_stage()
        return found[0]

    def closed_stage(self) -> int:
        """The first stage in which a ticket is closed."""
        field = "closed" if self.flavour == "oca" else "fold"
        return self.env().search(STAGES[self.flavour], [(field, "=", True)], limit=1)[0]

    def tag(self, name: str) -> int:
        """A tag by name; the one that exists if there is one."""
        with self.transaction() as env:
            found = env.search(TAGS[self.flavour], [("name", "=", name)], limit=1)
            return found[0] if found else env.create(TAGS[self.flavour], {"name": name})

    def assign(self, ticket: int, user: int | None = None, at: Instant = None, by: int | None = None) -> None:
        """Give a ticket to an agent (None: the first of `people`; 0: to nobody)."""
        agent = self.people[0] if user is None else user
        vals = {"user_ids": [(6, 0, [agent] if agent else [])]} if self.flavour == "task" else {"user_id": agent or False}
        with self.transaction(by or agent or 2, instant(at)) as env:
            env.write(self.ticket_model, [ticket], vals)

    def close(self, ticket: int, at: Instant = None, by: int | None = None) -> None:
        """Move a ticket to its closed stage; OCA then mails the customer in the agent's name."""
        with self.transaction(by or self.people[0], instant(at)) as env:
            env.write(self.ticket_model, [ticket], {"stage_id": self.closed_stage()})

    def reopen(self, ticket: int, at: Instant = None) -> None:
        """Back in progress; OCA keeps closed_date."""
        with self.transaction(self.people[0], instant(at)) as env:
            env.write(self.ticket_model, [ticket], {"stage_id": self.stage("In Progress")})

    def set_stage(self, ticket: int, stage: str | int, at: Instant = None) -> None:
        with self.transaction(self.people[0], instant(at)) as env:
            env.write(self.ticket_model, [ticket], {"stage_id": self.stage(stage)})

    # Timesheets ---------------------------------------------------------------------------

    def timesheet(self, ticket: int | None, hours: float, date: Day = None, uom: str = "hour", user: int | None = None,
                  name: str = "Intervention", at: Instant = None, **vals: Any) -> int:
        """A line of `hours` hours, or of that many days with uom="day", recorded at `at` (default now)."""
        with self.transaction(user or self.people[0], instant(at)) as env:
            return env.create("account.analytic.line", {
                "name": name, "date": parse_date(date) or self.today, "unit_amount": hours,
                "user_id": user or self.people[0], "product_uom_id": self.ref(f"uom.product_uom_{uom}"),
                self.ticket_link: ticket or False, **vals})

    def move_timesheet(self, line: int, ticket: int | None) -> None:
        """Move a line to another ticket."""
        with self.transaction() as env:
            env.write("account.analytic.line", [line], {self.ticket_link: ticket or False})

    # Messages -----------------------------------------------------------------------------

    def mailed_ticket(self, partner: int | None, author: int, created: Instant = None, dated: Instant = None,
                      **options: Any) -> int:
        """A ticket that an e-mail opens: the mail is a public message of the subtype of creations, dated by its header
        (default: the creation), of the partner `author`, whom the gateway found by the sender's address."""
        at = instant(created)
        ticket = self.ticket(partner, created=created, **options)
        with self.transaction(at=at) as env:
            mail.add(env, self.ticket_model, ticket, body="<p>TR : panne</p>", message_type="email", author_id=author,
                     subtype_id=self.ref(mail.creation_subtype(env, self.ticket_model)),
                     date=instant(dated) or at or env.now)
        return ticket

    def reply(self, ticket: int, at: Instant = None, author: str | int = "agent", internal: bool = False,
              body: str = "<p>Bonjour, nous regardons.</p>", **vals: Any) -> int:
        """A message on a ticket.

        author  agent (or a user's id), customer, or auto: the mail a stage sends in the agent's name
        """
        with self.transaction(at=instant(at)) as env:
            values: dict[str, Any] = {"body": body, "message_type": "comment", "subtype_id": self.ref("mail.mt_comment")}
            if author == "customer":
                partner = env.row(self.ticket_model, ticket).get("partner_id")
                values.update(author_id=partner, message_type="email")
            elif author == "auto":
                values.update(author_id=self.partner_of(self.people[0]), message_type="email_outgoing", subtype_id=None)
            else:
                uid = author if isinstance(author, int) else self.people[0]
                values["author_id"] = self.partner_of(uid)
            if internal:
                values["subtype_id"] = self.ref("mail.mt_note")
            return mail.add(env, self.ticket_model, ticket, **{**values, **vals})

    def do_activity(self, activity: int, by: int | None = None, at: Instant = None) -> None:
        """Mark an activity done: a message quotes it, and 17 deletes it, 19 archives it."""
        with self.transaction(by or self.people[0], instant(at)) as env:
            row = env.row("mail.activity", activity)
            mail.add(env, row["res_model"], row["res_id"], message_type="notification",
                     body=f"<div><p><span>To-Do</span> done: {row.get('summary') or ''}</p>{row.get('note') or ''}</div>")
            if self.version >= 19:
                env.write("mail.activity", [activity], {"active": False})
            else:
                env.sudo().unlink("mail.activity", [activity])

    def private_project(self, name: str = "Private", followers: Iterable[int] = ()) -> int:
        """A project whose lines only its followers (partners) see; a ticket's total_hours counts them all the same."""
        with self.transaction() as env:
            project = env.create("project.project", {"name": name, "privacy_visibility": "followers"})
            env.tx.update("project.project", project, {"_followers": tuple(followers)})
            return project

    def note(self, partner: int, body: str, message_id: str, by: int | None = None, at: Instant = None) -> int:
        """An internal note on a customer."""
        with self.transaction(by or 2, instant(at)) as env:
            return mail.add(env, "res.partner", partner, body=body, message_id=message_id, message_type="comment",
                            subtype_id=self.ref("mail.mt_note"))

    # Adjustments --------------------------------------------------------------------------

    def adjustment_model(self, fields: Iterable[tuple[str, str, str, str | None]] = ADJUSTMENT_FIELDS,
                         name: str = ADJUSTMENT) -> int:
        """The model that `setup` creates, with access for the agent to create and read only."""
        if name in self.model_ids:
            return self.model_ids[name]
        with self.transaction() as env:
            commands = [(0, 0, {"name": n, "ttype": t, "field_description": d, **({"relation": r} if r else {})})
                        for n, t, d, r in fields]
            id_ = env.create("ir.model", {"name": "Support credit adjustment", "model": name, "field_id": commands})
            env.create("ir.model.access", {"name": name, "model_id": id_, "group_id": self.ref("base.group_user"),
                                           "perm_read": True, "perm_create": True})
            env.create("ir.model.access", {"name": f"{name} admin", "model_id": id_,
                                           "group_id": self.ref("base.group_system"), "perm_read": True,
                                           "perm_create": True, "perm_write": True, "perm_unlink": True})
            return id_

    def lease_model(self, name: str = "x_qualiodoo_lease") -> int:
        """The model of the lease of several agents that `setup` creates: the agent reads, creates and writes."""
        if name in self.model_ids:
            return self.model_ids[name]
        with self.transaction() as env:
            commands = [(0, 0, {"name": n, "ttype": "char", "field_description": n}) for n in ("x_holder", "x_purpose")]
            id_ = env.create("ir.model", {"name": "Lease", "model": name, "field_id": commands})
            env.create("ir.model.access", {"name": name, "model_id": id_, "group_id": self.ref("base.group_user"),
                                           "perm_read": True, "perm_create": True, "perm_write": True})
            return id_

    def adjustment(self, customer: int, minutes: int, date: Day = None, end: Day = None, reason: str = "Geste commercial",
                   key: str | None = None, **vals: Any) -> int:
        """A row of the adjustment model (made if it is missing), under the field names of ADJUSTMENT_FIELDS."""
        self.adjustment_model()
        with self.transaction() as env:
            values = {"x_partner_id": customer, "x_minutes": minutes, "x_date": parse_date(date) or self.today,
                      "x_end": parse_date(end), "x_reason": reason, "x_key": key or f"key-{env.tx.started.timestamp()}",
                      **vals}
            return env.create(ADJUSTMENT, {k: v for k, v in values.items() if env.has_field(ADJUSTMENT, k)})

    # Calendars ----------------------------------------------------------------------------

    def holiday(self, name: str, first: Instant, last: Instant, calendar: int | None = None, resource: int | None = None,
                time_type: str = "leave", company: int | None = 1) -> int:
        """A global leave from one instant to another (UTC), of a company or (None) of every one; with `resource`, one
        person's."""
        with self.transaction() as env:
            return env.create("resource.calendar.leaves", {
                "name": name, "date_from": instant(first), "date_to": instant(last), "calendar_id": calendar or False,
                "resource_id": resource or False, "time_type": time_type, "company_id": company or False})

    def opening_hours(self, hours: dict[int, list[tuple[float, float]]], tz: str = "Europe/Paris",
                      name: str = "Calendar", default: bool = True, **vals: Any) -> int:
        """A calendar of weekday (0 is Monday) to intervals of local hours; the company's own unless `default=False`."""
        with self.transaction() as env:
            calendar = env.create("resource.calendar", {"name": name, "tz": tz, "company_id": 1, **vals})
            for day, intervals in hours.items():
                for start, end in intervals:
                    env.create("resource.calendar.attendance", {
                        "name": f"{day} {start}", "dayofweek": str(day), "hour_from": start, "hour_to": end,
                        "calendar_id": calendar, "day_period": "morning" if start < 12 else "afternoon"})
            if default:
                env.write("res.company", [1], {"resource_calendar_id": calendar})
            return calendar
