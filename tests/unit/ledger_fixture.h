/* ledger_fixture.h - a small language for ledgers, shared by test_ledger*.c.
 *
 * Facts are written one per line, in any order:
 *
 *     grant LINE/INVOICE MINUTES DAY [renewed DAY]   a lot opens (renewed that DAY by default)
 *     note LINE/INVOICE MINUTES DAY                  a credit note of that invoice (0: of none)
 *     adjust ID MINUTES DAY [until DAY]
 *     work ID MINUTES DAY                            a debit; negative gives minutes back
 *
 * and the ledger is read back as text: "2026-03-10 expire -715 10", where the last word is the lot,
 * a5 for the one of adjustment 5, - for the overdraft. A note stands on the move LINE + 1000. */
#ifndef QUALIODOO_LEDGER_FIXTURE_H
#define QUALIODOO_LEDGER_FIXTURE_H

#include "values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/core/ledger.h"

#define FIXTURE_FACTS 64           /* of each kind; more than any scenario has */
#define FIXTURE_NOTE_MOVE 1000     /* the move of a note is its line + this */
#define FIXTURE_TODAY "2040-01-01" /* after all facts of the scenarios */

struct facts {
    struct ledger_grant grants[FIXTURE_FACTS];
    struct ledger_clawback clawbacks[FIXTURE_FACTS];
    struct ledger_adjustment adjustments[FIXTURE_FACTS];
    struct ledger_debit debits[FIXTURE_FACTS];
    size_t n_grants, n_clawbacks, n_adjustments, n_debits;
    struct ledger_policy policy;
};

/* One rule of DOMAIN.md and what it gives. */
struct scenario {
    const char *name;    /* says the rule */
    const char *facts;   /* in the language above */
    const char *today;   /* FIXTURE_TODAY when NULL */
    const char *from;    /* `entries` starts on this day; NULL: the whole ledger */
    const char *entries; /* one per line; NULL: not compared */
    const char *lots;    /* "10 0/720 2025-03-10..2026-03-10 expired\n"; NULL: not compared */
    minutes balance;
    int grace, years, months, days; /* policy; 1 year unless one of the last three is given */
};

static inline bool parse_grant(struct facts *facts, const char *line)
{
    struct ledger_grant *grant = &facts->grants[facts->n_grants];
    char start[16], renewed[16];
    int n = sscanf(line, "grant %" SCNd64 "/%" SCNd64 " %" SCNd64 " %15s renewed %15s", &grant->id,
                   &grant->invoice, &grant->amount, start, renewed);

    if (n < 4)
        return false;
    grant->start = on(start);
    grant->renewed = n == 5 ? on(renewed) : grant->start;
    facts->n_grants++;
    return true;
}

static inline bool parse_note(struct facts *facts, const char *line)
{
    struct ledger_clawback *clawback = &facts->clawbacks[facts->n_clawbacks];
    char day[16];

    if (sscanf(line, "note %" SCNd64 "/%" SCNd64 " %" SCNd64 " %15s", &clawback->id,
               &clawback->invoice, &clawback->amount, day) != 4)
        return false;
    clawback->move = clawback->id + FIXTURE_NOTE_MOVE;
    clawback->day = on(day);
    facts->n_clawbacks++;
    return true;
}

static inline bool parse_adjust(struct facts *facts, const char *line)
{
    struct ledger_adjustment *adjustment = &facts->adjustments[facts->n_adjustments];
    char day[16], end[16];
    int n = sscanf(line, "adjust %" SCNd64 " %" SCNd64 " %15s until %15s", &adjustment->id,
                   &adjustment->amount, day, end);

    if (n < 3)
        return false;
    adjustment->day = on(day);
    adjustment->has_end = n == 4;
    adjustment->end = n == 4 ? on(end) : 0;
    facts->n_adjustments++;
    return true;
}

static inline bool parse_work(struct facts *facts, const char *line)
{
    struct ledger_debit *debit = &facts->debits[facts->n_debits];
    char day[16];

    if (sscanf(line, "work %" SCNd64 " %" SCNd64 " %15s", &debit->id, &debit->amount, day) != 3)
        return false;
    debit->day = on(day);
    facts->n_debits++;
    return true;
}

static inline void facts_parse(struct facts *facts, const char *text)
{
    char line[128];

    memset(facts, 0, sizeof *facts);
    facts->policy.validity_years = 1;
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
        if (!parse_grant(facts, line) && !parse_note(facts, line) && !parse_adjust(facts, line) &&
            !parse_work(facts, line))
            fail_msg("not a fact: \"%s\"", line);
    }
}

