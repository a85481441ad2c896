"""What a user must be able to trust, of the service: in a day of faults, killed, on a bad disk, under a clock that jumps.

The build with a clock of the tests' own (src/util/clock.c) runs here: a day passes in seconds, for Odoo as for the service.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import VERSION, Run, Server, Shop, World
from odoosim.database import Clock
from test_run import Service, pytestmark, until  # noqa: F401
from test_state_file import NOBODY, as_nobody, shared_folder, tiny  # noqa: F401

TICKET = "helpdesk.ticket"
EPOCH = datetime(1970, 1, 1)
BEGIN = datetime(2026, 3, 28, 12)  # a Saturday: the night loses an hour


class Time(Clock):
    """One clock for the simulated Odoo and, through a file, for the program."""

    def __init__(self, path: Path, begin: datetime, speed: int) -> None:
        super().__init__()
        self.path, self.speed = path, speed
        self.set(begin)

    def set(self, now: datetime) -> None:
        self.start, self.begin = time.time(), now
        text = f"{round(self.start * 1000)} {round((now - EPOCH).total_seconds() * 1000)} {self.speed}"
        spare = self.path.with_suffix(".new")
        spare.write_text(text)
        spare.replace(self.path)  # never seen half written

    def now(self) -> datetime:
        return self._frozen or self.begin + timedelta(seconds=(time.time() - self.start) * self.speed)


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Time:
    """A minute a second."""
    monkeypatch.setenv("QUALIODOO_CLOCK", str(tmp_path / "clock"))
    return Time(tmp_path / "clock", BEGIN, 60)


def make_world(clock: Time) -> World:
    made = World(today=BEGIN, version=VERSION)  # type: ignore[arg-type]
    for code in ("SUP12", "SUP24", "SUP36"):
        made.product(code)
    made.opening_hours({day: [(0.0, 24.0)] for day in range(7)})
    made.tag("SLA dépassé")
    made.write("helpdesk.ticket.team", made.team_id, user_id=made.people[0])
    made.db.clock = clock
    return made


@pytest.fixture
def world(clock: Time) -> World:
    return make_world(clock)


POLL = {"payments": "1min", "tickets": "3min", "overlap": "3h"}


@pytest.fixture
def service(world: World, run: Run, shop: Shop) -> Iterator[Service]:
    run.configure(poll=POLL, odoo={"timeout": "1s"}, writeback={"enabled": True, "since": "2026-03-28"})
    made = Service(run)
    yield made
    made.close()


def up_to_date(service: Service, seconds: float = 60) -> None:
    """Waits for a cycle that began after now, and went well."""
    for _ in range(2):
        service.listen()
        seen = len(service.heard)
        assert until(lambda: service.listen() and any("STATUS=Up to date" in h for h in service.heard[seen:]),  # noqa: B023
                     seconds), log(service)
    assert service.process and service.process.poll() is None


def log(service: Service) -> str:
    return Path(service.log.name).read_text()[-3000:]


def started(service: Service) -> Service:
    service.start()
    up_to_date(service)
    return service


def alive(service: Service) -> bool:
    return bool(service.process) and service.process.poll() is None  # type: ignore[union-attr]


def stopped(service: Service) -> Run:
    """The state it leaves, at a moment that stands still."""
    up_to_date(service)
    assert service.stop() == 0, log(service)
    service.run.world.now = service.run.world.now.replace(microsecond=0)
    return service.run


def same_as_rebuilt(service: Service) -> None:
    run = stopped(service)
    assert run.picture(ledgers=True) == run.rebuilt(ledgers=True)


def credited(service: Service, world: World, customer: int, minutes: int = 720) -> None:
    """A payment made now is credited soon: the service works."""
    before = service.run.balance(customer) if service.run.state.exists() else 0
    day = str(min(world.today, BEGIN.date()))
    world.pay(world.invoice(customer, [("SUP12", 1)], day), day)
    assert until(lambda: service.run.balance(customer) == before + minutes, 20), log(service)


def notes(world: World, ticket: int) -> list[str]:
    """The kinds of the agent's notes on a ticket."""
    env = world.env()
    found = env.search("mail.message", [("model", "=", TICKET), ("res_id", "=", ticket), ("message_id", "like", "<qualiodoo-")])
    return sorted(m["message_id"].removeprefix("<qualiodoo-").split(".")[0] for m in env.read("mail.message", found, ["message_id"]))


