/* cursor.c - how far the pull of each model has come.
 *
 * A mirror's progress:
 *
 *     (no cursor, or another scope)
 *        |  begin_first: high = latest write_date now, resume_id = 0
 *        v
 *     FIRST --- page stored: resume_id = last id asked for (one transaction) --+
 *        |  <------------------------------------------------------------------+
 *        |  cursor_end: first_done = 1, every account is to be computed again
 *        v
 *     FOLLOWING --- incremental: write_date >= low bound; full: every id --- cursor_end: high
 *
 * In FIRST, a model of kind MODEL_REFERENCED reads its own rows again instead (pull_old_rows() in
 * listing.c) until resume_id is INT64_MAX, then the records that are missing.
 *
 * Invariants: `high` never decreases within a scope. A page and the cursor that marks it as read
 * are stored in one transaction. `high` moves only after every page of the pull was stored, and
 * never past the beginning of that pull, as a record may have changed unseen since then:
 *  - a first pull keeps the `high` of its beginning, however many runs it takes;
 *  - a long pull may read at its end what changed an hour after its listing;
 *  - a server whose clock was wrong leaves records dated in the future. */
#include "cursor.h"

#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "qualiodoo/pull/newest.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"

/* Everything that decides which rows and columns a mirror holds. When the text changes, the mirror
 * needs a first pull again. */
static char *scope_text(struct pull *pull, const struct model *model)
{
    json_t *domain = domain_resolve(pull, model->domain, NULL);
    json_t *scope =
        json_pack("{ss so sO sO}", "model", model_remote(model, pull->flavour), "domain", domain,
                  "fields", pull->fields[model - models], "tickets", pull->config->tickets.domain);
    char *text;

    if (model != &models[MODEL_TICKET])
        json_object_del(scope, "tickets");
    if (model == &models[MODEL_TIMESHEET] && json_array_size(pull->config->timesheets.domain))
        json_build_set(&scope, "timesheets", json_incref(pull->config->timesheets.domain));
    if (model == &models[MODEL_ADJUSTMENT_NOTE]) /* computed_note(): only the agent's are valid */
        json_build_set(&scope, "agent", json_integer(pull->agent_uid));
    if (model == &models[MODEL_PARTNER])
        json_build_set(&scope, "names", json_boolean(pull->config->privacy.keep_names));
    text = json_build_text(scope, JSON_COMPACT);
    json_decref(scope);
    return text;
}

/* The earlier of a write_date and `limit`, as text on the heap. */
static char *not_after(const char *text, instant limit)
{
    char latest[INSTANT_TEXT_SIZE];

    instant_format_odoo(limit, latest);
    return strdup(strcmp(text, latest) > 0 ? latest : text);
}

/* The latest write_date among the records of the model; *ret NULL when there is none. */
static int latest_write_date(struct pull *pull, const struct model *model, char **ret,
                             struct error *error)
{
    json_t *records = NULL;
    int rc = newest_records(pull, &(struct newest){.model = model, .limit = 1}, &records, error);
    const char *text;

    *ret = NULL;
    if (rc < 0)
        return rc;
    text = json_string_value(json_object_get(json_array_get(records, 0), "write_date"));
    if (text && !(*ret = not_after(text, clock_real())))
        rc = error_memory(error);
    json_decref(records);
    return rc;
}

static instant earlier(instant a, instant b)
{
    return a < b ? a : b;
}

/* A `high` in the future was read before the clocks were set back. Records written from now on are
 * dated before it: read from the last pull on instead. */
int cursor_low(const struct pull *pull, const struct mirror_cursor *cursor, char **ret,
               struct error *error)
{
    int64_t overlap = pull->config->poll.overlap_ms / 1000;
    char text[INSTANT_TEXT_SIZE];
    instant high, now = clock_real();

    *ret = NULL;
    if (!cursor->high || !instant_parse_odoo(cursor->high, &high))
        return 0;
    if (high > now)
        high = earlier(now, cursor->pulled_at) - overlap;
    else
        high += cursor->high_seen_at ? -overlap : 1;
    *ret = strdup(instant_format_odoo(high, text));
    return *ret ? 0 : error_memory(error);
}

static int begin_first(struct pull *pull, const struct model *model, char *scope,
                       struct mirror_cursor *cursor, struct error *error)
{
    char *high = NULL;
    int rc = latest_write_date(pull, model, &high, error);

    if (rc < 0) {
        free(scope);
        return rc;
    }
    mirror_cursor_free(cursor);
    *cursor = (struct mirror_cursor){
        .scope = scope, .high = high, .high_seen_at = high ? clock_real() : 0};
    return mirror_cursor_set(pull->store, model->table.name, cursor, error);
}

int cursor_open(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                bool *ret_resumed, struct error *error)
{
    char *scope = scope_text(pull, model);
    int rc;

    if (!scope)
        return error_memory(error);
    rc = mirror_cursor_get(pull->store, model->table.name, cursor, error);
    if (rc == 0 && (!cursor->scope || strcmp(cursor->scope, scope) != 0))
        return begin_first(pull, model, scope, cursor, error);
    free(scope);
    *ret_resumed = rc == 0 && !cursor->first_done;
    return rc;
}

/* Marks the first pull as done and every account as to be computed, in one transaction: a process
 * killed in between would leave the accounts uncomputed. */
static int end_first(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                     struct error *error)
{
    int rc = store_begin(pull->store, error);

    if (rc < 0)
        return rc;
    cursor->first_done = true;
    rc = mirror_touch_all(pull->store, "first pull", error);
    if (rc == 0)
        rc = mirror_cursor_set(pull->store, model->table.name, cursor, error);
    if (rc == 0)
        rc = store_commit(pull->store, error);
    if (rc < 0)
        store_rollback(pull->store);
    else if (!model->own) /* the agent's own rows carry no history: they hide no event */
        pull->first_pulls = true;
    return rc;
}

/* Moves `high` to the latest write_date that was read. high_seen_at becomes 0 once poll.overlap has
 * passed since: no transaction that began before `high` can still be open. */
static int move_high(struct pull *pull, struct mirror_cursor *cursor,
                     const struct cursor_reading *reading, struct error *error)
{
    instant began = reading->began;
    char *high = not_after(reading->high, began);

    if (!high)
        return error_memory(error);
    if (*high && (!cursor->high || strcmp(high, cursor->high) > 0)) {
        free(cursor->high);
        cursor->high = high;
        cursor->high_seen_at = began;
        return 0;
    }
    free(high);
    if (cursor->high_seen_at && began - cursor->high_seen_at > pull->config->poll.overlap_ms / 1000)
        cursor->high_seen_at = 0;
    return 0;
}

int cursor_end(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
               const struct cursor_reading *reading, struct error *error)
{
    int rc;

    cursor->pulled_at = reading->began;
    if (!cursor->first_done)
        return end_first(pull, model, cursor, error);
    rc = move_high(pull, cursor, reading, error);
    return rc < 0 ? rc : mirror_cursor_set(pull->store, model->table.name, cursor, error);
}
