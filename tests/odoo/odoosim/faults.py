"""The faults a real server answers, with the codes of odoo/addons/rpc.

An agent tells its errors apart by faultCode over XML-RPC, by the name of the
exception over JSON-RPC and by the status over JSON-2, so every refusal in the
simulator is one of these classes and nothing else is ever raised on purpose.
"""

from __future__ import annotations

import ast
from http import HTTPStatus
from typing import Any

APPLICATION, USER, ACCESS_DENIED, ACCESS = 1, 2, 3, 4


class OdooError(Exception):
    """A refusal that reaches the caller.

    code    the faultCode of XML-RPC
    status  the HTTP status of JSON-2
    name    the exception of a real server, as `error.data.name` says it
    """

    code = APPLICATION
    status = 500
    name = "odoo.exceptions.UserError"

    def fault_string(self) -> str:
        """What goes into faultString."""
        return str(self)

    def arguments(self) -> list[Any]:
        """The arguments of the exception; the first one is its message."""
        return [str(self)]

    def debug(self) -> str:
        """The traceback that JSON-RPC and JSON-2 tell."""
        return traceback_text(self.name, str(self))


class UserError(OdooError):
    """Fault 2: the user asked for something the rules refuse."""

    code = USER
    status = 422


class UnknownModel(UserError):
    """Fault 2: a model that is not in this database."""

    def __init__(self, model: str) -> None:
        super().__init__(f"Object {model} doesn't exist")
        self.model = model


class ValidationError(UserError):
    """Fault 2 as well: a constraint of the database or of a model."""

    name = "odoo.exceptions.ValidationError"


class MissingError(UserError):
    """Fault 2: the record was deleted."""

    status = 404
    name = "odoo.exceptions.MissingError"

    def __init__(self, model: str, ids: list[int], uid: int) -> None:
        shown = f"({ids[0]},)" if len(ids) == 1 else str(tuple(ids))
        super().__init__(
            f"Record does not exist or has been deleted.\n(Record: {model}{shown}, User: {uid})"
        )


class AccessDenied(OdooError):
    """Fault 3: wrong password, key or user."""

    code = ACCESS_DENIED
    status = 401
    name = "odoo.exceptions.AccessDenied"

    def __init__(self) -> None:
        super().__init__("Access Denied")


class AccessError(OdooError):
    """Fault 4: the model, the record or the method is closed to this user."""

    code = ACCESS
    status = 403
    name = "odoo.exceptions.AccessError"


class ServerError(OdooError):
    """Fault 1: any bug. `kind` is the Python exception a real server shows last."""

    def __init__(self, kind: str, message: str, where: str = "dispatch") -> None:
        super().__init__(message)
        self.kind = kind
        self.where = where
        self.name = kind if "." in kind else f"builtins.{kind}"

    def fault_string(self) -> str:
        return traceback_text(self.kind, str(self), self.where)

    def arguments(self) -> list[Any]:
        """A KeyError's message is its key; its traceback quotes it."""
        return [ast.literal_eval(str(self)) if self.kind == "KeyError" else str(self)]

    def debug(self) -> str:
        return self.fault_string()


class UnknownMethod(ServerError):
    """Fault 1: a method that the model does not have."""

    def __init__(self, message: str) -> None:
        super().__init__("AttributeError", message)


class HttpError(OdooError):
    """What JSON-2 answers with a status and an exception of Werkzeug."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = f"werkzeug.exceptions.{HTTPStatus(status).phrase.replace(' ', '')}"

    def arguments(self) -> list[Any]:
        return [str(self), self.status]

    def debug(self) -> str:
        return traceback_text(self.name, f"{self.status} {HTTPStatus(self.status).phrase}: {self}")


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
