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

#include "qualiodoo/pull/pull.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"

/* Records in the fingerprint. One that is committed late hides behind newer ones: more than this
 * many would have to be written while its transaction is open. */
#define NEWEST_INVOICES 20

json_t *cursor_domain(struct pull *pull, const char *text, json_t *extra)
{
    json_t *domain = model_domain(text, pull->flavour, pull->ids);

    if (domain && extra)
        json_build_add_all(&domain, extra);
    return domain;
}

void cursor_widen(const struct pull *pull, json_t **domain)
{
    static const char suffix[] = ".commercial_partner_id";
    json_t *term;
    size_t i;

    if (pull->config->credit.account != ACCOUNT_TOP)
        return;
    json_array_foreach(*domain, i, term) {
        const char *field = json_string_value(json_array_get(term, 0));
        size_t length = field ? strlen(field) : 0;

        if (length < strlen(suffix) || strcmp(field + length - strlen(suffix), suffix) != 0)
            continue;
        if (json_array_set_new(term, 0, json_stringn(field, length - strlen(suffix))) < 0 ||
            json_array_set_new(term, 1, json_string("child_of")) < 0) {
            json_decref(*domain);
            *domain = NULL;
            return;
        }
    }
}

/* Everything that decides which rows and columns a mirror holds. When the text changes, the mirror
 * needs a first pull again. */
static char *scope_text(struct pull *pull, const struct model *model)
{
    json_t *domain = cursor_domain(pull, model->domain, NULL);
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
    text = json_dumps(scope, JSON_COMPACT);
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

/* The id, write_date and `field` of the `limit` records that were written last: in poll_domain when
 * there is a `field`, in change_domain when it is NULL. */
static int written_last(struct pull *pull, const struct model *model, const char *field, int limit,
                        json_t **ret, struct error *error)
{
    const char *changes = model->change_domain ? model->change_domain : model->domain;
    json_t *domain =
        cursor_domain(pull, field && model->poll_domain ? model->poll_domain : changes, NULL);
    json_t *arguments = json_pack("[o]", domain);
    json_t *keywords =
        json_pack("{s[ss*] ss si s{sb}}", "fields", "write_date", field, "order",
                  "write_date desc, id desc", "limit", limit, "context", "active_test", 0);
    struct odoo_call call = {.model = model_remote(model, pull->flavour),
                             .method = "search_read",
                             .arguments = arguments,
                             .keywords = keywords,
                             .safe = true};
    int rc =
        arguments && keywords ? odoo_execute(pull->odoo, &call, ret, error) : error_memory(error);

    json_decref(arguments);
    json_decref(keywords);
    return rc;
}

/* The latest write_date among the records of the model; *ret NULL when there is none. */
static int latest_write_date(struct pull *pull, const struct model *model, char **ret,
                             struct error *error)
{
    json_t *records = NULL;
    int rc = written_last(pull, model, NULL, 1, &records, error);
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

/* The fingerprint contains states because two changes within one second have the same write_date,
 * and payments because one that is set back to draft, or rejected by the bank, may not stamp its
 * invoice. */
int pull_newest_invoices(struct pull *pull, char **ret, struct error *error)
{
    json_t *invoices = NULL, *payments = NULL, *both;
    int rc =
        written_last(pull, &models[MODEL_MOVE], "payment_state", NEWEST_INVOICES, &invoices, error);

    if (rc == 0 && pull->fields[MODEL_PAYMENT])
        rc = written_last(pull, &models[MODEL_PAYMENT], "state", NEWEST_INVOICES, &payments, error);
    *ret = NULL;
    both = rc == 0 ? json_pack("[O O*]", invoices, payments) : NULL;
    if (both)
        *ret = json_dumps(both, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(invoices);
    json_decref(payments);
    json_decref(both);
    return rc < 0 || *ret ? rc : error_memory(error);
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
static int move_high(struct pull *pull, struct mirror_cursor *cursor, const char *read,
                     instant began, struct error *error)
{
    char *high = not_after(read, began);

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
               const char *high, instant began, struct error *error)
{
    int rc;

    cursor->pulled_at = began;
    if (!cursor->first_done)
        return end_first(pull, model, cursor, error);
    rc = move_high(pull, cursor, high, began, error);
    return rc < 0 ? rc : mirror_cursor_set(pull->store, model->table.name, cursor, error);
}
