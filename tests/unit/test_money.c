/* test_money.c - which invoices are effectively paid (DOMAIN.md, section 3). */
#include "values.h"

#include <string.h>

#include "qualiodoo/core/money.h"

#define MAX 8

/* Moves that are judged together; move `id` is at id - 1. */
struct desk {
    struct credit_move moves[MAX];
    struct credit_settlement settlements[MAX][4];
    const struct credit_move *list[MAX];
    struct credit_money money[MAX];
    struct money_book book;
    struct credit_policy policy;
};

static void desk_open(struct desk *desk)
{
    memset(desk, 0, sizeof *desk);
    desk->policy.max_write_off_percent = 10;
    desk->book = (struct money_book){.moves = desk->list, .money = desk->money};
}

/* A posted invoice of 1200 of customer 5, that Odoo calls paid. */
static struct credit_move *add_move(struct desk *desk, enum credit_move_type type, const char *date)
{
    size_t i = desk->book.count++;

    assert_true(i < MAX);
    desk->moves[i] = (struct credit_move){.id = (int64_t)i + 1,
                                          .name = "",
                                          .type = type,
                                          .state = MOVE_POSTED,
                                          .payment_state = MOVE_PAID,
                                          .residual_zero = true,
                                          .total = EUROS(1200),
                                          .has_date = true,
                                          .date = on(date),
                                          .customer = 5,
                                          .settlements = desk->settlements[i]};
    desk->list[i] = &desk->moves[i];
    return &desk->moves[i];
}

static struct credit_move *add_invoice(struct desk *desk, const char *date)
{
    return add_move(desk, MOVE_INVOICE, date);
}

static struct credit_settlement *settle(struct desk *desk, struct credit_move *move,
                                        enum credit_counterpart kind, micro amount,
                                        const char *date)
{
    struct credit_settlement *settlement = &desk->settlements[move->id - 1][move->n_settlements++];

    assert_true(move->n_settlements <= 4);
    *settlement = (struct credit_settlement){
        .partial = 1, .line = 9, .date = on(date), .kind = kind, .amount = amount, .move = 99};
    return settlement;
}

/* A credit note of `from` settles `invoice`. */
static void transfer(struct desk *desk, struct credit_move *invoice, int64_t from, const char *date)
{
    settle(desk, invoice, COUNTERPART_REFUND, invoice->total, date)->reverses = from;
}

static void pay(struct desk *desk, struct credit_move *invoice, const char *date)
{
    settle(desk, invoice, COUNTERPART_MONEY, invoice->total, date);
}

static enum credit_verdict verdict(struct desk *desk, const struct credit_move *move)
{
    money_judge(&desk->book, &desk->policy);
    return desk->money[move->id - 1].verdict;
}

static void expect_paid(struct desk *desk, const struct credit_move *move, const char *date)
{
    assert_int_equal(verdict(desk, move), CREDIT_GRANTED);
    assert_true(desk->money[move->id - 1].has_date);
    assert_int_equal(desk->money[move->id - 1].date, on(date));
}

static void
ten_by_bank_and_the_rest_in_a_general_journal_eight_months_later_is_not_paid(void **state)
{
    struct desk desk;
    struct credit_move *invoice;

    (void)state;
    desk_open(&desk);
    invoice = add_invoice(&desk, "2025-03-10");
    settle(&desk, invoice, COUNTERPART_MONEY, EUROS(10), "2025-03-20");
    settle(&desk, invoice, COUNTERPART_MISCELLANEOUS, EUROS(1190), "2025-11-20");
    assert_int_equal(verdict(&desk, invoice), CREDIT_WRITTEN_OFF);
}

static void a_tenth_of_the_total_may_be_written_off_and_no_more(void **state)
{
    struct desk desk;
    struct credit_move *invoice;

    (void)state;
    desk_open(&desk);
    invoice = add_invoice(&desk, "2025-03-10");
    settle(&desk, invoice, COUNTERPART_MONEY, EUROS(1080), "2025-03-20");
    settle(&desk, invoice, COUNTERPART_MISCELLANEOUS, EUROS(100), "2025-04-20");
    settle(&desk, invoice, COUNTERPART_MISCELLANEOUS, EUROS(20), "2025-04-21");
    expect_paid(&desk, invoice, "2025-03-20");
    desk.settlements[0][2].amount++; /* the two together are more than 120 */
    assert_int_equal(verdict(&desk, invoice), CREDIT_WRITTEN_OFF);
    desk.policy.max_write_off_percent = 11;
    expect_paid(&desk, invoice, "2025-03-20");
    desk.policy.max_write_off_percent = 0;
    desk.settlements[0][1].amount = desk.settlements[0][2].amount = 0;
    expect_paid(&desk, invoice, "2025-03-20"); /* an exchange difference is no write-off */
}

