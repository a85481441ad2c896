/* test_account.c - from the facts of Odoo to the ledger (DOMAIN.md, sections 3, 4 and 6). */
#include "account_fixture.h"

static void invoices_notes_work_and_adjustments_make_one_ledger(void **state)
{
    struct story story;
    struct account_result result;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-20");
    add_note(&story, 2, 1, "2025-06-01");
    story.lines[1][0].untaxed = EUROS(240); /* a quarter of the price: 180 minutes */
    add_ticket(&story, 42);
    add_work(&story, 900, 2, "2025-04-01");
    add_work(&story, 901, 2, "2025-04-02");
    add_work(&story, 902, 2, "2025-04-03");
    add_ticket(&story, 43);
    add_work(&story, 903, 62, "2025-04-02");
    add_adjustment(&story, 5, -7, "2025-05-01", NULL);
    result = compute(&story, "2025-06-01");
    expect_text(entries_text(&result.ledger, INT32_MIN, INT32_MAX),
                "2025-03-20 grant +720 10\n"
                "2025-04-01 debit -5 10\n"
                "2025-04-02 debit -65 10\n"
                "2025-04-03 debit -5 10\n"
                "2025-05-01 adjust -7 10\n"
                "2025-06-01 clawback -180 10\n");
    assert_int_equal(result.ledger.balance, 458);
    assert_int_equal(result.held, 0);
    assert_int_equal(result.outcomes[0].verdict, CREDIT_GRANTED);
    assert_int_equal(result.outcomes[0].start, on("2025-03-20"));
    assert_int_equal(result.outcomes[1].verdict, CREDIT_GRANTED);
    assert_int_equal(result.n_charges, 4);
    assert_int_equal(result.charges[1].line, 901);
    assert_int_equal(result.charges[1].charged, 0); /* explained, but no entry */
    assert_int_equal(result.charges[3].line, 903);
    assert_int_equal(result.charges[3].charged, 65);
    account_result_free(&result);
    account_result_free(&result); /* a second free is allowed */
}

static void an_account_without_facts_is_empty(void **state)
{
    struct story story;
    struct account_result result;

    (void)state;
    story_begin(&story);
    result = compute(&story, "2025-06-01");
    assert_int_equal(result.ledger.n_entries + result.ledger.n_lots + result.n_charges, 0);
    assert_int_equal(result.ledger.balance + result.held, 0);
    assert_false(result.has_next_change);
    account_result_free(&result);
}

static void an_unpaid_invoice_is_as_if_it_had_never_been(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_note(&story, 2, 1, "2025-06-01");
    add_ticket(&story, 42);
    add_work(&story, 900, 5, "2025-04-01");
    story.moves[0].residual_zero = false; /* the bank rejected the payment */
    expect_entries(&story, "2025-06-01", "2025-04-01 debit -5 -\n");
    expect_verdict(&story, "2025-06-01", 0, CREDIT_NOT_PAID);
    expect_verdict(&story, "2025-06-01", 1, CREDIT_NOTHING_GRANTED);
}

static void a_line_of_no_minutes_opens_no_lot(void **state)
{
    struct story story;
    struct account_result result;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    story.lines[0][0].quantity = 0;
    add_line(&story, 11, PACKS(1) / 2000, EUROS(1)); /* 0.36 minute */
    add_line(&story, 12, PACKS(1) / 1000, EUROS(1)); /* 0.72 minute */
    result = compute(&story, "2025-06-01");
    expect_text(lots_text(&result.ledger), "12 1/1 2025-03-10..2026-03-10 open\n");
    account_result_free(&result);
}

static void a_negative_line_is_a_clawback_on_its_own_invoice_the_day_its_lots_start(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-20");
    story.lines[0][0] = (struct credit_line)LINE(10, 3);
    add_line(&story, 11, PACKS(-1), EUROS(-960));
    expect_entries(&story, "2025-06-01",
                   "2025-03-20 grant +2160 10\n"
                   "2025-03-20 clawback -720 10\n");
    story.moves[0].residual_zero = false; /* nothing granted, nothing taken */
    expect_entries(&story, "2025-06-01", "");
}

