"""Runs the build for tests as subprocess.run() does, without loading its libraries each time: tests/system/zygote.c.

A zygote is a process of the program that forks a child for each run. It has one run at a time: what is asked for
meanwhile, and what needs more than arguments, an environment and outputs, goes through subprocess.run()."""

from __future__ import annotations

import array
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any

NAME = "qualiodoo-test"
OWN = {"timeout", "env", "stdin"}
LOADED = ("LD_PRELOAD", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "GLIBC_TUNABLES", "MALLOC_PERTURB_")


class Zygote:
    """One process that forks `program`, with those variables of the environment that a program reads before main()."""

    def __init__(self, program: str) -> None:
        self.lock = threading.Lock()
        self.program = program
        self.socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.loaded = {name: os.environ.get(name) for name in LOADED}
        self.process = subprocess.Popen([program], env={**os.environ, "QUALIODOO_ZYGOTE": str(other.fileno())},
                                        pass_fds=[other.fileno()], stdin=subprocess.DEVNULL)
        other.close()

    def takes(self, command: list[str], options: dict[str, Any]) -> bool:
        env = options.get("env", os.environ)
        return (command[0] == self.program and options.keys() <= OWN and options.get("stdin") == subprocess.DEVNULL
                and all(env.get(name) == value for name, value in self.loaded.items()) and self.process.poll() is None)

    def run(self, command: list[str], env: dict[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
        sys.audit("subprocess.Popen", command[0], command, None, env)
        words = [str(len(command)), os.getcwd(), *command, *(f"{k}={v}" for k, v in env.items())]
        message = b"".join(os.fsencode(word) + b"\0" for word in words)
        out, err = os.pipe(), os.pipe()
        with open(os.devnull, "rb") as nothing:
            files = array.array("i", [nothing.fileno(), out[1], err[1]])
            self.socket.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
        os.close(out[1])
        os.close(err[1])
        pid = int.from_bytes(self.socket.recv(4), sys.byteorder)
        assert pid > 0, "the zygote ended"
        texts = self._read(command, pid, {out[0]: b"", err[0]: b""}, time.monotonic() + timeout, timeout)
        status = os.waitstatus_to_exitcode(int.from_bytes(self.socket.recv(4), sys.byteorder))
        return subprocess.CompletedProcess(command, status, texts[0].decode(), texts[1].decode())

    def _read(self, command: list[str], pid: int, texts: dict[int, bytes], end: float, timeout: float) -> list[bytes]:
        """Both outputs to their ends."""
        with selectors.DefaultSelector() as waiting:
            for file in texts:
                waiting.register(file, selectors.EVENT_READ)
            while waiting.get_map():
                ready = waiting.select(max(0.0, end - time.monotonic()))
                if not ready:
                    os.kill(pid, signal.SIGKILL)
                    self.socket.recv(4)
                    for file in texts:
                        os.close(file)
                    raise subprocess.TimeoutExpired(command, timeout, *texts.values())
                for key, _ in ready:
                    got = os.read(key.fd, 1 << 16)
                    texts[key.fd] += got
                    if not got:
                        waiting.unregister(key.fd)
                        os.close(key.fd)
        return list(texts.values())


kept: dict[str, Zygote] = {}


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """subprocess.run() with both outputs captured as text."""
    program = command[0]
    if program not in kept and os.path.basename(program) == NAME and os.path.exists(program):
        kept[program] = Zygote(program)
    zygote = kept.get(program)
    if zygote and zygote.takes(command, options) and zygote.lock.acquire(blocking=False):
        try:
            return zygote.run(command, options.get("env", dict(os.environ)), options["timeout"])
        finally:
            zygote.lock.release()
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)