static void an_exchange_difference_must_stand_and_settles_nothing(void **state)
{
    struct desk desk;
    struct credit_move *invoice;

    (void)state;
    desk_open(&desk);
    invoice = add_invoice(&desk, "2025-03-10");
    settle(&desk, invoice, COUNTERPART_MISCELLANEOUS, EUROS(500), "2025-03-31")->exchange = true;
    assert_int_equal(verdict(&desk, invoice), CREDIT_NO_MONEY);
    pay(&desk, invoice, "2025-03-20");
    expect_paid(&desk, invoice, "2025-03-20");
    desk.settlements[0][0].state = COUNTERPART_NOT_POSTED;
    assert_int_equal(verdict(&desk, invoice), CREDIT_NOT_BEHIND);
}

static void a_credit_note_is_no_write_off(void **state)
{
    struct desk desk;
    struct credit_move *invoice;

    (void)state;
    desk_open(&desk);
    invoice = add_invoice(&desk, "2025-03-10");
    settle(&desk, invoice, COUNTERPART_MONEY, EUROS(600), "2025-03-20");
    settle(&desk, invoice, COUNTERPART_OWN_REFUND, EUROS(400), "2025-04-20");
    settle(&desk, invoice, COUNTERPART_REFUND, EUROS(200), "2025-04-21");
    expect_paid(&desk, invoice, "2025-03-20");
}

static void a_counterpart_that_is_not_posted_or_rejected_is_no_payment(void **state)
{
    struct desk desk;
    struct credit_move *invoice;

    (void)state;
    desk_open(&desk);
    invoice = add_invoice(&desk, "2025-03-10");
    settle(&desk, invoice, COUNTERPART_MONEY, EUROS(600), "2025-03-20");
    settle(&desk, invoice, COUNTERPART_MONEY, EUROS(600), "2025-03-21");
    expect_paid(&desk, invoice, "2025-03-21");
    desk.settlements[0][1].state = COUNTERPART_NOT_POSTED;
    assert_int_equal(verdict(&desk, invoice), CREDIT_NOT_BEHIND);
    desk.settlements[0][1].state = COUNTERPART_REJECTED;
    assert_int_equal(verdict(&desk, invoice), CREDIT_REJECTED);
    invoice->payment_state = MOVE_IN_PAYMENT;
    desk.policy.accept_in_payment = true;
    assert_int_equal(verdict(&desk, invoice), CREDIT_REJECTED);
}

static void the_credit_note_of_a_paid_invoice_is_money_on_its_own_date(void **state)
{
    struct desk desk;
    struct credit_move *first, *second, *third;

    (void)state;
    desk_open(&desk);
    third = add_invoice(&desk, "2025-05-10"); /* a chain, whatever the order of ids */
    second = add_invoice(&desk, "2025-04-10");
    first = add_invoice(&desk, "2025-03-10");
    transfer(&desk, third, second->id, "2025-05-12");
    transfer(&desk, second, first->id, "2025-04-12");
    third->payment_state = second->payment_state = MOVE_REVERSED; /* as Odoo then says */
    assert_int_equal(verdict(&desk, third), CREDIT_NO_MONEY);
    pay(&desk, first, "2025-06-20");
    expect_paid(&desk, first, "2025-06-20");
    expect_paid(&desk, second, "2025-04-12");
    expect_paid(&desk, third, "2025-05-12");
    first->customer = 6; /* of another customer */
    expect_paid(&desk, third, "2025-05-12");
    desk.settlements[first->id - 1][0].state = COUNTERPART_REJECTED;
    assert_int_equal(verdict(&desk, third), CREDIT_NO_MONEY);
}

static void a_circle_of_credit_notes_is_no_money(void **state)
{
    struct desk desk;
    struct credit_move *first, *second;

    (void)state;
    desk_open(&desk);
    first = add_invoice(&desk, "2025-03-10");
    second = add_invoice(&desk, "2025-03-10");
    transfer(&desk, first, second->id, "2025-03-12");
    transfer(&desk, second, first->id, "2025-03-12");
    assert_int_equal(verdict(&desk, first), CREDIT_NO_MONEY);
    assert_int_equal(verdict(&desk, second), CREDIT_NO_MONEY);
    settle(&desk, first, COUNTERPART_MONEY, EUROS(100), "2025-03-11"); /* money from outside */
    expect_paid(&desk, first, "2025-03-12");
    expect_paid(&desk, second, "2025-03-12");
}

