/* explain_sla_text.c - explain sla as text. Times are those of the configured zone. */
#include "explain_sla_text.h"

#include <string.h>

#include "qualiodoo/cli/table.h"
#include "qualiodoo/util/civil.h"

enum { DAYS_SHOWN = 20 }; /* intervals and days skipped, together */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A time of the document in the zone; "-" when there is none. */
static const char *when(const struct tz *zone, const json_t *object, const char *key,
                        char text[TZ_TEXT_SIZE])
{
    const char *iso = text_of(object, key);
    instant at;

    return iso && instant_parse_iso(iso, &at) ? tz_format(zone, at, text) : "-";
}

static const char *seconds_of(const json_t *object, const char *key, char text[MINUTES_TEXT_SIZE])
{
    return format_seconds(json_integer_value(json_object_get(object, key)), text);
}

/* ---- The ticket ---- */

/* Prints the target in an object: "2 business days", "2:00 of business time". */
static void print_target(const json_t *object)
{
    json_int_t days = json_integer_value(json_object_get(object, "target_days"));
    char text[MINUTES_TEXT_SIZE];

    if (days)
        table_say("%lld business day%s", (long long)days, days > 1 ? "s" : "");
    else
        table_say("%s of business time", seconds_of(object, "target_seconds", text));
}

static void print_promise(const json_t *document)
{
    const json_t *settled = json_object_get(document, "settled");
    bool differs = json_boolean_value(json_object_get(settled, "differs_today"));

    table_say(differs ? "priority %s now, %s when it was settled: a response within "
                      : "priority %s: %s, a response within ",
              text_of(document, "priority"), text_of(document, "urgency"));
    print_target(document);
    table_say("\n");
}

/* Prints why settings that changed after the response do not change the verdict. */
static void print_settled(const struct tz *zone, const json_t *document)
{
    const json_t *settled = json_object_get(document, "settled");
    const json_t *today = json_object_get(settled, "today");
    bool stands = json_boolean_value(json_object_get(settled, "stands"));
    char text[TZ_TEXT_SIZE];

    if (!json_is_object(settled))
        return;
    table_say(stands ? "settled by the response: this deadline and the verdict are kept as they "
                       "are\n"
                     : "settled by a response that changed in Odoo since: judged again, with the "
                       "deadline that was kept\n");
    if (!json_boolean_value(json_object_get(settled, "differs_today")))
        return;
    if (!json_is_object(today)) {
        table_say("today's calendar cannot be used: the settled deadline does not need it\n");
        return;
    }
    table_say("today's rules would give the deadline %s (%s, ", when(zone, today, "deadline", text),
              text_of(today, "urgency"));
    print_target(today);
    table_say("): the settled deadline stays\n");
}

static void print_ticket(const struct tz *zone, const char *zone_name, const json_t *document)
{
    const char *number = text_of(document, "ticket"), *customer = text_of(document, "customer");
    json_int_t account = json_integer_value(json_object_get(document, "customer_id"));
    const char *state = text_of(document, "state");
    char text[TZ_TEXT_SIZE];

    table_say("ticket %s%s(%s)", number ? number : "", number ? " " : "",
              text_of(document, "record"));
    if (account)
        table_say(" of %s (%lld)", customer ? customer : "customer", (long long)account);
    if (state)
        table_say(": %s\n", state);
    else
        table_say(": no response is owed, because %s\n", text_of(document, "why_not"));
    table_say("created %s (times are those of %s)\n", when(zone, document, "created_at", text),
              zone_name);
    print_promise(document);
}

static void print_calendar(const json_t *document)
{
    const json_t *calendar = json_object_get(document, "calendar");
    const char *record = text_of(calendar, "record"), *zone = text_of(calendar, "time_zone");

    table_say("calendar: %s (%s%s%s), %s\n", text_of(calendar, "name"), record ? record : "",
              record && zone ? ", " : "", zone ? zone : "", text_of(calendar, "source"));
}

/* ---- The days ---- */

static const char *weekday_name(const char *iso)
{
    static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    civil_day day = 0;

    civil_parse(iso, &day);
    return names[civil_weekday(day)];
}

static void print_skipped(const json_t *skipped)
{
    const char *day = text_of(skipped, "day"), *reason = text_of(skipped, "reason");
    const char *name = text_of(skipped, "name"), *leave = text_of(skipped, "leave");

    table_say("  %s %s  ", weekday_name(day), day);
    if (strcmp(reason, "no_hours") == 0)
        table_say("skipped: no working hours\n");
    else if (strcmp(reason, "closed") == 0)
        table_say("skipped: in sla.holidays\n");
    else
        table_say("skipped: %s%s%s%s\n", name ? name : "leave", leave ? " (" : "",
                  leave ? leave : "", leave ? ")" : "");
}

static void print_interval(const struct tz *zone, const json_t *interval)
{
    enum { DATE_LENGTH = 10 }; /* of YYYY-MM-DD HH:MM */
    char start[TZ_TEXT_SIZE], end[TZ_TEXT_SIZE];
    char seconds[MINUTES_TEXT_SIZE], total[MINUTES_TEXT_SIZE];

    when(zone, interval, "start", start);
    start[DATE_LENGTH] = '\0';
    table_say("  %s %s  %s - %s  %6s, in all %6s\n", weekday_name(start), start,
              start + DATE_LENGTH + 1, when(zone, interval, "end", end) + DATE_LENGTH + 1,
              seconds_of(interval, "seconds", seconds),
              seconds_of(interval, "total_seconds", total));
}

