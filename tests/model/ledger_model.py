"""An independent model of the support-credit ledger.

Written from the rules alone (DOMAIN.md, sections 1 to 8; quoted in the comments, "§n" is a section), never
from the C sources, so that the two can be compared on random histories. It is literal and slow on
purpose: no cleverness that would need its own proof. Rules are computed with int and Fraction only; floats
come in as Odoo gives them and are converted at once.

    reports = run(history, policy, today)      # {customer id: Report}
    balance_json(history, reports)             # what `qualiodoo balance --json` prints
    ledger_json(history, reports, customer)    # what `qualiodoo ledger ID --json` prints, without "note"
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Optional
from zoneinfo import ZoneInfo

MONEY_JOURNALS = ("bank", "cash", "credit")
CUSTOMER_INVOICES = ("out_invoice", "out_receipt")
MOST_HOURS = 10_000  # §4: a line of more is not charged

# ---------------------------------------------------------------------------------------------------------
# Input, in Odoo's terms. Ids are Odoo's ids. Amounts, quantities and durations may be int, Fraction, Decimal or
# Odoo's float.
# ---------------------------------------------------------------------------------------------------------


@dataclass
class Partner:
    name: str
    parent: Optional[int] = None
    is_company: bool = True


@dataclass
class Product:
    id: int
    code: Optional[str]  # internal reference; several products may carry the same
    active: bool = True


@dataclass
class Line:
    """An account.move.line of an invoice or credit note that is an invoice line."""

    id: int
    product: object  # a key of History.products; without an entry there, the internal reference of a product of its own
    quantity: object = 1
    price_subtotal: object = 0  # untaxed; Odoo gives credit notes' amounts positive too
    uom_factor: object = 1  # how many of the product's unit one of the line's unit makes
    is_downpayment: bool = False


@dataclass
class Counterpart:
    """The other side of a reconciliation: the counterpart line's own date, its journal's type, its move's type."""

    date: date
    journal_type: str  # bank, cash, credit, general, sale, ...
    move_type: str = "entry"  # entry, out_refund, out_invoice, out_receipt
    amount: object = 0  # what it settles, in the currency of the move it is a counterpart of
    journal_code: Optional[str] = None
    parent_state: str = "posted"  # the counterpart line's: posted, draft, cancel
    payment: Optional[str] = None  # the state of the payment behind, if there is one
    move: Optional[int] = None  # the counterpart's move where that is an invoice or credit note of the history
    reversed_entry_id: Optional[int] = None  # of a counterpart's move that is not of the history
    exchange: bool = False  # an exchange difference


@dataclass
class Invoice:
    id: int
    customer: Optional[int]  # the commercial entity stored on the invoice
    invoice_date: Optional[date]
    move_type: str = "out_invoice"  # out_invoice, out_receipt, out_refund
    state: str = "posted"
    payment_state: str = "paid"
    amount_total: object = 0
    amount_residual: object = 0
    lines: list = field(default_factory=list)
    counterparts: list = field(default_factory=list)
    reversed_entry_id: Optional[int] = None
    name: str = ""
    origin: Optional[str] = None  # invoice_origin
    rate: object = 1  # units of the invoice's currency for one of the company's


@dataclass
class Ticket:
    id: int
    customer: Optional[int]  # the ticket's partner
    number: str = ""
    created: Optional[datetime] = None  # instants: aware, or naive and then UTC
    closed: Optional[datetime] = None
    assigned: Optional[datetime] = None
    first_reply: Optional[datetime] = None  # first public reply by an agent
    excluded: bool = False  # an excluded tag, or outside the configured domain


@dataclass
class TimesheetLine:
    id: int
    ticket: Optional[int]
    date: date
    hours: object = None  # either hours...
    days: object = None  # ... or days, of day_hours hours
    day_hours: object = 8
    is_time: bool = True  # False: in kilometres, units...
    matches: bool = True  # `timesheets.domain`


@dataclass
class Adjustment:
    id: int
    customer: int  # a partner
    minutes: int
    date: date
    end: Optional[date] = None  # exclusive
    reason: str = ""


@dataclass
class History:
    customers: dict = field(default_factory=dict)  # id -> name
    invoices: list = field(default_factory=list)  # out_invoice, out_receipt and out_refund
    tickets: list = field(default_factory=list)
    timesheets: list = field(default_factory=list)
    adjustments: list = field(default_factory=list)
    partners: dict = field(default_factory=dict)  # id -> Partner, of those that have a parent or are no company
    products: dict = field(default_factory=dict)  # key of Line.product -> Product
    merged: dict = field(default_factory=dict)  # partner that is gone -> the one it was merged into


