/* test_ledger_renewal.c - section 5 of DOMAIN.md, expiry, rollover and reinstatement; every number
 * by hand. */
#include "ledger_laws.h"

static struct scenario renewals[] = {
    {
        .name = "renewal_paid_on_end_day_rolls_over",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "work 1 20 2025-06-01\n"
                 "grant 20/2 720 2026-03-10\n",
        .today = "2026-03-10",
        .from = "2026-03-10",
        .entries = "2026-03-10 grant +720 20\n"
                   "2026-03-10 rollover_out -700 10\n"
                   "2026-03-10 rollover_in +700 20\n",
        .lots = "10 0/720 2025-03-10..2026-03-10 rolled_over\n"
                "20 1420/720 2026-03-10..2027-03-10 open\n",
        .balance = 1420,
    },
    {
        .name = "renewal_the_day_after_the_end_comes_too_late",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "grant 20/2 720 2026-03-11\n",
        .today = "2026-03-11",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -720 10\n"
                   "2026-03-11 grant +720 20\n",
        .balance = 720,
    },
    {
        .name = "renewal_in_time_paid_late_brings_the_hours_back",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "grant 20/2 720 2026-04-09 renewed 2026-03-10\n",
        .today = "2026-04-09",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -720 10\n"
                   "2026-04-09 grant +720 20\n"
                   "2026-04-09 reinstate +720 20\n",
        .lots = "10 0/720 2025-03-10..2026-03-10 expired\n"
                "20 1440/720 2026-04-09..2027-04-09 open\n",
        .balance = 1440,
    },
    {
        .name = "grace_0_a_renewal_one_day_late_brings_nothing_back",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "grant 20/2 720 2026-04-09 renewed 2026-03-11\n",
        .today = "2026-04-09",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -720 10\n"
                   "2026-04-09 grant +720 20\n",
        .balance = 720,
    },
    {
        .name = "grace_15_a_renewal_on_its_last_day_brings_the_hours_back",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "grant 20/2 720 2026-03-25\n",
        .today = "2026-03-25",
        .grace = 15,
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -720 10\n"
                   "2026-03-25 grant +720 20\n"
                   "2026-03-25 reinstate +720 20\n",
        .balance = 1440,
    },
    {
        .name = "grace_15_a_renewal_on_the_16th_day_brings_nothing_back",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "grant 20/2 720 2026-03-26\n",
        .today = "2026-03-26",
        .grace = 15,
        .from = "2026-03-26",
        .entries = "2026-03-26 grant +720 20\n",
        .balance = 720,
    },
    {
        .name = "rolled_minutes_take_the_new_end_and_roll_again_without_limit",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "grant 30/3 100 2027-03-10\n"
                 "grant 40/4 100 2028-03-10\n",
        .from = "2026-03-10",
        .entries = "2026-03-10 grant +100 20\n"
                   "2026-03-10 rollover_out -100 10\n"
                   "2026-03-10 rollover_in +100 20\n"
                   "2027-03-10 grant +100 30\n"
                   "2027-03-10 rollover_out -200 20\n"
                   "2027-03-10 rollover_in +200 30\n"
                   "2028-03-10 grant +100 40\n"
                   "2028-03-10 rollover_out -300 30\n"
                   "2028-03-10 rollover_in +300 40\n"
                   "2029-03-10 expire -400 40\n",
    },
    {
        .name = "rolls_over_to_the_latest_lot_that_has_started",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "grant 20/2 1 2025-09-01\n"
                 "grant 31/3 1 2025-10-01\n"
                 "grant 30/3 1 2025-10-01\n"
                 "adjust 5 1 2025-11-01\n"
                 "grant 40/4 1 2026-03-11\n",
        .today = "2026-03-10",
        .from = "2026-03-10",
        .entries = "2026-03-10 rollover_out -720 10\n"
                   "2026-03-10 rollover_in +720 31\n",
        .balance = 724,
    },
    {
        .name = "a_lot_with_the_same_end_is_no_renewal",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 11/1 200 2025-03-10\n",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -100 10\n"
                   "2026-03-10 expire -200 11\n",
    },
    {
        .name = "an_adjustment_is_not_a_renewal",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "adjust 5 60 2026-03-01\n"
                 "adjust 6 60 2026-03-10\n"
                 "adjust 7 60 2026-03-20\n",
        .today = "2026-03-20",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -720 10\n"
                   "2026-03-10 adjust +60 a6\n"
                   "2026-03-20 adjust +60 a7\n",
        .balance = 180,
    },
    {
        .name = "the_minutes_of_an_adjustment_roll_over_like_any_other",
        .facts = "adjust 5 60 2025-03-10\n"
                 "grant 20/2 720 2026-03-10\n",
        .today = "2026-03-10",
        .from = "2026-03-10",
        .entries = "2026-03-10 grant +720 20\n"
                   "2026-03-10 rollover_out -60 a5\n"
                   "2026-03-10 rollover_in +60 20\n",
        .balance = 780,
    },
    {
        .name = "the_minutes_of_an_adjustment_come_back_like_any_other",
        .facts = "adjust 5 60 2025-03-10\n"
                 "grant 20/2 720 2026-04-01 renewed 2026-03-10\n",
        .today = "2026-04-01",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -60 a5\n"
                   "2026-04-01 grant +720 20\n"
                   "2026-04-01 reinstate +60 20\n",
        .balance = 780,
    },
    {
        .name = "minutes_with_an_explicit_end_do_not_roll_over",
        .facts = "adjust 5 60 2025-03-10 until 2025-06-10\n"
                 "grant 10/1 720 2025-04-01\n",
        .today = "2025-06-10",
        .from = "2025-06-10",
        .entries = "2025-06-10 expire -60 a5\n",
        .lots = "a5 0/60 2025-03-10..2025-06-10 expired\n"
                "10 720/720 2025-04-01..2026-04-01 open\n",
        .balance = 720,
    },
    {
        .name = "minutes_with_an_explicit_end_do_not_come_back_even_after_a_year",
        .facts = "adjust 5 60 2025-03-10 until 2026-03-10\n"
                 "grant 20/2 720 2026-03-10\n"
                 "grant 30/3 720 2026-04-01 renewed 2026-03-10\n",
        .today = "2026-04-01",
        .from = "2026-03-10",
        .entries = "2026-03-10 grant +720 20\n"
                   "2026-03-10 expire -60 a5\n"
                   "2026-04-01 grant +720 30\n",
        .balance = 1440,
    },
    {
        .name = "reinstatement_comes_before_the_expiries_of_the_day",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "adjust 5 60 2026-01-01 until 2026-06-01\n"
                 "grant 30/3 100 2026-06-01 renewed 2026-03-10\n",
        .today = "2026-06-01",
        .from = "2026-06-01",
        .entries = "2026-06-01 grant +100 30\n"
                   "2026-06-01 reinstate +100 30\n"
                   "2026-06-01 expire -60 a5\n",
        .balance = 200,
    },
    {
        .name = "lots_that_end_on_the_same_day_roll_over_by_start_then_origin_then_id",
        .facts = "grant 12/1 1 2024-03-02\n"
                 "adjust 1 2 2024-03-01\n"
                 "grant 11/2 4 2024-03-01\n"
                 "grant 10/2 8 2024-03-01\n"
                 "grant 13/3 16 2024-02-29\n"
                 "grant 20/4 100 2025-04-01 renewed 2025-03-01\n",
        .today = "2025-04-01",
        .from = "2025-03-01",
        /* 13 (29 February), 10, 11 and a1 (1 March) end on 1 March; 12 on 2 March. */
        .entries = "2025-03-01 rollover_out -16 13\n"
                   "2025-03-01 rollover_in +16 12\n"
                   "2025-03-01 rollover_out -8 10\n"
                   "2025-03-01 rollover_in +8 12\n"
                   "2025-03-01 rollover_out -4 11\n"
                   "2025-03-01 rollover_in +4 12\n"
                   "2025-03-01 rollover_out -2 a1\n"
                   "2025-03-01 rollover_in +2 12\n"
                   "2025-03-02 expire -31 12\n"
                   "2025-04-01 grant +100 20\n"
                   "2025-04-01 reinstate +31 20\n",
        .balance = 131,
    },
    {
        .name = "expired_lots_of_one_end_come_back_by_start_then_origin_then_id",
        .facts = "adjust 1 2 2024-03-01\n"
                 "grant 11/2 4 2024-03-01\n"
                 "grant 10/2 8 2024-03-01\n"
                 "grant 13/3 16 2024-02-29\n"
                 "grant 20/4 100 2025-04-01 renewed 2025-03-01\n",
        .today = "2025-04-01",
        .from = "2025-04-01",
        .entries = "2025-04-01 grant +100 20\n"
                   "2025-04-01 reinstate +16 20\n"
                   "2025-04-01 reinstate +8 20\n"
                   "2025-04-01 reinstate +4 20\n"
                   "2025-04-01 reinstate +2 20\n",
        .balance = 130,
    },
    {
        .name = "expired_lots_come_back_by_the_order_of_section_4_not_by_id",
        .facts = "grant 10/2 200 2025-03-05\n"
                 "work 1 300 2025-03-06\n"
                 "grant 20/1 100 2025-03-01\n"
                 "work 2 -130 2025-03-07\n"
                 "adjust 5 40 2025-03-05\n"
                 "grant 30/3 1 2026-04-01 renewed 2026-03-01\n",
        .today = "2026-04-01",
        /* Work 1 empties lot 20, then lot 10; work 2 gives back to lot 20. It expires first, into
         * the still running 10. */
        .entries = "2025-03-01 grant +100 20\n"
                   "2025-03-05 grant +200 10\n"
                   "2025-03-05 adjust +40 a5\n"
                   "2025-03-06 debit -100 20\n"
                   "2025-03-06 debit -200 10\n"
                   "2025-03-07 debit +130 20\n"
                   "2026-03-01 rollover_out -130 20\n"
                   "2026-03-01 rollover_in +130 10\n"
                   "2026-03-05 expire -130 10\n"
                   "2026-03-05 expire -40 a5\n"
                   "2026-04-01 grant +1 30\n"
                   "2026-04-01 reinstate +130 30\n"
                   "2026-04-01 reinstate +40 30\n",
        .balance = 171,
    },
    {
        .name = "lots_that_end_on_the_same_day_expire_by_start",
        .facts = "adjust 5 50 2025-06-01 until 2026-03-10\n"
                 "grant 10/1 100 2025-03-10\n"
                 "adjust 6 30 2025-02-01 until 2026-03-10\n",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -30 a6\n"
                   "2026-03-10 expire -100 10\n"
                   "2026-03-10 expire -50 a5\n",
    },
    {
        .name = "comes_back_only_to_lots_renewed_in_time",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 31/3 100 2026-04-01\n"
                 "grant 20/2 100 2026-04-01 renewed 2026-03-10\n",
        .today = "2026-04-01",
        .from = "2026-04-01",
        .entries = "2026-04-01 grant +100 20\n"
                   "2026-04-01 grant +100 31\n"
                   "2026-04-01 reinstate +100 20\n",
        .balance = 300,
    },
    {
        .name = "comes_back_to_the_latest_such_lot_of_the_day",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 31/3 100 2026-04-01 renewed 2026-01-01\n"
                 "grant 32/3 100 2026-04-01 renewed 2026-01-01\n"
                 "grant 20/2 100 2026-04-01 renewed 2026-03-10\n",
        .today = "2026-04-01",
        .from = "2026-04-01",
        .entries = "2026-04-01 grant +100 20\n"
                   "2026-04-01 grant +100 31\n"
                   "2026-04-01 grant +100 32\n"
                   "2026-04-01 reinstate +100 32\n",
        .balance = 400,
    },
    {
        .name = "comes_back_once",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-04-01 renewed 2026-03-10\n"
                 "grant 30/3 100 2026-04-02 renewed 2026-03-10\n",
        .today = "2026-04-02",
        .from = "2026-04-01",
        .entries = "2026-04-01 grant +100 20\n"
                   "2026-04-01 reinstate +100 20\n"
                   "2026-04-02 grant +100 30\n",
        .balance = 300,
    },
    {
        .name = "hours_that_came_back_may_be_lost_and_come_back_again",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-04-01 renewed 2026-03-10\n"
                 "grant 30/3 100 2027-05-01 renewed 2027-04-01\n",
        .today = "2027-05-01",
        .from = "2027-04-01",
        .entries = "2027-04-01 expire -200 20\n"
                   "2027-05-01 grant +100 30\n"
                   "2027-05-01 reinstate +200 30\n",
        .balance = 300,
    },
    {
        .name = "hours_that_came_back_and_were_lost_come_back_from_where_they_were_lost",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-04-01\n"
                 "grant 30/3 100 2027-04-10\n",
        .today = "2027-04-10",
        .grace = 400, /* in reach of both lots: 10 has nothing lost any more */
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -100 10\n"
                   "2026-04-01 grant +100 20\n"
                   "2026-04-01 reinstate +100 20\n"
                   "2027-04-01 expire -200 20\n"
                   "2027-04-10 grant +100 30\n"
                   "2027-04-10 reinstate +200 30\n",
        .balance = 300,
    },
    {
        .name = "two_lots_side_by_side_the_second_renews_the_first",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2025-06-01\n",
        .from = "2026-03-10",
        .entries = "2026-03-10 rollover_out -100 10\n"
                   "2026-03-10 rollover_in +100 20\n"
                   "2026-06-01 expire -200 20\n",
    },
    {
        .name = "an_empty_lot_ends_without_an_entry",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "work 1 100 2025-06-01\n"
                 "grant 20/2 100 2026-03-10\n",
        .today = "2026-03-10",
        .from = "2026-03-10",
        .entries = "2026-03-10 grant +100 20\n",
        .lots = "10 0/100 2025-03-10..2026-03-10 spent\n"
                "20 100/100 2026-03-10..2027-03-10 open\n",
        .balance = 100,
    },
};

int main(void)
{
    struct CMUnitTest tests[COUNT(renewals)];

    add_scenarios(tests, 0, renewals, COUNT(renewals));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
