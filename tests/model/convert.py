"""A history of the model as rows of a simulated Odoo (tests/odoo/odoosim).

    ids = load(history, world)          # rows inserted as Odoo would have left them; the order of ids is kept
    history = translate(history, ids)   # the same history under Odoo's ids: run the model on this one

The rows are inserted directly, not through the world's builders: the ids decide the order of charges inside a day, so
each must keep its place, and the stored fields must be exactly the history's, however unlikely.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import timezone

from ledger_model import History

EXCLUDED_TAG = "Hors contrat"
OFFSET = 10_000  # above the ids a fresh database has
HELPERS = 1_000_000  # entries, receivable lines: their ids do not matter


@dataclass
class Ids:
    """From the history's ids to Odoo's, by model."""

    customer: dict = field(default_factory=dict)
    move: dict = field(default_factory=dict)
    line: dict = field(default_factory=dict)
    ticket: dict = field(default_factory=dict)
    timesheet: dict = field(default_factory=dict)
    adjustment: dict = field(default_factory=dict)


def load(history: History, world) -> Ids:
    return _Loader(history, world).load()


def translate(history: History, ids: Ids) -> History:
    """The history under Odoo's ids."""
    out = copy.deepcopy(history)
    out.customers = {ids.customer[c]: name for c, name in history.customers.items()}
    for move in out.invoices:
        move.id, move.customer = ids.move[move.id], ids.customer.get(move.customer)
        move.reversed_entry_id = ids.move.get(move.reversed_entry_id)
        for line in move.lines:
            line.id = ids.line[line.id]
    for ticket in out.tickets:
        ticket.id, ticket.customer = ids.ticket[ticket.id], ids.customer.get(ticket.customer)
    for line in out.timesheets:
        line.id, line.ticket = ids.timesheet[line.id], ids.ticket.get(line.ticket)
    for adjustment in out.adjustments:
        adjustment.id, adjustment.customer = ids.adjustment[adjustment.id], ids.customer[adjustment.customer]
    return out


