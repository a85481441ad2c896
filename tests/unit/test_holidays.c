/* test_holidays.c - public holidays (DOMAIN.md, section 8): sets, days taken out, yearly days. */
#include "calendar_fixture.h"

#define ROOM (HOLIDAYS_OF_SETS_MAX + 4)

static uint32_t mask_of(const char *const *names, const char *name)
{
    int place = holidays_find(names, name);

    if (place < 0)
        fail_msg("no '%s'", name);
    return UINT32_C(1) << place;
}

static void check_year(const struct holidays *holidays, int year, const char *const *expected,
                       size_t n_expected)
{
    civil_day days[ROOM];
    size_t count = holidays_of_year(holidays, year, days);

    for (size_t i = 0; i < count && i < n_expected; i++) {
        char text[CIVIL_TEXT_SIZE];

        assert_string_equal(civil_format(days[i], text), expected[i]);
    }
    assert_int_equal(count, n_expected);
}

static void test_easter(void **state)
{
    static const struct holidays france = {.sets = HOLIDAYS_FRANCE};
    static const char *const mondays[] = {
        "1818-03-23", "1943-04-26", "1954-04-19", "1981-04-20", "2000-04-24",
        "2008-03-24", "2011-04-25", "2019-04-22", "2024-04-01", "2025-04-21",
        "2026-04-06", "2027-03-29", "2028-04-17", "2029-04-02", "2030-04-22",
        "2038-04-26", "2049-04-19", "2076-04-20", "2285-03-23",
    };

    (void)state;
    for (size_t i = 0; i < sizeof mondays / sizeof *mondays; i++) {
        const char *name = holidays_name(&france, date_of(mondays[i]), true);

        if (!name || strcmp(name, "Lundi de Pâques") != 0)
            fail_msg("%s is %s", mondays[i], name ? name : "no holiday");
    }
}

/* In 2027 and 2035 Ascension comes before 8 May; in 2008 it was on 1 May. */
static void test_the_eleven_days_of_france_each_once_and_in_order(void **state)
{
    static const struct holidays france = {.sets = HOLIDAYS_FRANCE};
    static const char *const of_2026[] = {"2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08",
                                          "2026-05-14", "2026-05-25", "2026-07-14", "2026-08-15",
                                          "2026-11-01", "2026-11-11", "2026-12-25"};
    static const char *const of_2027[] = {"2027-01-01", "2027-03-29", "2027-05-01", "2027-05-06",
                                          "2027-05-08", "2027-05-17", "2027-07-14", "2027-08-15",
                                          "2027-11-01", "2027-11-11", "2027-12-25"};
    static const char *const of_2035[] = {"2035-01-01", "2035-03-26", "2035-05-01", "2035-05-03",
                                          "2035-05-08", "2035-05-14", "2035-07-14", "2035-08-15",
                                          "2035-11-01", "2035-11-11", "2035-12-25"};
    static const char *const of_2008[] = {"2008-01-01", "2008-03-24", "2008-05-01", "2008-05-08",
                                          "2008-05-12", "2008-07-14", "2008-08-15", "2008-11-01",
                                          "2008-11-11", "2008-12-25"};

    (void)state;
    check_year(&france, 2026, of_2026, 11);
    check_year(&france, 2027, of_2027, 11);
    check_year(&france, 2035, of_2035, 11);
    check_year(&france, 2008, of_2008, 10);
    for (int year = 1583; year <= 4099; year++) {
        civil_day days[ROOM];
        size_t count = holidays_of_year(&france, year, days);

        assert_true(count == 11 || count == 10);
        for (size_t i = 0; i < count; i++) {
            assert_true(i == 0 || days[i] > days[i - 1]);
            assert_non_null(holidays_name(&france, days[i], true));
            assert_non_null(holidays_name(&france, days[i], false));
        }
    }
}

static void test_each_set_has_the_days_of_its_law(void **state)
{
    static const struct {
        const char *set, *more[2], *french, *english;
    } rows[] = {
        {"france", {NULL, NULL}, NULL, NULL},
        {"saint-pierre-et-miquelon", {NULL, NULL}, NULL, NULL},
        {"alsace-moselle", {"2026-04-03", "2026-12-26"}, "Vendredi saint", "Good Friday"},
        {"mayotte", {"2026-04-27", NULL}, "Abolition de l'esclavage", "Abolition of Slavery"},
        {"martinique", {"2026-05-22", NULL}, "Abolition de l'esclavage", "Abolition of Slavery"},
        {"guadeloupe", {"2026-05-27", NULL}, "Abolition de l'esclavage", "Abolition of Slavery"},
        {"saint-martin", {"2026-05-28", NULL}, "Abolition de l'esclavage", "Abolition of Slavery"},
        {"guyane", {"2026-06-10", NULL}, "Abolition de l'esclavage", "Abolition of Slavery"},
        {"saint-barthelemy",
         {"2026-10-09", NULL},
         "Abolition de l'esclavage",
         "Abolition of Slavery"},
        {"la-reunion", {"2026-12-20", NULL}, "Abolition de l'esclavage", "Abolition of Slavery"},
    };
    static const struct holidays france = {.sets = HOLIDAYS_FRANCE};
    size_t sets = 0;

    (void)state;
    while (holiday_sets[sets])
        sets++;
    assert_int_equal(sets, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct holidays holidays = {.sets = mask_of(holiday_sets, rows[i].set)};
        civil_day days[ROOM], common[ROOM];
        size_t count = holidays_of_year(&holidays, 2026, days), expected = 11;

        for (size_t d = 0; d < holidays_of_year(&france, 2026, common); d++)
            assert_non_null(holidays_name(&holidays, common[d], true));
        for (size_t d = 0; d < 2 && rows[i].more[d]; d++, expected++)
            assert_non_null(holidays_name(&holidays, date_of(rows[i].more[d]), false));
        assert_int_equal(count, expected);
        if (!rows[i].french)
            continue;
        assert_string_equal(holidays_name(&holidays, date_of(rows[i].more[0]), true),
                            rows[i].french);
        assert_string_equal(holidays_name(&holidays, date_of(rows[i].more[0]), false),
                            rows[i].english);
    }
}

