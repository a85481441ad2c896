/* test_revoked.c - which lots were revoked (DOMAIN.md, section 3): the decision alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four headers above */
#include <cmocka.h>

#include "qualiodoo/core/revoked.h"

#define TODAY 20500

static const struct revoked_lot pack = {.granted = 1440, .start = 20400, .end = 20765};

static void expect(const struct revoked_lot *after, enum revoked_loss loss)
{
    assert_int_equal(revoked_loss(&pack, after, TODAY), loss);
}

static void test_a_lot_that_stays_as_it_was_loses_nothing(void **state)
{
    (void)state;
    expect(&pack, REVOKED_NOTHING);
}

static void test_a_lot_that_no_account_has_any_more_is_lost(void **state)
{
    (void)state;
    expect(NULL, REVOKED_LOT);
}

static void test_one_minute_less_is_a_loss_and_one_more_is_none(void **state)
{
    struct revoked_lot after = pack;

    (void)state;
    after.granted = pack.granted - 1;
    expect(&after, REVOKED_MINUTES);
    after.granted = pack.granted + 1;
    expect(&after, REVOKED_NOTHING);
}

static void test_an_earlier_end_is_a_loss_and_a_later_one_is_none(void **state)
{
    struct revoked_lot after = pack;

    (void)state;
    after.end = pack.end - 1;
    expect(&after, REVOKED_DAYS);
    after.end = pack.end + 1;
    expect(&after, REVOKED_NOTHING);
}

static void test_a_lot_that_a_credit_note_closed_may_end_earlier(void **state)
{
    struct revoked_lot after = pack;

    (void)state;
    after.end = pack.end - 1;
    after.reversed = true;
    expect(&after, REVOKED_NOTHING);
    after.granted--; /* a credit note does not reduce `granted`: this is another loss */
    expect(&after, REVOKED_MINUTES);
}

static void test_a_lot_that_starts_after_today_does_not_exist_yet(void **state)
{
    (void)state;
    assert_int_equal(revoked_loss(&pack, NULL, pack.start - 1), REVOKED_NOTHING);
    assert_int_equal(revoked_loss(&pack, NULL, pack.start), REVOKED_LOT);
}

static void test_a_lost_lot_was_revoked_when_its_evidence_in_odoo_is_unchanged(void **state)
{
    const struct revoked_evidence then = {"[1]", "[2]"};

    (void)state;
    assert_true(revoked_by_words(&then, &(struct revoked_evidence){"[1]", "[2]"}));
}

static void test_what_changed_in_odoo_or_is_gone_from_it_revokes_nothing(void **state)
{
    const struct revoked_evidence then = {"[1]", "[2]"};

    (void)state;
    assert_false(revoked_by_words(&then, &(struct revoked_evidence){"[3]", "[2]"}));
    assert_false(revoked_by_words(&then, &(struct revoked_evidence){"[1]", "[3]"}));
    assert_false(revoked_by_words(&then, &(struct revoked_evidence){"[1]", NULL}));
    assert_false(revoked_by_words(&then, &(struct revoked_evidence){NULL, NULL}));
}

static void test_what_the_version_before_did_not_keep_is_not_compared(void **state)
{
    const struct revoked_evidence then = {"[1]", NULL};

    (void)state;
    assert_true(revoked_by_words(&then, &(struct revoked_evidence){"[1]", "[2]"}));
    assert_false(revoked_by_words(&then, &(struct revoked_evidence){"[3]", "[2]"}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lot_that_stays_as_it_was_loses_nothing),
        cmocka_unit_test(test_a_lot_that_no_account_has_any_more_is_lost),
        cmocka_unit_test(test_one_minute_less_is_a_loss_and_one_more_is_none),
        cmocka_unit_test(test_an_earlier_end_is_a_loss_and_a_later_one_is_none),
        cmocka_unit_test(test_a_lot_that_a_credit_note_closed_may_end_earlier),
        cmocka_unit_test(test_a_lot_that_starts_after_today_does_not_exist_yet),
        cmocka_unit_test(test_a_lost_lot_was_revoked_when_its_evidence_in_odoo_is_unchanged),
        cmocka_unit_test(test_what_changed_in_odoo_or_is_gone_from_it_revokes_nothing),
        cmocka_unit_test(test_what_the_version_before_did_not_keep_is_not_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
