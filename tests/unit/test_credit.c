/* test_credit.c - grants and credit notes of section 3 of DOMAIN.md; every number by hand. */
#include "values.h"

#include <stdio.h>
#include <string.h>

#include "qualiodoo/core/money.h"

static const struct credit_policy plain = {.max_write_off_percent = 10};

/* A move in words: "posted", "paid" and no residual unless told otherwise, of 2025-03-10 for an
 * invoice and 2025-05-01 for a credit note, with its settlements: "in_payment money:2025-03-15". */
struct words {
    struct credit_move move;
    struct credit_settlement settlements[3];
};

static bool read_settlement(struct words *words, const char *word)
{
    static const char *const kinds[] = {[COUNTERPART_MONEY] = "money",
                                        [COUNTERPART_OWN_REFUND] = "own",
                                        [COUNTERPART_REFUND] = "refund",
                                        [COUNTERPART_MISCELLANEOUS] = "misc"};
    const char *colon = strchr(word, ':');

    for (size_t kind = 0; colon && kind < COUNT(kinds); kind++) {
        if (strncmp(word, kinds[kind], (size_t)(colon - word)) != 0)
            continue;
        assert_true(words->move.n_settlements < COUNT(words->settlements));
        words->settlements[words->move.n_settlements++] = (struct credit_settlement){
            .partial = 1, .line = 9, .date = on(colon + 1), .kind = (enum credit_counterpart)kind};
        return true;
    }
    return false;
}

static bool read_word(struct words *words, const char *word)
{
    static const char *const states[] = {"draft", "posted", "cancelled"};
    static const char *const payments[] = {"not_paid", "in_payment", "paid",
                                           "partial",  "reversed",   "other"};

    for (size_t i = 0; i < COUNT(states); i++)
        if (strcmp(word, states[i]) == 0) {
            words->move.state = (enum credit_move_state)i;
            return true;
        }
    for (size_t i = 0; i < COUNT(payments); i++)
        if (strcmp(word, payments[i]) == 0) {
            words->move.payment_state = (enum credit_payment_state)i;
            return true;
        }
    if (strcmp(word, "residual") == 0)
        words->move.residual_zero = false;
    else if (strcmp(word, "free") == 0)
        words->move.total = 0;
    else
        return false;
    return true;
}

static void read_move(struct words *words, enum credit_move_type type, const char *text)
{
    char word[32];
    int length;

    *words = (struct words){.move = {.id = 1,
                                     .name = "",
                                     .type = type,
                                     .state = MOVE_POSTED,
                                     .payment_state = MOVE_PAID,
                                     .residual_zero = true,
                                     .total = EUROS(1200),
                                     .has_date = true}};
    words->move.date = on(type == MOVE_INVOICE ? "2025-03-10" : "2025-05-01");
    words->move.settlements = words->settlements;
    for (; sscanf(text, "%31s%n", word, &length) == 1; text += length)
        if (!read_settlement(words, word) && !read_word(words, word))
            fail_msg("not a word for a move: \"%s\"", word);
}

/* An invoice, what it is worth on 2025-06-01 and, when it grants, from which days. */
struct invoice_row {
    const char *words;
    enum credit_verdict verdict;
    const char *start, *renewed;
};

/* An invoice that depends on no other. */
static struct credit_outcome invoice_on(const struct credit_move *invoice,
                                        const struct credit_policy *policy, const char *today)
{
    struct credit_money money;
    struct money_book book = {.moves = &invoice, .money = &money, .count = 1};

    money_judge(&book, policy);
    return credit_invoice(invoice, &money, policy, on(today));
}

static struct credit_outcome outcome_of(const char *text, const struct credit_policy *policy)
{
    struct words words;

    read_move(&words, MOVE_INVOICE, text);
    return invoice_on(&words.move, policy, "2025-06-01");
}

