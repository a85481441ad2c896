"""The service: `qualiodoo run` against a simulated Odoo in real time, watched as systemd watches it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import BINARY, Run, Server, World, environment
from odoosim.faults import ServerError

pytestmark = pytest.mark.skipif(
    subprocess.run([BINARY, "run", "--now", "2026-01-01T00:00:00Z"], capture_output=True, text=True,
                   check=False).stderr.find("no service") >= 0, reason="a build without the service")


def until(what: Callable[[], Any], seconds: float = 60) -> Any:
    """Waits until something is true; its last value."""
    end = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


class Service:
    """The program under a socket that hears what systemd would."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.heard: list[str] = []
        self.path = str(run.folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.log = open(run.folder / "log", "w+b")
        self.process: subprocess.Popen[bytes] | None = None
        self.under: list[str] = []  # a command that runs it
        self.ear = threading.Thread(target=self.hear, daemon=True)
        self.ear.start()

    def start(self, **more: str) -> None:
        self.process = subprocess.Popen([*self.under, *self.run.command("run", now=False)], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, env={**environment(), "NOTIFY_SOCKET": self.path, **more})

    def hear(self) -> None:
        """As systemd does: a socket that nobody empties holds ten messages, and then the service waits."""
        while message := self.socket.recv(4096).decode():
            self.heard.append(message)

    def listen(self) -> str:
        return "\n".join(self.heard)

    def says(self, text: str, seconds: float = 60) -> bool:
        return bool(until(lambda: text in self.listen(), seconds))

    def logged(self, text: str, seconds: float = 60) -> bool:
        return bool(until(lambda: text in Path(self.log.name).read_text(), seconds))

    def send(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 20) -> int:
        self.send(number)
        assert self.process
        return self.process.wait(seconds)

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.ear.join()
        self.socket.close()
        self.log.close()


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    marker = request.node.get_closest_marker("world")
    made = World(**(marker.kwargs if marker else {}))  # real time
    for code in ("SUP12", "SUP24", "SUP36"):
        made.product(code)
    made.opening_hours({day: [(0.0, 24.0)] for day in range(7)})
    return made


@pytest.fixture
def service(run: Run) -> Iterator[Service]:
    run.configure(poll={"payments": "1s", "tickets": "2s"})
    made = Service(run)
    yield made
    made.close()


def ready(service: Service, **more: str) -> None:
    service.start(**more)
    assert service.says("READY=1") and service.says("STATUS=Up to date"), Path(service.log.name).read_text()


def test_a_payment_is_credited_and_it_stops_when_told(world: World, service: Service) -> None:
    customer = world.partner("Exemple SARL")
    invoice = world.invoice(customer, [("SUP12", 1)], str(world.today))
    ready(service)
    assert service.run.balance(customer) == 0
    world.pay(invoice, str(world.today))
    assert until(lambda: service.run.balance(customer) == 720, 30)
    assert service.logged(f": 1 account changed: 'Exemple SARL' ({customer}), 0 new breaches")
    began = time.monotonic()
    assert service.stop(seconds=20) == 0 and time.monotonic() - began < 15
    assert service.says("STOPPING=1", 10)
    assert service.run("reconcile", "--dry-run", now=False, check=0).code == 0


def test_a_quiet_poll_of_payments_asks_only_for_what_was_written_last(world: World, server: Server, service: Service) -> None:
    service.run.configure(poll={"payments": "1s", "tickets": "10min"})
    ready(service)
    time.sleep(4)  # the first poll has nothing to compare with, and reads all
    server.clear()
    assert until(lambda: len(server.named("search_read", "account.move")) >= 2)
    assert {(c.model, c.method) for c in server.calls} <= {(None, "authenticate"), ("account.move", "search_read"),
                                                           ("account.payment", "search_read"),
                                                           ("x_qualiodoo_adjustment", "fields_get")}


@pytest.mark.world(version=19)
@pytest.mark.parametrize("undone", ["payment_to_draft", "payment_reject"])
def test_a_payment_undone_behind_a_paid_invoice_is_found_by_the_poll_of_payments(world: World, service: Service, undone: str) -> None:
    """The invoice keeps its state and its write_date: the payment itself is asked for."""
    service.run.configure(poll={"payments": "1s", "tickets": "10min"})
    customer = world.partner("Exemple SARL")
    invoice = world.invoice(customer, [("SUP12", 1)], str(world.today))
    payment = world.pay(invoice, str(world.today))
    ready(service)
    assert until(lambda: service.run.balance(customer) == 720)
    time.sleep(2)  # the first poll has nothing to compare with, and reads all
    getattr(world, undone)(payment)
    assert world.row("account.move", invoice)["payment_state"] == "paid"
    assert until(lambda: service.run.balance(customer) == 0)
    assert service.logged(f"warning: customer {customer}: 720 minutes lost, balance 12:00 -> 0:00 ('Exemple SARL')")


def test_a_payment_committed_behind_a_newer_one_does_not_wait_for_the_long_poll(world: World, service: Service) -> None:
    service.run.configure(poll={"payments": "1s", "tickets": "10min"})
    slow, quick = world.partner("Exemple SARL"), world.partner("Boulangerie Lefort")
    invoices = [world.invoice(customer, [("SUP12", 1)], str(world.today)) for customer in (slow, quick)]
    ready(service)
    with world.late_commit():
        world.pay(invoices[0], str(world.today))
        time.sleep(2)
        other = threading.Thread(target=world.pay, args=(invoices[1], str(world.today)))
        other.start()
        other.join()
        assert until(lambda: service.run.balance(quick) == 720, 30)
        assert service.run.balance(slow) == 0
    assert until(lambda: service.run.balance(slow) == 720, 30)


def test_a_breach_is_flagged_within_seconds_of_its_deadline(world: World, server: Server, service: Service) -> None:
    """The poll is far away: the deadline itself wakes the service."""
    service.run.configure(poll={"payments": "10min", "tickets": "10min"},
                          writeback={"enabled": True, "since": str(world.today - timedelta(days=2))})
    deadline = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=4)
    ticket = world.ticket(world.partner("Exemple SARL"), created=(deadline - timedelta(hours=2)).replace(tzinfo=None), priority="3")
    ready(service)

    def flagged() -> list[int]:
        return world.env().search("mail.message", [("res_id", "=", ticket), ("message_id", "like", "qualiodoo-breach")])

    assert not flagged()
    assert until(flagged, 60)
    assert timedelta(0) < datetime.now(timezone.utc) - deadline < timedelta(seconds=60)  # the polls are ten minutes away


