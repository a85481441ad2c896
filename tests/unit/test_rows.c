/* test_rows.c - the rows of a page: what they take of the events of an answer, and what they
 * refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "odoo/rows.h"
#include "odoo/xml_answer.h"

#define OPEN "<?xml version='1.0'?>\n<methodResponse><params><param><value><array><data>"
#define CLOSE "</data></array></value></param></params></methodResponse>"
#define MEMBER(name, value) "<member><name>" name "</name><value>" value "</value></member>"
#define RECORD(id, members)                                                                        \
    "<value><struct>" MEMBER("id", "<int>" id "</int>") members "</struct></value>"

struct page {
    json_t *names;
    struct rows *rows;
    struct error error;
};

static int open_page(void **state)
{
    struct page *page = calloc(1, sizeof *page);

    page->names = json_pack("[s, s, s]", "name", "partner_id", "tag_ids");
    assert_int_equal(rows_open("a.b", page->names, &page->rows, &page->error), 0);
    *state = page;
    return 0;
}

static int close_page(void **state)
{
    struct page *page = *state;

    rows_free(page->rows);
    json_decref(page->names);
    free(page);
    return 0;
}

static int take(struct page *page, const int64_t *ids, size_t count, const char *text)
{
    struct sink sink = rows_sink(page->rows);
    struct xml_answer *answer = NULL;
    int rc;

    page->error = (struct error){0};
    assert_int_equal(rows_expect(page->rows, ids, count, &page->error), 0);
    assert_int_equal(xml_answer_open(&sink, 100000, &answer, &page->error), 0);
    xml_answer_feed(answer, text, strlen(text));
    rc = xml_answer_end(answer, &page->error);
    xml_answer_free(answer);
    return rc;
}

static void test_each_kind_of_value_has_its_cell(void **state)
{
    static const int64_t ids[] = {3, 2, 1};
    struct page *page = *state;
    struct odoo_records records;
    const struct odoo_cell *cell;

    assert_int_equal(
        take(page, ids, 3,
             OPEN RECORD("2", MEMBER("name", "é") MEMBER("partner_id", "<int>7</int>")
                                  MEMBER("tag_ids", "<array><data><value><int>5</int></value>"
                                                    "<value><int>4</int></value></data></array>"))
                 RECORD("3", MEMBER("name", "<boolean>0</boolean>") MEMBER(
                                 "partner_id", "<array><data><value><int>8</int></value><value>"
                                               "Name</value></data></array>")
                                 MEMBER("tag_ids", "<double>0.5</double>"))
                     RECORD("1", MEMBER("other", "<array><data><value>x</value></data></array>")
                                     MEMBER("name", "<struct></struct>")
                                         MEMBER("partner_id", "<nil/>")) CLOSE),
        0);
    records = rows_records(page->rows);
    assert_int_equal(records.count, 3);
    assert_int_equal(records.items[0].id, 2);
    assert_string_equal(odoo_cell_text(odoo_records_cell(&records, &records.items[0], "name")),
                        "é");
    assert_int_equal(odoo_cell_id(odoo_records_cell(&records, &records.items[0], "partner_id")), 7);
    cell = odoo_records_cell(&records, &records.items[0], "tag_ids");
    assert_int_equal(cell->kind, CELL_IDS);
    assert_int_equal(cell->count, 2);
    assert_int_equal(cell->ids[1], 4);
    cell = odoo_records_cell(&records, &records.items[1], "name");
    assert_true(cell->kind == CELL_BOOLEAN && !cell->truth && !odoo_cell_text(cell));
    assert_int_equal(odoo_cell_id(odoo_records_cell(&records, &records.items[1], "partner_id")), 8);
    assert_true(odoo_cell_number(odoo_records_cell(&records, &records.items[1], "tag_ids")) == 0.5);
    assert_int_equal(odoo_records_cell(&records, &records.items[2], "name")->kind, CELL_OTHER);
    assert_int_equal(odoo_records_cell(&records, &records.items[2], "partner_id")->kind, CELL_NULL);
    assert_int_equal(odoo_records_cell(&records, &records.items[2], "tag_ids")->kind, CELL_ABSENT);
    assert_int_equal(odoo_records_cell(&records, &records.items[2], "nope")->kind, CELL_ABSENT);
}

static void test_a_record_that_was_not_asked_for_ends_the_answer(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {OPEN RECORD("3", "") CLOSE, "record 1 of the answer has no id, or one that was not asked"},
        {OPEN RECORD("1", "") RECORD("1", "") CLOSE, "record 2 of the answer"},
        {OPEN "<value><struct></struct></value>" CLOSE, "record 1 of the answer"},
        {OPEN RECORD("-1", "") CLOSE, "record 1 of the answer"},
        {OPEN "<value><int>1</int></value>" CLOSE, "not a list of records"},
        {OPEN "<value><array><data></data></array></value>" CLOSE, "not a list of records"},
        {"<methodResponse><params><param><value><boolean>0</boolean></value></param></params>"
         "</methodResponse>",
         "not a list of records"},
    };
    static const int64_t ids[] = {2, 1};
    struct page *page = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rows_clear(page->rows);
        assert_int_equal(take(page, ids, 2, cases[i].text), ERR_PROTOCOL);
        if (!strstr(page->error.message, cases[i].words))
            fail_msg("%s", page->error.message);
    }
}

static void test_without_ids_records_rise_and_have_every_field(void **state)
{
#define WHOLE                                                                                      \
    MEMBER("name", "a")                                                                            \
    MEMBER("partner_id", "<boolean>0</boolean>") MEMBER("tag_ids", "<array><data></data></array>")
    struct page *page = *state;

    assert_int_equal(take(page, NULL, 0, OPEN RECORD("4", WHOLE) RECORD("9", WHOLE) CLOSE), 0);
    rows_clear(page->rows);
    assert_int_equal(take(page, NULL, 0, OPEN RECORD("9", WHOLE) RECORD("4", WHOLE) CLOSE),
                     ERR_PROTOCOL);
    rows_clear(page->rows);
    assert_int_equal(take(page, NULL, 0, OPEN RECORD("9", MEMBER("name", "a")) CLOSE),
                     ERR_PROTOCOL);
    assert_non_null(strstr(page->error.message, "record 9 has no field 'partner_id'"));
}

/* What came before a break is kept, the record that breaks is known, and another answer completes
 * the page. */
