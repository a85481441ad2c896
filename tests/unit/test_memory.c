/* test_memory.c - how much memory a process may use, read from files like those of the kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "qualiodoo/util/memory.h"

static char folder[] = "/tmp/qualiodoo-memory-XXXXXX";

/* Writes a file below the folder of the test and creates its directories. */
static void put(const char *name, const char *text)
{
    char path[500];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *slash = strchr(path + 5, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int64_t limit_with(const char *groups)
{
    char path[500];

    put("cgroup", groups);
    snprintf(path, sizeof path, "%s/cgroup", folder);
    return memory_group_limit(path, folder);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void test_version_2(void **state)
{
    (void)state;
    put("system.slice/qualiodoo.service/memory.max", "268435456\n");
    put("system.slice/memory.max", "max\n");
    put("system.slice/small.slice/a.service/memory.max", "max\n");
    put("system.slice/small.slice/memory.max", "100663296\n");
    assert_true(limit_with("0::/system.slice/qualiodoo.service\n") == 268435456);
    assert_true(limit_with("0::/system.slice/small.slice/a.service\n") == 100663296);
    assert_true(limit_with("0::/system.slice/other.service\n") == INT64_MAX);
    assert_true(limit_with("0::/\n") == INT64_MAX);
    put("memory.max", "50331648\n"); /* the root of a name space: a container */
    assert_true(limit_with("0::/\n") == 50331648);
    assert_true(limit_with("0::/system.slice/qualiodoo.service\n") == 50331648);
    put("memory.max", "max\n");
}

static void test_version_1(void **state)
{
    (void)state;
    put("memory/agents/one/memory.limit_in_bytes", "9223372036854771712\n");
    put("memory/agents/memory.limit_in_bytes", "134217728\n");
    assert_true(limit_with("4:memory:/agents/one\n3:cpu:/\n0::/\n") == 134217728);
    assert_true(limit_with("4:memory:/elsewhere\n0::/\n") == INT64_MAX);
    assert_true(limit_with("3:cpu,cpuacct:/agents\n") == INT64_MAX);
}

static void test_nothing_to_read(void **state)
{
    (void)state;
    assert_true(limit_with("") == INT64_MAX);
    assert_true(limit_with("nonsense\n0\n:\n") == INT64_MAX);
    assert_true(memory_group_limit("/nonexistent", folder) == INT64_MAX);
}

static void test_resource_limit(void **state)
{
    struct rlimit before, low;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
    low = (struct rlimit){.rlim_cur = 64 << 20, .rlim_max = before.rlim_max};
    assert_true(memory_limit() > 64 << 20);
    assert_int_equal(setrlimit(RLIMIT_DATA, &low), 0);
    assert_true(memory_limit() == 64 << 20);
    setrlimit(RLIMIT_DATA, &before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_2),
        cmocka_unit_test(test_version_1),
        cmocka_unit_test(test_nothing_to_read),
        cmocka_unit_test(test_resource_limit),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
