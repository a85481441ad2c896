/* values.h - days and amounts, written in tests as in DOMAIN.md. */
#ifndef QUALIODOO_TEST_VALUES_H
#define QUALIODOO_TEST_VALUES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "qualiodoo/util/civil.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PACKS(number) ((nano)((number)*INT64_C(1000000000))) /* a quantity of packs */
#define EUROS(amount) ((micro)((amount)*INT64_C(1000000)))

static inline civil_day on(const char *text)
{
    civil_day day = 0;

    if (!civil_parse(text, &day))
        fail_msg("not a day: \"%s\"", text);
    return day;
}

#endif
