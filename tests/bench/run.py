"""Benchmarks: ratios measured in one run, on this machine, with nothing else to compare with.

usage: run.py [--tickets N...] [--idle N...] [--computed N] [--runs N] [--instructions]
       ($QUALIODOO: the binary)

"wall" is elapsed time: of the runs, the pair with the smallest ratio, and the median one. "CPU" is user and
system time of the process: the smallest of the runs. Instructions, as valgrind counts them, are what no other
load on the machine can change; --instructions counts those of a first mirror too (slow: a small --tickets)."""
from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import computing  # noqa: E402
import cycles  # noqa: E402
import mirror  # noqa: E402
from desk import Desk  # noqa: E402
from pages import Pages, build  # noqa: E402
from process import say  # noqa: E402


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, nargs="+", default=[20_000, 100_000],
                        help="sizes of the mirror; three timesheet lines for each ticket, a customer for ten")
    parser.add_argument("--idle", type=int, nargs="*", default=[5_000], help="further sizes, for idle cycles alone")
    parser.add_argument("--computed", type=int, default=1_000_000, help="lines, a hundred for each customer")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--instructions", action="store_true")
    return parser.parse_args()


def compile_parser(folder: Path) -> None:
    """parse.c, which is no part of the program: Debian has no pkg-config for xmlrpc-c."""
    subprocess.run(["cc", "-O2", "-o", str(folder / "parse"), str(HERE / "parse.c"), "-lxmlrpc", "-lxmlrpc_util"],
                   check=True)


def desk_of(folder: Path, tickets: int) -> tuple[Desk, Pages]:
    """A server with that many tickets, and a desk for it."""
    began = time.monotonic()
    pages = Pages(build(tickets, 3 * tickets, max(tickets // 10, 1)))
    home = folder / str(tickets)
    home.mkdir()
    print(f"\n{tickets:,} tickets, {3 * tickets:,} timesheet lines, {max(tickets // 10, 1):,} customers"
          f" (made in {time.monotonic() - began:.0f} s)", flush=True)
    return Desk(home, pages.url), pages


def main() -> None:
    args = options()
    folder = Path(tempfile.mkdtemp(prefix="qualiodoo-bench-"))
    idle, peaks = {}, {}
    try:
        compile_parser(folder)
        for tickets in sorted({*args.tickets, *args.idle}):
            desk, pages = desk_of(folder, tickets)
            if tickets in args.tickets:
                peaks[tickets] = mirror.measure(desk, pages, args)
            idle[tickets] = cycles.measure(desk, pages, args)
        print()
        say(f"peak memory at {', '.join(f'{n:,}' for n in peaks)} tickets, MiB",
            ", ".join(f"{peak:.1f}" for peak in peaks.values()), "aim: at most 16, the same at each")
        cycles.compare(idle)
        computing.recompute(desk, args.computed, max(args.computed // 100, 1), args.instructions)
        computing.deadlines()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