class _Loader:
    def __init__(self, history, world):
        from odoosim.values import money

        self.history, self.world, self.money = history, world, money
        self.ids = Ids()
        self.contacts = {}
        self.next_helper = HELPERS

    def load(self):
        world = self.world
        for customer, name in self.history.customers.items():
            company = self.ids.customer[customer] = world.partner(name)
            self.contacts[customer] = world.partner(f"Contact {customer}", parent=company)
        self.products = {p: world.product(p) for m in self.history.invoices for p in {l.product for l in m.lines} if p}
        self.journals = {kind: world.journal(kind) for kind in ("sale", "bank", "cash", "credit", "general")}
        tag = world.tag(EXCLUDED_TAG)
        world.adjustment_model()
        with world.transaction() as env:
            self.env = env
            for move in self.history.invoices:
                self.ids.move[move.id] = OFFSET + move.id
            for move in self.history.invoices:
                self.move(move)
            for ticket in self.history.tickets:
                self.ticket(ticket, tag)
            for line in self.history.timesheets:
                self.timesheet(line)
            for adjustment in self.history.adjustments:
                self.adjustment(adjustment)
        return self.ids

    # -- rows ---------------------------------------------------------------------------------------------

    def insert(self, model, id_, **values):
        """A row at this id, or wherever there is room."""
        if id_ is None:
            id_, self.next_helper = self.next_helper, self.next_helper + 1
        fields = self.env.schema.models[model].fields
        values = {k: v for k, v in values.items() if k in fields}
        return self.env.tx.insert(model, {"create_uid": 2, "write_uid": 2, **values}, id_)

    def partner(self, customer, number):
        """Now the company, now one of its contacts."""
        if customer is None:
            return None
        return self.contacts[customer] if number % 2 else self.ids.customer[customer]

    def move(self, move):
        money = self.money
        sign = 1 if move.move_type == "out_invoice" else -1
        total, residual = money(move.amount_total), money(move.amount_residual)
        untaxed = sum((money(l.price_subtotal) for l in move.lines), money(0))
        partner, company = self.partner(move.customer, move.id), self.ids.customer.get(move.customer)
        head = self.insert(
            "account.move", self.ids.move[move.id], move_type=move.move_type, state=move.state, payment_state=move.payment_state,
            name=move.name if move.state != "draft" else "/", date=move.invoice_date, invoice_date=move.invoice_date,
            invoice_date_due=move.invoice_date, journal_id=self.journals["sale"], company_id=1, currency_id=self.world.ref("base.EUR"),
            partner_id=partner, commercial_partner_id=company, amount_untaxed=untaxed, amount_tax=total - untaxed,
            amount_total=total, amount_residual=residual, amount_untaxed_signed=untaxed * sign, amount_total_signed=total * sign,
            amount_residual_signed=residual * sign, reversed_entry_id=self.ids.move.get(move.reversed_entry_id), posted_before=move.state != "draft")
        common = dict(move_id=head, move_name=move.name, parent_state=move.state, company_id=1, date=move.invoice_date, invoice_date=move.invoice_date,
                      journal_id=self.journals["sale"], currency_id=self.world.ref("base.EUR"), company_currency_id=self.world.ref("base.EUR"), partner_id=company)
        for line in move.lines:
            self.ids.line[line.id] = OFFSET + line.id
            amount = money(line.price_subtotal)
            unit = {1: "unit", 12: "dozen"}[line.uom_factor]
            self.insert("account.move.line", OFFSET + line.id, **common, display_type="product", product_id=self.products.get(line.product),
                        product_uom_id=self.world.uom(unit), quantity=float(line.quantity), price_subtotal=amount, price_total=amount,
                        price_unit=float(amount) / float(line.quantity) if line.quantity else 0.0, account_id=self.world.accounts["income"], balance=-amount * sign,
                        debit=max(-amount * sign, money(0)), credit=max(amount * sign, money(0)), name=line.product)
        if move.id % 5 == 0:
            self.insert("account.move.line", None, **common, display_type="line_section", name="SUP12")
        receivable = self.insert("account.move.line", None, **common, display_type="payment_term", account_id=self.world.accounts["receivable"],
                                 balance=total * sign, debit=max(total * sign, money(0)), credit=max(-total * sign, money(0)), amount_currency=total * sign,
                                 amount_residual=residual * sign, amount_residual_currency=residual * sign, date_maturity=move.invoice_date,
                                 reconciled=bool(move.counterparts) and not residual)
        self.reconcile(move, receivable, sign, total - residual)

    def reconcile(self, move, receivable, sign, settled):
        """One partial by counterpart; each counterpart is an entry of its own, with its own date."""
        money = self.money
        for i, counterpart in enumerate(move.counterparts):
            share = money(settled / len(move.counterparts)) if i + 1 < len(move.counterparts) else settled - (len(move.counterparts) - 1) * money(
                settled / len(move.counterparts))
            journal = self.journals[counterpart.journal_type]
            entry = self.insert(
                "account.move", None, move_type=counterpart.move_type, state="posted", name=f"{counterpart.journal_type.upper()}/{self.next_helper}",
                payment_state="paid" if counterpart.move_type != "entry" else "not_paid", date=counterpart.date, invoice_date=counterpart.date if counterpart.move_type != "entry" else None,
                journal_id=journal, company_id=1, currency_id=self.world.ref("base.EUR"), partner_id=self.ids.customer.get(move.customer),
                commercial_partner_id=self.ids.customer.get(move.customer), amount_total=share, amount_residual=money(0), posted_before=True)
            line = self.insert(
                "account.move.line", None, move_id=entry, parent_state="posted", company_id=1, date=counterpart.date, journal_id=journal,
                currency_id=self.world.ref("base.EUR"), company_currency_id=self.world.ref("base.EUR"), partner_id=self.ids.customer.get(move.customer),
                display_type="payment_term" if counterpart.move_type != "entry" else "product", account_id=self.world.accounts["receivable"], balance=-share * sign, debit=max(-share * sign, money(0)),
                credit=max(share * sign, money(0)), amount_currency=-share * sign, amount_residual=money(0), amount_residual_currency=money(0), reconciled=True)
            debit, credit = (receivable, line) if sign > 0 else (line, receivable)
            self.insert("account.partial.reconcile", None, debit_move_id=debit, credit_move_id=credit, amount=share, debit_amount_currency=share,
                        credit_amount_currency=share, company_id=1, max_date=max(counterpart.date, move.invoice_date))

    def ticket(self, ticket, tag):
        world = self.world
        if world.flavour != "oca":
            raise NotImplementedError("histories are loaded into the oca flavour only")
        utc = lambda at: at.astimezone(timezone.utc).replace(tzinfo=None) if at is not None and at.tzinfo else at
        id_ = self.ids.ticket[ticket.id] = OFFSET + ticket.id
        self.insert("helpdesk.ticket", id_, number=ticket.number, name="Panne", description="<p>En panne.</p>", partner_id=self.partner(ticket.customer, ticket.id),
                    user_id=world.people[0] if ticket.assigned else None, assigned_date=utc(ticket.assigned), closed_date=utc(ticket.closed),
                    stage_id=world.closed_stage() if ticket.closed else world.stage("In Progress"), company_id=1, team_id=world.team_id,
                    priority=str(ticket.id % 4), active=True, unattended=False, tag_ids=(tag,) if ticket.excluded else (), create_date=utc(ticket.created))
        created = utc(ticket.created)
        if ticket.id % 3 == 0:  # none of these is a response
            if ticket.customer is not None:
                world.reply(id_, at=created, author="customer", date=created)
            world.reply(id_, at=created, internal=True, date=created)
            world.reply(id_, at=created, author="auto", date=created)
        if ticket.first_reply is not None:
            world.reply(id_, at=utc(ticket.first_reply), date=utc(ticket.first_reply))

    def timesheet(self, line):
        id_ = self.ids.timesheet[line.id] = OFFSET + line.id
        unit = "day" if line.days is not None else "hour"
        if line.days is not None and line.day_hours != 8:
            raise NotImplementedError("a day of this database is 8 hours")
        self.insert("account.analytic.line", id_, name="Intervention", date=line.date, unit_amount=float(line.days if line.days is not None else line.hours),
                    product_uom_id=self.world.uom(unit), ticket_id=self.ids.ticket.get(line.ticket), company_id=1, user_id=self.world.people[0],
                    project_id=self.world.project_id, amount=self.money(0))

    def adjustment(self, adjustment):
        id_ = self.ids.adjustment[adjustment.id] = OFFSET + adjustment.id
        self.insert("x_qualiodoo_adjustment", id_, create_uid=self.world.agent, write_uid=self.world.agent, x_name=f"key-{id_}",
                    x_partner_id=self.ids.customer[adjustment.customer], x_minutes=adjustment.minutes, x_date=adjustment.date, x_end=adjustment.end,
                    x_reason=adjustment.reason)
