/* test_ledger.c - days, debits, adjustments and states: sections 1, 3, 4, 6 and 7 of DOMAIN.md;
 * every number by hand. Renewals, clawbacks and random histories have files of their own. */
#include "ledger_laws.h"

/* Section 1: the order of a day; section 3: validity. */
static struct scenario days[] = {
    {
        .name = "a_day_is_grants_clawbacks_expiry_adjustments_debits",
        .facts = "work 2 5 2026-03-10\n"
                 "adjust 5 30 2026-03-10\n"
                 "note 90/2 720 2026-03-10\n"
                 "grant 20/2 720 2026-03-10\n"
                 "work 1 20 2025-03-11\n"
                 "grant 10/1 720 2025-03-10\n",
        .today = "2026-03-10",
        /* Pack 20 is refunded before the expiry step, so it renews nothing; work is last. */
        .entries = "2025-03-10 grant +720 10\n"
                   "2025-03-11 debit -20 10\n"
                   "2026-03-10 grant +720 20\n"
                   "2026-03-10 clawback -720 20\n"
                   "2026-03-10 expire -700 10\n"
                   "2026-03-10 adjust +30 a5\n"
                   "2026-03-10 debit -5 a5\n",
        .balance = 25,
    },
    {
        .name = "within_a_step_facts_go_by_id",
        .facts = "grant 12/1 720 2025-03-10\n"
                 "grant 11/1 720 2025-03-10\n"
                 "adjust 9 1 2025-03-10\n"
                 "adjust 8 -2 2025-03-10\n"
                 "work 6 5 2025-03-10\n"
                 "work 5 10 2025-03-10\n",
        .today = "2025-03-10",
        .entries = "2025-03-10 grant +720 11\n"
                   "2025-03-10 grant +720 12\n"
                   "2025-03-10 adjust -2 11\n"
                   "2025-03-10 adjust +1 a9\n"
                   "2025-03-10 debit -10 11\n"
                   "2025-03-10 debit -5 11\n",
        .balance = 1424,
    },
    {
        .name = "clawbacks_of_a_day_go_by_line_id",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2025-03-10\n"
                 "note 91/1 30 2025-04-01\n"
                 "note 90/2 40 2025-04-01\n",
        .today = "2025-04-01",
        .from = "2025-04-01",
        .entries = "2025-04-01 clawback -40 20\n"
                   "2025-04-01 clawback -30 10\n",
        .balance = 130,
    },
    {
        .name = "what_is_dated_after_today_does_not_exist_yet",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "grant 20/2 720 2025-04-01\n"
                 "note 90/1 720 2025-04-01\n"
                 "adjust 5 9 2025-04-01\n"
                 "adjust 6 -9 2025-04-01\n"
                 "work 1 5 2025-04-01\n",
        .today = "2025-03-31",
        .entries = "2025-03-10 grant +720 10\n",
        .lots = "10 720/720 2025-03-10..2026-03-10 open\n",
        .balance = 720,
    },
    {
        .name = "what_is_dated_today_exists",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "work 1 5 2025-03-10\n",
        .today = "2025-03-10",
        .entries = "2025-03-10 grant +720 10\n"
                   "2025-03-10 debit -5 10\n",
        .balance = 715,
    },
    {
        .name = "the_day_before_the_first_fact_is_an_empty_ledger",
        .facts = "grant 10/1 720 2025-03-10\n",
        .today = "2025-03-09",
        .entries = "",
        .lots = "",
    },
    {
        .name = "a_pack_is_usable_to_the_day_before_its_end_included",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "work 1 5 2026-03-09\n"
                 "work 2 5 2026-03-10\n",
        .entries = "2025-03-10 grant +720 10\n"
                   "2026-03-09 debit -5 10\n"
                   "2026-03-10 expire -715 10\n"
                   "2026-03-10 debit -5 -\n",
        .balance = -5,
    },
    {
        .name = "a_pack_is_usable_on_its_first_day_and_not_before",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "work 1 5 2025-03-09\n"
                 "work 2 5 2025-03-10\n",
        .today = "2025-03-10",
        .entries = "2025-03-09 debit -5 -\n"
                   "2025-03-10 grant +720 10\n"
                   "2025-03-10 overdraft_repaid -5 10\n"
                   "2025-03-10 overdraft_repaid +5 -\n"
                   "2025-03-10 debit -5 10\n",
        .balance = 710,
    },
    {
        .name = "a_year_from_29_february_ends_on_1_march",
        .facts = "grant 10/1 720 2024-02-29\n"
                 "work 1 5 2025-02-28\n",
        .entries = "2024-02-29 grant +720 10\n"
                   "2025-02-28 debit -5 10\n"
                   "2025-03-01 expire -715 10\n",
        .lots = "10 0/720 2024-02-29..2025-03-01 expired\n",
    },
    {
        .name = "four_years_from_29_february_end_on_29_february",
        .facts = "grant 10/1 720 2024-02-29\n",
        .today = "2028-02-28",
        .years = 4,
        .lots = "10 720/720 2024-02-29..2028-02-29 open\n",
        .balance = 720,
    },
    {
        .name = "a_year_that_holds_a_29_february_ends_on_the_same_date",
        .facts = "grant 10/1 720 2023-03-10\n",
        .lots = "10 0/720 2023-03-10..2024-03-10 expired\n",
    },
    {
        .name = "validity_may_be_in_months_that_lack_a_day",
        .facts = "grant 10/1 720 2024-08-31\n"
                 "grant 11/1 720 2024-08-30\n",
        .months = 18,
        .lots = "11 0/720 2024-08-30..2026-03-01 expired\n"
                "10 0/720 2024-08-31..2026-03-01 expired\n",
    },
    {
        .name = "validity_may_be_in_days",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "adjust 5 60 2025-03-11\n",
        .days = 30,
        .lots = "10 0/720 2025-03-10..2025-04-09 expired\n"
                "a5 0/60 2025-03-11..2025-04-10 expired\n",
    },
};

