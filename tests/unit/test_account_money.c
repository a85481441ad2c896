/* test_account_money.c - which invoices give credit to an account (DOMAIN.md, section 3): money
 * moved from one invoice to another, undone credit notes, down payments, offered packs. */
#include "account_fixture.h"

/* The credit note of invoice `from` settles the invoice at index `move`. */
static void settle_by_note_of(struct story *story, size_t move, int64_t from, const char *day)
{
    story->settlements[move] = (struct credit_settlement){.partial = 7,
                                                          .line = 8,
                                                          .date = on(day),
                                                          .kind = COUNTERPART_REFUND,
                                                          .move = 70,
                                                          .reverses = from,
                                                          .amount = EUROS(960)};
}

static void the_credit_note_of_a_paid_pack_pays_another_pack_of_the_same_price(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_invoice(&story, 2, "2025-04-10", "2025-04-10")->payment_state = MOVE_REVERSED;
    settle_by_note_of(&story, 1, 1, "2025-04-12");
    add_note(&story, 3, 1, "2025-04-12");
    story.settlements[2].move = 2;
    expect_entries(&story, "2025-06-01",
                   "2025-03-10 grant +720 10\n"
                   "2025-04-12 grant +720 20\n"
                   "2025-04-12 clawback -720 10\n");
    story.moves[0].residual_zero = false; /* no money ever came */
    expect_entries(&story, "2025-06-01", "");
    expect_verdict(&story, "2025-06-01", 1, CREDIT_NO_MONEY);
}

static void a_related_invoice_of_anybody_decides_and_grants_nothing_here(void **state)
{
    static const struct credit_settlement money = {.partial = 1, .kind = COUNTERPART_MONEY};
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 2, "2025-04-10", "2025-04-10");
    settle_by_note_of(&story, 0, 1, "2025-04-12");
    expect_verdict(&story, "2025-06-01", 0, CREDIT_NO_MONEY);
    story.related[0] = story.moves[0];
    story.related[0].id = 1;
    story.related[0].settlements = &money;
    story.facts.n_related = 1;
    expect_entries(&story, "2025-06-01", "2025-04-12 grant +720 20\n");
    story.related[0].id = 3; /* after the account's own moves, too */
    story.settlements[0].reverses = 3;
    expect_entries(&story, "2025-06-01", "2025-04-12 grant +720 20\n");
}

static void a_credit_note_that_was_itself_undone_takes_nothing_back(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_note(&story, 2, 1, "2025-06-01");
    story.settlements[1] = (struct credit_settlement){.partial = 3,
                                                      .line = 4,
                                                      .date = on("2025-06-02"),
                                                      .kind = COUNTERPART_MISCELLANEOUS,
                                                      .move = 50,
                                                      .reverses = 2,
                                                      .amount = EUROS(960)};
    expect_entries(&story, "2025-07-01", "2025-03-10 grant +720 10\n");
    expect_verdict(&story, "2025-07-01", 1, CREDIT_UNDONE);
    story.settlements[1].reverses = 0; /* an entry like any other pays the customer back */
    expect_entries(&story, "2025-07-01",
                   "2025-03-10 grant +720 10\n"
                   "2025-06-02 clawback -720 10\n");
}

static void an_invoice_that_only_undoes_a_credit_note_grants_nothing(void **state)
{
    struct story story;
    struct credit_move *again;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_note(&story, 2, 1, "2025-06-01");
    again = add_invoice(&story, 3, "2025-06-02", "2025-06-02");
    again->reversed_entry = 2;
    settle_by_note_of(&story, 2, 1, "2025-06-02"); /* the credit note of a paid invoice: money */
    story.settlements[1].kind = COUNTERPART_MISCELLANEOUS;
    story.settlements[1].move = 3;
    story.settlements[1].reverses = 2;
    expect_entries(&story, "2025-07-01", "2025-03-10 grant +720 10\n");
    expect_verdict(&story, "2025-07-01", 1, CREDIT_UNDONE);
    expect_verdict(&story, "2025-07-01", 2, CREDIT_UNDOES);
}

