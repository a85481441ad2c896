"""The simulator's answers beside samples written by hand, and beside recordings of real servers where these are at hand."""

from __future__ import annotations

import json
import os
import re
import xmlrpc.client
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from odoosim.models import ALL
from odoosim.schema import build_schema
from simdesk import Desk

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "samples"
WIRE = Path(os.environ.get("QUALIODOO_WIRE", ROOT.parent / "shared" / "wire"))
SOURCES = [folder for folder in (SAMPLES, WIRE) if folder.is_dir()]
TICKET = "helpdesk.ticket"

# What the simulator does not do: images and widgets, the payment wizard, working time computed by Odoo, and what
# needs the very data of the recorded database (a key, a sequence number beyond 31 bits, messages).
SKIPPED_17 = frozenset({
    "156-read-false-fields-xmlrpc", "168-int-large-out-xmlrpc",
    "193-message_format-xmlrpc", "201-registered-payment-create-xmlrpc",
})
SKIPPED_19 = frozenset({
    "88-x2-expired", "89-x2-wrong-uid", "90-x2-low", "96-x2-none-result3", "99-x2-bad-xml", "100-x2-get",
    "144-x2-calendar-plan_hours", "145-x2-calendar-get_work_hours_count",
})


FAILING = re.compile("wrong|nope")


def story(desk: Desk) -> None:
    """Records enough for the ids that the recordings name."""
    world = desk.world
    agent = ("account.group_account_readonly", "hr_timesheet.group_hr_timesheet_approver",
             "helpdesk_mgmt.group_helpdesk_user")
    users: dict[str, tuple[str, ...]] = {"camille": (), "yann": (), "nobody": (), "sync": agent}
    for login, groups in users.items():
        world.user("No Rights" if login == "nobody" else login.title(), login, groups=("base.group_user", *groups))
    for model, name, ttype in ((TICKET, "x_sla_state", "char"), ("res.partner", "x_support_balance", "float")):
        world.create("ir.model.fields", model_id=world.model_ids[model], name=name, ttype=ttype, field_description=name)
    world.patch("res.company", 1, name="My Company")
    for number in range(1, 81):
        world.partner(f"Société {number}")
    for number in range(3):
        world.tag(f"tag {number}")
    for number in range(60):
        ticket = world.ticket(30 + number % 20, user=world.people[number % 2], created="2026-01-02 10:00")
        if number % 3 == 1:
            world.close(ticket, "2026-01-03 10:00")
        world.timesheet(ticket, 1 / 3)
    for id_ in (20403, 20410):
        world.bulk(TICKET, [{"id": id_, "number": "HT", "name": "x", "description": "x", "active": True, "company_id": 1}])
    for number in range(16):
        invoice = world.invoice(31 + number, [("SUP12", 1), ("SUP24", 1, 90)], tax=20)
        if number % 2 == 0:
            world.pay(invoice)
        if number == 5:
            world.refund(invoice, tax=20)


