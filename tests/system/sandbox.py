"""Runs a command under the restrictions of a unit, as far as they can be had without systemd.

    python3 sandbox.py UNIT STATE_DIRECTORY COMMAND...

From the unit: SystemCallFilter=, SystemCallErrorNumber=, RestrictAddressFamilies=, MemoryDenyWriteExecute=,
RestrictNamespaces=, RestrictSUIDSGID= (but for open), NoNewPrivileges=, CapabilityBoundingSet=,
ProtectSystem=strict (everything is read-only but the state directory), ProcSubset=, ProtectProc=, UMask=, and a user without
rights. What is said of the files is done whether the unit says it or not. Needs root.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

NOBODY = 65534
MS_REC, MS_PRIVATE, MS_BIND = 0x4000, 0x40000, 0x1000
CLONE_NEWNS, CLONE_NEW_ANY = 0x20000, 0x7E020000
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, RDONLY = 442, -100, 0x8000, 1
ALLOW, ERRNO = 0x7FFF0000, 0x50000
EQ, MASKED_EQ = 4, 7
PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 38, 24

libc = ctypes.CDLL(None, use_errno=True)


class Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("how", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


class MountAttr(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]


def checked(result: int, what: str) -> None:
    if result:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def settings(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^([A-Za-z]+)=(.*)$", unit.read_text(), re.M):
        found.setdefault(key, []).append(value)
    return found


def expand(name: str) -> set[str]:
    """The system calls of a set such as @system-service."""
    if not name.startswith("@"):
        return {name}
    told = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], capture_output=True, text=True,
                          check=True).stdout
    return set().union(*(expand(word) for word in re.findall(r"^    ([@a-z0-9_-]+)$", told, re.M)))


def allowed(filters: list[str]) -> set[str]:
    calls = expand("@default")
    for line in filters:
        names = set().union(*(expand(name) for name in line.lstrip("~").split()))
        calls = calls - names if line.startswith("~") else calls | names
    return calls


class Filter:
    def __init__(self, otherwise: int) -> None:
        self.lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        self.lib.seccomp_init.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.lib.seccomp_init(ctypes.c_uint32(otherwise)))

    def rule(self, action: int, call: str, *comparisons: Comparison) -> None:
        number = self.lib.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return  # not of this architecture
        table = (Comparison * len(comparisons))(*comparisons)
        checked(self.lib.seccomp_rule_add_array(self.context, ctypes.c_uint32(action), number, len(comparisons), table), call)

    def load(self) -> None:
        checked(self.lib.seccomp_load(self.context), "seccomp")


def call_filters(unit: dict[str, list[str]]) -> list[Filter]:
    """The list of allowed calls, and the calls refused for their arguments."""
    refused = ERRNO | getattr(errno, unit["SystemCallErrorNumber"][0])
    calls = Filter(refused)
    for call in allowed(unit["SystemCallFilter"]):
        calls.rule(ALLOW, call)
    arguments = Filter(ALLOW)
    families = {getattr(socket, name).value for name in unit["RestrictAddressFamilies"][0].split()}
    for family in range(64):
        if family not in families:
            arguments.rule(ERRNO | errno.EAFNOSUPPORT, "socket", Comparison(0, EQ, family, 0))
    assert "MemoryDenyWriteExecute" in unit and "RestrictNamespaces" in unit and "RestrictSUIDSGID" in unit
    arguments.rule(ERRNO | errno.EPERM, "mmap", Comparison(2, MASKED_EQ, 6, 6))
    for call in ("mprotect", "pkey_mprotect"):
        arguments.rule(ERRNO | errno.EPERM, call, Comparison(2, MASKED_EQ, 4, 4))
    arguments.rule(ERRNO | errno.ENOSYS, "clone3")  # its flags cannot be seen
    for flag in (1 << bit for bit in range(32) if CLONE_NEW_ANY >> bit & 1):
        for call in ("clone", "unshare"):
            arguments.rule(ERRNO | errno.EPERM, call, Comparison(0, MASKED_EQ, flag, flag))
    for bit in (0o4000, 0o2000):
        for call, place in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1), ("mkdirat", 2)):
            arguments.rule(ERRNO | errno.EPERM, call, Comparison(place, MASKED_EQ, bit, bit))
    return [arguments, calls]


def mount(source: bytes | None, target: bytes, kind: bytes | None, flags: int, data: bytes | None = None) -> None:
    checked(libc.mount(source, target, kind, flags, data), f"mount on {target!r}")


def read_only(path: bytes, on: bool) -> None:
    attr = MountAttr(RDONLY if on else 0, 0 if on else RDONLY, 0, 0)
    checked(libc.syscall(MOUNT_SETATTR, AT_FDCWD, path, AT_RECURSIVE if on else 0, ctypes.byref(attr), 32), f"{path!r}")


def close_files(state: str) -> None:
    checked(libc.unshare(CLONE_NEWNS), "unshare")
    mount(None, b"/", None, MS_REC | MS_PRIVATE)
    mount(state.encode(), state.encode(), None, MS_BIND)
    mount(b"proc", b"/proc", b"proc", 0, b"subset=pid,hidepid=invisible")
    read_only(b"/", True)
    read_only(state.encode(), False)


def drop_rights() -> None:
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")


def main() -> None:
    unit, state, command = settings(Path(sys.argv[1])), sys.argv[2], sys.argv[3:]
    filters = call_filters(unit)
    os.umask(int(unit["UMask"][0], 8))
    close_files(state)
    drop_rights()
    for one in filters:
        one.load()
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
