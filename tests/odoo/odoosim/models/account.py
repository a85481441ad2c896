"""Invoices, their lines, reconciliations and payments."""

from __future__ import annotations

from ..schema import (
    binary, boolean, char, date, decimal, define, html, integer, many2many, many2one, monetary, one2many, select,
)

M = "account"

MOVE_TYPES = (
    ("entry", "Journal Entry"), ("out_invoice", "Customer Invoice"), ("out_refund", "Customer Credit Note"),
    ("in_invoice", "Vendor Bill"), ("in_refund", "Vendor Credit Note"), ("out_receipt", "Sales Receipt"),
    ("in_receipt", "Purchase Receipt"),
)
STATES = (("draft", "Draft"), ("posted", "Posted"), ("cancel", "Cancelled"))
PAYMENT_STATES_17 = (
    ("not_paid", "Not Paid"), ("in_payment", "In Payment"), ("paid", "Paid"), ("partial", "Partially Paid"),
    ("reversed", "Reversed"), ("invoicing_legacy", "Invoicing App Legacy"),
)
PAYMENT_STATES_19 = (
    ("not_paid", "Not Paid"), ("in_payment", "In Payment"), ("paid", "Paid"), ("partial", "Partially Paid"),
    ("reversed", "Reversed"), ("blocked", "Blocked"), ("invoicing_legacy", "Invoicing App Legacy"),
)
JOURNAL_TYPES = (
    ("sale", "Sales"), ("purchase", "Purchase"), ("cash", "Cash"), ("bank", "Bank"), ("general", "Miscellaneous"),
)
ACCOUNT_TYPES = (
    ("asset_receivable", "Receivable"), ("asset_cash", "Bank and Cash"), ("asset_current", "Current Assets"),
    ("liability_payable", "Payable"), ("liability_current", "Current Liabilities"), ("income", "Income"),
    ("expense", "Expenses"),
)
DISPLAY_TYPES = (
    ("product", "Product"), ("cogs", "Cost of Goods Sold"), ("tax", "Tax"), ("discount", "Discount"),
    ("rounding", "Rounding"), ("payment_term", "Payment Term"), ("line_section", "Section"),
    ("line_note", "Note"), ("epd", "Early Payment Discount"),
)

ACCOUNT = define(
    "account.account", "Account",
    char("name", "Account Name", required=True), char("code", "Code"),
    select("account_type", ACCOUNT_TYPES, "Type", required=True),
    boolean("reconcile", "Allow Reconciliation"), boolean("deprecated", "Deprecated", until=17),
    order="code", module=M,
)

JOURNAL = define(
    "account.journal", "Journal",
    char("name", "Journal Name", required=True),
    char("code", "Short Code", required=True),
    boolean("active", "Active", default=True),
    select("type", JOURNAL_TYPES, "Type", required=True, until=17),
    select("type", (*JOURNAL_TYPES[:4], ("credit", "Credit Card"), JOURNAL_TYPES[4]), "Type", required=True, since=19),
    many2one("default_account_id", "account.account", "Default Account"),
    integer("sequence", "Sequence", default=10),
    many2one("currency_id", "res.currency", "Currency"),
    many2one("company_id", "res.company", "Company", required=True),
    order="sequence, type, code", module=M,
)

