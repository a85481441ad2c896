"""-q prints errors alone; -v names the steps of a cycle and -vv each call; a long wait is told without being asked."""

from __future__ import annotations

import re

import pytest
from conftest import SECRET, Run, Server, Shop


@pytest.mark.parametrize("command, code", [
    (["sync"], 0), (["reconcile"], 0), (["balance"], 0), (["status"], 0), (["doctor"], 0), (["config", "check"], 0)])
def test_quiet_prints_nothing(run: Run, shop: Shop, command: list[str], code: int) -> None:
    run.world.adjustment_model()
    run("reconcile", check=0)
    for words in (["-q", *command], [*command, "-q"]):
        done = run(*words)
        assert (done.out, done.err) == ("", "") and done.code in (code, 3)


def test_quiet_prints_an_error(run: Run, server: Server) -> None:
    with server.down():
        done = run("-q", "sync", check=1)
    assert done.out == "" and "cannot connect" in done.message


def test_quiet_keeps_the_json_document(run: Run, shop: Shop) -> None:
    assert run("-q", "sync", "--json", check=0).json["drift"] is True


def test_verbose_names_each_step_with_records_and_time(run: Run, shop: Shop) -> None:
    told = run("-v", "sync", check=0).err
    assert re.search(r"^qualiodoo: pulled ticket: \d+ records, \d+ ms$", told, re.M)
    assert re.search(r"^qualiodoo: pulled move: \d+ records, \d+ ms$", told, re.M)
    assert re.search(r"^qualiodoo: judged response targets: \d+ ms$", told, re.M)
    assert re.search(r"^qualiodoo: computed \d+ accounts: \d+ ms$", told, re.M)
    assert "call " not in told and run("sync", check=0).err == ""


def test_twice_verbose_names_each_call_and_never_a_secret(run: Run, server: Server, shop: Shop) -> None:
    server.clear()
    told = run("-vv", "sync", check=0).err
    calls = re.findall(r"^qualiodoo: call (\S+): (?:(\d+) records, )?(\d+) bytes, (\d+) ms$", told, re.M)
    assert len(calls) == len(server.calls)
    assert any(name == "helpdesk.ticket.read" and int(records) > 0 for name, records, _, _ in calls)
    assert SECRET not in told


def test_twice_verbose_names_a_retry_with_its_reason_and_delay(run: Run, server: Server, shop: Shop) -> None:
    server.fault("status", match=lambda call: call.method == "search", times=1, status=502)
    told = run("-vv", "sync", check=0).err
    assert re.search(r"^qualiodoo: waiting \d+\.\d s before the next try: .*HTTP 502", told, re.M)


def test_a_wait_of_more_than_5_seconds_is_told(run: Run, server: Server, shop: Shop, fast: dict[str, str]) -> None:
    server.fault("status", match=lambda call: call.method == "search", times=1, status=429, headers={"Retry-After": "6"})
    told = run("sync", check=0, env=fast).err
    assert re.search(r"^qualiodoo: warning: waiting 6\.\d s before the next try: .*HTTP 429", told, re.M)
