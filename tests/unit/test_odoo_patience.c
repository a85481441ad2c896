/* test_odoo_patience.c - a client that tries for a time, not for a number of attempts. */
#include "odoo_fixture.h"
#include "qualiodoo/odoo/protocol.h"

enum { PATIENCE_MS = 400 };

/* What the client reported before its pauses. */
struct told {
    int pauses, of_long;
    int64_t left_ms; /* at the last pause */
};

static struct told told;

static void note_wait(void *context, const struct odoo_wait *wait)
{
    (void)context;
    told.pauses++;
    told.of_long += wait->is_long;
    told.left_ms = wait->left_ms;
    assert_true(wait->delay_ms <= 40 || wait->is_long); /* the backoff of the fixture */
    assert_true(*wait->reason);
}

static void start_patient(struct fixture *fixture,
                          bool (*serve)(struct server *, int, const char *, int), int64_t patience)
{
    struct odoo_options options;

    memset(fixture, 0, sizeof *fixture);
    told = (struct told){0};
    server_start(&fixture->server, serve, fixture);
    options = default_options(fixture);
    options.patience_ms = patience;
    options.waiting = note_wait;
    options.timeout_ms = 2 * PATIENCE_MS;
    open_with(fixture, &options);
    odoo_assume(fixture->odoo, &(struct odoo_login){.uid = 2});
}

/* The numbers of the calls between which the server is down. */
enum { DOWN_FROM = 2, DOWN_TO = 9 };

static bool serve_restart(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request;
    if (number >= DOWN_FROM && number <= DOWN_TO)
        server_answer(fd, "502 Bad Gateway", "", page_502, strlen(page_502));
    else
        send_ok(fd, answer_true);
    return false;
}

static void test_patience_allows_more_attempts_than_the_fixed_number(void **state)
{
    struct fixture fixture;

    (void)state;
    start_patient(&fixture, serve_restart, 5000);
    assert_int_equal(call(&fixture, true), 0);
    assert_int_equal(call(&fixture, true), 0);
    assert_int_equal(fixture.server.count, DOWN_TO + 1);
    assert_int_equal(told.pauses, DOWN_TO - DOWN_FROM + 1);
    assert_int_equal(told.of_long, 0);
    assert_true(told.left_ms > 0 && told.left_ms <= 5000);
    stop(&fixture);
}

static bool serve_down(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request, (void)number;
    server_answer(fd, "503 Service Unavailable", "", "", 0);
    return false;
}

/* The time is shared by all calls: a command of many calls does not wait so long for each. */
static void test_the_time_is_one_for_all_calls(void **state)
{
    struct fixture fixture;
    int64_t began = server_now();
    int tried;

    (void)state;
    start_patient(&fixture, serve_down, PATIENCE_MS);
    expect(&fixture, ERR_NETWORK, call(&fixture, true), RETRY_LATER, " attempts in 0 s: ");
    assert_true(server_now() - began >= PATIENCE_MS);
    tried = fixture.server.count;
    assert_true(tried > 3);
    expect(&fixture, ERR_NETWORK, call(&fixture, true), RETRY_LATER, "HTTP 503");
    assert_null(strstr(fixture.error.message, "attempts"));
    assert_int_equal(fixture.server.count, tried + 1);
    stop(&fixture);
}

static bool serve_twice_down(struct server *server, int fd, const char *request, int number)
{
    (void)request;
    if (number == 1)
        server_sleep(server, PATIENCE_MS + 50); /* longer than the whole patience */
    if (number == 1 || number == 3)
        server_answer(fd, "503 Service Unavailable", "", "", 0);
    else
        send_ok(fd, answer_true);
    return false;
}

/* A call that hung is repeated once, however long it took; an answer restarts the time. */
static void test_a_long_call_is_tried_again_once(void **state)
{
    struct fixture fixture;

    (void)state;
    start_patient(&fixture, serve_twice_down, PATIENCE_MS);
    assert_int_equal(call(&fixture, true), 0);
    assert_int_equal(call(&fixture, true), 0);
    assert_int_equal(fixture.server.count, 4);
    stop(&fixture);
}

static bool serve_refusal(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request;
    if (number == 1)
        server_answer(fd, "404 Not Found", "", "", 0);
    else
        send_ok(fd, FAULT("3", "Access Denied"));
    return false;
}

static void test_errors_that_do_not_pass_are_not_retried(void **state)
{
    struct fixture fixture;

    (void)state;
    start_patient(&fixture, serve_refusal, PATIENCE_MS);
    expect(&fixture, ERR_PROTOCOL, call(&fixture, true), RETRY_NEVER, "HTTP 404");
    expect(&fixture, ERR_ACCESS_DENIED, call(&fixture, true), RETRY_NEVER, "odoo.login");
    assert_int_equal(fixture.server.count, 2);
    assert_int_equal(told.pauses, 0);
    stop(&fixture);
}

static bool serve_wish(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request;
    server_answer(fd, "429 Too Many Requests",
                  number == 1 ? "Retry-After: 6\r\n" : "Retry-After: 60\r\n", "", 0);
    return false;
}

/* A pause that the server asks for is kept and reported if it fits into the time, else the call
 * ends. */
static void test_a_pause_that_the_server_asks_for_is_kept_or_reported_as_too_long(void **state)
{
    struct fixture fixture;
    int64_t began = server_now();

    (void)state;
    start_patient(&fixture, serve_wish, 30000);
    fixture.cancel_after = 20; /* the questions of the call itself, then some of the pause */
    expect(&fixture, ERR_INTERRUPTED, call(&fixture, true), RETRY_NEVER, "interrupted");
    assert_int_equal(told.of_long, 1);
    fixture.cancel_after = 0;
    expect(&fixture, ERR_NETWORK, call(&fixture, true), RETRY_LATER, "asks to wait 60 s");
    assert_int_equal(told.pauses, 1);
    assert_true(server_now() - began < 5000);
    stop(&fixture);
}

/* As in the service: a number of attempts; only a long pause is reported. */
static void test_without_patience_a_call_makes_three_attempts(void **state)
{
    struct fixture fixture;

    (void)state;
    start_patient(&fixture, serve_down, PATIENCE_MS);
    odoo_set_patience(fixture.odoo, 0);
    expect(&fixture, ERR_NETWORK, call(&fixture, true), RETRY_LATER, "after 3 attempts: ");
    assert_int_equal(fixture.server.count, 3);
    assert_int_equal(told.left_ms, 0);
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patience_allows_more_attempts_than_the_fixed_number),
        cmocka_unit_test(test_the_time_is_one_for_all_calls),
        cmocka_unit_test(test_a_long_call_is_tried_again_once),
        cmocka_unit_test(test_errors_that_do_not_pass_are_not_retried),
        cmocka_unit_test(test_a_pause_that_the_server_asks_for_is_kept_or_reported_as_too_long),
        cmocka_unit_test(test_without_patience_a_call_makes_three_attempts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