# ---- A day of faults ----


class Story:
    """Random changes, the same ones in each world: what is decided is decided before it is told."""

    def __init__(self, seed: int, world: World) -> None:
        self.world, self.dice = world, random.Random(seed)
        self.customers = [world.partner(f"Client {n}") for n in range(5)]
        self.invoices = [world.invoice(c, [("SUP12", 1)], "2026-03-01") for c in self.customers]
        self.tickets = [world.ticket(c, created="2026-03-20 09:00") for c in self.customers]
        self.paid: list[int] = []
        self.lines: list[int] = []
        self.urgent: list[int] = []

    def step(self) -> None:
        dice, world = self.dice, self.world
        what = dice.choice(["pay", "pay", "unpay", "refund", "line", "line", "line", "edit", "delete", "late", "many", "ticket",
                            "ticket", "answer", "move", "rename", "back"])
        pick: Callable[[list[int]], int | None] = lambda items: dice.choice(items) if items else None  # noqa: E731
        customer, ticket, line, paid = pick(self.customers), pick(self.tickets), pick(self.lines), pick(self.paid)
        hours, day = dice.randint(1, 30) / 12, f"2026-03-{dice.randint(10, 28)}"
        if what == "pay":
            invoice = world.invoice(customer, [(dice.choice(["SUP12", "SUP24"]), 1)], day)
            world.pay(invoice, day)
            self.paid.append(invoice)
        elif what == "unpay" and paid:
            world.unpay(paid)
            self.paid.remove(paid)
        elif what == "refund" and paid:
            world.refund(paid, amount=hours * 10, date="2026-03-28")
            self.paid.remove(paid)
        elif what == "line":
            self.lines.append(world.timesheet(ticket, hours, day))
        elif what == "edit" and line:
            world.write("account.analytic.line", line, unit_amount=hours)
        elif what == "delete" and line:
            world.delete("account.analytic.line", line)
            self.lines.remove(line)
        elif what == "late":
            with world.late_commit(world.now - timedelta(minutes=40)):
                self.lines.append(world.timesheet(ticket, hours, day))
        elif what == "many":  # one transaction, one second, more than a page
            with world.transaction():
                self.lines += [world.timesheet(ticket, 0.25, day) for _ in range(12)]
        elif what == "ticket":
            self.urgent.append(world.ticket(customer, priority=dice.choice(["2", "3"])))
        elif what == "answer" and self.urgent:
            world.reply(dice.choice(self.urgent[-3:]))
        elif what == "move" and line:
            world.move_timesheet(line, ticket)
        elif what == "rename":
            world.rename("res.partner", customer, f"Client {dice.randint(1, 99)}")
        elif what == "back" and paid:
            world.reset_to_draft(paid)
            world.post(paid)
            self.paid.remove(paid)


