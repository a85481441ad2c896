"""A plugin of pytest that runs every test, and of one with many parameters a third of them.

    QUALIODOO_SAMPLE=3 PYTHONPATH=tests python3 -m pytest -p sample tests/system

`.ci/run` does so under AddressSanitizer, where the program takes three times as long: `check` has run all of them just
before. Which third it is changes with the day, so that three days see every one."""

from __future__ import annotations

import os
import time
from collections import defaultdict

import pytest

EVERY = int(os.environ.get("QUALIODOO_SAMPLE", "1"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    today = int(time.time() // 86400) % EVERY
    left_out = {id(item) for some in cases.values() for place, item in enumerate(some)
                if len(some) > 1 and place % EVERY != today % min(EVERY, len(some))}
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left_out])
    items[:] = [item for item in items if id(item) not in left_out]
