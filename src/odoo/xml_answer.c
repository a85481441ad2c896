#include "xml_answer.h"

#include <errno.h>
#include <expat.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "text.h"
#include "tree.h"

#define EXPECTED "an XML-RPC answer"
#define CLOSING "</methodResponse>"

/* The elements of XML-RPC; those that hold text are the last. */
enum element {
    NO_ELEMENT, /* around the root */
    RESPONSE,
    PARAMS,
    PARAM,
    FAULT,
    VALUE, /* of text, as long as no element has begun in it */
    FULL_VALUE,
    LIST,
    DATA,
    OBJECT,
    MEMBER,
    NAMED_MEMBER,
    FULL_MEMBER,
    NIL,
    NAME,
    STRING,
    INTEGER,
    INTEGER_64,
    DOUBLE,
    BOOLEAN,
    DATETIME,
    BASE64,
    UNKNOWN
};

struct xml_answer {
    XML_Parser parser;
    struct sink sink;     /* of the result */
    struct tree fault;    /* takes the fault */
    struct sink *present; /* the sink that takes the value: of the result, or of the fault */
    struct sink fault_sink;
    size_t elements, max_elements;
    unsigned char stack[ANSWER_DEPTH_MAX + 1]; /* the elements that are open, outermost first */
    size_t depth;                              /* of the stack */
    char *text; /* of the innermost element, when it holds text; on the heap */
    size_t length, capacity;
    struct answer_ends ends;
    struct error error; /* the first failure; its code is 0 as long as there is none */
    bool foreign;       /* no XML-RPC answer: its beginning will say what it is */
    bool has_result, has_fault;
    int fault_code;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ---- Failures ---- */

/* Keeps the first failure, which is in answer->error, and ends the parsing. */
static void stop(struct xml_answer *answer)
{
    XML_StopParser(answer->parser, XML_FALSE);
}

static void fail_memory(struct xml_answer *answer)
{
    error_memory(&answer->error);
    stop(answer);
}

/* The error is set from the beginning of the answer, of which more may come. */
static void fail_foreign(struct xml_answer *answer)
{
    answer->foreign = true;
    answer_not(EXPECTED, &answer->ends, &answer->error);
    stop(answer);
}

static void fail(struct xml_answer *answer, const char *what)
{
    error_set(&answer->error, ERR_UNPARSABLE,
              "the answer is complete but does not parse: %s at byte %lld", what,
              (long long)XML_GetCurrentByteIndex(answer->parser) + (long long)answer->ends.leading);
    stop(answer);
}

/* ---- Values ---- */

static void tell(struct xml_answer *answer, const struct event *event)
{
    const struct sink *sink = answer->present;

    if (sink->take(sink->context, event, &answer->error) < 0)
        stop(answer);
}

static void tell_text(struct xml_answer *answer, enum event_kind kind)
{
    struct event event = {
        .kind = kind, .text = answer->text ? answer->text : "", .length = answer->length};

    tell(answer, &event);
}

static void tell_kind(struct xml_answer *answer, enum event_kind kind)
{
    struct event event = {.kind = kind};

    tell(answer, &event);
}

/* Ends the text with a NUL, which it does not count. */
static bool terminate(struct xml_answer *answer)
{
    char *grown;

    if (answer->length < answer->capacity) {
        answer->text[answer->length] = '\0';
        return true;
    }
    grown = realloc(answer->text, answer->length + 1);
    if (!grown) {
        fail_memory(answer);
        return false;
    }
    answer->text = grown;
    answer->capacity = answer->length + 1;
    answer->text[answer->length] = '\0';
    return true;
}

/* The text as a number of 64 bits: digits alone, after a sign. */
static bool whole_number(const struct xml_answer *answer, int64_t *ret)
{
    const char *text = answer->text;
    char *end = NULL;

    if (strspn(text, "+-0123456789") != answer->length || answer->length == 0)
        return false;
    errno = 0;
    *ret = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static void end_integer(struct xml_answer *answer, bool large)
{
    struct event event = {.kind = EVENT_INTEGER};

    if (!terminate(answer))
        return;
    if (!whole_number(answer, &event.integer))
        fail(answer, large ? "an <i8> that is no whole number" : "an <int> that is no number");
    else if (!large && (event.integer > INT32_MAX || event.integer < INT32_MIN))
        fail(answer, "an <int> above the range of 32 bits");
    else
        tell(answer, &event);
}

/* The locale's numbers are those of C: main() sets its characters alone. */
static void end_double(struct xml_answer *answer)
{
    struct event event = {.kind = EVENT_REAL};
    char *end = NULL;

    if (!terminate(answer))
        return;
    event.real = strtod(answer->text, &end);
    if (answer->length == 0 || *end || is_blank(*answer->text) || strpbrk(answer->text, "xX"))
        fail(answer, "a <double> that is no number");
    else if (!isfinite(event.real))
        fail(answer, "a number that is not finite");
    else
        tell(answer, &event);
}

static void end_boolean(struct xml_answer *answer)
{
    struct event event = {.kind = EVENT_BOOLEAN};

    event.truth = answer->length == 1 && *answer->text == '1';
    if (answer->length != 1 || (*answer->text != '0' && *answer->text != '1'))
        fail(answer, "a <boolean> that is neither 0 nor 1");
    else
        tell(answer, &event);
}

/* "20260131T09:05:00" as "2026-01-31 09:05:00". */
static void end_datetime(struct xml_answer *answer)
{
    static const char pattern[] = "ddddddddTdd:dd:dd";
    const char *text = answer->text;
    struct event event = {.kind = EVENT_TEXT};
    char written[20];
    size_t i;

    for (i = 0; i < sizeof pattern - 1 && i < answer->length; i++)
        if (pattern[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != pattern[i])
            break;
    if (i != sizeof pattern - 1 || answer->length != i) {
        fail(answer, "a <dateTime.iso8601> that is no date and time");
        return;
    }
    snprintf(written, sizeof written, "%.4s-%.2s-%.2s %.8s", text, text + 4, text + 6, text + 9);
    event.text = written;
    event.length = sizeof written - 1;
    tell(answer, &event);
}

static void end_base64(struct xml_answer *answer)
{
    size_t kept = 0;

    for (size_t i = 0; i < answer->length; i++)
        if (!is_blank(answer->text[i]))
            answer->text[kept++] = answer->text[i];
    answer->length = kept;
    if (terminate(answer)) {
        if (strspn(answer->text,
                   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != kept)
            fail(answer, "a <base64> with another character");
        else
            tell_text(answer, EVENT_TEXT);
    }
}

/* ---- Elements ---- */

static enum element element_of(const char *name)
{
    static const struct {
        const char *name;
        enum element element;
    } known[] = {
        {"value", VALUE},      {"member", MEMBER},
        {"name", NAME},        {"int", INTEGER},
        {"string", STRING},    {"boolean", BOOLEAN},
        {"double", DOUBLE},    {"struct", OBJECT},
        {"array", LIST},       {"data", DATA},
        {"nil", NIL},          {"i4", INTEGER},
        {"i8", INTEGER_64},    {"ex:nil", NIL},
        {"ex:i8", INTEGER_64}, {"dateTime.iso8601", DATETIME},
        {"base64", BASE64},    {"methodResponse", RESPONSE},
        {"params", PARAMS},    {"param", PARAM},
        {"fault", FAULT},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].element;
    return UNKNOWN;
}

static enum element innermost(const struct xml_answer *answer)
{
    return answer->depth ? (enum element)answer->stack[answer->depth - 1] : NO_ELEMENT;
}

/* Changes what the innermost element is, after one of its children. */
static void becomes(struct xml_answer *answer, enum element element)
{
    answer->stack[answer->depth - 1] = (unsigned char)element;
}

static bool holds_text(enum element element)
{
    return element == VALUE || element > NIL;
}

/* Whether the text so far is only blanks, as between elements. */
static bool has_no_words(const struct xml_answer *answer)
{
    for (size_t i = 0; i < answer->length; i++)
        if (!is_blank(answer->text[i]))
            return false;
    return true;
}

/* Whether `child` may begin in the innermost element; notes that it did. */
static bool may_begin(struct xml_answer *answer, enum element child)
{
    switch (innermost(answer)) {
    case NO_ELEMENT:
        return child == RESPONSE;
    case RESPONSE:
        return (child == PARAMS || child == FAULT) && !answer->has_result && !answer->has_fault;
    case PARAMS:
        return child == PARAM && !answer->has_result;
    case PARAM:
        if (child != VALUE || answer->has_result)
            return false;
        answer->has_result = true;
        return true;
    case FAULT:
        return child == VALUE && !answer->fault.value;
    case VALUE:
        if (child < LIST || child == DATA || child == MEMBER || child == NAME || child == UNKNOWN)
            return false;
        if (!has_no_words(answer))
            return false;
        becomes(answer, FULL_VALUE);
        return true;
    case LIST:
        return child == DATA;
    case DATA:
        return child == VALUE;
    case OBJECT:
        return child == MEMBER;
    case MEMBER:
        if (child == NAME)
            becomes(answer, NAMED_MEMBER);
        return child == NAME;
    case NAMED_MEMBER:
        if (child == VALUE)
            becomes(answer, FULL_MEMBER);
        return child == VALUE;
    default:
        return false;
    }
}

static void fail_unexpected(struct xml_answer *answer, const char *name)
{
    char found[40], what[80];

    if (answer->depth == 0) {
        fail_foreign(answer);
        return;
    }
    text_clean(found, sizeof found, name, strlen(name));
    snprintf(what, sizeof what, "an element <%s> that does not belong there", found);
    fail(answer, what);
}

static void XMLCALL begin(void *context, const char *name, const char **attributes)
{
    struct xml_answer *answer = context;
    enum element element = element_of(name);

    (void)attributes;
    if (answer->error.code)
        return;
    if (answer->depth == ANSWER_DEPTH_MAX) {
        answer_too_deep((size_t)XML_GetCurrentByteIndex(answer->parser), &answer->error);
        stop(answer);
    } else if (++answer->elements > answer->max_elements) {
        answer_too_many(answer->max_elements, &answer->error);
        stop(answer);
    } else if (!may_begin(answer, element)) {
        fail_unexpected(answer, name);
    } else {
        answer->stack[answer->depth++] = (unsigned char)element;
        answer->length = 0;
        if (element == FAULT) {
            answer->has_fault = true;
            answer->present = &answer->fault_sink;
        } else if (element == LIST || element == OBJECT) {
            tell_kind(answer, element == LIST ? EVENT_LIST : EVENT_OBJECT);
        }
    }
}

/* Tells the value of an element that has ended. */
static void end_element(struct xml_answer *answer, enum element element)
{
    switch (element) {
    case LIST:
    case OBJECT:
        tell_kind(answer, EVENT_END);
        break;
    case NAME:
        tell_text(answer, EVENT_KEY);
        break;
    case VALUE:
    case STRING:
        tell_text(answer, EVENT_TEXT);
        break;
    case NIL:
        tell_kind(answer, EVENT_NULL);
        break;
    case INTEGER:
    case INTEGER_64:
        end_integer(answer, element == INTEGER_64);
        break;
    case DOUBLE:
        end_double(answer);
        break;
    case BOOLEAN:
        end_boolean(answer);
        break;
    case DATETIME:
        end_datetime(answer);
        break;
    case BASE64:
        end_base64(answer);
        break;
    case RESPONSE:
        if (!answer->has_result && !answer->has_fault)
            fail(answer, "a <methodResponse> without a value");
        break;
    case MEMBER:
    case NAMED_MEMBER:
        fail(answer, "a <member> without its name or its value");
        break;
    default:
        break;
    }
}

static void XMLCALL end(void *context, const char *name)
{
    struct xml_answer *answer = context;
    enum element element = innermost(answer);

    (void)name;
    if (answer->error.code)
        return;
    answer->depth--;
    end_element(answer, element);
    answer->length = 0;
}

static bool make_room(struct xml_answer *answer, size_t more)
{
    size_t capacity = answer->capacity ? answer->capacity : 256;
    char *grown;

    while (capacity < answer->length + more + 1)
        capacity *= 2;
    if (capacity == answer->capacity)
        return true;
    grown = realloc(answer->text, capacity);
    if (!grown)
        return false;
    answer->text = grown;
    answer->capacity = capacity;
    return true;
}

static void XMLCALL characters(void *context, const char *text, int length)
{
    struct xml_answer *answer = context;

    if (answer->error.code)
        return;
    if (holds_text(innermost(answer))) {
        if (!make_room(answer, (size_t)length)) {
            fail_memory(answer);
            return;
        }
        memcpy(answer->text + answer->length, text, (size_t)length);
        answer->length += (size_t)length;
        return;
    }
    for (int i = 0; i < length; i++)
        if (!is_blank(text[i])) {
            fail(answer, "a text outside of the values");
            return;
        }
}

static void XMLCALL doctype(void *context, const char *name, const char *system, const char *public,
                            int has_internal_subset)
{
    struct xml_answer *answer = context;

    (void)name;
    (void)system;
    (void)public;
    (void)has_internal_subset;
    if (text_is_html(answer->ends.head, answer->ends.head_length)) {
        fail_foreign(answer);
        return;
    }
    error_set(&answer->error, ERR_PROTOCOL,
              "the answer holds a document type declaration (<!DOCTYPE), which Odoo never "
              "sends: refused; is odoo.url the address of an Odoo?");
    stop(answer);
}

/* ---- The parser ---- */

static void set_up(struct xml_answer *answer)
{
    XML_SetUserData(answer->parser, answer);
    XML_SetElementHandler(answer->parser, begin, end);
    XML_SetCharacterDataHandler(answer->parser, characters);
    XML_SetStartDoctypeDeclHandler(answer->parser, doctype);
}

int xml_answer_open(const struct sink *sink, size_t max_elements, struct xml_answer **ret_answer,
                    struct error *error)
{
    struct xml_answer *answer = calloc(1, sizeof *answer);

    if (!answer)
        return error_memory(error);
    answer->sink = *sink;
    answer->max_elements = max_elements;
    answer->present = &answer->sink;
    answer->fault_sink = (struct sink){tree_take, &answer->fault};
    answer->parser = XML_ParserCreate("UTF-8");
    if (!answer->parser) {
        xml_answer_free(answer);
        return error_memory(error);
    }
    set_up(answer);
    *ret_answer = answer;
    return 0;
}

void xml_answer_free(struct xml_answer *answer)
{
    if (!answer)
        return;
    if (answer->parser)
        XML_ParserFree(answer->parser);
    tree_clear(&answer->fault);
    free(answer->text);
    free(answer);
}

void xml_answer_reset(struct xml_answer *answer)
{
    XML_ParserReset(answer->parser, "UTF-8");
    set_up(answer);
    tree_clear(&answer->fault);
    answer->present = &answer->sink;
    answer->elements = answer->depth = answer->length = 0;
    answer->ends = (struct answer_ends){0};
    answer->error = (struct error){0};
    answer->foreign = answer->has_result = answer->has_fault = false;
    answer->fault_code = 0;
}

/* Says why expat stopped at the bytes that XML_GetInputContext() shows. */
static void fail_token(struct xml_answer *answer, enum XML_Error code)
{
    int offset = 0, size = 0;
    const char *bytes = XML_GetInputContext(answer->parser, &offset, &size);
    size_t place = (size_t)XML_GetCurrentByteIndex(answer->parser) + answer->ends.leading;
    struct text_check check = {0};

    if (bytes && code == XML_ERROR_INVALID_TOKEN)
        text_check(bytes + offset, (size_t)(size - offset), &check);
    if (!check.bad || check.bad != bytes + offset)
        fail(answer, XML_ErrorString(code));
    else if (check.invalid)
        answer_not_utf8((unsigned char)*check.bad, place, &answer->error);
    else
        error_set(&answer->error, ERR_UNPARSABLE,
                  "the answer holds the character U+%s, which XML forbids, at offset %zu",
                  (unsigned char)check.bad[2] == 0xBE ? "FFFE" : "FFFF", place);
}

static void parse(struct xml_answer *answer, const char *bytes, size_t length, bool last)
{
    enum XML_Error code;

    if (XML_Parse(answer->parser, bytes, (int)length, last) == XML_STATUS_OK || answer->error.code)
        return;
    code = XML_GetErrorCode(answer->parser);
    if (code == XML_ERROR_NO_MEMORY)
        error_memory(&answer->error);
    else if (*answer->ends.head != '<' || text_is_html(answer->ends.head, answer->ends.head_length))
        fail_foreign(answer);
    else
        fail_token(answer, code);
}

bool xml_answer_feed(struct xml_answer *answer, const char *bytes, size_t length)
{
    size_t blanks = answer->ends.leading;

    answer_ends_add(&answer->ends, bytes, length);
    blanks = answer->ends.leading - blanks;
    bytes += blanks; /* expat allows none before <?xml */
    length -= blanks;
    while (length && !answer->error.code) {
        size_t piece = length < INT_MAX ? length : INT_MAX;

        parse(answer, bytes, piece, false);
        bytes += piece;
        length -= piece;
    }
    return !answer->error.code || answer->error.code == ERR_UNPARSABLE ||
           (answer->foreign && answer->ends.head_length < ANSWER_HEAD);
}

/* Checks the members of a fault. */
static bool read_fault(struct xml_answer *answer)
{
    json_t *code = json_object_get(answer->fault.value, "faultCode");

    answer->fault_code = (int)json_integer_value(code);
    return json_is_integer(code) &&
           json_is_string(json_object_get(answer->fault.value, "faultString"));
}

/* The error for a fault that cannot be read: asking for less would not help, as it does for a bad
 * record. */
static int unreadable_fault(const struct xml_answer *answer, struct error *error)
{
    char reason[400];

    text_clean(reason, sizeof reason, answer->error.message, strlen(answer->error.message));
    return error_set(error, ERR_FAULT, "Odoo failed, and its explanation cannot be read: %s",
                     reason);
}

int xml_answer_end(struct xml_answer *answer, struct error *error)
{
    if (answer_length(&answer->ends) == 0 || answer->foreign ||
        text_is_html(answer->ends.head, answer->ends.head_length))
        return answer_not(EXPECTED, &answer->ends, error);
    if (!answer->error.code)
        parse(answer, "", 0, true);
    if (!answer->error.code && answer->has_fault && !read_fault(answer))
        error_set(&answer->error, ERR_UNPARSABLE, "a fault without a code and a text");
    if (answer->error.code == ERR_UNPARSABLE && !answer_ends_by(&answer->ends, CLOSING))
        return answer_cut_short(CLOSING, &answer->ends, error);
    if (answer->error.code == ERR_UNPARSABLE && answer->has_fault)
        return unreadable_fault(answer, error);
    if (error && answer->error.code)
        *error = answer->error;
    return answer->error.code;
}

const char *xml_answer_fault(const struct xml_answer *answer, int *ret_code)
{
    *ret_code = answer->fault_code;
    return json_string_value(json_object_get(answer->fault.value, "faultString"));
}