static void check_invoices(const struct invoice_row *rows, size_t n_rows,
                           const struct credit_policy *policy)
{
    for (size_t i = 0; i < n_rows; i++) {
        struct credit_outcome outcome = outcome_of(rows[i].words, policy);

        assert_int_equal(outcome.verdict, rows[i].verdict);
        if (!rows[i].start)
            continue;
        assert_int_equal(outcome.start, on(rows[i].start));
        assert_int_equal(outcome.renewed, on(rows[i].renewed));
    }
}

static void lots_start_on_the_later_of_payment_and_invoice_and_renew_on_the_earlier(void **state)
{
    static const struct invoice_row rows[] = {
        {"money:2025-03-10", CREDIT_GRANTED, "2025-03-10", "2025-03-10"},
        {"money:2025-04-09", CREDIT_GRANTED, "2025-04-09", "2025-03-10"},
        /* paid long before by an overpayment: the lot starts on the invoice date */
        {"money:2024-01-05", CREDIT_GRANTED, "2025-03-10", "2024-01-05"},
    };

    (void)state;
    check_invoices(rows, COUNT(rows), &plain);
}

static void the_payment_date_is_the_latest_of_its_money_counterparts(void **state)
{
    static const struct invoice_row rows[] = {
        {"money:2025-03-20 money:2025-03-15", CREDIT_GRANTED, "2025-03-20", "2025-03-10"},
        {"money:2025-03-15 money:2025-03-20", CREDIT_GRANTED, "2025-03-20", "2025-03-10"},
        {"money:2025-03-01 money:2025-03-20", CREDIT_GRANTED, "2025-03-20", "2025-03-10"},
        /* counterparts that are not money do not change the date */
        {"money:2025-03-15 refund:2025-05-20", CREDIT_GRANTED, "2025-03-15", "2025-03-10"},
        {"misc:2025-05-20 money:2025-03-15 own:2025-05-21", CREDIT_GRANTED, "2025-03-15",
         "2025-03-10"},
    };

    (void)state;
    check_invoices(rows, COUNT(rows), &plain);
    assert_int_equal(outcome_of(rows[0].words, &plain).payment, on("2025-03-20"));
    assert_true(outcome_of(rows[0].words, &plain).has_payment);
}

static void nothing_is_granted_before_full_payment(void **state)
{
    static const struct invoice_row rows[] = {
        {"not_paid residual", CREDIT_NOT_PAID, NULL, NULL},
        {"partial residual money:2025-03-15", CREDIT_NOT_PAID, NULL, NULL},
        {"other money:2025-03-15", CREDIT_NOT_PAID, NULL, NULL}, /* Odoo's `blocked` */
        {"paid residual money:2025-03-15", CREDIT_NOT_PAID, NULL, NULL},
        {"not_paid money:2025-03-15", CREDIT_NOT_PAID, NULL, NULL},
        {"draft money:2025-03-15", CREDIT_NOT_POSTED, NULL, NULL},
        {"cancelled money:2025-03-15", CREDIT_NOT_POSTED, NULL, NULL},
    };

    (void)state;
    check_invoices(rows, COUNT(rows), &plain);
}

static void in_payment_counts_only_when_the_configuration_says_so(void **state)
{
    static const struct credit_policy accepting = {.accept_in_payment = true};
    static const struct invoice_row strict[] = {
        {"in_payment money:2025-03-15", CREDIT_NOT_PAID, NULL, NULL},
    };
    static const struct invoice_row lenient[] = {
        {"in_payment money:2025-03-15", CREDIT_GRANTED, "2025-03-15", "2025-03-10"},
        {"paid money:2025-03-15", CREDIT_GRANTED, "2025-03-15", "2025-03-10"}, /* as before */
        {"in_payment residual money:2025-03-15", CREDIT_NOT_PAID, NULL, NULL},
        {"in_payment misc:2025-03-15", CREDIT_NO_MONEY, NULL, NULL},
    };

    (void)state;
    check_invoices(strict, COUNT(strict), &plain);
    check_invoices(lenient, COUNT(lenient), &accepting);
}

