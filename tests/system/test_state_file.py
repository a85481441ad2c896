"""The state file: missing, foreign, newer, damaged, locked out, on a full disk. It is refused, or goes on; never spoilt."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from conftest import Run, Server, Shop, World

NOBODY = 65534


def refused(run: Run, *words: str, commands: tuple[str, ...] = ("sync", "reconcile", "balance", "status")) -> None:
    """Every command refuses the file, says why, and leaves it as it is."""
    before = run.state.read_bytes() if run.state.is_file() else None
    for command in commands:
        ended = run(command, check=1)
        assert str(run.state) in ended.message and ended.out == ""
        assert all(word in ended.message for word in words), ended
    if before is not None:
        assert run.state.read_bytes() == before
        assert sorted(p.name for p in run.folder.glob("state.db*")) in (["state.db"], ["state.db", "state.db.lock"])


def test_without_a_state_reading_commands_say_what_to_do(run: Run, shop: Shop) -> None:
    for command in (["balance"], ["ledger", "1"], ["status"], ["explain", "balance", "1"]):
        assert "qualiodoo reconcile" in run(*command, check=1).message
    assert not list(run.folder.glob("state.db*"))


def test_a_directory_is_refused(run: Run, shop: Shop) -> None:
    run.state.mkdir()
    refused(run, "a directory", "state.path")


def test_a_device_or_a_pipe_is_refused(run: Run, shop: Shop) -> None:
    os.mkfifo(run.state)
    refused(run, "a special file")


def test_a_missing_folder_is_named(run: Run, shop: Shop) -> None:
    run.configure(state={"path": str(run.folder / "nowhere" / "state.db")})
    assert "folder exists" in run("sync", check=1).message
    assert not (run.folder / "nowhere").exists()


@pytest.mark.parametrize("content", [b"hello", b"not a database " * 1000, b"\0" * 5000, b"SQLite format 3\0" + b"\xff" * 9000],
                         ids=["short", "text", "zeros", "half a header"])
def test_garbage_is_refused_and_left_untouched(run: Run, shop: Shop, content: bytes) -> None:
    run.state.write_bytes(content)
    refused(run)


def test_a_database_of_another_program_is_refused_and_left_untouched(run: Run, shop: Shop) -> None:
    with closing(sqlite3.connect(run.state)) as database, database:
        database.execute("CREATE TABLE bookmarks (url TEXT)")
    refused(run, "another program", "state.path")


def test_a_newer_schema_is_refused_and_left_untouched(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    with closing(sqlite3.connect(run.state)) as database, database:
        database.execute("PRAGMA user_version = 99")
    refused(run, "newer", "99", "upgrade")


def test_the_state_of_another_database_is_not_shown_for_ones_own(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    run.configure(odoo={"database": "production"})
    before = run.dump()
    for command in (["balance"], ["balance", shop.acme], ["ledger", shop.acme], ["sla"], ["status"], ["status", "--json"],
                    ["explain", "balance", shop.acme], ["explain", "sla", shop.fix], ["explain", "charge", shop.fix],
                    ["outbox"], ["outbox", "retry"], ["outbox", "drop", 1]):
        ended = run(*command, check=1)
        assert "'demo'" in ended.message and "'production'" in ended.message and "state.path" in ended.message
        assert ended.out == ""
    assert run.dump() == before


def test_an_empty_file_is_taken_for_a_new_state(run: Run, shop: Shop) -> None:
    run.state.touch()
    assert "empty" in run("balance", check=1).message
    run("sync", check=0)
    assert run.balance(shop.acme) == 685


@pytest.mark.parametrize("spoil", ["cut", "scribbled"])
def test_a_damaged_file_is_said_to_be_damaged(run: Run, world: World, shop: Shop, spoil: str) -> None:
    for _ in range(200):
        world.timesheet(shop.idle, 0.25, "2026-03-13")
    run("sync", check=0)
    content = bytearray(run.state.read_bytes())
    if spoil == "cut":
        del content[len(content) // 2:]
    else:
        for page in range(2, len(content) // 4096):
            content[page * 4096:page * 4096 + 200] = b"\xa5" * 200
    run.state.write_bytes(content)
    ended = run("reconcile", check=1)
    assert "damaged" in ended.message and "move it away" in ended.message
    assert run("balance").code == 1
    run.forget()
    run("reconcile", check=0)
    assert run.picture() == run.rebuilt()


def test_a_state_removed_between_two_runs_is_made_again(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    before = run.picture()
    run.forget()
    run("sync", check=0)
    assert run.picture() == before


def test_a_state_removed_while_a_sync_runs_is_made_again_by_the_next(server: Server, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    server.before_call(10, run.forget)
    run("sync")
    run("sync", check=0)
    assert run.picture() == run.rebuilt()


def test_the_state_and_its_lock_are_not_for_everybody(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    for path in run.folder.glob("state.db*"):
        assert path.stat().st_mode & 0o007 == 0, path


def test_a_small_disk_is_said_to_be_full_and_nothing_is_lost(world: World, run: Run, shop: Shop) -> None:
    run("sync", check=0)
    before = run.dump("meta")
    for _ in range(200):
        world.timesheet(shop.idle, 0.01, "2026-03-13")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    ended = run("sync", preexec_fn=limit)
    assert ended.code == 1 and ("check the disk" in ended.message or "full" in ended.message), ended
    assert run.dump("meta") == before
    run("sync", check=0)
    assert run.picture() == run.rebuilt()


def test_a_file_limit_does_not_kill_the_program(run: Run, shop: Shop) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    ended = run("sync", preexec_fn=limit)
    assert ended.code == 1 and str(run.state) in ended.message, ended
    run("sync", check=0)


@pytest.fixture
def tiny() -> Iterator[Path]:
    """A file system of 1 MB, where that can be made."""
    folder = Path(tempfile.mkdtemp())
    made = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3000k", "tmpfs", str(folder)], capture_output=True, check=False).returncode == 0
    if not made:
        folder.rmdir()
        pytest.skip("no right to mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=False)
    folder.rmdir()


def fill(folder: Path) -> Path:
    """Takes what is left of a file system; the file that does is returned."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as junk, suppress(OSError):
        while True:
            junk.write(b"x" * 512)
    return filler


