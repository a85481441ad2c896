-- Not written by hand: python3 tests/schema.py > src/store/schema.sql gives it, from migration 1 to 15.

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
, salesperson_id INTEGER, shown_minutes INTEGER, shown_last_day TEXT, parent_id INTEGER, account_id INTEGER) STRICT;

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
, company_id INTEGER, leader_id INTEGER, calendar_id INTEGER) STRICT;

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
, recorded INTEGER, checksum INTEGER) STRICT;

CREATE INDEX ticket_partner ON ticket (partner_id);

CREATE TABLE timesheet (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    ticket_id  INTEGER,
    date       TEXT,
    amount     INTEGER, -- of its unit; hours when it has none
    unit_id    INTEGER
, in_domain INTEGER DEFAULT 1, create_date TEXT, checksum INTEGER) STRICT;

CREATE INDEX timesheet_ticket ON timesheet (ticket_id);

CREATE TABLE reply (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    ticket_id  INTEGER,
    date       TEXT,
    author_id  INTEGER
, subtype_id INTEGER, checksum INTEGER) STRICT;

CREATE INDEX reply_ticket ON reply (ticket_id);

CREATE TABLE unit (
    id          INTEGER PRIMARY KEY,
    write_date  TEXT,
    name        TEXT,
    category_id INTEGER,
    factor      INTEGER,
    absolute    INTEGER -- 1: factor is the size of the unit (Odoo 19); 0: its inverse (Odoo 17)
, parent_id INTEGER) STRICT;

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
, code TEXT) STRICT;

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
, invoice_origin TEXT, account_id INTEGER) STRICT;

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

CREATE TABLE settlement_line (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    move_id    INTEGER,
    move_type  TEXT,
    date       TEXT,
    journal_id INTEGER
, parent_state TEXT, account_type TEXT, payment_id INTEGER) STRICT;

CREATE INDEX settlement_line_move ON settlement_line (move_id);

CREATE TABLE partial (
    id             INTEGER PRIMARY KEY,
    write_date     TEXT,
    debit_line_id  INTEGER,
    credit_line_id INTEGER,
    exchange_move_id INTEGER -- the exchange difference it caused, itself a counterpart: left out
, debit_amount INTEGER, credit_amount INTEGER) STRICT;

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

