/* test_metrics.c - the metrics of the service: values, escaping, and the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/metrics.h"

static void has(const char *text, const char *line)
{
    if (!strstr(text, line))
        fail_msg("no '%s' in:\n%s", line, text);
}

static void test_names_of_databases_are_escaped(void **state)
{
    struct metrics metrics = {0};
    char *text = metrics_text(&metrics, "a\"b\\c\nd");

    (void)state;
    assert_non_null(text);
    has(text, "\nqualiodoo_odoo_calls_total{database=\"a\\\"b\\\\c\\nd\"} 0\n");
    free(text);
}

static void test_a_state_that_was_not_read_has_no_samples(void **state)
{
    struct metrics metrics = {0};
    char *text = metrics_text(&metrics, "d");

    (void)state;
    assert_null(strstr(text, "\nqualiodoo_breached_tickets{"));
    assert_null(strstr(text, "\nqualiodoo_next_deadline_timestamp_seconds{"));
    assert_null(strstr(text, "\nqualiodoo_last_reconcile_timestamp_seconds{"));
    has(text, "\n# TYPE qualiodoo_breached_tickets gauge\n");
    free(text);
}

static void test_without_a_reconciliation_its_timestamp_is_0(void **state)
{
    struct metrics metrics = {.has_health = true};
    char *text = metrics_text(&metrics, "d");

    (void)state;
    has(text, "\nqualiodoo_last_reconcile_timestamp_seconds{database=\"d\"} 0\n");
    free(text);
    metrics.health.reconciled_at = 1774000800;
    text = metrics_text(&metrics, "d");
    has(text, "\nqualiodoo_last_reconcile_timestamp_seconds{database=\"d\"} 1774000800\n");
    free(text);
}

static void test_cycles_are_counted(void **state)
{
    struct metrics metrics = {0};
    struct cycle_report report = {
        .duration_ms = 1999, .odoo = {.calls = 7, .retries = 2}, .compute.events = json_array()};
    char *text;

    (void)state;
    compute_report_event(&report.compute, "credited", 0, 12, 720);
    compute_report_event(&report.compute, "credited", 0, 13, 60);
    compute_report_event(&report.compute, "consumed", 0, 12, 35);
    compute_report_event(&report.compute, "expired", 0, 12, 5);
    compute_report_event(&report.compute, "breach", 42, 0, 0);
    compute_report_event(&report.compute, "cleared", 42, 0, 0);
    compute_report_event(&report.compute, "breach", 43, 0, 0);
    compute_report_undo_events(&report.compute, 6);
    metrics_add(&metrics, 0, &report);
    compute_report_undo_events(&report.compute, 0);
    metrics_add(&metrics, ERR_NETWORK, &report);
    metrics_add(&metrics, ERR_BUSY, &report);
    report.skipped = true;
    metrics_add(&metrics, 0, &report);
    text = metrics_text(&metrics, "d");
    has(text, "\nqualiodoo_minutes_total{database=\"d\",kind=\"credited\"} 780\n");
    has(text, "\nqualiodoo_minutes_total{database=\"d\",kind=\"consumed\"} 35\n");
    has(text, "\nqualiodoo_minutes_total{database=\"d\",kind=\"expired\"} 5\n");
    has(text, "\nqualiodoo_breaches_total{database=\"d\",change=\"new\"} 1\n");
    has(text, "\nqualiodoo_breaches_total{database=\"d\",change=\"cleared\"} 1\n");
    has(text, "\nqualiodoo_cycles_total{database=\"d\",outcome=\"done\"} 1\n");
    has(text, "\nqualiodoo_cycles_total{database=\"d\",outcome=\"quiet\"} 1\n");
    has(text, "\nqualiodoo_cycles_total{database=\"d\",outcome=\"failed\"} 1\n");
    has(text, "\nqualiodoo_cycles_total{database=\"d\",outcome=\"busy\"} 1\n");
    has(text, "\nqualiodoo_cycle_seconds_total{database=\"d\",outcome=\"done\"} 1.999\n");
    has(text, "\nqualiodoo_errors_total{database=\"d\",kind=\"network\"} 1\n");
    has(text, "\nqualiodoo_odoo_calls_total{database=\"d\"} 28\n");
    has(text, "\nqualiodoo_odoo_retries_total{database=\"d\"} 8\n");
    assert_null(strstr(text, "kind=\"busy\""));
    free(text);
    json_decref(report.compute.events);
}

static void test_every_error_has_a_name(void **state)
{
    (void)state;
    for (int code = 1; code <= ERR_COUNT; code++) {
        assert_non_null(error_name(-code));
        for (int other = 0; other < code; other++)
            assert_string_not_equal(error_name(-code), error_name(-other));
    }
    assert_string_equal(error_name(ERR_CALENDAR), "calendar");
    assert_string_equal(error_name(-ERR_COUNT - 1), "unknown");
}

static void test_the_file_is_replaced(void **state)
{
    char folder[] = "/tmp/qualiodoo-metrics-XXXXXX", path[64], line[8] = "";
    struct error error = {0};
    struct stat status;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.prom", folder);
    umask(077);
    assert_int_equal(metrics_write(path, "first\n", &error), 0);
    assert_int_equal(metrics_write(path, "b\n", &error), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(line, 1, sizeof line, file), 2);
    fclose(file);
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* no temporary file is left */
    assert_int_equal(metrics_write(path, "c\n", &error), ERR_STATE);
    assert_non_null(strstr(error.message, path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_databases_are_escaped),
        cmocka_unit_test(test_a_state_that_was_not_read_has_no_samples),
        cmocka_unit_test(test_without_a_reconciliation_its_timestamp_is_0),
        cmocka_unit_test(test_cycles_are_counted),
        cmocka_unit_test(test_every_error_has_a_name),
        cmocka_unit_test(test_the_file_is_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
