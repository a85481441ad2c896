/* test_http_error.c - causes of a failed call that libcurl does not name. */
#include <sys/resource.h>

#include "odoo_fixture.h"
#include "qualiodoo/util/descriptors.h"

static bool serve_nothing(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)fd, (void)request, (void)number;
    return false;
}

/* Limits the descriptors so that `left` more can be opened. */
static rlim_t limit_descriptors(rlim_t left)
{
    struct rlimit limit;
    rlim_t before;
    int next = dup(STDIN_FILENO);

    assert_true(next > 0);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    before = limit.rlim_cur;
    limit.rlim_cur = (rlim_t)next + left;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static void restore_descriptors(rlim_t before)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = before;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void test_no_descriptor_is_left(void **state)
{
    struct fixture fixture;
    rlim_t before;

    (void)state;
    start(&fixture, serve_nothing);
    before = limit_descriptors(0);
    assert_true(descriptors_used_up());
    expect(&fixture, ERR_NETWORK, call(&fixture, true), RETRY_LATER, "ulimit -n");
    restore_descriptors(before);
    assert_false(descriptors_used_up());
    assert_int_equal(fixture.server.count, 0);
    stop(&fixture);
}

/* The soft limit is raised up to the hard limit, which the user chose. */
static void test_a_soft_limit_is_raised(void **state)
{
    rlim_t before = limit_descriptors(3);

    (void)state;
    assert_int_equal(descriptors_free(3), 3);
    assert_int_equal(descriptors_free(4), 4);
    restore_descriptors(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_descriptor_is_left),
        cmocka_unit_test(test_a_soft_limit_is_raised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
