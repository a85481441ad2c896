/* xml_grammar.h - which elements an XML-RPC answer has, and where. */
#ifndef QUALIODOO_ODOO_XML_GRAMMAR_H
#define QUALIODOO_ODOO_XML_GRAMMAR_H

#include <stdbool.h>

/* The elements. One that takes a single child is another one after it. */
enum xml_element {
    XML_ROOT, /* around the whole */
    XML_RESPONSE,
    XML_FULL_RESPONSE,
    XML_PARAMS,
    XML_FULL_PARAMS,
    XML_PARAM,
    XML_FAULT,
    XML_VALUE,      /* a text, as long as no element has begun in it */
    XML_FULL_VALUE, /* also a <param> or a <fault> with its value: nothing may begin in it */
    XML_LIST,
    XML_DATA,
    XML_OBJECT,
    XML_MEMBER,
    XML_NAMED_MEMBER,
    XML_FULL_MEMBER,
    XML_NIL,
    XML_NAME,
    XML_STRING,
    XML_INTEGER,
    XML_INTEGER_64,
    XML_DOUBLE,
    XML_BOOLEAN,
    XML_DATETIME,
    XML_BASE64,
    XML_UNKNOWN
};

/* The element of that name, as it begins; XML_UNKNOWN: XML-RPC has none. */
enum xml_element xml_grammar_element(const char *name);

/* What `parent` is once `child` has begun in it; XML_UNKNOWN: it may not begin there. */
enum xml_element xml_grammar_after(enum xml_element parent, enum xml_element child);

/* Whether the characters in an element are its value; elsewhere only blanks may stand. */
bool xml_grammar_holds_text(enum xml_element element);

#endif
