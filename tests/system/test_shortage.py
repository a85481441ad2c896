"""Memory shortage: whichever allocation of a `reconcile` fails, it ends with a message, and the next one is right."""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import RELEASED, SECRET, Run, Shop, age, environment
from odoosim import World
from shortage import Recording, Told, Trials, content

PRELOAD = Path(RELEASED).parent / "tests" / "failing_alloc.so"
# AddressSanitizer brings an allocator of its own, which no other can stand before.
pytestmark = pytest.mark.skipif(b"__asan_init" in Path(RELEASED).read_bytes(), reason="another allocator is preloaded")
TRIALS = int(os.environ.get("SHORTAGE_TRIALS", "150"))  # of each of the stories below, over JSON a fifth; 0: all
WORKERS = int(os.environ.get("SHORTAGE_WORKERS", "2"))
SEED = int(os.environ.get("SHORTAGE_SEED", "1"))
SAMPLES = 5  # states that a failed run left, of each story and worker, from which the next run is tried
SETTINGS: dict[str, Any] = {"writeback": {"enabled": True, "since": "2026-01-01"}, "sla": {"targets": {"urgent": {"hours": 2}}}}
OVER_EACH = pytest.mark.parametrize("protocol", [
    "xmlrpc", "jsonrpc", pytest.param("json2", marks=pytest.mark.world(version=19))])


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory, where there is such a place: a run syncs its state."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="qualiodoo-", dir=place) as name:
        yield Path(name)


def record(run: Run, folder: Path, repeats: bool) -> Recording:
    """A `reconcile` of this state with nothing that fails."""
    settings = run.settings()
    made = Recording(command=[*run.command("reconcile")], settings=settings, preload=str(PRELOAD), repeats=repeats,
                     folder=None)
    made.command[made.command.index(str(run.config))] = "{config}"
    start = folder / "start"
    if run.state.exists():
        start.mkdir()
        for path in run.folder.glob("state.db*"):
            shutil.copy(path, start)
        made.folder, made.before = str(start), content(start / "state.db")
    answer = run.server.answer

    def recorded(path: str, body: bytes, headers: dict[str, str]) -> Any:
        out, call = answer(path, body, headers)
        made.answers.setdefault((path, body), []).append(Told(out.status, out.kind, bytes(out)))
        return out, call

    run.server.answer = recorded  # type: ignore[method-assign]
    try:
        made.output = run("reconcile", check=0).out
    finally:
        run.server.answer = answer  # type: ignore[method-assign]
    made.contents = content(run.state)
    return made


def allocations(recording: Recording, folder: Path) -> list[int]:
    """For each allocation, in order, a number for the path through the program that led to it."""
    place = folder / "count"
    place.mkdir()
    trials = Trials(recording, place)
    trials.prepare()
    done = trials.run(FAILING_ALLOC_TO=place / "paths")
    assert done.returncode == 0 and done.stdout == recording.output and not trials.replay.unknown, done
    data = (place / "paths").read_bytes()
    return [number for (number,) in struct.iter_unpack("=Q", data)]


def chosen(paths: list[int], trials: int) -> list[int]:
    """All of them, or so many: one of each path as long as there is room, taken by chance."""
    if trials == 0:
        return list(range(1, len(paths) + 1))
    dice = random.Random(SEED)
    of_path: dict[int, list[int]] = {}
    for number, path in enumerate(paths, 1):
        of_path.setdefault(path, []).append(number)
    picked = [dice.choice(numbers) for numbers in of_path.values()]
    return sorted(dice.sample(picked, min(trials, len(picked))))