static void a_credit_note_that_reverses_no_paid_invoice_is_no_money(void **state)
{
    struct desk desk;
    struct credit_move *invoice, *note;

    (void)state;
    desk_open(&desk);
    invoice = add_invoice(&desk, "2025-03-10");
    note = add_move(&desk, MOVE_CREDIT_NOTE, "2025-03-10");
    pay(&desk, note, "2025-03-10");
    transfer(&desk, invoice, 0, "2025-03-12"); /* reverses nothing */
    assert_int_equal(verdict(&desk, invoice), CREDIT_NO_MONEY);
    desk.settlements[0][0].reverses = note->id; /* a credit note */
    assert_int_equal(verdict(&desk, invoice), CREDIT_NO_MONEY);
    desk.settlements[0][0].reverses = 77; /* not known */
    assert_int_equal(verdict(&desk, invoice), CREDIT_NO_MONEY);
    invoice->payment_state = MOVE_REVERSED;
    desk.settlements[0][0].kind = COUNTERPART_OWN_REFUND;
    desk.settlements[0][0].reverses = invoice->id;
    assert_int_equal(verdict(&desk, invoice), CREDIT_REVERSED);
}

static void a_spoilt_word_has_no_say_where_posted_money_covers_the_invoice(void **state)
{
    struct desk desk;
    struct credit_move *invoice;

    (void)state;
    desk_open(&desk);
    invoice = add_invoice(&desk, "2025-03-10");
    pay(&desk, invoice, "2025-03-20");
    invoice->payment_state = MOVE_PARTIAL;
    expect_paid(&desk, invoice, "2025-03-20");
    invoice->payment_state = MOVE_NOT_PAID;
    expect_paid(&desk, invoice, "2025-03-20");
    desk.settlements[0][0].amount--; /* does not cover it */
    assert_int_equal(verdict(&desk, invoice), CREDIT_NOT_PAID);
    desk.settlements[0][0].amount++;
    desk.settlements[0][0].state = COUNTERPART_NOT_POSTED;
    assert_int_equal(verdict(&desk, invoice), CREDIT_NOT_BEHIND);
    invoice->payment_state = MOVE_PAID;
    invoice->residual_zero = false; /* `paid` with something left to pay */
    assert_int_equal(verdict(&desk, invoice), CREDIT_NOT_PAID);
}

/* A down payment of SO7 and the final invoice that deducts it. */
static void add_down_payment(struct desk *desk, const char *date, const char *final_date)
{
    struct credit_move *down = add_invoice(desk, date), *final;

    down->origin = "SO7";
    down->bills_down_payment = true;
    final = add_invoice(desk, final_date);
    final->origin = "SO7";
    final->deducts_down_payment = true;
}

static void a_final_invoice_of_zero_waits_for_its_down_payment(void **state)
{
    struct desk desk;
    struct credit_move *down, *final;

    (void)state;
    desk_open(&desk);
    add_down_payment(&desk, "2025-02-01", "2025-02-10");
    down = &desk.moves[0];
    final = &desk.moves[1];
    final->total = 0;
    down->residual_zero = false;
    assert_int_equal(verdict(&desk, final), CREDIT_DOWN_UNPAID);
    down->residual_zero = true;
    pay(&desk, down, "2025-02-20");
    expect_paid(&desk, final, "2025-02-20");
    down->state = MOVE_CANCELLED;
    assert_int_equal(verdict(&desk, final), CREDIT_NO_DOWN_PAYMENT);
}

static void a_final_invoice_is_paid_with_all_its_down_payments_on_the_latest_date(void **state)
{
    struct desk desk;
    struct credit_move *down, *final, *second;

    (void)state;
    desk_open(&desk);
    add_down_payment(&desk, "2025-02-01", "2025-02-10");
    down = &desk.moves[0];
    final = &desk.moves[1];
    down->residual_zero = false; /* 30 % that nobody paid */
    pay(&desk, final, "2025-02-15");
    assert_int_equal(verdict(&desk, final), CREDIT_DOWN_UNPAID);
    down->residual_zero = true;
    pay(&desk, down, "2025-02-02");
    expect_paid(&desk, final, "2025-02-15");
    desk.settlements[0][0].date = on("2025-03-02");
    expect_paid(&desk, final, "2025-03-02");
    second = add_invoice(&desk, "2025-02-03");
    second->origin = "SO7";
    second->bills_down_payment = true;
    assert_int_equal(verdict(&desk, final), CREDIT_DOWN_UNPAID);
    pay(&desk, second, "2025-04-02");
    expect_paid(&desk, final, "2025-04-02");
}

