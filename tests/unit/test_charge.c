/* test_charge.c - what timesheet lines cost (DOMAIN.md, section 4); every number by hand. */
#include "values.h"

#include <stdlib.h>

#include "qualiodoo/core/charge.h"

#define MAX_LINES 8
#define DAY 20000 /* any day; the lines of a row are dated from it on */

/* A row: lines in minutes, one per day from DAY on, and what each is charged. */
struct row {
    minutes lines[MAX_LINES], charged[MAX_LINES];
    size_t n;
    minutes step; /* 5 when 0 */
};

static nano hours_of(minutes amount)
{
    return amount * NANO_ONE / 60;
}

static void check_row(const struct row *row, bool by_entry)
{
    struct charge_policy policy = {.step = row->step ? row->step : 5, .by_entry = by_entry};
    struct charge_line lines[MAX_LINES];
    struct charge charges[MAX_LINES];
    struct charge_ticket ticket = {.id = 1, .lines = lines, .n_lines = row->n};
    minutes running = 0;

    for (size_t i = 0; i < row->n; i++)
        lines[i] =
            (struct charge_line){(int64_t)i + 1, DAY + (civil_day)i, hours_of(row->lines[i])};
    assert_int_equal(charge_ticket_lines(&ticket, &policy, DAY + MAX_LINES, charges), 0);
    for (size_t i = 0; i < row->n; i++) {
        running += row->lines[i];
        assert_int_equal(charges[i].line, i + 1);
        assert_int_equal(charges[i].reason, CHARGE_COUNTED);
        assert_int_equal(charges[i].recorded, row->lines[i]);
        assert_int_equal(charges[i].running, running);
        assert_int_equal(charges[i].charged, row->charged[i]);
    }
}

/* Section 4: a line in kilometres, a quantity out of range and a line outside the domain are
 * charged nothing and do not change the running total. */
static void lines_that_are_no_hours_are_not_charged(void **state)
{
    const nano most = CHARGE_MAX_HOURS * NANO_ONE;
    const struct {
        struct charge_line line;
        enum charge_reason reason;
    } cases[] = {
        {{1, DAY, NANO_ONE, QUANTITY_NO_TIME, false}, CHARGE_NO_TIME},
        {{1, DAY, 0, QUANTITY_NO_NUMBER, false}, CHARGE_UNFIT},
        {{1, DAY, most + 1, QUANTITY_HOURS, false}, CHARGE_UNFIT},
        {{1, DAY, -most - 1, QUANTITY_HOURS, false}, CHARGE_UNFIT},
        {{1, DAY, NANO_ONE, QUANTITY_HOURS, true}, CHARGE_OUTSIDE},
        {{1, DAY + 1, most + 1, QUANTITY_HOURS, false}, CHARGE_FUTURE},
        {{1, DAY, most, QUANTITY_HOURS, false}, CHARGE_COUNTED},
        {{1, DAY, -most, QUANTITY_HOURS, false}, CHARGE_COUNTED},
    };

    (void)state;
    for (int by_entry = 0; by_entry < 2; by_entry++)
        for (size_t i = 0; i < COUNT(cases); i++) {
            struct charge_policy policy = {.step = 5, .by_entry = by_entry};
            struct charge_line lines[] = {cases[i].line, {2, DAY, hours_of(2), 0, false}};
            struct charge_ticket ticket = {.id = 1, .lines = lines, .n_lines = 2};
            struct charge charges[2];

            charge_ticket_lines(&ticket, &policy, DAY, charges);
            assert_int_equal(charges[0].reason, cases[i].reason);
            if (cases[i].reason == CHARGE_COUNTED)
                continue;
            assert_int_equal(charges[0].charged, 0);
            assert_int_equal(charges[1].running, 2);
            assert_int_equal(charges[1].charged, 5);
        }
}

static void by_ticket_the_running_total_is_rounded_up(void **state)
{
    static const struct row rows[] = {
        {{2, 2, 2}, {5, 0, 5}, 3, 0},
        {{10}, {10}, 1, 0},
        {{65}, {65}, 1, 0},
        {{62}, {65}, 1, 0},
        {{0}, {0}, 1, 0},
        {{0, 1, 0}, {0, 5, 0}, 3, 0},
        {{2, 2, 2}, {15, 0, 0}, 3, 15},
        {{2, 2, 2}, {2, 2, 2}, 3, 1},
        {{29, 1, 1}, {30, 0, 30}, 3, 30},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i], false);
}