static void a_negative_line_of_a_credit_note_takes_nothing(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_note(&story, 2, 1, "2025-04-01");
    story.lines[1][0].quantity = PACKS(-1);
    expect_entries(&story, "2025-06-01", "2025-03-10 grant +720 10\n");
}

static void a_credit_note_that_reverses_no_invoice_goes_like_a_debit(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_note(&story, 2, 0, "2025-04-01");
    add_note(&story, 3, 0, "2025-04-02");
    expect_entries(&story, "2025-06-01",
                   "2025-03-10 grant +720 10\n"
                   "2025-04-01 clawback -720 10\n"
                   "2025-04-02 clawback -720 -\n");
    expect_verdict(&story, "2025-06-01", 1, CREDIT_NO_INVOICE);
}

static void a_credit_note_on_what_is_no_invoice_of_this_account_takes_nothing(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_note(&story, 2, 99, "2025-04-01"); /* reverses an invoice of another customer */
    add_note(&story, 3, 1, "2025-04-02");
    story.lines[2][0].quantity = PACKS(1) / 12; /* an hour */
    add_note(&story, 4, 3, "2025-04-03");       /* a credit note, before it and after it */
    add_note(&story, 5, 6, "2025-04-03");
    add_note(&story, 6, 0, "2025-04-04");
    story.lines[5][0].quantity = PACKS(1) / 24;
    expect_entries(&story, "2025-06-01",
                   "2025-03-10 grant +720 10\n"
                   "2025-04-02 clawback -60 10\n"
                   "2025-04-04 clawback -30 10\n");
    expect_verdict(&story, "2025-06-01", 1, CREDIT_NOTHING_GRANTED);
    expect_verdict(&story, "2025-06-01", 2, CREDIT_GRANTED);
    expect_verdict(&story, "2025-06-01", 3, CREDIT_NOTHING_GRANTED);
    expect_verdict(&story, "2025-06-01", 4, CREDIT_NOTHING_GRANTED);
}

static void a_credit_note_may_have_a_smaller_id_than_its_invoice(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_note(&story, 1, 2, "2025-04-01");
    add_invoice(&story, 2, "2025-03-10", "2025-04-15");
    /* a note takes nothing before the lots start */
    expect_entries(&story, "2025-06-01",
                   "2025-04-15 grant +720 20\n"
                   "2025-04-15 clawback -720 20\n");
}

static void an_invoice_settled_by_its_own_credit_note_grants_and_takes_nothing(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-04-01");
    story.moves[0].payment_state = MOVE_REVERSED;
    story.settlements[0].kind = COUNTERPART_OWN_REFUND;
    add_note(&story, 2, 1, "2025-04-01");
    expect_entries(&story, "2025-06-01", "");
    expect_verdict(&story, "2025-06-01", 0, CREDIT_REVERSED);
    expect_verdict(&story, "2025-06-01", 1, CREDIT_NOTHING_GRANTED);
}

static void a_renewal_invoiced_in_time_and_paid_at_30_days_brings_the_hours_back(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_invoice(&story, 2, "2026-03-10", "2026-04-09");
    expect_entries(&story, "2026-04-09",
                   "2025-03-10 grant +720 10\n"
                   "2026-03-10 expire -720 10\n"
                   "2026-04-09 grant +720 20\n"
                   "2026-04-09 reinstate +720 20\n");
    story.moves[1].date++; /* invoiced the day after the end */
    expect_entries(&story, "2026-04-09",
                   "2025-03-10 grant +720 10\n"
                   "2026-03-10 expire -720 10\n"
                   "2026-04-09 grant +720 20\n");
    story.moves[1].date = on("2026-04-09"); /* ordered and paid in time, invoiced later */
    story.settlements[1].date = on("2026-03-10");
    expect_entries(&story, "2026-04-09",
                   "2025-03-10 grant +720 10\n"
                   "2026-03-10 expire -720 10\n"
                   "2026-04-09 grant +720 20\n"
                   "2026-04-09 reinstate +720 20\n");
}

