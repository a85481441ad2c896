/* test_odoo_read.c - ids, fields and records, against a server whose faults the test chooses. */
#include "odoo_fixture.h"
#include "qualiodoo/odoo/fields.h"
#include "qualiodoo/odoo/listing.h"
#include "qualiodoo/odoo/read.h"
#include "qualiodoo/odoo/search.h"
#include "qualiodoo/odoo/session.h"

/* ---- searching ---- */

static int64_t number_after(const char *request, const char *mark)
{
    const char *found = strstr(request, mark);

    return found ? strtoll(found + strlen(mark), NULL, 10) : -1;
}

/* Answers the ids after the one in the request's domain, of 1 to 45,000, at most `limit`. */
static bool serve_search(struct server *server, int fd, const char *request, int number)
{
    int64_t after = number_after(request, "<value><string>&gt;</string></value>\r\n<value><i4>");
    int64_t limit = number_after(request, "<name>limit</name>\r\n<value><i4>");
    char *body, *to;

    (void)server, (void)number;
    if (is_authenticate(request)) {
        send_ok(fd, answer_uid);
        return false;
    }
    body = malloc(4 << 20);
    to = stpcpy(body, OPEN "<array><data>");
    for (int64_t id = after + 1; id <= 45000 && limit > 0; id++, limit--)
        to += sprintf(to, "<value><int>%lld</int></value>\n", (long long)id);
    stpcpy(to, "</data></array>" CLOSE);
    send_ok(fd, body);
    free(body);
    return false;
}

static void test_search(void **state)
{
    struct fixture fixture;
    json_t *domain = json_pack("[s, [s, s, b], [s, s, i]]", "|", "a", "=", 1, "b", "<", 3);
    struct odoo_search search = {.model = "a.b", .domain = domain, .after = 44990, .limit = 5};
    struct ids ids = {0};

    (void)state;
    start(&fixture, serve_search);
    assert_int_equal(odoo_search(fixture.odoo, &search, &ids, &fixture.error), 0);
    assert_int_equal(ids.count, 5);
    assert_int_equal(ids.items[4], 44995);
    assert_int_equal(json_array_size(domain), 3);
    free(ids.items);
    ids = (struct ids){0};
    search.after = 45000;
    assert_int_equal(odoo_search(fixture.odoo, &search, &ids, &fixture.error), 0);
    assert_null(ids.items);
    assert_int_equal(ids.count, 0);
    if (odoo_search_all(fixture.odoo, "a.b", NULL, &ids, &fixture.error))
        fail_msg("%s", fixture.error.message);
    assert_int_equal(ids.count, 45000);
    for (size_t i = 0; i < ids.count; i++)
        assert_int_equal(ids.items[i], i + 1);
    free(ids.items);
    json_decref(domain);
    server_stop(&fixture.server);
    assert_int_equal(fixture.server.count, 8);
    assert_non_null(strstr(fixture.server.last, "<name>active_test</name>"));
    assert_non_null(strstr(fixture.server.last, "<name>order</name>"));
    odoo_free(fixture.odoo);
    server_clear(&fixture.server);
}

static bool serve_same_ids(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)number;
    send_ok(fd, is_authenticate(request) ? answer_uid
                                         : OPEN
                    "<array><data><value><int>5</int></value><value><int>5</int></value>"
                    "</data></array>" CLOSE);
    return false;
}

static void test_search_not_rising(void **state)
{
    struct fixture fixture;
    struct odoo_search search = {.model = "a.b", .after = 4, .limit = 5};
    struct ids ids = {0};

    (void)state;
    start(&fixture, serve_same_ids);
    expect(&fixture, ERR_PROTOCOL, odoo_search(fixture.odoo, &search, &ids, &fixture.error),
           RETRY_NEVER, "rising");
    assert_null(ids.items);
    stop(&fixture);
}

static bool serve_fields(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)number;
    send_ok(fd, is_authenticate(request) ? answer_uid
                : strstr(request, "<string>a.b</string>")
                    ? OPEN
                    "<struct><member><name>id</name><value><struct><member><name>type</name>"
                    "<value>integer</value></member></struct></value></member>"
                    "<member><name>partner_id</name><value><struct><member><name>type</name>"
                    "<value>many2one</value></member><member><name>string</name><value>x</value>"
                    "</member><member><name>relation</name><value>res.partner</value></member>"
                    "</struct></value></member></struct>" CLOSE
                    : FAULT("2", "Objekt b.c existiert nicht"));
    return false;
}

