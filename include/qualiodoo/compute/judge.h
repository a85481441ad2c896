/* judge.h - response targets of the tickets that changed, judged and kept. */
#ifndef QUALIODOO_COMPUTE_JUDGE_H
#define QUALIODOO_COMPUTE_JUDGE_H

#include "qualiodoo/compute/compute_report.h"
#include "qualiodoo/compute/respond.h"

/* What is judged, and whom the caller wants to be told. */
struct judging {
    struct store *store;
    const struct config *config;
    struct compute_report *report;
    bool is_history;      /* a first pull: what is found is no event */
    bool hides_responses; /* this Odoo shows no assignment or closing (flavour.h) */
    bool wrong_clock;     /* what the agent sees at this moment proves nothing */
    bool judged_any;      /* out: there was something to judge, and `problem` is of today */
    struct error problem; /* out: a working calendar that cannot be used; code 0: none */

    void *context; /* of the functions below */
    /* Asks Odoo for the history of tickets, and keeps the answers in the store. */
    int (*ask_history)(void *context, const struct ids *tickets, struct error *error);
    /* A ticket that owes a response was judged, and its target is stored. */
    int (*judged)(void *context, const struct target_judged *judged, struct error *error);
    /* A ticket owes no response any more: it was deleted, withdrawn, or left the domain. */
    int (*withdrawn)(void *context, int64_t ticket, struct error *error);
};

/* Judges the tickets that changed, or whose state changes with time, and `also` (sorted; may be
 * NULL), and stores their targets. Part of the cycle's transaction. */
int judge_targets(struct judging *judging, const struct ids *also, struct error *error);

#endif
