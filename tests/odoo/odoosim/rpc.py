"""The way a call finds its method: credentials, then call_kw by position or JSON-2's controller by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .faults import AccessDenied, AccessError, HttpError, ServerError, UnknownMethod, UnknownModel
from .methods import BaseModel, class_of, method_of, takes_ids, unknown_method
from .orm import Env

if TYPE_CHECKING:
    from .world import World

PRIVATE = frozenset({"exists"})  # on 19


def authenticate(world: World, database: str, login: Any, password: Any) -> int | bool:
    """A wrong login or password is `false`, not a fault; a wrong database is a fault."""
    world.check_database(database)
    tx = world.db.begin()
    for uid in tx.having("res.users", "login", (login,)):
        row = tx.row("res.users", uid) or {}
        if row.get("active") and world.knows(str(login), password):
            return uid
    return False


def check_credentials(world: World, database: str, uid: Any, password: Any) -> None:
    """Fault 3 unless this is the user's password or one of its API keys."""
    world.check_database(database)
    if world.remembers_secrets and (uid, password) in world.remembered:
        return
    row = world.db.begin().row("res.users", uid) if isinstance(uid, int) and not isinstance(uid, bool) else None
    if row is None or not row.get("active") or not password or not world.knows(row["login"], password):
        raise AccessDenied
    if world.remembers_secrets:
        world.remembered.add((uid, password))


def _find(env: Env, name: str, method: str) -> Callable[..., Any]:
    """The method to call, or the refusal of what is unknown or private."""
    if name not in env.schema.models:
        raise UnknownModel(name)
    if method.startswith("_") or (method in PRIVATE and env.version >= 19):
        shown = f"'{name}.{method}'" if env.version >= 19 else method
        raise AccessError(f"Private methods (such as {shown}) cannot be called remotely.")
    function = method_of(env.world, name, method)
    if function is None:
        raise unknown_method(env, name, method)
    return function


def execute_kw(env: Env, name: str, method: str, args: Any = (), kwargs: Any = None) -> Any:
    """Run one method as Odoo's call_kw does."""
    function = _find(env, name, method)
    kwargs = dict(kwargs or {})
    context = kwargs.pop("context", None)
    if context:
        env = env.with_context(**context)
    args = list(args)
    ids: list[int] = []
    if takes_ids(function):
        if not args:
            raise ServerError("IndexError", "tuple index out of range")
        first = args.pop(0)
        ids = [first] if isinstance(first, int) else list(first or ())
    elif method == "create" and not args:
        raise ServerError("IndexError", "list index out of range")
    return _run(function, class_of(env.world, name)(env, name, ids), args, kwargs)


def execute_named(env: Env, name: str, method: str, named: dict[str, Any]) -> Any:
    """Run one method as the controller of JSON-2 does: arguments by name, ids for records."""
    try:
        function = _find(env, name, method)
    except UnknownModel as error:
        raise HttpError(404, f"the model '{error.model}' does not exist") from error
    except UnknownMethod as error:
        raise HttpError(404, str(error)) from error
    kwargs = dict(named)
    ids = kwargs.pop("ids", None) or []
    try:
        context = dict(kwargs.pop("context", None) or {})
    except (TypeError, ValueError) as error:
        raise ServerError(type(error).__name__, str(error)) from error
    if ids and not takes_ids(function):
        raise HttpError(422, f"cannot call {name}.{method} with ids")
    records = class_of(env.world, name)(env.with_context(**context), name, _ids(env, ids))
    try:
        _signature(function).bind(records, **kwargs)
    except TypeError as error:
        raise HttpError(422, str(error)) from error
    result = _run(function, records, [], kwargs)
    return [result] if method == "create" and isinstance(result, int) else result


@lru_cache(maxsize=256)
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def _ids(env: Env, ids: Any) -> list[int]:
    """The ids of JSON-2: one or a list; texts in a list are ids that nothing has."""
    if isinstance(ids, str):
        raise ServerError("psycopg2.errors.InvalidTextRepresentation", f'invalid input syntax for type integer: "{ids}"\n')
    return [ids] if isinstance(ids, int) else [i for i in ids if isinstance(i, int) and not isinstance(i, bool)]


def _run(function: Callable[..., Any], records: BaseModel, args: list[Any], kwargs: dict[str, Any]) -> Any:
    try:
        return function(records, *args, **kwargs)
    except TypeError as error:
        text = str(error).replace("Users17.", "Users.").replace("Users19.", "ResUsers.").replace("Thread.", "MailThread.")
        raise ServerError("TypeError", text, function.__name__) from error