READERS = (["status"], ["balance"], ["ledger", "1"], ["sla"], ["explain", "balance", "1"], ["outbox"])


def test_a_state_on_a_full_disk_is_read(run: Run, shop: Shop, tiny: Path) -> None:
    """SQLite wants to make an index (-shm) before it reads."""
    readers = [[str(shop.acme) if word == "1" else word for word in words] for words in READERS]
    run.configure(state={"path": str(tiny / "state.db")})
    run.state = tiny / "state.db"
    run("sync", check=0)
    before = [run(*words).out for words in readers]
    filler = fill(tiny)
    content = run.state.read_bytes()
    assert [run(*words).out for words in readers] == before
    assert "the disk is full" in run("sync", check=1).message
    assert "the disk is full" in run("reconcile", check=1).message
    assert run.state.read_bytes() == content
    filler.unlink()
    run("sync", check=0)


def test_what_a_killed_cycle_left_is_read_on_a_full_disk(run: Run, shop: Shop, tiny: Path) -> None:
    run("sync", check=0)
    with closing(sqlite3.connect(run.state)) as database:
        database.execute("PRAGMA wal_autocheckpoint = 0")
        with database:
            database.execute("UPDATE partner SET name = 'Renamed' WHERE id = ?", (shop.acme,))
        for path in run.folder.glob("state.db*"):
            if path.suffix in (".db", ".db-wal"):
                shutil.copy2(path, tiny / path.name)
    assert (tiny / "state.db-wal").stat().st_size > 0
    run.configure(state={"path": str(tiny / "state.db")})
    fill(tiny)
    assert run("balance", str(shop.acme), "--json", check=0).json[0]["customer"] == "Renamed"


def test_readers_on_a_full_disk_wait_for_each_other(run: Run, shop: Shop, tiny: Path) -> None:
    run.configure(state={"path": str(tiny / "state.db")})
    run.state = tiny / "state.db"
    run("sync", check=0)
    fill(tiny)
    started = [run.start("balance") for _ in range(4)]
    assert len({run.finish(process, check=0).out for process in started}) == 1


@pytest.mark.parametrize("damage", [
    "DROP TABLE meta", "DROP TABLE account", "DROP TABLE cursor", "ALTER TABLE cursor RENAME COLUMN scope TO other",
    "PRAGMA user_version = 0", "PRAGMA user_version = 2"])
def test_tables_that_are_not_ours_any_more_are_a_damage(run: Run, shop: Shop, damage: str) -> None:
    run("sync", check=0)
    with closing(sqlite3.connect(run.state)) as database, database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute(damage)
    for command in ("sync", "reconcile"):
        refused = run(command, check=1).message
        assert f"{run.state} is damaged" in refused and "run 'qualiodoo reconcile' to make it again" in refused
    for path in run.folder.glob("state.db*"):
        path.rename(run.folder / f"away-{path.name}")
    run("reconcile", check=0)
    assert run.balance(shop.acme) == 685