def test_the_service_goes_on_when_odoo_is_back(world: World, server: Server, service: Service) -> None:
    customer = world.partner("Exemple SARL")
    ready(service)
    with server.down():
        assert service.logged("127.0.0.1", 30)
        assert service.process and service.process.poll() is None
        world.pay(world.invoice(customer, [("SUP12", 1)], str(world.today)), str(world.today))
    assert until(lambda: service.run.balance(customer) == 720, 30)


def test_equal_failures_are_one_line_and_their_end_is_another(world: World, server: Server, service: Service) -> None:
    ready(service)
    server.fault("fault", lambda c: c.model == "helpdesk.ticket", times=0, error=ServerError("KeyError", "'x'"))
    assert until(lambda: service.listen().count("STATUS=Failed at") >= 3, 30)
    server.faults.clear()
    assert service.logged("recovered after ")
    lines = Path(service.log.name).read_text().splitlines()
    assert len([line for line in lines if "error: " in line]) == 1, lines
    (end,) = (line for line in lines if "recovered after " in line)
    assert re.search(r"recovered after (\d+ s|0:0\d hours), in which [3-9] cycles failed$", end)


def test_the_configuration_is_read_again(world: World, service: Service) -> None:
    ready(service)
    service.run.configure(poll={"payments": "soon"})
    service.run.command("config", "check")  # writes the file
    service.send(signal.SIGHUP)
    assert service.says("RELOADING=1\nMONOTONIC_USEC=") and service.logged("stays as it was")
    assert service.heard.count("READY=1") >= 1 and service.process and service.process.poll() is None
    service.run.configure(poll={"payments": "1s"}, language="en")
    service.run.command("config", "check")
    service.send(signal.SIGHUP)
    assert service.logged("was read again")
    assert service.stop() == 0


def test_a_reload_says_that_a_rotated_credential_needs_a_restart(service: Service, tmp_path: Path) -> None:
    """systemd copies the credential when the service starts: reading the file again gives the old secret."""
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "odoo").write_text("agent-secret")
    service.run.configure(odoo={"secret_file": None})
    service.start(CREDENTIALS_DIRECTORY=str(tmp_path / "credentials"))
    assert service.says("READY=1")
    service.send(signal.SIGHUP)
    assert service.logged("credential") and service.logged("restart the service")
    assert service.stop() == 0


def test_a_reload_takes_a_rotated_secret_file(world: World, server: Server, service: Service) -> None:
    ready(service)
    world.passwords["agent@example.com"] = {"another"}
    service.run.write_secret("another")
    service.send(signal.SIGHUP)
    server.clear()
    assert until(lambda: any(call.fault is None and call.model for call in server.calls), 30)
    assert service.stop() == 0


