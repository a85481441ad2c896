/* identity.c - whether the Odoo that answers is the one whose records the state holds.
 *
 * A database behind the same URL and of the same name can be another one: a server that was set up
 * anew, a test database in the place of the real one. Its records have the same ids and are others,
 * and each would be taken for a change or a deletion.
 *
 * Odoo's own mark, database.uuid, cannot be read by a plain user (access denied on 16, 17 and 19,
 * and no session tells it), and a backup that is restored as a copy gets another one. So the state
 * keeps when some records were created that last as long as the database: the agent's own user, and
 * the first company, partner, country and ticket that the agent can read. An id is never given
 * twice, and a creation date never changes, by a restore or an upgrade of Odoo neither.
 *
 * The user is compared before each cycle, in one call. The others are, when it is gone or was made
 * at another time: a record that is gone says nothing, one that was made at another time is proof.
 * What is gone is replaced. Two copies of one database are one and the same Odoo to this. */
#include "qualiodoo/pull/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/log.h"

#define IDENTITY_KEY "identity" /* of meta: [[model, id, create_date]...], the user first */

static const char *const witnesses[] = {"res.users", "res.company", "res.partner", "res.country",
                                        "@ticket"};

enum testimony { SAME, OTHER, GONE };

/* When a record was created, on the heap; NULL when it cannot be read or has no such date. */
static int read_created(struct pull *pull, const char *model, int64_t id, char **ret_created,
                        struct error *error)
{
    json_t *records = NULL;
    const char *created;
    int rc = ask_records(pull->odoo, model, json_pack("[[ssI]]", "id", "=", (json_int_t)id),
                         json_pack("[s]", "create_date"), &records, error);

    *ret_created = NULL;
    if (rc == ERR_MISSING_MODEL || rc == ERR_ACCESS_RIGHTS || rc == ERR_MISSING_FIELD)
        return 0;
    if (rc < 0)
        return rc;
    created = json_string_value(json_object_get(json_array_get(records, 0), "create_date"));
    *ret_created = created ? strdup(created) : NULL;
    if (created && !*ret_created)
        rc = error_memory(error);
    json_decref(records);
    return rc;
}

/* What one record of the mark says. */
static int hear(struct pull *pull, json_t *kept, enum testimony *ret, char **ret_created,
                struct error *error)
{
    const char *model = json_string_value(json_array_get(kept, 0));
    const char *created = json_string_value(json_array_get(kept, 2));
    int rc;

    *ret = GONE;
    *ret_created = NULL;
    if (!model || !created)
        return 0;
    rc = read_created(pull, model, json_integer_value(json_array_get(kept, 1)), ret_created, error);
    if (rc == 0 && *ret_created)
        *ret = strcmp(created, *ret_created) == 0 ? SAME : OTHER;
    return rc;
}

static int refuse(const struct pull *pull, json_t *kept, const char *created, struct error *error)
{
    char evidence[200] = "none of the records by which it is known is there";

    if (kept)
        snprintf(evidence, sizeof evidence, "%s %lld was created on %s UTC, and here on %s",
                 json_string_value(json_array_get(kept, 0)),
                 (long long)json_integer_value(json_array_get(kept, 1)),
                 json_string_value(json_array_get(kept, 2)), created);
    return error_set(error, ERR_SAFETY,
                     "%s holds the state of another Odoo than the one that answers at %s: %s; "
                     "nothing was read into it. Correct odoo.url, or give this Odoo its own "
                     "state.path; 'qualiodoo reconcile --force' forgets the old state and reads "
                     "this Odoo anew",
                     pull->config->state.path, pull->config->odoo.url, evidence);
}

/* Compares with the whole mark; the first record alone decides when it is the same. */
static int compare(struct pull *pull, json_t *mark, struct error *error)
{
    size_t same = 0, i;
    json_t *kept;

    json_array_foreach(mark, i, kept) {
        enum testimony testimony;
        char *created;
        int rc = hear(pull, kept, &testimony, &created, error);

        if (rc == 0 && testimony == OTHER)
            rc = refuse(pull, kept, created, error);
        free(created);
        if (rc < 0 || (i == 0 && testimony == SAME))
            return rc;
        same += testimony == SAME;
        pull->take_identity |= testimony == GONE;
    }
    return same ? 0 : refuse(pull, NULL, NULL, error);
}

/* An order of a person: nothing of the old Odoo may meet what is read of the new one. */
static int forget(struct pull *pull, const struct error *why, struct error *error)
{
    int rc = store_forget(pull->store, error);

    log_warning("%s: forgotten by order of --force", why->message);
    pull->take_identity = true;
    return rc;
}

int identity_check(struct pull *pull, bool may_forget, struct error *error)
{
    struct error own = {0};
    char *text = NULL;
    json_t *mark = NULL;
    int rc = store_meta_get(pull->store, IDENTITY_KEY, &text, error);

    if (rc < 0)
        return rc;
    rc = json_build_parse(text, 0, &mark) < 0 ? error_memory(error) : 0;
    free(text);
    if (rc < 0)
        return rc;
    pull->take_identity = json_array_size(mark) == 0; /* a state of an earlier version, or new */
    rc = pull->take_identity ? 0 : compare(pull, mark, &own);
    json_decref(mark);
    if (rc == ERR_SAFETY && may_forget)
        return forget(pull, &own, error);
    if (rc < 0 && error)
        *error = own;
    return rc;
}

/* The first record of a model that can be read, 0 for none; of the users, the agent's own. */
static int first_id(struct pull *pull, const char *model, int64_t *ret, struct error *error)
{
    int64_t *ids = NULL;
    size_t count = 0;
    int rc = 0;

    *ret = pull->agent_uid;
    if (strcmp(model, "res.users") == 0)
        return 0;
    rc = odoo_search(pull->odoo, model, NULL, 0, 1, &ids, &count, error);
    *ret = rc == 0 && count ? ids[0] : 0;
    free(ids);
    return rc == ERR_MISSING_MODEL || rc == ERR_ACCESS_RIGHTS ? 0 : rc;
}

static int add_witness(struct pull *pull, json_t *mark, const char *model, struct error *error)
{
    char *created = NULL;
    int64_t id = 0;
    int rc = first_id(pull, model, &id, error);

    if (rc == 0 && id > 0)
        rc = read_created(pull, model, id, &created, error);
    if (rc == 0 && created &&
        json_array_append_new(mark, json_pack("[sIs]", model, (json_int_t)id, created)) < 0)
        rc = error_memory(error);
    free(created);
    return rc;
}

int identity_take(struct pull *pull, struct error *error)
{
    json_t *mark = json_array();
    char *text = NULL;
    int rc = mark ? 0 : error_memory(error);

    for (size_t i = 0; i < sizeof witnesses / sizeof *witnesses && rc == 0; i++)
        rc = add_witness(pull, mark, flavour_name(pull->flavour, witnesses[i]), error);
    if (rc == 0 && (text = json_dumps(mark, JSON_COMPACT)) == NULL)
        rc = error_memory(error);
    if (rc == 0)
        rc = store_meta_set(pull->store, IDENTITY_KEY, text, error);
    if (rc == 0)
        pull->take_identity = false;
    json_decref(mark);
    free(text);
    return rc;
}
