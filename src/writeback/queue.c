/* queue.c - adds the row of a write: to be sent, or only shown in shadow mode. */
#include "queue.h"

#include <stdlib.h>

#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"

int queue_add(const struct writeback *writeback, const struct queue_write *write,
              struct error *error)
{
    char *text = json_build_text(write->payload, JSON_COMPACT | JSON_ENCODE_ANY);
    bool enabled = writeback->config->writeback.enabled, added = false;
    struct outbox_row row = {.key = write->key,
                             .part = write->part,
                             .model = write->model,
                             .record = write->record,
                             .subject = write->record,
                             .payload = text,
                             .state = enabled ? OUTBOX_QUEUED : OUTBOX_SHADOW};
    int rc =
        text ? outbox_add(writeback->store, &row, clock_now(), &added, error) : error_memory(error);

    json_decref(write->payload);
    free(text);
    if (added && enabled)
        writeback->report->queued++;
    return rc;
}
