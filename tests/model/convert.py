"""A history of the model as rows of a simulated Odoo (tests/odoo/odoosim).

    loader = Loader(world)
    loader.put(history)                       # rows inserted as Odoo would have left them; the order of ids is kept
    loader.put(later)                         # the same database some time later: only what changed is written and stamped
    history = translate(history, loader.ids)  # the same history under Odoo's ids: run the model on this one

The rows are inserted directly, not through the world's builders: the ids decide the order of charges inside a day, so
each must keep its place, and the stored fields must be exactly the history's, however unlikely. What changes later is
stamped as Odoo stamps it: an entry reset to draft does not touch its invoice, merged partners do not touch tickets.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from datetime import timedelta, timezone

from ledger_model import CUSTOMER_INVOICES, History, Policy

EXCLUDED_TAG = "Hors contrat"
OUTSIDE = "Offert"  # the name of the timesheet lines outside the domain
TIMESHEETS_DOMAIN = [["name", "!=", OUTSIDE]]
OFFSET = 10_000  # above the ids a fresh database has
HELPERS = 1_000_000  # entries, receivable lines: their ids do not matter
MOVE, LINE, PARTIAL, PAYMENT = "account.move", "account.move.line", "account.partial.reconcile", "account.payment"
UNITS = {1: "unit", 12: "dozen"}


@dataclass
class Ids:
    """From the history's ids to Odoo's, by model."""

    customer: dict = field(default_factory=dict)
    product: dict = field(default_factory=dict)
    move: dict = field(default_factory=dict)
    line: dict = field(default_factory=dict)
    ticket: dict = field(default_factory=dict)
    timesheet: dict = field(default_factory=dict)
    adjustment: dict = field(default_factory=dict)


def needs_19(history: History) -> bool:
    """Before 18 no payment is rejected or cancelled behind a posted entry."""
    return any(c.payment in ("rejected", "canceled") and c.parent_state == "posted" for m in history.invoices for c in m.counterparts)


def translate(history: History, ids: Ids) -> History:
    """The history under Odoo's ids."""
    out = copy.deepcopy(history)
    customer = lambda c: ids.customer.get(c)
    out.customers = {customer(c): name for c, name in history.customers.items()}
    out.partners = {customer(c): replace(p, parent=customer(p.parent)) for c, p in history.partners.items()}
    out.products = {k: replace(p, id=ids.product[k]) for k, p in history.products.items()}
    out.merged = {}
    for move in out.invoices:
        move.id, move.customer = ids.move[move.id], customer(move.customer)
        move.reversed_entry_id = ids.move.get(move.reversed_entry_id)
        for line in move.lines:
            line.id = ids.line[line.id]
        move.counterparts = [replace(c, move=ids.move.get(c.move), reversed_entry_id=ids.move.get(c.reversed_entry_id)) for c in move.counterparts]
    for ticket in out.tickets:
        ticket.id, ticket.customer = ids.ticket[ticket.id], customer(ticket.customer)
    for line in out.timesheets:
        line.id, line.ticket = ids.timesheet[line.id], ids.ticket.get(line.ticket)
    for adjustment in out.adjustments:
        adjustment.id, adjustment.customer = ids.adjustment[adjustment.id], customer(adjustment.customer)
    return out


def translate_policy(policy: Policy, history: History, ids: Ids) -> Policy:
    """A pack named by its id is named by Odoo's."""
    by_id = {p.id: ids.product[k] for k, p in history.products.items()}
    return replace(policy, packs=tuple((by_id[name] if isinstance(name, int) else name, hours) for name, hours in policy.packs))


def shape_of(move):
    """What a reconciliation is, the counterparts' dates and states aside."""
    return [(c.journal_type, c.journal_code, c.move_type, c.amount, c.move, c.reversed_entry_id, c.payment is None, c.exchange) for c in move.counterparts]