/* Prints intervals and skipped days together, in order of days. */
static void print_days(const struct tz *zone, const json_t *document)
{
    json_t *intervals = json_object_get(document, "intervals");
    json_t *skipped = json_object_get(document, "skipped");
    size_t count = json_array_size(intervals) + json_array_size(skipped), i = 0, s = 0;

    for (size_t shown = 0; shown < count && shown < DAYS_SHOWN; shown++) {
        const json_t *interval = json_array_get(intervals, i), *day = json_array_get(skipped, s);

        if (day && (!interval || strcmp(text_of(day, "day"), text_of(interval, "day")) < 0)) {
            print_skipped(day);
            s++;
        } else {
            print_interval(zone, interval);
            i++;
        }
    }
    if (count > DAYS_SHOWN)
        table_say("  ... %zu more (--json shows all)\n", count - DAYS_SHOWN);
}

static bool is_told(json_t *skipped, const char *leave)
{
    json_t *day;
    size_t i;

    json_array_foreach(skipped, i, day) {
        const char *known = text_of(day, "leave");

        if (known && strcmp(known, leave) == 0)
            return true;
    }
    return false;
}

/* Prints the leaves that no skipped day names: they left some working time in each day. */
static void print_leaves(const struct tz *zone, const json_t *document)
{
    json_t *leave;
    size_t i;

    json_array_foreach(json_object_get(document, "leaves"), i, leave) {
        const char *name = text_of(leave, "name"), *record = text_of(leave, "leave");
        char start[TZ_TEXT_SIZE], end[TZ_TEXT_SIZE];

        if (!is_told(json_object_get(document, "skipped"), record))
            table_say("  not counted: %s (%s), from %s to %s\n", name ? name : "leave", record,
                      when(zone, leave, "start", start), when(zone, leave, "end", end));
    }
}

static void print_clock(const struct tz *zone, const json_t *document)
{
    bool moved = json_boolean_value(json_object_get(document, "moved_to_opening"));
    json_int_t percent = json_integer_value(json_object_get(document, "warn_at_percent"));
    json_int_t days = json_integer_value(json_object_get(document, "target_days"));
    char text[TZ_TEXT_SIZE], start[TZ_TEXT_SIZE];
    bool same_time;

    table_say("the clock started at %s%s\n", when(zone, document, "started_at", text),
              moved ? ", the next opening" : "");
    print_days(zone, document);
    print_leaves(zone, document);
    table_say("warned from %s on, with %lld %% of the time used\n",
              when(zone, document, "warn_at", text), (long long)percent);
    when(zone, document, "started_at", start);
    when(zone, document, "deadline", text);
    same_time = strcmp(start + strlen("YYYY-MM-DD "), text + strlen("YYYY-MM-DD ")) == 0;
    table_say("deadline: %s%s\n", text,
              !days       ? ""
              : same_time ? ", at the time of day at which it started"
                          : ", the next opening after the time of day at which it started");
}

/* ---- What happened ---- */

static void print_events(const struct tz *zone, const json_t *document)
{
    json_t *event;
    size_t i;

    table_say("\n");
    json_array_foreach(json_object_get(document, "events"), i, event) {
        const char *record = text_of(event, "record"), *why = text_of(event, "why");
        char text[TZ_TEXT_SIZE];

        table_say("  %-8s  %-16s  %s%s%s%s\n", text_of(event, "event"),
                  when(zone, event, "at", text), why, record ? " (" : "", record ? record : "",
                  record ? ")" : "");
    }
}

static void print_result(const struct tz *zone, const json_t *document)
{
    char used[MINUTES_TEXT_SIZE], late[MINUTES_TEXT_SIZE], text[TZ_TEXT_SIZE];

    const char *history = text_of(document, "history");

    table_say("\n%s: %s of business time used", text_of(document, "state"),
              seconds_of(document, "used_seconds", used));
    if (json_integer_value(json_object_get(document, "late_seconds")))
        table_say(", %s late", seconds_of(document, "late_seconds", late));
    if (text_of(document, "next_change"))
        table_say("; without a response, its state changes at %s",
                  when(zone, document, "next_change", text));
    table_say("\n");
    if (history && strcmp(history, "unknown") == 0)
        table_say("the history is unknown, as Odoo does not let the agent read who was assigned "
                  "when: an assignment or closing that looks late may follow an earlier one that "
                  "was in time, so it alone is no breach (see 'qualiodoo doctor')\n");
}

static void print_written(const json_t *document)
{
    const char *why_not = text_of(document, "not_written");
    json_t *written = json_object_get(document, "written"), *set, *part;
    size_t i, j;

    if (why_not)
        table_say("not flagged in Odoo: %s\n", why_not);
    else if (!json_array_size(written))
        table_say("nothing was written about it into Odoo\n");
    json_array_foreach(written, i, set) {
        table_say("writes of %s: %s\n", text_of(set, "key"), text_of(set, "state"));
        json_array_foreach(json_object_get(set, "parts"), j, part) {
            const char *reason = text_of(part, "reason");

            table_say("  write %lld: %s, %s%s%s\n",
                      (long long)json_integer_value(json_object_get(part, "id")),
                      text_of(part, "part"), text_of(part, "state"), reason ? ": " : "",
                      reason ? reason : "");
        }
    }
}

void explain_sla_text(const struct tz *zone, const char *zone_name, json_t *document)
{
    bool owed = json_boolean_value(json_object_get(document, "owed"));

    print_ticket(zone, zone_name, document);
    if (owed) {
        print_calendar(document);
        print_clock(zone, document);
        print_settled(zone, document);
    }
    print_events(zone, document);
    if (owed)
        print_result(zone, document);
    print_written(document);
}