MOVE = define(
    "account.move", "Journal Entry",
    char("name", "Number"),
    char("ref", "Reference"),
    date("date", "Date", required=True),
    select("state", STATES, "Status", required=True, readonly=True, default="draft", tracked=True),
    select("move_type", MOVE_TYPES, "Type", required=True, readonly=True, default="entry"),
    many2one("journal_id", "account.journal", "Journal", required=True),
    many2one("company_id", "res.company", "Company"),
    one2many("line_ids", "account.move.line", "move_id", "Journal Items"),
    many2one("payment_id", "account.payment", "Payment", until=17),
    many2one("origin_payment_id", "account.payment", "Payment", since=19),
    many2many("matched_payment_ids", "account.payment", "Matched Payments", since=19),
    char("invoice_origin", "Origin"),
    one2many("invoice_line_ids", "account.move.line", "move_id", "Invoice lines"),
    date("invoice_date", "Invoice/Bill Date"),
    date("invoice_date_due", "Due Date"),
    many2one("partner_id", "res.partner", "Partner", ondelete="restrict"),
    many2one("commercial_partner_id", "res.partner", "Commercial Entity", readonly=True, ondelete="restrict"),
    char("payment_reference", "Payment Reference"),
    binary("invoice_payments_widget", "Invoice Payments Widget", readonly=True, store=False, compute="payments_widget",
           searchable=False),
    many2one("currency_id", "res.currency", "Currency", required=True),
    monetary("amount_untaxed", "Untaxed Amount", readonly=True),
    monetary("amount_tax", "Tax", readonly=True),
    monetary("amount_total", "Total", readonly=True),
    monetary("amount_residual", "Amount Due", readonly=True),
    monetary("amount_untaxed_signed", "Untaxed Amount Signed", readonly=True),
    monetary("amount_total_signed", "Total Signed", readonly=True),
    monetary("amount_residual_signed", "Amount Due Signed", readonly=True),
    select("payment_state", PAYMENT_STATES_17, "Payment Status", readonly=True, until=17, tracked=True),
    select("payment_state", PAYMENT_STATES_19, "Payment Status", readonly=True, since=19, tracked=True),
    many2one("reversed_entry_id", "account.move", "Reversal of", readonly=True),
    one2many("reversal_move_id", "account.move", "reversed_entry_id", "Reversal Move", until=17),
    one2many("reversal_move_ids", "account.move", "reversed_entry_id", "Reversal Move", since=19),
    many2one("invoice_user_id", "res.users", "Salesperson"),
    boolean("posted_before"),
    html("narration", "Terms and Conditions"),
    many2one("statement_line_id", "account.bank.statement.line", "Statement Line"),
    order="date desc, name desc, invoice_date desc, id desc", module=M,
    mixins=frozenset({"thread", "activity"}),
)

LINE = define(
    "account.move.line", "Journal Item",
    many2one("move_id", "account.move", "Journal Entry", required=True, ondelete="cascade"),
    many2one("journal_id", "account.journal", "Journal", readonly=True),
    many2one("company_id", "res.company", "Company", readonly=True),
    many2one("company_currency_id", "res.currency", "Company Currency", readonly=True),
    char("move_name", "Number", readonly=True),
    select("parent_state", STATES, "Status", readonly=True),
    date("date", "Date", readonly=True),
    date("invoice_date", "Invoice/Bill Date", readonly=True),
    char("ref", "Reference", readonly=True),
    integer("sequence", "Sequence", default=100),
    many2one("account_id", "account.account", "Account", ondelete="restrict"),
    char("name", "Label"),
    monetary("debit", "Debit"), monetary("credit", "Credit"), monetary("balance", "Balance"),
    monetary("amount_currency", "Amount in Currency"),
    many2one("currency_id", "res.currency", "Currency", required=True),
    many2one("partner_id", "res.partner", "Partner", ondelete="restrict"),
    select("account_type", ACCOUNT_TYPES, "Internal Type", related="account_id.account_type", store=False),
    select("move_type", MOVE_TYPES, "Type", related="move_id.move_type", store=False),
    many2one("product_id", "product.product", "Product", ondelete="restrict"),
    many2one("product_uom_id", "uom.uom", "Unit of Measure"),
    decimal("quantity", "Quantity", default=0.0),
    date("date_maturity", "Due Date"),
    decimal("price_unit", "Unit Price"),
    monetary("price_subtotal", "Subtotal", readonly=True),
    monetary("price_total", "Total", readonly=True),
    decimal("discount", "Discount (%)"),
    select("display_type", DISPLAY_TYPES, "Display Type", required=True, default="product"),
    monetary("amount_residual", "Residual Amount", readonly=True),
    monetary("amount_residual_currency", "Residual Amount in Currency", readonly=True),
    boolean("reconciled", readonly=True),
    boolean("is_downpayment", "Is Downpayment", module="sale"),
    many2one("full_reconcile_id", "account.full.reconcile", "Matching", readonly=True),
    one2many("matched_debit_ids", "account.partial.reconcile", "credit_move_id", "Matched Debits"),
    one2many("matched_credit_ids", "account.partial.reconcile", "debit_move_id", "Matched Credits"),
    many2one("payment_id", "account.payment", "Originator Payment", readonly=True),
    many2one("statement_line_id", "account.bank.statement.line", "Originator Statement Line", readonly=True),
    order="date desc, move_name desc, id", module=M,
)

