"""adjust: credit by hand, written into Odoo once whatever happens to the call."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import time
from typing import Any

import pytest
from conftest import TODAY, Run, Shop
from odoosim import Server, World

MODEL = "x_qualiodoo_adjustment"
KEY = r"[0-9a-f]{32}"
AGENT = "agent@example.com"

both_modes = pytest.mark.parametrize("mode", ["model", "note"])


class Desk:
    """A shop whose adjustments are kept in the model or in notes, after a first sync."""

    def __init__(self, world: World, server: Server, run: Run, mode: str = "model") -> None:
        self.world, self.server, self.run, self.mode = world, server, run, mode
        self.shop = Shop(world)
        run.configure(writeback={"enabled": True, "since": "2026-01-01"}, credit={"adjustments": mode})
        if mode == "model":
            world.adjustment_model()
        else:
            groups = ["base.group_user", "account.group_account_readonly", "hr_timesheet.group_hr_timesheet_approver",
                      "helpdesk_mgmt.group_helpdesk_user", "base.group_partner_manager"]
            world.set_groups(AGENT, groups)
        run("sync", check=0)
        server.clear()

    def adjust(self, minutes: Any = 30, *more: Any, customer: Any = None, check: int | None = 0, **options: Any) -> Any:
        return self.run("adjust", customer or self.shop.acme, minutes, "--reason", "Geste", *more, check=check, **options)

    def is_write(self, call: Any) -> bool:
        return call.method == ("create" if self.mode == "model" else "message_post")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What Odoo holds, as rows of the model."""
        env = self.world.env()
        if self.mode == "model":
            return [env.row(MODEL, i) for i in env.search(MODEL, [], order="id")] if MODEL in env.schema.models else []
        notes = env.search("mail.message", [("message_id", "=like", "<qualiodoo-adjust.%")], order="id")
        return [env.row("mail.message", i) for i in notes]


@pytest.fixture
def desk(world: World, server: Server, run: Run) -> Desk:
    return Desk(world, server, run)


@pytest.fixture
def make(world: World, server: Server, run: Run) -> Any:
    return lambda mode="model": Desk(world, server, run, mode)


# ---- What is written, and what is said ----


def test_an_adjustment_is_a_record_in_odoo_and_counts_in_the_balance(desk: Desk) -> None:
    before = desk.run.balance(desk.shop.acme)
    done = desk.adjust(-30)
    found = re.fullmatch(rf"adjusted: customer {desk.shop.acme} \(Exemple SARL\), -0:30 on {TODAY}, new balance 10:55, key ({KEY})\n", done.out)
    assert found and done.err == f"qualiodoo: the key of this adjustment is {found[1]}\n"
    assert desk.run.balance(desk.shop.acme) == before - 30 == 655
    row, = desk.rows
    assert (row["x_partner_id"], row["x_minutes"], str(row["x_date"]), row.get("x_end")) == (desk.shop.acme, -30, TODAY, None)
    assert (row["x_reason"], row["x_key"], row["create_uid"]) == ("Geste", found[1], desk.world.agent)
    assert [c.method for c in desk.server.calls if c.writes] == ["create"]


def test_the_note_of_an_adjustment_has_a_text_for_people_and_figures_for_the_program(make: Any) -> None:
    desk = make("note")
    before = desk.run.balance(desk.shop.acme)
    key = desk.adjust(90, "--ends", "2026-06-01", "--json").json["key"]
    assert desk.run.balance(desk.shop.acme) == before + 90
    note, = desk.rows
    figures = {"minutes": 90, "date": TODAY, "end": "2026-06-01", "reason": "Geste"}
    assert json.loads(note["subject"]) == {"qualiodoo_adjustment": figures}
    assert note["message_id"] == f"<qualiodoo-adjust.{key}@demo>"
    assert note["model"] == "res.partner" and note["res_id"] == desk.shop.acme
    assert note["author_id"] == desk.world.partner_of(desk.world.agent)
    # The last day, not the one that is excluded; a note, not a message to the customer.
    assert "+1:30 à la date du 2026-03-20, utilisable jusqu'au 2026-05-31. Motif : Geste." in note["body"].replace("&#x27;", "'")
    assert desk.world.get("mail.message", note["id"], "subtype_id.internal")


