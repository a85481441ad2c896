/* test_odoo_listing.c - all ids of a model, against a server that hides some and one that never
 * ends. A page is 100 ids here. */

#include "odoo_fixture.h"
#include "qualiodoo/odoo/listing.h"

enum { PAGE = 100 };

/* A model with the ids from 1 to `last`. Those from `hidden_from` to `hidden_to` are removed from a
 * page after it was selected, as Odoo does with messages: pages can be short. */
struct desk {
    struct fixture fixture;
    int64_t last, hidden_from, hidden_to;
    int64_t counted; /* the count that the server returns; -1: the true one */
    int searches, counts;
    int64_t widest; /* the most ids in one answer so far */
    bool ignores_limit;
};

static int64_t number_after(const char *request, const char *mark, int64_t otherwise)
{
    const char *found = strstr(request, mark);

    return found ? strtoll(found + strlen(mark), NULL, 10) : otherwise;
}

static bool hidden(const struct desk *desk, int64_t id)
{
    return id >= desk->hidden_from && id <= desk->hidden_to;
}

static void send_count(struct desk *desk, int fd, int64_t after)
{
    char body[200];
    int64_t count = desk->counted;

    if (count < 0) {
        count = 0;
        for (int64_t id = after + 1; id <= desk->last; id++)
            count += !hidden(desk, id);
    }
    desk->counts++;
    snprintf(body, sizeof body, OPEN "<i8>%lld</i8>" CLOSE, (long long)count);
    send_ok(fd, body);
}

static bool serve_desk(struct server *server, int fd, const char *request, int number)
{
    struct desk *desk = server->context;
    int64_t after = number_after(request, "<value><string>&gt;</string></value>\r\n<value><i4>", 0);
    int64_t offset = number_after(request, "<name>offset</name>\r\n<value><i4>", 0);
    int64_t limit = number_after(request, "<name>limit</name>\r\n<value><i4>", 0), sent = 0;
    char *body, *to;

    (void)number;
    if (is_authenticate(request)) {
        send_ok(fd, answer_uid);
        return false;
    }
    if (strstr(request, "<string>search_count<")) {
        send_count(desk, fd, after);
        return false;
    }
    desk->searches++;
    if (limit == 0 || desk->ignores_limit)
        limit = 100000;
    body = malloc(4 << 20);
    to = stpcpy(body, OPEN "<array><data>");
    for (int64_t id = after + offset + 1; id <= desk->last && limit > 0; id++, limit--)
        if (!hidden(desk, id)) {
            to += sprintf(to, "<value><int>%lld</int></value>\n", (long long)id);
            sent++;
        }
    stpcpy(to, "</data></array>" CLOSE);
    desk->widest = sent > desk->widest ? sent : desk->widest;
    send_ok(fd, body);
    free(body);
    return false;
}

static void open_desk(struct desk *desk)
{
    struct odoo_options options;

    server_start(&desk->fixture.server, serve_desk, desk);
    options = default_options(&desk->fixture);
    open_with(&desk->fixture, &options);
    desk->fixture.odoo->id_page = PAGE;
}

static int list(struct desk *desk, const char *model, struct ids *ids)
{
    return odoo_search_all(desk->fixture.odoo, model, NULL, ids, &desk->fixture.error);
}

/* Lists the ids and compares them with those that are not hidden. */
static void expect_all(struct desk *desk, const char *model)
{
    struct ids ids = {0};
    size_t i = 0;

    open_desk(desk);
    if (list(desk, model, &ids))
        fail_msg("%s", desk->fixture.error.message);
    for (int64_t id = 1; id <= desk->last; id++)
        if (!hidden(desk, id)) {
            assert_true(i < ids.count);
            assert_int_equal(ids.items[i++], id);
        }
    assert_int_equal(i, ids.count);
    free(ids.items);
    stop(&desk->fixture);
}

