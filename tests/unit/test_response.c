/* test_response.c - what answers a ticket (domain.md, section 8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "qualiodoo/response.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void response_is_the_earliest_of_assignment_reply_and_closing(void **state)
{
    static const struct {
        struct response_facts facts;
        bool use_assigned, use_reply;
        enum response_event event;
        instant when;
    } rows[] = {
        {{.created = 100}, true, true, RESPONSE_NONE, -1},
        {{.created = 100, .assigned = 200}, true, true, RESPONSE_ASSIGNED, 200},
        {{.created = 100, .replied = 300}, true, true, RESPONSE_REPLIED, 300},
        {{.created = 100, .assigned = 200, .replied = 300}, true, true, RESPONSE_ASSIGNED, 200},
        {{.created = 100, .assigned = 300, .replied = 200}, true, true, RESPONSE_REPLIED, 200},
        /* sla.response: either can be left out */
        {{.created = 100, .assigned = 200, .replied = 300}, false, true, RESPONSE_REPLIED, 300},
        {{.created = 100, .assigned = 300, .replied = 200}, true, false, RESPONSE_ASSIGNED, 300},
        {{.created = 100, .assigned = 200}, false, true, RESPONSE_NONE, -1},
        {{.created = 100, .replied = 200}, true, false, RESPONSE_NONE, -1},
        /* closed without response: the closing counts */
        {{.created = 100, .closed = 400}, true, true, RESPONSE_CLOSED, 400},
        {{.created = 100, .closed = 400}, false, false, RESPONSE_CLOSED, 400},
        {{.created = 100, .assigned = 200, .closed = 400}, false, true, RESPONSE_CLOSED, 400},
        {{.created = 100, .assigned = 200, .closed = 400}, true, true, RESPONSE_ASSIGNED, 200},
        /* the reply came after the closing: when it closed there was none */
        {{.created = 100, .replied = 500, .closed = 400}, true, true, RESPONSE_CLOSED, 400},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        instant when = -1;

        assert_int_equal(
            response_first(&rows[i].facts, rows[i].use_assigned, rows[i].use_reply, &when),
            rows[i].event);
        assert_int_equal(when, rows[i].when); /* untouched without a response */
    }
}

static void assignment_at_the_creation_is_not_a_response(void **state)
{
    instant created = 1741600000;

    (void)state;
    assert_true(response_assigned_at_creation(created, created));
    assert_true(response_assigned_at_creation(created, created + 9)); /* seen: a batch of 500 */
    assert_true(response_assigned_at_creation(created, created - 1)); /* whatever the clocks say */
    assert_false(response_assigned_at_creation(created, created + 60));
    assert_false(response_assigned_at_creation(created, created + 86400));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(response_is_the_earliest_of_assignment_reply_and_closing),
        cmocka_unit_test(assignment_at_the_creation_is_not_a_response),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
