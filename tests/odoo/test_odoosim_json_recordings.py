"""The simulator's answers over JSON-RPC and JSON-2 beside samples written by hand, and beside recordings of real servers."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from odoosim import ServerError, UserError
from simdesk import Desk
from test_odoosim_recordings import SOURCES, TICKET, compatible, shape, story

LINE = "account.analytic.line"
KEYS = {"AGENT_API_KEY": "agent", "ADMIN_API_KEY": "admin", "SASHA_API_KEY": "sasha", "LOW_API_KEY": "low",
        "EXPIRED_API_KEY": "agent", "AGENT_PASSWORD": "agent", "KEY_OF_AGENT": "agent", "KEY_OF_ADMIN": "admin",
        "KEY_OF_LOW": "low", "OLD_KEY_OF_AGENT": "agent"}
UIDS = {2: "admin", 5: "agent", 7: "sasha", 8: "low"}  # of the recorded 19
LOGINS = ("camille", "yann", "nobody", "sync")  # of the recorded 17, whose secrets are their names
EXPIRED = ("EXPIRED_API_KEY", "OLD_KEY_OF_AGENT")

# What the simulator does not do: images, records that do not exist yet, exports, keys made over the wire; what is asked of
# a field or of data that it does not have, and a server that lists its databases.
SKIPPED = {
    "odoo17": frozenset({"157-read-false-fields-jsonrpc", "194-message_format-jsonrpc"}),
    "odoo19-jsonrpc": frozenset({"66-db-list"}),
    "odoo19-json2": frozenset({
        "18-read-ids-false-null", "78-unstored-field-domain", "132-export-data", "143-fields-empty-list", "155-new-key-1", "156-new-key-2",
        "157-new-key-3-with-key", "158-new-key-3"}),
}


# What happened on the recorded server just before a call.
BEFORE: dict[str, Callable[[Desk], Any]] = {
    "149-archived-user": lambda desk: desk.world.archive("res.users", desk.world.uid("low")),
    "150-key-in-query": lambda desk: desk.world.archive("res.users", desk.world.uid("low"), True),
    "153-two-databases-no-header": lambda desk: setattr(desk.world, "one_database", False),
    "155-unlink-jsonrpc": lambda desk: desk.world.delete(TICKET, 20410),
}


@dataclass(slots=True)
class Message:
    """A request or an answer: its first line, its headers, its body."""

    first: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Message:
        head, _, body = raw.partition(b"\r\n\r\n") if b"\r\n\r\n" in raw else raw.partition(b"\n\n")
        first, *lines = head.decode("latin-1").splitlines()
        return cls(first, {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}, body)

    @property
    def status(self) -> int:
        return int(self.first.split()[1])


def probes(world: Any) -> None:
    """The methods of the module that the recorded server had, to see what a result becomes."""
    def ends(error: Exception) -> Callable[..., Any]:
        def method(records: Any) -> Any:
            records.write({"comment": "written"})
            raise error
        return method

    def takes(records: Any, a: Any, b: Any = 2, *rest: Any, c: Any = 4) -> Any:
        return [a, b, rest, c]

    def positional(records: Any, a: Any, /) -> Any:
        return a

    odd = {"set": {1}, "date": datetime(2026, 1, 2).date(), "datetime": datetime(2026, 1, 2, 3, 4, 5), "bytes": b"abc",
           "int": 2**53 + 1, "float": 1e-07, "tenth": 0.1 + 0.2, "big": 10**20, "tuple": (1, 2), "none": None, "int_key": {1: 2}}
    conflict = "probe\nCONTEXT:  PL/pgSQL function inline_code_block line 1 at RAISE\n"
    found: dict[str, Callable[..., Any]] = {
        "none": lambda records: None, "recordset": lambda records: [13, 12], "tuple_keys": lambda records: {(1, 2): 3},
        "object": lambda records: object(), "odd": lambda records: odd, "args": takes, "positional": positional,
        "nan": lambda records: {"nan": float("nan"), "inf": float("inf")}, "user_error": ends(UserError("Refusé : é")),
        "bug": ends(ServerError("ZeroDivisionError", "division by zero")),
        "raise_serialization": ends(ServerError("psycopg2.errors.SerializationFailure", conflict))}
    for name, function in found.items():
        world.method("res.partner", f"probe_{name}", function)


def recorded_desk(make_desk: Callable[..., Desk], folder: str) -> Desk:
    """Records and users enough for what the recordings name."""
    desk = make_desk(version=int(folder[4:6]), with_modules=("project_timesheet_time_control",))
    world = desk.world
    story(desk)
    if desk.world.version < 19:
        return desk
    helpdesk = ("base.group_user", "helpdesk_mgmt.group_helpdesk_user")
    world.user("Agent", "agent", groups=(*helpdesk, "account.group_account_readonly",
                                         "hr_timesheet.group_hr_timesheet_approver"))
    world.user("Sasha Support", "sasha", groups=(*helpdesk, "hr_timesheet.group_hr_timesheet_user"))
    world.user("Low", "low", groups=("base.group_user",))
    for key, login in KEYS.items():
        if key == "AGENT_PASSWORD":
            world.passwords[login].add(key)
        else:
            world.api_key(login, key, expires=datetime(2026 if key in EXPIRED else 2027, 1, 1))
    known = set(world.env().search(TICKET, []))
    world.bulk(TICKET, [{"id": i, "number": f"HT{i:05}", "name": "x", "description": "<p>x</p>", "active": True,
                         "company_id": 1, "stage_id": 1} for i in range(1, 100) if i not in known])
    world.bulk("account.move", [{"id": 212, "name": "INV/2026/00032", "state": "posted", "move_type": "out_invoice"}])
    world.bulk(LINE, [{"id": 136, "name": "/", "unit_amount": 1.0, "user_id": 2, "project_id": world.project_id}])
    probes(world)
    return desk


def users(desk: Desk, asked: Any) -> Any:
    """A request of JSON-RPC with the database and the user of the simulated world."""
    args = asked.get("params", {}).get("args") if isinstance(asked, dict) else None
    if isinstance(args, list) and args:
        args[0] = {"h19": "demo", "support": "demo"}.get(args[0], args[0])
        if len(args) > 4 and args[1] is not False:
            login = UIDS[args[1]] if desk.world.version == 19 else args[2] if args[2] in LOGINS else "admin"
            args[1] = desk.world.uid(login)
    return asked


def send(desk: Desk, asked: Message) -> Message:
    """Send a recorded request, byte by byte but for what names the recorded database."""
    body = asked.body
    if asked.headers.get("content-type", "").startswith("application/json") and "/jsonrpc" in asked.first \
            and "content-encoding" not in asked.headers and "transfer-encoding" not in asked.headers:
        try:
            body = json.dumps(users(desk, json.loads(body))).encode()
        except ValueError:
            pass
    headers = {**asked.headers, "connection": "close"}
    if "x-odoo-database" in headers:
        headers["x-odoo-database"] = re.sub("h19|support", "demo", headers["x-odoo-database"])
    if "content-length" in headers:
        headers["content-length"] = str(len(body))
    head = "\r\n".join([asked.first, *(f"{k}: {v}" for k, v in headers.items())]) + "\r\n\r\n"
    with socket.create_connection(("127.0.0.1", desk.server.port)) as link:
        link.sendall(head.encode() + body)
        return Message.parse(link.makefile("rb").read())


def load(folder: Path, name: str) -> tuple[Message, Message]:
    """A recorded request and its answer."""
    if (folder / f"{name}.request").exists():
        return (Message.parse((folder / f"{name}.request").read_bytes()),
                Message.parse((folder / f"{name}.response").read_bytes()))
    body = (folder / f"{name}.request.json").read_bytes()
    asked = Message("POST /jsonrpc HTTP/1.1", {"content-type": "application/json", "content-length": ""}, body)
    head = (folder / f"{name}.response.headers").read_bytes().strip()
    return asked, Message.parse(head + b"\r\n\r\n" + (folder / f"{name}.response.json").read_bytes())


def differs(ours: Message, theirs: Message) -> str | None:
    """What differs in status, headers or body, or None."""
    if ours.status != theirs.status or ours.first.split(" ", 2)[2] != theirs.first.split(" ", 2)[2]:
        return f"{ours.first} {ours.body[:300]!r} instead of {theirs.first} {theirs.body[:300]!r}"
    for name in ("content-type", "x-content-type-options", "www-authenticate", "accept", "connection"):
        if ours.headers.get(name) != theirs.headers.get(name):
            return f"{name}: {ours.headers.get(name)} instead of {theirs.headers.get(name)}"
    if ("set-cookie" in ours.headers) != ("set-cookie" in theirs.headers):
        return "a cookie"
    if not theirs.headers["content-type"].startswith("application/json"):
        return None if ours.body == theirs.body else f"{ours.body!r} instead of {theirs.body!r}"
    mine, real = json.loads(ours.body), json.loads(theirs.body)
    if not compatible(shape(mine), shape(real)):
        return f"{shape(mine)} instead of {shape(real)}"
    pairs = [(mine, real)]
    if isinstance(real, dict) and "jsonrpc" in real:
        if mine["id"] != real["id"] or mine.get("error", {}).get("code") != real.get("error", {}).get("code"):
            return f"{mine} instead of {real}"
        pairs = [(mine["error"]["data"], real["error"]["data"])] if "error" in real else []
    for mine, real in pairs:
        if isinstance(real, dict) and "debug" in real and told(mine) != told(real):
            return f"{told(mine)} instead of {told(real)}"
    return None


def told(data: dict[str, Any]) -> tuple[Any, ...]:
    """What an error says, without what differs from one database to the next."""
    text = re.sub(r"connection to server [^:]* failed", "connection failed", data["message"])
    text = re.split("LINE 1|following groups:", text)[0].replace("on model", "on")
    return data["name"], re.sub(r"\d+", "N", text), list(data), len(data["arguments"])


def cases(folder: Path) -> list[str]:
    entries = [e["name"] for e in json.loads((folder / "index.json").read_text())]
    return [n for n in entries if n not in SKIPPED.get(folder.name, ()) and (
        (folder / f"{n}.request").exists() or (folder / f"{n}.request.json").exists() and "json" in n)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("folder", ["odoo17-jsonrpc", "odoo19-jsonrpc", "odoo19-json2"])
def test_answers_have_the_shape_of_real_ones(make_desk: Callable[..., Desk], folder: str, source: Path) -> None:
    if not (source / folder).exists():  # the recordings of 17 are in one folder with those of XML-RPC
        folder = folder.removesuffix("-jsonrpc")
    desk = recorded_desk(make_desk, folder)
    wrong = {}
    for name in cases(source / folder):
        asked, theirs = load(source / folder, name)
        if name in BEFORE:
            BEFORE[name](desk)
        problem = differs(send(desk, asked), theirs)
        if problem:
            wrong[name] = problem
    assert wrong == {} and len(cases(source / folder)) > 30