class Storm:
    """Random faults of the connection, of the rights and of the process, each of which ends."""

    ACTIONS = ("refuse", "drop_before", "drop_after", "truncate", "html", "status", "garbage", "empty", "invalid_utf8",
               "concurrency", "hang", "delay")

    def __init__(self, seed: int, service: Service, server: Server) -> None:
        self.dice, self.service, self.server = random.Random(-1 - seed), service, server
        self.rules: list[Any] = []
        self.away = ExitStack()
        self.kills = 0

    def step(self) -> None:
        dice, world = self.dice, self.server.world
        self.calm()
        what = dice.random()
        if what < 0.6:
            action = dice.choice(self.ACTIONS)
            more = {"status": dice.choice([429, 502, 503]), "headers": {"Retry-After": "5"}} if action == "status" else {}
            writes = dice.random() < 0.3
            self.server.fault(action, (lambda c: c.writes) if writes else None, dice.choice([1, 2, 8, 0 if action != "hang" else 2]),
                              seconds=1.5 if action == "hang" else 0.05, after=dice.randint(0, 20), **more)
        elif what < 0.7:
            model = dice.choice([TICKET, "account.move", "account.analytic.line", "res.partner"])
            ids = world.env().search(model, [])
            self.rules.append(world.hide(model, dice.sample(ids, max(1, len(ids) // 3))))
        elif what < 0.8:
            self.away.enter_context(self.server.down())
        elif what < 0.88:
            assert alive(self.service), log(self.service)
            self.service.stop(signal.SIGKILL)
            self.service.start()
            self.kills += 1

    def calm(self) -> None:
        self.away.close()
        self.server.faults.clear()
        for rule in self.rules:
            self.server.world.reveal(rule)
        self.rules.clear()


def flagged(run: Run, story: Story) -> None:
    """What Odoo shows of each ticket is what a state made from nothing says of it, once."""
    said = {row["ticket_id"]: row for row in run("sla", "--json", check=0).json}
    breached = 0
    for ticket in story.urgent:
        kinds, late = notes(run.world, ticket), bool(said[ticket]["late_seconds"])
        assert kinds.count("warning") <= 1 and kinds.count("breach") - kinds.count("cleared") == late, (kinds, said[ticket])
        assert kinds.count("breach") <= 1
        breached += late
    assert 0 < breached < len(story.urgent)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_of_faults_ends_as_a_day_without(clock: Time, tmp_path: Path, seed: int) -> None:
    clock.speed = 3600  # an hour a second
    clock.set(BEGIN)
    with ExitStack() as stack:
        services, stories = [], []
        for name in ("storm", "calm"):
            world = make_world(clock)
            (tmp_path / name).mkdir()
            run = Run(tmp_path / name, stack.enter_context(world.serve()))
            run.configure(poll={"payments": "5min", "tickets": "15min", "overlap": "6h"}, safety={"max_delete": "60%"},
                          odoo={"timeout": "1s", "page_size": 10}, writeback={"enabled": True, "since": "2026-03-28"})
            stories.append(Story(seed, world))
            services.append(Service(run))
            stack.callback(services[-1].close)
            services[-1].start()
        storm = Storm(seed, services[0], services[0].run.server)
        stack.callback(storm.calm)
        end, steps = time.monotonic() + 25, 0
        while time.monotonic() < end:
            for story in stories:
                story.step()
            if steps % 3 == 0:
                storm.step()
            steps += 1
            time.sleep(0.15)
        storm.calm()
        runs = [stopped(service) for service in services]
        assert runs[0].world.now - BEGIN > timedelta(hours=24)
        assert storm.kills and "tries again" in services[0].listen()
        pictures = [run.picture(ledgers=True) for run in runs]
        assert pictures[0] == runs[0].rebuilt(ledgers=True)
        for key in ("account", "lot", "entry", "name"):
            assert pictures[0][key] == pictures[1][key], key
        for run, story in zip(runs, stories, strict=True):
            run("sync", check=0)  # the last minutes
            flagged(run.fresh(), story)


# ---- The process ----


def test_killed_at_random_it_goes_on(world: World, service: Service) -> None:
    """Something to read and to write in each cycle; kill -9 in most of them."""
    dice, shop = random.Random(7), Story(7, world)
    late = [world.ticket(shop.customers[0], priority="3", created=world.now - timedelta(hours=3))]
    for _ in range(12):
        service.start()
        shop.step()
        late.append(world.ticket(shop.customers[1], priority="3", created=world.now - timedelta(hours=3)))
        time.sleep(dice.uniform(0.05, 0.6))
        service.stop(signal.SIGKILL)
    started(service)
    run = stopped(service)
    assert run.picture(ledgers=True) == run.rebuilt(ledgers=True)
    assert [notes(world, ticket) for ticket in late] == [["breach"]] * len(late)


def test_commands_work_beside_the_service(world: World, server: Server, service: Service, shop: Shop) -> None:
    started(service)
    run = service.run
    for command in (["sync"], ["reconcile"], ["balance"], ["sla"], ["sync"], ["reconcile", "--dry-run"], ["outbox"]):
        world.timesheet(shop.fix, 0.25, "2026-03-20")
        done = run(*command, now=False)
        assert done.code == 0 or (done.code == 3 and "--dry-run" in command), done
    world.adjustment_model()
    run("adjust", shop.acme, "60", "--reason", "Geste", now=False, check=0)
    second = run("run", now=False, check=1)
    assert "in use by process" in second.err
    same_as_rebuilt(service)


# ---- The state and its disk ----


def test_a_state_removed_under_it_is_made_again(world: World, service: Service, shop: Shop) -> None:
    late = world.ticket(shop.acme, priority="3", created=world.now - timedelta(hours=3))
    started(service)
    assert notes(world, late) == ["breach"]
    for _ in range(3):
        for path in (service.run.state, *service.run.folder.glob("state.db-*")):
            path.unlink(missing_ok=True)
        time.sleep(0.7)
    assert until(service.run.state.exists)
    up_to_date(service)
    credited(service, world, shop.cargo)
    assert notes(world, late) == ["breach"]
    same_as_rebuilt(service)


def test_a_second_service_is_refused_after_the_state_was_removed_under_the_first(world: World, service: Service, shop: Shop) -> None:
    """`rm state.db*` takes the lock's file as well."""
    started(service)
    for path in service.run.folder.glob("state.db*"):
        path.unlink()
    up_to_date(service)
    second = service.run("run", now=False, check=1)
    assert "in use by process" in second.err
    assert "service: running, process" in service.run("status", now=False).out
    same_as_rebuilt(service)


def test_of_two_services_on_one_removed_state_the_first_ends(world: World, service: Service, shop: Shop) -> None:
    """The second one starts before the first one sees that the lock's file is gone."""
    service.run.configure(poll={"payments": "3min", "tickets": "3min"})
    started(service)
    for path in service.run.folder.glob("state.db*"):
        path.unlink()
    second = service.run.start("run", now=False)
    assert service.process and service.process.wait(30) == 1, log(service)
    assert "in use by process" in log(service) and second.poll() is None
    second.terminate()
    assert second.wait(20) == 0


def test_a_full_disk_is_said_and_goes_on_when_there_is_room(tiny: Path, world: World, service: Service,  # noqa: F811
                                                            shop: Shop) -> None:
    service.run.configure(state={"path": str(tiny / "state.db")})
    service.run.state = tiny / "state.db"
    started(service)
    with open(tiny / "filler", "wb", buffering=0) as junk:
        try:
            while True:
                junk.write(b"x" * 512)
        except OSError:
            pass
    for _ in range(100):
        world.timesheet(shop.idle, 0.01, "2026-03-13")
    assert service.logged("the disk"), log(service)
    assert alive(service)
    (tiny / "filler").unlink()
    assert until(lambda: service.run.balance(shop.acme) == 685 - 100, 20), log(service)
    run = stopped(service)
    shown = run.picture(ledgers=True)
    del run.options["state"]  # the new state is on another disk
    assert shown == run.rebuilt(ledgers=True)


def test_a_state_that_turns_read_only_is_said_and_goes_on_when_it_can_be_written(
        clock: Time, world: World, server: Server, shop: Shop, shared_folder: Path,  # noqa: F811
        monkeypatch: pytest.MonkeyPatch) -> None:
    clock.path = shared_folder / "clock"
    clock.set(clock.now())
    monkeypatch.setenv("QUALIODOO_CLOCK", str(clock.path))
    run = Run(shared_folder, server)
    run.configure(poll=POLL, writeback={"enabled": False})
    who = as_nobody(run)
    if who:
        os.chown(shared_folder, NOBODY, NOBODY)
    service = Service(run)
    try:
        if who:
            os.chown(service.path, NOBODY, NOBODY)
            service.under = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        service.start()
        up_to_date(service)
        run.state.chmod(0o444)
        assert service.logged("rights"), log(service)
        time.sleep(0.5)
        assert alive(service)
        for path in shared_folder.glob("state.db*"):  # SQLite gives those beside the state its rights
            path.chmod(0o640)
        credited(service, world, shop.cargo)
        same_as_rebuilt(service)
    finally:
        service.close()


# ---- Odoo ----


def test_odoo_restarted_is_read_again_promptly(world: World, server: Server, service: Service, shop: Shop) -> None:
    service.run.configure(poll={"payments": "15min", "tickets": "4h"})
    started(service)
    with server.down():
        time.sleep(0.5)
        service.run.config.touch()
        service.send(signal.SIGHUP)  # it looks, and finds nobody
        assert service.says("tries again"), log(service)
    began = world.now
    credited(service, world, shop.cargo)
    assert world.now - began < timedelta(hours=1)  # long before the next poll of tickets


@pytest.mark.parametrize("action", ["html", "garbage", "invalid_utf8", "truncate", "deep", "doctype", "empty", "concurrency"])
def test_an_odoo_that_answers_nonsense_changes_nothing(world: World, server: Server, service: Service, shop: Shop,
                                                       action: str) -> None:
    started(service)
    before = service.run.picture()
    world.timesheet(shop.fix, 1.0, "2026-03-20")
    server.fault(action, times=0, depth=5000)
    assert service.says("tries again"), log(service)
    time.sleep(0.3)
    assert alive(service) and service.run.picture() == before
    server.faults.clear()
    up_to_date(service)
    same_as_rebuilt(service)


def test_a_slow_odoo_is_waited_for(world: World, server: Server, service: Service, shop: Shop) -> None:
    started(service)
    server.delay = 0.1
    credited(service, world, shop.cargo)
    server.delay = 0.0
    same_as_rebuilt(service)


def test_the_service_goes_on_when_an_upgrade_of_odoo_takes_a_field_away_and_back(world: World, server: Server, service: Service, shop: Shop) -> None:
    """A field it can do without vanishes and comes back; one that it needs vanishes and comes back."""
    started(service)
    for model, name, needed in ((TICKET, "priority", False), ("account.move", "payment_state", True)):
        field = world.schema.models[model].fields[name]
        world.drop_field(model, name)
        world.write("account.move", shop.invoice_c, ref="x")
        if needed:
            assert service.logged(f"'{name}'"), log(service)
            assert alive(service)
        else:
            credited(service, world, shop.acme)
        world.schema.models[model].fields[name] = field
        credited(service, world, shop.bravo)
    same_as_rebuilt(service)


@pytest.mark.parametrize("model", ["account.move", "account.analytic.line", "helpdesk.ticket", "res.partner"])
def test_rights_that_are_lost_delete_nothing_and_come_back(world: World, service: Service, shop: Shop, model: str) -> None:
    started(service)
    before = service.run.picture()
    ids = {"account.move": [shop.invoice], "account.analytic.line": shop.lines[:2], "helpdesk.ticket": [shop.fix],
           "res.partner": [shop.acme]}[model]
    rule = world.hide(model, ids)
    world.rename("res.partner", shop.cargo, "Cargo bis")
    if model == "account.analytic.line":  # looked for by id in each cycle; the others, when they change and at night
        assert service.says("tries again"), log(service)
    told = service.run("reconcile", now=False, check=1)
    assert f"{model} {ids[0]}" in told.err or "rights" in told.err, told
    assert alive(service)
    assert service.run.picture()["account"] == before["account"]
    world.reveal(rule)
    credited(service, world, shop.cargo)
    same_as_rebuilt(service)


def test_deletions_beyond_the_limit_wait_for_a_person(world: World, service: Service, shop: Shop) -> None:
    lines = [world.timesheet(shop.idle, 0.25, "2026-03-13") for _ in range(40)]
    started(service)
    before = service.run.picture()
    world.delete("account.analytic.line", *lines)
    assert service.logged("safety.max_delete"), log(service)
    assert alive(service) and service.run.picture() == before
    service.run("reconcile", "--force", now=False, check=0)
    credited(service, world, shop.cargo)
    same_as_rebuilt(service)


def test_payments_are_credited_while_too_many_writes_wait_for_a_person(world: World, service: Service, shop: Shop) -> None:
    service.run.configure(poll={"payments": "1min", "tickets": "4h"}, safety={"max_writes": 2})
    for _ in range(3):
        world.ticket(shop.acme, priority="3", created=world.now - timedelta(hours=3))
    service.start()
    assert service.logged("safety.max_writes"), log(service)
    time.sleep(11)  # with a pause that doubled each time, the next try would be far away
    began = world.now
    credited(service, world, shop.cargo)
    assert world.now - began < timedelta(minutes=6)
    assert alive(service)


# ---- The clock ----


@pytest.mark.parametrize("jump", [timedelta(days=-2), timedelta(hours=-1), timedelta(hours=5), timedelta(days=500)], ids=str)
def test_a_clock_that_jumps_ahead_and_back_leaves_right_results(clock: Time, world: World, service: Service, shop: Shop, jump: timedelta) -> None:
    started(service)
    clock.set(clock.now() + jump)
    up_to_date(service)
    credited(service, world, shop.cargo, 0 if jump > timedelta(days=300) else 720)
    late = world.ticket(shop.acme, priority="3", created=clock.now() - timedelta(hours=3))
    assert until(lambda: (notes(world, late) == ["breach"]) == (clock.now() > datetime(2026, 3, 28, 3)), 20), log(service)
    clock.set(clock.now() - jump)
    up_to_date(service)
    credited(service, world, shop.cargo)
    same_as_rebuilt(service)


def test_what_was_flagged_under_a_wrong_clock_is_corrected(clock: Time, world: World, service: Service, shop: Shop) -> None:
    ticket = world.ticket(shop.acme, priority="3")
    started(service)
    assert notes(world, ticket) == []
    clock.set(clock.now() + timedelta(hours=5))
    assert until(lambda: notes(world, ticket) == ["breach"], 20), log(service)
    clock.set(clock.now() - timedelta(hours=5))
    assert until(lambda: notes(world, ticket) == ["breach", "cleared"], 20), log(service)


def test_a_write_put_off_under_a_wrong_clock_is_not_forgotten(clock: Time, world: World, server: Server, service: Service,
                                                              shop: Shop) -> None:
    late = world.ticket(shop.acme, priority="3", created=world.now - timedelta(hours=3))
    clock.set(clock.now() + timedelta(days=1))
    server.fault("refuse", lambda c: c.method == "message_post")
    service.start()
    assert until(lambda: any(c.method == "message_post" for c in server.calls), 20), log(service)
    assert until(lambda: any(service.run.sql("SELECT max(next_try) FROM outbox")[0]), 20), log(service)
    clock.set(clock.now() - timedelta(days=1))
    assert until(lambda: notes(world, late) == ["breach"], 20), log(service)


def test_credit_ends_at_midnight_of_the_configured_zone(clock: Time, world: World, service: Service, shop: Shop) -> None:
    """No poll comes near: the day itself wakes it. The pack paid on 29 March 2025 ends with 28 March 2026."""
    service.run.configure(poll={"payments": "20h", "tickets": "20h"})
    old = world.partner("Ancien")
    world.pay(world.invoice(old, [("SUP12", 1)], "2025-03-20"), "2025-03-29")
    service.start()
    assert service.says("STATUS=Up to date")
    left = service.run.sql("SELECT balance, next_expiry FROM account WHERE id = ?", old)
    assert left[0][0] == 720, left
    clock.set(datetime(2026, 3, 28, 22, 59, 30))  # 23:59:30 in Paris
    assert until(lambda: service.run.balance(old) == 0, 15), (left, log(service))
    assert datetime(2026, 3, 28, 23) <= clock.now() < datetime(2026, 3, 28, 23, 10)
