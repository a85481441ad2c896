"""HTTP as Odoo speaks it."""

from __future__ import annotations

import gzip
import re
import time
from email.parser import HeaderParser
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from . import mischief

if TYPE_CHECKING:
    from .server import Server

ENDPOINTS = ("/xmlrpc/2/", "/xmlrpc/")
SERVER_NAME = "Werkzeug/2.2.2 Python/3.11.2"
PLAIN_POST = re.compile(rb"POST (/[!-~]*) HTTP/1\.1\r\n")


class Handler(BaseHTTPRequestHandler):
    """HTTP as Odoo's development server speaks it: 1.0, one request a connection, no gzip."""

    owner: Server
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
        lines = iter(self.rfile.readline, b"\r\n")
        self.headers = HeaderParser().parsestr("".join(one.decode("iso-8859-1") for one in lines if one))
        return True

    def do_GET(self) -> None:  # noqa: N802
        if self.path.startswith("/xmlrpc"):
            self._page(405, "Method Not Allowed", "The method is not allowed for the requested URL.",
                       {"Allow": "POST, OPTIONS"})
        else:
            self._page(404, "Not Found", "The requested URL was not found on the server. If you entered the URL "
                       "manually please check your spelling and try again.")

    def do_POST(self) -> None:  # noqa: N802
        body = self._body()
        if not self.path.startswith(ENDPOINTS) or self.headers.get("Content-Encoding"):
            self.do_GET() if not self.path.startswith(ENDPOINTS) else self._page(
                400, "Bad Request", "The browser (or proxy) sent a request that this server could not understand.")
            return
        out, call = self.owner.answer(self.path, body, dict(self.headers.items()))
        if call is not None and call.ordered is not None:
            mischief.act(self, call.ordered, out)
            return
        self.send_xml(out, fault=call is not None and call.fault is not None)

    def _body(self) -> bytes:
        """The body, if its length is given; a chunked one is dropped and the call runs without it."""
        length = self.headers.get("Content-Length")
        if length:
            return self.rfile.read(int(length))
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                self.rfile.read(size + 2)
        return b""

    def send_xml(self, out: bytes, *, fault: bool = False, declared: int | None = None) -> None:
        """The answer with Odoo's headers, in Odoo's order."""
        zipped = self.owner.gzip and "gzip" in self.headers.get("Accept-Encoding", "")
        body = gzip.compress(out, 1) if zipped else out
        self.start(200, "OK")
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        if not (fault and self.owner.world.version >= 19):
            self.send_header("X-Content-Type-Options", "nosniff")
        self.finish_headers()
        self.wfile.write(body)

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

    def finish_headers(self) -> None:
        if self.owner.keep_alive and not self.close_connection:
            self.send_header("Connection", "keep-alive")
        else:
            self.send_header("Connection", "close")
        self.end_headers()

    def _page(self, status: int, title: str, text: str, headers: dict[str, str] | None = None) -> None:
        """An HTML page of Werkzeug."""
        html = (f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n"
                f"<p>{text}</p>\n").encode()
        self.start(status, title.upper())
        self.send_header("Content-Type", "text/html; charset=utf-8")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(html)))
        self.finish_headers()
        self.wfile.write(html)
