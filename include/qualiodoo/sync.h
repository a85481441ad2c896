/* sync.h - the use cases: one cycle pulls from Odoo, computes the accounts, and says what changed.
 */
#ifndef QUALIODOO_SYNC_H
#define QUALIODOO_SYNC_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/account.h"
#include "qualiodoo/config.h"
#include "qualiodoo/facts.h"
#include "qualiodoo/flavour.h"
#include "qualiodoo/odoo.h"
#include "qualiodoo/store.h"

/* What one cycle did; the interface's `reconcile` document. */
struct cycle_report {
    json_t *checked, *created, *updated, *deleted; /* remote model -> number of records */
    json_t *accounts_changed;                      /* array of customer ids */
    json_t *moves;         /* array of {"contact" or null, "from", "to", "invoices"} */
    json_t *differences;   /* array of texts for people, the first changes of accounts */
    int64_t n_differences; /* of all */
    json_t
        *revoked; /* array of {"customer_id", "customer", "before_minutes", "after_minutes",
                     "lots"}: credit that a changed word would take away, which stopped the cycle */
    json_t *revoked_because; /* array of texts: the words that changed */
    int64_t accounts_recomputed;
    int64_t breaches_new, breaches_cleared;
    int64_t writes_queued, writes_sent, writes_refused;
    int64_t duration_ms;
    struct odoo_stats odoo; /* calls made, retries among them */
    json_t *events;         /* array of {"event", "ticket" or "customer", "minutes"?}: see below */
    bool on_duty;        /* this agent may write into Odoo, as far as several agents go (lease.h) */
    bool took_duty;      /* since the cycle began */
    int64_t lease_in_ms; /* so much later the lease must be looked after; negative: it is not in
                            use */
    json_t *lost;    /* array of {"customer", "name"?, "before_minutes", "after_minutes"}: accounts
                        that lost credit otherwise than by work */
    json_t *written; /* array of {"part", "key", "ticket" or "customer", "name"?}: what Odoo took */
    bool skipped;    /* cycle_options.if_invoices_changed, and none did: nothing was read */
    bool whole;      /* the cycle went to its end, even when what it met there makes it fail: a
                        write that was refused, a calendar that cannot be used */
    bool has_event;  /* a response target changes by itself at `event` */
    instant event;
};

/* What happened, once each: "breach" and "cleared" of a ticket; "credited" (granted, adjusted
 * upwards or come back), "consumed" and "expired" of a customer, with how many more minutes of it
 * the account has than before. What a first pull finds is history, and no event; what is undone
 * with its transaction is none either. */
void cycle_report_event(struct cycle_report *report, const char *event, int64_t ticket,
                        int64_t customer, minutes amount);

/* Takes back the events after the first `count`: their transaction was rolled back. */
void cycle_report_undo_events(struct cycle_report *report, size_t count);

void cycle_report_free(struct cycle_report *report);

/* Whether anything differed. */
bool cycle_report_drift(const struct cycle_report *report);

/* The document of INTERFACE.md (new reference). */
json_t *cycle_report_json(const struct cycle_report *report);

struct cycle_options {
    bool reconcile;               /* read everything again, not only what changed */
    bool dry_run;                 /* undo every local change at the end */
    bool force;                   /* go past safety.max_delete, accept revoked credit */
    const char *const *customers; /* reconcile only these: ids, exact names or references */
    size_t n_customers;           /* 0: all */
    bool service; /* does not wait for the cycle lock (ERR_BUSY), nor tries again too soon what Odoo
                     did not take */
    bool lease_only;          /* looks after the lease, and does nothing else */
    bool if_invoices_changed; /* first asks, in one call, whether any invoice did */
    int64_t *uid; /* or NULL: the user's number that the last cycle of this process found; 0: none.
                     Forgotten when a cycle fails */
};

/* One whole cycle: takes the cycle lock, opens the state, talks to Odoo, computes. The outcome is
 * noted in the state for `status`. Caller frees the report (also filled as far as it went when the
 * cycle fails). ERR_SAFETY when too much would be deleted, or credit be revoked. */
int cycle_run(const struct config *config, const struct cycle_options *options,
              struct cycle_report *ret_report, struct error *error);

/* Who may write into Odoo, as the last cycle of this state left it. */
#define LEASE_HOLDER_SIZE 256
struct lease_status {
    bool in_use;                    /* the model of the lease is there: several agents may run */
    bool on_duty;                   /* this one writes */
    int64_t row;                    /* of the agent; 0: none, or one that has expired */
    int64_t other;                  /* the row that comes before it; 0: none */
    instant looked_at;              /* 0: never */
    char holder[LEASE_HOLDER_SIZE]; /* of `other`: "HOST:STATE" */
};
int sync_lease_status(struct store *store, const char *path, struct lease_status *ret,
                      struct error *error);

/* A clean stop of the service: other agents need not wait until its lease expires. Not when another
 * command of the same state is at work. Failures are of no consequence. */
void cycle_release_lease(const struct config *config);

/* Asks work in progress to stop at the next transaction's edge; safe in a signal handler. */
void cycle_interrupt(void);
bool cycle_interrupted(void *unused);

/* Grows with every answer of Odoo, page stored, account computed and write sent: whether work goes
 * on. */
unsigned long cycle_progress(void);
void cycle_note_progress(void);

/* The client for a configuration: reads the secret, opens (no call is made). */
int sync_connect(const struct config *config, struct odoo **ret_odoo, struct error *error);

