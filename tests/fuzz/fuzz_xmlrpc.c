/* fuzz_xmlrpc.c - any bytes as an answer, in two ways of arriving: decoded or refused, the same in
 * both, and what is decoded is UTF-8 that can be written and sent back. */
#include "../decode.h"
#include "fuzz.h"
#include "odoo/fault.h"
#include "odoo/xmlrpc.h"

/* json_dumps() refuses what is not UTF-8: strings were made without a check of their own. */
static void check_result(json_t *result)
{
    char *dumped = json_dumps(result, JSON_ENCODE_ANY);
    json_t *parameters = json_pack("[O]", result);
    struct error error = {0};
    char *text = NULL;
    size_t length = 0;

    if (!dumped || !parameters ||
        odoo_xmlrpc_encode("execute_kw", parameters, &text, &length, &error))
        abort();
    free(text);
    free(dumped);
    json_decref(parameters);
}

static void check_fault(const struct decoded *answer)
{
    struct fault_context context = {.model = "a.b", .method = "read", .database = "support"};
    struct error error = {0};

    if (fault_classify(&context, answer->fault_code, answer->fault_string, &error) >= 0 ||
        !*error.message || strchr(error.message, '\n'))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    struct decoded answer, other;
    struct error error = {0}, own = {0};
    int rc = decode_cut(text, size, size / 2, SIZE_MAX, &answer, &error);

    if (decode_cut(text, size, size ? bytes[0] % size : 0, SIZE_MAX, &other, &own) != rc ||
        strcmp(own.message, error.message) != 0 ||
        !json_equal(answer.result, other.result) != !answer.result)
        abort();
    decoded_clear(&other);
    if (rc < 0) {
        if (error.code != rc || !*error.message || answer.result || answer.fault_string)
            abort();
        return 0;
    }
    if (answer.result)
        check_result(answer.result);
    else
        check_fault(&answer);
    decoded_clear(&answer);
    return 0;
}
