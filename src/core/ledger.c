/* ledger.c - enters the facts day by day (DOMAIN.md, section 1). Within a day the order is grants,
 * clawbacks, the expiry step, adjustments, debits; within each of them, by id. */
#include "qualiodoo/core/ledger.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_book.h"
#include "ledger_clawback.h"
#include "ledger_expiry.h"
#include "qualiodoo/util/civil.h"

/* The input, sorted; `grant`, `clawback`... are the indices of the next fact to enter. */
struct agenda {
    struct ledger_grant *grants;
    struct ledger_clawback *clawbacks;
    struct ledger_adjustment *adjustments;
    struct ledger_debit *debits;
    size_t grant, clawback, adjustment, debit;
};

#define DEFINE_COMPARE(name, type, day_field)                                                      \
    static int name(const void *left, const void *right)                                           \
    {                                                                                              \
        const struct type *a = left, *b = right;                                                   \
                                                                                                   \
        if (a->day_field != b->day_field)                                                          \
            return a->day_field < b->day_field ? -1 : 1;                                           \
        return (a->id > b->id) - (a->id < b->id);                                                  \
    }

DEFINE_COMPARE(compare_grants, ledger_grant, start)
DEFINE_COMPARE(compare_clawbacks, ledger_clawback, day)
DEFINE_COMPARE(compare_adjustments, ledger_adjustment, day)
DEFINE_COMPARE(compare_debits, ledger_debit, day)

/* A sorted copy. NULL means out of memory only: the copy of an empty list is a valid pointer
 * too. */
static void *sorted(const void *items, size_t count, size_t size,
                    int (*compare)(const void *, const void *))
{
    void *copy = malloc(count * size + 1);

    if (copy && count) {
        memcpy(copy, items, count * size);
        qsort(copy, count, size, compare);
    }
    return copy;
}

static void agenda_free(struct agenda *agenda)
{
    free(agenda->grants);
    free(agenda->clawbacks);
    free(agenda->adjustments);
    free(agenda->debits);
}

static bool agenda_sort(struct agenda *agenda, const struct ledger_input *input)
{
    agenda->grants = sorted(input->grants, input->n_grants, sizeof *input->grants, compare_grants);
    agenda->clawbacks =
        sorted(input->clawbacks, input->n_clawbacks, sizeof *input->clawbacks, compare_clawbacks);
    agenda->adjustments = sorted(input->adjustments, input->n_adjustments,
                                 sizeof *input->adjustments, compare_adjustments);
    agenda->debits = sorted(input->debits, input->n_debits, sizeof *input->debits, compare_debits);
    return agenda->grants && agenda->clawbacks && agenda->adjustments && agenda->debits;
}

static void earliest(civil_day *day, civil_day other)
{
    if (other < *day)
        *day = other;
}

/* The next day that has a fact or the end of a lot with minutes left; INT32_MAX: none. */
static civil_day next_day(const struct book *book, const struct agenda *agenda,
                          const struct ledger_input *input)
{
    civil_day day = INT32_MAX;

    if (agenda->grant < input->n_grants)
        earliest(&day, agenda->grants[agenda->grant].start);
    if (agenda->clawback < input->n_clawbacks)
        earliest(&day, agenda->clawbacks[agenda->clawback].day);
    if (agenda->adjustment < input->n_adjustments)
        earliest(&day, agenda->adjustments[agenda->adjustment].day);
    if (agenda->debit < input->n_debits)
        earliest(&day, agenda->debits[agenda->debit].day);
    for (size_t i = 0; i < book->ledger.n_lots; i++)
        if (book->ledger.lots[i].left > 0)
            earliest(&day, book->ledger.lots[i].end);
    return day;
}

static civil_day validity_end(const struct book *book, civil_day start)
{
    const struct ledger_policy *policy = book->policy;

    if (policy->validity_months)
        return civil_add_months(start, policy->validity_months);
    return civil_add_years(start, policy->validity_years) + policy->validity_days;
}

