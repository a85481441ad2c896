"""web_read and web_search_read, since 17: related records in the same call, by a specification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .orm import Env
    from .schema import Field

Specification = dict[str, dict[str, Any]]


def web_read(env: Env, model: str, ids: Iterable[int], specification: Specification) -> list[dict[str, Any]]:
    """Bare ids of what is related, or its fields where the specification names them."""
    answers = env.read(model, ids, list(specification) or ["id"], None)
    for name, wanted in specification.items():
        field = env.field(model, name)
        if not field.relation or "fields" not in wanted:
            continue
        found = _related(env, field, answers, name, wanted)
        for answer in answers:
            value = answer[name]
            if field.type == "many2one":
                answer[name] = found.get(value, False) if value else False
            else:
                answer[name] = [found[i] for i in _page(env, field, value, wanted) if i in found]
    return answers


def _related(env: Env, field: Field, answers: list[dict[str, Any]], name: str, wanted: dict[str, Any]) -> dict[int, Any]:
    """The related records of a page, read at once."""
    ids: dict[int, None] = {}
    for answer in answers:
        value = answer[name]
        ids.update(dict.fromkeys([value] if field.type == "many2one" and value else value or ()))
    inner = env.with_context(**wanted.get("context", {}))
    return {row["id"]: row for row in web_read(inner, field.relation or "", ids, wanted["fields"])}


def _page(env: Env, field: Field, ids: list[int], wanted: dict[str, Any]) -> list[int]:
    """The ids of an x2many in the order and number that are asked for."""
    if wanted.get("order"):
        ids = env.search(field.relation or "", [("id", "in", ids)], order=wanted["order"])
    return ids[: wanted.get("limit") or None]


def web_search_read(env: Env, model: str, domain: Any, specification: Specification, page: tuple[int, Any],
                    order: Any) -> dict[str, Any]:
    """A page of records, and how many there are in all; `page` is (offset, limit)."""
    ids = env.search(model, domain, *page, order)
    offset, limit = page
    more = bool(offset) or (bool(limit) and len(ids) == limit)
    length = len(env.search(model, domain, order="id")) if more else len(ids)
    return {"length": length, "records": web_read(env, model, ids, specification)}
