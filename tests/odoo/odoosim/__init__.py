"""A simulated Odoo server: enough of one that an agent cannot tell the difference.

    from odoosim import World

    world = World(today="2026-03-12")
    customer = world.partner("Exemple SARL")
    invoice = world.invoice(customer, [("SUP12", 1)], "2026-03-01")
    world.pay(invoice, "2026-03-10")
    with world.serve() as server:
        ...  # run the program against server.url
        assert server.calls[0].method == "version"
"""

from __future__ import annotations

from . import stories
from .faults import AccessDenied, AccessError, MissingError, ServerError, UserError
from .mischief import Fault
from .server import Call, Server
from .world import World

__all__ = ["AccessDenied", "AccessError", "Call", "Fault", "MissingError", "Server", "ServerError", "UserError", "World",
           "stories"]
