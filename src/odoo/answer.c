/* answer.c - remembers how an answer that arrives in pieces begins and ends, and describes those
 * that no parser accepts: empty, cut short, a page of a proxy. */
#include "answer.h"

#include <string.h>

#include "text.h"

static void head_add(struct answer_ends *ends, const char *bytes, size_t length)
{
    size_t room = sizeof ends->head - ends->head_length;

    if (length > room)
        length = room;
    memcpy(ends->head + ends->head_length, bytes, length);
    ends->head_length += length;
}

static void tail_add(struct answer_ends *ends, const char *bytes, size_t length)
{
    size_t kept = ends->tail_length;

    if (length > sizeof ends->tail) {
        bytes += length - sizeof ends->tail;
        length = sizeof ends->tail;
    }
    if (kept > sizeof ends->tail - length)
        kept = sizeof ends->tail - length;
    memmove(ends->tail, ends->tail + ends->tail_length - kept, kept);
    memcpy(ends->tail + kept, bytes, length);
    ends->tail_length = kept + length;
}

/* Blanks that turned out to be inside of the text. Spaces stand for them, and of many only some: a
 * message shows one, and no mark has any. */
static void blanks_add(struct answer_ends *ends)
{
    static const char spaces[] = "        ";
    size_t shown = ends->blanks < sizeof spaces - 1 ? ends->blanks : sizeof spaces - 1;

    head_add(ends, spaces, shown);
    tail_add(ends, spaces, shown);
    ends->blanks = 0;
}

void answer_ends_add(struct answer_ends *ends, const char *bytes, size_t length)
{
    size_t end = length;

    ends->total += length;
    if (ends->head_length == 0) {
        while (length > 0 && answer_is_blank(*bytes))
            bytes++, length--, ends->leading++;
        end = length;
    }
    while (end > 0 && answer_is_blank(bytes[end - 1]))
        end--;
    if (end > 0) {
        blanks_add(ends);
        head_add(ends, bytes, end);
        tail_add(ends, bytes, end);
    }
    ends->blanks += length - end;
}

size_t answer_length(const struct answer_ends *ends)
{
    return ends->total - ends->leading - ends->blanks;
}

bool answer_ends_by(const struct answer_ends *ends, const char *mark)
{
    size_t size = strlen(mark);

    return ends->tail_length >= size && !memcmp(ends->tail + ends->tail_length - size, mark, size);
}

/* The cause can pass: a proxy that gave up, a connection that broke. */
static int passing(struct error *error)
{
    if (error)
        error->retry = RETRY_LATER;
    return ERR_PROTOCOL;
}

int answer_not(const char *expected, const struct answer_ends *ends, struct error *error)
{
    char found[70]; /* short: an echo of our own request must not show a parameter */

    if (ends->head_length == 0) {
        error_set(error, ERR_PROTOCOL,
                  "the answer is empty, %s was expected: the server or the proxy in front of it "
                  "gave up; look at their logs",
                  expected);
        return passing(error);
    }
    if (text_is_html(ends->head, ends->head_length)) {
        text_title(found, sizeof found, ends->head, ends->head_length);
        return error_set(error, ERR_PROTOCOL,
                         "the answer is an HTML page%s%s%s, %s was expected: a proxy answered in "
                         "Odoo's place, or odoo.url is not the address of an Odoo",
                         *found ? " ('" : "", found, *found ? "')" : "", expected);
    }
    text_clean(found, sizeof found, ends->head, ends->head_length);
    return error_set(error, ERR_PROTOCOL,
                     "the answer begins by '%s', %s was expected: is odoo.url the address of an "
                     "Odoo?",
                     found, expected);
}

int answer_cut_short(const char *missing, const struct answer_ends *ends, struct error *error)
{
    error_set(error, ERR_PROTOCOL, "the answer is cut short: it ends after %zu bytes without %s",
              answer_length(ends), missing);
    return passing(error);
}

int answer_too_many(size_t max, struct error *error)
{
    return error_set(error, ERR_PROTOCOL,
                     "the answer holds more than %zu elements, for which the memory that this "
                     "process may use (MemoryMax= of its unit, ulimit -v) does not suffice: lower "
                     "odoo.page_size or raise that limit",
                     max);
}

int answer_too_deep(size_t offset, struct error *error)
{
    return error_set(error, ERR_PROTOCOL,
                     "the answer is nested deeper than %d elements at byte %zu: refused",
                     ANSWER_DEPTH_MAX, offset);
}

int answer_not_utf8(unsigned char byte, size_t offset, struct error *error)
{
    return error_set(error, ERR_UNPARSABLE, "the answer is not UTF-8: byte 0x%02X at offset %zu",
                     (unsigned)byte, offset);
}