@dataclass(frozen=True)
class Policy:
    packs: tuple = (("SUP12", 12), ("SUP24", 24), ("SUP36", 36))  # (reference, tuple of references or product id, hours)
    account: str = "commercial"  # commercial | top
    validity_months: int = 12
    step: int = 5  # minutes
    rounding: str = "ticket"  # ticket | entry
    count_from: str = "take_in"  # take_in | response
    payment: str = "paid"  # paid | in_payment
    money_journals: tuple = ()  # codes
    max_write_off: object = 10  # per cent
    renewal_grace_days: int = 0
    since: Optional[date] = None
    timezone: str = "Europe/Paris"
    response: tuple = ("assigned", "reply")
    timesheets_domain: bool = False  # is there one

    def hours_of(self, product: Product):
        """The hours of a pack, None for another product."""
        for name, hours in self.packs:
            # §3 "`product` is one internal reference, or a list of them; `id: N` names a product by its id instead"; a reference
            # "that several carry counts for all of them"
            if product.id == name if isinstance(name, int) else product.code in ((name,) if isinstance(name, str) else name):
                return hours
        return None


# ---------------------------------------------------------------------------------------------------------
# Numbers and dates (§1)
# ---------------------------------------------------------------------------------------------------------


def decimal_of(value) -> Fraction:
    """A quantity or an amount: the decimal number that Odoo means (0.15, not the nearest double below it)."""
    if isinstance(value, float):
        return Fraction(repr(value))
    return Fraction(value)


def nearest(value: Fraction) -> int:
    """The nearest integer, halves away from zero."""
    value = Fraction(value)
    sign = -1 if value < 0 else 1
    return sign * ((2 * abs(value) + 1) // 2)


def minutes_of_hours(hours) -> int:
    # §1 "It is first rounded to the nearest millisecond, then to the nearest minute, halves away from zero"
    milliseconds = nearest(Fraction(hours) * 3_600_000)
    return nearest(Fraction(milliseconds, 60_000))


def minutes_of_line(line: TimesheetLine) -> int:
    if line.days is not None:
        # §1 "A timesheet kept in days is converted with the factor of its unit of measure"
        return minutes_of_hours(Fraction(line.days) * Fraction(line.day_hours))
    return minutes_of_hours(line.hours)


def is_charged(line: TimesheetLine, policy: Policy) -> bool:
    # §4 "in a unit of time ... that matches `timesheets.domain`"
    if not line.is_time or (policy.timesheets_domain and not line.matches):
        return False
    # §4 "A quantity that does not fit (more than 10,000 hours in one line, or not a number) is not charged"
    quantity = line.hours if line.days is None else line.days
    if isinstance(quantity, float) and not math.isfinite(quantity):
        return False
    hours = Fraction(quantity) * (1 if line.days is None else Fraction(line.day_hours))
    return abs(hours) <= MOST_HOURS


def round_up(minutes: int, step: int) -> int:
    """Up to the step, toward plus infinity."""
    return -((-minutes) // step) * step


def round_away(minutes: int, step: int) -> int:
    """To the step, away from zero."""
    sign = -1 if minutes < 0 else 1
    return sign * round_up(abs(minutes), step)


def add_months(day: date, months: int) -> date:
    # §3 "the same day of the month so much later, or the first of the month after when that month has no such day; 29 February
    # + 1 year is 1 March"
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year, month + 2, 1)  # never December, which has all days


def add_years(day: date, years: int) -> date:
    return add_months(day, 12 * years)


def holder_of(partner: Optional[int], history: "History", policy: "Policy") -> Optional[int]:
    # §2 "The account holder is the commercial entity"; of an invoice "the current commercial entity of the one stored on the invoice"
    while partner in history.partners and history.partners[partner].parent is not None:
        # §2 "With `credit.account: top` the account holder is the topmost parent"
        if policy.account != "top" and history.partners[partner].is_company:
            break
        partner = history.partners[partner].parent
    return partner


def product_of(line: "Line", history: "History") -> Product:
    return history.products.get(line.product) or Product(0, line.product)


def local_day(instant: datetime, policy: Policy) -> date:
    # §1 "civil date in the configured time zone"
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=timezone.utc)
    return instant.astimezone(ZoneInfo(policy.timezone)).date()


# ---------------------------------------------------------------------------------------------------------
# The ledger's own input (§7): grants, clawbacks, adjustments, debits
# ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grant:
    id: int  # account.move.line
    invoice: int
    customer: Optional[int]
    minutes: int
    start: date
    renewed: date


@dataclass(frozen=True)
class Clawback:
    id: int  # account.move.line
    move: int  # the credit note, or the invoice of a negative line
    invoice: Optional[int]  # whose lots it reverses; None: it reverses no invoice
    customer: Optional[int]
    minutes: int
    date: date


