/* decode.h - reads a whole XML-RPC answer in two pieces, for unit tests and fuzz targets. */
#ifndef TESTS_DECODE_H
#define TESTS_DECODE_H

#include <stdlib.h>
#include <string.h>

#include "odoo/tree.h"
#include "odoo/xml_answer.h"

struct decoded {
    json_t *result; /* NULL when the answer is a fault */
    int fault_code;
    char *fault_string; /* NULL when the answer is a result */
};

static void decoded_clear(struct decoded *decoded)
{
    json_decref(decoded->result);
    free(decoded->fault_string);
    *decoded = (struct decoded){0};
}

/* Reads the first `cut` bytes, then the others. *decoded is all zero after a failure. */
static int decode_cut(const char *bytes, size_t length, size_t cut, size_t max_elements,
                      struct decoded *decoded, struct error *error)
{
    struct xml_answer *answer = NULL;
    struct tree tree = {0};
    struct sink sink = {tree_take, &tree};
    const char *fault = NULL;
    int rc = xml_answer_open(&sink, max_elements, &answer, error);

    *decoded = (struct decoded){0};
    if (rc < 0)
        return rc;
    if (xml_answer_feed(answer, bytes, cut))
        xml_answer_feed(answer, bytes + cut, length - cut);
    rc = xml_answer_end(answer, error);
    if (rc == 0 && (fault = xml_answer_fault(answer, &decoded->fault_code)))
        decoded->fault_string = strdup(fault);
    else if (rc == 0)
        decoded->result = json_incref(tree.value);
    tree_clear(&tree);
    xml_answer_free(answer);
    return rc;
}

#endif
