/* test_ledger_clawback.c - what a credit note takes back (DOMAIN.md, section 3); every number by
 * hand. In the comments, the limit of a lot is granted - counted - lost, as DOMAIN.md defines
 * it. */
#include "ledger_laws.h"

/* From which lots the minutes are taken. */
static struct scenario taken[] = {
    {
        .name = "full_refund_takes_the_pack_back_and_closes_its_lot",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "note 90/1 720 2025-06-01\n",
        .today = "2025-06-01",
        .entries = "2025-03-10 grant +720 10\n"
                   "2025-06-01 clawback -720 10\n",
        .lots = "10 0/720 2025-03-10..2025-06-01 reversed\n",
    },
    {
        .name = "a_gesture_takes_a_part_and_leaves_the_lot_open",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "note 90/1 38 2025-06-01\n",
        .today = "2025-06-01",
        .from = "2025-06-01",
        .entries = "2025-06-01 clawback -38 10\n",
        .lots = "10 682/720 2025-03-10..2026-03-10 open\n",
        .balance = 682,
    },
    {
        .name = "takes_first_from_its_invoice_by_line_id_though_other_lots_end_earlier",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 22/2 100 2025-06-01\n"
                 "grant 21/2 100 2025-06-01\n"
                 "note 90/2 150 2025-07-01\n",
        .today = "2025-07-01",
        .from = "2025-07-01",
        .entries = "2025-07-01 clawback -100 21\n"
                   "2025-07-01 clawback -50 22\n",
        .lots = "10 100/100 2025-03-10..2026-03-10 open\n"
                "21 0/100 2025-06-01..2025-07-01 reversed\n"
                "22 50/100 2025-06-01..2026-06-01 open\n",
        .balance = 150,
    },
    {
        .name = "then_like_a_debit_from_the_others",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 30/3 100 2025-05-01\n"
                 "grant 20/2 100 2025-04-01\n"
                 "work 1 140 2025-05-02\n"
                 "note 90/1 100 2025-06-01\n",
        .today = "2025-06-01",
        .from = "2025-05-02",
        .entries = "2025-05-02 debit -100 10\n"
                   "2025-05-02 debit -40 20\n"
                   "2025-06-01 clawback -60 20\n"
                   "2025-06-01 clawback -40 30\n",
        /* All 100 count against lot 10, also those taken from other lots. */
        .lots = "10 0/100 2025-03-10..2025-06-01 reversed\n"
                "20 0/100 2025-04-01..2026-04-01 open\n"
                "30 60/100 2025-05-01..2026-05-01 open\n",
        .balance = 60,
    },
    {
        .name = "then_as_overdraft",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "work 1 80 2025-05-02\n"
                 "note 90/1 100 2025-06-01\n",
        .today = "2025-06-01",
        .from = "2025-06-01",
        .entries = "2025-06-01 clawback -20 10\n"
                   "2025-06-01 clawback -80 -\n",
        .lots = "10 0/100 2025-03-10..2025-06-01 reversed\n",
        .balance = -80,
    },
    {
        .name = "may_take_from_its_own_lot_that_ends_that_day",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "note 90/1 60 2026-03-10\n",
        .from = "2026-03-10",
        .entries = "2026-03-10 clawback -60 10\n"
                   "2026-03-10 expire -40 10\n",
    },
    {
        .name = "may_take_from_another_lot_that_ends_that_day",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2025-04-01\n"
                 "work 1 150 2025-05-01\n"
                 "work 2 -50 2025-05-02\n" /* back to lot 10: 50 and 50 are left */
                 "note 90/2 80 2026-03-10\n",
        .today = "2026-03-10",
        .from = "2026-03-10",
        .entries = "2026-03-10 clawback -50 20\n"
                   "2026-03-10 clawback -30 10\n"
                   "2026-03-10 rollover_out -20 10\n"
                   "2026-03-10 rollover_in +20 20\n",
        .balance = 20,
    },
    {
        .name = "rolled_over_minutes_of_its_lot_may_be_taken",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "work 1 150 2026-04-01\n"
                 "note 90/2 100 2026-05-01\n",
        .today = "2026-05-01",
        .from = "2026-04-01",
        .entries = "2026-04-01 debit -150 20\n"
                   "2026-05-01 clawback -50 20\n"
                   "2026-05-01 clawback -50 -\n",
        .balance = -50,
    },
    {
        .name = "refund_after_rollover_takes_from_the_new_lot_like_a_debit",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "note 90/1 100 2026-04-01\n",
        .today = "2026-04-01",
        .from = "2026-04-01",
        .entries = "2026-04-01 clawback -100 20\n",
        /* Lot 10 had ended before: its end stays. */
        .lots = "10 0/100 2025-03-10..2026-03-10 reversed\n"
                "20 100/100 2026-03-10..2027-03-10 open\n",
        .balance = 100,
    },
    {
        .name = "without_an_invoice_goes_like_a_debit_without_limit",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2025-03-11\n"
                 "note 90/0 350 2025-06-01\n"
                 "note 91/0 1 2025-06-02\n",
        .today = "2025-06-02",
        .from = "2025-06-01",
        .entries = "2025-06-01 clawback -100 10\n"
                   "2025-06-01 clawback -100 20\n"
                   "2025-06-01 clawback -150 -\n"
                   "2025-06-02 clawback -1 -\n",
        /* It counts against no lot, so none is reversed. */
        .lots = "10 0/100 2025-03-10..2026-03-10 open\n"
                "20 0/100 2025-03-11..2026-03-11 open\n",
        .balance = -151,
    },
    {
        .name = "without_an_invoice_may_take_from_a_lot_that_ends_that_day",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "note 90/0 60 2026-03-10\n",
        .from = "2026-03-10",
        .entries = "2026-03-10 clawback -60 10\n"
                   "2026-03-10 expire -40 10\n",
    },
    {
        .name = "on_an_invoice_that_granted_nothing_takes_nothing",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "note 90/7 100 2025-06-01\n",
        .today = "2025-06-01",
        .from = "2025-06-01",
        .entries = "",
        .balance = 100,
    },
    {
        .name = "on_the_day_of_the_grant_empties_it_and_closes_it_on_its_start",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "note 90/1 100 2025-03-10\n"
                 "work 1 5 2025-03-10\n",
        .today = "2025-03-10",
        .entries = "2025-03-10 grant +100 10\n"
                   "2025-03-10 clawback -100 10\n"
                   "2025-03-10 debit -5 -\n",
        .lots = "10 0/100 2025-03-10..2025-03-10 reversed\n",
        .balance = -5,
    },
    {
        .name = "taken_as_overdraft_is_paid_back_by_the_next_grant",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "work 1 100 2025-03-11\n"
                 "note 90/1 100 2025-04-01\n"
                 "grant 20/2 720 2025-05-01\n",
        .today = "2025-05-01",
        .from = "2025-04-01",
        .entries = "2025-04-01 clawback -100 -\n"
                   "2025-05-01 grant +720 20\n"
                   "2025-05-01 overdraft_repaid -100 20\n"
                   "2025-05-01 overdraft_repaid +100 -\n",
        .balance = 620,
    },
};

