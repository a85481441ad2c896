"""The same mirror by other means: Python's xmlrpc.client, or Debian's python3-odoorpc, with sqlite3.

usage: clients.py xmlrpc|odoorpc URL FILE"""
from __future__ import annotations

import sqlite3
import sys
import xmlrpc.client
from urllib.parse import urlsplit

MODELS = {
    "helpdesk.ticket": ["write_date", "number", "partner_id", "user_id", "team_id", "stage_id", "priority", "tag_ids",
                        "company_id", "active", "create_date", "assigned_date", "closed_date"],
    "account.analytic.line": ["write_date", "ticket_id", "date", "unit_amount", "product_uom_id"],
    "res.partner": ["write_date", "name", "ref", "commercial_partner_id"],
}
DOMAINS = {"account.analytic.line": [["ticket_id", "!=", False]]}
PAGE, IDS = 500, 20_000


def mirror(execute, path: str) -> None:
    state = sqlite3.connect(path)
    for model, fields in MODELS.items():
        table = model.replace(".", "_")
        state.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {', '.join(fields)})")
        insert = f"INSERT INTO {table} VALUES ({', '.join('?' * (len(fields) + 1))})"
        ids: list[int] = []
        while True:
            domain = DOMAINS.get(model, []) + [["id", ">", ids[-1] if ids else 0]]
            more = execute(model, "search", [domain], {"limit": IDS, "order": "id", "context": {"active_test": False}})
            ids += more
            if len(more) < IDS:
                break
        for i in range(0, len(ids), PAGE):
            rows = execute(model, "read", [ids[i:i + PAGE]],
                           {"fields": fields, "load": "", "context": {"active_test": False}})
            with state:
                state.executemany(insert, [[r["id"], *(str(r[f]) if isinstance(r[f], list) else r[f] for f in fields)]
                                           for r in rows])


def main() -> None:
    kind, url, path = sys.argv[1:]
    if kind == "xmlrpc":
        common = xmlrpc.client.ServerProxy(url + "/xmlrpc/2/common")
        uid = common.authenticate("demo", "agent@example.com", "agent-secret", {})
        server = xmlrpc.client.ServerProxy(url + "/xmlrpc/2/object")
        mirror(lambda *call: server.execute_kw("demo", uid, "agent-secret", *call), path)
        return
    import odoorpc
    odoo = odoorpc.ODOO(urlsplit(url).hostname, port=urlsplit(url).port, timeout=600)
    odoo.login("demo", "agent@example.com", "agent-secret")
    mirror(lambda model, method, args, kwargs: odoo.execute_kw(model, method, args, kwargs), path)


main()