static void by_ticket_a_negative_line_lowers_the_running_total_which_may_be_negative(void **state)
{
    static const struct row rows[] = {
        {{6, -6}, {10, -10}, 2, 0},
        {{6, -1}, {10, -5}, 2, 0},
        {{6, -2}, {10, -5}, 2, 0}, /* 4 is rounded to 5 */
        {{12, -1}, {15, 0}, 2, 0}, /* 11 still costs 15 */
        {{-10}, {0}, 1, 0},        /* gives back no more than was charged */
        {{-10, 12}, {0, 5}, 2, 0}, /* the total is 2 */
        {{-10, 5, 5, 1}, {0, 0, 0, 5}, 4, 0},
        /* 12; 10; -20 gives back the 10 left; -19; 6 costs 10 */
        {{12, -2, -30, 1, 25}, {15, -5, -10, 0, 10}, 5, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i], false);
}

static void by_entry_each_line_is_rounded_on_its_own(void **state)
{
    static const struct row rows[] = {
        {{2, 2, 2}, {5, 5, 5}, 3, 0}, {{10, 11}, {10, 15}, 2, 0}, {{0, 1}, {0, 5}, 2, 0},
        {{2, 2}, {15, 15}, 2, 15},    {{2, 3}, {2, 3}, 2, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i], true);
}

static void by_entry_a_negative_line_cancels_and_never_gives_back_more(void **state)
{
    static const struct row rows[] = {
        {{2, -2}, {5, -5}, 2, 0},
        {{12, -6}, {15, -10}, 2, 0},
        /* minutes that could not be given back are not carried over to the next line */
        {{-10, 12}, {0, 15}, 2, 0},
        {{12, -2, -30, 1}, {15, -5, -10, 5}, 4, 0},
        {{2, -2, -2, 2}, {5, -5, 0, 5}, 4, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i], true);
}

static void a_charge_of_017_hours_is_10_minutes_not_15(void **state)
{
    struct charge_policy policy = {.step = 5};
    struct charge_line lines[] = {{1, DAY, 170000000}, {2, DAY, 1025000000}};
    struct charge_ticket ticket = {.lines = lines, .n_lines = 1};
    struct charge charges[2];

    (void)state;
    charge_ticket_lines(&ticket, &policy, DAY, charges);
    assert_int_equal(charges[0].charged, 10);
    ticket.n_lines = 2; /* 10 + 62 = 72, so 75 */
    charge_ticket_lines(&ticket, &policy, DAY, charges);
    assert_int_equal(charges[1].recorded, 62);
    assert_int_equal(charges[1].charged, 65);
}

static void lines_are_taken_by_day_then_id(void **state)
{
    struct charge_line lines[] = {{3, DAY, 0}, {1, DAY + 1, 0}, {9, DAY - 1, 0}, {2, DAY, 0}};
    static const int64_t expected[] = {9, 2, 3, 1};

    (void)state;
    qsort(lines, COUNT(lines), sizeof *lines, charge_line_compare);
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_int_equal(lines[i].id, expected[i]);
    assert_int_equal(charge_line_compare(&lines[0], &lines[0]), 0);
    for (size_t i = 1; i < COUNT(lines); i++) {
        assert_true(charge_line_compare(&lines[i - 1], &lines[i]) < 0);
        assert_true(charge_line_compare(&lines[i], &lines[i - 1]) > 0);
    }
}

/* Four lines of 2 minutes, on DAY to DAY + 3, with a policy and a ticket to vary. */
static void check_reasons(const struct charge_policy *policy, struct charge_ticket ticket,
                          civil_day today, const enum charge_reason *reasons,
                          const minutes *charged, minutes held)
{
    struct charge_line lines[4];
    struct charge charges[4];

    for (int i = 0; i < 4; i++)
        lines[i] = (struct charge_line){i + 1, DAY + i, hours_of(2)};
    ticket.lines = lines;
    ticket.n_lines = 4;
    assert_int_equal(charge_ticket_lines(&ticket, policy, today, charges), held);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(charges[i].reason, reasons[i]);
        assert_int_equal(charges[i].charged, charged[i]);
        assert_int_equal(charges[i].recorded, 2);
    }
}

#define REASONS(...) ((const enum charge_reason[]){__VA_ARGS__})
#define CHARGED(...) ((const minutes[]){__VA_ARGS__})

static const struct charge_policy take_in = {.step = 5};
static const struct charge_policy from_response = {.step = 5, .from_response = true};

