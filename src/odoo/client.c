/* client.c - makes one call with its retries. open.c opens the client, session.c asks for version
 * and uid, execute.c calls a method, read.c reads records. */
#include "client.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "qualiodoo/util/backoff.h"
#include "qualiodoo/util/clock.h"
#include "text.h"
#include "tree.h"

enum {
    /* With a patience: the longest delay, so that the return of the server is soon noticed. */
    BACKOFF_PATIENT_MAX_MS = 4000,
    /* A longer wait asked for by the server is left to the schedule of the caller. */
    RETRY_AFTER_MAX_S = 60,
    SLICE_MS = 50, /* the longest delay before a request to stop is noticed */
    LINE_SLICE_MS = 5,
};

/* ---- waiting ---- */

struct http_abort odoo_abort(const struct odoo *odoo)
{
    return (struct http_abort){.asked = odoo->options.cancelled, .context = odoo->options.context};
}

static int interrupted(const struct http_abort *abort, struct error *error)
{
    if (abort->asked && abort->asked(abort->context))
        return error_set(error, ERR_INTERRUPTED, "interrupted while waiting for Odoo");
    return 0;
}

static int wait_until(int64_t when_ms, const struct http_abort *abort, struct error *error)
{
    int rc = interrupted(abort, error);
    int64_t left;

    while (!rc && (left = when_ms - clock_monotonic_ms()) > 0) {
        clock_sleep_ms(left < SLICE_MS ? left : SLICE_MS);
        rc = interrupted(abort, error);
    }
    return rc;
}

/* Full jitter: a random delay up to a ceiling that doubles, so that the clients of a server that
 * comes back do not call in lockstep. The first ceiling is a quarter, because most causes pass
 * quickly. */
static int64_t backoff(const struct odoo *odoo, int attempt)
{
    int64_t ceiling, most = odoo->backoff_max_ms;

    if (odoo->options.patience_ms > 0 && most > BACKOFF_PATIENT_MAX_MS)
        most = BACKOFF_PATIENT_MAX_MS;
    ceiling = attempt == 1 ? backoff_wait(odoo->backoff_ms / 4, most, 0)
                           : backoff_wait(odoo->backoff_ms, most, attempt - 2);
    return arc4random_uniform((uint32_t)ceiling + 1);
}

/* How long Odoo has been failing, from the start of the first call that failed. */
static int64_t trouble_ms(const struct odoo *odoo)
{
    int64_t since = atomic_load(&odoo->trouble_since_ms);

    return since ? clock_monotonic_ms() - since : 0; /* another thread may have reset it */
}

/* How long another attempt may still begin; INT64_MAX without a patience. */
static int64_t patience_left_ms(const struct odoo *odoo)
{
    return odoo->options.patience_ms > 0 ? odoo->options.patience_ms - trouble_ms(odoo) : INT64_MAX;
}

/* Notes that a call that began at `began` failed; true when it is the first failure since Odoo
 * answered. */
static bool begin_trouble(struct odoo *odoo, int64_t began)
{
    int64_t none = 0;

    return atomic_compare_exchange_strong(&odoo->trouble_since_ms, &none, began);
}

static void end_trouble(struct odoo *odoo)
{
    atomic_store(&odoo->trouble_since_ms, 0);
    atomic_store(&odoo->wait_told, false);
}

/* Locks `line`. The thread that reads ahead holds it when a callback of odoo_read() calls Odoo,
 * which is rare: polling keeps the wait interruptible. */
static int take_line(struct odoo *odoo, const struct http_abort *abort, struct error *error)
{
    int rc = 0;

    while (!rc && pthread_mutex_trylock(&odoo->line)) {
        clock_sleep_ms(LINE_SLICE_MS);
        rc = interrupted(abort, error);
    }
    return rc;
}

/* ---- one call ---- */

int odoo_request_write(const struct odoo *odoo, const struct wire_call *call,
                       struct odoo_request *request, struct error *error)
{
    struct wire_session session = {.database = odoo->options.database,
                                   .login = odoo->options.login,
                                   .secret = odoo->options.secret,
                                   .uid = odoo->uid};

    return request->wire->write(&session, call, &request->text, error);
}

