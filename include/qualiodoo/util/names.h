/* names.h - finds the names that a text means when none equals it to the letter.
 *
 * A name that differs only by case, accents or blanks (see fold.h) counts as the same. A name that
 * holds the text, or differs by typing errors, is near: it is only suggested. */
#ifndef QUALIODOO_NAMES_H
#define QUALIODOO_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/array.h"
#include "qualiodoo/util/error.h"

/* How many near names are suggested, and the bytes kept of each. */
#define NAMES_SHOWN 5
#define NAME_SHOWN_SIZE 81

struct names {
    char *folded;    /* the text, folded; NULL: not UTF-8, matches nothing */
    struct ids same; /* ids with the same name, each once, in the order of names_add() */
    struct name_candidate {
        int64_t id;
        unsigned far; /* 0: the same */
        char name[NAME_SHOWN_SIZE];
    } shown[NAMES_SHOWN]; /* the nearest ones first */
    size_t n_shown;
};

/* Begins a search for `text`, which is not kept. End it with names_close(). */
void names_open(struct names *names, const char *text);
void names_close(struct names *names);

/* Compares one name (or reference) of `id`; `label` is what names_list() shows for that id. Both
 * are copied; a NULL name is ignored. ERR_NO_MEMORY. */
int names_add(struct names *names, int64_t id, const char *name, const char *label,
              struct error *error);

/* Writes the nearest names into `text` and returns it: "Exemple SARL (12), Exemple Bis (31) or
 * Exemplaire (40)". `count` is the number of all candidates; those not listed are added as a
 * number. "" when there is none. */
#define NAMES_TEXT_SIZE 600
const char *names_list(const struct names *names, size_t count, char text[NAMES_TEXT_SIZE]);

#endif
