"""A plugin of pytest that says how many tests ran the program, and how many only Python: the model and the simulated Odoo.

    PYTHONPATH=tests python3 -m pytest -p counting tests/odoo tests/model tests/system

A test ran the program when it, or a fixture of its own, started a process of that name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("qualiodoo", "qualiodoo-test")
RAN = ("program", "ran")
started = False


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Notes that a process of the program starts, also behind another one (setpriv, valgrind)."""
    global started
    if event == "subprocess.Popen":
        words = arguments[1] if isinstance(arguments[1], (list, tuple)) else [arguments[1]]
        started = started or any(Path(str(word)).name in PROGRAMS for word in words)


sys.addaudithook(watch)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    global started
    started = False
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
    if call.when == "call" and started:
        item.user_properties.append(RAN)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    passed = terminalreporter.stats.get("passed", [])
    ran = sum(RAN in map(tuple, report.user_properties) for report in passed)
    skipped = terminalreporter.stats.get("skipped", [])
    terminalreporter.write_line(f"counted: {ran} program, {len(passed) - ran} python, {len(skipped)} skipped")