def test_the_note_is_in_the_configured_language(make: Any) -> None:
    desk = make("note")
    desk.run.configure(language="en")
    desk.adjust(-5)
    assert "Support credit: -0:05 on 2026-03-20. Reason: Geste." in desk.rows[0]["body"]


@both_modes
def test_json(make: Any, mode: str) -> None:
    desk = make(mode)
    done = desk.adjust(60, "--ends", "2026-04-01", "--date", "2026-03-02", "--json")
    assert re.fullmatch(KEY, done.json["key"])
    assert done.json == {"id": desk.rows[0]["id"], "key": done.json["key"], "repeated": False, "dry_run": False,
                         "customer_id": desk.shop.acme, "customer": "Exemple SARL", "minutes": 60, "date": "2026-03-02", "end": "2026-04-01",
                         "balance_minutes": 685 + 60}
    assert desk.adjust(60, "--json").json["end"] is None


@both_modes
def test_a_new_state_gives_the_same_balances(make: Any, mode: str) -> None:
    desk = make(mode)
    for minutes, more in ((30, []), (-45, ["--date", "2026-03-12"]), (90, ["--ends", "2026-06-01"]),
                          (120, ["--date", "2025-01-01"]), (15, ["--date", "2026-12-24"])):
        desk.adjust(minutes, *more)
    desk.adjust(10, customer=desk.shop.cargo)
    assert desk.run.picture() == desk.run.rebuilt()
    assert desk.run("reconcile", "--json", check=0).json["drift"] is False


@both_modes
def test_a_future_date_counts_from_then(make: Any, mode: str) -> None:
    desk = make(mode)
    assert desk.adjust(30, "--date", "2026-03-25", "--json").json["balance_minutes"] == 685
    assert desk.run.balance(desk.shop.acme) == 685
    assert desk.run.balance(desk.shop.acme, now="2026-03-25") == 685 + 30


def test_the_day_is_the_one_of_the_configured_zone(desk: Desk) -> None:
    assert desk.adjust(30, "--json", now="2026-03-20T23:30:00Z").json["date"] == "2026-03-21"
    desk.run.configure(timezone="America/New_York")
    assert desk.adjust(30, "--json", now="2026-03-20T23:30:00Z").json["date"] == "2026-03-20"


@both_modes
def test_any_text_survives_as_a_reason(make: Any, mode: str) -> None:
    desk = make(mode)
    reason = "é «geste» <b>&amp; \"q\" \\ 100% 𝄞 {{ x }} 'a' "
    desk.run("adjust", desk.shop.acme, 30, "--reason", reason, check=0)
    if mode == "model":
        assert desk.rows[0]["x_reason"] == reason
    else:
        assert json.loads(desk.rows[0]["subject"])["qualiodoo_adjustment"]["reason"] == reason
        assert "<b>" not in desk.rows[0]["body"]
    assert desk.run.sql("SELECT reason, valid FROM adjustment") == [(reason, 1)]
    entries = desk.run("ledger", desk.shop.acme, "--json", check=0).json["entries"]
    assert [e["note"] for e in entries if e["kind"] == "adjust"] == [reason]


# ---- For whom ----


@pytest.mark.parametrize("text", ["id", "Exemple SARL", "C001", "Anne Moreau", "contact"])
def test_any_contact_leads_to_the_customer(desk: Desk, text: str) -> None:
    customer = {"id": desk.shop.acme, "contact": desk.shop.contact}.get(text, text)
    assert desk.adjust(30, "--json", customer=customer).json["customer_id"] == desk.shop.acme
    assert desk.rows[0]["x_partner_id"] == desk.shop.acme


def test_a_customer_whom_the_state_does_not_know(desk: Desk) -> None:
    new = desk.world.partner("Nouveau SAS")
    assert desk.adjust(30, "--json", customer="Nouveau SAS").json["balance_minutes"] == 30
    assert desk.run.balance(new) == 30


def test_a_contact_that_moved_since_the_last_sync(desk: Desk) -> None:
    desk.world.move_contact(desk.shop.contact, desk.shop.bravo)
    done = desk.adjust(30, "--json", customer=desk.shop.contact).json
    assert done["customer_id"] == desk.shop.bravo
    desk.run("sync", check=0)
    assert desk.run.picture() == desk.run.rebuilt()


