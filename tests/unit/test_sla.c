/* test_sla.c - verdicts beyond tests/vectors/sla.txt: other policies, names, errors, laws. */
#include "calendar_fixture.h"

#include "qualiodoo/core/calendar_build.h"
#include "qualiodoo/core/sla.h"

#define DESK "zone=Europe/Paris mon-fri=09:00-12:00,14:00-18:00 "

static const struct sla_policy offer = {
    .urgency = {SLA_LOW, SLA_MEDIUM, SLA_MEDIUM, SLA_URGENT},
    .targets = {[SLA_LOW] = {.days = 2},
                [SLA_MEDIUM] = {.seconds = 7 * 3600},
                [SLA_URGENT] = {.seconds = 2 * 3600}},
    .responses = RESPONSE_BY_ASSIGNMENT | RESPONSE_BY_REPLY | RESPONSE_BY_WORK,
    .warn_at_percent = 75,
};

static struct sla_verdict judge(const struct sla_facts *facts, const struct sla_policy *policy,
                                const struct calendar *calendar, instant now)
{
    struct sla_verdict verdict;
    struct error error = {0};

    if (sla_judge(&(struct sla_question){facts, policy, calendar, now}, &verdict, &error) < 0)
        fail_msg("%s", error.message);
    return verdict;
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(sla_urgency_name(SLA_LOW), "low");
    assert_string_equal(sla_urgency_name(SLA_MEDIUM), "medium");
    assert_string_equal(sla_urgency_name(SLA_URGENT), "urgent");
    assert_string_equal(sla_state_name(SLA_PENDING), "pending");
    assert_string_equal(sla_state_name(SLA_WARNED), "warned");
    assert_string_equal(sla_state_name(SLA_MET), "met");
    assert_string_equal(sla_state_name(SLA_BREACHED), "breached");
}

static void test_urgency_is_the_policy_s(void **state)
{
    static const struct {
        int priority;
        enum sla_urgency urgency;
    } rows[] = {{0, SLA_URGENT}, {1, SLA_LOW},     {2, SLA_LOW},         {3, SLA_MEDIUM},
                {4, SLA_URGENT}, {-1, SLA_URGENT}, {1 << 30, SLA_URGENT}};
    struct sla_policy policy = offer;
    struct calendar *calendar = calendar_of(DESK);

    (void)state;
    policy.urgency[0] = SLA_URGENT;
    policy.urgency[1] = policy.urgency[2] = SLA_LOW;
    policy.urgency[3] = SLA_MEDIUM;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sla_facts facts = {.priority = rows[i].priority,
                                  .response = {.created = instant_of("2026-03-10T08:00Z")}};

        assert_int_equal(judge(&facts, &policy, calendar, facts.response.created).urgency,
                         rows[i].urgency);
    }
    calendar_free(calendar);
}

/* At warn_at the share is used; a second earlier it is not. */
static void test_warn_at_is_the_first_second_at_which_that_share_is_used(void **state)
{
    struct calendar *calendar = calendar_of(DESK);
    struct sla_facts facts = {.priority = 3,
                              .response = {.created = instant_of("2026-03-10T08:00Z")}};

    (void)state;
    for (int percent = 1; percent <= 99; percent++)
        for (int64_t seconds = 1; seconds <= 20000; seconds += 997) {
            struct sla_policy policy = offer;
            struct sla_verdict verdict;
            int64_t used;

            policy.targets[SLA_URGENT].seconds = seconds;
            policy.warn_at_percent = percent;
            verdict = judge(&facts, &policy, calendar, facts.response.created);
            used = calendar_between(calendar, verdict.started, verdict.warn_at);
            assert_true(used * 100 >= seconds * percent);
            assert_true((used - 1) * 100 < seconds * percent);
            assert_true(verdict.warn_at <= verdict.deadline);
        }
    calendar_free(calendar);
}

