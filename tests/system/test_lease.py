"""Several agents with states of their own on one Odoo: one writes, the others stand by.

The build with a clock of the tests' own runs here, a minute a second, for Odoo as for the agents.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, Server, World
from test_run import until
from test_run_trust import Service, Time, clock, log, make_world, pytestmark  # noqa: F401

LEASE = "x_qualiodoo_lease"


@pytest.fixture
def world(clock: Time) -> World:  # noqa: F811
    made = make_world(clock)
    made.lease_model()
    return made


@pytest.fixture
def slower(clock: Time) -> Time:  # noqa: F811
    """A minute in six seconds: on a busy machine too, a command follows the one before within the two minutes of duty."""
    clock.speed = 10
    clock.set(clock.now())
    return clock


@pytest.fixture
def agent(world: World, server: Server, tmp_path: Path) -> Iterator[Callable[[str], Run]]:
    """Agents by name, each with a state of its own."""
    made: dict[str, Run] = {}

    def find(name: str) -> Run:
        if name not in made:
            (tmp_path / name).mkdir()
            made[name] = Run(tmp_path / name, server)
            made[name].configure(poll={"payments": "1min", "tickets": "2min", "overlap": "3h"}, odoo={"timeout": "2s"},
                                 writeback={"enabled": True, "since": "2026-03-27"})
        return made[name]

    yield find
    for run in made.values():
        run.close()


def late_ticket(world: World) -> int:
    """A ticket whose response is overdue, and which nobody has flagged yet."""
    created = world.now.replace(microsecond=0) - timedelta(hours=3)
    return world.ticket(world.partner("Exemple SARL"), created=created, priority="3")


def keys(world: World) -> Counter[str]:
    env = world.env()
    found = env.search("mail.message", [("message_id", "like", "<qualiodoo-")])
    return Counter(env.row("mail.message", i)["message_id"] for i in found)


def flagged(world: World, ticket: int) -> int:
    return sum(n for key, n in keys(world).items() if f"-breach.{ticket}." in key)


def sync(run: Run, *arguments: str, **options: Any) -> Any:
    return run("sync", *arguments, now=False, **{"check": 0, **options})


def lease_of(run: Run) -> Any:
    """What `status` says; None while another process makes the state."""
    said = run("status", "--json", now=False)
    return said.json["lease"] if said.out else None


def rows(world: World) -> list[dict[str, Any]]:
    return [world.row(LEASE, i) for i in world.env().search(LEASE, [])]


# ---- Commands by hand ----


@pytest.mark.usefixtures("slower")
def test_of_two_agents_the_first_writes_and_the_second_says_who_holds_the_lease(world: World, agent: Any) -> None:
    ticket = late_ticket(world)
    first = sync(agent("a"))
    assert "waiting" in first.err and "before the first write" in first.err
    assert flagged(world, ticket) == 1
    second = late_ticket(world)
    ended = sync(agent("b"))
    assert "another agent writes into this Odoo" in ended.err and str(agent("a").state) in ended.err
    assert flagged(world, second) == 0
    assert lease_of(agent("a"))["on_duty"] and not lease_of(agent("b"))["on_duty"]
    assert str(agent("a").state) in lease_of(agent("b"))["holder"]
    assert "standby" in agent("b")("status", now=False).out
    assert "waiting" not in sync(agent("a")).err  # within three minutes it goes on at once
    assert flagged(world, second) == 1
    sync(agent("b"))
    assert set(keys(world).values()) == {1}


@pytest.mark.usefixtures("slower")
def test_a_standby_notices_what_the_holder_wrote_so_that_its_queue_does_not_grow(world: World, agent: Any) -> None:
    sync(agent("a"))
    sync(agent("b"))
    late_ticket(world)
    sync(agent("a"))  # on duty
    tickets = [late_ticket(world) for _ in range(4)]
    sync(agent("b"))
    assert agent("b")("status", "--json", now=False).json["queue"]["waiting"] >= 8
    sync(agent("a"))
    assert all(flagged(world, t) for t in tickets)
    sync(agent("b"))
    assert agent("b")("status", "--json", now=False).json["queue"]["waiting"] == 0


def test_a_long_queue_of_what_the_dead_holder_wrote_does_not_stop_who_takes_over(world: World, agent: Any) -> None:
    for name in "ab":
        agent(name).configure(safety={"max_writes": 8})
    late_ticket(world)
    sync(agent("a"))
    for _ in range(4):  # three writes of each, in two cycles of the holder
        late_ticket(world)
        sync(agent("b"))
        sync(agent("a"))
    agent("b")("outbox", now=False, check=0)
    time.sleep(3.5)
    ticket = late_ticket(world)
    sync(agent("b"))
    assert flagged(world, ticket) == 1 and set(keys(world).values()) == {1}


def test_a_command_with_nothing_to_write_takes_no_lease(world: World, agent: Any) -> None:
    assert "waiting" not in sync(agent("a")).err
    assert rows(world) == []


def test_after_the_holder_is_gone_for_three_minutes_another_agent_writes(world: World, agent: Any) -> None:
    late_ticket(world)
    sync(agent("a"))
    ticket = late_ticket(world)
    sync(agent("b"))
    assert flagged(world, ticket) == 0
    time.sleep(3.5)  # three minutes and a half
    sync(agent("b"))
    assert flagged(world, ticket) == 1
    assert lease_of(agent("a"))["row"] is None
    other = late_ticket(world)
    assert "another agent writes" in sync(agent("a")).err and flagged(world, other) == 0
    assert [r["x_purpose"] for r in rows(world)] == ["writeback", "released"] + ["writeback"] * 2  # never an old row again


def test_after_two_minutes_the_agent_waits_for_its_own_row_and_blames_nobody(world: World, slower: Time, agent: Any) -> None:
    late_ticket(world)
    sync(agent("a"))
    ticket = late_ticket(world)
    slower.set(slower.now() + timedelta(seconds=122))
    for _ in range(2):  # the second command knows it from the state
        ended = sync(agent("a"))
        assert "the row that this agent had before (1 of x_qualiodoo_lease)" in ended.err, ended
        assert "another agent" not in ended.err and flagged(world, ticket) == 0
    slower.set(slower.now() + timedelta(seconds=60))
    sync(agent("a"))
    assert flagged(world, ticket) == 1


def test_a_copy_of_the_state_is_another_agent(world: World, agent: Any) -> None:
    late_ticket(world)
    sync(agent("a"))
    agent("b").state.write_bytes(agent("a").state.read_bytes())
    ticket = late_ticket(world)
    assert "another agent writes" in sync(agent("b")).err
    assert flagged(world, ticket) == 0


@pytest.mark.usefixtures("slower")
def test_two_processes_that_write_one_row_both_give_it_up(world: World, agent: Any) -> None:
    """A cloned machine: its heartbeats put another token into the row."""
    late_ticket(world)
    sync(agent("a"))
    world.write(LEASE, rows(world)[0]["id"], x_holder="somewhere:/else #0123456789abcdef")
    ticket = late_ticket(world)
    sync(agent("a"))
    assert flagged(world, ticket) == 1
    assert [r["x_purpose"] for r in rows(world)] == ["released", "writeback"]


def test_a_create_whose_answer_is_lost_gives_no_row_and_delays_nobody(world: World, server: Server, agent: Any) -> None:
    ticket = late_ticket(world)
    server.fault("drop_after", lambda call: call.model == LEASE and call.method == "create")
    sync(agent("a"))
    assert flagged(world, ticket) == 1
    assert [r["x_purpose"] for r in rows(world)] == ["released", "writeback"]


def test_a_create_of_more_than_twenty_seconds_gives_no_row(world: World, server: Server, agent: Any) -> None:
    ticket = late_ticket(world)
    agent("a").configure(odoo={"timeout": "60s"})
    server.fault("delay", lambda call: call.model == LEASE and call.method == "create", seconds=0.5)
    sync(agent("a"))
    assert flagged(world, ticket) == 1
    assert [r["x_purpose"] for r in rows(world)] == ["released", "writeback"]


@pytest.mark.usefixtures("slower")
def test_the_lease_is_looked_at_before_the_writes_of_each_cycle(world: World, agent: Any) -> None:
    lower = world.create(LEASE, x_holder="other:/state #1", x_purpose="released")
    late_ticket(world)
    sync(agent("a"))
    world.write(LEASE, lower, x_purpose="writeback")  # as one whose create took long
    ticket = late_ticket(world)
    assert "other:/state" in sync(agent("a")).err and flagged(world, ticket) == 0
    world.write(LEASE, lower, x_purpose="released")
    sync(agent("a"))
    assert flagged(world, ticket) == 1


def test_without_rights_on_the_model_nothing_is_written_and_setup_is_named(world: World, agent: Any) -> None:
    world.deny(LEASE)
    ticket = late_ticket(world)
    ended = sync(agent("a"), check=1)
    assert LEASE in ended.err and "setup" in ended.err
    assert flagged(world, ticket) == 0


def test_shadow_mode_and_a_dry_run_take_no_lease(world: World, server: Server, agent: Any) -> None:
    late_ticket(world)
    agent("a")("reconcile", "--dry-run", now=False)
    agent("b").configure(writeback={"enabled": False})
    sync(agent("b"))
    assert rows(world) == [] and not server.named("create", LEASE)


# ---- Without the model ----


@pytest.fixture
def bare(clock: Time, tmp_path: Path) -> Iterator[tuple[World, Server, Run, Run]]:  # noqa: F811
    """Two agents on an Odoo without the model."""
    world = make_world(clock)
    with world.serve() as server:
        runs = []
        for name in "ab":
            (tmp_path / f"bare-{name}").mkdir()
            run = Run(tmp_path / f"bare-{name}", server)
            run.configure(writeback={"enabled": True, "since": "2026-03-27"})
            runs.append(run)
        yield world, server, runs[0], runs[1]
        for run in runs:
            run.close()


def test_without_the_model_two_agents_write_twice_and_doctor_names_the_keys(bare: Any) -> None:
    world, server, one, other = bare
    ticket = late_ticket(world)
    server.before_call(lambda call: call.method == "message_post", lambda: sync(other))
    sync(one)
    assert flagged(world, ticket) == 2
    sync(one)
    assert lease_of(one) is None and "lease" not in one("status", now=False).out
    found = one("doctor", "--json", now=False).json["findings"]
    assert [f["level"] for f in found if "notes are in Odoo twice" in f["text"] and f"breach.{ticket}." in f["text"]] == ["problem"]
    assert [f["level"] for f in found if f["topic"] == "lease" and LEASE in f["text"]] == ["note"]


def test_with_the_model_the_same_two_agents_write_once(world: World, server: Server, agent: Any) -> None:
    ticket = late_ticket(world)
    server.before_call(lambda call: call.method == "message_post", lambda: sync(agent("b")))
    sync(agent("a"))
    assert flagged(world, ticket) == 1
    sync(agent("a"))
    found = agent("a")("doctor", "--json", now=False).json["findings"]
    assert [f["level"] for f in found if f["topic"] == "lease"] == ["ok"]
    assert not [f for f in found if "in Odoo twice" in f["text"]]


# ---- Services ----


class Desk:
    """Services by name."""

    def __init__(self, world: World, agent: Callable[[str], Run]) -> None:
        self.world, self.agent = world, agent
        self.services: dict[str, Service] = {}

    def start(self, name: str) -> Service:
        if name in self.services:
            self.services[name].close()
            (self.agent(name).folder / "notify").unlink(missing_ok=True)
        self.services[name] = service = Service(self.agent(name))
        service.start()
        return service

    def on_duty(self) -> list[str]:
        return [n for n, s in self.services.items() if s.process and s.process.poll() is None
                and s.run.state.exists() and (lease_of(s.run) or {}).get("on_duty")]

    def wait_for_duty(self, but: str = "", seconds: float = 25) -> str:
        assert until(lambda: [n for n in self.on_duty() if n != but], seconds), \
            {n: log(s) for n, s in self.services.items()}
        return next(n for n in self.on_duty() if n != but)

    def close(self) -> None:
        for service in self.services.values():
            service.close()


@pytest.fixture
def desk(world: World, agent: Any) -> Iterator[Desk]:
    made = Desk(world, agent)
    yield made
    made.close()


def written(world: World, ticket: int, seconds: float = 25) -> bool:
    return bool(until(lambda: flagged(world, ticket), seconds))


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_of_several_services_one_writes_and_each_note_stands_once(world: World, desk: Desk, names: str) -> None:
    for name in names:
        desk.start(name)
    desk.wait_for_duty()
    tickets = [late_ticket(world) for _ in range(5)]
    assert all(written(world, ticket) for ticket in tickets)
    time.sleep(4)
    assert len(desk.on_duty()) == 1 and set(keys(world).values()) == {1}


def test_when_the_holder_is_killed_a_standby_takes_over(world: World, desk: Desk) -> None:
    desk.start("a")
    assert desk.wait_for_duty() == "a"
    desk.start("b")
    assert written(world, late_ticket(world))
    assert desk.services["a"].process
    desk.services["a"].process.kill()
    desk.services["a"].process.wait()
    ticket = late_ticket(world)
    assert desk.wait_for_duty() == "b"
    assert written(world, ticket)
    desk.start("a")  # comes back as a standby
    assert written(world, late_ticket(world))
    assert desk.on_duty() == ["b"] and set(keys(world).values()) == {1}


def test_a_clean_stop_hands_over_without_waiting_for_three_minutes(world: World, desk: Desk, agent: Any) -> None:
    desk.start("a")
    assert desk.wait_for_duty() == "a"
    desk.start("b")
    assert until(lambda: (lease_of(agent("b")) or {}).get("row") if agent("b").state.exists() else None, 20)
    assert desk.services["a"].stop() == 0
    assert [r["x_purpose"] for r in rows(world)][:1] == ["released"]
    assert lease_of(agent("a"))["row"] is None
    began = world.now
    assert desk.wait_for_duty() == "b"
    assert world.now - began < timedelta(minutes=3)


def test_a_holder_that_was_stopped_for_five_minutes_writes_nothing_before_it_has_duty_again(
        world: World, server: Server, desk: Desk) -> None:
    desk.start("a")
    assert desk.wait_for_duty() == "a"
    desk.start("b")
    assert written(world, late_ticket(world))
    desk.services["a"].send(signal.SIGSTOP)
    ticket = late_ticket(world)
    time.sleep(5)  # five minutes
    assert desk.wait_for_duty(but="a") == "b"
    assert written(world, ticket)
    desk.services["a"].send(signal.SIGCONT)
    tickets = [late_ticket(world) for _ in range(3)]
    assert all(written(world, t) for t in tickets)
    time.sleep(4)
    assert desk.on_duty() == ["b"] and set(keys(world).values()) == {1}


def test_a_process_stopped_between_its_look_and_its_write_does_not_send_it(world: World, server: Server, desk: Desk) -> None:
    """It wakes up with the key looked for long ago; another agent has written meanwhile."""
    desk.start("a")
    assert desk.wait_for_duty() == "a"
    desk.start("b")
    stopped: list[int] = []

    def stop() -> None:
        desk.services["a"].send(signal.SIGSTOP)
        stopped.append(1)

    ticket = late_ticket(world)
    server.before_call(lambda call: call.method == "search_read" and call.model == "mail.message"
                       and f"breach.{ticket}." in str(call.args) and "message_id" in str(call.args), stop)
    assert until(lambda: stopped, 20)
    assert desk.wait_for_duty(but="a") == "b" and written(world, ticket)
    desk.services["a"].send(signal.SIGCONT)
    time.sleep(4)
    assert flagged(world, ticket) == 1 and set(keys(world).values()) == {1}


def test_the_metrics_tell_who_is_on_duty(desk: Desk, agent: Any, tmp_path: Path) -> None:
    for name in "ab":
        agent(name).configure(status={"metrics_file": str(tmp_path / f"{name}.prom")})
    desk.start("a")
    assert desk.wait_for_duty() == "a"
    desk.start("b")
    for name, value in (("a", 1), ("b", 0)):
        path = tmp_path / f"{name}.prom"
        assert until(lambda: path.exists() and f'qualiodoo_on_duty{{database="demo"}} {value}' in path.read_text(), 20)  # noqa: B023
