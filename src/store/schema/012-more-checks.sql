-- As 011: the words and numbers that say which accounts are computed again, which lot an evidence is of, and how far a pull
-- has come. A change whose owner no query knows would leave a balance as it was.
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
