/* queue.h - one more write waits for Odoo. */
#ifndef QUALIODOO_QUEUE_H
#define QUALIODOO_QUEUE_H

#include <jansson.h>

#include "qualiodoo/store/outbox.h"
#include "qualiodoo/writeback/writeback.h"

struct queue_write {
    const char *key;
    enum outbox_part part;
    const char *model;
    int64_t record;
    json_t *payload; /* taken over; NULL: memory was short */
};

/* Queues a write, or keeps it as what would be written in shadow mode. Nothing happens where its
 * key and part are known already (outbox_add()). */
int queue_add(const struct writeback *writeback, const struct queue_write *write,
              struct error *error);

#endif