/* Section 4: which lot is taken from, overdraft, minutes given back. */
static struct scenario debits[] = {
    {
        .name = "a_debit_of_one_minute_takes_one_minute_from_a_lot_and_from_the_overdraft",
        .facts = "grant 10/1 1 2025-03-10\n"
                 "work 1 1 2025-03-11\n"
                 "work 2 1 2025-03-12\n",
        .today = "2025-03-12",
        .entries = "2025-03-10 grant +1 10\n"
                   "2025-03-11 debit -1 10\n"
                   "2025-03-12 debit -1 -\n",
        .balance = -1,
    },
    {
        .name = "debit_takes_from_the_earliest_end_first",
        .facts = "grant 20/2 720 2025-03-10\n"
                 "grant 10/1 720 2025-04-01\n"
                 "work 1 730 2025-05-01\n",
        .today = "2025-05-01",
        .from = "2025-05-01",
        .entries = "2025-05-01 debit -720 20\n"
                   "2025-05-01 debit -10 10\n",
        .balance = 710,
    },
    {
        .name = "among_equal_ends_the_earliest_start_even_of_an_adjustment",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "adjust 50 60 2025-03-09 until 2026-03-10\n"
                 "work 1 70 2025-05-01\n",
        .today = "2025-05-01",
        .from = "2025-05-01",
        .entries = "2025-05-01 debit -60 a50\n"
                   "2025-05-01 debit -10 10\n",
        .balance = 710,
    },
    {
        .name = "29_february_and_1_march_end_together_and_the_earlier_start_is_first",
        .facts = "grant 9/2 100 2024-03-01\n"
                 "grant 10/1 100 2024-02-29\n"
                 "work 1 130 2024-05-01\n",
        .entries = "2024-02-29 grant +100 10\n"
                   "2024-03-01 grant +100 9\n"
                   "2024-05-01 debit -100 10\n"
                   "2024-05-01 debit -30 9\n"
                   "2025-03-01 expire -70 9\n",
    },
    {
        .name = "among_equal_starts_invoices_before_adjustments",
        .facts = "adjust 5 60 2025-03-10\n"
                 "grant 10/1 720 2025-03-10\n"
                 "work 1 725 2025-05-01\n",
        .today = "2025-05-01",
        .from = "2025-05-01",
        .entries = "2025-05-01 debit -720 10\n"
                   "2025-05-01 debit -5 a5\n",
        .balance = 55,
    },
    {
        .name = "then_the_smallest_id",
        .facts = "grant 12/1 720 2025-03-10\n"
                 "grant 11/2 720 2025-03-10\n"
                 "adjust 7 10 2025-03-10\n"
                 "adjust 6 10 2025-03-10\n"
                 "work 1 1455 2025-05-01\n",
        .today = "2025-05-01",
        .from = "2025-05-01",
        .entries = "2025-05-01 debit -720 11\n"
                   "2025-05-01 debit -720 12\n"
                   "2025-05-01 debit -10 a6\n"
                   "2025-05-01 debit -5 a7\n",
        .balance = 5,
    },
    {
        .name = "what_no_lot_can_cover_is_overdraft",
        .facts = "grant 10/1 60 2025-03-10\n"
                 "work 1 100 2025-03-11\n",
        .today = "2025-03-11",
        .from = "2025-03-11",
        .entries = "2025-03-11 debit -60 10\n"
                   "2025-03-11 debit -40 -\n",
        .balance = -40,
    },
    {
        .name = "a_grant_pays_the_overdraft_back_at_once",
        .facts = "work 1 100 2025-03-01\n"
                 "grant 10/1 60 2025-03-10\n"
                 "grant 11/1 60 2025-03-10\n",
        .today = "2025-03-10",
        .from = "2025-03-10",
        .entries = "2025-03-10 grant +60 10\n"
                   "2025-03-10 overdraft_repaid -60 10\n"
                   "2025-03-10 overdraft_repaid +60 -\n"
                   "2025-03-10 grant +60 11\n"
                   "2025-03-10 overdraft_repaid -40 11\n"
                   "2025-03-10 overdraft_repaid +40 -\n",
        .balance = 20,
    },
    {
        .name = "an_adjustment_pays_the_overdraft_back_at_once",
        .facts = "work 1 100 2025-03-01\n"
                 "adjust 5 60 2025-03-10\n",
        .today = "2025-03-10",
        .from = "2025-03-10",
        .entries = "2025-03-10 adjust +60 a5\n"
                   "2025-03-10 overdraft_repaid -60 a5\n"
                   "2025-03-10 overdraft_repaid +60 -\n",
        .lots = "a5 0/60 2025-03-10..2026-03-10 open\n",
        .balance = -40,
    },
    {
        .name = "a_reinstatement_pays_the_overdraft_back_at_once",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "work 1 100 2026-03-15\n"
                 "grant 20/2 50 2026-04-01 renewed 2026-03-10\n",
        .today = "2026-04-01",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -720 10\n"
                   "2026-03-15 debit -100 -\n"
                   "2026-04-01 grant +50 20\n"
                   "2026-04-01 overdraft_repaid -50 20\n"
                   "2026-04-01 overdraft_repaid +50 -\n"
                   "2026-04-01 reinstate +720 20\n"
                   "2026-04-01 overdraft_repaid -50 20\n"
                   "2026-04-01 overdraft_repaid +50 -\n",
        .lots = "10 0/720 2025-03-10..2026-03-10 expired\n"
                "20 670/50 2026-04-01..2027-04-01 open\n",
        .balance = 670,
    },
    {
        .name = "minutes_given_back_lower_the_overdraft_first",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "work 1 130 2025-03-11\n"
                 "work 2 -20 2025-03-12\n"
                 "work 3 -30 2025-03-13\n",
        .today = "2025-03-13",
        .from = "2025-03-12",
        .entries = "2025-03-12 debit +20 -\n"
                   "2025-03-13 debit +10 -\n"
                   "2025-03-13 debit +20 10\n",
        .balance = 20,
    },
    {
        .name = "minutes_given_back_go_to_the_open_lot_with_the_earliest_end_even_empty",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2025-04-01\n"
                 "work 1 150 2025-05-01\n"
                 "work 2 -30 2025-05-02\n",
        .today = "2025-05-02",
        .from = "2025-05-01",
        .entries = "2025-05-01 debit -100 10\n"
                   "2025-05-01 debit -50 20\n"
                   "2025-05-02 debit +30 10\n",
        .balance = 80,
    },
    {
        .name = "minutes_given_back_may_exceed_what_the_lot_was_granted",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2025-04-01\n"
                 "work 1 200 2025-05-01\n"
                 "work 2 -200 2025-05-02\n",
        .today = "2025-05-02",
        .lots = "10 200/100 2025-03-10..2026-03-10 open\n"
                "20 0/100 2025-04-01..2026-04-01 open\n",
        .balance = 200,
    },
    {
        .name = "minutes_given_back_do_not_go_to_a_lot_on_its_end_day",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2025-04-01\n"
                 "work 1 100 2025-05-01\n"
                 "work 2 -30 2026-03-10\n",
        .today = "2026-03-10",
        .from = "2026-03-10",
        .entries = "2026-03-10 debit +30 20\n",
        .balance = 130,
    },
    {
        .name = "minutes_given_back_without_an_open_lot_are_lost_without_an_entry",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "work 1 130 2025-05-01\n"
                 "work 2 -50 2026-03-10\n",
        .from = "2025-05-01",
        .entries = "2025-05-01 debit -100 10\n"
                   "2025-05-01 debit -30 -\n"
                   "2026-03-10 debit +30 -\n",
    },
};

