"""`outbox`: the writes that are not settled, and what a person decides about them."""

from __future__ import annotations

import fcntl
import re
import subprocess
from typing import Any

import pytest
from conftest import Run, Server, World
from odoosim.faults import AccessError, UserError

KEYS = ["id", "state", "part", "key", "model", "record", "subject", "attempts", "next_try", "created_at", "changed_at",
        "remote_id", "reason", "payload"]
NOTHING = "nothing: no write waits, and none was refused\n"


@pytest.fixture
def ticket(world: World, run: Run) -> int:
    """A ticket that was due yesterday, and an agent that may say so."""
    world.opening_hours({day: [(9, 12), (14, 18)] for day in range(5)}, name="Bureau")
    world.tag("SLA dépassé")
    run.configure(writeback={"enabled": True, "since": "2026-01-01"})
    return world.ticket(world.partner("Exemple SARL"), priority="3", created="2026-03-19 08:30", user=world.people[0])


def rows(run: Run, *arguments: object, check: int = 0) -> list[dict]:
    return run("outbox", *arguments, "--json", check=check).json


def states(run: Run) -> dict[str, str]:
    return dict(run.sql("SELECT part, state FROM outbox ORDER BY id"))


def refuse(server: Server, method: str, times: int = 1, model: str | None = None) -> Any:
    return server.fault("fault", match=lambda call: call.method == method and model in (None, call.model), times=times,
                        error=UserError("Cette étape est verrouillée."))


# ---- list ----


def test_an_empty_outbox_says_so_and_knows_no_write(run: Run) -> None:
    run("sync", check=0)
    assert run("outbox", check=0).out == "shadow mode: nothing is written; this is what would be:\n\n" + NOTHING
    assert run("outbox", "list", "--json", check=0).json == []
    run.configure(writeback={"enabled": True, "since": "2026-01-01"})
    assert run("outbox", check=0).out == NOTHING
    assert "there is no write 1 in the outbox" in run("outbox", "list", 1, check=1).message
    assert "there is no write 1 in the outbox" in run("outbox", "retry", 1, check=1).message
    assert "there is no write 1 in the outbox" in run("outbox", "drop", 1, check=1).message


@pytest.mark.parametrize("arguments", [["list"], ["retry"], ["retry", "1"], ["drop", "1"]])
def test_a_state_that_is_not_there_is_not_made(run: Run, arguments: list[str]) -> None:
    run("outbox", *arguments, check=1)
    assert not run.state.exists()


def test_shadow_mode_shows_what_would_be_written(world: World, run: Run, ticket: int) -> None:
    run.configure(writeback={"enabled": False})
    run("sync", check=0)
    note, tag, activity = rows(run)
    assert [list(row) for row in (note, tag, activity)] == [KEYS] * 3
    assert {**note, "payload": {}} == {
        "id": 1, "state": "shadow", "part": "note", "key": f"breach.{ticket}.1773916200", "model": "helpdesk.ticket",
        "record": ticket, "subject": ticket, "attempts": 0, "next_try": None, "created_at": "2026-03-20T10:00:00Z",
        "changed_at": "2026-03-20T10:00:00Z", "remote_id": None, "reason": None, "payload": {}}
    assert "Bureau" in note["payload"]["body"] and list(tag["payload"]) == ["tag"]
    assert activity["payload"]["user"] == world.people[0]
    shown = run("outbox", check=0).out.splitlines()
    assert shown[0].startswith("shadow mode: nothing is written")
    assert re.split(r"  +", shown[2].strip()) == ["id", "state", "what", "key", "record", "tries", "next", "reason"]
    assert re.split(r"  +", shown[3].strip()) == [
        "1", "shadow", "note", f"breach.{ticket}.1773916200", f"helpdesk.ticket:{ticket}", "0", "-", "-"]
    assert "shadow mode would write 3" in run("status", now=False).out
    for action in ("retry", "drop"):
        assert "is 'shadow'" in run("outbox", action, 1, check=1).message
    assert states(run) == {"note": "shadow", "tag": "shadow", "activity": "shadow"}


