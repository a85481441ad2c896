"""The manual pages: every command, option and exit code; every key of the configuration, with its default."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import RELEASED

MAN = Path(__file__).resolve().parents[2] / "man"
COMMANDS = (MAN / "qualiodoo.1").read_text()
CONFIG = (MAN / "qualiodoo.yaml.5").read_text()
# What has no default, and what the check of the whole needs besides.
GIVEN = {"odoo": {"url": "https://support.example.com", "database": "support", "login": "agent"},
         "credit": {"packs": [{"product": "SUP12", "hours": 12}]}, "writeback": {"since": "2026-01-01"},
         "sla": {"calendar": "config", "hours": {"mon": ["09:00-12:00"]}}}


def said(*arguments: str | Path) -> str:
    return subprocess.run([RELEASED, *arguments], capture_output=True, text=True, check=True, timeout=30).stdout


def flow(value: Any) -> str:
    """A value as it is written in the file."""
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(of)}" for key, of in value.items()) + "}"
    return value if isinstance(value, str) else json.dumps(value)


def leaves(value: Any, path: str, known: dict[str, str]) -> dict[str, Any]:
    if path in known or not isinstance(value, dict):
        return {path: value}
    return {k: v for key, of in value.items() for k, v in leaves(of, f"{path}.{key}" if path else key, known).items()}


def test_every_command_and_option_is_there() -> None:
    listed = re.findall(r"^  ([a-z]+) ", said("--help").split("Commands:")[1].split("\n\n")[0], re.M)
    assert len(listed) > 10
    for command in listed:
        assert re.search(rf"^\.It Cm {command}\b", COMMANDS, re.M), command
        for option, rest in re.findall(r"^ +(?:-., )?--([a-z-]+)(.*)$", said(command, "--help"), re.M):
            assert f"Fl Fl {option}" in COMMANDS or rest.strip().endswith("later"), (command, option)
    for option in re.findall(r"--([a-z-]+)", said("--help").split("Options")[1]):
        assert f"Fl Fl {option}" in COMMANDS, option


def test_every_exit_code_is_there() -> None:
    codes = re.findall(r"(?:^|; )(\d) ", said("--help").split("Exit codes:")[1].replace("\n", " ").strip())
    assert codes == ["0", "1", "2", "3", "4"]
    assert re.findall(r"^\.It (\d)$", COMMANDS.split(".Sh EXIT STATUS")[1].split(".Sh")[0], re.M) == codes


def test_every_key_is_there_with_its_default(tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(json.dumps(GIVEN))
    told = dict(re.findall(r"^\.It Cm ([a-z_0-9.]+)(?: : Li (.*))?$", CONFIG, re.M))
    keys = leaves(json.loads(said("-c", file, "config", "show", "--json")), "", told)
    assert set(told) == set(keys)
    given = leaves(GIVEN, "", told)
    assert {key: told[key] for key in keys if key not in given} == {key: flow(keys[key]) for key in keys if key not in given}


@pytest.mark.parametrize("page", ["qualiodoo.1", "qualiodoo.yaml.5"])
@pytest.mark.parametrize("tool", [["mandoc", "-T", "lint", "-W", "warning"], ["groff", "-mandoc", "-Kutf8", "-Tutf8", "-ww", "-z"]])
def test_the_pages_are_well_formed(page: str, tool: list[str]) -> None:
    done = subprocess.run([*tool, MAN / page], capture_output=True, text=True, check=False, timeout=30,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
