"""An answer that Odoo cannot give to a question that decides a write or a deletion is an error, never "no"."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run, Server, Shop, World
from test_writeback import ACTIVITY, MESSAGE, TICKET, Desk, reassigned

NO_LIST_OF_RECORDS = [[5], [{}], [""], [{"id": 0}], [{"id": -3}], [{"id": "7"}], [{"id": True}], [{"id": 7}, {"id": 7}],
                      {"id": 7}, False, None]


def spoil(server: Server, model: str, method: str, answer: Any) -> Any:
    """These calls are executed and answered so; returns what ends it."""
    marshal = server._marshal

    def odd(call: Any, result: Any) -> bytes:
        if (call.model, call.method) != (model, method):
            return marshal(call, result)
        return server._rows[call.protocol].tell(call, answer)

    server._marshal = odd
    return lambda: setattr(server, "_marshal", marshal)


@pytest.fixture
def desk(world: World, server: Server, run: Run) -> Desk:
    return Desk(world, server, run)


@pytest.mark.parametrize("answer", NO_LIST_OF_RECORDS, ids=repr)
def test_a_malformed_answer_to_was_this_note_written_is_an_error_and_writes_no_second_note(desk: Desk, answer: Any) -> None:
    ticket = desk.ticket()
    desk.sync("9:30")
    desk.server.fault("drop_after", lambda c: c.method == "message_post")
    desk.sync("11:07", check=1)
    desk.server.faults.clear()
    assert desk.kinds(ticket) == ["breach"]
    mend = spoil(desk.server, MESSAGE, "search_read", answer)
    ended = desk.sync("11:30", check=1)
    assert "mail.message.search_read" in ended.err and "answer" in ended.err
    assert desk.kinds(ticket) == ["breach"] and desk.outbox()[0][2] == "sending"
    mend()
    desk.sync("12:00")
    assert desk.kinds(ticket) == ["breach"] and {row[2] for row in desk.outbox()} == {"done"}


@pytest.mark.parametrize(("model", "part"), [(MESSAGE, "note"), (TICKET, "tag"), (ACTIVITY, "activity")])
@pytest.mark.parametrize("answer", [[5], [{}], None], ids=repr)
def test_nothing_is_written_while_the_question_before_it_is_answered_with_no_list(
        desk: Desk, model: str, part: str, answer: Any) -> None:
    ticket = desk.ticket()
    desk.sync("9:30")
    mend = spoil(desk.server, model, "search_read", answer)
    desk.sync("11:07", check=1)
    assert [row[2] for row in desk.outbox() if row[1] == part] == ["queued"]
    mend()
    desk.sync("12:00")
    assert desk.kinds(ticket) == ["breach"] and desk.tags(ticket) == [desk.tag] and len(desk.activities(ticket)) == 1


@pytest.mark.parametrize("answer", [False, 0, -4, [], [0], "7", [5, 6], {}], ids=repr)
def test_a_malformed_answer_to_message_post_is_looked_up_and_the_note_is_not_repeated(desk: Desk, answer: Any) -> None:
    ticket = desk.ticket()
    desk.sync("9:30")
    mend = spoil(desk.server, TICKET, "message_post", answer)
    desk.sync("11:07", check=1)
    mend()
    desk.sync("11:30")
    assert desk.kinds(ticket) == ["breach"] and len(desk.activities(ticket)) == 1
    assert desk.run.sql("SELECT remote_id > 0 FROM outbox WHERE part = 'note'") == [(1,)]


@pytest.mark.parametrize("answer", NO_LIST_OF_RECORDS, ids=repr)
def test_a_malformed_answer_to_was_this_adjustment_written_is_an_error(
        world: World, server: Server, run: Run, shop: Shop, answer: Any) -> None:
    world.adjustment_model()
    run.configure(writeback={"enabled": True, "since": "2026-03-01"})
    run("sync", check=0)
    run("adjust", shop.acme, 30, "--reason", "goodwill", "--key", "k1", check=0)
    mend = spoil(server, "x_qualiodoo_adjustment", "search_read", answer)
    run("adjust", shop.acme, 30, "--reason", "goodwill", "--key", "k1", check=1)
    mend()
    run("adjust", shop.acme, 30, "--reason", "goodwill", "--key", "k1", check=0)
    env = world.env()
    assert len(env.search("x_qualiodoo_adjustment", [])) == 1


@pytest.mark.parametrize("answer", [[5], [{}], {}, False, None, [{"id": 1, "field_id": [3, "Assigned user (x)"]}]], ids=repr)
@pytest.mark.parametrize("granted", [True, pytest.param(False, marks=pytest.mark.world(version=17))])  # 19 has no message_format
def test_a_malformed_answer_about_the_history_is_an_error_and_no_empty_history(desk: Desk, granted: bool, answer: Any) -> None:
    if granted:
        desk.world.grant_history()
    ticket = reassigned(desk)
    model, method = ("mail.tracking.value", "search_read") if granted else (MESSAGE, "message_format")
    mend = spoil(desk.server, model, method, answer)
    assert method in desk.sync("16:00", check=1).err
    mend()
    desk.sync("16:05")
    assert desk.kinds(ticket) == []


def test_a_record_that_was_not_asked_for_is_an_error_and_deletes_nothing(server: Server, run: Run, shop: Shop) -> None:
    """`read` confirms deletions: an answer with other records than those asked for would delete those that it leaves out."""
    run("sync", check=0)
    before = run.stored()
    for answer in ([{"id": 10**6, "write_date": "2026-03-19 10:00:00"}], [{"id": 0}], [{"id": -1}]):
        mend = spoil(server, "account.analytic.line", "read", answer)
        assert "not asked for" in run("reconcile", check=1).message
        mend()
        assert run.stored() == before
    run("reconcile", check=0)
    assert run.stored() == before