static void test_france_names(void **state)
{
    static const struct holidays france = {.sets = HOLIDAYS_FRANCE};
    static const char *const names[][2] = {
        {"Jour de l'an", "New Year's Day"}, {"Lundi de Pâques", "Easter Monday"},
        {"Fête du travail", "Labour Day"},  {"8 mai 1945", "Victory in Europe Day"},
        {"Ascension", "Ascension Day"},     {"Lundi de Pentecôte", "Whit Monday"},
        {"Fête nationale", "Bastille Day"}, {"Assomption", "Assumption Day"},
        {"Toussaint", "All Saints' Day"},   {"11 novembre 1918", "Armistice Day"},
        {"Noël", "Christmas Day"},
    };
    civil_day days[ROOM];

    (void)state;
    assert_int_equal(holidays_of_year(&france, 2026, days), 11);
    for (size_t i = 0; i < 11; i++) {
        assert_string_equal(holidays_name(&france, days[i], true), names[i][0]);
        assert_string_equal(holidays_name(&france, days[i], false), names[i][1]);
    }
    assert_null(holidays_name(&france, date_of("2026-07-15"), true));
    assert_null(holidays_name(&france, date_of("2026-04-05"), false)); /* Easter is a Sunday */
    assert_null(holidays_name(&france, date_of("2026-12-26"), true));
}

/* Each word takes its own day out, and no other: in 2008 Ascension and Labour Day were one date. */
static void test_days_can_be_taken_out_of_a_set(void **state)
{
    (void)state;
    for (int word = 0; holiday_words[word]; word++) {
        struct holidays all = {.sets = UINT32_MAX}, without = all;
        civil_day days[ROOM];
        size_t before = holidays_of_year(&all, 2026, days), after;

        assert_true(holidays_has_word(UINT32_MAX, word));
        without.without = UINT32_C(1) << word;
        after = holidays_of_year(&without, 2026, days);
        assert_int_equal(before - after, strcmp(holiday_words[word], "abolition-day") ? 1 : 7);
    }
    for (int i = 0; i < 2; i++) {
        static const char *const words[] = {"ascension", "labour-day"};
        struct holidays france = {.sets = HOLIDAYS_FRANCE,
                                  .without = mask_of(holiday_words, words[i])};

        assert_non_null(holidays_name(&france, date_of("2008-05-01"), true));
        france.without = mask_of(holiday_words, words[0]) | mask_of(holiday_words, words[1]);
        assert_null(holidays_name(&france, date_of("2008-05-01"), true));
    }
    assert_false(holidays_has_word(HOLIDAYS_FRANCE, holidays_find(holiday_words, "good-friday")));
    assert_true(holidays_has_word(mask_of(holiday_sets, "alsace-moselle"),
                                  holidays_find(holiday_words, "good-friday")));
    assert_int_equal(holidays_find(holiday_words, "whit-sunday"), -1);
    assert_int_equal(holidays_find(holiday_sets, "germany"), -1);
}

static void test_yearly_days_come_every_year_and_the_29th_of_february_in_leap_years(void **state)
{
    static const struct holiday_yearly yearly[] = {{12, 26}, {2, 29}, {5, 8}};
    static const char *const of_2027[] = {"2027-05-08", "2027-12-26"};
    static const char *const of_2028[] = {"2028-02-29", "2028-05-08", "2028-12-26"};
    static const char *const of_2100[] = {"2100-05-08", "2100-12-26"};
    struct holidays holidays = {.yearly = yearly, .n_yearly = 3};
    civil_day days[ROOM];

    (void)state;
    check_year(&holidays, 2027, of_2027, 2);
    check_year(&holidays, 2028, of_2028, 3);
    check_year(&holidays, 2100, of_2100, 2);
    assert_null(holidays_name(&holidays, date_of("2027-12-26"), true)); /* not of a set: no name */
    holidays.sets = HOLIDAYS_FRANCE;                                    /* 8 May is in both: once */
    assert_int_equal(holidays_of_year(&holidays, 2027, days), 12);
    assert_true(holidays_valid_yearly(2, 29) && holidays_valid_yearly(12, 31));
    assert_false(holidays_valid_yearly(2, 30) || holidays_valid_yearly(4, 31) ||
                 holidays_valid_yearly(13, 1) || holidays_valid_yearly(0, 1) ||
                 holidays_valid_yearly(1, 0) || holidays_valid_yearly(1, 32));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_easter),
        cmocka_unit_test(test_the_eleven_days_of_france_each_once_and_in_order),
        cmocka_unit_test(test_each_set_has_the_days_of_its_law),
        cmocka_unit_test(test_france_names),
        cmocka_unit_test(test_days_can_be_taken_out_of_a_set),
        cmocka_unit_test(test_yearly_days_come_every_year_and_the_29th_of_february_in_leap_years),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
