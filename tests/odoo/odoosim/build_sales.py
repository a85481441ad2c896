"""Builders of customers, products, invoices and payments."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import accounting, partners
from .accounting import LINE, MOVE, PARTIAL
from .values import money, parse_date

if TYPE_CHECKING:
    from .orm import Env

Day = date | str | None
Line = tuple[Any, ...]

CATALOGUE = {"SUP12": ("Pack support 12 h", 1080), "SUP24": ("Pack support 24 h", 2040),
             "SUP36": ("Pack support 36 h", 2880)}
JOURNALS = {"sale": ("Customer Invoices", "INV"), "bank": ("Bank", "BNK1"), "cash": ("Cash", "CSH1"),
            "credit": ("Credit Card", "CC1"), "general": ("Miscellaneous Operations", "MISC")}


class SalesBuilders:
    """Customers, products, invoices, payments; every method gives the id of what it makes."""

    version: int
    refs: dict[str, int]
    accounts: dict[str, int]

    if TYPE_CHECKING:
        @property
        def today(self) -> date: ...
        def transaction(self, uid: int = 2, at: datetime | None = None) -> AbstractContextManager[Env]: ...
        def ref(self, xmlid: str) -> int: ...
        def row(self, model: str, id_: int) -> dict[str, Any]: ...
        def env(self, uid: int = 2) -> Env: ...

    # Customers and products ---------------------------------------------------------------

    def partner(self, name: str, parent: int | None = None, ref: str | None = None, is_company: bool | None = None,
                **vals: Any) -> int:
        """A company, or with `parent` a contact of it."""
        company = parent is None if is_company is None else is_company
        vals.setdefault("email", f"contact{len(name)}@example.com")
        with self.transaction() as env:
            return env.create("res.partner", {"name": name, "parent_id": parent, "ref": ref, "is_company": company,
                                              "lang": "fr_FR", **vals})

    def move_contact(self, contact: int, new_parent: int | None) -> None:
        """A contact changes company: old invoices keep their own commercial partner."""
        with self.transaction() as env:
            env.write("res.partner", [contact], {"parent_id": new_parent or False})

    def merge_contacts(self, kept: int, gone: int) -> None:
        """The merge wizard: tickets, lines and adjustments change partner without being stamped; `gone` vanishes."""
        with self.transaction() as env:
            partners.merge(env, kept, gone)

    def product(self, code: str, name: str | None = None, price: Any = None, uom: str = "unit", **vals: Any) -> int:
        """A product by its internal reference; the one that exists if there is one."""
        with self.transaction() as env:
            found = env.tx.having("product.product", "default_code", (code,))
            if found and not vals and name is None:
                return found[0]
            known = CATALOGUE.get(code, (code, 100))
            return env.create("product.product", {
                "default_code": code, "name": name or known[0], "type": "service", "uom_id": self.uom(uom),
                "list_price": float(price if price is not None else known[1]), **vals})

    def uom(self, name: str | int) -> int:
        """A unit by name (unit, dozen, hour, day) or id."""
        return name if isinstance(name, int) else self.ref(f"uom.product_uom_{name}")

    def company(self, name: str, visible: bool = True) -> int:
        """A second company; `visible` adds it to the agent's."""
        with self.transaction() as env:
            partner = env.create("res.partner", {"name": name, "is_company": True})
            id_ = env.create("res.company", {"name": name, "partner_id": partner, "currency_id": self.ref("base.EUR")})
            for uid in env.tx.ids("res.users"):
                if visible or uid == 2:
                    mine = env.row("res.users", uid).get("company_ids", ())
                    env.tx.update("res.users", uid, {"company_ids": (*mine, id_)})
            return id_

    def currency(self, name: str) -> int:
        with self.transaction() as env:
            found = env.tx.having("res.currency", "name", (name,))
            return found[0] if found else env.create("res.currency", {"name": name, "symbol": name})

    def journal(self, kind: str, company: int = 1) -> int:
        """A journal of a kind: sale, bank, cash, credit, general. 17 has no type `credit`: there it is a bank."""
        label, code = JOURNALS[kind]
        type_ = "bank" if kind == "credit" and self.version < 19 else kind
        with self.transaction() as env:
            for id_ in env.tx.having("account.journal", "code", (code,)):
                if env.row("account.journal", id_).get("company_id") == company:
                    return id_
            return env.create("account.journal", {"name": label, "code": code, "type": type_, "company_id": company})

    # Invoices -----------------------------------------------------------------------------

    def invoice(self, partner: int, lines: Iterable[Line], date: Day = None, post: bool = True,
                currency: str | None = None, company: int | None = None, tax: int = 0, rate: float = 1.0,
                move_type: str = "out_invoice", reversed_entry: int | None = None, ref: str | None = None,
                origin: str | None = None) -> int:
        """A customer invoice of lines (code[, quantity[, price[, uom[, values]]]]); a price of None is the list price.

        tax       per cent, one line of tax for the whole
        rate      units of `currency` for one unit of the company's
        values    more columns of a line, such as is_downpayment
        origin    the sales order: invoice_origin
        """
        day = parse_date(date) or self.today
        with self.transaction() as env:
            sign = accounting.SIGNS[move_type]
            money_id = self.currency(currency) if currency else self.ref("base.EUR")
            customer = env.row("res.partner", partner)
            head = {"move_type": move_type, "partner_id": partner, "date": day, "invoice_date": day,
                    "invoice_date_due": day, "journal_id": self.journal("sale", company or 1), "company_id": company or 1,
                    "currency_id": money_id, "commercial_partner_id": customer.get("commercial_partner_id"),
                    "name": "/" if self.version < 19 else False, "payment_state": "not_paid", "ref": ref,
                    "reversed_entry_id": reversed_entry, "invoice_origin": origin}
            move = env.create(MOVE, head)
            untaxed = sum((self._product_line(env, move, line, sign, rate) for line in lines), Decimal(0))
            self._finish(env, move, untaxed, money(untaxed * tax / 100), sign, rate)
            if post:
                accounting.post(env, move)
            return move

    def _product_line(self, env: Env, move: int, line: Line, sign: int, rate: float) -> Decimal:
        code, quantity, price, uom, more = (*line, *(1, None, None, {})[len(line) - 1:])
        product = self.product(code) if isinstance(code, str) else code
        unit = self.uom(uom) if uom else (env.get("product.product", product, "uom_id") if product else None)
        if price is None:
            price = env.get("product.product", product, "list_price") if product else 0
        subtotal = money(Decimal(str(quantity)) * Decimal(str(price)))
        label = env.display_name("product.product", product) if product else "Divers"
        self._line(env, move, -subtotal * sign, rate, "income", display_type="product", product_id=product,
                   quantity=float(quantity), product_uom_id=unit, price_unit=float(price), name=label,
                   price_subtotal=subtotal, price_total=subtotal, **more)
        return subtotal

    def _line(self, env: Env, move: int, amount: Decimal, rate: float, account: str, **vals: Any) -> int:
        """A journal item of an amount in the move's currency (debit positive)."""
        row = env.row(MOVE, move)
        balance = money(amount / Decimal(str(rate))) if rate != 1.0 else money(amount)
        matchable = account in ("receivable", "outstanding")
        return env.create(LINE, {
            "move_id": move, "journal_id": row["journal_id"], "company_id": row.get("company_id"),
            "company_currency_id": self.ref("base.EUR"), "currency_id": row["currency_id"],
            "move_name": row.get("name"), "parent_state": row["state"], "date": row["date"],
            "invoice_date": row.get("invoice_date"), "account_id": self.accounts[account], "ref": row.get("ref"),
            "partner_id": row.get("commercial_partner_id"), "payment_id": row.get("payment_id") or row.get("origin_payment_id"),
            "balance": balance, "debit": max(balance, Decimal(0)),
            "credit": max(-balance, Decimal(0)), "amount_currency": money(amount),
            "amount_residual": balance if matchable else Decimal(0),
            "amount_residual_currency": money(amount) if matchable else Decimal(0), **vals})

    def _finish(self, env: Env, move: int, untaxed: Decimal, tax: Decimal, sign: int, rate: float) -> None:
        """The tax line, the receivable line and the totals."""
        total = untaxed + tax
        if tax:
            self._line(env, move, -tax * sign, rate, "tax", display_type="tax", name="20% G")
        row = env.row(MOVE, move)
        self._line(env, move, total * sign, rate, "receivable", display_type="payment_term",
                   date_maturity=row.get("invoice_date_due"), name=row.get("payment_reference"))
        env.touch(MOVE, move, {
            "amount_untaxed": untaxed, "amount_tax": tax, "amount_total": total, "amount_residual": total,
            "amount_untaxed_signed": untaxed * sign, "amount_total_signed": total * sign,
            "amount_residual_signed": total * sign})

    def refund(self, invoice: int | None = None, lines: Iterable[Line] | None = None, date: Day = None,
               partner: int | None = None, amount: Any = None, reconcile: bool = True, post: bool = True,
               wizard: bool = False, **options: Any) -> int:
        """A credit note: of a whole invoice, of some lines, or of an amount booked on its first product.

        With `invoice` it reverses it and, if something is still due, is reconciled with it at posting.
        `reconcile=False` leaves the two unreconciled; `wizard` stamps the invoice, as the reversal wizard does.
        """
        with self.transaction() as env:
            if invoice is not None:
                partner = partner or env.row(MOVE, invoice)["partner_id"]
                chosen = list(lines) if lines is not None else self._reversed_lines(env, invoice, amount)
            else:
                chosen = list(lines or [])
            move = self.invoice(partner or 0, chosen, date, post=False, move_type="out_refund",
                                reversed_entry=invoice if reconcile else None, **options)
            if invoice is not None and not reconcile:
                env.tx.update(MOVE, move, {"reversed_entry_id": None})
            if post:
                accounting.post(env, move)
            if invoice is not None and wizard:
                env.touch(MOVE, invoice, {})
            if invoice is not None and not reconcile:
                env.touch(MOVE, move, {"reversed_entry_id": invoice})
            return move

    def _reversed_lines(self, env: Env, invoice: int, amount: Any) -> list[Line]:
        rows = [env.row(LINE, i) for i in accounting.lines_of(env, invoice)]
        products = [r for r in rows if r.get("display_type") == "product"]
        if amount is not None:
            first = products[0]
            return [(first.get("product_id"), 1, amount, first.get("product_uom_id"))]
        return [(r.get("product_id"), r["quantity"], r["price_unit"], r.get("product_uom_id")) for r in products]

    def receipt(self, partner: int, lines: Iterable[Line], date: Day = None, **options: Any) -> int:
        """A sales receipt: paid like an invoice."""
        return self.invoice(partner, lines, date, move_type="out_receipt", **options)

    def down_payment(self, partner: int, amount: Any, origin: str | None, date: Day = None, **options: Any) -> int:
        """The invoice of a down payment of a sales order."""
        return self.invoice(partner, [("ACOMPTE", 1, amount, None, {"is_downpayment": True})], date, origin=origin, **options)

    def final_invoice(self, partner: int, lines: Iterable[Line], amount: Any, origin: str | None, date: Day = None,
                      **options: Any) -> int:
        """The invoice of a sales order's lines, the down payment of `amount` deducted."""
        deduction = ("ACOMPTE", -1, amount, None, {"is_downpayment": True})
        return self.invoice(partner, [*lines, deduction], date, origin=origin, **options)

    def annul(self, note: int, by: str = "entry", date: Day = None) -> int:
        """Reverse a credit note: by an entry, as the reversal wizard does, or by an invoice or receipt. Gives what reverses it."""
        day = parse_date(date) or self.today
        with self.transaction() as env:
            row = env.row(MOVE, note)
            if by != "entry":
                return self.invoice(row["partner_id"], self._reversed_lines(env, note, None), day, move_type=by,
                                    reversed_entry=note)
            move = self._entry(env, row["partner_id"], "sale", day, f"Reversal of: {row.get('name')}",
                               currency=row.get("currency_id"), company=row.get("company_id"))
            env.tx.update(MOVE, move, {"reversed_entry_id": note})
            total = money(row["amount_total"])
            self._line(env, move, -total, 1.0, "income", name=row.get("name"))
            self._line(env, move, total, 1.0, "receivable", name=row.get("name"))
            accounting.post(env, move)
            return move

    def post(self, move: int) -> None:
        """Post a draft."""
        with self.transaction() as env:
            accounting.post(env, move)

    def reset_to_draft(self, move: int) -> None:
        with self.transaction() as env:
            accounting.reset_to_draft(env, move)

    def cancel(self, move: int) -> None:
        with self.transaction() as env:
            accounting.cancel(env, move)

    # Money --------------------------------------------------------------------------------

    def pay(self, invoice: int, date: Day = None, amount: Any = None, journal: str = "bank") -> int:
        """A payment (account.payment) of what is due, or of an amount; what exceeds stays open on the payment."""
        with self.transaction() as env:
            due = env.row(MOVE, invoice)
            payment = self.prepay(due["partner_id"], due.get("amount_residual") if amount is None else amount, date,
                                   journal, invoice=invoice)
            self._match(env, env.row("account.payment", payment)["move_id"], invoice)
            return payment

    def prepay(self, partner: int, amount: Any, date: Day = None, journal: str = "bank", ref: str | None = None,
                invoice: int | None = None, write_off: Any = 0) -> int:
        """A payment matched with nothing yet: `settle` matches it with an invoice."""
        day = parse_date(date) or self.today
        with self.transaction() as env:
            origin = env.row(MOVE, invoice) if invoice else {}
            payment = env.create("account.payment", {
                "amount": money(amount), "partner_id": partner,
                "currency_id": origin.get("currency_id", self.ref("base.EUR")),
                **self._payment_19(day, journal, invoice)})
            move = self._entry(env, partner, journal, day, ref or origin.get("name"), payment=payment,
                               currency=origin.get("currency_id"), company=origin.get("company_id"))
            env.tx.update("account.payment", payment, {"move_id": move})
            rest, rate = money(write_off), self._rate(env, invoice)
            self._line(env, move, money(amount), rate, "outstanding", name="Customer Payment")
            if rest:
                self._line(env, move, rest, rate, "loss", name="Write-Off")
            self._line(env, move, -money(amount) - rest, rate, "receivable", name="Customer Payment", date_maturity=day)
            accounting.post(env, move)
            if self.version >= 19:
                env.touch("account.payment", payment, {"name": env.row(MOVE, move)["name"]})
            return payment

    def _payment_19(self, day: date, journal: str, invoice: int | None) -> dict[str, Any]:
        """Since 18 a payment keeps its own date, journal and state."""
        if self.version < 19:
            return {}
        return {"date": day, "journal_id": self.journal(journal), "company_id": 1, "state": "in_process",
                "invoice_ids": [(6, 0, [invoice])] if invoice else []}

    def _entry(self, env: Env, partner: int, journal: str, day: date, ref: str | None, payment: int | None = None,
               currency: int | None = None, company: int | None = None) -> int:
        link = "origin_payment_id" if self.version >= 19 else "payment_id"
        customer = env.row("res.partner", partner)
        return env.create(MOVE, {
            "move_type": "entry", "journal_id": self.journal(journal, company or 1), "date": day, "partner_id": partner,
            "commercial_partner_id": customer.get("commercial_partner_id"), "company_id": company or 1, "ref": ref,
            "currency_id": currency or self.ref("base.EUR"), "name": "/" if self.version < 19 else False,
            "payment_state": "not_paid", **({link: payment} if payment else {})})

    def _rate(self, env: Env, invoice: int | None) -> float:
        """The rate an invoice was posted at: paid at the same one, nothing is left to round."""
        for line in accounting.open_lines(env, invoice) if invoice else ():
            row = env.row(LINE, line)
            if row.get("balance") and row.get("amount_currency"):
                return float(row["amount_currency"] / row["balance"])
        return 1.0

    def _match(self, env: Env, move: int, invoice: int) -> list[int]:
        both = [*accounting.open_lines(env, invoice), *accounting.open_lines(env, move)]
        return accounting.reconcile(env, [i for i in both if not env.row(LINE, i).get("reconciled")])

    def match(self, one: int, other: int) -> list[int]:
        """Match two moves, such as a credit note with another invoice, or an entry with an invoice; gives the partials."""
        with self.transaction() as env:
            return self._match(env, one, other)

    def settle(self, payment: int, invoice: int) -> list[int]:
        """Match a payment made before with an invoice; gives the partials."""
        with self.transaction() as env:
            return self._match(env, env.row("account.payment", payment)["move_id"], invoice)

    def write_off(self, invoice: int, paid: Any, date: Day = None, journal: str = "bank") -> int:
        """A payment of less than what is due, the rest written off: one partial of the whole."""
        with self.transaction() as env:
            due = env.row(MOVE, invoice)
            payment = self.prepay(due["partner_id"], paid, date, journal, invoice=invoice,
                                   write_off=due["amount_residual"] - money(paid))
            self._match(env, env.row("account.payment", payment)["move_id"], invoice)
            return payment

    def bank_statement_settle(self, invoice: int, date: Day = None, amount: Any = None, journal: str = "bank") -> int:
        """A bank statement line reconciled with the invoice: no account.payment exists. Gives the entry."""
        day = parse_date(date) or self.today
        with self.transaction() as env:
            due = env.row(MOVE, invoice)
            value = money(due.get("amount_residual") if amount is None else amount)
            move = self._entry(env, due["partner_id"], journal, day, due.get("name"), currency=due.get("currency_id"),
                               company=due.get("company_id"))
            line = env.create("account.bank.statement.line", {
                "move_id": move, "amount": value, "payment_ref": due.get("name"), "partner_id": due["partner_id"],
                "is_reconciled": True})
            env.tx.update(MOVE, move, {"statement_line_id": line})
            rate = self._rate(env, invoice)
            self._line(env, move, value, rate, "bank", statement_line_id=line, name=due.get("name"))
            self._line(env, move, -value, rate, "receivable", statement_line_id=line, name=due.get("name"))
            accounting.post(env, move)
            self._match(env, move, invoice)
            return move

    def bank_statement_settle_refund(self, refund: int, date: Day = None) -> int:
        """The bank pays a credit note back to the customer. Gives the entry."""
        return self.bank_statement_settle(refund, date, -money(self.row(MOVE, refund)["amount_residual"]))

    def misc_settle(self, invoice: int, date: Day = None, amount: Any = None) -> int:
        """A miscellaneous entry settles the invoice: paid, though no money came. Gives the entry."""
        day = parse_date(date) or self.today
        with self.transaction() as env:
            due = env.row(MOVE, invoice)
            value = money(due.get("amount_residual") if amount is None else amount)
            move = self._entry(env, due["partner_id"], "general", day, due.get("name"), currency=due.get("currency_id"),
                               company=due.get("company_id"))
            rate = self._rate(env, invoice)
            self._line(env, move, value, rate, "loss", name="Ecart")
            self._line(env, move, -value, rate, "receivable", name=due.get("name"))
            accounting.post(env, move)
            self._match(env, move, invoice)
            return move

    def unpay(self, invoice: int | None = None, partial: int | None = None) -> None:
        """Unreconcile: one partial, or all those of an invoice. The payment stays, matched with nothing."""
        with self.transaction() as env:
            lines = accounting.open_lines(env, invoice or 0)
            accounting.unreconcile(env, accounting.partials_of(env, lines) if partial is None else [partial])

    def payment_to_draft(self, payment: int) -> None:
        """Reset a payment to draft. On 19 the invoice stays `paid`, matched with a draft entry, its write_date unmoved."""
        with self.transaction() as env:
            accounting.payment_draft(env, payment)

    def payment_post(self, payment: int) -> None:
        """Post a payment again that was reset to draft."""
        with self.transaction() as env:
            accounting.payment_post(env, payment)

    def payment_cancel(self, payment: int) -> None:
        """Cancel a payment: it is unreconciled on every version."""
        with self.transaction() as env:
            accounting.payment_cancel(env, payment)

    def payment_reject(self, payment: int) -> None:
        """The bank rejects a payment (18 and later): the invoice stays `in_payment` or `paid`, the entry posted."""
        with self.transaction() as env:
            accounting.payment_reject(env, payment)

    def spoil(self, invoice: int, word: str) -> None:
        """Leave a wrong payment_state on an invoice, as an automation rule with a before-domain on it does."""
        with self.transaction() as env:
            env.touch(MOVE, invoice, {"payment_state": word})

    def redate_payment(self, payment: int, date: Day) -> None:
        """Change the date of a posted payment: the invoice is not stamped, nor the partial unless its max_date moves."""
        with self.transaction() as env:
            move = env.row("account.payment", payment)["move_id"]
            if self.version >= 19:
                env.write("account.payment", [payment], {"date": parse_date(date)})
            else:
                env.touch("account.payment", payment, {})
            env.write(MOVE, [move], {"date": parse_date(date)})

    def exchange_difference(self, invoice: int, date: Day, amount: Any = "0.05") -> int:
        """A currency rate changed: one more partial on the invoice, with an entry of the general journal.

        Odoo dates it at the end of the payment's month, possibly in the future. Gives the entry.
        """
        day = parse_date(date) or self.today
        with self.transaction() as env:
            due = env.row(MOVE, invoice)
            move = self._entry(env, due["partner_id"], "general", day, "EXCH", company=due.get("company_id"))
            line = self._line(env, move, -money(amount), 1.0, "receivable", name="Currency exchange rate difference",
                              amount_currency=Decimal(0), amount_residual_currency=Decimal(0))
            self._line(env, move, money(amount), 1.0, "loss", name="Currency exchange rate difference")
            accounting.post(env, move)
            target = accounting.open_lines(env, invoice)[0]
            env.create(PARTIAL, {
                "debit_move_id": target, "credit_move_id": line, "amount": money(amount), "company_id": 1,
                "debit_amount_currency": Decimal(0), "credit_amount_currency": Decimal(0),
                "exchange_move_id": move, "max_date": max(day, env.row(LINE, target)["date"])})
            return move

    def in_payment(self, invoice: int, date: Day = None, amount: Any = None, entry: bool | None = None) -> int:
        """A payment the bank has not confirmed: `in_payment`.

        entry  with a journal entry (default on 17) nothing is left to pay; without
               one (default on 19) the residual stays whole.
        """
        with_entry = self.version < 19 if entry is None else entry
        with self.transaction() as env:
            env.world.in_payment_state = "in_payment"
            if with_entry:
                return self.pay(invoice, date, amount)
            day = parse_date(date) or self.today
            due = env.row(MOVE, invoice)
            payment = env.create("account.payment", {
                "amount": money(due["amount_residual"] if amount is None else amount), "partner_id": due["partner_id"],
                "currency_id": due["currency_id"], **self._payment_19(day, "bank", invoice)})
            env.touch(MOVE, invoice, {"matched_payment_ids": (payment,)})
            accounting.refresh(env, [invoice])
            return payment

    def bank_match(self, payment: int) -> None:
        """The bank confirms a payment: its invoice goes from `in_payment` to `paid`."""
        with self.transaction() as env:
            env.touch("account.payment", payment, {"is_matched": True})
            row = env.row("account.payment", payment)
            lines = accounting.lines_of(env, row.get("move_id") or 0)
            moves = {env.row(LINE, i)["move_id"] for i in accounting.lines_in(env, accounting.partials_of(env, lines))}
            accounting.refresh(env, sorted(moves))

    # What is due, for assertions ----------------------------------------------------------

    def partials(self, invoice: int) -> list[int]:
        """The partials of an invoice."""
        env = self.env()
        return accounting.partials_of(env, accounting.open_lines(env, invoice))

    def invoice_lines(self, invoice: int) -> list[int]:
        """The product lines of an invoice."""
        env = self.env()
        return [i for i in accounting.lines_of(env, invoice) if env.row(LINE, i).get("display_type") == "product"]

    def partial_row(self, partial: int) -> dict[str, Any]:
        return self.row(PARTIAL, partial)