static void an_invoice_settled_without_money_grants_nothing(void **state)
{
    static const struct invoice_row rows[] = {
        {"misc:2025-03-15", CREDIT_NO_MONEY, NULL, NULL},
        {"refund:2025-03-15", CREDIT_NO_MONEY, NULL, NULL},
        {"paid", CREDIT_NO_MONEY, NULL, NULL},
        {"reversed refund:2025-03-15", CREDIT_NO_MONEY, NULL, NULL},
        {"own:2025-03-15 misc:2025-03-15", CREDIT_NO_MONEY, NULL, NULL},
        /* CREDIT_REVERSED, not CREDIT_NO_MONEY: doctor lists only the latter */
        {"own:2025-03-15", CREDIT_REVERSED, NULL, NULL},
        {"reversed own:2025-03-15", CREDIT_REVERSED, NULL, NULL},
    };

    (void)state;
    check_invoices(rows, COUNT(rows), &plain);
}

static void an_invoice_of_zero_is_paid_on_its_invoice_date(void **state)
{
    static const struct invoice_row rows[] = {
        {"free", CREDIT_GRANTED, "2025-03-10", "2025-03-10"},
        {"free misc:2025-05-05", CREDIT_GRANTED, "2025-03-10", "2025-03-10"},
        {"free money:2025-05-05", CREDIT_GRANTED, "2025-03-10", "2025-03-10"},
        {"free draft not_paid", CREDIT_NOT_POSTED, NULL, NULL},
    };

    (void)state;
    check_invoices(rows, COUNT(rows), &plain);
}

static void an_invoice_without_a_date_grants_nothing(void **state)
{
    struct words words;

    (void)state;
    read_move(&words, MOVE_INVOICE, "money:2025-03-15");
    words.move.has_date = false;
    assert_int_equal(invoice_on(&words.move, &plain, "2025-06-01").verdict, CREDIT_NO_DATE);
}

static void an_invoice_is_dated_by_its_start_for_since_and_for_today(void **state)
{
    struct credit_policy since = {.has_since = true, .since = on("2025-04-09")};
    struct words words;

    (void)state;
    assert_int_equal(outcome_of("money:2025-04-09", &since).verdict, CREDIT_GRANTED);
    since.since++; /* only the start is compared, not the invoice date or the renewal */
    assert_int_equal(outcome_of("money:2025-04-09", &since).verdict, CREDIT_BEFORE_SINCE);
    read_move(&words, MOVE_INVOICE, "money:2025-06-02");
    assert_int_equal(invoice_on(&words.move, &plain, "2025-06-01").verdict, CREDIT_FUTURE);
    assert_int_equal(invoice_on(&words.move, &plain, "2025-06-02").verdict, CREDIT_GRANTED);
}

/* A credit note on an invoice whose lots start on `start` (NULL: it granted nothing), and its
 * effective date, seen on 2025-06-01. */
struct note_row {
    const char *words, *start;
    enum credit_verdict verdict;
    const char *effective;
};

static struct credit_outcome note_outcome(const char *text, const char *start,
                                          const struct credit_policy *policy)
{
    struct credit_move invoice = {.id = 7, .type = MOVE_INVOICE};
    struct credit_outcome granted = {.verdict = start ? CREDIT_GRANTED : CREDIT_NO_MONEY,
                                     .start = start ? on(start) : 0};
    struct words words;

    read_move(&words, MOVE_CREDIT_NOTE, text);
    words.move.reversed_entry = 7;
    return credit_note(&words.move, &invoice, &granted, policy, on("2025-06-01"));
}

static void check_notes(const struct note_row *rows, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++) {
        struct credit_outcome outcome = note_outcome(rows[i].words, rows[i].start, &plain);

        assert_int_equal(outcome.verdict, rows[i].verdict);
        if (rows[i].effective)
            assert_int_equal(outcome.start, on(rows[i].effective));
    }
}