@dataclass(frozen=True)
class Debit:
    id: int  # account.analytic.line
    ticket: int
    customer: Optional[int]
    minutes: int  # after rounding; negative: minutes given back
    date: date


def pack_quantity(line: Line) -> Fraction:
    # §3 "A quantity in another unit is converted to the product's unit."
    return decimal_of(line.quantity) * decimal_of(line.uom_factor)


class Payments:
    """Which invoices of a history are effectively paid, and when (§3)."""

    def __init__(self, history: History, policy: Policy):
        self.history, self.policy = history, policy
        self.by_id = {m.id: m for m in history.invoices}
        self.paid = set()  # ids of the invoices known to be effectively paid
        # A credit note of an effectively paid invoice is money for another one, and a down payment settles its final invoice:
        # begin with nothing paid and add what follows, until nothing does. So "a circle of such credit notes is no money".
        while True:
            more = {m.id for m in history.invoices if m.id not in self.paid and self.is_paid(m)}
            if not more:
                break
            self.paid |= more

    def is_credit_note_of(self, counterpart: Counterpart, invoice: Invoice) -> Optional[int]:
        """The id of the *other* invoice that a counterpart is the credit note of, else None."""
        if counterpart.move_type != "out_refund":
            return None
        note = self.by_id.get(counterpart.move)
        reversed_id = note.reversed_entry_id if note is not None else counterpart.reversed_entry_id
        other = self.by_id.get(reversed_id)
        return other.id if other is not None and other.id != invoice.id and other.move_type in CUSTOMER_INVOICES else None

    def is_money(self, counterpart: Counterpart, invoice: Invoice) -> bool:
        if counterpart.move_type == "out_refund":
            # §3 "a credit note that reverses another invoice which is itself effectively paid"
            return self.is_credit_note_of(counterpart, invoice) in self.paid
        if counterpart.exchange:
            return False  # whatever its journal: it settles nothing in the invoice's currency
        # §3 "a counterpart in a bank, cash or credit-card journal, in a journal named in `credit.money_journals`"
        return counterpart.journal_type in MONEY_JOURNALS or counterpart.journal_code in self.policy.money_journals

    def word_fits(self, invoice: Invoice) -> bool:
        word = invoice.payment_state
        if word == "in_payment":
            return self.policy.payment == "in_payment"  # §3 "with `credit.payment: in_payment`, that state too"
        if word == "reversed":
            # §3 "`reversed` where credit notes of *other* invoices settle it, as Odoo then says"
            return any(self.is_credit_note_of(c, invoice) is not None for c in invoice.counterparts)
        if word in ("partial", "not_paid"):
            # With nothing left to pay Odoo never says so unless an automation rule spoilt the word (ODOO.md, Payments): what is
            # behind it counts.
            return sum(decimal_of(c.amount) for c in invoice.counterparts) >= decimal_of(invoice.amount_total) > 0
        return word == "paid"

    def settled(self, invoice: Invoice) -> bool:
        """Effectively paid, its down payments aside."""
        if invoice.move_type not in CUSTOMER_INVOICES or invoice.state != "posted" or decimal_of(invoice.amount_residual) != 0:
            return False
        if not self.word_fits(invoice) or not counterparts_stand(invoice):
            return False
        # §3 "An invoice of amount zero is paid on its invoice date"
        if decimal_of(invoice.amount_total) == 0:
            return True
        # §3 "at least one counterpart is money, and what was written off is small"
        if not any(self.is_money(c, invoice) for c in invoice.counterparts):
            return False
        # §3 "*Written off* is what counterparts that are neither money nor a credit note settle, in the invoice's own currency"
        written_off = sum((decimal_of(c.amount) for c in invoice.counterparts
                           if c.move_type != "out_refund" and not self.is_money(c, invoice)), Fraction(0))
        # §3 "More than `credit.max_write_off` of the invoice's total: not effectively paid"
        return written_off <= decimal_of(invoice.amount_total) * decimal_of(self.policy.max_write_off) / 100

    def down_payments(self, invoice: Invoice) -> list:
        """§3 "the posted invoices of the same `invoice_origin` and customer that carry the down payment"."""
        holder = lambda move: holder_of(move.customer, self.history, self.policy)
        return [m for m in self.history.invoices
                if m.move_type in CUSTOMER_INVOICES and m.state == "posted" and m.id != invoice.id
                and m.origin and m.origin == invoice.origin and holder(m) == holder(invoice)
                # §3 "a line with `is_downpayment` and a positive amount"
                and any(l.is_downpayment and decimal_of(l.price_subtotal) > 0 for l in m.lines)]

    def is_paid(self, invoice: Invoice) -> bool:
        if not self.settled(invoice):
            return False
        if not has_deduction(invoice):
            return True
        # §3 "is effectively paid when it is *and* so are the posted invoices ... that carry the down payment"; "Without such
        # an invoice it grants nothing"
        carriers = self.down_payments(invoice)
        return bool(carriers) and all(m.id in self.paid for m in carriers)

    def day(self, invoice: Invoice) -> date:
        """The payment date of an effectively paid invoice."""
        if decimal_of(invoice.amount_total) == 0:
            own = invoice.invoice_date
        else:
            # §3 "the latest date of its money counterparts"
            own = max(c.date for c in invoice.counterparts if self.is_money(c, invoice))
        if has_deduction(invoice):
            # §3 "its payment date is the latest of all of them"
            own = max([own] + [self.day(m) for m in self.down_payments(invoice)])
        return own

    def annulled(self, note: Invoice) -> bool:
        # §3 "all its counterparts are entries, invoices or receipts that reverse it (their `reversed_entry_id` is the credit note)"
        def reverses(c):
            move = self.by_id.get(c.move)
            return c.move_type in ("entry", *CUSTOMER_INVOICES) and (move or c).reversed_entry_id == note.id

        return note.move_type == "out_refund" and bool(note.counterparts) and all(reverses(c) for c in note.counterparts)

    def only_undoes(self, invoice: Invoice) -> bool:
        # §3 "Such an invoice or receipt grants nothing itself: it only undoes the credit note."
        note = self.by_id.get(invoice.reversed_entry_id)
        return note is not None and self.annulled(note) and any(c.move == invoice.id for c in note.counterparts)


