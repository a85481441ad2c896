/* xmlscan.c - checks an answer before xmlrpc-c, which recurses and expands entities, parses it: one
 * pass over the characters, one over the tags. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text.h"
#include "xmlrpc.h"

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The error for an answer that is no XML-RPC, most often a page of a proxy. */
static int not_xmlrpc(const char *text, size_t length, struct error *error)
{
    char found[70]; /* short: an echo of our own request must not show a parameter */

    if (length == 0)
        error_set(error, ERR_PROTOCOL,
                  "the answer is empty, an XML-RPC answer was expected: the server or the proxy in "
                  "front of it gave up; look at their logs");
    else if (text_is_html(text, length)) {
        text_title(found, sizeof found, text, length);
        error_set(
            error, ERR_PROTOCOL,
            "the answer is an HTML page%s%s%s, an XML-RPC answer was expected: a proxy answered "
            "in Odoo's place, or odoo.url is not the address of an Odoo",
            *found ? " ('" : "", found, *found ? "')" : "");
        return ERR_PROTOCOL;
    } else {
        text_clean(found, sizeof found, text, length);
        error_set(
            error, ERR_PROTOCOL,
            "the answer begins by '%s', an XML-RPC answer was expected: is odoo.url the address "
            "of an Odoo?",
            found);
        return ERR_PROTOCOL;
    }
    if (error)
        error->retry = RETRY_LATER;
    return ERR_PROTOCOL;
}

static int cut_short(size_t length, struct error *error)
{
    error_set(error, ERR_PROTOCOL,
              "the answer is cut short: it ends after %zu bytes without </methodResponse>", length);
    if (error)
        error->retry = RETRY_LATER;
    return ERR_PROTOCOL;
}

/* The end of the tag that begins at `p` ('<' included), NULL when it does not end. */
static const char *tag_end(const char *p, const char *end)
{
    for (p++; p < end && *p != '>'; p++)
        if (*p == '"' || *p == '\'') {
            p = memchr(p + 1, *p, (size_t)(end - p - 1));
            if (!p)
                return NULL;
        }
    return p < end ? p + 1 : NULL;
}

static const char *past(const char *p, const char *end, const char *mark)
{
    const char *found = memmem(p, (size_t)(end - p), mark, strlen(mark));

    return found ? found + strlen(mark) : NULL;
}

static bool starts(const char *p, const char *end, const char *word)
{
    size_t size = strlen(word);

    return (size_t)(end - p) >= size && !memcmp(p, word, size);
}

/* Whether the text ends before it is known what begins with "<!". */
static bool is_cut(const char *p, const char *end)
{
    size_t left = (size_t)(end - p);

    return (left < 4 && !memcmp(p, "<!--", left)) || (left < 9 && !memcmp(p, "<![CDATA[", left));
}

static bool is_i8(const char *tag, const char *end)
{
    return starts(tag, end, "<i8") || starts(tag, end, "<ex:i8");
}

/* Whether an <i8> holds just a number of 64 bits, or is cut short. For any other content xmlrpc-c
 * 1.33 formats a message with the wrong arguments and crashes. */
static bool is_number(const char *p, const char *end)
{
    char digits[24] = "";
    size_t length = 0;
    char *stop;

    while (p + length < end && p[length] != '<' && length < sizeof digits - 1) {
        digits[length] = p[length];
        length++;
    }
    if (p + length == end || (p[length] == '<' && p + length + 1 == end))
        return true;
    if (p[length] != '<' || p[length + 1] != '/' || length == 0 || blank(digits[0]))
        return false;
    errno = 0;
    strtoll(digits, &stop, 10);
    return errno == 0 && *stop == '\0' && stop == digits + length;
}

/* A walk over the tags. */
struct walk {
    const char *text, *end;
    int depth;            /* elements that are open */
    size_t elements, max; /* so far, and how many are allowed */
};

/* Checks an element whose tag begins at `tag` and whose content begins at `content`. */
static int check_element(struct walk *walk, const char *tag, const char *content,
                         struct error *error)
{
    bool is_empty = content[-2] == '/';

