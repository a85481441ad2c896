/* test_service_log.c - what the service logs about its cycles: equal lines once, accounts by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "agent/service_log.h"
#include "qualiodoo/util/log.h"

static char logged[4096];

static bool hear(const struct log_event *event, const char *line)
{
    size_t used = strlen(logged);

    snprintf(logged + used, sizeof logged - used, "%d %s\n", (int)event->level, line);
    return true;
}

static int begin(void **state)
{
    (void)state;
    *logged = '\0';
    log_set_level(LOG_LEVEL_INFO);
    log_set_sink(hear);
    service_log_open();
    return 0;
}

static void *work(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        log_warning("the pack SUP12 is unknown");
        log_warning("write %d was refused", i);
        log_event(&(struct log_event){.level = LOG_LEVEL_WARNING, .same_as = "no answer in 10 s"},
                  "waiting %d s: no answer in 10 s", i);
        log_event(&(struct log_event){.level = LOG_LEVEL_WARNING, .ticket = 4}, "a breach");
        log_info("a step");
    }
    return NULL;
}

static int count(const char *line)
{
    int found = 0;

    for (const char *at = logged; (at = strstr(at, line)); at += strlen(line))
        found++;
    return found;
}

static void test_equal_warnings_of_a_cycle_are_logged_once_and_events_each_time(void **state)
{
    pthread_t worker;

    (void)state;
    assert_int_equal(pthread_create(&worker, NULL, work, NULL), 0);
    pthread_join(worker, NULL);
    assert_int_equal(count("4 the pack SUP12 is unknown\n"), 1);
    assert_int_equal(count("was refused\n"), 3); /* each line is about another write */
    assert_int_equal(count("waiting "), 1);
    assert_int_equal(count("a breach\n"), 3);
    assert_int_equal(count("6 a step\n"), 3);
}

static void test_what_a_person_waits_for_is_logged_each_time(void **state)
{
    (void)state;
    log_error("the configuration stays as it was");
    log_error("the configuration stays as it was");
    assert_int_equal(count("3 the configuration stays as it was\n"), 2);
}

static void test_an_outcome_names_the_accounts_also_when_the_cycle_failed(void **state)
{
    struct cycle_report report = {.compute.accounts_changed = json_pack("[i, i]", 12, 14),
                                  .whole = true};
    struct error error = {.code = ERR_REFUSED, .message = "Odoo refused 1 of the writes"};
    struct outage outage = {0};
    char accounts[SERVICE_LOG_ACCOUNTS_SIZE];

    (void)state;
    service_log_accounts(NULL, report.compute.accounts_changed, accounts);
    assert_string_equal(accounts, "customer 12, customer 14");
    service_log_outcome(&outage, &error, &report, accounts);
    service_log_outcome(&outage, &error, &report, accounts);
    assert_int_equal(count("3 Odoo refused 1 of the writes\n"), 1);
    assert_int_equal(count("6 2 accounts changed: customer 12, customer 14, 0 new breaches, "), 2);
    report.skipped = true;
    error.code = 0;
    service_log_outcome(&outage, &error, &report, accounts);
    assert_int_equal(count("recovered"), 0); /* a skipped cycle does not prove a recovery */
    report.skipped = false;
    service_log_outcome(&outage, &error, &report, accounts);
    assert_int_equal(count("6 recovered after 0 s, in which 2 cycles failed\n"), 1);
    json_decref(report.compute.accounts_changed);
}

static void test_many_accounts_are_counted(void **state)
{
    json_t *accounts = json_array();
    char text[SERVICE_LOG_ACCOUNTS_SIZE];

    (void)state;
    service_log_accounts(NULL, accounts, text);
    assert_string_equal(text, "");
    for (int i = 1; i <= 10; i++)
        json_array_append_new(accounts, json_integer(i));
    service_log_accounts(NULL, accounts, text);
    assert_non_null(strstr(text, ", customer 9, customer 10"));
    json_array_append_new(accounts, json_integer(11));
    service_log_accounts(NULL, accounts, text);
    assert_non_null(strstr(text, ", customer 9 and 2 more"));
    json_decref(accounts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_equal_warnings_of_a_cycle_are_logged_once_and_events_each_time,
                               begin),
        cmocka_unit_test_setup(test_what_a_person_waits_for_is_logged_each_time, begin),
        cmocka_unit_test_setup(test_an_outcome_names_the_accounts_also_when_the_cycle_failed,
                               begin),
        cmocka_unit_test_setup(test_many_accounts_are_counted, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
