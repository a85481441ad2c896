"""On a terminal: the line of progress, and tables that fit."""

from __future__ import annotations

import fcntl
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, Server, Shop, World, environment
from terminal import Shown, Terminal, width

LINES = "account.analytic.line"


def show(run: Run, *arguments: Any, columns: int = 80, kind: str = "xterm", **options: Any) -> Shown:
    """The program on a terminal."""
    return Terminal(columns).run(run.command(*arguments), {**environment(), "TERM": kind}, **options)


def slow(server: Server, seconds: float, method: str | None = None, model: str | None = None, times: int = 0) -> None:
    """Delays the calls of that method and model."""
    server.fault("delay", match=lambda call: method in (None, call.method) and model in (None, call.model), times=times,
                 seconds=seconds)


def many_lines(world: World, shop: Shop) -> None:
    """44 timesheets with those of the shop."""
    for _ in range(40):
        world.timesheet(shop.idle, 0.1, "2026-03-13")


# ---- What the line says -----------------------------------------------------------------------------------


def test_the_line_moves_while_a_slow_server_is_asked_for_its_first_answer(server: Server, run: Run, shop: Shop) -> None:
    slow(server, 1.2, times=1)
    shown = show(run, "sync")
    waiting = [frame for frame in shown.frames if f"connecting to {server.url}" in frame.text]
    assert waiting[0].at < 2.0
    assert len({frame.text for frame in waiting}) >= 3
    assert shown.code == 0


def test_a_wait_without_a_count_says_how_long_it_has_lasted(server: Server, run: Run, shop: Shop) -> None:
    slow(server, 2.4, times=1)
    assert any("(2 s)" in frame.text for frame in show(run, "sync").frames)


def test_a_pull_names_the_model_its_place_the_rows_and_the_rest(world: World, server: Server, run: Run, shop: Shop) -> None:
    run.configure(odoo={"page_size": 10})
    many_lines(world, shop)
    slow(server, 0.4, "search", LINES)
    slow(server, 0.4, "read", LINES)
    shown = show(run, "sync")
    texts = [frame.text for frame in shown.frames]
    place = next(match[1] for text in texts if (match := re.search(r"\[(\d+ of \d+)\] listing " + re.escape(LINES), text)))
    rows = [int(match[1]) for text in texts
            if (match := re.search(rf"\[{place}\] {re.escape(LINES)}: (\d+) of 44 rows", text))]
    assert rows == sorted(rows) and {10, 20, 30} & set(rows), texts
    assert any(re.search(r"of 44 rows, about \d s left", text) for text in texts), texts


def test_each_model_of_a_pull_has_its_place_and_the_last_one_is_the_total(server: Server, run: Run, shop: Shop) -> None:
    for method, model in (("search", "uom.uom"), ("read", "res.partner")):
        server.fault("delay", match=lambda call, m=method, n=model: (call.method, call.model) == (m, n), seconds=0.6)
    shown = show(run, "-v", "sync")
    pulled = [row for row in shown.rows if row.startswith("qualiodoo: pulled ") and "parts" not in row]
    texts = [frame.text for frame in shown.frames]
    assert len(pulled) > 15
    assert any(f"[1 of {len(pulled)}] listing uom.uom" in text for text in texts), texts
    assert any(f"[{len(pulled)} of {len(pulled)}] res.partner: 0 of 4 rows" in text for text in texts), texts


def test_writes_into_odoo_are_counted(world: World, server: Server, run: Run, shop: Shop) -> None:
    run.configure(writeback={"enabled": True, "since": "2026-01-01"})
    slow(server, 0.5, "message_post")
    assert any(re.search(r"writing into Odoo: \d+ of \d+ writes", frame.text) for frame in show(run, "sync").frames)