/* Section 6: adjustments; section 7: states and the order of the lots. */
static struct scenario others[] = {
    {
        .name = "a_positive_adjustment_opens_a_lot_of_one_year_or_to_its_end",
        .facts = "adjust 5 61 2025-03-10\n"
                 "adjust 6 1 2025-03-10 until 2025-03-11\n",
        .today = "2025-03-10",
        .entries = "2025-03-10 adjust +61 a5\n"
                   "2025-03-10 adjust +1 a6\n",
        .lots = "a5 61/61 2025-03-10..2026-03-10 open\n"
                "a6 1/1 2025-03-10..2025-03-11 open\n",
        .balance = 62,
    },
    {
        .name = "a_negative_adjustment_is_taken_like_a_debit_never_rounded",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "grant 20/2 1 2025-03-11\n"
                 "adjust 5 -723 2025-04-01\n",
        .today = "2025-04-01",
        .from = "2025-04-01",
        .entries = "2025-04-01 adjust -720 10\n"
                   "2025-04-01 adjust -1 20\n"
                   "2025-04-01 adjust -2 -\n",
        .balance = -2,
    },
    {
        .name = "a_negative_adjustment_on_the_end_day_does_not_take_from_that_lot",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "adjust 5 -7 2026-03-10\n",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -720 10\n"
                   "2026-03-10 adjust -7 -\n",
        .balance = -7,
    },
    {
        .name = "minutes_given_back_to_an_explicit_end_do_not_roll_over_either",
        .facts = "adjust 5 60 2025-03-10 until 2025-04-10\n"
                 "grant 10/1 100 2025-03-10\n"
                 "work 1 100 2025-03-11\n"
                 "work 2 -80 2025-03-12\n",
        .today = "2025-04-10",
        .from = "2025-03-11",
        .entries = "2025-03-11 debit -60 a5\n"
                   "2025-03-11 debit -40 10\n"
                   "2025-03-12 debit +80 a5\n"
                   "2025-04-10 expire -80 a5\n",
        .balance = 60,
    },
    {
        .name = "a_lot_is_open_until_its_end_even_empty",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "work 1 100 2025-03-11\n",
        .today = "2026-03-09",
        .lots = "10 0/100 2025-03-10..2026-03-10 open\n",
    },
    {
        .name = "then_spent_when_nothing_was_left",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "work 1 100 2025-03-11\n",
        .today = "2026-03-10",
        .lots = "10 0/100 2025-03-10..2026-03-10 spent\n",
    },
    {
        .name = "then_expired_when_minutes_were_lost",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "work 1 99 2025-03-11\n",
        .today = "2026-03-10",
        .lots = "10 0/100 2025-03-10..2026-03-10 expired\n",
    },
    {
        .name = "lots_print_by_start_then_invoices_then_id",
        .facts = "adjust 1 5 2025-03-10\n"
                 "grant 12/1 5 2025-03-10\n"
                 "grant 11/1 5 2025-03-10\n"
                 "grant 99/2 5 2025-03-09\n",
        .today = "2025-03-10",
        .lots = "99 5/5 2025-03-09..2026-03-09 open\n"
                "11 5/5 2025-03-10..2026-03-10 open\n"
                "12 5/5 2025-03-10..2026-03-10 open\n"
                "a1 5/5 2025-03-10..2026-03-10 open\n",
        .balance = 20,
    },
};

