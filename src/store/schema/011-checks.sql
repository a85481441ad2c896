-- The words and numbers that name a state, a kind or a class: no other is ever stored. Triggers, because SQLite adds no CHECK
-- to a table that exists; two for each table, because a trigger of SQLite has one event. A row that is already wrong is
-- refused when it is read.
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

CREATE TRIGGER lot_words_new BEFORE INSERT ON lot
WHEN NEW.origin NOT IN (1, 2) OR NEW.state NOT BETWEEN 0 AND 4
BEGIN
    SELECT RAISE(ABORT, 'lot: unknown origin or state');
END;
CREATE TRIGGER lot_words_changed BEFORE UPDATE ON lot
WHEN NEW.origin NOT IN (1, 2) OR NEW.state NOT BETWEEN 0 AND 4
BEGIN
    SELECT RAISE(ABORT, 'lot: unknown origin or state');
END;

CREATE TRIGGER entry_words_new BEFORE INSERT ON entry
WHEN NEW.kind NOT BETWEEN 0 AND 8 OR NEW.lot_origin NOT BETWEEN 0 AND 2 OR NEW.source NOT BETWEEN 0 AND 2
BEGIN
    SELECT RAISE(ABORT, 'entry: unknown kind, origin or source');
END;
CREATE TRIGGER entry_words_changed BEFORE UPDATE ON entry
WHEN NEW.kind NOT BETWEEN 0 AND 8 OR NEW.lot_origin NOT BETWEEN 0 AND 2 OR NEW.source NOT BETWEEN 0 AND 2
BEGIN
    SELECT RAISE(ABORT, 'entry: unknown kind, origin or source');
END;

CREATE TRIGGER target_words_new BEFORE INSERT ON target
WHEN NEW.urgency NOT BETWEEN 0 AND 2 OR NEW.state NOT BETWEEN 0 AND 3 OR NEW.event NOT BETWEEN 0 AND 4
BEGIN
    SELECT RAISE(ABORT, 'target: unknown urgency, state or event');
END;
CREATE TRIGGER target_words_changed BEFORE UPDATE ON target
WHEN NEW.urgency NOT BETWEEN 0 AND 2 OR NEW.state NOT BETWEEN 0 AND 3 OR NEW.event NOT BETWEEN 0 AND 4
BEGIN
    SELECT RAISE(ABORT, 'target: unknown urgency, state or event');
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
