/* only.c - linked into every unit test: runs the one test that the variable ONLY_TEST names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

__attribute__((constructor)) static void only_the_named_test(void)
{
    const char *name = getenv("ONLY_TEST");

    if (name && *name)
        cmocka_set_test_filter(name);
}
