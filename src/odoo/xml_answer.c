/* xml_answer.c - turns the events of expat into those of sink.h; xml_grammar.c says what may stand
 * where, xml_scalar.c reads the values. */
#include "xml_answer.h"

#include <expat.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "text.h"
#include "tree.h"
#include "xml_grammar.h"
#include "xml_scalar.h"

#define EXPECTED "an XML-RPC answer"
#define CLOSING "</methodResponse>"

/* Holds most texts, and every number. */
enum { FIRST_CAPACITY = 256 };

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
    bool has_fault;
    int fault_code;
};

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

/* Makes room for more of the text, and a NUL. */
static bool make_room(struct xml_answer *answer, size_t more)
{
    size_t capacity = answer->capacity ? answer->capacity : FIRST_CAPACITY;
    char *grown;

    while (capacity < answer->length + more + 1)
        capacity *= 2;
    if (capacity == answer->capacity)
        return true;
    grown = realloc(answer->text, capacity);
    if (!grown) {
        fail_memory(answer);
        return false;
    }
    answer->text = grown;
    answer->capacity = capacity;
    return true;
}

/* Tells the value of an element that is no text. */
static void tell_scalar(struct xml_answer *answer, enum xml_type type)
{
    struct xml_scalar scalar;
    const char *wrong;

    if (!make_room(answer, 0))
        return;
    answer->text[answer->length] = '\0';
    wrong = xml_scalar_read(type, answer->text, answer->length, &scalar);
    if (wrong)
        fail(answer, wrong);
    else
        tell(answer, &scalar.event);
}

/* ---- Elements ---- */

static enum xml_element innermost(const struct xml_answer *answer)
{
    return answer->depth ? (enum xml_element)answer->stack[answer->depth - 1] : XML_ROOT;
}

/* Whether the text so far is only blanks, as between elements. */
static bool has_no_words(const struct xml_answer *answer)
{
    for (size_t i = 0; i < answer->length; i++)
        if (!answer_is_blank(answer->text[i]))
            return false;
    return true;
}

/* Whether `child` may begin in the innermost element; notes that it did. */
static bool may_begin(struct xml_answer *answer, enum xml_element child)
{
    enum xml_element parent = innermost(answer);
    enum xml_element after = xml_grammar_after(parent, child);

    if (after == XML_UNKNOWN || (parent == XML_VALUE && !has_no_words(answer)))
        return false;
    if (answer->depth)
        answer->stack[answer->depth - 1] = (unsigned char)after;
    return true;
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
    enum xml_element element = xml_grammar_element(name);

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
        if (element == XML_FAULT) {
            answer->has_fault = true;
            answer->present = &answer->fault_sink;
        } else if (element == XML_LIST || element == XML_OBJECT) {
            tell_kind(answer, element == XML_LIST ? EVENT_LIST : EVENT_OBJECT);
        }
    }
}

/* Tells the value of an element that has ended. */
static void end_element(struct xml_answer *answer, enum xml_element element)
{
    switch (element) {
    case XML_LIST:
    case XML_OBJECT:
        tell_kind(answer, EVENT_END);
        break;
    case XML_NAME:
        tell_text(answer, EVENT_KEY);
        break;
    case XML_VALUE:
    case XML_STRING:
        tell_text(answer, EVENT_TEXT);
        break;
    case XML_NIL:
        tell_kind(answer, EVENT_NULL);
        break;
    case XML_INTEGER:
        tell_scalar(answer, XML_TYPE_INT);
        break;
    case XML_INTEGER_64:
        tell_scalar(answer, XML_TYPE_I8);
        break;
    case XML_DOUBLE:
        tell_scalar(answer, XML_TYPE_DOUBLE);
        break;
    case XML_BOOLEAN:
        tell_scalar(answer, XML_TYPE_BOOLEAN);
        break;
    case XML_DATETIME:
        tell_scalar(answer, XML_TYPE_DATETIME);
        break;
    case XML_BASE64:
        tell_scalar(answer, XML_TYPE_BASE64);
        break;
    case XML_RESPONSE:
    case XML_PARAMS:
    case XML_PARAM:
    case XML_FAULT:
        fail(answer, "an element without its value");
        break;
    case XML_MEMBER:
    case XML_NAMED_MEMBER:
        fail(answer, "a <member> without its name or its value");
        break;
    default:
        break;
    }
}

static void XMLCALL end(void *context, const char *name)
{
    struct xml_answer *answer = context;
    enum xml_element element = innermost(answer);

    (void)name;
    if (answer->error.code)
        return;
    answer->depth--;
    end_element(answer, element);
    answer->length = 0;
}

static void XMLCALL characters(void *context, const char *text, int length)
{
    struct xml_answer *answer = context;

    if (answer->error.code)
        return;
    if (xml_grammar_holds_text(innermost(answer))) {
        if (!make_room(answer, (size_t)length))
            return;
        memcpy(answer->text + answer->length, text, (size_t)length);
        answer->length += (size_t)length;
        return;
    }
    for (int i = 0; i < length; i++)
        if (!answer_is_blank(text[i])) {
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
    answer->foreign = answer->has_fault = false;
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
