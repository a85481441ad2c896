/* holidays.c - the sets of public holidays, a row each; another country is another set. Those of
 * France: code du travail, L3133-1 (everywhere), L3134-13
 * (Alsace and Moselle) and L3422-2 with decree 83-1003 (the day on which the abolition of slavery
 * is commemorated overseas). Collectivities with a labour code of their own have no set. */
#include "qualiodoo/core/holidays.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/util/civil.h"

enum set {
    FRANCE,
    ALSACE_MOSELLE,
    GUADELOUPE,
    MARTINIQUE,
    GUYANE,
    LA_REUNION,
    MAYOTTE,
    SAINT_BARTHELEMY,
    SAINT_MARTIN,
    SAINT_PIERRE_ET_MIQUELON,
    SETS,
};

const char *const holiday_sets[SETS + 1] = {
    [FRANCE] = "france",
    [ALSACE_MOSELLE] = "alsace-moselle",
    [GUADELOUPE] = "guadeloupe",
    [MARTINIQUE] = "martinique",
    [GUYANE] = "guyane",
    [LA_REUNION] = "la-reunion",
    [MAYOTTE] = "mayotte",
    [SAINT_BARTHELEMY] = "saint-barthelemy",
    [SAINT_MARTIN] = "saint-martin",
    [SAINT_PIERRE_ET_MIQUELON] = "saint-pierre-et-miquelon",
};

enum word {
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR_DAY,
    VICTORY_DAY,
    ASCENSION,
    WHIT_MONDAY,
    ABOLITION,
    BASTILLE_DAY,
    ASSUMPTION,
    ALL_SAINTS,
    ARMISTICE,
    CHRISTMAS,
    SAINT_STEPHEN,
    WORDS,
};

const char *const holiday_words[WORDS + 1] = {
    [NEW_YEAR] = "new-year",           [GOOD_FRIDAY] = "good-friday",
    [EASTER_MONDAY] = "easter-monday", [LABOUR_DAY] = "labour-day",
    [VICTORY_DAY] = "victory-day",     [ASCENSION] = "ascension",
    [WHIT_MONDAY] = "whit-monday",     [ABOLITION] = "abolition-day",
    [BASTILLE_DAY] = "bastille-day",   [ASSUMPTION] = "assumption",
    [ALL_SAINTS] = "all-saints",       [ARMISTICE] = "armistice",
    [CHRISTMAS] = "christmas",         [SAINT_STEPHEN] = "saint-stephen",
};

#define EVERYWHERE ((UINT32_C(1) << SETS) - 1)
#define ONLY(set) (UINT32_C(1) << (set))

