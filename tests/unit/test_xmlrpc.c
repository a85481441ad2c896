/* test_xmlrpc.c - the codec and the classification of faults: samples written by hand, here and in
 * tests/samples, then recordings of real servers when they exist ($QUALIODOO_WIRE, by default a
 * folder beside the checkout). Runs in the root of the project. */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../decode.h"
#include "odoo/fault.h"
#include "odoo/text.h"
#include "odoo/xmlrpc.h"

#define MAX_ELEMENTS 1000000
#define HEAD "<?xml version='1.0'?>\n<methodResponse>\n"
#define OPEN HEAD "<params>\n<param>\n<value>"
#define CLOSE "</value>\n</param>\n</params>\n</methodResponse>\n"
#define BOMB                                                                                       \
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;'>]>"            \
    "<methodResponse><params><param><value>&c;" CLOSE

/* `before`, `times` times `middle`, then `after`; the tests nest up to 200,000 deep. */
static char *concat(const char *before, const char *middle, size_t times, const char *after)
{
    size_t length = strlen(middle);
    char *text = malloc(strlen(before) + times * length + strlen(after) + 1);
    char *to;

    assert_non_null(text);
    to = stpcpy(text, before);
    for (size_t i = 0; i < times; i++)
        to = stpcpy(to, middle);
    stpcpy(to, after);
    return text;
}

/* Decodes bytes that arrive in two pieces; a hundred other splits give the same. */
static int decode_bytes(const char *bytes, size_t length, struct decoded *answer,
                        struct error *error)
{
    int code;

    *error = (struct error){0};
    code = decode_cut(bytes, length, length / 2, MAX_ELEMENTS, answer, error);
    for (size_t cut = 0; length < 20000 && cut <= length; cut += length / 100 + 1) {
        struct decoded other;
        struct error own = {0};

        assert_int_equal(decode_cut(bytes, length, cut, MAX_ELEMENTS, &other, &own), code);
        assert_string_equal(own.message, error->message);
        assert_true(json_equal(other.result, answer->result) || !answer->result);
        decoded_clear(&other);
    }
    return code;
}

/* ---- values ---- */

