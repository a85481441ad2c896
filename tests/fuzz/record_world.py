#!/usr/bin/python3
"""Makes world.json: what the program reads of the simulated Odoo's demo, for the fuzzers' own.

    make test-tools && /usr/bin/python3 tests/fuzz/record_world.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "odoo"))

from odoosim import Server, World, stories  # noqa: E402
from odoosim.server import Call  # noqa: E402

# What setup makes, which the demo does not have.
ADJUSTMENTS = {"x_partner_id": "many2one", "x_minutes": "integer", "x_date": "date", "x_end": "date", "x_reason": "char",
               "x_key": "char", "write_date": "datetime"}
ADJUSTED = [{"id": 1, "x_minutes": 90, "x_end": False, "x_reason": "geste", "x_key": "k1"},
            {"id": 2, "x_minutes": -30, "x_end": False, "x_reason": "erreur", "x_key": "k2"}]
rows: dict[str, dict[int, dict[str, Any]]] = {}
fields: dict[str, dict[str, Any]] = {}
others: dict[str, Any] = {}
execute = Server._execute


def record(self: Server, call: Call, params: tuple[Any, ...]) -> Any:
    """The answer, kept by what it is about."""
    result = execute(self, call, params)
    model, method, arguments = params[3], params[4], params[5]
    if method == "fields_get":
        fields.setdefault(model, {}).update({k: {n: v[n] for n in ("type", "relation") if n in v} for k, v in result.items()})
    elif method in ("read", "search_read"):
        for row in result:
            rows.setdefault(model, {}).setdefault(row["id"], {}).update(row)
    elif not method.startswith("search"):
        others[" ".join([model, method, *(a for a in arguments if isinstance(a, str))])] = result
    return result


def main() -> None:
    """One pull of each kind, and doctor."""
    world = World(today="2026-03-20")
    stories.STORIES["demo"](world)
    Server._execute = record  # type: ignore[method-assign]
    with world.serve() as server, tempfile.TemporaryDirectory() as folder:
        config, secret = Path(folder, "q.yaml"), Path(folder, "secret")
        secret.write_text("agent-secret\n")
        secret.chmod(0o600)
        config.write_text(json.dumps({
            "odoo": {"url": server.url, "database": world.database, "login": "agent@example.com", "secret_file": str(secret)},
            "state": {"path": str(Path(folder, "state.db"))},
            "credit": {"packs": [{"product": f"SUP{h}", "hours": h} for h in (12, 24, 36)]}}))
        now = world.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        for command in ("sync", "reconcile", "doctor"):
            subprocess.run([str(ROOT / "build" / "qualiodoo-test"), "-c", str(config), "--now", now, command], check=False)
    fields["x_qualiodoo_adjustment"] = {name: {"type": kind} for name, kind in ADJUSTMENTS.items()}
    customer = next(row["commercial_partner_id"] for row in rows["account.move"].values())
    rows["x_qualiodoo_adjustment"] = {row["id"]: {**row, "x_partner_id": customer, "x_date": "2026-02-01",
                                                  "write_date": "2026-02-01 09:00:00"} for row in ADJUSTED}
    # A compiled calendar is most of a run's time: one row a day.
    hours = rows["resource.calendar.attendance"]
    rows["resource.calendar.attendance"] = {i: row for i, row in hours.items() if row["day_period"] == "morning"}
    for model in ("res.users", "res.company", "res.partner"):  # by which the agent knows its Odoo again
        for row in rows[model].values():
            row.setdefault("create_date", "2026-01-01 09:00:00")
    for model in rows:
        rows[model] = dict(sorted(rows[model].items()))
    Path(__file__).with_name("world.json").write_text(json.dumps(
        {"now": now, "fields": fields, "rows": {m: list(r.values()) for m, r in rows.items()}, "others": others},
        ensure_ascii=False, separators=(",", ":"), default=str).replace('},{"', '},\n{"') + "\n")
    print({m: len(r) for m, r in rows.items()}, others)


if __name__ == "__main__":
    main()
