"""How much memory the work takes: a large desk fits, and a server without end is stopped."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from pathlib import Path

import pytest
from conftest import BINARY, Run, Server, World, environment
from odoosim.crowd import Crowd

MIB = 1 << 20
SANITIZED = b"__asan_init" in Path(BINARY).read_bytes() if Path(BINARY).exists() else False


def limited(run: Run, mebibytes: int, *arguments: str) -> tuple[subprocess.Popen[str], int]:
    """A command with that much address space, to its end; with its largest resident memory in MiB."""
    process = subprocess.Popen(run.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=environment(), stdin=subprocess.DEVNULL,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (mebibytes * MIB,) * 2))
    process.out, process.err = process.stdout.read(), process.stderr.read()  # type: ignore[attr-defined]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process, usage.ru_maxrss // 1024


def crowd(world: World, server: Server, count: int, **options: object) -> None:
    customer = world.partner("Exemple SARL")
    tickets = [world.ticket(customer, f"Question {i}", created="2026-02-11 09:00") for i in range(200)]
    server.crowd = Crowd(world, tickets, count, **options)  # type: ignore[arg-type]
    server.record = False


@pytest.mark.skipif(SANITIZED, reason="AddressSanitizer reserves terabytes; the test runs with the plain build")
def test_600_000_messages_fit_into_96_mib(world: World, server: Server, run: Run) -> None:
    """40 s of processor time, nearly all of it for the reading of the messages: the slowest test there is."""
    crowd(world, server, 600_000)
    run.configure(odoo={"timeout": "60s"})
    done, resident = limited(run, 96, "sync", "--json")
    assert done.returncode == 0, done.err
    assert json.loads(done.out)["checked"]["mail.message"] == 600_000
    assert run.sql("SELECT count(*), min(id), max(id) FROM reply") == [(600_000, 1_000_000, 1_599_999)]
    assert run.sql("SELECT count(*) FROM target WHERE responded IS NOT NULL") == [(200,)]
    assert resident < 64, f"{resident} MiB"  # 30 measured


@pytest.mark.parametrize(("counted", "words"), [(20_000, "the list does not end"), (1 << 40, "MemoryMax=")])
def test_a_server_that_invents_ids_without_end_is_stopped(world: World, server: Server, run: Run, counted: int,
                                                          words: str) -> None:
    crowd(world, server, 20_000, endless=True, counted=counted)
    result = run("sync", check=1)
    assert words in result.message and "mail.message" in result.message
    assert run.sql("SELECT count(*) FROM reply") == [(0,)]
    server.crowd = None  # the next cycle of a server in its senses
    run("sync", check=0)


def test_messages_that_are_hidden_do_not_end_the_list(world: World, server: Server, run: Run) -> None:
    """As Odoo takes them out after the limit, one page is short and the next one empty."""
    crowd(world, server, 33_000, hidden=range(1_005_000, 1_031_000))
    run("sync", check=0)
    assert run.sql("SELECT count(*), min(id), max(id) FROM reply") == [(7000, 1_000_000, 1_032_999)]
