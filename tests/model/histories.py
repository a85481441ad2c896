"""Random histories of support credit, for comparing the model with the program: nasty ones on purpose.

    random_history(seed, customers=3)      # fast, reproducible
    random_policy(seed)
    histories(), policies()                # hypothesis strategies over the same generator (they shrink)

Everything is drawn through a Chooser, so that the seeded generator and hypothesis share one story-teller. Dates
are drawn mostly from the "hot" days of a customer (starts, ends, grace ends, days already used, and the days around
them): that is where the rules meet.
"""

from __future__ import annotations

import copy
import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

from ledger_model import (CUSTOMER_INVOICES, Adjustment, Counterpart, History, Invoice, Line, Partner, Policy, Product, Ticket, TimesheetLine,
                          add_months, holder_of)

KINDS = frozenset({"settlement", "state", "spoilt", "receipt", "downpayment", "transfer", "annulled", "packs", "partners", "months", "units", "foreign"})

BASES = (date(2025, 3, 10), date(2024, 2, 29), date(2024, 12, 31), date(2025, 10, 26), date(2023, 6, 1), date(2024, 3, 1))
PRICES = {"SUP12": 960, "SUP24": 1800, "SUP36": 2520, "CONSULT": 800, "SUP12B": 1000, "DUP12": 960, "NOCODE": 500}
PRODUCTS = {"SUP12": Product(1, "SUP12"), "SUP24": Product(2, "SUP24"), "SUP36": Product(3, "SUP36"), "CONSULT": Product(4, "CONSULT"),
            "ACOMPTE": Product(5, "ACOMPTE")}
ODD_PRODUCTS = {"SUP12B": Product(6, "SUP12B"), "DUP12": Product(7, "SUP12", active=False), "NOCODE": Product(8, None)}
MONEY_JOURNAL = "TILL"  # of type general
HOURS = (0.5, 0.02, 0.03, 0.05, 0.08, 0.1, 0.17, 0.25, 0.33, 0.0, 0.008, 0.0083, 1.0, 1.025, 1.5, 2.0, 3.75, 7.99, 12.0, 20.0)


class Chooser:
    """Draws from a random.Random."""

    def __init__(self, rng):
        self.rng = rng

    def integer(self, low, high):
        return self.rng.randint(low, high)

    def pick(self, options):
        return options[self.integer(0, len(options) - 1)]

    def chance(self, percent):
        return self.integer(0, 99) >= 100 - percent  # 0, where hypothesis shrinks to, is "no"


class DrawChooser(Chooser):
    """Draws from hypothesis."""

    def __init__(self, draw):
        from hypothesis import strategies as st

        self._draw, self._st = draw, st

    def integer(self, low, high):
        return self._draw(self._st.integers(low, high))