/* How the configuration says that Odoo is called; without a secret. Borrows from `config`. */
struct odoo_options sync_odoo_options(const struct config *config);

/* ERR_STATE when the state is that of another database than the configuration's. */
int sync_check_database(const struct config *config, struct store *store, struct error *error);

/* Tells `missing` (which returns 0, or ERR_NO_MEMORY) of each product that credit.packs names and
 * that the mirror does not have, in words. */
#define PACK_TEXT_SIZE 300
int packs_missing(struct store *store, const struct config *config,
                  int (*missing)(void *context, const char *text), void *context,
                  struct error *error);

/* How the configuration and the state say that accounts are computed. Borrows from `config`. */
struct policy {
    struct account_policy account;
    struct facts_policy facts;
    struct facts_pack *packs; /* owned */
    char *excluded_tags;      /* owned */
    struct tz *zone;          /* owned */
};
int policy_open(const struct config *config, struct store *store, struct policy *ret,
                struct error *error);
void policy_close(struct policy *policy);

/* For which day accounts are computed, and whose credit may be revoked (DOMAIN.md, section 3). */
struct accounts_order {
    civil_day today;
    bool force;               /* accept revoked credit, of these accounts only: */
    const int64_t *customers; /* sorted */
    size_t n_customers;       /* 0: of all */
};

/* Computes the accounts that changed (all of them when the policy did), saves them and forgets the
 * noted changes, in one transaction. ERR_SAFETY when that would revoke credit: nothing is changed
 * then, and the report names the accounts and the cause. */
int accounts_update(struct store *store, const struct config *config,
                    const struct accounts_order *order, struct cycle_report *report,
                    struct error *error);

/* The civil date of clock_now() in the configured zone. */
civil_day policy_today(const struct policy *policy);

/* Adds or removes credit by hand (DOMAIN.md, section 6): Odoo first, the state second. */
#define ADJUSTMENT_KEY_SIZE 65    /* of 1 to 64 letters, digits, '.', '-', '_', and its NUL */
#define ADJUSTMENT_REASON_MAX 500 /* bytes */
#define ADJUSTMENT_MAX_HOURS 10000
struct adjustment_request {
    int64_t customer;   /* res.partner, any contact of the customer */
    minutes amount;     /* not 0, of ADJUSTMENT_MAX_HOURS at most */
    const char *reason; /* one line of UTF-8 */
    civil_day day;
    bool day_by_default; /* nobody gave the day: when the key is found, its own day is right */
    bool has_end;
    civil_day end;   /* after `day`; only with a positive amount */
    const char *key; /* the one to repeat, or a new one from adjustment_key() */
    void (*about_to_write)(const char *key); /* called once before Odoo is written; NULL: not */
    bool dry_run; /* nothing is written, here or in Odoo: what the balance would be */
};
struct adjustment_outcome {
    int64_t id;       /* of the row or note; 0 in a dry run that finds none */
    bool repeated;    /* the key was there already: nothing was written */
    int64_t customer; /* the account's holder */
    char *name;       /* of the customer, on the heap; NULL: names are not kept */
    civil_day day;    /* as it stands in Odoo */
    minutes balance;  /* of the account, afterwards */
};

/* A new unique key. */
int adjustment_key(char key[ADJUSTMENT_KEY_SIZE], struct error *error);

/* What can be refused without asking Odoo: an impossible request, shadow mode. */
int adjustment_check(const struct config *config, const struct adjustment_request *request,
                     struct error *error);

/* Frees what an outcome holds. */
void adjustment_outcome_free(struct adjustment_outcome *outcome);

/* Writes the adjustment unless its key is in Odoo already with the same figures (ERR_REFUSED with
 * others), then computes the account. When only the second part fails, the message says so. */
int adjustment_write(const struct config *config, const struct adjustment_request *request,
                     struct adjustment_outcome *ret, struct error *error);

/* Looks a customer up in Odoo: an id, or an exact name or reference. *ret_customer is the holder of
 * its account. ERR_NOT_FOUND, also when the name is not unique (the message lists ids). */
int customer_find_remote(struct odoo *odoo, enum config_account account, const char *text,
                         int64_t *ret_customer, struct error *error);

/* Makes in Odoo what the agent needs (INTERFACE.md, `setup`), or takes it away again. `step` is
 * told what became of each thing; `dry_run` only tells. */
enum setup_outcome {
    SETUP_MADE,    /* it was missing, or not as it should be */
    SETUP_FOUND,   /* it was there */
    SETUP_REMOVED, /* with `remove` */
    SETUP_KEPT,    /* with `remove`: it is there and stays */
};
struct setup_options {
    const char *admin_login, *admin_secret;
    bool dry_run;
    bool remove;           /* all that was made, but adjustments and what it takes to read them */
    bool with_adjustments; /* with `remove`: these too */
    const char *webhook;   /* or NULL: where Odoo shall call (config_webhook_url()) */
    void (*step)(void *context, const char *what, enum setup_outcome outcome);
    void *context;
};
int setup_run(const struct config *config, const struct setup_options *options,
              struct error *error);

/* What doctor finds. */
enum doctor_level { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_PROBLEM };
struct doctor_finding {
    enum doctor_level level;
    const char *topic; /* connection, rights, models, data... */
    const char *text;
    const char *advice; /* or NULL */
};
/* Runs every check; `found` gets them in order. Fails only when checking itself is impossible. */
int doctor_run(const struct config *config,
               void (*found)(void *context, const struct doctor_finding *finding), void *context,
               struct error *error);

#endif
