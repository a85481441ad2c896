"""JSON as Odoo reads and writes it, and its errors."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

from .answers import Page, server_error
from .faults import AccessDenied, OdooError, ServerError

NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def dumps(value: Any) -> str:
    """NaN and Infinity as Python writes them, which is no JSON; what has no form of its own as its text."""
    return json.dumps(value, ensure_ascii=False, default=_default)


def _default(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value.decode() if isinstance(value, bytes) else str(value)


def encode(text: str) -> bytes:
    """The bytes of a text; a lone surrogate has none, and the answer becomes a page."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Page(server_error()) from None


def loads(body: bytes) -> Any:
    """A request; bytes that are not UTF-8 become U+FFFD. ValueError for what is no JSON."""
    return json.loads(body.decode("utf-8", "replace"))


def check_texts(body: bytes, value: Any) -> None:
    """Refuse what PostgreSQL cannot take: U+0000 is an error, and a lone surrogate one that has no bytes either."""
    if b"\\u" not in body:
        return
    text = json.dumps(value, ensure_ascii=False)
    encode(text)
    if NUL.search(text):
        raise ServerError("ValueError", "A string literal cannot contain NUL (0x00) characters.")


def error_data(error: OdooError, version: int) -> dict[str, Any]:
    """`error.data` of JSON-RPC, and the whole body of an error of JSON-2."""
    arguments = error.arguments()
    debug = error.debug()
    if version >= 19 and isinstance(error, AccessDenied):
        debug = f"{error.name}: {error}\n"
    told = {"message": arguments[0], "arguments": arguments, "context": {}}
    if version >= 19:
        return {"name": error.name, **told, "debug": debug}
    return {"name": error.name, "debug": debug, **told}