class _Teller:
    def __init__(self, chooser, policy, kinds):
        self.c = chooser
        self.policy = policy
        self.kinds = kinds
        self.history = History(products={k: replace(p) for k, p in PRODUCTS.items()})
        if "packs" in kinds:
            self.history.products.update({k: replace(p) for k, p in ODD_PRODUCTS.items()})
        self.counters = {}
        self.hot = []

    def on(self, kind, percent=100):
        return kind in self.kinds and self.c.chance(percent)

    # -- ids and days -----------------------------------------------------------------------------------------

    def id(self, model):
        """Distinct ids, not in the order of creation."""
        low, high = self.counters.setdefault(model, [499, 500])
        if low > 1 and self.c.chance(30):
            self.counters[model][0] -= 1
            return low
        self.counters[model][1] += 1
        return high

    def heat(self, day):
        end = add_months(day, self.policy.validity_months)
        grace = timedelta(days=self.policy.renewal_grace_days)
        for d in (day, end, end + grace, end + grace + timedelta(days=1), end - timedelta(days=1)):
            if d not in self.hot and (not self.hot or (d - self.hot[0]).days < 1300):  # else they drift away
                self.hot.append(d)

    def day(self):
        if self.c.chance(25):
            return self.hot[0] + timedelta(days=self.c.integer(-40, 1000))
        return self.c.pick(self.hot) + timedelta(days=self.c.pick((0, 0, 0, 0, 1, -1, 5, 30)))

    def near(self, day):
        return day + timedelta(days=self.c.pick((0, 0, 1, 10, 30, 45, 200)))

    # -- invoices -----------------------------------------------------------------------------------------

    def line(self, negative_percent=6):
        product = self.c.pick(("SUP12", "SUP12", "SUP12", "SUP24", "SUP36", "CONSULT"))
        if self.on("packs", 30):
            product = self.c.pick(("SUP12B", "DUP12", "NOCODE"))
        quantity = self.c.pick((1, 1, 1, 1, 2, 2, 0.5, 3, 0, 0.0005))
        price = PRICES[product]
        if self.c.chance(negative_percent):
            quantity = -self.c.pick((1, 0.5, 2))
        factor = 1
        if self.c.chance(8):
            factor = 12  # sold by the dozen
            quantity = quantity / 4
        discount = self.c.pick((0, 0, 0, 10, 50, 100))
        return Line(self.id("account.move.line"), product, quantity, round(price * quantity * factor * (100 - discount) / 100, 2), factor)

    def money(self, day, amount=0):
        payment = "paid" if self.on("state", 60) else None
        return Counterpart(day, self.c.pick(("bank", "bank", "cash", "credit")), amount=amount, payment=payment)

    def other(self, day, amount):
        """A miscellaneous entry: of the journal that policies may name as money, or of another."""
        return Counterpart(day, "general", amount=amount, journal_code=MONEY_JOURNAL if self.on("settlement", 30) else "MISC")

    def spoil_counterparts(self, move):
        """Counterparts that Odoo keeps although they settle nothing any more."""
        own = [i for i, x in enumerate(move.counterparts) if x.move is None and not x.exchange]
        if own and self.on("state", 12):
            i = self.c.pick(own)
            odd = self.c.pick(({"parent_state": "draft"}, {"parent_state": "cancel"}, {"payment": "rejected"}, {"payment": "canceled"}))
            if "payment" in odd and move.counterparts[i].payment is None:
                odd = {"parent_state": "draft"}
            move.counterparts[i] = replace(move.counterparts[i], **odd)

    def spoil_word(self, move):
        """What an automation rule with a before-domain on payment_state leaves behind."""
        if not (move.counterparts and move.amount_total > 0 and move.payment_state in ("paid", "reversed") and self.on("spoilt", 12)):
            return
        if self.c.chance(70) or any(x.move is not None for x in move.counterparts):
            move.payment_state = "partial"
        else:
            move.payment_state, move.amount_residual, move.counterparts = "paid", move.amount_total, []

    def settle(self, move, kind, paid):
        """Residual, state and counterparts of a posted customer invoice that is not of amount zero."""
        c, total = self.c, move.amount_total
        half = round(total / 2, 2)
        limit = round(total * float(self.policy.max_write_off) / 100, 2)
        if kind == "written_off":  # money, then a miscellaneous entry later
            off = c.pick((limit, limit, round(limit + 0.01, 2), round(max(0.01, limit - 0.01), 2), half, 0.01)) if "settlement" in self.kinds else min(limit, 1.0)
            off = max(0.01, min(off, round(total - 0.01, 2)))
            move.counterparts = [self.money(paid, round(total - off, 2)), self.other(self.near(paid), off)]
        elif kind == "two":
            move.counterparts = [self.money(self.near(move.invoice_date), half), self.money(paid, round(total - half, 2))]
        elif kind == "mixed":  # part paid, the rest refunded; the credit note is later than the money
            move.counterparts = [self.money(paid, half), Counterpart(self.near(paid), "sale", "out_refund", round(total - half, 2))]
        elif kind == "in_payment":
            move.payment_state, move.counterparts = "in_payment", [self.money(paid, total)]
        elif kind == "in_payment_residual":
            move.payment_state, move.amount_residual = "in_payment", total
        elif kind == "unpaid":
            move.payment_state, move.amount_residual = "not_paid", total
        elif kind == "partial":
            move.payment_state, move.amount_residual, move.counterparts = "partial", round(total - half, 2), [self.money(paid, half)]
        elif kind == "misc":
            move.counterparts = [self.other(paid, total) if c.chance(60) else replace(self.other(paid, total), journal_code="MISC")]
        elif kind == "reversed":
            move.payment_state, move.counterparts = "reversed", [Counterpart(paid, "sale", "out_refund", total)]
        else:
            move.counterparts = [self.money(paid, total)]
        if move.rate != 1 and move.counterparts and move.amount_residual == 0 and c.chance(50):
            move.counterparts.append(Counterpart(paid + timedelta(days=c.pick((0, 20))), "general", amount=0, exchange=True,
                                                 journal_code=c.pick(("MISC", MONEY_JOURNAL))))
        self.spoil_counterparts(move)
        self.spoil_word(move)

    def register(self, move):
        self.history.invoices.append(move)
        self.heat(move.invoice_date)
        if move.counterparts:
            last = max(x.date for x in move.counterparts)
            self.heat(last)
            self.heat(max(move.invoice_date, last))
        return move

    def invoice(self, customer, issued=None, paid=None, lines=None, kind=None):
        c = self.c
        issued = issued or self.day()
        lines = lines or [self.line() for _ in range(c.pick((1, 1, 1, 1, 2, 3)))]
        kind = kind or c.pick(("paid", "paid", "paid", "paid", "late", "late", "late", "prepaid", "two", "free", "free", "mixed", "written_off",
                               *(("written_off",) * 3 if "settlement" in self.kinds else ()),
                               "in_payment", "in_payment_residual", "unpaid", "partial", "misc", "reversed", "draft", "cancel"))
        total = round(sum(l.price_subtotal for l in lines) * 1.2, 2)
        if kind == "free":
            for l in lines:
                l.price_subtotal = 0.0
            total = 0.0
        move = Invoice(self.id("account.move"), customer, issued, amount_total=total, lines=lines)
        move.name = f"INV/{issued.year}/{move.id:05d}"
        if self.on("receipt", 12):
            move.move_type = "out_receipt"
        if self.on("foreign", 10):
            move.rate = c.pick((1.25, 0.8))
        if total <= 0 and kind != "draft":
            if total < 0 and "settlement" in self.kinds:  # Odoo posts no invoice of a negative amount
                lines.append(Line(self.id("account.move.line"), "CONSULT", 1, round(-total / 1.2, 2)))
            elif "settlement" not in self.kinds:
                for l in lines:
                    l.price_subtotal = 0.0
            move.amount_total = 0.0
            kind = kind if kind == "cancel" else "free"
        paid = paid or {"late": self.near(issued), "prepaid": issued - timedelta(days=c.pick((1, 10, 400)))}.get(kind, issued)
        if kind == "draft":
            move.state, move.payment_state, move.amount_residual, move.name = "draft", "not_paid", total, "/"
        elif kind == "cancel":
            move.state, move.payment_state = "cancel", "not_paid"
        elif kind == "free":
            if self.on("settlement", 20):  # a discount line beside a pack that is not offered
                amount = c.pick((1200.0, 960.0))
                lines += [Line(self.id("account.move.line"), "SUP12", 1, amount), Line(self.id("account.move.line"), "CONSULT", 1, -amount)]
        else:
            self.settle(move, kind, paid)
        return self.register(move)

    def credit_note(self, invoice, customer, issued=None, share=None, settle=True):
        """`invoice` None: reverses no invoice. `share`: all | half | gesture | more | other."""
        c = self.c
        issued = issued or self.day()
        share = share or c.pick(("all", "all", "all", "half", "half", "gesture", "more", "other"))
        lines = []
        for l in invoice.lines if invoice is not None and share != "other" else [self.line(10) for _ in range(c.pick((1, 1, 2)))]:
            quantity, amount = l.quantity, abs(l.price_subtotal)
            if share == "half":
                if c.chance(50) or quantity in (1, 0.0005):
                    amount = round(amount / 2, 2)
                else:
                    quantity, amount = quantity / 2, round(amount / 2, 2)
            elif share == "gesture":
                amount = c.pick((50.0, 0.0, 33.33, 1.0))
            elif share == "more":
                quantity, amount = quantity * 2, round(amount * c.pick((1, 2)), 2)
            if quantity <= 0 and share != "other" and not c.chance(20):
                continue
            lines.append(Line(self.id("account.move.line"), l.product, quantity, amount, l.uom_factor, l.is_downpayment))
            if share in ("half", "gesture") and c.chance(30):
                break
        total = round(sum(l.price_subtotal for l in lines) * 1.2, 2)
        note = Invoice(self.id("account.move"), customer, issued, "out_refund", amount_total=total, lines=lines,
                       reversed_entry_id=invoice.id if invoice is not None else None, rate=invoice.rate if invoice is not None else 1)
        note.name = f"RINV/{issued.year}/{note.id:05d}"
        if total > 0 and settle:
            kind = c.pick(("refunded", "refunded", "refunded", "late", "on_invoice", "two", "misc", "open", "draft", "cancel"))
            if kind in ("refunded", "late"):
                note.counterparts = [self.money(issued if kind == "refunded" else self.near(issued), total)]
            elif kind == "on_invoice":
                when = invoice.invoice_date if invoice is not None else issued - timedelta(days=5)
                note.counterparts = [Counterpart(when, "sale", "out_invoice", total)]
            elif kind == "two":
                note.counterparts = [self.money(issued, round(total / 2, 2)), self.other(self.near(issued), round(total - round(total / 2, 2), 2))]
            elif kind == "misc":
                note.counterparts = [self.other(issued, total)]
            elif kind == "open":
                note.payment_state, note.amount_residual = "not_paid", total
            elif kind == "draft":
                note.state, note.payment_state, note.amount_residual = "draft", "not_paid", total
            else:
                note.state, note.payment_state = "cancel", "not_paid"
            self.spoil_counterparts(note)
        elif total < 0:
            note.state, note.payment_state = "cancel", "not_paid"
        self.history.invoices.append(note)
        if note.counterparts:
            self.heat(max(x.date for x in note.counterparts))
        return note

    # -- the rest -----------------------------------------------------------------------------------------

    def instant(self, day):
        # near local midnights too
        at = self.c.pick((time(9, 30), time(22, 30), time(23, 15), time(0, 0), time(13, 59, 59)))
        return datetime.combine(day, at, timezone.utc)

    def ticket(self, customer):
        c = self.c
        created = self.instant(self.day())
        ticket = Ticket(self.id("helpdesk.ticket"), customer, created=created)
        ticket.number = f"HT{ticket.id:05d}"
        if c.chance(70):
            ticket.assigned = created if c.chance(25) else created + timedelta(hours=c.pick((1, 3, 30, 300)))
        if c.chance(50):
            ticket.first_reply = created + timedelta(hours=c.pick((1, 2, 26, 400, 9000)))
        if c.chance(50):
            ticket.closed = created + timedelta(hours=c.pick((5, 50, 500)))
        ticket.excluded = c.chance(6)
        self.history.tickets.append(ticket)
        return ticket

    def timesheet(self, ticket, day=None, hours=None):
        hours = hours if hours is not None else self.c.pick(HOURS)
        if self.c.chance(25):
            hours = -hours
        line = TimesheetLine(self.id("account.analytic.line"), ticket.id if ticket else None, day or self.day(), hours=hours)
        if self.c.chance(10):
            line = replace(line, hours=None, days=hours / 8)
        if self.on("units", 20):
            line = self.c.pick((replace(line, hours=hours, days=None, is_time=False), replace(line, matches=False), replace(line, matches=False),
                                replace(line, hours=self.c.pick((10_000.0, 10_001.0, -10_001.0, 1e300, float("nan"), float("inf"))), days=None)))
        self.history.timesheets.append(line)
        self.heat(line.date)
        return line

    def adjustment(self, customer, minutes=None, day=None):
        day = day or self.day()
        minutes = minutes or self.c.pick((60, 7, 300, 1000, -60, -7, -500, -1500))
        end = None
        if minutes > 0 and self.c.chance(45):
            end = day + timedelta(days=self.c.pick((1, 30, 365, 366, 500)))
            if self.c.chance(30):
                later = [d for d in self.hot if d > day]
                end = self.c.pick(later) if later else end
        self.history.adjustments.append(Adjustment(self.id("adjustment"), customer, minutes, day, end, "goodwill"))
        self.heat(day)
        if end:
            self.heat(end)

    # -- stories ------------------------------------------------------------------------------------------

    def renewal_chain(self, customer):
        """Packs that follow each other around their ends; refunds on any; late payments after the grace."""
        c = self.c
        day = self.hot[0]
        grace = self.policy.renewal_grace_days
        for _ in range(c.integer(2, 4)):
            plain = [Line(self.id("account.move.line"), c.pick(("SUP12", "SUP24")), c.pick((1, 1, 2)), 0.0)]
            for l in plain:
                l.price_subtotal = PRICES[l.product] * l.quantity
            if c.chance(25):
                plain.append(Line(self.id("account.move.line"), "SUP12", 1, 960.0))
            paid = day + timedelta(days=c.pick((0, 0, 0, 15, 40)))
            move = self.invoice(customer, day, paid, plain, c.pick(("paid", "paid", "late", "two")))
            if move.counterparts:
                move.counterparts[-1] = replace(move.counterparts[-1], date=paid)
            start = max([day] + [x.date for x in move.counterparts])
            end = add_months(start, self.policy.validity_months)
            for _ in range(c.pick((0, 0, 1, 1, 2, 3))):
                when = c.pick((end, end, start, end + timedelta(days=c.pick((-1, 1, 20, 60))), start + timedelta(days=c.integer(0, 360))))
                self.credit_note(move, customer, when, c.pick(("all", "all", "half", "gesture", "more")))
            day = end + timedelta(days=c.pick((0, -1, 1, -30, grace, grace, grace + 1)))

    def work(self, customer, tickets, lines):
        own = [self.ticket(customer) for _ in range(tickets)]
        for _ in range(lines if own else 0):
            self.timesheet(self.c.pick(own))

    def transfer(self, first, customer):
        """The credit note of an invoice pays another one, wholly or in part; or two invoices pay each other in a circle."""
        c = self.c
        if first.amount_total <= 0 or first.rate != 1 or any(l.is_downpayment for l in first.lines):
            return
        note = self.credit_note(first, customer, self.near(first.invoice_date), "all", settle=False)
        if note.state != "posted" or note.amount_total <= 0:
            return
        lines = [Line(self.id("account.move.line"), "SUP12", 1, round(note.amount_total / 1.2, 2))]
        second = Invoice(self.id("account.move"), customer, self.near(note.invoice_date), amount_total=note.amount_total, lines=lines, payment_state="reversed")
        second.name = f"INV/{second.invoice_date.year}/{second.id:05d}"
        self.pair(second, note, note.amount_total)
        if c.chance(30):  # and some money, or a write-off
            lines.append(Line(self.id("account.move.line"), "CONSULT", 1, 100.0))
            second.amount_total = round(note.amount_total + 120, 2)
            second.counterparts.append(c.pick((self.money, self.other))(self.near(second.invoice_date), 120.0))
            second.payment_state = "paid" if second.counterparts[-1].journal_type != "general" else "reversed"
            self.spoil_counterparts(second)
        elif c.chance(20) and first.counterparts and all(x.move is None for x in first.counterparts):  # the circle
            back = self.credit_note(second, customer, self.near(second.invoice_date), "all", settle=False)
            if back.amount_total == first.amount_total:
                first.counterparts, first.payment_state, first.amount_residual = [], "reversed", 0
                self.pair(first, back, back.amount_total)
        self.spoil_word(second)
        self.register(second)

    def pair(self, invoice, note, amount):
        """Each is the other's counterpart."""
        invoice.counterparts.append(Counterpart(note.invoice_date, "sale", "out_refund", amount, move=note.id))
        note.counterparts.append(Counterpart(invoice.invoice_date, "sale", invoice.move_type, amount, move=invoice.id))

    def annulled(self, first, customer):
        """A credit note reversed by an entry, an invoice or a receipt; or nearly."""
        c = self.c
        if first.amount_total <= 0 or first.rate != 1:
            return
        note = self.credit_note(first, customer, self.near(first.invoice_date), "all", settle=False)
        if note.state != "posted" or note.amount_total <= 0:
            return
        when, total = self.near(note.invoice_date), note.amount_total
        by = c.pick(("entry", "entry", "out_invoice", "out_receipt"))
        if by == "entry":
            undo = Counterpart(when, "sale", "entry", total, reversed_entry_id=note.id if c.chance(80) else None)
            note.counterparts = [undo]
            if c.chance(25):  # part of it was really paid back
                half = round(total / 2, 2)
                note.counterparts = [replace(undo, amount=half), self.money(when, round(total - half, 2))]
            self.spoil_counterparts(note)
            return
        lines = [Line(self.id("account.move.line"), l.product, l.quantity, l.price_subtotal, l.uom_factor) for l in note.lines]
        undo = Invoice(self.id("account.move"), customer, when, by, amount_total=total, lines=lines, reversed_entry_id=note.id if c.chance(85) else None)
        undo.name = f"INV/{when.year}/{undo.id:05d}"
        self.pair(undo, note, total)
        self.register(undo)

    def down_payments(self, customer):
        """An order: invoices of down payments, and the final one that deducts them."""
        c = self.c
        origin = c.pick((f"S{self.id('sale.order'):05d}",) * 9 + (None,))
        issued = self.day()
        packs = [Line(self.id("account.move.line"), c.pick(("SUP12", "SUP24")), 1, 0.0) for _ in range(c.pick((1, 1, 2)))]
        for l in packs:
            l.price_subtotal = float(PRICES[l.product])
        whole = sum(l.price_subtotal for l in packs)
        share = c.pick((1, 1, 0.3, 0.5))
        deposits = c.pick((0, 1, 1, 1, 1, 2))
        deducted = round(whole * share, 2)
        for i in range(deposits):
            part = deducted if deposits == 1 else round(deducted / 2, 2)
            line = Line(self.id("account.move.line"), "ACOMPTE", 1, part, is_downpayment=True)
            move = self.invoice(customer, self.near(issued) if c.chance(20) else issued, None, [line],
                                c.pick(("paid", "paid", "paid", "late", "late", "unpaid", "two", "written_off", "draft", "cancel")))
            move.origin = origin if c.chance(93) else f"{origin} bis"
        lines = [*packs, *(Line(self.id("account.move.line"), "ACOMPTE", -1, -d, is_downpayment=True)
                           for d in ((deducted,) if deposits < 2 else (round(deducted / 2, 2), round(deducted - round(deducted / 2, 2), 2))))]
        kind = c.pick(("paid", "paid", "late", "unpaid", "prepaid")) if share != 1 else "free"
        final = Invoice(self.id("account.move"), customer, self.near(issued), lines=lines, amount_total=round((whole - deducted) * 1.2, 2), origin=origin)
        final.name = f"INV/{final.invoice_date.year}/{final.id:05d}"
        if share != 1:
            self.settle(final, kind, final.invoice_date if kind == "paid" else self.near(final.invoice_date))
        else:
            final.amount_total = 0.0
        self.register(final)

    def relatives(self, customer):
        """The partners whose records count for a customer: itself, a person who bought before, a group above."""
        self.history.customers[customer] = f"Client {customer}"
        if not self.on("partners", 50):
            return [customer]
        person, group = 1000 + customer, 2000 + customer
        partners = self.history.partners
        own = [customer]
        if self.c.chance(60):
            partners[person] = Partner(f"Personne {person}", customer if self.c.chance(80) else None, False)
            self.history.customers[person] = partners[person].name
            own.append(person)
        if self.c.chance(50):
            partners[group] = Partner(f"Groupe {group}")
            partners[customer] = Partner(f"Client {customer}", group)
            self.history.customers[group] = partners[group].name
            own.append(group)
        if self.c.chance(20):
            self.history.merged[3000 + customer] = customer
        return own

    def customer(self, customer):
        c = self.c
        base = c.pick(BASES)
        self.hot = []
        self.heat(base)
        own_partners = self.relatives(customer)
        who = lambda: c.pick((customer, *own_partners))
        first = len(self.history.invoices)
        if c.chance(50):
            self.renewal_chain(who())
        else:
            for _ in range(c.pick((1, 2, 2, 3, 4))):
                self.invoice(who())
        if self.on("downpayment", 35):
            self.down_payments(who())
        own = [m for m in self.history.invoices[first:] if m.move_type in CUSTOMER_INVOICES]
        for kind, story in (("transfer", self.transfer), ("annulled", self.annulled)):
            if self.on(kind, 25):
                chosen = c.pick(own)
                story(chosen, chosen.customer)
        for _ in range(c.pick((0, 0, 1, 2))):
            chosen = None if c.chance(20) else c.pick(own)
            self.credit_note(chosen, chosen.customer if chosen else customer)
        for _ in range(c.pick((0, 0, 1, 2, 3))):
            self.adjustment(who())
        self.work(who(), c.pick((0, 1, 1, 2, 3)), c.integer(0, 8))


