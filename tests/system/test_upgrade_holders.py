"""A state that an earlier version made: it opens, migrates, and gives right balances at the next cycle.

`fixtures/state-VERSION-holders.sql` is the dump of a state that the released binary made of the world below, by `sync` twice: the
second time after `person`, who had bought a pack, got a company.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from conftest import ROOT, Run, Shop
from odoosim import Server, World

STATES = ROOT / "tests" / "fixtures"
APPLICATION_ID, SCHEMA = 0x514F444F, {"0.1.0": 3}


class Past:
    """The world of the dumps."""

    def __init__(self, world: World, shop: Shop) -> None:
        self.shop = shop
        self.person = world.partner("Jeanne", is_company=False)
        world.pay(world.invoice(self.person, [("SUP12", 1)], "2026-03-01"), "2026-03-10")
        world.adjustment(shop.acme, 30, "2026-03-12")
        self.company = world.partner("SARL")
        world.move_contact(self.person, self.company)


def restore(run: Run, version: str) -> None:
    with closing(sqlite3.connect(run.state)) as state, state:
        state.executescript((STATES / f"state-{version}-holders.sql").read_text())
        state.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        state.execute(f"PRAGMA user_version = {SCHEMA[version]}")
    run.state.chmod(0o600)


@pytest.mark.parametrize("version", sorted(SCHEMA))
def test_a_state_of_an_earlier_version_gives_right_balances(world: World, server: Server, run: Run, shop: Shop,
                                                            version: str) -> None:
    past = Past(world, shop)
    restore(run, version)
    assert run.balance(past.person) == 720  # stranded: the account is the company's
    assert "run 'qualiodoo sync' first" in run("balance", check=1).err
    said = run("sync", check=0)
    assert f"1 invoice of packs moves from account {past.person} to account {past.company}" in said.err
    assert (run.balance(past.company), run.balance(past.person), run.balance(shop.acme)) == (720, 0, 715)
    assert run.picture() == run.rebuilt()
    assert not run("reconcile", "--json", check=0).json["drift"]
