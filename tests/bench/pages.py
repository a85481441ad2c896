"""The benchmark's Odoo: prepared answers, served as fast or as slowly as asked for.

The simulated server answers a first run and every answer is kept by its request. The runs that are
timed get the kept bytes, after the delay that a real server takes. Requests that were not seen
before (an idle cycle's) go to the simulated server. `/jsonrpc` and what python3-odoorpc needs are
answered from the same records."""
from __future__ import annotations

import http.server
import json
import sys
import threading
import time
import xmlrpc.client
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "odoo"))
from odoosim import World  # noqa: E402

PER_1000_RECORDS = 0.090  # seconds; measured on Odoo 17 for tickets of 15 fields
PER_1000_IDS = 0.005
NOW = datetime(2026, 11, 22, 10)


def build(tickets: int, lines: int, customers: int) -> World:
    """A database of that size, over two years. Tickets are taken up after an hour; of fifty, one is late and one
    is still unanswered."""
    world = World(today=NOW)
    product = world.product("SUP12")
    first = NOW - timedelta(days=730)

    def when(i: int, n: int) -> datetime:
        return (first + (NOW - first) * i / n).replace(microsecond=(i * 7919) % 1_000_000)

    sample_partner = world.partner("Sample SARL")
    sample_ticket = world.ticket(sample_partner, created="2026-01-01 09:00")
    sample_line = world.timesheet(sample_ticket, 0.25, "2026-01-02")
    agent = world.db.tables["account.analytic.line"].rows[sample_line]["user_id"]

    def taken_up(i: int) -> dict:
        hours = {0: None, 1: 24 * 14}.get(i % 50, 1)
        return {} if hours is None else {"user_id": agent, "assigned_date": when(i, tickets) + timedelta(hours=hours)}

    partners = world.bulk("res.partner", (
        {**_copy(world, "res.partner", sample_partner), "name": f"Client n° {i:05d} & Fils",
         "write_date": when(i, customers)} for i in range(customers)))
    for row in partners:
        world.db.tables["res.partner"].rows[row]["commercial_partner_id"] = row
    ids = world.bulk("helpdesk.ticket", (
        {**_copy(world, "helpdesk.ticket", sample_ticket), "number": f"HT{i:06d}",
         "partner_id": partners[i % customers], "create_date": when(i, tickets), "write_date": when(i, tickets),
         **taken_up(i)}
        for i in range(tickets)))
    world.bulk("account.analytic.line", (
        {**_copy(world, "account.analytic.line", sample_line), "ticket_id": ids[i % tickets],
         "unit_amount": (i % 12 + 1) / 12, "date": when(i, lines).date(), "create_date": when(i, lines),
         "write_date": when(i, lines)} for i in range(lines)))
    assert product
    return world


def _copy(world: World, model: str, id_: int) -> dict:
    row = dict(world.db.tables[model].rows[id_])
    row.pop("id")
    return row


class Pages:
    """Kept answers and the server that gives them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.simulated = world.serve()
        self.simulated.record = False
        self.kept: dict[tuple[str, bytes], tuple[bytes, float]] = {}
        self.order: list[tuple[str, bytes]] = []
        self.delay = False
        self.replay = True  # give the kept answers
        self.calls = 0
        pages = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_POST(self) -> None:  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                out, kind = pages.answer(self.path, body)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            def log_message(self, *_: object) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 64
            daemon_threads = True

        self.http = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def answer(self, path: str, body: bytes) -> tuple[bytes, str]:
        self.calls += 1
        if not path.startswith("/xmlrpc"):
            return self._json(path, json.loads(body)), "application/json"
        key = (path, body)
        if not self.replay:
            return self.simulated.answer(path, body, {})[0], "text/xml; charset=utf-8"
        if key not in self.kept:
            out, _ = self.simulated.answer(path, body, {})
            self.kept[key] = (out, self._cost(path, body, out))
            self.order.append(key)
        out, cost = self.kept[key]
        if self.delay:
            time.sleep(cost)
        return out, "text/xml; charset=utf-8"

    def work(self) -> None:
        """Two hours later, somebody works an hour on the first ticket."""
        self.world.db.clock.freeze(NOW + timedelta(hours=2))
        ticket = min(self.world.db.tables["helpdesk.ticket"].rows)
        self.world.timesheet(ticket, 1.0)

    @staticmethod
    def _cost(path: str, body: bytes, out: bytes) -> float:
        """What the real server takes for it."""
        if path.endswith("object") and b"<string>read</string>" in body:
            return PER_1000_RECORDS * out.count(b"<struct>") / 1000
        if path.endswith("object") and b"<string>search</string>" in body:
            return 0.006 + PER_1000_IDS * out.count(b"<int>") / 1000
        return 0.006

    def _json(self, path: str, request: dict) -> bytes:
        """JSON-RPC, as far as python3-odoorpc needs it to read records."""
        params = request.get("params", {})
        if path == "/web/webclient/version_info":
            result: object = {"server_version": "17.0", "server_version_info": [17, 0, 0, "final", 0, ""]}
        elif path == "/web/session/authenticate":
            result = {"uid": 2, "user_context": {}, "db": params.get("db")}
        elif params.get("service") == "common":
            result = 2 if params["method"] in ("login", "authenticate") else {"server_version": "17.0"}
        else:
            result = self._execute(params.get("args", []))
        return json.dumps({"jsonrpc": "2.0", "id": request.get("id"), "result": result}).encode()

    def _execute(self, args: list) -> object:
        """The same page that XML-RPC would get, decoded once and kept."""
        body = xmlrpc.client.dumps(("demo", 2, "x", *args[3:]), "execute_kw").encode()
        key = ("json", body)
        if key not in self.kept:
            login = xmlrpc.client.dumps(("demo", self._uid(), "agent-secret", *args[3:]), "execute_kw").encode()
            out, _ = self.simulated.answer("/xmlrpc/2/object", login, {})
            self.kept[key] = (json.dumps(xmlrpc.client.loads(out)[0][0]).encode(), 0.0)
        return json.loads(self.kept[key][0])

    def _uid(self) -> int:
        body = xmlrpc.client.dumps(("demo", "agent@example.com", "agent-secret", {}), "authenticate").encode()
        out, _ = self.simulated.answer("/xmlrpc/2/common", body, {})
        return xmlrpc.client.loads(out)[0][0]

    def save(self, folder: Path) -> tuple[Path, Path]:
        """Writes requests and answers of the first run: a curl configuration, and a list of answers."""
        curl, answers = folder / "curl.conf", folder / "answers.list"
        with curl.open("w") as config, answers.open("w") as listed:
            for i, (path, body) in enumerate(self.order):
                (folder / f"{i}.request").write_bytes(body)
                (folder / f"{i}.response").write_bytes(self.kept[path, body][0])
                listed.write(f"{folder}/{i}.response\n")
                config.write(("next\n" if i else "")
                             + f'url = "{self.url}{path}"\ndata-binary = "@{folder}/{i}.request"\n'
                               f'header = "Content-Type: text/xml"\nheader = "Expect:"\noutput = "/dev/null"\nsilent\n')
        return curl, answers