def shape(value: Any) -> Any:
    """Types and structure: lists by their first element, structs by their keys in order."""
    if isinstance(value, dict):
        return {k: shape(v) for k, v in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def compatible(ours: Any, theirs: Any) -> bool:
    """Same shape, but that an empty value or list says nothing of what it holds."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        ordered = not all(isinstance(v, dict) for v in theirs.values())  # the order of fields_get says nothing
        same = list(ours) == list(theirs) if ordered else set(ours) == set(theirs)
        return same and all(compatible(ours[k], theirs[k]) for k in theirs)
    if isinstance(theirs, list) and isinstance(ours, list):
        return not ours or not theirs or compatible(ours[0], theirs[0])
    return ours == theirs or "bool" in (ours, theirs)


def decode(text: str) -> tuple[str, Any]:
    """A response's kind and content."""
    try:
        return "value", xmlrpc.client.loads(text[text.index("<?xml"):])[0][0]
    except xmlrpc.client.Fault as fault:
        return "fault", (fault.faultCode, fault.faultString)


def words(text: str) -> str:
    """A fault's last line without what differs from one database to the next."""
    if text.startswith("Traceback"):
        text = [line for line in text.splitlines() if line and not line.startswith((" ", "LINE", "HINT"))][-1]
    return re.sub(r"\d+", "N", text)


def replay(desk: Desk, request: str, path: str) -> str:
    """Send a recorded request, as a user of the simulated database with the same rights."""
    body = request[request.index("<?xml"):] if "<?xml" in request else request
    parts = body.split("<param>\n")
    if "<methodName>execute" in body and len(parts) > 4:
        secret = parts[3].split("<string>")[1].split("</string>")[0]
        login = secret if secret in ("camille", "yann", "nobody", "sync") else "admin"
        if "int" in parts[2] and not FAILING.search(secret):
            parts[2] = f"<value><int>{desk.world.uid(login)}</int></value>\n</param>\n"
            parts[3] = parts[3].replace(secret, login)
    body = "<param>\n".join(parts).replace("<string>support</string>", "<string>demo</string>")
    return desk.post(path, body.encode()).body.decode("utf-8", "replace")  # type: ignore[attr-defined]


def cases(folder: Path, skipped: frozenset[str]) -> list[tuple[str, str]]:
    """The recordings to compare with: their names and paths."""
    entries = json.loads((folder / "index.json").read_text())
    return [(e["name"], e["endpoint"].removeprefix("POST ")) for e in entries if e["name"] not in skipped
            and "json" not in e["name"] and (folder / f"{e['name']}{_suffix(folder)[0]}").exists()]


def _suffix(folder: Path) -> tuple[str, str]:
    return (".request.xml", ".response.xml") if folder.name == "odoo17" or folder.parent == SAMPLES else (".request", ".response")


def compare(desk: Desk, folder: Path, name: str, path: str) -> str | None:
    """What differs, or None."""
    request, response = ((folder / f"{name}{s}").read_text() for s in _suffix(folder))
    text = replay(desk, request, path)
    try:
        kind, theirs = decode(response)
    except Exception:  # noqa: BLE001 - a recording that no parser takes: U+FFFE
        return None
    ours_kind, ours = decode(text)
    if ours_kind != kind:
        return f"{ours_kind} {str(ours)[-200:]!r} instead of {kind} {str(theirs)[:200]!r}"
    if kind == "fault":
        if ours[0] != theirs[0] or words(str(ours[1])) != words(str(theirs[1])):
            return f"{ours[0]} {words(str(ours[1]))!r} instead of {theirs[0]} {words(str(theirs[1]))!r}"
    elif not compatible(shape(ours), shape(theirs)):
        return f"{shape(ours)} instead of {shape(theirs)}"
    frame = re.compile(r"^<\?xml version=.1\.0.\?>\n<methodResponse>\n<(params|fault)>")
    head = response[response.index("<?xml"):]
    if frame.match(text) is None or text[:21] != head[:21] or text[-40:].strip() != head[-40:].strip():
        return f"framed as {text[:60]!r} ... {text[-40:]!r}"
    return None


@pytest.mark.parametrize("source", SOURCES, ids=lambda folder: folder.name)
@pytest.mark.parametrize(("folder", "version", "skipped"), [("odoo17", 17, SKIPPED_17), ("odoo19", 19, SKIPPED_19)])
def test_answers_have_the_shape_of_real_ones(make_desk: Callable[..., Desk], folder: str, version: int,
                                             skipped: frozenset[str], source: Path) -> None:
    desk = make_desk(version=version, with_modules=("project_timesheet_time_control",))
    story(desk)
    found = cases(source / folder, skipped)
    wrong = {name: problem for name, path in found if (problem := compare(desk, source / folder, name, path))}
    assert wrong == {} and len(found) > 20


@pytest.mark.parametrize("source", SOURCES, ids=lambda folder: folder.name)
def test_every_field_has_the_type_the_real_server_gives_it(source: Path) -> None:
    real = json.loads((source / "fields-odoo17.json").read_text())
    ours = build_schema(ALL, 17, "oca")
    wrong = []
    for model in ours.models.values():
        for field in model.fields.values() if model.name in real else ():
            theirs = real[model.name].get(field.name)
            if theirs is None and source == SAMPLES:  # they name a few fields of each type
                continue
            mine = {"type": field.type, "store": field.store, "relation": field.relation}
            if theirs is None or any(theirs.get(k) != v for k, v in mine.items()):
                wrong.append((model.name, field.name, mine, theirs))
    assert wrong == []