void odoo_request_clear(struct odoo_request *request)
{
    wire_text_clear(&request->text);
    *request = (struct odoo_request){0};
}

/* Compares the clocks: the server made the answer during the call, so a Date outside of it comes
 * from a clock that differs. */
static void compare_clocks(struct odoo *odoo, int64_t date, instant began, instant ended)
{
    struct odoo_clock clock = {.machine = ended, .server = date};

    odoo->has_clock = date && began <= ended; /* else our clock was set back */
    if (date < began) {
        clock.machine = began;
        clock.ahead_seconds = began - date;
    } else if (date > ended) {
        clock.ahead_seconds = ended - date;
    }
    odoo->clock = clock;
}

/* The typed error of a fault. */
static int classify(const struct odoo *odoo, const struct odoo_request *request,
                    const struct wire_fault *fault, struct error *error)
{
    struct fault_context context = {.model = request->model,
                                    .method = request->method,
                                    .database = odoo->options.database,
                                    .request = request->text.body,
                                    .request_length = request->text.length,
                                    .before = request->wire->before,
                                    .after = request->wire->after,
                                    .commits_first = request->wire->commits_first,
                                    .takes_keys_only = request->wire->takes_keys_only};
    char *text = strdup(fault->text);
    int rc;

    if (!text)
        return error_memory(error);
    text_redact(text, odoo->options.secret);
    rc = fault_classify(&context, fault->code, text, error);
    free(text);
    return rc;
}

/* What a bad status means that no call of Odoo gave. Without the database of the header Odoo's web
 * server knows of no call at all: its page names that header. */
static int refused_by_other(const struct odoo *odoo, const struct odoo_request *request,
                            const struct http_answer *answer, struct error *error)
{
    static const char mark[] = "X-Odoo-Database";

    if (answer->status != 404)
        return error->code;
    if (answer->told_length && memmem(answer->told, answer->told_length, mark, sizeof mark - 1))
        return error_set(error, ERR_ACCESS_DENIED,
                         "there is no database '%s' on this server (HTTP 404 of %s): correct "
                         "odoo.database",
                         odoo->options.database, odoo->options.url);
    if (request->wire->since > 0 && request->text.bears_key)
        return error_set(error, ERR_PROTOCOL,
                         "%s answers HTTP 404: there is no %s, which exists since Odoo %d: correct "
                         "odoo.protocol or odoo.url",
                         odoo->options.url, request->wire->title, request->wire->since);
    return error->code;
}

/* What an answer of a bad status means; `error` holds what HTTP says of it, and keeps that where
 * Odoo itself did not answer. */
static int judge_refusal(const struct odoo *odoo, const struct odoo_request *request, void *reader,
                         const struct http_answer *answer, struct error *error)
{
    struct wire_refusal refusal = {
        .status = answer->status, .body = answer->told, .length = answer->told_length};
    struct wire_fault fault;
    struct error own = {0};
    int known = request->wire->refused ? request->wire->refused(reader, &refusal, &fault, &own) : 0;

    if (known == 0)
        return refused_by_other(odoo, request, answer, error);
    if (known > 0)
        return classify(odoo, request, &fault, error);
    *error = own;
    return known;
}

/* What the attempts of one call share. */
struct attempt {
    const struct http_abort *abort;
    const struct odoo_result *result;
    void *reader; /* of the protocol of the request */
};

/* Sends the request once, with `line` held; the reader takes the answer. */
static int send_now(struct odoo *odoo, const struct odoo_request *request,
                    const struct attempt *attempt, struct http_answer *answer, struct error *error)
{
    const struct wire *wire = request->wire;
    struct http_request send = {.path = request->text.path,
                                .root = wire->root,
                                .type = wire->type,
                                .bearer = request->text.bears_key ? odoo->options.secret : NULL,
                                .body = request->text.body,
                                .length = request->text.length,
                                .fresh_connection = !request->safe,
                                .take = wire->feed,
                                .context = attempt->reader};
    instant began = clock_machine();
    int rc;

    odoo->last_call_ms = clock_monotonic_ms();
    atomic_fetch_add(&odoo->calls, 1);
    rc = http_send(odoo->http, &send, attempt->abort, answer, error);
    answer->ms = clock_monotonic_ms() - odoo->last_call_ms;
    atomic_fetch_add(&odoo->bytes_received, (int64_t)answer->received);
    odoo->last_status = answer->status;
    if (rc && answer->status)
        rc = judge_refusal(odoo, request, attempt->reader, answer, error);
    if (!rc)
        compare_clocks(odoo, answer->date, began, clock_machine());
    if (!rc && odoo->options.answered)
        odoo->options.answered(odoo->options.context);
    return rc;
}

