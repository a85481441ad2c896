"""How long the agent's access lasts: the expiry of its API key, and the protocol that the server will drop."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from conftest import PROTOCOL, Run, Server, Shop

AGENT = "agent@example.com"
KEY, OTHER = "0123456789abcdef0123456789abcdef01234567", "fedcba9876543210fedcba9876543210fedcba98"
KEYS = "res.users.apikeys"
NEW_KEY = ("make a new one in Odoo (the agent's user, Preferences, Account Security), put it where the secret is, and "
           "restart the service")
EXPIRING = [pytest.param(18, marks=pytest.mark.world(version=18)), pytest.param(19, marks=pytest.mark.world(version=19))]


def give_key(run: Run, expires: str | None, key: str = KEY, name: str = "desk") -> int:
    """A key of the agent's user, which is the secret from now on."""
    run.write_secret(key)
    return run.world.api_key(AGENT, key, expires=datetime.fromisoformat(expires) if expires else None, name=name)


def about_keys(run: Run, *arguments: Any, **options: Any) -> list[tuple[str, str]]:
    """The level and the text of what doctor says of keys."""
    found = run("doctor", "--json", **options).json["findings"]
    return [(f["level"], f["text"]) for f in found if "API key" in f["text"] and f["topic"] != "connection"]


def problems(run: Run, **options: Any) -> list[str]:
    """What `status` says of keys, without asking Odoo."""
    calls = len(run.server.calls)
    done = run("status", "--json", **options)
    assert len(run.server.calls) == calls
    found = [p for p in done.json["problems"] if "API key" in p]
    assert done.code == 3 or not found
    return found


def looks(server: Server) -> int:
    return len([c for c in server.calls if c.model == KEYS and c.method == "search_read"])


@pytest.mark.parametrize("version", EXPIRING)
def test_doctor_says_when_the_key_expires(run: Run, shop: Shop, version: int) -> None:
    give_key(run, "2026-06-01")
    says = "the API key 'desk' of the agent's user expires on 2026-06-01"
    assert about_keys(run) == [("ok", says)]
    assert about_keys(run, now="2026-05-10") == [("note", says)]
    assert about_keys(run, now="2026-05-17") == [("note", says)], "14 days and 14 hours before"
    assert about_keys(run, now="2026-05-18") == [("problem", f"{says}: {NEW_KEY}")]
    assert run("doctor", now="2026-05-18").code == 3


@pytest.mark.parametrize("version", EXPIRING)
def test_status_keeps_the_expiry_and_warns_two_weeks_before(run: Run, shop: Shop, version: int) -> None:
    give_key(run, "2026-06-01 12:00")
    run("sync", check=0)
    told = run("status", "--json").json["odoo"]
    assert told["key"] == {"name": "desk", "expires_at": "2026-06-01T12:00:00Z", "others": 0}
    says = "the API key 'desk' of the agent's user expires on 2026-06-01"
    assert f"\nkey: {says}\n" in run("status").out
    assert not problems(run, now="2026-05-18") and problems(run, now="2026-05-19") == [f"{says}: {NEW_KEY}"]
    assert problems(run, now="2026-06-02") == [
        f"the API key 'desk' of the agent's user expired on 2026-06-01; Odoo refuses it, at the latest when it restarts: {NEW_KEY}"]


@pytest.mark.parametrize("version", [pytest.param(16, marks=pytest.mark.world(version=16)), 17])
def test_keys_of_16_and_17_do_not_expire(run: Run, shop: Shop, server: Server, version: int) -> None:
    if server.world.version == 17:
        give_key(run, None)
        run("sync", check=0)
        assert run("status", "--json").json["odoo"]["key"] is None and not about_keys(run) and not looks(server)


@pytest.mark.world(version=19)
def test_of_a_password_nothing_is_asked(run: Run, shop: Shop, server: Server) -> None:
    run.world.api_key(AGENT, KEY, expires=datetime(2026, 3, 22))
    if PROTOCOL != "json2":
        run("sync", check=0)
        assert not looks(server) and not problems(run) and not about_keys(run)


@pytest.mark.world(version=19)
def test_the_name_of_a_key_may_be_anything(run: Run, shop: Shop) -> None:
    give_key(run, "2026-03-25", name="desk\n\u202e" + "é" * 80)
    run("sync", check=0)
    told = run("status", "--json").json
    assert told["odoo"]["key"]["name"].startswith("desk") and len(told["odoo"]["key"]["name"].encode()) < 64
    assert "expires on 2026-03-25" in problems(run)[0] and about_keys(run)[0][1] == problems(run)[0]
    assert "\n" not in problems(run)[0] and "\u202e" not in run("status").out


@pytest.mark.world(version=19)
def test_a_key_without_an_expiry(run: Run, shop: Shop) -> None:
    give_key(run, None)
    run("sync", check=0)
    assert run("status", "--json").json["odoo"]["key"] is None
    assert not problems(run) and not about_keys(run)