static void test_fields(void **state)
{
    struct fixture fixture;
    json_t *names = json_pack("[s, s]", "partner_id", "nope"), *none = json_array(), *fields = NULL;
    json_t *expected =
        json_pack("{s:{s:s, s:s}}", "partner_id", "type", "many2one", "relation", "res.partner");

    (void)state;
    start(&fixture, serve_fields);
    assert_int_equal(odoo_fields(fixture.odoo, "a.b", names, &fields, &fixture.error), 0);
    assert_true(json_equal(fields, expected));
    json_decref(fields);
    assert_int_equal(odoo_fields(fixture.odoo, "a.b", none, &fields, &fixture.error), 0);
    assert_int_equal(json_object_size(fields), 0);
    json_decref(fields);
    expect(&fixture, ERR_MISSING_MODEL,
           odoo_fields(fixture.odoo, "b.c", names, &fields, &fixture.error), RETRY_NEVER, "'b.c'");
    json_decref(expected);
    json_decref(names);
    json_decref(none);
    stop(&fixture);
}

/* ---- reading ---- */

struct reading {
    struct fixture fixture;
    size_t pages, records;
    int64_t last_requested, last_record;
    int64_t bad[16], damaged[16];
    size_t bad_count, n_damaged;
    const char *fallbacks[2]; /* a field to read instead, or NULL */
    size_t fail_at;           /* the page callback fails at this page; 0: never */
    bool call_inside;         /* the page callback makes a call of its own */
    bool wait_for_next;       /* the page callback waits until the next request is at the server */
    int hang_from;            /* the server does not answer from this request on; 0: never */
    int cut_at;               /* the server cuts this answer short */
    int unavailable_at;       /* the server says 502 to this request */
};

/* Whether reading the record fails: 7, 13, 14 and 40 with the field "name", 13 with "size" too, 40
 * with any field. */
static bool breaks(int64_t id, const char *request)
{
    bool name = strstr(request, "<string>name</string>"), size = strstr(request, "<string>size<");

    return name ? id == 7 || id == 13 || id == 14 || id == 40 : id == 40 || (size && id == 13);
}

static bool is_spoiled(int64_t id)
{
    return id == 7 || id == 13 || id == 14 || id == 40;
}

/* Records of the ids in the request. Those divisible by 10 are deleted, unless they are spoiled. */
static char *records_of(const char *request)
{
    static const char mark[] = "<i4>";
    const char *p = strstr(request, "<string>read</string>");
    char *body = malloc(1 << 20), *to = stpcpy(body, OPEN "<array><data>");

    while (p && (p = strstr(p, mark)) != NULL) {
        int64_t id = strtoll(p + sizeof mark - 1, NULL, 10);

        p++;
        if (id % 10 == 0 && !is_spoiled(id))
            continue;
        to +=
            sprintf(to,
                    "<value><struct><member><name>id</name><value><int>%lld</int></value></member>"
                    "<member><name>name</name><value><string>%s é😀</string></value></member>"
                    "</struct></value>",
                    (long long)id, breaks(id, request) ? "\xEF\xBF\xBE" : "n");
    }
    stpcpy(to, "</data></array>" CLOSE);
    return body;
}

static bool serve_read(struct server *server, int fd, const char *request, int number)
{
    struct reading *reading = server->context;
    char *body;

    if (reading->hang_from > 0 && number >= reading->hang_from)
        server_sleep(server, 10000);
    if (!strstr(request, "<string>read</string>")) {
        send_ok(fd, is_authenticate(request) ? answer_uid : answer_true);
        return false;
    }
    body = records_of(request);
    if (number == reading->cut_at)
        body[strlen(body) / 2] = '\0';
    if (number == reading->unavailable_at)
        server_answer(fd, "502 Bad Gateway", "", page_502, strlen(page_502));
    else
        send_ok(fd, body);
    free(body);
    return true;
}