def counterparts_stand(move: Invoice) -> bool:
    # §3 "every counterpart posted, and no payment behind one rejected or cancelled"
    return all(c.parent_state == "posted" and c.payment not in ("rejected", "canceled", "cancel") for c in move.counterparts)


def has_deduction(invoice: Invoice) -> bool:
    # §3 "an invoice with a deduction (a line with `is_downpayment` and a negative amount)"
    return any(l.is_downpayment and decimal_of(l.price_subtotal) < 0 for l in invoice.lines)


def grants_of(invoice: Invoice, payments: Payments) -> list:
    policy = payments.policy
    if invoice.id not in payments.paid or payments.only_undoes(invoice):
        return []
    days = payments.day(invoice), invoice.invoice_date
    start, renewed = max(days), min(days)  # §3 "starts on the later of"; "renewed on the earlier of the two"
    if policy.since is not None and start < policy.since:
        return []  # §4 "leaves out every grant (by its start)"
    # §3 (amount zero) "grants only for the pack lines whose own untaxed amount is zero"; (a deduction) "Its pack lines then
    # grant whatever its total."
    offered = decimal_of(invoice.amount_total) == 0 and not has_deduction(invoice)
    grants = []
    for line in invoice.lines:
        hours = policy.hours_of(product_of(line, payments.history))
        if hours is None or (offered and decimal_of(line.price_subtotal) != 0):
            continue
        # §3 "`quantity × hours × 60` minutes, rounded to the nearest"
        minutes = nearest(pack_quantity(line) * decimal_of(hours) * 60)
        if minutes > 0:  # §3 "A line of no minutes opens no lot; a line with a negative quantity is a clawback"
            grants.append(Grant(line.id, invoice.id, invoice.customer, minutes, start, renewed))
    return grants


def clawback_minutes(line: Line, invoice: Optional[Invoice], payments: Payments) -> int:
    """What a line asks back; `line` is a credit note's, or a negative line with its signs removed."""
    hours = payments.policy.hours_of(product_of(line, payments.history))
    if hours is None:
        return 0
    quantity = pack_quantity(line)
    if quantity <= 0:
        return 0  # §3 "A line of negative quantity takes nothing"
    # §3 "min(1, its untaxed amount / the untaxed amount of as many packs on the invoice)". Team: the untaxed
    # amount of all positive lines of the same product on the invoice, times q/Q; 1 when there is none or it is 0.
    ratio = Fraction(1)
    if invoice is not None:
        same = [l for l in invoice.lines if l.product == line.product and pack_quantity(l) > 0]
        total_quantity = sum((pack_quantity(l) for l in same), Fraction(0))
        total_amount = sum((decimal_of(l.price_subtotal) for l in same), Fraction(0))
        if total_quantity > 0 and total_amount > 0:
            as_many = total_amount * quantity / total_quantity
            ratio = min(Fraction(1), decimal_of(line.price_subtotal) / as_many)
    return max(0, nearest(quantity * decimal_of(hours) * 60 * ratio))


