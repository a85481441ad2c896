/* health.h - the figures for a monitor, read in one transaction so that they agree. */
#ifndef QUALIODOO_STORE_HEALTH_H
#define QUALIODOO_STORE_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/store/outbox.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/units.h"

#define HEALTH_MIRRORS_MAX 32 /* more than there are models */

struct health_mirror {
    char name[32];
    bool complete;
    instant pulled_at; /* 0: never */
};

struct health {
    struct health_mirror mirrors[HEALTH_MIRRORS_MAX]; /* by name */
    size_t n_mirrors;
    struct outbox_counts writes;
    int64_t breached; /* tickets, when they were last judged */
    int64_t accounts, unreadable;
    instant reconciled_at; /* the last reconciliation of everything; 0: never */
    bool has_deadline;     /* whether a ticket without a response has a deadline to come */
    instant deadline;      /* the earliest of them; meaningful when has_deadline */
};

/* Reads the figures. *ret is untouched on failure. */
int health_read(struct store *store, struct health *ret, struct error *error);

#endif
