/* test_names.c - names as people type them, and suggestions for an unknown one. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "qualiodoo/util/fold.h"
#include "qualiodoo/util/names.h"

static void test_fold(void **state)
{
    static const struct {
        const char *text, *folded;
    } cases[] = {
        {"", ""},
        {" \t ", ""},
        {"Exemple SARL", "exemple sarl"},
        {"  EXEMPLE \t sarl\n", "exemple sarl"},
        {"Société Générale", "societe generale"},
        {"Socie\xCC\x81te\xCC\x81 Ge\xCC\x81ne\xCC\x81rale", "societe generale"}, /* combined */
        {"Cœur d’Été", "coeur d'ete"},
        {"Škoda – Łódź", "skoda - lodz"},
        {"Straße GROẞ", "strasse gross"},
        {"İstanbul", "istanbul"},
        {"a\xC2\xA0"
         "b",
         "a b"}, /* no-break space */
        {"a\xC2\xAD"
         "b",
         "ab"},                  /* soft hyphen */
        {"ＡＢＣ１２", "abc12"}, /* wide forms */
        {"МОСКВА", "москва"},
        {"株式会社", "株式会社"},
        {"バナナ", "バナナ"}, /* the voicing mark is not an accent */
        {"50% & co.", "50% & co."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *folded = fold_text(cases[i].text), *again, *expected = fold_text(cases[i].folded);

        assert_non_null(folded);
        again = fold_text(folded);
        assert_string_equal(folded, expected);
        assert_string_equal(again, folded); /* nothing is left to fold */
        free(folded);
        free(again);
        free(expected);
    }
    assert_null(fold_text("\xff"));
    assert_null(fold_text("a\xC3"));
}

/* The folded form is what a person would type, when that is ASCII. */
static void test_fold_gives_what_one_types(void **state)
{
    char *folded = fold_text("L’ÉCOLE “Œuvre”");

    (void)state;
    assert_string_equal(folded, "l'ecole \"oeuvre\"");
    free(folded);
    folded = fold_text("ばか"), assert_non_null(folded);
    assert_int_equal(strncmp(folded, "は", 3), 0);
    assert_string_not_equal(folded, "はか"); /* another word */
    free(folded);
}

static const struct {
    int64_t id;
    const char *name, *reference;
} desk[] = {
    {12, "Exemple SARL", "C001"},  {31, "EXEMPLE sàrl", NULL}, {40, "Exemplaire", "C0400"},
    {41, "Atelier Exemple", NULL}, {50, "Boulangerie", "B-7"}, {51, NULL, NULL},
    {12, "Anne Moreau", NULL},
};

static void find(struct names *names, const char *text)
{
    struct error error = {0};

    names_open(names, text);
    for (size_t i = 0; i < sizeof desk / sizeof *desk; i++) {
        const char *name = desk[i].name;

        assert_int_equal(names_add(names, desk[i].id, name, name, &error), 0);
        assert_int_equal(names_add(names, desk[i].id, desk[i].reference, name, &error), 0);
    }
}

static void check(const char *text, size_t same, const char *expected)
{
    char list[NAMES_TEXT_SIZE];
    struct names names;

    find(&names, text);
    assert_int_equal(names.same.count, same);
    names_list(&names, same ? same : names.n_shown, list);
    assert_string_equal(list, expected);
    names_close(&names);
}

static void test_names(void **state)
{
    (void)state;
    check("boulangerie", 1, "Boulangerie (50)");
    check("c001", 1, "Exemple SARL (12)");
    check("exemple SARL", 2, "Exemple SARL (12) or EXEMPLE sàrl (31)");
    check("exemple", 0, "Exemple SARL (12), EXEMPLE sàrl (31) or Atelier Exemple (41)");
    check("exmple", 0, "Exemple SARL (12), EXEMPLE sàrl (31) or Atelier Exemple (41)");
    check("boulangrie", 0, "Boulangerie (50)");
    check("moreau", 0, "Anne Moreau (12)");
    check("zzz", 0, "");
    check("B7", 0, ""); /* one of two letters is wrong */
    check("sarl", 0, "Exemple SARL (12) or EXEMPLE sàrl (31)");
    check("", 0, "");
    check(" ", 0, "");
    check("\xff", 0, "");
}

static void test_many(void **state)
{
    char list[NAMES_TEXT_SIZE], long_name[400];
    struct error error = {0};
    struct names names;

    (void)state;
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    memcpy(long_name + NAME_SHOWN_SIZE - 2, "\xC3\xA9", 2); /* é across the end */
    names_open(&names, "DUPONT");
    for (int64_t id = 8; id > 0; id--)
        assert_int_equal(names_add(&names, INT64_MAX - id, "Dupont", long_name, &error), 0);
    assert_int_equal(names_add(&names, INT64_MAX - 8, "dupont", "again", &error), 0);
    assert_int_equal(names.same.count, 8);
    names_list(&names, 8, list);
    assert_non_null(strstr(list, " or one of 3 others"));
    assert_null(strstr(list, "\xC3"));
    names_close(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_fold_gives_what_one_types),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_many),
    };

    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
