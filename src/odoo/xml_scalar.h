/* xml_scalar.h - the values of XML-RPC that stand in one element, as events. */
#ifndef QUALIODOO_ODOO_XML_SCALAR_H
#define QUALIODOO_ODOO_XML_SCALAR_H

#include "sink.h"

enum xml_type {
    XML_TYPE_INT, /* <int> and <i4>: 32 bits */
    XML_TYPE_I8,
    XML_TYPE_DOUBLE,
    XML_TYPE_BOOLEAN,
    XML_TYPE_DATETIME, /* 20260131T09:05:00 */
    XML_TYPE_BASE64
};

/* A value, and the memory that its event may point into. */
struct xml_scalar {
    struct event event;
    char written[20];
};

/* Reads the text of an element, of `length` bytes and a NUL; it may be changed, and the event may
 * point into it. Returns NULL, or what is wrong with it ("an <int> that is no number"). */
const char *xml_scalar_read(enum xml_type type, char *text, size_t length, struct xml_scalar *ret);

#endif
