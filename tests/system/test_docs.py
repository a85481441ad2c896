"""The pages: short where they must be, no dead link, no name that is not there, and what they tell is what happens."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from conftest import Run, World

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "ARCHITECTURE.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md",
         ROOT / "tests" / "odoo" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("src", "include", "tests", "config", "man", "systemd", "docs", ".ci")
MADE = ("build/", "build-")  # what make leaves there
page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


@cache
def sources() -> dict[str, str]:
    """The text of every C file, by its path."""
    return {str(path.relative_to(ROOT)): path.read_text() for folder in ("src", "include")
            for path in sorted((ROOT / folder).rglob("*.[ch]"))}


@cache
def functions_of(file: str) -> set[str]:
    """The functions that a C file has the body of."""
    return set(re.findall(r"^[a-z][^\n;={}()]*\b([a-z_0-9]+)\([^;{]*?\)\n\{", sources()[file], re.M))


@cache
def words_of(file: str) -> set[str]:
    return set(re.findall(r"\w+", sources()[file]))


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def quoted(text: str) -> list[str]:
    """What stands between backticks, but for whole blocks."""
    return re.findall(r"`([^`]+)`", without_code(text))


def anchors(text: str) -> set[str]:
    """The headings, as GitHub links to them."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)$", without_code(text), re.M)}


def test_the_readme_is_an_entry() -> None:
    lines = README.splitlines()
    assert len(lines) <= 200 and max(map(len, lines)) <= 120
    assert len(re.findall(r"^\| [^|]+ \| [^|]+ \|$", README.split("## Paged?")[1].split("\n## ")[0], re.M)) == 5 + 2


@page
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\[[^\]]*\]\(([^)]*)\)", without_code(page.read_text())):
        if target.startswith(("https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.is_file(), target
        assert not anchor or anchor in anchors(path.read_text()), target


@page
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    named = [word.split("::")[0] for words in quoted(text) for word in words.split() if word.split("/")[0] in FOLDERS and "/" in word]
    for name in named:
        assert list(ROOT.glob(name.rstrip("/"))) or name.startswith(MADE), name
    for name in quoted(text):  # a file that is named alone
        if re.fullmatch(r"[\w*]+\.(c|h|py|sh|sql)", name):
            assert list(ROOT.glob(f"src/**/{name}")) + list(ROOT.glob(f"tests/**/{name}")), name


@page
def test_every_function_that_a_page_names_is_there(page: Path) -> None:
    """But for Odoo's and Python's own functions, on the page about Odoo."""
    for name in quoted(page.read_text()) if page.name != "ODOO.md" else []:
        if re.fullmatch(r"[a-z_]+\(\)", name):
            assert any(name[:-2] in functions_of(file) for file in sources()), name


@page
def test_every_test_that_a_page_names_is_there(page: Path) -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.*") if path.suffix in (".py", ".c"))
    for name in re.findall(r"\btest_[a-z_0-9]+\b(?![./])", " ".join(quoted(page.read_text()))):
        assert re.search(rf"^def {name}\(|\({name}[,)]", text, re.M) or list(ROOT.glob(f"tests/**/{name}.*")), name


@page
def test_every_target_of_make_that_a_page_names_is_there(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for name in re.findall(r"\bmake ([a-z][a-z-]+)\b(?!=)", " ; ".join(quoted(page.read_text()))):
        assert re.search(rf"^{name}:", makefile, re.M), name


# ---- docs/ARCHITECTURE.md ----

def test_every_room_is_told_of() -> None:
    rooms = {f"src/{path.name}/" for path in (ROOT / "src").iterdir() if path.is_dir()}
    assert set(re.findall(r"^\| `(src/[a-z]+/)` \|", ARCHITECTURE, re.M)) == rooms


PATHS = re.findall(r"^## (The path of [^\n]*)\n(.*?)(?=^## )", ARCHITECTURE, re.M | re.S)


def test_three_paths_are_told() -> None:
    assert [title for title, _ in PATHS] == [f"The path of {what}" for what in ("a payment", "a timesheet line", "a breach")]


def leads_to(files: list[str], file: str, functions: set[str]) -> bool:
    """Whether one of the files calls a function of another file, or calls one that does."""
    between = [other for other in sources() if other.endswith(".c") and other != file and words_of(other) & functions]
    return any(step in between or any(words_of(step) & functions_of(other) for other in between) for step in files if step != file)


@pytest.mark.parametrize("steps", [text for _, text in PATHS], ids=[title for title, _ in PATHS])
def test_a_path_is_short_and_true(steps: str) -> None:
    items = re.findall(r"^\d+\. (.*?)(?=^\d+\. |\n\n|\Z)", steps, re.M | re.S)
    files = [re.match(r"`([^`]+)`", item)[1] for item in items]  # type: ignore[index]
    assert 5 <= len(files) == len(set(files)) <= 12
    assert set(re.findall(r"`(src/[^`]+\.c)`", steps)) == set(files), "a file is named, and is no step"
    for file, item in zip(files, items, strict=True):
        functions = re.findall(r"`([a-z_]+)\(\)`", item)
        assert functions, item
        for function in functions:
            assert function in functions_of(file), (file, function)
        assert file == files[0] or leads_to(files, file, set(functions)), f"no step leads to {file}"


# ---- What the words of sources and tests refer to ----

def test_nothing_refers_to_pages_that_are_not_here() -> None:
    """Recordings beside the checkout are looked for by two variables, and nothing else outside is named."""
    outside = re.compile(r"\bshared/|(?<![\w/])(?:domain|odoo|interface|architecture|style)\.md|\b[Ii]ssue #?\d")
    lookup = re.compile(r"QUALIODOO_WIRE|\"\.\./shared/calendar_oracle\.json\"")
    for folder in (*FOLDERS, "."):
        for path in (ROOT / folder).glob("*" if folder == "." else "**/*"):
            if not path.is_file() or "__pycache__" in path.parts or path == Path(__file__) or path.suffix in (".pyc", ".o"):
                continue
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                assert not outside.search(line) or lookup.search(line), f"{path.relative_to(ROOT)}:{number}: {line}"


def test_every_section_that_is_quoted_is_there() -> None:
    there = set(re.findall(r"^## (\d+)\.", (ROOT / "docs" / "DOMAIN.md").read_text(), re.M))
    quotes = 0
    for folder in ("src", "include", "tests"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".c", ".h", ".py", ".sql", ".txt"):
                for numbers in re.findall(r"DOMAIN\.md, sections? [\d, and-]*\d|[Ss]ections? [\d, and-]*\d of DOMAIN\.md",
                                          re.sub(r"\s*\n[ /*#-]*", " ", path.read_text())):
                    quotes += 1
                    assert set(re.findall(r"\d+", numbers)) <= there, (path, numbers)
    assert quotes > 30


# ---- What the pages tell, tried ----

@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "OPERATIONS.md"], ids=lambda path: path.name)
def test_the_first_configuration_is_valid(run: Run, tmp_path: Path, page: Path) -> None:
    text = next(block for block in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.S) if "credit:" in block)
    file = tmp_path / "first.yaml"
    file.write_text(text.replace("/etc/qualiodoo/odoo.secret", str(run.secret)))
    assert "shadow mode" in run("-c", file, "config", "check", check=0).out


