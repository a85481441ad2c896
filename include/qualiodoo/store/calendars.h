/* calendars.h - working calendars, as mirrored from Odoo. */
#ifndef QUALIODOO_STORE_CALENDARS_H
#define QUALIODOO_STORE_CALENDARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/core/calendar_build.h"
#include "qualiodoo/store/store.h"

struct calendar_rows {
    int64_t id;
    char *name, *tz; /* owned */
    bool flexible;
    struct calendar_attendance *attendances; /* owned */
    size_t n_attendances, attendances_size;
    struct calendar_leave *leaves; /* owned */
    size_t n_leaves, leaves_size;
    char **leave_names; /* one per leave, owned; "" when it has none */
    size_t leave_names_size;
    int64_t *leave_ids; /* one per leave, owned */
    size_t leave_ids_size;
};

/* Loads a calendar for the tickets of a company (0: not known): its attendances, and its global
 * leaves of that company or of none. ERR_NOT_FOUND when it is not mirrored, ERR_CONFIG when a row
 * cannot be used. Free *ret with calendar_rows_free() after success. */
int calendar_rows_load(struct store *store, int64_t id, int64_t company, struct calendar_rows *ret,
                       struct error *error);
void calendar_rows_free(struct calendar_rows *rows);

#endif
