"""XML-RPC as Odoo writes it: Python's own marshaller, minus control characters."""

from __future__ import annotations

import pickle
import xmlrpc.client
from functools import lru_cache
from typing import Any

from .faults import OdooError, ServerError

_CONTROL = dict.fromkeys(set(range(32)) - {9, 10, 13})
_SHORT = 4096  # bytes of a request that is worth remembering


class Marshaller(xmlrpc.client.Marshaller):
    """Strips what XML forbids below U+0020. U+FFFE and U+FFFF go out as they are, as they do in Odoo."""

    dispatch = dict(xmlrpc.client.Marshaller.dispatch)

    def dump_text(self, value: str, write: Any) -> None:
        self.dump_unicode(value.translate(_CONTROL), write)  # type: ignore[attr-defined]

    dispatch[str] = dump_text


def dumps(value: Any, version: int, nil: bool = False) -> bytes:
    """A response. 19 writes its frame itself, with double quotes and one more newline; Odoo never writes `<nil/>`."""
    body = Marshaller("utf-8", nil).dumps((value,))
    return frame(body, version)


def dumps_fault(error: OdooError, version: int) -> bytes:
    fault = xmlrpc.client.Fault(error.code, error.fault_string())
    return frame(Marshaller("utf-8", False).dumps(fault), version)


def dumps_old_fault(error: OdooError) -> bytes:
    """The fault of the old /xmlrpc/ endpoints: a text for a code."""
    names = {2: "warning -- UserError\n\n", 3: "AccessDenied", 4: "warning -- AccessError\n\n"}
    code = names.get(error.code, "") + (str(error) if error.code in (2, 4) else "")
    text = error.fault_string() if error.code == 1 else ""
    fault = xmlrpc.client.Fault(code or str(error), text)  # type: ignore[arg-type]
    return frame(Marshaller("utf-8", False).dumps(fault), 17)


def frame(body: str, version: int) -> bytes:
    """A whole answer around its parameters or its fault."""
    if version >= 19:
        text = f'<?xml version="1.0"?>\n<methodResponse>\n{body}\n</methodResponse>\n'
    else:
        text = f"<?xml version='1.0'?>\n<methodResponse>\n{body}</methodResponse>\n"
    return text.encode("utf-8")


def loads(body: bytes, version: int) -> tuple[tuple[Any, ...], str]:
    """A request, or the fault a real server answers to XML it cannot read."""
    try:
        if len(body) <= _SHORT:
            params, method = pickle.loads(_parsed(body, version >= 19))  # noqa: S301
        else:
            params, method = xmlrpc.client.loads(body, use_datetime=version >= 19)
    except Exception as error:
        kind = type(error)
        raise ServerError(f"{kind.__module__}.{kind.__qualname__}".replace("builtins.", ""), str(error)) from error
    return params, method or ""


@lru_cache(maxsize=2048)
def _parsed(body: bytes, use_datetime: bool) -> bytes:
    """A request, pickled: the same ones come thousands of times, and each caller needs lists of its own."""
    return pickle.dumps(xmlrpc.client.loads(body, use_datetime=use_datetime))


def marshal_error(error: Exception) -> ServerError:
    """The fault for an answer that has no XML-RPC form, though the work is done and committed."""
    return ServerError(type(error).__name__, str(error), "_marshaled_dispatch")
