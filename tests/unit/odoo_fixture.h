/* odoo_fixture.h - a client of Odoo and a server whose faults the test chooses. */
#ifndef QUALIODOO_TESTS_ODOO_FIXTURE_H
#define QUALIODOO_TESTS_ODOO_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http_server.h"
#include "odoo/client.h"
#include "qualiodoo/odoo/execute.h"

#define OPEN "<?xml version='1.0'?>\n<methodResponse><params><param><value>"
#define CLOSE "</value></param></params></methodResponse>\n"
#define SECRET "hush-hush-hush"

static const char answer_uid[] __attribute__((unused)) = OPEN "<int>2</int>" CLOSE;
static const char answer_true[] __attribute__((unused)) = OPEN "<boolean>1</boolean>" CLOSE;
#define FAULT(code, text)                                                                          \
    "<?xml version='1.0'?>\n<methodResponse><fault><value><struct><member><name>faultCode</name>"  \
    "<value><int>" code                                                                            \
    "</int></value></member><member><name>faultString</name><value><string>" text                  \
    "</string></value></member></struct></value></fault></methodResponse>"

static const char page_502[] __attribute__((unused)) =
    "<html><head><title>502 Bad Gateway</title></head></html>";

static inline void send_ok(int fd, const char *body)
{
    server_answer(fd, "200 OK", "", body, strlen(body));
}

static inline bool is_authenticate(const char *request)
{
    return strstr(request, "<methodName>authenticate<") != NULL;
}

/* ---- a client and its server ---- */

struct fixture {
    struct server server;
    struct odoo *odoo;
    struct error error;
    atomic_int asked, cancel_after; /* `cancelled` returns true at this call; 0: never */
};

static inline bool cancelled(void *context)
{
    struct fixture *fixture = context;
    int asked = atomic_fetch_add(&fixture->asked, 1) + 1;

    return fixture->cancel_after > 0 && asked >= fixture->cancel_after;
}

static inline struct odoo_options default_options(struct fixture *fixture)
{
    return (struct odoo_options){.url = fixture->server.url,
                                 .database = "support",
                                 .login = "agent@example.com",
                                 .secret = SECRET,
                                 .connect_timeout_ms = 2000,
                                 .timeout_ms = 5000,
                                 .max_response = 8 << 20,
                                 .max_attempts = 3,
                                 .cancelled = cancelled,
                                 .context = fixture};
}

static inline void open_with(struct fixture *fixture, const struct odoo_options *options)
{
    if (odoo_open(options, &fixture->odoo, &fixture->error))
        fail_msg("%s", fixture->error.message);
    odoo_set_backoff(fixture->odoo, 20, 40);
}

static inline void start(struct fixture *fixture,
                         bool (*serve)(struct server *, int, const char *, int))
{
    struct odoo_options options;

    memset(fixture, 0, sizeof *fixture);
    server_start(&fixture->server, serve, fixture);
    options = default_options(fixture);
    open_with(fixture, &options);
}

static inline void stop(struct fixture *fixture)
{
    odoo_free(fixture->odoo);
    server_stop(&fixture->server);
    server_clear(&fixture->server);
}

/* Calls the method b of the model a; the answer, if any, is dropped. */
static inline int call(struct fixture *fixture, bool safe)
{
    json_t *arguments = json_array(), *result = NULL;
    struct odoo_call execute = {
        .model = "res.partner", .method = "m", .arguments = arguments, .safe = safe};
    int code;

    fixture->error = (struct error){0};
    code = odoo_execute(fixture->odoo, &execute, &result, &fixture->error);
    json_decref(arguments);
    json_decref(result);
    assert_null(strstr(fixture->error.message, SECRET));
    return code;
}

static inline void expect(const struct fixture *fixture, int code, int found,
                          enum error_retry retry, const char *words)
{
    if (found != code || fixture->error.code != code || fixture->error.retry != retry ||
        !strstr(fixture->error.message, words))
        fail_msg("%d (retry %d): %s", found, (int)fixture->error.retry, fixture->error.message);
}

#endif