def test_one_write_is_shown_whole_even_when_it_is_done(run: Run, ticket: int) -> None:
    run("sync", check=0)
    assert rows(run) == []
    row, = rows(run, "list", 1)
    assert (row["state"], row["part"], row["attempts"]) == ("done", "note", 1) and row["remote_id"]
    shown = run("outbox", "list", 1, check=0).out
    assert f"write 1: note of breach.{ticket}.1773916200, done\n" in shown
    assert f"on helpdesk.ticket:{ticket}, about ticket {ticket}\n" in shown
    assert '"body": "<p>' in shown and f"in Odoo: id {row['remote_id']}\n" in shown


# ---- retry ----


def test_a_refused_write_is_shown_with_odoos_reason_and_tried_again(server: Server, run: Run, ticket: int) -> None:
    refuse(server, "message_post")
    run("sync", check=1)
    note, tag, activity = rows(run)
    assert [row["state"] for row in (note, tag, activity)] == ["refused", "queued", "queued"]
    assert "Cette étape est verrouillée." in note["reason"]
    assert re.search(r"^ *1 +refused +note .* 'Cette étape est verrouillée\.'$", run("outbox", check=0).out, re.M)
    status = run("status", "--json", now=False, check=3)
    assert status.json["queue"] == {"waiting": 2, "refused": 1, "queued": 2, "sending": 0, "shadow": 0}
    assert [p for p in status.json["problems"] if "outbox retry ID" in p] == [
        "Odoo refused 1 write: 'qualiodoo outbox' says why; then 'outbox retry ID' or 'outbox drop ID'"]
    assert "writes waiting: 2, refused: 1\n" in run("status", now=False).out
    run("sync")
    assert states(run)["note"] == "refused"  # until a person decides
    again, = rows(run, "retry", note["id"])
    assert (again["id"], again["state"], list(again)) == (note["id"], "queued", KEYS)
    run("sync", check=0)
    assert states(run) == {"note": "done", "tag": "done", "activity": "done"}
    assert run("status", "--json", now=False).json["queue"]["waiting"] == 0


def test_retry_without_an_id_is_for_every_refused_write(server: Server, run: Run, ticket: int) -> None:
    server.fault("fault", match=lambda call: call.method in ("write", "create") and call.model != "mail.message", times=0,
                 error=AccessError("Vous n'avez pas le droit."))
    run("sync", check=1)
    assert states(run) == {"note": "done", "tag": "refused", "activity": "refused"}
    server.faults.clear()
    shown = run("outbox", "retry", check=0).out
    assert re.fullmatch(r"to be sent at the next cycle: write 2, tag of breach\S+\n"
                        r"to be sent at the next cycle: write 3, activity of breach\S+\n", shown), shown
    assert run("outbox", "retry", check=0).out == "no write was refused\n"
    assert rows(run, "retry") == []
    run("sync", check=0)
    assert set(states(run).values()) == {"done"}
    assert "is 'done'" in run("outbox", "retry", 2, check=1).message


# ---- drop ----


def test_dropping_a_note_drops_its_tag_and_its_activity(server: Server, run: Run, ticket: int) -> None:
    refuse(server, "message_post")
    run("sync", check=1)
    dropped = rows(run, "drop", 1)
    assert [(row["id"], row["state"]) for row in dropped] == [(1, "dropped"), (2, "dropped"), (3, "dropped")]
    assert rows(run) == []
    run("sync", check=0)
    assert set(states(run).values()) == {"dropped"}  # and it is not queued again
    assert "is 'dropped'" in run("outbox", "drop", 1, check=1).message


def test_dropping_a_tag_leaves_the_note_and_the_activity(server: Server, run: Run, ticket: int) -> None:
    refuse(server, "write", model="helpdesk.ticket")
    run("sync", check=1)
    assert states(run) == {"note": "done", "tag": "refused", "activity": "done"}
    assert run("outbox", "drop", 2, check=0).out.startswith("given up: write 2, tag of breach.")
    run("sync", check=0)
    assert states(run) == {"note": "done", "tag": "dropped", "activity": "done"}
    assert run("status", "--json", now=False).json["queue"]["refused"] == 0


# ---- Who decides ----


def test_drop_waits_for_the_cycle_that_holds_the_lock(server: Server, run: Run, ticket: int) -> None:
    refuse(server, "message_post")
    run("sync", check=1)
    with (run.folder / "state.db.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = run.start("outbox", "drop", 1)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=1)
        assert states(run)["note"] == "refused"
    run.finish(waiting, check=0)
    assert set(states(run).values()) == {"dropped"}
