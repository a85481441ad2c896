/* revoked_causes.c - names what changed when credit would be revoked: references, units and types
 * of journals in Odoo, keys of the configuration, the version of the program. */
#include "revoked_causes.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/compute/revoked.h"
#include "qualiodoo/util/array.h"
#include "qualiodoo/util/json_build.h"

/* The keys of `credit` that decide whether there is a lot, its size and its end. */
static const char *const credit_keys[] = {
    "account", "validity", "payment", "money_journals", "max_write_off", "since", "adjustments"};

static const char *text_at(json_t *array, size_t index)
{
    const char *text = json_string_value(json_array_get(array, index));

    return text ? text : "";
}

/* ---- Odoo ---- */

/* The id of the product that has the reference now; 0: none. */
static long long product_with(json_t *products, const char *reference)
{
    const char *id;
    json_t *product;

    json_object_foreach(products, id, product) {
        if (strcmp(text_at(product, 0), reference) == 0)
            return strtoll(id, NULL, 10);
    }
    return 0;
}

static json_t *reference_changed(const char *id, const char *before, const char *after,
                                 json_t *products)
{
    long long other = product_with(products, before);

    if (other)
        return json_sprintf("product %s '%s' now has %s%s%s, and product %lld has '%s'", id, before,
                            *after ? "the reference '" : "no reference", after, *after ? "'" : "",
                            other, before);
    if (!*after)
        return json_sprintf("product %s '%s' now has no reference", id, before);
    return json_sprintf("product %s '%s' now has the reference '%s'", id, before, after);
}

static void add_products(json_t **causes, const struct revoked_words *words,
                         const struct ids *products)
{
    json_t *now = json_object_get(words->words_now, "products"), *before, *after;
    const char *id;

    json_object_foreach(json_object_get(words->words_before, "products"), id, before) {
        if (!ids_contain(products->items, products->count, strtoll(id, NULL, 10)))
            continue;
        after = json_object_get(now, id);
        if (!after)
            json_build_add(causes, json_sprintf("product %s '%s' cannot be read any more", id,
                                                text_at(before, 0)));
        else if (strcmp(text_at(before, 0), text_at(after, 0)) != 0)
            json_build_add(causes,
                           reference_changed(id, text_at(before, 0), text_at(after, 0), now));
        else if (!json_equal(json_array_get(before, 1), json_array_get(after, 1)))
            json_build_add(
                causes, json_sprintf("product %s '%s' has another unit", id, text_at(before, 0)));
    }
}

/* Whether credit.money_journals named the code. */
static bool code_is_money(const struct revoked_words *words, const char *code)
{
    json_t *codes =
               json_object_get(json_object_get(words->rules_before, "credit"), "money_journals"),
           *named;
    size_t i;

    json_array_foreach(codes, i, named) {
        if (strcmp(json_string_value(named), code) == 0)
            return true;
    }
    return false;
}

static void add_journal(json_t **causes, const struct revoked_words *words, const char *id,
                        json_t *before)
{
    json_t *after = json_object_get(json_object_get(words->words_now, "journals"), id);
    const char *name = text_at(before, 0), *type = text_at(before, 1), *code = text_at(before, 2);

    if (!after)
        json_build_add(
            causes, json_sprintf("journal %s '%s' (%s) cannot be read any more", id, name, type));
    else if (strcmp(type, text_at(after, 1)) != 0)
        json_build_add(causes, json_sprintf("journal %s '%s' changed its type from %s to %s", id,
                                            name, type, text_at(after, 1)));
    else if (strcmp(code, text_at(after, 2)) != 0 && code_is_money(words, code))
        json_build_add(causes, json_sprintf("journal %s '%s' changed its code from %s to %s, and "
                                            "credit.money_journals names %s",
                                            id, name, code, text_at(after, 2), code));
}

static void add_journals(json_t **causes, const struct revoked_words *words)
{
    json_t *before;
    const char *id;

    json_object_foreach(json_object_get(words->words_before, "journals"), id, before)
        add_journal(causes, words, id, before);
}

static void add_units(json_t **causes, const struct revoked_words *words)
{
    json_t *now = json_object_get(words->words_now, "units"), *before, *after;
    const char *id;

    json_object_foreach(json_object_get(words->words_before, "units"), id, before) {
        after = json_object_get(now, id);
        if (!json_equal(json_array_get(before, 1), json_array_get(after, 1)))
            json_build_add(causes,
                           json_sprintf("unit %s '%s' %s", id, text_at(before, 0),
                                        after ? "has another size" : "cannot be read any more"));
    }
}

/* ---- The configuration ---- */

