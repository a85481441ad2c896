"""Runs one command again and again, each time with another allocation that fails, against the recorded answers of an Odoo.

    python3 shortage.py RECORDING FOLDER < NUMBERS

RECORDING is a pickled `Recording`; NUMBERS holds one allocation a line. Prints one JSON object a line: the number of an
allocation and what went wrong (`wrong`), or where a sample of the states is that a failed run left (`state`).
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

SECONDS = 60  # a run that takes longer hangs
# Names of a real time, or of what a run said of itself.
UNCOMPARED = ("meta", "sqlite_sequence")
TIMES = ("high_seen_at", "pulled_at", "at", "created_at", "changed_at", "judged_at", "settled_at", "first_judged")
# What is written after the pull and its results, which are one transaction.
LATER = ("outbox", "marker", "cursor", "noted", "tally")


class Told(NamedTuple):
    """An answer: its HTTP status, its content type, its body."""

    status: int
    kind: str
    body: bytes


@dataclass
class Recording:
    """A run without failures: what it was given and what it said."""

    command: list[str]  # {config} stands for its configuration
    settings: dict[str, Any]  # {url} and {state} are set in them
    preload: str
    folder: str | None  # state.db* to start from
    repeats: bool  # the run is one transaction: when it fails, the state is the one before or the one after
    answers: dict[tuple[str, bytes], list[Told]] = field(default_factory=dict)  # to a path and a body
    output: str = ""
    contents: dict[str, str] = field(default_factory=dict)  # of the state, after
    before: dict[str, str] = field(default_factory=dict)
    sample: int = 50  # the state that every n-th failed run left is kept


def content(state: Path) -> dict[str, str]:
    """What the state says, but for real times: a digest of each table."""
    if not state.exists():
        return {}
    found = {}
    with closing(sqlite3.connect(state)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1").fetchall():
            columns = [f'"{row[1]}"' for row in database.execute(f"PRAGMA table_info({table})") if row[1] not in TIMES]
            if table not in UNCOMPARED:
                rows = sorted(map(repr, database.execute(f"SELECT {', '.join(columns)} FROM {table}")))
                found[table] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


class Replay(threading.Thread):
    """The recorded answers, over HTTP. A request that was never recorded is noted and gets no answer."""

    def __init__(self, recording: Recording) -> None:
        super().__init__(daemon=True)
        self.recording = recording
        self.asked: dict[tuple[str, bytes], int] = {}
        self.unknown: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.start()

    def forget(self) -> None:
        self.asked, self.unknown = {}, []

    def run(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            with connection:
                try:
                    self.serve(connection)
                except OSError:
                    pass

    def serve(self, connection: socket.socket) -> None:
        read = b""
        while b"\r\n\r\n" not in read:
            more = connection.recv(65536)
            if not more:
                return
            read += more
        head, body = read.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        while len(body) < int(headers.get("content-length", "0")):
            more = connection.recv(65536)
            if not more:
                return
            body += more
        told = self.answer(lines[0].split()[1], body)
        if told is not None:
            connection.sendall(f"HTTP/1.0 {told.status} {HTTPStatus(told.status).phrase}\r\nServer: Werkzeug\r\n"
                               f"Date: {formatdate(usegmt=True)}\r\nContent-Type: {told.kind}\r\n"
                               f"Content-Length: {len(told.body)}\r\nConnection: close\r\n\r\n".encode() + told.body)

    def answer(self, path: str, body: bytes) -> Told | None:
        known = self.recording.answers.get((path, body))
        if known is None:
            self.unknown.append(f"{path} {body.decode(errors='replace')}")
            return None
        number = self.asked.get((path, body), 0)
        self.asked[path, body] = number + 1
        return known[min(number, len(known) - 1)]


class Trials:
    """The command in a folder of its own, with one allocation that fails."""

    def __init__(self, recording: Recording, folder: Path) -> None:
        self.recording, self.folder = recording, folder
        self.replay = Replay(recording)
        self.config = folder / "qualiodoo.yaml"
        self.state = folder / "state.db"
        self.failed = 0
        settings = {**recording.settings, "state": {"path": str(self.state)}}
        settings["odoo"] = {**settings["odoo"], "url": self.replay.url}
        self.config.write_text(json.dumps(settings))

    def prepare(self) -> None:
        for path in self.folder.glob("state.db*"):
            path.unlink()
        for path in Path(self.recording.folder).glob("state.db*") if self.recording.folder else ():
            shutil.copy(path, self.folder)
        self.replay.forget()

    def run(self, **variables: Any) -> subprocess.CompletedProcess[str]:
        """The command with what failing_alloc.c reads."""
        environment = {k: v for k, v in os.environ.items() if k not in ("JOURNAL_STREAM", "CREDENTIALS_DIRECTORY")}
        asan = environment.get("ASAN_OPTIONS", "")
        environment |= {"LD_PRELOAD": self.recording.preload, "MALLOC_PERTURB_": "165",  # freed memory is overwritten
                        "ASAN_OPTIONS": f"{asan}:verify_asan_link_order=0:detect_leaks=0".lstrip(":")}
        environment |= {key: str(value) for key, value in variables.items()}
        command = [word.format(config=self.config) for word in self.recording.command]
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", check=False, timeout=SECONDS)

    def trial(self, number: int, lasts: bool) -> dict[str, Any] | None:
        self.prepare()
        try:
            done = self.run(FAILING_ALLOC=number, **({"FAILING_ALLOC_LASTS": 1} if lasts else {}))
        except subprocess.TimeoutExpired:
            return {"wrong": "it hangs"}
        if self.replay.unknown:
            return {"wrong": f"it asks Odoo what it never asks: {self.replay.unknown[0][-600:]}", "exit": done.returncode,
                    "said": done.stderr[-600:]}
        if done.returncode == 0:
            return self.look_at_success(done)
        if done.returncode != 1 or not done.stderr.startswith("qualiodoo: "):
            return {"wrong": f"exit {done.returncode}: {done.stderr[-3000:]}"}
        if done.stdout == self.recording.output:
            return {"wrong": f"exit 1 with the whole report: {done.stdout[:600]}"}
        return self.look_at_failure(done)

    def look_at_success(self, done: subprocess.CompletedProcess[str]) -> dict[str, Any] | None:
        if done.stdout != self.recording.output:
            return {"wrong": f"exit 0 with another report: {done.stdout[:2000]} {done.stderr[:600]}"}
        others = differing(content(self.state), self.recording.contents)
        return {"wrong": f"exit 0 with another state: {others} {done.stderr[:600]}"} if others else None

    def look_at_failure(self, done: subprocess.CompletedProcess[str]) -> dict[str, Any] | None:
        recording = self.recording
        self.failed += 1
        if "memory" not in done.stderr:
            return {"wrong": f"the message does not say what is short: {done.stderr}"}
        if recording.repeats:
            found = content(self.state)
            if differing(found, recording.before, LATER) and differing(found, recording.contents, LATER):
                return {"wrong": f"exit 1 with half a state: {differing(found, recording.before, LATER)}: {done.stderr}"}
        if self.failed % recording.sample:
            return None
        kept = self.folder / f"left-{self.failed}"
        kept.mkdir()
        for path in self.folder.glob("state.db*"):
            shutil.copy(path, kept)
        return {"state": str(kept), "said": done.stderr}


def differing(one: dict[str, str], other: dict[str, str], but: tuple[str, ...] = ()) -> list[str]:
    """The tables that differ."""
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name) and name not in but]


def main() -> None:
    recording = pickle.loads(Path(sys.argv[1]).read_bytes())
    trials = Trials(recording, Path(sys.argv[2]))
    for line in sys.stdin:
        number = int(line)
        lasts = number % 4 == 0
        found = trials.trial(number, lasts)
        if found:
            print(json.dumps({"number": number, "lasts": lasts, **found}), flush=True)


if __name__ == "__main__":
    main()
