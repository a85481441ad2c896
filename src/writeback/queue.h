/* queue.h - adds a write to the outbox. */
#ifndef QUALIODOO_WRITEBACK_QUEUE_H
#define QUALIODOO_WRITEBACK_QUEUE_H

#include <jansson.h>

#include "qualiodoo/store/outbox.h"
#include "qualiodoo/writeback/writeback.h"

struct queue_write {
    const char *key;
    enum outbox_part part;
    const char *model;
    int64_t record;
    json_t *payload; /* taken over; NULL is ERR_NO_MEMORY */
};

/* Adds the write as QUEUED, or as SHADOW unless writeback.enabled. Does nothing when its key and
 * part are in the outbox already, with the exceptions of outbox_add(). Takes over the payload, also
 * on failure. Errors: ERR_STATE, ERR_NO_MEMORY. */
int queue_add(const struct writeback *writeback, const struct queue_write *write,
              struct error *error);

#endif
