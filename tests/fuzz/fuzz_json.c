/* fuzz_json.c - any bytes as a JSON answer, bare and in the envelope of JSON-RPC: read or refused;
 * cut into any pieces they give the same events, code and fault; and a value that is read is the
 * one that jansson reads. */
#include "fuzz.h"
#include "odoo/json_answer.h"

#include "../unit/json_events.h"

struct outcome {
    struct json_events events;
    struct error error;
    int code;
    json_t *fault;
};

/* The size of the next piece: 1 to 64, or all, from a generator that the input seeds. */
static size_t next_piece(uint32_t *seed, size_t left)
{
    size_t size;

    if (*seed == 0)
        return left;
    *seed = *seed * 1664525 + 1013904223;
    size = 1 + (*seed >> 16) % 64;
    return size < left ? size : left;
}

/* `seed` 0: in one piece. Each piece is a block of its own, so that its bounds are seen. */
static void read_answer(enum json_form form, const char *text, size_t length, uint32_t seed,
                        struct outcome *outcome)
{
    struct sink sink = {json_events_take, &outcome->events};
    struct json_answer *answer = NULL;
    bool wanted = true;

    memset(outcome, 0, sizeof *outcome);
    json_events_start(&outcome->events);
    if (json_answer_open(form, &sink, 100000, &answer, NULL))
        abort();
    for (size_t given = 0, size; given < length; given += size) {
        bool is_wanted;
        char *piece;

        size = next_piece(&seed, length - given);
        piece = fuzz_text((const uint8_t *)text + given, size);
        is_wanted = json_answer_feed(answer, piece, size);
        free(piece);
        FUZZ_CHECK(wanted || !is_wanted, "wanted again after %zu bytes", given);
        wanted = is_wanted;
    }
    outcome->code = json_answer_end(answer, &outcome->error);
    FUZZ_CHECK(wanted || outcome->code, "not wanted, but read");
    outcome->fault = outcome->code ? NULL : json_incref(json_answer_fault(answer));
    json_events_stop(&outcome->events);
    json_answer_free(answer);
}

static void outcome_clear(struct outcome *outcome)
{
    json_events_clear(&outcome->events);
    json_decref(outcome->fault);
}

static void compare(const struct outcome *whole, const struct outcome *cut)
{
    FUZZ_CHECK(whole->code == cut->code && whole->error.retry == cut->error.retry, "%d %s: %d %s",
               whole->code, whole->error.message, cut->code, cut->error.message);
    FUZZ_CHECK(whole->events.log_length == cut->events.log_length &&
                   !memcmp(whole->events.log, cut->events.log, cut->events.log_length),
               "%s: %s", whole->events.log, cut->events.log);
    FUZZ_CHECK(json_equal(whole->fault, cut->fault) || whole->fault == cut->fault, "faults");
}

/* yajl takes \v and \f for blanks, jansson does not. */
static void compare_with_jansson(const char *text, size_t length, const struct outcome *outcome)
{
    json_error_t problem;
    json_t *value;

    if (outcome->code || memchr(text, '\v', length) || memchr(text, '\f', length))
        return;
    value = json_loadb(text, length, JSON_DECODE_ANY, &problem);
    FUZZ_CHECK(value, "jansson: %s: %s", problem.text, outcome->events.log);
    FUZZ_CHECK(json_equal(value, outcome->events.tree.value), "%s", outcome->events.log);
    json_decref(value);
}

static void check_form(enum json_form form, const char *text, size_t length)
{
    struct outcome whole, cut;
    uint32_t seed = 1;

    for (size_t i = 0; i < length; i++)
        seed = seed * 31 + (uint8_t)text[i];
    read_answer(form, text, length, 0, &whole);
    read_answer(form, text, length, seed | 1, &cut);
    compare(&whole, &cut);
    if (whole.code)
        fuzz_check_remote(&whole.error);
    if (form == JSON_FORM_BARE)
        compare_with_jansson(text, length, &whole);
    outcome_clear(&whole);
    outcome_clear(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = fuzz_text(bytes, size);

    check_form(JSON_FORM_BARE, text, size);
    check_form(JSON_FORM_RPC, text, size);
    free(text);
    return 0;
}