static void
a_credit_note_is_effective_on_the_latest_date_of_its_counterparts_of_any_kind(void **state)
{
    static const struct note_row rows[] = {
        {"money:2025-05-20", "2025-03-10", CREDIT_GRANTED, "2025-05-20"},
        {"money:2025-05-10 misc:2025-05-12 money:2025-05-11", "2025-03-10", CREDIT_GRANTED,
         "2025-05-12"},
        {"misc:2025-04-10", "2025-03-10", CREDIT_GRANTED, "2025-04-10"}, /* before its own date */
        {"posted", "2025-03-10", CREDIT_GRANTED, "2025-05-01"},          /* else its own date */
    };

    (void)state;
    check_notes(rows, COUNT(rows));
}

static void a_credit_note_is_never_effective_before_the_lots_it_reverses_start(void **state)
{
    static const struct note_row rows[] = {
        {"posted", "2025-05-15", CREDIT_GRANTED, "2025-05-15"},
        {"misc:2025-04-10", "2025-04-11", CREDIT_GRANTED, "2025-04-11"},
        {"misc:2025-04-10", "2025-04-09", CREDIT_GRANTED, "2025-04-10"},
    };

    (void)state;
    check_notes(rows, COUNT(rows));
}

static void a_credit_note_takes_nothing_until_it_is_posted_and_settled(void **state)
{
    static const struct note_row rows[] = {
        {"draft", "2025-03-10", CREDIT_NOT_POSTED, NULL},
        {"cancelled", "2025-03-10", CREDIT_NOT_POSTED, NULL},
        {"residual money:2025-05-20", "2025-03-10", CREDIT_NOT_PAID, NULL},
        {"money:2025-06-01", "2025-03-10", CREDIT_GRANTED, "2025-06-01"},
        {"money:2025-06-02", "2025-03-10", CREDIT_FUTURE, NULL},
        {"posted", NULL, CREDIT_NOTHING_GRANTED, NULL},
    };

    (void)state;
    check_notes(rows, COUNT(rows));
}

static void a_credit_note_without_its_invoice_depends_on_whether_it_names_one(void **state)
{
    civil_day today = on("2025-06-01");
    struct credit_outcome outcome;
    struct words words;

    (void)state;
    read_move(&words, MOVE_CREDIT_NOTE, "money:2025-05-20");
    outcome = credit_note(&words.move, NULL, NULL, &plain, today);
    assert_int_equal(outcome.verdict, CREDIT_NO_INVOICE);
    assert_int_equal(outcome.start, on("2025-05-20"));
    words.move.reversed_entry = 99; /* of another account */
    assert_int_equal(credit_note(&words.move, NULL, NULL, &plain, today).verdict,
                     CREDIT_NOTHING_GRANTED);
}

static void since_leaves_a_credit_note_out_by_its_effective_date_after_never_before(void **state)
{
    struct credit_policy since = {.has_since = true, .since = on("2025-05-02")};

    (void)state;
    assert_int_equal(note_outcome("posted", "2025-03-10", &since).verdict, CREDIT_BEFORE_SINCE);
    assert_int_equal(note_outcome("posted", "2025-05-02", &since).verdict, CREDIT_GRANTED);
    since.since--;
    assert_int_equal(note_outcome("posted", "2025-03-10", &since).verdict, CREDIT_GRANTED);
}

static void a_credit_note_without_any_date_does_nothing(void **state)
{
    struct words words;

    (void)state;
    read_move(&words, MOVE_CREDIT_NOTE, "posted");
    words.move.has_date = false;
    assert_int_equal(credit_note(&words.move, NULL, NULL, &plain, on("2025-06-01")).verdict,
                     CREDIT_NO_DATE);
    read_move(&words, MOVE_CREDIT_NOTE, "money:2025-05-20"); /* this date is enough */
    words.move.has_date = false;
    assert_int_equal(credit_note(&words.move, NULL, NULL, &plain, on("2025-06-01")).verdict,
                     CREDIT_NO_INVOICE);
}

