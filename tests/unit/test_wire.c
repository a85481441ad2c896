/* test_wire.c - each protocol: what a call looks like, what a failure means, and which of them is
 * chosen. */
#include "odoo_fixture.h"
#include "qualiodoo/odoo/execute.h"
#include "qualiodoo/odoo/protocol.h"
#include "qualiodoo/odoo/session.h"

/* ---- what is written ---- */

static const struct wire_session session = {
    .database = "support", .login = "agent@example.com", .secret = SECRET, .uid = 7};

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    return value;
}

/* Checks the text of a call; `body` NULL: a GET. */
static void expect_text(const struct wire *wire, const struct wire_call *call, const char *path,
                        const char *body)
{
    struct wire_text text = {0};
    struct error error = {0};

    if (wire->write(&session, call, &text, &error))
        fail_msg("%s", error.message);
    assert_string_equal(text.path, path);
    if (body) {
        assert_int_equal(text.length, strlen(body));
        assert_memory_equal(text.body, body, text.length);
    } else
        assert_null(text.body);
    assert_int_equal(text.bears_key, wire == &wire_json2 && call->kind != WIRE_VERSION);
    wire_text_clear(&text);
    assert_null(text.body);
}

static void test_version_and_login(void **state)
{
    static const struct wire_call version = {.kind = WIRE_VERSION};
    static const struct wire_call login = {.kind = WIRE_AUTHENTICATE};

    (void)state;
    expect_text(&wire_jsonrpc, &version, "/jsonrpc",
                "{\"jsonrpc\":\"2.0\",\"method\":\"call\",\"id\":1,\"params\":{\"service\":"
                "\"common\",\"method\":\"version\",\"args\":[]}}");
    expect_text(&wire_jsonrpc, &login, "/jsonrpc",
                "{\"jsonrpc\":\"2.0\",\"method\":\"call\",\"id\":1,\"params\":{\"service\":"
                "\"common\",\"method\":\"authenticate\",\"args\":[\"support\","
                "\"agent@example.com\",\"" SECRET "\",{}]}}");
    expect_text(&wire_json2, &version, "/web/version", NULL);
    expect_text(&wire_json2, &login, "/json/2/res.users/context_get", "{}");
}

/* A call with the arguments and the keywords that these texts hold. */
static void expect_execute(const struct wire *wire, const char *method, const char *arguments,
                           const char *keywords, const char *body)
{
    struct wire_call call = {.kind = WIRE_EXECUTE,
                             .model = "a.b",
                             .method = method,
                             .arguments = parse(arguments),
                             .keywords = keywords ? parse(keywords) : NULL};
    char path[60] = "/jsonrpc";

    if (wire == &wire_json2)
        snprintf(path, sizeof path, "/json/2/a.b/%s", method);
    expect_text(wire, &call, path, body);
    json_decref(call.arguments);
    json_decref(call.keywords);
}

static void test_execute_over_jsonrpc(void **state)
{
    (void)state;
    expect_execute(&wire_jsonrpc, "write", "[[1],{\"name\":\"\xC3\xA9\"}]", NULL,
                   "{\"jsonrpc\":\"2.0\",\"method\":\"call\",\"id\":1,\"params\":{\"service\":"
                   "\"object\",\"method\":\"execute_kw\",\"args\":[\"support\",7,\"" SECRET
                   "\",\"a.b\",\"write\",[[1],{\"name\":\"\xC3\xA9\"}],{}]}}");
}