class Loader:
    def __init__(self, world):
        from odoosim.values import money

        if world.flavour != "oca":
            raise NotImplementedError("histories are loaded into the oca flavour only")
        self.world, self.money = world, money
        self.ids = Ids()
        self.contacts = {}
        self.receivable = {}  # move -> its receivable line
        self.settlements = {}  # move -> [(counterpart, {model: ids made for it})]
        self.old = History()
        self.next_helper = HELPERS
        self.journals = {kind: world.journal(kind) for kind in ("sale", "bank", "cash", "credit", "general")}
        with world.transaction() as env:
            self.journals["TILL"] = env.create("account.journal", {"name": "Caisse", "code": "TILL", "type": "general", "company_id": 1})
        self.tag = world.tag(EXCLUDED_TAG)
        world.adjustment_model()
        self.dollar = world.currency("USD")

    def put(self, history: History) -> None:
        """Bring the database from the last history to this one. Nothing is deleted but reconciliations and timesheets."""
        with self.world.transaction() as env:
            self.env = env
            self.partners(history)
            self.products(history)
            for move in history.invoices:
                self.ids.move[move.id] = OFFSET + move.id
            known = {m.id: m for m in self.old.invoices}
            for move in history.invoices:
                if known.get(move.id) != move:
                    self.move(move, known.get(move.id))
            for move in history.invoices:
                if known.get(move.id) != move:
                    self.settle(move, known.get(move.id))
            self.each(history.tickets, self.old.tickets, self.ticket)
            self.each(history.timesheets, self.old.timesheets, self.timesheet)
            gone = {l.id for l in self.old.timesheets} - {l.id for l in history.timesheets}
            env.unlink("account.analytic.line", [self.ids.timesheet.pop(i) for i in sorted(gone)])
            self.each(history.adjustments, self.old.adjustments, self.adjustment)
            self.old = copy.deepcopy(history)

    def each(self, records, old, write):
        known = {r.id: r for r in old}
        for record in records:
            if repr(known.get(record.id)) != repr(record):  # NaN differs from itself
                write(record, known.get(record.id))

    # -- rows ---------------------------------------------------------------------------------------------

    def insert(self, model, id_, **values):
        """A row at this id, or wherever there is room."""
        if id_ is None:
            id_, self.next_helper = self.next_helper, self.next_helper + 1
        return self.env.tx.insert(model, {"create_uid": 2, "write_uid": 2, **self.known(model, values)}, id_)

    def write(self, model, id_, **values):
        """Change a row, stamped only if a value changes."""
        row = self.env.row(model, id_)
        changed = {k: v for k, v in self.known(model, values).items() if row.get(k) != v}
        if changed:
            self.env.touch(model, id_, changed)

    def put_row(self, model, id_, is_new, **values):
        return self.insert(model, id_, **values) if is_new else self.write(model, id_, **values)

    def known(self, model, values):
        fields = self.env.schema.models[model].fields
        return {k: v for k, v in values.items() if k in fields}

    # -- partners and products ------------------------------------------------------------------------------

    def partners(self, history):
        waiting = {c: history.partners.get(c) for c in (*history.customers, *history.partners)}
        for c, partner in waiting.items():
            if c not in self.ids.customer:
                company = partner is None or partner.is_company
                self.ids.customer[c] = self.env.create("res.partner", {"name": partner.name if partner else history.customers[c], "is_company": company})
                self.contacts[c] = self.env.create("res.partner", {"name": f"Contact {c}", "parent_id": self.ids.customer[c]})
        for c, partner in waiting.items():
            parent = self.ids.customer[partner.parent] if partner is not None and partner.parent is not None else None
            if self.env.row("res.partner", self.ids.customer[c]).get("parent_id") != parent:
                self.env.write("res.partner", [self.ids.customer[c]], {"parent_id": parent or False})
        for gone, kept in history.merged.items():
            if gone in self.ids.customer and self.ids.customer[gone] != self.ids.customer[kept]:
                self.world.merge_contacts(self.ids.customer[kept], self.ids.customer[gone])
                self.ids.customer[gone] = self.ids.customer[kept]
                for record in (*self.old.invoices, *self.old.tickets, *self.old.adjustments):
                    record.customer = kept if record.customer == gone else record.customer

    def products(self, history):
        for key, product in history.products.items():
            if key not in self.ids.product:
                self.ids.product[key] = self.env.create("product.product", {
                    "default_code": product.code or False, "name": f"Produit {key}", "type": "service", "uom_id": self.world.uom("unit"), "list_price": 1.0})
            row = self.env.row("product.product", self.ids.product[key])
            changed = {k: v for k, v in (("default_code", product.code), ("active", product.active)) if (row.get(k) or False) != (v or False)}
            if changed:
                self.env.write("product.product", [self.ids.product[key]], changed)

    def partner(self, customer, number):
        """Now the customer, now one of its contacts."""
        if customer is None:
            return None
        return self.contacts[customer] if number % 2 else self.ids.customer[customer]

    # -- invoices -------------------------------------------------------------------------------------------

    def sign(self, move):
        return 1 if move.move_type in CUSTOMER_INVOICES else -1

    def euros(self, amount, move):
        return self.money(self.money(amount) / self.money(move.rate))

    def move(self, move, old):
        """The head and the lines."""
        money, world, sign = self.money, self.world, self.sign(move)
        total, residual = money(move.amount_total), money(move.amount_residual)
        untaxed = sum((money(l.price_subtotal) for l in move.lines), money(0))
        company, currency = self.ids.customer.get(move.customer), self.dollar if move.rate != 1 else world.ref("base.EUR")
        id_ = self.ids.move[move.id]
        self.put_row(
            MOVE, id_, old is None, move_type=move.move_type, state=move.state, name=move.name, payment_state=move.payment_state, date=move.invoice_date,
            invoice_date=move.invoice_date, invoice_date_due=move.invoice_date, journal_id=self.journals["sale"], company_id=1, currency_id=currency,
            partner_id=self.partner(move.customer, move.id) if old is None or old.customer != move.customer else self.env.row(MOVE, id_)["partner_id"],
            commercial_partner_id=company, posted_before=move.state != "draft", amount_untaxed=untaxed, amount_tax=total - untaxed, amount_total=total,
            amount_residual=residual, amount_untaxed_signed=untaxed * sign, amount_total_signed=total * sign, amount_residual_signed=residual * sign,
            reversed_entry_id=self.ids.move.get(move.reversed_entry_id), invoice_origin=move.origin)
        common = dict(move_id=id_, move_name=move.name, parent_state=move.state, company_id=1, date=move.invoice_date, invoice_date=move.invoice_date,
                      journal_id=self.journals["sale"], currency_id=currency, company_currency_id=world.ref("base.EUR"), partner_id=company)
        for line in move.lines:
            is_new = line.id not in self.ids.line
            self.ids.line[line.id] = OFFSET + line.id
            amount, balance = money(line.price_subtotal), -self.euros(line.price_subtotal, move) * sign
            self.put_row(LINE, OFFSET + line.id, is_new, **common, display_type="product", product_id=self.ids.product.get(line.product),
                         product_uom_id=world.uom(UNITS[line.uom_factor]), quantity=float(line.quantity), price_subtotal=amount, price_total=amount,
                         price_unit=float(amount) / float(line.quantity) if line.quantity else 0.0, account_id=world.accounts["income"], balance=balance,
                         debit=max(balance, money(0)), credit=max(-balance, money(0)), name=str(line.product), is_downpayment=line.is_downpayment)
        if old is None and move.id % 5 == 0:
            self.insert(LINE, None, **common, display_type="line_section", name="SUP12")
        if old is None and move.id % 6 == 0 and total:
            self.tax_on_payment(move, common)
        if old is None:
            self.receivable[move.id], self.next_helper = self.next_helper, self.next_helper + 1
        balance = self.euros(total, move) * sign
        self.put_row(LINE, self.receivable[move.id], old is None, **common, display_type="payment_term", account_id=world.accounts["receivable"],
                     balance=balance, debit=max(balance, money(0)), credit=max(-balance, money(0)), amount_currency=total * sign,
                     amount_residual=self.euros(residual, move) * sign, amount_residual_currency=residual * sign, date_maturity=move.invoice_date,
                     reconciled=bool(move.counterparts) and not residual)

    def tax_on_payment(self, move, common):
        """VAT due on payments: a tax line is matched with an entry of a general journal, which settles nothing of the invoice."""
        day, journal = move.invoice_date + timedelta(days=40), self.journals["general"]
        entry = self.insert(MOVE, None, move_type="entry", state="posted", name="CABA", payment_state="not_paid", date=day, journal_id=journal, company_id=1,
                            currency_id=common["currency_id"], posted_before=True)
        lines = [self.insert(LINE, None, **{**common, **more}, display_type="tax", account_id=self.world.accounts["tax"], balance=-self.sign(move) * sign,
                             reconciled=True) for sign, more in ((1, {}), (-1, {"move_id": entry, "journal_id": journal, "date": day, "parent_state": "posted"}))]
        debit, credit = lines if self.sign(move) < 0 else lines[::-1]
        self.insert(PARTIAL, None, debit_move_id=debit, credit_move_id=credit, amount=self.money(move.amount_total), debit_amount_currency=self.money(move.amount_total),
                    credit_amount_currency=self.money(move.amount_total), company_id=1, max_date=day)

    def settle(self, move, old):
        """One partial by counterpart. Where only dates and states changed the invoice is not touched."""
        made = self.settlements.get(move.id, [])
        if old is not None and shape_of(old) == shape_of(move):
            for counterpart, ids in zip(move.counterparts, made):
                if MOVE in ids:  # else the other invoice is written by itself
                    self.counterpart(move, counterpart, ids)
                if ids:
                    self.write(PARTIAL, ids[PARTIAL], max_date=max(counterpart.date, move.invoice_date))
            return
        for ids in made:
            if ids:
                self.env.tx.delete(PARTIAL, ids[PARTIAL])
                if LINE in ids:
                    self.write(LINE, ids[LINE], reconciled=False)
        if old is not None:
            self.env.touch(MOVE, self.ids.move[move.id], {})
            self.env.touch(LINE, self.receivable[move.id], {})
        self.settlements[move.id] = [self.partial(move, c) for c in move.counterparts]

    def partial(self, move, counterpart):
        """A counterpart and its partial; of two invoices matched with each other the credit note's side makes none."""
        money, sign = self.money, self.sign(move)
        amount, ids = money(counterpart.amount), {}
        if counterpart.move is not None:
            if sign < 0:
                return {}
            line = self.receivable[counterpart.move]
        else:
            self.counterpart(move, counterpart, ids)
            line = ids[LINE]
        exchange = counterpart.exchange
        worth = money("1.37") if exchange else self.euros(amount, move)
        mine, theirs = amount, worth if self.in_euros(move) and not exchange else amount
        receivable = self.receivable[move.id]
        debit, credit = (receivable, line) if sign > 0 else (line, receivable)
        ids[PARTIAL] = self.insert(
            PARTIAL, None, debit_move_id=debit, credit_move_id=credit, amount=worth, debit_amount_currency=mine if sign > 0 else theirs,
            credit_amount_currency=theirs if sign > 0 else mine, debit_currency_id=self.env.row(LINE, debit)["currency_id"],
            credit_currency_id=self.env.row(LINE, credit)["currency_id"], company_id=1, max_date=max(counterpart.date, move.invoice_date),
            exchange_move_id=ids.get(MOVE) if exchange else None)
        return ids

    def in_euros(self, move):
        """Was an invoice in another currency settled by entries in the company's?"""
        return move.rate == 1 or move.id % 2 == 0

    def counterpart(self, move, counterpart, ids):
        """The entry of a counterpart, its line and, if there is one, its payment: made, or brought up to date."""
        money, world, sign = self.money, self.world, self.sign(move)
        is_new, journal = not ids, self.journals.get(counterpart.journal_code) or self.journals[counterpart.journal_type]
        if is_new:
            for model in (MOVE, LINE, *((PAYMENT,) if counterpart.payment is not None else ())):
                ids[model], self.next_helper = self.next_helper, self.next_helper + 1
        worth = self.euros(counterpart.amount, move) or money("1.37")
        currency = world.ref("base.EUR") if self.in_euros(move) else self.dollar
        in_currency = worth if self.in_euros(move) else money(counterpart.amount)
        customer, is_entry = self.ids.customer.get(move.customer), counterpart.move_type == "entry"
        link = "origin_payment_id" if world.version >= 19 else "payment_id"
        self.put_row(
            MOVE, ids[MOVE], is_new, move_type=counterpart.move_type, state=counterpart.parent_state, name=f"{counterpart.journal_type.upper()}/{ids[MOVE]}",
            payment_state="not_paid" if is_entry else "paid", date=counterpart.date, invoice_date=None if is_entry else counterpart.date,
            journal_id=journal, company_id=1, currency_id=currency, partner_id=customer, commercial_partner_id=customer, amount_total=in_currency,
            amount_residual=money(0), posted_before=True, reversed_entry_id=self.ids.move.get(counterpart.reversed_entry_id), **{link: ids.get(PAYMENT)})
        balance = -worth * sign
        self.put_row(
            LINE, ids[LINE], is_new, move_id=ids[MOVE], parent_state=counterpart.parent_state, company_id=1, date=counterpart.date, journal_id=journal,
            currency_id=currency, company_currency_id=world.ref("base.EUR"), partner_id=customer, display_type="product" if is_entry else "payment_term",
            account_id=world.accounts["receivable"], balance=balance, debit=max(balance, money(0)), credit=max(-balance, money(0)),
            amount_currency=-in_currency * sign, amount_residual=money(0), amount_residual_currency=money(0), reconciled=True, payment_id=ids.get(PAYMENT))
        if PAYMENT in ids:
            state = {"draft": "draft", "cancel": "canceled"}.get(counterpart.parent_state, counterpart.payment)
            self.put_row(PAYMENT, ids[PAYMENT], is_new, move_id=ids[MOVE], name=f"P/{ids[PAYMENT]}", date=counterpart.date, journal_id=journal, company_id=1,
                         state=state, amount=in_currency, currency_id=currency, partner_id=customer, payment_type="inbound" if sign > 0 else "outbound",
                         partner_type="customer", is_reconciled=True, is_matched=True)

    # -- the rest -------------------------------------------------------------------------------------------

    def ticket(self, ticket, old):
        world = self.world
        utc = lambda at: at.astimezone(timezone.utc).replace(tzinfo=None) if at is not None and at.tzinfo else at
        id_ = self.ids.ticket[ticket.id] = OFFSET + ticket.id
        same = old is not None and old.customer == ticket.customer
        self.put_row("helpdesk.ticket", id_, old is None, number=ticket.number, name="Panne", description="<p>En panne.</p>",
                     partner_id=self.env.row("helpdesk.ticket", id_).get("partner_id") if same else self.partner(ticket.customer, ticket.id),
                     user_id=world.people[0] if ticket.assigned else None, assigned_date=utc(ticket.assigned), closed_date=utc(ticket.closed),
                     stage_id=world.closed_stage() if ticket.closed else world.stage("In Progress"), company_id=1, team_id=world.team_id,
                     priority=str(ticket.id % 4), active=True, unattended=False, tag_ids=(self.tag,) if ticket.excluded else (), create_date=utc(ticket.created))
        created = utc(ticket.created)
        if old is None and ticket.id % 3 == 0:  # none of these is a response
            if ticket.customer is not None:
                world.reply(id_, at=created, author="customer", date=created)
            world.reply(id_, at=created, internal=True, date=created)
            world.reply(id_, at=created, author="auto", date=created)
        if ticket.first_reply is not None and (old is None or old.first_reply is None):
            world.reply(id_, at=utc(ticket.first_reply), date=utc(ticket.first_reply))

    def timesheet(self, line, old):
        id_ = self.ids.timesheet[line.id] = OFFSET + line.id
        unit = "unit" if not line.is_time else "day" if line.days is not None else "hour"
        if line.days is not None and line.day_hours != 8:
            raise NotImplementedError("a day of this database is 8 hours")
        self.put_row("account.analytic.line", id_, old is None, name="Intervention" if line.matches else OUTSIDE, date=line.date,
                     unit_amount=float(line.days if line.days is not None else line.hours), product_uom_id=self.world.uom(unit),
                     ticket_id=self.ids.ticket.get(line.ticket), company_id=1, user_id=self.world.people[0], project_id=self.world.project_id, amount=self.money(0))

    def adjustment(self, adjustment, old):
        id_ = self.ids.adjustment[adjustment.id] = OFFSET + adjustment.id
        self.put_row("x_qualiodoo_adjustment", id_, old is None, create_uid=self.world.agent, write_uid=self.world.agent, x_key=f"key-{id_}",
                     x_partner_id=self.ids.customer[adjustment.customer], x_minutes=adjustment.minutes, x_date=adjustment.date, x_end=adjustment.end,
                     x_reason=adjustment.reason)