def tell(chooser, policy, customers, kinds=KINDS):
    teller = _Teller(chooser, policy, kinds)
    for n in range(customers):
        teller.customer(n + 1)
    if chooser.chance(20):
        stray = teller.ticket(None)  # charged to nobody
        teller.timesheet(stray)
    return teller.history


PACKS = Policy().packs
PACK_LISTS = (PACKS, PACKS, ((("SUP12", "SUP12B"), 12), *PACKS[1:]), ((("SUP24", "SUP12B"), 12), ("SUP36", 36), (8, 10)), ((1, 12), (7, 5), ("SUP24", 24)))


def tell_policy(chooser, kinds=KINDS):
    c = chooser
    policy = Policy(validity_months=c.pick((12, 12, 12, 12, 24)), step=c.pick((5, 5, 5, 15, 1, 30)), rounding=c.pick(("ticket", "ticket", "entry")),
                    count_from=c.pick(("take_in", "take_in", "response")), payment=c.pick(("paid", "paid", "in_payment")),
                    renewal_grace_days=c.pick((0, 0, 1, 15, 30, 90)),
                    since=c.pick((None, None, None, date(2024, 6, 1), date(2025, 3, 10), date(2025, 3, 11))),
                    timezone=c.pick(("Europe/Paris", "Europe/Paris", "UTC", "Pacific/Auckland", "America/New_York")),
                    response=c.pick((("assigned", "reply"), ("assigned", "reply"), ("reply",), ("assigned",))))
    if "months" in kinds:
        policy = replace(policy, validity_months=c.pick((policy.validity_months, policy.validity_months, 18, 6, 1)))
    if "settlement" in kinds:
        policy = replace(policy, money_journals=c.pick(((), (), (MONEY_JOURNAL,))), max_write_off=c.pick((10, 10, 10, 0, 25, 100)))
    if "packs" in kinds:
        policy = replace(policy, packs=c.pick(PACK_LISTS))
    if "partners" in kinds:
        policy = replace(policy, account=c.pick(("commercial", "commercial", "top")))
    if "units" in kinds:
        policy = replace(policy, timesheets_domain=c.chance(50))
    return policy


