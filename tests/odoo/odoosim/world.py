"""The simulated database as tests see it: builders that make records, and the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from . import bootstrap, webhooks
from .build_sales import SalesBuilders
from .build_support import SupportBuilders
from .database import Database, Transaction
from .faults import ServerError
from .models import ALL
from .models.base import APIKEYS
from .orm import Env
from .schema import build_schema
from .server import Server

NOT_INSTALLED = ("project_timesheet_time_control", "sale_timesheet")
FLAVOURS = ("oca", "enterprise", "task")
ADMIN = 2


@dataclass(slots=True)
class Hidden:
    """A record rule made with `World.hide`."""

    model: str
    login: str | None
    ids: set[int] | None = None
    domain: list[Any] = field(default_factory=list)


# 16 and 18 answer as 17 does, but for what is asked of `release`: how the history of a ticket can be read, and has_group.
DIALECTS = {16: 17, 17: 17, 18: 17, 19: 19}

# What changes of a world; what filling it leaves, by its kind: worlds of the same frozen clock begin with a copy.
KEPT = ("schema", "db", "groups", "refs", "model_ids", "field_ids", "accounts", "passwords", "keys", "hidden", "people",
        "agent", "team_id", "project_id")
KINDS = 40  # kept at most, at half a megabyte each
_filled: dict[tuple[Any, ...], dict[str, Any]] = {}


def _copied(value: Any) -> Any:
    """A copy that can be changed apart; rows and definitions are replaced when they change, never changed in place."""
    if isinstance(value, dict):
        return {k: set(v) if isinstance(v, set) else v for k, v in value.items()}
    return value if isinstance(value, int) else value.copy()


class World(SalesBuilders, SupportBuilders):
    """A database of Odoo, its users and its clock.

    flavour           oca (helpdesk_mgmt), enterprise (helpdesk) or task (project only)
    version           17 or 19
    today             freezes the clock at 10:00 UTC of that day, or at that instant; without it time passes
    without_modules   modules that are not installed: their models and fields do not exist
    with_modules      optional modules to install (project_timesheet_time_control, sale_timesheet)
    enterprise_accounting   paid invoices stay `in_payment` until the bank confirms
    languages         those that are installed; the administrator speaks the first one
    one_database      whether the server serves this database alone (locks.py says what hangs then)
    server_wide_rpc   whether XML-RPC and JSON-RPC answer without a database, as by default; not with `--load=base,web` (19)
    """

    passwords_are_keys = False  # no Odoo does so: for tests of JSON-2 that are not about secrets

    def __init__(self, flavour: str = "oca", version: int = 17, today: datetime | date | str | None = None,
                 without_modules: Iterable[str] = (), with_modules: Iterable[str] = (),
                 enterprise_accounting: bool = False, database: str = "demo",
                 languages: Iterable[str] = ("en_US", "fr_FR"), one_database: bool = True,
                 server_wide_rpc: bool = True) -> None:
        if flavour not in FLAVOURS:
            raise ValueError(f"flavour {flavour!r}: one of {', '.join(FLAVOURS)}")
        if version not in DIALECTS:
            raise ValueError(f"version {version!r}: one of {', '.join(map(str, DIALECTS))}")
        self.release, version = version, DIALECTS[version]
        self.flavour, self.version, self.database = flavour, version, database
        self.languages, self.one_database = tuple(languages), one_database
        self.server_wide_rpc = server_wide_rpc
        absent = frozenset(NOT_INSTALLED) - set(with_modules) | set(without_modules)
        self.in_payment_state = "in_payment" if enterprise_accounting else "paid"
        self.groups: dict[str, int] = {}
        self.refs: dict[str, int] = {}
        self.model_ids: dict[str, int] = {}
        self.field_ids: dict[tuple[str, str], int] = {}
        self.accounts: dict[str, int] = {}
        self.passwords: dict[str, set[str]] = {}
        self.keys: dict[str, tuple[str, datetime | None]] = {}
        self.remembers_secrets = False  # as Odoo does until it restarts: an expired key goes on over XML-RPC and JSON-RPC
        self.remembered: set[tuple[Any, Any]] = set()
        self.methods: dict[tuple[str, str], Callable[..., Any]] = {}
        self.hidden: list[Hidden] = []
        self.cache: dict[Any, Any] = {}
        self.people: list[int] = []
        self.agent = self.team_id = self.project_id = 0
        self._local = threading.local()
        start = date.fromisoformat(today) if isinstance(today, str) else today
        kind = (flavour, self.release, absent, self.languages, start)
        if start is None:
            self._fill(absent, None)
        elif kind in _filled:
            self.restore(_filled[kind])
        else:
            self._fill(absent, start if isinstance(start, datetime) else datetime.combine(start, time(10)))
            if len(_filled) < KINDS:
                _filled[kind] = self.kept()

    def _fill(self, absent: frozenset[str], start: datetime | None) -> None:
        """Makes the database with everything it has before its first customer."""
        self.schema = build_schema(ALL, self.version, self.flavour, absent)
        tracking = self.schema.models.get("mail.tracking.value")
        if tracking is not None and self.release == 16:
            tracking.fields["field"] = replace(tracking.fields.pop("field_id"), name="field")
        if "mail.activity" in self.schema.models and self.release == 16:
            del self.schema.models["mail.activity"].fields["active"]
        if self.release == 18:  # 17 in this, but for the expiry of keys
            expiry = next(f for f in APIKEYS.variants if f.name == "expiration_date")
            self.schema.models[APIKEYS.name].fields[expiry.name] = expiry
        self.db = Database()
        if start is not None:
            self.db.clock.freeze(start)
        bootstrap.fill(self)

    def kept(self) -> dict[str, Any]:
        """All that this world is now, for `restore`."""
        return {name: _copied(vars(self)[name]) for name in KEPT}

    def restore(self, kept: dict[str, Any]) -> None:
        """What this world, or another of its kind, was at `kept`, as often as one likes: twenty times faster than `_fill`."""
        vars(self).update((name, _copied(value)) for name, value in kept.items())
        self.cache = {}

    # The clock ----------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The time of the database, UTC."""
        return self.db.clock.now()

    @now.setter
    def now(self, instant: datetime | str) -> None:
        """Freeze the clock at an instant."""
        self.db.clock.freeze(datetime.fromisoformat(instant) if isinstance(instant, str) else instant)

    @property
    def today(self) -> date:
        return self.now.date()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.db.clock.advance(seconds)

    # Transactions -------------------------------------------------------------------------

    def env(self, uid: int = ADMIN) -> Env:
        """A superuser's view of the current transaction, or of what is committed."""
        current: Transaction | None = getattr(self._local, "tx", None)
        return Env(self, current or self.db.begin(), uid, su=True)

    def env_in(self, tx: Transaction) -> Env:
        """A superuser's view of a given transaction."""
        return Env(self, tx, ADMIN, su=True)

    @contextmanager
    def transaction(self, uid: int = ADMIN, at: datetime | None = None) -> Iterator[Env]:
        """One transaction; builders called inside share it, and so share one write_date."""
        outer: Transaction | None = getattr(self._local, "tx", None)
        context = {"_now": at} if at is not None else {}
        if outer is not None:
            yield Env(self, outer, uid, su=True, context=context)
            return
        with self.db.lock:
            tx = self.db.begin()
            self._local.tx = tx
            try:
                yield Env(self, tx, uid, su=True, context=context)
                posts = webhooks.due(self, tx)
                if not posts:
                    tx.commit()
            finally:
                self._local.tx = None
        if posts:
            self.finish(tx, posts)

    def finish(self, tx: Transaction, posts: list[webhooks.Post]) -> None:
        """Commit, and send the webhooks: before the commit on 17, after it on 19. The database is not locked meanwhile."""
        if self.version < 19:
            webhooks.send(posts)
        tx.commit()
        if self.version >= 19:
            webhooks.send(posts)

    @contextmanager
    def late_commit(self, started: datetime | None = None) -> Iterator[Transaction]:
        """A slow transaction: its rows appear at the end of the block (or at `tx.commit()`),
        stamped with its start. Calls made to the server meanwhile do not see them."""
        tx = self.db.begin(started)
        self._local.tx = tx
        try:
            yield tx
        finally:
            self._local.tx = None
        self.finish(tx, webhooks.due(self, tx))

    def serve(self, port: int = 0, protocols: Iterable[str] | None = None) -> Server:
        """A server for this world: `with world.serve() as server: server.url`.

        It speaks the protocols of its version, or of those the ones named: xmlrpc, jsonrpc, json2.
        """
        server = Server(self, port)
        if protocols is not None:
            server.protocols &= set(protocols)
        return server

    # Users and rights ---------------------------------------------------------------------

    def name(self, env: Env, xmlid: str, model: str, id_: int) -> None:
        """Give a record an external id."""
        module, _, name = xmlid.partition(".")
        env.tx.insert("ir.model.data", {"module": module, "name": name, "model": model, "res_id": id_,
                                        "noupdate": True, "create_uid": 1, "write_uid": 1})
        self.refs[xmlid] = id_

    def ref(self, xmlid: str) -> int:
        """The id behind an external id, as `env.ref` finds it."""
        if xmlid in self.refs:
            return self.refs[xmlid]
        module, _, name = xmlid.partition(".")
        env = self.env()
        found = env.search("ir.model.data", [("module", "=", module), ("name", "=", name)], limit=1)
        if not found:
            raise ServerError("ValueError", f"External ID not found in the system: {xmlid}")
        return env.row("ir.model.data", found[0])["res_id"]

    def user(self, name: str, login: str, password: str | None = None, groups: Iterable[str] = ("base.group_user",),
             share: bool = False, companies: Iterable[int] = (1,)) -> int:
        """A user; `share=True` for a portal user. The password defaults to the login."""
        column = "group_ids" if self.version >= 19 else "groups_id"
        ids = [self.groups["base.group_portal"]] if share else [self.groups[g] for g in groups if g in self.groups]
        with self.transaction() as env:
            uid = env.create("res.users", {"name": name, "login": login, "email": login, column: [(6, 0, ids)],
                                           "share": share, "company_ids": [(6, 0, list(companies))]})
            if "hr.employee" in self.schema.models and not share:
                env.create("hr.employee", {"name": name, "user_id": uid, "company_id": 1})
        self.passwords[login] = {password or login}
        return uid

    def set_groups(self, login: str, groups: Iterable[str]) -> None:
        """Give a user exactly these groups: a loss of rights, or a gain."""
        column = "group_ids" if self.version >= 19 else "groups_id"
        with self.transaction() as env:
            uid = self.uid(login)
            env.write("res.users", [uid], {column: [(6, 0, [self.groups[g] for g in groups if g in self.groups])]})

    def uid(self, login: str) -> int:
        env = self.env()
        return env.tx.having("res.users", "login", (login,))[0]

    def partner_of(self, uid: int) -> int:
        """The partner behind a user: the author of its messages."""
        return self.env().row("res.users", uid)["partner_id"]

    def api_key(self, login: str, key: str, expires: datetime | None = None, name: str = "key", scope: str | None = None) -> int:
        """An API key: works as a password until it expires, and alone over JSON-2. Archived users' keys do not
        work. 18 and 19 tell the expiry. Users make keys without a scope; one of another scope than `rpc` opens nothing here."""
        if scope in (None, "rpc"):
            self.keys[key] = (login, expires)
        with self.transaction() as env:
            vals: dict[str, Any] = {"name": name, "user_id": self.uid(login), "scope": scope}
            if self.release >= 18:
                vals["expiration_date"] = expires
            return env.create("res.users.apikeys", vals)

    def knows(self, login: str, secret: Any) -> bool:
        """Is it the password of this login, or one of its keys that has not expired."""
        if secret in self.passwords.get(login, ()):
            return True
        owner, expires = self.keys.get(str(secret), (None, None))
        return owner == login and (expires is None or expires > self.now)

    def holder(self, key: str) -> int | None:
        """The active user of an API key that has not expired: what JSON-2 asks; a password is no key."""
        login, expires = self.keys.get(key, (None, None))
        if login is None and self.passwords_are_keys:
            login = next((owner for owner, secrets in self.passwords.items() if key in secrets), None)
        if login is None or (expires is not None and expires <= self.now):
            return None
        env = self.env()
        return next((i for i in env.tx.having("res.users", "login", (login,)) if env.row("res.users", i).get("active")), None)

    def method(self, model: str, name: str, function: Callable[..., Any]) -> None:
        """A method of records that a module of this database adds: `function(records, ...)`, with `records.env` and `.ids`."""
        self.methods[model, name] = function

    def check_database(self, database: Any) -> None:
        """The fault of a database that does not exist."""
        if database != self.database:
            raise ServerError("psycopg2.OperationalError", "connection to server on socket \"/run/postgresql\" failed: "
                              f"FATAL:  database \"{database}\" does not exist\n", "_connect")

    def hide(self, model: str, what: Iterable[int] | list[Any], login: str | None = "agent@example.com") -> Hidden:
        """A record rule: these ids (or this domain) vanish for a user (None: for all but the superuser)."""
        items = list(what)
        ids = set(items) if items and all(isinstance(i, int) for i in items) else None
        rule = Hidden(model, login, ids, [] if ids is not None else items)
        self.hidden.append(rule)
        return rule

    def reveal(self, rule: Hidden) -> None:
        """Take a record rule away."""
        self.hidden.remove(rule)

    def grant_history(self) -> None:
        """The access line on tracked changes that an administrator gives to the agent's group."""
        self.create("ir.model.access", name="history", model_id=self.model_ids["mail.tracking.value"],
                    group_id=self.groups["base.group_user"], active=True, perm_read=True, perm_write=False,
                    perm_create=False, perm_unlink=False)

    def deny(self, model: str) -> None:
        """Take every access line of a model away: fault 4 for all."""
        with self.transaction() as env:
            lines = env.tx.having("ir.model.access", "model_id", (self.model_ids[model],))
            env.unlink("ir.model.access", lines)

    def drop_field(self, model: str, name: str) -> None:
        """A field that this database does not have."""
        self.schema.models[model].fields.pop(name)
        self.schema.prune()

    # Any record ---------------------------------------------------------------------------

    def create(self, model: str, uid: int = ADMIN, /, **vals: Any) -> int:
        """Any record, with the hooks of its model."""
        with self.transaction(uid) as env:
            return env.create(model, vals)

    def write(self, model: str, ids: int | Iterable[int], uid: int = ADMIN, /, **vals: Any) -> None:
        with self.transaction(uid) as env:
            env.write(model, [ids] if isinstance(ids, int) else list(ids), vals)

    def delete(self, model: str, *ids: int) -> None:
        """Delete as Odoo does: without a trace."""
        with self.transaction() as env:
            env.unlink(model, list(ids))

    def vanish(self, model: str, *ids: int) -> None:
        """Delete rows as an SQL statement would: no rule, no cascade."""
        with self.transaction() as env:
            for id_ in ids:
                env.tx.delete(model, id_)

    def archive(self, model: str, id_: int, active: bool = False) -> None:
        self.write(model, id_, active=active)

    def rename(self, model: str, id_: int, name: str) -> None:
        self.write(model, id_, name=name)

    def patch(self, model: str, id_: int, /, **values: Any) -> None:
        """Set columns behind Odoo's back (an SQL update): no hook, and write_date stays unless given."""
        with self.transaction() as env:
            env.tx.update(model, id_, values)

    def row(self, model: str, id_: int) -> dict[str, Any]:
        """A committed row, as kept: for assertions."""
        return dict(self.env().row(model, id_))

    def get(self, model: str, id_: int, path: str) -> Any:
        """A value by dotted path, computed fields included."""
        return self.env().get(model, id_, path)

    def bulk(self, model: str, rows: Iterable[dict[str, Any]]) -> list[int]:
        """Many rows at once with no hook at all, in one transaction: for benchmarks."""
        with self.db.lock:
            tx = self.db.begin()
            base = {"create_uid": ADMIN, "write_uid": ADMIN, "create_date": tx.started, "write_date": tx.started}
            table = self.db.tables[model]
            made: list[int] = []
            for values in rows:
                row = {"id": values.get("id") or table.next_id, **base, **values}
                table.put(row)
                made.append(row["id"])
            return made
