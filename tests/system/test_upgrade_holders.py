"""A state that an earlier version made: it opens, migrates, and gives right balances at the next cycle.

`fixtures/state-0.1.0-holders.sql` has the rows of a state that 0.1.0 made of the world below, by `sync` twice: the
second time after `person`, who had bought a pack, got a company.
"""

from __future__ import annotations

import sys

from conftest import ROOT, Run, Shop
from odoosim import Server, World

sys.path.insert(0, str(ROOT / "tests" / "fixtures"))

import state_0_1_0  # noqa: E402


class Past:
    """The world of the dumps."""

    def __init__(self, world: World, shop: Shop) -> None:
        self.shop = shop
        self.person = world.partner("Jeanne", is_company=False)
        world.pay(world.invoice(self.person, [("SUP12", 1)], "2026-03-01"), "2026-03-10")
        world.adjustment(shop.acme, 30, "2026-03-12")
        self.company = world.partner("SARL")
        world.move_contact(self.person, self.company)


def test_a_state_of_an_earlier_version_gives_right_balances(world: World, server: Server, run: Run, shop: Shop) -> None:
    past = Past(world, shop)
    state_0_1_0.restore(run.state, state_0_1_0.HOLDERS)
    assert run.balance(past.person) == 720  # stranded: the account is the company's
    assert "run 'qualiodoo sync' first" in run("balance", check=1).err
    said = run("sync", check=0)
    assert f"1 invoice of packs moves from account {past.person} to account {past.company}" in said.err
    assert (run.balance(past.company), run.balance(past.person), run.balance(shop.acme)) == (720, 0, 715)
    assert run.picture() == run.rebuilt()
    assert not run("reconcile", "--json", check=0).json["drift"]
