"""What a user must be able to trust: killed, refused, hidden, emptied, watched, it loses and invents nothing."""

from __future__ import annotations

import fcntl
import re
import signal
import sqlite3
import time

import pytest
from conftest import Run, Server, Shop, World, age

LINE = "account.analytic.line"
# What two ways to one state may differ in. A note of a record that has come since (noted) goes at the next look.
BOOKKEEPING = ("meta", "cursor", "audit", "sqlite_sequence", "tombstone", "noted")


def killed_at(run: Run, server: Server, call: int, *command: str) -> bool:
    """Kills the command just before its n-th call is answered; False when it ended before."""
    server.before_call(call, lambda: process.send_signal(signal.SIGKILL))
    process = run.start(*command)
    code = process.wait(30)
    assert code in (0, -signal.SIGKILL), process.communicate()
    return code != 0


def change_everything(world: World, shop: Shop) -> None:
    """Something new in each mirror."""
    world.timesheet(shop.idle, 1.0, "2026-03-19")
    world.delete(LINE, shop.lines[0])
    world.move_timesheet(shop.lines[1], shop.other)
    world.unpay(shop.invoice_b)
    world.pay(shop.invoice_c, "2026-03-19")
    world.refund(shop.invoice, amount=540, date="2026-03-19")
    world.move_contact(shop.contact, shop.cargo)
    world.write("helpdesk.ticket", shop.idle, partner_id=world.partner("Nouveau"), tag_ids=[(4, world.tag("Divers"))])


@pytest.fixture
def changed(world: World, run: Run, shop: Shop) -> Run:
    """A state that is behind: everything changed an hour later."""
    run("sync", check=0)
    run.settle()
    world.advance(3600)
    change_everything(world, shop)
    return run


# ---- Killed ----


def standing(run: Run) -> str:
    """Where a state stands, but for the times at which it came there."""
    if not run.state.exists() or not run.sql("SELECT 1 FROM sqlite_schema WHERE name = 'cursor'"):
        return ""
    return run.dump(*BOOKKEEPING) + str(run.sql("SELECT mirror, scope, first_done, resume_id, high FROM cursor"))


def test_a_first_pull_killed_at_any_call_goes_on_to_the_same_state(server: Server, run: Run, shop: Shop) -> None:
    run.configure(odoo={"page_size": 2})
    run("sync", check=0)
    whole, balances = run.dump(*BOOKKEEPING), run.picture()
    seen: set[str] = set()
    call = 0
    while True:
        call += 1 if call != 3 else 17  # nothing is stored before the schema is known
        run.forget()
        server.clear()
        if not killed_at(run, server, call, "sync" if call % 2 else "reconcile"):
            break
        if standing(run) in seen:
            continue  # the rest of the story is known
        seen.add(standing(run))
        whole_by_then = server.named("fields_get", "res.users.apikeys")  # asked for last, and only where keys end
        if run.state.exists() and call % 8 == 0 and not whole_by_then:
            shown = run("balance", "--json")
            assert shown.code == 1 and ("not complete" in shown.err or "is empty" in shown.err), (call, shown)
        run("sync", check=0)
        assert run.dump(*BOOKKEEPING) == whole, call
    assert call > 40 and len(seen) > 20
    assert run.picture() == balances


def test_a_first_pull_killed_again_and_again_ends(world: World, server: Server, run: Run, shop: Shop) -> None:
    age(world)
    run.configure(odoo={"page_size": 1})
    runs = 1
    while killed_at(run, server, 60, "sync"):
        runs += 1
        assert runs < 20
    assert runs > 2
    assert run.picture() == run.rebuilt()


def test_a_resumed_first_pull_does_not_read_again_the_pages_it_stored(world: World, server: Server, run: Run,
                                                                    shop: Shop) -> None:
    for _ in range(20):
        world.timesheet(shop.fix, 0.1, "2026-03-13")
    world.ticket(shop.acme)
    age(world)
    run.configure(odoo={"page_size": 2})
    asked: list[int] = []
    server.before_call(lambda call: call.method == "read" and call.model == LINE and len(asked) == 7,
                       lambda: process.send_signal(signal.SIGKILL))
    server.before_call(lambda call: call.method == "read" and call.model == LINE, lambda: asked.append(1), times=0)
    process = run.start("sync")
    assert process.wait(30) == -signal.SIGKILL
    stored = {row[0] for row in run.sql("SELECT id FROM timesheet")}
    assert 8 <= len(stored) <= 16
    server.clear()
    run("sync", check=0)
    again = {i for call in server.named("read", LINE) for i in call.args[0]}
    assert not again & stored
    assert run.picture() == run.rebuilt()


