"""--now: what would be at another time. The installed program never writes with it, wherever Odoo runs."""

from __future__ import annotations

import pytest
from conftest import RELEASED, Run, Server, Shop, World

THEN = "2026-04-20T10:00:00Z"


@pytest.fixture
def released(run: Run, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The installed program on a state in which a breach is due and writes are enabled, with Odoo on this machine."""
    run.world.ticket(shop.acme, created="2026-03-02 09:00", priority="3")
    run.configure(writeback={"enabled": True, "since": "2026-01-01"})
    run("sync", check=0)
    monkeypatch.setattr("conftest.BINARY", RELEASED)
    return run


@pytest.mark.parametrize("command", [
    ["sync"], ["reconcile"], ["reconcile", "--force"], ["run"], ["adjust", 1, 30, "--reason", "x"], ["setup"],
    ["setup", "--remove"], ["outbox", "retry"], ["outbox", "drop", 1]], ids=lambda command: " ".join(map(str, command)))
def test_a_command_that_writes_refuses_now(released: Run, server: Server, command: list[str | int]) -> None:
    released.world.ticket(1, created="2026-03-03 09:00", priority="3")
    server.clear()
    before = released.dump()
    refused = released(*command, now=THEN, check=2)
    assert "--now" in refused.message
    assert not server.calls and released.dump() == before


@pytest.mark.parametrize("command, codes", [
    (["balance"], {0}), (["sla"], {0}), (["status"], {0, 3}), (["doctor"], {0, 3}), (["outbox"], {0}),
    (["explain", "balance", 1], {0, 1}), (["reconcile", "--dry-run"], {0, 3})], ids=lambda value: str(value))
def test_a_command_that_reads_takes_now_and_writes_nothing(released: Run, world: World, server: Server,
                                                           command: list[str | int], codes: set[int]) -> None:
    world.timesheet(world.ticket(world.partner("New")), 1.0, "2026-03-12")
    server.clear()
    before = released.dump()
    assert released(*command, now=THEN).code in codes
    assert not [call for call in server.calls if call.writes] and released.dump() == before
