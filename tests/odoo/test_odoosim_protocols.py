"""The three protocols: what they share, what each does its own way, and that every order of a test holds on each."""

from __future__ import annotations

import gzip
import http.client
import json
import pickle
import signal
import subprocess
import sys
import urllib.request
import xmlrpc.client
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from odoosim import AccessError, MissingError, UserError
from odoosim.crowd import Crowd
from simdesk import Desk, Json2, JsonRpc, Reply, Rpc, request

HERE = Path(__file__).resolve().parent
TICKET = "helpdesk.ticket"
KEY = "k" * 40
EACH = ("xmlrpc", "jsonrpc", "json2")


@pytest.fixture
def newer(make_desk: Callable[..., Desk]) -> Desk:
    """OCA on 19, where the agent has a key."""
    desk = make_desk(version=19)
    desk.world.api_key("agent@example.com", KEY)
    return desk


def post(desk: Desk, protocol: str, model: str, method: str, args: list[Any], names: tuple[str, ...] = (),
         headers: dict[str, str] | None = None, **kwargs: Any) -> Reply:
    """One call by the agent; JSON-2 gives `names` to its positional arguments."""
    if protocol == "json2":
        path, sent = f"/json/2/{model}/{method}", json.dumps({**dict(zip(names, args, strict=True)), **kwargs}).encode()
    else:
        params = ["demo", desk.agent.uid, "agent-secret", model, method, args, kwargs]
        path, sent = "/jsonrpc", json.dumps({"jsonrpc": "2.0", "method": "call", "id": 3, "params": {
            "service": "object", "method": "execute_kw", "args": params}}).encode()
        if protocol == "xmlrpc":
            path, sent = "/xmlrpc/2/object", xmlrpc.client.dumps(tuple(params), "execute_kw", allow_none=True).encode()
    kind = "text/xml" if protocol == "xmlrpc" else "application/json"
    return request(desk.server, "POST", path, sent, {"Content-Type": kind, "Authorization": f"Bearer {KEY}", **(headers or {})})


def value(protocol: str, reply: Reply) -> Any:
    """What a call gave; its fault as (code, name or status, text)."""
    if protocol == "xmlrpc":
        try:
            return xmlrpc.client.loads(reply.body)[0][0]
        except xmlrpc.client.Fault as fault:
            return ("fault", fault.faultCode, fault.faultString)
    if protocol == "json2":
        return reply.json if reply.status == 200 else ("fault", reply.status, reply.json["message"])
    error = reply.json.get("error")
    return ("fault", error["data"]["name"], error["data"]["message"]) if error else reply.json.get("result")


def write(desk: Desk, protocol: str, ticket: int, priority: str = "2") -> Reply:
    return post(desk, protocol, TICKET, "write", [[ticket], {"priority": priority}], ("ids", "vals"))


def priority(desk: Desk, ticket: int) -> str:
    return desk.world.row(TICKET, ticket)["priority"]


# One world ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [16, 17, 18, 19])
def test_json_rpc_answers_what_xml_rpc_does(make_desk: Callable[..., Desk], version: int) -> None:
    desk = make_desk(version=version)
    ticket = desk.world.ticket(desk.world.partner("Société Nœud & Fils"))
    agent = JsonRpc(desk.server)
    assert agent.uid == desk.agent.uid
    for method, args, kwargs in (("search", [[["id", "=", ticket]]], {}), ("search_count", [[]], {}),
                                 ("search_read", [[]], {"fields": ["name", "partner_id", "write_date"], "load": ""}),
                                 ("read", [[ticket, 999], ["partner_id"]], {}),
                                 ("fields_get", [["name", "nope"]], {"attributes": ["type"]}),
                                 ("write", [[ticket], {"priority": "2"}], {})):
        assert agent(TICKET, method, *args, **kwargs) == desk.agent(TICKET, method, *args, **kwargs), method
        first, second = desk.server.calls[-2:]
        assert (first.protocol, second.protocol) == ("jsonrpc", "xmlrpc")
        assert (first.args, first.kwargs, first.login, first.uid, first.writes) == \
            (second.args, second.kwargs, second.login, second.uid, second.writes)


