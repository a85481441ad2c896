/* identity.c - whether the Odoo that answers is the one whose records the state holds.
 *
 * The same URL and database name can lead to another database: a server that was set up anew, or a
 * test database in place of the real one. Its records have the same ids but other contents, and
 * each would look like a change or a deletion.
 *
 * Odoo's own identifier, database.uuid, does not serve: a plain user cannot read it (access denied
 * on 16, 17 and 19, and no session shows it), and a backup restored as a copy gets a new one. So
 * the state keeps the creation dates of a few records that last as long as the database: the
 * agent's own user, and the first company, partner, country and ticket that the agent can read.
 * Odoo never gives an id twice, and a creation date does not change, not even by a restore or an
 * upgrade.
 *
 * The user is compared before a cycle, in one call; the other records only when the user does not
 * match. The service compares it before its first cycle and after a failure; else only once a cycle
 * found something to store or to write: one that finds nothing mixes nothing. A record that is gone
 * proves nothing and is replaced by identity_take(); one with another creation date proves another
 * database. Copies of one database cannot be told apart. */
#include "qualiodoo/pull/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/search.h"
#include "qualiodoo/store/forget.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/log.h"

#define IDENTITY_KEY "identity" /* meta value: [[model, id, create_date]...], the user first */

static const char *const identity_models[] = {"res.users", "res.company", "res.partner",
                                              "res.country", "@ticket"};

enum comparison { SAME, OTHER, GONE };

/* When a record was created, on the heap; NULL when it cannot be read or has no such date. */
static int read_created(struct pull *pull, const char *model, int64_t id, char **ret_created,
                        struct error *error)
{
    json_t *records = NULL;
    const char *created;
    int rc =
        ask_records(pull->odoo,
                    (struct ask_query){.model = model,
                                       .domain = json_pack("[[ssI]]", "id", "=", (json_int_t)id),
                                       .fields = json_pack("[s]", "create_date")},
                    &records, error);

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

/* Compares one record of the stored identity with Odoo. *ret_created: its date there, on the heap;
 * NULL when it is gone. */
static int compare_record(struct pull *pull, json_t *kept, enum comparison *ret, char **ret_created,
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

/* Compares the stored identity with Odoo. The first record, the user, decides alone when it
 * matches. */
static int compare(struct pull *pull, json_t *mark, struct error *error)
{
    size_t same = 0, i;
    json_t *kept;

    json_array_foreach(mark, i, kept) {
        enum comparison comparison;
        char *created;
        int rc = compare_record(pull, kept, &comparison, &created, error);

        if (rc == 0 && comparison == OTHER)
            rc = refuse(pull, kept, created, error);
        free(created);
        if (rc < 0 || (i == 0 && comparison == SAME))
            return rc;
        same += comparison == SAME;
        pull->take_identity |= comparison == GONE;
    }
    return same ? 0 : refuse(pull, NULL, NULL, error);
}

/* Empties the state, as --force orders: rows of both Odoos must not mix. `why` is the refusal. */
static int forget_state(struct pull *pull, const struct error *why, struct error *error)
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
    pull->take_identity = json_array_size(mark) == 0; /* new, or of an earlier version */
    rc = pull->take_identity ? 0 : compare(pull, mark, &own);
    json_decref(mark);
    if (rc == ERR_SAFETY && may_forget)
        return forget_state(pull, &own, error);
    if (rc < 0 && error)
        *error = own;
    return rc;
}

/* The id of the first record of a model that the agent can read, 0 for none; of res.users, the
 * agent's own. */
static int first_id(struct pull *pull, const char *model, int64_t *ret, struct error *error)
{
    const struct odoo_search search = {.model = model, .limit = 1};
    struct ids ids = {0};
    int rc = 0;

    *ret = pull->agent_uid;
    if (strcmp(model, "res.users") == 0)
        return 0;
    rc = odoo_search(pull->odoo, &search, &ids, error);
    *ret = rc == 0 && ids.count ? ids.items[0] : 0;
    free(ids.items);
    return rc == ERR_MISSING_MODEL || rc == ERR_ACCESS_RIGHTS ? 0 : rc;
}

static int add_record(struct pull *pull, json_t *mark, const char *model, struct error *error)
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

    for (size_t i = 0; i < sizeof identity_models / sizeof *identity_models && rc == 0; i++)
        rc = add_record(pull, mark, flavour_name(pull->flavour, identity_models[i]), error);
    if (rc == 0 && (text = json_build_text(mark, JSON_COMPACT)) == NULL)
        rc = error_memory(error);
    if (rc == 0)
        rc = store_meta_set(pull->store, IDENTITY_KEY, text, error);
    if (rc == 0)
        pull->take_identity = false;
    json_decref(mark);
    free(text);
    return rc;
}

int identity_confirm(struct pull *pull, struct error *error)
{
    int rc;

    if (!pull->trusted)
        return 0;
    pull->trusted = false;
    rc = identity_check(pull, false, error);
    return rc == 0 && pull->take_identity ? identity_take(pull, error) : rc;
}