@pytest.mark.parametrize("command", ["sync", "reconcile"])
def test_a_cycle_killed_at_any_call_leaves_the_state_as_it_was(
        world: World, server: Server, changed: Run, shop: Shop, command: str) -> None:
    before, kept = changed.dump("meta"), changed.state.read_bytes()
    call = 1
    while killed_at(changed, server, call, command):
        assert changed.dump("meta") == before, call
        call += 17 if call == 3 and command == "reconcile" else 1  # it asks for the schema again
    assert call > 30
    after = changed.dump(*BOOKKEEPING)
    assert changed.picture() == changed.rebuilt()
    for path in changed.folder.glob("state.db-*"):
        path.unlink()
    changed.state.write_bytes(kept)
    changed(command, check=0)
    assert changed.dump(*BOOKKEEPING) == after


def test_a_cycle_killed_at_any_moment_ends_in_the_same_state(changed: Run) -> None:
    """Also between two calls: while it computes, while it commits. A cycle killed once it has committed leaves the next
    one only its cursors to move on."""
    before = changed.dump("meta", "cursor")
    after = ""
    for delay in range(40, 130, 10):
        process = changed.start("sync")
        time.sleep(delay / 1000)
        process.kill()
        process.wait(30)
        now = changed.dump("meta", "cursor")
        assert now == before or process.returncode == 0 or not after or now == after
        after = now if now != before else after
    changed("sync", check=0)
    assert changed.picture() == changed.rebuilt()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_interrupted_it_says_so_and_goes_on_later(server: Server, run: Run, shop: Shop, number: int) -> None:
    run.configure(odoo={"page_size": 2})
    server.before_call(30, lambda: process.send_signal(number))
    process = run.start("sync")
    ended = run.finish(process, check=1)
    assert "interrupted" in ended.message
    run("sync", check=0)
    assert run.picture() == run.rebuilt()


def test_interrupted_while_it_waits_for_an_answer_it_stops_at_once(server: Server, run: Run, shop: Shop) -> None:
    server.fault("delay", match=lambda call: call.method == "read", seconds=5)
    process = run.start("sync")
    while not server.named("read"):
        time.sleep(0.01)
    time.sleep(0.1)
    process.terminate()
    began = time.monotonic()
    assert "interrupted" in run.finish(process, check=1).message
    assert time.monotonic() - began < 1


