/* json_answer.c - JSON answers with yajl, a push parser. The only file that includes yajl.
 *
 *     bytes -> held back while a string is long -> json_guard -> yajl -> on_...() -> take() -> sink
 *
 * Three things end the parsing: an answer is *refused* (nothing more is read), it *breaks* (its
 * bytes are counted to the end, which tells damaged from cut short), or its root *ends*. */
#include "json_answer.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "answer.h"
#include "json_guard.h"
#include "json_rpc.h"

/* The blocks that yajl 2.1 has at once are 7: its handle and stack, its lexer, two buffers. */
#define YAJL_BLOCKS 16

/* The longest number: enough for any that Odoo writes (Python's shortest form of a double). */
#define NUMBER_MAX 400

struct json_answer {
    enum json_form form;
    struct sink sink;    /* the caller's, or `rpc` */
    struct json_rpc rpc; /* JSON_FORM_RPC */
    size_t max_elements;

    yajl_handle yajl;          /* NULL before the first byte, and after a lack of memory */
    yajl_alloc_funcs memory;   /* the allocator that yajl uses */
    void *blocks[YAJL_BLOCKS]; /* what yajl has allocated */
    jmp_buf no_memory;         /* where the allocator jumps to when it fails */

    struct {
        char *bytes;
        size_t length, room;
    } held; /* bytes that yajl gets later */

    struct state {
        struct answer_ends ends;
        struct json_guard guard;
        size_t parsed;          /* bytes that yajl got before the piece that it has now */
        size_t stretch;         /* bytes that yajl got since the last event */
        size_t elements, depth; /* so far; open now */
        size_t root_end;        /* the offset where the root ended, 0: not yet */
        struct error refused;   /* code 0: not refused */
        struct {
            bool is;
            struct error value; /* the reason; code 0: the syntax, which broke here: */
            size_t offset;
            char text[12]; /* what stands there, with a NUL */
            size_t length; /* of `text` */
        } broken;
    } state; /* of one answer, all zero at its start */
};

/* ---- yajl's memory ----
 *
 * yajl does not check what its allocator returns. So the allocator does not return without memory:
 * it jumps out of yajl, to run(), which frees every block and never uses the handle again. */

static void *yajl_resize(void *context, void *old, size_t size)
{
    struct json_answer *answer = context;
    size_t slot = 0;
    void *block;

    while (slot < YAJL_BLOCKS && answer->blocks[slot] != old)
        slot++;
    block = slot < YAJL_BLOCKS ? realloc(old, size) : NULL;
    if (!block)
        longjmp(answer->no_memory, 1);
    answer->blocks[slot] = block;
    return block;
}

static void *yajl_allocate(void *context, size_t size)
{
    return yajl_resize(context, NULL, size);
}

static void yajl_release(void *context, void *block)
{
    struct json_answer *answer = context;

    for (size_t slot = 0; slot < YAJL_BLOCKS; slot++)
        if (answer->blocks[slot] == block)
            answer->blocks[slot] = NULL;
    free(block);
}

static void yajl_release_all(struct json_answer *answer)
{
    for (size_t slot = 0; slot < YAJL_BLOCKS; slot++) {
        free(answer->blocks[slot]);
        answer->blocks[slot] = NULL;
    }
    answer->yajl = NULL;
}

/* ---- What breaks an answer. Each returns 0, which makes yajl stop. ---- */

/* The offset in the text of what yajl reads after the token that it just told. */
static size_t offset_now(const struct json_answer *answer)
{
    return answer->state.parsed + yajl_get_bytes_consumed(answer->yajl);
}

static int break_by(struct json_answer *answer, const struct error *value)
{
    answer->state.broken.is = true;
    answer->state.broken.value = *value;
    return 0;
}

static int break_by_number(struct json_answer *answer, const char *number, size_t length,
                           const char *why)
{
    struct error error;

    error_set(&error, ERR_UNPARSABLE, "the answer holds the number %.*s%s at byte %zu, which is %s",
              length < 40 ? (int)length : 40, number, length < 40 ? "" : "...",
              offset_now(answer) - length, why);
    return break_by(answer, &error);
}

