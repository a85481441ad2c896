-- Verdicts that the response has settled, and what must be known to judge them.

-- Of which kind a message is: the mail that opened a ticket has a subtype of its own.
ALTER TABLE reply ADD COLUMN subtype_id INTEGER;
CREATE INDEX reply_author ON reply (author_id);

-- When the line was recorded: recorded work is a response.
ALTER TABLE timesheet ADD COLUMN create_date TEXT;

-- When the ticket was judged for the first time; 0: by version 0.1.0, which kept no such time.
ALTER TABLE target ADD COLUMN first_judged INTEGER NOT NULL DEFAULT 0;

-- Tickets that were created in a closed stage: they were answered before they were recorded.
CREATE TABLE born_closed (
    ticket_id INTEGER PRIMARY KEY
) STRICT;
INSERT INTO born_closed SELECT t.id FROM ticket t JOIN stage s ON s.id = t.stage_id
    WHERE s.closed AND t.closed_date IS NULL;

-- The verdict that a response settled: it stays as it is whatever settings become, also while the
-- ticket is out of tickets.domain. Times are UTC seconds.
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

-- The tickets that are answered already are settled as they stand, with the rules of their last
-- judgement.
INSERT INTO settled
    WITH rule AS (SELECT (SELECT value FROM meta WHERE key = 'rules') AS text),
         named AS (SELECT t.*, CASE t.urgency WHEN 0 THEN 'low' WHEN 1 THEN 'medium'
                   ELSE 'urgent' END AS name FROM target t WHERE t.event <> 0)
    SELECT n.ticket_id, n.calendar_id,
           coalesce((SELECT c.name FROM calendar c WHERE c.id = n.calendar_id), ''), n.urgency,
           coalesce(CAST(round(3600 * json_extract(rule.text, '$.sla.targets.' || n.name || '.hours'))
                    AS INTEGER), 0),
           coalesce(json_extract(rule.text, '$.sla.targets.' || n.name || '.days'), 0), n.started,
           n.warn_at, n.deadline,
           coalesce((SELECT sum(CASE e.value WHEN 'assigned' THEN 1 WHEN 'reply' THEN 2 ELSE 0 END)
                     FROM json_each(rule.text, '$.sla.response') e), 3),
           n.event, n.responded,
           CASE n.event WHEN 2 THEN (SELECT min(r.id) FROM reply r WHERE r.ticket_id = n.ticket_id
                AND r.date = datetime(n.responded, 'unixepoch')) END,
           n.state, NULL, NULL, 0, n.judged_at
    FROM named n, rule;

-- Odoo is asked again for the fields that exist: the columns above are read with the next pull.
DELETE FROM meta WHERE key = 'schema';
