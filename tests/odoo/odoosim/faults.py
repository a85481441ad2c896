"""The faults a real server answers, with the codes of odoo/addons/rpc.

An agent tells its errors apart by faultCode alone, so every refusal in the
simulator is one of these classes and nothing else is ever raised on purpose.
"""

from __future__ import annotations

APPLICATION, USER, ACCESS_DENIED, ACCESS = 1, 2, 3, 4


class OdooError(Exception):
    """A refusal that reaches the caller as an XML-RPC fault."""

    code = APPLICATION

    def fault_string(self) -> str:
        """What goes into faultString."""
        return str(self)


class UserError(OdooError):
    """Fault 2: the user asked for something the rules refuse."""

    code = USER


class ValidationError(UserError):
    """Fault 2 as well: a constraint of the database or of a model."""


class MissingError(UserError):
    """Fault 2: the record was deleted."""

    def __init__(self, model: str, ids: list[int], uid: int) -> None:
        shown = f"({ids[0]},)" if len(ids) == 1 else str(tuple(ids))
        super().__init__(
            f"Record does not exist or has been deleted.\n(Record: {model}{shown}, User: {uid})"
        )


class AccessDenied(OdooError):
    """Fault 3: wrong password, key or user."""

    code = ACCESS_DENIED

    def __init__(self) -> None:
        super().__init__("Access Denied")


class AccessError(OdooError):
    """Fault 4: the model, the record or the method is closed to this user."""

    code = ACCESS


class ServerError(OdooError):
    """Fault 1: any bug. `kind` is the Python exception a real server shows last."""

    def __init__(self, kind: str, message: str, where: str = "dispatch") -> None:
        super().__init__(message)
        self.kind = kind
        self.where = where

    def fault_string(self) -> str:
        return traceback_text(self.kind, str(self), self.where)


class RetryableConflict(ServerError):
    """A serialization failure that outlived Odoo's own retries."""

    def __init__(self) -> None:
        super().__init__(
            "psycopg2.errors.SerializationFailure",
            "could not serialize access due to concurrent update\n",
            "retrying",
        )


def traceback_text(kind: str, message: str, where: str = "dispatch") -> str:
    """A traceback of the real server's shape: frames, then `kind: message`.

    The frames name files of Odoo but quote none of their lines: a client must
    read the last line only.
    """
    frames = (
        ("/odoo/addons/base/controllers/rpc.py", 160, "xmlrpc_2"),
        ("/odoo/addons/base/controllers/rpc.py", 127, "_xmlrpc"),
        ("/odoo/http.py", 368, "dispatch_rpc"),
        ("/odoo/service/model.py", 36, "dispatch"),
        ("/odoo/service/model.py", 73, "execute_kw"),
        ("/odoo/service/model.py", 133, "retrying"),
        ("/odoo/service/model.py", 60, "execute_cr"),
        ("/odoo/api.py", 484, "call_kw"),
        ("/odoo/models.py", 1583, where),
    )
    lines = "".join(f'  File "/usr/lib/python3/dist-packages{f}", line {n}, in {w}\n' for f, n, w in frames)
    return f"Traceback (most recent call last):\n{lines}{kind}: {message}\n"