/* ---- Events ---- */

/* Counts an event, and leads it to the sink. Returns 0, which makes yajl stop, when the answer is
 * refused. */
static int take(struct json_answer *answer, const struct event *event)
{
    struct state *state = &answer->state;
    int rc = 0;

    state->stretch = 0;
    if (event->kind == EVENT_END)
        state->depth--;
    else if (++state->elements > answer->max_elements)
        rc = answer_too_many(answer->max_elements, &state->refused);
    if (event->kind == EVENT_LIST || event->kind == EVENT_OBJECT)
        if (++state->depth > ANSWER_DEPTH_MAX)
            rc = answer_too_deep(offset_now(answer) - 1, &state->refused);
    if (state->depth == 0)
        state->root_end = offset_now(answer);
    if (rc)
        return 0;
    rc = answer->sink.take(answer->sink.context, event, &state->refused);
    state->refused.code = rc;
    return rc == 0;
}

static int on_null(void *context)
{
    return take(context, &(struct event){.kind = EVENT_NULL});
}

static int on_boolean(void *context, int truth)
{
    return take(context, &(struct event){.kind = EVENT_BOOLEAN, .truth = truth});
}

/* strtod() reads a point: of the locale, main() sets no more than LC_CTYPE. */
static int on_number(void *context, const char *number, size_t length)
{
    struct event event = {.kind = EVENT_INTEGER};
    char digits[NUMBER_MAX + 1];

    if (length > NUMBER_MAX)
        return break_by_number(context, number, length, "too long");
    memcpy(digits, number, length);
    digits[length] = '\0';
    if (strpbrk(digits, ".eE")) {
        event.kind = EVENT_REAL;
        event.real = strtod(digits, NULL);
        if (!isfinite(event.real))
            return break_by_number(context, number, length, "not finite");
    } else {
        errno = 0;
        event.integer = strtoll(digits, NULL, 10);
        if (errno)
            return break_by_number(context, number, length, "above the range of 64 bits");
    }
    return take(context, &event);
}

static int on_text(void *context, const unsigned char *text, size_t length)
{
    return take(context,
                &(struct event){.kind = EVENT_TEXT, .text = (const char *)text, .length = length});
}

static int on_key(void *context, const unsigned char *text, size_t length)
{
    return take(context,
                &(struct event){.kind = EVENT_KEY, .text = (const char *)text, .length = length});
}

static int on_object(void *context)
{
    return take(context, &(struct event){.kind = EVENT_OBJECT});
}

static int on_list(void *context)
{
    return take(context, &(struct event){.kind = EVENT_LIST});
}

static int on_end(void *context)
{
    return take(context, &(struct event){.kind = EVENT_END});
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_text,
    .yajl_start_map = on_object,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end,
    .yajl_start_array = on_list,
    .yajl_end_array = on_end,
};

/* ---- Pieces ---- */

/* Gives yajl a piece, or, when NULL, the end. Returns whether it went on. */
static bool run(struct json_answer *answer, const char *bytes, size_t length)
{
    if (setjmp(answer->no_memory)) {
        yajl_release_all(answer);
        error_memory(&answer->state.refused);
        return false;
    }
    if (!answer->yajl) {
        answer->yajl = yajl_alloc(&callbacks, &answer->memory, answer);
        yajl_config(answer->yajl, yajl_dont_validate_strings, 1); /* json_guard is stricter */
    }
    if (!bytes)
        return yajl_complete_parse(answer->yajl) == yajl_status_ok;
    return yajl_parse(answer->yajl, (const unsigned char *)bytes, length) == yajl_status_ok;
}

/* Whether nothing more is parsed. */
static bool is_over(const struct json_answer *answer)
{
    return answer->state.refused.code || answer->state.broken.is || answer->state.root_end;
}

