"""Random histories of support credit, for comparing the model with the program: nasty ones on purpose.

    random_history(seed, customers=3)      # fast, reproducible
    random_policy(seed)
    histories(), policies()                # hypothesis strategies over the same generator (they shrink)

Everything is drawn through a Chooser, so that the seeded generator and hypothesis share one story-teller. Dates
are drawn mostly from the "hot" days of a customer (starts, ends, grace ends, days already used, and the days around
them): that is where the rules meet.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

from ledger_model import Adjustment, Counterpart, History, Invoice, Line, Policy, Ticket, TimesheetLine

BASES = (date(2025, 3, 10), date(2024, 2, 29), date(2024, 12, 31), date(2025, 10, 26), date(2023, 6, 1), date(2024, 3, 1))
PRICES = {"SUP12": 960, "SUP24": 1800, "SUP36": 2520, "CONSULT": 800}
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
    def __init__(self, chooser, policy):
        self.c = chooser
        self.policy = policy
        self.history = History()
        self.counters = {}
        self.hot = []

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
        end = self.policy.end(day)
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

    def money(self, day):
        return Counterpart(day, self.c.pick(("bank", "bank", "cash", "credit")))

    def invoice(self, customer, issued=None, paid=None, lines=None, kind=None):
        c = self.c
        issued = issued or self.day()
        lines = lines or [self.line() for _ in range(c.pick((1, 1, 1, 1, 2, 3)))]
        kind = kind or c.pick(("paid", "paid", "paid", "paid", "late", "late", "late", "prepaid", "two", "free", "free", "mixed", "written_off",
                               "in_payment", "in_payment_residual", "unpaid", "partial", "misc", "reversed", "draft", "cancel"))
        total = round(sum(l.price_subtotal for l in lines) * 1.2, 2)
        if kind == "free":
            for l in lines:
                l.price_subtotal = 0.0
            total = 0.0
        move = Invoice(self.id("account.move"), customer, issued, amount_total=total, lines=lines)
        move.name = f"INV/{issued.year}/{move.id:05d}"
        if total <= 0 and kind != "draft":
            if total < 0:  # Odoo posts no invoice of a negative amount
                lines.append(Line(self.id("account.move.line"), "CONSULT", 1, round(-total / 1.2, 2)))
                move.amount_total = 0.0
            kind = kind if kind == "cancel" else "free"
        paid = paid or {"late": self.near(issued), "prepaid": issued - timedelta(days=c.pick((1, 10, 400)))}.get(kind, issued)
        if kind == "free":
            pass
        elif kind in ("paid", "late", "prepaid"):
            move.counterparts = [self.money(paid)]
        elif kind == "two":
            move.counterparts = [self.money(self.near(issued)), self.money(paid)]
        elif kind == "mixed":  # part paid, the rest refunded; the credit note is later than the money
            move.counterparts = [self.money(paid), Counterpart(self.near(paid), "sale", "out_refund")]
        elif kind == "written_off":  # money, then a miscellaneous entry later
            move.counterparts = [self.money(paid), Counterpart(self.near(paid), "general")]
        elif kind == "in_payment":
            move.payment_state, move.counterparts = "in_payment", [self.money(paid)]
        elif kind == "in_payment_residual":
            move.payment_state, move.amount_residual = "in_payment", total
        elif kind == "unpaid":
            move.payment_state, move.amount_residual = "not_paid", total
        elif kind == "partial":
            move.payment_state, move.amount_residual, move.counterparts = "partial", round(total / 2, 2), [self.money(paid)]
        elif kind == "misc":
            move.counterparts = [Counterpart(paid, "general")]
        elif kind == "reversed":
            move.payment_state, move.counterparts = "reversed", [Counterpart(paid, "sale", "out_refund")]
        elif kind == "draft":
            move.state, move.payment_state, move.amount_residual, move.name = "draft", "not_paid", total, "/"
        elif kind == "cancel":
            move.state, move.payment_state = "cancel", "not_paid"
        self.history.invoices.append(move)
        self.heat(issued)
        if move.counterparts:
            self.heat(max(x.date for x in move.counterparts))
            self.heat(max(issued, paid))
        return move

    def credit_note(self, invoice, customer, issued=None, share=None):
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
            lines.append(Line(self.id("account.move.line"), l.product, quantity, amount, l.uom_factor))
            if share in ("half", "gesture") and c.chance(30):
                break
        total = round(sum(l.price_subtotal for l in lines) * 1.2, 2)
        note = Invoice(self.id("account.move"), customer, issued, "out_refund", amount_total=total, lines=lines,
                       reversed_entry_id=invoice.id if invoice is not None else None)
        note.name = f"RINV/{issued.year}/{note.id:05d}"
        if total > 0:
            kind = c.pick(("refunded", "refunded", "refunded", "late", "on_invoice", "two", "misc", "open", "draft", "cancel"))
            if kind in ("refunded", "late"):
                note.counterparts = [self.money(issued if kind == "refunded" else self.near(issued))]
            elif kind == "on_invoice":
                when = invoice.invoice_date if invoice is not None else issued - timedelta(days=5)
                note.counterparts = [Counterpart(when, "sale", "out_invoice")]
            elif kind == "two":
                note.counterparts = [self.money(issued), Counterpart(self.near(issued), "general")]
            elif kind == "misc":
                note.counterparts = [Counterpart(issued, "general")]
            elif kind == "open":
                note.payment_state, note.amount_residual = "not_paid", total
            elif kind == "draft":
                note.state, note.payment_state, note.amount_residual = "draft", "not_paid", total
            else:
                note.state, note.payment_state = "cancel", "not_paid"
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
            move.counterparts[-1] = replace(move.counterparts[-1], date=paid)
            start = max([day] + [x.date for x in move.counterparts])
            end = self.policy.end(start)
            for _ in range(c.pick((0, 0, 1, 1, 2, 3))):
                when = c.pick((end, end, start, end + timedelta(days=c.pick((-1, 1, 20, 60))), start + timedelta(days=c.integer(0, 360))))
                self.credit_note(move, customer, when, c.pick(("all", "all", "half", "gesture", "more")))
            day = end + timedelta(days=c.pick((0, -1, 1, -30, grace, grace, grace + 1)))

    def work(self, customer, tickets, lines):
        own = [self.ticket(customer) for _ in range(tickets)]
        for _ in range(lines if own else 0):
            self.timesheet(self.c.pick(own))

    def customer(self, customer):
        c = self.c
        base = c.pick(BASES)
        self.hot = []
        self.heat(base)
        if c.chance(50):
            self.renewal_chain(customer)
        else:
            for _ in range(c.pick((1, 2, 2, 3, 4))):
                self.invoice(customer)
        own = [m for m in self.history.invoices if m.customer == customer and m.move_type == "out_invoice"]
        for _ in range(c.pick((0, 0, 1, 2))):
            self.credit_note(None if c.chance(20) else c.pick(own), customer)
        for _ in range(c.pick((0, 0, 1, 2, 3))):
            self.adjustment(customer)
        self.work(customer, c.pick((0, 1, 1, 2, 3)), c.integer(0, 8))


def tell(chooser, policy, customers):
    teller = _Teller(chooser, policy)
    for n in range(customers):
        teller.history.customers[n + 1] = f"Client {n + 1}"
        teller.customer(n + 1)
    if chooser.chance(20):
        stray = teller.ticket(None)  # charged to nobody
        teller.timesheet(stray)
    return teller.history


def tell_policy(chooser):
    c = chooser
    return Policy(validity_years=c.pick((1, 1, 1, 1, 2)), step=c.pick((5, 5, 5, 15, 1, 30)), rounding=c.pick(("ticket", "ticket", "entry")),
                  count_from=c.pick(("take_in", "take_in", "response")), payment=c.pick(("paid", "paid", "in_payment")),
                  renewal_grace_days=c.pick((0, 0, 1, 15, 30, 90)),
                  since=c.pick((None, None, None, date(2024, 6, 1), date(2025, 3, 10), date(2025, 3, 11))),
                  timezone=c.pick(("Europe/Paris", "Europe/Paris", "UTC", "Pacific/Auckland", "America/New_York")),
                  response=c.pick((("assigned", "reply"), ("assigned", "reply"), ("reply",), ("assigned",))),
                  validity_months=c.pick((0, 0, 0, 0, 18, 1)))


def random_policy(seed):
    return tell_policy(Chooser(random.Random(f"policy {seed}")))


def random_history(seed, policy=Policy(), customers=1):
    return tell(Chooser(random.Random(f"history {seed}")), policy, customers)


def policies():
    from hypothesis import strategies as st

    return st.composite(lambda draw: tell_policy(DrawChooser(draw)))()


def histories(policy=Policy(), max_customers=1):
    from hypothesis import strategies as st

    def build(draw):
        chooser = DrawChooser(draw)
        return tell(chooser, policy, chooser.integer(1, max_customers))

    return st.composite(build)()


def policies_and_histories(max_customers=1):
    from hypothesis import strategies as st

    def build(draw):
        chooser = DrawChooser(draw)
        policy = tell_policy(chooser)
        return policy, tell(chooser, policy, chooser.integer(1, max_customers))

    return st.composite(build)()


# ---------------------------------------------------------------------------------------------------------
# Compact printing of one customer's history
# ---------------------------------------------------------------------------------------------------------


def only(history, customer):
    """The history of one customer."""
    tickets = [t for t in history.tickets if t.customer == customer]
    ids = {t.id for t in tickets}
    return History({customer: history.customers.get(customer)}, [m for m in history.invoices if m.customer == customer], tickets,
                   [l for l in history.timesheets if l.ticket in ids], [a for a in history.adjustments if a.customer == customer])


def describe(history):
    """One line per record, oldest first."""
    out = []
    for m in history.invoices:
        lines = " ".join(f"[{l.id}: {l.product} ×{l.quantity:g}{'' if l.uom_factor == 1 else f' ×{l.uom_factor} units'} = {l.price_subtotal:g}]" for l in m.lines)
        against = " ".join(f"{x.date}/{x.journal_type}/{x.move_type}" for x in m.counterparts)
        reverses = f" reverses {m.reversed_entry_id}" if m.reversed_entry_id else ""
        out.append((m.invoice_date, f"{m.invoice_date} {m.move_type} {m.id}{reverses} {m.state} {m.payment_state} total {m.amount_total:g} "
                                    f"residual {m.amount_residual:g} {lines} against ({against})"))
    for a in history.adjustments:
        out.append((a.date, f"{a.date} adjustment {a.id} {a.minutes:+d} end {a.end}"))
    for t in history.tickets:
        out.append((t.created.date(), f"{t.created:%Y-%m-%dT%H:%M:%S}Z ticket {t.id} assigned {t.assigned} replied {t.first_reply} closed {t.closed}"
                                      f"{' EXCLUDED' if t.excluded else ''}"))
    for l in history.timesheets:
        out.append((l.date, f"{l.date} timesheet {l.id} ticket {l.ticket} {f'{l.days!r} d' if l.days is not None else f'{l.hours!r} h'}"))
    return "\n".join(f"customer {k} {v}" for k, v in history.customers.items()) + "\n" + "\n".join(
        text for _, text in sorted(out, key=lambda x: x[0]))
