"""What is written on customers: their credit as fields, and alerts for the salesperson, once each."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run, Server, World

AGENT = "agent@example.com"
PARTNER, ACTIVITY, MESSAGE = "res.partner", "mail.activity", "mail.message"


class Office:
    """A customer with a salesperson; the agent may write on customers."""

    def __init__(self, world: World, server: Server, run: Run) -> None:
        self.world, self.server, self.run = world, server, run
        world.set_groups(AGENT, [*GROUPS, "base.group_partner_manager"])
        self.salesperson = world.people[0]
        self.customer = world.partner("Exemple SARL", user_id=self.salesperson)
        self.ticket = world.ticket(self.customer, created="2026-03-02 09:00")
        world.reply(self.ticket, at="2026-03-02 09:10")
        run.configure(writeback={"enabled": True, "since": "2026-03-01", "balance": {"fields": False, "alerts": True}})

    def pack(self, day: str, code: str = "SUP12") -> int:
        invoice = self.world.invoice(self.customer, [(code, 1)], day)
        self.world.pay(invoice, day)
        return invoice

    def sync(self, day: str = "2026-03-20", *arguments: str, **options: Any) -> Any:
        return self.run("sync", "--json", *arguments, now=day, **{"check": 0, **options})

    def kinds(self) -> list[str]:
        env = self.world.env()
        found = env.search(MESSAGE, [("model", "=", PARTNER), ("res_id", "=", self.customer), ("message_id", "like", "<qualiodoo-")])
        return [row["message_id"].removeprefix("<qualiodoo-").split(".")[0] for row in env.read(MESSAGE, sorted(found), ["message_id"])]

    def activities(self) -> list[dict[str, Any]]:
        env = self.world.env()
        return env.read(ACTIVITY, env.search(ACTIVITY, [("res_model", "=", PARTNER), ("res_id", "=", self.customer)]),
                        ["summary", "user_id"])


GROUPS = ["base.group_user", "account.group_account_readonly", "hr_timesheet.group_hr_timesheet_approver",
          "helpdesk_mgmt.group_helpdesk_user"]


@pytest.fixture
def office(world: World, server: Server, run: Run) -> Office:
    return Office(world, server, run)


def test_a_payment_gives_one_alert(office: Office) -> None:
    office.pack("2026-03-10")
    office.sync()
    assert office.kinds() == ["credited"]
    [activity] = office.activities()
    assert activity["user_id"][0] == office.salesperson and "12:00 h créditées" in activity["summary"]
    office.sync()
    office.run.forget()
    assert office.sync().json["writes"]["queued"] == 0
    assert office.kinds() == ["credited"] and len(office.activities()) == 1


def keys(office: Office) -> list[str]:
    env = office.world.env()
    found = env.search(MESSAGE, [("model", "=", PARTNER), ("res_id", "=", office.customer), ("message_id", "like", "<qualiodoo-")])
    return [row["message_id"].removeprefix("<qualiodoo-").split("@")[0] for row in env.read(MESSAGE, sorted(found), ["message_id"])]


def test_the_alert_of_credit_is_corrected_when_the_payment_bounces_and_repeated_when_it_is_paid_again(office: Office) -> None:
    """Each once, by key, also after the loss of the state."""
    invoice = office.pack("2026-03-10")
    credited = f"credited.{office.customer}.{invoice}"
    withdrawn = credited.replace("credited", "withdrawn")
    told = [credited]
    for time in (1, 2):
        office.sync()
        assert keys(office) == told and len(office.activities()) == 1
        office.world.unpay(invoice)
        told += [withdrawn if time == 1 else f"{withdrawn}.{time}"]
        for again in range(3):
            office.sync()
            assert keys(office) == told and office.activities() == []  # the salesperson's activity is gone
            if again == 1:
                office.run.forget()
        office.world.pay(invoice, "2026-03-12")
        told += [f"{credited}.{time + 1}"]
    office.sync()
    office.run.forget()
    assert office.sync().json["writes"]["queued"] == 0 and keys(office) == told
    body = office.world.env().read(MESSAGE, office.world.env().search(MESSAGE, [("message_id", "like", f"qualiodoo-{withdrawn}@")]),
                                   ["body"])[0]["body"]
    assert "ne sont plus créditées" in body and office.world.row("account.move", invoice)["name"] in body


def test_credit_whose_payment_bounces_before_its_alert_gets_none(office: Office) -> None:
    office.run.configure(writeback={"enabled": False})
    invoice = office.pack("2026-03-10")
    office.sync()
    assert office.run.sql("SELECT state FROM outbox WHERE part = 'note'") == [("shadow",)]
    office.world.unpay(invoice)
    office.sync()
    assert office.run.sql("SELECT * FROM outbox") == [] and office.kinds() == []


def test_credit_that_moves_to_another_account_is_not_taken_back(office: Office) -> None:
    office.pack("2026-03-10")
    office.sync()
    holding = office.world.partner("Holding SA", user_id=office.salesperson)
    office.world.write(PARTNER, office.customer, parent_id=holding, is_company=False)
    office.sync()
    assert "withdrawn" not in office.kinds()


def test_goodwill_with_its_own_end_is_announced_and_told_lost_beside_a_later_pack(office: Office) -> None:
    """A later pack renews the contract, but minutes with an end of their own do not roll over into it."""
    office.world.adjustment_model()
    office.run.configure(writeback={"balance": {"alerts": True}})
    office.pack("2026-03-10")
    office.sync()
    office.run("adjust", office.customer, 60, "--reason", "geste", "--ends", "2026-04-15", now="2026-03-16", check=0)
    adjustment = office.world.env().search("x_qualiodoo_adjustment", [])[0]
    office.sync("2026-03-17")
    for day, told in (("2026-03-31", ["expiring"]), ("2026-04-08", ["expiring"] * 2), ("2026-04-14", ["expiring"] * 2),
                      ("2026-04-15", ["expiring"] * 2 + ["expired"])):
        office.sync(day)
        assert office.kinds() == ["credited", *told], day
    assert keys(office)[1] == f"expiring.{office.customer}.a{adjustment}.30"
    assert any("1:00 h seront perdues après le 14/04/2026" in a["summary"] for a in office.activities())


def test_goodwill_without_an_end_that_will_roll_over_is_not_announced(office: Office) -> None:
    office.world.adjustment_model()
    office.sync()
    office.run("adjust", office.customer, 60, "--reason", "geste", "--date", "2026-03-10", now="2026-03-16", check=0)
    office.pack("2026-03-12")
    office.sync("2027-03-05")
    assert [key.split(".")[2][0] == "a" for key in keys(office) if key.startswith("expiring")] == [False]


def test_credit_below_the_threshold_then_an_overdraft(office: Office) -> None:
    office.pack("2026-03-10")
    office.world.timesheet(office.ticket, 10.0, "2026-03-11")
    office.sync()
    assert office.kinds() == ["credited"]  # 2:00 left is not below 2:00
    office.world.timesheet(office.ticket, 0.5, "2026-03-12")
    office.sync()
    assert office.kinds() == ["credited", "low"]
    office.world.timesheet(office.ticket, 0.25, "2026-03-13")
    office.world.timesheet(office.ticket, 3.0, "2026-03-14")
    office.sync()
    assert office.kinds() == ["credited", "low", "overdraft"]
    office.world.timesheet(office.ticket, 1.0, "2026-03-15")
    office.sync()
    assert office.kinds() == ["credited", "low", "overdraft"]
    assert [a["summary"] for a in office.activities()][-1] == "Crédit de support : découvert de 1:45 h"


def test_an_expiry_is_announced_at_30_and_7_days_then_told(office: Office) -> None:
    office.pack("2026-03-10")  # usable to 9 March 2027
    for day, kinds in (("2027-02-07", ["credited"]), ("2027-02-08", ["credited", "expiring"]),
                       ("2027-03-02", ["credited", "expiring"]), ("2027-03-03", ["credited", "expiring", "expiring"]),
                       ("2027-03-09", ["credited", "expiring", "expiring"]),
                       ("2027-03-10", ["credited", "expiring", "expiring", "expired"])):
        office.sync(day)
        assert office.kinds() == kinds, day
    assert "12:00 h seront perdues après le 09/03/2027" in office.activities()[1]["summary"]
    assert "12:00 h perdues le 10/03/2027" in office.activities()[-1]["summary"]


def test_what_will_roll_over_is_not_announced(office: Office) -> None:
    office.pack("2026-03-10")
    office.pack("2026-03-12")
    office.sync("2027-03-05")
    assert office.kinds() == ["credited", "credited", "expiring"]  # the second pack; the first rolls over into it


def test_a_customer_without_a_salesperson_and_a_payment_before_since_give_no_alert(office: Office) -> None:
    office.pack("2026-02-10")
    office.sync()
    assert office.kinds() == []  # nothing older is ever flagged
    office.world.write(PARTNER, office.customer, user_id=False)
    office.pack("2026-03-10")
    office.sync()
    assert office.kinds() == [] and office.activities() == []


def test_without_the_right_the_alert_is_parked(office: Office) -> None:
    office.world.set_groups(AGENT, GROUPS)
    office.pack("2026-03-10")
    ended = office.sync(check=1)
    assert "refused" in ended.err and office.kinds() == []
    assert office.run.sql("SELECT part, state FROM outbox ORDER BY id") == [("note", "refused"), ("activity", "queued")]


def test_alerts_are_off_by_default(office: Office) -> None:
    office.run.configure(writeback={"balance": {"alerts": False}})
    office.pack("2026-03-10")
    office.sync()
    assert office.kinds() == []


# ---- The stored columns that setup made up to 0.1.0 go on working ----


@pytest.fixture
def shown(office: Office) -> Office:
    with office.world.transaction() as env:
        model = env.search("ir.model", [("model", "=", PARTNER)])[0]
        for name, kind in (("x_qualiodoo_credit_minutes", "integer"), ("x_qualiodoo_last_day", "date")):
            env.create("ir.model.fields", {"model_id": model, "name": name, "ttype": kind, "field_description": name})
    office.run.configure(writeback={"balance": {"fields": True, "alerts": False}})
    return office


def fields(office: Office) -> tuple[Any, Any]:
    row = office.world.row(PARTNER, office.customer)
    day = row.get("x_qualiodoo_last_day")
    return row.get("x_qualiodoo_credit_minutes") or 0, str(day) if day else None


def test_the_credit_left_and_its_last_day_are_shown_on_the_customer(shown: Office) -> None:
    shown.pack("2026-03-10")
    shown.sync()
    assert fields(shown) == (720, "2027-03-09")
    assert shown.sync().json["writes"] == {"queued": 0, "sent": 0, "refused": 0}
    shown.world.timesheet(shown.ticket, 1.0, "2026-03-11")
    assert shown.sync().json["writes"] == {"queued": 1, "sent": 1, "refused": 0}
    assert fields(shown) == (660, "2027-03-09")
    shown.world.timesheet(shown.ticket, 12.0, "2026-03-12")
    shown.sync()
    assert fields(shown) == (-60, None)
    shown.run.forget()
    assert shown.sync().json["writes"] == {"queued": 0, "sent": 0, "refused": 0}


def test_a_value_of_the_columns_that_a_person_changed_is_written_again(shown: Office) -> None:
    shown.pack("2026-03-10")
    shown.sync()
    shown.world.write(PARTNER, shown.customer, x_qualiodoo_credit_minutes=9999)
    assert shown.sync().json["writes"] == {"queued": 1, "sent": 1, "refused": 0}
    assert fields(shown) == (720, "2027-03-09")


def test_a_refused_write_keeps_its_reason_and_is_not_tried_again_by_itself(shown: Office) -> None:
    """Without Contact Creation."""
    shown.world.set_groups(AGENT, GROUPS)
    shown.pack("2026-03-10")
    for _ in range(2):
        shown.sync(check=None)
        [row] = shown.run("outbox", "--json", check=0).json
        assert row["state"] == "refused" and "not allowed to modify 'Contact'" in row["reason"], row
    shown.world.set_groups(AGENT, [*GROUPS, "base.group_partner_manager"])
    assert shown.sync().json["writes"]["sent"] == 0
    shown.run("outbox", "retry", check=0)
    assert shown.sync().json["writes"]["sent"] == 1 and fields(shown) == (720, "2027-03-09")


def test_without_the_fields_nothing_is_written(office: Office) -> None:
    office.run.configure(writeback={"balance": {"fields": True, "alerts": False}})
    office.pack("2026-03-10")
    office.sync()
    assert not [c for c in office.server.calls if c.writes]


def test_an_answer_lost_while_fields_are_written(shown: Office) -> None:
    shown.pack("2026-03-10")
    shown.server.fault("drop_after", lambda c: c.model == PARTNER and c.method == "write", times=0)
    shown.sync(check=1)
    shown.server.faults.clear()
    shown.server.clear()
    shown.sync()
    assert fields(shown) == (720, "2027-03-09") and not [c for c in shown.server.calls if c.writes]
