/* test_json_recordings.c - the parser of JSON answers beside jansson, on samples written by hand
 * (tests/samples) and, when they exist, recordings of real servers ($QUALIODOO_WIRE, by default a
 * folder beside the checkout). Runs in the root of the project. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_reading.h"

/* The code of each that cannot be read; the form is of the folder. */
static const struct {
    const char *name, *part;
    int code;
} unreadable[] = {
    {"101-result-odd", "100000000000000000000 at byte", ERR_UNPARSABLE}, /* JSON-2 */
    {"102-result-nan", "holds NaN", ERR_UNPARSABLE},
    {"55-result-odd", "100000000000000000000 at byte", ERR_UNPARSABLE}, /* JSON-RPC */
    {"56-result-nan", "holds NaN", ERR_UNPARSABLE},
    {"html-", "an HTML page ('", ERR_PROTOCOL}, /* samples */
    {"cut-", "cut short", ERR_PROTOCOL},
    {"nan-", "NaN", ERR_UNPARSABLE},
    {"infinity-", "Infinity", ERR_UNPARSABLE},
    {"integer-", "above the range", ERR_UNPARSABLE},
    {"surrogate-", "half a character", ERR_UNPARSABLE},
};

/* What comes after the headers of a recording. A sample has none. */
static const char *body_of(const char *bytes, size_t *length)
{
    const char *body = bytes;

    if (!strncmp(bytes, "HTTP/", 5)) {
        body = strstr(bytes, "\r\n\r\n");
        body = body ? body + 4 : strstr(bytes, "\n\n") + 2;
    }
    *length -= (size_t)(body - bytes);
    return body;
}

/* What jansson makes of a body: the value, or the fault, that must come out. */
static void compare_with_jansson(const char *name, const struct reading *reading)
{
    json_error_t problem;
    json_t *body = json_loadb(reading->text, reading->length, JSON_DECODE_ANY, &problem);
    json_t *fault = reading->fault ? json_loads(reading->fault, 0, &problem) : NULL;
    json_t *expected = body;

    if (!body)
        fail_msg("%s: jansson: %s", name, problem.text);
    if (reading->form == JSON_FORM_RPC)
        expected = json_object_get(body, fault ? "error" : "result");
    if (!json_equal(expected ? expected : json_null(), fault ? fault : reading->events.tree.value))
        fail_msg("%s: %s: %s", name, reading->events.log, reading->fault ? reading->fault : "");
    json_decref(body);
    json_decref(fault);
}

static void check_file(enum json_form form, const char *path, const char *name)
{
    static char bytes[1 << 20];
    struct reading reading = {.form = form};
    FILE *file = fopen(path, "rbe");
    const char *part = "";
    int code = 0;

    assert_non_null(file);
    reading.length = fread(bytes, 1, sizeof bytes - 1, file);
    bytes[reading.length] = '\0';
    fclose(file);
    reading.text = body_of(bytes, &reading.length);
    for (size_t i = 0; i < sizeof unreadable / sizeof *unreadable; i++)
        if (!strncmp(name, unreadable[i].name, strlen(unreadable[i].name))) {
            code = unreadable[i].code;
            part = unreadable[i].part;
        }
    if (*reading.text == '<' || !strncmp(reading.text, "Invalid JSON", 12))
        code = ERR_PROTOCOL;
    read_answer(&reading);
    if (reading.code != code || !strstr(reading.error.message, part))
        fail_msg("%s: %d instead of %d: %s", path, reading.code, code, reading.error.message);
    if (!code)
        compare_with_jansson(path, &reading);
    clear_reading(&reading);
    check_pieces(form, reading.text, reading.length < 600 ? reading.length : 600);
    if (!code && reading.length < 2000)
        check_pieces(form, reading.text, reading.length);
}

/* Returns how many there are, -1 when there is no such folder. */
static int check_folder(enum json_form form, const char *root, const char *folder)
{
    char path[800];
    struct dirent *entry;
    DIR *directory;
    int checked = 0;

    snprintf(path, sizeof path, "%s/%s", root, folder);
    directory = opendir(path);
    if (!directory)
        return -1;
    while ((entry = readdir(directory)) != NULL) {
        if (!strstr(entry->d_name, ".response"))
            continue;
        snprintf(path, sizeof path, "%s/%s/%s", root, folder, entry->d_name);
        check_file(form, path, entry->d_name);
        checked++;
    }
    closedir(directory);
    print_message("%d answers in %s/%s\n", checked, root, folder);
    return checked;
}

static void check_recordings(enum json_form form, const char *folder, int at_least)
{
    const char *wire = getenv("QUALIODOO_WIRE") ? getenv("QUALIODOO_WIRE") : "../shared/wire";
    int checked = check_folder(form, wire, folder);

    if (checked < 0)
        print_message("no recordings in %s/%s\n", wire, folder);
    else
        assert_true(checked >= at_least);
}

static void test_samples(void **state)
{
    (void)state;
    assert_true(check_folder(JSON_FORM_BARE, "tests/samples", "json2") >= 15);
    assert_true(check_folder(JSON_FORM_RPC, "tests/samples", "jsonrpc") >= 8);
}

static void test_recordings(void **state)
{
    (void)state;
    check_recordings(JSON_FORM_BARE, "odoo19-json2", 150);
    check_recordings(JSON_FORM_RPC, "odoo19-jsonrpc", 75);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_recordings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
