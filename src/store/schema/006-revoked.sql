-- What each lot was granted on.
--
-- A lot that disappears or gets smaller although Odoo still says what is kept here was revoked by a
-- changed word (a reference, a type of journal, the configuration, another version of the program),
-- not by an event in Odoo: see core/revoked.c and store/evidence.c.
CREATE TABLE evidence (
    origin     INTEGER NOT NULL, -- with id, the lot
    id         INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    granted    INTEGER NOT NULL,
    start      INTEGER NOT NULL,
    end        INTEGER NOT NULL,
    product_id INTEGER,          -- of a lot opened by an invoice
    said       TEXT NOT NULL,    -- the columns of 0.1.0: invoice, line, payments; or the adjustment
    more       TEXT,             -- what later versions read beside them; NULL: not asked for yet
    PRIMARY KEY (origin, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_account ON evidence (account_id);
CREATE INDEX lot_name ON lot (origin, id);
CREATE INDEX move_line_product ON move_line (product_id);

-- The lots of 0.1.0, with what Odoo said when it computed them. The texts are those of
-- store/evidence.c (said_invoice, said_adjustment), which a test compares.
INSERT INTO evidence
SELECT t.origin, t.id, t.account_id, t.granted, t.start, t.end, l.product_id,
    json_array(m.type, m.state, m.payment_state, m.total, m.residual, m.invoice_date, m.customer_id,
        m.reversed_entry_id, m.currency_id, m.company_id)
    || json_array(l.product_id, l.quantity, l.unit_id, l.untaxed)
    || (SELECT json_group_array(json_array(id, line, move, type, date, journal)) FROM (
        SELECT p.id AS id, o.id AS line, o.move_id AS move, o.move_type AS type, o.date AS date,
            o.journal_id AS journal
        FROM settlement_line own JOIN partial p ON p.debit_line_id = own.id
        JOIN settlement_line o ON o.id = p.credit_line_id WHERE own.move_id = m.id ORDER BY p.id)),
    NULL
FROM lot t JOIN move_line l ON l.id = t.id JOIN move m ON m.id = l.move_id WHERE t.origin = 1
ON CONFLICT DO NOTHING;

INSERT INTO evidence
SELECT t.origin, t.id, t.account_id, t.granted, t.start, t.end, NULL,
    json_array(a.minutes, a.date, a.end, a.valid), NULL
FROM lot t JOIN adjustment a ON a.id = t.id WHERE t.origin = 2
ON CONFLICT DO NOTHING;

-- The words by which the accounts were computed: what is compared to say why a lot was revoked.
INSERT INTO meta (key, value)
SELECT 'words', json_object('version', '0.1.0', 'migrated', 1,
    'products', (SELECT json_group_object(id, json_array(reference, unit_id)) FROM product),
    'journals', (SELECT json_group_object(id, json_array(name, type)) FROM journal),
    'units', (SELECT json_group_object(id, json_array(name, factor)) FROM unit))
WHERE EXISTS (SELECT 1 FROM account)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;
