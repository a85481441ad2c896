BEGIN TRANSACTION;
CREATE TABLE account (
    id           INTEGER PRIMARY KEY, -- commercial entity
    computed_day INTEGER NOT NULL,    -- civil day number
    balance      INTEGER NOT NULL,
    available    INTEGER NOT NULL,
    overdraft    INTEGER NOT NULL,
    held         INTEGER NOT NULL,
    next_expiry  INTEGER,             -- civil day number
    next_change  INTEGER              -- first later day on which the same facts give another result
) STRICT;
INSERT INTO "account" VALUES(7,20532,715,715,0,0,20887,20887);
INSERT INTO "account" VALUES(9,20532,660,660,0,0,20850,20850);
INSERT INTO "account" VALUES(10,20532,0,0,0,0,NULL,NULL);
INSERT INTO "account" VALUES(11,20532,720,720,0,0,20887,20887);
CREATE TABLE adjustment (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    partner_id INTEGER,
    minutes    INTEGER,
    date       TEXT,
    end        TEXT,
    reason     TEXT,
    key        TEXT,
    valid      INTEGER -- 0: altered by somebody else than the agent
) STRICT;
INSERT INTO "adjustment" VALUES(1,'2026-03-20 10:00:00',7,30,'2026-03-12',NULL,'Geste commercial','key-1774000800.000027',1);
CREATE TABLE agent (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    partner_id INTEGER,
    share      INTEGER,
    active     INTEGER
) STRICT;
INSERT INTO "agent" VALUES(1,'2026-03-20 10:00:00',2,0,0);
INSERT INTO "agent" VALUES(2,'2026-03-20 10:00:00',3,0,1);
INSERT INTO "agent" VALUES(3,'2026-03-20 10:00:00',4,0,1);
INSERT INTO "agent" VALUES(4,'2026-03-20 10:00:00',5,0,1);
INSERT INTO "agent" VALUES(5,'2026-03-20 10:00:00',6,0,1);
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
INSERT INTO "attendance" VALUES(1,'2026-03-20 10:00:00',1,NULL,'0',9000000000,12000000000,'morning',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(2,'2026-03-20 10:00:00',1,NULL,'0',12000000000,14000000000,'lunch',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(3,'2026-03-20 10:00:00',1,NULL,'0',14000000000,18000000000,'afternoon',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(4,'2026-03-20 10:00:00',1,NULL,'1',9000000000,12000000000,'morning',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(5,'2026-03-20 10:00:00',1,NULL,'1',12000000000,14000000000,'lunch',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(6,'2026-03-20 10:00:00',1,NULL,'1',14000000000,18000000000,'afternoon',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(7,'2026-03-20 10:00:00',1,NULL,'2',9000000000,12000000000,'morning',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(8,'2026-03-20 10:00:00',1,NULL,'2',12000000000,14000000000,'lunch',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(9,'2026-03-20 10:00:00',1,NULL,'2',14000000000,18000000000,'afternoon',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(10,'2026-03-20 10:00:00',1,NULL,'3',9000000000,12000000000,'morning',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(11,'2026-03-20 10:00:00',1,NULL,'3',12000000000,14000000000,'lunch',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(12,'2026-03-20 10:00:00',1,NULL,'3',14000000000,18000000000,'afternoon',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(13,'2026-03-20 10:00:00',1,NULL,'4',9000000000,12000000000,'morning',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(14,'2026-03-20 10:00:00',1,NULL,'4',12000000000,14000000000,'lunch',NULL,NULL,NULL,NULL);
INSERT INTO "attendance" VALUES(15,'2026-03-20 10:00:00',1,NULL,'4',14000000000,18000000000,'afternoon',NULL,NULL,NULL,NULL);
CREATE TABLE audit (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    at         TEXT NOT NULL,
    account_id INTEGER NOT NULL,
    subject    TEXT NOT NULL, -- balance, or a lot
    before     TEXT,
    after      TEXT,
    cause      TEXT NOT NULL
) STRICT;
INSERT INTO "audit" VALUES(1,'2026-03-20T10:00:00Z',7,'balance',NULL,'11:55','first pull, first pull, first pull, first pull, first pull, ...');
INSERT INTO "audit" VALUES(2,'2026-03-20T10:00:00Z',7,'account.move.line:1',NULL,'11:25 left of 12:00, from 2026-03-10 to 2027-03-09 included, open','first pull, first pull, first pull, first pull, first pull, ...');
INSERT INTO "audit" VALUES(3,'2026-03-20T10:00:00Z',7,'adjustment:1',NULL,'0:30 left of 0:30, from 2026-03-12 to 2027-03-11 included, open','first pull, first pull, first pull, first pull, first pull, ...');
INSERT INTO "audit" VALUES(4,'2026-03-20T10:00:00Z',9,'balance',NULL,'11:00','first pull, first pull, first pull, first pull, first pull, ...');
INSERT INTO "audit" VALUES(5,'2026-03-20T10:00:00Z',9,'account.move.line:5',NULL,'11:00 left of 12:00, from 2026-02-01 to 2027-01-31 included, open','first pull, first pull, first pull, first pull, first pull, ...');
INSERT INTO "audit" VALUES(6,'2026-03-20T10:00:00Z',10,'balance',NULL,'0:00','first pull, first pull, first pull, first pull, first pull, ...');
INSERT INTO "audit" VALUES(7,'2026-03-20T10:00:00Z',11,'balance',NULL,'12:00','first pull, first pull, first pull, first pull, first pull, ...');
INSERT INTO "audit" VALUES(8,'2026-03-20T10:00:00Z',11,'account.move.line:11',NULL,'12:00 left of 12:00, from 2026-03-10 to 2027-03-09 included, open','first pull, first pull, first pull, first pull, first pull, ...');
CREATE TABLE calendar (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    name       TEXT,
    tz         TEXT,
    two_weeks  INTEGER,
    flexible   INTEGER, -- Odoo 19's flexible hours follow another algorithm: refused
    company_id INTEGER
) STRICT;
INSERT INTO "calendar" VALUES(1,'2026-03-20 10:00:00','Standard 35 hours/week','Europe/Paris',0,0,1);
CREATE TABLE change (
    seq    INTEGER PRIMARY KEY,
    owner  TEXT NOT NULL, -- account, partner, ticket, move, line, all
    ref    INTEGER,
    mirror TEXT NOT NULL,
    id     INTEGER NOT NULL,
    what   TEXT NOT NULL  -- created, updated, deleted
) STRICT;
CREATE TABLE company (
    id          INTEGER PRIMARY KEY,
    write_date  TEXT,
    calendar_id INTEGER
) STRICT;
INSERT INTO "company" VALUES(1,'2026-03-20 10:00:00',1);
CREATE TABLE cursor (
    mirror       TEXT PRIMARY KEY,
    scope        TEXT NOT NULL,              -- what was asked for: another scope starts again
    first_done   INTEGER NOT NULL DEFAULT 0, -- 0: the first pull goes on after resume_id
    resume_id    INTEGER NOT NULL DEFAULT 0,
    high         TEXT,                       -- latest write_date that was read
    high_seen_at INTEGER NOT NULL DEFAULT 0, -- real time at which `high` was first seen
    pulled_at    INTEGER NOT NULL DEFAULT 0  -- real time of the last complete pull
) STRICT, WITHOUT ROWID;
INSERT INTO "cursor" VALUES('adjustment','{"model":"x_qualiodoo_adjustment","domain":[],"fields":["write_date","x_partner_id","x_minutes","x_date","x_end","x_reason","x_key"]}',1,1,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('agent','{"model":"res.users","domain":[["share","=",false]],"fields":["write_date","partner_id","share","active"]}',1,5,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('attendance','{"model":"resource.calendar.attendance","domain":[],"fields":["write_date","calendar_id","resource_id","dayofweek","hour_from","hour_to","day_period","week_type","display_type","date_from","date_to"]}',1,15,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('calendar','{"model":"resource.calendar","domain":[],"fields":["write_date","name","tz","two_weeks_calendar","company_id"]}',1,1,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('company','{"model":"res.company","domain":[],"fields":["write_date","resource_calendar_id"]}',1,1,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('journal','{"model":"account.journal","domain":[],"fields":["write_date","name","type"]}',1,2,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('leave','{"model":"resource.calendar.leaves","domain":[["resource_id","=",false]],"fields":["write_date","calendar_id","company_id","resource_id","date_from","date_to","time_type","name"]}',1,0,NULL,0,1795878716);
INSERT INTO "cursor" VALUES('marker','{"model":"mail.message","domain":[["author_id","=",4],["model","in",["helpdesk.ticket","res.partner"]],["message_id","=like","<qualiodoo-%@demo>"]],"fields":["write_date","message_id","model","res_id"]}',1,0,NULL,0,1795878716);
INSERT INTO "cursor" VALUES('move','{"model":"account.move","domain":[],"fields":["write_date","name","move_type","state","payment_state","amount_total","amount_residual","invoice_date","commercial_partner_id","reversed_entry_id","currency_id","company_id"]}',1,9223372036854775807,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('move_line','{"model":"account.move.line","domain":[["product_id","in",[1,2,3]],["move_id.move_type","in",["out_invoice","out_refund"]]],"fields":["write_date","move_id","product_id","quantity","product_uom_id","price_subtotal","balance"]}',1,11,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('partner','{"model":"res.partner","domain":[],"fields":["write_date","name","ref","commercial_partner_id","user_id"],"names":true}',1,9223372036854775807,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('product','{"model":"product.product","domain":[["default_code","in",["SUP12","SUP24","SUP36"]]],"fields":["write_date","default_code","uom_id"]}',1,3,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('reply','{"model":"mail.message","domain":[["model","=","helpdesk.ticket"],["message_type","in",["comment","email"]],["subtype_id.internal","=",false],["is_internal","=",false],["author_id.user_ids.share","=",false]],"fields":["write_date","res_id","date","author_id"]}',1,0,NULL,0,1795878716);
INSERT INTO "cursor" VALUES('stage','{"model":"helpdesk.ticket.stage","domain":[],"fields":["write_date","name","closed"]}',1,6,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('tag','{"model":"helpdesk.ticket.tag","domain":[],"fields":["write_date","name"]}',1,0,NULL,0,1795878716);
INSERT INTO "cursor" VALUES('team','{"model":"helpdesk.ticket.team","domain":[],"fields":["write_date","name","company_id","user_id"]}',1,1,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('ticket','{"model":"helpdesk.ticket","domain":[],"fields":["write_date","number","partner_id","user_id","team_id","stage_id","priority","tag_ids","company_id","active","create_date","assigned_date","closed_date"],"tickets":[]}',1,3,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('timesheet','{"model":"account.analytic.line","domain":[["ticket_id","!=",false]],"fields":["write_date","ticket_id","date","unit_amount","product_uom_id"]}',1,4,'2026-03-20 10:00:00',1795878716,1795878716);
INSERT INTO "cursor" VALUES('unit','{"model":"uom.uom","domain":[],"fields":["write_date","name","category_id","factor"]}',1,4,'2026-03-20 10:00:00',1795878716,1795878716);
CREATE TABLE entry (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    day        INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    minutes    INTEGER NOT NULL CHECK (minutes <> 0),
    balance    INTEGER NOT NULL,
    lot_origin INTEGER NOT NULL,
    lot_id     INTEGER NOT NULL,
    source     INTEGER NOT NULL,
    source_id  INTEGER NOT NULL,
    PRIMARY KEY (account_id, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO "entry" VALUES(7,0,20522,0,720,720,1,1,0,1);
INSERT INTO "entry" VALUES(7,1,20524,8,30,750,2,1,2,1);
INSERT INTO "entry" VALUES(7,2,20524,2,-30,720,1,1,1,1);
INSERT INTO "entry" VALUES(7,3,20524,2,-5,715,1,1,1,2);
INSERT INTO "entry" VALUES(9,0,20485,0,720,720,1,5,0,3);
INSERT INTO "entry" VALUES(9,1,20495,2,-60,660,1,5,1,4);
INSERT INTO "entry" VALUES(11,0,20522,0,720,720,1,11,0,6);
CREATE TABLE history (
    ticket_id INTEGER PRIMARY KEY,
    known     INTEGER NOT NULL -- 0: this Odoo does not show it
) STRICT;
CREATE TABLE journal (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    name       TEXT,
    type       TEXT
) STRICT;
INSERT INTO "journal" VALUES(1,'2026-03-20 10:00:00','Customer Invoices','sale');
INSERT INTO "journal" VALUES(2,'2026-03-20 10:00:00','Bank','bank');
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
CREATE TABLE lot (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    origin     INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    granted    INTEGER NOT NULL,
    left       INTEGER NOT NULL CHECK (left >= 0),
    start      INTEGER NOT NULL,
    end        INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    PRIMARY KEY (account_id, origin, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "lot" VALUES(7,1,1,720,685,20522,20887,0);
INSERT INTO "lot" VALUES(7,2,1,30,30,20524,20889,0);
INSERT INTO "lot" VALUES(9,1,5,720,660,20485,20850,0);
INSERT INTO "lot" VALUES(11,1,11,720,720,20522,20887,0);
CREATE TABLE marker (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    key        TEXT,
    model      TEXT,
    res_id     INTEGER
) STRICT;
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('database','demo');
INSERT INTO "meta" VALUES('flavour','oca');
INSERT INTO "meta" VALUES('hour_unit','4');
INSERT INTO "meta" VALUES('judged_at','1774000800');
INSERT INTO "meta" VALUES('last_outcome','done');
INSERT INTO "meta" VALUES('last_success','2026-11-28T15:11:56Z');
INSERT INTO "meta" VALUES('policy','{"credit":{"adjustments":"model","count_from":"take_in","packs":[{"hours":12,"product":"SUP12"},{"hours":24,"product":"SUP24"},{"hours":36,"product":"SUP36"}],"payment":"paid","renewal_grace":"0d","rounding":"ticket","since":null,"step":"5min","validity":"1y","warn_before_expiry":["30d","7d"],"warn_below":"2h"},"sla":["assigned","reply"],"tickets":{"domain":[],"excluded_tags":[],"flavour":"auto"},"timezone":"Europe/Paris"}');
INSERT INTO "meta" VALUES('rules','{"sla":{"calendar":"odoo","holidays":["france"],"response":["assigned","reply"],"targets":{"low":{"days":2},"medium":{"hours":7},"urgent":{"hours":2}},"urgency":{"0":"low","1":"medium","2":"medium","3":"urgent"},"warn_at":"75%"},"tickets":{"domain":[],"excluded_tags":[],"flavour":"auto"},"timezone":"Europe/Paris","writeback":{"balance":{"alerts":false,"fields":false},"breach":{"activity":true,"tag":"SLA dépassé","warning":true},"enabled":false,"since":null}}');
INSERT INTO "meta" VALUES('schema','{"key":["0.1.0","http://127.0.0.1:46121","agent@example.com",0],"flavour":"oca","units_absolute":false,"uid":3,"partner":4,"fields":[["write_date","name","category_id","factor"],["write_date","default_code","uom_id"],["write_date","name","type"],["write_date","name","closed"],["write_date","name","company_id","user_id"],["write_date","name"],["write_date","partner_id","share","active"],["write_date","resource_calendar_id"],["write_date","name","tz","two_weeks_calendar","company_id"],["write_date","calendar_id","resource_id","dayofweek","hour_from","hour_to","day_period","week_type","display_type","date_from","date_to"],["write_date","calendar_id","company_id","resource_id","date_from","date_to","time_type","name"],["write_date","number","partner_id","user_id","team_id","stage_id","priority","tag_ids","company_id","active","create_date","assigned_date","closed_date"],["write_date","ticket_id","date","unit_amount","product_uom_id"],["write_date","res_id","date","author_id"],["write_date","move_id","product_id","quantity","product_uom_id","price_subtotal","balance"],["write_date","name","move_type","state","payment_state","amount_total","amount_residual","invoice_date","commercial_partner_id","reversed_entry_id","currency_id","company_id"],["write_date","debit_move_id","credit_move_id","exchange_move_id"],["write_date","move_id","move_type","date","journal_id"],["write_date","x_partner_id","x_minutes","x_date","x_end","x_reason","x_key"],["write_date","res_id","subject","message_id","author_id","write_uid","create_uid"],["write_date","message_id","model","res_id"],["write_date","name","ref","commercial_partner_id","user_id"]]}');
CREATE TABLE move (
    id                INTEGER PRIMARY KEY,
    write_date        TEXT,
    name              TEXT,
    type              TEXT,
    state             TEXT,
    payment_state     TEXT,
    total             INTEGER,
    residual          INTEGER,
    invoice_date      TEXT,
    customer_id       INTEGER, -- commercial entity, as stored on the invoice
    reversed_entry_id INTEGER,
    currency_id       INTEGER,
    company_id        INTEGER
) STRICT;
INSERT INTO "move" VALUES(1,'2026-03-20 10:00:00','INV/2026/00001','out_invoice','posted','paid',1080000000,0,'2026-03-01',7,NULL,126,1);
INSERT INTO "move" VALUES(3,'2026-03-20 10:00:00','INV/2026/00002','out_invoice','posted','paid',1080000000,0,'2026-01-20',9,NULL,126,1);
INSERT INTO "move" VALUES(5,'2026-03-20 10:00:00','INV/2026/00003','out_invoice','posted','not_paid',2040000000,2040000000,'2026-03-05',10,NULL,126,1);
INSERT INTO "move" VALUES(6,'2026-03-20 10:00:00','INV/2026/00004','out_invoice','posted','paid',1080000000,0,'2026-03-01',11,NULL,126,1);
CREATE TABLE move_line (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    move_id    INTEGER,
    product_id INTEGER,
    quantity   INTEGER,
    unit_id    INTEGER,
    untaxed    INTEGER, -- in the move's currency
    balance    INTEGER  -- in the company's currency
) STRICT;
INSERT INTO "move_line" VALUES(1,'2026-03-20 10:00:00',1,1,1000000000,1,1080000000,-1080000000);
INSERT INTO "move_line" VALUES(5,'2026-03-20 10:00:00',3,1,1000000000,1,1080000000,-1080000000);
INSERT INTO "move_line" VALUES(9,'2026-03-20 10:00:00',5,2,1000000000,1,2040000000,-2040000000);
INSERT INTO "move_line" VALUES(11,'2026-03-20 10:00:00',6,1,1000000000,1,1080000000,-1080000000);
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
INSERT INTO "outbox" VALUES(1,'breach.1.1773306000','note','helpdesk.ticket',1,1,'{"body":"<p>Délai de prise en charge dépassé.</p><ul><li>Urgence : moyenne (réponse en 7:00 h ouvrées)</li><li>Échéance : 12/03/2026 à 10:00 (Europe/Paris)</li><li>Calendrier : Standard 35 hours/week</li><li>Retard : 43:00 h ouvrées à cet instant, sans réponse</li></ul>"}','shadow',0,0,1774000800,1774000800,NULL,NULL);
INSERT INTO "outbox" VALUES(2,'breach.2.1773392400','note','helpdesk.ticket',2,2,'{"body":"<p>Délai de prise en charge dépassé.</p><ul><li>Urgence : moyenne (réponse en 7:00 h ouvrées)</li><li>Échéance : 13/03/2026 à 10:00 (Europe/Paris)</li><li>Calendrier : Standard 35 hours/week</li><li>Retard : 36:00 h ouvrées à cet instant, sans réponse</li></ul>"}','shadow',0,0,1774000800,1774000800,NULL,NULL);
INSERT INTO "outbox" VALUES(3,'breach.3.1770800400','note','helpdesk.ticket',3,3,'{"body":"<p>Délai de prise en charge dépassé.</p><ul><li>Urgence : moyenne (réponse en 7:00 h ouvrées)</li><li>Échéance : 11/02/2026 à 10:00 (Europe/Paris)</li><li>Calendrier : Standard 35 hours/week</li><li>Retard : 190:00 h ouvrées à cet instant, sans réponse</li></ul>"}','shadow',0,0,1774000800,1774000800,NULL,NULL);
CREATE TABLE partial (
    id             INTEGER PRIMARY KEY,
    write_date     TEXT,
    debit_line_id  INTEGER,
    credit_line_id INTEGER,
    exchange_move_id INTEGER -- the exchange difference it caused, itself a counterpart: left out
) STRICT;
INSERT INTO "partial" VALUES(1,'2026-03-20 10:00:00',2,4,NULL);
INSERT INTO "partial" VALUES(2,'2026-03-20 10:00:00',6,8,NULL);
INSERT INTO "partial" VALUES(3,'2026-03-20 10:00:00',12,14,NULL);
CREATE TABLE partner (
    id            INTEGER PRIMARY KEY,
    write_date    TEXT,
    name          TEXT,
    reference     TEXT,
    commercial_id INTEGER
, salesperson_id INTEGER, shown_minutes INTEGER, shown_last_day TEXT) STRICT;
INSERT INTO "partner" VALUES(7,'2026-03-20 10:00:00','Exemple SARL','C001',7,NULL,0,NULL);
INSERT INTO "partner" VALUES(8,'2026-03-20 10:00:00','Anne Moreau',NULL,7,NULL,0,NULL);
INSERT INTO "partner" VALUES(9,'2026-03-20 10:00:00','Bravo SAS','C002',9,NULL,0,NULL);
INSERT INTO "partner" VALUES(10,'2026-03-20 10:00:00','Cargo SA','C003',10,NULL,0,NULL);
INSERT INTO "partner" VALUES(11,'2026-03-20 10:00:00','Jeanne',NULL,12,NULL,0,NULL);
INSERT INTO "partner" VALUES(12,'2026-03-20 10:00:00','SARL',NULL,12,NULL,0,NULL);
CREATE TABLE pending (
    mirror TEXT NOT NULL,
    id     INTEGER NOT NULL,
    PRIMARY KEY (mirror, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE product (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    reference  TEXT,
    unit_id    INTEGER
) STRICT;
INSERT INTO "product" VALUES(1,'2026-03-20 10:00:00','SUP12',1);
INSERT INTO "product" VALUES(2,'2026-03-20 10:00:00','SUP24',1);
INSERT INTO "product" VALUES(3,'2026-03-20 10:00:00','SUP36',1);
CREATE TABLE reply (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    ticket_id  INTEGER,
    date       TEXT,
    author_id  INTEGER
) STRICT;
CREATE TABLE settlement_line (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    move_id    INTEGER,
    move_type  TEXT,
    date       TEXT,
    journal_id INTEGER
) STRICT;
INSERT INTO "settlement_line" VALUES(2,'2026-03-20 10:00:00',1,'out_invoice','2026-03-01',1);
INSERT INTO "settlement_line" VALUES(4,'2026-03-20 10:00:00',2,'entry','2026-03-10',2);
INSERT INTO "settlement_line" VALUES(6,'2026-03-20 10:00:00',3,'out_invoice','2026-01-20',1);
INSERT INTO "settlement_line" VALUES(8,'2026-03-20 10:00:00',4,'entry','2026-02-01',2);
INSERT INTO "settlement_line" VALUES(12,'2026-03-20 10:00:00',6,'out_invoice','2026-03-01',1);
INSERT INTO "settlement_line" VALUES(14,'2026-03-20 10:00:00',7,'entry','2026-03-10',2);
CREATE TABLE stage (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    name       TEXT,
    closed     INTEGER
) STRICT;
INSERT INTO "stage" VALUES(1,'2026-03-20 10:00:00','New',0);
INSERT INTO "stage" VALUES(2,'2026-03-20 10:00:00','In Progress',0);
INSERT INTO "stage" VALUES(3,'2026-03-20 10:00:00','Awaiting',0);
INSERT INTO "stage" VALUES(4,'2026-03-20 10:00:00','Done',1);
INSERT INTO "stage" VALUES(5,'2026-03-20 10:00:00','Cancelled',1);
INSERT INTO "stage" VALUES(6,'2026-03-20 10:00:00','Rejected',1);
CREATE TABLE tag (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    name       TEXT
) STRICT;
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
INSERT INTO "target" VALUES(1,1,1,1773219600,1773245700,1773306000,0,NULL,3,1774000800,NULL);
INSERT INTO "target" VALUES(2,1,1,1773306000,1773332100,1773392400,0,NULL,3,1774000800,NULL);
INSERT INTO "target" VALUES(3,1,1,1770714000,1770740100,1770800400,0,NULL,3,1774000800,NULL);
CREATE TABLE team (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    name       TEXT
, company_id INTEGER, leader_id INTEGER, calendar_id INTEGER) STRICT;
INSERT INTO "team" VALUES(1,'2026-03-20 10:00:00','Support',1,NULL,NULL);
CREATE TABLE ticket (
    id             INTEGER PRIMARY KEY,
    write_date     TEXT,
    number         TEXT,
    partner_id     INTEGER,
    user_id        INTEGER,
    team_id        INTEGER,
    stage_id       INTEGER,
    priority       TEXT,
    tag_ids        TEXT,    -- JSON array
    company_id     INTEGER,
    active         INTEGER,
    create_date    TEXT,
    assigned_date  TEXT,    -- earliest seen that the creation did not make: Odoo overwrites its own
    closed_date    TEXT,    -- earliest seen: Odoo rewrites its own and does not clear it
    in_domain      INTEGER  -- matches tickets.domain of the configuration
) STRICT;
INSERT INTO "ticket" VALUES(1,'2026-03-20 10:00:00','HT00001',8,NULL,1,1,'1','[]',1,1,'2026-03-11 09:00:00',NULL,NULL,1);
INSERT INTO "ticket" VALUES(2,'2026-03-20 10:00:00','HT00002',7,NULL,1,1,'1','[]',1,1,'2026-03-12 09:00:00',NULL,NULL,1);
INSERT INTO "ticket" VALUES(3,'2026-03-20 10:00:00','HT00003',9,NULL,1,1,'1','[]',1,1,'2026-02-10 09:00:00',NULL,NULL,1);
CREATE TABLE timesheet (
    id         INTEGER PRIMARY KEY,
    write_date TEXT,
    ticket_id  INTEGER,
    date       TEXT,
    amount     INTEGER, -- of its unit; hours when it has none
    unit_id    INTEGER
) STRICT;
INSERT INTO "timesheet" VALUES(1,'2026-03-20 10:00:00',1,'2026-03-12',500000000,4);
INSERT INTO "timesheet" VALUES(2,'2026-03-20 10:00:00',1,'2026-03-12',33333333,4);
INSERT INTO "timesheet" VALUES(3,'2026-03-20 10:00:00',1,'2026-03-12',16666667,4);
INSERT INTO "timesheet" VALUES(4,'2026-03-20 10:00:00',3,'2026-02-11',1000000000,4);
CREATE TABLE tombstone (
    mirror     TEXT NOT NULL,
    id         INTEGER NOT NULL,
    deleted_at TEXT NOT NULL,
    PRIMARY KEY (mirror, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE unit (
    id          INTEGER PRIMARY KEY,
    write_date  TEXT,
    name        TEXT,
    category_id INTEGER,
    factor      INTEGER,
    absolute    INTEGER -- 1: factor is the size of the unit (Odoo 19); 0: its inverse (Odoo 17)
) STRICT;
INSERT INTO "unit" VALUES(1,'2026-03-20 10:00:00','Units',1,1000000000,0);
INSERT INTO "unit" VALUES(2,'2026-03-20 10:00:00','Dozens',1,83333333,0);
INSERT INTO "unit" VALUES(3,'2026-03-20 10:00:00','Days',2,1000000000,0);
INSERT INTO "unit" VALUES(4,'2026-03-20 10:00:00','Hours',2,8000000000,0);
CREATE TABLE unreadable (
    mirror TEXT NOT NULL,
    id     INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (mirror, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX partner_commercial ON partner (commercial_id);
CREATE INDEX ticket_partner ON ticket (partner_id);
CREATE INDEX timesheet_ticket ON timesheet (ticket_id);
CREATE INDEX reply_ticket ON reply (ticket_id);
CREATE INDEX move_customer ON move (customer_id);
CREATE INDEX move_line_move ON move_line (move_id);
CREATE INDEX settlement_line_move ON settlement_line (move_id);
CREATE INDEX partial_debit ON partial (debit_line_id);
CREATE INDEX partial_credit ON partial (credit_line_id);
CREATE INDEX partial_exchange ON partial (exchange_move_id) WHERE exchange_move_id IS NOT NULL;
CREATE INDEX adjustment_partner ON adjustment (partner_id);
CREATE INDEX account_next_change ON account (next_change);
CREATE INDEX audit_account ON audit (account_id);
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
CREATE TRIGGER audit_keeps_values BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
CREATE INDEX attendance_calendar ON attendance (calendar_id);
CREATE INDEX marker_key ON marker (key);
CREATE INDEX target_next_change ON target (next_change) WHERE next_change IS NOT NULL;
CREATE INDEX outbox_subject ON outbox (subject);
CREATE INDEX outbox_open ON outbox (state) WHERE state IN ('queued', 'sending', 'refused', 'shadow');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',3);
INSERT INTO "sqlite_sequence" VALUES('audit',8);
COMMIT;