CREATE TABLE pending (
    mirror TEXT NOT NULL,
    id     INTEGER NOT NULL,
    PRIMARY KEY (mirror, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstone (
    mirror     TEXT NOT NULL,
    id         INTEGER NOT NULL,
    deleted_at TEXT NOT NULL,
    PRIMARY KEY (mirror, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE unreadable (
    mirror TEXT NOT NULL,
    id     INTEGER NOT NULL,
    reason TEXT NOT NULL, kept INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (mirror, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE change (
    seq    INTEGER PRIMARY KEY,
    owner  TEXT NOT NULL, -- account, partner, ticket, move, line, all
    ref    INTEGER,
    mirror TEXT NOT NULL,
    id     INTEGER NOT NULL,
    what   TEXT NOT NULL  -- created, updated, deleted
) STRICT;

CREATE TABLE account (
    id           INTEGER PRIMARY KEY, -- commercial entity
    computed_day INTEGER NOT NULL,    -- civil day number
    balance      INTEGER NOT NULL,
    available    INTEGER NOT NULL,
    overdraft    INTEGER NOT NULL,
    held         INTEGER NOT NULL,
    next_expiry  INTEGER,             -- civil day number
    next_change  INTEGER              -- first later day on which the same facts give another result
) STRICT;

CREATE INDEX account_next_change ON account (next_change);

CREATE TABLE audit (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    at         TEXT NOT NULL,
    account_id INTEGER NOT NULL,
    subject    TEXT NOT NULL, -- balance, or a lot
    before     TEXT,
    after      TEXT,
    cause      TEXT NOT NULL
) STRICT;

CREATE INDEX audit_account ON audit (account_id);

CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;

CREATE TRIGGER audit_keeps_values BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;

CREATE TABLE company (
    id          INTEGER PRIMARY KEY,
    write_date  TEXT,
    calendar_id INTEGER
) STRICT;

CREATE TABLE calendar (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    name       TEXT,
    tz         TEXT,
    two_weeks  INTEGER,
    flexible   INTEGER, -- Odoo 19's flexible hours follow another algorithm: refused
    company_id INTEGER
) STRICT;

CREATE TABLE attendance (
    id           INTEGER PRIMARY KEY,
    write_date   TEXT,
    calendar_id  INTEGER,
    resource_id  INTEGER,
    weekday      TEXT, -- '0' Monday
    hour_from    INTEGER,
    hour_to      INTEGER,
    day_period   TEXT,
    week_type    TEXT,
    display_type TEXT,
    date_from    TEXT,
    date_to      TEXT
) STRICT;

CREATE INDEX attendance_calendar ON attendance (calendar_id);

CREATE TABLE leave (
    id          INTEGER PRIMARY KEY,
    write_date  TEXT,
    calendar_id INTEGER, -- NULL: every calendar (of the company, where there is one)
    company_id  INTEGER,
    resource_id INTEGER,
    date_from   TEXT,
    date_to     TEXT,
    time_type   TEXT,
    name        TEXT
) STRICT;

CREATE TABLE marker (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    key        TEXT,
    model      TEXT,
    res_id     INTEGER
) STRICT;

CREATE INDEX marker_key ON marker (key);

CREATE TABLE history (
    ticket_id INTEGER PRIMARY KEY,
    known     INTEGER NOT NULL -- 0: this Odoo does not show it
) STRICT;

CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    key        TEXT NOT NULL,    -- of the set, deterministic: breach.42.1741773600
    part       TEXT NOT NULL,    -- note, tag, activity...
    model      TEXT NOT NULL,    -- of the record that is written to
    record     INTEGER NOT NULL,
    subject    INTEGER NOT NULL, -- ticket, or commercial entity
    payload    TEXT NOT NULL,    -- JSON
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    next_try   INTEGER NOT NULL DEFAULT 0, -- UTC seconds
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    remote_id  INTEGER,          -- the message or activity that was made
    reason     TEXT,             -- why it was refused, or what failed last
    UNIQUE (key, part)
) STRICT;

CREATE INDEX outbox_subject ON outbox (subject);

CREATE INDEX outbox_open ON outbox (state) WHERE state IN ('queued', 'sending', 'refused', 'shadow');

CREATE INDEX move_origin ON move (invoice_origin) WHERE invoice_origin IS NOT NULL;

CREATE INDEX move_reversed ON move (reversed_entry_id) WHERE reversed_entry_id IS NOT NULL;

CREATE INDEX settlement_line_payment ON settlement_line (payment_id) WHERE payment_id IS NOT NULL;

CREATE TABLE payment (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    state      TEXT
) STRICT;

CREATE TABLE down_payment (
    id              INTEGER PRIMARY KEY,
    write_date      TEXT,
    move_id         INTEGER,
    untaxed         INTEGER, -- in the move's currency
    is_down_payment INTEGER
) STRICT;

CREATE INDEX down_payment_move ON down_payment (move_id);

CREATE INDEX partner_account ON partner (account_id);

CREATE INDEX partner_parent ON partner (parent_id);

CREATE INDEX move_account ON move (account_id);

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

CREATE INDEX move_line_product ON move_line (product_id);

CREATE TABLE shown (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    partner_id INTEGER,
    name       TEXT,
    minutes    INTEGER,
    hours      INTEGER, -- in billionths
    last_day   TEXT,
    state      TEXT
) STRICT;

CREATE INDEX shown_partner ON shown (partner_id);

CREATE INDEX reply_author ON reply (author_id);

CREATE TABLE born_closed (
    ticket_id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE settled (
    ticket_id      INTEGER PRIMARY KEY,
    calendar_id    INTEGER NOT NULL, -- 0: the configuration's
    calendar_name  TEXT NOT NULL,
    urgency        INTEGER NOT NULL,
    target_seconds INTEGER NOT NULL, -- what was promised: business time, or
    target_days    INTEGER NOT NULL, -- business days; the other one is 0
    started        INTEGER NOT NULL,
    warn_at        INTEGER NOT NULL,
    deadline       INTEGER NOT NULL,
    counted        INTEGER NOT NULL, -- what counted as a response then: bits of response.h
    event          INTEGER NOT NULL, -- 0: the response that settled it is gone
    responded      INTEGER,
    record_id      INTEGER,          -- mail.message or account.analytic.line of the response
    state          INTEGER NOT NULL,
    used_seconds   INTEGER,          -- NULL: version 0.1.0 kept none; counted once
    late_seconds   INTEGER,
    first_judged   INTEGER NOT NULL, -- as in target
    settled_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE unanswered (
    ticket_id INTEGER PRIMARY KEY,
    seen_at   INTEGER NOT NULL -- UTC seconds
) STRICT;

CREATE TRIGGER outbox_words_new BEFORE INSERT ON outbox
WHEN NEW.state NOT IN ('queued', 'sending', 'done', 'refused', 'dropped', 'void', 'shadow')
    OR NEW.part NOT IN ('note', 'tag', 'activity', 'untag', 'unplan', 'fields', 'account')
    OR NEW.attempts < 0
BEGIN
    SELECT RAISE(ABORT, 'outbox: unknown state or part, or negative attempts');
END;

CREATE TRIGGER outbox_words_changed BEFORE UPDATE ON outbox
WHEN NEW.state NOT IN ('queued', 'sending', 'done', 'refused', 'dropped', 'void', 'shadow')
    OR NEW.part NOT IN ('note', 'tag', 'activity', 'untag', 'unplan', 'fields', 'account')
    OR NEW.attempts < 0
BEGIN
    SELECT RAISE(ABORT, 'outbox: unknown state or part, or negative attempts');
END;

CREATE TRIGGER settled_words_new BEFORE INSERT ON settled
WHEN NEW.urgency NOT BETWEEN 0 AND 2 OR NEW.state NOT BETWEEN 0 AND 3 OR NEW.event NOT BETWEEN 0 AND 4
BEGIN
    SELECT RAISE(ABORT, 'settled: unknown urgency, state or event');
END;

CREATE TRIGGER settled_words_changed BEFORE UPDATE ON settled
WHEN NEW.urgency NOT BETWEEN 0 AND 2 OR NEW.state NOT BETWEEN 0 AND 3 OR NEW.event NOT BETWEEN 0 AND 4
BEGIN
    SELECT RAISE(ABORT, 'settled: unknown urgency, state or event');
END;

CREATE TRIGGER change_words_new BEFORE INSERT ON change
WHEN NEW.owner NOT IN ('all', 'account', 'partner', 'ticket', 'move', 'line', 'targets', 'payment')
    OR NEW.what NOT IN ('created', 'updated', 'deleted', '')
BEGIN
    SELECT RAISE(ABORT, 'change: unknown owner or kind');
END;

CREATE TRIGGER change_words_changed BEFORE UPDATE ON change
WHEN NEW.owner NOT IN ('all', 'account', 'partner', 'ticket', 'move', 'line', 'targets', 'payment')
    OR NEW.what NOT IN ('created', 'updated', 'deleted', '')
BEGIN
    SELECT RAISE(ABORT, 'change: unknown owner or kind');
END;

CREATE TRIGGER evidence_words_new BEFORE INSERT ON evidence
WHEN NEW.origin NOT IN (1, 2)
BEGIN
    SELECT RAISE(ABORT, 'evidence: unknown origin');
END;

CREATE TRIGGER evidence_words_changed BEFORE UPDATE ON evidence
WHEN NEW.origin NOT IN (1, 2)
BEGIN
    SELECT RAISE(ABORT, 'evidence: unknown origin');
END;

CREATE TRIGGER cursor_words_new BEFORE INSERT ON cursor
WHEN NEW.first_done NOT IN (0, 1) OR NEW.resume_id < 0
BEGIN
    SELECT RAISE(ABORT, 'cursor: first_done other than 0 and 1, or negative resume_id');
END;

CREATE TRIGGER cursor_words_changed BEFORE UPDATE ON cursor
WHEN NEW.first_done NOT IN (0, 1) OR NEW.resume_id < 0
BEGIN
    SELECT RAISE(ABORT, 'cursor: first_done other than 0 and 1, or negative resume_id');
END;

CREATE TRIGGER history_words_new BEFORE INSERT ON history
WHEN NEW.known NOT IN (0, 1)
BEGIN
    SELECT RAISE(ABORT, 'history: known other than 0 and 1');
END;

CREATE TRIGGER history_words_changed BEFORE UPDATE ON history
WHEN NEW.known NOT IN (0, 1)
BEGIN
    SELECT RAISE(ABORT, 'history: known other than 0 and 1');
END;

CREATE TRIGGER unreadable_words_new BEFORE INSERT ON unreadable
WHEN NEW.kept NOT IN (0, 1)
BEGIN
    SELECT RAISE(ABORT, 'unreadable: kept other than 0 and 1');
END;

CREATE TRIGGER unreadable_words_changed BEFORE UPDATE ON unreadable
WHEN NEW.kept NOT IN (0, 1)
BEGIN
    SELECT RAISE(ABORT, 'unreadable: kept other than 0 and 1');
END;

CREATE TABLE noted (
    what TEXT NOT NULL,
    id   INTEGER NOT NULL,
    PRIMARY KEY (what, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally (
    name TEXT PRIMARY KEY,
    n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER account_counted_new AFTER INSERT ON account
BEGIN
    INSERT INTO tally VALUES ('account', 1) ON CONFLICT (name) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER account_counted_gone AFTER DELETE ON account
BEGIN
    UPDATE tally SET n = n - 1 WHERE name = 'account';
END;

CREATE TRIGGER outbox_counted_new AFTER INSERT ON outbox
BEGIN
    INSERT INTO tally VALUES ('outbox.' || NEW.state, 1) ON CONFLICT (name) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER outbox_counted_gone AFTER DELETE ON outbox
BEGIN
    UPDATE tally SET n = n - 1 WHERE name = 'outbox.' || OLD.state;
END;

CREATE TRIGGER outbox_counted_changed AFTER UPDATE OF state ON outbox WHEN NEW.state <> OLD.state
BEGIN
    UPDATE tally SET n = n - 1 WHERE name = 'outbox.' || OLD.state;
    INSERT INTO tally VALUES ('outbox.' || NEW.state, 1) ON CONFLICT (name) DO UPDATE SET n = n + 1;
END;

CREATE TABLE hidden_work (
    ticket_id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE unjudged (
    ticket_id INTEGER PRIMARY KEY
) STRICT;

CREATE INDEX account_computed_day ON account (computed_day);

CREATE INDEX evidence_product ON evidence (product_id) WHERE product_id IS NOT NULL;

CREATE INDEX history_unknown ON history (ticket_id) WHERE NOT known;

CREATE INDEX marker_subject ON marker (CAST(substr(key, instr(key, '.') + 1) AS INTEGER)) WHERE key IS NOT NULL;

CREATE INDEX outbox_fields ON outbox (state) WHERE part = 'fields';

CREATE INDEX outbox_due ON outbox (state, id) WHERE state IN ('queued', 'sending');

CREATE INDEX partner_name ON partner (name);

CREATE INDEX partner_reference ON partner (reference) WHERE reference IS NOT NULL;

CREATE INDEX ticket_number ON ticket (number);

CREATE INDEX timesheet_large ON timesheet (id) WHERE amount IS NULL OR amount NOT BETWEEN -10000000000 AND 10000000000;

CREATE TABLE "lot" (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    origin     INTEGER NOT NULL CHECK (origin IN (1, 2)),
    id         INTEGER NOT NULL,
    granted    INTEGER NOT NULL,
    left       INTEGER NOT NULL CHECK (left >= 0),
    start      INTEGER NOT NULL,
    end        INTEGER NOT NULL,
    state      INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    PRIMARY KEY (account_id, origin, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX lot_name ON lot (origin, id);

CREATE TABLE "entry" (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    day        INTEGER NOT NULL,
    kind       INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 8),
    minutes    INTEGER NOT NULL CHECK (minutes <> 0),
    balance    INTEGER NOT NULL,
    lot_origin INTEGER NOT NULL CHECK (lot_origin BETWEEN 0 AND 2),
    lot_id     INTEGER NOT NULL,
    source     INTEGER NOT NULL CHECK (source BETWEEN 0 AND 2),
    source_id  INTEGER NOT NULL,
    PRIMARY KEY (account_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_source ON entry (source_id, kind);

CREATE TABLE "target" (
    ticket_id    INTEGER PRIMARY KEY,
    calendar_id  INTEGER NOT NULL, -- 0: the configuration's
    urgency      INTEGER NOT NULL CHECK (urgency BETWEEN 0 AND 2),
    started      INTEGER NOT NULL,
    warn_at      INTEGER NOT NULL,
    deadline     INTEGER NOT NULL,
    event        INTEGER NOT NULL CHECK (event BETWEEN 0 AND 4),
    responded    INTEGER,
    state        INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    judged_at    INTEGER NOT NULL,
    next_change  INTEGER, -- without a new fact, the state differs from this instant on
    first_judged INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX target_next_change ON target (next_change) WHERE next_change IS NOT NULL;

CREATE INDEX target_breached ON target (state) WHERE state = 3;

CREATE INDEX target_deadline ON target (deadline) WHERE next_change IS NOT NULL;
