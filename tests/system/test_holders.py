"""Who holds an account (DOMAIN.md, section 2), and what becomes of rows whose partner or model is gone."""

from __future__ import annotations

import random

import pytest
from conftest import Run, Shop
from odoosim import AccessError, Server, World

ADJUSTMENT = "x_qualiodoo_adjustment"


@pytest.fixture
def buyer(world: World) -> int:
    """A person without a company, with 12 h paid and 30 min charged."""
    person = world.partner("Jeanne Martin", is_company=False)
    invoice = world.invoice(person, [("SUP12", 1)], "2026-03-01")
    world.pay(invoice, "2026-03-10")
    ticket = world.ticket(person, created="2026-03-11 09:00")
    world.timesheet(ticket, 0.5, "2026-03-12")
    return person


# ---- The account of an invoice is that of its partner today ----


def test_a_person_who_later_gets_a_company_takes_the_pack_along(world: World, run: Run, buyer: int) -> None:
    run("sync", check=0)
    assert run.balance(buyer) == 690
    company = world.partner("Martin SARL")
    world.move_contact(buyer, company)
    run("sync", check=0)
    assert (run.balance(company), run.balance(buyer)) == (690, 0)
    assert [b["customer_id"] for b in run("balance", "--json", check=0).json] == [company]
    assert run("ledger", buyer, "--json", check=0).json["customer_id"] == company
    assert run.picture() == run.rebuilt()


def test_reconcile_says_which_invoices_follow_before_it_moves_them(world: World, run: Run, buyer: int) -> None:
    run("sync", check=0)
    invoice = run.sql("SELECT id FROM move WHERE customer_id = ?", buyer)[0][0]
    company = world.partner("Martin SARL")
    world.move_contact(buyer, company)
    trial = run("reconcile", "--dry-run", "--json", check=3)
    assert run.balance(buyer) == 690
    move = {"contact": buyer, "from": buyer, "to": company, "invoices": [invoice]}
    assert trial.json["moves"] == [move]
    assert f"contact {buyer} moves from account {buyer} to account {company}, with 1 invoice of packs" in trial.err
    shown = run("reconcile", check=0)
    assert f"contact {buyer}: account {buyer} -> {company}, with 1 invoice" in shown.out
    assert run.balance(company) == 690


def test_the_entry_of_a_payment_is_no_invoice_that_follows(world: World, run: Run) -> None:
    """The move behind a counterpart is mirrored, and is on the same partner."""
    person = world.partner("Jeanne Petit", is_company=False)
    invoice = world.invoice(person, [("SUP12", 1)], "2026-03-01")
    world.pay(invoice, "2026-03-10")
    run("sync", check=0)
    entries = run.sql("SELECT id FROM move WHERE customer_id = ? AND type = 'entry'", person)
    assert entries
    world.move_contact(person, world.partner("Petit SARL"))
    assert [m["invoices"] for m in run("sync", "--json", check=0).json["moves"]] == [[invoice]]


def test_a_credit_note_of_a_pack_that_moved_takes_from_the_company(world: World, run: Run, buyer: int) -> None:
    run("sync", check=0)
    invoice = run.sql("SELECT id FROM move WHERE customer_id = ?", buyer)[0][0]
    company = world.partner("Martin SARL")
    world.move_contact(buyer, company)
    world.bank_statement_settle_refund(world.refund(invoice, date="2026-03-15"), "2026-03-16")
    run("sync", check=0)
    assert run.picture() == run.rebuilt()
    assert run.balance(company) == -30


def test_reconcile_of_one_customer_reads_the_invoices_that_followed(world: World, run: Run, buyer: int) -> None:
    company = world.partner("Martin SARL")
    world.move_contact(buyer, company)
    run("sync", check=0)
    world.timesheet(world.ticket(company, created="2026-03-12 09:00"), 1.0, "2026-03-13")
    assert run("reconcile", "--customer", company, "--json", check=0).json["checked"]["account.move.line"] >= 1
    assert run.balance(company) == 630
    assert run.picture() == run.rebuilt()


def test_an_exact_account_id_always_wins(world: World, run: Run, buyer: int) -> None:
    """Over a reference that looks like it, and over the contact of that id."""
    world.partner("Autre SARL", ref=str(buyer))
    run("sync", check=0)
    assert run("balance", buyer, "--json", check=0).json[0]["customer_id"] == buyer
    company = world.partner("Martin SARL")
    world.move_contact(buyer, company)
    run("sync", check=0)
    for command in (["balance"], ["ledger"], ["explain", "balance"]):
        assert str(company) in run(*command, buyer, "--json", check=0).out
    assert run("reconcile", "--customer", buyer, check=0)
    assert run.balance(company) == 690


