/* ledger_laws.h - laws of every ledger, whatever its facts (DOMAIN.md, section 7). They are checked
 * on the result alone, without the code of the ledger. */
#ifndef QUALIODOO_LEDGER_LAWS_H
#define QUALIODOO_LEDGER_LAWS_H

#include "ledger_fixture.h"

/* xorshift64*: the same numbers on every machine. */
struct random {
    uint64_t state;
};

static inline uint64_t random_below(struct random *random, uint64_t bound)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (random->state * UINT64_C(2685821657736338717) >> 33) % bound;
}

static inline void shuffle(struct random *random, void *items, size_t count, size_t size)
{
    char *bytes = items, swap[64];

    assert_true(size <= sizeof swap);
    for (size_t i = count; i > 1; i--) {
        char *a = bytes + (i - 1) * size, *b = bytes + random_below(random, i) * size;

        memcpy(swap, a, size);
        memmove(a, b, size);
        memcpy(b, swap, size);
    }
}

static inline size_t lot_index(const struct ledger *ledger, struct ledger_lot_name name)
{
    size_t i = 0;

    while (i < ledger->n_lots &&
           (ledger->lots[i].name.origin != name.origin || ledger->lots[i].name.id != name.id))
        i++;
    assert_true(i < ledger->n_lots);
    return i;
}

/* "The sum of the entries of a lot is what is left in it, and never negative; the sum of the
 * entries with no lot is minus the overdraft, and never positive; one of the two is 0"; "a debit
 * never takes from a lot outside its validity". */
static inline void law_sums(const struct ledger *ledger)
{
    minutes left[2 * FIXTURE_FACTS] = {0}, in_lots = 0, overdraft = 0;

    for (size_t i = 0; i < ledger->n_entries; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];
        bool day_ends = i + 1 == ledger->n_entries || ledger->entries[i + 1].day != entry->day;

        assert_true(entry->amount != 0);
        assert_true(i == 0 || ledger->entries[i - 1].day <= entry->day);
        if (entry->lot.origin == LOT_NONE) {
            overdraft -= entry->amount;
        } else {
            size_t index = lot_index(ledger, entry->lot);
            const struct ledger_lot *lot = &ledger->lots[index];
            bool debit =
                entry->kind == LEDGER_DEBIT || (entry->kind == LEDGER_ADJUST && entry->amount < 0);

            assert_true(entry->day >= lot->start && entry->day <= lot->end);
            assert_false(debit && entry->day == lot->end);
            left[index] += entry->amount;
            in_lots += entry->amount;
            assert_true(left[index] >= 0);
        }
        assert_true(overdraft >= 0);
        assert_int_equal(entry->balance, in_lots - overdraft);
        assert_false(day_ends && overdraft > 0 && in_lots > 0);
    }
    for (size_t i = 0; i < ledger->n_lots; i++)
        assert_int_equal(ledger->lots[i].left, left[i]);
    assert_int_equal(ledger->overdraft, overdraft);
    assert_int_equal(ledger->balance, in_lots - overdraft);
}

/* "Grants + positive adjustments + reinstated = net debits + clawbacks + negative adjustments +
 * expired + balance". */
static inline void law_conservation(const struct ledger *ledger)
{
    minutes gained[LEDGER_ADJUST + 1] = {0}, taken[LEDGER_ADJUST + 1] = {0};

    for (size_t i = 0; i < ledger->n_entries; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        if (entry->amount > 0)
            gained[entry->kind] += entry->amount;
        else
            taken[entry->kind] -= entry->amount;
    }
    assert_int_equal(gained[LEDGER_GRANT] + gained[LEDGER_ADJUST] + gained[LEDGER_REINSTATE],
                     taken[LEDGER_DEBIT] - gained[LEDGER_DEBIT] + taken[LEDGER_CLAWBACK] +
                         taken[LEDGER_ADJUST] + taken[LEDGER_EXPIRE] + ledger->balance);
    assert_int_equal(gained[LEDGER_ROLLOVER_IN], taken[LEDGER_ROLLOVER_OUT]);
    assert_int_equal(gained[LEDGER_OVERDRAFT_REPAID], taken[LEDGER_OVERDRAFT_REPAID]);
    assert_int_equal(taken[LEDGER_GRANT] + taken[LEDGER_ROLLOVER_IN] + taken[LEDGER_REINSTATE], 0);
    assert_int_equal(gained[LEDGER_CLAWBACK] + gained[LEDGER_EXPIRE] + gained[LEDGER_ROLLOVER_OUT],
                     0);
}

static inline bool has_entry(const struct ledger *ledger, const struct ledger_lot *lot,
                             enum ledger_kind kind)
{
    for (size_t i = 0; i < ledger->n_entries; i++)
        if (ledger->entries[i].kind == kind && ledger->entries[i].lot.origin == lot->name.origin &&
            ledger->entries[i].lot.id == lot->name.id)
            return true;
    return false;
}

