"""Messages that once named the wrong cause: each says what is wrong, and what to do."""

from __future__ import annotations

import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from conftest import SECRET, Run, Server, Shop, environment


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


# ---- The way to Odoo ----

ELSEWHERE = "https://support.example.com"


@contextmanager
def answering(*parts: bytes, again: bool = False) -> Iterator[str]:
    """The address of a server that says the same to everybody; `again`: the last part without end."""
    listener = socket.create_server(("127.0.0.1", 0))

    def say(client: socket.socket) -> None:
        with suppress(OSError), client:
            client.recv(65536)
            for part in parts:
                client.sendall(part)
            while again:
                client.sendall(parts[-1])

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=say, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def unreached(run: Run, **more: str) -> str:
    return run("sync", check=1, env=environment(QUALIODOO_PATIENCE_MS="100", **more)).message


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_dead_proxy_of_the_environment_is_named_without_its_password(run: Run, variable: str) -> None:
    run.configure(odoo={"url": ELSEWHERE})
    told = unreached(run, **{variable: "http://joe:hunter2@127.0.0.1:3"})
    assert f"the proxy http://127.0.0.1:3 ({variable})" in told and "Connection refused" in told
    assert "odoo.proxy names another one" in told and ELSEWHERE in told and "hunter2" not in told


def test_a_dead_proxy_of_the_configuration_is_named(run: Run) -> None:
    """Also towards this machine: the configuration means what it says."""
    run.configure(odoo={"proxy": "socks5h://127.0.0.1:3"})
    assert "the proxy socks5h://127.0.0.1:3 (odoo.proxy)" in unreached(run, no_proxy="*")


def test_a_proxy_that_no_name_server_knows_is_named(run: Run) -> None:
    run.configure(odoo={"url": ELSEWHERE, "proxy": "http://proxy.invalid:3128"})
    told = unreached(run)
    assert "the proxy http://proxy.invalid:3128 (odoo.proxy)" in told and "name server" in told


@pytest.mark.parametrize("proxy, exempt", [("none", ""), (None, "support.example.com,0.0.0.0")])
def test_what_does_not_go_through_a_proxy_is_not_blamed_on_it(run: Run, proxy: str | None, exempt: str) -> None:
    run.configure(odoo={"url": "https://0.0.0.0:3", "proxy": proxy})
    told = unreached(run, https_proxy="http://127.0.0.1:4", no_proxy=exempt)
    assert "cannot connect to https://0.0.0.0:3 (Connection refused)" in told and "proxy" not in told


def test_a_proxy_of_the_configuration_is_used(run: Run) -> None:
    with answering(b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n") as address:
        run.configure(odoo={"url": "http://support.example.com", "allow_http": True, "proxy": f"http://{address}"})
        assert "http://support.example.com answers HTTP 418" in unreached(run)


@pytest.mark.parametrize("status, words", [(407, "wants a password"), (403, "let it pass this host"), (502, "HTTP 502")])
def test_a_proxy_that_refuses_is_named(run: Run, status: int, words: str) -> None:
    with answering(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status) as address:
        run.configure(odoo={"url": ELSEWHERE, "proxy": f"http://{address}"})
        told = unreached(run)
    assert f"the proxy http://{address} (odoo.proxy) answers HTTP {status}" in told and words in told


def few_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))


@pytest.mark.parametrize("command", ["sync", "balance", "status", "doctor"])
def test_too_few_files_that_may_be_open_are_named(run: Run, command: str) -> None:
    assert "(ulimit -n, LimitNOFILE= of the unit)" in run(command, check=1, preexec_fn=few_files).message


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Endless: ", b"HTTP/1.1 200 O"])
def test_a_header_line_without_end_is_no_lack_of_memory(run: Run, head: bytes) -> None:
    with answering(head, b"a" * 65536, again=True) as address:
        run.configure(odoo={"url": f"http://{address}"})
        told = unreached(run)
    assert "a header line of the answer" in told and "memory" not in told
