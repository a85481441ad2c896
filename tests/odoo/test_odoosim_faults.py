"""The faults one can order, the records of calls, the command, the stories."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable
from pathlib import Path

import pytest
from odoosim import AccessError, Fault, World, stories
from simdesk import Desk, Rpc

HERE = Path(__file__).resolve().parent
TICKET = "helpdesk.ticket"


def raw(desk: Desk, *call: object, limit: int = 1 << 20) -> bytes:
    """The bytes of an answer, as far as they come."""
    body = desk.call_body(*call)  # type: ignore[arg-type]
    with socket.create_connection(("127.0.0.1", desk.server.port), timeout=10) as link:
        link.sendall(b"POST /xmlrpc/2/object HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
                     + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        data = b""
        with contextlib.suppress(ConnectionResetError):
            while len(data) < limit and (piece := link.recv(65536)):
                data += piece
        return data


def test_a_fault_hits_the_calls_it_matches_as_many_times_as_asked(desk: Desk) -> None:
    ordered = desk.server.fault("status", lambda call: call.method == "search", times=2, after=1, status=502)
    assert desk.agent(TICKET, "search", []) == []
    for _ in range(2):
        with pytest.raises(xmlrpc.client.ProtocolError, match="502"):
            desk.agent(TICKET, "search", [])
    assert desk.agent(TICKET, "search", []) == [] and ordered.hits == 2
    with pytest.raises(ValueError, match="unknown fault"):
        Fault("nope")


@pytest.mark.parametrize(("action", "done"), [("drop_before", 0), ("refuse", 0), ("status", 0), ("html", 0),
                                              ("drop_after", 1), ("truncate", 1), ("garbage", 1), ("empty", 1)])
def test_what_is_done_when_the_answer_is_lost(desk: Desk, action: str, done: int) -> None:
    desk.server.fault(action)
    assert b"<params>\n<param>\n<value><int>" not in raw(desk, TICKET, "create", {"name": "x", "description": "x"})
    assert len(desk.world.env().tx.ids(TICKET)) == done


def test_drop_after_and_truncate_on_the_wire(desk: Desk) -> None:
    desk.server.fault("drop_after")
    assert raw(desk, TICKET, "search", []) == b""
    desk.server.fault("truncate", at=30)
    head, _, body = raw(desk, TICKET, "search", []).partition(b"\r\n\r\n")
    assert len(body) == 30 and b"Content-Length: 138" in head
    desk.server.fault("refuse")
    assert raw(desk, TICKET, "search", []) == b""


def test_a_busy_proxy(desk: Desk) -> None:
    desk.server.fault("status", status=429, headers={"Retry-After": "7"})
    answer = desk.post("/xmlrpc/2/object", desk.call_body(TICKET, "search", []))
    assert answer.status == 429 and answer.getheader("Retry-After") == "7"
    desk.server.fault("html")
    answer = desk.post("/xmlrpc/2/object", desk.call_body(TICKET, "search", []))
    assert answer.status == 200 and answer.getheader("Content-Type") == "text/html; charset=utf-8"


def test_answers_a_parser_must_survive(desk: Desk) -> None:
    desk.world.ticket()
    desk.server.fault("invalid_utf8")
    with pytest.raises(UnicodeDecodeError):
        raw(desk, TICKET, "search_read", [], ["name"]).decode()
    desk.server.fault("deep", depth=200_000)
    assert raw(desk, TICKET, "search", [], limit=1 << 30).count(b"<array>") == 200_000
    desk.server.fault("doctype")
    assert b"<!DOCTYPE" in raw(desk, TICKET, "search", [])
    desk.server.fault("huge", size=8 << 20)
    data = raw(desk, TICKET, "search", [], limit=1 << 30)
    assert len(data) > 7 << 20 and b"Content-Length" not in data[:500]


def test_a_huge_answer_stops_when_the_client_hangs_up(desk: Desk) -> None:
    desk.server.fault("huge")
    began = time.perf_counter()
    raw(desk, TICKET, "search", [], limit=1 << 20)
    assert time.perf_counter() - began < 2
    assert desk.agent(TICKET, "search", []) == []


def test_delays(desk: Desk) -> None:
    desk.server.fault("delay", seconds=0.1)
    began = time.perf_counter()
    desk.agent(TICKET, "search", [])
    assert time.perf_counter() - began >= 0.1
    desk.server.fault("slow", seconds=0.1)
    assert desk.agent(TICKET, "search", []) == []
    desk.server.delay_per_1000 = 50.0
    desk.world.ticket()
    desk.agent(TICKET, "search", [])
    assert desk.server.calls[-1].duration >= 0.05


def test_faults_of_odoo_itself_roll_back(desk: Desk) -> None:
    desk.server.fault("concurrency")
    code, text = desk.admin.fault(TICKET, "create", {"name": "x", "description": "x"})
    assert code == 1 and "could not serialize access due to concurrent update" in text
    desk.server.fault("fault", error=AccessError("no"))
    assert desk.admin.fault(TICKET, "create", {"name": "x", "description": "x"}) == (4, "no")
    assert desk.world.env().tx.ids(TICKET) == []


def test_a_server_can_be_down_and_come_back(desk: Desk) -> None:
    with desk.server.down(), pytest.raises(ConnectionRefusedError):
        desk.agent(TICKET, "search", [])
    assert desk.agent(TICKET, "search", []) == []


def test_calls_are_recorded(desk: Desk) -> None:
    desk.server.clear()
    desk.agent(TICKET, "search_read", [["id", ">", 3]], fields=["name"], limit=2)
    desk.agent(TICKET, "message_post", [desk.world.ticket()], body="x")
    read, post = desk.server.calls
    assert (read.service, read.model, read.method, read.login) == ("object", TICKET, "search_read", "agent@example.com")
    assert read.args == [[["id", ">", 3]]] and read.kwargs == {"fields": ["name"], "limit": 2} and read.result == []
    assert read.bytes_out == 138 and read.duration > 0 and not read.writes and post.writes
    assert desk.server.named("message_post", TICKET) == [post]


def test_prepared_answers_are_served_from_memory(desk: Desk) -> None:
    desk.server.prepare = True
    assert desk.agent(TICKET, "search", []) == []
    desk.world.ticket()
    assert desk.agent(TICKET, "search", []) == [], "the same request, the same bytes"
    assert len(desk.agent(TICKET, "search", [], limit=9)) == 1


def test_400000_rows_are_paged_quickly(desk: Desk) -> None:
    """A tenth of that here: the time of a page must not depend on the number of rows."""
    world = desk.world
    ticket = world.ticket()
    world.bulk("account.analytic.line", ({"name": "x", "date": world.today, "unit_amount": 0.25, "ticket_id": ticket,
                                          "company_id": 1, "user_id": 4, "project_id": world.project_id}
                                         for _ in range(40_000)))
    began = time.perf_counter()
    for last in range(0, 40_000, 8_000):
        page = desk.agent("account.analytic.line", "search", [["id", ">", last], ["write_date", ">=", "2026-03-01 00:00:00"],
                                                              ["ticket_id", "!=", False]], order="id", limit=200)
        assert page == list(range(last + 1, last + 201))
    assert desk.agent("account.analytic.line", "search", [["write_date", ">=", "2026-03-13 00:00:00"]]) == []
    assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize("flavour", ["oca", "enterprise", "task"])
@pytest.mark.parametrize("version", [17, 19])
def test_the_demo_story_can_be_told_in_every_flavour(flavour: str, version: int) -> None:
    world = World(flavour=flavour, version=version, today="2026-03-12")
    stories.demo(world)
    env = world.env()
    assert len(env.search("res.partner", [("ref", "=like", "C0%")])) == 12
    invoices = env.search("account.move", [("move_type", "=", "out_invoice")])
    states = {env.row("account.move", i).get("payment_state") for i in invoices}
    assert states == {"paid", "not_paid", "partial"}
    lines = [env.row("account.analytic.line", i) for i in env.search("account.analytic.line", [])]
    assert min(line["unit_amount"] for line in lines) == -0.5
    assert env.search(world.ticket_model, [("partner_id", "=", False)]) and world.tag("Interne")


def test_the_command_serves_until_told_to_stop(tmp_path: Path) -> None:
    url_file = tmp_path / "url"
    process = subprocess.Popen(
        [sys.executable, str(HERE / "serve.py"), "--story", "empty", "--port", "0", "--today", "2026-03-12",
         "--url-file", str(url_file)], stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()  # type: ignore[union-attr]
        url = line.split()[2]
        assert line == f"listening on {url} database demo login agent@example.com secret agent-secret\n"
        deadline = time.monotonic() + 5
        while not url_file.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert url_file.read_text() == url + "\n"
        common = xmlrpc.client.ServerProxy(url + "/xmlrpc/2/common")
        assert common.authenticate("demo", "agent@example.com", "agent-secret", {})
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0


def test_two_users_at_once(make_desk: Callable[..., Desk]) -> None:
    """Calls from several threads: each sees whole transactions."""
    import threading

    desk = make_desk()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            rpc = Rpc(desk.server, "admin")
            for n in range(10):
                rpc(TICKET, "create", [{"name": str(n), "description": "x"} for _ in range(3)])
                assert rpc(TICKET, "search_count", []) % 3 == 0
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and desk.admin(TICKET, "search_count", []) == 120
