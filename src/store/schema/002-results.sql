-- What was computed from the mirror. All of it can be computed again; only the audit trail cannot.

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

CREATE TABLE lot (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    origin     INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    granted    INTEGER NOT NULL,
    left       INTEGER NOT NULL CHECK (left >= 0),
    start      INTEGER NOT NULL,
    end        INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    PRIMARY KEY (account_id, origin, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    day        INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    minutes    INTEGER NOT NULL CHECK (minutes <> 0),
    balance    INTEGER NOT NULL,
    lot_origin INTEGER NOT NULL,
    lot_id     INTEGER NOT NULL,
    source     INTEGER NOT NULL,
    source_id  INTEGER NOT NULL,
    PRIMARY KEY (account_id, seq)
) STRICT, WITHOUT ROWID;

-- Append-only: what changed in an account, from what to what, because of which record, when.
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
