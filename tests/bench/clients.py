"""The same mirror by other means, with sqlite3: Python's xmlrpc.client, Debian's python3-odoorpc (JSON-RPC), or
JSON-2 with json and urllib.

usage: clients.py xmlrpc|jsonrpc|json2 URL KEY FILE"""
from __future__ import annotations

import json
import sqlite3
import sys
import urllib.request
import xmlrpc.client
from collections.abc import Callable
from urllib.parse import urlsplit

DATABASE, LOGIN = "demo", "agent@example.com"
MODELS = {
    "helpdesk.ticket": ["write_date", "number", "partner_id", "user_id", "team_id", "stage_id", "priority", "tag_ids",
                        "company_id", "active", "create_date", "assigned_date", "closed_date"],
    "account.analytic.line": ["write_date", "ticket_id", "date", "unit_amount", "product_uom_id"],
    "res.partner": ["write_date", "name", "ref", "commercial_partner_id"],
}
DOMAINS = {"account.analytic.line": [["ticket_id", "!=", False]]}
PAGE, IDS = 500, 20_000

# (model, method, {named argument: value}) -> result
Execute = Callable[[str, str, dict], list]


def mirror(execute: Execute, path: str) -> None:
    state = sqlite3.connect(path)
    context = {"active_test": False}
    for model, fields in MODELS.items():
        table = model.replace(".", "_")
        state.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {', '.join(fields)})")
        insert = f"INSERT INTO {table} VALUES ({', '.join('?' * (len(fields) + 1))})"
        ids: list[int] = []
        while True:
            domain = DOMAINS.get(model, []) + [["id", ">", ids[-1] if ids else 0]]
            more = execute(model, "search", {"domain": domain, "limit": IDS, "order": "id", "context": context})
            ids += more
            if len(more) < IDS:
                break
        for i in range(0, len(ids), PAGE):
            rows = execute(model, "read", {"ids": ids[i:i + PAGE], "fields": fields, "load": "", "context": context})
            with state:
                state.executemany(insert, [[r["id"], *(str(r[f]) if isinstance(r[f], list) else r[f] for f in fields)]
                                           for r in rows])


def by_position(named: dict) -> tuple[list, dict]:
    """The first argument by its position, as XML-RPC and JSON-RPC take it, and the others by name."""
    first, *names = named
    return [named[first]], {name: named[name] for name in names}


def xmlrpc_client(url: str, key: str) -> Execute:
    uid = xmlrpc.client.ServerProxy(url + "/xmlrpc/2/common").authenticate(DATABASE, LOGIN, key, {})
    server = xmlrpc.client.ServerProxy(url + "/xmlrpc/2/object")
    return lambda model, method, named: server.execute_kw(DATABASE, uid, key, model, method, *by_position(named))


def odoorpc_client(url: str, key: str) -> Execute:
    import odoorpc

    odoo = odoorpc.ODOO(urlsplit(url).hostname, port=urlsplit(url).port, timeout=600)
    odoo.login(DATABASE, LOGIN, key)
    return lambda model, method, named: odoo.execute_kw(model, method, *by_position(named))


def json2_client(url: str, key: str) -> Execute:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}", "X-Odoo-Database": DATABASE}

    def execute(model: str, method: str, named: dict) -> list:
        request = urllib.request.Request(f"{url}/json/2/{model}/{method}", json.dumps(named).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    return execute


CLIENTS = {"xmlrpc": xmlrpc_client, "jsonrpc": odoorpc_client, "json2": json2_client}


def main() -> None:
    kind, url, key, path = sys.argv[1:]
    mirror(CLIENTS[kind](url, key), path)


main()