def test_waiting_for_another_command_names_it(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    lock = Path(f"{run.state}.lock")
    lock.write_text("process 4711 (reconcile)\n")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        seen: list[str] = []

        def release(_: Any, frame: Any) -> None:
            seen.append(frame.text)
            fcntl.flock(held, fcntl.LOCK_UN)

        shown = show(run, "sync", during=release)
    assert "waiting for process 4711 (reconcile)" in seen[0]
    assert shown.code == 0 and not any("4711" in row for row in shown.rows)


# ---- Where it is drawn ------------------------------------------------------------------------------------


def test_quiet_shows_nothing_on_a_terminal(server: Server, run: Run, shop: Shop) -> None:
    slow(server, 0.8, times=1)
    assert show(run, "-q", "sync").raw == b""


def test_off_a_terminal_nothing_is_shown(server: Server, run: Run, shop: Shop) -> None:
    slow(server, 0.8, times=1)
    done = run("sync", check=0)
    assert done.err == "" and "\x1b" not in done.out and "\r" not in done.out


def test_json_in_a_pipe_stays_a_document_and_the_line_goes_to_the_terminal(server: Server, run: Run, shop: Shop) -> None:
    slow(server, 0.8, times=1)
    shown = show(run, "--json", "sync", piped=True)
    assert shown.out.startswith("{") and shown.out.endswith("}\n") and "\r" not in shown.out
    assert shown.frames and shown.rows == []


def test_a_command_in_the_background_of_its_terminal_draws_nothing(server: Server, run: Run, shop: Shop) -> None:
    slow(server, 0.8, times=1)
    in_background = ["setsid", "--ctty", "--wait", "bash", "-mc", '"$@" & wait', "bash"]
    terminal = Terminal()
    shown = terminal.run([*in_background, *run.command("sync")], environment(), stdin=terminal.theirs)
    assert not shown.frames and any(row.startswith("checked: ") for row in shown.rows)


def test_a_dumb_terminal_gets_no_escape_sequence(server: Server, run: Run, shop: Shop) -> None:
    slow(server, 0.8, times=1)
    shown = show(run, "sync", kind="dumb")
    assert b"\x1b" not in shown.raw and b"connecting" in shown.raw
    assert shown.rows[0].startswith("checked: ")


# ---- What stays on the screen -----------------------------------------------------------------------------


def plain(run: Run, *arguments: Any) -> list[str]:
    """The rows of the same command off a terminal: what was said, then the output."""
    done = run(*arguments)
    return (done.err + done.out).splitlines()


def without_times(rows: list[str]) -> list[str]:
    return [re.sub(r"\d+ ms|[0-9a-f]{32}|:\d{5}\b|\(\d+ s\)", "#", row) for row in rows]


@pytest.mark.parametrize("command", [
    ["sync"], ["reconcile"], ["reconcile", "--dry-run"], ["doctor"],
    ["adjust", "Bravo SAS", "30", "--reason", "Geste", "--dry-run"],
    ["setup", "--dry-run", "--admin", "admin", "--admin-secret-file", "admin.secret"],
], ids=" ".join)
def test_what_stays_is_what_is_printed_off_a_terminal(world: World, server: Server, run: Run, shop: Shop,
                                                      command: list[str]) -> None:
    if command[0] == "adjust":
        world.adjustment_model()
    if command[0] == "setup":
        command = [*command[:-1], str(run.folder / "admin.secret")]
        Path(command[-1]).write_text("admin\n")
        Path(command[-1]).chmod(0o600)
    run("sync", check=0)
    expected = plain(run, *command)
    for after in (0, 8):  # in the middle too
        server.fault("delay", seconds=0.5, after=after)
    shown = show(run, *command, columns=400)
    assert without_times(shown.rows) == without_times(expected)
    assert shown.frames


def test_a_warning_in_the_middle_is_a_whole_line(world: World, server: Server, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    world.move_contact(shop.contact, shop.bravo)
    server.delay = 0.02
    shown = show(run, "-v", "reconcile", columns=200)
    assert len(shown.frames) > 3
    assert not [row for row in shown.rows if re.search(r"[|/\\-] \[\d+ of|\S.*qualiodoo: ", row)], shown.rows
    assert sum(row.startswith("qualiodoo: ") for row in shown.rows) > 10


def test_an_error_erases_the_line(server: Server, run: Run, shop: Shop) -> None:
    run.write_secret("wrong")
    slow(server, 0.8, times=1)
    shown = show(run, "sync", columns=400)
    assert shown.code == 1 and shown.frames
    assert len(shown.rows) == 1 and shown.rows[0].startswith("qualiodoo: ")


def test_an_interruption_erases_the_line(server: Server, run: Run, shop: Shop) -> None:
    slow(server, 5, times=1)
    sent: list[bool] = []

    def interrupt(process: subprocess.Popen[bytes], _: Any) -> None:
        if not sent:
            sent.append(True)
            process.send_signal(signal.SIGINT)

    shown = show(run, "sync", columns=400, during=interrupt)
    assert shown.code == 1 and [row for row in shown.rows if not row.startswith("qualiodoo: ")] == []
    assert "interrupted" in shown.rows[-1]


@pytest.mark.parametrize("columns", [20, 33, 80])
def test_the_line_never_reaches_the_last_column(server: Server, run: Run, shop: Shop, columns: int) -> None:
    slow(server, 0.6, times=1)
    shown = show(run, "sync", columns=columns)
    assert shown.frames and all(width(frame.text) < columns for frame in shown.frames)
    assert any("…" in frame.text for frame in shown.frames) == (columns < 40)


def test_the_line_follows_the_size_of_the_terminal(server: Server, run: Run, shop: Shop) -> None:
    slow(server, 1.2, times=1)
    terminal, drawn = Terminal(100), []

    def narrow(_: Any, frame: Any) -> None:
        if drawn or "connecting" in frame.text:
            drawn.append(frame.text)
            terminal.resize(30)

    shown = terminal.run(run.command("sync"), environment(), during=narrow)
    assert width(drawn[0]) > 30 and shown.code == 0
    assert len(drawn) >= 3 and all(width(text) < 30 for text in drawn[2:])
    assert shown.raw.endswith(b"\r\n") and shown.raw.count(b"\x1b[K") == len(shown.frames) + 1


# ---- Tables -----------------------------------------------------------------------------------------------

WIDE = "株式会社クオリオ・サポートセンター東京本社"


@pytest.fixture
def books(world: World, run: Run, shop: Shop) -> Run:
    """Customers with long names, one of wide characters, one of combining ones."""
    for name in ("Syndicat intercommunal des eaux de la vallée de la Haute-Combe", WIDE, "E\u0301lan " * 8):
        world.pay(world.invoice(world.partner(name.strip()), [("SUP12", 1)], "2026-03-01"), "2026-03-02")
    run("sync", check=0)
    return run


def test_tables_fit_the_terminal(books: Run, shop: Shop) -> None:
    for command in (["balance"], ["ledger", "C001"], ["sla"], ["explain", "charge", shop.fix], ["outbox"], ["status"],
                    ["balance", "C001"]):
        whole = plain(books, *command)
        for columns in (62, 80, 100):
            raw = show(books, *command, columns=columns).raw.decode().replace("\r", "").splitlines()
            assert len(raw) == len(whole)
            for before, after in zip(whole, raw, strict=True):
                same = before.split() == after.split()
                assert same or (is_of_table(before) and "…" in after), (command, columns, before, after)
                assert width(after) <= columns or not is_of_table(before), (command, columns, after)


def is_of_table(row: str) -> bool:
    """Two blanks stand between two cells."""
    return re.search(r"\S  +\S", row) is not None


def test_only_text_is_cut_and_numbers_are_whole(books: Run, shop: Shop) -> None:
    whole, cut = plain(books, "balance"), show(books, "balance", columns=66).rows
    assert len(cut) == len(whole) and max(map(width, whole)) > 80
    for before, after in zip(whole, cut, strict=True):
        assert before.split()[0] == after.split()[0]  # the id
        assert before.split()[-5:] == after.split()[-5:]  # the figures
    assert sum("…" in row for row in cut) == 3
    assert max(map(width, cut)) == 66


def test_the_number_of_a_record_is_not_cut(books: Run, shop: Shop) -> None:
    shown = show(books, "ledger", shop.acme, columns=80)
    assert any(re.search(rf"….*line:{shop.lines[0]}\b", row) for row in shown.rows), shown.rows


def test_a_terminal_that_does_not_say_its_width_gets_whole_tables(books: Run) -> None:
    assert show(books, "balance", columns=0).raw.decode().replace("\r", "") == books("balance", check=0).out


def test_a_table_in_a_pipe_is_whole(books: Run) -> None:
    assert WIDE in books("balance", check=0, env={**environment(), "COLUMNS": "20"}).out