@pytest.mark.parametrize("text", ["Nobody", "99999", "", "exemple", "0", "C00%", b"\xff\xfe"])
def test_unknown_customers(desk: Desk, text: Any) -> None:
    done = desk.run("adjust", *([text] if text else [""]), 30, "--reason", "x", check=1) if isinstance(text, str) else None
    if done is None:
        import subprocess

        command = desk.run.command("adjust", "X", 30, "--reason", "x")
        command[command.index("X")] = text
        raw = subprocess.run(command, capture_output=True, timeout=30, check=False)
        assert raw.returncode == 1 and b"not UTF-8" in raw.stderr
    else:
        assert "the name or the reference of a" in done.message
    assert not desk.rows


@pytest.mark.parametrize("text", ["ÉXEMPLE  sarl", "c001", "anne moreau", " Exemple Sarl "])
def test_a_customer_is_found_without_regard_to_case_and_accents(desk: Desk, text: str) -> None:
    done = desk.adjust(customer=text)
    assert f"adjusted: customer {desk.shop.acme} (Exemple SARL), +0:30" in done.out
    assert desk.rows[0]["x_partner_id" if desk.mode == "model" else "res_id"] == desk.shop.acme


def test_a_customer_of_another_case_is_found_though_the_state_does_not_know_it(desk: Desk) -> None:
    new = desk.world.partner("Société Œuvre & Fils")
    assert f"would adjust: customer {new} (Société Œuvre & Fils)" in desk.adjust(30, "--dry-run", customer="societe oeuvre & fils").out
    assert desk.adjust(30, "--json", customer="SOCIETE OEUVRE & FILS").json["customer_id"] == new


def test_names_that_differ_by_accents_alone_are_not_chosen_between(desk: Desk) -> None:
    two = [desk.world.partner(name) for name in ("Dupre", "Dupré")]
    message = desk.adjust(customer="DUPRE", check=1).message
    assert f"'DUPRE' names 2 customers in Odoo; did you mean Dupre ({two[0]}) or Dupré ({two[1]})? Give the id of one" in message
    assert not desk.rows
    assert [desk.adjust(30, "--json", customer=name).json["customer_id"] for name in ("Dupre", "Dupré")] == two


def test_a_reference_wins_over_a_name(desk: Desk) -> None:
    named = desk.world.partner("C002")
    assert desk.adjust(30, "--json", customer="C002").json["customer_id"] == desk.shop.bravo
    assert desk.adjust(30, "--json", customer=named).json["customer_id"] == named


def test_an_unknown_name_is_answered_with_those_that_resemble_it(desk: Desk) -> None:
    message = desk.adjust(customer="Exmple", check=1).message
    assert f"no customer 'Exmple' in Odoo; did you mean Exemple Services (1) or Exemple SARL ({desk.shop.acme})?" in message
    assert "did you mean" not in desk.adjust(customer="Nobody", check=1).message
    assert not desk.rows


def test_a_name_that_is_not_unique_lists_the_ids(desk: Desk) -> None:
    twins = [desk.world.partner("Dupont") for _ in range(2)]
    message = desk.adjust(customer="Dupont", check=1).message
    proposed = f"did you mean Dupont ({twins[0]}) or Dupont ({twins[1]})? Give the id of one"
    assert f"'Dupont' names 2 customers in Odoo; {proposed}" in message
    # Two contacts of one company are one customer.
    for _ in range(2):
        desk.world.partner("Jeanne Martin", parent=desk.shop.bravo)
    assert desk.adjust(30, "--json", customer="Jeanne Martin").json["customer_id"] == desk.shop.bravo


# ---- What is refused, without a trace ----


@pytest.mark.parametrize("arguments, message", [
    (["0", "--reason", "x"], "whole number of minutes, such as 90 or -30: not 0"),
    (["1000000000", "--reason", "x"], "at most nine digits"),
    (["1.5", "--reason", "x"], "whole number of minutes"),
    (["30"], "missing --reason"),
    (["30", "--reason", "  "], "--reason: found no text"),
    (["30", "--reason", "a\nb"], "one line of text"),
    (["30", "--reason", "x" * 501], "--reason: found 501 bytes, expected at most 500"),
    (["30", "--reason", "x", "--date", "2026-02-30"], "expected a date"),
    (["-30", "--reason", "x", "--ends", "2026-06-01"], "--ends goes with minutes that are added"),
    (["30", "--reason", "x", "--ends", TODAY], f"--ends: found {TODAY}, expected a day after {TODAY}"),
    (["30", "--reason", "x", "--key", "a b"], "--key: found 'a b'"),
    (["30", "--reason", "x", "--key", "k" * 65], "--key: found"),
])
def test_bad_usage(desk: Desk, arguments: list[str], message: str) -> None:
    assert message in desk.run("adjust", desk.shop.acme, *arguments, check=2).message
    assert not desk.rows and not desk.server.calls


