/* fuzz_dates.c - any text as a date, an instant or a duration, and the rest of the line after a
 * blank line as a time zone: what is read is written, read again and the same. */
#include "fuzz.h"
#include "qualiodoo/core/duration.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/tz.h"

static void check_day(const char *text)
{
    char written[CIVIL_TEXT_SIZE];
    civil_day day = 0, again = 0;
    int year, month, number;

    if (!civil_parse(text, &day))
        return;
    FUZZ_CHECK(strcmp(civil_format(day, written), text) == 0, "%s %s", text, written);
    civil_to_date(day, &year, &month, &number);
    FUZZ_CHECK(civil_from_date(year, month, number) == day, "%s", text);
    FUZZ_CHECK(civil_add_years(day, 1) > day && civil_add_months(day, 1) > day, "%s", text);
    FUZZ_CHECK(civil_add_months(day, 12) == civil_add_years(day, 1), "%s", text);
    FUZZ_CHECK(civil_parse(written, &again) && again == day, "%s", text);
}

static bool check_instant(const char *text, instant *ret)
{
    char iso[INSTANT_TEXT_SIZE], odoo[INSTANT_TEXT_SIZE];
    instant again = 0;

    if (!instant_parse_odoo(text, ret) && !instant_parse_iso(text, ret))
        return false;
    instant_format(*ret, iso);
    FUZZ_CHECK(instant_parse_iso(iso, &again) && again == *ret, "%s %s", text, iso);
    instant_format_odoo(*ret, odoo);
    FUZZ_CHECK(instant_parse_odoo(odoo, &again) && again == *ret, "%s %s", text, odoo);
    return true;
}

static void check_zone(const char *name, instant when)
{
    struct tz *tz = tz_open(name);
    struct utc_offset *offsets = NULL;
    char shown[TZ_TEXT_SIZE];
    size_t count = 0;

    if (!tz)
        return;
    tz_civil_day(tz, when);
    tz_format(tz, when, shown);
    FUZZ_CHECK(tz_offsets(tz, when, when + 400 * SECONDS_PER_DAY, &offsets, &count) == 0 &&
                   count > 0,
               "%s", name);
    for (size_t i = 1; i < count; i++)
        FUZZ_CHECK(offsets[i].from > offsets[i - 1].from, "%s", name);
    free(offsets);
    tz_free(tz);
}

static void check_numbers(const uint8_t *bytes, size_t size)
{
    int64_t numbers[3] = {0};
    char text[MINUTES_TEXT_SIZE];

    if (size > sizeof numbers)
        size = sizeof numbers;
    memcpy(numbers, bytes, size);
    minutes_format(numbers[0], text);
    FUZZ_CHECK(*text && strlen(text) < sizeof text, "minutes");
    duration_minutes(numbers[0]);
    quantity_convert(numbers[0], numbers[1] & INT64_MAX ? numbers[1] & INT64_MAX : 1,
                     numbers[2] & INT64_MAX ? numbers[2] & INT64_MAX : 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = fuzz_text(bytes, size), *zone = text, *when = strsep(&zone, "\n");
    instant found = 0;

    check_day(when);
    if (check_instant(when, &found) && zone && strlen(zone) < 64)
        check_zone(zone, found);
    if (size)
        check_numbers(bytes, size);
    free(text);
    return 0;
}
