/* output.c - the document that --json prints. */
#include "output.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "qualiodoo/cli/cli.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/printable.h"

int cli_print_json(json_t *json, struct error *error)
{
    char *text = json_build_text(json, JSON_INDENT(2) | JSON_REAL_PRECISION(15));

    json_decref(json);
    if (!text)
        return error_memory(error);
    /* A failed write sets the error indicator of stdout, which main() checks. */
    printable_json(text, stdout);
    putchar('\n');
    free(text);
    return 0;
}
