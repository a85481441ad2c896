"""A plugin of pytest that runs every test, and of one with many parameters a sixth of them.

    QUALIODOO_SAMPLE=6 PYTHONPATH=tests python3 -m pytest -p sample tests/system

`.ci/run` does so under AddressSanitizer, where the program takes three times as long: `check` has run all of them just
before. Which sixth it is changes with the day, so that six days see every one. So it is with a test that does the same
for each call of a command, by `some`."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

import pytest

EVERY = int(os.environ.get("QUALIODOO_SAMPLE", "1"))
TODAY = int(time.time() // 86400) % EVERY
T = TypeVar("T")


def some(values: Sequence[T]) -> Sequence[T]:
    """All of them, or the part of today."""
    return values[TODAY::EVERY]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    left_out = {id(item) for alike in cases.values() for place, item in enumerate(alike)
                if len(alike) > 1 and place % EVERY != TODAY % min(EVERY, len(alike))}
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left_out])
    items[:] = [item for item in items if id(item) not in left_out]
