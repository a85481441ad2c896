"""The benchmark's Odoo: prepared answers, served as fast or as slowly as asked for.

The simulated server answers a first run and every answer is kept by its request. The runs that are
timed get the kept bytes, after the delay that a real server takes. It speaks XML-RPC, JSON-RPC and
JSON-2, and begins the session that python3-odoorpc asks for."""
from __future__ import annotations

import http.server
import json
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "odoo"))
from odoosim import World  # noqa: E402
from odoosim.answers import JSON, Answer  # noqa: E402

# Seconds; measured on Odoo 19 for tickets of 15 fields.
PER_1000_RECORDS = {"xmlrpc": 0.141, "jsonrpc": 0.086, "json2": 0.077}
PER_1000_IDS = 0.005
NOW = datetime(2026, 11, 22, 10)
LOGIN, KEY = "agent@example.com", "k" * 40  # an API key: JSON-2 takes no password
SENT = ("Content-Type", "Authorization", "X-Odoo-Database")  # headers that curl sends too


@dataclass
class Request:
    """What a client asked for."""

    path: str
    body: bytes
    headers: dict[str, str]


def build(tickets: int, lines: int, customers: int) -> World:
    """A database of that size, over two years. Tickets are taken up after an hour; of fifty, one is late and one
    is still unanswered."""
    world = World(today=NOW, version=19)
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
    """Kept answers and the server that gives them, over each protocol."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.api_key(LOGIN, KEY)
        self.simulated = world.serve()
        self.simulated.record = False
        self.kept: dict[tuple, tuple[Answer, float]] = {}
        self.order: list[Request] = []
        self.delay = False
        self.replay = True  # give the kept answers
        self.calls = 0
        pages = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_GET(self) -> None:  # noqa: N802
                self._give(b"")

            def do_POST(self) -> None:  # noqa: N802
                self._give(self.rfile.read(int(self.headers["Content-Length"])))

            def _give(self, body: bytes) -> None:
                out = pages.answer(Request(self.path, body, dict(self.headers.items())))
                self.send_response(out.status)
                self.send_header("Content-Type", out.kind)
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

    def answer(self, request: Request) -> Answer:
        self.calls += 1
        if request.path.startswith("/web/") and request.path != "/web/version":
            return self._sign_in(request)
        row = self.simulated.protocol_of(request.path)
        key = row.key(request.path, request.body, request.headers)
        if not self.replay:
            return self._ask(request)[0]
        if key not in self.kept:
            self.kept[key] = self._ask(request)
            self.order.append(request)
        out, cost = self.kept[key]
        if self.delay:
            time.sleep(cost)
        return row.again(out, request.body)

    def forget(self) -> None:
        """Forgets what is kept, as the pages of another protocol come."""
        self.kept.clear()
        self.order.clear()

    def work(self) -> None:
        """Two hours later, somebody works an hour on the first ticket."""
        self.world.db.clock.freeze(NOW + timedelta(hours=2))
        ticket = min(self.world.db.tables["helpdesk.ticket"].rows)
        self.world.timesheet(ticket, 1.0)

    def _ask(self, request: Request) -> tuple[Answer, float]:
        """The answer of the simulated server, and how long the real one takes for it."""
        out, call = self.simulated.answer(request.path, request.body, request.headers)
        count = len(call.result) if isinstance(call.result, list) else 0
        if call.method in ("read", "search_read"):
            return out, PER_1000_RECORDS[call.protocol] * count / 1000
        return out, 0.006 + PER_1000_IDS * count / 1000

    def _sign_in(self, request: Request) -> Answer:
        """The session of the web client, which python3-odoorpc begins by."""
        asked = json.loads(request.body)
        if request.path == "/web/session/authenticate":
            result: object = {"uid": self.world.uid(LOGIN), "user_context": {}, "db": asked["params"].get("db")}
        else:
            result = {"server_version": "19.0", "server_version_info": [19, 0, 0, "final", 0, ""]}
        return Answer(json.dumps({"jsonrpc": "2.0", "id": asked.get("id"), "result": result}).encode(), JSON)

    def save(self, folder: Path) -> tuple[Path, Path]:
        """Writes requests and answers of the first run: a curl configuration, and a list of answers."""
        curl, answers = folder / "curl.conf", folder / "answers.list"
        with curl.open("w") as config, answers.open("w") as listed:
            for i, request in enumerate(self.order):
                key = self.simulated.protocol_of(request.path).key(request.path, request.body, request.headers)
                (folder / f"{i}.request").write_bytes(request.body)
                (folder / f"{i}.response").write_bytes(self.kept[key][0])
                listed.write(f"{folder}/{i}.response\n")
                config.write(("next\n" if i else "") + f'url = "{self.url}{request.path}"\n'
                             + (f'data-binary = "@{folder}/{i}.request"\n' if request.body else "")
                             + "".join(f'header = "{name}: {request.headers[name]}"\n' for name in SENT
                                       if name in request.headers)
                             + 'header = "Expect:"\noutput = "/dev/null"\nsilent\n')
        return curl, answers