static void an_offered_pack_is_a_renewal_like_another(void **state)
{
    struct story story;
    struct credit_move *offered;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    offered = add_invoice(&story, 2, "2026-03-10", "2026-03-10");
    offered->total = 0;
    story.lines[1][0].untaxed = 0;
    offered->n_settlements = 0;
    expect_entries(&story, "2026-03-10",
                   "2025-03-10 grant +720 10\n"
                   "2026-03-10 grant +720 20\n"
                   "2026-03-10 rollover_out -720 10\n"
                   "2026-03-10 rollover_in +720 20\n");
}

static void since_leaves_out_what_is_dated_before_it(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10"); /* before `since`: its note takes nothing */
    add_invoice(&story, 2, "2025-03-10", "2025-04-01"); /* starts on the day */
    add_note(&story, 3, 1, "2025-05-01");
    add_note(&story, 4, 0, "2025-03-31");
    add_note(&story, 5, 0, "2025-04-01");
    story.lines[4][0].quantity = PACKS(1) / 12; /* an hour */
    add_ticket(&story, 42);
    add_work(&story, 900, 2, "2025-03-31");
    add_work(&story, 901, 2, "2025-04-01");
    add_work(&story, 902, 2, "2025-04-02");
    add_adjustment(&story, 6, 30, "2025-03-31", NULL);
    add_adjustment(&story, 7, 40, "2025-04-01", NULL);
    story_since(&story, "2025-04-01");
    expect_entries(&story, "2025-06-01",
                   "2025-04-01 grant +720 20\n"
                   "2025-04-01 clawback -60 20\n"
                   "2025-04-01 adjust +40 a7\n"
                   "2025-04-01 debit -5 20\n"); /* 2 + 2 = 4 cost 5; the 2 minutes before `since` do
                                                   not count */
    expect_verdict(&story, "2025-06-01", 0, CREDIT_BEFORE_SINCE);
    expect_verdict(&story, "2025-06-01", 2, CREDIT_NOTHING_GRANTED);
    expect_verdict(&story, "2025-06-01", 3, CREDIT_BEFORE_SINCE);
}

static void adjustments_that_say_nothing_are_left_out(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_adjustment(&story, 1, 0, "2025-03-10", NULL);
    add_adjustment(&story, 2, 30, "2025-03-10", "2025-03-10"); /* ends on its day: ignored */
    add_adjustment(&story, 3, 31, "2025-03-10", "2025-03-11");
    expect_entries(&story, "2025-03-10", "2025-03-10 adjust +31 a3\n");
}

static void excluded_and_held_tickets_are_not_charged(void **state)
{
    struct story story;
    struct account_result result;

    (void)state;
    story_begin(&story);
    story.policy.charge.from_response = true;
    add_ticket(&story, 41)->excluded = true;
    add_work(&story, 900, 60, "2025-04-01");
    add_ticket(&story, 42); /* no response: 2 + 5 minutes are held, 10 together */
    add_work(&story, 901, 2, "2025-04-01");
    add_work(&story, 902, 5, "2025-04-02");
    *add_ticket(&story, 43) = (struct charge_ticket){
        .id = 43, .has_response = true, .response = on("2025-04-02"), .lines = story.worked[2]};
    add_work(&story, 903, 60, "2025-04-01");
    add_work(&story, 904, 30, "2025-04-02");
    add_ticket(&story, 44); /* 1 minute is held too */
    add_work(&story, 905, 1, "2025-04-01");
    result = compute(&story, "2025-06-01");
    assert_int_equal(result.held, 15);
    assert_int_equal(result.ledger.balance, -30);
    assert_int_equal(result.n_charges, 6);
    assert_int_equal(result.charges[0].reason, CHARGE_EXCLUDED);
    assert_int_equal(result.charges[2].reason, CHARGE_HELD);
    assert_int_equal(result.charges[3].reason, CHARGE_BEFORE_RESPONSE);
    assert_int_equal(result.charges[4].reason, CHARGE_COUNTED);
    account_result_free(&result);
}

