-- What 011 checks by triggers in the tables of results, by CHECK: a trigger cost a third of storing an entry. A table that
-- holds a wrong row is refused here as it was when it was read: the state is damaged.
DROP TRIGGER lot_words_new;
DROP TRIGGER lot_words_changed;
CREATE TABLE new_lot (
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
INSERT INTO new_lot SELECT account_id, origin, id, granted, left, start, end, state FROM lot;
DROP TABLE lot;
ALTER TABLE new_lot RENAME TO lot;
CREATE INDEX lot_name ON lot (origin, id);

DROP TRIGGER entry_words_new;
DROP TRIGGER entry_words_changed;
CREATE TABLE new_entry (
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
INSERT INTO new_entry
    SELECT account_id, seq, day, kind, minutes, balance, lot_origin, lot_id, source, source_id FROM entry;
DROP TABLE entry;
ALTER TABLE new_entry RENAME TO entry;
CREATE INDEX entry_source ON entry (source_id, kind);

DROP TRIGGER target_words_new;
DROP TRIGGER target_words_changed;
CREATE TABLE new_target (
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
INSERT INTO new_target SELECT ticket_id, calendar_id, urgency, started, warn_at, deadline, event, responded, state, judged_at,
    next_change, first_judged FROM target;
DROP TABLE target;
ALTER TABLE new_target RENAME TO target;
CREATE INDEX target_next_change ON target (next_change) WHERE next_change IS NOT NULL;
CREATE INDEX target_breached ON target (state) WHERE state = 3;
CREATE INDEX target_deadline ON target (deadline) WHERE next_change IS NOT NULL;