/* Decodes `value` inside an answer and compares it as compact JSON. */
static void expect_json(const char *value, const char *json)
{
    struct decoded answer;
    struct error error;
    char *text = concat(OPEN, value, 1, CLOSE), *dumped;

    if (decode_bytes(text, strlen(text), &answer, &error))
        fail_msg("%s: %s", value, error.message);
    assert_non_null(answer.result);
    assert_null(answer.fault_string);
    dumped = json_dumps(answer.result, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(dumped, json);
    free(dumped);
    free(text);
    decoded_clear(&answer);
    assert_null(answer.result);
}

static void test_values(void **state)
{
    static const struct {
        const char *value, *json;
    } cases[] = {
        {"<int>5</int>", "5"},
        {"<i4>-7</i4>", "-7"},
        {"<int>2147483647</int>", "2147483647"},
        {"<i8>9007199254740993</i8>", "9007199254740993"},
        {"<ex:i8>-3000000000</ex:i8>", "-3000000000"},
        {"<i8>-9223372036854775808</i8>", "-9223372036854775808"},
        {"<boolean>0</boolean>", "false"},
        {"<boolean>1</boolean>", "true"},
        {"<nil/>", "null"},
        {"<ex:nil/>", "null"},
        {"<string></string>", "\"\""},
        {"<string/>", "\"\""},
        {"", "\"\""},
        {"bare", "\"bare\""},
        {"<string>a &lt;b&gt; &amp; &quot;c&quot; &#233; &#xE9;</string>",
         "\"a <b> & \\\"c\\\" é é\""},
        {"<string><![CDATA[<!DOCTYPE x> & <y>]]></string>", "\"<!DOCTYPE x> & <y>\""},
        {"<string>a<!-- <<<! -->b</string>", "\"ab\""},
        {"<string>tab\tline\nend</string>", "\"tab\\tline\\nend\""},
        {"<string>été 😀 👩‍🚒 ﷽</string>", "\"été 😀 👩‍🚒 ﷽\""},
        /* a character of the private use area that the fold itself uses, beside one that is
         * folded */
        {"<string>\xEE\x80\x80\xEE\x90\x80 \xEE\xA0\x80 😀\xEE\x81\x81</string>",
         "\"\xEE\x80\x80\xEE\x90\x80 \xEE\xA0\x80 😀\xEE\x81\x81\""},
        {"<string>\xEE\x80\x80\xEE\xA0\x80</string>", "\"\xEE\x80\x80\xEE\xA0\x80\""},
        {"<dateTime.iso8601>20260131T09:05:00</dateTime.iso8601>", "\"2026-01-31 09:05:00\""},
        {"<base64>aGVs\nbG8=</base64>", "\"aGVsbG8=\""},
        {"<array><data></data></array>", "[]"},
        {"<array><data><value><int>1</int></value><value>x</value></data></array>", "[1,\"x\"]"},
        {"<struct></struct>", "{}"},
        {"<struct><member><name>a</name><value><array><data><value><struct><member><name>b 😀</name>"
         "<value><boolean>0</boolean></value></member></struct></value></data></array></value>"
         "</member></struct>",
         "{\"a\":[{\"b 😀\":false}]}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_json(cases[i].value, cases[i].json);
}

static void expect_double(const char *written, double value)
{
    struct decoded answer;
    struct error error = {0};
    char *text = NULL;

    assert_true(asprintf(&text, OPEN "<double>%s</double>" CLOSE, written) > 0);
    if (decode_cut(text, strlen(text), 0, MAX_ELEMENTS, &answer, &error))
        fail_msg("%s: %s", written, error.message);
    assert_true(json_is_real(answer.result));
    if (json_real_value(answer.result) != value)
        fail_msg("%s: %.17g", written, json_real_value(answer.result));
    free(text);
    decoded_clear(&answer);
}

/* Every seventh amount up to 2000.00, in one answer. */
static void expect_amounts(void)
{
    char *text = malloc(sizeof OPEN + 200000 * 40), *to, written[40];
    struct decoded answer;
    struct error error = {0};
    size_t place = 0;

    assert_non_null(text);
    to = stpcpy(text, OPEN "<array><data>");
    for (int cents = 0; cents < 200000; cents += 7)
        to += sprintf(to, "<value><double>%d.%02d</double></value>", cents / 100, cents % 100);
    stpcpy(to, "</data></array>" CLOSE);
    assert_int_equal(decode_cut(text, strlen(text), 0, MAX_ELEMENTS, &answer, &error), 0);
    for (int cents = 0; cents < 200000; cents += 7, place++) {
        double found = json_real_value(json_array_get(answer.result, place));

        snprintf(written, sizeof written, "%d.%02d", cents / 100, cents % 100);
        if (found != strtod(written, NULL))
            fail_msg("%s: %.17g", written, found);
    }
    assert_int_equal(json_array_size(answer.result), place);
    decoded_clear(&answer);
    free(text);
}

/* xmlrpc-c alone reads 0.3 as 0.30000000000000004 and one amount in six wrongly. */
static void test_doubles(void **state)
{
    (void)state;
    expect_double("0.0", 0.0);
    expect_double("1e-07", 1e-07);
    expect_double("1.5e-07", 1.5e-07);
    expect_double("1e+16", 1e16);
    expect_double("0.3", 0.3);
    expect_double("1296.35", 1296.35);
    expect_double("-99.99", -99.99);
    expect_double("123456789.12", 123456789.12);
    expect_double("0.016667", 0.016667);
    expect_amounts();
}

/* ---- answers that are refused ---- */

static void expect_error(const char *text, size_t length, int code, enum error_retry retry,
                         const char *words)
{
    struct decoded answer;
    struct error error;
    int found = decode_bytes(text, length, &answer, &error);

    if (found != code || error.code != code || error.retry != retry ||
        !strstr(error.message, words))
        fail_msg("%.60s: %d (retry %d) %s", text, found, (int)error.retry, error.message);
    assert_null(answer.result);
    assert_null(answer.fault_string);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        int code;
        enum error_retry retry;
        const char *words;
    } cases[] = {
        {"", ERR_PROTOCOL, RETRY_LATER, "empty"},
        {" \r\n ", ERR_PROTOCOL, RETRY_LATER, "empty"},
        {"<!DOCTYPE html><html><head><title>502 Bad\n  Gateway</title>", ERR_PROTOCOL, RETRY_NEVER,
         "HTML page ('502 Bad Gateway')"},
        {"\n<html><body>no title", ERR_PROTOCOL, RETRY_NEVER, "HTML page,"},
        {"{\"jsonrpc\": \"2.0\"}", ERR_PROTOCOL, RETRY_NEVER, "begins by '{\"jsonrpc\""},
        {"<?xml version='1.0'?><methodCall></methodCall>", ERR_PROTOCOL, RETRY_NEVER, "begins by"},
        {BOMB, ERR_PROTOCOL, RETRY_NEVER, "DOCTYPE"},
        {OPEN "<int>5</int></value>", ERR_PROTOCOL, RETRY_LATER, "cut short"},
        {"<?xml version='1.0'?>", ERR_PROTOCOL, RETRY_LATER, "cut short"},
        {"<?xml version='1.0'?>\n<methodRe", ERR_PROTOCOL, RETRY_LATER, "cut short"},
        {"<", ERR_PROTOCOL, RETRY_LATER, "cut short"},
        {OPEN "<string>a\xEF\xBF\xBE</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "U+FFFE"},
        {OPEN "<string>a\xEF\xBF\xBF</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "U+FFFF"},
        {OPEN "<string>\xFF</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "not UTF-8: byte 0xFF"},
        {OPEN "<string>\xC0\x80</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "not UTF-8"},
        {OPEN "<string>\xED\xA0\x80</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "not UTF-8"},
        {OPEN "<string>\xF4\x90\x80\x80</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "not UTF-8"},
        {OPEN "<string>\xC3</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "not UTF-8"},
        {OPEN "<string>\x01</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "does not parse"},
        {OPEN "<string>&#1;</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "does not parse"},
        {OPEN "<string>&#xFFFE;</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "does not parse"},
        {OPEN "<string>&unknown;</string>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "does not parse"},
        {OPEN "<int>2147483648</int>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "above the range"},
        {OPEN "<int></int>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "does not parse"},
        {OPEN "<boolean>2</boolean>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "does not parse"},
        /* xmlrpc-c alone crashes on these */
        {OPEN "<i8>=5</i8>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "no whole number"},
        {OPEN "<i8></i8>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "no whole number"},
        {OPEN "<i8/>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "no whole number"},
        {OPEN "<ex:i8> 5</ex:i8>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "no whole number"},
        {OPEN "<i8><![CDATA[x]]></i8>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "no whole number"},
        {OPEN "<i8>9223372036854775808</i8>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "no whole number"},
        {OPEN "<double>nan</double>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "not finite"},
        {OPEN "<double>inf</double>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "not finite"},
        {OPEN "<struct><member><name>a</name></member></struct>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER,
         "does not parse"},
        {HEAD "</methodResponse>", ERR_UNPARSABLE, RETRY_NEVER, "does not parse"},
        {OPEN "</a></a></a></a>" CLOSE, ERR_UNPARSABLE, RETRY_NEVER, "does not parse"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_error(cases[i].text, strlen(cases[i].text), cases[i].code, cases[i].retry,
                     cases[i].words);
    expect_error(OPEN "a\0b" CLOSE, sizeof(OPEN "a\0b" CLOSE) - 1, ERR_UNPARSABLE, RETRY_NEVER,
                 "does not parse");
}

static void test_depth(void **state)
{
    static const char array[] = "<array><data><value>", end[] = "</value></data></array>";
    struct decoded answer;
    struct error error;
    char *ends = concat("", end, 330, CLOSE);
    char *deep = concat(OPEN, array, 330, ends); /* 330 * 3 + 4 elements */
    char *bomb = concat(OPEN, array, 200000, CLOSE);
    char *quoted = concat(OPEN, "<array a='/>'><data b=\"/>\"><value>", 200000, CLOSE);

    (void)state;
    assert_int_equal(decode_bytes(deep, strlen(deep), &answer, &error), 0);
    decoded_clear(&answer);
    expect_error(bomb, strlen(bomb), ERR_PROTOCOL, RETRY_NEVER, "deeper than 1000");
    expect_error(quoted, strlen(quoted), ERR_PROTOCOL, RETRY_NEVER, "deeper than 1000");
    free(ends);
    free(deep);
    free(bomb);
    free(quoted);
}

/* Each prefix of an answer is an error to retry later or, when only blanks are missing, the
 * answer. */
static void test_every_cut(void **state)
{
    static const char whole[] = OPEN "<array><data><value><string>é&amp;<![CDATA[x]]>😀</string>"
                                     "</value><value><nil/></value></data></array>" CLOSE;
    size_t length = sizeof whole - 1;
    struct decoded answer;
    struct error error;

    (void)state;
    for (size_t cut = 0; cut + 1 < length; cut++)
        expect_error(whole, cut, ERR_PROTOCOL, RETRY_LATER, cut > 0 ? "cut short" : "empty");
    assert_int_equal(decode_bytes(whole, length - 1, &answer, &error), 0);
    decoded_clear(&answer);
}

/* ---- faults ---- */

static const struct fault_context context = {
    .model = "helpdesk.ticket", .method = "read", .database = "support", .commits_first = true};

static void expect_fault(const struct fault_context *call, int fault_code, const char *text,
                         int code, enum error_retry retry, const char *words)
{
    struct error error = {0};

    assert_int_equal(fault_classify(call, fault_code, text, NULL), code);
    if (fault_classify(call, fault_code, text, &error) != code || error.retry != retry ||
        !strstr(error.message, words))
        fail_msg("%s: %d (retry %d) %s", text, error.code, (int)error.retry, error.message);
    assert_null(strstr(error.message, "Traceback"));
    assert_null(strchr(error.message, '\n'));
}

#define TRACE                                                                                      \
    "Traceback (most recent call last):\n  File \"/opt/odoo/http.py\", line 1, in dispatch\n"      \
    "    return secret_code()\n           ^^^^^^^^^^^^\n"

static void test_faults(void **state)
{
    static const struct {
        int fault;
        const char *text;
        int code;
        enum error_retry retry;
        const char *words;
    } cases[] = {
        {3, "Access Denied", ERR_ACCESS_DENIED, RETRY_NEVER, "odoo.secret_file"},
        {4, "You are not allowed to access 'X' (x.y) records.\n\nThis operation is allowed for:",
         ERR_ACCESS_RIGHTS, RETRY_NEVER, "'You are not allowed to access 'X' (x.y) records.'"},
        {2, "Record does not exist or has been deleted.\n(Record: a.b(9,), User: 2)",
         ERR_MISSING_RECORD, RETRY_NEVER, "gone"},
        {2, "Enregistrement inexistant ou supprimé.\n(Enregistrement : a.b(9,), Utilisateur : 2)",
         ERR_MISSING_RECORD, RETRY_NEVER, "gone"},
        {2, "Datensatz existiert nicht.\n(Datensatz: a.b(9, 10), Benutzer: 2)", ERR_MISSING_RECORD,
         RETRY_NEVER, "gone"},
        {2, "Object a.b doesn't exist", ERR_MISSING_MODEL, RETRY_NEVER, "module"},
        {2, "L'objet a.b n'existe pas !", ERR_MISSING_MODEL, RETRY_NEVER, "module"},
        {2, "The entry INV/2026/00001 (id 1) must be in draft.", ERR_REFUSED, RETRY_NEVER,
         "must be in draft"},
        {2, "a\nb(12,)\nc", ERR_REFUSED, RETRY_NEVER, "a b(12,) c"},
        {1, TRACE "ValueError: Invalid field 'nope' on model 'helpdesk.ticket'\n",
         ERR_MISSING_FIELD, RETRY_NEVER, "Invalid field 'nope'"},
        {1, TRACE "ValueError: Invalid field helpdesk.ticket.nope in condition ('nope', '=', 1)",
         ERR_MISSING_FIELD, RETRY_NEVER, "Invalid field"},
        {1, TRACE "KeyError: 'nope'", ERR_FAULT, RETRY_NEVER, "KeyError"},
        {1, TRACE, ERR_FAULT, RETRY_NEVER,
         "failed: a traceback without a reason; its log says more"},
        {1, TRACE "    cut_off()", ERR_FAULT, RETRY_NEVER, "failed: a traceback without a reason;"},
        {1, "Traceback (most recent call last):", ERR_FAULT, RETRY_NEVER, "without a reason"},
        {2, TRACE, ERR_REFUSED, RETRY_NEVER, "refuses: a traceback without a reason"},
        {1, "", ERR_FAULT, RETRY_NEVER, "Odoo failed: no reason given; its log says more"},
        {2, "\n \n", ERR_REFUSED, RETRY_NEVER, "Odoo refuses: no reason given"},
        {3, "", ERR_ACCESS_DENIED, RETRY_NEVER, "the login or the key (no reason given)"},
        {4, "", ERR_ACCESS_RIGHTS, RETRY_NEVER, "no right to do this: no reason given"},
        {1,
         TRACE
         "psycopg2.OperationalError: connection failed: FATAL:  database \"support\" does not "
         "exist\n",
         ERR_ACCESS_DENIED, RETRY_NEVER, "odoo.database"},
        {1,
         TRACE "psycopg2.OperationalError: FATAL:  la base de données « support » n'existe pas\n",
         ERR_ACCESS_DENIED, RETRY_NEVER, "odoo.database"},
        {1, TRACE "psycopg2.OperationalError: FATAL:  the database system is starting up\n",
         ERR_FAULT, RETRY_LATER, "starting up"},
        {1,
         TRACE "psycopg2.OperationalError: FATAL:  password authentication failed for user "
               "\"support\"",
         ERR_FAULT, RETRY_LATER, "password authentication"},
        {1, TRACE "psycopg2.pool.PoolError: The Connection Pool Is Full", ERR_FAULT, RETRY_LATER,
         "Pool"},
        {1,
         TRACE "psycopg2.errors.SerializationFailure: could not serialize access due to "
               "concurrent update\nCONTEXT: x",
         ERR_CONCURRENCY, RETRY_LATER, "could not serialize access due to concurrent update'"},
        {1, TRACE "psycopg2.errors.DeadlockDetected: deadlock detected", ERR_CONCURRENCY,
         RETRY_LATER, "deadlock"},
        {1, TRACE "psycopg2.errors.LockNotAvailable: could not obtain lock on row", ERR_CONCURRENCY,
         RETRY_LATER, "lock"},
        {1, TRACE "OverflowError: int exceeds XML-RPC limits", ERR_UNPARSABLE, RETRY_NEVER,
         "2147483647"},
        {1, TRACE "TypeError: cannot marshal None unless allow_none is enabled", ERR_FAULT,
         RETRY_NEVER, "was executed"},
        {1,
         TRACE "\nDuring handling of the above exception, another exception occurred:\n\n" TRACE
               "odoo.exceptions.X: second\nmore",
         ERR_FAULT, RETRY_NEVER, "'odoo.exceptions.X: second'"},
        {77, "what\x1b[31m is this", ERR_FAULT, RETRY_NEVER, "what [31m is this"},
    };
    struct fault_context fields = {.model = "a.b", .method = "fields_get", .database = "support"};
    struct fault_context keyed = context;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_fault(&context, cases[i].fault, cases[i].text, cases[i].code, cases[i].retry,
                     cases[i].words);
    expect_fault(&fields, 2, "In a language of its own", ERR_MISSING_MODEL, RETRY_NEVER, "'a.b'");
    keyed.request = "<value><string>nope</string></value>";
    keyed.request_length = strlen(keyed.request);
    keyed.before = ">";
    keyed.after = "</";
    expect_fault(&keyed, 1, TRACE "KeyError: 'nope'", ERR_MISSING_FIELD, RETRY_NEVER, "nope");
    expect_fault(&keyed, 1, TRACE "KeyError: 'nop'", ERR_FAULT, RETRY_NEVER, "nop");
}

#define FAULT(code, text)                                                                          \
    HEAD "<fault><value><struct><member><name>faultCode</name><value>" code                        \
         "</value></member><member><name>faultString</name><value><string>" text                   \
         "</string></value></member></struct></value></fault></methodResponse>"

static void test_fault_answers(void **state)
{
    static const char fault[] = FAULT("<int>2</int>", "Objet 😀 &lt;x&gt;");
    static const char worded[] = FAULT("<string>warning -- UserError</string>", "");
    static const char broken[] = FAULT("<int>1</int>", "\xEF\xBF\xBE");
    struct decoded answer;
    struct error error;

    (void)state;
    assert_int_equal(decode_bytes(fault, sizeof fault - 1, &answer, &error), 0);
    assert_null(answer.result);
    assert_int_equal(answer.fault_code, 2);
    assert_string_equal(answer.fault_string, "Objet 😀 <x>");
    decoded_clear(&answer);
    expect_error(worded, sizeof worded - 1, ERR_FAULT, RETRY_NEVER, "cannot be read");
    expect_error(broken, sizeof broken - 1, ERR_FAULT, RETRY_NEVER, "cannot be read");
}

/* ---- requests ---- */

static char *encode(json_t *parameters)
{
    struct error error = {0};
    char *text = NULL;
    size_t length = 0;

    assert_non_null(parameters);
    if (odoo_xmlrpc_encode("execute_kw", parameters, &text, &length, &error))
        fail_msg("%s", error.message);
    assert_int_equal(strlen(text), length);
    json_decref(parameters);
    return text;
}

static void test_encode(void **state)
{
    json_t *forbidden = json_string_nocheck("a\x01\x0B\t\xEF\xBF\xBF"
                                            "b");
    char *text = encode(json_pack("[s, i, I, f, b, n, o, {s:[]}, {}]", "😀 <&> \xEE\x80\x80", 7,
                                  (json_int_t)3000000000, 7.25, 0, forbidden, "x"));

    (void)state;
    assert_non_null(strstr(text, "<methodName>execute_kw</methodName>"));
    assert_non_null(strstr(text, "<string>😀 &lt;&amp;&gt; \xEE\x80\x80</string>"));
    assert_non_null(strstr(text, "<i4>7</i4>"));
    assert_non_null(strstr(text, "<i8>3000000000</i8>"));
    assert_non_null(strstr(text, "<double>7.25</double>"));
    assert_non_null(strstr(text, "<boolean>0</boolean>"));
    assert_non_null(strstr(text, "<nil/>"));
    assert_non_null(strstr(text, "<string>a\xEF\xBF\xBD\xEF\xBF\xBD\t\xEF\xBF\xBD"
                                 "b</string>"));
    assert_non_null(strstr(text, "<name>x</name>"));
    free(text);
}

/* The encoded parameters of a call, put into an answer, decode to the same value. */
static void test_round_trip(void **state)
{
    static const char *const samples[] = {
        "[]",
        "{}",
        "[1, -1, 2147483647, -2147483648, 2147483648]",
        "[true, false, null]",
        "[\"\", \"é\", \"😀😀\", \"\\ue000\\ue400\\ue800 😀\", \"<&>\\\"'\"]",
        "[{\"a\": {\"b\": [[], {}, \"c\"]}, \"😀\": 1}]",
        "[0.5, 7.25, 1e-7, 123456.78, -0.1]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        json_t *sample = json_loads(samples[i], JSON_DECODE_ANY, NULL);
        char *call = encode(json_pack("[O]", sample));
        char *value = strstr(call, "<value>"), *end = strstr(call, "\r\n</params>");
        struct decoded answer;
        struct error error;
        char *text;

        end = end ? end : strstr(call, "\n</params>");
        assert_non_null(end);
        *end = '\0';
        text = concat(HEAD "<params><param>", value, 1, "</params></methodResponse>");
        if (decode_bytes(text, strlen(text), &answer, &error))
            fail_msg("%s: %s", samples[i], error.message);
        if (!json_equal(answer.result, sample))
            fail_msg("%s: %s", samples[i], text);
        decoded_clear(&answer);
        json_decref(sample);
        free(call);
        free(text);
    }
}

/* ---- text ---- */

static void test_text(void **state)
{
    char out[24], secret[] = "a hush-hush b hush-hush", key[] = "key";
    static const char title[] = "<HTML><Title> A\n\tB </TITLE>";

    (void)state;
    text_clean(out, sizeof out, " a\n\n b\x7F\xFF\xC3\xA9 ", 10);
    assert_string_equal(out, "a b ?é");
    text_clean(out, sizeof out, "0123456789012345678901234567890", 31);
    assert_string_equal(out, "0123456789012345...");
    text_clean(out, 12, "éééééééé", 16);
    assert_string_equal(out, "éé...");
    text_title(out, sizeof out, title, sizeof title - 1);
    assert_string_equal(out, "A B");
    text_title(out, sizeof out, "<title>never closed", 19);
    assert_string_equal(out, "");
    text_redact(secret, "hush-hush");
    assert_string_equal(secret, "a *** b ***");
    text_redact(key, "key");
    assert_string_equal(key, "key");
}

/* ---- recordings ---- */

/* The errors that recordings of faults must give, by the beginning of the file's name. */
static const struct {
    const char *name;
    int code;
} recordings[] = {
    {"009-", ERR_ACCESS_DENIED},
    {"011-", ERR_ACCESS_DENIED},
    {"013-", ERR_ACCESS_DENIED},
    {"015-", ERR_ACCESS_RIGHTS},
    {"019-", ERR_ACCESS_RIGHTS},
    {"021-", ERR_ACCESS_RIGHTS},
    {"023-", ERR_ACCESS_RIGHTS},
    {"025-", ERR_MISSING_MODEL},
    {"027-", ERR_MISSING_FIELD},
    {"029-", ERR_MISSING_FIELD},
    {"031-", ERR_MISSING_FIELD},
    {"033-", ERR_MISSING_FIELD},
    {"035-", ERR_FAULT},
    {"037-", ERR_ACCESS_RIGHTS},
    {"043-", ERR_MISSING_RECORD},
    {"047-", ERR_FAULT},
    {"049-", ERR_FAULT},
    {"051-", ERR_REFUSED},
    {"053-", ERR_REFUSED},
    {"055-", ERR_FAULT},
    {"057-", ERR_REFUSED},
    {"059-", ERR_REFUSED},
    {"061-", ERR_REFUSED},
    {"063-", ERR_FAULT},
    {"069-", ERR_FAULT},
    {"071-", ERR_FAULT},
    {"159-", ERR_FAULT},
    {"160-", ERR_FAULT},
    {"163-", ERR_FAULT},
    {"164-", ERR_FAULT},
    {"166-", ERR_FAULT},
    {"167-", ERR_FAULT},
    {"168-", ERR_UNPARSABLE},
    {"174-", ERR_UNPARSABLE},
    {"183-", ERR_FAULT},
    {"197-", ERR_ACCESS_RIGHTS},
    {"199-", ERR_FAULT},
    {"203-", ERR_FAULT},
    {"73-x2", ERR_ACCESS_DENIED},
    {"83-x2", ERR_ACCESS_RIGHTS},
    {"84-x2", ERR_FAULT},
    {"85-x2", ERR_MISSING_MODEL},
    {"86-x2", ERR_MISSING_FIELD},
    {"87-x2", ERR_ACCESS_DENIED},
    {"88-x2", ERR_ACCESS_DENIED},
    {"89-x2", ERR_ACCESS_DENIED},
    {"90-x2", ERR_ACCESS_RIGHTS},
    {"91-x2", ERR_REFUSED},
    {"92-x2", ERR_MISSING_RECORD},
    {"97-x2", ERR_ACCESS_RIGHTS},
    {"98-x2", ERR_FAULT},
    {"99-x2", ERR_FAULT},
    {"100-x2", ERR_PROTOCOL},
    {"101-x2", ERR_ACCESS_DENIED},
    {"124-x2", ERR_FAULT},
    /* samples written by hand */
    {"denied-", ERR_ACCESS_DENIED},
    {"rights-", ERR_ACCESS_RIGHTS},
    {"model-", ERR_MISSING_MODEL},
    {"field-", ERR_MISSING_FIELD},
    {"record-", ERR_MISSING_RECORD},
    {"refused-", ERR_REFUSED},
    {"fault-", ERR_FAULT},
    {"html-", ERR_PROTOCOL},
    {"unparsable-", ERR_UNPARSABLE},
};

/* Recorded results whose JSON must contain `part`. */
static const struct {
    const char *name, *part;
} contents[] = {
    {"001-", "\"server_version\":\"17.0\""},
    {"005-", "false"},
    {"017-", "[]"},
    {"041-", "[{\"id\":1,\"number\":\"HT00001\"}]"},
    {"072-", "\"relation\":\"res.partner\""},
    {"122-", "[52,\"Société Müller & Fils 013, Prénom Nom-13-1\"]"},
    {"124-", "[]"},
    {"126-", "[1,2,3,4,5,6,7,8,9,10,"},
    {"176-", "é😀👩‍🚒 ﷽"},
    {"187-", "e-8}"},
    {"68-x2", "\"server_serie\":\"19.0\""},
    {"72-x2", "false"},
    {"value-wrong-login", "false"},
    {"value-nothing-by-record-rule", "[]"},
    {"value-read-some-gone", "[{\"id\":2,\"number\":\"HT00002\"}]"},
    {"value-ids", "[1,2,3,4]"},
    {"value-many2one-with-name", "[31,\"Atelier Dupré <& fils>\"]"},
    {"value-draft-invoice",
     "\"state\":\"draft\",\"payment_state\":\"not_paid\",\"invoice_date\":false"},
    {"value-amounts", "\"amount_total\":1234.5,"},
    {"value-exponent", "e-7}"},
};

static int expected_code(const char *name)
{
    for (size_t i = 0; i < sizeof recordings / sizeof *recordings; i++)
        if (!strncmp(name, recordings[i].name, strlen(recordings[i].name)))
            return recordings[i].code;
    return 0;
}

static void check_content(const char *name, const json_t *result)
{
    char *dumped = json_dumps(result, JSON_COMPACT | JSON_ENCODE_ANY);

    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
        if (!strncmp(name, contents[i].name, strlen(contents[i].name)) &&
            !strstr(dumped, contents[i].part))
            fail_msg("%s: no %s in %.200s", name, contents[i].part, dumped);
    free(dumped);
}

static char *read_file(const char *directory, const char *name, size_t *length)
{
    static char bytes[1 << 20];
    char path[800];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    *length = fread(bytes, 1, sizeof bytes - 1, file);
    bytes[*length] = '\0';
    fclose(file);
    return bytes;
}

/* The XML of a recording. Those of Odoo 19 begin with HTTP headers; JSON-RPC ones are skipped. */
static const char *xml_of(const char *bytes, size_t *length)
{
    const char *blank = strncmp(bytes, "HTTP/", 5) ? NULL : strstr(bytes, "\n\n");

    if (!blank)
        return bytes;
    if (!memmem(bytes, (size_t)(blank - bytes), "text/xml", 8) &&
        !memmem(bytes, (size_t)(blank - bytes), "text/html", 9))
        return NULL;
    *length -= (size_t)(blank + 2 - bytes);
    return blank + 2;
}

static void check_recording(const char *directory, const char *name, int *checked)
{
    struct fault_context call = {.model = "a.b", .method = "m", .database = "nodb"};
    struct decoded answer;
    struct error error;
    size_t length;
    const char *bytes = read_file(directory, name, &length);
    const char *xml = xml_of(bytes, &length);
    int code;

    if (!xml)
        return;
    code = decode_bytes(xml, length, &answer, &error);
    if (!code && answer.fault_string)
        code = fault_classify(&call, answer.fault_code, answer.fault_string, &error);
    if (code != expected_code(name))
        fail_msg("%s: %d instead of %d: %s", name, code, expected_code(name), error.message);
    if (!code)
        check_content(name, answer.result);
    else
        assert_null(strstr(error.message, "Traceback"));
    decoded_clear(&answer);
    ++*checked;
}

/* Returns false when there is no such directory. */
static bool check_directory(const char *root, const char *version, int at_least)
{
    char path[400];
    struct dirent *entry;
    int checked = 0;
    DIR *directory;

    snprintf(path, sizeof path, "%s/%s", root, version);
    directory = opendir(path);
    if (!directory)
        return false;
    while ((entry = readdir(directory)) != NULL) {
        const char *tail = strstr(entry->d_name, ".response");

        if (tail && (!strcmp(tail, ".response.xml") || !strcmp(tail, ".response")))
            check_recording(path, entry->d_name, &checked);
    }
    closedir(directory);
    print_message("%d answers in %s\n", checked, path);
    assert_true(checked >= at_least);
    return true;
}

static void check_version(const char *version, int at_least, int recorded)
{
    const char *wire = getenv("QUALIODOO_WIRE") ? getenv("QUALIODOO_WIRE") : "../shared/wire";

    assert_true(check_directory("tests/samples", version, at_least));
    if (!check_directory(wire, version, recorded))
        print_message("no recordings in %s/%s\n", wire, version);
}

static void test_answers_of_17(void **state)
{
    (void)state;
    check_version("odoo17", 30, 100);
}

static void test_answers_of_19(void **state)
{
    (void)state;
    check_version("odoo19", 25, 35);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_refused),       cmocka_unit_test(test_depth),
        cmocka_unit_test(test_every_cut),     cmocka_unit_test(test_faults),
        cmocka_unit_test(test_fault_answers), cmocka_unit_test(test_encode),
        cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_text),
        cmocka_unit_test(test_answers_of_17), cmocka_unit_test(test_answers_of_19),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