def test_a_table_that_refuses_a_row_is_a_damage(run: Run, shop: Shop) -> None:
    run("sync", check=0)
    with closing(sqlite3.connect(run.state)) as database, database:
        database.execute("CREATE TRIGGER foreign_one BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'no more'); END")
    refused = run("sync", check=1).message
    assert f"{run.state} is damaged" in refused and "'no more'" in refused and "qualiodoo reconcile" in refused


def test_a_full_disk_is_named_and_nothing_is_lost(world: World, run: Run, shop: Shop, tiny: Path) -> None:
    run.configure(state={"path": str(tiny / "state.db")})
    run.state = tiny / "state.db"
    run("sync", check=0)
    before = run.dump("meta")
    for _ in range(100):
        world.timesheet(shop.idle, 0.01, "2026-03-13")
    filler = fill(tiny)
    ended = run("sync", check=1)
    assert "the disk is full" in ended.message
    filler.unlink()
    assert run.dump("meta") == before
    run("sync", check=0)
    assert run.balance(shop.acme) == 685 - 100


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that a plain user can enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def as_nobody(run: Run) -> dict[str, object]:
    """Rights that count: root has them all."""
    if os.geteuid() != 0:
        return {}
    os.chown(run.secret, NOBODY, NOBODY)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def test_what_root_makes_belongs_to_the_owner_of_the_folder(server: Server, shop: Shop, shared_folder: Path) -> None:
    run = Run(shared_folder, server)
    who = as_nobody(run)
    if not who:
        pytest.skip("needs root")
    os.chown(shared_folder, NOBODY, NOBODY)
    run("sync", check=0)
    made = list(shared_folder.glob("state.db*"))
    assert len(made) >= 2 and {path.stat().st_uid for path in made} == {NOBODY}
    run("sync", check=0, **who)


PLANTED = ("state.db", "state.db.lock", "state.db-wal", "state.db-shm", "state.db-journal")


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("kind", ["symbolic link", "hard link", "fifo"])
def test_a_planted_link_is_refused_and_what_it_names_stays(server: Server, shop: Shop, shared_folder: Path, name: str,
                                                           kind: str) -> None:
    """Root's command in a folder of another user, and any command in its own folder."""
    run = Run(shared_folder, server)
    who = as_nobody(run)
    victim = shared_folder / "victim"
    victim.write_text("precious")
    if who:
        os.chown(shared_folder, NOBODY, NOBODY)
        os.chown(victim, NOBODY if kind == "hard link" else 0, -1)
    planted = shared_folder / name
    if kind == "symbolic link":
        planted.symlink_to(victim)
    elif kind == "hard link":
        planted.hardlink_to(victim)
    else:
        os.mkfifo(planted)
    for options in ([{}, who] if who else [{}]):
        ended = run("sync", check=1, **options)
        assert str(planted) in ended.message and "one name" in ended.message
    assert victim.read_text() == "precious"
    planted.unlink()
    for left in shared_folder.glob("state.db*"):
        left.unlink()
    run("sync", check=0)


def test_root_works_as_the_owner_of_the_folder(server: Server, shop: Shop, shared_folder: Path) -> None:
    """What root alone may read stays closed: the process has given its rights up before it opens the state."""
    run = Run(shared_folder, server)
    if not as_nobody(run):
        pytest.skip("needs root")
    os.chown(shared_folder, NOBODY, NOBODY)
    os.chown(run.secret, 0, 0)
    ended = run("sync", check=2)
    assert str(run.secret) in ended.message and "Permission denied" in ended.message


def test_a_file_that_cannot_be_written_is_named(server: Server, shop: Shop, shared_folder: Path) -> None:
    run = Run(shared_folder, server)
    run("sync", check=0)
    run.state.chmod(0o444)
    (shared_folder / "state.db.lock").chmod(0o666)
    who = as_nobody(run)
    ended = run("sync", check=1, **who)
    assert str(run.state) in ended.message and "rights" in ended.message
    if who:
        assert run("sync", check=0)  # root can


def test_a_folder_that_cannot_be_written_is_named(server: Server, shop: Shop, shared_folder: Path) -> None:
    run = Run(shared_folder, server)
    who = as_nobody(run)
    if not who:
        shared_folder.chmod(0o555)
        run.command("sync")
    ended = run("sync", check=1, **who)
    assert "state.db" in ended.message and "rights" in ended.message
    assert not run.state.exists()


def test_a_reader_who_may_not_write_in_the_folder_is_told_so(server: Server, shop: Shop, shared_folder: Path) -> None:
    run = Run(shared_folder, server)
    run("sync", check=0)
    who = as_nobody(run)
    if not who:
        shared_folder.chmod(0o555)
    run.state.chmod(0o444)
    told = run("balance", check=1, **who)
    shared_folder.chmod(0o755)
    assert "run the command as the owner of the file" in told.message and str(run.state) in told.message
