"""The three ways to call an Odoo: XML-RPC, JSON-RPC, and JSON-2 since 19. One class each, one instance a server.

All read a request into the same Call, run the same methods and answer the same faults, each in its own form.
`call.args` and `call.kwargs` are those that XML-RPC would have, so that a test's predicate holds on each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from . import jsonwire, methods, rpc, wire
from .answers import JSON, XML, Answer, Page, no_database, plain, wrong_type
from .faults import AccessDenied, HttpError, OdooError, ServerError

if TYPE_CHECKING:
    from .orm import Env
    from .server import Call
    from .world import World

Params = tuple[Any, ...]
BLOCK = 65000  # bytes of one text of an endless answer
HEAD = b"<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n"


class Protocol:
    """One protocol of a server.

    name          as `call.protocol` says it
    kind          the content type of its answers
    takes_chunks  whether it reads a body that comes in chunks
    """

    name = ""
    kind = JSON
    takes_chunks = False

    def __init__(self, world: World) -> None:
        self.world = world

    def key(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        """What two requests have in common that get the same prepared answer."""
        return (path, body)

    def again(self, answer: Answer, body: bytes) -> Answer:
        """A prepared answer, for this request."""
        return answer

    def read(self, call: Call, body: bytes) -> Params:
        """Fill the call from its request; a refusal for what cannot be read."""
        raise NotImplementedError

    def authorize(self, call: Call, params: Params) -> None:
        """Refuse a secret that is not the user's."""
        rpc.check_credentials(self.world, params[0], params[1], params[2])

    def execute(self, env: Env, call: Call, params: Params) -> Any:
        """Run the method; inside the transaction."""
        return rpc.execute_kw(env, call.model or "", call.method, call.args, call.kwargs)

    def dumps(self, call: Call, result: Any) -> Answer:
        """The answer of a result, or a fault, after the commit, where it has no form."""
        raise NotImplementedError

    def tell(self, call: Call, value: Any) -> Answer:
        """The answer that a test orders, `<nil/>` included."""
        return self.dumps(call, value)

    def fault(self, call: Call, error: OdooError) -> Answer:
        """The answer of a fault."""
        raise NotImplementedError

    def endless(self, call: Call) -> tuple[bytes, bytes, bytes]:
        """Head, one piece of a text, and tail of a list of one text."""
        head, tail = self._frame(call)
        return head + b'["', b"x" * BLOCK, b'"]' + tail

    def nested(self, call: Call, depth: int) -> bytes:
        """Lists inside lists."""
        head, tail = self._frame(call)
        return head + b"[" * depth + b"]" * depth + tail

    def text_after(self, out: bytes, start: int) -> int:
        """Where a text begins behind `start`, or -1."""
        found = out.find(b': "', start)
        return found + 3 if found >= 0 else -1

    def _frame(self, call: Call) -> tuple[bytes, bytes]:
        return b"", b""


class XmlRpc(Protocol):
    """`/xmlrpc/2/` and the older `/xmlrpc/`."""

    name = "xmlrpc"
    kind = XML

    def read(self, call: Call, body: bytes) -> Params:
        call.service = call.path.rsplit("/", 1)[-1]
        params, method = wire.loads(body, self.world.version)
        describe(self.world, call, params, method)
        return params

    def dumps(self, call: Call, result: Any) -> Answer:
        if isinstance(result, methods.Unmarshallable):
            raise ServerError("TypeError", f"cannot marshal <class 'odoo.api.{result.name}'> objects")
        try:
            return Answer(wire.dumps(result, self.world.version), XML)
        except (TypeError, OverflowError) as error:
            raise wire.marshal_error(error) from error

    def tell(self, call: Call, value: Any) -> Answer:
        return Answer(wire.dumps(value, self.world.version, nil=True), XML)

    def fault(self, call: Call, error: OdooError) -> Answer:
        version = self.world.version
        new = call.path.startswith("/xmlrpc/2")
        return Answer(wire.dumps_fault(error, version) if new else wire.dumps_old_fault(error), XML, nosniff=version < 19)

    def endless(self, call: Call) -> tuple[bytes, bytes, bytes]:
        return (HEAD + b"<value><array><data>\n<value><string>", b"x" * BLOCK,
                b"</string></value>\n</data></array></value>\n</param>\n</params>\n</methodResponse>\n")

    def nested(self, call: Call, depth: int) -> bytes:
        return (HEAD + b"<value><array><data>" * depth + b"</data></array></value>" * depth
                + b"</param></params></methodResponse>\n")

    def text_after(self, out: bytes, start: int) -> int:
        found = out.find(b"<string>", start)
        return found + 8 if found >= 0 else -1