/* How much a clawback takes at most, and against which lot it counts. */
static struct scenario limits[] = {
    {
        .name = "never_more_than_what_the_invoice_granted",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 11/1 50 2025-03-10\n"
                 "grant 20/2 100 2025-04-01\n"
                 "note 90/1 500 2025-06-01\n",
        .today = "2025-06-01",
        .from = "2025-06-01",
        .entries = "2025-06-01 clawback -100 10\n"
                   "2025-06-01 clawback -50 11\n",
        .balance = 100,
    },
    {
        .name = "a_second_refund_takes_what_the_first_did_not",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2025-04-01\n"
                 "note 90/1 70 2025-06-01\n"
                 "note 91/1 70 2025-06-02\n"
                 "note 92/1 70 2025-06-03\n",
        .today = "2025-06-03",
        .from = "2025-06-01",
        .entries = "2025-06-01 clawback -70 10\n"
                   "2025-06-02 clawback -30 10\n",
        .lots = "10 0/100 2025-03-10..2025-06-02 reversed\n"
                "20 100/100 2025-04-01..2026-04-01 open\n",
        .balance = 100,
    },
    {
        .name = "counts_by_line_id_wherever_the_minutes_come_from",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 11/1 100 2025-03-10\n"
                 "work 1 100 2025-03-11\n" /* from lot 10 */
                 "note 90/1 100 2025-06-01\n",
        .today = "2025-06-01",
        .from = "2025-06-01",
        .entries = "2025-06-01 clawback -100 11\n",
        .lots = "10 0/100 2025-03-10..2025-06-01 reversed\n"
                "11 0/100 2025-03-10..2026-03-10 open\n",
    },
    {
        .name = "hours_the_customer_lost_are_not_taken_a_second_time",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "work 1 300 2025-06-01\n"
                 "note 90/1 720 2026-03-20\n",
        .today = "2026-03-20",
        .from = "2026-03-10",
        /* Limit 720 - 0 - 420 = 300. */
        .entries = "2026-03-10 expire -420 10\n"
                   "2026-03-20 clawback -300 -\n",
        .lots = "10 0/720 2025-03-10..2026-03-10 expired\n",
        .balance = -300,
    },
    {
        .name = "refund_of_a_pack_lost_whole_takes_nothing",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "note 90/1 720 2026-03-20\n",
        .today = "2026-03-20",
        .from = "2026-03-20",
        .entries = "",
        .lots = "10 0/720 2025-03-10..2026-03-10 expired\n",
    },
    {
        .name = "hours_rolled_over_and_lost_in_another_invoices_lot_do_not_count_as_lost",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "note 90/1 100 2027-04-01\n",
        .today = "2027-04-01",
        .from = "2027-03-10",
        /* They were lost in lot 20; the limit of lot 10 is still 100. */
        .entries = "2027-03-10 expire -200 20\n"
                   "2027-04-01 clawback -100 -\n",
        .lots = "10 0/100 2025-03-10..2026-03-10 reversed\n"
                "20 0/100 2026-03-10..2027-03-10 expired\n",
        .balance = -100,
    },
    {
        .name = "rolled_in_hours_lost_in_its_lot_do_count_as_lost",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "work 1 50 2026-04-01\n"
                 "note 90/2 100 2027-04-01\n",
        .today = "2027-04-01",
        .from = "2027-03-10",
        /* Limit of lot 20: 100 - 0 - 150, so nothing. */
        .entries = "2027-03-10 expire -150 20\n",
    },
    {
        .name = "hours_that_came_back_can_be_taken_again",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "grant 20/2 100 2026-04-09 renewed 2026-03-10\n"
                 "note 90/1 720 2026-05-01\n",
        .today = "2026-05-01",
        .from = "2026-04-09",
        .entries = "2026-04-09 grant +100 20\n"
                   "2026-04-09 reinstate +720 20\n"
                   "2026-05-01 clawback -720 20\n",
        .lots = "10 0/720 2025-03-10..2026-03-10 reversed\n"
                "20 100/100 2026-04-09..2027-04-09 open\n",
        .balance = 100,
    },
    {
        .name = "the_limit_is_the_sum_over_its_lots_none_below_zero",
        .facts = "grant 20/1 100 2025-03-10\n"
                 "grant 30/2 100 2026-03-10\n"
                 "grant 31/2 100 2026-03-10\n"
                 "work 1 150 2026-03-11\n" /* lot 30: its own 100 and 50 of lot 31 */
                 "note 90/2 200 2027-04-01\n",
        .today = "2027-04-01",
        .from = "2026-03-10",
        /* The 100 of lot 20 move to the latest, 31. Lot 31 loses 150: more than its 100, limit 0,
         * not -50. Lot 30 lost nothing: limit 100. */
        .entries = "2026-03-10 grant +100 30\n"
                   "2026-03-10 grant +100 31\n"
                   "2026-03-10 rollover_out -100 20\n"
                   "2026-03-10 rollover_in +100 31\n"
                   "2026-03-11 debit -100 30\n"
                   "2026-03-11 debit -50 31\n"
                   "2027-03-10 expire -150 31\n"
                   "2027-04-01 clawback -100 -\n",
        .lots = "20 0/100 2025-03-10..2026-03-10 rolled_over\n"
                "30 0/100 2026-03-10..2027-03-10 reversed\n"
                "31 0/100 2026-03-10..2027-03-10 expired\n",
        .balance = -100,
    },
    {
        .name = "refund_on_the_day_of_the_renewal_runs_before_the_reinstatement",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "grant 20/2 100 2026-04-09 renewed 2026-03-10\n"
                 "note 90/1 720 2026-04-09\n",
        .today = "2026-04-09",
        .from = "2026-04-09",
        /* The hours are still lost: nothing to take, and all 720 are barred. */
        .entries = "2026-04-09 grant +100 20\n",
        .balance = 100,
    },
};