static void test_execute_over_json2_names_each_argument(void **state)
{
    static const struct {
        const char *method, *arguments, *keywords, *body;
    } cases[] = {
        {"search", "[[[\"id\",\">\",0]]]", "{\"limit\":5,\"context\":{\"active_test\":false}}",
         "{\"limit\":5,\"context\":{\"active_test\":false},\"domain\":[[\"id\",\">\",0]]}"},
        {"search_count", "[[]]", NULL, "{\"domain\":[]}"},
        {"search_read", "[[]]", "{\"fields\":[\"name\"]}", "{\"fields\":[\"name\"],\"domain\":[]}"},
        {"web_search_read", "[[]]", "{\"specification\":{\"name\":{}}}",
         "{\"specification\":{\"name\":{}},\"domain\":[]}"},
        {"read", "[[1,2]]", "{\"load\":\"\"}", "{\"load\":\"\",\"ids\":[1,2]}"},
        {"fields_get", "[[\"name\"]]", NULL, "{\"allfields\":[\"name\"]}"},
        {"create", "[{\"name\":\"x\"}]", NULL, "{\"vals_list\":[{\"name\":\"x\"}]}"},
        {"create", "[[{\"name\":\"x\"}]]", NULL, "{\"vals_list\":[{\"name\":\"x\"}]}"},
        {"write", "[[1],{\"name\":false}]", NULL, "{\"ids\":[1],\"vals\":{\"name\":false}}"},
        {"unlink", "[[1]]", NULL, "{\"ids\":[1]}"},
        {"message_post", "[[1]]", "{\"body\":\"x\"}", "{\"body\":\"x\",\"ids\":[1]}"},
        {"load", "[[\"name\"],[[\"x\"]]]", NULL, "{\"fields\":[\"name\"],\"data\":[[\"x\"]]}"},
        {"has_group", "[[7],\"a.b\"]", NULL, "{\"ids\":[7],\"group_ext_id\":\"a.b\"}"},
        {"has_access", "[[],\"write\"]", NULL, "{\"operation\":\"write\"}"},
        {"check_access_rights", "[\"write\",false]", NULL,
         "{\"operation\":\"write\",\"raise_exception\":false}"},
        {"check_object_reference", "[\"a\",\"b\"]", NULL, "{\"module\":\"a\",\"xml_id\":\"b\"}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_execute(&wire_json2, cases[i].method, cases[i].arguments, cases[i].keywords,
                       cases[i].body);
}

static void expect_refused(const struct wire_session *caller, const struct wire_call *call,
                           int code, const char *words)
{
    struct wire_text text = {0};
    struct error error = {0};

    assert_int_equal(wire_json2.write(caller, call, &text, &error), code);
    assert_non_null(strstr(error.message, words));
    assert_null(strstr(error.message, SECRET));
    assert_null(text.path);
}

static void test_what_json2_cannot_write(void **state)
{
    struct wire_session broken = session;
    json_t *none = json_array(), *many = parse("[1,2,3]");

    (void)state;
    expect_refused(&session,
                   &(struct wire_call){WIRE_EXECUTE, "mail.message", "message_format", none, NULL},
                   ERR_FAULT, "mail.message.message_format has no form in JSON-2");
    expect_refused(&session, &(struct wire_call){WIRE_EXECUTE, "a/../b", "read", none, NULL},
                   ERR_FAULT, "no form");
    expect_refused(&session, &(struct wire_call){WIRE_EXECUTE, "a.b", "write", many, NULL},
                   ERR_FAULT, "no form");
    broken.secret = SECRET "\r\nX-Evil: 1";
    expect_refused(&broken, &(struct wire_call){.kind = WIRE_AUTHENTICATE}, ERR_CONFIG,
                   "no API key");
    json_decref(none);
    json_decref(many);
}

/* ---- what failures mean ---- */

#define TRACE "Traceback (most recent call last):\\n  x\\n"
#define BODY(name, message, debug)                                                                 \
    "{\"name\": \"" name "\", \"message\": \"" message "\", \"arguments\": [], \"context\": {}, "  \
    "\"debug\": \"" debug "\"}"

/* The answer to every call but the login. */
static const struct failure {
    const char *status, *body;
    int code;
    enum error_retry retry;
    const char *words;
} * failing;
static enum odoo_protocol speaking;

static void answer(int fd, const char *status, const char *body)
{
    server_answer(fd, status, "", body, strlen(body));
}

/* The user of the key, as JSON-2 reads it. */
#define OWNER "[{\"id\": 2, \"login\": \"agent@example.com\"}]"

static bool serve_failure(struct server *server, int fd, const char *request, int number)
{
    char body[4096];

    (void)server, (void)number;
    if (strstr(request, "authenticate"))
        send_ok(fd, "{\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": 2}");
    else if (strstr(request, "context_get"))
        send_ok(fd, "{\"lang\": \"fr_FR\", \"tz\": false, \"uid\": 2}");
    else if (strstr(request, "/res.users/read"))
        send_ok(fd, OWNER);
    else if (speaking == ODOO_JSON2)
        answer(fd, failing->status, failing->body);
    else {
        snprintf(body, sizeof body,
                 "{\"jsonrpc\": \"2.0\", \"id\": 1, \"error\": {\"code\": 0, \"message\": "
                 "\"Odoo Server Error\", \"data\": %s}}",
                 failing->body);
        send_ok(fd, body);
    }
    return false;
}

static void start_speaking(struct fixture *fixture, enum odoo_protocol protocol,
                           bool (*serve)(struct server *, int, const char *, int))
{
    struct odoo_options options;

    memset(fixture, 0, sizeof *fixture);
    server_start(&fixture->server, serve, fixture);
    options = default_options(fixture);
    options.protocol = protocol;
    options.max_attempts = 1;
    open_with(fixture, &options);
}

static void expect_failures(enum odoo_protocol protocol, const struct failure *failures)
{
    struct fixture fixture;

    speaking = protocol;
    start_speaking(&fixture, protocol, serve_failure);
    for (failing = failures; failing->body; failing++) {
        json_t *arguments = json_pack("[[i]]", 1), *result = NULL;
        /* Not safe: each gets a connection of its own, as this server closes them. */
        struct odoo_call read = {.model = "a.b", .method = "read", .arguments = arguments};

        fixture.error = (struct error){0};
        expect(&fixture, failing->code, odoo_execute(fixture.odoo, &read, &result, &fixture.error),
               failing->retry, failing->words);
        assert_null(strstr(fixture.error.message, SECRET));
        assert_null(strstr(fixture.error.message, "Traceback"));
        json_decref(arguments);
    }
    stop(&fixture);
}

static void test_failures_of_jsonrpc(void **state)
{
    static const struct failure failures[] = {
        {NULL, BODY("odoo.exceptions.AccessDenied", "Access Denied", ""), ERR_ACCESS_DENIED,
         RETRY_NEVER, "odoo.login, odoo.secret_file"},
        {NULL, BODY("odoo.exceptions.AccessError", "No " SECRET, TRACE), ERR_ACCESS_RIGHTS,
         RETRY_NEVER, "'No ***'"},
        {NULL, BODY("odoo.exceptions.UserError", "Object a.b doesn't exist", TRACE),
         ERR_MISSING_MODEL, RETRY_NEVER, "no model 'a.b'"},
        {NULL, BODY("odoo.exceptions.ValidationError", "No so", TRACE), ERR_REFUSED, RETRY_NEVER,
         "'No so'"},
        {NULL,
         BODY("odoo.exceptions.MissingError",
              "Record does not exist or has been deleted.\\n(Record: a.b(9,), User: 5)", TRACE),
         ERR_MISSING_RECORD, RETRY_NEVER, "gone"},
        {NULL, BODY("builtins.ValueError", "x", TRACE "ValueError: Invalid field 'n' on 'a.b'\\n"),
         ERR_MISSING_FIELD, RETRY_NEVER, "Invalid field 'n'"},
        {NULL, BODY("builtins.KeyError", "x", TRACE "KeyError: 'read'\\n"), ERR_MISSING_FIELD,
         RETRY_NEVER, "read"},
        {NULL,
         BODY("psycopg2.OperationalError", "x",
              TRACE "psycopg2.OperationalError: FATAL:  database \\\"support\\\" does not exist"),
         ERR_ACCESS_DENIED, RETRY_NEVER, "no database 'support'"},
        {NULL,
         BODY("psycopg2.errors.SerializationFailure", "x",
              TRACE "psycopg2.errors.SerializationFailure: could not serialize access"),
         ERR_CONCURRENCY, RETRY_LATER, "two writers met"},
        {NULL,
         BODY("builtins.TypeError", "x",
              TRACE "TypeError: keys must be str, int, float, bool or None, not tuple"),
         ERR_FAULT, RETRY_NEVER, "was executed"},
        {0}};

    (void)state;
    expect_failures(ODOO_JSONRPC, failures);
}

static void test_failures_of_json2(void **state)
{
    static const struct failure failures[] = {
        {"401 UNAUTHORIZED",
         BODY("werkzeug.exceptions.Unauthorized", "Invalid apikey",
              TRACE "werkzeug.exceptions.Unauthorized: 401 Unauthorized: Invalid apikey"),
         ERR_ACCESS_DENIED, RETRY_NEVER, "revoked or has expired, or it is a password"},
        {"401 Unauthorized", "<title>Log in</title>", ERR_ACCESS_DENIED, RETRY_NEVER,
         "let /json/2 through"},
        {"403 FORBIDDEN", BODY("odoo.exceptions.AccessError", "No " SECRET, TRACE),
         ERR_ACCESS_RIGHTS, RETRY_NEVER, "'No ***'"},
        {"403 Forbidden", "<title>Firewall</title>", ERR_ACCESS_DENIED, RETRY_NEVER, "Firewall"},
        {"404 NOT FOUND",
         BODY("werkzeug.exceptions.NotFound", "the model 'a.b' does not exist", TRACE),
         ERR_MISSING_MODEL, RETRY_NEVER, "no model 'a.b'"},
        {"404 NOT FOUND",
         BODY("werkzeug.exceptions.NotFound", "The method 'a.b.read' does not exist",
              TRACE "werkzeug.exceptions.NotFound: The method 'a.b.read' does not exist"),
         ERR_FAULT, RETRY_NEVER, "The method"},
        {"404 NOT FOUND",
         BODY("odoo.exceptions.MissingError",
              "Record does not exist or has been deleted.\\n(Record: a.b(9,), User: 5)", TRACE),
         ERR_MISSING_RECORD, RETRY_NEVER, "gone"},
        {"404 NOT FOUND",
         "<!DOCTYPE html>\n<title>404 Not Found</title>\n<p>No database is selected</p>\n"
         "<!-- Alternatively, use the X-Odoo-Database header. -->\n",
         ERR_ACCESS_DENIED, RETRY_NEVER, "no database 'support'"},
        {"404 NOT FOUND", "<title>404 Not Found</title>", ERR_PROTOCOL, RETRY_NEVER,
         "no JSON-2, which exists since Odoo 19"},
        {"422 UNPROCESSABLE ENTITY", BODY("odoo.exceptions.UserError", "No so", TRACE), ERR_REFUSED,
         RETRY_NEVER, "'No so'"},
        {"422 UNPROCESSABLE ENTITY", BODY("odoo.addons.x.Locked", "Locked", TRACE), ERR_REFUSED,
         RETRY_NEVER, "'Locked'"},
        {"422 UNPROCESSABLE ENTITY",
         BODY("werkzeug.exceptions.UnprocessableEntity", "missing a required argument: 'domain'",
              TRACE "werkzeug.exceptions.UnprocessableEntity: 422 Unprocessable Entity: missing"),
         ERR_FAULT, RETRY_NEVER, "missing"},
        {"500 INTERNAL SERVER ERROR",
         BODY("builtins.ValueError", "x", TRACE "ValueError: Invalid field 'n' on 'a.b'\\n"),
         ERR_MISSING_FIELD, RETRY_NEVER, "Invalid field 'n'"},
        {"500 INTERNAL SERVER ERROR",
         BODY("psycopg2.errors.SerializationFailure", "x",
              TRACE "psycopg2.errors.SerializationFailure: probe"),
         ERR_CONCURRENCY, RETRY_LATER, "two writers met"},
        {"500 INTERNAL SERVER ERROR",
         BODY("builtins.TypeError", "x",
              TRACE "TypeError: keys must be str, int, float, bool or None, not tuple"),
         ERR_FAULT, RETRY_NEVER, "Odoo failed"},
        {"500 Internal Server Error", "<title>Oops</title>", ERR_NETWORK, RETRY_LATER, "Oops"},
        {"502 Bad Gateway", "{\"name\": \"x\"}", ERR_NETWORK, RETRY_LATER, "behind its proxy"},
        {0}};

    (void)state;
    expect_failures(ODOO_JSON2, failures);
}

/* ---- which one is chosen, and its headers ---- */

/* A server of this version, that has these protocols and takes the secret as a key or not. */
static struct {
    const char *version;
    bool has_xml, has_json2, takes_key;
    const char *owner; /* of the key */
} offer = {.owner = OWNER};

static bool serve_offer(struct server *server, int fd, const char *request, int number)
{
    char body[300];

    (void)server, (void)number;
    if (strncmp(request, "POST /xmlrpc/2/", 15) == 0 && offer.has_xml) {
        snprintf(body, sizeof body,
                 OPEN "<struct><member><name>server_version</name><value><string>%s</string>"
                      "</value></member></struct>" CLOSE,
                 offer.version);
        send_ok(fd, is_authenticate(request) ? answer_uid : body);
    } else if (strncmp(request, "POST /jsonrpc ", 14) == 0) {
        snprintf(body, sizeof body, "{\"result\": {\"server_version\": \"%s\"}}", offer.version);
        send_ok(fd, strstr(request, "authenticate") ? "{\"result\": 2}" : body);
    } else if (strncmp(request, "GET /web/version ", 17) == 0 && offer.has_json2) {
        snprintf(body, sizeof body, "{\"version\": \"%s\"}", offer.version);
        send_ok(fd, body);
    } else if (strncmp(request, "POST /json/2/", 13) == 0 && offer.has_json2) {
        if (offer.takes_key)
            send_ok(fd, strstr(request, "/res.users/read") ? offer.owner : "{\"uid\": 2}");
        else
            answer(fd, "401 UNAUTHORIZED",
                   BODY("werkzeug.exceptions.Unauthorized", "Invalid apikey", ""));
    } else
        answer(fd, "404 NOT FOUND", "<title>404 Not Found</title>");
    return false;
}

static const char *without;

static void note_without(void *context, const char *protocol)
{
    (void)context;
    without = protocol;
}

/* What `auto` chooses, and whether it says that XML-RPC is gone. */
static void expect_choice(const char *name, bool is_said)
{
    struct fixture fixture;
    struct odoo_options options;
    int code;

    memset(&fixture, 0, sizeof fixture);
    server_start(&fixture.server, serve_offer, &fixture);
    options = default_options(&fixture);
    options.protocol = ODOO_AUTO;
    options.max_attempts = 1;
    options.without_xmlrpc = note_without;
    open_with(&fixture, &options);
    without = NULL;
    assert_null(odoo_protocol_name(fixture.odoo));
    code = odoo_authenticate(fixture.odoo, &fixture.error);
    if (code)
        fail_msg("%s", fixture.error.message);
    assert_string_equal(odoo_protocol_name(fixture.odoo), name);
    assert_int_equal(odoo_uid(fixture.odoo), 2);
    assert_int_equal(without != NULL, is_said);
    stop(&fixture);
}

static void test_auto(void **state)
{
    (void)state;
    offer.version = "17.0";
    offer.has_xml = true;
    expect_choice("xmlrpc", false);
    offer.version = "saas~19.1+e";
    offer.has_json2 = true;
    expect_choice("xmlrpc", false);
    offer.takes_key = true;
    expect_choice("json2", false);
    offer.has_xml = false;
    expect_choice("json2", true);
    offer.takes_key = false;
    expect_choice("jsonrpc", true);
    offer.has_json2 = false;
    offer.version = "17.0";
    expect_choice("jsonrpc", true);
}

static bool serve_nothing(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request, (void)number;
    answer(fd, "404 NOT FOUND", "<title>404 Not Found</title>");
    return false;
}

static void test_auto_without_odoo(void **state)
{
    struct fixture fixture;

    (void)state;
    start_speaking(&fixture, ODOO_AUTO, serve_nothing);
    expect(&fixture, ERR_PROTOCOL, odoo_authenticate(fixture.odoo, &fixture.error), RETRY_NEVER,
           "no Odoo at that address");
    assert_null(odoo_protocol_name(fixture.odoo));
    stop(&fixture);
}

/* JSON-2 is not told the login: the key of another user is refused, and one without a user. */
static void test_the_key_of_another_user_is_refused(void **state)
{
    static const char *const owners[] = {"[{\"id\": 2, \"login\": \"admin\"}]", "[]", "null",
                                         "[{\"id\": 2, \"login\": false}]"};
    struct fixture fixture;

    (void)state;
    offer.version = "19.0";
    offer.has_json2 = offer.takes_key = true;
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
        offer.owner = owners[i];
        start_speaking(&fixture, ODOO_JSON2, serve_offer);
        expect(&fixture, ERR_ACCESS_DENIED, odoo_authenticate(fixture.odoo, &fixture.error),
               RETRY_NEVER, "belongs to the user");
        assert_int_equal(odoo_uid(fixture.odoo), 0);
        stop(&fixture);
    }
    offer.owner = OWNER;
}

