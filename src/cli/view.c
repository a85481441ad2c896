/* view.c - opens the state for reading, finds the customer or ticket that the user typed, and
 * computes an account as of today. */
#include "view.h"

#include <stdlib.h>

#include "qualiodoo/pull/customer.h"
#include "qualiodoo/pull/open.h"
#include "qualiodoo/store/facts_changed.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/results.h"
#include "qualiodoo/store/results_load.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"

/* Sets view->kept: whether the last cycle stopped because it would have revoked credit. */
static int find_kept(struct view *view, struct error *error)
{
    char *revoked = NULL;
    int rc = store_meta_get(view->store, "revoked", &revoked, error);

    view->kept = revoked && *revoked;
    free(revoked);
    return rc;
}

int view_open(struct cli *cli, struct view *view, struct error *error)
{
    int rc;

    *view = (struct view){0};
    rc = config_load(cli->config_path, &view->config, error);
    if (rc == 0)
        rc = store_open(view->config->state.path, STORE_READ, &view->store, error);
    if (rc == 0)
        rc = store_begin(view->store, error);
    if (rc == 0)
        rc = pull_check_database(view->config, view->store, error);
    if (rc == 0)
        rc = policy_open(view->config, view->store, &view->policy, error);
    if (rc == 0)
        rc = find_kept(view, error);
    if (rc < 0)
        return rc;
    view->today = policy_today(&view->policy);
    view->facts = facts_new(view->store, &view->policy.facts);
    return view->facts ? 0 : error_memory(error);
}

void view_close(struct view *view)
{
    facts_free(view->facts);
    if (view->policy.packs)
        policy_close(&view->policy);
    store_close(view->store);
    config_free(view->config);
    *view = (struct view){0};
}

int view_customer(struct view *view, const char *text, int64_t *ret_customer, struct error *error)
{
    return customer_find_local(view->store, view->config, text, ret_customer, error);
}

int view_ticket(struct view *view, const char *text, int64_t *ret_ticket, struct error *error)
{
    struct ids ids = {0};
    int rc = lookup_tickets(view->store, text, &ids, error);

    if (rc == 0 && ids.count == 1)
        *ret_ticket = ids.items[0];
    else if (rc == 0 && ids.count == 0)
        rc = error_set(error, ERR_NOT_FOUND,
                       "no ticket '%s' is known here: give its id or its exact number in Odoo",
                       text);
    else if (rc == 0)
        rc = error_set(error, ERR_NOT_FOUND,
                       "'%s' names %zu tickets (%lld, %lld%s): give the id of one", text, ids.count,
                       (long long)ids.items[0], (long long)ids.items[1],
                       ids.count > 2 ? ", ..." : "");
    free(ids.items);
    return rc;
}

int view_require_complete(struct view *view, struct error *error)
{
    bool complete = false;
    int rc = mirror_is_complete(view->store, &complete, error);

    if (rc < 0 || complete)
        return rc;
    return error_set(error, ERR_STATE,
                     "the first pull from Odoo is not complete, and balances would be wrong: run "
                     "'qualiodoo sync', which goes on from where it stopped");
}

void view_say_kept(const struct view *view)
{
    if (view->kept)
        log_warning("the balances are those from before a setting changed, here or in Odoo: "
                    "'qualiodoo status' names it and says what to do");
}

int view_accounts(struct view *view, struct ids *ret, struct error *error)
{
    view_say_kept(view);
    return view->kept ? results_accounts(view->store, ret, error)
                      : facts_accounts(view->store, ret, error);
}

/* Replaces the computed ledger by the stored one, unless --now asks for another day. */
static int put_kept(struct view *view, int64_t customer, struct account_result *result,
                    struct error *error)
{
    struct results_stored kept;
    int rc = results_load(view->store, customer, &kept, error);

    if (rc < 0)
        return rc;
    if (clock_is_set() && kept.found && kept.day != view->today) {
        account_result_free(&kept.result);
        return 0;
    }
    ledger_free(&result->ledger);
    result->ledger = kept.result.ledger;
    result->held = kept.result.held;
    result->has_next_change = kept.result.has_next_change;
    result->next_change = kept.result.next_change;
    return 0;
}

int view_account(struct view *view, int64_t customer, const struct account_facts **ret_facts,
                 struct account_result *ret_result, struct error *error)
{
    struct account_result result = {0};
    int rc = view_require_complete(view, error);

