/* texts.c - the texts of the notes and activities that are written into Odoo. */
#include "texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/printable.h"
#include "qualiodoo/util/tz.h"

static bool french(const struct texts *texts)
{
    return texts->language == LANGUAGE_FR;
}

static char *format(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *format(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return length < 0 ? NULL : printable_clean(text);
}

static const char *entity(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* The text with <, >, & and quotes as entities. */
static char *escape(const char *text)
{
    size_t length = 0;
    char *escaped, *end;

    for (const char *c = text; *c; c++)
        length += entity(*c) ? strlen(entity(*c)) : 1;
    escaped = end = malloc(length + 1);
    for (const char *c = text; escaped && *c; c++) {
        const char *with = entity(*c);

        if (with)
            end = mempcpy(end, with, strlen(with));
        else
            *end++ = *c;
    }
    if (escaped)
        *end = '\0';
    return escaped;
}

static const char *urgency_word(const struct texts *texts, enum sla_urgency urgency)
{
    static const char *const words[] = {
        [SLA_LOW] = "faible", [SLA_MEDIUM] = "moyenne", [SLA_URGENT] = "urgente"};

    return french(texts) ? words[urgency] : sla_urgency_name(urgency);
}

#define WHEN_SIZE 32

/* An instant in texts->zone, as people of the language write it. */
static char *when_text(const struct texts *texts, instant when, char text[WHEN_SIZE])
{
    char iso[TZ_TEXT_SIZE]; /* YYYY-MM-DD HH:MM */

    tz_format(texts->zone, when, iso);
    if (french(texts))
        snprintf(text, WHEN_SIZE, "%.2s/%.2s/%.4s à %.5s", iso + 8, iso + 5, iso, iso + 11);
    else
        snprintf(text, WHEN_SIZE, "%s", iso);
    return text;
}

#define SPAN_SIZE 48

/* Business seconds as H:MM, rounded down; "< 0:01" for less than a minute. */
static char *span(int64_t seconds, char text[SPAN_SIZE])
{
    int64_t whole = seconds / 60;

    if (seconds && !whole)
        snprintf(text, SPAN_SIZE, "< 0:01");
    else
        snprintf(text, SPAN_SIZE, "%lld:%02d", (long long)(whole / 60), (int)(whole % 60));
    return text;
}

/* "2:00 h ouvrées", "2 jours ouvrés". */
static char *promise(const struct texts *texts, const struct sla_target *target,
                     char text[SPAN_SIZE])
{
    char hours[SPAN_SIZE];

    if (target->days)
        snprintf(text, SPAN_SIZE,
                 french(texts) ? (target->days > 1 ? "%d jours ouvrés" : "%d jour ouvré")
                               : (target->days > 1 ? "%d business days" : "%d business day"),
                 target->days);
    else
        snprintf(text, SPAN_SIZE, french(texts) ? "%s h ouvrées" : "%s business hours",
                 span(target->seconds, hours));
    return text;
}

/* The list items that every note about a ticket has: urgency, deadline, calendar. */
static char *facts(const struct texts *texts, const struct target_verdict *target)
{
    const struct sla_verdict *verdict = &target->verdict;
    char *calendar = escape(target->calendar_name), *made = NULL;
    char deadline[WHEN_SIZE], promised[SPAN_SIZE];

    if (calendar)
        made = format(french(texts) ? "<li>Urgence : %s (réponse en %s)</li>"
                                      "<li>Échéance : %s (%s)</li><li>Calendrier : %s</li>"
                                    : "<li>Urgency: %s (response within %s)</li>"
                                      "<li>Deadline: %s (%s)</li><li>Calendar: %s</li>",
                      urgency_word(texts, verdict->urgency),
                      promise(texts, &verdict->target, promised),
                      when_text(texts, verdict->deadline, deadline), texts->zone_name, calendar);
    free(calendar);
    return made;
}

static const char *event_words(const struct texts *texts, enum response_event event)
{
    static const char *const words[][2] = {
        [RESPONSE_NONE] = {"", ""},
        [RESPONSE_ASSIGNED] = {"attribution", "assignment"},
        [RESPONSE_REPLIED] = {"réponse", "reply"},
        [RESPONSE_CLOSED] = {"clôture", "closing"},
        [RESPONSE_WORKED] = {"temps saisi", "recorded work"},
    };

    return words[event][french(texts) ? 0 : 1];
}

char *texts_breach(const struct texts *texts, const struct target_verdict *target)
{
    const struct sla_verdict *verdict = &target->verdict;
    char *lines = facts(texts, target), *made = NULL;
    char late[SPAN_SIZE], when[WHEN_SIZE], responded[128] = "";

    if (verdict->event != RESPONSE_NONE)
        snprintf(responded, sizeof responded,
                 french(texts) ? "<li>Réponse : %s (%s)</li>" : "<li>Response: %s (%s)</li>",
                 when_text(texts, verdict->responded, when), event_words(texts, verdict->event));
    if (lines)
        made = format(french(texts) ? "<p>Délai de prise en charge dépassé.</p><ul>%s%s"
                                      "<li>Retard : %s h ouvrées%s</li></ul>"
                                    : "<p>The response is overdue.</p><ul>%s%s"
                                      "<li>Delay: %s business hours%s</li></ul>",
                      lines, responded, span(verdict->late_seconds, late),
                      verdict->event != RESPONSE_NONE ? ""
                      : french(texts)                 ? " à cet instant, sans réponse"
                                                      : " so far, no response");
    free(lines);
    return made;
}

char *texts_warning(const struct texts *texts, const struct target_verdict *target)
{
    char *lines = facts(texts, target), *made = NULL;

    if (lines)
        made = format(french(texts) ? "<p>Ce ticket attend encore une réponse, et l'échéance "
                                      "approche.</p><ul>%s</ul>"
                                    : "<p>This ticket still waits for a response, and its deadline "
                                      "is near.</p><ul>%s</ul>",
                      lines);
    free(lines);
    return made;
}

/* Appends ":SS" to a formatted instant, to tell two instants of the same minute apart. */
static void add_seconds(instant when, char text[WHEN_SIZE])
{
    size_t length = strlen(text);

    snprintf(text + length, WHEN_SIZE - length, ":%02d", (int)(when % 60));
}

/* The response was in time after all. `deadline` NULL: the deadline is unchanged, and the response
 * was not known when the flag was written. */
static char *cleared_by_response(const struct texts *texts, const struct sla_verdict *verdict,
                                 const char *was, const char *deadline)
{
    const char *event = event_words(texts, verdict->event);
    char when[WHEN_SIZE];

    when_text(texts, verdict->responded, when);
    if (!deadline)
        return format(french(texts)
                          ? "<p>Rectification : le délai de prise en charge (échéance du %s) a été "
                            "tenu. Réponse : %s (%s) ; elle n'était pas connue lors du "
                            "constat.</p>"
                          : "<p>Correction: the response (due %s) was in time. Response: %s (%s); "
                            "it was not known when the delay was noted.</p>",
                      was, when, event);
    return format(french(texts)
                      ? "<p>Rectification : l'échéance n'est plus le %s mais le %s, et le "
                        "délai de prise en charge a été tenu. Réponse : %s (%s).</p>"
                      : "<p>Correction: the deadline is no longer %s but %s, and the "
                        "response was in time. Response: %s (%s).</p>",
                  was, deadline, when, event);
}

/* Same deadline, no response, yet not overdue: only a clock that was ahead explains the flag. */
static char *cleared_by_clock(const struct texts *texts, const char *deadline)
{
    return format(french(texts) ? "<p>Rectification : l'échéance du %s n'est pas encore passée, le "
                                  "délai de prise en charge court encore ; l'horloge de la machine "
                                  "avançait lors du constat.</p>"
                                : "<p>Correction: the deadline of %s has not passed yet, and the "
                                  "response is not overdue; the clock of the machine was ahead "
                                  "when the delay was noted.</p>",
                  deadline);
}

char *texts_cleared(const struct texts *texts, const struct target_verdict *target, instant flagged)
{
    const struct sla_verdict *verdict = &target->verdict;
    char was[WHEN_SIZE], deadline[WHEN_SIZE];

    when_text(texts, flagged, was);
    when_text(texts, verdict->deadline, deadline);
    if (flagged != verdict->deadline && strcmp(was, deadline) == 0) {
        add_seconds(flagged, was);
        add_seconds(verdict->deadline, deadline);
    }
    if (verdict->event != RESPONSE_NONE)
        return cleared_by_response(texts, verdict, was,
                                   flagged != verdict->deadline ? deadline : NULL);
    if (flagged == verdict->deadline)
        return cleared_by_clock(texts, deadline);
    return format(french(texts) ? "<p>Rectification : l'échéance n'est plus le %s mais le %s ; le "
                                  "délai de prise en charge court encore.</p>"
                                : "<p>Correction: the deadline is no longer %s but %s; the "
                                  "response is not overdue yet.</p>",
                  was, deadline);
}

static const char *name_of(const struct target_ticket *ticket, char id[SPAN_SIZE])
{
    snprintf(id, SPAN_SIZE, "#%lld", (long long)ticket->id);
    return ticket->number ? ticket->number : id;
}

char *texts_breach_summary(const struct texts *texts, const struct target_ticket *ticket)
{
    char id[SPAN_SIZE];

    return format(french(texts) ? "Délai dépassé : répondre à %s" : "Overdue: answer %s",
                  name_of(ticket, id));
}

char *texts_warning_summary(const struct texts *texts, const struct target_verdict *target)
{
    char id[SPAN_SIZE], when[WHEN_SIZE];

    return format(french(texts) ? "Répondre à %s avant le %s" : "Answer %s before %s",
                  name_of(target->ticket, id), when_text(texts, target->verdict.deadline, when));
}

char *texts_activity(const char *html, const char *key)
{
    return format("%s<p>qualiodoo %s</p>", html, key);
}

/* ---- Credit ---- */

static char *day_text(const struct texts *texts, civil_day day, char text[WHEN_SIZE])
{
    char iso[CIVIL_TEXT_SIZE];

    civil_format(day, iso);
    if (french(texts))
        snprintf(text, WHEN_SIZE, "%.2s/%.2s/%.4s", iso + 8, iso + 5, iso);
    else
        snprintf(text, WHEN_SIZE, "%s", iso);
    return text;
}

char *texts_alert(const struct texts *texts, enum alert kind, const struct alert_row *row)
{
    const char *move = row->move ? row->move : "";
    char amount[SPAN_SIZE], day[WHEN_SIZE];

    span(row->amount * 60, amount);
    switch (kind) {
    case ALERT_CREDITED:
        return format(french(texts) ? "Crédit de support : %s h créditées (%s)"
                                    : "Support credit: %s h credited (%s)",
                      amount, move);
    case ALERT_LOW:
        return format(french(texts) ? "Crédit de support : il ne reste que %s h"
                                    : "Support credit: only %s h left",
                      amount);
    case ALERT_OVERDRAFT:
        return format(french(texts) ? "Crédit de support : découvert de %s h"
                                    : "Support credit: overdrawn by %s h",
                      amount);
    case ALERT_EXPIRING:
        return format(french(texts) ? "Crédit de support : %s h seront perdues après le %s"
                                    : "Support credit: %s h will be lost after %s",
                      amount, day_text(texts, row->day - 1, day));
    case ALERT_EXPIRED:
    case ALERT_COUNT:
        break;
    }
    return format(french(texts) ? "Crédit de support : %s h perdues le %s"
                                : "Support credit: %s h lost on %s",
                  amount, day_text(texts, row->day, day));
}

char *texts_withdrawn(const struct texts *texts, const char *move)
{
    return format(french(texts)
                      ? "Crédit de support : rectification, les heures de %s ne sont plus "
                        "créditées, car elle n'est plus payée"
                      : "Support credit: correction, the hours of %s are no longer "
                        "credited, as it is not paid any more",
                  move);
}

char *texts_paragraph(const char *text)
{
    char *escaped = escape(text), *made = escaped ? format("<p>%s</p>", escaped) : NULL;

    free(escaped);
    return made;
}
