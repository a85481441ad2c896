/* client.c - opens the client and makes one call with its retries. session.c asks for version and
 * uid, read.c reads records. */
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "odoo_internal.h"
#include "qualiodoo/util/backoff.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/memory.h"
#include "text.h"
#include "xmlrpc.h"

enum {
    BACKOFF_MS = 1000,
    BACKOFF_MAX_MS = 30000,
    /* With a patience: the longest delay, so that the return of the server is soon noticed. */
    BACKOFF_PATIENT_MAX_MS = 4000,
    /* A longer wait asked for by the server is left to the schedule of the caller. */
    RETRY_AFTER_MAX_S = 60,
    SLICE_MS = 50, /* the longest delay before a request to stop is noticed */
    LINE_SLICE_MS = 5,
    /* One answer of ids is about 340 KB at this size, needs 6 MB while it is decoded, and costs the
     * server 30 to 50 ms. */
    ID_PAGE = 10000,
};

/* ---- opening ---- */

static void wipe_secret(struct odoo *odoo)
{
    char *secret = (char *)odoo->options.secret;

    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void odoo_free(struct odoo *odoo)
{
    if (!odoo)
        return;
    wipe_secret(odoo);
    http_free(odoo->http);
    pthread_mutex_destroy(&odoo->line);
    free((void *)odoo->options.url);
    free((void *)odoo->options.database);
    free((void *)odoo->options.login);
    free((void *)odoo->options.ca_file);
    free((void *)odoo->options.proxy);
    free((void *)odoo->options.hung_advice);
    free(odoo->version);
    free(odoo);
}

static int check_options(const struct odoo_options *options, struct error *error)
{
    const char *host = options->url ? strstr(options->url, "://") : NULL;

    if (!host || (strncmp(options->url, "http://", 7) && strncmp(options->url, "https://", 8)))
        return error_set(error, ERR_CONFIG,
                         "odoo.url '%s' is not an address such as https://support.example.com",
                         options->url ? options->url : "");
    if (memchr(host + 3, '@', strcspn(host + 3, "/")))
        return error_set(error, ERR_CONFIG,
                         "odoo.url holds a user name or a password: those go into odoo.login and "
                         "odoo.secret_file");
    if (!options->database || !options->login || !options->secret || options->max_attempts < 1)
        return error_set(error, ERR_CONFIG,
                         "odoo.database, odoo.login and the secret are all required");
    return 0;
}

/* Limits the memory that answers may take. Three answers can be held at a time (one decoded, two
 * read ahead) and the text of one is copied twice: five sixteenths; the elements of one: six
 * sixteenths; the rest is for the program, its lists of ids and SQLite. */
static void bound_answers(struct odoo *odoo, int64_t memory)
{
    int64_t wanted = odoo->options.max_response;
    int64_t most = memory / 16 < ODOO_XMLRPC_MAX ? memory / 16 : ODOO_XMLRPC_MAX;

    odoo->memory_bound = wanted <= 0 || wanted > most;
    if (odoo->memory_bound)
        odoo->options.max_response = most;
    odoo->max_elements = (size_t)(memory / 16 * 6 / ODOO_XMLRPC_ELEMENT_COST);
    odoo->max_ids = (size_t)(memory / 8 / (int64_t)sizeof(int64_t));
}

static char *copy_url(const char *url)
{
    size_t length = strlen(url);

    while (length > 0 && url[length - 1] == '/')
        length--;
    return strndup(url, length);
}

static int copy_options(struct odoo *odoo, const struct odoo_options *options, struct error *error)
{
    struct odoo_options *own = &odoo->options;

    *own = *options;
    own->url = copy_url(options->url);
    own->database = strdup(options->database);
    own->login = strdup(options->login);
    own->secret = strdup(options->secret);
    own->ca_file = options->ca_file ? strdup(options->ca_file) : NULL;
    own->proxy = options->proxy ? strdup(options->proxy) : NULL;
    own->hung_advice = options->hung_advice ? strdup(options->hung_advice) : NULL;
    if (!own->url || !own->database || !own->login || !own->secret ||
        (options->ca_file && !own->ca_file) || (options->proxy && !own->proxy) ||
        (options->hung_advice && !own->hung_advice))
        return error_memory(error);
    return 0;
}

int odoo_open(const struct odoo_options *options, struct odoo **ret_odoo, struct error *error)
{
    struct http_options http;
    struct odoo *odoo;
    int code = check_options(options, error);

    if (code)
        return code;
    odoo = calloc(1, sizeof *odoo);
    if (!odoo)
        return error_memory(error);
    pthread_mutex_init(&odoo->line, NULL);
    odoo->id_page = ID_PAGE;
    odoo_set_backoff(odoo, BACKOFF_MS, BACKOFF_MAX_MS);
    odoo_xmlrpc_start();
    code = copy_options(odoo, options, error);
    bound_answers(odoo, memory_limit());
    if (!code) {
        http = (struct http_options){.url = odoo->options.url,
                                     .ca_file = odoo->options.ca_file,
                                     .proxy = odoo->options.proxy,
                                     .connect_timeout_ms = odoo->options.connect_timeout_ms,
                                     .timeout_ms = odoo->options.timeout_ms,
                                     .max_response = odoo->options.max_response,
                                     .memory_bound = odoo->memory_bound};
        code = http_open(&http, &odoo->http, error);
    }
    if (code) {
        odoo_free(odoo);
        return code;
    }
    *ret_odoo = odoo;
    return 0;
}

void odoo_set_backoff(struct odoo *odoo, int64_t base_ms, int64_t max_ms)
{
    odoo->backoff_ms = base_ms;
    odoo->backoff_max_ms = max_ms;
}

void odoo_set_patience(struct odoo *odoo, int64_t patience_ms)
{
    odoo->options.patience_ms = patience_ms;
}

int odoo_set_language(struct odoo *odoo, const char *language, struct error *error)
{
    return http_set_language(odoo->http, language, error);
}

void odoo_set_permit(struct odoo *odoo, bool (*permit)(void *context), void *context)
{
    http_set_permit(odoo->http, (struct http_abort){.asked = permit, .context = context});
}

void odoo_stats(const struct odoo *odoo, struct odoo_stats *ret_stats)
{
    *ret_stats = (struct odoo_stats){.calls = atomic_load(&odoo->calls),
                                     .retries = atomic_load(&odoo->retries),
                                     .bytes_received = atomic_load(&odoo->bytes_received)};
}

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
    int code = interrupted(abort, error);
    int64_t left;

    while (!code && (left = when_ms - clock_monotonic_ms()) > 0) {
        clock_sleep_ms(left < SLICE_MS ? left : SLICE_MS);
        code = interrupted(abort, error);
    }
    return code;
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
    int code = 0;

    while (!code && pthread_mutex_trylock(&odoo->line)) {
        clock_sleep_ms(LINE_SLICE_MS);
        code = interrupted(abort, error);
    }
    return code;
}