static void a_line_gives_quantity_times_hours_rounded_to_the_nearest(void **state)
{
    static const struct {
        nano quantity;
        minutes pack, expected;
    } rows[] = {
        {PACKS(1), 720, 720},          {PACKS(2), 720, 1440},
        {PACKS(1) / 2, 2160, 1080},    {PACKS(0), 720, 0},
        {PACKS(-1), 720, -720},        {PACKS(1) / 1000, 720, 1}, /* 0.72 */
        {PACKS(1) / 2000, 720, 0},                                /* 0.36 */
        {PACKS(1) / 1440, 720, 0}, /* 0.5 less what nine decimals cut */
        {PACKS(1) / 1440 + 1, 720, 1}, {-PACKS(1) / 1000, 720, -1},
        {11999999952, 720, 8640}, /* a dozen, through a factor cut to nine decimals */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct credit_line line = {.quantity = rows[i].quantity, .pack_minutes = rows[i].pack};

        assert_int_equal(credit_line_minutes(&line), rows[i].expected);
    }
}

/* What a line of a credit note takes from an invoice of two lines: 2 packs for 1920, 1 for 480
 * (half price), and 1 of another product; 3 packs cost 2400, so one costs 800. */
static minutes taken(nano quantity, micro untaxed, int64_t product)
{
    static const struct credit_line sold[] = {
        {10, 1, PACKS(2), EUROS(1920), EUROS(1920), 720},
        {11, 1, PACKS(1), EUROS(480), EUROS(480), 720},
        {12, 2, PACKS(1), EUROS(2000), EUROS(2000), 1440},
    };
    struct credit_move invoice = {.id = 1, .currency = 1, .lines = sold, .n_lines = COUNT(sold)};
    struct credit_move note = {.id = 2, .type = MOVE_CREDIT_NOTE, .currency = 1};
    struct credit_line line = {20, product, quantity, untaxed, untaxed, 720};

    return credit_clawback_minutes(&note, &line, &invoice);
}

static void a_credit_note_takes_in_proportion_to_what_as_many_packs_cost(void **state)
{
    (void)state;
    assert_int_equal(taken(PACKS(1), EUROS(800), 1), 720);
    assert_int_equal(taken(PACKS(1), EUROS(400), 1), 360);
    assert_int_equal(taken(PACKS(3), EUROS(2400), 1), 2160);
    assert_int_equal(taken(PACKS(3), EUROS(1200), 1), 1080);
    assert_int_equal(taken(PACKS(2), EUROS(1600), 1), 1440);
    /* a gesture of 50 euros booked on the pack's product: 720 x 50 / 800 */
    assert_int_equal(taken(PACKS(1), EUROS(50), 1), 45);
    /* min(1, ...): refunding more than it cost takes no more than it gave */
    assert_int_equal(taken(PACKS(1), EUROS(5000), 1), 720);
    assert_int_equal(taken(PACKS(1), EUROS(800) + 1, 1), 720);
    assert_int_equal(taken(PACKS(1) / 2, EUROS(400), 1), 360);
    /* to the nearest, halves up: 720 x 0.55 / 800 = 0.495, x 0.56 = 0.504 */
    assert_int_equal(taken(PACKS(1), EUROS(55) / 100, 1), 0);
    assert_int_equal(taken(PACKS(1), EUROS(56) / 100, 1), 1);
    assert_int_equal(taken(PACKS(1), EUROS(5) / 3, 1), 1); /* 1.4999994 */
    assert_int_equal(taken(PACKS(1), EUROS(5) / 3 + 1, 1), 2);
    /* nothing refunded, nothing taken */
    assert_int_equal(taken(PACKS(1), 0, 1), 0);
    assert_int_equal(taken(PACKS(1), EUROS(-50), 1), 0);
    /* a line of negative quantity takes nothing */
    assert_int_equal(taken(PACKS(-1), EUROS(800), 1), 0);
    assert_int_equal(taken(PACKS(-1), EUROS(-800), 1), 0);
    assert_int_equal(taken(PACKS(0), EUROS(800), 1), 0);
}

