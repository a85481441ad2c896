/* verdicts.h - from judged tickets to writes (verdicts.c), and from writes to Odoo (push.c). */
#ifndef QUALIODOO_SYNC_VERDICTS_H
#define QUALIODOO_SYNC_VERDICTS_H

#include "lease.h"
#include "pull.h"
#include "qualiodoo/outbox.h"
#include "qualiodoo/respond.h"
#include "texts.h"

/* Judges the tickets that changed, or whose state changes with time, and `also` (sorted; may be
 * NULL): stores their targets, and queues, voids or corrects what is to be said of them in Odoo.
 * Part of the cycle's transaction. What is wrong with a calendar goes to pull->problem. */
int verdicts_update(struct pull *pull, const struct ids *also, struct error *error);

/* --- alerts.c --- */

/* Queues what is to be said of the accounts that changed on their customers. */
int alerts_update(struct pull *pull, civil_day today, struct error *error);

/* --- shown.c --- */

/* Queues what Odoo is to show of each customer's credit, where it shows something else. */
int shown_update(struct pull *pull, struct error *error);
/* --- doubt.c --- */

/* Whether the history of a ticket must be asked before it is called late, or charged. `recent`: it
 * may be flagged. */
bool doubt_target(const struct pull *pull, const struct respond_target *target, bool recent);

/* Keeps that the ticket was seen neither assigned nor closed after its deadline: what the agent saw
 * itself needs no history, with a right clock and where Odoo hides nothing. */
int doubt_note_unanswered(const struct pull *pull, const struct respond_target *target, instant now,
                          struct error *error);

/* --- history.c --- */

/* Asks Odoo when tickets were first assigned and closed, where its fields may show a later time,
 * and keeps the answers. */
int history_ask(struct pull *pull, const struct ids *tickets, struct error *error);

/* Of tickets whose history could not be read: forgets that, where the right was given since or
 * everything is read again, so that they are judged and asked for again. */
int history_retry(struct pull *pull, struct error *error);

/* By what this Odoo lets the agent read who was assigned when. */
enum history_source {
    HISTORY_BY_NOTHING,
    HISTORY_BY_VALUES,   /* mail.tracking.value, to which `setup` gives the right */
    HISTORY_BY_MESSAGES, /* message_format, of 17 and before; on 16 it names no field */
};
int history_find_source(struct odoo *odoo, enum history_source *ret, struct error *error);

/* --- push.c --- */

/* Sends what is due. `confirm` brings tickets up to date first: the last word before a flag. */
int push_run(struct pull *pull, struct error *error);

/* --- push_steps.c --- */

/* Moves a row; a failure that can pass (`reason` with QUEUED or SENDING) waits before the next try,
 * longer each time. */
int push_move(struct pull *pull, const struct outbox_row *row, enum outbox_state to,
              int64_t remote_id, const char *reason, struct error *error);

/* Parks a write that Odoo refuses, with its words; it blocks no other. */
int push_refuse(struct pull *pull, const struct outbox_row *row, const struct error *cause,
                struct error *error);

/* Whether a failure is Odoo's refusal of this write. */
bool push_is_refusal(int code);

/* Waits until Odoo must be done with the row's last call. A service that was killed, or a call that
 * timed out, is tried again later than that anyway; a command typed again is not. */
int push_wait(const struct outbox_row *row, struct error *error);

/* --- push_accounts.c --- */

/* Writes those of `rows` that are OUTBOX_ACCOUNT into x_qualiodoo_account, many in one call; rows
 * of other parts are left alone. Adds the ids that were written to `touched`. */
int push_accounts(struct pull *pull, const struct ids *rows, struct ids *touched,
                  struct error *error);

/* --- push_remote.c --- */

/* How a write ended. */
enum sent { SENT_DONE, SENT_ABSENT, SENT_REFUSED };

/* Whether the write of a row is in Odoo already: SENT_DONE (with its id), or SENT_ABSENT.
 * `in_doubt`: a call was begun before, look everywhere. */
int remote_look(struct pull *pull, const struct outbox_row *row, bool in_doubt, enum sent *ret_sent,
                int64_t *ret_id, struct error *error);

/* Makes the write. Errors as odoo_execute()'s. */
int remote_write(struct pull *pull, const struct outbox_row *row, int64_t *ret_id,
                 struct error *error);

/* The record that a row writes to is gone. */
bool remote_is_gone(int code);

#endif
