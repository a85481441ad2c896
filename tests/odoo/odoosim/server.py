"""The HTTP server: Odoo's XML-RPC endpoints, every call recorded, faults on order."""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from . import custom, locks, mischief, rpc, webhooks, wire
from .faults import OdooError, ServerError
from .mischief import Fault
from .orm import Env

if TYPE_CHECKING:
    from .crowd import Crowd
    from .world import World

ENDPOINTS = ("/xmlrpc/2/", "/xmlrpc/")
SERVER_NAME = "Werkzeug/2.2.2 Python/3.11.2"
TOKEN = re.compile(r"[!#-'*+\-.0-9A-Z^-z|~]+")  # the name of a header
PLAIN_POST = re.compile(rb"POST (/[!-~]*) HTTP/1\.1\r\n")


@dataclass(slots=True)
class Call:
    """One request and what became of it."""

    number: int
    service: str
    method: str
    model: str | None = None
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    uid: int | None = None
    login: str | None = None
    bytes_in: int = 0
    bytes_out: int = 0
    duration: float = 0.0
    fault: OdooError | None = None
    result: Any = None
    ordered: Fault | None = None
    started: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Is it a call that changes the database."""
        return self.service == "object" and self.method not in READS


READS = frozenset({
    "search", "search_read", "read", "search_count", "fields_get", "exists", "has_group", "context_get", "read_group",
    "name_get", "name_search", "check_access_rights", "check_object_reference", "message_format", "get_external_id",
})


@dataclass(slots=True)
class Hook:
    """A callback to run just before a call."""

    match: Callable[[Call], bool]
    callback: Callable[[], Any]
    times: int


class Server:
    """A simulated Odoo listening on loopback. Use as a context manager, or `start` and `stop`."""

    def __init__(self, world: World, port: int = 0) -> None:
        self.world = world
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.gzip = False
        self.keep_alive = False
        self.prepare = False
        self.record = True
        self.delay_per_1000 = 0.0
        self.delay = 0.0
        self.date_skew = 0.0  # seconds by which this server's clock, as its Date shows it, differs from the machine's
        self.date: str | None = None  # a Date that stands still instead; "" sends none
        self.age: int | None = None  # the Age of an answer that a proxy kept
        self.crowd: Crowd | None = None  # messages by the hundred thousand, instead of the world's
        self._hooks: list[Hook] = []
        self.queue = locks.Queue()
        self._answers: dict[tuple[str, bytes], bytes] = {}
        self._lock = threading.Lock()
        self._count = 0
        handler = type("BoundHandler", (Handler,), {"owner": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        return self._http.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Server:
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        if self._thread is not None:
            self._thread.join()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Nothing listens on the port inside the block: connections are refused."""
        address = self._http.server_address
        self.stop()
        try:
            yield
        finally:
            self._http = ThreadingHTTPServer((address[0], address[1]), self._http.RequestHandlerClass)
            self._http.daemon_threads = True
            self.start()

    def __enter__(self) -> Server:
        return self if self._thread is not None else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fault(self, action: str, match: Callable[[Call], bool] | None = None, times: int = 1, **options: Any) -> Fault:
        """Order a fault: `action` happens to the next `times` calls that match (0: to all)."""
        ordered = Fault(action=action, match=match or (lambda call: True), times=times, **options)
        self.faults.append(ordered)
        return ordered

    def before_call(self, when: int | Callable[[Call], bool], callback: Callable[[], Any], times: int = 1) -> None:
        """Run a callback just before a call: the n-th from now (1 is the next), or the first that matches."""
        if isinstance(when, int):
            target = self._count + when
            self._hooks.append(Hook(lambda call: call.number == target, callback, 1))
        else:
            self._hooks.append(Hook(when, callback, times))

    def named(self, method: str, model: str | None = None) -> list[Call]:
        """The calls of one method, in order."""
        return [c for c in self.calls if c.method == method and model in (None, c.model)]

    def clear(self) -> None:
        """Forget the calls so far."""
        self.calls.clear()

    # One request --------------------------------------------------------------------------

    def answer(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[bytes, Call | None]:
        """The body of the answer; the call is None when it comes from the prepared ones."""
        key = (path, body)
        if self.prepare and key in self._answers:
            return self._answers[key], None
        call = self._register(path, body, headers)
        out = self._run(call, path, body)
        if self.prepare and call.fault is None and call.ordered is None:
            self._answers[key] = out
        return out, call

    def _register(self, path: str, body: bytes, headers: dict[str, str]) -> Call:
        with self._lock:
            self._count += 1
            call = Call(self._count, path.rsplit("/", 1)[-1], "", bytes_in=len(body), started=time.time(),
                        headers=headers)
            if self.record:
                self.calls.append(call)
            return call

    def _run(self, call: Call, path: str, body: bytes) -> bytes:
        began = time.perf_counter()
        version = self.world.version
        try:
            params, method = wire.loads(body, version)
            self._describe(call, params, method)
            self._before(call)
            if call.ordered is not None and not call.ordered.works:
                return b""
            made = self.crowd.answer(call) if self.crowd else None
            out = wire.frame(made, version) if made else self._marshal(call, self._dispatch(call, params))
        except OdooError as error:
            call.fault = error
            out = wire.dumps_fault(error, version) if path.startswith("/xmlrpc/2") else wire.dumps_old_fault(error)
        self._sleep(call)
        call.duration = time.perf_counter() - began
        call.bytes_out = len(out)
        return out

    def _describe(self, call: Call, params: tuple[Any, ...], method: str) -> None:
        call.method = method
        call.args = list(params)
        if call.service == "object" and method in ("execute_kw", "execute") and len(params) >= 5:
            call.uid, call.model, call.method = params[1], params[3], params[4]
            if method == "execute":
                call.args = list(params[5:])
            else:
                call.args = list(params[5]) if len(params) > 5 else []
                call.kwargs = dict(params[6]) if len(params) > 6 else {}
            row = self.world.db.tables["res.users"].rows.get(call.uid) if isinstance(call.uid, int) else None
            call.login = row.get("login") if row else None

    def _before(self, call: Call) -> None:
        with self._lock:
            due = [h for h in self._hooks if h.match(call)]
            for hook in due:
                hook.times -= 1
                if not hook.times:
                    self._hooks.remove(hook)
            call.ordered = mischief.take(self.faults, call)
        for hook in due:
            hook.callback()
        if call.ordered is not None:
            mischief.raise_ordered(call.ordered)

    def _dispatch(self, call: Call, params: tuple[Any, ...]) -> Any:
        world = self.world
        if call.service == "common":
            return _common(world, call.method, params)
        if call.service == "db":
            return _db(world, call.method)
        if call.service != "object":
            raise ServerError("KeyError", repr(call.service))
        if len(params) < 5:
            raise ServerError("ValueError", f"not enough values to unpack (expected at least 5, got {len(params)})")
        self.queue.wait()
        try:
            return self._execute(call, params)
        except locks.Hung:
            return self.queue.hang()

    def _execute(self, call: Call, params: tuple[Any, ...]) -> Any:
        world = self.world
        with world.db.lock:
            rpc.check_credentials(world, params[0], params[1], params[2])
            tx = world.db.begin()
            try:
                result = rpc.execute_kw(Env(world, tx, call.uid or 0), call.model or "", call.method, call.args,
                                        call.kwargs)
                locks.check(world, tx, call.headers)
                posts = webhooks.due(world, tx)
                if not posts:
                    tx.commit()
            except (OdooError, locks.Hung):
                touched = {"ir.model", "ir.model.fields"} & set(tx.changes)
                tx.rollback()
                if touched:
                    custom.reload(world)
                raise
        if posts:
            world.finish(tx, posts)
        return result

    def _marshal(self, call: Call, result: Any) -> bytes:
        """After the commit, as in Odoo: what cannot be marshalled is a fault, but is done."""
        call.result = result
        if isinstance(result, rpc.Unmarshallable):
            raise ServerError("TypeError", f"cannot marshal <class 'odoo.api.{result.name}'> objects")
        try:
            return wire.dumps(result, self.world.version)
        except (TypeError, OverflowError) as error:
            raise wire.marshal_error(error) from error

    def _sleep(self, call: Call) -> None:
        seconds = self.delay
        if self.delay_per_1000 and isinstance(call.result, list):
            seconds += self.delay_per_1000 * len(call.result) / 1000
        if seconds:
            time.sleep(seconds)


def _common(world: World, method: str, params: tuple[Any, ...]) -> Any:
    if method == "version":
        version = f"{world.release}.0"
        return {"server_version": version, "server_version_info": [world.release, 0, 0, "final", 0, ""],
                "server_serie": version, "protocol_version": 1}
    if method in ("authenticate", "login"):
        return rpc.authenticate(world, *params[:3])
    if method == "about":
        return "See http://openerp.com"
    raise ServerError("Exception", f"Method not found: {method}")


def _db(world: World, method: str) -> Any:
    from .faults import AccessDenied

    if method == "server_version":
        return f"{world.release}.0"
    if method == "list":
        raise AccessDenied
    raise ServerError("KeyError", repr(method))


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
