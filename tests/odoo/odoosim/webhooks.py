"""Automation rules with a webhook: one POST a record, no signature, one second to answer, no retry.

17 sends inside the transaction, so that reading back shows the old state and a
rollback may follow; 19 sends after the commit, before the user has his answer.
"""

from __future__ import annotations

import ast
import json
import urllib.request
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import domains, matching
from .database import Row, Transaction

if TYPE_CHECKING:
    from .orm import Env
    from .world import World

TIMEOUT = 1.0


@dataclass(slots=True)
class Post:
    """One request to send."""

    url: str
    body: bytes


def due(world: World, tx: Transaction) -> list[Post]:
    """The posts that the changes of a transaction call for."""
    if "base.automation" not in world.schema.models or not world.db.tables["base.automation"].rows:
        return []
    env = world.env_in(tx)
    posts: list[Post] = []
    for rule in [env.row("base.automation", i) for i in env.search("base.automation", [("active", "=", True)], order="id")]:
        model = env.get("ir.model", rule.get("model_id"), "model")
        if rule.get("trigger") in ("on_create_or_write", "on_create") and model in tx.changes:
            for old, new in tx.written(model):
                if _concerns(env, model, rule, old, new):
                    posts += _posts(env, model, rule, new)
    return posts


def send(posts: list[Post]) -> None:
    """Send one after the other; whatever happens is forgotten, as Odoo only logs it."""
    for post in posts:
        request = urllib.request.Request(post.url, post.body, {
            "Content-Type": "application/json", "User-Agent": "python-requests/2.28.1", "Accept": "*/*"})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT):
                pass
        except OSError:
            continue


def _concerns(env: Env, model: str, rule: Row, old: Row | None, new: Row) -> bool:
    """Did the record not match before, and does it match now."""
    if old is not None and rule.get("trigger") == "on_create":
        return False
    watched = [env.row("ir.model.fields", f)["name"] for f in rule.get("trigger_field_ids", ())]
    if old is not None and watched and not any(old.get(f) != new.get(f) for f in watched):
        return False
    if old is not None and not _matches(env, model, rule.get("filter_pre_domain"), old):
        return False
    return _matches(env, model, rule.get("filter_domain"), new)


def _matches(env: Env, model: str, text: str | None, row: Row) -> bool:
    tree = domains.parse(ast.literal_eval(text or "[]"), env.version)
    test = matching.compile_tree(env, model, tree)
    return test is None or test(row)


def _posts(env: Env, model: str, rule: Row, row: Row) -> list[Post]:
    posts = []
    for id_ in env.tx.having("ir.actions.server", "base_automation_id", (rule["id"],)):
        action = env.row("ir.actions.server", id_)
        if action.get("state") == "webhook" and action.get("webhook_url"):
            posts.append(Post(action["webhook_url"], json.dumps(_payload(env, model, action, row), sort_keys=True).encode()))
    return posts


def _payload(env: Env, model: str, action: Row, row: Row) -> dict[str, Any]:
    """The fields chosen on the action: bare ids for many2one, microseconds in datetimes."""
    names = [env.row("ir.model.fields", f)["name"] for f in action.get("webhook_field_ids", ())]
    found = {name: _plain(env, model, name, row) for name in names}
    return {"_action": f"{action['name']}(#{action['id']})", "_id": row["id"], "_model": model, "id": row["id"], **found}


def _plain(env: Env, model: str, name: str, row: Row) -> Any:
    field = env.field(model, name)
    value = env.value(model, field, row)
    if value is None:
        return 0 if field.type in ("integer", "float", "monetary") else False
    if isinstance(value, (datetime, date)):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    return list(value) if isinstance(value, tuple) else value