static void ledger_of_nothing_is_empty(void **state)
{
    struct ledger_input nothing = {0};
    struct ledger_policy policy = {.validity_years = 1};
    struct ledger ledger;

    (void)state;
    assert_int_equal(ledger_compute(&nothing, &policy, on("2025-03-10"), &ledger, NULL), 0);
    assert_int_equal(ledger.n_entries + ledger.n_lots, 0);
    assert_int_equal(ledger.balance, 0);
    assert_false(ledger.has_next_expiry || ledger.has_next_change);
    ledger_free(&ledger);
    ledger_free(&ledger); /* a second free is allowed */
}

static void next_expiry_is_the_earliest_end_of_an_open_lot_with_minutes_left(void **state)
{
    struct ledger ledger = scenario_compute("grant 10/1 100 2025-03-10\n"
                                            "grant 20/2 100 2025-04-01\n"
                                            "grant 30/3 100 2025-05-01\n"
                                            "work 1 100 2025-05-02\n",
                                            "2025-05-02");

    (void)state;
    assert_true(ledger.has_next_expiry);
    assert_int_equal(ledger.next_expiry, on("2026-04-01"));
    assert_int_equal(ledger.available, 200);
    /* The empty lot becomes `spent` before that. */
    assert_true(ledger.has_next_change);
    assert_int_equal(ledger.next_change, on("2026-03-10"));
    ledger_free(&ledger);
}

