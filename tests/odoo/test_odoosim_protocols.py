"""JSON-RPC and JSON-2: each fact of how they answer, by its name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from simdesk import Desk, JsonRpc

TICKET = "helpdesk.ticket"


@pytest.mark.parametrize("version", [16, 17, 18, 19])
def test_json_rpc_answers_what_xml_rpc_does(make_desk: Callable[..., Desk], version: int) -> None:
    desk = make_desk(version=version)
    ticket = desk.world.ticket(desk.world.partner("Société Nœud & Fils"))
    agent = JsonRpc(desk.server)
    assert agent.uid == desk.agent.uid
    for method, args, kwargs in (("search", [[["id", "=", ticket]]], {}), ("search_count", [[]], {}),
                                 ("search_read", [[]], {"fields": ["name", "partner_id", "write_date"], "load": ""}),
                                 ("read", [[ticket, 999], ["partner_id"]], {}),
                                 ("fields_get", [["name", "nope"]], {"attributes": ["type"]}),
                                 ("write", [[ticket], {"priority": "2"}], {})):
        assert agent(TICKET, method, *args, **kwargs) == desk.agent(TICKET, method, *args, **kwargs), method
        first, second = desk.server.calls[-2:]
        assert (first.protocol, second.protocol) == ("jsonrpc", "xmlrpc")
        assert (first.args, first.kwargs, first.login, first.uid, first.writes) == \
            (second.args, second.kwargs, second.login, second.uid, second.writes)
