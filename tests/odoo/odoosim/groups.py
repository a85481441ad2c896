"""has_group and read_group."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import access
from .faults import AccessError, ServerError
from .values import to_wire

if TYPE_CHECKING:
    from .orm import Env


def has_group(env: Env, uid: int, xmlid: Any) -> bool:
    """An unknown group is simply one the user does not have."""
    if not isinstance(xmlid, str) or "." not in xmlid:
        raise ServerError("AssertionError", f"External ID '{xmlid}' must be fully qualified")
    if uid != env.uid and not access.has_group(env, "base.group_user"):
        raise AccessError("You can only check your own groups.")
    return access.has_group(env, xmlid, uid) if xmlid in env.world.groups else False


def read_group(env: Env, model: str, domain: Any, fields: Any, groupby: Any, lazy: bool) -> list[dict[str, Any]]:
    """Counts and aggregates, whole (no groupby) or by stored fields without date parts."""
    keys = [groupby] if isinstance(groupby, str) else list(groupby or ())
    keys = keys[:1] if lazy else keys
    ids = env.search(model, domain, order="id")
    buckets: dict[tuple[Any, ...], list[int]] = {} if keys else {(): ids}
    for id_ in ids if keys else ():
        key = tuple(env.value(model, env.field(model, k), env.row(model, id_)) for k in keys)
        buckets.setdefault(key, []).append(id_)
    answers = []
    for key, members in buckets.items():
        answer: dict[str, Any] = {}
        for name, value in zip(keys, key, strict=True):
            field = env.field(model, name)
            answer[name] = [value, env.sudo().display_name(field.relation or "", value)] \
                if field.type == "many2one" and value else to_wire(field, value)
        count = f"{keys[0]}_count" if lazy and keys else "__count"
        answer[count] = len(members)
        for spec in fields or ():
            name, _, how = spec.partition(":")
            if how:
                answer[name] = _aggregate(env, model, name, how.split("(")[0], members)
        answer["__domain"] = [*([list(leaf) if isinstance(leaf, (list, tuple)) else leaf for leaf in domain or ()])]
        answers.append(answer)
    return answers


def formatted(env: Env, model: str, domain: Any, groupby: Any, aggregates: Any) -> list[dict[str, Any]]:
    """19: the aggregates of all that matches, by their own names."""
    if groupby:
        raise ServerError("NotImplementedError", "formatted_read_group by groups is not simulated")
    ids = env.search(model, domain, order="id")
    answer: dict[str, Any] = {"__extra_domain": [[1, "=", 1]]}
    for spec in aggregates:
        name, _, how = spec.partition(":")
        answer[spec] = len(ids) if spec == "__count" else _aggregate(env, model, name, how, ids)
    return [answer]


def _aggregate(env: Env, model: str, name: str, how: str, ids: list[int]) -> Any:
    field = env.field(model, name)
    values = [v for i in ids if (v := env.value(model, field, env.row(model, i))) is not None]
    if how in ("count", "count_distinct"):
        return len(values) if how == "count" else len(set(values))
    if not values:
        return False
    total = {"max": max, "min": min, "sum": sum, "avg": lambda v: sum(v) / len(v)}[how](values)
    if isinstance(total, (datetime, date, Decimal)):
        return to_wire(field, total)
    return total