static void test_a_broken_answer_names_its_record(void **state)
{
    static const int64_t ids[] = {1, 2, 3}, second = 2, third = 3;
    struct page *page = *state;
    struct odoo_records records;

    assert_int_equal(take(page, ids, 3,
                          OPEN RECORD("1", MEMBER("name", "a"))
                              RECORD("2", MEMBER("name", "\xEF\xBF\xBE"))
                                  RECORD("3", MEMBER("name", "c")) CLOSE),
                     ERR_UNPARSABLE);
    assert_int_equal(rows_broken(page->rows), 2);
    assert_int_equal(rows_given(page->rows), 1);
    assert_true(rows_have(page->rows, 1));
    assert_false(rows_have(page->rows, 2));
    assert_int_equal(take(page, &second, 1, OPEN RECORD("2", "") CLOSE), 0);
    assert_int_equal(rows_damaged(page->rows, "a reason", &page->error), 0);
    assert_int_equal(take(page, &third, 1, OPEN RECORD("3", MEMBER("name", "c")) CLOSE), 0);
    records = rows_records(page->rows);
    assert_int_equal(records.count, 3);
    assert_null(records.items[0].damage);
    assert_string_equal(records.items[1].damage, "a reason");
    assert_null(records.items[2].damage);
    assert_string_equal(odoo_cell_text(odoo_records_cell(&records, &records.items[2], "name")),
                        "c");
}

static void test_another_attempt_forgets_the_last_one(void **state)
{
    static const int64_t ids[] = {1, 2};
    struct page *page = *state;

    assert_int_equal(take(page, ids, 2, OPEN RECORD("1", "") "<value>"), ERR_PROTOCOL);
    rows_again(page->rows);
    assert_int_equal(rows_given(page->rows), 0);
    assert_int_equal(take(page, ids, 2, OPEN RECORD("1", "") RECORD("2", "") CLOSE), 0);
    assert_int_equal(rows_given(page->rows), 2);
    rows_clear(page->rows);
    assert_int_equal(rows_records(page->rows).count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_page, close_page)
    const struct CMUnitTest tests[] = {
        TEST(test_each_kind_of_value_has_its_cell),
        TEST(test_a_record_that_was_not_asked_for_ends_the_answer),
        TEST(test_without_ids_records_rise_and_have_every_field),
        TEST(test_a_broken_answer_names_its_record),
        TEST(test_another_attempt_forgets_the_last_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
