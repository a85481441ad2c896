-- What decides whether an invoice was really paid: state and amounts of its counterparts, the
-- payments behind them, the invoices of down payments.

ALTER TABLE journal ADD COLUMN code TEXT;
ALTER TABLE move ADD COLUMN invoice_origin TEXT;                -- the sales order
ALTER TABLE settlement_line ADD COLUMN parent_state TEXT;       -- of its move
ALTER TABLE settlement_line ADD COLUMN account_type TEXT;
ALTER TABLE settlement_line ADD COLUMN payment_id INTEGER;      -- account.payment behind it
ALTER TABLE partial ADD COLUMN debit_amount INTEGER;            -- in the currency of the debit line
ALTER TABLE partial ADD COLUMN credit_amount INTEGER;           -- in that of the credit line

CREATE INDEX move_origin ON move (invoice_origin) WHERE invoice_origin IS NOT NULL;
CREATE INDEX move_reversed ON move (reversed_entry_id) WHERE reversed_entry_id IS NOT NULL;
CREATE INDEX settlement_line_payment ON settlement_line (payment_id) WHERE payment_id IS NOT NULL;

-- Payments behind counterparts: one that the bank rejected leaves its entry posted.
CREATE TABLE payment (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    state      TEXT
) STRICT;

-- Lines that bill a down payment (positive) or deduct one (negative), of every customer.
CREATE TABLE down_payment (
    id              INTEGER PRIMARY KEY,
    write_date      TEXT,
    move_id         INTEGER,
    untaxed         INTEGER, -- in the move's currency
    is_down_payment INTEGER
) STRICT;
CREATE INDEX down_payment_move ON down_payment (move_id);