static void a_gesture_of_50_euros_on_a_pack_of_960_takes_38_minutes(void **state)
{
    struct credit_line sold = {10, 1, PACKS(1), EUROS(960), EUROS(960), 720};
    struct credit_line gesture = {20, 1, PACKS(1), EUROS(50), EUROS(50), 720};
    struct credit_move invoice = {.id = 1, .currency = 1, .lines = &sold, .n_lines = 1};
    struct credit_move note = {.id = 2, .type = MOVE_CREDIT_NOTE, .currency = 1};

    (void)state;
    assert_int_equal(credit_clawback_minutes(&note, &gesture, &invoice), 38); /* 37.5 */
}

static void what_cost_nothing_or_was_not_sold_there_is_taken_by_its_quantity(void **state)
{
    struct credit_line offered = {10, 1, PACKS(1), 0, 0, 720};
    struct credit_line back = {20, 1, PACKS(1), 0, 0, 720};
    struct credit_move invoice = {.id = 1, .currency = 1, .lines = &offered, .n_lines = 1};
    struct credit_move note = {.id = 2, .type = MOVE_CREDIT_NOTE, .currency = 1};

    (void)state;
    assert_int_equal(credit_clawback_minutes(&note, &back, &invoice), 720);
    assert_int_equal(taken(PACKS(1), EUROS(50), 3), 720); /* a pack the invoice has no line of */
    assert_int_equal(credit_clawback_minutes(&note, &back, NULL), 720); /* reverses no invoice */
}

static void a_negative_line_takes_back_from_its_own_invoice(void **state)
{
    static const struct credit_line lines[] = {
        {10, 1, PACKS(2), EUROS(1920), EUROS(1920), 720},
        {11, 1, PACKS(-1), EUROS(-960), EUROS(-960), 720},
        {12, 1, PACKS(-1), EUROS(-240), EUROS(-240), 720}, /* a quarter of its price */
    };
    struct credit_move invoice = {.id = 1, .currency = 1, .lines = lines, .n_lines = COUNT(lines)};

    (void)state;
    assert_int_equal(credit_clawback_minutes(&invoice, &lines[0], &invoice), 0);
    assert_int_equal(credit_clawback_minutes(&invoice, &lines[1], &invoice), 720);
    assert_int_equal(credit_clawback_minutes(&invoice, &lines[2], &invoice), 180);
}

static void amounts_of_two_currencies_compare_in_the_companys(void **state)
{
    struct credit_line sold = {10, 1, PACKS(1), EUROS(1000), EUROS(900), 720}; /* dollars */
    struct credit_line back = {20, 1, PACKS(1), EUROS(450), EUROS(450), 720};
    struct credit_move invoice = {.id = 1, .currency = 2, .lines = &sold, .n_lines = 1};
    struct credit_move note = {.id = 2, .type = MOVE_CREDIT_NOTE, .currency = 1};

    (void)state;
    assert_int_equal(credit_clawback_minutes(&note, &back, &invoice), 360); /* 450 / 900 */
    note.currency = 2;
    assert_int_equal(credit_clawback_minutes(&note, &back, &invoice), 324); /* 450 / 1000 */
}