def clawbacks_of(move: Invoice, grants: dict, payments: Payments) -> list:
    """`grants`: invoice id -> its grants (only of invoices that granted something)."""
    out, policy = [], payments.policy
    if move.move_type in CUSTOMER_INVOICES:
        # §3 "a line with a negative quantity is a clawback on its own invoice, on the day its lots start"
        if move.id not in grants:
            return []
        for line in move.lines:
            if pack_quantity(line) < 0:
                unsigned = replace(line, quantity=-decimal_of(line.quantity), price_subtotal=abs(decimal_of(line.price_subtotal)))
                minutes = clawback_minutes(unsigned, move, payments)
                if minutes:
                    out.append(Clawback(line.id, move.id, move.id, move.customer, minutes, grants[move.id][0].start))
        return out
    # §3 "A credit note (`out_refund`, posted, `amount_residual` 0, every counterpart posted; ..."
    if move.move_type != "out_refund" or move.state != "posted" or decimal_of(move.amount_residual) != 0 or not counterparts_stand(move):
        return []
    if payments.annulled(move):
        return []  # §3 "A credit note that was itself undone takes nothing back"
    # §3 "effective on the latest date of its counterparts, else its own date"
    day = max((c.date for c in move.counterparts), default=move.invoice_date)
    invoice = None
    if move.reversed_entry_id is not None:
        # §3 "A credit note on an invoice that granted nothing takes nothing back."
        if move.reversed_entry_id not in grants:
            return []
        invoice = payments.by_id[move.reversed_entry_id]
        # §3 "and never before the start of the lots it reverses"
        day = max(day, grants[invoice.id][0].start)
    if policy.since is not None and day < policy.since:
        return []  # §4 "clawback (by its effective date, after "never before")"
    for line in move.lines:
        minutes = clawback_minutes(line, invoice, payments)
        if minutes:
            out.append(Clawback(line.id, move.id, invoice.id if invoice else None, move.customer, minutes, day))
    return out


def response_day(ticket: Ticket, policy: Policy) -> Optional[date]:
    """The civil day of the response (§8), or None."""
    instants = []
    # §8 "An assignment made at the ticket's creation (by a rule or a default) ... is not a response."
    if "assigned" in policy.response and ticket.assigned is not None and ticket.assigned != ticket.created:
        instants.append(ticket.assigned)
    if "reply" in policy.response and ticket.first_reply is not None:
        instants.append(ticket.first_reply)
    # §8 "A ticket closed without response counts its closing as response (for section 4 too)."
    if ticket.closed is not None:
        instants.append(ticket.closed)
    return local_day(min(instants), policy) if instants else None


def charges(lines: list, policy: Policy) -> list:
    """[(line, minutes charged)] of one ticket's lines; a negative charge gives minutes back."""
    total = charged = 0
    out = []
    # §4 "Lines of one ticket are taken in (date, id) order."
    for line in sorted(lines, key=lambda l: (l.date, l.id)):
        minutes = minutes_of_line(line)
        if policy.rounding == "ticket":
            # §4 "the ticket's running total is rounded up to the step; each line is charged the difference with what
            # the ticket was already charged"; "lowers the running total, which may be negative"
            total += minutes
            charge = round_up(total, policy.step) - charged
        else:
            # §4 "each line is rounded on its own, away from zero"
            charge = round_away(minutes, policy.step)
        charge = max(charge, -charged)  # §4 "never more than the ticket was charged so far"
        charged += charge
        out.append((line, charge))
    return out


def debits_of(ticket: Ticket, lines: list, policy: Policy, today: date):
    """(debits, minutes held) of one ticket."""
    if ticket.excluded:
        return [], 0  # §4 "Tickets with an excluded tag, or outside the configured domain, are not charged."
    # §1 "What is dated after today does not exist yet."; §4 `since`: "line dated before it, before any rounding"
    lines = [l for l in lines if is_charged(l, policy) and l.date <= today and (policy.since is None or l.date >= policy.since)]
    if policy.count_from == "response":
        response = response_day(ticket, policy)
        if response is None or response > today:
            # §4 "the lines of a ticket without a response are held until there is one"; "what they would be
            # charged together"
            return [], sum(c for _, c in charges(lines, policy))
        # §4 "a line dated before the day of the response is not charged"
        lines = [l for l in lines if l.date >= response]
    return [Debit(l.id, ticket.id, ticket.customer, c, l.date) for l, c in charges(lines, policy) if c], 0


# ---------------------------------------------------------------------------------------------------------
# The ledger (§3 to §7)
# ---------------------------------------------------------------------------------------------------------


@dataclass
class Entry:
    date: date
    kind: str
    minutes: int
    balance_minutes: int
    lot: Optional[str]
    source: Optional[str]  # None where the page does not say (rollovers, expiries, reinstatements, repayments)


