"""The server: every call recorded, faults on order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from . import custom, locks, mischief, protocols, rpc, webhooks, wire
from .answers import XML, Answer, Page
from .faults import OdooError, ServerError
from .handler import Handler
from .mischief import Fault
from .orm import Env

if TYPE_CHECKING:
    from .crowd import Crowd
    from .world import World


@dataclass(slots=True)
class Call:
    """One request and what became of it.

    protocol  xmlrpc, jsonrpc or json2; args and kwargs are those of XML-RPC on each
    status    the HTTP status of the answer
    """

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
    protocol: str = "xmlrpc"
    path: str = ""
    id: Any = None
    status: int = 200
    told: tuple[Any, str] | None = field(default=None, repr=False)

    @property
    def writes(self) -> bool:
        """Is it a call that changes the database."""
        return self.service == "object" and self.method not in READS


READS = frozenset({
    "search", "search_read", "read", "search_count", "fields_get", "exists", "has_group", "context_get", "read_group",
    "name_get", "name_search", "check_access_rights", "has_access", "web_read", "web_search_read", "formatted_read_group", "check_object_reference", "message_format", "get_external_id",
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
        self.protocols = protocols.spoken(world)  # what a test takes out is gone: 404
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
        self._answers: dict[tuple[Any, ...], Answer] = {}
        self._lock = threading.Lock()
        self._count = 0
        handler = type("BoundHandler", (Handler,), {"owner": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self._thread: threading.Thread | None = None

    @property
    def world(self) -> World:
        """What it answers from; a test may put another in its place."""
        return self._world

    @world.setter
    def world(self, world: World) -> None:
        self._world = world
        self._rows = {row.name: row(world) for row in protocols.ALL}

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

    def protocol_of(self, path: str) -> protocols.Protocol | None:
        """The protocol that this path belongs to, if the server speaks it."""
        name = next((n for n, shape in protocols.PATHS.items() if shape.fullmatch(path.split("?")[0])), "")
        return self._rows[name] if name in self.protocols else None

    def answer(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[bytes, Call | None]:
        """The answer to a request; the call is None when it comes from the prepared ones."""
        row = self.protocol_of(path) or self._rows["xmlrpc"]
        key = row.key(path, body, headers) if self.prepare else ()
        if self.prepare and key in self._answers:
            return row.again(self._answers[key], body), None
        call = self._register(row, path, body, headers)
        out = self._run(row, call, body)
        if self.prepare and call.fault is None and call.ordered is None and call.status == 200:
            self._answers[key] = out
        return out, call

    def _register(self, row: protocols.Protocol, path: str, body: bytes, headers: dict[str, str]) -> Call:
        with self._lock:
            self._count += 1
            call = Call(self._count, "", "", bytes_in=len(body), started=time.time(), headers=headers,
                        protocol=row.name, path=path)
            if self.record:
                self.calls.append(call)
            return call

    def _run(self, row: protocols.Protocol, call: Call, body: bytes) -> Answer:
        began = time.perf_counter()
        try:
            out = self._answer(row, call, body)
        except Page as page:
            out = page.answer
        self._sleep(call)
        call.duration = time.perf_counter() - began
        call.bytes_out, call.status = len(out), out.status
        return out

    def _answer(self, row: protocols.Protocol, call: Call, body: bytes) -> Answer:
        try:
            if call.path not in protocols.VERSIONS:
                protocols.check_database(self.world, row.name, call.headers)
            params = row.read(call, body)
            self._before(call)
            if call.ordered is not None and not call.ordered.works:
                return Answer(b"", row.kind)
            made = self.crowd.answer(call) if self.crowd else None
            if made is not None:
                out = wire.frame(made, self.world.version) if row.kind == XML else row.dumps(call, made)
            else:
                result = self._dispatch(call, params)
                if call.ordered is not None and call.ordered.action == "answer":
                    call.result = call.ordered.value
                    return row.tell(call, call.result)
                out = self._marshal(call, result)
            return out if isinstance(out, Answer) else Answer(out, row.kind)
        except OdooError as error:
            call.fault = error
            return row.fault(call, error)

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
        world, row = self.world, self._rows[call.protocol]
        with world.db.lock:
            row.authorize(call, params)
            tx = world.db.begin()
            try:
                result = row.execute(Env(world, tx, call.uid or 0), call, params)
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
        """After the commit, as in Odoo: what has no form on the wire is a fault, but is done."""
        call.result = result
        return self._rows[call.protocol].dumps(call, result)

    def _sleep(self, call: Call) -> None:
        seconds = self.delay
        if self.delay_per_1000 and isinstance(call.result, list):
            seconds += self.delay_per_1000 * len(call.result) / 1000
        if seconds:
            time.sleep(seconds)


def exp_authenticate(db: Any, login: Any, password: Any, user_agent_env: Any) -> tuple[Any, Any, Any]:
    return db, login, password


def exp_login(db: Any, login: Any, password: Any) -> tuple[Any, Any, Any]:
    return db, login, password


SIGN_IN: dict[str, Callable[..., tuple[Any, Any, Any]]] = {"authenticate": exp_authenticate, "login": exp_login}


def _common(world: World, method: str, params: tuple[Any, ...]) -> Any:
    if method == "version":
        version = f"{world.release}.0"
        return {"server_version": version, "server_version_info": [world.release, 0, 0, "final", 0, ""],
                "server_serie": version, "protocol_version": 1}
    if method in SIGN_IN:
        try:
            return rpc.authenticate(world, *SIGN_IN[method](*params))
        except TypeError as error:
            raise ServerError("TypeError", str(error), method) from error
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
