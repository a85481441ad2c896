/* names.c - compares folded names, and keeps the nearest few by typing errors. */
#include "qualiodoo/util/names.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/util/fold.h"
#include "qualiodoo/util/suggest.h"

/* How far a name is from the text; a smaller value is suggested first. */
enum {
    FAR_SAME,
    FAR_BEGINS,   /* "exemple sarl" for "exemple" */
    FAR_HOLDS,    /* "sarl exemple" */
    FAR_RESEMBLES /* plus the number of typing errors */
};

/* A shorter text is part of too many names to suggest them. */
#define HELD_MIN_LENGTH 3

void names_open(struct names *names, const char *text)
{
    *names = (struct names){.folded = fold_text(text)};
}

void names_close(struct names *names)
{
    free(names->folded);
    free(names->same.items);
    *names = (struct names){0};
}

/* The typing errors between the text and the name or, for a text of one word, the nearest word of
 * the name. `name` is cut into words. */
static size_t errors_between(const char *text, char *name)
{
    size_t least = suggest_distance(text, name);

    for (char *word; !strchr(text, ' ') && (word = strsep(&name, " ")) != NULL;) {
        size_t errors = suggest_distance(text, word);

        if (*word && errors < least)
            least = errors;
    }
    return least;
}

/* How far `name` is from the text, UINT_MAX when not near: at most one error for each four letters,
 * and in less than half of them. `name` is folded; it is cut into words. */
static unsigned how_far(const char *text, char *name)
{
    const char *held = strlen(text) >= HELD_MIN_LENGTH ? strstr(name, text) : NULL;
    size_t errors;

    if (strcmp(text, name) == 0)
        return FAR_SAME;
    if (held)
        return held == name ? FAR_BEGINS : FAR_HOLDS;
    errors = errors_between(text, name);
    return errors <= (strlen(text) + 3) / 4 && 2 * errors < strlen(text)
               ? FAR_RESEMBLES + (unsigned)errors
               : UINT_MAX;
}

/* Copies as many whole characters of a name as are shown. */
static void copy_name(char to[NAME_SHOWN_SIZE], const char *name)
{
    size_t length = strlen(name);

    if (length >= NAME_SHOWN_SIZE) {
        length = NAME_SHOWN_SIZE - 1;
        while (length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(to, name, length);
    to[length] = '\0';
}

/* Keeps the nearest candidates in order, one name per id. */
static void keep_near(struct names *names, int64_t id, unsigned far, const char *name)
{
    struct name_candidate *shown = names->shown;
    size_t old = 0, place = 0;

    while (old < names->n_shown && shown[old].id != id)
        old++;
    if (old < names->n_shown && shown[old].far <= far)
        return;
    if (old == NAMES_SHOWN) /* full, and none has this id: the last one gives way */
        old--;
    while (place < names->n_shown && shown[place].far <= far)
        place++;
    if (place == NAMES_SHOWN)
        return;
    if (old == names->n_shown)
        names->n_shown++;
    memmove(&shown[place + 1], &shown[place], (old - place) * sizeof *shown);
    shown[place].id = id;
    shown[place].far = far;
    copy_name(shown[place].name, name);
}

static int add_same(struct ids *same, int64_t id, struct error *error)
{
    for (size_t i = 0; i < same->count; i++)
        if (same->items[i] == id)
            return 0;
    return ids_add(same, id) < 0 ? error_memory(error) : 0;
}

int names_add(struct names *names, int64_t id, const char *name, const char *label,
              struct error *error)
{
    char *folded = names->folded && *names->folded && name ? fold_text(name) : NULL;
    unsigned far = folded ? how_far(names->folded, folded) : UINT_MAX;

    free(folded);
    if (far == UINT_MAX)
        return 0;
    keep_near(names, id, far, label ? label : name);
    return far == FAR_SAME ? add_same(&names->same, id, error) : 0;
}

const char *names_list(const struct names *names, size_t count, char text[NAMES_TEXT_SIZE])
{
    size_t shown = names->n_shown < count ? names->n_shown : count, length = 0;

    *text = '\0';
    for (size_t i = 0; i < shown; i++) {
        const char *before = i == 0 ? "" : i + 1 == count ? " or " : ", ";

        length += (size_t)snprintf(text + length, NAMES_TEXT_SIZE - length, "%s%s (%lld)", before,
                                   names->shown[i].name, (long long)names->shown[i].id);
    }
    if (count > shown && shown > 0)
        snprintf(text + length, NAMES_TEXT_SIZE - length, " or one of %zu others", count - shown);
    return text;
}