    walk->depth += !is_empty;
    if (++walk->elements > walk->max)
        return error_set(error, ERR_PROTOCOL,
                         "the answer holds more than %zu elements, for which the memory that this "
                         "process may use (MemoryMax= of its unit, ulimit -v) does not suffice: "
                         "lower odoo.page_size or raise that limit",
                         walk->max);
    if (walk->depth > ODOO_XMLRPC_DEPTH)
        return error_set(error, ERR_PROTOCOL,
                         "the answer is nested deeper than %d elements at byte %zu: refused",
                         ODOO_XMLRPC_DEPTH, (size_t)(tag - walk->text));
    if (is_i8(tag, walk->end) && (is_empty || !is_number(content, walk->end)))
        return error_set(error, ERR_UNPARSABLE,
                         "the answer holds an <i8> that is no whole number, at byte %zu",
                         (size_t)(tag - walk->text));
    return 0;
}

/* Checks the depth and the number of elements, and refuses every declaration: xmlrpc-c would expand
 * the entities of a DTD without limit. */
static int check_tags(const char *text, const char *end, size_t max_elements, struct error *error)
{
    struct walk walk = {.text = text, .end = end, .max = max_elements};
    const char *p = text;
    int code = 0;

    while (!code && p && (p = memchr(p, '<', (size_t)(end - p))) && p + 1 < end) {
        const char *tag = p;

        if (p[1] == '/') {
            walk.depth--;
            p += 2;
        } else if (p[1] == '?')
            p = past(p, end, "?>");
        else if (p[1] != '!') {
            p = tag_end(p, end);
            code = p ? check_element(&walk, tag, p, error) : 0;
        } else if (starts(p, end, "<![CDATA["))
            p = past(p, end, "]]>");
        else if (starts(p, end, "<!--"))
            p = past(p + 4, end, "-->");
        else if (is_cut(p, end))
            break;
        else
            code = error_set(error, ERR_PROTOCOL,
                             "the answer holds a document type declaration (<!DOCTYPE), which Odoo "
                             "never sends: refused; is odoo.url the address of an Odoo?");
    }
    return code;
}

/* Whether the first element, after the declaration and comments, is not <methodResponse>. An answer
 * that ends before is not wrong, only cut short. */
static bool is_something_else(const char *p, const char *end)
{
    static const char root[] = "<methodResponse";

    while (p && (p = memchr(p, '<', (size_t)(end - p))) && p + 1 < end) {
        size_t left = (size_t)(end - p);

        if (p[1] == '?')
            p = past(p, end, "?>");
        else if (starts(p, end, "<!--"))
            p = past(p + 4, end, "-->");
        else
            return memcmp(p, root, left < sizeof root - 1 ? left : sizeof root - 1) != 0;
    }
    return false;
}

static int check_characters(const char *text, size_t length, struct text_check *ret_check,
                            struct error *error)
{
    text_check(text, length, ret_check);
    if (!ret_check->bad)
        return 0;
    if (ret_check->invalid)
        return error_set(error, ERR_UNPARSABLE,
                         "the answer is not UTF-8: byte 0x%02X at offset %zu",
                         (unsigned)(unsigned char)*ret_check->bad, (size_t)(ret_check->bad - text));
    return error_set(error, ERR_UNPARSABLE,
                     "the answer holds the character U+%s, which XML forbids, at offset %zu",
                     (unsigned char)ret_check->bad[2] == 0xBE ? "FFFE" : "FFFF",
                     (size_t)(ret_check->bad - text));
}

int odoo_xmlrpc_scan(const char *text, size_t length, size_t max_elements,
                     struct text_check *ret_check, struct error *error)
{
    static const char closing[] = "</methodResponse>";
    const char *end = text + length;
    int code;

    while (end > text && blank(end[-1]))
        end--;
    while (text < end && blank(*text))
        text++;
    length = (size_t)(end - text);
    if (length == 0 || *text != '<' || text_is_html(text, length))
        return not_xmlrpc(text, length, error);
    code = check_tags(text, end, max_elements, error);
    if (code)
        return code;
    if (is_something_else(text, end))
        return not_xmlrpc(text, length, error);
    if (length < sizeof closing - 1 ||
        memcmp(end - (sizeof closing - 1), closing, sizeof closing - 1))
        return cut_short(length, error);
    return check_characters(text, length, ret_check, error);
}
