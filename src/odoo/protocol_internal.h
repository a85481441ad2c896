/* protocol_internal.h - the table of protocols, for open.c. */
#ifndef QUALIODOO_ODOO_PROTOCOL_INTERNAL_H
#define QUALIODOO_ODOO_PROTOCOL_INTERNAL_H

#include "qualiodoo/odoo/protocol.h"
#include "wire.h"

/* The row of a protocol; NULL: ODOO_AUTO. */
const struct wire *protocol_wire(enum odoo_protocol protocol);

#endif