/* Keeps what stands where the syntax broke, for its words. */
static void broken_add(struct json_answer *answer, const char *bytes, size_t length)
{
    size_t room = sizeof answer->state.broken.text - 1 - answer->state.broken.length;

    if (length > room)
        length = room;
    memcpy(answer->state.broken.text + answer->state.broken.length, bytes, length);
    answer->state.broken.length += length;
}

/* yajl stopped at a byte: behind it, when no token begins by it. */
static void broken_begin(struct json_answer *answer, const char *bytes, size_t length)
{
    size_t stop = yajl_get_bytes_consumed(answer->yajl);

    if (stop > 0 && (bytes[stop - 1] == 'N' || bytes[stop - 1] == 'I'))
        stop--;
    answer->state.broken.is = true;
    answer->state.broken.offset = answer->state.parsed + stop;
    broken_add(answer, bytes + stop, length - stop);
}

static void parse(struct json_answer *answer, const char *bytes, size_t length)
{
    struct state *state = &answer->state;
    struct error error = {0};
    size_t sound = json_guard_check(&state->guard, bytes, length, state->parsed, &error);

    answer->state.stretch += sound;
    if (!run(answer, bytes, sound)) {
        if (!is_over(answer))
            broken_begin(answer, bytes, length);
    } else if (error.code && !state->root_end)
        break_by(answer, &error);
    state->parsed += sound;
}

/* Adds to what is held back. */
static bool hold(struct json_answer *answer, const char *bytes, size_t length)
{
    size_t needed = answer->held.length + length;

    if (needed > answer->held.room) {
        size_t room = 2 * needed;
        char *grown = realloc(answer->held.bytes, room);

        if (!grown) {
            error_memory(&answer->state.refused);
            return false;
        }
        answer->held.bytes = grown;
        answer->held.room = room;
    }
    memcpy(answer->held.bytes + answer->held.length, bytes, length);
    answer->held.length = needed;
    return true;
}

static void parse_held(struct json_answer *answer)
{
    size_t length = answer->held.length;

    answer->held.length = 0;
    parse(answer, answer->held.bytes, length);
}

/* With each piece yajl reads a string that has not ended again from its start: quadratic in its
 * length. So pieces without an event are held back until they are as long as what is read again. */
static void parse_later(struct json_answer *answer, const char *bytes, size_t length)
{
    if (answer->held.length == 0 && length >= answer->state.stretch)
        parse(answer, bytes, length);
    else if (hold(answer, bytes, length) && answer->held.length >= answer->state.stretch)
        parse_held(answer);
}

/* What the text should be. */
static const char *expected(const struct json_answer *answer)
{
    return answer->form == JSON_FORM_RPC ? "a JSON-RPC answer" : "a JSON answer";
}

/* Whether a text that begins so is no answer of this form. N and I begin NaN and Infinity. */
static bool is_something_else(const struct json_answer *answer)
{
    const char *starts = answer->form == JSON_FORM_RPC ? "{" : "{[\"-0123456789tfnNI";

    return answer->state.ends.head_length > 0 && !strchr(starts, answer->state.ends.head[0]);
}

bool json_answer_feed(struct json_answer *answer, const char *bytes, size_t length)
{
    struct state *state = &answer->state;

    if (state->refused.code || length == 0)
        return !state->refused.code;
    answer_ends_add(&state->ends, bytes, length);
    if (is_something_else(answer)) {
        if (state->ends.head_length == sizeof state->ends.head) /* may hold the title of a page */
            answer_not(expected(answer), &state->ends, &state->refused);
    } else if (state->broken.is)
        broken_add(answer, bytes, length);
    else if (!state->root_end)
        parse_later(answer, bytes, length);
    return !state->refused.code;
}

/* ---- The end ---- */

/* What closes the root, NULL when nothing does. */
static const char *closing(const struct json_answer *answer)
{
    switch (answer->state.ends.head[0]) {
    case '{':
        return "}";
    case '[':
        return "]";
    case '"':
        return "\"";
    default:
        return NULL;
    }
}

static int cut_short(const struct json_answer *answer, struct error *error)
{
    const char *mark = closing(answer);
    char missing[32] = "the rest of its value";

    if (mark)
        snprintf(missing, sizeof missing, "its closing %s", mark);
    return answer_cut_short(missing, &answer->state.ends, error);
}

