"""Messages that once named the wrong cause: each says what is wrong, and what to do."""

from __future__ import annotations

import pytest
from conftest import SECRET, Run, Server, Shop


# ---- The secret ----


@pytest.mark.parametrize("before, after", [("", " "), (" ", ""), ("", "\t"), ("", "\u00a0"), ("\u200b", "")])
def test_a_refused_secret_with_a_blank_around_it_is_told(run: Run, before: str, after: str) -> None:
    run.write_secret(before + SECRET + after)
    assert "begins or ends with a blank" in run("sync", check=1).message
    told = run("config", "check", check=0)
    assert f"warning: odoo.secret_file: {run.secret}: the secret begins or ends with a blank" in told.err


def test_a_refused_secret_without_a_blank_is_told_nothing_of_one(run: Run) -> None:
    run.write_secret("wrong secret")
    assert "blank" not in run("sync", check=1).message
    assert run("config", "check", check=0).err == ""


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_a_secret_behind_a_byte_order_mark_is_refused(run: Run, start: bytes) -> None:
    run.secret.write_bytes(start + SECRET.encode() + b"\n")
    for command in (["config", "check"], ["sync"]):
        refused = run(*command, check=2).message
        assert str(run.secret) in refused and "byte order mark" in refused
