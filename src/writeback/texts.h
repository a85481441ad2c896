/* texts.h - the texts written into Odoo for people, in the configured language. A function that
 * returns `char *` without a buffer argument returns heap memory that the caller frees, or NULL
 * when there is no memory. */
#ifndef QUALIODOO_WRITEBACK_TEXTS_H
#define QUALIODOO_WRITEBACK_TEXTS_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/store/alerts.h"
#include "qualiodoo/store/targets.h"

struct texts {
    enum config_language language;
    const struct tz *zone; /* in which times are shown; NULL where only credit is written about */
    const char *zone_name;
};

/* HTML of the notes on a breached ticket and on one that is near its deadline. */
char *texts_breach(const struct texts *texts, const struct target_verdict *target);
char *texts_warning(const struct texts *texts, const struct target_verdict *target);
/* HTML of the note that corrects a flag; `flagged` is the deadline that the flag named. */
char *texts_cleared(const struct texts *texts, const struct target_verdict *target,
                    instant flagged);

/* Summaries of the activities: "Overdue: answer HT00042", "Answer HT00042 before ...". */
char *texts_breach_summary(const struct texts *texts, const struct target_ticket *ticket);
char *texts_warning_summary(const struct texts *texts, const struct target_verdict *target);

/* The sentence of an alert about a customer's credit, plain text. */
char *texts_alert(const struct texts *texts, enum alert kind, const struct alert_row *row);

/* The sentence that corrects an ALERT_CREDITED, plain text; `move` is the invoice's name. */
char *texts_withdrawn(const struct texts *texts, const char *move);

/* Plain text as an HTML paragraph, escaped. */
char *texts_paragraph(const char *text);

/* HTML of an activity: `html`, and a paragraph with the key by which the activity is found again.
 */
char *texts_activity(const char *html, const char *key);

#endif