static void a_down_payment_is_one_of_the_same_order_and_customer(void **state)
{
    struct desk desk;
    struct credit_move *down, *final;

    (void)state;
    desk_open(&desk);
    add_down_payment(&desk, "2025-02-01", "2025-02-10");
    down = &desk.moves[0];
    final = &desk.moves[1];
    pay(&desk, down, "2025-02-02");
    pay(&desk, final, "2025-02-15");
    expect_paid(&desk, final, "2025-02-15");
    down->customer = 6;
    assert_int_equal(verdict(&desk, final), CREDIT_NO_DOWN_PAYMENT);
    down->customer = 5;
    down->origin = "SO8";
    assert_int_equal(verdict(&desk, final), CREDIT_NO_DOWN_PAYMENT);
    down->origin = final->origin = NULL;
    assert_int_equal(verdict(&desk, final), CREDIT_NO_DOWN_PAYMENT);
    down->origin = final->origin = "SO8";
    expect_paid(&desk, final, "2025-02-15");
    down->bills_down_payment = false;
    final->bills_down_payment = true; /* its own line is not the invoice that it deducts */
    assert_int_equal(verdict(&desk, final), CREDIT_NO_DOWN_PAYMENT);
}

static void a_credit_note_is_undone_when_all_that_settles_it_reverses_it(void **state)
{
    struct desk desk;
    struct credit_move *note, *invoice;

    (void)state;
    desk_open(&desk);
    note = add_move(&desk, MOVE_CREDIT_NOTE, "2025-04-01");
    invoice = add_invoice(&desk, "2025-04-02");
    invoice->reversed_entry = note->id;
    assert_false(money_note_is_undone(note));
    settle(&desk, note, COUNTERPART_MISCELLANEOUS, EUROS(700), "2025-04-02")->reverses = note->id;
    assert_true(money_note_is_undone(note));
    assert_false(money_only_undoes(&desk.book, invoice)); /* by an entry, not by this one */
    settle(&desk, note, COUNTERPART_MISCELLANEOUS, EUROS(500), "2025-04-02")->reverses = note->id;
    desk.settlements[0][1].move = invoice->id;
    assert_true(money_only_undoes(&desk.book, invoice));
    desk.settlements[0][0].reverses = 0; /* the customer got 700 back */
    assert_false(money_note_is_undone(note));
    assert_false(money_only_undoes(&desk.book, invoice));
}

static void money_is_told_by_the_journal_then_by_the_kind_of_move(void **state)
{
    static const char *const codes[] = {"OD", "CAUT"};
    static const struct credit_policy plain = {0},
                                      named = {.money_journals = codes, .n_money_journals = 2};
    struct credit_counterpart_facts facts = {.move_type = "entry", .own = 7};

    (void)state;
    facts.journal_type = "bank";
    assert_int_equal(credit_counterpart_kind(&facts, &plain), COUNTERPART_MONEY);
    facts.journal_type = "cash";
    assert_int_equal(credit_counterpart_kind(&facts, &plain), COUNTERPART_MONEY);
    facts.journal_type = "credit";
    assert_int_equal(credit_counterpart_kind(&facts, &plain), COUNTERPART_MONEY);
    facts.journal_type = "general";
    facts.journal_code = "CAUT";
    assert_int_equal(credit_counterpart_kind(&facts, &plain), COUNTERPART_MISCELLANEOUS);
    assert_int_equal(credit_counterpart_kind(&facts, &named), COUNTERPART_MONEY);
    facts.journal_code = "CAU";
    assert_int_equal(credit_counterpart_kind(&facts, &named), COUNTERPART_MISCELLANEOUS);
    facts = (struct credit_counterpart_facts){.move_type = "out_refund", .own = 7, .reverses = 7};
    assert_int_equal(credit_counterpart_kind(&facts, &named), COUNTERPART_OWN_REFUND);
    facts.reverses = 8;
    assert_int_equal(credit_counterpart_kind(&facts, &named), COUNTERPART_REFUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            ten_by_bank_and_the_rest_in_a_general_journal_eight_months_later_is_not_paid),
        cmocka_unit_test(a_tenth_of_the_total_may_be_written_off_and_no_more),
        cmocka_unit_test(an_exchange_difference_must_stand_and_settles_nothing),
        cmocka_unit_test(a_credit_note_is_no_write_off),
        cmocka_unit_test(a_counterpart_that_is_not_posted_or_rejected_is_no_payment),
        cmocka_unit_test(the_credit_note_of_a_paid_invoice_is_money_on_its_own_date),
        cmocka_unit_test(a_circle_of_credit_notes_is_no_money),
        cmocka_unit_test(a_credit_note_that_reverses_no_paid_invoice_is_no_money),
        cmocka_unit_test(a_spoilt_word_has_no_say_where_posted_money_covers_the_invoice),
        cmocka_unit_test(a_final_invoice_of_zero_waits_for_its_down_payment),
        cmocka_unit_test(a_final_invoice_is_paid_with_all_its_down_payments_on_the_latest_date),
        cmocka_unit_test(a_down_payment_is_one_of_the_same_order_and_customer),
        cmocka_unit_test(a_credit_note_is_undone_when_all_that_settles_it_reverses_it),
        cmocka_unit_test(money_is_told_by_the_journal_then_by_the_kind_of_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
