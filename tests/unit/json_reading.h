/* json_reading.h - reads one text as a JSON answer, in pieces of any size, for the tests of the
 * parser. Include it after <cmocka.h>. */
#ifndef QUALIODOO_JSON_READING_H
#define QUALIODOO_JSON_READING_H

#include "json_events.h"

/* How an answer is read, and what came of it. */
struct reading {
    enum json_form form;
    size_t max_elements; /* 0: no limit */
    size_t fail_at;      /* see struct json_events */
    const char *text;
    size_t length; /* 0: of the string `text` */
    size_t cut;    /* bytes of the first piece */
    size_t piece;  /* and of each other; 0: all that is left */
    int code;
    struct error error;
    bool wanted; /* what the last json_answer_feed() returned */
    struct json_events events;
    char *fault; /* of JSON-RPC, as JSON; NULL: none */
};

static inline void give(struct json_answer *answer, struct reading *reading)
{
    size_t given = 0, size = reading->cut;

    while (given < reading->length) {
        char *copy; /* of its own size: a byte beyond is seen by valgrind and sanitizers */

        if (size == 0 || size > reading->length - given)
            size = reading->length - given;
        copy = malloc(size);
        assert_non_null(copy);
        memcpy(copy, reading->text + given, size);
        reading->wanted = json_answer_feed(answer, copy, size);
        free(copy);
        given += size;
        size = reading->piece;
    }
}

/* Reads; the caller clears. */
static inline void read_with(struct json_answer *answer, struct reading *reading)
{
    reading->error = (struct error){0};
    reading->wanted = true;
    give(answer, reading);
    reading->code = json_answer_end(answer, &reading->error);
    assert_int_equal(reading->code, reading->error.code);
    json_events_stop(&reading->events);
    if (!reading->code && json_answer_fault(answer))
        reading->fault = json_dumps(json_answer_fault(answer), JSON_COMPACT);
}

static inline void read_answer(struct reading *reading)
{
    struct sink sink = {json_events_take, &reading->events};
    size_t max_elements = reading->max_elements ? reading->max_elements : SIZE_MAX;
    struct json_answer *answer = NULL;

    if (!reading->length)
        reading->length = strlen(reading->text);
    json_events_start(&reading->events);
    reading->events.fail_at = reading->fail_at;
    reading->fault = NULL;
    assert_int_equal(json_answer_open(reading->form, &sink, max_elements, &answer, NULL), 0);
    read_with(answer, reading);
    json_answer_free(answer);
}

static inline void clear_reading(struct reading *reading)
{
    json_events_clear(&reading->events);
    free(reading->fault);
}

static inline void compare_readings(const struct reading *whole, const struct reading *cut)
{
    const char *left = whole->fault ? whole->fault : "none";
    const char *right = cut->fault ? cut->fault : "none";

    if (whole->code != cut->code || whole->error.retry != cut->error.retry ||
        strcmp(whole->events.log, cut->events.log) || strcmp(left, right))
        fail_msg("%s, cut after %zu bytes, then each %zu: %d %s: %s %s; whole: %d %s: %s %s",
                 whole->text, cut->cut, cut->piece, cut->code, cut->error.message, cut->events.log,
                 right, whole->code, whole->error.message, whole->events.log, left);
}

/* In two pieces cut at every byte, and in pieces of every size, the events are the same. */
static inline void check_pieces(enum json_form form, const char *text, size_t length)
{
    struct reading whole = {.form = form, .text = text, .length = length};

    read_answer(&whole);
    for (size_t cut = 1; cut < whole.length; cut++)
        for (int even = 0; even < 2; even++) {
            struct reading reading = {.form = form, .text = text, .length = length, .cut = cut};

            reading.piece = even ? cut : 0;
            read_answer(&reading);
            compare_readings(&whole, &reading);
            clear_reading(&reading);
        }
    clear_reading(&whole);
}

#endif
