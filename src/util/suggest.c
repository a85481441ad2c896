/* suggest.c - counts the typing errors between two words. */
#include "qualiodoo/util/suggest.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment: row i holds the distances of the first i letters of `a`. */
size_t suggest_distance(const char *a, const char *b)
{
    size_t rows[3][SUGGEST_MAX_LENGTH + 1];
    size_t a_length = strlen(a), b_length = strlen(b);

    if (a_length > SUGGEST_MAX_LENGTH || b_length > SUGGEST_MAX_LENGTH)
        return SUGGEST_MAX_LENGTH + 1;
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = above[j - 1] + !same(a[i - 1], b[j - 1]);

            row[j] = least(change, 1 + least(above[j], row[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

bool suggest_better(const char *word, const char *candidate, size_t *best)
{
    size_t distance = suggest_distance(word, candidate);

    if (distance > 1 + strlen(word) / 4 || distance >= strlen(candidate) || distance >= *best)
        return false;
    *best = distance;
    return true;
}

const char *suggest_nearest(const char *word, const char *const *candidates)
{
    const char *nearest = NULL;
    size_t best = SIZE_MAX;

    for (; *candidates; candidates++) {
        if (suggest_better(word, *candidates, &best))
            nearest = *candidates;
    }
    return nearest;
}
