-- Response targets: what Odoo says of working time, what was judged, and what is to be written.

-- Who is told, and whose calendar counts.
ALTER TABLE team ADD COLUMN company_id INTEGER;
ALTER TABLE team ADD COLUMN leader_id INTEGER; -- res.users
ALTER TABLE team ADD COLUMN calendar_id INTEGER;
ALTER TABLE partner ADD COLUMN salesperson_id INTEGER; -- res.users
ALTER TABLE partner ADD COLUMN shown_minutes INTEGER;  -- what the customer's own fields say
ALTER TABLE partner ADD COLUMN shown_last_day TEXT;

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

-- Hours are local, in billionths of an hour since midnight.
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

-- The agent's own notes in Odoo, known by the key in their message_id: verdicts already written.
CREATE TABLE marker (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    key        TEXT,
    model      TEXT,
    res_id     INTEGER
) STRICT;
CREATE INDEX marker_key ON marker (key);

-- Tickets whose history was asked for an earlier assignment or closing than Odoo's fields show.
CREATE TABLE history (
    ticket_id INTEGER PRIMARY KEY,
    known     INTEGER NOT NULL -- 0: this Odoo does not show it
) STRICT;

-- The response target of a ticket, as it was last judged. Times are UTC seconds.
CREATE TABLE target (
    ticket_id   INTEGER PRIMARY KEY,
    calendar_id INTEGER NOT NULL, -- 0: the configuration's
    urgency     INTEGER NOT NULL,
    started     INTEGER NOT NULL,
    warn_at     INTEGER NOT NULL,
    deadline    INTEGER NOT NULL,
    event       INTEGER NOT NULL,
    responded   INTEGER,
    state       INTEGER NOT NULL,
    judged_at   INTEGER NOT NULL,
    next_change INTEGER -- without a new fact, the state differs from this instant on
) STRICT;
CREATE INDEX target_next_change ON target (next_change) WHERE next_change IS NOT NULL;

-- What is to be written into Odoo, and what became of it: see store/outbox.c.
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
