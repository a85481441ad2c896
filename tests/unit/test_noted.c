/* test_noted.c - the counts of mirrored rows, and the records that rows name, over transactions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/transactions.h"

static const struct mirror_table tickets = {"ticket",
                                            {{"write_date"}, {"partner_id"}},
                                            {{OWNER_TICKET, NULL}}},
                                 partners = {"partner",
                                             {{"write_date"}, {"commercial_id"}},
                                             {{OWNER_PARTNER, NULL}}};

static struct store *store;
static struct error error;
static char path[] = "/tmp/qualiodoo-noted-XXXXXX";

static int open_store(void **state)
{
    (void)state;
    strcpy(path + sizeof path - sizeof "XXXXXX", "XXXXXX");
    if (!mkdtemp(path) || chdir(path) < 0)
        return -1;
    return store_open("state.db", STORE_WRITE, &store, &error);
}

static int close_store(void **state)
{
    (void)state;
    store_close(store);
    unlink("state.db");
    return chdir("/") < 0 ? -1 : rmdir(path);
}

/* Stores a row whose second column names a record (0: none). */
static void put(const struct mirror_table *table, int64_t id, int64_t names, bool log)
{
    const struct mirror_value values[] = {
        {.kind = VALUE_TEXT, .text = "2026-03-20 10:00:00"},
        {.kind = names ? VALUE_INTEGER : VALUE_NULL, .integer = names}};
    enum mirror_change change;

    assert_int_equal(
        mirror_put(store, &(struct mirror_row){table, id, values, log}, &change, &error), 0);
}

static int64_t count(const struct mirror_table *table)
{
    int64_t rows = -1;

    assert_int_equal(mirror_count(store, table, &rows, &error), 0);
    return rows;
}

/* The missing partners, as a number: their ids, in base 100. */
static int64_t missing(void)
{
    struct ids ids = {0};
    int64_t all = 0;

    assert_int_equal(mirror_missing(store, SET_PARTNERS_NEEDED, &ids, &error), 0);
    for (size_t i = 0; i < ids.count; i++)
        all = all * 100 + ids.items[i];
    free(ids.items);
    return all;
}

static void begin(void)
{
    assert_int_equal(store_begin(store, &error), 0);
}

static void commit(void)
{
    assert_int_equal(store_commit(store, &error), 0);
}

static void test_rows_are_counted_as_they_come_and_go(void **state)
{
    (void)state;
    assert_int_equal(count(&tickets), 0);
    put(&tickets, 1, 0, true); /* outside of a transaction */
    begin();
    put(&tickets, 2, 0, true);
    put(&tickets, 2, 0, true);
    put(&partners, 7, 7, false);
    assert_int_equal(count(&tickets), 2);
    assert_int_equal(mirror_delete(store, &tickets, 1, &error), 0);
    assert_int_equal(mirror_delete(store, &tickets, 1, &error), 0);
    commit();
    assert_int_equal(count(&tickets), 1);
    assert_int_equal(count(&partners), 1);
    assert_int_equal(mirror_forget(store, &tickets, &error), 0);
    assert_int_equal(count(&tickets), 0);
}

static void test_a_rollback_loses_the_counts_of_its_own_rows_alone(void **state)
{
    (void)state;
    begin();
    put(&tickets, 1, 0, true);
    begin();
    put(&tickets, 2, 0, true);
    store_rollback(store);
    begin();
    put(&tickets, 3, 0, true);
    commit();
    put(&tickets, 4, 0, true);
    commit();
    assert_int_equal(count(&tickets), 3);
    begin();
    put(&tickets, 5, 0, true);
    store_rollback(store);
    assert_int_equal(count(&tickets), 3);
}

static void test_a_named_record_is_missing_until_it_is_stored_or_no_row_names_it(void **state)
{
    (void)state;
    begin();
    put(&tickets, 1, 11, true);
    put(&tickets, 2, 12, true);
    put(&partners, 12, 14, true);
    assert_int_equal(missing(), 1114);
    put(&partners, 11, 11, true);
    assert_int_equal(missing(), 14);
    put(&partners, 12, 12, true); /* it named 14 */
    assert_int_equal(missing(), 0);
    assert_int_equal(mirror_delete(store, &partners, 11, &error), 0); /* ticket 1 names it */
    assert_int_equal(missing(), 11);
    assert_int_equal(mirror_delete(store, &tickets, 1, &error), 0);
    assert_int_equal(missing(), 0);
    commit();
}

static void test_a_first_pull_has_whole_tables_searched_until_the_search_is_ended(void **state)
{
    const struct ids rest = {.items = (int64_t[]){13}, .count = 1};

    (void)state;
    begin();
    put(&tickets, 1, 13, false);
    put(&tickets, 2, 15, false);
    commit();
    assert_int_equal(missing(), 1315);
    assert_int_equal(missing(), 1315);
    put(&partners, 15, 0, false);
    assert_int_equal(mirror_missing_rest(store, SET_PARTNERS_NEEDED, &rest, &error), 0);
    assert_int_equal(missing(), 13);
    put(&tickets, 3, 16, true);
    assert_int_equal(missing(), 1316);
    assert_int_equal(mirror_look_everywhere(store, &error), 0);
    assert_int_equal(missing(), 1316);
}

static void test_a_rolled_back_first_pull_asks_for_no_search(void **state)
{
    (void)state;
    begin();
    put(&tickets, 1, 13, false);
    store_rollback(store);
    begin();
    put(&tickets, 2, 0, true);
    commit();
    assert_int_equal(missing(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows_are_counted_as_they_come_and_go, open_store,
                                        close_store),
        cmocka_unit_test_setup_teardown(test_a_rollback_loses_the_counts_of_its_own_rows_alone,
                                        open_store, close_store),
        cmocka_unit_test_setup_teardown(
            test_a_named_record_is_missing_until_it_is_stored_or_no_row_names_it, open_store,
            close_store),
        cmocka_unit_test_setup_teardown(
            test_a_first_pull_has_whole_tables_searched_until_the_search_is_ended, open_store,
            close_store),
        cmocka_unit_test_setup_teardown(test_a_rolled_back_first_pull_asks_for_no_search,
                                        open_store, close_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