static void next_change_is_the_next_dated_fact(void **state)
{
    struct ledger ledger = scenario_compute("grant 10/1 100 2025-03-10\n"
                                            "work 1 5 2025-07-01\n"
                                            "adjust 5 -5 2025-06-01\n",
                                            "2025-05-02");

    (void)state;
    assert_true(ledger.has_next_change);
    assert_int_equal(ledger.next_change, on("2025-06-01"));
    ledger_free(&ledger);
}

static void no_next_change_when_all_is_over(void **state)
{
    struct ledger ledger = scenario_compute("grant 10/1 100 2025-03-10\n"
                                            "work 1 150 2026-04-01\n",
                                            "2026-04-01");

    (void)state;
    assert_int_equal(ledger.overdraft, 150);
    assert_int_equal(ledger.available, 0);
    assert_false(ledger.has_next_change || ledger.has_next_expiry);
    ledger_free(&ledger);
}

static void every_entry_names_the_record_that_caused_it(void **state)
{
    static const struct {
        enum ledger_kind kind;
        enum ledger_source source;
        int64_t id;
    } expected[] = {
        {LEDGER_DEBIT, SOURCE_ANALYTIC_LINE, 77},
        {LEDGER_GRANT, SOURCE_MOVE, 1},
        {LEDGER_OVERDRAFT_REPAID, SOURCE_MOVE, 1},
        {LEDGER_OVERDRAFT_REPAID, SOURCE_MOVE, 1},
        {LEDGER_ADJUST, SOURCE_ADJUSTMENT, 5},
        {LEDGER_CLAWBACK, SOURCE_MOVE, 1090},
        {LEDGER_EXPIRE, SOURCE_MOVE, 1},
        {LEDGER_EXPIRE, SOURCE_ADJUSTMENT, 5},
        {LEDGER_GRANT, SOURCE_MOVE, 2},
        {LEDGER_REINSTATE, SOURCE_MOVE, 1},
        {LEDGER_REINSTATE, SOURCE_ADJUSTMENT, 5},
        {LEDGER_GRANT, SOURCE_MOVE, 3},
        {LEDGER_ROLLOVER_OUT, SOURCE_MOVE, 3},
        {LEDGER_ROLLOVER_IN, SOURCE_MOVE, 2},
    };
    struct ledger ledger = scenario_compute("work 77 5 2025-03-09\n"
                                            "grant 10/1 100 2025-03-10\n"
                                            "adjust 5 60 2025-03-10\n"
                                            "note 90/1 10 2025-04-01\n"
                                            "grant 20/2 100 2026-04-01 renewed 2026-03-10\n"
                                            "grant 30/3 100 2027-04-01\n",
                                            "2027-04-01");

    (void)state;
    assert_int_equal(ledger.n_entries, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(ledger.entries[i].kind, expected[i].kind);
        assert_int_equal(ledger.entries[i].source, expected[i].source);
        assert_int_equal(ledger.entries[i].source_id, expected[i].id);
    }
    ledger_free(&ledger);
}