PARTIAL = define(
    "account.partial.reconcile", "Partial Reconcile",
    many2one("debit_move_id", "account.move.line", "Debit Move", required=True),
    many2one("credit_move_id", "account.move.line", "Credit Move", required=True),
    many2one("full_reconcile_id", "account.full.reconcile", "Full Reconcile"),
    many2one("company_currency_id", "res.currency", "Company Currency", store=False,
             related="company_id.currency_id"),
    monetary("amount", "Amount"),
    monetary("debit_amount_currency", "Debit Amount Currency"),
    monetary("credit_amount_currency", "Credit Amount Currency"),
    many2one("debit_currency_id", "res.currency", "Currency of the debit journal item.", readonly=True),
    many2one("credit_currency_id", "res.currency", "Currency of the credit journal item.", readonly=True),
    many2one("company_id", "res.company", "Company"),
    many2one("exchange_move_id", "account.move", "Exchange Move"),
    date("max_date", "Max Date of Matched Lines", readonly=True),
    rec_name="id", module=M,
)

FULL = define(
    "account.full.reconcile", "Full Reconcile",
    one2many("partial_reconcile_ids", "account.partial.reconcile", "full_reconcile_id", "Reconciliation Parts"),
    one2many("reconciled_line_ids", "account.move.line", "full_reconcile_id", "Matched Journal Items"),
    rec_name="id", module=M,
)

PAYMENT = define(
    "account.payment", "Payments",
    many2one("move_id", "account.move", "Journal Entry", ondelete="cascade"),
    char("name", "Number", related="move_id.name", store=False, until=17),
    char("name", "Number", since=19),
    date("date", "Date", related="move_id.date", store=False, until=17),
    date("date", "Date", since=19),
    select("state", STATES, "Status", related="move_id.state", store=False, until=17),
    select("state", (("draft", "Draft"), ("in_process", "In Process"), ("paid", "Paid"), ("canceled", "Canceled"),
                     ("rejected", "Rejected")), "Status", since=19),
    many2one("journal_id", "account.journal", "Journal", related="move_id.journal_id", store=False, until=17),
    many2one("journal_id", "account.journal", "Journal", since=19),
    many2one("company_id", "res.company", "Company", related="move_id.company_id", store=False, until=17),
    many2one("company_id", "res.company", "Company", since=19),
    boolean("is_reconciled", "Is Reconciled", readonly=True),
    boolean("is_matched", "Is Matched With a Bank Statement", readonly=True),
    monetary("amount", "Amount"),
    select("payment_type", (("outbound", "Send"), ("inbound", "Receive")), "Payment Type", required=True,
           default="inbound"),
    select("partner_type", (("customer", "Customer"), ("supplier", "Vendor")), "Partner Type", required=True,
           default="customer"),
    many2one("currency_id", "res.currency", "Currency"),
    many2one("partner_id", "res.partner", "Customer/Vendor", ondelete="restrict"),
    char("ref", "Reference", related="move_id.ref", store=False, until=17),
    char("memo", "Memo", since=19),
    many2many("reconciled_invoice_ids", "account.move", "Reconciled Invoices", store=False,
              compute="payment_invoices", searchable=False),
    many2many("invoice_ids", "account.move", "Invoices", since=19),
    order="id desc", module=M, mixins=frozenset({"thread", "activity"}),
)

STATEMENT_LINE = define(
    "account.bank.statement.line", "Bank Statement Line",
    many2one("move_id", "account.move", "Journal Entry", required=True, ondelete="cascade"),
    char("payment_ref", "Label"),
    many2one("partner_id", "res.partner", "Partner"),
    monetary("amount", "Amount"),
    boolean("is_reconciled", "Is Reconciled", readonly=True),
    order="id desc", rec_name="payment_ref", module=M,
)

MODELS = (ACCOUNT, JOURNAL, MOVE, LINE, PARTIAL, FULL, PAYMENT, STATEMENT_LINE)
