"""setup never hangs a server: Odoo 17 and before wait for ever on what their own request has read (odoo/odoosim/locks.py)."""

from __future__ import annotations

import subprocess
import threading
import time

import pytest
from conftest import Run
from odoosim import Server, World
from test_setup import FIELDS, Office

FRENCH = pytest.mark.world(languages=("fr_FR",))


@pytest.fixture
def office(world: World, server: Server, run: Run) -> Office:
    run.configure(writeback={"enabled": True, "since": "2026-01-01", **FIELDS})
    return Office(world, server, run)


@FRENCH
def test_setup_and_its_removal_do_not_hang_a_server_of_one_database(office: Office) -> None:
    before = office.picture()
    office.setup()
    assert "nothing to do" in office.setup().out
    office.setup("--remove", "--with-adjustments")
    assert office.picture() == before and not office.server.queue.hung


@pytest.mark.parametrize("language", [
    pytest.param(code, marks=pytest.mark.world(languages=(code,))) for code in ("fr_FR", "en_US", "es_419")])
def test_each_change_says_the_administrators_language(office: Office, language: str) -> None:
    office.setup()
    office.setup("--remove", "--with-adjustments")
    changes = [c for c in office.server.calls if c.writes]
    assert changes and {c.headers.get("Accept-Language") for c in changes} == {language.replace("_", "-")}


@pytest.mark.world(languages=("sr@latin", "de_DE"))
def test_a_language_without_a_form_in_http_gives_way_to_another_installed_one(office: Office) -> None:
    office.setup()
    assert {c.headers.get("Accept-Language") for c in office.server.calls if c.writes} == {"de-DE"}


def test_a_call_that_hangs_is_given_up_once_with_words_for_postgresql(office: Office) -> None:
    office.run.configure(odoo={"timeout": "1s"})
    fault = office.server.fault("hang", lambda c: c.model == "ir.model.access" and c.method == "create", times=0, seconds=3)
    began = time.monotonic()
    message = office.setup(check=1).err
    assert time.monotonic() - began < 3 and fault.hits == 1
    for word in ("ir.model.access.create within 1 s", "pg_stat_activity", f"datname = '{office.world.database}'",
                 "wait_event_type = 'Lock'", "pg_terminate_backend(PID)", "ALTER TABLE or DROP TABLE", "run setup again"):
        assert word in message, word
    office.server.faults.clear()
    office.setup()
    assert "nothing to do" in office.setup().out


def test_a_call_that_hangs_is_given_up_after_30_seconds_whatever_odoo_timeout_is(office: Office) -> None:
    office.run.configure(odoo={"timeout": "2min"})
    fault = office.server.fault("hang", lambda c: c.model == "ir.model.access" and c.method == "create", times=0, seconds=50)
    began = time.monotonic()
    message = office.setup(check=1, timeout=60).err
    assert 30 <= time.monotonic() - began < 45 and fault.hits == 1
    assert "ir.model.access.create within 30 s" in message and "pg_terminate_backend(PID)" in message


@pytest.mark.world(languages=("fr_FR",), version=17)
def test_the_simulated_server_hangs_without_the_language_until_the_statement_is_ended(world: World, server: Server) -> None:
    """What an administrator's script without Accept-Language does to everybody, and how it ends."""
    code = ("import xmlrpc.client,sys; p=xmlrpc.client.ServerProxy(sys.argv[1]+'/xmlrpc/2/object');"
            "m=p.execute_kw('demo',2,'admin','ir.model','search',[[['model','=','res.partner']]])[0];"
            "p.execute_kw('demo',2,'admin','ir.model.fields','create',"
            "[{'name':'x_a','ttype':'integer','field_description':'x','model_id':m}])")
    script = subprocess.Popen(["python3", "-c", code, server.url], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while not server.queue.hung and time.monotonic() < deadline:
        time.sleep(0.02)
    other = threading.Thread(target=subprocess.run, kwargs={"args": ["python3", "-c", code.split("p.execute_kw('demo',2,'admin','ir.model.fields'")[0], server.url]})
    other.start()
    other.join(1)
    assert other.is_alive() and script.poll() is None and server.queue.hung == 1
    server.queue.terminate()
    other.join(20)
    assert not other.is_alive() and "AdminShutdown" in script.communicate(timeout=20)[1]
    assert not world.env().search("ir.model.fields", [("name", "=", "x_a")])
