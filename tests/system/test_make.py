"""What a developer types: packages that are missing, one test by its name, what is installed."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import RELEASED

ROOT = Path(__file__).resolve().parents[2]
UNIT_TESTS = Path(RELEASED).parent / "tests"


def sh(*words: str | Path, path: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command at the root of the project, as from a shell and not from within make; `path` comes first in PATH."""
    known = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "TEST", "BUILD"))}
    search = f"{path}:{known['PATH']}" if path else known["PATH"]
    return subprocess.run(list(map(str, words)), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
                          stdin=subprocess.DEVNULL, env={**known, **variables, "PATH": search, "LC_ALL": "C.UTF-8"})


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)


# ---- tests/deps.sh ----

@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine that has every package but `absent`, and notes each call of apt-get."""
    folder = tmp_path / "bin"
    program(folder / "dpkg-query", 'case "$*" in *absent*) exit 1 ;; esac\necho installed\n')
    program(folder / "apt-get", f'echo "$@" >>{tmp_path}/apt\n')
    program(folder / "sudo", 'exec "$@"\n')
    return folder


def test_nothing_is_installed_when_all_packages_are_there(machine: Path, tmp_path: Path) -> None:
    done = sh("sh", "tests/deps.sh", "gcc", "absent/pkgconf", path=machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "apt").exists()


def test_what_will_be_installed_is_said_first(machine: Path, tmp_path: Path) -> None:
    done = sh("sh", "tests/deps.sh", "gcc", "absent-one", "absent-two/absent-three", path=machine)
    assert done.returncode == 0
    assert re.fullmatch(r"deps: will install these Debian packages( through sudo)?: absent-one absent-two", done.stdout.splitlines()[0])
    assert (tmp_path / "apt").read_text().split()[-2:] == ["absent-one", "absent-two"]


def test_check_asks_for_the_packages_before_anything_else() -> None:
    done = sh("make", "-n", "check", "V=1")
    assert done.stdout.startswith("sh tests/deps.sh gcc "), done


# ---- make check TEST=NAME ----

@pytest.fixture
def run_tests(tmp_path: Path):  # noqa: ANN201
    """tests/run.sh with unit tests and a pytest that only say how they were called."""
    for name in ("test_civil", "test_ledger_renewal", "test_tz"):
        program(tmp_path / "build" / "tests" / name, f'echo "{name} only=$ONLY_TEST" >>{tmp_path}/calls\necho "[       OK ] one"\n')
    program(tmp_path / "python", f'for last; do :; done\necho "pytest $last" >>{tmp_path}/calls\necho "2 passed in 0.01s"\n')

    def run(test: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        (tmp_path / "calls").write_text("")
        done = sh("bash", "tests/run.sh", "unit", "system", TEST=test, BUILD=str(tmp_path / "build"), PYTHON=str(tmp_path / "python"))
        return done, (tmp_path / "calls").read_text().splitlines()
    return run


@pytest.mark.parametrize(("test", "calls", "passed"), [
    ("test_civil", ["test_civil only="], 1),
    ("tests/unit/test_civil.c", ["test_civil only="], 1),
    ("test_every_day", ["test_civil only=test_every_day"], 1),
    ("renewal_paid_on_end_day_rolls_over", ["test_ledger_renewal only=renewal_paid_on_end_day_rolls_over"], 1),
    ("test_make.py", ["pytest tests/system/test_make.py"], 2),
    ("test_make", ["pytest tests/system/test_make.py"], 2),
    ("tests/system/test_make.py::test_x", ["pytest tests/system/test_make.py::test_x"], 2),
    ("test_the_worked_example", ["pytest tests/system/test_docs.py::test_the_worked_example"], 2),
])
def test_one_test_is_run_by_its_name(run_tests, test: str, calls: list[str], passed: int) -> None:  # noqa: ANN001
    done, called = run_tests(test)
    assert (done.returncode, called) == (0, calls), done
    assert done.stdout.splitlines()[-1] == f"{passed} passed, 0 failed"


def test_a_name_that_no_test_has_is_refused(run_tests) -> None:  # noqa: ANN001
    for name in ("test_of_nothing", "*", "test_civil.*", "'"):
        done, called = run_tests(name)
        assert (done.returncode, called) == (2, []), done
        assert "is no test" in done.stderr


def test_a_unit_test_runs_the_named_function_alone() -> None:
    done = sh(UNIT_TESTS / "test_civil", ONLY_TEST="test_every_day")
    assert done.returncode == 0 and re.findall(r"^\[       OK \] (\w+)$", done.stderr + done.stdout, re.M) == ["test_every_day"]


def test_only_the_unit_test_that_is_named_is_built() -> None:
    for name in ("test_every_day", "test_civil", "tests/unit/test_civil.c"):
        assert sh("bash", "tests/run.sh", "programs", name).stdout == "test_civil\n"
    assert sh("bash", "tests/run.sh", "programs", "test_the_worked_example").stdout == ""


# ---- make install ----

def test_every_page_that_the_readme_links_to_is_installed_and_removed() -> None:
    pages = set(re.findall(r"\]\(([\w/.]+\.md)(?:#[^)]*)?\)", (ROOT / "README.md").read_text()))
    assert len(pages) >= 8
    installed = sh("make", "-n", "-o", "all", "install", "prefix=/P").stdout
    removed = sh("make", "-n", "uninstall", "prefix=/P").stdout
    for page in pages:
        assert f" {page} " in installed.replace(";", " ;"), page
        assert f"/P/share/doc/qualiodoo/{page}" in removed, page