/* What is barred from reinstatement. A renewal of 1 minute, in time, reinstates the rest. */
static struct scenario barred[] = {
    {
        .name = "refund_of_a_pack_lost_whole_bars_it_from_coming_back",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "note 90/1 720 2026-03-20\n"
                 "grant 20/2 1 2026-04-09 renewed 2026-03-10\n",
        .today = "2026-04-09",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -720 10\n"
                   "2026-04-09 grant +1 20\n",
        .balance = 1,
    },
    {
        .name = "what_was_asked_beyond_the_limits_is_barred",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "work 1 300 2025-06-01\n"
                 "note 90/1 500 2026-03-20\n"
                 "grant 20/2 301 2026-04-09 renewed 2026-03-10\n",
        .today = "2026-04-09",
        .from = "2026-03-10",
        /* 300 taken, 200 of the 420 lost are barred. */
        .entries = "2026-03-10 expire -420 10\n"
                   "2026-03-20 clawback -300 -\n"
                   "2026-04-09 grant +301 20\n"
                   "2026-04-09 overdraft_repaid -300 20\n"
                   "2026-04-09 overdraft_repaid +300 -\n"
                   "2026-04-09 reinstate +220 20\n",
        .balance = 221,
    },
    {
        .name = "what_was_asked_within_the_limits_bars_nothing",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "work 1 300 2025-06-01\n"
                 "note 90/1 300 2026-03-20\n"
                 "grant 20/2 301 2026-04-09 renewed 2026-03-10\n",
        .today = "2026-04-09",
        .from = "2026-04-09",
        .entries = "2026-04-09 grant +301 20\n"
                   "2026-04-09 overdraft_repaid -300 20\n"
                   "2026-04-09 overdraft_repaid +300 -\n"
                   "2026-04-09 reinstate +420 20\n",
        .balance = 421,
    },
    {
        .name = "a_second_refund_bars_less_what_was_already_barred",
        .facts = "grant 10/1 720 2025-03-10\n"
                 "work 1 300 2025-06-01\n"
                 "note 90/1 400 2026-03-20\n"  /* takes 300, bars 100 */
                 "note 91/1 100 2026-03-21\n"  /* limit 0: bars 100 more */
                 "note 92/1 1000 2026-03-22\n" /* takes the 220 that came back */
                 "grant 20/2 1 2026-03-21 renewed 2026-03-10\n"
                 "grant 30/3 1 2026-03-23 renewed 2026-03-10\n",
        .today = "2026-03-23",
        .from = "2026-03-20",
        /* Lot 20 starts on the 21st; clawbacks come before reinstatement: 420 - 200 come back. */
        .entries = "2026-03-20 clawback -300 -\n"
                   "2026-03-21 grant +1 20\n"
                   "2026-03-21 overdraft_repaid -1 20\n"
                   "2026-03-21 overdraft_repaid +1 -\n"
                   "2026-03-21 reinstate +220 20\n"
                   "2026-03-21 overdraft_repaid -220 20\n"
                   "2026-03-21 overdraft_repaid +220 -\n"
                   /* Lost are now 200, all barred: limit 720 - 300 - 200 = 220. */
                   "2026-03-22 clawback -220 -\n"
                   "2026-03-23 grant +1 30\n"
                   "2026-03-23 overdraft_repaid -1 30\n"
                   "2026-03-23 overdraft_repaid +1 -\n",
        .balance = -298, /* granted 722, worked 300, taken 520, expired 420, back 220 */
    },
    {
        .name = "barred_by_line_id",
        .facts = "grant 11/1 50 2025-03-10\n"
                 "grant 10/1 100 2025-03-10\n"
                 "note 90/1 120 2026-03-20\n"
                 "grant 20/2 1 2026-04-09 renewed 2026-03-10\n",
        .today = "2026-04-09",
        .from = "2026-04-09",
        /* 100 barred in lot 10, 20 in lot 11. */
        .entries = "2026-04-09 grant +1 20\n"
                   "2026-04-09 reinstate +30 20\n",
        .balance = 31,
    },
    {
        .name = "at_most_what_it_granted_when_more_was_lost_in_it",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "note 90/2 300 2027-04-01\n"
                 "grant 30/3 1 2027-05-01 renewed 2027-03-10\n",
        .today = "2027-05-01",
        .from = "2027-03-10",
        /* 200 expired in lot 20, 100 of them rolled in: only its own 100 are barred. */
        .entries = "2027-03-10 expire -200 20\n"
                   "2027-05-01 grant +1 30\n"
                   "2027-05-01 reinstate +100 30\n",
        .balance = 101,
    },
    {
        .name = "at_most_what_it_granted_less_what_was_counted_before",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "note 90/2 40 2026-06-01\n"
                 "note 91/2 300 2027-04-01\n"
                 "grant 30/3 1 2027-05-01 renewed 2027-03-10\n",
        .today = "2027-05-01",
        .from = "2026-06-01",
        /* min(160, 100 - 40) = 60 barred. */
        .entries = "2026-06-01 clawback -40 20\n"
                   "2027-03-10 expire -160 20\n"
                   "2027-05-01 grant +1 30\n"
                   "2027-05-01 reinstate +100 30\n",
        .balance = 101,
    },
    {
        .name = "counted_before_this_clawback_not_by_it",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "work 1 60 2025-06-01\n"
                 "note 90/1 100 2026-03-20\n"
                 "grant 20/2 61 2026-04-09 renewed 2026-03-10\n",
        .today = "2026-04-09",
        .from = "2026-03-10",
        /* Limit 60, taken; beyond 40: min(40 lost, 100 - 0) barred, not 100 - 60 = 40 less 40. */
        .entries = "2026-03-10 expire -40 10\n"
                   "2026-03-20 clawback -60 -\n"
                   "2026-04-09 grant +61 20\n"
                   "2026-04-09 overdraft_repaid -60 20\n"
                   "2026-04-09 overdraft_repaid +60 -\n",
        .balance = 1,
    },
    {
        .name = "barred_minutes_still_count_as_expired_in_the_lot",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "note 90/1 70 2026-03-20\n"
                 "grant 20/2 1 2026-04-09 renewed 2026-03-10\n"
                 "note 91/1 100 2026-05-01\n",
        .today = "2026-05-01",
        .from = "2026-03-10",
        /* 70 barred, 30 come back; then the limit is 100 - 0 - 70 = 30. */
        .entries = "2026-03-10 expire -100 10\n"
                   "2026-04-09 grant +1 20\n"
                   "2026-04-09 reinstate +30 20\n"
                   "2026-05-01 clawback -30 20\n",
        .lots = "10 0/100 2025-03-10..2026-03-10 expired\n"
                "20 1/1 2026-04-09..2027-04-09 open\n",
        .balance = 1,
    },
    {
        .name = "nothing_is_barred_where_nothing_was_lost",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "note 90/1 500 2025-06-01\n" /* 400 beyond, nothing lost yet */
                 "grant 20/2 50 2025-03-10\n"
                 "grant 30/3 1 2026-04-09 renewed 2026-03-10\n",
        .today = "2026-04-09",
        .from = "2025-06-01",
        .entries = "2025-06-01 clawback -100 10\n"
                   "2026-03-10 expire -50 20\n"
                   "2026-04-09 grant +1 30\n"
                   "2026-04-09 reinstate +50 30\n",
        .balance = 51,
    },
};

