"""Benchmarks: ratios measured in one run, on this machine, with nothing else to compare with.

usage: run.py [--tickets N] [--lines N] [--customers N] [--computed N] [--runs N] [--instructions]
       ($QUALIODOO: the binary)

"wall" is elapsed time: of the runs, the pair with the smallest ratio, and the median one. "CPU" is user and
system time of the process: the smallest of the runs. With --instructions, valgrind counts instructions too,
which no other load on the machine can change (slow: a small --tickets)."""
from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sqlite3
import statistics
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
from pages import Pages, build  # noqa: E402

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
    print(f"{what:<68} {value:>16}   {aim}".rstrip(), flush=True)


def instructions(folder: Path, *command: str) -> float:
    """What the whole command executes, in millions, as valgrind counts."""
    out = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind", *command],
                         check=True, capture_output=True, text=True)
    return int(re.search(r"Collected : (\d+)", out.stderr).group(1)) / 1e6


def mirror(folder: Path, pages: Pages, answers: Path, curl: Path, args: argparse.Namespace) -> None:
    program = [QUALIODOO, "-c", str(folder / "qualiodoo.yaml"), "reconcile", "--json"]
    parse = [str(folder / "parse"), str(answers)]
    slow, plain, ours, parsed = [], [], [], []
    for _ in range(args.runs):
        pages.delay = True
        fresh(folder)
        slow.append(timed(*program))
        plain.append(timed("curl", "-K", str(curl)))
        pages.delay = False
        fresh(folder)
        ours.append(timed(*program))
        parsed.append(float(timed(*parse).out))
    pairs = sorted(zip(slow, plain), key=lambda pair: pair[0].wall / pair[1].wall)
    ratios = [one.wall / other.wall for one, other in pairs]
    best, alone = min(ours, key=lambda r: r.cpu), min(parsed)
    fresh(folder)
    python = timed(sys.executable, str(HERE / "clients.py"), "xmlrpc", pages.url, str(folder / "other.db"))
    say("(a) slow server: reconcile / curl on the same pages, wall", f"{ratios[0]:.2f}", "aim: at most 1.1")
    say("    median of the runs", f"{statistics.median(ratios):.2f}")
    say("    seconds", f"{pairs[0][0].wall:.2f} / {pairs[0][1].wall:.2f}")
    say("(b) prepared pages: reconcile / xmlrpc_parse_response2 alone, CPU", f"{best.cpu / alone:.2f}",
        "aim: at most 1.5")
    say("    seconds (targets and accounts are computed too)", f"{best.cpu:.2f} / {alone:.2f}")
    if args.instructions:
        fresh(folder)
        count, of_parse = instructions(folder, *program), instructions(folder, *parse)
        say("    the same in instructions, millions", f"{count:.0f} / {of_parse:.0f}", f"{count / of_parse:.2f}")
    say("    reconcile / Python xmlrpc.client + sqlite3, CPU", f"{best.cpu / python.cpu:.2f}", "aim: at most 0.25")
    say("    seconds", f"{best.cpu:.2f} / {python.cpu:.2f}")
    say("    xmlrpc_parse_response2 alone / Python, CPU", f"{alone / python.cpu:.2f}", "the least it can be")
    try:
        fresh(folder)
        other = timed(DEBIAN_PYTHON, str(HERE / "clients.py"), "odoorpc", pages.url, str(folder / "other.db"))
        say("    reconcile / python3-odoorpc (JSON-RPC) + sqlite3, CPU", f"{best.cpu / other.cpu:.2f}", "no aim")
        say("    seconds", f"{best.cpu:.2f} / {other.cpu:.2f}")
    except SystemExit as error:
        say("    python3-odoorpc", "not measured", str(error).splitlines()[-1][:60])
    say("    peak memory, MiB", f"{max(r.peak_mib for r in ours + slow):.1f}", "aim: under 32")


