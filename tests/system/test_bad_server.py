"""A server that is down, slow, misconfigured or answering nonsense: the right exit code, a clear message, nothing lost.

The commands of each table run at once, one server each: most of them spend their time waiting for the next try.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY, VERSION, Result, Run, Server, Shop, World, by_protocol
from odoosim.faults import AccessDenied, AccessError, ServerError

LINE = "account.analytic.line"
ONCE, TRIED_AGAIN = 1, 2  # calls that the fault meets: exactly, at least


@dataclass
class Bad:
    """A fault, and what it must come to."""

    action: str
    words: tuple[str, ...]
    calls: int | None
    how: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    code: int = 1


def of_object(call: Any) -> bool:
    return call.service == "object" and call.model == LINE and call.method == "read"


LASTING = {
    "connection reset": Bad("refuse", ("attempts in 2 s",), TRIED_AGAIN),
    "no answer": Bad("drop_before", ("attempts in 2 s",), TRIED_AGAIN),
    "answer dropped after the work": Bad("drop_after", ("attempts in 2 s",), TRIED_AGAIN),
    "answer cut in the middle": Bad("truncate", ("attempts in 2 s",), TRIED_AGAIN),
    "answer that comes too late": Bad("delay", ("odoo.timeout", "odoo.page_size"), TRIED_AGAIN, {"seconds": 1.5},
                                      {"odoo": {"timeout": "300ms"}}),
    "answer that trickles in": Bad("slow", ("odoo.timeout", "bytes came"), TRIED_AGAIN, {"seconds": 4},
                                   {"odoo": {"timeout": "300ms"}}),
    "500": Bad("status", ("HTTP 500", "log"), TRIED_AGAIN, {"status": 500}),
    "502": Bad("status", ("HTTP 502", "restarting"), TRIED_AGAIN, {"status": 502}),
    "503": Bad("status", ("HTTP 503", "maintenance"), TRIED_AGAIN, {"status": 503}),
    "504": Bad("status", ("HTTP 504", "odoo.page_size"), TRIED_AGAIN, {"status": 504}),
    "429": Bad("status", ("HTTP 429", "odoo.min_interval"), TRIED_AGAIN, {"status": 429}),
    "429 for an hour": Bad("status", ("HTTP 429", "odoo.min_interval"), ONCE,
                           {"status": 429, "headers": {"Retry-After": "3600"}}),
    "two writers": Bad("concurrency", ("two writers",), TRIED_AGAIN),
    "HTML": Bad("html", ("HTML",), ONCE),
    "301": Bad("status", ("redirects to 'https://elsewhere.example'", "odoo.url"), ONCE,
               {"status": 301, "headers": {"Location": "https://elsewhere.example" + by_protocol(
                   "/xmlrpc/2/object", "/jsonrpc", f"/json/2/{LINE}/read")}}),
    "403": Bad("status", ("HTTP 403", "firewall"), ONCE, {"status": 403}),
    "404": Bad("status", ("HTTP 404", "odoo.url"), ONCE, {"status": 404}),
    "413": Bad("status", ("HTTP 413", "odoo.page_size"), ONCE, {"status": 413}),
    "noise": Bad("garbage", by_protocol(("an XML-RPC answer was expected",), ("a JSON-RPC answer was expected",),
                                        ("a JSON answer was expected",)), None),
    "empty answer": Bad("empty", ("empty",), None),
    "invalid UTF-8": Bad("invalid_utf8", ("cannot be read",), None, code=0),
    "answer of 1 GB": Bad("huge", ("odoo.max_response",), ONCE, {"size": 1 << 30}, {"odoo": {"max_response": "8MiB"}}),
    "trailers without end": Bad("trailers", ("headers", "do not end"), ONCE),
    "200,000 levels": Bad("deep", ("deep",), ONCE),
    "entity bomb": Bad("doctype", by_protocol(
        ("DOCTYPE",), ("begins by '<?xml version=", "a JSON-RPC answer was expected"),
        ("begins by '<?xml version=", "a JSON answer was expected")), ONCE),
    "right refused": Bad("fault", ("no right", LINE), None, {"error": AccessError("You are not allowed to access")}),
    "a bug of Odoo": Bad("fault", ("KeyError", LINE), None, {"error": ServerError("KeyError", "'x'")}),
    "key revoked": Bad("fault", by_protocol(*[("the login or the key", "odoo.login", "odoo.secret_file")] * 2,
                                            ("the key", "a password, which JSON-2 does not take", "odoo.secret_file")), ONCE, {"error": AccessDenied()}),
}


@dataclass
class Ended:
    result: Result
    seconds: float
    calls: int
    same: bool
    run: Run


def start_all(stack: ExitStack, root: Path, table: dict[str, Bad], times: int) -> dict[str, Ended]:
    """Runs `sync` against each fault, all at once, from a state that is an hour behind."""
    started = {}
    state = b""
    for number, (name, bad) in enumerate(table.items()):
        world = World(today=TODAY, version=VERSION)
        for code in ("SUP12", "SUP24", "SUP36"):
            world.product(code)
        shop = Shop(world)
        server = stack.enter_context(world.serve())
        folder = root / str(number)
        folder.mkdir()
        run = Run(folder, server)
        if not state:
            run("sync", check=0)
            run.settle()
            state = run.state.read_bytes()
        run.state.write_bytes(state)  # the worlds are alike
        world.advance(3600)
        world.timesheet(shop.idle, 1.0, "2026-03-19")
        world.unpay(shop.invoice_b)
        run.configure(**bad.options)
        before = run.dump("meta")
        server.fault(bad.action, match=of_object, times=times, **bad.how)
        started[name] = (run, before, time.monotonic(), run.start("sync", "--json"))
        stack.callback(run.close)
    ended = {}
    for name, (run, before, began, process) in started.items():
        result = run.finish(process)
        ended[name] = Ended(result, time.monotonic() - began, sum(map(of_object, run.server.calls)),
                            run.dump("meta") == before, run)
    return ended


def recovered(run: Run) -> bool:
    return [row[1] for row in run.stored()["account"]] == [625, -60, 0]


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Ended]]:
    with ExitStack() as stack:
        yield start_all(stack, tmp_path_factory.mktemp("lasting"), LASTING, times=0)


@pytest.mark.parametrize("name", LASTING)
def test_a_fault_that_lasts_ends_with_a_clear_message_and_loses_nothing(lasting: dict[str, Ended], name: str) -> None:
    ended, bad = lasting[name], LASTING[name]
    assert ended.result.code == bad.code, ended.result
    assert all(word in ended.result.err for word in bad.words), ended.result
    assert "Traceback" not in ended.result.err and "File \"" not in ended.result.err
    assert bad.calls is None or ended.calls == bad.calls or ended.calls > bad.calls == TRIED_AGAIN
    if bad.code:
        assert ended.result.message and ended.result.out == ""
        assert ended.same
        status = ended.run("status", "--json", now=False, check=3).json
        assert any("the last cycle failed" in p for p in status["problems"])
    ended.run.server.faults.clear()
    ended.run.configure(odoo={"timeout": "10s"})
    ended.run("sync", check=0)
    assert recovered(ended.run)


PASSING = {
    "connection reset": Bad("refuse", (), 2),
    "answer dropped after the work": Bad("drop_after", (), 2),
    "answer cut in the middle": Bad("truncate", (), 2),
    "answer that comes too late": Bad("delay", (), 2, {"seconds": 1}, {"odoo": {"timeout": "300ms"}}),
    "502": Bad("status", (), 2, {"status": 502}),
    "503 that says when": Bad("status", (), 2, {"status": 503, "headers": {"Retry-After": "1"}}),
    "429 that says when": Bad("status", (), 2, {"status": 429, "headers": {"Retry-After": "1"}}),
    "two writers": Bad("concurrency", (), 2),
}


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Ended]]:
    with ExitStack() as stack:
        yield start_all(stack, tmp_path_factory.mktemp("passing"), PASSING, times=1)


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_passes_is_not_even_noticed(passing: dict[str, Ended], name: str) -> None:
    ended = passing[name]
    assert ended.result.code == 0, ended.result
    # Nothing is said of the fault: the unpaid invoice of the story takes credit away, and that is told.
    assert re.fullmatch(r"qualiodoo: warning: credit was taken away: Bravo SAS \(\d+\): 11:00 -> -1:00\n", ended.result.err)
    assert ended.result.json["created"] == {LINE: 1}
    if "says when" in name:
        assert ended.seconds >= 1
    assert recovered(ended.run)


# ---- Misconfigured ----


def once_and_quickly(run: Run, server: Server, *words: str, calls: int = 1) -> None:
    """What cannot pass is not tried again, and known after so many calls at most."""
    server.clear()
    began = time.monotonic()
    refused = run("sync", check=1)
    assert time.monotonic() - began < 1
    assert all(word in refused.message for word in words), refused
    assert len(server.calls) <= calls


def test_a_wrong_password_is_said_once(server: Server, run: Run, shop: Shop) -> None:
    run.write_secret("wrong-password")
    once_and_quickly(run, server, *by_protocol(*[("the login 'agent@example.com' is refused", "odoo.secret_file")] * 2,
                                               ("Odoo refuses the key", "odoo.secret_file")))
    assert "wrong-password" not in run("-vv", "sync", check=1).err


def test_a_wrong_login_is_said_once(server: Server, run: Run, shop: Shop) -> None:
    run.configure(odoo={"login": "nobody@example.com"})
    # JSON-2 is not told the login: whose key it is, and what that user's login is, are two calls.
    once_and_quickly(run, server, *by_protocol(*[("the login 'nobody@example.com' is refused",)] * 2, (
        "belongs to the user 'agent@example.com', not to odoo.login 'nobody@example.com'",)), calls=by_protocol(1, 1, 2))


def test_an_unknown_database_is_said_once(server: Server, run: Run, shop: Shop) -> None:
    run.configure(odoo={"database": "missing"})
    once_and_quickly(run, server, "'missing'", "odoo.database")


def test_a_wrong_path_is_said_once(server: Server, run: Run, shop: Shop) -> None:
    run.configure(odoo={"url": server.url + "/odoo"})
    once_and_quickly(run, server, "HTTP 404", "odoo.url")


def test_a_host_that_does_not_exist_is_named(run: Run, shop: Shop) -> None:
    run.configure(odoo={"url": "https://nothing.invalid", "connect_timeout": "200ms"})
    process = run.start("sync", now=False)
    time.sleep(0.5)
    process.terminate()
    ended = run.finish(process, check=1)
    assert "nothing.invalid" in ended.err or "interrupted" in ended.err


def test_a_server_that_is_down_is_named_after_some_tries(server: Server, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    before = run.dump("meta")
    with server.down():
        refused = run("sync", check=1)
        assert "cannot connect to " + server.url in refused.message and "refused" in refused.message
        assert re.search(r"after \d+ attempts in 2 s", refused.message)
        run("balance", check=0)
    assert run.dump("meta") == before


def test_a_revoked_key_is_said_at_the_next_sync(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    world.passwords["agent@example.com"] = {"another"}
    assert "odoo.secret_file" in run("sync", check=1).message


def test_plain_http_to_another_machine_is_refused(run: Run) -> None:
    run.configure(odoo={"url": "http://support.example.com"})
    assert "allow_http" in run("sync", check=2).message


@pytest.mark.parametrize(("mode", "text"), [(0o644, "agent-secret"), (0o600, ""), (0o660, "agent-secret")])
def test_a_secret_that_others_can_read_or_that_is_empty_is_refused(run: Run, mode: int, text: str) -> None:
    run.write_secret(text, mode)
    assert str(run.secret) in run("sync", check=2).message


def test_a_missing_secret_file_is_named(run: Run) -> None:
    run.secret.unlink()
    assert str(run.secret) in run("sync", check=2).message


# ---- Modules and fields ----


def missing(**options: Any) -> Any:
    return pytest.mark.world(**options)


@missing(without_modules=("helpdesk_mgmt",))
def test_a_missing_helpdesk_names_the_modules(run: Run) -> None:
    refused = run("sync", check=1).message
    assert "helpdesk_mgmt" in refused and "Enterprise" in refused and "tickets.flavour" in refused


@missing(without_modules=("helpdesk_mgmt_timesheet",))
def test_a_missing_link_of_timesheets_names_the_module(run: Run) -> None:
    assert "'helpdesk_mgmt_timesheet'" in run("sync", check=1).message


@missing(without_modules=("hr_timesheet", "helpdesk_mgmt_timesheet"))
def test_missing_timesheets_name_a_module(run: Run) -> None:
    assert "timesheet'" in run("sync", check=1).message


@pytest.mark.parametrize(("model", "name", "module"), [
    ("account.move", "payment_state", "account"), ("account.move.line", "product_id", "account"),
    (LINE, "unit_amount", "hr_timesheet"), ("helpdesk.ticket", "partner_id", "helpdesk_mgmt")])
def test_a_missing_field_names_the_module(world: World, run: Run, model: str, name: str, module: str) -> None:
    world.drop_field(model, name)
    refused = run("sync", check=1).message
    assert model in refused and f"'{name}'" in refused and f"'{module}'" in refused


@pytest.mark.parametrize("name", ["priority", "tag_ids", "assigned_date", "closed_date", "team_id"])
def test_a_missing_optional_field_is_no_trouble(world: World, run: Run, shop: Shop, name: str) -> None:
    world.drop_field("helpdesk.ticket", name)
    run("sync", check=0)
    assert run.balance(shop.acme) == 685


def test_a_field_that_vanishes_with_an_upgrade_is_noticed(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    world.drop_field("helpdesk.ticket", "priority")
    world.advance(60)
    world.timesheet(shop.fix, 1.0, "2026-03-19")
    run("sync", check=0)
    assert run.balance(shop.acme) == 625
    assert run.picture() == run.rebuilt()
    world.drop_field("account.move", "payment_state")
    world.advance(60)
    world.write("account.move", shop.invoice, ref="x")
    assert "'payment_state'" in run("sync", check=1).message


def test_no_pack_in_odoo_is_a_warning(world: World, run: Run, shop: Shop) -> None:
    run.configure(credit={"packs": [{"product": "NOTHERE", "hours": 1}]})
    told = run("sync", check=0)
    assert "credit.packs" in told.err
    assert run.balance(shop.acme) == -35


def test_answers_that_make_no_sense_are_refused(server: Server, run: Run, shop: Shop) -> None:
    """Answers that Odoo cannot give: not a list, without id, ids that do not rise."""
    dispatch = server._dispatch
    wrong: Callable[[Any, Any], Any]
    for method, model, wrong, word in (
            ("fields_get", LINE, lambda call, result: [], "not an object"),
            ("read", LINE, lambda call, result: {"a": 1}, "not a list"),
            ("read", LINE, lambda call, result: [{"name": "x"}], "has no id"),
            ("search", LINE, lambda call, result: [3, 2, 1], "rising"),
            ("search", LINE, lambda call, result: ["1"], "rising"),
            ("search", LINE, lambda call, result: False, "not a list")):
        server._dispatch = lambda call, params, m=method, o=model, w=wrong: (
            w(call, None) if (call.method, call.model) == (m, o) else dispatch(call, params))
        refused = run("sync", check=1)
        assert word in refused.message, refused
    server._dispatch = dispatch
    run("sync", check=0)
    assert run.balance(shop.acme) == 685


def test_values_of_another_type_do_not_crash(server: Server, run: Run, shop: Shop) -> None:
    dispatch = server._dispatch

    def odd(call: Any, params: Any) -> Any:
        result = dispatch(call, params)
        if call.method == "read" and call.model == LINE:
            return [{**r, "unit_amount": "two", "date": 5, "ticket_id": "HT1"} for r in result]
        if call.method == "read" and call.model == "account.move":
            return [{**r, "amount_total": 1e300, "invoice_date": [1], "state": {"a": 1}} for r in result]
        return result

    server._dispatch = odd
    assert run("sync").code in (0, 1)
    run("balance", "--json", check=0)
