/* doctor.c - checks configuration, connection and login, then calls the checks of doctor_*.c in the
 * order of their dependencies. */
#include "qualiodoo/doctor/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "doctor_adjustments.h"
#include "doctor_calendar.h"
#include "doctor_findings.h"
#include "doctor_history.h"
#include "doctor_identity.h"
#include "doctor_key.h"
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
#include "qualiodoo/odoo/protocol.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/pull/connect.h"
#include "qualiodoo/pull/skew.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/progress.h"

enum {
    SLOW_MS = 1000,       /* a small call that takes longer is reported */
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

static int check_protocol(const struct doctor *doctor, struct error *error)
{
    int dropped_by = 0;
    int rc = odoo_protocol_dropped_by(doctor->odoo, &dropped_by, error);

    if (rc == 0 && dropped_by)
        doctor_note(doctor,
                    "put an API key of the agent's user where the secret is, and set odoo.protocol "
                    "to auto, the default, or to json2: JSON-2 is used then",
                    "%s is deprecated since Odoo 19, which logs a warning at each call: by that "
                    "log Odoo %d drops it (Odoo's documentation said 22)",
                    odoo_protocol_title(doctor->odoo), dropped_by);
    return rc;
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
    rc = check_protocol(doctor, error);
    if (rc == 0)
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
    return rc < 0 ? rc : doctor_key(doctor, error);
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
