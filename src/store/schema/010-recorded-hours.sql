-- Odoo's own total of a ticket's hours, which counts lines that rules hide from the agent's user.
ALTER TABLE ticket ADD COLUMN recorded INTEGER; -- billionths of an hour; 0 where Odoo keeps no total
