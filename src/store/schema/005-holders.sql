-- Who holds an account, and which timesheet lines count.

-- The account holder of DOMAIN.md, section 2. holders.c sets account_id after each pull: of a partner by
-- credit.account, of an invoice that of the partner stored on it. Until then it is what it was before.
ALTER TABLE partner ADD COLUMN parent_id INTEGER;
ALTER TABLE partner ADD COLUMN account_id INTEGER;
ALTER TABLE move ADD COLUMN account_id INTEGER;
UPDATE partner SET account_id = coalesce(commercial_id, id);
UPDATE move SET account_id = customer_id;
CREATE INDEX partner_account ON partner (account_id);
CREATE INDEX partner_parent ON partner (parent_id);
CREATE INDEX move_account ON move (account_id);

-- The unit that this one is a multiple of: Odoo 19 has no categories of units.
ALTER TABLE unit ADD COLUMN parent_id INTEGER;

-- Matches timesheets.domain of the configuration.
ALTER TABLE timesheet ADD COLUMN in_domain INTEGER DEFAULT 1;

-- 1: the record is mirrored without its texts; 0: it was skipped.
ALTER TABLE unreadable ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;

-- Which fields Odoo has is asked again: there are new ones to read.
DELETE FROM meta WHERE key = 'schema';
