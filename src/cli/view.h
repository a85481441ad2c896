/* view.h - the local state for the commands that only read: one snapshot, computed as of today. */
#ifndef QUALIODOO_CLI_VIEW_H
#define QUALIODOO_CLI_VIEW_H

#include "qualiodoo/cli/cli.h"
#include "qualiodoo/compute/policy.h"
#include "qualiodoo/cycle/cycle_report.h"
#include "qualiodoo/store/lookup.h"

struct view {
    struct config *config;
    struct store *store;
    struct policy policy;
    struct facts *facts;
    civil_day today;
    bool kept; /* the last cycle stopped, as it would have revoked credit: show stored results */
};

/* Opens configuration and state and begins one read transaction. The caller calls view_close(),
 * also after a failure. */
int view_open(struct cli *cli, struct view *view, struct error *error);
void view_close(struct view *view);

/* The customer, or the ticket, that `text` names. ERR_NOT_FOUND when it names none or several. */
int view_customer(struct view *view, const char *text, int64_t *ret_customer, struct error *error);
int view_ticket(struct view *view, const char *text, int64_t *ret_ticket, struct error *error);

/* ERR_STATE while the first pull is not complete: balances computed from it would be wrong. */
int view_require_complete(struct view *view, struct error *error);

/* Logs a warning when view->kept: the balances shown are stored ones. */
void view_say_kept(const struct view *view);

/* Calls view_say_kept() and lists the accounts to show, by id; the caller frees ret->items. */
int view_accounts(struct view *view, struct ids *ret, struct error *error);

/* Computes an account, after view_require_complete(). With view->kept, its ledger is the stored
 * one, unless --now asks for another day than the stored one. *ret_facts is valid until the next
 * call; the caller frees *ret_result with account_result_free(). */
int view_account(struct view *view, int64_t customer, const struct account_facts **ret_facts,
                 struct account_result *ret_result, struct error *error);

/* JSON values as docs/INTERFACE.md writes them: a new reference, or NULL when memory is short. */
json_t *json_day(civil_day day);
json_t *json_optional_day(bool has, civil_day day);
json_t *json_instant(instant when);
json_t *json_optional_instant(bool has, instant when);
json_t *json_optional_id(int64_t id);               /* null for 0 */
json_t *json_lot_name(struct ledger_lot_name name); /* null for the overdraft */
json_t *json_source(enum ledger_source source, int64_t id);
json_t *json_text(const char *text); /* null for NULL */

/* An account and everything that was computed for it. */
struct account_view {
    int64_t customer;
    char *name; /* or NULL */
    const struct account_facts *facts;
    struct account_result result;
};

/* Computes the account of the customer that `text` names. *ret is zeroed by the caller, who calls
 * view_account_close() also after a failure. */
int view_account_open(struct view *view, const char *text, struct account_view *ret,
                      struct error *error);
void view_account_close(struct account_view *account);

/* The note of an entry: the invoice and its packs, the ticket, the reason, "lost unless ... is
 * paid". *ret is on the heap (the caller frees it), or NULL when there is no note. */
int view_entry_note(struct view *view, const struct account_view *account,
                    const struct ledger_entry *entry, char **ret, struct error *error);

#endif
