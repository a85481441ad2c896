/* doctor_key.c - reports the expiry of the API key. */
#include "doctor_key.h"

#include "doctor_findings.h"
#include "qualiodoo/pull/access.h"
#include "qualiodoo/util/clock.h"

#define NOTE_DAYS 30 /* before the expiry; later, from ACCESS_WARNING_DAYS on, it is a problem */

/* Nothing is said of a key that does not expire. */
static void report(const struct doctor *doctor, const struct access_key *key)
{
    char text[ACCESS_TEXT_SIZE];
    const char *problem = access_problem(key, clock_now(), text);

    if (problem)
        doctor_problem(doctor, NULL, "%s", problem);
    else if (key->kind != ACCESS_EXPIRES)
        return;
    else if (key->expires - clock_now() > (instant)NOTE_DAYS * SECONDS_PER_DAY)
        doctor_ok(doctor, "%s", access_expiry(key, clock_now(), text));
    else
        doctor_note(doctor,
                    "make a new key in Odoo (the agent's user, Preferences, Account Security) and "
                    "put it where the secret is",
                    "%s", access_expiry(key, clock_now(), text));
}

int doctor_key(struct doctor *doctor, struct error *error)
{
    struct access access;
    int rc = access_look(doctor->odoo, &access, error);

    if (rc == 0) {
        doctor->saw_key = true;
        report(doctor, &access.key);
    }
    return rc == ERR_PROTOCOL ? 0 : rc; /* the other checks need no key */
}

int doctor_kept_key(const struct doctor *doctor, struct store *store, struct error *error)
{
    struct access access;
    char text[ACCESS_TEXT_SIZE];
    int rc = doctor->saw_key ? 0 : access_read(store, &access, error);
    const char *problem =
        rc == 0 && !doctor->saw_key ? access_problem(&access.key, clock_now(), text) : NULL;

    if (problem)
        doctor_problem(doctor, NULL, "%s", problem);
    return rc;
}
