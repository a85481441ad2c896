/* test_ledger_random.c - the laws of DOMAIN.md, section 7, on random ledgers: few days, few lots,
 * many collisions. QUALIODOO_RANDOM_LEDGERS=100000 makes a long run. */
#include "ledger_laws.h"

#define LEDGERS 1500

struct teller {
    struct random random;
    civil_day hot[256]; /* days that have many facts, so that rules meet */
    size_t n_hot;
    bool used[512]; /* ids are distinct and in no order */
};

static int64_t pick(struct teller *teller, const int64_t *from, size_t count)
{
    return from[random_below(&teller->random, count)];
}

#define PICK(teller, ...)                                                                          \
    pick(teller, (const int64_t[]){__VA_ARGS__}, COUNT(((const int64_t[]){__VA_ARGS__})))

static int64_t new_id(struct teller *teller)
{
    uint64_t id;

    do
        id = random_below(&teller->random, COUNT(teller->used));
    while (teller->used[id]);
    teller->used[id] = true;
    return (int64_t)id + 1;
}

static void heat(struct teller *teller, civil_day day)
{
    static const int near[] = {0, 1, -1};

    for (size_t i = 0; i < COUNT(near) && teller->n_hot + 2 < COUNT(teller->hot); i++) {
        teller->hot[teller->n_hot++] = day + near[i];
        teller->hot[teller->n_hot++] = civil_add_years(day, 1) + near[i];
    }
}

static civil_day tell_day(struct teller *teller)
{
    civil_day day = teller->hot[random_below(&teller->random, teller->n_hot)];

    return day + (civil_day)PICK(teller, 0, 0, 0, 0, 0, 0, 5, 40, -30);
}

static civil_day later(civil_day a, civil_day b)
{
    return a > b ? a : b;
}

static void tell_invoices(struct teller *teller, struct facts *facts)
{
    size_t invoices = 1 + random_below(&teller->random, 5);

    for (size_t i = 1; i <= invoices; i++) {
        civil_day renewed = tell_day(teller), start = renewed;

        if (random_below(&teller->random, 3) == 0)
            start = later(start, tell_day(teller));
        heat(teller, start);
        for (size_t lines = 1 + random_below(&teller->random, 3); lines; lines--)
            facts->grants[facts->n_grants++] =
                (struct ledger_grant){.id = new_id(teller),
                                      .invoice = (int64_t)i,
                                      .start = start,
                                      .renewed = renewed,
                                      .amount = PICK(teller, 1, 5, 60, 100, 720)};
    }
}

static void tell_clawbacks(struct teller *teller, struct facts *facts)
{
    for (size_t n = random_below(&teller->random, 6); n; n--) {
        const struct ledger_grant *grant =
            &facts->grants[random_below(&teller->random, facts->n_grants)];
        bool alone = random_below(&teller->random, 6) == 0;

        facts->clawbacks[facts->n_clawbacks++] = (struct ledger_clawback){
            .id = new_id(teller),
            .move = 1000 + (int64_t)n,
            .invoice = alone ? 0 : grant->invoice,
            .day = alone ? tell_day(teller) : later(grant->start, tell_day(teller)),
            .amount = PICK(teller, 1, 5, 7, 60, 100, 110, 720, 2000),
        };
    }
}

static void tell_others(struct teller *teller, struct facts *facts)
{
    for (size_t n = random_below(&teller->random, 4); n; n--) {
        struct ledger_adjustment *adjustment = &facts->adjustments[facts->n_adjustments++];

        *adjustment = (struct ledger_adjustment){.id = new_id(teller),
                                                 .day = tell_day(teller),
                                                 .amount = PICK(teller, 5, 60, 300, -5, -60, -700)};
        adjustment->has_end = adjustment->amount > 0 && random_below(&teller->random, 2);
        if (adjustment->has_end)
            adjustment->end = later(adjustment->day + 1, tell_day(teller));
        heat(teller, adjustment->day);
    }
    for (size_t n = random_below(&teller->random, 8); n; n--)
        facts->debits[facts->n_debits++] =
            (struct ledger_debit){.id = new_id(teller),
                                  .day = tell_day(teller),
                                  .amount = PICK(teller, 5, 60, 95, 400, -5, -60, -400)};
}

static void tell(uint64_t seed, struct facts *facts, civil_day *ret_today)
{
    struct teller teller = {.random = {seed * UINT64_C(0x9E3779B97F4A7C15) + 1}};

    memset(facts, 0, sizeof *facts);
    facts->policy.validity_years = 1;
    facts->policy.renewal_grace_days = (int)PICK(&teller, 0, 0, 1, 5, 40, 400);
    heat(&teller, PICK(&teller, 0, 1) ? on("2024-02-29") : on("2025-03-10"));
    tell_invoices(&teller, facts);
    tell_clawbacks(&teller, facts);
    tell_others(&teller, facts);
    *ret_today = random_below(&teller.random, 2) ? on(FIXTURE_TODAY) : tell_day(&teller);
}

static void count_what_happened(const struct facts *facts, civil_day today, size_t *seen)
{
    struct ledger ledger = facts_compute(facts, today);

    for (size_t i = 0; i < ledger.n_entries; i++)
        seen[ledger.entries[i].kind]++;
    for (size_t i = 0; i < ledger.n_lots; i++) {
        seen[LEDGER_ADJUST + 1 + ledger.lots[i].state]++;
        if (ledger.lots[i].barred)
            seen[LEDGER_ADJUST + 1 + LOT_EXPIRED + 1]++;
    }
    ledger_free(&ledger);
}

static uint64_t running; /* the seed being checked; 0: none failed */

static int print_seed(void **state)
{
    (void)state;
    if (running)
        print_error("seed %" PRIu64 "\n", running);
    return 0;
}

static void laws_hold_on_random_ledgers(void **state)
{
    const char *wanted = getenv("QUALIODOO_RANDOM_LEDGERS");
    uint64_t ledgers = wanted ? strtoull(wanted, NULL, 10) : LEDGERS;
    size_t seen[LEDGER_ADJUST + LOT_EXPIRED + 3] = {0};
    struct random random = {42};

    (void)state;
    for (uint64_t seed = 1; seed <= ledgers; seed++) {
        struct facts facts;
        civil_day today;

        running = seed;
        tell(seed, &facts, &today);
        check_laws(&facts, today, &random);
        count_what_happened(&facts, today, seen);
    }
    running = 0;
    /* The random ledgers must cover every kind of entry, every state and barred minutes. */
    for (size_t i = 0; ledgers >= LEDGERS && i < COUNT(seen); i++)
        assert_true(seen[i] >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(laws_hold_on_random_ledgers, print_seed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