def test_shadow_mode(desk: Desk) -> None:
    desk.run.configure(writeback={"enabled": False})
    message = desk.adjust(check=1).message
    assert "shadow mode (writeback.enabled: false)" in message
    assert "--reason: found no text" in desk.run("adjust", desk.shop.acme, 30, "--reason", "", check=2).message
    assert not desk.rows and not desk.server.calls


def test_an_adjustment_dated_before_credit_since_is_refused(desk: Desk) -> None:
    desk.run.configure(credit={"since": "2026-01-01"})
    assert "credit.since leaves out what is dated before 2026-01-01" in desk.adjust(30, "--date", "2025-12-31", check=1).message
    assert not desk.rows


def test_without_the_model(world: World, server: Server, run: Run) -> None:
    shop = Shop(world)
    run.configure(writeback={"enabled": True, "since": "2026-01-01"})
    for _ in range(2):  # with and without a state
        message = run("adjust", shop.acme, 30, "--reason", "x", check=1).message
        assert "no model x_qualiodoo_adjustment" in message and "qualiodoo setup" in message
        assert not [c for c in server.calls if c.writes]
        run("sync", check=0)
        server.clear()


def test_without_the_right_on_the_model(desk: Desk) -> None:
    for access in desk.world.env().search("ir.model.access", [("model_id.model", "=", MODEL)]):
        desk.world.write("ir.model.access", access, perm_create=False)
    assert "run 'qualiodoo setup'" in desk.adjust(check=1).message
    assert not desk.rows


def test_a_model_that_was_dropped_since(desk: Desk) -> None:
    desk.world.delete("ir.model", desk.world.model_ids[MODEL])
    assert "run 'qualiodoo setup'" in desk.adjust(check=1).message


def test_without_contact_creation(make: Any) -> None:
    desk = make("note")
    desk.world.set_groups(AGENT, ["base.group_user", "account.group_account_readonly", "helpdesk_mgmt.group_helpdesk_user",
                                  "hr_timesheet.group_hr_timesheet_approver"])
    assert "'Contact Creation' (Extra Rights)" in desk.adjust(check=1).message
    assert not desk.rows


def test_the_lock_is_respected(desk: Desk) -> None:
    desk.server.fault("delay", match=lambda call: call.method == "fields_get", seconds=2.0)
    holder = desk.run.start("reconcile")
    time.sleep(0.5)
    began = time.monotonic()
    assert desk.adjust(30, "--json").json["balance_minutes"] == 685 + 30
    assert time.monotonic() - began > 0.5
    desk.run.finish(holder, check=0)


# ---- Keys: repeated calls, lost answers, killed programs ----


@both_modes
def test_a_repeated_key_writes_nothing(make: Any, mode: str) -> None:
    desk = make(mode)
    first = desk.adjust(30, "--json").json
    desk.server.clear()
    again = desk.adjust(30, "--key", first["key"], "--json")
    assert again.json == {**first, "repeated": True} and again.err == ""
    assert desk.adjust(30, "--key", first["key"]).out.startswith(
        f"already adjusted: customer {desk.shop.acme} (Exemple SARL), +0:30")
    assert len(desk.rows) == 1 and not [c for c in desk.server.calls if c.writes]


@both_modes
def test_a_key_of_ones_own(make: Any, mode: str) -> None:
    desk = make(mode)
    for repeated in (False, True):
        done = desk.adjust(30, "--key", "opening_2026-C001.v1", "--json")
        assert done.json["repeated"] is repeated and done.json["key"] == "opening_2026-C001.v1" and done.err == ""
    assert len(desk.rows) == 1