static void enter_grant(struct book *book, const struct ledger_grant *grant)
{
    struct ledger_lot *lot =
        book_open(book, (struct ledger_lot){.name = {LOT_INVOICE, grant->id},
                                            .invoice = grant->invoice,
                                            .granted = grant->amount,
                                            .start = grant->start,
                                            .end = validity_end(book, grant->start),
                                            .renewed = grant->renewed});

    book_credit(book, lot, grant->amount,
                (struct cause){LEDGER_GRANT, SOURCE_MOVE, grant->invoice});
}

static void enter_adjustment(struct book *book, const struct ledger_adjustment *adjustment)
{
    struct cause cause = {LEDGER_ADJUST, SOURCE_ADJUSTMENT, adjustment->id};
    struct ledger_lot *lot;

    if (adjustment->amount < 0) {
        book_take(book, -adjustment->amount, false, cause);
        return;
    }
    lot = book_open(book, (struct ledger_lot){.name = {LOT_ADJUSTMENT, adjustment->id},
                                              .granted = adjustment->amount,
                                              .start = adjustment->day,
                                              .end = adjustment->has_end
                                                         ? adjustment->end
                                                         : validity_end(book, adjustment->day),
                                              .renewed = adjustment->day,
                                              .explicit_end = adjustment->has_end});
    book_credit(book, lot, adjustment->amount, cause);
}

static void enter_debit(struct book *book, const struct ledger_debit *debit)
{
    struct cause cause = {LEDGER_DEBIT, SOURCE_ANALYTIC_LINE, debit->id};

    if (debit->amount > 0)
        book_take(book, debit->amount, false, cause);
    else
        book_give_back(book, -debit->amount, cause);
}

static void check_invariants(const struct book *book)
{
    minutes left = 0, open = 0;

    for (size_t i = 0; i < book->ledger.n_lots; i++) {
        const struct ledger_lot *lot = &book->ledger.lots[i];

        assert(lot->left >= 0);
        assert(lot->end > book->day || lot->left == 0);
        left += lot->left;
        open += lot->end > book->day ? lot->left : 0;
    }
    assert(book->ledger.overdraft >= 0);
    assert(book->ledger.overdraft == 0 || open == 0);
    assert(book->ledger.balance == left - book->ledger.overdraft);
    (void)left;
    (void)open;
}

static void enter_day(struct book *book, struct agenda *agenda, const struct ledger_input *input,
                      civil_day day)
{
    book->day = day;
    while (agenda->grant < input->n_grants && agenda->grants[agenda->grant].start == day)
        enter_grant(book, &agenda->grants[agenda->grant++]);
    while (agenda->clawback < input->n_clawbacks && agenda->clawbacks[agenda->clawback].day == day)
        book_clawback(book, &agenda->clawbacks[agenda->clawback++]);
    book_expiry_step(book);
    while (agenda->adjustment < input->n_adjustments &&
           agenda->adjustments[agenda->adjustment].day == day)
        enter_adjustment(book, &agenda->adjustments[agenda->adjustment++]);
    while (agenda->debit < input->n_debits && agenda->debits[agenda->debit].day == day)
        enter_debit(book, &agenda->debits[agenda->debit++]);
    if (!book->failed)
        check_invariants(book);
}

/* The order of the interface: by start, then invoices before adjustments, then id. */
static int compare_output(const void *left, const void *right)
{
    const struct ledger_lot *a = left, *b = right;

    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->name.origin != b->name.origin)
        return a->name.origin < b->name.origin ? -1 : 1;
    return (a->name.id > b->name.id) - (a->name.id < b->name.id);
}

static enum ledger_state lot_state(const struct ledger_lot *lot, civil_day today)
{
    if (lot->reversed)
        return LOT_REVERSED;
    if (today < lot->end)
        return LOT_OPEN;
    if (lot->moved)
        return LOT_ROLLED_OVER;
    return lot->expired ? LOT_EXPIRED : LOT_SPENT;
}