static void expect_refused(struct desk *desk, const char *model, const char *words)
{
    struct ids ids = {0};

    open_desk(desk);
    expect(&desk->fixture, ERR_PROTOCOL, list(desk, model, &ids), RETRY_NEVER, words);
    assert_null(ids.items);
    stop(&desk->fixture);
}

static void test_records_come_page_by_page(void **state)
{
    struct desk desk = {.last = 450, .counted = -1}, many = {.last = 1730, .counted = -1};

    (void)state;
    expect_all(&desk, "a.b");
    assert_int_equal(desk.searches, 5);
    assert_int_equal(desk.counts, 0);
    expect_all(&many, "a.b");
    assert_int_equal(many.searches, 18);
    assert_int_equal(many.counts, 1);
    assert_int_equal(many.widest, PAGE);
}

static void test_few_messages_come_at_once(void **state)
{
    struct desk none = {.counted = -1};
    struct desk few = {.last = 150, .hidden_from = 20, .hidden_to = 80, .counted = -1};

    (void)state;
    expect_all(&none, "mail.message");
    assert_int_equal(none.searches, 0);
    assert_int_equal(none.counts, 1);
    expect_all(&few, "mail.message");
    assert_int_equal(few.searches, 1);
    assert_int_equal(few.counts, 1);
}

/* Short pages, and three empty ones in a row, are not the end of the messages. */
static void test_messages_that_are_hidden_do_not_end_the_list(void **state)
{
    struct desk middle = {.last = 1730, .hidden_from = 250, .hidden_to = 670, .counted = -1};
    struct desk tail = {.last = 1730, .hidden_from = 1050, .hidden_to = 1730, .counted = -1};
    struct desk start = {.last = 730, .hidden_from = 1, .hidden_to = 300, .counted = -1};
    struct desk one = {.last = 730, .hidden_from = 400, .hidden_to = 400, .counted = -1};

    (void)state;
    expect_all(&middle, "mail.message");
    assert_true(middle.widest <= PAGE);
    expect_all(&tail, "mail.message");
    assert_int_equal(tail.searches, 11);
    expect_all(&start, "mail.message");
    expect_all(&one, "mail.message");
}

static void test_ids_without_end_are_refused(void **state)
{
    struct desk records = {.last = 1LL << 40, .counted = 2000};
    struct desk messages = {.last = 1LL << 40, .counted = 2000};

    (void)state;
    expect_refused(&records, "a.b", "does not end: 3300 ids so far, of 2000 records");
    assert_int_equal(records.searches, 33);
    expect_refused(&messages, "mail.message", "does not end: 3300 ids so far, of 2000 records");
}

static void test_ids_that_do_not_fit_are_refused(void **state)
{
    struct desk records = {.last = 1LL << 40, .counted = 1LL << 40};
    struct desk messages = {.last = 1LL << 40, .counted = 1LL << 40};

    (void)state;
    expect_refused(&records, "a.b", "MemoryMax=");
    assert_int_equal(records.searches, 5);
    expect_refused(&messages, "mail.message", "MemoryMax=");
    assert_int_equal(messages.searches, 0);
}

static void test_messages_that_are_counted_and_never_listed(void **state)
{
    struct desk desk = {
        .last = 1LL << 40, .hidden_from = 1, .hidden_to = 1LL << 40, .counted = 500};

    (void)state;
    expect_refused(&desk, "mail.message", "counts records after id 0 and lists none");
}

static void test_more_ids_than_were_asked_for(void **state)
{
    struct desk desk = {.last = 300, .ignores_limit = true, .counted = -1};

    (void)state;
    expect_refused(&desk, "a.b", "more than the 100 ids");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_come_page_by_page),
        cmocka_unit_test(test_few_messages_come_at_once),
        cmocka_unit_test(test_messages_that_are_hidden_do_not_end_the_list),
        cmocka_unit_test(test_ids_without_end_are_refused),
        cmocka_unit_test(test_ids_that_do_not_fit_are_refused),
        cmocka_unit_test(test_messages_that_are_counted_and_never_listed),
        cmocka_unit_test(test_more_ids_than_were_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