@dataclass
class Lot:
    name: str
    id: int
    invoice: Optional[int]  # None: opened by an adjustment
    granted: int
    start: date
    end: date
    renewed: Optional[date] = None
    explicit_end: bool = False
    left: int = 0
    counted: int = 0  # what its invoice's clawbacks counted against it
    expired: int = 0  # what expired in it
    returned: int = 0  # what came back of it
    barred: int = 0  # what will never come back of it
    moved: int = 0  # what rolled over out of it

    @property
    def by_invoice(self):
        return self.invoice is not None

    @property
    def lost(self):
        """What expired in it and did not come back; §3 "Barred minutes still count as expired in it"."""
        return self.expired - self.returned

    @property
    def reversed(self):
        # §7 "when its whole grant was counted as taken back"
        return self.by_invoice and self.counted >= self.granted

    @property
    def order(self):
        # §4 "the lot with the earliest end first; among equal ends, the earliest start, then lots of invoices before
        # adjustments, then the smallest id"
        return (self.end, self.start, 0 if self.by_invoice else 1, self.id)

    def open_on(self, day):
        return self.start <= day < self.end

    def state(self, today):
        # §7 "`reversed`, before any other state and even after its end"
        if self.reversed:
            return "reversed"
        if today < self.end:
            return "open"
        if self.moved:
            return "rolled_over"
        if self.expired:
            return "expired"
        return "spent"