def sweep(recording: Recording, folder: Path) -> tuple[list[dict[str, Any]], list[Path], str]:
    """Runs the trials; what went wrong, a sample of the states that failures left, and how many were swept."""
    paths = allocations(recording, folder)
    numbers = chosen(paths, TRIALS if recording.settings["odoo"]["protocol"] == "xmlrpc" else -(-TRIALS // 5))
    recording.sample = max(len(numbers) // WORKERS // (SAMPLES + 1), 1)
    plan = folder / "recording"
    plan.write_bytes(pickle.dumps(recording))
    workers = []
    for place in range(WORKERS):
        own = folder / f"worker-{place}"
        own.mkdir()
        worker = subprocess.Popen([sys.executable, Path(__file__).with_name("shortage.py"), plan, own],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        worker.stdin.write("".join(f"{number}\n" for number in numbers[place::WORKERS]))
        worker.stdin.close()
        workers.append(worker)
    found = [json.loads(line) for worker in workers for line in worker.stdout]
    assert all(worker.wait() == 0 for worker in workers)
    return ([one for one in found if "wrong" in one], [Path(one["state"]) for one in found if "state" in one],
            f"{len(numbers)} of {len(paths)} allocations on {len(set(paths))} paths, seed {SEED}")


def check(run: Run, folder: Path, repeats: bool, said: Callable[[str, str], None]) -> None:
    recording = record(run, folder, repeats)
    right, notes = run.stored(), written(run.world)
    wrong, states, swept = sweep(recording, folder)
    said("said", f"shortage of memory over {run.settings()['odoo']['protocol']}: {swept}")
    assert not wrong, f"{swept}: {len(wrong)} wrong: " + "\n".join(map(json.dumps, wrong[:20]))
    assert states
    for state in states:  # what a failure left is right after the next run
        run.forget()
        for path in state.iterdir():
            shutil.copy(path, run.folder)
        run("reconcile", check=0)
        assert run.stored() == right, state
    assert written(run.world) == notes


def written(world: World) -> list[Any]:
    """Of each note its record: nothing is written twice."""
    return sorted((row["model"], row["res_id"], row["message_id"]) for row in world.db.tables["mail.message"].rows.values()
                  if "qualiodoo" in str(row.get("message_id")))


@OVER_EACH
def test_a_first_reconcile_ends_with_a_message_whichever_allocation_fails(run: Run, shop: Shop, folder: Path, protocol: str,
        record_property: Callable[[str, str], None]) -> None:
    shop.world.api_key("agent@example.com", SECRET)
    run.configure(odoo={"protocol": protocol}, **SETTINGS)
    check(run, folder, False, record_property)


@OVER_EACH
def test_a_later_reconcile_keeps_its_state_whichever_allocation_fails(run: Run, shop: Shop, folder: Path, protocol: str,
        record_property: Callable[[str, str], None]) -> None:
    world = shop.world
    world.api_key("agent@example.com", SECRET)
    run.configure(odoo={"protocol": protocol}, **SETTINGS)
    run("reconcile", check=0)
    age(world)
    world.timesheet(shop.fix, 0.5, "2026-03-13")
    world.delete("account.analytic.line", shop.line_b)
    world.pay(shop.invoice_c, "2026-03-18")
    world.unpay(shop.invoice_b)
    world.ticket(shop.bravo, "Panne", priority="3", created="2026-03-17 09:00")
    world.close(shop.idle, at="2026-03-19 09:00")
    run.configure(credit={"adjustments": "note"})
    check(run, folder, True, record_property)


def test_a_report_is_whole_or_ends_with_a_message_whichever_of_its_last_allocations_fails(run: Run, shop: Shop, folder: Path) -> None:
    """The last ones build what is printed."""
    run("reconcile", check=0)
    whole = run("explain", "charge", shop.fix, check=0,
                env=environment(LD_PRELOAD=str(PRELOAD), FAILING_ALLOC="0", FAILING_ALLOC_TO=str(folder / "paths"))).out
    count = (folder / "paths").stat().st_size // 8
    for number in range(count - 60, count + 1):
        ended = run("explain", "charge", shop.fix, env=environment(LD_PRELOAD=str(PRELOAD), FAILING_ALLOC=str(number)))
        assert (ended.code == 0 and ended.out == whole) or (ended.code == 1 and "out of memory" in ended.message), (number, ended)
