/* checksum.c - one multiplication for each eight bytes. Each step is a bijection of the sum and of
 * the word, so that a change of one column always gives another checksum. */
#include "checksum.h"

#include <string.h>

#define START UINT64_C(0xcbf29ce484222325)
#define FACTOR UINT64_C(0x9e3779b97f4a7c15) /* odd */

static uint64_t add_word(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * FACTOR;
    return sum ^ sum >> 32;
}

/* The bytes in the order of this machine: on another one a copied state is read again. */
static uint64_t add_text(uint64_t sum, const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i += sizeof(uint64_t)) {
        uint64_t word = 0;

        memcpy(&word, text + i, length - i < sizeof word ? length - i : sizeof word);
        sum = add_word(sum, word);
    }
    return add_word(sum, length);
}

int64_t checksum_of(int64_t id, const struct mirror_value *values, size_t count)
{
    uint64_t sum = add_word(START, (uint64_t)id);

    for (size_t i = 0; i < count; i++) {
        sum = add_word(sum, (uint64_t)values[i].kind);
        if (values[i].kind == VALUE_INTEGER)
            sum = add_word(sum, (uint64_t)values[i].integer);
        else if (values[i].kind == VALUE_TEXT)
            sum = add_text(sum, values[i].text);
    }
    return (int64_t)sum;
}
