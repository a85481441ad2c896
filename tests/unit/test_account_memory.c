/* test_account_memory.c - the n-th allocation of account_compute() fails, for every n until none
 * does: it returns ERR_NO_MEMORY, leaves its output untouched and frees every block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "qualiodoo/core/account.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/error.h"

#include "failing_malloc.h"

#include "core/account.c"
#include "core/ledger.c"
#include "core/ledger_book.c"
#include "core/ledger_clawback.c"
#include "core/ledger_expiry.c"

#define LINES 300 /* makes more entries than the first two sizes of the array hold */
#define DAY 20000

struct facts {
    struct credit_move moves[2];
    struct credit_line lines[2];
    struct credit_settlement money;
    struct charge_ticket ticket;
    struct charge_line worked[LINES];
    struct ledger_adjustment adjustment;
    struct account_facts facts;
    struct account_policy policy;
};

static void facts_fill(struct facts *facts)
{
    memset(facts, 0, sizeof *facts);
    facts->money = (struct credit_settlement){1, 1, DAY, COUNTERPART_MONEY};
    for (int i = 0; i < 2; i++) {
        facts->lines[i] = (struct credit_line){10 + i, 1, NANO_ONE, 960, 960, 720};
        facts->moves[i] = (struct credit_move){.id = i + 1,
                                               .name = "",
                                               .type = i ? MOVE_CREDIT_NOTE : MOVE_INVOICE,
                                               .state = MOVE_POSTED,
                                               .payment_state = MOVE_PAID,
                                               .residual_zero = true,
                                               .total = 960,
                                               .has_date = true,
                                               .date = DAY,
                                               .reversed_entry = i,
                                               .lines = &facts->lines[i],
                                               .n_lines = 1,
                                               .settlements = &facts->money,
                                               .n_settlements = 1};
    }
    facts->lines[1].quantity = NANO_ONE / 2;
    for (int i = 0; i < LINES; i++)
        facts->worked[i] = (struct charge_line){i + 1, DAY + i, NANO_ONE / 12};
    facts->ticket = (struct charge_ticket){.id = 1, .lines = facts->worked, .n_lines = LINES};
    facts->adjustment = (struct ledger_adjustment){.id = 1, .day = DAY, .amount = 60};
    facts->facts = (struct account_facts){.moves = facts->moves,
                                          .n_moves = 2,
                                          .tickets = &facts->ticket,
                                          .n_tickets = 1,
                                          .adjustments = &facts->adjustment,
                                          .n_adjustments = 1};
    facts->policy.charge.step = 5;
    facts->policy.ledger.validity_years = 1;
}

/* 720 granted, 360 taken back, 60 given, 300 times 5 worked. */
#define BALANCE (720 - 360 + 60 - 5 * LINES)

/* Runs with the allocation after `succeed` others failing; returns whether one failed. */
static bool run_with_failure(const struct facts *facts, size_t succeed, struct error *error)
{
    struct account_result result, untouched;
    minutes balance = BALANCE;
    size_t alive;
    bool failed;
    int rc;

    memset(&result, 0x55, sizeof result);
    memset(&untouched, 0x55, sizeof untouched);
    failing_malloc_arm(succeed);
    rc = account_compute(&facts->facts, &facts->policy, DAY + LINES, &result, error);
    if (rc == 0) {
        balance = result.ledger.balance;
        account_result_free(&result);
    }
    failed = failing_malloc_disarm(&alive);
    assert_int_equal(alive, 0);
    assert_int_equal(balance, BALANCE);
    assert_int_equal(rc, failed ? ERR_NO_MEMORY : 0);
    if (failed)
        assert_memory_equal(&result, &untouched, sizeof result);
    return failed;
}

static void the_nth_allocation_fails_for_every_n(void **state)
{
    static struct facts facts;
    struct error error;
    size_t n = 0;

    (void)state;
    facts_fill(&facts);
    for (;; n++) {
        error.code = 0;
        if (!run_with_failure(&facts, n, &error))
            break;
        assert_int_equal(error.code, ERR_NO_MEMORY);
        assert_true(run_with_failure(&facts, n, NULL)); /* `error` may be NULL */
    }
    assert_int_equal(error.code, 0);
    /* 8 arrays of the account, 6 of the ledger, its entries at 64, 128, 256 and 512. */
    assert_int_equal(n, 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nth_allocation_fails_for_every_n),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