static void a_refund_behind_a_draft_or_a_rejected_payment_takes_nothing(void **state)
{
    struct story story;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_note(&story, 2, 1, "2025-06-01");
    story.settlements[1].state = COUNTERPART_NOT_POSTED;
    expect_entries(&story, "2025-07-01", "2025-03-10 grant +720 10\n");
    expect_verdict(&story, "2025-07-01", 1, CREDIT_NOT_BEHIND);
    story.settlements[1].state = COUNTERPART_REJECTED;
    expect_verdict(&story, "2025-07-01", 1, CREDIT_REJECTED);
}

static void on_an_invoice_of_zero_only_packs_without_a_price_are_granted(void **state)
{
    struct story story;
    struct credit_move *offered;

    (void)state;
    story_begin(&story);
    offered = add_invoice(&story, 1, "2025-03-10", "2025-03-10"); /* another line has -960 */
    offered->total = 0;
    offered->n_settlements = 0;
    expect_entries(&story, "2025-06-01", "");
    expect_verdict(&story, "2025-06-01", 0, CREDIT_OFFSET);
    add_line(&story, 11, PACKS(2), 0);
    expect_entries(&story, "2025-06-01", "2025-03-10 grant +1440 11\n");
    expect_verdict(&story, "2025-06-01", 0, CREDIT_GRANTED);
}

static void the_final_invoice_of_a_paid_down_payment_grants_whatever_its_total(void **state)
{
    static struct credit_settlement money = {.partial = 1, .kind = COUNTERPART_MONEY};
    struct story story;
    struct credit_move *final, *down = story.related;

    (void)state;
    story_begin(&story);
    final = add_invoice(&story, 2, "2025-02-10", "2025-02-10");
    final->total = 0;
    final->n_settlements = 0;
    final->origin = "SO7";
    final->deducts_down_payment = true;
    expect_verdict(&story, "2025-06-01", 0, CREDIT_NO_DOWN_PAYMENT);
    *down = (struct credit_move){.id = 1,
                                 .type = MOVE_INVOICE,
                                 .state = MOVE_POSTED,
                                 .has_date = true,
                                 .total = EUROS(1200),
                                 .origin = "SO7",
                                 .bills_down_payment = true};
    story.facts.n_related = 1;
    expect_verdict(&story, "2025-06-01", 0, CREDIT_DOWN_UNPAID);
    expect_entries(&story, "2025-06-01", "");
    down->residual_zero = true;
    down->payment_state = MOVE_PAID;
    down->settlements = &money;
    down->n_settlements = 1;
    money.date = on("2025-02-20");
    expect_entries(&story, "2025-06-01", "2025-02-20 grant +720 20\n");
}

static void
an_invoice_behind_a_draft_payment_is_named_for_the_hours_it_would_bring_back(void **state)
{
    struct story story;
    struct account_result result;

    (void)state;
    story_begin(&story);
    add_invoice(&story, 1, "2025-03-10", "2025-03-10");
    add_invoice(&story, 2, "2026-03-10", "2026-03-10");
    story.settlements[1].state = COUNTERPART_NOT_POSTED;
    result = compute(&story, "2026-04-01");
    assert_ptr_equal(account_lost_unless_paid(&story.facts, &story.policy, &result,
                                              &result.ledger.lots[0], on("2026-04-01")),
                     &story.moves[1]);
    account_result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_credit_note_of_a_paid_pack_pays_another_pack_of_the_same_price),
        cmocka_unit_test(a_related_invoice_of_anybody_decides_and_grants_nothing_here),
        cmocka_unit_test(a_credit_note_that_was_itself_undone_takes_nothing_back),
        cmocka_unit_test(an_invoice_that_only_undoes_a_credit_note_grants_nothing),
        cmocka_unit_test(a_refund_behind_a_draft_or_a_rejected_payment_takes_nothing),
        cmocka_unit_test(on_an_invoice_of_zero_only_packs_without_a_price_are_granted),
        cmocka_unit_test(the_final_invoice_of_a_paid_down_payment_grants_whatever_its_total),
        cmocka_unit_test(
            an_invoice_behind_a_draft_payment_is_named_for_the_hours_it_would_bring_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
