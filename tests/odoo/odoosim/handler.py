"""HTTP as Odoo speaks it."""

from __future__ import annotations

import gzip
import re
import time
from email.message import Message
from email.parser import HeaderParser
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from . import jsonwire, mischief
from .answers import JSON, Answer, Page, bad_request, not_allowed, not_found
from .faults import HttpError
from .protocols import VERSIONS, JsonRpc, Protocol, check_database

if TYPE_CHECKING:
    from .server import Call, Server

LOST = re.compile(r"/json/2(/[^/?]*)*(\?.*)?")
SERVER_NAME = "Werkzeug/2.2.2 Python/3.11.2"
TOKEN = re.compile(r"[!#-'*+\-.0-9A-Z^-z|~]+")  # the name of a header
PLAIN_POST = re.compile(rb"POST (/[!-~]*) HTTP/1\.1\r\n")


def _plain_headers(lines: list[str]) -> Message | None:
    """One line each, name and value: what nearly all headers are. None for any other form."""
    headers = Message()
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not TOKEN.fullmatch(name):
            return None
        headers.set_raw(name, value.strip(" \t\r\n"))
    return headers


class Handler(BaseHTTPRequestHandler):
    """HTTP as Odoo's development server speaks it: 1.0, one request a connection, no gzip."""

    owner: Server
    row: Protocol
    call: Call
    server_version = SERVER_NAME
    sys_version = ""
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet: tests read `server.calls`."""

    def version_string(self) -> str:
        return SERVER_NAME

    def parse_request(self) -> bool:
        self.protocol_version = "HTTP/1.1" if self.owner.keep_alive else "HTTP/1.0"
        ok = self._parse_plain_post() or super().parse_request()
        if not self.owner.keep_alive:
            self.close_connection = True
        return ok

    def _parse_plain_post(self) -> bool:
        """What nearly every request is, without the parser of whole mails: that takes a fifth of the server's time."""
        line = PLAIN_POST.fullmatch(self.raw_requestline)
        if line is None or self.owner.keep_alive:
            return False
        self.requestline = self.raw_requestline.decode("ascii").rstrip("\r\n")
        self.command, self.path, self.request_version = "POST", line[1].decode("ascii"), "HTTP/1.1"
        lines = [one.decode("iso-8859-1") for one in iter(self.rfile.readline, b"\r\n") if one]
        self.headers = _plain_headers(lines) or HeaderParser().parsestr("".join(lines))
        return True

    def do_GET(self) -> None:  # noqa: N802
        path = self.path.split("?")[0]
        row = self.owner.protocol_of(path)
        if path in VERSIONS and row is not None:
            self._call(row, b"")
        elif isinstance(row, JsonRpc):
            try:
                row.check(dict(self.headers.items()), b"")
            except Page as page:
                self.send(page.answer)
        elif row is not None and row.name == "xmlrpc":
            self.send(not_allowed())
        else:
            self._lost()

    def do_POST(self) -> None:  # noqa: N802
        row = self.owner.protocol_of(self.path)
        body = self._body(row is not None and row.takes_chunks)
        if row is None:
            self._lost()
        elif row.name == "xmlrpc" and self.headers.get("Content-Encoding"):
            self.send(bad_request())
        else:
            self._call(row, body)

    def _call(self, row: Protocol, body: bytes) -> None:
        self.row = row
        out, call = self.owner.answer(self.path, body, dict(self.headers.items()))
        if call is not None and call.ordered is not None:
            self.call = call
            mischief.act(self, call.ordered, out)
        else:
            self.send(out)

    def _lost(self) -> None:
        """A path that nothing answers; under /json/2 JSON says what was meant."""
        owner = self.owner
        if not LOST.fullmatch(self.path) or "json2" not in owner.protocols:
            self.send(not_found())
            return
        try:
            check_database(owner.world, "json2", dict(self.headers.items()))
            error = HttpError(404, "Did you mean POST /json/2/<model>/<method>?")
            body = jsonwire.dumps(jsonwire.error_data(error, owner.world.version)).encode()
            self.send(Answer(body, JSON, 404, nosniff=False))
        except Page as page:
            self.send(page.answer)

    def _body(self, takes_chunks: bool) -> bytes:
        """The body, if its length is given; JSON-RPC alone reads a chunked one, elsewhere the call runs without it."""
        length = self.headers.get("Content-Length")
        if length:
            return self.rfile.read(int(length))
        chunks: list[bytes] = []
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                chunks.append(self.rfile.read(size + 2)[:-2])
        return b"".join(chunks) if takes_chunks else b""

    def send(self, out: bytes, *, declared: int | None = None) -> None:
        """An answer with Odoo's headers, in Odoo's order."""
        answer = out if isinstance(out, Answer) else Answer(out, self.row.kind)
        zipped = self.owner.gzip and "gzip" in self.headers.get("Accept-Encoding", "")
        body = gzip.compress(answer, 1) if zipped else answer
        length = len(body) if declared is None else declared
        self.start(answer.status, "OK" if answer.status == 200 else HTTPStatus(answer.status).phrase.upper())
        head = [("Content-Type", answer.kind), *([("Content-Encoding", "gzip")] if zipped else ()),
                ("Content-Length", str(length))]
        for name, value in [*answer.headers.items(), *(head if answer.kind != JSON else reversed(head))]:
            self.send_header(name, value)
        if answer.nosniff:
            self.send_header("X-Content-Type-Options", "nosniff")
        self.finish_headers(body)

    def start(self, status: int, reason: str) -> None:
        self.send_response_only(status, reason)
        self.send_header("Server", SERVER_NAME)
        date = self.owner.date
        if date is None:
            date = formatdate(time.time() + self.owner.date_skew, usegmt=True)
        if date:
            self.send_header("Date", date)
        if self.owner.age is not None:
            self.send_header("Age", str(self.owner.age))

    def finish_headers(self, body: bytes = b"") -> None:
        """Sends the headers, and what is given of the body with them: one write is a third less work for both sides."""
        if self.owner.keep_alive and not self.close_connection:
            self.send_header("Connection", "keep-alive")
        else:
            self.send_header("Connection", "close")
        self._headers_buffer += (b"\r\n", body)
        self.flush_headers()