static void big_amounts_do_not_overflow(void **state)
{
    /* a million packs for a billion, half of it back */
    struct credit_line sold = {10, 1, PACKS(1000000), EUROS(1000000000), EUROS(1000000000), 2160};
    struct credit_line back = {20, 1, PACKS(1000000), EUROS(500000000), EUROS(500000000), 2160};
    struct credit_move invoice = {.id = 1, .currency = 1, .lines = &sold, .n_lines = 1};
    struct credit_move note = {.id = 2, .type = MOVE_CREDIT_NOTE, .currency = 1};

    (void)state;
    assert_int_equal(credit_line_minutes(&sold), INT64_C(2160000000));
    assert_int_equal(credit_clawback_minutes(&note, &back, &invoice), INT64_C(1080000000));
}

static void every_verdict_has_a_text(void **state)
{
    (void)state;
    for (int verdict = CREDIT_GRANTED; verdict < CREDIT_VERDICTS; verdict++)
        assert_true(strlen(credit_verdict_text((enum credit_verdict)verdict)) > 0);
}

static void a_counterpart_stands_while_its_entry_and_its_payment_do(void **state)
{
    static const struct {
        const char *move, *payment;
        enum credit_counterpart_state expected;
    } cases[] = {
        {"posted", NULL, COUNTERPART_POSTED},         {"posted", "paid", COUNTERPART_POSTED},
        {"posted", "in_process", COUNTERPART_POSTED}, {NULL, NULL, COUNTERPART_POSTED},
        {"draft", NULL, COUNTERPART_NOT_POSTED},      {"cancel", "paid", COUNTERPART_NOT_POSTED},
        {"posted", "draft", COUNTERPART_NOT_POSTED},  {"posted", "rejected", COUNTERPART_REJECTED},
        {"posted", "canceled", COUNTERPART_REJECTED}, {"posted", "cancel", COUNTERPART_REJECTED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(credit_counterpart_state(cases[i].move, cases[i].payment),
                         cases[i].expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counterpart_stands_while_its_entry_and_its_payment_do),
        cmocka_unit_test(lots_start_on_the_later_of_payment_and_invoice_and_renew_on_the_earlier),
        cmocka_unit_test(the_payment_date_is_the_latest_of_its_money_counterparts),
        cmocka_unit_test(nothing_is_granted_before_full_payment),
        cmocka_unit_test(in_payment_counts_only_when_the_configuration_says_so),
        cmocka_unit_test(an_invoice_settled_without_money_grants_nothing),
        cmocka_unit_test(an_invoice_of_zero_is_paid_on_its_invoice_date),
        cmocka_unit_test(an_invoice_without_a_date_grants_nothing),
        cmocka_unit_test(an_invoice_is_dated_by_its_start_for_since_and_for_today),
        cmocka_unit_test(
            a_credit_note_is_effective_on_the_latest_date_of_its_counterparts_of_any_kind),
        cmocka_unit_test(a_credit_note_is_never_effective_before_the_lots_it_reverses_start),
        cmocka_unit_test(a_credit_note_takes_nothing_until_it_is_posted_and_settled),
        cmocka_unit_test(a_credit_note_without_its_invoice_depends_on_whether_it_names_one),
        cmocka_unit_test(since_leaves_a_credit_note_out_by_its_effective_date_after_never_before),
        cmocka_unit_test(a_credit_note_without_any_date_does_nothing),
        cmocka_unit_test(a_line_gives_quantity_times_hours_rounded_to_the_nearest),
        cmocka_unit_test(a_credit_note_takes_in_proportion_to_what_as_many_packs_cost),
        cmocka_unit_test(a_gesture_of_50_euros_on_a_pack_of_960_takes_38_minutes),
        cmocka_unit_test(what_cost_nothing_or_was_not_sold_there_is_taken_by_its_quantity),
        cmocka_unit_test(a_negative_line_takes_back_from_its_own_invoice),
        cmocka_unit_test(amounts_of_two_currencies_compare_in_the_companys),
        cmocka_unit_test(big_amounts_do_not_overflow),
        cmocka_unit_test(every_verdict_has_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
