"""The program works under the restrictions of its units, and these restrict."""

from __future__ import annotations

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import test_run
from conftest import RELEASED, SECRET, Run, Server, World, environment
from sandbox import NOBODY
from test_run import Service, until
from test_run import world as world  # real time
from test_webhook import SECRET as HOOK_SECRET
from test_webhook import free_port, has_listener

HERE = Path(__file__).resolve().parent
UNITS = HERE.parents[1] / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))


def can() -> bool:
    """Root alone makes such a sandbox, and not in every container; sanitizers do not work in it."""
    return (os.getuid() == 0 and b"__asan_init" not in Path(RELEASED).read_bytes()
            and bool(shutil.which("systemd-analyze")) and bool(ctypes.util.find_library("seccomp"))
            and subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0)


pytestmark = [test_run.pytestmark,
              pytest.mark.skipif(not can(), reason="needs root, mounts, systemd-analyze and libseccomp, and no sanitizer")]


class Boxed(Run):
    """The program in the sandbox of a unit, with the secret as a credential."""

    def __init__(self, folder: Path, server: Server, unit: str) -> None:
        super().__init__(folder, server)
        self.home = folder / "state"
        self.home.mkdir()
        os.chown(self.home, NOBODY, NOBODY)
        self.state = self.home / "state.db"
        self.program = folder / "qualiodoo"
        shutil.copy(RELEASED, self.program)
        credential = folder / "credentials" / "odoo"
        credential.parent.mkdir()
        credential.write_text(SECRET)
        credential.chmod(0o400)
        os.chown(credential, NOBODY, NOBODY)
        # By name, so that it is looked up.
        self.configure(odoo={"secret_file": None, "url": server.url.replace("127.0.0.1", "localhost")},
                       poll={"payments": "1s", "tickets": "2s"})
        self.hook = folder / "hook-secret"
        self.hook.write_text(HOOK_SECRET)
        self.hook.chmod(0o400)
        os.chown(self.hook, NOBODY, NOBODY)
        self.environment = {**environment(), "CREDENTIALS_DIRECTORY": str(credential.parent)}
        self.box = [sys.executable, str(HERE / "sandbox.py"), str(UNITS / unit), str(self.home)]

    def command(self, *arguments: object, now: object = None) -> list[str]:
        return [*self.box, str(self.program), *super().command(*arguments, now=now)[1:]]


@pytest.fixture(params=SERVICES)
def boxed(request: pytest.FixtureRequest, server: Server) -> Iterator[Boxed]:
    folder = Path(tempfile.mkdtemp(prefix="qualiodoo-box-"))
    folder.chmod(0o755)  # that of a test is its owner's alone
    made = Boxed(folder, server, request.param)
    yield made
    made.close()
    shutil.rmtree(folder)


def test_the_service_works_in_the_sandbox_of_its_unit(world: World, boxed: Boxed) -> None:
    customer = world.partner("Exemple SARL")
    invoice = world.invoice(customer, [("SUP12", 1)], str(world.today))
    port = free_port() if has_listener() else None
    if port:
        boxed.configure(webhook={"listen": f"127.0.0.1:{port}", "secret_file": str(boxed.hook)})
    service = Service(boxed)
    os.chmod(service.path, 0o666)
    try:
        service.start(CREDENTIALS_DIRECTORY=boxed.environment["CREDENTIALS_DIRECTORY"], WATCHDOG_USEC="4000000")
        assert service.says("STATUS=Up to date"), Path(service.log.name).read_text()
        world.pay(invoice, str(world.today))
        assert until(lambda: boxed.balance(customer) == 720), Path(service.log.name).read_text() + service.listen()
        if port:
            hook = urllib.request.Request(f"http://127.0.0.1:{port}/hook/{HOOK_SECRET}", b'{"_model": "account.move", "_id": 1}')
            assert urllib.request.urlopen(hook, timeout=5).status == 204
        service.send(1)
        assert service.logged("was read again") and service.says("WATCHDOG=1")
        assert boxed("status", now=False, check=0, env=boxed.environment)
        began = time.monotonic()
        assert service.stop(seconds=20) == 0 and time.monotonic() - began < 15
    finally:
        service.close()
    boxed("reconcile", now=False, check=0, env=boxed.environment)


PROBE = """
import ctypes, json, mmap, os, socket, sys
found = {}
def probe(name, call):
    try:
        call()
        found[name] = 0
    except OSError as error:
        found[name] = error.errno
probe("state", lambda: open(sys.argv[1] + "/probe", "w").close())
probe("elsewhere", lambda: open("/var/tmp/qualiodoo-probe", "w").close())
probe("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
probe("inet", lambda: socket.socket(socket.AF_INET))
probe("executable memory", lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC))
probe("resources", lambda: os.setpriority(os.PRIO_PROCESS, 0, 1))
probe("privileged", lambda: os.chroot("/"))
probe("setuid", lambda: os.chmod(sys.argv[1] + "/probe", 0o4755))
probe("proc", lambda: os.stat("/proc/meminfo"))
libc = ctypes.CDLL(None, use_errno=True)
def unshare():
    if libc.unshare(0x10000000):
        raise OSError(ctypes.get_errno(), "unshare")
probe("namespaces", unshare)
print(json.dumps(found))
"""


def test_the_sandbox_of_the_unit_refuses_what_the_service_does_not_need(boxed: Boxed) -> None:
    done = subprocess.run([*boxed.box, sys.executable, "-c", PROBE, boxed.home], capture_output=True, text=True, check=True,
                          timeout=30)
    assert json.loads(done.stdout) == {"state": 0, "elsewhere": 30, "netlink": 97, "inet": 0, "executable memory": 1,
                                       "resources": 1, "privileged": 1, "setuid": 1, "proc": 2, "namespaces": 1}
