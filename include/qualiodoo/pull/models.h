/* models.h - the mirrored models: one row of the table each (models.c), and what is read by it
 * . */
#ifndef QUALIODOO_PULL_MODELS_H
#define QUALIODOO_PULL_MODELS_H

#include <jansson.h>

#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/made.h"
#include "qualiodoo/store/mirror.h"

enum field_kind {
    FIELD_ID,  /* many2one (bare id or [id, name]), or the first of a list of users */
    FIELD_IDS, /* many2many, kept as a JSON array */
    FIELD_INTEGER,
    FIELD_BOOLEAN,
    FIELD_TEXT,  /* dates, times and selections, as Odoo writes them; empty is absent */
    FIELD_WORDS, /* what a person writes: a record whose words break the answer is kept without */
    FIELD_NANO,  /* a float in billionths; NULL where that is no number that fits */
    FIELD_MICRO, /* an amount of money in millionths */
    FIELD_COMPUTED, /* filled in by the pull (page.c), perhaps from the field it names */
};

/* Flags of a column (mirror_column.flags). Its `field` is the name in Odoo, "@..." is the
 * flavour's; NULL only with FIELD_COMPUTED. Its `kind` is an enum field_kind. */
enum {
    FIELD_REQUIRED = MIRROR_FLAGS << 1, /* without it there is nothing to mirror: an error */
    FIELD_RARE = MIRROR_FLAGS << 2,     /* most Odoos lack it: not worth a word of doctor's */
};

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
    const char *domain; /* of the full list, as JSON; "@..." strings are the flavour's; NULL: [] */
    const char *change_domain; /* of the incremental pull; NULL: the same. Wider where a record can
                                  leave the domain by a change */
    const char *poll_domain;   /* of the quick look for news; NULL: as change_domain */
    int link;                  /* column that must not be empty for the row to be kept, or -1 */
    enum mirror_set needed;    /* MODEL_REFERENCED: which ids to read */
    enum mirror_set of_customers; /* local rows of given customers */
    const char *customer_domain;  /* remote rows of given customers, as JSON with "@ids" */
    /* What is computed of a record (computed.h), and which records of it count; NULL: nothing, and
     * all. `counting_key` names the domain in the configuration. */
    void (*compute)(const struct computing *computing);
    json_t *(*counting)(const struct config *config);
    const char *counting_key;
    const char *module;    /* what to install when it is missing */
    bool optional;         /* the model may be missing */
    const char *only_with; /* field of another module: without it there is nothing to mirror */
    bool own;   /* rows of the agent alone: those that vanished are written again, however many */
    bool swept; /* a short list, of which rows vanish without a trace: listed whole each time */
};

extern const struct model models[MODEL_COUNT];

#endif
