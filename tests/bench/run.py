"""Benchmarks: ratios measured in one run, on this machine, with nothing else to compare with.

usage: run.py [--tickets N] [--lines N] [--quick]   ($QUALIODOO: the binary)"""
from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
from pages import CUSTOMERS, Pages, build  # noqa: E402

QUALIODOO = os.environ.get("QUALIODOO", str(ROOT / "build" / "qualiodoo"))
DEBIAN_PYTHON = "/usr/bin/python3"


@dataclass
class Run:
    wall: float
    cpu: float
    peak_mib: float
    out: str


def follow_memory(pid: int, peaks: list[float]) -> None:
    """The high-water mark in /proc: the kernel's own ru_maxrss counts this program before the exec."""
    while True:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return
        if "VmHWM" not in status:
            return  # it has ended
        if Path(f"/proc/{pid}/exe").resolve() != Path(sys.executable).resolve():
            peaks[0] = max(peaks[0], int(status.split("VmHWM:")[1].split()[0]) / 1024)
        time.sleep(0.005)


def timed(*command: str) -> Run:
    """Runs a command to its end; its own CPU time and peak memory as the kernel counted them."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peaks = [0.0]
    watch = threading.Thread(target=follow_memory, args=(process.pid, peaks))
    watch.start()
    out, err = process.stdout.read(), process.stderr.read()
    watch.join()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}\n{out}{err}")
    return Run(time.monotonic() - began, usage.ru_utime + usage.ru_stime, peaks[0], out)


def configure(folder: Path, url: str, step: str = "5min") -> Path:
    secret = folder / "secret"
    secret.write_text("agent-secret\n")
    secret.chmod(0o600)
    path = folder / "qualiodoo.yaml"
    path.write_text(f"""odoo: {{url: "{url}", database: demo, login: agent@example.com, secret_file: {secret}}}