# ---- credit.account: top ----


@pytest.fixture
def group(world: World) -> dict[str, int]:
    """A holding with 12 h, a subsidiary, and a contact of the subsidiary with one hour of work."""
    holding = world.partner("Groupe SA")
    between = world.partner("Groupe Nord SAS", parent=holding, is_company=True)
    subsidiary = world.partner("Filiale SARL", parent=between, is_company=True)
    contact = world.partner("Paul Durand", parent=subsidiary)
    world.pay(world.invoice(holding, [("SUP12", 1)], "2026-03-01"), "2026-03-10")
    world.timesheet(world.ticket(contact, created="2026-03-11 09:00"), 1.0, "2026-03-12")
    return {"holding": holding, "between": between, "subsidiary": subsidiary, "contact": contact}


def test_with_account_top_subsidiaries_use_the_packs_of_the_group(run: Run, group: dict[str, int]) -> None:
    run("sync", check=0)
    assert (run.balance(group["holding"]), run.balance(group["subsidiary"])) == (720, -60)
    run.configure(credit={"account": "top"})
    run("sync", check=0)
    assert (run.balance(group["holding"]), run.balance(group["subsidiary"])) == (660, 0)
    for name in ("subsidiary", "contact"):
        assert run("ledger", group[name], "--json", check=0).json["customer_id"] == group["holding"]
    assert run.picture() == run.rebuilt()
    run.configure(credit={"account": "commercial"})
    run("sync", check=0)
    assert (run.balance(group["holding"]), run.balance(group["subsidiary"])) == (720, -60)


def test_with_account_top_a_parent_that_changes_moves_the_account(world: World, run: Run, group: dict[str, int]) -> None:
    run.configure(credit={"account": "top"})
    run("sync", check=0)
    other = world.partner("Autre groupe SA")
    world.move_contact(group["between"], other)
    run("sync", check=0)
    assert (run.balance(group["holding"]), run.balance(other)) == (720, -60)
    assert run.picture() == run.rebuilt()


def test_with_account_top_one_customer_is_reconciled_with_all_below_it(world: World, run: Run, group: dict[str, int]) -> None:
    run.configure(credit={"account": "top"})
    run("sync", check=0)
    line = run.sql("SELECT id FROM timesheet")[0][0]
    world.patch("account.analytic.line", line, unit_amount=2.0)
    run("reconcile", "--customer", group["contact"], check=0)
    assert run.balance(group["holding"]) == 600


def test_with_account_top_an_adjustment_goes_to_the_group(world: World, run: Run, group: dict[str, int]) -> None:
    world.adjustment_model()
    run.configure(credit={"account": "top"}, writeback={"enabled": True, "since": "2026-01-01"})
    run("sync", check=0)
    done = run("adjust", group["contact"], 30, "--reason", "Geste", "--json", check=0).json
    assert (done["customer_id"], done["balance_minutes"]) == (group["holding"], 690)


# ---- Merged partners ----


def test_tickets_and_adjustments_of_a_merged_partner_follow_at_the_next_sync(world: World, run: Run, shop: Shop) -> None:
    world.adjustment(shop.bravo, 90, "2026-03-01")
    world.adjustment(shop.acme, 30, "2026-03-01")
    run("sync", check=0)
    run.settle()
    both = run.balance(shop.acme) + run.balance(shop.bravo)
    world.merge_contacts(shop.acme, shop.bravo)
    said = run("sync", "--json", check=0)
    assert f"partner {shop.bravo} is gone from Odoo, merged or deleted" in said.err
    assert {"contact": None, "from": shop.bravo, "to": shop.acme, "invoices": [shop.invoice_b]} in said.json["moves"]
    assert (run.balance(shop.acme), run.balance(shop.bravo)) == (both, 0)
    assert run.picture() == run.rebuilt()
    assert not run("reconcile", "--json", check=0).json["drift"]


def test_a_contact_merged_into_one_of_another_company_takes_its_charges_along(world: World, run: Run, shop: Shop) -> None:
    """The company that the deleted contact belonged to is computed again, also when it has no fact left."""
    other = world.partner("Didier", parent=shop.bravo)
    lone = world.partner("Eva", parent=world.partner("Delta SARL"))
    world.timesheet(world.ticket(lone, created="2026-03-12 09:00"), 1.0, "2026-03-12")
    run("sync", check=0)
    run.settle()
    before = run.balance(shop.acme), run.balance(shop.bravo)
    world.merge_contacts(other, shop.contact)
    world.merge_contacts(other, lone)
    run("sync", check=0)
    assert (run.balance(shop.acme), run.balance(shop.bravo)) == (before[0] + 35, before[1] - 35 - 60)
    assert run.picture() == run.rebuilt()


