"""How a value is kept in a row, and how RPC shows it.

Rows hold Python values (datetime with microseconds, date, Decimal for money,
tuple for many2many, None for NULL); the wire holds strings, floats and `false`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .faults import ServerError
from .schema import NUMBERS, Field

CENT = Decimal("0.01")
DATE_FORMAT = "%Y-%m-%d"
DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S"


def money(value: Any) -> Decimal:
    """An exact amount of cents from anything that looks like a number."""
    if not isinstance(value, Decimal):
        value = Decimal(repr(value) if isinstance(value, float) else str(value or 0))
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def parse_datetime(value: Any) -> datetime | None:
    """A naive UTC datetime from what RPC or a builder gives, as strictly as Odoo reads it."""
    if value is None or value is False or value == "":
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = str(value)
    try:
        return datetime.strptime(text, DATETIME_FORMAT[: max(0, len(text) - 2)])
    except ValueError as error:
        raise ServerError("ValueError", str(error)) from None


def parse_date(value: Any) -> date | None:
    """A date; a text's time, if any, is ignored."""
    if value is None or value is False or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.strptime(str(value)[:10], DATE_FORMAT).date()
    except ValueError as error:
        raise ServerError("ValueError", str(error)) from None


def _number(model: str, field: Field, value: Any) -> Any:
    if field.type == "integer":
        number = int(value or 0)
        if not -(2**31) <= number < 2**31:
            raise ServerError("psycopg2.errors.NumericValueOutOfRange", "integer out of range\n")
        return number
    if field.type == "monetary":
        return money(value or 0)
    real = float(value or 0.0)
    return round(real, field.digits) if field.digits is not None else real


def to_row(model: str, field: Field, value: Any) -> Any:
    """The value to keep for one written through RPC or by a builder (not for x2many fields)."""
    if field.type in NUMBERS:
        try:
            return _number(model, field, value)
        except (TypeError, ValueError) as error:
            raise ServerError(type(error).__name__, str(error)) from None
    if field.type == "boolean":
        return bool(value)
    if value is None or value is False:
        return None
    if field.type == "datetime":
        return parse_datetime(value)
    if field.type == "date":
        return parse_date(value)
    if field.type in ("many2one", "many2one_reference"):
        if isinstance(value, str) and field.type == "many2one":
            return None  # a text empties the field, without a word
        return int(value[0] if isinstance(value, (list, tuple)) else value) or None
    if field.type == "selection":
        if field.selection and value not in [key for key, _ in field.selection]:
            raise ServerError("ValueError", f"Wrong value for {model}.{field.name}: {value!r}")
        return value
    if field.type == "html":
        return _sanitized(str(value))
    return str(value) if field.type != "binary" else value


def _sanitized(text: str) -> str:
    """Bare text gets the paragraph that Odoo's sanitizer puts around it, a bare `&` its entity."""
    text = re.sub(r"&(?!(#\d+|#x[0-9a-fA-F]+|\w+);)", "&amp;", text)
    return text if not text or text.lstrip().startswith("<") else f"<p>{text}</p>"


def stamp_text(value: datetime) -> str:
    """A datetime as RPC shows it: the microseconds are cut off, not rounded."""
    return value.isoformat(" ", "seconds")


def to_wire(field: Field, value: Any) -> Any:
    """What RPC shows for a stored value, many2one excepted."""
    if value is None:
        return _EMPTY.get(field.type, False)
    if isinstance(value, datetime):
        return stamp_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, tuple):
        return list(value)
    return value


_EMPTY: dict[str, Any] = {
    "integer": 0, "float": 0.0, "monetary": 0.0, "one2many": [], "many2many": [], "many2one_reference": 0,
}
