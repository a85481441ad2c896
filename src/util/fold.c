/* fold.c - folding with GLib, because the C library cannot decompose characters. Only tz.c uses
 * GLib besides. */
#include "qualiodoo/util/fold.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* Combining classes up to this one are parts of a letter, not accents: the nukta, the voicing of
 * kana, the virama. */
#define CLASS_OF_LETTERS_MAX 9
#define CLASS_OVERLAY 1

/* Whether folding drops a character: an accent, or an invisible one such as a soft hyphen. */
static bool is_left_out(gunichar character)
{
    gint class = g_unichar_combining_class(character);

    return class == CLASS_OVERLAY || class > CLASS_OF_LETTERS_MAX ||
           g_unichar_type(character) == G_UNICODE_FORMAT;
}

/* Appends the ASCII spelling of a character, or the character itself where there is none. */
static void append(GString *folded, gunichar character)
{
    char bytes[7] = "", *ascii;

    if (character < 0x80) {
        g_string_append_c(folded, (char)character);
        return;
    }
    g_unichar_to_utf8(character, bytes);
    ascii = g_str_to_ascii(bytes, "C");
    g_string_append(folded, *ascii && !strchr(ascii, '?') ? ascii : bytes);
    g_free(ascii);
}

char *fold_text(const char *text)
{
    char *apart = g_utf8_normalize(text, -1, G_NORMALIZE_ALL); /* splits é into e and its accent */
    char *lower = apart ? g_utf8_casefold(apart, -1) : NULL;
    GString *folded = lower ? g_string_new(NULL) : NULL;
    bool pending_space = false; /* a space must precede the next character */

    for (const char *at = lower; at && *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);

        if (is_left_out(character))
            continue;
        if (g_unichar_isspace(character)) {
            pending_space = folded->len > 0;
            continue;
        }
        if (pending_space)
            g_string_append_c(folded, ' ');
        pending_space = false;
        append(folded, character);
    }
    g_free(apart);
    g_free(lower);
    return folded ? g_string_free(folded, FALSE) : NULL; /* GLib allocates by malloc() */
}
