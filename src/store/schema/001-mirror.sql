-- What Odoo said, row by row, and where each pull stands. Dates and times are Odoo's own text (UTC);
-- quantities, hours and factors are in billionths, money in millionths.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cursor (
    mirror       TEXT PRIMARY KEY,
    scope        TEXT NOT NULL,              -- what was asked for: another scope starts again
    first_done   INTEGER NOT NULL DEFAULT 0, -- 0: the first pull goes on after resume_id
    resume_id    INTEGER NOT NULL DEFAULT 0,
    high         TEXT,                       -- latest write_date that was read
    high_seen_at INTEGER NOT NULL DEFAULT 0, -- real time at which `high` was first seen
    pulled_at    INTEGER NOT NULL DEFAULT 0  -- real time of the last complete pull
) STRICT, WITHOUT ROWID;

CREATE TABLE partner (
    id            INTEGER PRIMARY KEY,
    write_date    TEXT,
    name          TEXT,
    reference     TEXT,
    commercial_id INTEGER
) STRICT;
CREATE INDEX partner_commercial ON partner (commercial_id);

CREATE TABLE agent (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    partner_id INTEGER,
    share      INTEGER,
    active     INTEGER
) STRICT;

CREATE TABLE team (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    name       TEXT
) STRICT;

CREATE TABLE stage (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    name       TEXT,
    closed     INTEGER
) STRICT;

CREATE TABLE tag (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    name       TEXT
) STRICT;

CREATE TABLE ticket (
    id             INTEGER PRIMARY KEY,
    write_date     TEXT,
    number         TEXT,
    partner_id     INTEGER,
    user_id        INTEGER,
    team_id        INTEGER,
    stage_id       INTEGER,
    priority       TEXT,
    tag_ids        TEXT,    -- JSON array
    company_id     INTEGER,
    active         INTEGER,
    create_date    TEXT,
    assigned_date  TEXT,    -- earliest seen that the creation did not make: Odoo overwrites its own
    closed_date    TEXT,    -- earliest seen: Odoo rewrites its own and does not clear it
    in_domain      INTEGER  -- matches tickets.domain of the configuration
) STRICT;
CREATE INDEX ticket_partner ON ticket (partner_id);

CREATE TABLE timesheet (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    ticket_id  INTEGER,
    date       TEXT,
    amount     INTEGER, -- of its unit; hours when it has none
    unit_id    INTEGER
) STRICT;
CREATE INDEX timesheet_ticket ON timesheet (ticket_id);

CREATE TABLE reply (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    ticket_id  INTEGER,
    date       TEXT,
    author_id  INTEGER
) STRICT;
CREATE INDEX reply_ticket ON reply (ticket_id);

CREATE TABLE unit (
    id          INTEGER PRIMARY KEY,
    write_date  TEXT,
    name        TEXT,
    category_id INTEGER,
    factor      INTEGER,
    absolute    INTEGER -- 1: factor is the size of the unit (Odoo 19); 0: its inverse (Odoo 17)
) STRICT;

CREATE TABLE product (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    reference  TEXT,
    unit_id    INTEGER
) STRICT;

CREATE TABLE journal (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    name       TEXT,
    type       TEXT
) STRICT;

CREATE TABLE move (
    id                INTEGER PRIMARY KEY,
    write_date        TEXT,
    name              TEXT,
    type              TEXT,
    state             TEXT,
    payment_state     TEXT,
    total             INTEGER,
    residual          INTEGER,
    invoice_date      TEXT,
    customer_id       INTEGER, -- commercial entity, as stored on the invoice
    reversed_entry_id INTEGER,
    currency_id       INTEGER,
    company_id        INTEGER
) STRICT;
CREATE INDEX move_customer ON move (customer_id);

CREATE TABLE move_line (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    move_id    INTEGER,
    product_id INTEGER,
    quantity   INTEGER,
    unit_id    INTEGER,
    untaxed    INTEGER, -- in the move's currency
    balance    INTEGER  -- in the company's currency
) STRICT;
CREATE INDEX move_line_move ON move_line (move_id);

-- Both sides of the reconciliations of mirrored moves.
CREATE TABLE settlement_line (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    move_id    INTEGER,
    move_type  TEXT,
    date       TEXT,
    journal_id INTEGER
) STRICT;
CREATE INDEX settlement_line_move ON settlement_line (move_id);

CREATE TABLE partial (
    id             INTEGER PRIMARY KEY,
    write_date     TEXT,
    debit_line_id  INTEGER,
    credit_line_id INTEGER,
    exchange_move_id INTEGER -- the exchange difference it caused, itself a counterpart: left out
) STRICT;
CREATE INDEX partial_debit ON partial (debit_line_id);
CREATE INDEX partial_credit ON partial (credit_line_id);
CREATE INDEX partial_exchange ON partial (exchange_move_id) WHERE exchange_move_id IS NOT NULL;

CREATE TABLE adjustment (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    partner_id INTEGER,
    minutes    INTEGER,
    date       TEXT,
    end        TEXT,
    reason     TEXT,
    key        TEXT,
    valid      INTEGER -- 0: altered by somebody else than the agent
) STRICT;
CREATE INDEX adjustment_partner ON adjustment (partner_id);

-- Records whose dependants must be listed again: written with the row, cleared with the answer.
CREATE TABLE pending (
    mirror TEXT NOT NULL,
    id     INTEGER NOT NULL,
    PRIMARY KEY (mirror, id)
) STRICT, WITHOUT ROWID;

-- Records that were seen and are gone, confirmed one by one.
CREATE TABLE tombstone (
    mirror     TEXT NOT NULL,
    id         INTEGER NOT NULL,
    deleted_at TEXT NOT NULL,
    PRIMARY KEY (mirror, id)
) STRICT, WITHOUT ROWID;

-- Records that could not be read (a character that XML forbids) and were skipped.
CREATE TABLE unreadable (
    mirror TEXT NOT NULL,
    id     INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (mirror, id)
) STRICT, WITHOUT ROWID;

-- What changed since the accounts were last computed: whom it touches, and which record did it.
CREATE TABLE change (
    seq    INTEGER PRIMARY KEY,
    owner  TEXT NOT NULL, -- account, partner, ticket, move, line, all
    ref    INTEGER,
    mirror TEXT NOT NULL,
    id     INTEGER NOT NULL,
    what   TEXT NOT NULL  -- created, updated, deleted
) STRICT;
