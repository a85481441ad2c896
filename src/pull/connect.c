/* connect.c - opens the client of Odoo with the configuration's options, and logs its calls and its
 * waits. */
#include "qualiodoo/pull/connect.h"

#include <stdio.h>
#include <string.h>

#include "qualiodoo/config/config_secret.h"
#include "qualiodoo/config/config_url.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/heartbeat.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"

/* Tries of one call before a cycle of the service fails: the service soon starts another cycle. */
#define CALL_ATTEMPTS 5

/* How long a command repeats a call. Odoo restarts in 5 to 9 s as a rule, in 60 s at most. */
#define PATIENCE_MS 30000

static void note_answer(void *unused)
{
    (void)unused;
    heartbeat_beat();
}

static void trace_call(void *unused, const struct odoo_trace *trace)
{
    char records[32] = "";

    (void)unused;
    if (trace->records > 0 && strcmp(trace->method, "search") == 0)
        progress_add(trace->records);
    if (trace->records >= 0)
        snprintf(records, sizeof records, "%lld records, ", (long long)trace->records);
    log_debug("call %s%s%s: %s%lld bytes, %lld ms", trace->model ? trace->model : "",
              trace->model ? "." : "", trace->method, records, (long long)trace->bytes,
              (long long)trace->ms);
}

static void log_wait(void *unused, const struct odoo_wait *wait)
{
    const struct log_event event = {.level = wait->is_long ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG,
                                    .same_as = wait->reason,
                                    .is_wait = wait->is_long};

    (void)unused;
    if (wait->is_long && wait->delay_ms <= ODOO_LONG_WAIT_MS)
        log_event(&event, "still trying, for %lld s more: %s",
                  (long long)(wait->left_ms + 999) / 1000, wait->reason);
    else
        log_event(&event, "waiting %lld.%lld s before the next try: %s",
                  (long long)(wait->delay_ms / 1000), (long long)(wait->delay_ms % 1000 / 100),
                  wait->reason);
}

static void log_without_xmlrpc(void *unused, const char *protocol)
{
    (void)unused;
    log_info("this Odoo has no XML-RPC: %s is used", protocol);
}

static const enum odoo_protocol protocols[] = {
    [PROTOCOL_AUTO] = ODOO_AUTO,
    [PROTOCOL_XMLRPC] = ODOO_XMLRPC,
    [PROTOCOL_JSONRPC] = ODOO_JSONRPC,
    [PROTOCOL_JSON2] = ODOO_JSON2,
};

struct odoo_options connect_options(const struct config *config)
{
    return (struct odoo_options){
        .protocol = protocols[config->odoo.protocol],
        .url = config->odoo.url,
        .database = config->odoo.database,
        .login = config->odoo.login,
        .ca_file = config->odoo.ca_file,
        .proxy = config_proxy_address(config),
        .connect_timeout_ms = config->odoo.connect_timeout_ms,
        .timeout_ms = config->odoo.timeout_ms,
        .max_response = config->odoo.max_response,
        .min_interval_ms = config->odoo.min_interval_ms,
        .max_attempts = CALL_ATTEMPTS,
        .patience_ms = clock_patience_ms(PATIENCE_MS),
        .cancelled = interrupt_requested,
        .answered = note_answer,
        .called = trace_call,
        .waiting = log_wait,
        .without_xmlrpc = log_without_xmlrpc,
    };
}

int connect_open(const struct config *config, struct odoo **ret_odoo, struct error *error)
{
    struct odoo_options options = connect_options(config);
    char *secret = NULL;
    int rc = config_secret(config, &secret, error);

    if (rc < 0)
        return rc;
    progress_step("connecting to %s", config->odoo.url);
    options.secret = secret;
    rc = odoo_open(&options, ret_odoo, error);
    config_secret_free(secret);
    return rc;
}

_Static_assert((int)FLAVOUR_ANY == (int)FLAVOUR_AUTO && (int)FLAVOUR_OF_OCA == (int)FLAVOUR_OCA &&
                   (int)FLAVOUR_OF_ENTERPRISE == (int)FLAVOUR_ENTERPRISE &&
                   (int)FLAVOUR_OF_TASKS == (int)FLAVOUR_TASK,
               "the configuration's flavours are those of flavour.h");

enum flavour_wanted connect_flavour(const struct config *config)
{
    return (enum flavour_wanted)config->tickets.flavour;
}