static void next_change_is_the_first_day_that_differs_without_new_facts(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    expect_next_change(&story, "2025-03-09", "2025-03-10"); /* a payment dated tomorrow */
    expect_next_change(&story, "2025-03-10", "2026-03-10"); /* the lot ends */
    expect_next_change(&story, "2026-03-10", NULL);
    add_note(&story, 2, 1, "2025-09-01");
    expect_next_change(&story, "2025-03-10", "2025-09-01");
    add_adjustment(&story, 5, 10, "2025-08-01", NULL);
    expect_next_change(&story, "2025-03-10", "2025-08-01");
    add_ticket(&story, 42);
    add_work(&story, 900, 10, "2025-03-10");
    add_work(&story, 901, 10, "2025-07-01");
    add_work(&story, 902, 10, "2025-07-15");
    expect_next_change(&story, "2025-03-08", "2025-03-10"); /* all the work is after today */
    expect_next_change(&story, "2025-03-10", "2025-07-01");
    expect_next_change(&story, "2025-07-01", "2025-07-15");
    story.policy.charge.from_response = true;
    story.tickets[0].has_response = true;
    story.tickets[0].response = on("2025-06-01");
    expect_next_change(&story, "2025-03-10", "2025-06-01");
}

/* The id of the invoice that account_lost_unless_paid() names for the lot at index `rank`, or 0. */
static int64_t lost_unless(const struct story *story, const char *today, size_t rank)
{
    struct account_result result = compute(story, today);
    const struct credit_move *move = account_lost_unless_paid(
        &story->facts, &story->policy, &result, &result.ledger.lots[rank], on(today));

    account_result_free(&result);
    return move ? move->id : 0;
}

static void hours_lost_while_a_renewal_is_unpaid_name_its_invoice(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    assert_int_equal(lost_unless(&story, "2026-03-10", 0), 0); /* no renewal at all */
    add_invoice(&story, 2, "2026-03-10", "2026-03-10")->residual_zero = false;
    add_invoice(&story, 3, "2026-03-01", "2026-03-10")->residual_zero = false;
    assert_int_equal(lost_unless(&story, "2026-03-09", 0), 0); /* nothing is lost yet */
    assert_int_equal(lost_unless(&story, "2026-03-10", 0), 2); /* the smallest id */
    assert_int_equal(lost_unless(&story, "2026-09-09", 0), 2);
    story.moves[1].date++; /* invoiced the day after the end */
    assert_int_equal(lost_unless(&story, "2026-04-01", 0), 3);
    story.policy.ledger.renewal_grace_days = 1;
    assert_int_equal(lost_unless(&story, "2026-04-01", 0), 2);
    story.lines[1][0].quantity = 0; /* no pack on it */
    assert_int_equal(lost_unless(&story, "2026-04-01", 0), 3);
    story.moves[2].state = MOVE_DRAFT;
    assert_int_equal(lost_unless(&story, "2026-04-01", 0), 0);
}

static void what_the_named_invoice_brings_back_when_it_is_paid(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_invoice(&story, 2, "2026-03-10", "2026-09-09")->residual_zero = false;
    assert_int_equal(lost_unless(&story, "2026-09-09", 0), 2);
    story.moves[1].residual_zero = true;
    assert_int_equal(lost_unless(&story, "2026-09-09", 0), 0);
    expect_entries(&story, "2026-09-09",
                   "2025-03-10 grant +720 10\n"
                   "2026-03-10 expire -720 10\n"
                   "2026-09-09 grant +720 20\n"
                   "2026-09-09 reinstate +720 20\n");
}

static void barred_hours_and_explicit_ends_are_lost_for_good(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_invoice(&story, 2, "2026-03-10", "2026-03-10")->residual_zero = false;
    add_adjustment(&story, 5, 60, "2025-03-11", "2026-03-10");
    add_adjustment(&story, 6, 60, "2025-03-11", NULL);
    assert_int_equal(lost_unless(&story, "2026-04-01", 0), 2);
    assert_int_equal(lost_unless(&story, "2026-04-01", 1), 0);
    assert_int_equal(lost_unless(&story, "2026-04-01", 2), 2);
    add_note(&story, 3, 1, "2026-03-20"); /* bars all 720 */
    assert_int_equal(lost_unless(&story, "2026-04-01", 0), 0);
    story.lines[2][0].quantity = PACKS(1) / 2;
    story.lines[2][0].untaxed = EUROS(480); /* bars 360 */
    assert_int_equal(lost_unless(&story, "2026-04-01", 0), 2);
}