@pytest.mark.world(version=19)
def test_of_several_keys_the_first_to_expire_is_named(run: Run, shop: Shop) -> None:
    """Odoo does not tell which one is used, nor any part of it."""
    give_key(run, "2026-06-01")
    run.world.api_key(AGENT, OTHER, expires=datetime(2026, 4, 1), name="old")
    run.world.api_key(AGENT, "a" * 40, expires=datetime(2026, 3, 1), name="expired")
    run.world.api_key(AGENT, "b" * 40, expires=datetime(2026, 3, 25), name="of the mail plugin", scope="odoo.plugin.outlook")
    run.world.api_key("admin", "c" * 40, expires=datetime(2026, 3, 24), name="of another user")
    says = ("the API key 'old' of the agent's user expires on 2026-04-01, the first of 2 of that user, and Odoo does not "
            f"tell which one is used: if it is used, {NEW_KEY}; if it is not, remove it in Odoo")
    assert about_keys(run) == [("problem", says)]
    run("sync", check=0)
    assert problems(run) == [says]
    assert run("status", "--json").json["odoo"]["key"] == {"name": "old", "expires_at": "2026-04-01T00:00:00Z", "others": 1}


@pytest.mark.world(version=19)
def test_a_cycle_looks_once_a_day_and_again_while_the_key_is_a_problem(run: Run, shop: Shop, server: Server) -> None:
    old = give_key(run, "2026-04-20")
    warnings = [run("sync", check=0).err for _ in range(3)]
    assert looks(server) == 1 and warnings == [""] * 3
    run("sync", check=0, now="2026-03-21T09:59:00Z")
    assert looks(server) == 1
    run("reconcile", "--dry-run", now="2026-03-21T10:01:00Z")
    assert looks(server) == 1, "a dry run keeps nothing"
    run("sync", check=0, now="2026-03-21T10:01:00Z")
    assert looks(server) == 2
    said = run("sync", check=0, now="2026-04-10").err
    assert looks(server) == 3 and f"'desk' of the agent's user expires on 2026-04-20: {NEW_KEY}\n" in said
    run.world.api_key(AGENT, OTHER, expires=datetime(2026, 9, 1), name="new")
    run.world.delete(KEYS, old)
    run.write_secret(OTHER)
    assert run("sync", check=0, now="2026-04-10").err == ""
    assert not problems(run, now="2026-04-10")
    assert run("status", "--json").json["odoo"]["key"]["name"] == "new"


@pytest.mark.world(version=19)
def test_a_key_that_expired_is_said_beside_the_refusal(run: Run, shop: Shop, server: Server) -> None:
    """Odoo does not tell an expired key from a wrong one: the message says both, and the state knows the day."""
    give_key(run, "2026-03-22")
    run("sync", check=0)
    run.world.now = datetime(2026, 3, 23, 10)
    message = run("sync", check=1).message
    assert "has expired" in message and ("was changed" in message or "is wrong" in message)
    says = "the API key 'desk' of the agent's user expired on 2026-03-22; Odoo refuses it, at the latest when it restarts"
    assert problems(run) == [f"{says}: {NEW_KEY}"]
    assert about_keys(run)[-1] == ("problem", f"{says}: {NEW_KEY}")


@pytest.mark.world(version=19)
def test_a_refused_key_that_has_not_expired_is_not_called_well(run: Run, shop: Shop) -> None:
    give_key(run, "2026-06-01")
    run("sync", check=0)
    run.world.keys.clear()  # revoked
    assert run("sync", check=1) and not problems(run)
    assert not [text for level, text in about_keys(run) if "2026-06-01" in text]


@pytest.mark.skipif(PROTOCOL == "json2", reason="JSON-2 refuses an expired key at once")
@pytest.mark.world(version=19)
def test_a_key_that_odoo_accepts_until_it_restarts(run: Run, shop: Shop) -> None:
    """What Odoo keeps of the check of a secret outlives the key, which it deletes within a day."""
    expired = give_key(run, "2026-03-22")
    run("sync", check=0)
    run.world.now = datetime(2026, 3, 22, 10)
    run.world.passwords[AGENT].add(KEY)  # stands for what Odoo remembers
    assert "expired on 2026-03-22; Odoo refuses it, at the latest when it restarts" in about_keys(run)[0][1]
    run.world.delete(KEYS, expired)
    run("sync", check=0)
    gone = ("Odoo lists no valid API key of the agent's user: the one in use expired or was removed, and Odoo accepts it "
            f"until it restarts: {NEW_KEY}")
    assert problems(run) == [gone] and about_keys(run) == [("problem", gone)]
    assert run("status", "--json").json["odoo"]["key"] == {"name": None, "expires_at": None, "others": 0}


@pytest.mark.world(version=19)
def test_a_server_that_hides_the_keys_is_no_failure(run: Run, shop: Shop, server: Server) -> None:
    give_key(run, "2026-03-22")
    run.world.deny(KEYS)
    run("sync", check=0)
    assert not problems(run) and not about_keys(run)


@pytest.mark.parametrize("version", EXPIRING)
def test_the_deprecation_is_named(run: Run, shop: Shop, version: int) -> None:
    run("sync", check=0)
    dropped = 20 if run.world.release == 19 and PROTOCOL != "json2" else None
    assert run("status", "--json").json["odoo"]["protocol_dropped_by"] == dropped
    assert (f"\nprotocol: deprecated by this Odoo and dropped by Odoo {dropped}: " in run("status").out) == bool(dropped)
    notes = [f for f in run("doctor", "--json").json["findings"] if "is deprecated since Odoo 19" in f["text"]]
    assert len(notes) == bool(dropped)
    for note in notes:
        assert note["level"] == "note" and "Odoo 20 drops it (Odoo's documentation said 22)" in note["text"]
        assert "odoo.protocol to auto, the default, or to json2" in note["advice"] and "API key" in note["advice"]
