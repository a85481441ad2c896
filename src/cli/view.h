/* view.h - the local state as the reading commands see it: one snapshot, computed as of today. */
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
    bool kept; /* a cycle was stopped that would have revoked credit: the kept results stand */
};

/* Opens configuration and state and begins one read transaction. view_close() in every case. */
int view_open(struct cli *cli, struct view *view, struct error *error);
void view_close(struct view *view);

/* The one customer, or ticket, that the text names; ERR_NOT_FOUND otherwise. */
int view_customer(struct view *view, const char *text, int64_t *ret_customer, struct error *error);
int view_ticket(struct view *view, const char *text, int64_t *ret_ticket, struct error *error);

/* Refuses to compute from a first pull that is not complete. */
int view_require_complete(struct view *view, struct error *error);

/* Where the kept results stand, says so in the log. */
void view_say_kept(const struct view *view);

/* The accounts to show, after view_say_kept(); sorted, the caller frees ret->items. */
int view_accounts(struct view *view, struct ids *ret, struct error *error);

/* Computes an account (view_require_complete() included); where the kept results stand, its ledger
 * is the kept one, unless another day was asked for. *ret_facts lives until the next call; the
 * caller frees the result. */
int view_account(struct view *view, int64_t customer, const struct account_facts **ret_facts,
                 struct account_result *ret_result, struct error *error);

/* JSON values of the interface. */
json_t *json_day(civil_day day);
json_t *json_optional_day(bool has, civil_day day);
json_t *json_instant(instant when);
json_t *json_optional_instant(bool has, instant when);
json_t *json_optional_id(int64_t id);               /* null for 0 */
json_t *json_lot_name(struct ledger_lot_name name); /* null for the overdraft */
json_t *json_source(enum ledger_source source, int64_t id);
json_t *json_text(const char *text); /* null for NULL */

/* Prints the first of the accounts of cycle_report.revoked, and how many there are more; nothing
 * when there is none. */
int view_revoked(json_t *accounts, struct error *error);

/* An account and everything that was computed of it. */
struct account_view {
    int64_t customer;
    char *name; /* or NULL */
    const struct account_facts *facts;
    struct account_result result;
};

/* The account of the customer that `text` names. view_account_close() in every case. */
int view_account_open(struct view *view, const char *text, struct account_view *ret,
                      struct error *error);
void view_account_close(struct account_view *account);

/* The note of an entry: the invoice and its packs, the ticket, the reason, "lost unless ... is
 * paid". On the heap, or NULL. */
int view_entry_note(struct view *view, const struct account_view *account,
                    const struct ledger_entry *entry, char **ret, struct error *error);

#endif