def test_a_customer_merged_into_one_that_was_never_seen_is_followed(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    run.settle()
    before = run.balance(shop.bravo)
    new = world.partner("Bravo Groupe SAS")
    world.merge_contacts(new, shop.bravo)
    run("sync", check=0)
    assert run.balance(new) == before
    assert run.picture() == run.rebuilt()


def test_notes_of_a_merged_partner_follow_too(world: World, run: Run, shop: Shop) -> None:
    world.set_groups("agent@example.com", ["base.group_user", "account.group_account_readonly",
                                           "hr_timesheet.group_hr_timesheet_approver", "helpdesk_mgmt.group_helpdesk_user",
                                           "base.group_partner_manager"])
    run.configure(credit={"adjustments": "note"}, writeback={"enabled": True, "since": "2026-01-01"})
    run("sync", check=0)
    run("adjust", shop.bravo, 30, "--reason", "Geste", check=0)
    run.settle()
    world.merge_contacts(shop.acme, shop.bravo)
    run("sync", check=0)
    assert run.picture() == run.rebuilt()


def test_a_quiet_cycle_counts_the_partners_and_reads_none(world: World, server: Server, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    run.settle()
    world.partner("Rien à voir")
    server.clear()
    run("sync", check=0)
    assert len(server.named("search_count", "res.partner")) == 1
    assert not server.named("read", "res.partner")


def test_a_partner_that_is_hidden_is_not_taken_for_merged(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    run.settle()
    before = run.stored()
    rule = world.hide("res.partner", [shop.bravo])
    run("sync", check=0)
    assert run.stored() == before
    world.reveal(rule)
    run("sync", check=0)
    assert run.stored() == before


# ---- A model of adjustments that is gone, and one that was made again ----


@pytest.fixture
def adjusted(world: World, run: Run, shop: Shop) -> Run:
    for minutes in (30, 40, 50):
        world.adjustment(shop.acme, minutes, "2026-03-12")
    run("sync", check=0)
    run.settle()
    assert run.balance(shop.acme) == 685 + 120
    return run


def remove_model(world: World) -> None:
    world.delete("ir.model", world.model_ids[ADJUSTMENT])


@pytest.mark.parametrize("command", [["sync"], ["reconcile"]])
def test_adjustments_go_with_their_model(world: World, adjusted: Run, shop: Shop, command: list[str]) -> None:
    remove_model(world)
    said = adjusted(*command, "--json", check=0)
    assert said.json["deleted"] == {ADJUSTMENT: 3}
    assert f"the model {ADJUSTMENT} is gone from Odoo, with 3 adjustments" in said.err
    assert adjusted.balance(shop.acme) == 685
    assert adjusted.picture() == adjusted.rebuilt()
    assert not adjusted("reconcile", "--json", check=0).json["drift"]


def test_a_dry_run_shows_that_adjustments_would_go_with_their_model(world: World, adjusted: Run, shop: Shop) -> None:
    remove_model(world)
    assert adjusted("reconcile", "--dry-run", "--json", check=3).json["deleted"] == {ADJUSTMENT: 3}
    assert adjusted.balance(shop.acme) == 685 + 120


def test_many_adjustments_that_go_with_their_model_stop_the_cycle(world: World, adjusted: Run, shop: Shop) -> None:
    for _ in range(30):
        world.adjustment(shop.acme, 1, "2026-03-12")
    adjusted("sync", check=0)
    remove_model(world)
    for command in ("sync", "reconcile"):
        assert "33 of 33 records of x_qualiodoo_adjustment have gone" in adjusted(command, check=4).err
        assert adjusted.balance(shop.acme) == 685 + 150
    adjusted("reconcile", "--force", check=0)
    assert adjusted.balance(shop.acme) == 685


@pytest.mark.parametrize("command", ["sync", "reconcile"])
def test_lost_rights_on_adjustments_are_no_missing_model(world: World, adjusted: Run, shop: Shop, command: str) -> None:
    world.deny(ADJUSTMENT)
    adjusted(command, check=1)
    assert adjusted.balance(shop.acme) == 685 + 120


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_rows_of_a_model_that_was_removed_and_made_again_are_not_mixed_with_the_old_ones(world: World, adjusted: Run, shop: Shop, count: int) -> None:
    """Its ids start at 1 again: old and new rows are not mixed, whether there are fewer, as many or more."""
    remove_model(world)
    world.adjustment_model()
    world.advance(60)
    for _ in range(count):
        world.adjustment(shop.acme, 7, "2026-03-13")
    adjusted("sync", check=0)
    assert adjusted.balance(shop.acme) == 685 + 7 * count
    assert adjusted.picture() == adjusted.rebuilt()


def test_a_model_made_again_after_a_sync_without_it_is_read_anew(world: World, adjusted: Run, shop: Shop) -> None:
    remove_model(world)
    adjusted("sync", check=0)
    world.adjustment(shop.acme, 7, "2026-03-13")
    adjusted("sync", check=0)
    assert adjusted.balance(shop.acme) == 692
    assert adjusted.picture() == adjusted.rebuilt()


def test_an_adjustment_deleted_in_odoo_is_gone_at_the_next_sync(world: World, adjusted: Run, shop: Shop) -> None:
    world.vanish(ADJUSTMENT, 2)
    assert adjusted("sync", "--json", check=0).json["deleted"] == {ADJUSTMENT: 1}
    assert adjusted.balance(shop.acme) == 685 + 80


def test_a_model_that_answers_a_fault_of_rights_is_not_gone(world: World, server: Server, adjusted: Run, shop: Shop) -> None:
    remove_model(world)
    server.fault("fault", match=lambda call: call.model == ADJUSTMENT and call.method == "search_count",
                 error=AccessError("You are not allowed to access this"), times=9)
    adjusted("sync", check=1)
    assert adjusted.balance(shop.acme) == 685 + 120


# ---- At random ----


class Life:
    """A desk to which people do things that Odoo does not stamp."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)
        self.partners = [world.partner(f"Client {i}", is_company=self.dice.random() < 0.6) for i in range(5)]
        for partner in self.partners:
            self.pack(partner)

    def pack(self, partner: int) -> None:
        self.world.pay(self.world.invoice(partner, [("SUP12", 1)], "2026-03-01"), "2026-03-02")

    def some(self) -> int:
        return self.dice.choice(self.partners)

    def new(self) -> None:
        parent = self.some() if self.dice.random() < 0.5 else None
        self.partners.append(self.world.partner(f"Client {len(self.partners)}", parent=parent,
                                                is_company=self.dice.random() < 0.4))

    def move(self) -> None:
        child, parent = self.some(), self.some()
        above = parent
        while above and above != child:
            above = self.world.row("res.partner", above).get("parent_id")
        if not above:
            self.world.move_contact(child, parent)

    def leave(self) -> None:
        self.world.move_contact(self.some(), None)

    def merge(self) -> None:
        kept, gone = self.some(), self.some()
        above = kept
        while above and above != gone:
            above = self.world.row("res.partner", above).get("parent_id")
        if kept != gone and not above and len(self.partners) > 3:
            self.world.merge_contacts(kept, gone)
            self.partners.remove(gone)

    def work(self) -> None:
        self.world.timesheet(self.world.ticket(self.some(), created="2026-03-11 09:00"), self.dice.choice((0.5, 1.0)),
                             "2026-03-12")

    def buy(self) -> None:
        self.pack(self.some())

    def adjust(self) -> None:
        self.world.adjustment(self.some(), self.dice.choice((30, -30, 90)), "2026-03-12")

    def forget_adjustments(self) -> None:
        if ADJUSTMENT in self.world.model_ids:
            remove_model(self.world)
        if self.dice.random() < 0.7:
            for _ in range(self.dice.randrange(3)):
                self.adjust()

    def delete_adjustment(self) -> None:
        rows = self.world.env().search(ADJUSTMENT, []) if ADJUSTMENT in self.world.model_ids else []
        if rows:
            self.world.vanish(ADJUSTMENT, self.dice.choice(rows))

    def step(self) -> None:
        deeds = [self.new, self.move, self.leave, self.merge, self.merge, self.work, self.buy, self.adjust, self.adjust,
                 self.forget_adjustments, self.delete_adjustment]
        for _ in range(self.dice.randrange(1, 4)):
            self.world.advance(self.dice.choice((0, 1, 60)))
            self.dice.choice(deeds)()


@pytest.mark.parametrize("seed", range(8))
def test_incremental_syncs_end_like_a_rebuild_whatever_becomes_of_partners_and_adjustments(
        world: World, run: Run, seed: int) -> None:
    life = Life(world, seed)
    run.configure(credit={"account": ("commercial", "top")[seed % 2]})
    run("sync", check=0)
    for _ in range(6):
        life.step()
        if life.dice.random() < 0.5:
            run.settle()
            world.advance(60)
        run("sync", check=0)
        assert run.picture() == run.rebuilt()
        if life.dice.random() < 0.2:
            run.configure(credit={"account": life.dice.choice(("commercial", "top"))})
