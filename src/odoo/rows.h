/* rows.h - the sink that fills the rows of records.h from a list of objects. */
#ifndef QUALIODOO_ODOO_ROWS_H
#define QUALIODOO_ODOO_ROWS_H

#include <jansson.h>

#include "qualiodoo/odoo/records.h"
#include "sink.h"

struct rows;

/* Opens rows for the fields in `names` (an array of texts, borrowed until rows_free()). The caller
 * frees *ret_rows with rows_free(). ERR_NO_MEMORY. */
int rows_open(const char *model, json_t *names, struct rows **ret_rows, struct error *error);
void rows_free(struct rows *rows); /* NULL is allowed */

/* Forgets all rows; their memory is used again. */
void rows_clear(struct rows *rows);

/* Before an answer: the ids that its records may have, each once; any other one ends it with
 * ERR_PROTOCOL. With `ids` NULL any id is accepted. Rows that are there stay. ERR_NO_MEMORY. */
int rows_expect(struct rows *rows, const int64_t *ids, size_t count, struct error *error);

/* Before another attempt for the same answer: forgets what the last one told. */
void rows_again(struct rows *rows);

/* The sink, valid as long as the rows. */
struct sink rows_sink(struct rows *rows);

/* After an answer that broke: the id of the record in which it did; 0 when that is not known. The
 * complete records before it are kept. */
int64_t rows_broken(const struct rows *rows);

/* How many rows the present answer gave. */
size_t rows_given(const struct rows *rows);

/* Marks the rows that the present answer gave as damaged, for this reason (copied). ERR_NO_MEMORY.
 */
int rows_damaged(struct rows *rows, const char *reason, struct error *error);

/* The rows, borrowed until the next change. */
struct odoo_records rows_records(const struct rows *rows);

/* Whether a row has this id. */
bool rows_have(const struct rows *rows, int64_t id);

#endif
