"""Which timesheet lines are charged (DOMAIN.md, section 4), and which products are packs (section 3)."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run, Shop
from odoosim import Server, World

LINE = "account.analytic.line"


def make_unit(world: World, name: str, family: str | None, **vals: Any) -> int:
    """A unit of the same kind as another one (`hour`, `unit`), or of a kind of its own."""
    with world.transaction() as env:
        if world.version >= 19:
            return env.create("uom.uom", {"name": name, "relative_uom_id": world.uom(family) if family else False,
                                          "relative_factor": vals.get("size", 1.0)})
        category = (env.row("uom.uom", world.uom(family))["category_id"] if family
                    else env.create("uom.category", {"name": name}))
        size = vals.get("size", 1.0)
        return env.create("uom.uom", {"name": name, "category_id": category, "uom_type": "bigger",
                                      "factor": 8.0 / size if family == "hour" else 1.0})


def findings(run: Run, level: str) -> list[str]:
    return [f["text"] for f in run("doctor", "--json", now=False).json["findings"] if f["level"] == level and f["topic"] == "data"]


# ---- Units ----


@pytest.mark.world(version=17)
@pytest.mark.parametrize("family", [None, "unit"])
def test_a_line_in_a_unit_that_is_no_time_is_not_charged(world: World, run: Run, shop: Shop, family: str | None) -> None:
    unit = make_unit(world, "Kilomètres", family)
    line = world.timesheet(shop.fix, 42.0, "2026-03-13", product_uom_id=unit)
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    lines = {row["line"]: row for row in run("explain", "charge", shop.fix, "--json", check=0).json["lines"]}
    assert lines[f"{LINE}:{line}"]["reason"] == "not charged: its unit is no time"
    assert any("unit that is no time, not charged: Kilomètres (1 lines)" in text for text in findings(run, "note"))
    assert run.picture() == run.rebuilt()


@pytest.mark.world(version=19)
@pytest.mark.parametrize("family", [None, "unit"])
def test_on_19_a_line_in_a_unit_that_is_no_time_is_not_charged(world: World, run: Run, shop: Shop,
                                                               family: str | None) -> None:
    """There units have no category: which is a multiple of which tells their kind."""
    unit = make_unit(world, "Kilomètres", family)
    world.timesheet(shop.fix, 42.0, "2026-03-13", product_uom_id=unit)
    world.timesheet(shop.fix, 1.0, "2026-03-13", uom="day")
    run("sync", check=0)
    assert run.balance(shop.acme) == 685 - 480
    assert any("unit that is no time, not charged: Kilomètres (1 lines)" in text for text in findings(run, "note"))


@pytest.mark.parametrize("version", [17, 19])
def test_a_unit_made_of_hours_is_time(version: int, request: pytest.FixtureRequest) -> None:
    request.applymarker(pytest.mark.world(version=version))
    world, run, shop = (request.getfixturevalue(name) for name in ("world", "run", "shop"))
    week = make_unit(world, "Demi-journées", "hour", size=4.0)
    world.timesheet(shop.fix, 2.0, "2026-03-13", product_uom_id=week)
    run("sync", check=0)
    assert run.balance(shop.acme) == 685 - 480


# ---- Quantities ----


@pytest.mark.parametrize("hours", [10000.01, -10000.01, 1e15, -1e300])
def test_a_quantity_that_does_not_fit_is_not_charged_and_is_an_error(world: World, run: Run, shop: Shop,
                                                                    hours: float) -> None:
    line = world.timesheet(shop.fix, 1.0, "2026-03-13")
    world.patch(LINE, line, unit_amount=hours)
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    assert run.picture() == run.rebuilt()
    assert any(f"not charged: {line}" in text for text in findings(run, "problem"))
    problems = run("status", "--json", now=False, check=3).json["problems"]
    assert any("1 timesheet line is not charged, of more than 10000 hours" in text for text in problems)
    world.advance(60)
    world.write(LINE, line, unit_amount=1.0)
    run("sync", check=0)
    assert run.balance(shop.acme) == 625
    run("status", now=False, check=0)


def test_a_quantity_that_is_no_number_is_not_charged_and_is_an_error(world: World, run: Run, shop: Shop) -> None:
    line = world.timesheet(shop.fix, 1.0, "2026-03-13")
    run("sync", check=0)
    assert run.balance(shop.acme) == 625
    world.advance(60)
    world.write(LINE, line, unit_amount=2.0)
    world.patch(LINE, line, unit_amount=float("nan"))
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    assert any(f"not charged: {line}" in text for text in findings(run, "problem"))
    assert run("status", now=False, check=3)


def test_10000_hours_in_one_line_are_charged(world: World, run: Run, shop: Shop) -> None:
    world.timesheet(shop.fix, 10000.0, "2026-03-13")
    run("sync", check=0)
    assert run.balance(shop.acme) == 720 - 600035
    run("status", now=False, check=0)


def test_an_impossible_quantity_in_days_is_found_by_its_hours(world: World, run: Run, shop: Shop) -> None:
    fits = world.timesheet(shop.fix, 1250.0, "2026-03-13", uom="day")
    line = world.timesheet(shop.fix, 1250.1, "2026-03-13", uom="day")
    run("sync", check=0)
    assert run.balance(shop.acme) == 720 - 600035
    said = [text for text in findings(run, "problem") if "hours" in text]
    assert said and said[0].endswith(f": {line}") and str(fits) not in said[0].split(":")[-1]


def test_an_impossible_quantity_on_a_ticket_that_is_not_charged_is_no_error(world: World, run: Run, shop: Shop) -> None:
    world.write("helpdesk.ticket", shop.fix, tag_ids=[(4, world.tag("Garantie"))])
    world.timesheet(shop.fix, 20000.0, "2026-03-13")
    run.configure(tickets={"excluded_tags": ["Garantie"]})
    run("sync", check=0)
    run("status", now=False, check=0)


# ---- timesheets.domain ----


def test_only_lines_in_the_domain_are_charged(world: World, run: Run, shop: Shop) -> None:
    run.configure(timesheets={"domain": [["name", "!=", "Offert"]]})
    line = world.timesheet(shop.fix, 1.0, "2026-03-13", name="Offert")
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    lines = {row["line"]: row for row in run("explain", "charge", shop.fix, "--json", check=0).json["lines"]}
    assert lines[f"{LINE}:{line}"]["reason"] == "not charged: outside timesheets.domain"
    world.advance(60)
    world.write(LINE, line, name="Facturé")
    run("sync", check=0)
    assert run.balance(shop.acme) == 625
    world.advance(60)
    world.write(LINE, line, name="Offert")
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    assert run.picture() == run.rebuilt()


def test_a_new_domain_of_lines_counts_at_once(world: World, run: Run, shop: Shop) -> None:
    world.timesheet(shop.fix, 1.0, "2026-03-13", name="Offert")
    run("sync", check=0)
    assert run.balance(shop.acme) == 625
    run.configure(timesheets={"domain": [["name", "!=", "Offert"]]})
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    run.configure(timesheets={"domain": []})
    run("sync", check=0)
    assert run.balance(shop.acme) == 625
    assert run.picture() == run.rebuilt()


# ---- Work that a changed word charges ----


def names_the_loss(run: Run, customer: int, before: str, after: str) -> None:
    """The cycle names the account with its balance before and after: nobody worked."""
    shown = run("reconcile", "--dry-run")
    assert f"would lose credit otherwise than by work:\n  Exemple SARL ({customer}): {before} -> {after}\n" in shown.out, shown
    report = run("sync", "--json", check=0).json
    assert [row["customer"] for row in report["lost"]] == [customer]


@pytest.mark.parametrize(("before", "after", "balance"), [
    ({}, {"credit": {"step": "60min"}}, "11:00"),
    ({}, {"credit": {"rounding": "entry"}}, "11:20"),
    ({"tickets": {"domain": [["name", "!=", "Imprimante"]]}}, {"tickets": {"domain": []}}, "11:25"),
    ({"tickets": {"excluded_tags": ["Offert"]}}, {"tickets": {"excluded_tags": []}}, "11:25"),
    ({"timesheets": {"domain": [["unit_amount", ">", 0.9]]}}, {"timesheets": {"domain": []}}, "11:25"),
], ids=["step", "rounding", "tickets.domain", "excluded_tags", "timesheets.domain"])
def test_a_key_that_charges_more_work_names_the_accounts(world: World, run: Run, shop: Shop, before: dict[str, Any],
                                                         after: dict[str, Any], balance: str) -> None:
    world.write("helpdesk.ticket", shop.fix, tag_ids=[(6, 0, [world.tag("Offert")])])
    run.configure(**before)
    run("sync", check=0)
    run.settle()
    full = "12:00" if before else "11:25"
    run.configure(**after)
    names_the_loss(run, shop.acme, full, balance)


def test_an_excluded_tag_that_gets_another_name_names_the_accounts_it_charges(world: World, run: Run, shop: Shop) -> None:
    tag = world.tag("Offert")
    world.write("helpdesk.ticket", shop.fix, tag_ids=[(6, 0, [tag])])
    run.configure(tickets={"excluded_tags": ["Offert"]})
    run("sync", check=0)
    run.settle()
    world.advance(3600)
    world.write("helpdesk.ticket.tag", tag, name="Hors contrat")
    world.timesheet(shop.other, 1.0, "2026-03-13")  # work of another customer, in the same cycle
    names_the_loss(run, shop.acme, "12:00", "11:25")
    assert run.balance(shop.bravo) == 600


def test_a_unit_of_time_that_gets_larger_names_the_accounts_it_charges(world: World, run: Run, shop: Shop) -> None:
    unit = make_unit(world, "Demi-journée", "hour", size=4.0)
    world.timesheet(shop.fix, 1.0, "2026-03-13", product_uom_id=unit)
    run("sync", check=0)
    assert run.balance(shop.acme) == 445
    run.settle()
    world.advance(3600)
    world.write("uom.uom", unit, factor=1.0)
    names_the_loss(run, shop.acme, "7:25", "3:25")


def test_a_line_that_moves_to_another_ticket_keeps_its_place_in_the_domain(world: World, run: Run, shop: Shop) -> None:
    run.configure(timesheets={"domain": [["name", "!=", "Offert"]]})
    line = world.timesheet(shop.fix, 1.0, "2026-03-13", name="Offert")
    kept = world.timesheet(shop.fix, 1.0, "2026-03-13")
    run("sync", check=0)
    run.settle()
    world.advance(60)
    world.move_timesheet(line, shop.other)
    world.move_timesheet(kept, shop.other)
    run("sync", check=0)
    assert (run.balance(shop.acme), run.balance(shop.bravo)) == (685, 600)
    assert run.picture() == run.rebuilt()


def test_a_domain_of_lines_that_odoo_refuses_stops_the_cycle_and_is_found_by_doctor(run: Run, shop: Shop) -> None:
    run.configure(timesheets={"domain": [["x_none", "=", True]]})
    assert "timesheets.domain" in run("sync", check=1).err
    said = [f for f in run("doctor", "--json", now=False).json["findings"] if "timesheets.domain" in f["text"]]
    assert said and said[0]["level"] == "problem"


# ---- credit.packs ----


def test_a_pack_has_an_old_and_a_new_reference(world: World, run: Run, shop: Shop) -> None:
    world.product("SUP12-2026")
    world.pay(world.invoice(shop.cargo, [("SUP12-2026", 1)], "2026-03-10"), "2026-03-11")
    run.configure(credit={"packs": [{"product": ["SUP12", "SUP12-2026"], "hours": 12}]})
    run("sync", check=0)
    assert (run.balance(shop.acme), run.balance(shop.cargo)) == (685, 720)
    run("status", now=False, check=0)


def test_a_pack_is_named_by_its_id_whatever_its_reference(world: World, run: Run, shop: Shop) -> None:
    product = world.product("SUP12")
    run.configure(credit={"packs": [{"id": product, "hours": 12}]})
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    for reference in ("AUTRE", False):
        world.advance(60)
        world.write("product.product", product, default_code=reference)
        run("sync", check=0)
        assert run.balance(shop.acme) == 685
        assert run("ledger", shop.acme, "--json", check=0).json["entries"][0]["note"]
        assert run.picture() == run.rebuilt()


def test_a_reference_that_no_product_carries_is_an_error_and_logged_at_each_cycle(world: World, run: Run, shop: Shop) -> None:
    run.configure(credit={"packs": [{"product": ["SUP12", "SUP99"], "hours": 12}, {"id": 9999, "hours": 1}]})
    for _ in range(2):
        said = run("sync", check=0).err
        assert "no product has the internal reference 'SUP99'" in said and "no product of id 9999" in said
    problems = run("status", "--json", now=False, check=3).json["problems"]
    assert [p for p in problems if "'SUP99'" in p] and [p for p in problems if "id 9999" in p]
    said = [f["text"] for f in run("doctor", "--json", now=False, check=3).json["findings"] if f["topic"] == "packs"
            and f["level"] == "problem"]
    assert len(said) == 2 and "'SUP99'" in said[0] and "id 9999" in said[1]


def test_an_archived_product_carries_its_reference(world: World, run: Run, shop: Shop) -> None:
    world.archive("product.product", world.product("SUP12"))
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    run("status", now=False, check=0)


def test_a_reference_that_several_products_carry_counts_for_all_and_doctor_names_them(
        world: World, server: Server, run: Run, shop: Shop) -> None:
    first = world.product("SUP12")
    second = world.product("SUP12", name="Pack 12 h (ancien)")
    assert first != second
    world.pay(world.invoice(shop.cargo, [(second, 1)], "2026-03-10"), "2026-03-11")
    run("sync", check=0)
    assert (run.balance(shop.acme), run.balance(shop.cargo)) == (685, 720)
    said = [f["text"] for f in run("doctor", "--json", now=False).json["findings"] if f["topic"] == "packs" and f["level"] == "note"]
    assert said == [f"SUP12 is the internal reference of several products, and each counts: {first}, {second}"]


# ---- credit.validity in months ----


def test_hours_are_valid_for_months(run: Run, shop: Shop) -> None:
    run.configure(credit={"validity": "18mo"})
    run("sync", check=0)
    assert run("balance", shop.acme, "--json", check=0).json[0]["next_expiry"] == "2027-09-10"
    assert "18mo" in run("config", "show", check=0).out
    run.configure(credit={"validity": "1y"})
    run("sync", check=4)  # the same credit would end earlier: a person decides
    run("reconcile", "--force", check=0)
    assert run("balance", shop.acme, "--json", check=0).json[0]["next_expiry"] == "2027-03-10"