/* The key goes to JSON-2 alone, the database to each. */
static void test_headers(void **state)
{
    struct fixture fixture;
    const char *version;

    (void)state;
    offer.version = "19.0";
    offer.has_xml = offer.has_json2 = offer.takes_key = true;
    for (int protocol = ODOO_XMLRPC; protocol <= ODOO_JSON2; protocol++) {
        bool is_json2 = protocol == ODOO_JSON2;

        start_speaking(&fixture, (enum odoo_protocol)protocol, serve_offer);
        assert_int_equal(odoo_version(fixture.odoo, &version, &fixture.error), 0);
        assert_string_equal(version, "19.0");
        assert_null(strstr(fixture.server.last, SECRET));
        assert_int_equal(odoo_authenticate(fixture.odoo, &fixture.error), 0);
        server_stop(&fixture.server);
        assert_non_null(strstr(fixture.server.last, "\r\nX-Odoo-Database: support\r\n"));
        assert_non_null(strstr(fixture.server.last,
                               protocol == ODOO_XMLRPC ? "\r\nContent-Type: text/xml\r\n"
                                                       : "\r\nContent-Type: application/json\r\n"));
        assert_int_equal(strstr(fixture.server.last, "\r\nAuthorization: Bearer " SECRET "\r\n") !=
                             NULL,
                         is_json2);
        odoo_free(fixture.odoo);
        server_clear(&fixture.server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_and_login),
        cmocka_unit_test(test_execute_over_jsonrpc),
        cmocka_unit_test(test_execute_over_json2_names_each_argument),
        cmocka_unit_test(test_what_json2_cannot_write),
        cmocka_unit_test(test_failures_of_jsonrpc),
        cmocka_unit_test(test_failures_of_json2),
        cmocka_unit_test(test_auto),
        cmocka_unit_test(test_auto_without_odoo),
        cmocka_unit_test(test_the_key_of_another_user_is_refused),
        cmocka_unit_test(test_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
