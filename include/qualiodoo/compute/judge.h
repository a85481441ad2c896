/* judge.h - judges and stores the response targets of the tickets that changed. */
#ifndef QUALIODOO_COMPUTE_JUDGE_H
#define QUALIODOO_COMPUTE_JUDGE_H

#include "qualiodoo/compute/compute_report.h"
#include "qualiodoo/compute/respond.h"

/* The arguments of judge_targets(), its results, and the functions it calls. All pointers are
 * borrowed. */
struct judging {
    struct store *store;
    const struct config *config;
    struct compute_report *report;
    bool is_history;      /* a first pull: breaches found are no events */
    bool hides_responses; /* this Odoo shows no date of assignment or closing (flavour.h) */
    bool wrong_clock;     /* this machine's clock is wrong (skew.h): seeing no response now proves
                             nothing */
    bool judged_any;      /* out: tickets were judged, and `problem` is set anew */
    struct error problem; /* out: the first working calendar that cannot be used; code 0: none */

    void *context; /* of the functions below; each returns 0 or a negative code, which stops */
    /* Asks Odoo for the history of tickets and saves the answers in the store. */
    int (*ask_history)(void *context, const struct ids *tickets, struct error *error);
    /* Called after a ticket that owes a response was judged and its target was stored. */
    int (*judged)(void *context, const struct target_judged *judged, struct error *error);
    /* Called for a ticket that no longer owes a response: deleted, withdrawn, or out of the domain.
     */
    int (*withdrawn)(void *context, int64_t ticket, struct error *error);
};

/* Judges the tickets that changed, those whose state changed with time, and those of `also` (ids,
 * sorted; may be NULL), and stores their targets. After a failure the caller rolls its transaction
 * back; in a first pull, which has none, the noted changes remain and are judged again. */
int judge_targets(struct judging *judging, const struct ids *also, struct error *error);

#endif
