"""Accounts alone: a mirror of many lines, written straight into it, is read and computed; and business time."""
from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from pathlib import Path

from desk import QUALIODOO, Desk
from process import instructions, say, timed


def fill(state: sqlite3.Connection, lines: int, customers: int) -> None:
    """A mirror of that many lines, written straight into it: two paid packs for each customer."""
    for table in ("timesheet", "ticket", "move", "move_line", "settlement_line", "partial", "partner", "target"):
        state.execute(f"DELETE FROM {table}")
    tickets, first = lines // 4, date(2025, 1, 1)
    product = state.execute("SELECT id FROM product").fetchone()[0]
    bank = 900_000
    state.execute("REPLACE INTO journal (id, write_date, name, type) VALUES (?, '', 'Bank', 'bank')", (bank,))
    for i in range(1, customers + 1):
        state.execute("INSERT INTO partner (id, write_date, name, commercial_id) VALUES (?, '', ?, ?)", (i, f"C{i}", i))
        for year in (2025, 2026):
            n = 2 * i + (year == 2026)
            state.execute("INSERT INTO move (id, write_date, name, type, state, payment_state, total, residual,"
                          " invoice_date, customer_id, currency_id, company_id)"
                          " VALUES (?, '', ?, 'out_invoice', 'posted', 'paid', 1, 0, ?, ?, 1, 1)",
                          (n, f"INV/{n}", f"{year}-01-01", i))
            state.execute("INSERT INTO move_line (id, write_date, move_id, product_id, quantity, untaxed, balance)"
                          " VALUES (?, '', ?, ?, 1000000000, 1, -1)", (n, n, product))
            state.execute("INSERT INTO settlement_line (id, write_date, move_id, move_type, date)"
                          " VALUES (?, '', ?, 'out_invoice', ?)", (2 * n, n, f"{year}-01-01"))
            state.execute("INSERT INTO settlement_line (id, write_date, move_id, move_type, date, journal_id)"
                          " VALUES (?, '', 0, 'entry', ?, ?)", (2 * n + 1, f"{year}-01-01", bank))
            state.execute("INSERT INTO partial (id, write_date, debit_line_id, credit_line_id) VALUES (?, '', ?, ?)",
                          (n, 2 * n, 2 * n + 1))
    state.executemany(
        "INSERT INTO ticket (id, write_date, number, partner_id, tag_ids, create_date, in_domain, active)"
        " VALUES (?, '', ?, ?, '[]', '2025-01-01 08:00:00', 1, 1)",
        ((i, f"HT{i}", i % customers + 1) for i in range(1, tickets + 1)))
    state.executemany("INSERT INTO timesheet (id, write_date, ticket_id, date, amount) VALUES (?, '', ?, ?, ?)",
                      ((i, i % tickets + 1, str(first + timedelta(days=i % 690)), (i % 7 + 1) * 10**9 // 60)
                       for i in range(1, lines + 1)))


def recompute(desk: Desk, lines: int, customers: int, count: bool) -> None:
    """Reads and computes every account; then computes and stores every one, as after a change of the policy."""
    state = desk.state()
    with state:
        fill(state, lines, customers)
    state.close()
    what = f"{lines:,} lines of {customers:,} customers"
    run = timed(*desk.command("balance", "--json"))
    say(f"{what}: read and computed, CPU s", f"{run.cpu:.2f}")
    say("    peak memory, MiB", f"{run.peak_mib:.1f}")
    desk.configure(step="6min")
    if count:
        kept = (desk.folder / "state.db").read_bytes()
        say("    read, computed and stored: instructions, millions",
            f"{instructions(desk.folder, *desk.command('sync')):.0f}")
        for name in ("state.db-wal", "state.db-shm"):
            (desk.folder / name).unlink(missing_ok=True)
        (desk.folder / "state.db").write_bytes(kept)
    run = timed(*desk.command("sync"))
    say(f"{what}: read, computed and stored, CPU s", f"{run.cpu:.2f}", "aim: at most 3")
    say("    peak memory, MiB", f"{run.peak_mib:.1f}")


def deadlines() -> None:
    """Business time alone: no server, no state."""
    judged, searched, walked, sorted_ = map(float, timed(str(Path(QUALIODOO).parent / "bench" / "deadlines")).out.split())
    say("response targets judged, per second and core", f"{judged:,.0f}", "aim: at least 1,000,000")
    say("    / items of a million int64 that qsort sorts in a second", f"{judged / sorted_:.2f}")
    say("    deadlines alone / the same by a walk over the intervals", f"{searched / walked:.1f}")