static void totals_say_where_every_minute_went(void **state)
{
    struct story story;
    struct account_result result;
    struct account_totals totals;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_invoice(&story, 2, "2026-03-10", "2026-03-10");
    add_invoice(&story, 3, "2027-03-10", "2027-04-09");
    add_note(&story, 4, 2, "2026-05-01");
    story.lines[3][0].untaxed = EUROS(240); /* 180 minutes */
    add_ticket(&story, 42);
    add_work(&story, 900, 62, "2025-04-01");
    add_work(&story, 901, -10, "2025-04-02");  /* 52: 65, then 10 back */
    add_work(&story, 902, 1400, "2026-06-01"); /* 1452: 1455 in all */
    add_adjustment(&story, 5, 300, "2025-05-01", NULL);
    add_adjustment(&story, 6, -7, "2025-05-02", NULL);
    result = compute(&story, "2027-04-09");
    totals = account_totals(&result);
    assert_int_equal(totals.grants, 3 * 720);
    assert_int_equal(totals.adjusted_in, 300);
    assert_int_equal(totals.debits, 1455);
    assert_int_equal(totals.clawbacks, 180);
    assert_int_equal(totals.adjusted_out, 7);
    /* 720 - 55 - 7 = 658 roll over, then the 300; 720 + 658 - 180 + 300 - 1400 = 98 are lost while
     * the third invoice is unpaid, and come back. */
    assert_int_equal(totals.expired, 98);
    assert_int_equal(totals.reinstated, 98);
    assert_int_equal(result.ledger.balance, 818);
    assert_int_equal(totals.grants + totals.adjusted_in + totals.reinstated,
                     totals.debits + totals.clawbacks + totals.adjusted_out + totals.expired +
                         result.ledger.balance);
    account_result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invoices_notes_work_and_adjustments_make_one_ledger),
        cmocka_unit_test(an_account_without_facts_is_empty),
        cmocka_unit_test(an_unpaid_invoice_is_as_if_it_had_never_been),
        cmocka_unit_test(a_line_of_no_minutes_opens_no_lot),
        cmocka_unit_test(a_negative_line_is_a_clawback_on_its_own_invoice_the_day_its_lots_start),
        cmocka_unit_test(a_negative_line_of_a_credit_note_takes_nothing),
        cmocka_unit_test(a_credit_note_that_reverses_no_invoice_goes_like_a_debit),
        cmocka_unit_test(a_credit_note_on_what_is_no_invoice_of_this_account_takes_nothing),
        cmocka_unit_test(a_credit_note_may_have_a_smaller_id_than_its_invoice),
        cmocka_unit_test(an_invoice_settled_by_its_own_credit_note_grants_and_takes_nothing),
        cmocka_unit_test(a_renewal_invoiced_in_time_and_paid_at_30_days_brings_the_hours_back),
        cmocka_unit_test(an_offered_pack_is_a_renewal_like_another),
        cmocka_unit_test(since_leaves_out_what_is_dated_before_it),
        cmocka_unit_test(adjustments_that_say_nothing_are_left_out),
        cmocka_unit_test(excluded_and_held_tickets_are_not_charged),
        cmocka_unit_test(next_change_is_the_first_day_that_differs_without_new_facts),
        cmocka_unit_test(hours_lost_while_a_renewal_is_unpaid_name_its_invoice),
        cmocka_unit_test(what_the_named_invoice_brings_back_when_it_is_paid),
        cmocka_unit_test(barred_hours_and_explicit_ends_are_lost_for_good),
        cmocka_unit_test(totals_say_where_every_minute_went),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
