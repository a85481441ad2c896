"""Commands, each with the time and the memory that the kernel, or valgrind, counted for it."""
from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Run:
    """wall and cpu in seconds; peak_mib is the largest resident size."""

    wall: float
    cpu: float
    peak_mib: float
    out: str


def _follow_memory(pid: int, peaks: list[float]) -> None:
    """The high-water mark in /proc: the kernel's own ru_maxrss counts this program before the exec."""
    while True:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            program = os.readlink(f"/proc/{pid}/exe")
        except OSError:
            return  # it has ended
        if "VmHWM" not in status:
            return
        if Path(program) != Path(sys.executable).resolve():
            peaks[0] = max(peaks[0], int(status.split("VmHWM:")[1].split()[0]) / 1024)
        time.sleep(0.005)


def timed(*command: str) -> Run:
    """Runs a command to its end; its own CPU time and peak memory as the kernel counted them."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peaks = [0.0]
    watch = threading.Thread(target=_follow_memory, args=(process.pid, peaks))
    watch.start()
    out, err = process.stdout.read(), process.stderr.read()
    watch.join()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}\n{out}{err}")
    return Run(time.monotonic() - began, usage.ru_utime + usage.ru_stime, peaks[0], out)


def instructions(folder: Path, *command: str) -> float:
    """What the whole command executes, in millions, as valgrind counts: no other load changes it."""
    out = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind", *command],
                         check=True, capture_output=True, text=True)
    return int(re.search(r"Collected : (\d+)", out.stderr).group(1)) / 1e6


def say(what: str, value: str, aim: str = "") -> None:
    """A line of the table."""
    print(f"{what:<74} {value:>14}   {aim}".rstrip(), flush=True)
