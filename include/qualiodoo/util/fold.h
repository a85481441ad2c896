/* fold.h - texts as people compare them: whatever the case, the accents and the blanks. */
#ifndef QUALIODOO_FOLD_H
#define QUALIODOO_FOLD_H

/* A text without what people leave out when they type a name: "  Société  Œuvre " is "societe
 * oeuvre". Letters are lower case and without accents, ligatures and typographic marks are what one
 * types for them, blanks stand alone and only between words. Letters of other scripts stay
 * themselves. On the heap (caller frees); NULL when the text is not UTF-8. */
char *fold_text(const char *text);

#endif
