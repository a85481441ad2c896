-- What a cycle without change would look for by reading whole tables.

-- Rows to look at, noted when a row is stored or deleted. Id 0: look at all of them.
--   partner, move, settlement_line, payment: a record that a mirrored row names, and that may be missing
--   partner holder, move holder:             a row that may belong to another account
--   shown:                                   an account whose credit Odoo may show otherwise
CREATE TABLE noted (
    what TEXT NOT NULL,
    id   INTEGER NOT NULL,
    PRIMARY KEY (what, id)
) STRICT, WITHOUT ROWID;
INSERT INTO noted SELECT w.value, 0
    FROM json_each('["partner", "move", "settlement_line", "payment", "partner holder", "move holder", "shown"]') w
    WHERE EXISTS (SELECT 1 FROM cursor);

-- How many rows each mirror has, how many accounts there are, and how many writes in each state ("outbox.done").
CREATE TABLE tally (
    name TEXT PRIMARY KEY,
    n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tally SELECT name, n FROM (
    SELECT 'partner' AS name, (SELECT count(*) FROM partner) AS n
    UNION ALL SELECT 'agent', (SELECT count(*) FROM agent)
    UNION ALL SELECT 'team', (SELECT count(*) FROM team)
    UNION ALL SELECT 'stage', (SELECT count(*) FROM stage)
    UNION ALL SELECT 'tag', (SELECT count(*) FROM tag)
    UNION ALL SELECT 'ticket', (SELECT count(*) FROM ticket)
    UNION ALL SELECT 'timesheet', (SELECT count(*) FROM timesheet)
    UNION ALL SELECT 'reply', (SELECT count(*) FROM reply)
    UNION ALL SELECT 'unit', (SELECT count(*) FROM unit)
    UNION ALL SELECT 'product', (SELECT count(*) FROM product)
    UNION ALL SELECT 'journal', (SELECT count(*) FROM journal)
    UNION ALL SELECT 'move', (SELECT count(*) FROM move)
    UNION ALL SELECT 'move_line', (SELECT count(*) FROM move_line)
    UNION ALL SELECT 'down_payment', (SELECT count(*) FROM down_payment)
    UNION ALL SELECT 'settlement_line', (SELECT count(*) FROM settlement_line)
    UNION ALL SELECT 'partial', (SELECT count(*) FROM partial)
    UNION ALL SELECT 'payment', (SELECT count(*) FROM payment)
    UNION ALL SELECT 'adjustment', (SELECT count(*) FROM adjustment)
    UNION ALL SELECT 'company', (SELECT count(*) FROM company)
    UNION ALL SELECT 'calendar', (SELECT count(*) FROM calendar)
    UNION ALL SELECT 'attendance', (SELECT count(*) FROM attendance)
    UNION ALL SELECT 'leave', (SELECT count(*) FROM leave)
    UNION ALL SELECT 'marker', (SELECT count(*) FROM marker)
    UNION ALL SELECT 'shown', (SELECT count(*) FROM shown)
    UNION ALL SELECT 'account', (SELECT count(*) FROM account)) WHERE n > 0;
INSERT INTO tally SELECT 'outbox.' || state, count(*) FROM outbox GROUP BY state;

-- By triggers, as accounts and writes are changed by many statements. Mirrored rows are counted by src/store/noted.c, a page at
-- a time: a trigger for each row would take a tenth of a first pull.
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

-- Tickets on which Odoo counts more work than the mirrored lines have (review_hidden_work).
CREATE TABLE hidden_work (
    ticket_id INTEGER PRIMARY KEY
) STRICT;
INSERT INTO hidden_work SELECT t.id FROM ticket t WHERE t.recorded > 0
    AND t.recorded - coalesce((SELECT sum(l.amount) FROM timesheet l WHERE l.ticket_id = t.id), 0) > 5000000;

-- Tickets that owe a response and have no target, as their working calendar could not be used (targets_missing).
CREATE TABLE unjudged (
    ticket_id INTEGER PRIMARY KEY
) STRICT;
INSERT INTO unjudged SELECT id FROM ticket WHERE in_domain AND id NOT IN (SELECT ticket_id FROM target);

CREATE INDEX account_computed_day ON account (computed_day);
CREATE INDEX evidence_product ON evidence (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX history_unknown ON history (ticket_id) WHERE NOT known;
CREATE INDEX marker_subject ON marker (CAST(substr(key, instr(key, '.') + 1) AS INTEGER)) WHERE key IS NOT NULL;
CREATE INDEX outbox_fields ON outbox (state) WHERE part = 'fields';
CREATE INDEX outbox_due ON outbox (state, id) WHERE state IN ('queued', 'sending');
CREATE INDEX partner_name ON partner (name);
CREATE INDEX partner_reference ON partner (reference) WHERE reference IS NOT NULL;
CREATE INDEX target_breached ON target (state) WHERE state = 3;
CREATE INDEX target_deadline ON target (deadline) WHERE next_change IS NOT NULL;
CREATE INDEX ticket_number ON ticket (number);
-- Lines of more than ten units: those that may be of more than 10000 hours.
CREATE INDEX timesheet_large ON timesheet (id) WHERE amount IS NULL OR amount NOT BETWEEN -10000000000 AND 10000000000;