static void the_words_of_the_interface(void **state)
{
    static const char *const kinds[] = {"grant",        "clawback",    "debit",  "overdraft_repaid",
                                        "rollover_out", "rollover_in", "expire", "reinstate",
                                        "adjust"};
    static const char *const states[] = {"open", "spent", "reversed", "rolled_over", "expired"};

    (void)state;
    for (int i = 0; i < (int)COUNT(kinds); i++)
        assert_string_equal(ledger_kind_name((enum ledger_kind)i), kinds[i]);
    for (int i = 0; i < (int)COUNT(states); i++)
        assert_string_equal(ledger_state_name((enum ledger_state)i), states[i]);
    assert_string_equal(ledger_source_name(SOURCE_MOVE), "account.move");
    assert_string_equal(ledger_source_name(SOURCE_ANALYTIC_LINE), "account.analytic.line");
    assert_string_equal(ledger_source_name(SOURCE_ADJUSTMENT), "adjustment");
    assert_string_equal(ledger_origin_name(LOT_INVOICE), "account.move.line");
    assert_string_equal(ledger_origin_name(LOT_ADJUSTMENT), "adjustment");
}

int main(void)
{
    struct CMUnitTest tests[COUNT(days) + COUNT(debits) + COUNT(others) + 6] = {
        cmocka_unit_test(ledger_of_nothing_is_empty),
        cmocka_unit_test(next_expiry_is_the_earliest_end_of_an_open_lot_with_minutes_left),
        cmocka_unit_test(next_change_is_the_next_dated_fact),
        cmocka_unit_test(no_next_change_when_all_is_over),
        cmocka_unit_test(every_entry_names_the_record_that_caused_it),
        cmocka_unit_test(the_words_of_the_interface),
    };
    size_t n_tests = 6;

    n_tests = add_scenarios(tests, n_tests, days, COUNT(days));
    n_tests = add_scenarios(tests, n_tests, debits, COUNT(debits));
    n_tests = add_scenarios(tests, n_tests, others, COUNT(others));
    return _cmocka_run_group_tests("ledger", tests, n_tests, NULL, NULL);
}