/* A lot against which its whole grant is counted closes that day. */
static struct scenario closing[] = {
    {
        .name = "a_closed_lot_renews_nothing",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-01-01\n"
                 "note 90/2 100 2026-02-01\n",
        .from = "2026-02-01",
        .entries = "2026-02-01 clawback -100 20\n"
                   "2026-03-10 expire -100 10\n",
    },
    {
        .name = "a_lot_closed_on_the_day_it_starts_brings_nothing_back",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-04-09 renewed 2026-03-10\n"
                 "note 90/2 100 2026-04-09\n",
        .today = "2026-04-09",
        .from = "2026-03-10",
        .entries = "2026-03-10 expire -100 10\n"
                   "2026-04-09 grant +100 20\n"
                   "2026-04-09 clawback -100 20\n",
    },
    {
        .name = "one_closed_lot_leaves_the_other_line_of_the_invoice_to_renew",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-01-01\n"
                 "grant 21/2 100 2026-01-01\n"
                 "note 90/2 100 2026-02-01\n",
        .today = "2026-03-10",
        .from = "2026-02-01",
        .entries = "2026-02-01 clawback -100 20\n"
                   "2026-03-10 rollover_out -100 10\n"
                   "2026-03-10 rollover_in +100 21\n",
        .balance = 200,
    },
    {
        .name = "what_is_left_in_a_closed_lot_expires_that_day",
        .facts = "grant 10/1 60 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "note 90/2 100 2026-06-01\n"
                 "work 1 5 2026-06-01\n",
        .from = "2026-06-01",
        .entries = "2026-06-01 clawback -100 20\n"
                   "2026-06-01 expire -60 20\n"
                   "2026-06-01 debit -5 -\n",
        .lots = "10 0/60 2025-03-10..2026-03-10 rolled_over\n"
                "20 0/100 2026-03-10..2026-06-01 reversed\n",
        .balance = -5,
    },
    {
        .name = "what_is_left_in_a_closed_lot_rolls_over_to_another_contract",
        .facts = "grant 10/1 60 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "grant 30/3 10 2026-05-01\n"
                 "note 90/2 100 2026-06-01\n",
        .today = "2026-06-01",
        .from = "2026-06-01",
        .entries = "2026-06-01 clawback -100 20\n"
                   "2026-06-01 rollover_out -60 20\n"
                   "2026-06-01 rollover_in +60 30\n",
        .lots = "10 0/60 2025-03-10..2026-03-10 rolled_over\n"
                "20 0/100 2026-03-10..2026-06-01 reversed\n"
                "30 70/10 2026-05-01..2027-05-01 open\n",
        .balance = 70,
    },
    {
        .name = "what_is_left_moves_after_all_the_days_clawbacks_which_may_still_take_from_it",
        .facts = "grant 10/1 60 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "note 91/0 50 2026-06-01\n"
                 "note 90/2 100 2026-06-01\n",
        .from = "2026-06-01",
        .entries = "2026-06-01 clawback -100 20\n"
                   "2026-06-01 clawback -50 20\n"
                   "2026-06-01 expire -10 20\n",
    },
    {
        .name = "the_day_it_closes_is_its_end_for_the_order_of_the_days_other_clawbacks",
        .facts = "grant 10/1 60 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "adjust 5 40 2026-03-11 until 2026-12-31\n" /* ends before lot 20 would have */
                 "note 90/2 100 2026-06-01\n"
                 "note 91/0 50 2026-06-01\n",
        .today = "2026-06-01",
        .from = "2026-06-01",
        .entries = "2026-06-01 clawback -100 20\n"
                   "2026-06-01 clawback -50 20\n"
                   "2026-06-01 expire -10 20\n",
        .balance = 40,
    },
    {
        .name = "the_day_it_closes_is_its_end_for_coming_back_too",
        .facts = "grant 10/1 60 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "note 90/2 100 2026-06-01\n"
                 "grant 30/3 1 2026-06-15 renewed 2026-06-01\n",
        .today = "2026-06-15",
        .from = "2026-06-01",
        .entries = "2026-06-01 clawback -100 20\n"
                   "2026-06-01 expire -60 20\n"
                   "2026-06-15 grant +1 30\n"
                   "2026-06-15 reinstate +60 30\n",
        .balance = 61,
    },
    {
        .name = "a_contract_renewed_after_the_day_it_closed_brings_nothing_back",
        .facts = "grant 10/1 60 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "note 90/2 100 2026-06-01\n"
                 "grant 30/3 1 2026-06-15 renewed 2026-06-02\n",
        .today = "2026-06-15",
        .from = "2026-06-15",
        .entries = "2026-06-15 grant +1 30\n",
        .balance = 1,
    },
    {
        .name = "minutes_given_back_do_not_go_to_a_closed_lot",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2025-04-01\n"
                 "work 1 10 2025-04-02\n"
                 "note 90/1 100 2025-06-01\n" /* 90 from lot 10, 10 from lot 20 */
                 "work 2 -5 2025-06-01\n",
        .today = "2025-06-01",
        .from = "2025-06-01",
        .entries = "2025-06-01 clawback -90 10\n"
                   "2025-06-01 clawback -10 20\n"
                   "2025-06-01 debit +5 20\n",
        .balance = 95,
    },
    {
        .name = "reversed_comes_before_rolled_over_expired_and_spent",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "note 90/1 100 2026-04-01\n" /* after 10 rolled over into 20 */
                 "grant 30/3 100 2024-01-01\n"
                 "work 1 100 2024-01-02\n"
                 "note 91/3 100 2026-04-02\n", /* after 30 was spent */
        .today = "2026-04-02",
        .lots = "30 0/100 2024-01-01..2025-01-01 reversed\n"
                "10 0/100 2025-03-10..2026-03-10 reversed\n"
                "20 0/100 2026-03-10..2027-03-10 open\n",
    },
    {
        .name = "refunds_in_two_parts_close_the_lot_on_the_day_of_the_last",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "note 90/1 50 2025-06-01\n"
                 "note 91/1 50 2025-07-01\n",
        .lots = "10 0/100 2025-03-10..2025-07-01 reversed\n",
    },
    {
        .name = "a_refund_on_the_end_day_takes_what_would_have_rolled_over",
        .facts = "grant 10/1 100 2025-03-10\n"
                 "grant 20/2 100 2026-03-10\n"
                 "note 90/1 100 2026-03-10\n",
        .today = "2026-03-10",
        .from = "2026-03-10",
        .entries = "2026-03-10 grant +100 20\n"
                   "2026-03-10 clawback -100 10\n",
        .lots = "10 0/100 2025-03-10..2026-03-10 reversed\n"
                "20 100/100 2026-03-10..2027-03-10 open\n",
        .balance = 100,
    },
};

