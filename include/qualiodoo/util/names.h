/* names.h - which of many names a text means that equals none of them to the letter.
 *
 * A name is the same when it differs by case, accents or blanks alone (see fold.h). Others are near
 * when they hold the text, or differ by a typing error: they are only proposed. */
#ifndef QUALIODOO_NAMES_H
#define QUALIODOO_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/array.h"
#include "qualiodoo/util/error.h"

/* How many are proposed, and the bytes of a name that are shown. */
#define NAMES_SHOWN 5
#define NAME_SHOWN_SIZE 81

struct names {
    char *folded;    /* the text; NULL: not UTF-8, which nothing is the same as */
    struct ids same; /* whom the text names, each once, in the order of names_add() */
    struct name_candidate {
        int64_t id;
        unsigned far; /* 0: the same */
        char name[NAME_SHOWN_SIZE];
    } shown[NAMES_SHOWN]; /* the nearest ones first */
    size_t n_shown;
};

/* Begins a search for `text`. */
void names_open(struct names *names, const char *text);
void names_close(struct names *names);

/* One of the names (or references) of `id`, which is shown as `label`. NULL is no name. */
int names_add(struct names *names, int64_t id, const char *name, const char *label,
              struct error *error);

/* "Exemple SARL (12), Exemple Bis (31) or Exemplaire (40)": what may have been meant, shown by its
 * name. `count` is how many there are; those that are not shown are told as a number. "" when there
 * is none. */
#define NAMES_TEXT_SIZE 600
const char *names_list(const struct names *names, size_t count, char text[NAMES_TEXT_SIZE]);

#endif