/* ---- one call ---- */

void odoo_request_clear(struct odoo_request *request)
{
    if (request->xml)
        explicit_bzero(request->xml, request->length);
    free(request->xml);
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

bool odoo_clock(struct odoo *odoo, struct odoo_clock *ret)
{
    bool known;

    pthread_mutex_lock(&odoo->line);
    known = odoo->has_clock;
    *ret = odoo->clock;
    pthread_mutex_unlock(&odoo->line);
    return known;
}

/* One attempt. `answer` is filled in every case. */
static int send_once(struct odoo *odoo, const struct odoo_request *request,
                     const struct http_abort *abort, struct http_answer *answer,
                     struct error *error)
{
    struct http_request post = {.path = request->path,
                                .body = request->xml,
                                .length = request->length,
                                .fresh_connection = !request->safe};
    int code = take_line(odoo, abort, error);

    *answer = (struct http_answer){0};
    if (code)
        return code;
    if (odoo->options.min_interval_ms > 0 && odoo->last_call_ms > 0)
        code = wait_until(odoo->last_call_ms + odoo->options.min_interval_ms, abort, error);
    if (!code) {
        instant began = clock_machine();

        odoo->last_call_ms = clock_monotonic_ms();
        atomic_fetch_add(&odoo->calls, 1);
        code = http_post(odoo->http, &post, abort, answer, error);
        answer->ms = clock_monotonic_ms() - odoo->last_call_ms;
        atomic_fetch_add(&odoo->bytes_received, (int64_t)answer->received);
        if (!code)
            compare_clocks(odoo, answer->date, began, clock_machine());
        if (!code && odoo->options.answered)
            odoo->options.answered(odoo->options.context);
    }
    pthread_mutex_unlock(&odoo->line);
    return code;
}

static void tell_called(const struct odoo *odoo, const struct odoo_request *request,
                        const struct http_answer *answer, const json_t *result)
{
    const struct odoo_trace trace = {
        .model = request->model,
        .method = request->method,
        .records = json_is_array(result) ? (int64_t)json_array_size(result) : -1,
        .bytes = (int64_t)answer->received,
        .ms = answer->ms};

    if (odoo->options.called)
        odoo->options.called(odoo->options.context, &trace);
}

int odoo_decode(struct odoo *odoo, const struct odoo_request *request, struct http_answer *answer,
                json_t **ret_result, struct error *error)
{
    struct fault_context context = {.model = request->model,
                                    .method = request->method,
                                    .database = odoo->options.database,
                                    .request = request->xml,
                                    .request_length = request->length};
    struct odoo_xmlrpc decoded = {0};
    int code =
        odoo_xmlrpc_decode(answer->body, answer->length, odoo->max_elements, &decoded, error);

    answer->body = NULL;
    tell_called(odoo, request, answer, code ? NULL : decoded.result);
    if (code) {
        error_prefix(error, "%s", odoo->options.url);
        return code;
    }
    if (!decoded.fault_string) {
        *ret_result = decoded.result;
        return 0;
    }
    text_redact(decoded.fault_string, odoo->options.secret);
    code = fault_classify(&context, decoded.fault_code, decoded.fault_string, error);
    odoo_xmlrpc_clear(&decoded);
    return code;
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

/* The loop of attempts. Decodes into *ret_result when it is given; otherwise leaves the text in
 * `answer`. */
static int attempt_all(struct odoo *odoo, const struct odoo_request *request,
                       const struct http_abort *abort, struct http_answer *answer,
                       json_t **ret_result, struct error *error)
{
    for (int attempt = 1;; attempt++) {
        int64_t began = clock_monotonic_ms();
        int code = send_once(odoo, request, abort, answer, error);

        if (!code && ret_result) {
            code = odoo_decode(odoo, request, answer, ret_result, error);
            answer->not_executed = false;
        }
        if (!code) {
            end_trouble(odoo);
            return 0;
        }
        if (answer->timed_out && odoo->options.hung_advice)
            return hung(odoo, request, error);
        if (!may_repeat(request, answer->not_executed, error))
            return give_up(odoo, attempt, error->retry == RETRY_LATER, error);
        if (!again(odoo, attempt, begin_trouble(odoo, began), error))
            return give_up(odoo, attempt, true, error);
        code = odoo_pause(odoo, attempt, abort, error);
        if (code)
            return code;
    }
}

int odoo_fetch(struct odoo *odoo, const struct odoo_request *request,
               const struct http_abort *abort, struct http_answer *ret_answer, struct error *error)
{
    struct error own;

    return attempt_all(odoo, request, abort, ret_answer, NULL, error ? error : &own);
}

int odoo_call(struct odoo *odoo, const struct odoo_request *request, json_t **ret_result,
              struct error *error)
{
    struct http_abort abort = odoo_abort(odoo);
    struct http_answer answer;
    struct error own;

    return attempt_all(odoo, request, &abort, &answer, ret_result, error ? error : &own);
}