@both_modes
@pytest.mark.parametrize("other", ["minutes", "customer", "date", "ends"])
def test_a_key_with_other_figures_is_refused(make: Any, mode: str, other: str) -> None:
    desk = make(mode)
    key = desk.adjust(30, "--json").json["key"]
    options = {"minutes": (31, []), "date": (30, ["--date", "2026-03-19"]), "ends": (30, ["--ends", "2026-06-01"])}
    minutes, more = options.get(other, (30, []))
    customer = desk.shop.bravo if other == "customer" else desk.shop.acme
    message = desk.adjust(minutes, *more, "--key", key, customer=customer, check=1).message
    assert f"gives 30 minutes to customer {desk.shop.acme} on {TODAY}" in message and str(desk.rows[0]["id"]) in message
    assert len(desk.rows) == 1


@both_modes
def test_repeated_the_next_day_without_a_date(make: Any, mode: str) -> None:
    desk = make(mode)
    key = desk.adjust(30, "--json").json["key"]
    again = desk.adjust(30, "--key", key, "--json", now="2026-03-21").json
    assert again["repeated"] and again["date"] == TODAY
    assert "other figures" in desk.adjust(30, "--key", key, "--date", "2026-03-21", check=1).message


@both_modes
def test_an_adjustment_whose_answer_is_lost_is_made_once(make: Any, mode: str) -> None:
    desk = make(mode)
    fault = desk.server.fault("drop_after", match=desk.is_write)
    done = desk.adjust(30, "--json")
    assert fault.hits == 1 and len(desk.rows) == 1
    assert done.json["repeated"] is False and done.json["balance_minutes"] == 685 + 30


@both_modes
@pytest.mark.parametrize("action", ["drop_before", "refuse", "status", "concurrency"])
def test_an_adjustment_whose_call_is_lost_is_made_once(make: Any, mode: str, action: str) -> None:
    desk = make(mode)
    fault = desk.server.fault(action, match=desk.is_write)
    assert desk.adjust(30, "--json").json["balance_minutes"] == 685 + 30
    assert fault.hits == 1 and len(desk.rows) == 1


def test_when_every_call_is_lost_nothing_is_written_and_the_message_says_so(desk: Desk) -> None:
    fault = desk.server.fault("drop_before", match=desk.is_write, times=0)
    done = desk.adjust(30, check=1)
    assert fault.hits == 3 and not desk.rows
    assert "nothing was written" in done.err


@both_modes
def test_the_server_dies_after_the_write(make: Any, mode: str) -> None:
    desk = make(mode)
    desk.server.fault("drop_after", match=desk.is_write)
    dead = desk.server.fault("status", match=lambda call: bool(desk.rows) and not desk.is_write(call), times=0, status=503)
    done = desk.adjust(30, check=1)
    key = re.search(rf"with --key ({KEY}), it is not written a second time", done.err)
    assert key and "is not known" in done.err
    desk.server.faults.remove(dead)
    assert desk.adjust(30, "--key", key[1], "--json").json["repeated"] is True
    assert len(desk.rows) == 1


@both_modes
def test_an_adjustment_in_odoo_counts_at_the_next_sync_when_reading_it_back_failed(make: Any, mode: str) -> None:
    desk = make(mode)
    model = MODEL if mode == "model" else "mail.message"
    dead = desk.server.fault("fault", match=lambda call: bool(desk.rows) and call.method == "search" and call.model == model,
                             times=0, error=error_of_odoo())
    done = desk.adjust(30, check=1)
    assert "the adjustment is in Odoo" in done.err and "the next 'qualiodoo sync' brings it" in done.err
    assert len(desk.rows) == 1 and desk.run.balance(desk.shop.acme) == 685
    desk.server.faults.remove(dead)
    desk.run("sync", check=0)
    assert desk.run.balance(desk.shop.acme) == 685 + 30


def error_of_odoo() -> Exception:
    from odoosim.faults import ServerError

    return ServerError("ValueError", "something broke")


def kill(process: Any) -> str:
    """Ends the program at once; what it had said on standard error."""
    process.send_signal(signal.SIGKILL)
    return process.communicate(timeout=10)[1]