def earlier(chooser, history, both_references=False, kinds=KINDS):
    """The same database some time before: part of what is there had not happened, or was otherwise."""
    c, then = chooser, copy.deepcopy(history)
    needed = {m.reversed_entry_id for m in then.invoices} | {x.move for m in then.invoices for x in m.counterparts} | {
        x.reversed_entry_id for m in then.invoices for x in m.counterparts}
    alone = lambda m: m.id not in needed and all(x.move is None for x in m.counterparts)
    then.invoices = [m for m in then.invoices if not (alone(m) and c.chance(15))]
    for move in then.invoices:
        if move.state == "cancel" and move.move_type in CUSTOMER_INVOICES and move.amount_total > 0 and c.chance(40):  # paid, and cancelled since
            move.state, move.payment_state = "posted", "paid"
            move.counterparts = [Counterpart(move.invoice_date, "bank", amount=move.amount_total)]
        elif move.state == "posted" and alone(move) and c.chance(8):  # a draft
            move.state, move.payment_state, move.amount_residual, move.counterparts = "draft", "not_paid", move.amount_total, []
        if move.state == "posted" and alone(move) and move.counterparts and c.chance(25):  # not yet paid
            move.counterparts, move.payment_state, move.amount_residual = [], "not_paid", move.amount_total
        for i, x in enumerate(move.counterparts):
            if x.move is None and not x.exchange and "state" in kinds and c.chance(12):  # posted then, or draft then; or redated since
                other = replace(x, date=x.date + timedelta(days=c.pick((-3, 0, 40))))
                if other.payment is not None:
                    other = replace(other, payment="paid")
                move.counterparts[i] = replace(other, parent_state="draft" if x.parent_state == "posted" and c.chance(40) else "posted")
        if move.counterparts and move.payment_state == "partial" and move.amount_residual == 0 and c.chance(50):
            move.payment_state = "paid"
        for line in move.lines:
            if c.chance(4) and not line.is_downpayment:
                line.quantity = line.quantity * 2
    used = {l.ticket for l in then.timesheets}
    then.tickets = [t for t in then.tickets if t.id in used or not c.chance(30)]
    then.timesheets = [l for l in then.timesheets if not c.chance(20)]
    if then.timesheets and c.chance(60):  # deleted since
        line = replace(c.pick(then.timesheets), hours=c.pick(HOURS), days=None)
        line.id = 900 + max(l.id for l in history.timesheets)
        then.timesheets.append(line)
    then.adjustments = [a for a in then.adjustments if not c.chance(25)]
    for line in then.timesheets:
        if c.chance(10):
            line.hours, line.days = c.pick(HOURS), None
        if c.chance(8):
            line.matches = not line.matches if line.is_time else line.matches
        if c.chance(8):
            line.ticket = c.pick(then.tickets).id
    for ticket in then.tickets:
        for name in ("assigned", "first_reply", "closed"):
            if c.chance(15):
                setattr(ticket, name, None)
        if c.chance(8):
            ticket.excluded = not ticket.excluded
    for partner in then.partners.values():
        if c.chance(30):
            partner.parent = None
    for product in then.products.values():
        if product.code == "SUP12B" and both_references and c.chance(50):
            product.code = "SUP12"  # renamed since, both references being configured
    for gone, kept in then.merged.items():
        if c.chance(70):
            then.customers[gone] = f"Doublon {gone}"
            moved = {m.id for m in then.invoices if m.customer == kept and alone(m) and m.move_type in CUSTOMER_INVOICES and c.chance(50)}
            for record in (*(m for m in then.invoices if m.id in moved), *(t for t in then.tickets if t.customer == kept and c.chance(50)),
                           *(a for a in then.adjustments if a.customer == kept and c.chance(50))):
                record.customer = gone
    then.merged = {gone: kept for gone, kept in then.merged.items() if gone not in then.customers}
    return then


