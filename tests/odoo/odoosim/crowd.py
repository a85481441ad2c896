"""Public replies of a large desk: rows that are made when they are asked for, a page in milliseconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .server import Call
    from .world import World

MODEL = "mail.message"
STAMP = "2026-03-01 08:00:00"
LIST = "<params>\n<param>\n<value><array><data>\n{}</data></array></value>\n</param>\n</params>\n"
COUNT = "<params>\n<param>\n<value><i8>{}</i8></value>\n</param>\n</params>\n"
ID = "<value><int>{}</int></value>\n"
ROW = ("<value><struct>\n<member>\n<name>id</name>\n<value><int>{id}</int></value>\n</member>\n{members}"
       "</struct></value>\n")
MEMBER = "<member>\n<name>{}</name>\n<value><{}>{}</{}></value>\n</member>\n"


class Crowd:
    """`count` replies of the agent on `tickets`, beside nothing else: the world's own messages are not seen.

    hidden   ids that the agent may not read: as on a real server they are taken out after the limit
    endless  the list never ends: behind the last row come more, each with a higher id
    counted  what search_count says instead of the truth
    """

    def __init__(self, world: World, tickets: Sequence[int], count: int, first: int = 1_000_000,
                 hidden: range = range(0), endless: bool = False, counted: int | None = None) -> None:
        self.tickets, self.ids, self.hidden = tickets, range(first, first + count), hidden
        self.endless, self.counted = endless, counted
        self.values = {"author_id": world.partner_of(world.people[0]), "subtype_id": world.ref("mail.mt_comment"),
                       "write_date": STAMP, "date": STAMP}
        self.members = "".join(MEMBER.format(name, kind, value, kind) for name, value in self.values.items()
                               for kind in ["int" if isinstance(value, int) else "string"])

    def answer(self, call: Call) -> Any:
        """An answer, as XML where XML is asked for, or None where another than these rows is asked for."""
        found = self._found(call)
        if found is None or call.protocol != "xmlrpc":
            return found if found is None or call.method != "read" else list(map(self._values, found))
        if isinstance(found, int):
            return COUNT.format(found)
        return LIST.format("".join(map(self._row if call.method == "read" else ID.format, found)))

    def _found(self, call: Call) -> Sequence[int] | int | None:
        """Ids, or how many there are."""
        if call.service != "object" or call.model != MODEL:
            return None
        if call.method == "read":
            return call.args[0]
        if call.method == "search_count":
            return len(self._readable(self._matching(call.args[0]))) if self.counted is None else self.counted
        if call.method == "search":
            found, limit = self._matching(call.args[0]), call.kwargs.get("limit") or None
            if self.endless and limit:
                found = range(found.start, found.start + limit)
            skip = call.kwargs.get("offset") or 0
            return list(self._readable(found[skip:][:limit]))
        return None

    def _row(self, id_: int) -> str:
        ticket = MEMBER.format("res_id", "int", self.tickets[id_ % len(self.tickets)], "int")
        return ROW.format(id=id_, members=ticket + self.members)

    def _values(self, id_: int) -> dict[str, Any]:
        return {"id": id_, "res_id": self.tickets[id_ % len(self.tickets)], **self.values}

    def _readable(self, found: range) -> Sequence[int]:
        return [i for i in found if i not in self.hidden] if self.hidden else found

    def _matching(self, domain: Iterable[Any]) -> range:
        """Of a domain, what it says of ids and of dates; the rows are all that the rest can ask for."""
        low, high = self.ids.start, self.ids.stop
        for leaf in domain:
            if leaf[0] == "id" and leaf[1] == ">":
                low = max(low, leaf[2] + 1)
            elif leaf[0] == "write_date" and leaf[2] > STAMP or leaf[:2] == ["message_type", "="] or leaf[0] == "message_id":
                return range(0)
        return range(low, max(low, high))