static void test_beyond_the_calendar_is_an_error(void **state)
{
    static const char *const created[] = {"2024-12-01T00:00Z", "2027-12-31T18:00Z",
                                          "2027-12-31T16:30Z", "2038-01-01T00:00Z"};
    struct calendar *calendar = calendar_of(DESK);

    (void)state;
    for (size_t i = 0; i < sizeof created / sizeof *created; i++) {
        struct sla_facts facts = {.priority = 3, .response = {.created = instant_of(created[i])}};
        struct sla_verdict verdict = {.used_seconds = 42};
        struct sla_question question = {&facts, &offer, calendar, instant_of("2026-03-10T08:00Z")};
        struct error error = {0};

        assert_int_equal(sla_judge(&question, &verdict, &error), ERR_CONFIG);
        assert_non_null(strstr(error.message, "working time"));
        assert_int_equal(verdict.used_seconds, 42); /* untouched */
    }
    calendar_free(calendar);
}

/* Judging again at each next_change gives each state once, in order, and a breach only after the
 * deadline. */
static void test_next_change_is_when_the_state_differs(void **state)
{
    static const enum sla_state order[] = {SLA_PENDING, SLA_WARNED, SLA_BREACHED};
    struct calendar *calendar = calendar_of(DESK "france=yes");

    (void)state;
    for (int priority = 0; priority <= 3; priority++)
        for (int n = 0; n < 500; n++) {
            struct sla_facts facts = {
                .priority = priority,
                .response = {.created = instant_of("2026-01-01T00:00Z") + n * 12345}};
            instant now = facts.response.created;

            for (int i = 0; i < 3; i++) {
                struct sla_verdict verdict = judge(&facts, &offer, calendar, now);

                assert_int_equal(verdict.state, order[i]);
                assert_int_equal(verdict.has_next_change, i < 2);
                if (i == 2) {
                    assert_int_equal(now, verdict.deadline + 1);
                    break;
                }
                assert_true(verdict.next_change > now);
                now = verdict.next_change;
                assert_int_equal(judge(&facts, &offer, calendar, now - 1).state, order[i]);
            }
        }
    calendar_free(calendar);
}

/* Facts dated after `now` do not change the verdict. */
static void test_facts_after_now_do_not_change_the_verdict(void **state)
{
    struct calendar *calendar = calendar_of(DESK);
    instant created = instant_of("2026-03-10T08:00Z");

    (void)state;
    for (instant now = created; now < created + 200000; now += 3571) {
        struct sla_facts bare = {.priority = 1, .response = {.created = created}}, later = bare;
        struct sla_verdict a, b;

        later.response.assigned = now + 1;
        later.response.replied = now + 2;
        later.response.closed = now + 3;
        a = judge(&bare, &offer, calendar, now);
        b = judge(&later, &offer, calendar, now);
        assert_int_equal(a.state, b.state);
        assert_int_equal(a.event, b.event);
        assert_int_equal(a.used_seconds, b.used_seconds);
        assert_int_equal(a.late_seconds, b.late_seconds);
        assert_int_equal(judge(&later, &offer, calendar, now + 1).event, RESPONSE_ASSIGNED);
    }
    calendar_free(calendar);
}

/* ---- Verdicts that a response settled ---- */

/* A ticket of low priority answered after four hours: due on Thursday at 10:00. */
static struct sla_settled settle(struct sla_facts *facts, const struct calendar *calendar)
{
    struct sla_settled settled = {.counted = offer.responses, .has_seconds = true};

    *facts = (struct sla_facts){.priority = 0,
                                .response = {.created = instant_of("2026-03-10T09:00Z"),
                                             .assigned = instant_of("2026-03-10T14:30Z")}};
    settled.verdict = judge(facts, &offer, calendar, instant_of("2026-03-10T15:00Z"));
    assert_int_equal(settled.verdict.state, SLA_MET);
    assert_int_equal(settled.verdict.deadline, instant_of("2026-03-12T09:00Z"));
    assert_int_equal(settled.verdict.target.days, 2);
    return settled;
}

static void check_same(const struct sla_verdict *a, const struct sla_verdict *b)
{
    assert_int_equal(a->urgency, b->urgency);
    assert_int_equal(a->target.days, b->target.days);
    assert_int_equal(a->target.seconds, b->target.seconds);
    assert_int_equal(a->started, b->started);
    assert_int_equal(a->warn_at, b->warn_at);
    assert_int_equal(a->deadline, b->deadline);
    assert_int_equal(a->event, b->event);
    assert_int_equal(a->responded, b->responded);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->used_seconds, b->used_seconds);
    assert_int_equal(a->late_seconds, b->late_seconds);
}