static void take_record(struct reading *reading, const struct odoo_records *records,
                        const struct odoo_record *record)
{
    assert_true(record->id > reading->last_record);
    assert_string_equal(odoo_cell_text(odoo_records_cell(records, record, "name")), "n é😀");
    assert_true(is_spoiled(record->id) == (record->damage != NULL));
    if (record->damage) {
        assert_non_null(strstr(record->damage, "U+FFFE"));
        reading->damaged[reading->n_damaged++] = record->id;
    }
    reading->last_record = record->id;
    reading->records++;
}

static int take_page(void *context, const int64_t *requested, size_t count,
                     const struct odoo_records *records, struct error *error)
{
    struct reading *reading = context;

    for (size_t i = 0; i < records->count; i++)
        take_record(reading, records, &records->items[i]);
    for (size_t i = 0; i < count; i++) {
        bool damaged = false;

        for (size_t j = 0; j < reading->n_damaged; j++)
            damaged = damaged || reading->damaged[j] == requested[i];
        assert_true(requested[i] > reading->last_requested);
        assert_true(damaged == is_spoiled(requested[i]));
        reading->last_requested = requested[i];
    }
    reading->pages++;
    if (reading->call_inside)
        assert_int_equal(call(&reading->fixture, true), 0);
    for (int turn = 0; reading->wait_for_next && reading->last_requested < 100; turn++) {
        if (atomic_load(&reading->fixture.server.count) > 1 + (int)reading->pages)
            break;
        assert_true(turn < 400); /* the next request never came while this page was handled */
        usleep(5000);
    }
    if (reading->pages == reading->fail_at)
        return error_set(error, ERR_STATE, "the disk is full");
    return 0;
}

static void take_bad(void *context, int64_t id, const char *reason)
{
    struct reading *reading = context;

    assert_non_null(strstr(reason, "U+FFFE"));
    reading->bad[reading->bad_count++] = id;
}

static void start_reading(struct reading *reading)
{
    struct odoo_options options;

    server_start(&reading->fixture.server, serve_read, reading);
    options = default_options(&reading->fixture);
    open_with(&reading->fixture, &options);
}

static int read_ids(struct reading *reading, int64_t first, size_t count, size_t chunk)
{
    json_t *fields = json_pack("[s]", "name");
    int64_t *ids = calloc(count + 1, sizeof *ids);
    struct odoo_read read = {.model = "a.b",
                             .ids = ids,
                             .count = count,
                             .chunk = chunk,
                             .fields = fields,
                             .page = take_page,
                             .bad = take_bad,
                             .context = reading};
    int code;

    for (int i = 0; i < 2; i++)
        if (reading->fallbacks[i])
            read.fallbacks[i] = json_pack("[s]", reading->fallbacks[i]);

    for (size_t i = 0; i < count; i++)
        ids[i] = first + (int64_t)i;
    code = odoo_read(reading->fixture.odoo, &read, &reading->fixture.error);
    free(ids);
    json_decref(fields);
    for (int i = 0; i < 2; i++)
        json_decref(read.fallbacks[i]);
    return code;
}

/* A record that cannot be read whole is passed on without the field that fails; one of which
 * nothing can be read is passed to `bad`. */
static void test_read_less_of_a_damaged_record(void **state)
{
    struct reading reading = {.fallbacks = {"size", "date"}};

    (void)state;
    start_reading(&reading);
    if (read_ids(&reading, 1, 45, 20))
        fail_msg("%s", reading.fixture.error.message);
    assert_int_equal(reading.n_damaged, 3);
    assert_int_equal(reading.damaged[0], 7);
    assert_int_equal(reading.damaged[1], 13);
    assert_int_equal(reading.damaged[2], 14);
    assert_int_equal(reading.bad_count, 1);
    assert_int_equal(reading.bad[0], 40);
    assert_int_equal(reading.records, 45 - 3 - 1);
    stop(&reading.fixture);
}

static void test_read(void **state)
{
    struct reading reading = {.wait_for_next = true};

    (void)state;
    start_reading(&reading);
    assert_int_equal(read_ids(&reading, 51, 0, 10), 0);
    assert_int_equal(reading.fixture.server.count, 0);
    if (read_ids(&reading, 51, 50, 10))
        fail_msg("%s", reading.fixture.error.message);
    assert_int_equal(reading.pages, 5);
    assert_int_equal(reading.records, 45);
    assert_int_equal(reading.last_requested, 100);
    assert_int_equal(reading.fixture.server.count, 6);
    reading.wait_for_next = false;
    assert_int_equal(read_ids(&reading, 101, 25, 10), 0); /* the last chunk is short */
    assert_int_equal(reading.pages, 8);
    assert_int_equal(read_ids(&reading, 130, 1, 10), 0); /* one record, and it is gone */
    assert_int_equal(reading.pages, 9);
    assert_int_equal(reading.last_requested, 130);
    assert_int_equal(reading.last_record, 125);
    stop(&reading.fixture);
}

