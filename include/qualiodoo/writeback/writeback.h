/* writeback.h - what the functions that write into Odoo share. */
#ifndef QUALIODOO_WRITEBACK_WRITEBACK_H
#define QUALIODOO_WRITEBACK_WRITEBACK_H

#include <stdbool.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/writeback/writeback_report.h"

struct lease_keeper;

/* Everything is borrowed: the cycle owns it. */
struct writeback {
    struct odoo *odoo;
    struct store *store;
    const struct config *config;
    const struct flavour *flavour;
    struct writeback_report *report;
    struct lease_keeper *lease; /* or NULL: nothing is written into Odoo in this run */
    bool patient;               /* respect the delay before a retry: set by the service */
    bool force;                 /* go past safety.max_writes */
    bool shows_rows;            /* this Odoo has the model x_qualiodoo_account */
    bool shows_fields;          /* this Odoo has the customer fields that 0.1.0 made */
};

#endif