/* A fixed date, or with month 0 the number of days after Easter Sunday (negative: before). */
static const struct rule {
    enum word word;
    uint32_t sets;
    int month, day;
    const char *french, *english;
} rules[] = {
    {NEW_YEAR, EVERYWHERE, 1, 1, "Jour de l'an", "New Year's Day"},
    {GOOD_FRIDAY, ONLY(ALSACE_MOSELLE), 0, -2, "Vendredi saint", "Good Friday"},
    {EASTER_MONDAY, EVERYWHERE, 0, 1, "Lundi de Pâques", "Easter Monday"},
    {LABOUR_DAY, EVERYWHERE, 5, 1, "Fête du travail", "Labour Day"},
    {VICTORY_DAY, EVERYWHERE, 5, 8, "8 mai 1945", "Victory in Europe Day"},
    {ASCENSION, EVERYWHERE, 0, 39, "Ascension", "Ascension Day"},
    {WHIT_MONDAY, EVERYWHERE, 0, 50, "Lundi de Pentecôte", "Whit Monday"},
    {ABOLITION, ONLY(MAYOTTE), 4, 27, "Abolition de l'esclavage", "Abolition of Slavery"},
    {ABOLITION, ONLY(MARTINIQUE), 5, 22, "Abolition de l'esclavage", "Abolition of Slavery"},
    {ABOLITION, ONLY(GUADELOUPE), 5, 27, "Abolition de l'esclavage", "Abolition of Slavery"},
    {ABOLITION, ONLY(SAINT_MARTIN), 5, 28, "Abolition de l'esclavage", "Abolition of Slavery"},
    {ABOLITION, ONLY(GUYANE), 6, 10, "Abolition de l'esclavage", "Abolition of Slavery"},
    {BASTILLE_DAY, EVERYWHERE, 7, 14, "Fête nationale", "Bastille Day"},
    {ASSUMPTION, EVERYWHERE, 8, 15, "Assomption", "Assumption Day"},
    {ABOLITION, ONLY(SAINT_BARTHELEMY), 10, 9, "Abolition de l'esclavage", "Abolition of Slavery"},
    {ALL_SAINTS, EVERYWHERE, 11, 1, "Toussaint", "All Saints' Day"},
    {ARMISTICE, EVERYWHERE, 11, 11, "11 novembre 1918", "Armistice Day"},
    {ABOLITION, ONLY(LA_REUNION), 12, 20, "Abolition de l'esclavage", "Abolition of Slavery"},
    {CHRISTMAS, EVERYWHERE, 12, 25, "Noël", "Christmas Day"},
    {SAINT_STEPHEN, ONLY(ALSACE_MOSELLE), 12, 26, "Saint-Étienne", "Saint Stephen's Day"},
};

enum { RULES = sizeof rules / sizeof *rules };

_Static_assert((int)RULES <= HOLIDAYS_OF_SETS_MAX, "HOLIDAYS_OF_SETS_MAX holds every rule");

/* Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher). */
static civil_day easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30;
    int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int n = h + l - 7 * m + 114;

    return civil_from_date(year, n / 31, n % 31 + 1);
}

static civil_day day_of(const struct rule *rule, int year)
{
    return rule->month ? civil_from_date(year, rule->month, rule->day) : easter(year) + rule->day;
}

static bool applies(const struct rule *rule, const struct holidays *holidays)
{
    return (rule->sets & holidays->sets) && !(holidays->without >> rule->word & 1);
}

int holidays_find(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

bool holidays_has_word(uint32_t sets, int word)
{
    for (size_t i = 0; i < RULES; i++)
        if ((int)rules[i].word == word && rules[i].sets & sets)
            return true;
    return false;
}

bool holidays_valid_yearly(int month, int day)
{
    static const int last[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month >= 1 && month <= 12 && day >= 1 && day <= last[month - 1];
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int compare_days(const void *left, const void *right)
{
    civil_day a = *(const civil_day *)left, b = *(const civil_day *)right;

    return (a > b) - (a < b);
}

size_t holidays_of_year(const struct holidays *holidays, int year, civil_day *ret_days)
{
    size_t count = 0, kept = 0;

    for (size_t i = 0; i < RULES; i++)
        if (applies(&rules[i], holidays))
            ret_days[count++] = day_of(&rules[i], year);
    for (size_t i = 0; i < holidays->n_yearly; i++) {
        const struct holiday_yearly *yearly = &holidays->yearly[i];

        if (yearly->month != 2 || yearly->day != 29 || is_leap(year))
            ret_days[count++] = civil_from_date(year, yearly->month, yearly->day);
    }
    if (count > 1)
        qsort(ret_days, count, sizeof *ret_days, compare_days);
    for (size_t i = 0; i < count; i++) /* in 2008, Ascension and 1 May were one day */
        if (kept == 0 || ret_days[i] != ret_days[kept - 1])
            ret_days[kept++] = ret_days[i];
    return kept;
}

const char *holidays_name(const struct holidays *holidays, civil_day day, bool french)
{
    int year, month, day_of_month;

    civil_to_date(day, &year, &month, &day_of_month);
    for (size_t i = 0; i < RULES; i++)
        if (applies(&rules[i], holidays) && day_of(&rules[i], year) == day)
            return french ? rules[i].french : rules[i].english;
    return NULL;
}
