"""The first mirror, over each protocol, beside what does the same or a part of it."""
from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

from desk import Desk
from pages import KEY, Pages
from process import Run, instructions, say, timed

HERE = Path(__file__).resolve().parent
DEBIAN_PYTHON = "/usr/bin/python3"
# Of each protocol: its name, the Python client beside it, and the aim of the ratio.
PROTOCOLS = {
    "xmlrpc": ("XML-RPC", "Python xmlrpc.client", 0.25),
    "jsonrpc": ("JSON-RPC", "python3-odoorpc", 0.6),
    "json2": ("JSON-2", "Python json, urllib", 0.6),
}


def _python(desk: Desk, protocol: str) -> Run:
    """The Python client, on the same pages. odoorpc is a package of Debian's own Python."""
    desk.fresh()
    python = DEBIAN_PYTHON if protocol == "jsonrpc" else sys.executable
    client = (str(HERE / "clients.py"), protocol, desk.url, KEY, str(desk.folder / "other.db"))
    timed(python, *client)  # its own pages are prepared now
    desk.fresh()
    return timed(python, *client)


def _beside_parser(desk: Desk, answers: Path, ours: list[Run], args: argparse.Namespace) -> None:
    """xmlrpc-c's own reader, on the recorded answers alone."""
    parse = [str(desk.folder.parent / "parse"), str(answers)]
    best, alone = min(run.cpu for run in ours), min(float(timed(*parse).out) for _ in range(args.runs))
    say("XML-RPC: reconcile / xmlrpc_parse_response2 alone, CPU", f"{best / alone:.2f}", "aim: at most 0.9")
    say("    seconds (accounts and targets are computed too)", f"{best:.2f} / {alone:.2f}")
    if args.instructions:
        desk.fresh()
        count, of_parse = instructions(desk.folder, *desk.command("reconcile")), instructions(desk.folder, *parse)
        say("    instructions, millions", f"{count:.0f} / {of_parse:.0f}", f"{count / of_parse:.2f}")


def _protocol(desk: Desk, pages: Pages, protocol: str, args: argparse.Namespace) -> list[Run]:
    title, other, aim = PROTOCOLS[protocol]
    desk.configure(protocol)
    desk.fresh()
    pages.forget()
    timed(*desk.command("reconcile"))
    size = sum(len(out) for out, _ in pages.kept.values())
    say(f"{title}: requests; MB of answers", f"{len(pages.order)}; {size / 1e6:.0f}")
    curl, answers = pages.save(desk.folder)
    slow, plain, ours = [], [], []
    for _ in range(args.runs):
        pages.delay = True
        desk.fresh()
        slow.append(timed(*desk.command("reconcile")))
        plain.append(timed("curl", "-K", str(curl)))
        pages.delay = False
        desk.fresh()
        ours.append(timed(*desk.command("reconcile")))
    best = min(run.cpu for run in ours)
    try:
        python = _python(desk, protocol)
        say(f"{title}: reconcile / {other} + sqlite3, CPU", f"{best / python.cpu:.2f}", f"aim: at most {aim}")
        say("    seconds (accounts and targets are computed too)", f"{best:.2f} / {python.cpu:.2f}")
    except SystemExit as error:
        say(f"{title}: {other}", "not measured", str(error).splitlines()[-1][:60])
    if protocol == "xmlrpc":
        _beside_parser(desk, answers, ours, args)
    elif args.instructions:
        desk.fresh()
        say("    instructions, millions", f"{instructions(desk.folder, *desk.command('reconcile')):.0f}")
    pairs = sorted(zip(slow, plain), key=lambda pair: pair[0].wall / pair[1].wall)
    ratios = [one.wall / each.wall for one, each in pairs]
    say(f"{title}, slow server: reconcile / curl on the same pages, wall", f"{ratios[0]:.2f}", "aim: at most 1.05")
    say("    median of the runs; seconds",
        f"{statistics.median(ratios):.2f}; {pairs[0][0].wall:.2f} / {pairs[0][1].wall:.2f}")
    return ours + slow


def measure(desk: Desk, pages: Pages, args: argparse.Namespace) -> float:
    """Each protocol in turn. Returns the peak memory of all runs, in MiB."""
    runs: list[Run] = []
    for protocol in PROTOCOLS:
        runs += _protocol(desk, pages, protocol, args)
    pages.forget()
    desk.configure()
    peak = max(run.peak_mib for run in runs)
    say("peak memory, MiB", f"{peak:.1f}", "aim: at most 16, the same at each size")
    return peak