def cycles(folder: Path, pages: Pages, runs: int) -> None:
    """A cycle in which nothing happened for longer than the overlap, and one after one line of work."""
    program = [QUALIODOO, "-c", str(folder / "qualiodoo.yaml"), "sync", "--json"]
    fresh(folder)
    timed(QUALIODOO, "-c", str(folder / "qualiodoo.yaml"), "reconcile")
    pages.replay = False
    timed(*program)
    state = sqlite3.connect(folder / "state.db")
    with state:
        state.execute("UPDATE cursor SET high_seen_at = high_seen_at - 7200 WHERE high_seen_at > 0")
    state.close()
    timed(*program)
    before = pages.calls
    idle = [timed(*program) for _ in range(runs)]
    say("idle cycle: calls", str((pages.calls - before) // runs))
    say("    CPU, ms", f"{min(r.cpu for r in idle) * 1000:.0f}")
    pages.work()
    report = json.loads(timed(*program).out)
    assert report["accounts_changed"], report
    say("cycle after one line of work: accounts computed", str(report["accounts_recomputed"]), "aim: 1")


def fill(state: sqlite3.Connection, lines: int, customers: int) -> None:
    """A mirror of that many lines, written straight into it: two paid packs for each customer."""
    for table in ("timesheet", "ticket", "move", "move_line", "settlement_line", "partial", "partner", "target"):
        state.execute(f"DELETE FROM {table}")
    tickets, first = lines // 4, date(2025, 1, 1)
    product = state.execute("SELECT id FROM product").fetchone()[0]
    bank = 900_000
    state.execute("REPLACE INTO journal (id, write_date, name, type) VALUES (?, '', 'Bank', 'bank')", (bank,))
    for i in range(1, customers + 1):
        state.execute("INSERT INTO partner (id, write_date, name, commercial_id) VALUES (?, '', ?, ?)", (i, f"C{i}", i))
        for year in (2025, 2026):
            n = 2 * i + (year == 2026)
            state.execute("INSERT INTO move (id, write_date, name, type, state, payment_state, total, residual,"
                          " invoice_date, customer_id, currency_id, company_id)"
                          " VALUES (?, '', ?, 'out_invoice', 'posted', 'paid', 1, 0, ?, ?, 1, 1)",
                          (n, f"INV/{n}", f"{year}-01-01", i))
            state.execute("INSERT INTO move_line (id, write_date, move_id, product_id, quantity, untaxed, balance)"
                          " VALUES (?, '', ?, ?, 1000000000, 1, -1)", (n, n, product))
            state.execute("INSERT INTO settlement_line (id, write_date, move_id, move_type, date)"
                          " VALUES (?, '', ?, 'out_invoice', ?)", (2 * n, n, f"{year}-01-01"))
            state.execute("INSERT INTO settlement_line (id, write_date, move_id, move_type, date, journal_id)"
                          " VALUES (?, '', 0, 'entry', ?, ?)", (2 * n + 1, f"{year}-01-01", bank))
            state.execute("INSERT INTO partial (id, write_date, debit_line_id, credit_line_id) VALUES (?, '', ?, ?)",
                          (n, 2 * n, 2 * n + 1))
    state.executemany(
        "INSERT INTO ticket (id, write_date, number, partner_id, tag_ids, create_date, in_domain, active)"
        " VALUES (?, '', ?, ?, '[]', '2025-01-01 08:00:00', 1, 1)",
        ((i, f"HT{i}", i % customers + 1) for i in range(1, tickets + 1)))
    state.executemany("INSERT INTO timesheet (id, write_date, ticket_id, date, amount) VALUES (?, '', ?, ?, ?)",
                      ((i, i % tickets + 1, str(first + timedelta(days=i % 690)), (i % 7 + 1) * 10**9 // 60)
                       for i in range(1, lines + 1)))


def recompute(folder: Path, pages: Pages, lines: int, customers: int) -> None:
    state = sqlite3.connect(folder / "state.db")
    with state:
        fill(state, lines, customers)
    state.close()
    config = str(folder / "qualiodoo.yaml")
    run = timed(QUALIODOO, "-c", config, "balance", "--json")
    say(f"{lines:,} lines, {customers:,} customers: read and computed, CPU s", f"{run.cpu:.2f}", "aim: a few seconds")
    say("    peak memory of balance --json, MiB", f"{run.peak_mib:.1f}", "aim: under 32")
    configure(folder, pages.url, step="6min")
    run = timed(QUALIODOO, "-c", config, "sync", "--json")
    say("    computed and stored after a change of policy (with entries), CPU s", f"{run.cpu:.2f}")
    say("    peak memory, MiB", f"{run.peak_mib:.1f}", "aim: under 32")


def deadlines() -> None:
    """Business time alone: no server, no state."""
    judged, searched, walked, sorted_ = map(float, timed(str(Path(QUALIODOO).parent / "bench" / "deadlines")).out.split())
    say("response targets judged, per second and core", f"{judged:,.0f}", "aim: at least 1,000,000")
    say("    / items of a million int64 that qsort sorts in a second", f"{judged / sorted_:.2f}")
    say("    deadlines alone / the same by a walk over the intervals", f"{searched / walked:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--lines", type=int, help="of timesheets (default: three for each ticket)")
    parser.add_argument("--customers", type=int, help="(default: one for ten tickets)")
    parser.add_argument("--computed", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--instructions", action="store_true")
    args = parser.parse_args()
    lines, customers = args.lines or 3 * args.tickets, args.customers or args.tickets // 10
    folder = Path(tempfile.mkdtemp(prefix="qualiodoo-bench-"))
    try:
        flags = subprocess.run(["cc", "-O2", "-o", str(folder / "parse"), str(HERE / "parse.c"), "-lxmlrpc",
                                "-lxmlrpc_util"], check=False)
        flags.check_returncode()
        began = time.monotonic()
        pages = Pages(build(args.tickets, lines, customers))
        config = configure(folder, pages.url)
        run = timed(QUALIODOO, "-c", str(config), "reconcile", "--json")
        print(f"{args.tickets:,} tickets, {lines:,} timesheet lines, {customers:,} customers;"
              f" pages prepared in {time.monotonic() - began:.0f} s, {len(pages.order)} requests,"
              f" {sum(len(out) for out, _ in pages.kept.values()) / 1e6:.0f} MB\n")
        assert run.out
        curl, answers = pages.save(folder)
        mirror(folder, pages, answers, curl, args)
        cycles(folder, pages, args.runs)
        recompute(folder, pages, args.computed, max(args.computed // 100, 1))
        deadlines()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
