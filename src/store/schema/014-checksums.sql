-- The checksum of a row as it was last read whole. A reconciliation reads the row whole again when
-- its columns no longer give this one, or when there is none.
ALTER TABLE ticket ADD COLUMN checksum INTEGER;
ALTER TABLE timesheet ADD COLUMN checksum INTEGER;
ALTER TABLE reply ADD COLUMN checksum INTEGER;
