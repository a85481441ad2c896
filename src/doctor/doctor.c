/* doctor.c - checks configuration, connection and login, then calls the checks of doctor_*.c in the
 * order of their dependencies. */
#include "qualiodoo/doctor/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "doctor_adjustments.h"
#include "doctor_calendar.h"
#include "doctor_fields.h"
#include "doctor_findings.h"
#include "doctor_history.h"
#include "doctor_identity.h"
#include "doctor_lease.h"
#include "doctor_money.h"
#include "doctor_packs.h"
#include "doctor_rights.h"
#include "doctor_state.h"
#include "doctor_timesheets.h"
#include "doctor_webhook.h"
#include "doctor_writeback.h"
#include "qualiodoo/config/config_secret.h"
#include "qualiodoo/config/config_url.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/protocol.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/pull/connect.h"
#include "qualiodoo/pull/skew.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/progress.h"

enum {
    SLOW_MS = 1000, /* a small call that takes longer is reported */
    KEY_WARNING_DAYS = 30,
    JSON2_SINCE = 19,     /* the version that deprecates XML-RPC and JSON-RPC */
    OLDEST_MEASURED = 16, /* major versions of Odoo, each tried on a real server */
    NEWEST_MEASURED = 19,
};

/* ---- Configuration ---- */

static bool check_secret(const struct doctor *doctor)
{
    struct error error;
    char *secret = NULL;
    int rc = config_secret(doctor->config, &secret, &error);

    if (rc < 0)
        doctor_problem(doctor, NULL, "%s", error.message);
    config_secret_free(secret);
    return rc == 0;
}

/* Returns whether there is a secret to log in with. */
static bool check_configuration(struct doctor *doctor)
{
    const struct config *config = doctor->config;

    doctor->topic = "configuration";
    doctor_ok(doctor, "%s is valid", config->path);
    if (!config->writeback.enabled)
        doctor_note(doctor,
                    "set writeback.enabled: true and writeback.since when the balances are right",
                    "shadow mode (writeback.enabled: false): nothing is written into Odoo, and "
                    "'adjust' is refused");
    if (config->credit.count_from == COUNT_FROM_RESPONSE)
        doctor_note(doctor,
                    "keep copies of the state file: one that is made again may charge some tickets "
                    "from another day",
                    "credit.count_from: response needs the day of the first response, and Odoo's "
                    "history may not allow a rebuild to find the same day");
    if (strncmp(config->odoo.url, "http:", 5) == 0 && !config_url_is_loopback(config->odoo.url))
        doctor_note(doctor, "use https, and remove odoo.allow_http",
                    "odoo.url is plain http: the password and the customers' data travel in clear");
    return check_secret(doctor);
}

/* ---- Connection ---- */

static int check_clock(const struct doctor *doctor, struct error *error)
{
    struct odoo_clock clock;
    struct error problem;
    struct skew skew;
    int rc = skew_look(doctor->odoo, &skew, error);

    if (rc < 0)
        return rc;
    if (skew.found) {
        skew_error(&skew, &problem);
        doctor_problem(doctor, NULL, "%s", problem.message);
    } else if (odoo_clock(doctor->odoo, &clock) && clock.ahead_seconds <= SKEW_MAX_SECONDS &&
               clock.ahead_seconds >= -SKEW_MAX_SECONDS) {
        doctor_ok(doctor, "this machine's clock and Odoo's agree to %lld s",
                  (long long)llabs(clock.ahead_seconds));
    } else {
        doctor_note(doctor,
                    "let the proxy in front of Odoo pass the header Date, made anew for "
                    "each answer",
                    "Odoo's answers do not say what time it is there: a wrong clock of this "
                    "machine would not be noticed");
    }
    return 0;
}

static int check_connection(struct doctor *doctor, struct error *error)
{
    const char *version = "";
    int64_t began = clock_monotonic_ms();
    int rc, major = 0;

    doctor->topic = "connection";
    rc = connect_open(doctor->config, &doctor->odoo, error);
    if (rc == 0)
        rc = odoo_version(doctor->odoo, &version, error);
    if (rc == 0)
        rc = odoo_major_version(doctor->odoo, &major, error);
    if (rc < 0)
        return rc;
    doctor_ok(doctor, "Odoo %s answers at %s over %s after %lld ms", version,
              doctor->config->odoo.url, odoo_protocol_title(doctor->odoo),
              (long long)(clock_monotonic_ms() - began));
    if (major >= JSON2_SINCE && strcmp(odoo_protocol_name(doctor->odoo), "json2") != 0)
        doctor_note(doctor,
                    "put an API key of the agent's user where the secret is, and leave "
                    "odoo.protocol at auto: JSON-2 is used then",
                    "%s is deprecated since Odoo 19, which logs a warning at each call, and will "
                    "go in a later version",
                    odoo_protocol_title(doctor->odoo));
    rc = check_clock(doctor, error);
    if (rc < 0)
        return rc;
    if (major < OLDEST_MEASURED || major > NEWEST_MEASURED)
        doctor_note(doctor, "compare the first balances with your own figures",
                    "qualiodoo was measured on Odoo %d to %d; version %s is untested",
                    OLDEST_MEASURED, NEWEST_MEASURED, version);
    return 0;
}

/* ---- Login ---- */

