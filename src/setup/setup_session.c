/* setup_session.c - the administrator's connection, set up so that no call hangs Odoo.
 *
 * Up to version 17, Odoo serves a request whose language is not installed (no language counts as
 * en_US) with an outer cursor that has read res_partner and stays open. A statement of the same
 * request that locks the whole table, as the removal of a manual model does, then waits for its own
 * request for ever, and every other session waits behind it. So each call names an installed
 * language, and a call that is not answered in time fails with advice for an administrator of
 * PostgreSQL. */
#include "setup_session.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/pull/connect.h"
#include "qualiodoo/util/progress.h"

enum { HUNG_MS = 30000 };

#define LANGUAGE_SIZE 16

/* ---- Opening ---- */

int setup_connect(struct setup *setup, struct error *error)
{
    struct odoo_options options = connect_options(setup->config);
    char advice[800];

    progress_step("setting up %s", setup->config->odoo.url);
    snprintf(advice, sizeof advice,
             "it may wait for a lock of its own request, and all of Odoo waits behind it. As an "
             "administrator of PostgreSQL look for it with SELECT pid, wait_event_type, "
             "pg_blocking_pids(pid), left(query, 60) FROM pg_stat_activity WHERE datname = '%.63s' "
             "AND wait_event_type = 'Lock'; end the ALTER TABLE or DROP TABLE that is there, by "
             "its number (SELECT pg_terminate_backend(PID)): nothing is left half done; then run "
             "setup again",
             setup->config->odoo.database);
    options.login = setup->options->admin_login;
    options.secret = setup->options->admin_secret;
    options.hung_advice = advice;
    if (options.timeout_ms > HUNG_MS)
        options.timeout_ms = HUNG_MS;
    return odoo_open(&options, &setup->odoo, error);
}

/* ---- The language ---- */

/* Turns "fr_FR" into the form of an HTTP header, "fr-FR", which Odoo turns back. False for a code
 * that has no such form ("sr@latin"). */
static bool to_http(const char *code, char ret[LANGUAGE_SIZE])
{
    size_t length = code ? strlen(code) : 0, at = 0;

    while (at < length && islower((unsigned char)code[at]))
        at++;
    if (at < 2 || length >= LANGUAGE_SIZE || code[at] != '_' || length < at + 3)
        return false;
    for (size_t i = at + 1; i < length; i++)
        if (!isupper((unsigned char)code[i]) && !isdigit((unsigned char)code[i]))
            return false;
    snprintf(ret, LANGUAGE_SIZE, "%s", code);
    ret[at] = '-';
    return true;
}

static int own_language(const struct setup *setup, char ret[LANGUAGE_SIZE], struct error *error)
{
    json_t *records = NULL;
    int rc = ask_records(setup->odoo,
                         (struct ask_query){.model = "res.users",
                                            .domain = json_pack("[[ssI]]", "id", "=",
                                                                (json_int_t)odoo_uid(setup->odoo)),
                                            .fields = json_pack("[s]", "lang")},
                         &records, error);

    if (rc == 0)
        to_http(json_string_value(json_object_get(json_array_get(records, 0), "lang")), ret);
    json_decref(records);
    return rc;
}

/* The administrator's own language when it is installed, else another installed one; "" when none
 * can be named in HTTP. */
static int find_language(const struct setup *setup, char ret[LANGUAGE_SIZE], struct error *error)
{
    char own[LANGUAGE_SIZE] = "", other[LANGUAGE_SIZE] = "";
    json_t *records = NULL, *record;
    size_t i;
    int rc = own_language(setup, own, error);

    if (rc == 0)
        rc = ask_records(setup->odoo,
                         (struct ask_query){.model = "res.lang",
                                            .domain = json_pack("[[ssb]]", "active", "=", true),
                                            .fields = json_pack("[s]", "code")},
                         &records, error);
    json_array_foreach(records, i, record) {
        if (to_http(json_string_value(json_object_get(record, "code")), other) &&
            (!*ret || strcmp(other, own) == 0))
            snprintf(ret, LANGUAGE_SIZE, "%s", other);
    }
    json_decref(records);
    return rc;
}

int setup_set_language(const struct setup *setup, struct error *error)
{
    char language[LANGUAGE_SIZE] = "";
    int rc = find_language(setup, language, error);

    return rc < 0 || !*language ? rc : odoo_set_language(setup->odoo, language, error);
}