/* Sends the request once, when it is its turn. `answer` is filled in every case. */
static int send_once(struct odoo *odoo, const struct odoo_request *request,
                     const struct attempt *attempt, struct http_answer *answer, struct error *error)
{
    int rc = take_line(odoo, attempt->abort, error);

    *answer = (struct http_answer){0};
    if (rc)
        return rc;
    if (odoo->options.min_interval_ms > 0 && odoo->last_call_ms > 0)
        rc = wait_until(odoo->last_call_ms + odoo->options.min_interval_ms, attempt->abort, error);
    if (!rc)
        rc = send_now(odoo, request, attempt, answer, error);
    pthread_mutex_unlock(&odoo->line);
    return rc;
}

void odoo_tell(const struct odoo *odoo, const struct odoo_trace *trace)
{
    if (odoo->options.called)
        odoo->options.called(odoo->options.context, trace);
}

/* Says what the reader made of a whole answer. */
static int finish(const struct odoo *odoo, const struct odoo_request *request, void *reader,
                  struct error *error)
{
    struct wire_fault fault;
    int rc = request->wire->end(reader, error);

    if (rc)
        return error_prefix(error, "%s", odoo->options.url);
    return request->wire->fault(reader, &fault) ? classify(odoo, request, &fault, error) : 0;
}

/* One attempt, with its answer. */
static int attempt_once(struct odoo *odoo, const struct odoo_request *request,
                        const struct attempt *attempt, struct http_answer *answer,
                        struct error *error)
{
    int rc;

    request->wire->reset(attempt->reader);
    attempt->result->again(attempt->result->context);
    rc = send_once(odoo, request, attempt, answer, error);
    if (rc)
        return rc;
    rc = finish(odoo, request, attempt->reader, error);
    answer->not_executed = false;
    *attempt->result->trace =
        (struct odoo_trace){.model = request->model,
                            .method = request->method,
                            .records = rc ? -1 : attempt->result->count(attempt->result->context),
                            .bytes = (int64_t)answer->received,
                            .ms = answer->ms};
    return rc;
}

/* Whether the failure may pass and repeating the call does no harm. */
static bool may_repeat(const struct odoo_request *request, bool not_executed,
                       const struct error *error)
{
    return error->retry == RETRY_LATER && error->code != ERR_INTERRUPTED &&
           (request->safe || not_executed);
}

/* Whether another attempt is allowed. With a patience the first failure is always followed by one,
 * however long the call took, unless the server asks for a longer wait than is left. */
static bool again(const struct odoo *odoo, int attempt, bool first, const struct error *error)
{
    int64_t wished = (int64_t)error->retry_after_seconds * 1000, left = patience_left_ms(odoo);

    if (odoo->options.patience_ms == 0)
        return attempt < odoo->options.max_attempts &&
               error->retry_after_seconds <= RETRY_AFTER_MAX_S;
    return (left > 0 && wished <= left) || (first && wished == 0);
}

/* The delay before the next attempt, in ms. The last attempt begins when the patience ends. */
static int64_t delay_before(const struct odoo *odoo, int attempt, const struct error *error)
{
    int64_t delay = backoff(odoo, attempt), left = patience_left_ms(odoo);
    int64_t wished = (int64_t)error->retry_after_seconds * 1000;

    if (delay > left)
        delay = left > 0 ? left : 0;
    return wished > delay ? wished : delay;
}

static void tell_wait(struct odoo *odoo, int64_t delay, const struct error *error)
{
    bool patient = odoo->options.patience_ms > 0;
    struct odoo_wait wait = {.reason = error->message,
                             .delay_ms = delay,
                             .left_ms = patient ? patience_left_ms(odoo) : 0,
                             .is_long = delay > ODOO_LONG_WAIT_MS};

    if (wait.is_long)
        atomic_store(&odoo->wait_told, true);
    else if (patient && trouble_ms(odoo) + delay > ODOO_LONG_WAIT_MS)
        wait.is_long = !atomic_exchange(&odoo->wait_told, true);
    if (odoo->options.waiting)
        odoo->options.waiting(odoo->options.context, &wait);
}