/* Reports an API key that expires soon. */
static void check_key(const struct doctor *doctor, json_t *key)
{
    const char *name = json_string_value(json_object_get(key, "name"));
    const char *expires = json_string_value(json_object_get(key, "expiration_date"));
    char day[CIVIL_TEXT_SIZE];
    instant when;
    int64_t left;

    if (!expires || !instant_parse_odoo(expires, &when))
        return;
    left = when - clock_now();
    civil_format(civil_from_instant(when), day);
    if (left < 0 || left > (int64_t)KEY_WARNING_DAYS * SECONDS_PER_DAY)
        return; /* expired: the agent does not use this key, or its login would have failed */
    doctor_note(doctor,
                "make a new key in Odoo (the agent's user, Preferences, Account Security) and put "
                "it where the secret is",
                "the API key '%s' of the agent's user expires on %s", name ? name : "", day);
}

/* Reports nothing on Odoo 17, whose keys do not expire, or when the user may not read its keys. */
static int check_keys(const struct doctor *doctor, struct error *error)
{
    json_t *known = NULL, *keys = NULL, *key;
    size_t i;
    int rc = doctor_fields(doctor, "res.users.apikeys", json_pack("[s]", "expiration_date"), &known,
                           error);

    if (rc == 0 && json_object_size(known))
        rc = ask_records(doctor->odoo,
                         (struct ask_query){.model = "res.users.apikeys",
                                            .domain = json_pack("[[ssI]]", "user_id", "=",
                                                                (json_int_t)odoo_uid(doctor->odoo)),
                                            .fields = json_pack("[ss]", "name", "expiration_date")},
                         &keys, error);
    json_array_foreach(keys, i, key)
        check_key(doctor, key);
    json_decref(known);
    json_decref(keys);
    return rc == ERR_NETWORK || rc == ERR_NO_MEMORY ? rc : 0;
}

static int check_login(struct doctor *doctor, struct error *error)
{
    int64_t began;
    bool has = false;
    int rc;

    doctor->topic = "login";
    rc = odoo_authenticate(doctor->odoo, error);
    if (rc < 0)
        return rc;
    doctor_ok(doctor, "'%s' is user %lld of the database '%s'", doctor->config->odoo.login,
              (long long)odoo_uid(doctor->odoo), doctor->config->odoo.database);
    began = clock_monotonic_ms();
    rc = flavour_has_group(doctor->odoo, "base.group_system", &has, error);
    if (rc == 0 && clock_monotonic_ms() - began > SLOW_MS)
        doctor_note(doctor, "look at the load of the server and at the network",
                    "a small call takes %lld ms: pulls will be slow",
                    (long long)(clock_monotonic_ms() - began));
    if (rc == 0 && has)
        doctor_note(doctor, "give the agent a user of its own with the rights that doctor asks for",
                    "the agent's user is an administrator: it needs no such right");
    return rc < 0 ? rc : check_keys(doctor, error);
}

static int check_flavour(struct doctor *doctor, struct error *error)
{
    int rc;

    doctor->topic = "flavour";
    rc = flavour_detect(doctor->odoo, connect_flavour(doctor->config), &doctor->flavour, error);
    if (rc == ERR_MISSING_MODEL || rc == ERR_MISSING_FIELD) {
        doctor_problem(doctor, "see to that, then run 'qualiodoo doctor' again", "%s",
                       error->message);
        return 0;
    }
    if (rc < 0)
        return rc;
    doctor_ok(doctor, "tickets are %s (flavour %s), linked to timesheets by %s",
              doctor->flavour->ticket, doctor->flavour->name, doctor->flavour->link);
    if (strcmp(doctor->flavour->name, "enterprise") == 0)
        doctor_note(doctor, "compare the first balances with your own figures",
                    "the Enterprise helpdesk is supported from its documented fields and was never "
                    "tried");
    return 0;
}

/* ---- The whole ---- */

static int check_odoo(struct doctor *doctor, struct error *error)
{
    static const struct {
        const char *what;
        int (*check)(struct doctor *, struct error *);
    } checks[] = {
        {"the connection", check_connection},
        {"the login", check_login},
        {"whose Odoo it is", doctor_identity},
        {"the kind of tickets", check_flavour},
        {"models and fields", doctor_models},
        {"rights", doctor_rights},
        {"adjustments", doctor_adjustments},
        {"what is written into Odoo", doctor_writeback},
        {"the history of tickets", doctor_history},
        {"the webhook", doctor_webhook},
        {"the lease", doctor_lease},
        {"working calendars", doctor_calendar},
        {"packs", doctor_packs},
        {"timesheets", doctor_timesheets},
        {"invoices and payments", doctor_money},
    };
    const size_t count = sizeof checks / sizeof *checks;

    for (size_t i = 0; i < count; i++) {
        int rc;

        progress_part((int)i + 1, (int)count);
        progress_step("checking %s", checks[i].what);
        rc = checks[i].check(doctor, error);
        if (rc == ERR_NO_MEMORY)
            return rc;
        if (rc < 0 && (!doctor_failed(doctor, rc, error) || i < 2))
            return 0; /* without a connection or a login there is no more to ask */
    }
    return 0;
}

int doctor_run(const struct config *config,
               void (*found)(void *context, const struct doctor_finding *finding), void *context,
               struct error *error)
{
    struct doctor doctor = {.config = config, .found = found, .context = context};
    int rc;

    rc = check_configuration(&doctor) ? check_odoo(&doctor, error) : 0;
    if (rc == 0)
        rc = doctor_state(&doctor, error);
    progress_end();
    odoo_free(doctor.odoo);
    return rc;
}
