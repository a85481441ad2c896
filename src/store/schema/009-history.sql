-- The history of assignments as Odoo tells it.

-- When a ticket was last seen neither assigned nor closed, although its deadline had passed: what
-- Odoo dates later was late, whatever its history.
CREATE TABLE unanswered (
    ticket_id INTEGER PRIMARY KEY,
    seen_at   INTEGER NOT NULL -- UTC seconds
) STRICT;
INSERT INTO unanswered SELECT ticket_id, judged_at FROM target WHERE state = 3 AND event = 0;
INSERT OR IGNORE INTO unanswered SELECT subject, max(created_at) FROM outbox
    WHERE key LIKE 'breach.%' AND part = 'note' AND state = 'done' GROUP BY subject;

-- Version 0.1.0 took an answer without field names (Odoo 16) for an empty history: all are asked
-- again, and what is late by an assignment (1) or a closing (3) is judged again.
DELETE FROM history;
INSERT INTO change (owner, ref, mirror, id, what)
    SELECT 'ticket', ticket_id, 'ticket', ticket_id, 'updated' FROM target
    WHERE state = 3 AND event IN (1, 3) AND ticket_id IN (SELECT id FROM ticket);

-- Whether an invoice grants anything.
CREATE INDEX entry_source ON entry (source_id, kind);
