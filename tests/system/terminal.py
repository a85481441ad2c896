"""A terminal of a given size for the program, and what a person sees on it.

    shown = Terminal(columns=60).run(command)
    assert shown.rows == ["customer  balance"]    # what stays on the screen
    assert "writing" in shown.frames[-1].text     # the line of progress, as it was drawn
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TIMEOUT = 30


def width(text: str) -> int:
    """The columns that a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@dataclass
class Frame:
    """The line of progress as it was drawn once; `at` is in seconds since the program was started."""

    at: float
    text: str


@dataclass
class Shown:
    """What came of one run: exit code, what reached the terminal and when, and standard output where it was none."""

    code: int
    chunks: list[tuple[float, bytes]]
    out: str
    columns: int

    @property
    def raw(self) -> bytes:
        """Everything that was sent to the terminal."""
        return b"".join(chunk for _, chunk in self.chunks)

    @property
    def frames(self) -> list[Frame]:
        """Each drawing of the line of progress: from a carriage return to the erasure of the rest."""
        return [Frame(at, text) for at, chunk in self.chunks
                for text in re.findall(r"\r([|/\\-] [^\r\n\x1b]+)(?:\x1b\[K|(?=\r|$))", chunk.decode())]

    @property
    def rows(self) -> list[str]:
        """The rows that stay, as a terminal of that width wraps them."""
        rows, at, after_wrap = [""], 0, False
        for piece in re.findall(r"\x1b\[K|[\s\S]", self.raw.decode()):
            if piece == "\r":
                at = 0
            elif piece == "\n":
                rows.append("")
            elif piece == "\x1b[K":
                rows[-1] = rows[-1][:at]
            else:
                after_wrap = width(rows[-1][:at]) + width(piece) > self.columns
                if after_wrap:
                    rows.append("")
                    at = 0
                rows[-1] = rows[-1][:at].ljust(at) + piece + rows[-1][at + 1:]
                at += 1
        return [row.rstrip() for row in rows[:-1]] + ([rows[-1]] if rows[-1].strip() else [])


class Terminal:
    """A pseudo-terminal of `columns` (0: it does not say)."""

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.ours, self.theirs = pty.openpty()
        self.columns = columns
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int = 24) -> None:
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def run(self, command: list[str], env: dict[str, str], piped: bool = False,
            during: Callable[[subprocess.Popen[bytes], Frame], Any] | None = None, **options: Any) -> Shown:
        """The program with standard error, and standard output unless `piped`, on this terminal. `during` is called
        with each frame, and may resize the terminal or send signals."""
        with subprocess.Popen(command, stderr=self.theirs, stdout=subprocess.PIPE if piped else self.theirs,
                              env={"TERM": "xterm", **env}, **{"stdin": subprocess.DEVNULL, **options}) as process:
            os.close(self.theirs)
            began, out, chunks = time.monotonic(), [b""], []
            reader = threading.Thread(target=lambda: out.append(process.stdout.read()) if process.stdout else None)
            reader.start()
            shown = Shown(0, chunks, "", self.columns)
            while chunk := self._read():
                chunks.append((time.monotonic() - began, chunk))
                if during:
                    for frame in Shown(0, chunks[-1:], "", self.columns).frames:
                        during(process, frame)
            reader.join(TIMEOUT)
            process.wait(TIMEOUT)
        os.close(self.ours)
        shown.code, shown.out = process.returncode, b"".join(out).decode()
        return shown

    def _read(self) -> bytes:
        try:
            return os.read(self.ours, 65536)
        except OSError:  # its last writer is gone
            return b""
