"""setup --remove: what setup made is taken away, what others made and the adjustments stay."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run
from odoosim import Server, World
from sample import some
from test_setup import ACCOUNT, CREDIT, FIELDS, LAST_DAY, LEASE, MODEL, SHOWN, TAG, Office, old_columns

ADJUSTMENTS = {"group_agent", "model_adjustment", "access_adjustment_agent", "access_adjustment_administrator"}
EVERYTHING = ("--remove", "--with-adjustments")


class Site(Office):
    """A database in which all was set up, with a customer, an adjustment and a tagged ticket."""

    def __init__(self, world: World, server: Server, run: Run) -> None:
        super().__init__(world, server, run)
        run.configure(writeback={"enabled": True, "since": "2026-01-01", **FIELDS})

    def ready(self) -> Site:
        self.untouched = self.picture()
        self.setup()
        self.customer = self.world.partner("Exemple SARL")
        self.ticket = self.world.ticket(self.customer, tags=[TAG])
        self.run("sync", check=0)
        self.adjust(30)
        self.server.clear()
        return self

    def adjust(self, minutes: int) -> Any:
        return self.run("adjust", self.customer, minutes, "--reason", "x", check=0)

    def remove(self, *more: str, **options: Any) -> Any:
        return self.setup("--remove", *more, **options)

    @property
    def external(self) -> set[str]:
        return {name for name, _ in self.picture()["external"]}


@pytest.fixture
def site(world: World, server: Server, run: Run) -> Site:
    return Site(world, server, run).ready()


@pytest.mark.parametrize("version", [pytest.param(17, marks=pytest.mark.world(version=17)),
                                     pytest.param(19, marks=pytest.mark.world(version=19))])
def test_remove_takes_everything_away_but_the_adjustments(site: Site, version: int) -> None:
    done = site.remove()
    assert done.out.splitlines() == [
        *(f"removed: the field x_qualiodoo_{f} of customers (with its values)" for f in reversed(SHOWN)),
        f"removed: the tag '{TAG}', also from the tickets that have it",
        f"removed: the model {ACCOUNT} with the credit it shows",
        f"removed: the model {LEASE} of the lease of several agents",
        "removed: the agent's right to read who was assigned when",
        f"kept: the model {MODEL} with its 1 adjustment, and the group that reads it (--with-adjustments removes them)",
        "removed: external ids of these (module 'qualiodoo')",
        "done: what setup made is removed"]
    left = site.picture()
    assert not left["partner"] and not left["tags"] and left["models"] and left["member"] and len(left["access"]) == 2
    assert {name for name in site.external if not name.startswith("field_adjustment_")} == ADJUSTMENTS
    assert not left["lease"] and not left["access_shown"] and not left["access_history"] and left["models"] == [(MODEL, "manual")]
    assert not site.world.row("helpdesk.ticket", site.ticket).get("tag_ids")
    site.run("sync", check=0)
    site.adjust(15)  # the agent reads and makes adjustments as before
    assert site.run.balance(site.customer) == 45


@pytest.mark.parametrize("version", [pytest.param(17, marks=pytest.mark.world(version=17)),
                                     pytest.param(19, marks=pytest.mark.world(version=19))])
def test_remove_with_adjustments_takes_the_adjustments_away_too(site: Site, version: int) -> None:
    done = site.remove("--with-adjustments").out
    assert f"removed: the model {MODEL} with its 1 adjustment\nremoved: the group 'qualiodoo agent'\n" in done
    assert site.picture() == site.untouched and not site.external
    site.setup()  # and all over again
    site.adjust(15)


@pytest.mark.parametrize("options", [("--remove",), EVERYTHING])
def test_a_second_time_nothing_is_left_to_remove(site: Site, options: tuple[str, ...]) -> None:
    site.setup(*options)
    before = site.picture()
    site.server.clear()
    done = site.setup(*options).out
    assert "nothing to remove" in done and "removed" not in done
    assert not [c for c in site.server.calls if c.writes] and site.picture() == before


def test_adjustments_can_be_removed_after_the_rest(site: Site) -> None:
    site.remove()
    site.remove("--with-adjustments")
    assert site.picture() == site.untouched


def test_the_stored_columns_of_an_earlier_version_go_too(world: World, server: Server, run: Run) -> None:
    old_columns(world)
    site = Site(world, server, run)
    done = site.remove("--with-adjustments").out
    assert f"removed: the field {CREDIT} of customers" in done and f"removed: the field {LAST_DAY} of customers" in done
    assert not site.picture()["partner"] and not site.external


def test_where_nothing_was_set_up(world: World, server: Server, run: Run) -> None:
    site = Site(world, server, run)
    for options in (("--remove",), EVERYTHING):
        assert site.setup(*options).out == "nothing to remove\n"
    assert not [c for c in server.calls if c.writes]


@pytest.mark.parametrize("options", [("--remove",), EVERYTHING])
def test_a_dry_run_says_what_it_would_remove(site: Site, options: tuple[str, ...]) -> None:
    before = site.picture()
    said = site.setup("--dry-run", *options).out
    assert not [c for c in site.server.calls if c.writes] and site.picture() == before
    done = site.setup(*options).out
    assert said.replace("would remove", "removed").replace("would keep", "kept") + "done: what setup made is removed\n" == done


def test_json(site: Site) -> None:
    document = site.remove("--json").json
    assert document["changed"] is True and document["dry_run"] is False
    assert [(s["made"], s["removed"]) for s in document["steps"]] == [(False, True)] * 8 + [(False, False), (False, True)]
    assert site.remove("--json").json["changed"] is False


@pytest.mark.parametrize("options", [("--remove",), EVERYTHING])
def test_killed_before_every_call_it_is_completed_by_the_next_one(site: Site, options: tuple[str, ...]) -> None:
    world, state = site.world.kept(), site.run.state.read_bytes()
    site.setup(*options)
    calls, complete = len(site.server.calls), site.picture()
    for n in some(range(1, calls + 1)):
        site.world.restore(world)
        site.run.forget()
        site.run.state.write_bytes(state)
        site.killed_before(n, *options)
        site.setup(*options)
        assert site.picture() == complete, n


@pytest.mark.parametrize("action", ["drop_after", "drop_before"])
@pytest.mark.parametrize("model", ["ir.model.fields", "helpdesk.ticket.tag", "ir.model", "res.groups", "ir.model.data"])
def test_lost_answers(site: Site, model: str, action: str) -> None:
    fault = site.server.fault(action, match=lambda call: call.method == "unlink" and call.model == model)
    site.remove("--with-adjustments")
    assert fault.hits == 1 and site.picture() == site.untouched


# ---- What others made ----


def test_a_tag_that_was_there_stays(world: World, server: Server, run: Run) -> None:
    world.tag(TAG)
    site = Site(world, server, run).ready()
    assert "the tag" not in site.remove("--with-adjustments").out
    assert site.picture()["tags"] == [(TAG,)] and site.world.row("helpdesk.ticket", site.ticket)["tag_ids"]


def test_a_field_of_that_name_elsewhere_stays(world: World, server: Server, run: Run) -> None:
    other = world.create("ir.model.fields", name=LAST_DAY, ttype="char", field_description="x",
                         model_id=world.model_ids["product.template"])
    site = Site(world, server, run).ready()
    site.remove("--with-adjustments")
    assert site.picture() == site.untouched and world.row("ir.model.fields", other)


def test_remove_takes_away_what_an_interrupted_setup_left(world: World, server: Server, run: Run) -> None:
    """Killed between a field and its external id: its name says whose it is."""
    site = Site(world, server, run)
    untouched = site.picture()
    fault = server.fault("status", match=lambda call: call.model == "ir.model.data" and call.method == "create", times=0,
                         status=500)
    site.setup(check=1)
    assert fault.hits and site.picture()["partner"] and site.external == {"tag_breach"}
    server.faults.clear()
    site.remove("--with-adjustments")
    assert site.picture() == untouched


def test_a_renamed_tag_and_a_renamed_group_are_still_ours(site: Site) -> None:
    env = site.world.env()
    site.world.write(site.tag_model, env.search(site.tag_model, []), name="En retard")
    group = env.search("res.groups", [("name", "=", "qualiodoo agent")])
    site.world.write("res.groups", group, name="Crédit")
    site.remove("--with-adjustments")
    assert site.picture() == site.untouched and not site.world.env().search("res.groups", [("name", "=", "Crédit")])


# ---- What stands in the way ----


def test_a_view_that_shows_a_field(site: Site) -> None:
    view = site.world.create("ir.ui.view", name="Fiche client", model="res.partner", arch="<field name='x_qualiodoo_hours'/>")
    message = site.remove(check=1).err
    assert "the field x_qualiodoo_hours of customers (with its values) cannot be removed" in message and "View: Fiche client" in message
    assert "run 'qualiodoo setup --remove' again" in message and site.picture()["tags"]
    site.world.delete("ir.ui.view", view)
    site.remove()
    assert not site.picture()["partner"] and not site.picture()["tags"]


def test_a_field_that_depends_on_adjustments(site: Site) -> None:
    other = site.world.create("ir.model.fields", name="x_adjustments", ttype="one2many", relation=MODEL,
                              relation_field="x_partner_id", field_description="x",
                              model_id=site.world.model_ids["res.partner"])
    message = site.remove("--with-adjustments", check=1).err
    assert f"the model {MODEL} with its 1 adjustment cannot be removed" in message and "res.partner.x_adjustments" in message
    site.run("sync", check=0)
    site.adjust(15)  # nothing of the adjustments is gone
    site.world.delete("ir.model.fields", other)
    site.remove("--with-adjustments")
    assert site.picture() == site.untouched


def test_a_group_that_others_use(site: Site) -> None:
    group = site.world.env().search("res.groups", [("name", "=", "qualiodoo agent")])[0]
    line = site.world.create("ir.model.access", name="other", model_id=site.world.model_ids["res.partner"], group_id=group)
    message = site.remove("--with-adjustments", check=1).err
    assert "the group 'qualiodoo agent' cannot be removed" in message and "ir.model.access" in message
    site.world.delete("ir.model.access", line)
    site.remove("--with-adjustments")
    assert site.picture() == site.untouched


# ---- Who asks ----


def test_nothing_but_an_administrator_is_needed(site: Site) -> None:
    """No flavour, no agent's user, no valid adjustments setting: the way back must not depend on the way there."""
    site.run.configure(odoo={"login": "nobody@example.com"}, credit={"adjustments": "note"},
                       writeback={"breach": {"tag": False}, "balance": {"fields": False}})
    site.remove("--with-adjustments")
    assert site.picture()["external"] == [] and not site.picture()["models"] and not site.picture()["tags"]


def test_not_an_administrator(site: Site) -> None:
    site.write_secret("agent-secret")
    message = site.remove(check=1, login="agent@example.com").message
    assert "is not an administrator of Odoo" in message and not [c for c in site.server.calls if c.writes]