static void take_in_charges_every_line_even_without_a_response(void **state)
{
    struct charge_ticket ticket = {.id = 1};

    (void)state;
    check_reasons(&take_in, ticket, DAY + 9,
                  REASONS(CHARGE_COUNTED, CHARGE_COUNTED, CHARGE_COUNTED, CHARGE_COUNTED),
                  CHARGED(5, 0, 5, 0), 0);
    ticket.has_response = true;
    ticket.response = DAY + 2;
    check_reasons(&take_in, ticket, DAY + 9,
                  REASONS(CHARGE_COUNTED, CHARGE_COUNTED, CHARGE_COUNTED, CHARGE_COUNTED),
                  CHARGED(5, 0, 5, 0), 0);
}

static void excluded_tickets_are_not_charged(void **state)
{
    struct charge_ticket ticket = {.id = 1, .excluded = true};

    (void)state;
    check_reasons(&take_in, ticket, DAY + 9,
                  REASONS(CHARGE_EXCLUDED, CHARGE_EXCLUDED, CHARGE_EXCLUDED, CHARGE_EXCLUDED),
                  CHARGED(0, 0, 0, 0), 0);
    check_reasons(&from_response, ticket, DAY + 9, /* excluded lines are not held either */
                  REASONS(CHARGE_EXCLUDED, CHARGE_EXCLUDED, CHARGE_EXCLUDED, CHARGE_EXCLUDED),
                  CHARGED(0, 0, 0, 0), 0);
}

static void a_line_after_today_does_not_exist_yet(void **state)
{
    (void)state;
    check_reasons(&take_in, (struct charge_ticket){.id = 1}, DAY + 1,
                  REASONS(CHARGE_COUNTED, CHARGE_COUNTED, CHARGE_FUTURE, CHARGE_FUTURE),
                  CHARGED(5, 0, 0, 0), 0);
    check_reasons(&from_response, (struct charge_ticket){.id = 1}, DAY + 1,
                  REASONS(CHARGE_HELD, CHARGE_HELD, CHARGE_FUTURE, CHARGE_FUTURE),
                  CHARGED(5, 0, 0, 0), 5);
}

static void since_leaves_lines_out_before_any_rounding(void **state)
{
    struct charge_policy policy = {.step = 5, .has_since = true, .since = DAY + 1};

    (void)state;
    /* The three lines that remain start a new total: 5, 0, 5. */
    check_reasons(&policy, (struct charge_ticket){.id = 1}, DAY + 9,
                  REASONS(CHARGE_BEFORE_SINCE, CHARGE_COUNTED, CHARGE_COUNTED, CHARGE_COUNTED),
                  CHARGED(0, 5, 0, 5), 0);
    policy.from_response = true;
    check_reasons(&policy, (struct charge_ticket){.id = 1}, DAY + 9,
                  REASONS(CHARGE_BEFORE_SINCE, CHARGE_HELD, CHARGE_HELD, CHARGE_HELD),
                  CHARGED(0, 5, 0, 5), 10);
}

static void lines_without_a_response_are_held_for_what_they_would_cost_together(void **state)
{
    struct charge_policy entry = {.step = 5, .from_response = true, .by_entry = true};
    struct charge_ticket ticket = {.id = 1};

    (void)state;
    check_reasons(&from_response, ticket, DAY + 9,
                  REASONS(CHARGE_HELD, CHARGE_HELD, CHARGE_HELD, CHARGE_HELD), CHARGED(5, 0, 5, 0),
                  10);
    check_reasons(&entry, ticket, DAY + 9,
                  REASONS(CHARGE_HELD, CHARGE_HELD, CHARGE_HELD, CHARGE_HELD), CHARGED(5, 5, 5, 5),
                  20);
    ticket.has_response = true; /* a response dated tomorrow does not exist today */
    ticket.response = DAY + 10;
    check_reasons(&from_response, ticket, DAY + 9,
                  REASONS(CHARGE_HELD, CHARGE_HELD, CHARGE_HELD, CHARGE_HELD), CHARGED(5, 0, 5, 0),
                  10);
}

static void every_line_of_a_ticket_created_in_a_closed_stage_counts(void **state)
{
    struct charge_ticket ticket = {.id = 1, .born_closed = true};

    (void)state;
    check_reasons(&from_response, ticket, DAY + 9,
                  REASONS(CHARGE_COUNTED, CHARGE_COUNTED, CHARGE_COUNTED, CHARGE_COUNTED),
                  CHARGED(5, 0, 5, 0), 0);
}

