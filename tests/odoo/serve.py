#!/usr/bin/env python3
"""Run the simulated Odoo from a shell, with a story in its database."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from datetime import date, datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from odoosim import World, stories  # noqa: E402
from odoosim.protocols import ALL  # noqa: E402


def protocols(text: str) -> set[str]:
    """The names in a list, each of which must be a protocol."""
    names = set(text.split(","))
    unknown = names - {row.name for row in ALL}
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: no protocol")
    return names


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description="A simulated Odoo server on loopback.")
    parser.add_argument("--story", choices=sorted(stories.STORIES), default="demo", help="what the database holds")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--flavour", choices=("oca", "enterprise", "task"), default="oca")
    parser.add_argument("--version", type=int, choices=(16, 17, 18, 19), default=17)
    parser.add_argument("--protocols", type=protocols, metavar="NAME,...",
                        help="of xmlrpc, jsonrpc and json2 (19 alone), the ones it speaks; all by default")
    parser.add_argument("--key", metavar="KEY", help="an API key of the agent, which JSON-2 asks for")
    parser.add_argument("--today", type=date.fromisoformat, metavar="YYYY-MM-DD",
                        help="the day the story is told on; time then passes as usual")
    parser.add_argument("--delay", type=float, default=0.0, metavar="SECONDS", help="slow every call down")
    parser.add_argument("--delay-per-1000", type=float, default=0.0, metavar="SECONDS",
                        help="slow down by this for each 1000 records answered")
    parser.add_argument("--url-file", type=Path, metavar="PATH", help="write the URL there once it listens")
    return parser


def write_url(path: Path, url: str) -> None:
    """The URL in a file that is either absent or whole."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(url + "\n")
    os.replace(temporary, path)


def main() -> int:
    """Serve until told to stop."""
    args = options().parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    start = datetime.combine(args.today, now.time()) if args.today else now
    world = World(flavour=args.flavour, version=args.version, today=start)
    stories.STORIES[args.story](world)
    world.db.clock.run_from(start)
    if args.key:
        world.api_key("agent@example.com", args.key)
    server = world.serve(args.port, args.protocols)
    server.delay, server.delay_per_1000, server.record = args.delay, args.delay_per_1000, False
    with server:
        print(f"listening on {server.url} database {world.database} login agent@example.com secret agent-secret",
              flush=True)
        if args.url_file:
            write_url(args.url_file, server.url)
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
