/* test_response.c - what counts as the response to a ticket (DOMAIN.md, section 8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "qualiodoo/core/response.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define BOTH (RESPONSE_BY_ASSIGNMENT | RESPONSE_BY_REPLY)
#define ALL (BOTH | RESPONSE_BY_WORK)

static void response_is_the_earliest_of_assignment_reply_work_and_closing(void **state)
{
    static const struct {
        struct response_facts facts;
        unsigned counted;
        enum response_event event;
        instant when;
    } rows[] = {
        {{.created = 100}, ALL, RESPONSE_NONE, -1},
        {{.created = 100, .assigned = 200}, ALL, RESPONSE_ASSIGNED, 200},
        {{.created = 100, .replied = 300}, ALL, RESPONSE_REPLIED, 300},
        {{.created = 100, .assigned = 200, .replied = 300}, ALL, RESPONSE_ASSIGNED, 200},
        {{.created = 100, .assigned = 300, .replied = 200}, ALL, RESPONSE_REPLIED, 200},
        /* recorded work is a response */
        {{.created = 100, .worked = 200}, ALL, RESPONSE_WORKED, 200},
        {{.created = 100, .worked = 200, .replied = 300}, ALL, RESPONSE_WORKED, 200},
        {{.created = 100, .worked = 300, .replied = 200}, ALL, RESPONSE_REPLIED, 200},
        {{.created = 100, .worked = 300, .closed = 400}, ALL, RESPONSE_WORKED, 300},
        {{.created = 100, .worked = 90}, ALL, RESPONSE_WORKED, 90}, /* moved from another ticket */
        {{.created = 100, .worked = 200}, BOTH, RESPONSE_NONE, -1},
        /* sla.response can leave out any event but the closing */
        {{.created = 100, .assigned = 200, .replied = 300},
         RESPONSE_BY_REPLY,
         RESPONSE_REPLIED,
         300},
        {{.created = 100, .assigned = 300, .replied = 200},
         RESPONSE_BY_ASSIGNMENT,
         RESPONSE_ASSIGNED,
         300},
        {{.created = 100, .assigned = 200}, RESPONSE_BY_REPLY, RESPONSE_NONE, -1},
        {{.created = 100, .replied = 200}, RESPONSE_BY_ASSIGNMENT, RESPONSE_NONE, -1},
        /* closed without response: the closing counts */
        {{.created = 100, .closed = 400}, ALL, RESPONSE_CLOSED, 400},
        {{.created = 100, .closed = 400}, 0, RESPONSE_CLOSED, 400},
        {{.created = 100, .assigned = 200, .closed = 400}, RESPONSE_BY_REPLY, RESPONSE_CLOSED, 400},
        {{.created = 100, .assigned = 200, .closed = 400}, ALL, RESPONSE_ASSIGNED, 200},
        /* a reply after the closing: the closing came first */
        {{.created = 100, .replied = 500, .closed = 400}, ALL, RESPONSE_CLOSED, 400},
        /* two events in the same second */
        {{.created = 100, .assigned = 200, .replied = 200}, ALL, RESPONSE_ASSIGNED, 200},
        {{.created = 100, .worked = 200, .closed = 200}, ALL, RESPONSE_WORKED, 200},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        instant when = -1;

        assert_int_equal(response_first(&rows[i].facts, rows[i].counted, &when), rows[i].event);
        assert_int_equal(when, rows[i].when); /* untouched without a response */
    }
}

/* Odoo's rules assigned up to 9 s after the creation of a batch of 500; no person is that fast. */
static void assignment_within_ten_seconds_of_the_creation_is_not_a_response(void **state)
{
    instant created = 1741600000;

    (void)state;
    for (int seconds = 0; seconds <= 10; seconds++)
        assert_true(response_assigned_at_creation(created, created + seconds));
    assert_true(response_assigned_at_creation(created, created - 1)); /* whatever the clocks say */
    for (int seconds = 11; seconds <= 60; seconds++)
        assert_false(response_assigned_at_creation(created, created + seconds));
    assert_false(response_assigned_at_creation(created, created + SECONDS_PER_DAY));
}

enum { CONTACT = 7, ACCOUNT = 5, AGENT = 3, OURS = 1 };

static void reply_is_a_later_message_that_is_not_of_the_customers_side(void **state)
{
    static const struct response_ticket ours = {100, CONTACT, ACCOUNT}, alone = {100, CONTACT, 0},
                                        nobodys = {100, 0, 0};
    static const struct {
        struct response_message message;
        const struct response_ticket *ticket;
        bool is_reply;
    } rows[] = {
        {{101, AGENT, OURS, false, false}, &ours, true},
        {{101, AGENT, 0, false, false}, &ours, true}, /* an internal user of unknown account */
        {{101, AGENT, OURS, false, false}, &alone, true},
        {{101, AGENT, OURS, false, false}, &nobodys, true},
        {{101, AGENT, 0, false, false}, &nobodys, true},
        /* before or at the creation */
        {{100, AGENT, OURS, false, false}, &ours, false},
        {{99, AGENT, OURS, false, false}, &ours, false},
        /* the mail that opened the ticket, whatever date its header has */
        {{101, AGENT, OURS, true, false}, &ours, false},
        {{101, AGENT, OURS, false, true}, &ours, false}, /* Odoo's robot */
        /* the customer's side, even an internal user */
        {{101, CONTACT, OURS, false, false}, &ours, false},
        {{101, CONTACT, 0, false, false}, &alone, false},
        {{101, AGENT, ACCOUNT, false, false}, &ours, false},
        {{101, ACCOUNT, ACCOUNT, false, false}, &ours, false},
        {{101, 0, 0, false, false}, &nobodys, true}, /* two unknown ones are not the same */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(response_is_reply(&rows[i].message, rows[i].ticket), rows[i].is_reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(response_is_the_earliest_of_assignment_reply_work_and_closing),
        cmocka_unit_test(assignment_within_ten_seconds_of_the_creation_is_not_a_response),
        cmocka_unit_test(reply_is_a_later_message_that_is_not_of_the_customers_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