int odoo_pause(struct odoo *odoo, int attempt, const struct http_abort *abort, struct error *error)
{
    int64_t delay;

    begin_trouble(odoo, clock_monotonic_ms());
    delay = delay_before(odoo, attempt, error);
    atomic_fetch_add(&odoo->retries, 1);
    tell_wait(odoo, delay, error);
    return wait_until(clock_monotonic_ms() + delay, abort, error);
}

/* The error of a call without an answer: it is not repeated, because each repetition would hang too
 * and hold more locks. */
static int hung(const struct odoo *odoo, const struct odoo_request *request, struct error *error)
{
    error_set(error, ERR_NETWORK, "%s has not answered %s%s%s within %lld s: %s", odoo->options.url,
              request->model ? request->model : "", request->model ? "." : "", request->method,
              (long long)(odoo->options.timeout_ms + 999) / 1000, odoo->options.hung_advice);
    error->retry = RETRY_NEVER;
    return ERR_NETWORK;
}

/* Ends the attempts with their error. `lasts`: the failure may pass. Any other one came from an
 * answer, so Odoo is no longer failing. */
static int give_up(struct odoo *odoo, int attempts, bool lasts, struct error *error)
{
    int64_t seconds = (trouble_ms(odoo) + 500) / 1000;

    if (attempts > 1 && error->code != ERR_INTERRUPTED) {
        if (lasts && odoo->options.patience_ms > 0)
            error_prefix(error, "after %d attempts in %lld s", attempts, (long long)seconds);
        else
            error_prefix(error, "after %d attempts", attempts);
    }
    if (!lasts)
        end_trouble(odoo);
    return error->code;
}

/* The loop of attempts. */
static int attempt_all(struct odoo *odoo, const struct odoo_request *request,
                       const struct attempt *attempt, struct error *error)
{
    for (int number = 1;; number++) {
        int64_t began = clock_monotonic_ms();
        struct http_answer answer = {0};
        int rc = attempt_once(odoo, request, attempt, &answer, error);

        if (!rc) {
            end_trouble(odoo);
            return 0;
        }
        if (answer.timed_out && odoo->options.hung_advice)
            return hung(odoo, request, error);
        if (!may_repeat(request, answer.not_executed, error))
            return give_up(odoo, number, error->retry == RETRY_LATER, error);
        if (!again(odoo, number, begin_trouble(odoo, began), error))
            return give_up(odoo, number, true, error);
        rc = odoo_pause(odoo, number, attempt->abort, error);
        if (rc)
            return rc;
    }
}

int odoo_send(struct odoo *odoo, const struct odoo_request *request, const struct http_abort *abort,
              const struct odoo_result *result, struct error *error)
{
    struct attempt attempt = {.abort = abort, .result = result};
    struct error own;
    int rc = request->wire->open(&result->sink, odoo->max_elements, &attempt.reader, error);

    if (!rc)
        rc = attempt_all(odoo, request, &attempt, error ? error : &own);
    request->wire->free(attempt.reader);
    return rc;
}

static void clear_tree(void *context)
{
    tree_clear(context);
}

static int64_t count_tree(void *context)
{
    const struct tree *tree = context;

    return json_is_array(tree->value) ? (int64_t)json_array_size(tree->value) : -1;
}

int odoo_call(struct odoo *odoo, const struct odoo_request *request, json_t **ret_result,
              struct error *error)
{
    struct http_abort abort = odoo_abort(odoo);
    struct odoo_trace trace = {0};
    struct tree tree = {0};
    struct odoo_result result = {.sink = {tree_take, &tree},
                                 .again = clear_tree,
                                 .count = count_tree,
                                 .context = &tree,
                                 .trace = &trace};
    int rc = odoo_send(odoo, request, &abort, &result, error);

    if (trace.method)
        odoo_tell(odoo, &trace);
    if (!rc)
        *ret_result = json_incref(tree.value);
    tree_clear(&tree);
    return rc;
}