/* The root ended, but not the text. */
static int goes_on(const struct json_answer *answer, struct error *error)
{
    if (!closing(answer)) /* "404 page not found" */
        return answer_not(expected(answer), &answer->state.ends, error);
    return error_set(error, ERR_UNPARSABLE, "the answer goes on after its end, at byte %zu",
                     answer->state.root_end);
}

static int syntax_error(const struct json_answer *answer, struct error *error)
{
    const struct state *state = &answer->state;
    bool is_nan = !strncmp(state->broken.text, "NaN", 3);

    if (is_nan || !strncmp(state->broken.text, "Infinity", 8))
        return error_set(error, ERR_UNPARSABLE,
                         "the answer holds %s in the place of a number, at byte %zu: JSON has no "
                         "such number",
                         is_nan ? "NaN" : "Infinity", state->broken.offset);
    if (!closing(answer)) /* "Not found" */
        return answer_not(expected(answer), &state->ends, error);
    return error_set(error, ERR_UNPARSABLE, "the answer is no valid JSON near byte %zu",
                     state->broken.offset);
}

/* Tells the caller an error that was kept. */
static int tell(const struct error *kept, struct error *error)
{
    if (error)
        *error = *kept;
    return kept->code;
}

static int broken_end(const struct json_answer *answer, struct error *error)
{
    const char *mark = closing(answer);

    if (mark && !answer_ends_by(&answer->state.ends, mark))
        return cut_short(answer, error);
    if (answer->state.broken.value.code)
        return tell(&answer->state.broken.value, error);
    return syntax_error(answer, error);
}

int json_answer_end(struct json_answer *answer, struct error *error)
{
    struct state *state = &answer->state;
    bool is_finished = true;

    if (!state->refused.code && (state->ends.head_length == 0 || is_something_else(answer)))
        return answer_not(expected(answer), &state->ends, error);
    if (!is_over(answer) && answer->held.length > 0)
        parse_held(answer);
    /* A number ends where the text does; of one in a list or an object, digits may be missing. */
    if (!is_over(answer) && state->depth == 0)
        is_finished = run(answer, NULL, 0);
    if (state->refused.code)
        return tell(&state->refused, error);
    if (state->root_end && state->ends.total - state->ends.blanks > state->root_end)
        return goes_on(answer, error);
    if (state->broken.is)
        return broken_end(answer, error);
    if (!is_finished || !state->root_end)
        return cut_short(answer, error);
    if (answer->form == JSON_FORM_BARE)
        return 0;
    return json_rpc_is_one(&answer->rpc) ? json_rpc_end(&answer->rpc, error)
                                         : answer_not(expected(answer), &state->ends, error);
}

json_t *json_answer_fault(struct json_answer *answer)
{
    return json_rpc_fault(&answer->rpc);
}

/* ---- Life ---- */

void json_answer_reset(struct json_answer *answer)
{
    yajl_release_all(answer); /* it has no reset of its own */
    json_rpc_reset(&answer->rpc);
    memset(&answer->state, 0, sizeof answer->state);
    answer->held.length = 0;
}

int json_answer_open(enum json_form form, const struct sink *sink, size_t max_elements,
                     struct json_answer **ret_answer, struct error *error)
{
    struct json_answer *answer = calloc(1, sizeof *answer);

    if (!answer)
        return error_memory(error);
    answer->form = form;
    answer->rpc.inner = *sink;
    answer->sink = form == JSON_FORM_RPC ? (struct sink){json_rpc_take, &answer->rpc} : *sink;
    answer->max_elements = max_elements;
    answer->memory = (yajl_alloc_funcs){yajl_allocate, yajl_resize, yajl_release, answer};
    *ret_answer = answer;
    return 0;
}

void json_answer_free(struct json_answer *answer)
{
    if (!answer)
        return;
    yajl_release_all(answer);
    json_rpc_reset(&answer->rpc);
    free(answer->held.bytes);
    free(answer);
}