def stages(chooser, history, policy, count, kinds=KINDS):
    """The history and what was there before it, oldest first."""
    out, both = [history], (("SUP12", "SUP12B"), 12) in policy.packs
    for _ in range(count):
        out.insert(0, earlier(chooser, out[0], both, kinds))
    return out


def random_policy(seed, kinds=KINDS):
    return tell_policy(Chooser(random.Random(f"policy {seed}")), kinds)


def random_history(seed, policy=Policy(), customers=1, kinds=KINDS):
    return tell(Chooser(random.Random(f"history {seed}")), policy, customers, kinds)


def policies(kinds=KINDS):
    from hypothesis import strategies as st

    return st.composite(lambda draw: tell_policy(DrawChooser(draw), kinds))()


def histories(policy=Policy(), max_customers=1, kinds=KINDS):
    from hypothesis import strategies as st

    def build(draw):
        chooser = DrawChooser(draw)
        return tell(chooser, policy, chooser.integer(1, max_customers), kinds)

    return st.composite(build)()


def policies_and_histories(max_customers=1, kinds=KINDS):
    from hypothesis import strategies as st

    def build(draw):
        chooser = DrawChooser(draw)
        policy = tell_policy(chooser, kinds)
        return policy, tell(chooser, policy, chooser.integer(1, max_customers), kinds)

    return st.composite(build)()


