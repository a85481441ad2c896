#!/usr/bin/python3
"""The model dressed as the program: reads a (simulated) Odoo over XML-RPC and prints `balance` and `ledger`.

    QUALIODOO_SECRET=... reference.py -c FILE --now TIME --json reconcile | balance | ledger ID

It keeps no state and reads only what `config_text` of tests/system/test_ledger_properties.py writes. It is there to test the
property tests themselves: that what `convert.load` puts into Odoo is enough to find the history again.
"""

import json
import os
import re
import sys
import xmlrpc.client
from datetime import date, datetime, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from ledger_model import (Adjustment, Counterpart, History, Invoice, Line, Policy, Ticket, TimesheetLine, balance_json, ledger_json, run)


def setting(text, key, default=None):
    found = re.search(rf"^ *{key}: *(.*?) *$", text, re.M)
    return default if found is None or found[1] in ("null", "") else found[1]


def policy_of(text):
    number = lambda key: int(re.match(r"\d+", setting(text, key))[0])
    since = setting(text, "since_credit") or setting(re.search(r"(?ms)^credit:.*?(?=^\w)", text + "\nx")[0], "since")
    packs = tuple((code, Fraction(hours)) for code, hours in re.findall(r"\{product: (\w+), hours: ([\d.]+)\}", text))
    months = setting(text, "validity").endswith("mo")
    return Policy(packs=packs, validity_years=0 if months else number("validity"), validity_months=number("validity") if months else 0, step=number("step"), rounding=setting(text, "rounding"),
                  count_from=setting(text, "count_from"), payment=setting(text, "payment"), renewal_grace_days=number("renewal_grace"),
                  since=date.fromisoformat(since) if since else None, timezone=setting(text, "timezone"),
                  response=tuple(re.findall(r"\w+", setting(text, "response"))))


class Odoo:
    def __init__(self, text):
        self.url, self.db = setting(text, "url"), setting(text, "database")
        self.secret = os.environ["QUALIODOO_SECRET"]
        self.uid = xmlrpc.client.ServerProxy(self.url + "/xmlrpc/2/common").authenticate(self.db, setting(text, "login"), self.secret, {})
        self.proxy = xmlrpc.client.ServerProxy(self.url + "/xmlrpc/2/object", allow_none=True)

    def all(self, model, fields, domain=()):
        return self.proxy.execute_kw(self.db, self.uid, self.secret, model, "search_read", [list(domain)],
                                     {"fields": fields, "load": "", "order": "id", "context": {"active_test": False}})


def day(value):
    return date.fromisoformat(value) if value else None


def instant(value):
    return datetime.fromisoformat(value).replace(tzinfo=timezone.utc) if value else None