state: {{path: {folder}/state.db}}
credit: {{step: {step}, packs: [{{product: SUP12, hours: 12}}]}}
writeback: {{enabled: false}}
""")
    return path


def fresh(folder: Path) -> None:
    for name in ("state.db", "state.db-wal", "state.db-shm", "other.db"):
        (folder / name).unlink(missing_ok=True)


def say(what: str, value: str, aim: str = "") -> None:
    print(f"{what:<66} {value:>18}   {aim}", flush=True)


def mirror(folder: Path, pages: Pages, answers: Path, curl: Path, runs: int) -> None:
    program = [QUALIODOO, "-c", str(folder / "qualiodoo.yaml"), "reconcile", "--json"]
    slow, plain, ours = [], [], []
    for _ in range(runs):
        pages.delay = True
        fresh(folder)
        slow.append(timed(*program))
        plain.append(timed("curl", "-K", str(curl)))
        pages.delay = False
        fresh(folder)
        ours.append(timed(*program))
    parse = min(float(timed(str(folder / "parse"), str(answers)).out) for _ in range(runs))
    best = min(ours, key=lambda r: r.cpu)
    fresh(folder)
    python = timed(sys.executable, str(HERE / "clients.py"), "xmlrpc", pages.url, str(folder / "other.db"))
    say("(a) slow server: reconcile / curl on the same pages, wall",
        f"{min(r.wall for r in slow) / min(r.wall for r in plain):.2f}", "aim: at most 1.1")
    say("    seconds", f"{min(r.wall for r in slow):.2f} / {min(r.wall for r in plain):.2f}")
    say("(b) prepared pages: reconcile / xmlrpc_parse_response2, CPU", f"{best.cpu / parse:.2f}", "aim: at most 1.5")
    say("    seconds (the accounts are computed too)", f"{best.cpu:.2f} / {parse:.2f}")
    say("    reconcile / Python xmlrpc.client + sqlite3, CPU", f"{best.cpu / python.cpu:.2f}", "aim: at most 0.25")
    say("    seconds", f"{best.cpu:.2f} / {python.cpu:.2f}")
    try:
        fresh(folder)
        other = timed(DEBIAN_PYTHON, str(HERE / "clients.py"), "odoorpc", pages.url, str(folder / "other.db"))
        say("    reconcile / python3-odoorpc (JSON-RPC) + sqlite3, CPU", f"{best.cpu / other.cpu:.2f}", "no aim")
        say("    seconds", f"{best.cpu:.2f} / {other.cpu:.2f}")
    except SystemExit as error:
        say("    python3-odoorpc", "not measured", str(error).splitlines()[-1][:60])
    say("    peak memory, MiB", f"{max(r.peak_mib for r in ours + slow):.1f}", "aim: under 32")


def idle(folder: Path, pages: Pages) -> None:
    program = [QUALIODOO, "-c", str(folder / "qualiodoo.yaml"), "sync", "--json"]
    fresh(folder)
    timed(QUALIODOO, "-c", str(folder / "qualiodoo.yaml"), "reconcile")
    timed(*program)
    before = pages.calls
    run = timed(*program)
    say("idle cycle: calls", str(pages.calls - before))
    say("idle cycle: CPU, ms", f"{run.cpu * 1000:.0f}")


def recompute(folder: Path, pages: Pages, lines: int) -> None:
    """A state of that many lines, written straight into the mirror; then computed."""
    state = sqlite3.connect(folder / "state.db")
    with state:
        for table in ("timesheet", "ticket", "move", "move_line", "settlement_line", "partial", "partner"):
            state.execute(f"DELETE FROM {table}")
        tickets, first = lines // 4, date(2025, 1, 1)
        product = state.execute("SELECT id FROM product").fetchone()[0]
        bank = 900_000
        state.execute("REPLACE INTO journal VALUES (?, '', 'Bank', 'bank')", (bank,))
        for i in range(1, CUSTOMERS + 1):
            state.execute("INSERT INTO partner VALUES (?, '', ?, NULL, ?)", (i, f"C{i}", i))
            for year in (2025, 2026):
                n = 2 * i + (year == 2026)
                state.execute("INSERT INTO move VALUES (?, '', ?, 'out_invoice', 'posted', 'paid', 1, 0, ?, ?, NULL, 1, 1)",
                              (n, f"INV/{n}", f"{year}-01-01", i))
                state.execute("INSERT INTO move_line VALUES (?, '', ?, ?, 1000000000, NULL, 1, -1)", (n, n, product))
                state.execute("INSERT INTO settlement_line VALUES (?, '', ?, 'out_invoice', ?, NULL)",
                              (2 * n, n, f"{year}-01-01"))
                state.execute("INSERT INTO settlement_line VALUES (?, '', 0, 'entry', ?, ?)",
                              (2 * n + 1, f"{year}-01-01", bank))
                state.execute("INSERT INTO partial VALUES (?, '', ?, ?, NULL)", (n, 2 * n, 2 * n + 1))
        state.executemany(
            "INSERT INTO ticket (id, write_date, number, partner_id, tag_ids, create_date, in_domain)"
            " VALUES (?, '', ?, ?, '[]', '2025-01-01 08:00:00', 1)",
            ((i, f"HT{i}", i % CUSTOMERS + 1) for i in range(1, tickets + 1)))
        state.executemany("INSERT INTO timesheet VALUES (?, '', ?, ?, ?, NULL)",
                          ((i, i % tickets + 1, str(first + timedelta(days=i % 690)), (i % 7 + 1) * 10**9 // 60)
                           for i in range(1, lines + 1)))
    state.close()
    config = str(folder / "qualiodoo.yaml")
    run = timed(QUALIODOO, "-c", config, "balance", "--json")
    say(f"{lines:,} lines, {CUSTOMERS:,} customers: read and computed, CPU s", f"{run.cpu:.2f}", "aim: a few seconds")
    say("    peak memory, MiB", f"{run.peak_mib:.1f}")
    configure(folder, pages.url, step="6min")
    run = timed(QUALIODOO, "-c", config, "sync", "--json")
    say("    computed and stored after a change of policy (with entries), CPU s", f"{run.cpu:.2f}")


def deadlines() -> None:
    """Business time alone: no server, no state."""
    judged, searched, walked, sorted_ = map(float, timed(str(Path(QUALIODOO).parent / "bench" / "deadlines")).out.split())
    say("response targets judged, per second and core", f"{judged:,.0f}", "aim: at least 1,000,000")
    say("    / items of a million int64 that qsort sorts in a second", f"{judged / sorted_:.2f}")
    say("    deadlines alone / the same by a walk over the intervals", f"{searched / walked:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=300_000)
    parser.add_argument("--computed", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=2)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="qualiodoo-bench-"))
    try:
        flags = subprocess.run(["cc", "-O2", "-o", str(folder / "parse"), str(HERE / "parse.c"), "-lxmlrpc",
                                "-lxmlrpc_util"], check=False)
        flags.check_returncode()
        began = time.monotonic()
        pages = Pages(build(args.tickets, args.lines))
        config = configure(folder, pages.url)
        run = timed(QUALIODOO, "-c", str(config), "reconcile", "--json")
        print(f"{args.tickets:,} tickets, {args.lines:,} timesheet lines, {CUSTOMERS:,} customers;"
              f" pages prepared in {time.monotonic() - began:.0f} s, {len(pages.order)} requests,"
              f" {sum(len(out) for out, _ in pages.kept.values()) / 1e6:.0f} MB\n")
        assert run.out
        curl, answers = pages.save(folder)
        mirror(folder, pages, answers, curl, args.runs)
        idle(folder, pages)
        recompute(folder, pages, args.computed)
        deadlines()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
