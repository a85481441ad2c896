/* sink.h - what the parser of an answer tells while its bytes arrive: one value, as events in the
 * order of the text.
 *
 * A scalar is one event. A list is EVENT_LIST, its items, EVENT_END; an object is EVENT_OBJECT,
 * then for each member EVENT_KEY and its value, then EVENT_END. The parser has checked that the
 * text is well formed, that it is UTF-8 and not nested too deeply; of an answer that breaks, the
 * sink has had the events before the break. */
#ifndef QUALIODOO_ODOO_SINK_H
#define QUALIODOO_ODOO_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"

enum event_kind {
    EVENT_NULL,
    EVENT_BOOLEAN, /* `truth` */
    EVENT_INTEGER, /* `integer` */
    EVENT_REAL,    /* `real`, finite */
    EVENT_TEXT,    /* `text` and `length` */
    EVENT_LIST,
    EVENT_OBJECT,
    EVENT_KEY, /* `text` and `length`: the name of the member whose value follows */
    EVENT_END  /* of the innermost list or object */
};

struct event {
    enum event_kind kind;
    bool truth;
    int64_t integer;
    double real;
    const char *text; /* borrowed for the call; no NUL at its end */
    size_t length;    /* bytes */
};

/* Takes events. `take` returns 0, or a negative code with `error` filled, which ends the parsing:
 * it is not called again then. */
struct sink {
    int (*take)(void *context, const struct event *event, struct error *error);
    void *context;
};

#endif
