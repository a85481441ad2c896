/* writeback.h - what every write into Odoo needs to know. */
#ifndef QUALIODOO_WRITEBACK_WRITEBACK_H
#define QUALIODOO_WRITEBACK_WRITEBACK_H

#include <stdbool.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/writeback/writeback_report.h"

struct lease_keeper;

struct writeback {
    struct odoo *odoo;
    struct store *store;
    const struct config *config;
    const struct flavour *flavour;
    struct writeback_report *report;
    struct lease_keeper *lease; /* or NULL: nothing is written into Odoo in this run */
    bool patient;               /* what failed waits before it is tried again: the service */
    bool force;                 /* go past safety.max_writes */
    bool shows_rows;            /* this Odoo has the model of the credit that it shows */
    bool shows_fields;          /* ... or the fields of customers of 0.1.0 */
};

#endif
