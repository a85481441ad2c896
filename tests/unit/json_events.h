/* json_events.h - gives a text to the parser of JSON answers in pieces, and writes down what the
 * sink is told and how the answer ends, so that two ways of cutting a text can be compared. */
#ifndef QUALIODOO_JSON_EVENTS_H
#define QUALIODOO_JSON_EVENTS_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "odoo/json_answer.h"
#include "odoo/tree.h"

/* One answer. */
struct json_events {
    char *log; /* `{ "key" : "text" 12 0x1p+0 true null ]`, as one line; on the heap */
    size_t log_length;
    FILE *writing;
    size_t n, fail_at; /* events so far; which one the sink refuses, 0: none */
    struct tree tree;  /* the same events as a value */
};

static inline int json_events_take(void *context, const struct event *event, struct error *error)
{
    struct json_events *events = context;
    FILE *log = events->writing;

    if (++events->n == events->fail_at)
        return error_set(error, ERR_STATE, "the sink is full");
    if (event->kind == EVENT_NULL)
        fputs("null ", log);
    else if (event->kind == EVENT_BOOLEAN)
        fputs(event->truth ? "true " : "false ", log);
    else if (event->kind == EVENT_INTEGER)
        fprintf(log, "%" PRId64 " ", event->integer);
    else if (event->kind == EVENT_REAL)
        fprintf(log, "%a ", event->real);
    else if (event->kind == EVENT_LIST)
        fputs("[ ", log);
    else if (event->kind == EVENT_OBJECT)
        fputs("{ ", log);
    else if (event->kind == EVENT_END)
        fputs("end ", log);
    else {
        putc('"', log);
        fwrite(event->text, 1, event->length, log);
        fputs(event->kind == EVENT_KEY ? "\": " : "\" ", log);
    }
    return tree_take(&events->tree, event, error);
}

static inline void json_events_start(struct json_events *events)
{
    memset(events, 0, sizeof *events);
    events->writing = open_memstream(&events->log, &events->log_length);
    if (!events->writing)
        abort();
}

/* Ends the writing of the log, which has a NUL at its end. */
static inline void json_events_stop(struct json_events *events)
{
    fclose(events->writing);
    events->writing = NULL;
}

static inline void json_events_clear(struct json_events *events)
{
    free(events->log);
    tree_clear(&events->tree);
}

#endif