class JsonRpc(Protocol):
    """`/jsonrpc`: one to one with XML-RPC."""

    name = "jsonrpc"
    takes_chunks = True
    types = ("application/json", "application/json-rpc")

    def key(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        return (path, _ID.sub(b"", body))

    def again(self, answer: Answer, body: bytes) -> Answer:
        asked, told = _ID.search(body), _ID.search(answer)
        if asked is None or told is None:
            return answer
        return answer.with_body(answer[:told.start()] + asked[0] + answer[told.end():])

    def check(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        """The request, or the page that refuses it."""
        if mime(headers) not in self.types:
            raise Page(wrong_type("/jsonrpc", "jsonrpc", ", ".join(self.types)))
        try:
            asked = jsonwire.loads(body)
        except ValueError:
            raise Page(plain(400, "Invalid JSON data")) from None
        if not isinstance(asked, dict):
            raise Page(plain(400, "Invalid JSON-RPC data"))
        return asked

    def read(self, call: Call, body: bytes) -> Params:
        asked = self.check(call.headers, body)
        call.id = asked.get("id")
        try:
            named = dict(asked.get("params", {}))
            service, method, args = (JSONRPC if self.world.version >= 19 else RPC)().jsonrpc(**named)
        except TypeError as error:
            raise ServerError("TypeError", str(error)) from error
        jsonwire.check_texts(body, args)
        call.service = str(service)
        describe(self.world, call, tuple(args), str(method))
        return tuple(args)

    def dumps(self, call: Call, result: Any) -> Answer:
        told = {"jsonrpc": "2.0", "id": call.id}
        if result is not None:  # a method that returns nothing has no `result`
            told["result"] = result
        try:
            text = jsonwire.dumps(told)
        except (TypeError, ValueError) as error:
            raise ServerError(type(error).__name__, str(error)) from error
        return Answer(jsonwire.encode(text), JSON)

    def fault(self, call: Call, error: OdooError) -> Answer:
        code = 0 if self.world.version >= 19 else 200
        told = {"code": code, "message": "Odoo Server Error", "data": jsonwire.error_data(error, self.world.version)}
        text = jsonwire.dumps({"jsonrpc": "2.0", "id": call.id, "error": told})
        return Answer(jsonwire.encode(text), JSON, nosniff=False)

    def text_after(self, out: bytes, start: int) -> int:
        return super().text_after(out, max(start, out.find(b'"result"')))

    def _frame(self, call: Call) -> tuple[bytes, bytes]:
        return jsonwire.dumps({"jsonrpc": "2.0", "id": call.id, "result": 0}).encode()[:-2], b"}"


_ID = re.compile(rb'"id": ?\d+(?=, ?"(?:jsonrpc|method|params|result|error)"|\}$)')


class RPC:
    """The controller of `/jsonrpc`, whose words for a missing argument are Python's."""

    def jsonrpc(self, service: Any, method: Any, args: Any) -> tuple[Any, Any, Any]:
        return service, method, args


class JSONRPC(RPC):
    """Its name since 19."""

    def jsonrpc(self, service: Any, method: Any, args: Any) -> tuple[Any, Any, Any]:
        return service, method, args


class Json2(Protocol):
    """`/json/2/MODEL/METHOD`: named arguments, an API key, a status for each error."""

    name = "json2"
    types = ("application/json",)

    def key(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[Any, ...]:
        return (path, body, header(headers, "Authorization"), header(headers, "X-Odoo-Database"))

    def read(self, call: Call, body: bytes) -> Params:
        if call.path in VERSIONS:
            call.service, call.method = "common", "version"
            return ()
        world, key = self.world, bearer(call.headers)
        if body and mime(call.headers) not in self.types:
            raise Page(wrong_type("/json/2/&lt;__model__&gt;/&lt;__method__&gt;", self.name, self.types[0]))
        call.uid = world.holder(key) if key else None
        call.login = login_of(world, call.uid)
        try:
            asked = jsonwire.loads(body) if body else {}
        except ValueError as error:
            self.authorize(call, (world.database, call.uid, key))
            raise HttpError(400, f"could not parse the body as json: {error}") from error
        named = {k: v for k, v in asked.items() if k not in ("__model__", "__method__")} if isinstance(asked, dict) else {}
        call.service = "object"
        _, _, _, call.model, call.method = call.path.split("?")[0].rstrip("/").split("/")
        call.args, call.kwargs = positional(world, call.model, call.method, named)
        jsonwire.check_texts(body, named)
        return (world.database, call.uid, key, call.model, call.method, call.args, call.kwargs, named)

    def authorize(self, call: Call, params: Params) -> None:
        if not params[2]:
            raise HttpError(401, "User not authenticated, use an API Key with a Bearer Authorization header.")
        if params[1] is None:
            raise HttpError(401, "Invalid apikey")

    def execute(self, env: Env, call: Call, params: Params) -> Any:
        """What has no form in JSON is an error of the method: nothing is committed."""
        result = rpc.execute_named(env, params[3], params[4], params[7])
        call.told = (result, self._text(result))
        return result

    def _text(self, result: Any) -> str:
        try:
            return jsonwire.dumps(result)
        except (TypeError, ValueError) as error:
            raise ServerError(type(error).__name__, str(error)) from error

    def dumps(self, call: Call, result: Any) -> Answer:
        if call.path in VERSIONS:
            result = {"version_info": result["server_version_info"], "version": result["server_version"]}
        known = call.told is not None and call.told[0] is result
        answer = Answer(jsonwire.encode(call.told[1] if known and call.told else self._text(result)), JSON)
        call.told = None
        if call.path in VERSIONS:
            answer.headers["Set-Cookie"] = f"session_id={'0' * 84}; Max-Age=604800; HttpOnly; Path=/"
        return answer

    def fault(self, call: Call, error: OdooError) -> Answer:
        if isinstance(error, AccessDenied):
            error = HttpError(401, "Invalid apikey")
        text = jsonwire.dumps(jsonwire.error_data(error, self.world.version))
        answer = Answer(jsonwire.encode(text), JSON, error.status, nosniff=False)
        if error.status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer "
        return answer


ALL: tuple[type[Protocol], ...] = (XmlRpc, JsonRpc, Json2)
VERSIONS = ("/web/version", "/json/version")
PATHS = {"xmlrpc": re.compile(r"/xmlrpc/.*"), "jsonrpc": re.compile(r"/jsonrpc/?"),
         "json2": re.compile(r"/json/2/[^/]+/[^/]+/?|/web/version|/json/version")}

# The arguments that the agent gives by position where it can: what JSON-2 names them.
POSITIONAL: dict[str, tuple[str, ...]] = {
    "search": ("domain",), "search_count": ("domain",), "search_read": ("domain",), "create": ("vals_list",),
    "write": ("vals",), "fields_get": ("allfields",), "check_access_rights": ("operation", "raise_exception"),
    "has_access": ("operation",), "has_group": ("group_ext_id",), "check_object_reference": ("module", "xml_id"),
    "load": ("fields", "data"),
}


def spoken(world: World) -> set[str]:
    """The protocols of a version."""
    return {"xmlrpc", "jsonrpc", "json2"} if world.version >= 19 else {"xmlrpc", "jsonrpc"}


def header(headers: dict[str, str], name: str) -> str | None:
    """A header, however it is spelt."""
    value = headers.get(name)
    return value if value is not None else next((v for k, v in headers.items() if k.lower() == name.lower()), None)


def mime(headers: dict[str, str]) -> str:
    """The content type without its parameters."""
    return (header(headers, "Content-Type") or "").split(";")[0].strip().lower()


def bearer(headers: dict[str, str]) -> str:
    """The key of `Authorization: Bearer KEY`, or an empty text."""
    scheme, _, key = (header(headers, "Authorization") or "").strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def check_database(world: World, protocol: str, headers: dict[str, str]) -> None:
    """Since 19 a header chooses the database; JSON-2 has no other way to name it. XML-RPC and JSON-RPC, which name it in
    their arguments, need it only where their module `rpc` is no server-wide one."""
    asked = header(headers, "X-Odoo-Database")
    if world.version < 19 or asked == world.database or (protocol != "json2" and world.server_wide_rpc):
        return
    if asked or not world.one_database:
        raise Page(no_database())


def login_of(world: World, uid: Any) -> str | None:
    row = world.db.tables["res.users"].rows.get(uid) if isinstance(uid, int) else None
    return row.get("login") if row else None


def describe(world: World, call: Call, params: Params, method: str) -> None:
    """What a call of XML-RPC or JSON-RPC asks for."""
    call.method = method
    call.args = list(params)
    if call.service == "object" and method in ("execute_kw", "execute") and len(params) >= 5:
        call.uid, call.model, call.method = params[1], params[3], params[4]
        if method == "execute":
            call.args = list(params[5:])
        else:
            call.args = list(params[5]) if len(params) > 5 else []
            call.kwargs = dict(params[6]) if len(params) > 6 else {}
        call.login = login_of(world, call.uid)


def positional(world: World, model: str, method: str, named: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments as XML-RPC has them: ids first, then those that it gives by position."""
    rest = dict(named)
    args: list[Any] = []
    function = methods.method_of(world, model, method)
    if methods.takes_ids(function) if function else "ids" in rest:
        ids = rest.pop("ids", [])
        args.append(ids if isinstance(ids, list) else [ids])
    for name in POSITIONAL.get(method, ()):
        if name not in rest:
            break
        args.append(rest.pop(name))
    return args, rest
