/* xml_scalar.c - one reader for each type of XML-RPC. */
#include "xml_scalar.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"

/* A number of 64 bits: digits alone, after a sign. */
static bool whole_number(const char *text, size_t length, int64_t *ret)
{
    char *end = NULL;

    if (length == 0 || strspn(text, "+-0123456789") != length)
        return false;
    errno = 0;
    *ret = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static const char *read_int(const char *text, size_t length, struct event *ret)
{
    ret->kind = EVENT_INTEGER;
    if (!whole_number(text, length, &ret->integer))
        return "an <int> that is no number";
    return ret->integer > INT32_MAX || ret->integer < INT32_MIN
               ? "an <int> above the range of 32 bits"
               : NULL;
}

static const char *read_i8(const char *text, size_t length, struct event *ret)
{
    ret->kind = EVENT_INTEGER;
    return whole_number(text, length, &ret->integer) ? NULL : "an <i8> that is no whole number";
}

/* The numbers of the locale are those of C: main() sets its characters alone. */
static const char *read_double(const char *text, size_t length, struct event *ret)
{
    char *end = NULL;

    ret->kind = EVENT_REAL;
    ret->real = strtod(text, &end);
    if (length == 0 || end != text + length || answer_is_blank(*text) || strpbrk(text, "xX"))
        return "a <double> that is no number";
    return isfinite(ret->real) ? NULL : "a number that is not finite";
}

static const char *read_boolean(const char *text, size_t length, struct event *ret)
{
    ret->kind = EVENT_BOOLEAN;
    ret->truth = *text == '1';
    return length == 1 && (*text == '0' || *text == '1') ? NULL
                                                         : "a <boolean> that is neither 0 nor 1";
}

/* "20260131T09:05:00" as "2026-01-31 09:05:00". */
static const char *read_datetime(const char *text, size_t length, struct xml_scalar *ret)
{
    static const char pattern[] = "ddddddddTdd:dd:dd";

    if (length != sizeof pattern - 1)
        return "a <dateTime.iso8601> that is no date and time";
    for (size_t i = 0; i < length; i++)
        if (pattern[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != pattern[i])
            return "a <dateTime.iso8601> that is no date and time";
    snprintf(ret->written, sizeof ret->written, "%.4s-%.2s-%.2s %.8s", text, text + 4, text + 6,
             text + 9);
    ret->event =
        (struct event){.kind = EVENT_TEXT, .text = ret->written, .length = sizeof ret->written - 1};
    return NULL;
}

static const char *read_base64(char *text, size_t length, struct event *ret)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    size_t kept = 0;

    for (size_t i = 0; i < length; i++)
        if (!answer_is_blank(text[i]))
            text[kept++] = text[i];
    text[kept] = '\0';
    *ret = (struct event){.kind = EVENT_TEXT, .text = text, .length = kept};
    return strspn(text, letters) == kept ? NULL : "a <base64> with another character";
}

const char *xml_scalar_read(enum xml_type type, char *text, size_t length, struct xml_scalar *ret)
{
    *ret = (struct xml_scalar){0};
    switch (type) {
    case XML_TYPE_INT:
        return read_int(text, length, &ret->event);
    case XML_TYPE_I8:
        return read_i8(text, length, &ret->event);
    case XML_TYPE_DOUBLE:
        return read_double(text, length, &ret->event);
    case XML_TYPE_BOOLEAN:
        return read_boolean(text, length, &ret->event);
    case XML_TYPE_DATETIME:
        return read_datetime(text, length, ret);
    case XML_TYPE_BASE64:
        return read_base64(text, length, &ret->event);
    }
    return "an unknown element";
}
