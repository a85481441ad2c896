/* account_fixture.h - builds the facts of one account for a test and checks the result. */
#ifndef QUALIODOO_TEST_ACCOUNT_FIXTURE_H
#define QUALIODOO_TEST_ACCOUNT_FIXTURE_H

#include "ledger_laws.h"

#include "qualiodoo/core/account.h"

#define LINE(id, packs)                                                                            \
    {                                                                                              \
        id, 1, PACKS(packs), EUROS(960) * (packs), EUROS(960) * (packs), 720                       \
    }
#define MAX 8

/* Facts under construction; moves and tickets are added by increasing id. */
struct story {
    struct account_facts facts;
    struct account_policy policy;
    struct credit_move moves[MAX], related[MAX];
    struct credit_line lines[MAX][3];
    struct credit_settlement settlements[MAX];
    struct charge_ticket tickets[MAX];
    struct charge_line worked[MAX][4];
    struct ledger_adjustment adjustments[MAX];
};

static inline void story_begin(struct story *story)
{
    memset(story, 0, sizeof *story);
    story->policy.charge.step = 5;
    story->policy.credit.max_write_off_percent = 10;
    story->policy.ledger.validity_years = 1;
    story->facts.moves = story->moves;
    story->facts.related = story->related;
    story->facts.tickets = story->tickets;
    story->facts.adjustments = story->adjustments;
}

static inline void story_since(struct story *story, const char *day)
{
    story->policy.credit.has_since = story->policy.charge.has_since = true;
    story->policy.credit.since = story->policy.charge.since = on(day);
}

/* A posted move of one pack for 960, settled with money on `settled`; its line is 10 x id. */
static inline struct credit_move *add_move(struct story *story, enum credit_move_type type,
                                           int64_t id, const char *date, const char *settled)
{
    size_t i = story->facts.n_moves++;
    struct credit_move *move = &story->moves[i];

    assert_true(i < MAX);
    story->lines[i][0] = (struct credit_line)LINE(10 * id, 1);
    story->settlements[i] = (struct credit_settlement){id, id, on(settled), COUNTERPART_MONEY};
    *move = (struct credit_move){.id = id,
                                 .name = "",
                                 .type = type,
                                 .state = MOVE_POSTED,
                                 .payment_state = MOVE_PAID,
                                 .residual_zero = true,
                                 .total = EUROS(960),
                                 .has_date = true,
                                 .date = on(date),
                                 .lines = story->lines[i],
                                 .n_lines = 1,
                                 .settlements = &story->settlements[i],
                                 .n_settlements = 1};
    return move;
}

static inline struct credit_move *add_invoice(struct story *story, int64_t id, const char *date,
                                              const char *paid)
{
    return add_move(story, MOVE_INVOICE, id, date, paid);
}

static inline struct credit_move *add_note(struct story *story, int64_t id, int64_t reversed,
                                           const char *day)
{
    struct credit_move *note = add_move(story, MOVE_CREDIT_NOTE, id, day, day);

    note->reversed_entry = reversed;
    return note;
}

static inline void add_line(struct story *story, int64_t id, nano packs, micro untaxed)
{
    size_t i = story->facts.n_moves - 1;

    assert_true(story->moves[i].n_lines < 3);
    story->lines[i][story->moves[i].n_lines++] =
        (struct credit_line){id, 1, packs, untaxed, untaxed, 720};
}

static inline struct charge_ticket *add_ticket(struct story *story, int64_t id)
{
    size_t i = story->facts.n_tickets++;

    assert_true(i < MAX);
    story->tickets[i] = (struct charge_ticket){.id = id, .lines = story->worked[i]};
    return &story->tickets[i];
}

static inline void add_work(struct story *story, int64_t id, minutes amount, const char *day)
{
    size_t i = story->facts.n_tickets - 1;

    assert_true(story->tickets[i].n_lines < 4);
    story->worked[i][story->tickets[i].n_lines++] =
        (struct charge_line){id, on(day), amount * NANO_ONE / 60};
}

static inline void add_adjustment(struct story *story, int64_t id, minutes amount, const char *day,
                                  const char *end)
{
    story->adjustments[story->facts.n_adjustments++] =
        (struct ledger_adjustment){id, on(day), amount, end != NULL, end ? on(end) : 0};
}

/* A copy of exact size, so that the address sanitizer sees a read beyond it. */
static inline void *exact(const void *items, size_t count, size_t size)
{
    void *copy = malloc(count * size);

    if (count)
        memcpy(copy, items, count * size);
    return copy;
}

static inline struct account_result compute(const struct story *story, const char *today)
{
    struct account_facts facts = story->facts;
    struct credit_move *moves = exact(facts.moves, facts.n_moves, sizeof *moves);
    struct charge_ticket *tickets = exact(facts.tickets, facts.n_tickets, sizeof *tickets);
    struct account_result result = {0};

    facts.moves = moves;
    facts.tickets = tickets;
    facts.adjustments = exact(facts.adjustments, facts.n_adjustments, sizeof *facts.adjustments);
    for (size_t i = 0; i < facts.n_moves; i++)
        moves[i].lines = exact(moves[i].lines, moves[i].n_lines, sizeof *moves[i].lines);
    for (size_t i = 0; i < facts.n_tickets; i++)
        tickets[i].lines = exact(tickets[i].lines, tickets[i].n_lines, sizeof *tickets[i].lines);
    assert_int_equal(account_compute(&facts, &story->policy, on(today), &result, NULL), 0);
    for (size_t i = 0; i < facts.n_moves; i++)
        free((void *)moves[i].lines);
    for (size_t i = 0; i < facts.n_tickets; i++)
        free((void *)tickets[i].lines);
    free((void *)facts.adjustments);
    free(tickets);
    free(moves);
    return result;
}

static inline void expect_entries(const struct story *story, const char *today, const char *entries)
{
    struct account_result result = compute(story, today);

    expect_text(entries_text(&result.ledger, INT32_MIN, INT32_MAX), entries);
    account_result_free(&result);
}

static inline void expect_verdict(const struct story *story, const char *today, size_t move,
                                  enum credit_verdict verdict)
{
    struct account_result result = compute(story, today);

    assert_int_equal(result.outcomes[move].verdict, verdict);
    account_result_free(&result);
}

static inline void expect_next_change(const struct story *story, const char *today,
                                      const char *expected)
{
    struct account_result result = compute(story, today);

    assert_int_equal(result.has_next_change, expected != NULL);
    if (expected)
        assert_int_equal(result.next_change, on(expected));
    account_result_free(&result);
}

#endif