def test_the_steps_the_example_and_the_unit_name_one_secret() -> None:
    """Step 4 asks Odoo by hand, without the service's credential."""
    secret = re.findall(r"^  #secret_file: (\S+)$", (ROOT / "config" / "qualiodoo.yaml").read_text(), re.M)[0]
    for text in (README, (ROOT / "docs" / "OPERATIONS.md").read_text()):
        assert f"/dev/stdin {secret} " in text
    assert f"LoadCredential=odoo:{secret}\n" in (ROOT / "systemd" / "qualiodoo.service").read_text()


def test_the_lines_of_the_demo_are_what_it_prints(desk: Run) -> None:
    shown = README.split("What the demo shows")[1].split("```")[1].splitlines()
    told = desk("balance", check=0).out + desk("ledger", "Boulangerie Lefort", check=0).out
    lines = [line for line in shown if line]
    assert len(lines) == 10 and set(lines) <= set(told.splitlines())
    demo = (ROOT / "tests" / "demo.sh").read_text()
    assert 'show "${program[@]}" balance\n' in demo and 'show "${program[@]}" ledger "$customer"' in demo


def test_the_worked_example(world: World, run: Run) -> None:
    """Its numbers, in its order."""
    text = (ROOT / "docs" / "DOMAIN.md").read_text().split("## 9. A worked example")[1]
    assert re.findall(r"\d+:\d\d|\d+ minutes", text) == ["12:00", "2 minutes", "5 minutes", "11:50", "11:50", "12:00"]
    customer = world.partner("Exemple SARL")
    world.pay(world.invoice(customer, [("SUP12", 1)], "2025-03-01"), "2025-03-10")
    ticket = world.ticket(customer, created="2025-05-02 09:00")
    for _ in range(3):
        world.timesheet(ticket, 2 / 60, "2025-05-02")
    renewal = world.invoice(customer, [("SUP12", 1)], "2026-03-05")
    run("sync", now="2026-03-09", check=0)
    account = run("balance", customer, "--json", now="2026-03-09", check=0).json[0]
    assert (account["balance_minutes"], account["last_day"]) == (710, "2026-03-09")
    lines = run("explain", "charge", ticket, "--json", now="2026-03-09", check=0).json["lines"]
    assert [line["charged_minutes"] for line in lines] == [5, 0, 5]
    run("sync", now="2026-03-10", check=0)
    last = run("ledger", customer, "--json", now="2026-03-10", check=0).json["entries"][-1]
    assert (last["kind"], last["minutes"]) == ("expire", -710) and "lost unless" in last["note"]
    world.now = "2026-04-04 10:00"
    world.pay(renewal, "2026-04-04")
    run("sync", now="2026-04-04", check=0)
    account = run("balance", customer, "--json", now="2026-04-04", check=0).json[0]
    assert (account["balance_minutes"], account["last_day"]) == (720 + 710, "2027-04-03")