static void test_the_response_settles_the_verdict(void **state)
{
    struct calendar *calendar = calendar_of(DESK);
    struct calendar *other = calendar_of("zone=UTC mon-sun=00:00-24:00");
    struct sla_policy strict = offer;
    struct sla_facts facts;
    struct sla_settled settled = settle(&facts, calendar);
    instant now = instant_of("2026-03-11T09:00Z");
    struct sla_verdict verdict;

    (void)state;
    for (int i = 0; i < SLA_URGENCIES; i++)
        strict.targets[i] = (struct sla_target){.seconds = 60};
    strict.responses = RESPONSE_BY_REPLY; /* the assignment counted then */
    strict.warn_at_percent = 1;
    facts.settled = &settled;
    facts.priority = 3;
    assert_true(sla_stands(&facts, now));
    verdict = judge(&facts, &strict, NULL, now); /* not even a calendar is needed */
    check_same(&verdict, &settled.verdict);
    verdict = judge(&facts, &strict, other, now);
    check_same(&verdict, &settled.verdict);
    facts.response.replied = facts.response.closed = now - 1; /* later events change nothing */
    verdict = judge(&facts, &strict, other, now);
    check_same(&verdict, &settled.verdict);
    calendar_free(calendar);
    calendar_free(other);
}

static void test_another_response_is_judged_with_the_deadline_that_was_kept(void **state)
{
    static const struct {
        struct response_facts response;
        unsigned counted;
        enum response_event event;
        enum sla_state state;
    } rows[] = {
        /* an earlier response is found */
        {{.assigned = 1773153000, .replied = 1773140000}, 7, RESPONSE_REPLIED, SLA_MET},
        {{.assigned = 1773140000}, 7, RESPONSE_ASSIGNED, SLA_MET},
        /* the response that counted is gone; a later one is in time, or late, or there is none */
        {{.replied = 1773200000}, 7, RESPONSE_REPLIED, SLA_MET},
        {{.replied = 1773400000}, 7, RESPONSE_REPLIED, SLA_BREACHED},
        {{.closed = 1773400000}, 7, RESPONSE_CLOSED, SLA_BREACHED},
        {{0}, 7, RESPONSE_NONE, SLA_BREACHED},
        /* an event that did not count then does not count now */
        {{.replied = 1773400000, .worked = 1773140000}, 3, RESPONSE_REPLIED, SLA_BREACHED},
    };
    struct calendar *calendar = calendar_of(DESK);
    instant now = instant_of("2026-03-20T09:00Z");
    struct sla_policy strict = offer;

    (void)state;
    strict.targets[SLA_URGENT].seconds = 60;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sla_facts facts;
        struct sla_settled settled = settle(&facts, calendar);
        instant created = facts.response.created;
        struct sla_verdict verdict;

        settled.counted = rows[i].counted;
        facts.response = rows[i].response;
        facts.response.created = created;
        facts.settled = &settled;
        facts.priority = 3;
        assert_false(sla_stands(&facts, now));
        verdict = judge(&facts, &strict, calendar, now);
        assert_int_equal(verdict.urgency, SLA_LOW);
        assert_int_equal(verdict.deadline, settled.verdict.deadline);
        assert_int_equal(verdict.event, rows[i].event);
        assert_int_equal(verdict.state, rows[i].state);
    }
    calendar_free(calendar);
}

/* As of a time before the response, the ticket is pending with the stored deadline. */
static void test_before_the_response_a_ticket_is_pending_with_the_stored_deadline(void **state)
{
    struct calendar *calendar = calendar_of(DESK);
    struct sla_facts facts;
    struct sla_settled settled = settle(&facts, calendar);
    instant before = settled.verdict.responded - 1;
    struct sla_verdict verdict;

    (void)state;
    facts.settled = &settled;
    facts.priority = 3;
    assert_false(sla_stands(&facts, before));
    verdict = judge(&facts, &offer, calendar, before);
    assert_int_equal(verdict.event, RESPONSE_NONE);
    assert_int_equal(verdict.state, SLA_PENDING);
    assert_int_equal(verdict.deadline, settled.verdict.deadline);
    calendar_free(calendar);
}