class Account:
    """One customer's ledger, played day after day."""

    def __init__(self, policy: Policy):
        self.policy = policy
        self.entries = []
        self.lots = []
        self.overdraft = 0

    # -- movements --------------------------------------------------------------------------------------

    def enter(self, day, kind, minutes, lot, source):
        # §7 "Every entry is signed, never 0, and belongs to a lot or, with no lot, to the overdraft"
        if minutes == 0:
            return
        if lot is not None:
            lot.left += minutes
        else:
            self.overdraft -= minutes
        before = self.entries[-1].balance_minutes if self.entries else 0
        self.entries.append(Entry(day, kind, minutes, before + minutes, lot.name if lot else None, source))

    def arrive(self, day, kind, minutes, lot, source):
        """Minutes arrive in a lot."""
        self.enter(day, kind, minutes, lot, source)
        # §4 "minutes that arrive in a lot by any way ... pay it back at once"; §7 "two entries, minus on the lot and plus
        # on the overdraft"
        paid = min(minutes, self.overdraft)
        self.enter(day, "overdraft_repaid", -paid, lot, None)
        self.enter(day, "overdraft_repaid", paid, None, None)

    def take(self, day, kind, minutes, lots, source):
        """Takes from these lots, in this order; says how much is still to take."""
        for lot in lots:
            part = min(minutes, lot.left)
            self.enter(day, kind, -part, lot, source)
            minutes -= part
        return minutes

    def take_like_a_debit(self, day, kind, minutes, source):
        lots = sorted((l for l in self.lots if l.open_on(day)), key=lambda l: l.order)
        rest = self.take(day, kind, minutes, lots, source)
        # §4 "What no lot can cover is overdraft"
        self.enter(day, kind, -rest, None, source)

    # -- a day's steps, in their order -----------------------------------------------------------------------

    def grant(self, day, grant: Grant):
        # §3 "Validity is the half-open interval [start, start + credit.validity)"
        lot = Lot(f"account.move.line:{grant.id}", grant.id, grant.invoice, grant.minutes, grant.start,
                  add_months(grant.start, self.policy.validity_months), grant.renewed)
        self.lots.append(lot)
        self.arrive(day, "grant", grant.minutes, lot, f"account.move:{grant.invoice}")

    def clawback(self, day, clawback: Clawback):
        source = f"account.move:{clawback.move}"
        # §3 "It may take from a lot that ends that very day."
        usable = sorted((l for l in self.lots if l.start <= day <= l.end), key=lambda l: l.order)

        if clawback.invoice is None:
            # §3 "One that reverses no invoice goes like a debit, without limit"
            rest = self.take(day, "clawback", clawback.minutes, usable, source)
            self.enter(day, "clawback", -rest, None, source)
            return

        own = sorted((l for l in self.lots if l.invoice == clawback.invoice), key=lambda l: l.id)
        # §3 "against each, at most what it granted, less what this invoice's clawbacks already counted against it and
        # what expired in it and did not come back"
        limits = [max(0, l.granted - l.counted - l.lost) for l in own]
        # §3 "The sum of these limits is the most it takes."
        taken = min(clawback.minutes, sum(limits))

        # §3 "It takes first from the lots of the invoice it reverses, by line id, then, like a debit, from the others, then as
        # overdraft"; "From a lot of the invoice it may take all that is left, rolled-over minutes included."
        rest = self.take(day, "clawback", taken, own, source)
        rest = self.take(day, "clawback", rest, [l for l in usable if l not in own], source)
        self.enter(day, "clawback", -rest, None, source)

        # §3 "What it asked for beyond that sum is barred from coming back, by line id: in each lot at most what expired in
        # it and did not come back, or what it granted less what was counted against it before this clawback, whichever
        # is less, and less what was already barred in it."
        beyond = clawback.minutes - taken
        for lot in own:
            part = min(beyond, max(0, min(lot.lost, lot.granted - lot.counted) - lot.barred))
            lot.barred += part
            beyond -= part

        # §3 "What it takes is counted against the lots of its invoice by line id, wherever the minutes come from"
        for lot, limit in zip(own, limits):
            part = min(taken, limit)
            lot.counted += part
            taken -= part
            # §3 "A lot against which its whole grant is counted closes that day: that day becomes its end, if earlier"
            if part and lot.reversed:
                lot.end = min(lot.end, day)

    def expiry_step(self, day):
        # §5 "Reinstatement comes first in the day's expiry step"; "expired lots are taken by the order of section 4"
        grace = timedelta(days=self.policy.renewal_grace_days)
        for lot in sorted((l for l in self.lots if l.expired), key=lambda l: l.order):
            if lot.explicit_end:
                continue  # §5 "then they neither roll over nor come back"
            # §5 "on the day a lot opened by an invoice starts whose contract was renewed (section 3) by `end +
            # credit.renewal_grace` and which ends later: to the latest such lot of that day"; §3 (a closed lot) "From then on
            # it renews nothing."
            renewals = [l for l in self.lots if l.by_invoice and not l.reversed and l.start == day
                        and l.renewed <= lot.end + grace and l.end > lot.end]
            back = lot.lost - lot.barred
            if renewals and back > 0:
                lot.returned += back
                self.arrive(day, "reinstate", back, max(renewals, key=lambda l: l.order), None)

        # §5 "On the day a lot ends, with `r > 0` minutes left"; "lots that end on the same day by start, then the same order"
        for lot in sorted((l for l in self.lots if l.end == day), key=lambda l: l.order):
            r = lot.left
            if r == 0:
                continue
            # §5 "If another lot opened by an invoice has started on or before that day and ends later"
            renewals = [l for l in self.lots if l is not lot and l.by_invoice and not l.reversed
                        and l.start <= day and l.end > day]
            if renewals and not lot.explicit_end:
                # §5 "the `r` minutes move to the latest such lot and take its end"
                target = max(renewals, key=lambda l: l.order)
                lot.moved += r
                self.enter(day, "rollover_out", -r, lot, None)
                self.arrive(day, "rollover_in", r, target, None)
            else:
                lot.expired += r
                self.enter(day, "expire", -r, lot, None)

    def adjust(self, day, adjustment: Adjustment):
        name = f"adjustment:{adjustment.id}"
        if adjustment.minutes > 0:
            # §6 "A positive adjustment opens a lot (of one year unless an end, exclusive and after the date, is given)"
            end = adjustment.end or add_months(day, self.policy.validity_months)
            lot = Lot(name, adjustment.id, None, adjustment.minutes, day, end, explicit_end=adjustment.end is not None)
            self.lots.append(lot)
            self.arrive(day, "adjust", adjustment.minutes, lot, name)
        else:
            # §6 "a negative one is taken like a debit, never rounded"
            self.take_like_a_debit(day, "adjust", -adjustment.minutes, name)

    def debit(self, day, debit: Debit):
        source = f"account.analytic.line:{debit.id}"
        if debit.minutes > 0:
            self.take_like_a_debit(day, "debit", debit.minutes, source)
            return
        # §4 "Minutes given back lower the overdraft first, then go to the open lot with the earliest end (the one debits take
        # from), even an empty one; with no open lot they are lost, without an entry."
        back = -debit.minutes
        part = min(back, self.overdraft)
        self.enter(day, "debit", part, None, source)
        lots = sorted((l for l in self.lots if l.open_on(day)), key=lambda l: l.order)
        if lots:
            self.enter(day, "debit", back - part, lots[0], source)


def ledger(grants, clawbacks, adjustments, debits, policy: Policy, today: date) -> Account:
    """§7 "The ledger is a function": one customer's account. The order of the input does not matter."""
    account = Account(policy)
    days = {g.start for g in grants} | {c.date for c in clawbacks} | {a.date for a in adjustments} | {d.date for d in debits}
    days |= {add_months(g.start, policy.validity_months) for g in grants}
    days |= {a.end or add_months(a.date, policy.validity_months) for a in adjustments}

    def of(day, things, when):
        return sorted((t for t in things if getattr(t, when) == day), key=lambda t: t.id)

    for day in sorted(days):
        if day > today:
            break  # §1 "What is dated after today does not exist yet."
        # §1 "grants, clawbacks, expiry step, adjustments, debits, and within each by id"
        for grant in of(day, grants, "start"):
            account.grant(day, grant)
        for clawback in of(day, clawbacks, "date"):
            account.clawback(day, clawback)
        account.expiry_step(day)
        for adjustment in of(day, adjustments, "date"):
            account.adjust(day, adjustment)
        for debit in of(day, debits, "date"):
            account.debit(day, debit)
    return account