/* Order and states of the lots, and what is open. */
static inline void law_lots(const struct ledger *ledger, civil_day today)
{
    minutes available = 0;
    civil_day next = INT32_MAX;

    for (size_t i = 0; i < ledger->n_lots; i++) {
        const struct ledger_lot *lot = &ledger->lots[i], *before = i ? lot - 1 : NULL;
        enum ledger_state state = lot->counted == lot->granted                  ? LOT_REVERSED
                                  : today < lot->end                            ? LOT_OPEN
                                  : has_entry(ledger, lot, LEDGER_ROLLOVER_OUT) ? LOT_ROLLED_OVER
                                  : has_entry(ledger, lot, LEDGER_EXPIRE)       ? LOT_EXPIRED
                                                                                : LOT_SPENT;

        assert_int_equal(lot->state, state);
        assert_true(lot->counted >= 0 && lot->counted <= lot->granted);
        assert_true(lot->barred >= 0 && lot->barred <= lot->lost);
        assert_true(lot->left == 0 || today < lot->end);
        assert_true(!before || before->start < lot->start ||
                    (before->start == lot->start && (before->name.origin < lot->name.origin ||
                                                     (before->name.origin == lot->name.origin &&
                                                      before->name.id < lot->name.id))));
        available += lot->left;
        if (lot->left && lot->end < next)
            next = lot->end;
    }
    assert_int_equal(ledger->available, available);
    assert_int_equal(ledger->balance, available - ledger->overdraft);
    assert_int_equal(ledger->has_next_expiry, available > 0);
    assert_true(!available || ledger->next_expiry == next);
}

/* "Recomputing in any input order gives the same result", to the byte. */
static inline void law_order(const struct facts *facts, const struct ledger *ledger,
                             civil_day today, struct random *random)
{
    struct facts mixed = *facts;
    struct ledger again;

    shuffle(random, mixed.grants, mixed.n_grants, sizeof *mixed.grants);
    shuffle(random, mixed.clawbacks, mixed.n_clawbacks, sizeof *mixed.clawbacks);
    shuffle(random, mixed.adjustments, mixed.n_adjustments, sizeof *mixed.adjustments);
    shuffle(random, mixed.debits, mixed.n_debits, sizeof *mixed.debits);
    again = facts_compute(&mixed, today);
    expect_same(ledger_text(&again, true, today), ledger_text(ledger, true, today));
    ledger_free(&again);
}

/* "The entries up to a day are the same whatever later day is taken as today"; and nothing differs
 * before the day announced as the next change. */
static inline void law_prefix(const struct facts *facts, const struct ledger *ledger,
                              civil_day earlier)
{
    struct ledger before = facts_compute(facts, earlier), same;
    civil_day still = before.has_next_change ? before.next_change - 1 : on("2100-01-01");

    expect_same(ledger_text(&before, false, INT32_MAX), ledger_text(ledger, false, earlier));
    assert_true(still >= earlier);
    same = facts_compute(facts, still);
    expect_same(ledger_text(&before, true, still), ledger_text(&same, true, still));
    ledger_free(&before);
    ledger_free(&same);
}

static inline void check_laws(const struct facts *facts, civil_day today, struct random *random)
{
    struct ledger ledger = facts_compute(facts, today);

    law_sums(&ledger);
    law_conservation(&ledger);
    law_lots(&ledger, today);
    law_order(facts, &ledger, today, random);
    for (size_t i = 0; i < ledger.n_entries; i++) {
        if (i && ledger.entries[i - 1].day == ledger.entries[i].day)
            continue;
        law_prefix(facts, &ledger, ledger.entries[i].day - 1);
        law_prefix(facts, &ledger, ledger.entries[i].day);
    }
    ledger_free(&ledger);
}

/* Runs one scenario: compares the result with the expected one, then checks the laws on it. */
static inline void run_scenario(void **state)
{
    const struct scenario *scenario = *state;
    civil_day today = on(scenario->today ? scenario->today : FIXTURE_TODAY);
    civil_day from = scenario->from ? on(scenario->from) : INT32_MIN;
    struct random random = {1};
    struct facts facts;
    struct ledger ledger;

    facts_parse(&facts, scenario->facts);
    facts.policy.renewal_grace_days = scenario->grace;
    if (scenario->years || scenario->months || scenario->days) {
        facts.policy.validity_years = scenario->years;
        facts.policy.validity_months = scenario->months;
        facts.policy.validity_days = scenario->days;
    }
    ledger = facts_compute(&facts, today);
    if (scenario->entries)
        expect_text(entries_text(&ledger, from, INT32_MAX), scenario->entries);
    if (scenario->lots)
        expect_text(lots_text(&ledger), scenario->lots);
    assert_int_equal(ledger.balance, scenario->balance);
    ledger_free(&ledger);
    check_laws(&facts, today, &random);
}

/* Appends one test per scenario, named after its rule, and returns how many tests there are. */
static inline size_t add_scenarios(struct CMUnitTest *tests, size_t n_tests,
                                   struct scenario *scenarios, size_t n_scenarios)
{
    for (size_t i = 0; i < n_scenarios; i++)
        tests[n_tests++] =
            (struct CMUnitTest){scenarios[i].name, run_scenario, NULL, NULL, &scenarios[i]};
    return n_tests;
}

#endif
