/* output.h - the document that --json prints; internal to cli. */
#ifndef QUALIODOO_CLI_OUTPUT_H
#define QUALIODOO_CLI_OUTPUT_H

#include <jansson.h>

#include "qualiodoo/util/error.h"

/* Prints one document on stdout and takes its reference. `json` may be NULL, the result of a failed
 * allocation: ERR_NO_MEMORY. */
int cli_print_json(json_t *json, struct error *error);

#endif
