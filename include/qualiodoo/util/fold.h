/* fold.h - texts reduced to what people compare: without case, accents and extra blanks. */
#ifndef QUALIODOO_FOLD_H
#define QUALIODOO_FOLD_H

/* Folds a text: "  Société  Œuvre " becomes "societe oeuvre". Letters become lower case and lose
 * their accents, ligatures and typographic marks become what one types for them, runs of blanks
 * become one space, outer blanks go. Letters of other scripts stay. Returns a text on the heap
 * (caller frees), or NULL when `text` is not UTF-8. */
char *fold_text(const char *text);

#endif
