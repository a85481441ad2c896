/* fuzz_fault.c - any text as the faultString of an answer (after a line with its code): always a
 * negative code, and one line of UTF-8, without the traceback that a fault may begin with. */
#include "fuzz.h"
#include "odoo/fault.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char request[] = "<member><name>fields</name><value>x_field</value></member>";
    struct fault_context context = {.model = "helpdesk.ticket",
                                    .method = "search_read",
                                    .database = "support",
                                    .request = request,
                                    .request_length = sizeof request - 1,
                                    .before = ">",
                                    .after = "</",
                                    .commits_first = true};
    char *text = fuzz_text(bytes, size), *fault = text;
    long fault_code = strtol(strsep(&fault, "\n"), NULL, 10);

    for (int i = 0; i < 2 && fault; i++) {
        struct error error = {0};

        FUZZ_CHECK(fault_classify(&context, (int)fault_code, fault, &error) == error.code, "code");
        fuzz_check_remote(&error);
        FUZZ_CHECK(strncmp(fault, "Traceback (most recent call last):\n", 35) != 0 ||
                       strstr(fault + 35, "Traceback") || !strstr(error.message, "Traceback"),
                   "%s", error.message);
        context.model = NULL; /* of version and authenticate */
        context.method = "authenticate";
    }
    free(text);
    return 0;
}