FORMS: list[tuple[str, str, list[Any], tuple[str, ...], dict[str, Any]]] = [
    (TICKET, "search", [[["id", ">", 0]]], ("domain",), {"order": "id", "limit": 5}),
    (TICKET, "search_count", [[]], ("domain",), {"context": {"active_test": False}}),
    (TICKET, "search_read", [[]], ("domain",), {"fields": ["name"], "load": "", "limit": 2}),
    (TICKET, "read", [[1]], ("ids",), {"fields": ["name"], "load": ""}),
    (TICKET, "fields_get", [["name"]], ("allfields",), {"attributes": ["type"]}),
    (TICKET, "write", [[1], {"priority": "2"}], ("ids", "vals"), {}),
    (TICKET, "message_post", [[1]], ("ids",), {"body": "x", "subtype_xmlid": "mail.mt_note", "message_id": "<a@b>"}),
    ("mail.activity", "create", [[{"res_id": 1, "summary": "x"}]], ("vals_list",), {"context": {"default_res_model": TICKET}}),
    ("mail.activity", "unlink", [[]], ("ids",), {}),
    ("res.users", "has_group", [[3], "base.group_user"], ("ids", "group_ext_id"), {}),
    ("res.users", "context_get", [], (), {}),
    ("account.move", "check_access_rights", ["read", False], ("operation", "raise_exception"), {}),
    ("account.move", "has_access", [[], "read"], ("ids", "operation"), {}),
    ("ir.model.data", "check_object_reference", ["mail", "mt_note"], ("module", "xml_id"), {}),
    ("res.partner.category", "load", [["id", "name"], [["a.b", "x"]]], ("fields", "data"), {}),
]


@pytest.mark.parametrize(("model", "method", "args", "names", "kwargs"), FORMS, ids=lambda item: item if isinstance(item, str) else "")
def test_a_call_is_recorded_with_the_same_arguments_on_each_protocol(newer: Desk, model: str, method: str, args: list[Any],
                                                                     names: tuple[str, ...], kwargs: dict[str, Any]) -> None:
    newer.world.ticket()
    seen = []
    for protocol in EACH:
        assert post(newer, protocol, model, method, args, names, **kwargs).status == 200
        call = newer.server.calls[-1]
        assert call.protocol == protocol
        seen.append((call.service, call.model, call.method, call.args, call.kwargs, call.login, call.writes))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][3:5] == (args, kwargs)


def test_json2_leaves_ids_out_where_a_method_has_none(newer: Desk) -> None:
    agent = Json2(newer.server, KEY)
    assert agent("account.move", "has_access", operation="read") is True
    assert newer.server.calls[-1].args == [[], "read"]
    assert agent(TICKET, "read", fields=["name"]) == []


def test_each_protocol_has_its_own_fault(newer: Desk) -> None:
    gone = [[99999999], {"name": "x"}]
    text = f"Record does not exist or has been deleted.\n(Record: helpdesk.ticket(99999999,), User: {newer.agent.uid})"
    told = [value(p, post(newer, p, TICKET, "write", gone, ("ids", "vals"))) for p in EACH]
    assert told == [("fault", 2, text), ("fault", "odoo.exceptions.MissingError", text), ("fault", 404, text)]
    assert all(isinstance(call.fault, MissingError) for call in newer.server.calls[-3:])
    assert [call.status for call in newer.server.calls[-3:]] == [200, 200, 404]