static void a_line_before_the_day_of_the_response_is_not_charged_nor_counted(void **state)
{
    struct charge_ticket ticket = {.id = 1, .has_response = true, .response = DAY + 1};

    (void)state;
    check_reasons(&from_response, ticket, DAY + 9,
                  REASONS(CHARGE_BEFORE_RESPONSE, CHARGE_COUNTED, CHARGE_COUNTED, CHARGE_COUNTED),
                  CHARGED(0, 5, 0, 5), 0);
    ticket.response = DAY + 9; /* answered today, after all the work */
    check_reasons(&from_response, ticket, DAY + 9,
                  REASONS(CHARGE_BEFORE_RESPONSE, CHARGE_BEFORE_RESPONSE, CHARGE_BEFORE_RESPONSE,
                          CHARGE_BEFORE_RESPONSE),
                  CHARGED(0, 0, 0, 0), 0);
}

static void a_ticket_without_lines_costs_nothing(void **state)
{
    struct charge_ticket ticket = {.id = 1};

    (void)state;
    assert_int_equal(charge_ticket_lines(&ticket, &take_in, DAY, NULL), 0);
}

static void an_amount_is_hours_by_its_unit(void **state)
{
    enum { HOURS = 4, DAYS = 5, KILOMETRES = 6 };
    const struct {
        struct charge_amount amount;
        enum charge_quantity quantity;
        nano hours;
    } cases[] = {
        {{true, 2 * NANO_ONE, HOURS, HOURS}, QUANTITY_HOURS, 2 * NANO_ONE},
        {{true, 2 * NANO_ONE, 0, HOURS}, QUANTITY_HOURS, 2 * NANO_ONE},
        {{true, 2 * NANO_ONE, DAYS, 0}, QUANTITY_HOURS, 2 * NANO_ONE}, /* "Hours" is not known */
        {{true, 2 * NANO_ONE, DAYS, HOURS, true, NANO_ONE / 8, NANO_ONE, false},
         QUANTITY_HOURS,
         16 * NANO_ONE},
        {{true, 2 * NANO_ONE, DAYS, HOURS, true, 8 * NANO_ONE, NANO_ONE, true},
         QUANTITY_HOURS,
         16 * NANO_ONE},
        {{true, NANO_ONE, KILOMETRES, HOURS, false, NANO_ONE, NANO_ONE, false},
         QUANTITY_NO_TIME,
         0},
        {{true, NANO_ONE, DAYS, HOURS, true, 0, NANO_ONE, false}, QUANTITY_NO_TIME, 0},
        {{true, NANO_ONE, DAYS, HOURS, true, NANO_ONE, 0, false}, QUANTITY_NO_TIME, 0},
        {{false, 0, HOURS, HOURS}, QUANTITY_NO_NUMBER, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct charge_line line = {.id = 1};

        charge_set_hours(&line, &cases[i].amount);
        assert_int_equal(line.quantity, cases[i].quantity);
        if (line.quantity == QUANTITY_HOURS)
            assert_int_equal(line.hours, cases[i].hours);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_amount_is_hours_by_its_unit),
        cmocka_unit_test(lines_that_are_no_hours_are_not_charged),
        cmocka_unit_test(by_ticket_the_running_total_is_rounded_up),
        cmocka_unit_test(by_ticket_a_negative_line_lowers_the_running_total_which_may_be_negative),
        cmocka_unit_test(by_entry_each_line_is_rounded_on_its_own),
        cmocka_unit_test(by_entry_a_negative_line_cancels_and_never_gives_back_more),
        cmocka_unit_test(a_charge_of_017_hours_is_10_minutes_not_15),
        cmocka_unit_test(lines_are_taken_by_day_then_id),
        cmocka_unit_test(take_in_charges_every_line_even_without_a_response),
        cmocka_unit_test(excluded_tickets_are_not_charged),
        cmocka_unit_test(a_line_after_today_does_not_exist_yet),
        cmocka_unit_test(since_leaves_lines_out_before_any_rounding),
        cmocka_unit_test(lines_without_a_response_are_held_for_what_they_would_cost_together),
        cmocka_unit_test(every_line_of_a_ticket_created_in_a_closed_stage_counts),
        cmocka_unit_test(a_line_before_the_day_of_the_response_is_not_charged_nor_counted),
        cmocka_unit_test(a_ticket_without_lines_costs_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
