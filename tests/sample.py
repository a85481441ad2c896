"""A plugin of pytest that runs a part of the tests, another one each day.

    QUALIODOO_SAMPLE=6 QUALIODOO_SAMPLE_TESTS=2 PYTHONPATH=tests python3 -m pytest -p sample tests/system

runs of the tests every second, and of the parameters of one a sixth; of a test that does the same for each call of a
command as much, by `some`. `.ci/run` does so: after so many days each was run. Numbers and words at the edge
(test_edges.py) are what sanitizers look for: every test of them runs each day."""

from __future__ import annotations

import os
import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

import pytest

EVERY = int(os.environ.get("QUALIODOO_SAMPLE", "1"))
EVERY_TEST = int(os.environ.get("QUALIODOO_SAMPLE_TESTS", "1"))
DAY = int(time.time() // 86400)
TODAY = DAY % EVERY
ALWAYS = "test_edges.py"
T = TypeVar("T")


def some(values: Sequence[T]) -> Sequence[T]:
    """All of them, or the part of today."""
    return values[TODAY::EVERY]


def is_of_today(test: str) -> bool:
    """By its name, so that a new test moves no other one. The days of a test meet each part of its parameters in turn."""
    return zlib.crc32(test.encode()) % EVERY_TEST == DAY // EVERY % EVERY_TEST


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    left_out = {id(item) for test, alike in cases.items() for place, item in enumerate(alike)
                if ALWAYS not in test and (not is_of_today(test) or
                                           len(alike) > 1 and place % EVERY != TODAY % min(EVERY, len(alike)))}
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left_out])
    items[:] = [item for item in items if id(item) not in left_out]
