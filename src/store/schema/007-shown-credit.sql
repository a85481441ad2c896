-- Credit shown in Odoo, row by row: what x_qualiodoo_account holds.
CREATE TABLE shown (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    partner_id INTEGER,
    name       TEXT,
    minutes    INTEGER,
    hours      INTEGER, -- in billionths
    last_day   TEXT,
    state      TEXT
) STRICT;
CREATE INDEX shown_partner ON shown (partner_id);