/* A value as in the configuration file; "-" for none. On the heap; NULL: out of memory. */
static char *value_text(json_t *value)
{
    if (!value || json_is_null(value))
        return strdup("-");
    if (json_is_string(value))
        return strdup(json_string_value(value));
    return json_build_text(value, JSON_COMPACT | JSON_ENCODE_ANY);
}

static void add_change(json_t **causes, const char *key, json_t *before, json_t *after)
{
    char *from = value_text(before), *to = value_text(after);

    json_build_add(
        causes, from && to ? json_sprintf("credit.%s changed from %s to %s", key, from, to) : NULL);
    free(from);
    free(to);
}

/* The number of a pack's members without "hours": those that name its product. */
static size_t count_named(json_t *pack)
{
    return json_object_size(pack) - (json_object_get(pack, "hours") != NULL);
}

static bool same_name(json_t *one, json_t *other)
{
    const char *key;
    json_t *value;

    json_object_foreach(one, key, value) {
        if (strcmp(key, "hours") != 0 && !json_equal(value, json_object_get(other, key)))
            return false;
    }
    return count_named(one) == count_named(other);
}

static json_t *find_pack(json_t *packs, json_t *wanted)
{
    json_t *pack;
    size_t i;

    json_array_foreach(packs, i, pack) {
        if (same_name(pack, wanted))
            return pack;
    }
    return NULL;
}

/* "SUP24" for {"product": "SUP24"}; JSON for other forms. On the heap; NULL: out of memory. */
static char *pack_text(json_t *pack)
{
    json_t *product = json_object_get(pack, "product"), *name;
    char *text;

    if (product && count_named(pack) == 1)
        return value_text(product);
    name = json_copy(pack);
    json_object_del(name, "hours");
    text = name ? value_text(name) : NULL;
    json_decref(name);
    return text;
}

static void add_packs(json_t **causes, json_t *before, json_t *after)
{
    json_t *pack;
    size_t i;

    json_array_foreach(before, i, pack) {
        json_t *same = find_pack(after, pack);
        char *name = pack_text(pack), *from = value_text(json_object_get(pack, "hours")),
             *to = value_text(json_object_get(same, "hours"));

        if (!name || !from || !to)
            json_build_add(causes, NULL);
        else if (same && strcmp(from, to) != 0)
            json_build_add(causes, json_sprintf("credit.packs gives %s hours to %s, and gave %s",
                                                to, name, from));
        else if (!same)
            json_build_add(causes, json_sprintf("credit.packs no longer names %s", name));
        free(name);
        free(from);
        free(to);
    }
}

/* rules.login is there only where adjustments are notes. */
static void add_login(json_t **causes, const struct revoked_words *words)
{
    const char *before = json_string_value(json_object_get(words->rules_before, "login"));
    const char *now = json_string_value(json_object_get(words->rules_now, "login"));

    if (before && now && strcmp(before, now) != 0)
        json_build_add(
            causes, json_sprintf("odoo.login changed from %s to %s, and with credit.adjustments: "
                                 "note the notes of another user do not count",
                                 before, now));
}

static void add_rules(json_t **causes, const struct revoked_words *words)
{
    json_t *before = json_object_get(words->rules_before, "credit");
    json_t *now = json_object_get(words->rules_now, "credit");

    if (!before)
        return;
    add_packs(causes, json_object_get(before, "packs"), json_object_get(now, "packs"));
    for (size_t i = 0; i < sizeof credit_keys / sizeof *credit_keys; i++) {
        json_t *from = json_object_get(before, credit_keys[i]);
        json_t *to = json_object_get(now, credit_keys[i]);

        /* A key without a value before is new in this version and has its default: no change. */
        if (from && !json_equal(from, to))
            add_change(causes, credit_keys[i], from, to);
    }
    add_login(causes, words);
}

/* ---- The program ---- */

static void add_version(json_t **causes, const struct revoked_words *words)
{
    const char *before = json_string_value(json_object_get(words->words_before, "version"));
    bool other = before && strcmp(before, QUALIODOO_VERSION) != 0;

    if (other || json_object_get(words->words_before, "migrated"))
        json_build_add(causes,
                       json_sprintf("qualiodoo %s reads the rules otherwise than %s did: see its "
                                    "upgrade notes",
                                    QUALIODOO_VERSION, other ? before : "the version before"));
    else
        json_build_add(causes, json_string("neither Odoo nor the configuration says why"));
}

json_t *revoked_causes(const struct revoked_words *words, const struct ids *products)
{
    json_t *causes = json_array();

    add_products(&causes, words, products);
    add_journals(&causes, words);
    add_units(&causes, words);
    add_rules(&causes, words);
    if (json_array_size(causes) == 0)
        add_version(&causes, words);
    return causes;
}