def test_an_order_to_stop_is_no_failure(server: Server, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    server.fault("delay", match=lambda call: call.method == "fields_get", seconds=5)
    server.clear()
    process = run.start("sync")
    while not server.named("fields_get"):
        time.sleep(0.01)
    process.terminate()
    assert "interrupted" in run.finish(process, check=1).message
    status = run("status", "--json", now=False, check=0).json
    assert status["healthy"] and status["odoo"]["last_error"] is None


# ---- Rights, deletions, safety ----


@pytest.mark.parametrize("model", [LINE, "helpdesk.ticket", "account.move.line", "account.move", "res.partner",
                                   "account.partial.reconcile"])
def test_record_rules_that_start_to_hide_are_a_loss_of_rights_not_deletions(
        world: World, run: Run, shop: Shop, model: str) -> None:
    run("sync", check=0)
    before = run.dump("meta")
    world.hide(model, [("id", ">", 0)])
    refused = run("reconcile", check=1)
    assert "rights" in refused.message
    assert run.dump("meta") == before


def test_rights_on_a_model_that_are_lost_are_named(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    before = run.dump("meta")
    world.deny("account.move")
    assert "account.move" in run("sync", check=1).message
    assert "account.move" in run("reconcile", check=1).message
    assert run.dump("meta") == before


def test_a_group_taken_from_the_agent_deletes_nothing(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    before = run.dump("meta")
    world.set_groups("agent@example.com", ["base.group_user"])
    run("sync", check=1)
    run("reconcile", check=1)
    assert run.dump("meta") == before


def test_more_deletions_than_allowed_stop_the_run(world: World, run: Run, shop: Shop) -> None:
    more = [world.timesheet(shop.fix, 0.25, "2026-03-14") for _ in range(30)]
    run("reconcile", check=0)
    before = run.dump("meta")
    world.vanish(LINE, *more[:21])
    stopped = run("reconcile", check=4)
    assert "21 of 34" in stopped.message and LINE in stopped.message
    assert "safety.max_delete" in stopped.message and "--force" in stopped.message
    assert run.dump("meta") == before
    assert run("reconcile", "--dry-run", check=4)
    run("reconcile", "--force", check=0)
    assert run.sql("SELECT count(*) FROM timesheet") == [(13,)]
    assert run.picture() == run.rebuilt()


def test_twenty_deletions_are_always_allowed(world: World, run: Run, shop: Shop) -> None:
    more = [world.timesheet(shop.fix, 0.25, "2026-03-14") for _ in range(30)]
    run("reconcile", check=0)
    world.vanish(LINE, *more[:20])
    assert run("reconcile", "--json", check=0).json["deleted"] == {LINE: 20}


def test_the_share_of_deletions_can_be_configured(world: World, run: Run, shop: Shop) -> None:
    more = [world.timesheet(shop.fix, 0.25, "2026-03-14") for _ in range(96)]
    run.configure(safety={"max_delete": "50%"})
    run("reconcile", check=0)
    world.vanish(LINE, *more[:51])
    run("reconcile", check=4)
    world.bulk(LINE, [{"id": more[0], "name": "back", "date": world.today, "unit_amount": 0.25,
                       "ticket_id": shop.fix, "product_uom_id": world.ref("uom.product_uom_hour"),
                       "project_id": world.row(LINE, more[-1])["project_id"]}])
    run("reconcile", check=0)
    assert run.picture() == run.rebuilt()


def test_a_sync_too_stops_before_it_deletes_too_much(world: World, run: Run, shop: Shop) -> None:
    more = [world.timesheet(shop.fix, 0.25, "2026-03-14") for _ in range(30)]
    run("sync", check=0)
    run.settle()
    world.advance(3600)
    before = run.dump("meta")
    world.delete(LINE, *more)
    run("sync", check=4)
    assert run.dump("meta") == before
    run("reconcile", "--force", check=0)
    assert run.picture() == run.rebuilt()


def test_empty_answers_for_everything_delete_nothing(world: World, server: Server, run: Run, shop: Shop) -> None:
    for _ in range(25):
        world.ticket(shop.acme)
        world.timesheet(shop.fix, 0.25, "2026-03-14")
        world.invoice(world.partner("Client"), [("SUP12", 1)], "2026-03-14")
    run("sync", check=0)
    before = run.dump("meta")
    dispatch = server._dispatch  # the database was restored from an empty one

    def nothing(call: object, params: tuple) -> object:
        result = dispatch(call, params)
        return [] if call.method in ("search", "read", "search_read") and call.model != "res.users" else result

    server._dispatch = nothing
    assert "nothing was deleted" in run("reconcile", check=4).err
    assert run.dump("meta") == before
    run("sync", check=0)
    assert len(run.picture()["account"]) == 28


# ---- Two at once ----


def test_two_syncs_at_once_wait_for_each_other(server: Server, run: Run, shop: Shop) -> None:
    server.delay = 0.01
    both = [run.start("sync", "--json"), run.start("reconcile", "--json")]
    done = [run.finish(process, check=0) for process in both]
    assert sorted(d.json["drift"] for d in done) == [False, True]


def test_a_locked_state_is_waited_for(run: Run, server: Server, shop: Shop) -> None:
    """For a minute; then the message names what the lock file says: see the next test."""
    run("sync", check=0)
    server.clear()
    with open(f"{run.state}.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = run.start("sync")
        time.sleep(1)
        assert waiting.poll() is None and server.calls == []
        run("balance", check=0)  # readers never wait
        run("status", now=False, check=0)
    run.finish(waiting, check=0)


def test_the_lock_says_who_holds_it(run: Run, server: Server, shop: Shop) -> None:
    held: list[str] = []
    server.before_call(5, lambda: held.append(run.state.with_name("state.db.lock").read_text()))
    process = run.start("reconcile")
    run.finish(process, check=0)
    assert held == [f"process {process.pid} (reconcile)\n"]


def test_readers_see_one_state_or_the_other_while_a_sync_runs(server: Server, changed: Run) -> None:
    before = changed("balance", "--json").json
    server.delay = 0.005
    process = changed.start("sync")
    seen = []
    while process.poll() is None:
        seen.append(changed("balance", "--json", check=0).json)
    changed.finish(process, check=0)
    after = changed("balance", "--json").json
    assert before != after and len(seen) > 3
    assert all(s in (before, after) for s in seen)
    assert seen[0] == before


# ---- Dry runs and other times ----


def test_a_dry_run_changes_nothing_and_says_what_would_change(changed: Run) -> None:
    before, dump = changed.state.read_bytes(), changed.dump()
    said = changed("reconcile", "--dry-run", check=3)
    assert "would create" in said.out and "would delete" in said.out and "would change" in said.out
    assert re.search(rf"^{re.escape(LINE)} +\d+ +\d+ +1$", said.out, re.M)
    report = changed("reconcile", "--dry-run", "--json", check=3).json
    assert report["drift"] and report["deleted"][LINE] == 1
    assert changed.dump() == dump and changed.state.read_bytes() == before
    done = changed("reconcile", "--json", check=0).json
    assert all(done[k] == report[k] for k in report if k != "duration_ms")
    assert changed("reconcile", "--dry-run", check=0).out.endswith("nothing differed\n")


def test_a_dry_run_without_a_state_makes_no_file(run: Run, shop: Shop) -> None:
    said = run("reconcile", "--dry-run", "--json", check=3)
    assert said.json["accounts_changed"] == [shop.acme, shop.bravo, shop.cargo]
    assert sorted(p.name for p in run.folder.iterdir()) == ["qualiodoo.yaml", "secret"]


def test_now_shows_what_will_expire_without_a_sync(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    assert run.balance(shop.acme, now="2027-03-09") == 685
    assert run.balance(shop.acme, now="2027-03-10") == 0
    assert run.balance(shop.acme, now="2026-03-11") == 720
    entries = run("ledger", shop.acme, "--json", now="2027-03-10").json["entries"]
    assert entries[-1]["kind"] == "expire" and entries[-1]["minutes"] == -685
    assert run.balance(shop.acme) == 685


def test_the_day_is_that_of_the_configured_zone(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    assert run.balance(shop.acme, now="2027-03-09T22:59:59Z") == 685
    assert run.balance(shop.acme, now="2027-03-09T23:00:00Z") == 0  # midnight in Paris
    run.configure(timezone="America/New_York")
    assert run.balance(shop.acme, now="2027-03-10T04:59:59Z") == 685


def test_time_alone_changes_an_account_at_the_next_sync(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    report = run("sync", "--json", now="2027-02-02", check=0).json
    assert report["accounts_changed"] == [shop.bravo]
    assert run.sql("SELECT balance FROM account WHERE id = ?", shop.bravo) == [(0,)]
    assert run("sync", "--json", now="2026-03-20", check=0).json["accounts_changed"] == [shop.bravo]
    assert run.sql("SELECT balance FROM account WHERE id = ?", shop.bravo) == [(660,)]


# ---- Privacy ----

PRIVATE = ("email", "phone", "mobile", "body", "description", "street", "vat", "email_from", "partner_email")


@pytest.mark.parametrize("more", [{}, {"credit": {"adjustments": "note"}}, {"credit": {"count_from": "response"}}])
def test_no_mail_address_phone_or_message_is_asked_or_kept(world: World, server: Server, run: Run, shop: Shop,
                                                          more: dict) -> None:
    run.configure(**more)
    world.write("res.partner", shop.acme, email="private@exemple.fr", phone="+33 1 22 33 44 55")
    world.reply(shop.fix, body="<p>Confidentiel</p>")
    world.reply(shop.fix, author="customer", body="<p>Mot de passe : chouette</p>")
    run("sync", check=0)
    run("reconcile", check=0)
    for call in server.calls:
        asked = set(call.kwargs.get("fields") or []) | set(call.args[1] if len(call.args) > 1 and
                                                           call.method == "read" else [])
        assert not asked & set(PRIVATE), call
        if call.service == "object" and call.method in ("read", "search_read"):
            assert call.kwargs.get("fields"), "no fields is all fields"
    kept = run.state.read_bytes()
    for secret in (b"private@", b"33 1 22", b"Confidentiel", b"chouette", b"agent-secret", b"ne marche plus"):
        assert secret not in kept


def test_names_are_not_kept_when_that_is_asked(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    run.configure(privacy={"keep_names": False})
    run("sync", check=0)
    shown = run("balance", "--json", check=0).json
    assert [b["customer"] for b in shown] == [None, None, None]
    assert "privacy.keep_names: false" in run("balance", "Exemple SARL", check=1).message
    assert run("balance", shop.acme, "--json", check=0).json == shown[:1]
    assert run.sql("SELECT count(*) FROM partner WHERE name IS NOT NULL OR reference IS NOT NULL") == [(0,)]


def test_only_reading_calls_are_made(world: World, server: Server, run: Run, shop: Shop) -> None:
    for command in (["sync"], ["reconcile"], ["reconcile", "--dry-run"], ["reconcile", "--customer", shop.acme]):
        run(*command, check=0)
    assert [c.method for c in server.calls if c.writes] == []


def test_the_secret_is_in_no_output_at_any_level(run: Run, shop: Shop) -> None:
    for command in (["-vv", "sync"], ["-vv", "reconcile"], ["-vv", "config", "show"], ["-vv", "status"]):
        run(*command)  # `run` looks for it
    assert b"agent-secret" not in run.state.read_bytes()


# ---- What only time shows ----


def test_the_work_of_an_archived_agent_still_counts(world: World, run: Run, shop: Shop) -> None:
    world.archive("res.users", world.people[0])
    world.archive("res.partner", world.partner_of(world.people[0]))
    run("sync", check=0)
    assert run.balance(shop.acme) == 685
    assert run.sql("SELECT active FROM agent WHERE id = ?", world.people[0]) == [(0,)]


def test_the_audit_trail_tells_both_states_and_the_cause(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    run.settle()
    world.advance(3600)
    world.unpay(shop.invoice)
    run("sync", check=0)
    rows = run.sql("SELECT subject, before, after, cause FROM audit WHERE account_id = ? ORDER BY seq", shop.acme)
    assert rows[0][:3] == ("balance", None, "11:25")
    balance = next(r for r in rows[1:] if r[0] == "balance")
    assert balance[1:3] == ("11:25", "-0:35") and f"account.move {shop.invoice} updated" in balance[3]
    lot = next(r for r in rows[2:] if r[0].startswith("account.move.line") and r[2] is None)
    assert "11:25 left of 12:00" in lot[1]


def test_what_touches_everybody_does_not_hide_the_record_that_changed_one_account(
        world: World, run: Run, shop: Shop) -> None:
    run.configure(tickets={"excluded_tags": ["Interne"]})
    run("sync", check=0)
    run.settle()
    world.advance(3600)
    tag = world.tag("Interne")
    line = world.timesheet(shop.idle, 0.5, "2026-03-19")
    world.write("helpdesk.ticket", shop.other, tag_ids=[(4, tag, 0)])
    run("sync", check=0)
    causes = dict(run.sql("SELECT account_id, cause FROM audit WHERE subject = 'balance' AND cause <> 'first pull'"))
    assert f"account.analytic.line {line} created" in causes[shop.acme] and "tag" not in causes[shop.acme]
    assert causes[shop.bravo] == f"ticket {shop.other} updated"


def test_the_state_of_another_database_is_refused(server: Server, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    before = run.dump()
    server.world.database = "production"
    refused = run("sync", check=1)
    assert "'demo'" in refused.message and "'production'" in refused.message and "state.path" in refused.message
    run("reconcile", "--force", check=1)
    assert run.dump() == before
    server.world.database = "demo"
    assert run("status", "--json", now=False, check=0).json["odoo"]["last_error"] is None


@pytest.mark.usefixtures("breaking_texts")
def test_a_paid_invoice_whose_text_breaks_the_answer_still_gives_its_hours(world: World, run: Run, shop: Shop) -> None:
    """The record is kept without its texts, and read whole once it is repaired."""
    run.configure(odoo={"page_size": 10})
    world.patch("account.move", shop.invoice, name="INV/\ufffe")
    told = run("sync", check=0)
    assert f"account.move {shop.invoice} is kept without its texts" in told.err
    assert run.balance(shop.acme) == 685 and run.balance(shop.bravo) == 660
    assert run.sql("SELECT name FROM move WHERE id = ?", shop.invoice) == [(None,)]
    assert run("status", now=False, check=0)
    world.advance(60)
    world.write("account.move", shop.invoice, name="INV/repaired")
    assert run("sync", check=0).err == ""
    assert run.sql("SELECT count(*) FROM unreadable") == [(0,)]
    assert run.picture() == run.rebuilt()


DAMAGE = [("res.partner", "acme", "name"), ("res.partner", "contact", "ref"), ("account.move", "invoice", "name"),
          ("helpdesk.ticket", "fix", "number")]


@pytest.mark.usefixtures("breaking_texts")
@pytest.mark.parametrize(("model", "which", "field"), DAMAGE)
@pytest.mark.parametrize("command", ["sync", "reconcile"])
def test_text_that_breaks_the_answer_costs_no_money(world: World, run: Run, shop: Shop, model: str, which: str, field: str,
                                                    command: str) -> None:
    run("sync", check=0)
    world.advance(60)
    world.write(model, getattr(shop, which), **{field: "a\uffffb"})
    world.timesheet(shop.fix, 1.0, "2026-03-13")
    for _ in range(2):
        run(command, check=0)
        assert run.balance(shop.acme) == 685 - 60 and run.balance(shop.bravo) == 660
    assert {k: v for k, v in run.picture().items() if k != "name"} == {k: v for k, v in run.rebuilt().items() if k != "name"}


@pytest.mark.usefixtures("breaking_texts")
@pytest.mark.parametrize("what", ["unit", "journal", "reason"])
def test_text_of_a_unit_a_journal_or_an_adjustment_costs_no_money(world: World, run: Run, shop: Shop, what: str) -> None:
    row = world.adjustment(shop.acme, 30, "2026-03-12")
    run("sync", check=0)
    journal = run.sql("SELECT journal_id FROM settlement_line WHERE journal_id IN (SELECT id FROM journal WHERE type = 'bank')")
    model, id_, field = {"unit": ("uom.uom", world.uom("hour"), "name"), "journal": ("account.journal", journal[0][0], "name"),
                         "reason": ("x_qualiodoo_adjustment", row, "x_reason")}[what]
    world.patch(model, id_, **{field: "\ufffe"})
    run("reconcile", check=0)
    assert run.balance(shop.acme) == 715
    assert run.rebuilt()["account"] == run.stored()["account"]
    assert [r[0] for r in run.sql("SELECT kept FROM unreadable")] == [1]


@pytest.mark.usefixtures("breaking_texts")
def test_a_note_whose_figures_cannot_be_read_is_skipped_and_said(world: World, run: Run, shop: Shop) -> None:
    """Its minutes stand in the text itself."""
    run.configure(credit={"adjustments": "note"}, writeback={"enabled": True, "since": "2026-01-01"})
    world.set_groups("agent@example.com", ["base.group_user", "account.group_account_readonly",
                                           "hr_timesheet.group_hr_timesheet_approver", "helpdesk_mgmt.group_helpdesk_user",
                                           "base.group_partner_manager"])
    run("sync", check=0)
    run("adjust", shop.acme, 30, "--reason", "Geste", check=0)
    note = run.sql("SELECT id FROM adjustment")[0][0]
    world.patch("mail.message", note, subject="\ufffe")
    told = run("reconcile", check=0)
    assert f"mail.message {note} cannot be read" in told.err
    status = run("status", "--json", now=False, check=3).json
    assert any("1 records cannot be read" in p for p in status["problems"])


@pytest.mark.usefixtures("breaking_texts")
def test_a_damaged_record_that_was_deleted_is_forgotten(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    world.advance(60)
    extra = world.ticket(shop.acme, number="HT\uffff")
    run("sync", check=0)
    assert run.sql("SELECT id, kept FROM unreadable") == [(extra, 1)]
    world.delete("helpdesk.ticket", extra)
    run("reconcile", check=0)
    assert run.sql("SELECT count(*) FROM unreadable") == [(0,)]


def test_a_payment_that_odoo_learns_late_is_counted_from_its_own_date(world: World, run: Run, shop: Shop) -> None:
    """The history is computed again: the hours that were overdraft are charged to the pack."""
    idle = world.ticket(shop.cargo, created="2026-03-06 09:00")
    world.timesheet(idle, 1.0, "2026-03-08")
    run("sync", check=0)
    assert run.balance(shop.cargo) == -60
    run.settle()
    world.advance(86400)
    world.pay(shop.invoice_c, "2026-03-07")
    run("sync", now="2026-03-21", check=0)
    entries = run("ledger", shop.cargo, "--json", check=0).json["entries"]
    assert [(e["date"], e["kind"], e["minutes"]) for e in entries] == [
        ("2026-03-07", "grant", 1440), ("2026-03-08", "debit", -60)]


def test_the_state_is_strict_and_its_audit_trail_append_only(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    with sqlite3.connect(run.state) as state:
        assert state.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        tables = state.execute("PRAGMA table_list").fetchall()
        assert all(t[5] for t in tables if not t[1].startswith("sqlite_")), "a table is not STRICT"
        assert state.execute("PRAGMA foreign_key_check").fetchall() == []
        assert state.execute("SELECT count(*) FROM audit").fetchone()[0] > 0
        for change in ("DELETE FROM audit", "UPDATE audit SET after = '99:00'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                state.execute(change)