static void counted_lost_and_barred_are_kept_for_explain(void **state)
{
    struct ledger ledger = scenario_compute("grant 10/1 720 2025-03-10\n"
                                            "work 1 300 2025-06-01\n"
                                            "note 90/1 500 2026-03-20\n",
                                            NULL);

    (void)state;
    assert_int_equal(ledger.lots[0].counted, 300);
    assert_int_equal(ledger.lots[0].lost, 420);
    assert_int_equal(ledger.lots[0].barred, 200);
    assert_false(ledger.lots[0].reversed);
    assert_true(ledger.lots[0].expired);
    ledger_free(&ledger);
}

int main(void)
{
    struct CMUnitTest tests[COUNT(taken) + COUNT(limits) + COUNT(barred) + COUNT(closing) + 1] = {
        cmocka_unit_test(counted_lost_and_barred_are_kept_for_explain),
    };
    size_t n_tests = 1;

    n_tests = add_scenarios(tests, n_tests, taken, COUNT(taken));
    n_tests = add_scenarios(tests, n_tests, limits, COUNT(limits));
    n_tests = add_scenarios(tests, n_tests, barred, COUNT(barred));
    n_tests = add_scenarios(tests, n_tests, closing, COUNT(closing));
    return _cmocka_run_group_tests("ledger_clawback", tests, n_tests, NULL, NULL);
}