/* A message that counted and still exists keeps the verdict, although it would not count today. */
static void test_a_settled_response_whose_record_exists_keeps_its_verdict(void **state)
{
    struct calendar *calendar = calendar_of(DESK);
    struct sla_facts facts;
    struct sla_settled settled = settle(&facts, calendar);
    instant now = instant_of("2026-03-20T09:00Z");
    struct sla_verdict verdict;

    (void)state;
    facts.settled = &settled;
    facts.response.assigned = 0;
    assert_false(sla_stands(&facts, now));
    settled.still_there = true;
    assert_true(sla_stands(&facts, now));
    /* A verdict settled by version 0.1.0 has no seconds: they are computed, the rest stays. */
    settled.has_seconds = false;
    settled.verdict.used_seconds = 0;
    facts.priority = 3;
    assert_false(sla_stands(&facts, now));
    verdict = judge(&facts, &offer, calendar, now);
    assert_int_equal(verdict.event, RESPONSE_ASSIGNED);
    assert_int_equal(verdict.deadline, settled.verdict.deadline);
    assert_int_equal(verdict.used_seconds, 7200 + 5400);
    calendar_free(calendar);
}

/* The ticket of Tuesday 10 March 9:00 in Paris is owed an answer by 11:00. */
static void test_a_late_assignment_or_closing_of_unknown_history_is_no_breach(void **state)
{
    const instant created = instant_of("2026-03-10T08:00Z"), due = created + 7200;
    const instant late = due + 3600, now = late + 60;
    const struct {
        struct response_facts facts; /* created is filled in */
        enum sla_state expected;
        bool unsure, without_assigned;
    } rows[] = {
        {{.assigned = late}, SLA_BREACHED},
        {{.assigned = late, .history_unknown = true}, SLA_MET, true},
        {{.closed = late, .history_unknown = true}, SLA_MET, true},
        {{.assigned = due, .history_unknown = true}, SLA_MET},
        {{.replied = late, .history_unknown = true}, SLA_BREACHED},
        {{.replied = late, .closed = late + 1, .history_unknown = true}, SLA_BREACHED},
        {{.replied = late, .assigned = late + 1, .history_unknown = true}, SLA_MET, true},
        {{.replied = late, .assigned = late + 1, .history_unknown = true},
         SLA_BREACHED,
         false,
         true},
        {{.history_unknown = true}, SLA_BREACHED},
        /* last seen unanswered after the deadline, at it, before it, after the response */
        {{.assigned = late, .history_unknown = true, .unanswered = due + 1}, SLA_BREACHED},
        {{.assigned = late, .history_unknown = true, .unanswered = due}, SLA_BREACHED},
        {{.assigned = late, .history_unknown = true, .unanswered = due - 1}, SLA_MET, true},
        {{.assigned = late, .history_unknown = true, .unanswered = late}, SLA_BREACHED},
        {{.assigned = late, .history_unknown = true, .unanswered = late + 1}, SLA_MET, true},
    };
    struct calendar *calendar = calendar_of(DESK);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sla_facts facts = {.priority = 3, .response = rows[i].facts};
        struct sla_policy policy = offer;
        struct sla_verdict verdict;

        facts.response.created = created;
        if (rows[i].without_assigned)
            policy.responses &= ~(unsigned)RESPONSE_BY_ASSIGNMENT;
        verdict = judge(&facts, &policy, calendar, now);
        if (verdict.state != rows[i].expected || verdict.unsure != rows[i].unsure ||
            (verdict.late_seconds > 0) != (rows[i].expected == SLA_BREACHED))
            fail_msg("row %zu: %s%s, %lld s late", i, sla_state_name(verdict.state),
                     verdict.unsure ? ", unsure" : "", (long long)verdict.late_seconds);
    }
    calendar_free(calendar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_urgency_is_the_policy_s),
        cmocka_unit_test(test_warn_at_is_the_first_second_at_which_that_share_is_used),
        cmocka_unit_test(test_beyond_the_calendar_is_an_error),
        cmocka_unit_test(test_next_change_is_when_the_state_differs),
        cmocka_unit_test(test_facts_after_now_do_not_change_the_verdict),
        cmocka_unit_test(test_the_response_settles_the_verdict),
        cmocka_unit_test(test_another_response_is_judged_with_the_deadline_that_was_kept),
        cmocka_unit_test(test_before_the_response_a_ticket_is_pending_with_the_stored_deadline),
        cmocka_unit_test(test_a_settled_response_whose_record_exists_keeps_its_verdict),
        cmocka_unit_test(test_a_late_assignment_or_closing_of_unknown_history_is_no_breach),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