# ---------------------------------------------------------------------------------------------------------
# Compact printing of one customer's history
# ---------------------------------------------------------------------------------------------------------


def only(history, customer, policy):
    """The history of one account."""
    mine = lambda record: holder_of(record.customer, history, policy) == customer
    tickets = [t for t in history.tickets if t.customer is not None and mine(t)]
    ids = {t.id for t in tickets}
    family = {p for p in {*history.customers, *history.partners} if holder_of(p, history, policy) == customer}
    return History({p: n for p, n in history.customers.items() if p in family}, [m for m in history.invoices if mine(m)], tickets,
                   [l for l in history.timesheets if l.ticket in ids], [a for a in history.adjustments if mine(a)],
                   {p: x for p, x in history.partners.items() if p in family}, history.products,
                   {gone: kept for gone, kept in history.merged.items() if kept in family})


def describe(history):
    """One line per record, oldest first."""
    out = []
    for m in history.invoices:
        lines = " ".join(f"[{l.id}: {l.product}{' DOWN' if l.is_downpayment else ''} ×{l.quantity:g}{'' if l.uom_factor == 1 else f' ×{l.uom_factor} units'}"
                         f" = {l.price_subtotal:g}]" for l in m.lines)
        against = " ".join("/".join(str(v) for v in (x.date, x.journal_code or x.journal_type, x.move_type, x.amount, *(
            v for v in (x.move and f"move {x.move}", x.reversed_entry_id and f"reverses {x.reversed_entry_id}", x.payment, x.exchange and "exchange") if v),
            *(() if x.parent_state == "posted" else (x.parent_state.upper(),)))) for x in m.counterparts)
        reverses = f" reverses {m.reversed_entry_id}" if m.reversed_entry_id else ""
        out.append((m.invoice_date, f"{m.invoice_date} {m.move_type} {m.id} of {m.customer}{reverses}{f' order {m.origin}' if m.origin else ''} {m.state} "
                                    f"{m.payment_state} total {m.amount_total:g} residual {m.amount_residual:g}{'' if m.rate == 1 else f' rate {m.rate}'} {lines} against ({against})"))
    for a in history.adjustments:
        out.append((a.date, f"{a.date} adjustment {a.id} of {a.customer} {a.minutes:+d} end {a.end}"))
    for t in history.tickets:
        out.append((t.created.date(), f"{t.created:%Y-%m-%dT%H:%M:%S}Z ticket {t.id} of {t.customer} assigned {t.assigned} replied {t.first_reply} closed {t.closed}"
                                      f"{' EXCLUDED' if t.excluded else ''}"))
    for l in history.timesheets:
        out.append((l.date, f"{l.date} timesheet {l.id} ticket {l.ticket} {f'{l.days!r} d' if l.days is not None else f'{l.hours!r} h'}"
                            f"{'' if l.is_time else ' NO TIME'}{'' if l.matches else ' OUTSIDE THE DOMAIN'}"))
    head = [f"customer {k} {v}" for k, v in history.customers.items()] + [f"{k} {v}" for k, v in history.partners.items()]
    head += [f"{gone} was merged into {kept}" for gone, kept in history.merged.items()]
    return "\n".join(head + [text for _, text in sorted(out, key=lambda x: x[0])])
