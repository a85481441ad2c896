"""The listener of the service: what Odoo's automation rule calls, so that a payment is credited at once."""

from __future__ import annotations

import contextlib
import http.client
import json
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import BINARY, Run, Server, World
from sample import some
from test_run import Service, pytestmark as needs_service, until
from test_setup import Office, automate_as_0_1_0

SECRET = "0123456789abcdef-SECRET"
MODEL_PARTIAL = json.dumps({"_model": "account.partial.reconcile", "_id": 1}).encode()
OLD_MODEL = json.dumps({"_model": "account.move", "_id": 1}).encode()
DOMAIN = ("['|', ('debit_move_id.move_id.move_type', 'in', ['out_invoice', 'out_refund', 'out_receipt']), "
          "('credit_move_id.move_id.move_type', 'in', ['out_invoice', 'out_refund', 'out_receipt'])]")


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """In real time."""
    marker = request.node.get_closest_marker("world")
    made = World(**(marker.kwargs if marker else {}))
    for code in ("SUP12", "SUP24", "SUP36"):
        made.product(code)
    return made


def has_listener() -> bool:
    return subprocess.run(["grep", "-q", "X-Qualiodoo-Secret", BINARY], check=False).returncode == 0


pytestmark = [needs_service, pytest.mark.skipif(not has_listener(), reason="a build without the listener")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Hooked(Service):
    """A service that listens, with polls that are far away."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.port = free_port()
        self.secret = run.folder / "hook-secret"
        self.secret.write_text(SECRET + "\n")
        self.secret.chmod(0o600)
        run.configure(poll={"payments": "10min", "tickets": "10min"},
                      webhook={"listen": f"127.0.0.1:{self.port}", "secret_file": str(self.secret)})

    def ready(self, **more: str) -> None:
        self.start(**more)
        assert self.says("READY=1") and self.says("STATUS=Up to date"), Path(self.log.name).read_text()

    def ask(self, path: str = f"/hook/{SECRET}", method: str = "POST", body: Any = MODEL_PARTIAL, **headers: str) -> int:
        return self.answer(path, method, body, **headers).status

    def answer(self, path: str, method: str, body: Any, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()


@pytest.fixture
def hooked(run: Run) -> Iterator[Hooked]:
    made = Hooked(run)
    yield made
    made.close()


def automate(world: World, url: str) -> int:
    """What `setup --webhook` makes."""
    model = world.env().search("ir.model", [("model", "=", "account.partial.reconcile")])[0]
    return world.create("base.automation", name="Settled", model_id=model, trigger="on_create", filter_domain=DOMAIN,
                        action_server_ids=[(0, 0, {"name": "x", "model_id": model, "state": "webhook", "webhook_url": url})])


def settle(server: Server) -> int:
    """Waits until the looks after a hook are over; how many calls were made."""
    time.sleep(6.5)
    return len(server.calls)


@pytest.mark.parametrize("version", [pytest.param(17, marks=pytest.mark.world(version=17)),
                                     pytest.param(19, marks=pytest.mark.world(version=19))])
def test_a_payment_is_credited_at_once(world: World, server: Server, hooked: Hooked, version: int) -> None:
    customer = world.partner("Exemple SARL")
    invoice = world.invoice(customer, [("SUP12", 1)], str(world.today))
    automate(world, f"http://127.0.0.1:{hooked.port}/hook/{SECRET}")
    hooked.ready()
    world.pay(invoice, str(world.today))
    assert until(lambda: hooked.run.balance(customer) == 720, 30), Path(hooked.log.name).read_text()


def test_a_commit_seconds_after_the_hook_is_seen(world: World, hooked: Hooked) -> None:
    customer = world.partner("Exemple SARL")
    invoice = world.invoice(customer, [("SUP12", 1)], str(world.today))
    hooked.ready()
    for late in (0.6, 3.0):
        assert hooked.ask() == 204
        time.sleep(late)
        before = hooked.run.balance(customer)
        world.pay(invoice, str(world.today))
        assert until(lambda: hooked.run.balance(customer) == before + 720, 30)
        invoice = world.invoice(customer, [("SUP12", 1)], str(world.today))


def test_a_hook_without_news_asks_only_for_what_was_written_last(world: World, server: Server, hooked: Hooked) -> None:
    hooked.ready()
    assert hooked.ask() == 204
    settle(server)
    server.clear()
    assert hooked.ask() == 204
    time.sleep(4.4)
    assert {(c.model, c.method) for c in server.calls} <= {(None, "authenticate"), ("account.move", "search_read"),
                                                           ("account.payment", "search_read"), ("x_qualiodoo_adjustment", "fields_get")}
    assert len(server.named("search_read", "account.move")) == 4  # and nothing else was looked at
    settle(server)
    server.clear()
    time.sleep(2)
    assert not server.calls


def test_a_hook_of_a_ticket_starts_a_cycle_of_every_model(world: World, server: Server, hooked: Hooked) -> None:
    hooked.ready()
    world.ticket(world.partner("Exemple SARL"), "Panne")
    assert hooked.ask(body=b'{"_model": "helpdesk.ticket", "_id": 3}') == 204
    assert until(lambda: server.named("search_read", "helpdesk.ticket"), 20)


@pytest.mark.parametrize("path, method, headers, status", [
    ("/hook/" + SECRET, "POST", {}, 204),
    ("/hook", "POST", {"X_Qualiodoo_Secret": SECRET}, 204),
    ("/hook/", "POST", {"X_Qualiodoo_Secret": SECRET}, 204),
    ("/hook/" + SECRET + "x", "POST", {}, 403),
    ("/hook/" + SECRET[:-1], "POST", {}, 403),
    ("/hook/" + SECRET[:-1] + "x", "POST", {}, 403),
    ("/hook/" + SECRET * 2, "POST", {}, 403),
    ("/hook/" + SECRET + "/", "POST", {}, 403),
    ("/hook/x", "POST", {"X_Qualiodoo_Secret": SECRET}, 403),
    ("/hook/", "POST", {}, 403),
    ("/hook", "POST", {}, 403),
    ("/hook", "POST", {"X_Qualiodoo_Secret": ""}, 403),
    ("/hook", "POST", {"X_Qualiodoo_Secret": SECRET.lower()}, 403),
    ("/", "POST", {}, 404),
    ("/hooks/" + SECRET, "POST", {}, 404),
    ("/hook" + SECRET, "POST", {}, 404),
    ("//hook/" + SECRET, "POST", {}, 404),
    ("/hook/" + SECRET, "GET", {}, 405),
    ("/hook/" + SECRET, "PUT", {}, 405),
    ("/hook/" + SECRET, "DELETE", {}, 405),
])
def test_each_request_is_answered_with_its_status_code(world: World, server: Server, hooked: Hooked, path: str, method: str,
                                                       headers: dict[str, str], status: int) -> None:
    hooked.ready()
    server.clear()
    answer = hooked.answer(path, method, MODEL_PARTIAL, **headers)
    assert answer.status == status
    assert answer.getheader("Allow") == ("POST" if status == 405 else None)
    if status == 204:
        assert until(lambda: server.calls, 20)
    else:
        time.sleep(0.7)
        assert not server.calls
    assert hooked.stop() == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff" * 100, b'{"_model": 3}', b"x" * 65536, b"[" * 60000])
def test_whatever_the_body_of_a_hook_says_odoo_is_asked(world: World, server: Server, hooked: Hooked, body: bytes) -> None:
    hooked.ready()
    server.clear()
    assert hooked.ask(body=body) == 204
    assert until(lambda: server.named("search_read", "helpdesk.ticket") or len(server.calls) > 3, 20)


def test_bodies_that_are_too_long_or_endless_are_refused(world: World, server: Server, hooked: Hooked) -> None:
    hooked.ready()
    server.clear()
    assert hooked.ask(body=b"x" * 65537) == 413
    assert hooked.ask(body=iter([b"x" * 40000] * 2)) == 413
    with pytest.raises(OSError):
        hooked.ask(body=iter([b"x" * 65536] * 4000))
    time.sleep(0.7)
    assert not server.calls and hooked.ask() == 204


def test_more_than_twenty_hooks_in_a_second_are_refused(world: World, hooked: Hooked) -> None:
    hooked.ready()
    began = time.monotonic()
    answers = [hooked.ask() for _ in range(60)]
    allowed = 20 + 20 * (time.monotonic() - began)
    assert set(answers) == {204, 429} and 20 <= answers.count(204) <= allowed + 1
    assert [hooked.ask(f"/hook/wrong{i}") for i in range(30)] == [403] * 30
    time.sleep(0.5)
    assert hooked.ask() == 204, "who does not know the secret takes nothing away from who does"


def test_many_hooks_are_one_look_a_second(world: World, server: Server, hooked: Hooked) -> None:
    hooked.ready()
    server.clear()
    began = time.monotonic()
    while time.monotonic() < began + 2 or not server.named("search_read", "account.move"):
        assert hooked.ask() in (204, 429)
    looks = len(server.named("search_read", "account.move"))
    assert 1 <= looks <= 1 + (time.monotonic() - began)


def test_it_answers_while_a_cycle_hangs(world: World, server: Server, hooked: Hooked) -> None:
    """Odoo waits for the answer inside the payment's transaction, which the cycle may wait for in turn."""
    customer = world.partner("Exemple SARL")
    hooked.ready()
    server.fault("hang", times=1, seconds=3)
    assert hooked.ask() == 204
    time.sleep(0.5)
    world.pay(world.invoice(customer, [("SUP12", 1)], str(world.today)), str(world.today))
    slowest = 0.0
    for _ in range(10):
        began = time.monotonic()
        assert hooked.ask() == 204
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 2  # the cycle hangs longer
    assert until(lambda: hooked.run.balance(customer) == 720, 40)


# ---- Strict HTTP ----


def raw(hooked: Hooked, request: bytes) -> bytes:
    """All that is answered until the connection is closed, or nothing comes for a while."""
    with socket.create_connection(("127.0.0.1", hooked.port), timeout=2) as connection:
        connection.sendall(request)
        said = b""
        try:
            while more := connection.recv(65536):
                said += more
        except TimeoutError:
            said += b"(still open)"
        return said


def posted(*headers: str, body: str = "", version: str = "1.1") -> bytes:
    return "\r\n".join((f"POST /hook/{SECRET} HTTP/{version}", *headers, "", body)).encode("latin-1")


HOST, LENGTH, CHUNKED = "Host: x", "Content-Length: 5", "Transfer-Encoding: chunked"
HIDDEN = "0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"  # another request, behind what a proxy may take for the body


def test_a_request_that_two_servers_may_read_differently_is_refused(world: World, server: Server, hooked: Hooked) -> None:
    """Whoever answered the second request would answer it to somebody else."""
    hooked.ready()
    server.clear()
    for headers in [(HOST, LENGTH, CHUNKED), (HOST, CHUNKED, LENGTH), (HOST, LENGTH, "Content-Length: 6"),
                    (HOST, LENGTH, LENGTH), (HOST, CHUNKED, CHUNKED), (HOST, "Transfer-Encoding: gzip, chunked"),
                    (HOST, "Transfer-Encoding: identity"), (HOST, "Content-Length: +5"), (HOST, "Content-Length: 5, 5"),
                    (HOST, "Content-Length: -1"), (HOST, "Content-Length: 0x5"), (HOST, "Content-Length:"),
                    (HOST, "Content-Length : 5"), (HOST, "Content-Length\x00: 5"),
                    (HOST, "Transfer-Encoding : chunked", LENGTH), (HOST, " Content-Length: 5"), ("Host: x", "Host: y"),
                    (HOST, "Transfer-Encoding:\x0bchunked"), ()]:
        said = raw(hooked, posted(*headers, body=HIDDEN))
        assert said.startswith(b"HTTP/1.1 400 "), (headers, said)
        assert not any(wrong in said for wrong in (b"still open", b" 204 ", b" 200 ")), (headers, said)
    assert raw(hooked, posted(CHUNKED, body=HIDDEN, version="1.0")).startswith(b"HTTP/1.1 400 ")
    time.sleep(0.3)
    assert not server.calls
    assert raw(hooked, posted(HOST, LENGTH, "Connection: close", body="hello")).startswith(b"HTTP/1.1 204 ")


# ---- GET /health ----


def health(hooked: Hooked, method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", hooked.port, timeout=5)
    try:
        connection.request(method, "/health")
        answer = connection.getresponse()
        assert answer.getheader("Content-Type") == "text/plain; charset=utf-8"
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_health_is_what_status_says(world: World, server: Server, hooked: Hooked) -> None:
    """In one line without a secret or a name."""
    hooked.ready()
    assert health(hooked) == (200, "healthy\n") and health(hooked, "HEAD") == (200, "")
    assert hooked.answer("/health", "POST", b"").getheader("Allow") == "GET, HEAD"
    assert hooked.ask("/health/x", "GET") == 404 and hooked.run("status", now=False).code == 0
    hooked.run.configure(credit={"packs": [{"product": "SECRET-SUP99", "hours": 12}]})
    hooked.run.command("config", "check")  # writes the file
    hooked.send(signal.SIGHUP)
    assert until(lambda: health(hooked)[0] == 503, 20)
    assert health(hooked) == (503, "unhealthy: 1 problem: see 'qualiodoo status'\n")
    said = hooked.run("--json", "status", now=False)
    assert said.code == 3 and len(json.loads(said.out)["problems"]) == 1


def test_health_is_503_once_the_data_is_older_than_max_lag(world: World, server: Server, hooked: Hooked) -> None:
    """As when the service hangs in a cycle or between two: its data grow older."""
    hooked.run.configure(status={"max_lag": "2s"})
    hooked.ready()
    assert health(hooked)[0] == 200
    assert until(lambda: health(hooked)[0] == 503, 10)
    assert hooked.run("status", now=False).code == 3
    assert hooked.ask() == 204 and until(lambda: health(hooked)[0] == 200, 15)


def test_silent_callers_are_disconnected(world: World, hooked: Hooked) -> None:
    hooked.ready()
    silent = [socket.create_connection(("127.0.0.1", hooked.port)) for _ in range(20)]
    for connection in silent:
        connection.sendall(b"POST /hook/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    assert hooked.ask() == 204
    silent[0].settimeout(60)
    began = time.monotonic()
    assert silent[0].recv(1) == b"" and 3 < time.monotonic() - began < 60
    for connection in silent:
        connection.close()


def test_a_thousand_silent_callers_do_not_keep_others_out(world: World, hooked: Hooked) -> None:
    """Neither those that say nothing nor those whose request is never whole."""
    hooked.ready()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    silent = [socket.create_connection(("127.0.0.1", hooked.port)) for _ in range(1000)]
    try:
        for connection in silent[::2]:
            with contextlib.suppress(OSError):  # made room for a later one
                connection.sendall(b"POST /hook/x HTTP/1.1\r\nHost: x\r\n")
        for path in ("/metrics", "/health") * 3:
            began = time.monotonic()
            assert hooked.ask(path, "GET") == 200
            assert time.monotonic() - began < 1
        assert hooked.ask() == 204
    finally:
        for connection in silent:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_silent_callers_than_the_limit_leave_the_listener_working(world: World, hooked: Hooked) -> None:
    """All of them are let go at the same moment, after which nothing but a new caller would wake it."""
    hooked.ready()
    silent = [socket.create_connection(("127.0.0.1", hooked.port)) for _ in range(160)]
    for connection in silent:
        connection.settimeout(60)
        assert connection.recv(1) == b""
        connection.close()
    assert hooked.ask() == 204


def test_slow_callers_are_disconnected(world: World, hooked: Hooked) -> None:
    """Callers that send a few bytes now and then, for ever."""
    hooked.ready()
    slow = [socket.create_connection(("127.0.0.1", hooked.port)) for _ in range(32)]

    def goes_on(connection: socket.socket) -> bool:
        try:
            connection.sendall(b"X: y\r\n")
            time.sleep(0.02)
        except OSError:
            return False
        return True

    for connection in slow:
        connection.sendall(b"POST /hook/x HTTP/1.1\r\nHost: x\r\n")
    began = time.monotonic()
    while (left := [goes_on(connection) for connection in slow]) and any(left) and time.monotonic() < began + 60:
        time.sleep(0.5)
    assert not any(left) and hooked.ask() == 204
    for connection in slow:
        connection.close()


def test_a_socket_that_systemd_passes(world: World, server: Server, hooked: Hooked) -> None:
    hooked.run.configure(webhook={"listen": "systemd", "secret_file": str(hooked.secret)})
    passed = socket.create_server(("127.0.0.1", hooked.port))
    command = hooked.run.command("run", now=False)
    script = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); " \
             "os.execv(sys.argv[2], sys.argv[2:])"
    hooked.run.command = lambda *a, **k: ["/usr/bin/python3", "-c", script, str(passed.fileno()), *command]  # type: ignore[method-assign]
    passed.set_inheritable(True)
    real = subprocess.Popen

    def popen(*a: Any, **k: Any) -> Any:
        return real(*a, **k, close_fds=False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", popen)
        hooked.ready()
    assert hooked.ask() == 204 and hooked.ask("/hook/x") == 403
    assert hooked.stop() == 0


@pytest.mark.parametrize("broken, code, message", [
    ("no socket", 1, "systemd passed 0 sockets"),
    ("taken", 1, "cannot listen on"),
    ("short", 2, "at least 16 letters"),
    ("odd", 2, "at least 16 letters"),
    ("readable", 2, "chmod 600"),
    ("missing", 2, "cannot read the secret"),
    ("elsewhere", 2, "an address of this machine"),
])
def test_a_webhook_that_cannot_listen_ends_the_service_with_a_message(world: World, server: Server, hooked: Hooked, broken: str,
                                                                      code: int, message: str) -> None:
    listen, taken = f"127.0.0.1:{hooked.port}", None
    if broken == "no socket":
        listen = "systemd"
    elif broken == "taken":
        taken = socket.create_server(("127.0.0.1", hooked.port))
    elif broken in ("short", "odd"):
        hooked.secret.write_text("abcdef" if broken == "short" else "0123456789/abcdef?xyz")
    elif broken == "readable":
        hooked.secret.chmod(0o644)
    elif broken == "missing":
        hooked.secret.unlink()
    else:
        listen = "192.0.2.1:8075"
    hooked.run.configure(webhook={"listen": listen, "secret_file": str(hooked.secret)})
    done = hooked.run("run", now=False)
    assert done.code == code and message in done.err and "abcdef" not in done.err
    assert not server.calls
    if taken:
        taken.close()


def test_another_secret_is_taken_over(world: World, hooked: Hooked) -> None:
    hooked.ready()
    hooked.secret.write_text("another-secret-0123456789\n")
    hooked.send(signal.SIGHUP)
    assert hooked.logged("was read again")
    assert hooked.ask() == 403 and hooked.ask("/hook/another-secret-0123456789") == 204
    hooked.secret.write_text("short\n")
    hooked.send(signal.SIGHUP)
    assert hooked.logged("stays as it was") and hooked.ask("/hook/another-secret-0123456789") == 204
    hooked.run.configure(webhook={"listen": f"127.0.0.1:{free_port()}"})
    hooked.run.command("config", "check")  # writes the file
    hooked.send(signal.SIGHUP)
    assert hooked.logged("needs a restart") and hooked.ask("/hook/another-secret-0123456789") == 204


def test_without_a_secret_no_hook_is_served(world: World, hooked: Hooked) -> None:
    hooked.run.configure(webhook={"listen": f"127.0.0.1:{hooked.port}", "secret_file": None})
    hooked.ready()
    assert hooked.ask() == 403 and hooked.ask("/hook/") == 403 and hooked.logged("no hook")


def test_the_secret_of_the_webhook_is_written_into_no_file(world: World, hooked: Hooked) -> None:
    hooked.ready()
    assert hooked.ask() == 204 and hooked.stop() == 0
    for path in hooked.run.folder.rglob("*"):
        if path.is_file() and path != hooked.secret:
            assert SECRET.encode() not in path.read_bytes(), path


# setup --webhook


@pytest.fixture
def office(world: World, server: Server, run: Run) -> Office:
    made = Office(world, server, run)
    path = run.folder / "hook-secret"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    run.configure(webhook={"listen": "127.0.0.1:8075", "secret_file": str(path)})
    return made


WEBHOOK = ("--webhook", "http://127.0.0.1:8075")


def rules(world: World) -> list[tuple[Any, ...]]:
    env = world.env().with_context(active_test=False)
    found = []
    for rule in [env.row("base.automation", i) for i in env.search("base.automation", [], order="id")]:
        actions = [env.row("ir.actions.server", i) for i in
                   env.search("ir.actions.server", [("base_automation_id", "=", rule["id"])], order="id")]
        found.append((env.get("ir.model", rule["model_id"], "model"), rule["trigger"], rule["active"],
                      rule.get("filter_pre_domain"), rule["filter_domain"],
                      [(a["state"], a["webhook_url"]) for a in actions]))
    return found


def external(world: World) -> set[str]:
    env = world.env()
    return {env.row("ir.model.data", i)["name"] for i in env.search("ir.model.data", [("module", "=", "qualiodoo"),
                                                                                      ("name", "like", "automation")])}


URL = f"http://127.0.0.1:8075/hook/{SECRET}"
WANTED = ("account.partial.reconcile", "on_create", True, None, DOMAIN, [("webhook", URL)])
EXTERNAL = {"automation_settlement", "automation_settlement_action"}


@pytest.mark.parametrize("version", [pytest.param(17, marks=pytest.mark.world(version=17)),
                                     pytest.param(19, marks=pytest.mark.world(version=19))])
def test_setup_makes_the_rule_once_and_takes_it_away(office: Office, version: int) -> None:
    assert "would make: automation rule" in office.setup(*WEBHOOK, "--dry-run").out and not rules(office.world)
    done = office.setup(*WEBHOOK)
    assert "made: automation rule" in done.out and SECRET not in done.out
    assert rules(office.world) == [WANTED] and external(office.world) == EXTERNAL
    office.server.clear()
    assert "nothing to do" in office.setup(*WEBHOOK).out and "nothing to do" in office.setup().out
    assert not [c for c in office.server.calls if c.writes]
    assert "removed: the automation rule" in office.setup("--remove").out
    assert not rules(office.world) and not external(office.world)
    assert "automation" not in office.setup("--remove").out


def test_setup_repairs_the_rule(office: Office) -> None:
    office.setup(*WEBHOOK)
    env = office.world.env()
    rule = env.search("base.automation", [])[0]
    office.world.write("base.automation", rule, active=False, name="Renamed", filter_domain="[]")
    assert "would make: automation rule" in office.setup(*WEBHOOK, "--dry-run").out
    assert "made: automation rule" in office.setup(*WEBHOOK).out and rules(office.world) == [WANTED]
    office.world.delete("ir.actions.server", *env.search("ir.actions.server", [("base_automation_id", "=", rule)]))
    office.setup(*WEBHOOK)
    assert rules(office.world) == [WANTED]
    office.setup("--webhook", "https://agent.example/odoo/here?x=1")
    assert [r[-1] for r in rules(office.world)] == [[("webhook", "https://agent.example/odoo/here?x=1")]]
    office.setup(*WEBHOOK)
    assert rules(office.world) == [WANTED]


def test_setup_cut_off_makes_no_second_rule(office: Office) -> None:
    office.setup()
    for number in some(range(1, 40)):
        office.setup("--remove")
        office.killed_before(number, *WEBHOOK)
        office.setup(*WEBHOOK)
        assert rules(office.world) == [WANTED] and len(external(office.world)) == 2, number
        office.server.clear()
        office.setup(*WEBHOOK)
        if len(office.server.calls) <= number:
            break


# ---- The rule of version 0.1.0 ----


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("arguments", [WEBHOOK, ()])
def test_setup_replaces_the_rule_of_an_earlier_version(office: Office, arguments: tuple[str, ...], named: bool) -> None:
    automate_as_0_1_0(office.world, URL, named)
    said = office.setup(*arguments, "--dry-run").out
    assert "would make: automation rule" in said and "would remove: the automation rule of an earlier version" in said
    done = office.setup(*arguments)
    assert "made: automation rule" in done.out and "removed: the automation rule of an earlier version" in done.out
    assert rules(office.world) == [WANTED] and external(office.world) == EXTERNAL and SECRET not in done.out
    assert "nothing to do" in office.setup(*arguments).out


def test_setup_replaces_a_rule_whose_model_somebody_changed(office: Office) -> None:
    office.setup(*WEBHOOK)
    env = office.world.env()
    office.world.write("base.automation", env.search("base.automation", [])[0],
                       model_id=env.search("ir.model", [("model", "=", "account.move")])[0])
    office.setup(*WEBHOOK)
    assert rules(office.world) == [WANTED] and external(office.world) == EXTERNAL


def test_setup_leaves_the_rules_of_others(office: Office) -> None:
    automate(office.world, "https://other.example/x")
    office.setup(*WEBHOOK)
    office.setup("--remove")
    assert [r[-1] for r in rules(office.world)] == [[("webhook", "https://other.example/x")]]


@pytest.mark.parametrize("options", [("--remove",), ("--remove", "--with-adjustments")])
def test_removal_takes_the_rule_of_an_earlier_version_too(office: Office, options: tuple[str, ...]) -> None:
    automate_as_0_1_0(office.world, URL)
    assert "removed: the automation rule of an earlier version" in office.setup(*options).out
    assert not rules(office.world) and not external(office.world) and "nothing to remove" in office.setup(*options).out


def test_cut_off_while_it_replaces_the_rule_setup_leaves_at_least_one(office: Office) -> None:
    office.setup()
    for number in some(range(1, 40)):
        office.setup("--remove")
        automate_as_0_1_0(office.world, URL)
        office.killed_before(number)
        assert rules(office.world), number
        office.setup()
        assert rules(office.world) == [WANTED] and external(office.world) == EXTERNAL, number
        office.server.clear()
        office.setup()
        if len(office.server.calls) <= number:
            break


def states(world: World, invoice: int) -> tuple[str, bool]:
    """The state, and whether anything is due."""
    row = world.row("account.move", invoice)
    return row["payment_state"], bool(row["amount_residual"])


def undo_and_pay_again(world: World) -> list[tuple[str, bool]]:
    """Paid, un-reconciled, reset to draft and posted, paid again: the states in between."""
    invoice = world.invoice(world.partner("Exemple SARL"), [("SUP12", 1)], "2026-03-10")
    found = []
    world.pay(invoice, "2026-03-10")
    found.append(states(world, invoice))
    world.unpay(invoice)
    found.append(states(world, invoice))
    world.pay(invoice, "2026-03-12")
    found.append(states(world, invoice))
    return found


RIGHT = [("paid", False), ("not_paid", True), ("paid", False)]


def test_setups_rule_leaves_payment_states_right(office: Office) -> None:
    office.setup(*WEBHOOK)
    assert undo_and_pay_again(office.world) == RIGHT


def test_the_simulated_odoo_spoils_payment_states_under_the_rule_of_an_earlier_version(office: Office) -> None:
    automate_as_0_1_0(office.world, "http://127.0.0.1:9/")
    assert undo_and_pay_again(office.world) == [("paid", False), ("paid", True), ("partial", False)]
    office.setup(*WEBHOOK)
    assert undo_and_pay_again(office.world) == RIGHT


@pytest.mark.world(without_modules=("base_automation",))
def test_setup_without_the_module(office: Office) -> None:
    done = office.setup(*WEBHOOK, check=1)
    assert "base_automation" in done.err and "install it" in done.err
    assert "removed" in office.setup("--remove", "--with-adjustments").out


@pytest.mark.parametrize("url, secret, code, message", [
    ("127.0.0.1", SECRET, 2, "--webhook: expected an address"),
    ("ftp://x", SECRET, 2, "--webhook: expected an address"),
    ("", SECRET, 2, "--webhook: expected an address"),
    ("http://127.0.0.1:8075", "short", 2, "at least 16"),
    ("http://127.0.0.1:8075/", None, 2, "webhook.secret_file"),
])
def test_setup_with_a_bad_address_or_secret(office: Office, url: str, secret: str | None, code: int, message: str) -> None:
    if secret is None:
        office.run.configure(webhook={"listen": "127.0.0.1:8075", "secret_file": None})
    else:
        (office.run.folder / "hook-secret").write_text(secret)
    office.server.clear()
    refused = office.setup("--webhook", url, check=code)
    assert message in refused.err and refused.out == ""
    assert not office.server.calls  # nothing was started
