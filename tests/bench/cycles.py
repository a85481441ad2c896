"""Cycles in which nothing, or little, happened."""
from __future__ import annotations

import argparse
import json
import re
import subprocess
import time
from dataclasses import dataclass

from desk import Desk
from pages import Pages
from process import instructions, say, timed


@dataclass
class Idle:
    """What an idle cycle costs at one size; CPU in milliseconds, instructions in millions (0: not counted)."""

    calls: int
    service_calls: float
    service_cpu: float
    sync_cpu: float
    sync_instructions: float


def _cpu_of(pid: int) -> float:
    """CPU seconds of a whole process so far, in the kernel's nanoseconds: its clock, as clock_getcpuclockid(3) has it."""
    return time.clock_gettime((~pid << 3) | 2)


def _cycles_of(desk: Desk) -> int:
    """The cycles that the service has counted."""
    try:
        text = desk.metrics.read_text()
    except OSError:
        return 0
    return sum(int(n) for n in re.findall(r"^qualiodoo_cycles_total\{.*\} (\d+)$", text, re.M))


def _await_cycle(desk: Desk, number: int) -> int:
    until = time.monotonic() + 60
    while (count := _cycles_of(desk)) < number:
        assert time.monotonic() < until, "the service runs no cycles"
        time.sleep(0.05)
    return count


def _service(desk: Desk, pages: Pages, cycles: int) -> tuple[float, float]:
    """Calls and CPU milliseconds of a ticket cycle of the service."""
    desk.metrics.unlink(missing_ok=True)
    service = subprocess.Popen(desk.command("run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        before = _await_cycle(desk, 3)  # the first ones read what changes rarely
        cpu, calls = _cpu_of(service.pid), pages.calls
        after = _await_cycle(desk, before + cycles)
        return (pages.calls - calls) / (after - before), (_cpu_of(service.pid) - cpu) / (after - before) * 1000
    finally:
        service.terminate()
        service.wait()


def prepare(desk: Desk, pages: Pages) -> None:
    """Mirrors all, and lets all that was read be older than the overlap."""
    desk.fresh()
    timed(*desk.command("reconcile"))
    pages.replay = False
    timed(*desk.command("sync"))
    state = desk.state()
    with state:
        state.execute("UPDATE cursor SET high_seen_at = high_seen_at - 7200 WHERE high_seen_at > 0")
    state.close()
    timed(*desk.command("sync"))


def measure(desk: Desk, pages: Pages, args: argparse.Namespace) -> Idle:
    """Idle cycles, and one after one line of work."""
    prepare(desk, pages)
    before = pages.calls
    runs = [timed(*desk.command("sync")) for _ in range(max(args.runs, 5))]
    calls = (pages.calls - before) // len(runs)
    counted = instructions(desk.folder, *desk.command("sync"))
    of_service, cpu = _service(desk, pages, 10)
    idle = Idle(calls, of_service, cpu, min(run.cpu for run in runs) * 1000, counted)
    say("idle ticket cycle of the service: calls", f"{of_service:.1f}", "aim: at most 8")
    say("    CPU, ms", f"{cpu:.1f}", "aim: at most 5")
    say("idle sync: calls; CPU with the process, ms", f"{calls}; {idle.sync_cpu:.0f}")
    say("    instructions with the process, millions", f"{counted:.1f}", "aim: the same at each size")
    pages.work()
    report = json.loads(timed(*desk.command("sync", "--json")).out)
    assert report["accounts_changed"], report
    say("cycle after one line of work: accounts computed", str(report["accounts_recomputed"]), "aim: 1")
    pages.replay = True
    return idle


def compare(found: dict[int, Idle]) -> None:
    """How the cost of an idle cycle grows with what is mirrored."""
    sizes = sorted(found)
    first, last = found[sizes[0]], found[sizes[-1]]
    say(f"idle cycle at {', '.join(f'{n:,}' for n in sizes)} tickets: CPU in the service, ms",
        ", ".join(f"{found[n].service_cpu:.1f}" for n in sizes))
    say("    instructions of sync, millions", ", ".join(f"{found[n].sync_instructions:.1f}" for n in sizes))
    say("    the largest / the smallest: CPU; instructions",
        f"{last.service_cpu / first.service_cpu:.2f}; {last.sync_instructions / first.sync_instructions:.2f}",
        "aim: at most 1.1")