static void close_book(struct book *book, civil_day today)
{
    struct ledger *ledger = &book->ledger;

    for (size_t i = 0; i < ledger->n_lots; i++) {
        struct ledger_lot *lot = &ledger->lots[i];

        lot->state = lot_state(lot, today);
        if (today >= lot->end)
            continue;
        ledger->available += lot->left;
        /* An empty lot ends without an entry, but its state changes that day. */
        if (!ledger->has_next_change || lot->end < ledger->next_change)
            ledger->next_change = lot->end;
        ledger->has_next_change = true;
        if (lot->left > 0 && (!ledger->has_next_expiry || lot->end < ledger->next_expiry)) {
            ledger->next_expiry = lot->end;
            ledger->has_next_expiry = true;
        }
    }
    qsort(ledger->lots, ledger->n_lots, sizeof *ledger->lots, compare_output);
}

int ledger_compute(const struct ledger_input *input, const struct ledger_policy *policy,
                   civil_day today, struct ledger *ret, struct error *error)
{
    size_t n_lots = input->n_grants + input->n_adjustments;
    struct book book = {.policy = policy};
    struct agenda agenda = {0};
    civil_day day;

    book.ledger.lots = calloc(n_lots + 1, sizeof *book.ledger.lots);
    book.order = calloc(n_lots + 1, sizeof *book.order);
    if (!book.ledger.lots || !book.order || !agenda_sort(&agenda, input))
        book.failed = ERR_NO_MEMORY;
    while (!book.failed && (day = next_day(&book, &agenda, input)) <= today && day != INT32_MAX)
        enter_day(&book, &agenda, input, day);
    if (!book.failed) {
        close_book(&book, today);
        if (day != INT32_MAX && (!book.ledger.has_next_change || day < book.ledger.next_change)) {
            book.ledger.next_change = day;
            book.ledger.has_next_change = true;
        }
    }
    agenda_free(&agenda);
    free(book.order);
    if (book.failed) {
        ledger_free(&book.ledger);
        return error_memory(error);
    }
    *ret = book.ledger;
    return 0;
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->entries);
    free(ledger->lots);
    *ledger = (struct ledger){0};
}

const char *ledger_kind_name(enum ledger_kind kind)
{
    static const char *const names[] = {
        [LEDGER_GRANT] = "grant",
        [LEDGER_CLAWBACK] = "clawback",
        [LEDGER_DEBIT] = "debit",
        [LEDGER_OVERDRAFT_REPAID] = "overdraft_repaid",
        [LEDGER_ROLLOVER_OUT] = "rollover_out",
        [LEDGER_ROLLOVER_IN] = "rollover_in",
        [LEDGER_EXPIRE] = "expire",
        [LEDGER_REINSTATE] = "reinstate",
        [LEDGER_ADJUST] = "adjust",
    };

    return names[kind];
}

const char *ledger_state_name(enum ledger_state state)
{
    static const char *const names[] = {
        [LOT_OPEN] = "open",         [LOT_SPENT] = "spent",
        [LOT_REVERSED] = "reversed", [LOT_ROLLED_OVER] = "rolled_over",
        [LOT_EXPIRED] = "expired",
    };

    return names[state];
}

const char *ledger_source_name(enum ledger_source source)
{
    static const char *const names[] = {
        [SOURCE_MOVE] = "account.move",
        [SOURCE_ANALYTIC_LINE] = "account.analytic.line",
        [SOURCE_ADJUSTMENT] = "adjustment",
    };

    return names[source];
}

const char *ledger_origin_name(enum ledger_origin origin)
{
    static const char *const names[] = {
        [LOT_NONE] = "",
        [LOT_INVOICE] = "account.move.line",
        [LOT_ADJUSTMENT] = "adjustment",
    };

    return names[origin];
}