    if (rc == 0)
        rc = facts_load(view->facts, customer, ret_facts, error);
    if (rc == 0)
        rc = account_compute(*ret_facts, &view->policy.account, view->today, &result, error);
    if (rc == 0 && view->kept)
        rc = put_kept(view, customer, &result, error);
    if (rc < 0)
        account_result_free(&result);
    else
        *ret_result = result;
    return rc;
}

json_t *json_day(civil_day day)
{
    char text[CIVIL_TEXT_SIZE];

    return json_string(civil_format(day, text));
}

json_t *json_optional_day(bool has, civil_day day)
{
    return has ? json_day(day) : json_null();
}

json_t *json_instant(instant when)
{
    char text[INSTANT_TEXT_SIZE];

    return json_string(instant_format(when, text));
}

json_t *json_optional_instant(bool has, instant when)
{
    return has ? json_instant(when) : json_null();
}

json_t *json_optional_id(int64_t id)
{
    return id ? json_integer(id) : json_null();
}

json_t *json_lot_name(struct ledger_lot_name name)
{
    if (name.origin == LOT_NONE)
        return json_null();
    return json_sprintf("%s:%lld", ledger_origin_name(name.origin), (long long)name.id);
}

json_t *json_source(enum ledger_source source, int64_t id)
{
    return json_sprintf("%s:%lld", ledger_source_name(source), (long long)id);
}

json_t *json_text(const char *text)
{
    return text ? json_string(text) : json_null();
}

int view_account_open(struct view *view, const char *text, struct account_view *ret,
                      struct error *error)
{
    int rc = view_customer(view, text, &ret->customer, error);

    if (rc == 0)
        rc = lookup_partner_name(view->store, ret->customer, &ret->name, error);
    if (rc == 0)
        view_say_kept(view);
    if (rc == 0)
        rc = view_account(view, ret->customer, &ret->facts, &ret->result, error);
    return rc;
}

void view_account_close(struct account_view *account)
{
    account_result_free(&account->result);
    free(account->name);
    *account = (struct account_view){0};
}

static const struct ledger_lot *find_lot(const struct ledger *ledger, struct ledger_lot_name name)
{
    for (size_t i = 0; i < ledger->n_lots; i++)
        if (ledger->lots[i].name.origin == name.origin && ledger->lots[i].name.id == name.id)
            return &ledger->lots[i];
    return NULL;
}

/* Appends to the note: "INV/2025/00031 SUP12 x 1: lost unless INV/2026/00012 is paid". */
static int expiry_note(struct view *view, const struct account_view *account,
                       const struct ledger_entry *entry, char **note, struct error *error)
{
    const struct ledger_lot *lot = find_lot(&account->result.ledger, entry->lot);
    const struct credit_move *renewal =
        lot ? account_lost_unless_paid(account->facts, &view->policy.account, &account->result, lot,
                                       view->today)
            : NULL;
    char *longer;

    if (!renewal)
        return 0;
    if (asprintf(&longer, "%s%slost unless %s is paid", *note ? *note : "", *note ? ": " : "",
                 renewal->name) < 0)
        return error_memory(error);
    free(*note);
    *note = longer;
    return 0;
}

static int source_note(struct view *view, const struct ledger_entry *entry, char **ret,
                       struct error *error)
{
    switch (entry->source) {
    case SOURCE_MOVE:
        return lookup_move_name(view->store, entry->source_id, ret, error);
    case SOURCE_ANALYTIC_LINE:
        return lookup_line_ticket(view->store, entry->source_id, ret, error);
    case SOURCE_ADJUSTMENT:
        return lookup_adjustment_reason(view->store, entry->source_id, ret, error);
    }
    return 0;
}

int view_entry_note(struct view *view, const struct account_view *account,
                    const struct ledger_entry *entry, char **ret, struct error *error)
{
    char *note = NULL;
    int rc;

    if (entry->kind == LEDGER_GRANT)
        rc = lookup_pack_line(view->store, entry->lot.id, &note, error);
    else
        rc = source_note(view, entry, &note, error);
    if (rc == 0 && entry->kind == LEDGER_EXPIRE)
        rc = expiry_note(view, account, entry, &note, error);
    if (rc < 0) {
        free(note);
        return rc;
    }
    *ret = note;
    return 0;
}
