"""The protocols of Odoo: which one is spoken, what is said of it, and that each gives the same accounts.

`QUALIODOO_TEST_PROTOCOL=json2` runs any other file of tests over one of them.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import SECRET, Run, Server, Shop, World

JSON2 = pytest.mark.world(version=19)
ALL = ("xmlrpc", "jsonrpc", "json2")


def spoken(server: Server) -> list[str]:
    """The protocols of the calls so far, each where it begins."""
    names = [call.protocol for call in server.calls]
    return [name for place, name in enumerate(names) if names[place - 1:place] != [name]]


def protocol(run: Run, name: str = "auto") -> str | None:
    """What `status` says after a sync with this `odoo.protocol`."""
    run.configure(odoo={"protocol": name})
    run("sync", check=0)
    found = run("status", "--json").json["odoo"]["protocol"]
    assert f"(oca, {found})\n" in run("status").out
    return found


def test_auto_is_xmlrpc_on_17(shop: Shop, run: Run, server: Server) -> None:
    shop.world.api_key("agent@example.com", SECRET)
    run.configure(odoo={"protocol": "auto"})
    if server.world.version < 19:
        assert protocol(run) == "xmlrpc" and spoken(server) == ["xmlrpc"]


@JSON2
def test_auto_is_json2_on_19_with_a_key(shop: Shop, run: Run, server: Server) -> None:
    shop.world.api_key("agent@example.com", SECRET)
    assert protocol(run) == "json2" and spoken(server) == ["xmlrpc", "json2"]
    assert [call.method for call in server.calls if call.protocol == "xmlrpc"] == ["version"]
    found = [f for f in run("doctor", "--json").json["findings"] if f["topic"] == "connection"]
    assert any(f["level"] == "ok" and " over JSON-2 after " in f["text"] for f in found)
    assert not [f for f in found if f["level"] != "ok"]


@JSON2
def test_auto_is_xmlrpc_on_19_with_a_password(shop: Shop, run: Run, server: Server,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "passwords_are_keys", False)
    assert protocol(run) == "xmlrpc" and spoken(server) == ["xmlrpc", "json2", "xmlrpc"]
    found = [f for f in run("doctor", "--json").json["findings"] if f["topic"] == "connection"]
    assert any(f["level"] == "note" and f["text"].startswith("XML-RPC is deprecated since Odoo 19") for f in found)


@JSON2
@pytest.mark.parametrize(("left", "title"), [("jsonrpc", "JSON-RPC"), ("json2", "JSON-2")])
def test_auto_without_xmlrpc(shop: Shop, run: Run, server: Server, left: str, title: str) -> None:
    server.protocols = {left}
    shop.world.api_key("agent@example.com", SECRET)
    assert protocol(run) == left
    assert f"this Odoo has no XML-RPC: {title} is used" in run("-v", "sync", check=0).err


@JSON2
def test_json2_says_what_a_refused_key_may_be(shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "passwords_are_keys", False)
    run.configure(odoo={"protocol": "json2"})
    message = run("sync", check=1).message
    assert "Odoo refuses the key ('Invalid apikey')" in message
    assert "has expired, or it is a password, which JSON-2 does not take" in message


@JSON2
@pytest.mark.parametrize("name", ["json2", "auto"])
def test_the_key_of_another_user_is_refused(shop: Shop, run: Run, server: Server, name: str) -> None:
    """JSON-2 is not told the login: the agent would work as whoever the key belongs to."""
    shop.world.api_key("admin", "a-key-of-admin")
    run.write_secret("a-key-of-admin")
    run.configure(odoo={"protocol": name})
    message = run("sync", check=1).message
    if name == "json2":
        assert ("the key of odoo.secret_file belongs to the user 'admin', not to odoo.login "
                "'agent@example.com'") in message
    else:
        assert "the login 'agent@example.com' is refused on the database" in message
    assert {c.model for c in server.calls} <= {None, "res.users"}


@JSON2
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("name", [*ALL, "auto"])
def test_a_wrong_database_is_named(shop: Shop, run: Run, name: str, wide: bool) -> None:
    """By a fault, or by a page where the protocol's module is not server-wide."""
    shop.world.server_wide_rpc = wide
    shop.world.api_key("agent@example.com", SECRET)
    run.configure(odoo={"protocol": name, "database": "nowhere"})
    assert "there is no database 'nowhere' on this server" in run("sync", check=1).message


@JSON2
@pytest.mark.parametrize("name", ALL[1:])
def test_each_protocol_gives_the_accounts_of_xmlrpc(shop: Shop, run: Run, server: Server, name: str) -> None:
    shop.world.api_key("agent@example.com", SECRET)
    run.configure(odoo={"protocol": "xmlrpc"})
    run("sync", check=0)
    expected = run.stored()
    run.forget()
    server.calls.clear()
    run.configure(odoo={"protocol": name})
    run("reconcile", check=0)
    assert run.stored() == expected and spoken(server) == [name]


@JSON2
@pytest.mark.parametrize("name", ALL[1:])
def test_each_protocol_writes_a_breach_once(shop: Shop, run: Run, server: Server, name: str) -> None:
    world = shop.world
    world.api_key("agent@example.com", SECRET)
    late = world.ticket(shop.acme, "Panne", priority="3", created=world.now - timedelta(days=2))
    run.configure(odoo={"protocol": name}, sla={"calendar": "config", "hours": {d: ["00:00-24:00"] for d in
                  ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}},
                  writeback={"enabled": True, "since": "2026-03-01", "breach": {"tag": None}})
    run("sync", check=0)
    assert spoken(server) == [name]
    notes = [call for call in server.calls if call.method == "message_post"]
    assert [call.args[0] for call in notes if call.args[0] == [late]] == [[late]]
    run("reconcile", check=0)
    assert len([call for call in server.calls if call.method == "message_post"]) == len(notes)


@JSON2
@pytest.mark.parametrize("name", ALL[1:])
def test_json_carries_the_characters_that_break_an_answer_in_xml(shop: Shop, run: Run, name: str) -> None:
    world = shop.world
    world.api_key("agent@example.com", SECRET)
    world.patch("account.move", shop.invoice, name="INV/\ufffe\uffff\u0007")
    run.configure(odoo={"protocol": "xmlrpc"})
    assert f"account.move {shop.invoice} is kept without its texts" in run("sync", check=0).err
    run.configure(odoo={"protocol": name})
    run("reconcile", check=0)
    assert run.sql("SELECT name FROM move WHERE id = ?", shop.invoice) == [("INV/\ufffe\uffff\u0007",)]
    assert run.sql("SELECT count(*) FROM unreadable") == [(0,)]


@JSON2
@pytest.mark.parametrize("name", ALL[1:])
def test_a_number_that_json_has_not_costs_its_record_alone(shop: Shop, run: Run, name: str) -> None:
    """Odoo writes NaN, which is no JSON: the record is kept without that number, which is said, and the rest of its page."""
    world = shop.world
    world.api_key("agent@example.com", SECRET)
    world.patch("account.analytic.line", shop.lines[0], unit_amount=float("nan"))
    run.configure(odoo={"protocol": name})
    said = run("sync", check=0).err
    assert f"account.analytic.line {shop.lines[0]} is kept without" in said and "NaN in the place of a number" in said
    assert run.balance(shop.acme) == 720 - 5 and run.balance(shop.bravo) == 660
    assert run.sql("SELECT mirror, id, kept FROM unreadable") == [("timesheet", shop.lines[0], 1)]