static void test_unreadable_records_are_found_and_the_others_read(void **state)
{
    struct reading reading = {0};

    (void)state;
    start_reading(&reading);
    if (read_ids(&reading, 1, 60, 10))
        fail_msg("%s", reading.fixture.error.message);
    assert_int_equal(reading.bad_count, 4);
    assert_int_equal(reading.bad[0], 7);
    assert_int_equal(reading.bad[1], 13);
    assert_int_equal(reading.bad[2], 14);
    assert_int_equal(reading.bad[3], 40);
    assert_int_equal(reading.last_requested, 60);
    assert_int_equal(reading.records, 60 - 6 - 3);
    assert_int_equal(read_ids(&reading, 61, 5, 10), 0); /* one chunk: no thread */
    stop(&reading.fixture);
}

static void test_unreadable_records_alone_give_no_page(void **state)
{
    struct reading reading = {0};

    (void)state;
    start_reading(&reading);
    assert_int_equal(read_ids(&reading, 13, 2, 10), 0);
    assert_int_equal(reading.bad_count, 2);
    assert_int_equal(reading.pages, 0);
    stop(&reading.fixture);
}

static void test_a_cut_answer_and_a_503_within_a_reading_are_retried(void **state)
{
    struct reading reading = {.cut_at = 3, .unavailable_at = 5, .call_inside = true};

    (void)state;
    start_reading(&reading);
    if (read_ids(&reading, 51, 50, 10))
        fail_msg("%s", reading.fixture.error.message);
    assert_int_equal(reading.records, 45);
    assert_int_equal(reading.pages, 5);
    stop(&reading.fixture);
}

/* A callback that fails ends the call sent ahead, which would last 10 s. */
static void test_a_callback_that_fails_ends_the_call_sent_ahead(void **state)
{
    struct reading reading = {.fail_at = 2, .hang_from = 4};
    int64_t before = server_now();

    (void)state;
    start_reading(&reading);
    expect(&reading.fixture, ERR_STATE, read_ids(&reading, 51, 50, 10), RETRY_NEVER,
           "disk is full");
    assert_true(server_now() - before < 1000);
    assert_int_equal(reading.pages, 2);
    stop(&reading.fixture);
}

static void test_read_cancelled(void **state)
{
    struct reading reading = {.hang_from = 3, .fixture.cancel_after = 16};
    int64_t before = server_now();

    (void)state;
    start_reading(&reading);
    expect(&reading.fixture, ERR_INTERRUPTED, read_ids(&reading, 51, 50, 10), RETRY_NEVER,
           "interrupted");
    assert_true(server_now() - before < 3000);
    assert_int_equal(reading.pages, 1);
    stop(&reading.fixture);
}

static void test_a_server_that_is_gone_ends_the_reading_with_an_error(void **state)
{
    struct reading reading = {0};

    (void)state;
    start_reading(&reading);
    assert_int_equal(odoo_authenticate(reading.fixture.odoo, &reading.fixture.error), 0);
    server_stop(&reading.fixture.server);
    expect(&reading.fixture, ERR_NETWORK, read_ids(&reading, 51, 50, 10), RETRY_LATER, "refused");
    odoo_free(reading.fixture.odoo);
    server_clear(&reading.fixture.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_search_not_rising),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_read_less_of_a_damaged_record),
        cmocka_unit_test(test_unreadable_records_are_found_and_the_others_read),
        cmocka_unit_test(test_unreadable_records_alone_give_no_page),
        cmocka_unit_test(test_a_cut_answer_and_a_503_within_a_reading_are_retried),
        cmocka_unit_test(test_a_callback_that_fails_ends_the_call_sent_ahead),
        cmocka_unit_test(test_read_cancelled),
        cmocka_unit_test(test_a_server_that_is_gone_ends_the_reading_with_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
