/* models.h - the mirrored models of Odoo: one entry each of the table in models.c. */
#ifndef QUALIODOO_PULL_MODELS_H
#define QUALIODOO_PULL_MODELS_H

#include <jansson.h>

#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/setup_names.h"
#include "qualiodoo/store/mirror.h"
#include "qualiodoo/store/mirror_sets.h"

enum field_kind {
    FIELD_ID,  /* many2one (bare id or [id, name]), or the first of a list of users */
    FIELD_IDS, /* many2many, stored as a JSON array */
    FIELD_INTEGER,
    FIELD_BOOLEAN,
    FIELD_TEXT,  /* dates, times and selections, as Odoo writes them; empty is absent */
    FIELD_WORDS, /* free text. A character that XML forbids breaks the whole answer: the record is
                    then read again without its FIELD_WORDS */
    FIELD_NANO,  /* a float, in billionths; NULL when it is no number or out of range */
    FIELD_MICRO, /* an amount of money, in millionths; limited to 10^12 of the currency */
    FIELD_COMPUTED, /* filled in by model.compute (computed.c), perhaps from the field it names */
};

/* Flags of a column (mirror_column.flags). Its `field` is the name in Odoo, "@..." is the
 * flavour's; NULL only with FIELD_COMPUTED. Its `kind` is an enum field_kind. */
enum {
    FIELD_REQUIRED = MIRROR_FLAGS << 1, /* pull_open() fails when this Odoo lacks the field */
    FIELD_RARE = MIRROR_FLAGS << 2, /* many versions of Odoo lack it: doctor does not report it */
    FIELD_OF_SHIFT = 8,
};

/* A flag too: the column holds records of a model that is read seldom (enum model_id). When a row
 * refers to one that the mirror lacks, that model is read at once (settings.h). */
#define FIELD_OF(model) ((unsigned)((model) + 1) << FIELD_OF_SHIFT)

enum model_kind {
    MODEL_LISTED,     /* every record that matches a domain */
    MODEL_REFERENCED, /* only the records that others refer to */
};

enum model_id {
    MODEL_UNIT,
    MODEL_PRODUCT,
    MODEL_JOURNAL,
    MODEL_STAGE,
    MODEL_TEAM,
    MODEL_TAG,
    MODEL_AGENT,
    MODEL_COMPANY,
    MODEL_CALENDAR,
    MODEL_ATTENDANCE,
    MODEL_LEAVE,
    MODEL_TICKET,
    MODEL_TIMESHEET,
    MODEL_REPLY,
    MODEL_MOVE_LINE,
    MODEL_DOWN_PAYMENT,
    MODEL_MOVE,
    MODEL_PARTIAL,
    MODEL_SETTLEMENT_LINE,
    MODEL_PAYMENT,
    MODEL_ADJUSTMENT,
    MODEL_ADJUSTMENT_NOTE,
    MODEL_MARKER,
    MODEL_SHOWN,
    MODEL_PARTNER,
    MODEL_COUNT,
};

struct computing;
struct config;

struct model {
    const char *remote; /* "@..." is the flavour's */
    enum model_kind kind;
    struct mirror_table table;
    /* Domains as JSON, in which "@..." is replaced (model_domain()). change_domain is wider where a
     * change can take a record out of `domain`: the change must still be read. */
    const char *domain;        /* of a full list; NULL: [] */
    const char *change_domain; /* of an incremental pull; NULL: as `domain` */
    const char *poll_domain;   /* of newest_invoices(); NULL: as change_domain */
    int link; /* index of a column: a record where it is empty is not mirrored; -1: none */
    enum mirror_set needed;       /* of MODEL_REFERENCED: the ids to read */
    enum mirror_set of_customers; /* mirrored rows of given customers */
    const char *customer_domain;  /* records of given customers in Odoo, as JSON with "@ids" */
    /* `compute` fills the FIELD_COMPUTED columns of a record (computed.h); NULL: there are none.
     * `counting` returns the configured domain of the records that count (borrowed); NULL: all
     * count. `counting_key` is the configuration key of that domain, for error messages. */
    void (*compute)(const struct computing *computing);
    json_t *(*counting)(const struct config *config);
    const char *counting_key;
    const char *module;    /* to install when the model is missing; NULL: the flavour's */
    bool optional;         /* a missing model is no error */
    const char *only_with; /* a field of another module: the model counts as missing without it */
    bool own; /* only the agent writes these rows, and writes deleted ones again: safety.max_delete
                 does not apply */
    bool seldom; /* changes rarely, or by the agent alone: read every poll.settings (settings.h) */
    /* Of the same model in Odoo: when neither changed, one call says so for both. NULL: none. */
    const struct model *beside;
    bool swept; /* rows are deleted without a new write_date anywhere: each pull lists the whole
                   model, which is small */
};

/* By enum model_id. */
extern const struct model models[MODEL_COUNT];

#endif