@pytest.mark.parametrize("change", [{"odoo": {"database": "other"}}, {"state": {"path": "/nowhere/state.db"}}], ids=str)
def test_what_the_state_belongs_to_cannot_change_while_it_runs(world: World, service: Service, change: dict[str, Any]) -> None:
    customer = world.partner("Exemple SARL")
    ready(service)
    service.run.configure(**change)
    service.run.command("config", "check")  # writes the file
    service.send(signal.SIGHUP)
    assert service.logged("stays as it was") and service.logged("needs")
    world.pay(world.invoice(customer, [("SUP12", 1)], str(world.today)), str(world.today))
    assert until(lambda: service.run.balance(customer) == 720, 30)


def test_a_second_service_is_refused_and_commands_go_beside_it(world: World, service: Service) -> None:
    ready(service)
    second = service.run("run", now=False)
    assert second.code == 1 and "in use by process" in second.err and "(run)" in second.err
    service.run("sync", now=False, check=0)
    service.run("status", now=False)
    assert service.stop() == 0


def test_the_service_stops_while_odoo_does_not_answer(world: World, server: Server, service: Service) -> None:
    ready(service)
    server.fault("hang", times=0, seconds=20)
    time.sleep(3)
    began = time.monotonic()
    assert service.stop(seconds=15) == 0 and time.monotonic() - began < 15  # the call hangs for 20 s
    assert service.says("EXTEND_TIMEOUT_USEC=", 10)
    server.faults.clear()
    service.run("sync", now=False, check=0)


def test_the_service_stops_while_the_name_server_does_not_answer(world: World, service: Service, tmp_path: Path) -> None:
    source, library = tmp_path / "silent.c", tmp_path / "silent.so"
    source.write_text("#include <netdb.h>\n#include <unistd.h>\n"
                      "int getaddrinfo(const char *n, const char *s, const struct addrinfo *h, struct addrinfo **r)\n"
                      "{ for (int i = 0; i < 60; i++) sleep(1); return EAI_AGAIN; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    service.run.configure(odoo={"url": "https://odoo.example.invalid"})
    service.start(LD_PRELOAD=str(library), ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
    assert service.says("READY=1")
    time.sleep(2)
    began = time.monotonic()
    assert service.stop(seconds=90) == 0 and time.monotonic() - began < 20  # it sleeps for 60 s


def test_a_service_killed_and_started_again_credits_the_payment(world: World, server: Server, service: Service) -> None:
    customer = world.partner("Exemple SARL")
    ready(service)
    world.pay(world.invoice(customer, [("SUP12", 1)], str(world.today)), str(world.today))
    assert service.stop(signal.SIGKILL) == -signal.SIGKILL
    service.heard.clear()
    ready(service)
    assert until(lambda: service.run.balance(customer) == 720)


def test_the_watchdog_is_fed_by_work_alone(world: World, server: Server, service: Service) -> None:
    ready(service, WATCHDOG_USEC="2000000")
    assert service.says("WATCHDOG=1")
    server.fault("hang", times=0, seconds=30)
    time.sleep(4)  # a cycle hangs in its first call
    service.listen()
    fed = service.heard.count("WATCHDOG=1")
    time.sleep(2)
    service.listen()
    assert service.heard.count("WATCHDOG=1") == fed


def test_the_watchdog_is_fed_by_each_answer(world: World, server: Server, service: Service) -> None:
    """Before the first page there are some thirty questions; a slow Odoo must not have it killed there, again and again."""
    server.delay = 0.2
    server.before_call(lambda c: c.number == 20, lambda: fed.append(service.listen().count("WATCHDOG=1")))
    fed: list[int] = []
    service.start(WATCHDOG_USEC="2000000")
    assert until(lambda: fed, 60) and fed[0] > 2 and not server.named("read", "helpdesk.ticket")


def test_the_password_is_checked_once(world: World, server: Server, service: Service) -> None:
    """Odoo takes most of a second for that; what it answered holds until a call is refused."""
    service.run.configure(poll={"payments": "1s", "tickets": "10min"})
    ready(service)
    assert until(lambda: len(server.named("search_read", "account.move")) >= 4)
    assert len(server.named("authenticate")) == 1
    kept, world.passwords["agent@example.com"] = world.passwords["agent@example.com"], {"another"}
    assert service.logged("qualiodoo: error")
    world.passwords["agent@example.com"] = kept
    server.clear()
    assert until(lambda: server.named("authenticate") and len(server.calls) > 5, 15)


def test_run_refuses_now(run: Run) -> None:
    refused = run("run", now="2026-01-01")
    assert refused.code == 2 and "--now" in refused.err