static inline struct ledger facts_compute(const struct facts *facts, civil_day today)
{
    struct ledger_input input = {
        .grants = facts->grants,
        .n_grants = facts->n_grants,
        .clawbacks = facts->clawbacks,
        .n_clawbacks = facts->n_clawbacks,
        .adjustments = facts->adjustments,
        .n_adjustments = facts->n_adjustments,
        .debits = facts->debits,
        .n_debits = facts->n_debits,
    };
    struct ledger ledger = {0};

    assert_int_equal(ledger_compute(&input, &facts->policy, today, &ledger, NULL), 0);
    return ledger;
}

static inline struct ledger scenario_compute(const char *text, const char *today)
{
    struct facts facts;

    facts_parse(&facts, text);
    return facts_compute(&facts, on(today ? today : FIXTURE_TODAY));
}

static inline const char *lot_text(struct ledger_lot_name name, char text[32])
{
    if (name.origin == LOT_NONE)
        snprintf(text, 32, "-");
    else
        snprintf(text, 32, "%s%" PRId64, name.origin == LOT_ADJUSTMENT ? "a" : "", name.id);
    return text;
}

/* The entries dated [from, until], one per line; the caller frees. */
static inline char *entries_text(const struct ledger *ledger, civil_day from, civil_day until)
{
    char *text = NULL, day[CIVIL_TEXT_SIZE], lot[32];
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    for (size_t i = 0; i < ledger->n_entries; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        if (entry->day >= from && entry->day <= until)
            fprintf(stream, "%s %s %+" PRId64 " %s\n", civil_format(entry->day, day),
                    ledger_kind_name(entry->kind), entry->amount, lot_text(entry->lot, lot));
    }
    fclose(stream);
    return text;
}

/* One line per lot; the caller frees. */
static inline char *lots_text(const struct ledger *ledger)
{
    char *text = NULL, start[CIVIL_TEXT_SIZE], end[CIVIL_TEXT_SIZE], lot[32];
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    for (size_t i = 0; i < ledger->n_lots; i++)
        fprintf(stream, "%s %" PRId64 "/%" PRId64 " %s..%s %s\n",
                lot_text(ledger->lots[i].name, lot), ledger->lots[i].left, ledger->lots[i].granted,
                civil_format(ledger->lots[i].start, start), civil_format(ledger->lots[i].end, end),
                ledger_state_name(ledger->lots[i].state));
    fclose(stream);
    return text;
}

/* Every field of the result that does not depend on today, up to and including the day `until`. */
static inline char *ledger_text(const struct ledger *ledger, bool whole, civil_day until)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    for (size_t i = 0; i < ledger->n_entries && ledger->entries[i].day <= until; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        fprintf(stream, "%d %d %" PRId64 " %" PRId64 " %d:%" PRId64 " %d:%" PRId64 "\n", entry->day,
                (int)entry->kind, entry->amount, entry->balance, (int)entry->lot.origin,
                entry->lot.id, (int)entry->source, entry->source_id);
    }
    for (size_t i = 0; whole && i < ledger->n_lots; i++) {
        const struct ledger_lot *lot = &ledger->lots[i];

        fprintf(stream, "%d:%" PRId64 " %" PRId64 " %" PRId64 "/%" PRId64 " %d..%d %d %d %d ",
                (int)lot->name.origin, lot->name.id, lot->invoice, lot->left, lot->granted,
                lot->start, lot->end, lot->renewed, lot->explicit_end, (int)lot->state);
        fprintf(stream, "%" PRId64 " %" PRId64 " %" PRId64 " %d%d%d\n", lot->counted, lot->lost,
                lot->barred, lot->reversed, lot->moved, lot->expired);
    }
    if (whole)
        fprintf(stream, "%" PRId64 " %" PRId64 " %" PRId64 " %d:%d %d:%d\n", ledger->balance,
                ledger->available, ledger->overdraft, ledger->has_next_expiry,
                ledger->has_next_expiry ? ledger->next_expiry : 0, ledger->has_next_change,
                ledger->has_next_change ? ledger->next_change : 0);
    fclose(stream);
    return text;
}

static inline void expect_text(char *found, const char *expected)
{
    assert_string_equal(found, expected);
    free(found);
}

static inline void expect_same(char *found, char *expected)
{
    expect_text(found, expected);
    free(expected);
}

#endif
