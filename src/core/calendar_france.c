/* calendar_france.c - the public holidays of France (code du travail, L3133-1). */
#include "qualiodoo/calendar.h"
#include "qualiodoo/civil.h"

/* A fixed date, or so many days after Easter Sunday. */
static const struct holiday {
    const char *french, *english;
    int month, day; /* month 0: after Easter */
} holidays[CALENDAR_FRANCE_DAYS] = {
    {"Jour de l'an", "New Year's Day", 1, 1},  {"Lundi de Pâques", "Easter Monday", 0, 1},
    {"Fête du travail", "Labour Day", 5, 1},   {"8 mai 1945", "Victory in Europe Day", 5, 8},
    {"Ascension", "Ascension Day", 0, 39},     {"Lundi de Pentecôte", "Whit Monday", 0, 50},
    {"Fête nationale", "Bastille Day", 7, 14}, {"Assomption", "Assumption Day", 8, 15},
    {"Toussaint", "All Saints' Day", 11, 1},   {"11 novembre 1918", "Armistice Day", 11, 11},
    {"Noël", "Christmas Day", 12, 25},
};

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

static civil_day day_of(const struct holiday *holiday, int year)
{
    return holiday->month ? civil_from_date(year, holiday->month, holiday->day)
                          : easter(year) + holiday->day;
}

size_t calendar_france(int year, civil_day days[CALENDAR_FRANCE_DAYS])
{
    for (size_t i = 0; i < CALENDAR_FRANCE_DAYS; i++)
        days[i] = day_of(&holidays[i], year);
    /* Ascension may fall before 8 May, and even before 1 May. */
    for (size_t i = 1; i < CALENDAR_FRANCE_DAYS; i++)
        for (size_t j = i; j > 0 && days[j] < days[j - 1]; j--) {
            civil_day later = days[j - 1];

            days[j - 1] = days[j];
            days[j] = later;
        }
    return CALENDAR_FRANCE_DAYS;
}

static const struct holiday *find(civil_day day)
{
    int year, month, day_of_month;

    civil_to_date(day, &year, &month, &day_of_month);
    for (size_t i = 0; i < CALENDAR_FRANCE_DAYS; i++)
        if (day_of(&holidays[i], year) == day)
            return &holidays[i];
    return NULL;
}

const char *calendar_france_name(civil_day day)
{
    const struct holiday *holiday = find(day);

    return holiday ? holiday->french : NULL;
}

const char *calendar_france_english(civil_day day)
{
    const struct holiday *holiday = find(day);

    return holiday ? holiday->english : NULL;
}
