"""The records that the code of a manual computed field works with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import access
from .database import Row
from .schema import NUMBERS, Field

if TYPE_CHECKING:
    from .orm import Env


class Records:
    """Records of one model: iterated, sliced, read by attribute, assigned to by key."""

    def __init__(self, env: Env, model: str, ids: list[int], assigned: dict[str, Any]) -> None:
        self._env, self._model, self._ids, self._assigned = env, model, ids, assigned

    def __iter__(self) -> Iterator[Records]:
        return (Records(self._env, self._model, [i], self._assigned) for i in self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, key: slice) -> Records:
        return Records(self._env, self._model, self._ids[key], self._assigned)

    def __setitem__(self, name: str, value: Any) -> None:
        self._env.field(self._model, name)
        self._assigned[name] = value

    def sudo(self) -> Records:
        return Records(self._env.sudo(), self._model, self._ids, self._assigned)

    def __getattr__(self, name: str) -> Any:
        env, field = self._env, self._env.field(self._model, name)
        if not env.su:
            access.check(env, self._model, "read")
        if field.relation:
            found: list[int] = []
            for id_ in self._ids:
                value = env.value(self._model, field, env.row(self._model, id_))
                found += [i for i in (value if isinstance(value, tuple) else (value,)) if i and i not in found]
            return Records(env, field.relation, found, {})
        if len(self._ids) > 1:
            raise ValueError(f"Expected singleton: {self._model}{tuple(self._ids)}")
        empty = 0 if field.type in NUMBERS else False
        return env.value(self._model, field, env.row(self._model, self._ids[0])) or empty if self._ids else empty


def evaluate(env: Env, model: str, field: Field, row: Row) -> Any:
    """The value that a field's code assigns to it."""
    assigned: dict[str, Any] = {}
    exec(field.code or "", {"__builtins__": {}}, {"self": Records(env, model, [row["id"]], assigned)})  # noqa: S102
    value = assigned.get(field.name)
    return None if value is False else value