@both_modes
@pytest.mark.parametrize("moment", ["before the write", "during the write", "after the write"])
def test_killed_and_repeated_with_its_key(make: Any, mode: str, moment: str) -> None:
    desk = make(mode)
    reached: list[float] = []
    if moment == "during the write":
        desk.server.fault("delay", match=desk.is_write, seconds=1.5)
        desk.server.before_call(desk.is_write, lambda: reached.append(0))
    elif moment == "before the write":
        desk.server.fault("drop_before", match=lambda call: desk.is_write(call) and bool(reached.append(0) or time.sleep(1)))
    else:
        desk.server.before_call(lambda call: bool(desk.rows) and not desk.is_write(call),
                                lambda: (reached.append(0), time.sleep(1)))
    process = desk.run.start("adjust", desk.shop.acme, 30, "--reason", "Geste")
    deadline = time.monotonic() + 10
    while not reached and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    told = kill(process)
    key = re.search(rf"the key of this adjustment is ({KEY})", told)
    assert key, told
    time.sleep(1.5)  # the server finishes what it was doing
    desk.server.faults.clear()
    done = desk.adjust(30, "--key", key[1], "--json")
    assert done.json["balance_minutes"] == 685 + 30 and len(desk.rows) == 1
    assert desk.run.picture() == desk.run.rebuilt()


@both_modes
def test_killed_at_every_call(make: Any, mode: str) -> None:
    desk = make(mode)
    desk.adjust(30, "--key", "warm-up")
    calls = len(desk.server.calls)
    for n in range(1, calls + 1):
        process = desk.run.start("adjust", desk.shop.acme, 30, "--reason", "Geste", "--key", f"key-{n}")
        desk.server.before_call(n, lambda process=process: process.send_signal(signal.SIGKILL))
        process.communicate(timeout=30)
        desk.adjust(30, "--key", f"key-{n}")
    assert len(desk.rows) == 1 + calls
    assert desk.run.balance(desk.shop.acme) == 685 + 30 * (1 + calls)


@both_modes
def test_two_adjustments_at_once_both_count(make: Any, mode: str) -> None:
    desk = make(mode)
    started = [desk.run.start("adjust", desk.shop.acme, minutes, "--reason", "x", "--json") for minutes in (30, 60)]
    done = [desk.run.finish(process, check=0).json for process in started]
    assert {d["minutes"] for d in done} == {30, 60} and max(d["balance_minutes"] for d in done) == 685 + 90
    assert len(desk.rows) == 2 and desk.run.balance(desk.shop.acme) == 685 + 90


@both_modes
def test_two_adjustments_at_once_with_one_key_are_made_once(make: Any, mode: str) -> None:
    desk = make(mode)
    started = [desk.run.start("adjust", desk.shop.acme, 30, "--reason", "x", "--key", "one", "--json") for _ in range(2)]
    done = [desk.run.finish(process, check=0).json for process in started]
    assert sorted(d["repeated"] for d in done) == [False, True]
    assert len(desk.rows) == 1 and desk.run.balance(desk.shop.acme) == 685 + 30


def test_a_note_that_was_altered_is_no_repetition(make: Any) -> None:
    desk = make("note")
    key = desk.adjust(30, "--json").json["key"]
    desk.world.write("mail.message", desk.rows[0]["id"], body="changed")  # by the administrator
    assert "somebody altered" in desk.adjust(30, "--key", key, check=1).message


def test_a_note_with_a_foreign_key_stops_no_cycle(make: Any) -> None:
    """Anybody may choose the Message-ID of a message: this one is long, and not in ASCII."""
    desk = make("note")
    desk.adjust(30)
    desk.world.create("mail.message", model="res.partner", res_id=desk.shop.acme, message_type="comment",
                      message_id="<qualiodoo-adjust." + "é" * 100 + "@demo>", subject="Bonjour")
    desk.run("sync", check=0)
    assert desk.run.balance(desk.shop.acme) == 685 + 30
    assert [valid for valid, in desk.run.sql("SELECT valid FROM adjustment ORDER BY id")] == [1, 0]


# ---- The state ----


def test_without_a_state_all_is_pulled_and_the_balance_is_right(desk: Desk) -> None:
    desk.run.forget()
    assert desk.adjust(30, "--json").json["balance_minutes"] == 685 + 30
    assert desk.run.picture() == desk.run.rebuilt()


def test_a_state_of_another_database_stops_before_the_write(desk: Desk) -> None:
    with sqlite3.connect(desk.run.state) as database:
        database.execute("UPDATE meta SET value = 'other' WHERE key = 'database'")
    assert "holds the state of database 'other'" in desk.adjust(check=1).message
    assert not desk.rows


