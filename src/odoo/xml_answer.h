/* xml_answer.h - reads an XML-RPC answer while its bytes arrive (expat).
 *
 * int, i4 and i8 become EVENT_INTEGER, double EVENT_REAL, boolean EVENT_BOOLEAN, nil EVENT_NULL,
 * string EVENT_TEXT; dateTime.iso8601 becomes EVENT_TEXT "YYYY-MM-DD hh:mm:ss" as Odoo writes it,
 * base64 EVENT_TEXT in base64 without blanks; array is a list, struct an object. */
#ifndef QUALIODOO_ODOO_XML_ANSWER_H
#define QUALIODOO_ODOO_XML_ANSWER_H

#include <jansson.h>

#include "sink.h"

struct xml_answer;

/* Opens the reader of one answer, whose value goes to `sink`. `max_elements`: more make the answer
 * ERR_PROTOCOL. The caller frees *ret_answer with xml_answer_free(). ERR_NO_MEMORY. */
int xml_answer_open(const struct sink *sink, size_t max_elements, struct xml_answer **ret_answer,
                    struct error *error);
void xml_answer_free(struct xml_answer *answer); /* NULL is allowed */

/* Makes it ready for another answer to the same sink; memory is kept. */
void xml_answer_reset(struct xml_answer *answer);

/* Takes the next bytes. False: the answer is refused whatever follows; no more need be read. An
 * answer that broke goes on being taken, since its end tells whether it is complete. */
bool xml_answer_feed(struct xml_answer *answer, const char *bytes, size_t length);

/* Says, after the last byte, what came of it: 0, the error of the sink, or
 *
 * ERR_PROTOCOL, with RETRY_NEVER: HTML, no XML-RPC answer, a DTD, too deep, too many elements; with
 * RETRY_LATER: empty, cut short. ERR_UNPARSABLE: complete, but with something that cannot be
 * accepted. ERR_FAULT: a fault that cannot be read. */
int xml_answer_end(struct xml_answer *answer, struct error *error);

/* After xml_answer_end() returned 0: the text of the fault, borrowed, with its code; NULL: the
 * answer is a result. */
const char *xml_answer_fault(const struct xml_answer *answer, int *ret_code);

#endif
