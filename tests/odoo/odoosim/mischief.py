"""Faults on order: what networks, proxies and busy databases do to a call."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .answers import Answer
from .faults import OdooError, RetryableConflict

if TYPE_CHECKING:
    from .handler import Handler
    from .server import Call

NO_WORK = frozenset({"refuse", "drop_before", "html", "status", "hang"})
FAULTS = frozenset({"concurrency", "fault"})
TOLD = frozenset({"answer"})
BOMB = b'''<?xml version="1.0"?>
<!DOCTYPE bomb [
 <!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">
 <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
 <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
 <!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
 <!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
]>
<methodResponse><params><param><value><string>&e;&e;&e;&e;&e;&e;&e;&e;</string></value></param></params></methodResponse>
'''


@dataclass(slots=True)
class Fault:
    """One ordered fault.

    action  what happens, a key of ACTIONS below
    match   which calls it hits (a predicate on Call)
    times   how many calls, 0 for all
    after   matching calls to let through first
    seconds for `delay`, `hang` and `slow`
    status, headers, body   for `status` and `html`; the body alone for `raw`, which keeps status and content type
    at      where `truncate` and `invalid_utf8` strike: a share of the answer, or a byte
    size    of `huge` and `trailers`, depth of `deep`
    error   the OdooError that `fault` answers
    value   what `answer` tells in the place of the call's own result
    """

    action: str
    match: Callable[[Call], bool] = field(default=lambda call: True)
    times: int = 1
    after: int = 0
    seconds: float = 1.0
    status: int = 502
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    at: float | int = 0.5
    size: int = 1 << 30
    depth: int = 200_000
    error: OdooError | None = None
    value: Any = None
    hits: int = 0

    def __post_init__(self) -> None:
        if self.action not in {*ACTIONS, *FAULTS, *TOLD}:
            raise ValueError(f"unknown fault {self.action!r}: one of {', '.join(sorted({*ACTIONS, *FAULTS, *TOLD}))}")

    @property
    def works(self) -> bool:
        """Is the call's work done (and committed) although its answer is spoilt."""
        return self.action not in NO_WORK and self.action not in FAULTS

    def wants(self, call: Call) -> bool:
        """Does it hit this call; counts it if so."""
        if (self.times and self.hits >= self.times) or not self.match(call):
            return False
        if self.after:
            self.after -= 1
            return False
        self.hits += 1
        return True


def take(faults: list[Fault], call: Call) -> Fault | None:
    """The first ordered fault that hits this call."""
    return next((f for f in faults if f.wants(call)), None)


def raise_ordered(ordered: Fault) -> None:
    """Faults that Odoo itself answers, its transaction rolled back."""
    if ordered.action == "concurrency":
        raise RetryableConflict
    if ordered.action == "fault" and ordered.error is not None:
        raise ordered.error


def act(handler: Handler, ordered: Fault, out: bytes) -> None:
    """Answer as ordered."""
    if ordered.action in FAULTS or ordered.action in TOLD:
        handler.send(out)
        return
    try:
        ACTIONS[ordered.action](handler, ordered, out)
    except (BrokenPipeError, ConnectionResetError):
        handler.close_connection = True


def _cut(handler: Handler) -> None:
    """Close the connection with a reset, as a killed process or a firewall does."""
    handler.close_connection = True
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    handler.wfile = handler.rfile = _Nowhere()  # type: ignore[assignment]


class _Nowhere:
    """A closed connection's file: http.server flushes and closes it once more."""

    closed = True

    def flush(self) -> None: ...

    def close(self) -> None: ...


def _refuse(handler: Handler, ordered: Fault, out: bytes) -> None:
    _cut(handler)


def _drop(handler: Handler, ordered: Fault, out: bytes) -> None:
    """An orderly end of the connection without a byte of answer."""
    handler.close_connection = True


def _delay(handler: Handler, ordered: Fault, out: bytes) -> None:
    time.sleep(ordered.seconds)
    handler.send(out)


def _hang(handler: Handler, ordered: Fault, out: bytes) -> None:
    time.sleep(ordered.seconds)
    _cut(handler)


def _place(ordered: Fault, out: bytes) -> int:
    return int(ordered.at * len(out)) if isinstance(ordered.at, float) else ordered.at


def _part(out: bytes, body: bytes) -> bytes:
    """Other bytes in the place of an answer, under its head."""
    return out.with_body(body) if isinstance(out, Answer) else body