def test_a_damaged_state_stops_before_the_write(desk: Desk) -> None:
    desk.run.forget()
    desk.run.state.write_bytes(b"not a database at all" * 100)
    desk.adjust(check=1)
    assert not desk.rows and desk.run.state.read_bytes().startswith(b"not a database")


def test_an_unreachable_server(desk: Desk) -> None:
    desk.run.configure(odoo={"connect_timeout": "1s"})
    with desk.server.down():
        assert "cannot connect" in desk.adjust(check=1).err




@pytest.mark.world(version=19)
@both_modes
def test_odoo_19(make: Any, mode: str) -> None:
    desk = make(mode)
    key = desk.adjust(30, "--json").json["key"]
    assert desk.adjust(30, "--key", key, "--json").json["repeated"] is True
    assert desk.run.balance(desk.shop.acme) == 685 + 30 and len(desk.rows) == 1


# ---- What would be ----


@both_modes
def test_a_dry_run_shows_the_balance_and_writes_nothing(make: Any, mode: str) -> None:
    desk = make(mode)
    before = desk.run.dump()
    desk.server.clear()
    said = desk.adjust(-30, "--dry-run")
    assert said.out == (f"would adjust: customer {desk.shop.acme} (Exemple SARL), -0:30 on {TODAY}, new balance 10:55;"
                        " nothing was written\n") and said.err == ""
    document = desk.adjust(60, "--dry-run", "--json", "--ends", "2026-06-01", customer="Anne Moreau").json
    assert document == {"id": None, "key": None, "repeated": False, "dry_run": True, "customer_id": desk.shop.acme,
                        "customer": "Exemple SARL", "minutes": 60, "date": TODAY, "end": "2026-06-01",
                        "balance_minutes": 745}
    assert not [c for c in desk.server.calls if c.writes] and not desk.rows
    assert desk.run.dump() == before
    assert desk.adjust(60, "--json", "--ends", "2026-06-01").json["balance_minutes"] == 745


def test_a_dry_run_is_possible_in_shadow_mode_and_without_a_state(desk: Desk) -> None:
    desk.run.configure(writeback={"enabled": False})
    desk.run.forget()
    assert desk.adjust(30, "--dry-run", "--json").json["balance_minutes"] == 715
    assert desk.adjust(30, "--dry-run", "--json", customer=desk.shop.cargo).json["balance_minutes"] == 30
    assert not list(desk.run.folder.glob("state.db*"))


def test_a_dry_run_of_a_key_that_is_there_says_so(desk: Desk) -> None:
    key = desk.adjust(30, "--json").json["key"]
    done = desk.adjust(30, "--key", key, "--dry-run", "--json").json
    assert (done["repeated"], done["balance_minutes"], done["key"]) == (True, 715, key)
    assert desk.adjust(40, "--key", key, "--dry-run", check=1)


def test_a_dry_run_is_refused_as_the_adjustment_would_be(world: World, server: Server, run: Run, shop: Shop) -> None:
    run.configure(writeback={"enabled": True, "since": "2026-01-01"})
    assert "qualiodoo setup" in run("adjust", shop.acme, 30, "--reason", "x", "--dry-run", check=1).message


def test_one_adjustment_is_of_10000_hours_at_most(desk: Desk) -> None:
    for minutes in (600001, -600001):
        assert "600000 (10000 hours)" in desk.adjust(minutes, check=2).message
    assert not desk.rows
    assert desk.adjust(600000, "--dry-run", "--json").json["balance_minutes"] == 685 + 600000


def test_names_that_are_not_kept_are_not_in_the_answer(desk: Desk) -> None:
    desk.run.configure(privacy={"keep_names": False})
    assert desk.adjust(30, "--json").json["customer"] is None
    assert f"adjusted: customer {desk.shop.acme}, +0:30" in desk.adjust(30).out


@pytest.mark.parametrize("character", ["\ufffe", "\uffff"])
def test_a_reason_that_would_break_odoos_answers_is_refused(desk: Desk, character: str) -> None:
    assert "U+FFFE or U+FFFF" in desk.run("adjust", desk.shop.acme, 30, "--reason", f"a{character}", check=2).message
