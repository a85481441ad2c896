"""The users and the desk that the tests of the simulated server work with."""

from __future__ import annotations

import http.client
import json
import xmlrpc.client
from collections.abc import Callable
from typing import Any

import pytest
from odoosim import Server, World

SECRETS = {"admin": "admin", "agent@example.com": "agent-secret"}


class Rpc:
    """One user's view of a server, through Python's own XML-RPC client."""

    def __init__(self, server: Server, login: str = "agent@example.com", secret: str | None = None) -> None:
        self.server, self.login = server, login
        self.secret = secret or SECRETS.get(login, login)
        self.common = xmlrpc.client.ServerProxy(server.url + "/xmlrpc/2/common")
        self.object = xmlrpc.client.ServerProxy(server.url + "/xmlrpc/2/object", allow_none=True)
        self.uid = self.common.authenticate("demo", self.login, self.secret, {})

    def __call__(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.object.execute_kw("demo", self.uid, self.secret, model, method, list(args), kwargs)

    def fault(self, model: str, method: str, *args: Any, **kwargs: Any) -> tuple[int, str]:
        """The code and text of the fault that this call must give."""
        with pytest.raises(xmlrpc.client.Fault) as caught:
            self(model, method, *args, **kwargs)
        return caught.value.faultCode, caught.value.faultString

    def last_line(self, model: str, method: str, *args: Any, **kwargs: Any) -> str:
        """The last line of the traceback of a fault 1."""
        code, text = self.fault(model, method, *args, **kwargs)
        assert code == 1 and text.startswith("Traceback (most recent call last):\n")
        return text.strip().splitlines()[-1]


class Reply:
    """An answer: its status, its headers, its bytes, and what they say as JSON."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.body = answer.status, answer.read()
        self.headers = {k.lower(): v for k, v in answer.getheaders()}
        self.order = [k for k, _ in answer.getheaders()]

    @property
    def json(self) -> Any:
        assert self.headers["content-type"].startswith("application/json"), self.body
        return json.loads(self.body)


def request(server: Server, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
    """A raw request of any kind."""
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    link.request(method, path, body, headers or {})
    try:
        return Reply(link.getresponse())
    finally:
        link.close()


class JsonRpc:
    """One user's view of a server through JSON-RPC."""

    def __init__(self, server: Server, login: str = "agent@example.com", secret: str | None = None) -> None:
        self.server, self.login = server, login
        self.secret = secret or SECRETS.get(login, login)
        self.uid = self.ask("common", "authenticate", "demo", login, self.secret, {})["result"]

    def ask(self, service: str, method: str, *args: Any, id_: Any = 7) -> dict[str, Any]:
        """The whole answer."""
        body = {"jsonrpc": "2.0", "method": "call", "id": id_, "params": {"service": service, "method": method, "args": args}}
        return request(self.server, "POST", "/jsonrpc", json.dumps(body).encode(), {"Content-Type": "application/json"}).json

    def __call__(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        told = self.ask("object", "execute_kw", "demo", self.uid, self.secret, model, method, list(args), kwargs)
        assert "error" not in told, told
        return told.get("result")

    def error(self, model: str, method: str, *args: Any, **kwargs: Any) -> tuple[str, str]:
        """The name and message of the error that this call must give."""
        data = self.ask("object", "execute_kw", "demo", self.uid, self.secret, model, method, list(args), kwargs)["error"]["data"]
        return data["name"], data["message"]


class Json2:
    """One user's view of a server through JSON-2, by an API key."""

    def __init__(self, server: Server, key: str, **headers: str) -> None:
        self.server = server
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}", **headers}

    def ask(self, model: str, method: str, raw: Any = None, /, **named: Any) -> Reply:
        """The whole answer."""
        sent = json.dumps(named if raw is None else raw).encode()
        return request(self.server, "POST", f"/json/2/{model}/{method}", sent, self.headers)

    def __call__(self, model: str, method: str, **named: Any) -> Any:
        reply = self.ask(model, method, **named)
        assert reply.status == 200, reply.body
        return reply.json

    def error(self, model: str, method: str, **named: Any) -> tuple[int, str, str]:
        """The status, name and message of the error that this call must give."""
        reply = self.ask(model, method, **named)
        return reply.status, reply.json["name"], reply.json["message"]


class Desk:
    """A world, its server and its users."""

    def __init__(self, world: World, server: Server) -> None:
        self.world, self.server = world, server
        self.agent, self.admin = Rpc(server), Rpc(server, "admin")

    def user(self, login: str, *groups: str) -> Rpc:
        """A new user with these groups, signed in."""
        self.world.user(login.title(), login, groups=groups or ("base.group_user",))
        return Rpc(self.server, login)

    def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        """A raw request."""
        link = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        link.request("POST", path, body, {"Content-Type": "text/xml", **(headers or {})})
        answer = link.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        return answer

    def call_body(self, model: str, method: str, *args: Any, **kwargs: Any) -> bytes:
        """The XML of a call by the agent."""
        params = ("demo", self.agent.uid, "agent-secret", model, method, list(args), kwargs)
        return xmlrpc.client.dumps(params, "execute_kw", allow_none=True).encode()

    def moved(self, model: str, id_: int, action: Callable[[], Any]) -> bool:
        """Does an action move a record's write_date."""
        before = self.world.row(model, id_)["write_date"]
        self.world.advance(1)
        action()
        return self.world.row(model, id_)["write_date"] != before
