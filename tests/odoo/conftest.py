"""Fixtures of the tests of the simulated server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from odoosim import Server, World  # noqa: E402
from simdesk import Desk  # noqa: E402


@pytest.fixture
def make_desk() -> Iterator[Callable[..., Desk]]:
    """A maker of desks, for tests that need a version, a flavour or two servers."""
    servers: list[Server] = []

    def make(**options: Any) -> Desk:
        world = World(**{"today": "2026-03-12", **options})
        server = world.serve().start()
        servers.append(server)
        return Desk(world, server)

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """OCA on 17."""
    return make_desk()


@pytest.fixture(params=[17, 19])
def both(request: pytest.FixtureRequest, make_desk: Callable[..., Desk]) -> Desk:
    """OCA on 17, then on 19."""
    return make_desk(version=request.param)