def _truncate(handler: Handler, ordered: Fault, out: bytes) -> None:
    handler.send(_part(out, out[: _place(ordered, out)]), declared=len(out))
    handler.close_connection = True


def _slow(handler: Handler, ordered: Fault, out: bytes) -> None:
    """The whole answer, a piece at a time over `seconds`."""
    head = max(1, len(out) // 20)
    handler.send(_part(out, out[:head]), declared=len(out))
    for start in range(head, len(out), head):
        time.sleep(ordered.seconds / 20)
        handler.wfile.write(out[start:start + head])
        handler.wfile.flush()


def _html(handler: Handler, ordered: Fault, out: bytes) -> None:
    page = ordered.body or (b"<!DOCTYPE html>\n<html><head><title>Odoo</title></head><body><form action='/web/login'>"
                            b"<input name='login'/></form></body></html>\n")
    _send(handler, 200, "OK", page, "text/html; charset=utf-8", ordered)


def _status(handler: Handler, ordered: Fault, out: bytes) -> None:
    title = _REASONS.get(ordered.status, "Error")
    page = ordered.body or (f"<html>\r\n<head><title>{ordered.status} {title}</title></head>\r\n<body>\r\n<center><h1>"
                            f"{ordered.status} {title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n"
                            "</html>\r\n").encode()
    _send(handler, ordered.status, title, page, "text/html", ordered)


_REASONS = {301: "Moved Permanently", 302: "Found", 303: "See Other", 400: "Bad Request", 401: "Unauthorized",
            403: "Forbidden", 404: "Not Found", 413: "Request Entity Too Large", 429: "Too Many Requests",
            500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Temporarily Unavailable",
            504: "Gateway Time-out"}


def _send(handler: Handler, status: int, reason: str, body: bytes, kind: str, ordered: Fault | None = None) -> None:
    handler.start(status, reason)
    handler.send_header("Content-Type", kind)
    for name, value in (ordered.headers if ordered else {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.finish_headers()
    handler.wfile.write(body)


def _garbage(handler: Handler, ordered: Fault, out: bytes) -> None:
    handler.send(bytes(range(256)) * 64)


def _invalid_utf8(handler: Handler, ordered: Fault, out: bytes) -> None:
    """Two impossible bytes in the middle of a text (or wherever `at` says)."""
    text = handler.row.text_after(out, _place(ordered, out))
    at = text if text >= 0 else _place(ordered, out)
    handler.send(_part(out, out[:at] + b"\xc3\x28\xff" + out[at:]))


def _raw(handler: Handler, ordered: Fault, out: bytes) -> None:
    handler.send(ordered.body)


def _empty(handler: Handler, ordered: Fault, out: bytes) -> None:
    handler.send(b"")


def _huge(handler: Handler, ordered: Fault, out: bytes) -> None:
    """An answer of `size` bytes, well formed as far as it goes, with no Content-Length."""
    handler.close_connection = True
    handler.start(200, "OK")
    handler.send_header("Content-Type", handler.row.kind)
    handler.finish_headers()
    head, item, tail = handler.row.endless(handler.call)
    handler.wfile.write(head)
    for _ in range(max(1, ordered.size // len(item))):
        handler.wfile.write(item)
    handler.wfile.write(tail)


def _trailers(handler: Handler, ordered: Fault, out: bytes) -> None:
    """A chunked answer that is followed by trailers of `size` bytes."""
    handler.close_connection = True
    kind = handler.row.kind.split(";")[0].encode()
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    handler.wfile.write(b"%x\r\n%s\r\n0\r\n" % (len(out), out))
    for _ in range(max(1, ordered.size // 60000)):
        handler.wfile.write(b"a: b\r\n" * 10000)
    handler.wfile.write(b"\r\n")


def _deep(handler: Handler, ordered: Fault, out: bytes) -> None:
    handler.send(handler.row.nested(handler.call, ordered.depth))


def _doctype(handler: Handler, ordered: Fault, out: bytes) -> None:
    handler.send(BOMB)


ACTIONS: dict[str, Callable[[Any, Fault, bytes], None]] = {
    "refuse": _refuse, "drop_before": _drop, "drop_after": _drop, "delay": _delay, "hang": _hang,
    "truncate": _truncate, "slow": _slow, "html": _html, "status": _status, "garbage": _garbage,
    "raw": _raw, "invalid_utf8": _invalid_utf8, "empty": _empty, "huge": _huge, "trailers": _trailers, "deep": _deep, "doctype": _doctype,
}
