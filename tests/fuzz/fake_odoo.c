/* fake_odoo.c - what the linker takes instead of odoo/open.c, odoo/client.c, odoo/session.c,
 * odoo/execute.c and odoo/protocol.c. A request holds its arguments as JSON, and an answer its
 * result. */
#include "fake_odoo.h"

#include <stdlib.h>
#include <string.h>

#include "odoo/client.h"
#include "odoo/execute_internal.h"
#include "odoo/fault.h"
#include "qualiodoo/odoo/protocol.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/util/clock.h"

static fake_odoo_answer *answer_of;
static pthread_mutex_t line = PTHREAD_MUTEX_INITIALIZER;

void fake_odoo_set(fake_odoo_answer *answer)
{
    answer_of = answer;
}

int odoo_open(const struct odoo_options *options, struct odoo **ret_odoo, struct error *error)
{
    struct odoo *odoo = calloc(1, sizeof *odoo);

    if (!odoo)
        return error_memory(error);
    odoo->options = *options;
    odoo->max_elements = odoo->max_ids = 1 << 20;
    odoo->id_page = 10000;
    *ret_odoo = odoo;
    return 0;
}

void odoo_free(struct odoo *odoo)
{
    free(odoo);
}

int odoo_set_language(struct odoo *odoo, const char *language, struct error *error)
{
    (void)odoo;
    (void)language;
    (void)error;
    return 0;
}

void odoo_set_permit(struct odoo *odoo, bool (*permit)(void *context), void *context)
{
    (void)odoo;
    (void)permit;
    (void)context;
}

void odoo_stats(const struct odoo *odoo, struct odoo_stats *ret_stats)
{
    *ret_stats = (struct odoo_stats){.calls = odoo->calls};
}

bool odoo_clock(struct odoo *odoo, struct odoo_clock *ret)
{
    (void)odoo;
    (void)ret;
    return false;
}

struct http_abort odoo_abort(const struct odoo *odoo)
{
    return (struct http_abort){odoo->options.cancelled, odoo->options.context};
}

void odoo_set_backoff(struct odoo *odoo, int64_t base_ms, int64_t max_ms)
{
    (void)odoo;
    (void)base_ms;
    (void)max_ms;
}

void odoo_set_patience(struct odoo *odoo, int64_t patience_ms)
{
    (void)odoo;
    (void)patience_ms;
}

/* Never reached: nothing that passes by itself is answered. */
int odoo_pause(struct odoo *odoo, int attempt, const struct http_abort *abort, struct error *error)
{
    (void)odoo;
    (void)attempt;
    (void)abort;
    return error->code;
}

int odoo_version(struct odoo *odoo, const char **ret_version, struct error *error)
{
    (void)odoo;
    (void)error;
    *ret_version = "17.0";
    return 0;
}

int odoo_major_version(struct odoo *odoo, int *ret_major, struct error *error)
{
    (void)odoo;
    (void)error;
    *ret_major = 17;
    return 0;
}

int odoo_protocol_dropped_by(struct odoo *odoo, int *ret_version, struct error *error)
{
    (void)odoo;
    (void)error;
    *ret_version = 0;
    return 0;
}

int odoo_ping(struct odoo *odoo, struct error *error)
{
    (void)odoo;
    (void)error;
    return 0;
}

int odoo_authenticate(struct odoo *odoo, struct error *error)
{
    (void)error;
    odoo->uid = 3;
    return 0;
}

int64_t odoo_uid(const struct odoo *odoo)
{
    return odoo->uid;
}

void odoo_assume(struct odoo *odoo, const struct odoo_login *login)
{
    odoo->uid = login->uid;
}

struct odoo_login odoo_login(const struct odoo *odoo)
{
    return (struct odoo_login){.uid = odoo->uid, .protocol = ODOO_XMLRPC};
}

const char *odoo_protocol_name(const struct odoo *odoo)
{
    (void)odoo;
    return "xmlrpc";
}

const char *odoo_protocol_title(const struct odoo *odoo)
{
    (void)odoo;
    return "XML-RPC";
}

bool odoo_protocol_takes_keys_only(const struct odoo *odoo)
{
    (void)odoo;
    return false;
}

bool odoo_secret_has_key_form(const struct odoo *odoo)
{
    (void)odoo;
    return true;
}

/* ---- Calls ---- */

