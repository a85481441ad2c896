"""How long a command that is run once tries to reach Odoo: 30 s in all, told after 5, ended by Ctrl-C."""

from __future__ import annotations

import re
import signal
import time

import pytest
from conftest import SPEED, Run, Server, Shop, environment

def test_a_server_that_is_down_is_tried_for_30_seconds(server: Server, run: Run, shop: Shop, fast: dict[str, str]) -> None:
    began = time.monotonic()
    with server.down():
        told = run("sync", check=1, env=fast).err.splitlines()
    assert 30 / SPEED <= time.monotonic() - began < 3 * 30 / SPEED
    still, failed = told  # the long wait is told once
    assert re.match(r"qualiodoo: warning: still trying, for 2\d s more: cannot connect to " + server.url, still)
    assert re.match(r"qualiodoo: after \d\d attempts in 3[01] s: cannot connect to " + server.url, failed)


def test_a_restart_of_odoo_is_waited_for(server: Server, run: Run, shop: Shop, fast: dict[str, str]) -> None:
    with server.down():
        waiting = run.start("sync", env=fast)
        time.sleep(12 / SPEED)
    run.finish(waiting, check=0)
    assert run.balance(shop.acme) == 685


@pytest.mark.parametrize("command", [["doctor"], ["adjust", "1", "30", "--reason", "x"]])
def test_a_command_of_many_calls_tries_for_30_seconds_in_all(
        server: Server, run: Run, shop: Shop, fast: dict[str, str], command: list[str]) -> None:
    run.configure(writeback={"enabled": True, "since": "2026-03-01"})
    run.world.adjustment_model()
    run("sync", check=0)
    began = time.monotonic()
    with server.down():
        said = run(*command, env=fast)
    assert said.code in (1, 3) and re.search(r"after \d+ attempts in 3[01] s: ", said.out + said.err)
    assert time.monotonic() - began < 4 * 30 / SPEED


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413])
def test_an_http_status_that_repeating_cannot_change_is_not_tried_again(server: Server, run: Run, status: int) -> None:
    server.fault("status", times=0, status=status)
    server.clear()
    assert f"HTTP {status}" in run("sync", check=1, env=environment(QUALIODOO_PATIENCE_MS=None)).message
    assert len(server.calls) == 1


def test_a_server_that_asks_for_more_time_than_is_left_is_not_waited_for(server: Server, run: Run) -> None:
    server.fault("status", times=0, status=429, headers={"Retry-After": "45"})
    server.clear()
    refused = run("sync", check=1, env=environment(QUALIODOO_PATIENCE_MS=None)).message
    assert "HTTP 429" in refused and "asks to wait 45 s" in refused
    assert len(server.calls) == 1


def test_ctrl_c_ends_the_wait_at_once(server: Server, run: Run, shop: Shop) -> None:
    with server.down():
        waiting = run.start("-vv", "sync", env=environment(QUALIODOO_PATIENCE_MS=None))
        assert waiting.stderr
        while "before the next try" not in waiting.stderr.readline():
            pass
        began = time.monotonic()
        waiting.send_signal(signal.SIGINT)
        ended = run.finish(waiting, check=1)
    assert time.monotonic() - began < 1
    assert "qualiodoo: interrupted while" in ended.err