def test_the_versions_before_19_have_no_json2(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(version=18)
    desk.world.api_key("agent@example.com", KEY)
    reply = Json2(desk.server, KEY).ask(TICKET, "search", domain=[])
    assert reply.status == 404 and reply.headers["content-type"].startswith("text/html")
    assert request(desk.server, "GET", "/web/version").status == 404
    assert request(desk.server, "GET", "/json/version").status == 404


def test_the_code_of_an_error_of_json_rpc_is_200_before_19_and_0_since(both: Desk) -> None:
    agent = JsonRpc(both.server)
    told = agent.ask("object", "execute_kw", "demo", agent.uid, "wrong", TICKET, "search", [[]], {}, id_="text")
    assert told["error"]["code"] == (200 if both.world.version == 17 else 0) and told["id"] == "text"
    assert told["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"


# Keys -----------------------------------------------------------------------------------------


def test_json2_takes_a_key_and_never_the_password(newer: Desk) -> None:
    assert Json2(newer.server, KEY)("res.users", "context_get")["uid"] == newer.agent.uid
    for key in ("agent-secret", "wrong"):
        reply = Json2(newer.server, key).ask(TICKET, "search", domain=[])
        assert (reply.status, reply.json["message"]) == (401, "Invalid apikey")
        assert reply.headers["www-authenticate"].strip() == "Bearer"
    assert newer.server.calls[-1].login is None


def test_an_expired_key_and_one_of_an_archived_user_are_told_as_wrong_ones(newer: Desk) -> None:
    newer.world.user("Low", "low")
    newer.world.api_key("low", "l" * 40)
    newer.world.api_key("agent@example.com", "e" * 40, expires=datetime(2026, 3, 13))
    assert Json2(newer.server, "e" * 40)(TICKET, "search_count", domain=[]) == 0
    assert Json2(newer.server, "l" * 40).ask("res.users", "context_get").status == 200
    newer.world.archive("res.users", newer.world.uid("low"))
    newer.world.advance(2 * 86400)
    for key in ("e" * 40, "l" * 40):
        assert Json2(newer.server, key).error(TICKET, "search_count", domain=[])[::2] == (401, "Invalid apikey")


def test_a_key_that_was_checked_outlives_its_day_but_over_json2(newer: Desk) -> None:
    newer.world.remembers_secrets = True
    newer.world.api_key("agent@example.com", "e" * 40, expires=datetime(2026, 3, 13))
    keyed = Rpc(newer.server, secret="e" * 40)
    assert keyed(TICKET, "search_count", []) == 0
    newer.world.advance(2 * 86400)
    assert keyed(TICKET, "search_count", []) == 0
    assert newer.agent.common.authenticate("demo", "agent@example.com", "e" * 40, {}) is False
    assert Json2(newer.server, "e" * 40).ask(TICKET, "search_count", domain=[]).status == 401


def test_json2_names_its_database_where_there_are_several(newer: Desk) -> None:
    newer.world.one_database = False
    lost = Json2(newer.server, KEY).ask(TICKET, "search", domain=[])
    assert lost.status == 404 and b"X-Odoo-Database" in lost.body
    assert Json2(newer.server, KEY, **{"x-odoo-database": "demo"})(TICKET, "search", domain=[]) == []
    assert JsonRpc(newer.server)(TICKET, "search", []) == []


@pytest.mark.parametrize("protocol", EACH)
def test_a_header_with_a_wrong_database_is_a_page(newer: Desk, protocol: str) -> None:
    """Over XML-RPC and JSON-RPC where their module is not server-wide."""
    newer.world.server_wide_rpc = False
    reply = post(newer, protocol, TICKET, "search", [[]], ("domain",), {"X-Odoo-Database": "nowhere"})
    assert reply.status == 404 and reply.headers["content-type"].startswith("text/html")
    assert newer.server.calls[-1].status == 404


@pytest.mark.parametrize("protocol", ["xmlrpc", "jsonrpc"])
def test_a_header_with_a_wrong_database_is_ignored_where_rpc_is_server_wide(newer: Desk, protocol: str) -> None:
    """As by default. The arguments name the database."""
    for several in (False, True):
        newer.world.one_database = not several
        for headers in ({"X-Odoo-Database": "nowhere"}, {}):
            reply = post(newer, protocol, TICKET, "search", [[]], ("domain",), headers)
            assert reply.status == 200 and value(protocol, reply) == []


@pytest.mark.parametrize("protocol", ["xmlrpc", "jsonrpc"])
def test_without_a_database_a_module_that_is_not_server_wide_is_a_page(newer: Desk, protocol: str) -> None:
    newer.world.server_wide_rpc = False
    assert post(newer, protocol, TICKET, "search", [[]], ("domain",), {}).status == 200, "there is one database"
    newer.world.one_database = False
    assert post(newer, protocol, TICKET, "search", [[]], ("domain",), {}).status == 404
    assert post(newer, protocol, TICKET, "search", [[]], ("domain",), {"X-Odoo-Database": "demo"}).status == 200


def test_the_version_needs_no_database(newer: Desk) -> None:
    newer.world.one_database = False
    for path in ("/web/version", "/json/version"):
        for headers in ({}, {"X-Odoo-Database": "nowhere"}):
            request = urllib.request.Request(newer.server.url + path, headers=headers)
            assert json.load(urllib.request.urlopen(request))["version"] == "19.0"


# Results that have no form ----------------------------------------------------------------------


def committed(desk: Desk, protocol: str) -> tuple[Any, bool]:
    """The answer to a write whose result no protocol can tell, and whether it was done."""
    ticket = desk.world.ticket()

    def odd(records: Any) -> Any:
        records.write({"priority": "3"})
        return {(1, 2): 3}

    desk.world.method(TICKET, "odd", odd)
    return value(protocol, post(desk, protocol, TICKET, "odd", [[ticket]], ("ids",))), priority(desk, ticket) == "3"


def test_a_result_that_cannot_be_told_is_committed_but_over_json2(newer: Desk) -> None:
    told = {protocol: committed(newer, protocol) for protocol in EACH}
    assert [done for _, done in told.values()] == [True, True, False]
    assert told["jsonrpc"][0] == ("fault", "builtins.TypeError", "keys must be str, int, float, bool or None, not tuple")
    assert told["json2"][0][1] == 500 and told["xmlrpc"][0][1] == 1


def test_none_is_no_result_null_or_a_fault(newer: Desk) -> None:
    names = ("ids",)
    assert value("xmlrpc", post(newer, "xmlrpc", "account.move.line", "remove_move_reconcile", [[]], names))[1] == 1
    assert post(newer, "jsonrpc", "account.move.line", "remove_move_reconcile", [[]], names).json == {"jsonrpc": "2.0", "id": 3}
    assert post(newer, "json2", "account.move.line", "remove_move_reconcile", [[]], names).body == b"null"


def test_nan_is_no_json(newer: Desk) -> None:
    newer.world.method(TICKET, "odd", lambda records: [float("nan"), float("-inf")])
    assert post(newer, "json2", TICKET, "odd", [[1]], ("ids",)).body == b"[NaN, -Infinity]"
    assert b'"result": [NaN, -Infinity]' in post(newer, "jsonrpc", TICKET, "odd", [[1]]).body


@pytest.mark.parametrize("protocol", ["jsonrpc", "json2"])
def test_json_carries_every_character_but_two(newer: Desk, protocol: str) -> None:
    ticket = newer.world.ticket()
    name = "a\x01b\x1fc\ufffed\uffffe\u2028f\U0001f600g\x7f\\u0000"

    def named(text: str) -> Reply:
        return post(newer, protocol, TICKET, "write", [[ticket], {"name": text}], ("ids", "vals"))

    assert named(name).status == 200
    reply = post(newer, protocol, TICKET, "read", [[ticket]], ("ids",), fields=["name"])
    assert value(protocol, reply) == [{"id": ticket, "name": name}]
    assert "NUL (0x00)" in value(protocol, named("a\x00b"))[2]
    page = named("a\ud800b")
    assert page.status == 500 and page.headers["content-type"].startswith("text/html")
    assert newer.world.row(TICKET, ticket)["name"] == name


# Orders of a test -------------------------------------------------------------------------------


BROKEN = ("refuse", "drop_before", "drop_after", "truncate", "garbage", "invalid_utf8", "empty", "deep", "doctype", "trailers",
          "huge")
WELL_FORMED = {"deep", "huge"}
DONE = {"drop_after", "truncate", "garbage", "invalid_utf8", "empty", "deep", "doctype", "trailers", "huge"}


@pytest.mark.parametrize("action", BROKEN)
@pytest.mark.parametrize("protocol", EACH)
def test_an_ordered_fault_spoils_the_answer_on_each_protocol(newer: Desk, protocol: str, action: str) -> None:
    ticket = newer.world.ticket()
    ordered = newer.server.fault(action, lambda c: c.method == "write" and c.args[0] == [ticket] and c.model == TICKET,
                                 size=100_000, depth=1000)
    try:
        told = value(protocol, write(newer, protocol, ticket))
    except Exception:  # noqa: BLE001 - each client has its own words for it
        told = "spoilt"
    assert told == "spoilt" or (action == "trailers" and told is True) or (action in WELL_FORMED and isinstance(told, list))
    assert ordered.hits == 1 and priority(newer, ticket) == ("2" if action in DONE else "1")
    assert write(newer, protocol, ticket, "3").status == 200 and priority(newer, ticket) == "3"


@pytest.mark.parametrize("protocol", EACH)
def test_what_spoils_an_answer_keeps_its_content_type(newer: Desk, protocol: str) -> None:
    ticket = newer.world.ticket()
    kind = "text/xml; charset=utf-8" if protocol == "xmlrpc" else "application/json; charset=utf-8"
    for action in ("garbage", "invalid_utf8", "empty", "deep", "doctype", "slow", "delay"):
        newer.server.fault(action, seconds=0.02, depth=10)
        reply = write(newer, protocol, ticket)
        assert (reply.status, reply.headers["content-type"]) == (200, kind), action
    newer.server.fault("invalid_utf8", at=0)
    spoilt = post(newer, protocol, TICKET, "read", [[ticket]], ("ids",), fields=["name"]).body
    assert b"\xc3\x28\xffPanne" in spoilt


@pytest.mark.parametrize("protocol", EACH)
def test_html_and_a_status_are_the_same_on_each_protocol(newer: Desk, protocol: str) -> None:
    newer.server.fault("html")
    newer.server.fault("status", status=429, headers={"Retry-After": "7"})
    reply = post(newer, protocol, TICKET, "search", [[]], ("domain",))
    assert reply.status == 200 and reply.headers["content-type"].startswith("text/html")
    reply = post(newer, protocol, TICKET, "search", [[]], ("domain",))
    assert reply.status == 429 and reply.headers["retry-after"] == "7"


@pytest.mark.parametrize("protocol", EACH)
def test_what_odoo_itself_refuses_is_told_as_the_protocol_does(newer: Desk, protocol: str) -> None:
    ticket = newer.world.ticket()
    codes = {"xmlrpc": (4, 2, 1), "json2": (403, 422, 500),
             "jsonrpc": ("odoo.exceptions.AccessError", "odoo.exceptions.UserError", "psycopg2.errors.SerializationFailure")}
    newer.server.fault("fault", error=AccessError("no"))
    newer.server.fault("fault", error=UserError("Pas maintenant."))
    newer.server.fault("concurrency")
    told = [value(protocol, write(newer, protocol, ticket)) for _ in range(3)]
    assert tuple(code for _, code, _ in told) == codes[protocol] and told[1][2] == "Pas maintenant."
    assert priority(newer, ticket) == "1"


@pytest.mark.parametrize("protocol", EACH)
def test_an_answer_may_be_ordered_while_the_work_is_done(newer: Desk, protocol: str) -> None:
    ticket = newer.world.ticket()
    newer.server.fault("answer", lambda c: c.method == "write", value=[{"id": 5}, "x", False])
    assert value(protocol, write(newer, protocol, ticket)) == [{"id": 5}, "x", False]
    assert priority(newer, ticket) == "2"
    newer.server.fault("answer", value=None)
    told = write(newer, protocol, ticket).body
    assert {"xmlrpc": b"<value><nil/></value>", "jsonrpc": b'{"jsonrpc": "2.0", "id": 3}', "json2": b"null"}[protocol] in told
    newer.server.fault("raw", body=b'{"id": 1, "id": 2}')
    assert write(newer, protocol, ticket, "3").body == b'{"id": 1, "id": 2}' and priority(newer, ticket) == "3"


@pytest.mark.parametrize("protocol", EACH)
def test_a_hook_runs_before_its_call_on_each_protocol(newer: Desk, protocol: str) -> None:
    ticket = newer.world.ticket()
    newer.server.before_call(lambda c: c.method == "read" and c.args == [[ticket]],
                             lambda: newer.world.rename(TICKET, ticket, "late"))
    reply = post(newer, protocol, TICKET, "read", [[ticket]], ("ids",), fields=["name"])
    assert value(protocol, reply) == [{"id": ticket, "name": "late"}]


@pytest.mark.parametrize("gone", EACH)
def test_a_protocol_that_is_taken_away_is_404(newer: Desk, gone: str) -> None:
    newer.server.protocols.remove(gone)
    for protocol in EACH:
        reply = post(newer, protocol, TICKET, "search", [[]], ("domain",))
        assert reply.status == (404 if protocol == gone else 200)
    with newer.world.serve(protocols=("jsonrpc",)) as server:
        assert server.protocols == {"jsonrpc"}


@pytest.mark.parametrize("protocol", EACH)
def test_a_proxy_in_front_zips_and_keeps_the_connection_on_each_protocol(newer: Desk, protocol: str) -> None:
    newer.server.gzip = newer.server.keep_alive = True
    reply = post(newer, protocol, TICKET, "search", [[]], ("domain",), {"Accept-Encoding": "gzip"})
    assert reply.headers["content-encoding"] == "gzip" and reply.headers["connection"] == "keep-alive"
    reply.body = gzip.decompress(reply.body)
    assert value(protocol, reply) == []


@pytest.mark.parametrize("protocol", EACH)
def test_prepared_answers_serve_each_protocol_and_each_id(newer: Desk, protocol: str) -> None:
    newer.world.ticket()
    newer.server.prepare = True
    first = post(newer, protocol, TICKET, "search", [[]], ("domain",))
    count = len(newer.server.calls)
    newer.world.ticket()
    assert post(newer, protocol, TICKET, "search", [[]], ("domain",)).body == first.body
    assert len(newer.server.calls) == count
    if protocol == "jsonrpc":
        agent = JsonRpc(newer.server)
        asked = ("object", "execute_kw", "demo", agent.uid, "agent-secret", TICKET, "search", [[]], {})
        assert [agent.ask(*asked, id_=i)["id"] for i in (41, 42)] == [41, 42]


@pytest.mark.parametrize("protocol", EACH)
def test_a_crowd_of_messages_is_told_on_each_protocol(newer: Desk, protocol: str) -> None:
    ticket = newer.world.ticket()
    newer.server.crowd = Crowd(newer.world, [ticket], 1000)
    model = "mail.message"
    assert value(protocol, post(newer, protocol, model, "search_count", [[]], ("domain",))) == 1000
    ids = value(protocol, post(newer, protocol, model, "search", [[["id", ">", 1_000_010]]], ("domain",), limit=2))
    assert ids == [1_000_011, 1_000_012]
    rows = value(protocol, post(newer, protocol, model, "read", [ids], ("ids",), fields=["date"]))
    assert [row["id"] for row in rows] == ids and rows[0]["res_id"] == ticket and rows[0]["date"] == "2026-03-01 08:00:00"
    assert newer.server.calls[-1].result is None


def test_a_recorded_answer_is_pickled_as_bytes(newer: Desk) -> None:
    out, call = newer.server.answer("/xmlrpc/2/common", b"<methodCall><methodName>version</methodName></methodCall>", {})
    assert call is not None and type(pickle.loads(pickle.dumps(out))) is bytes


# More in one call -------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [16, 17, 18, 19])
def test_web_search_read_follows_links_since_17(make_desk: Callable[..., Desk], version: int) -> None:
    desk = make_desk(version=version)
    invoice = desk.world.invoice(desk.world.partner("A"), [("SUP12", 1), ("SUP24", 2)])
    desk.world.pay(invoice, "2026-03-10")
    wanted = {"name": {}, "partner_id": {"fields": {"name": {}}}, "invoice_line_ids": {"fields": {"quantity": {}}, "order": "id desc"},
              "line_ids": {}}
    asked = ("account.move", "web_search_read", [["id", "=", invoice]], wanted)
    if version == 16:
        assert desk.agent.fault(*asked)[0] == 1
        return
    told = desk.agent(*asked)
    assert told == JsonRpc(desk.server)(*asked) and told["length"] == 1
    row = told["records"][0]
    assert row["partner_id"]["name"] == "A" and [line["quantity"] for line in row["invoice_line_ids"]] == [2.0, 1.0]
    assert all(isinstance(i, int) for i in row["line_ids"])
    assert desk.agent("account.move", "web_search_read", [], wanted, limit=1)["length"] == 2


def test_formatted_read_group_is_of_19(both: Desk) -> None:
    both.world.ticket(), both.world.ticket()
    if both.world.version == 17:
        assert both.agent.fault(TICKET, "formatted_read_group", [])[0] == 1
        return
    told = both.agent(TICKET, "formatted_read_group", [], aggregates=["id:max", "__count", "write_date:max"])
    assert told == [{"__extra_domain": [[1, "=", 1]], "id:max": 2, "__count": 2, "write_date:max": "2026-03-12 10:00:00"}]


# The command ------------------------------------------------------------------------------------


def test_the_command_takes_protocols_a_version_and_a_key() -> None:
    process = subprocess.Popen([sys.executable, str(HERE / "serve.py"), "--story", "empty", "--version", "19", "--protocols",
                                "json2", "--key", KEY], stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline().split()[2].rpartition(":")[2])  # type: ignore[union-attr]
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        link.request("POST", "/json/2/res.users/context_get", b"{}",
                     {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"})
        assert link.getresponse().status == 200
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        link.request("POST", "/xmlrpc/2/common", b"", {"Content-Type": "text/xml"})
        assert link.getresponse().status == 404
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    refused = subprocess.run([sys.executable, str(HERE / "serve.py"), "--protocols", "soap"], capture_output=True, text=True)
    assert refused.returncode == 2 and "soap: no protocol" in refused.stderr