int odoo_request_execute(struct odoo *odoo, const struct odoo_call *call,
                         struct odoo_request *ret_request, struct error *error)
{
    json_t *all = json_pack("[O, o]", call->arguments,
                            call->keywords ? json_incref(call->keywords) : json_object());
    char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;

    (void)odoo;
    json_decref(all);
    if (!text)
        return error_memory(error);
    *ret_request = (struct odoo_request){.model = call->model,
                                         .method = call->method,
                                         .text = {.body = text, .length = strlen(text)},
                                         .safe = call->safe};
    return 0;
}

void odoo_request_clear(struct odoo_request *request)
{
    free(request->text.body);
    request->text.body = NULL;
}

/* The answer as JSON, or NULL: Odoo has no such model. */
static json_t *answer(struct odoo *odoo, const struct odoo_request *request)
{
    json_t *all = json_loadb(request->text.body, request->text.length, 0, NULL), *result;

    pthread_mutex_lock(&line);
    odoo->calls++;
    result =
        answer_of(request->model, request->method, json_array_get(all, 0), json_array_get(all, 1));
    pthread_mutex_unlock(&line);
    json_decref(all);
    return result;
}

static int no_model(const struct odoo *odoo, const struct odoo_request *request,
                    struct error *error)
{
    struct fault_context context = {.model = request->model,
                                    .method = request->method,
                                    .database = odoo->options.database,
                                    .request = request->text.body,
                                    .request_length = request->text.length,
                                    .before = "\"",
                                    .after = "\""};
    char fault[300];

    snprintf(fault, sizeof fault, "Object %s doesn't exist", request->model);
    return fault_classify(&context, 2, fault, error);
}

/* Tells a value as events. */
static int tell(const struct sink *sink, json_t *value, struct error *error)
{
    struct event event = {.truth = json_is_true(value),
                          .integer = json_integer_value(value),
                          .real = json_real_value(value),
                          .text = json_string_value(value),
                          .length = json_string_length(value)};
    static const enum event_kind kinds[] = {
        [JSON_OBJECT] = EVENT_OBJECT,   [JSON_ARRAY] = EVENT_LIST, [JSON_STRING] = EVENT_TEXT,
        [JSON_INTEGER] = EVENT_INTEGER, [JSON_REAL] = EVENT_REAL,  [JSON_TRUE] = EVENT_BOOLEAN,
        [JSON_FALSE] = EVENT_BOOLEAN,   [JSON_NULL] = EVENT_NULL,
    };
    const char *name;
    json_t *item;
    size_t i;
    int rc;

    event.kind = kinds[json_typeof(value)];
    rc = sink->take(sink->context, &event, error);
    json_array_foreach(value, i, item) {
        if (rc == 0)
            rc = tell(sink, item, error);
    }
    json_object_foreach(value, name, item) {
        event = (struct event){.kind = EVENT_KEY, .text = name, .length = strlen(name)};
        if (rc == 0)
            rc = sink->take(sink->context, &event, error);
        if (rc == 0)
            rc = tell(sink, item, error);
    }
    event = (struct event){.kind = EVENT_END};
    return rc == 0 && (json_is_array(value) || json_is_object(value))
               ? sink->take(sink->context, &event, error)
               : rc;
}

int odoo_send(struct odoo *odoo, const struct odoo_request *request, const struct http_abort *abort,
              const struct odoo_result *result, struct error *error)
{
    json_t *value = answer(odoo, request);
    int rc = value ? 0 : no_model(odoo, request, error);

    (void)abort;
    result->again(result->context);
    if (rc == 0)
        rc = tell(&result->sink, value, error);
    json_decref(value);
    return rc;
}

void odoo_tell(const struct odoo *odoo, const struct odoo_trace *trace)
{
    (void)odoo;
    (void)trace;
}

int odoo_call(struct odoo *odoo, const struct odoo_request *request, json_t **ret_result,
              struct error *error)
{
    json_t *value = answer(odoo, request);

    if (!value)
        return no_model(odoo, request, error);
    *ret_result = value;
    return 0;
}

int odoo_execute(struct odoo *odoo, const struct odoo_call *call, json_t **ret_result,
                 struct error *error)
{
    struct odoo_request request = {0};
    int rc = odoo_request_execute(odoo, call, &request, error);

    odoo->uid = 3;
    if (rc == 0)
        rc = odoo_call(odoo, &request, ret_result, error);
    odoo_request_clear(&request);
    return rc;
}
