#!/usr/bin/python3
"""The model dressed as the program: reads a (simulated) Odoo over XML-RPC and prints `balance` and `ledger`.

    QUALIODOO_SECRET=... reference.py -c FILE --now TIME --json reconcile | balance | ledger ID

It keeps no state (`sync` does nothing) and reads only what `config_text` of tests/system/test_ledger_properties.py writes. It is there to test the
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

from ledger_model import (CUSTOMER_INVOICES, Adjustment, Counterpart, History, Invoice, Line, Partner, Policy, Product, Ticket, TimesheetLine, balance_json,
                          ledger_json, run)


def setting(text, key, default=None):
    found = re.search(rf"^ *{key}: *(.*?) *$", text, re.M)
    return default if found is None or found[1] in ("null", "") else found[1]


def policy_of(text):
    number = lambda key: int(re.match(r"\d+", setting(text, key))[0])
    since = setting(text, "since_credit") or setting(re.search(r"(?ms)^credit:.*?(?=^\w)", text + "\nx")[0], "since")
    packs = tuple((int(id_) if id_ else tuple(re.findall(r"\w+", codes)), Fraction(hours))
                  for id_, codes, hours in re.findall(r"\{(?:id: (\d+)|product: (.*?)), hours: ([\d.]+)\}", text))
    months = number("validity") * (12 if setting(text, "validity").endswith("y") else 1)
    return Policy(packs=packs, validity_months=months, account=setting(text, "account", "commercial"), max_write_off=number("max_write_off") if setting(text, "max_write_off") else 10,
                  money_journals=tuple(re.findall(r"\w+", setting(text, "money_journals", ""))), timesheets_domain=bool(re.search(r"(?m)^timesheets:", text)), step=number("step"), rounding=setting(text, "rounding"),
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
    partners = {p["id"]: p for p in odoo.all("res.partner", ["name", "parent_id", "is_company"])}
    history = History(partners={p["id"]: Partner(p["name"], p["parent_id"] or None, p["is_company"]) for p in partners.values()})
    products = {p["id"]: p for p in odoo.all("product.product", ["default_code", "uom_id", "active"])}
    history.products = {p["id"]: Product(p["id"], p["default_code"] or None, p["active"]) for p in products.values()}
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
    journals = {j["id"]: j for j in odoo.all("account.journal", ["type", "code"])}
    payments = {p["id"]: p["state"] for p in odoo.all("account.payment", ["state"])}
    moves = {m["id"]: m for m in odoo.all("account.move", ["name", "move_type", "state", "payment_state", "amount_total", "amount_residual", "invoice_date",
                                                          "commercial_partner_id", "reversed_entry_id", "invoice_origin"])}
    rows = {l["id"]: l for l in odoo.all("account.move.line", ["move_id", "product_id", "product_uom_id", "quantity", "price_subtotal", "date", "journal_id",
                                                            "display_type", "account_type", "is_downpayment", "parent_state", "payment_id"])}
    invoices = {}
    for m in moves.values():
        if m["move_type"] in (*CUSTOMER_INVOICES, "out_refund"):
            invoices[m["id"]] = Invoice(m["id"], m["commercial_partner_id"] or None, day(m["invoice_date"]), m["move_type"], m["state"], m["payment_state"], m["amount_total"],
                                        m["amount_residual"], reversed_entry_id=m["reversed_entry_id"] or None, name=m["name"] or "", origin=m["invoice_origin"] or None)
    for l in rows.values():
        if l["move_id"] in invoices and l["display_type"] == "product" and l["product_id"]:
            invoices[l["move_id"]].lines.append(Line(l["id"], l["product_id"], l["quantity"], l["price_subtotal"],
                                                     size(l["product_uom_id"]) / size(products[l["product_id"]]["uom_id"]), l["is_downpayment"]))
    for p in odoo.all("account.partial.reconcile", ["debit_move_id", "credit_move_id", "debit_amount_currency", "credit_amount_currency", "exchange_move_id"]):
        for mine, other in (("debit", "credit"), ("credit", "debit")):
            if rows[p[f"{mine}_move_id"]]["move_id"] in invoices and rows[p[f"{mine}_move_id"]]["account_type"] == "asset_receivable":
                line = rows[p[f"{other}_move_id"]]
                move, journal = moves[line["move_id"]], journals[line["journal_id"]]
                invoices[rows[p[f"{mine}_move_id"]]["move_id"]].counterparts.append(Counterpart(
                    day(line["date"]), journal["type"], move["move_type"], p[f"{mine}_amount_currency"], journal["code"], line["parent_state"],
                    payments.get(line["payment_id"]), move["id"], move["reversed_entry_id"] or None,
                    p["exchange_move_id"] == move["id"]))
    history.invoices = list(invoices.values())

    excluded = {t["id"] for t in odoo.all("helpdesk.ticket.tag", ["name"]) if t["name"] in (setting(text, "excluded_tags") or "")}
    agents = {u["partner_id"] for u in odoo.all("res.users", ["partner_id", "share"]) if not u["share"]}
    internal = {s["id"]: s["internal"] for s in odoo.all("mail.message.subtype", ["internal"])}
    replies = {}
    for m in odoo.all("mail.message", ["date", "res_id", "author_id", "message_type", "subtype_id", "is_internal"], [["model", "=", "helpdesk.ticket"]]):
        if m["message_type"] in ("comment", "email") and m["subtype_id"] and not internal[m["subtype_id"]] and not m["is_internal"] and m["author_id"] in agents:
            replies[m["res_id"]] = min(m["date"], replies.get(m["res_id"], m["date"]))
    for k in odoo.all("helpdesk.ticket", ["number", "partner_id", "create_date", "assigned_date", "closed_date", "closed", "tag_ids"]):
        history.tickets.append(Ticket(k["id"], k["partner_id"] or None, k["number"], instant(k["create_date"]), instant(k["closed_date"]) if k["closed"] else None,
                                      instant(k["assigned_date"]), instant(replies.get(k["id"])), bool(excluded & set(k["tag_ids"]))))
    domain = json.loads(setting(re.search(r"(?ms)^timesheets:.*?(?=^\w)", text)[0], "domain")) if "\ntimesheets:" in text else []
    billable = {l["id"] for l in odoo.all("account.analytic.line", ["id"], domain)}
    times = {u for u, name in by_name.items() if name in ("Hours", "Days")}
    for l in odoo.all("account.analytic.line", ["date", "unit_amount", "product_uom_id", "ticket_id"]):
        flags = {"is_time": l["product_uom_id"] in times, "matches": l["id"] in billable}
        if l["product_uom_id"] == hour or l["product_uom_id"] not in times:
            history.timesheets.append(TimesheetLine(l["id"], l["ticket_id"] or None, day(l["date"]), hours=l["unit_amount"], **flags))
        else:
            history.timesheets.append(TimesheetLine(l["id"], l["ticket_id"] or None, day(l["date"]), days=l["unit_amount"],
                                                    day_hours=size(l["product_uom_id"]) / size(hour), **flags))
    for a in odoo.all("x_qualiodoo_adjustment", ["x_partner_id", "x_minutes", "x_date", "x_end", "x_reason"]):
        history.adjustments.append(Adjustment(a["id"], a["x_partner_id"], a["x_minutes"], day(a["x_date"]), day(a["x_end"]), a["x_reason"]))
    return history


def main(argv):
    text = open(argv[argv.index("-c") + 1], encoding="utf-8").read()
    now = datetime.fromisoformat(argv[argv.index("--now") + 1].replace("Z", "+00:00"))
    command = next(i for i, a in enumerate(argv) if a in ("sync", "reconcile", "balance", "ledger"))
    if argv[command] in ("sync", "reconcile"):
        print('{"created": {}, "updated": {}, "deleted": {}, "accounts_changed": []}')
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