# ---------------------------------------------------------------------------------------------------------
# From a history to reports
# ---------------------------------------------------------------------------------------------------------


@dataclass
class Inputs:
    grants: list = field(default_factory=list)
    clawbacks: list = field(default_factory=list)
    adjustments: list = field(default_factory=list)
    debits: list = field(default_factory=list)
    held: int = 0


@dataclass
class Report:
    customer: int
    entries: list
    lots: list
    balance_minutes: int
    available_minutes: int
    overdraft_minutes: int
    held_minutes: int
    next_expiry: Optional[date]
    last_day: Optional[date]


def derive(history: History, policy: Policy, today: date) -> dict:
    """customer id -> Inputs. What has no customer is charged to nobody (§2)."""
    holder = lambda partner: holder_of(partner, history, policy)
    inputs = {customer: Inputs() for customer in history.customers if holder(customer) == customer}

    def of(partner):
        return inputs.setdefault(holder(partner), Inputs())

    payments = Payments(history, policy)
    grants = {}
    for move in history.invoices:
        if move.customer is not None:
            granted = grants_of(move, payments)
            if granted:
                grants[move.id] = granted
                of(move.customer).grants += granted
    for move in history.invoices:
        if move.customer is not None:
            of(move.customer).clawbacks += clawbacks_of(move, grants, payments)
    for adjustment in history.adjustments:
        if adjustment.end is not None and adjustment.minutes > 0 and adjustment.end <= adjustment.date:
            raise ValueError(f"adjustment {adjustment.id} ends before it starts")
        if adjustment.minutes and (policy.since is None or adjustment.date >= policy.since):
            of(adjustment.customer).adjustments.append(adjustment)
    lines = {}
    for line in history.timesheets:
        lines.setdefault(line.ticket, []).append(line)
    for ticket in history.tickets:
        if ticket.customer is not None:
            debits, held = debits_of(ticket, lines.get(ticket.id, []), policy, today)
            of(ticket.customer).debits += debits
            of(ticket.customer).held += held
    return inputs


def report(customer: int, account: Account, held: int, today: date) -> Report:
    available = sum(l.left for l in account.lots if l.open_on(today))
    # interface "`next_expiry` is the earliest end of an open lot with minutes left, else null, and `last_day` the day before it"
    ends = [l.end for l in account.lots if l.open_on(today) and l.left > 0]
    next_expiry = min(ends, default=None)
    lots = [{"lot": l.name, "granted_minutes": l.granted, "left_minutes": l.left, "start": l.start, "end": l.end,
             "state": l.state(today)}
            # interface "by start, then invoice lots before adjustments, then id"
            for l in sorted(account.lots, key=lambda l: (l.start, 0 if l.by_invoice else 1, l.id))]
    # §7 "balance = what is left in the open lots − overdraft"
    return Report(customer, account.entries, lots, available - account.overdraft, available, account.overdraft, held,
                  next_expiry, next_expiry - timedelta(days=1) if next_expiry else None)


def run(history: History, policy: Policy, today: date) -> dict:
    """customer id -> Report, for every customer of the history."""
    out = {}
    for customer, i in sorted(derive(history, policy, today).items()):
        account = ledger(i.grants, i.clawbacks, i.adjustments, i.debits, policy, today)
        out[customer] = report(customer, account, i.held, today)
    return out


def _iso(day):
    return day.isoformat() if day is not None else None


def name_of(history: History, partner: int):
    found = history.partners.get(partner)
    return found.name if found is not None else history.customers.get(partner)


def balance_json(history: History, reports: dict) -> list:
    return [{"customer_id": c, "customer": name_of(history, c), "balance_minutes": r.balance_minutes,
             "available_minutes": r.available_minutes, "overdraft_minutes": r.overdraft_minutes,
             "held_minutes": r.held_minutes, "next_expiry": _iso(r.next_expiry), "last_day": _iso(r.last_day),
             "lots": [{**l, "start": _iso(l["start"]), "end": _iso(l["end"])} for l in r.lots]}
            for c, r in sorted(reports.items())]


def ledger_json(history: History, reports: dict, customer: int) -> dict:
    return {"customer_id": customer, "customer": name_of(history, customer), "entries": [
        {"date": _iso(e.date), "kind": e.kind, "minutes": e.minutes, "balance_minutes": e.balance_minutes, "lot": e.lot,
         "source": e.source} for e in reports[customer].entries]}
