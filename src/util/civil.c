/* civil.c - dates to day numbers and back, and their text forms, without the C library's time
 * functions. */
#include "qualiodoo/util/civil.h"

#include <stddef.h>
#include <stdint.h>

/* Howard Hinnant's arithmetic: a year starts in March, so that the leap day is its last day, and
 * the calendar repeats every 400 years ("era"). */

#define DAYS_PER_ERA 146097
#define DAYS_TO_EPOCH 719468 /* from 0000-03-01 to 1970-01-01 */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

civil_day civil_from_date(int year, int month, int day)
{
    int64_t march_year = (int64_t)year - (month <= 2);
    int64_t era = floor_div(march_year, 400);
    int64_t year_of_era = march_year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return (civil_day)(era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH);
}

civil_day civil_from_instant(instant when)
{
    return (civil_day)floor_div(when, SECONDS_PER_DAY);
}

void civil_to_date(civil_day day, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t shifted = (int64_t)day + DAYS_TO_EPOCH;
    int64_t era = floor_div(shifted, DAYS_PER_ERA);
    int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;

    *ret_day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
    *ret_month = (int)(march_month + (march_month < 10 ? 3 : -9));
    *ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

civil_day civil_add_years(civil_day day, int years)
{
    int year, month, day_of_month;

    /* civil_from_date() carries 29 February of a common year to 1 March, as the contract says. */
    civil_to_date(day, &year, &month, &day_of_month);
    return civil_from_date(year + years, month, day_of_month);
}

int civil_weekday(civil_day day)
{
    return (int)((((int64_t)day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

/* Reads `count` digits at *cursor and moves it; false when there are fewer. */
static bool read_digits(const char **cursor, int count, int *ret_number)
{
    int number = 0;

    for (int i = 0; i < count; i++) {
        char c = (*cursor)[i];

        if (c < '0' || c > '9')
            return false;
        number = number * 10 + (c - '0');
    }
    *cursor += count;
    *ret_number = number;
    return true;
}

static bool read_char(const char **cursor, char expected)
{
    if (**cursor != expected)
        return false;
    (*cursor)++;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return lengths[month - 1] + (month == 2 && leap);
}

civil_day civil_add_months(civil_day day, int months)
{
    int year, month, day_of_month;

    civil_to_date(day, &year, &month, &day_of_month);
    month += months - 1;
    year += month / 12;
    month = month % 12 + 1;
    if (day_of_month <= days_in_month(year, month))
        return civil_from_date(year, month, day_of_month);
    return month == 12 ? civil_from_date(year + 1, 1, 1) : civil_from_date(year, month + 1, 1);
}

static bool read_date(const char **cursor, civil_day *ret_day)
{
    int year, month, day;

    if (!read_digits(cursor, 4, &year) || !read_char(cursor, '-') ||
        !read_digits(cursor, 2, &month) || !read_char(cursor, '-') || !read_digits(cursor, 2, &day))
        return false;
    if (year < CIVIL_MIN_YEAR || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        return false;
    *ret_day = civil_from_date(year, month, day);
    return true;
}

/* Skips a fraction of a second, if there is one; false when it has no digit. */
static bool skip_fraction(const char **cursor)
{
    int digit;

    if (!read_char(cursor, '.') && !read_char(cursor, ','))
        return true;
    if (!read_digits(cursor, 1, &digit))
        return false;
    while (read_digits(cursor, 1, &digit))
        continue;
    return true;
}

/* Reads a time of day. `strict`: HH:MM:SS as Odoo writes it; else HH:MM and a fraction of the
 * seconds are accepted too. Gives seconds since midnight. */
static bool read_time(const char **cursor, bool strict, int *ret_seconds)
{
    int hours, mins, seconds = 0;

    if (!read_digits(cursor, 2, &hours) || !read_char(cursor, ':') ||
        !read_digits(cursor, 2, &mins) || hours > 23 || mins > 59)
        return false;
    if (read_char(cursor, ':')) {
        if (!read_digits(cursor, 2, &seconds) || seconds > 59)
            return false;
        if (!strict && !skip_fraction(cursor))
            return false;
    } else if (strict) {
        return false;
    }
    *ret_seconds = hours * 3600 + mins * 60 + seconds;
    return true;
}

/* Reads a zone: Z, or + or - with HH:MM, HHMM or HH. Gives seconds east of UTC. */
static bool read_zone(const char **cursor, int *ret_offset)
{
    int sign = **cursor == '-' ? -1 : 1;
    int hours, mins = 0;

    if (read_char(cursor, 'Z')) {
        *ret_offset = 0;
        return true;
    }
    if (!read_char(cursor, '+') && !read_char(cursor, '-'))
        return false;
    if (!read_digits(cursor, 2, &hours) || hours > 23)
        return false;
    if ((read_char(cursor, ':') || **cursor) && (!read_digits(cursor, 2, &mins) || mins > 59))
        return false;
    *ret_offset = sign * (hours * 3600 + mins * 60);
    return true;
}

bool civil_parse(const char *text, civil_day *ret_day)
{
    civil_day day;

    if (!read_date(&text, &day) || *text)
        return false;
    *ret_day = day;
    return true;
}

bool instant_parse_odoo(const char *text, instant *ret_instant)
{
    civil_day day;
    int seconds;

    if (!read_date(&text, &day) || !read_char(&text, ' ') || !read_time(&text, true, &seconds) ||
        *text)
        return false;
    *ret_instant = (instant)day * SECONDS_PER_DAY + seconds;
    return true;
}

bool instant_parse_iso(const char *text, instant *ret_instant)
{
    civil_day day;
    int seconds, offset;
    instant when;

    if (!read_date(&text, &day) || !read_char(&text, 'T') || !read_time(&text, false, &seconds) ||
        !read_zone(&text, &offset) || *text)
        return false;
    when = (instant)day * SECONDS_PER_DAY + seconds - offset;
    if (when < INSTANT_FIRST || when > INSTANT_LAST) /* the zone moved it out of range */
        return false;
    *ret_instant = when;
    return true;
}

static char *put_digits(char *text, int count, uint64_t number)
{
    for (int i = count - 1; i >= 0; i--) {
        text[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return text + count;
}

char *civil_format(civil_day day, char text[CIVIL_TEXT_SIZE])
{
    int year, month, day_of_month;
    char *end;

    civil_to_date(day, &year, &month, &day_of_month);
    if (year > CIVIL_MAX_YEAR) { /* 9999-12-31 + 1 year: the last date that can be written */
        year = CIVIL_MAX_YEAR;
        month = 12;
        day_of_month = 31;
    }
    if (year < 0) /* before every date that can be parsed */
        year = 0;
    end = put_digits(text, 4, (uint64_t)year);
    *end++ = '-';
    end = put_digits(end, 2, (uint64_t)month);
    *end++ = '-';
    end = put_digits(end, 2, (uint64_t)day_of_month);
    *end = '\0';
    return text;
}

/* Writes the date, `separator`, the time and `suffix` ('\0' for none). */
static char *format_instant(instant when, char separator, char suffix, char text[INSTANT_TEXT_SIZE])
{
    int64_t day = floor_div(when, SECONDS_PER_DAY);
    uint64_t seconds = (uint64_t)(when - day * SECONDS_PER_DAY);
    char *end = text + CIVIL_TEXT_SIZE - 1;

    civil_format((civil_day)day, text);
    *end++ = separator;
    end = put_digits(end, 2, seconds / 3600);
    *end++ = ':';
    end = put_digits(end, 2, seconds / 60 % 60);
    *end++ = ':';
    end = put_digits(end, 2, seconds % 60);
    *end++ = suffix;
    if (suffix)
        *end = '\0';
    return text;
}

char *instant_format(instant when, char text[INSTANT_TEXT_SIZE])
{
    return format_instant(when, 'T', 'Z', text);
}

char *instant_format_odoo(instant when, char text[INSTANT_TEXT_SIZE])
{
    return format_instant(when, ' ', '\0', text);
}

char *minutes_format(minutes duration, char text[MINUTES_TEXT_SIZE])
{
    uint64_t size = duration < 0 ? -(uint64_t)duration : (uint64_t)duration;
    int digits = 1;
    char *end = text;

    for (uint64_t hours = size / 60; hours >= 10; hours /= 10)
        digits++;
    if (duration < 0)
        *end++ = '-';
    end = put_digits(end, digits, size / 60);
    *end++ = ':';
    end = put_digits(end, 2, size % 60);
    *end = '\0';
    return text;
}
