/* test_calendar_memory.c - the n-th allocation of calendar_compile() fails, for every n until none
 * does: it returns ERR_NO_MEMORY, leaves its output untouched and frees every block. */
#include "calendar_fixture.h"

#include "failing_malloc.h"
#include "qualiodoo/core/calendar_build.h"

#include "core/calendar_build.c"
#include "util/array.c"

/* Compiles with the n-th allocation failing; returns whether one did. */
static bool run_with_failure(const struct calendar_spec *spec, size_t succeed, struct error *error)
{
    struct calendar *calendar = NULL;
    bool failed;
    size_t alive;
    int rc;

    failing_malloc_arm(succeed);
    rc = calendar_compile(spec, &calendar, error);
    if (rc == 0)
        calendar_free(calendar);
    failed = failing_malloc_disarm(&alive);
    assert_int_equal(alive, 0);
    assert_int_equal(rc, failed ? ERR_NO_MEMORY : 0);
    assert_true(calendar == NULL || !failed);
    return failed;
}

static void the_nth_allocation_fails_for_every_n(void **state)
{
    static struct calendar_words words;
    struct utc_offset offset = {0, 3600};
    struct error error;
    size_t n = 0;

    (void)state;
    read_words(
        "mon-sun=09:00-12:00,14:00-18:00 leave=2026-03-09T10:00Z/2026-03-09T11:00Z france=yes",
        &words);
    words.spec.offsets = &offset;
    words.spec.n_offsets = 1;
    for (;; n++) {
        error.code = 0;
        if (!run_with_failure(&words.spec, n, &error))
            break;
        assert_int_equal(error.code, ERR_NO_MEMORY);
        assert_true(run_with_failure(&words.spec, n, NULL)); /* `error` may be NULL */
    }
    assert_int_equal(error.code, 0);
    assert_true(n > 8); /* the calendar, four copies, the days, and two arrays that grow */
}

/* A calendar with no working time frees every block too. */
static void no_working_time_keeps_nothing(void **state)
{
    struct utc_offset offset = {0, 0};
    struct calendar_spec spec = {.offsets = &offset, .n_offsets = 1, .first = 0, .last = 100};
    struct calendar *calendar = NULL;
    size_t alive;

    (void)state;
    failing_malloc_arm(SIZE_MAX);
    assert_int_equal(calendar_compile(&spec, &calendar, NULL), ERR_CONFIG);
    assert_false(failing_malloc_disarm(&alive));
    assert_int_equal(alive, 0);
    assert_null(calendar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nth_allocation_fails_for_every_n),
        cmocka_unit_test(no_working_time_keeps_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
