/* texts.h - what is written into Odoo for people, in the configured language. Texts are on the heap
 * (the caller frees them); NULL when memory is short. */
#ifndef QUALIODOO_TEXTS_H
#define QUALIODOO_TEXTS_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/store/alerts.h"
#include "qualiodoo/store/targets.h"

struct texts {
    enum config_language language;
    const struct tz *zone; /* in which times are shown */
    const char *zone_name;
};

/* HTML of the notes on a ticket: urgency, deadline, calendar, delay. */
char *texts_breach(const struct texts *texts, const struct target_verdict *target);
char *texts_warning(const struct texts *texts, const struct target_verdict *target);
/* A flag that was written is taken back; `flagged` is the deadline it named. */
char *texts_cleared(const struct texts *texts, const struct target_verdict *target,
                    instant flagged);

/* The summary of an activity: "SLA breached: HT00042". */
char *texts_breach_summary(const struct texts *texts, const struct target_ticket *ticket);
char *texts_warning_summary(const struct texts *texts, const struct target_verdict *target);

/* One sentence of an alert about a customer's credit. */
char *texts_alert(const struct texts *texts, enum alert kind, const struct alert_row *row);

/* Takes back that hours of an invoice were credited; `move` is its name. */
char *texts_withdrawn(const struct texts *texts, const char *move);

/* A sentence as an HTML paragraph. */
char *texts_paragraph(const char *text);

/* HTML of an activity, with the key by which it is found again. */
char *texts_activity(const char *html, const char *key);

/* The text with <, >, & and quotes as entities. */
char *texts_escape(const char *text);

/* "urgente", "medium"... borrowed. */
const char *texts_urgency(const struct texts *texts, enum sla_urgency urgency);

/* A deadline as people of that language write it. */
#define TEXTS_WHEN_SIZE 32
char *texts_when(const struct texts *texts, instant when, char text[TEXTS_WHEN_SIZE]);

#endif