def read(odoo, text):
    partners = {p["id"]: p for p in odoo.all("res.partner", ["name", "commercial_partner_id"])}
    holder = lambda p: partners[p]["commercial_partner_id"] if p else None
    products = {p["id"]: p for p in odoo.all("product.product", ["default_code", "uom_id"])}
    modern = "relative_factor" in odoo.proxy.execute_kw(odoo.db, odoo.uid, odoo.secret, "uom.uom", "fields_get", [], {})
    units = {}
    for u in odoo.all("uom.uom", ["relative_factor", "relative_uom_id"] if modern else ["factor"]):
        units[u["id"]] = u
    by_name = {u["id"]: u["name"] for u in odoo.all("uom.uom", ["name"])}

    def size(unit):  # in the reference unit of its kind
        if modern:
            root = units[unit].get("relative_uom_id")
            return Fraction(units[unit]["relative_factor"]) * (size(root) if root else 1)
        return 1 / Fraction(units[unit]["factor"]).limit_denominator(10**6)

    hour = next(u for u, name in by_name.items() if name == "Hours")
    journals = {j["id"]: j["type"] for j in odoo.all("account.journal", ["type"])}
    moves = {m["id"]: m for m in odoo.all("account.move", ["name", "move_type", "state", "payment_state", "amount_total", "amount_residual", "invoice_date",
                                                          "commercial_partner_id", "reversed_entry_id"])}
    rows = {l["id"]: l for l in odoo.all("account.move.line", ["move_id", "product_id", "product_uom_id", "quantity", "price_subtotal", "date", "journal_id",
                                                            "display_type", "account_type"])}
    history = History()
    invoices = {}
    for m in moves.values():
        if m["move_type"] in ("out_invoice", "out_refund"):
            invoices[m["id"]] = Invoice(m["id"], m["commercial_partner_id"] or None, day(m["invoice_date"]), m["move_type"], m["state"], m["payment_state"], m["amount_total"],
                                        m["amount_residual"], reversed_entry_id=m["reversed_entry_id"] or None, name=m["name"] or "")
    for l in rows.values():
        if l["move_id"] in invoices and l["display_type"] == "product" and l["product_id"]:
            product = products[l["product_id"]]
            invoices[l["move_id"]].lines.append(Line(l["id"], product["default_code"], l["quantity"], l["price_subtotal"],
                                                     size(l["product_uom_id"]) / size(product["uom_id"])))
    for p in odoo.all("account.partial.reconcile", ["debit_move_id", "credit_move_id"]):
        for mine, other in ((p["debit_move_id"], p["credit_move_id"]), (p["credit_move_id"], p["debit_move_id"])):
            if rows[mine]["move_id"] in invoices:
                other = rows[other]
                invoices[rows[mine]["move_id"]].counterparts.append(
                    Counterpart(day(other["date"]), journals[other["journal_id"]], moves[other["move_id"]]["move_type"]))
    history.invoices = list(invoices.values())

    excluded = {t["id"] for t in odoo.all("helpdesk.ticket.tag", ["name"]) if t["name"] in (setting(text, "excluded_tags") or "")}
    agents = {u["partner_id"] for u in odoo.all("res.users", ["partner_id", "share"]) if not u["share"]}
    internal = {s["id"]: s["internal"] for s in odoo.all("mail.message.subtype", ["internal"])}
    replies = {}
    for m in odoo.all("mail.message", ["date", "res_id", "author_id", "message_type", "subtype_id", "is_internal"], [["model", "=", "helpdesk.ticket"]]):
        if m["message_type"] in ("comment", "email") and m["subtype_id"] and not internal[m["subtype_id"]] and not m["is_internal"] and m["author_id"] in agents:
            replies[m["res_id"]] = min(m["date"], replies.get(m["res_id"], m["date"]))
    for k in odoo.all("helpdesk.ticket", ["number", "partner_id", "create_date", "assigned_date", "closed_date", "closed", "tag_ids"]):
        history.tickets.append(Ticket(k["id"], holder(k["partner_id"]), k["number"], instant(k["create_date"]), instant(k["closed_date"]) if k["closed"] else None,
                                      instant(k["assigned_date"]), instant(replies.get(k["id"])), bool(excluded & set(k["tag_ids"]))))
    for l in odoo.all("account.analytic.line", ["date", "unit_amount", "product_uom_id", "ticket_id"]):
        if l["product_uom_id"] == hour:
            history.timesheets.append(TimesheetLine(l["id"], l["ticket_id"] or None, day(l["date"]), hours=l["unit_amount"]))
        else:
            history.timesheets.append(TimesheetLine(l["id"], l["ticket_id"] or None, day(l["date"]), days=l["unit_amount"],
                                                    day_hours=size(l["product_uom_id"]) / size(hour)))
    for a in odoo.all("x_qualiodoo_adjustment", ["x_partner_id", "x_minutes", "x_date", "x_end", "x_reason"]):
        history.adjustments.append(Adjustment(a["id"], holder(a["x_partner_id"]), a["x_minutes"], day(a["x_date"]), day(a["x_end"]), a["x_reason"]))
    holders = {m.customer for m in history.invoices} | {k.customer for k in history.tickets} | {a.customer for a in history.adjustments}
    history.customers = {p: partners[p]["name"] for p in holders if p}
    return history


def main(argv):
    text = open(argv[argv.index("-c") + 1], encoding="utf-8").read()
    now = datetime.fromisoformat(argv[argv.index("--now") + 1].replace("Z", "+00:00"))
    command = next(i for i, a in enumerate(argv) if a in ("reconcile", "balance", "ledger"))
    if argv[command] == "reconcile":
        print("{}")
        return 0
    policy = policy_of(text)
    history = read(Odoo(text), text)
    reports = run(history, policy, now.astimezone(ZoneInfo(policy.timezone)).date())
    if argv[command] == "balance":
        print(json.dumps(balance_json(history, reports)))
        return 0
    customer = int(argv[command + 1])
    if customer not in reports:
        return 1
    print(json.dumps(ledger_json(history, reports, customer)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
