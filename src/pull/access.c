/* access.c - asks for the keys of the agent's user and for the end of the protocol, and keeps both
 * as one JSON value of the state. */
#include "qualiodoo/pull/access.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/fields.h"
#include "qualiodoo/odoo/protocol.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/printable.h"

/* Meta value: {looked_at, dropped_by, key: {name, expires, others} or null}. */
#define ACCESS_KEY "access"
#define KEYS "res.users.apikeys"

/* ---- Odoo ---- */

/* Whether the model tells an expiry: since Odoo 18. */
static int keys_expire(struct odoo *odoo, bool *ret, struct error *error)
{
    json_t *names = json_pack("[s]", "expiration_date"), *known = NULL;
    int rc = names ? odoo_fields(odoo, KEYS, names, &known, error) : error_memory(error);

    *ret = rc == 0 && json_object_get(known, "expiration_date");
    json_decref(names);
    json_decref(known);
    return rc;
}

/* Whether a key of this scope opens the API. */
static bool is_for_calls(json_t *key)
{
    const char *scope = json_string_value(json_object_get(key, "scope"));

    return !scope || strcmp(scope, "rpc") == 0;
}

/* Copies a name that a person chose, cut before a character that does not fit. */
static void copy_name(char out[ACCESS_NAME_SIZE], const char *name)
{
    size_t length = strlen(name);

    if (length >= ACCESS_NAME_SIZE)
        for (length = ACCESS_NAME_SIZE - 1; length && ((unsigned char)name[length] & 0xC0) == 0x80;)
            length--;
    memcpy(out, name, length);
    out[length] = '\0';
}

/* The keys of a user: the first to expire of those that are valid, and the last that expired. */
struct keys {
    int64_t n_valid;
    struct access_key valid, expired;
};

static void take_key(struct keys *keys, json_t *key, instant now)
{
    const char *text = json_string_value(json_object_get(key, "expiration_date"));
    const char *name = json_string_value(json_object_get(key, "name"));
    struct access_key found = {.kind = ACCESS_NO_EXPIRY, .expires = INSTANT_LAST};

    if (text && instant_parse_odoo(text, &found.expires))
        found.kind = ACCESS_EXPIRES;
    copy_name(found.name, name ? name : "");
    if (found.expires < now) {
        if (keys->expired.kind == ACCESS_NO_EXPIRY || keys->expired.expires < found.expires)
            keys->expired = found;
    } else if (keys->n_valid++ == 0 || found.expires < keys->valid.expires) {
        keys->valid = found;
    }
}

/* Over XML-RPC and JSON-RPC Odoo may go on accepting a key that expired, or that is gone: an
 * expired one counts when there is no valid one. */
static struct access_key choose_key(const struct keys *keys, const struct odoo *odoo)
{
    struct access_key key = keys->n_valid ? keys->valid : keys->expired;

    if (keys->n_valid)
        key.others = keys->n_valid - 1;
    else if (key.kind == ACCESS_NO_EXPIRY && odoo_secret_has_key_form(odoo))
        key.kind = ACCESS_REMOVED;
    return key;
}

static int read_keys(struct odoo *odoo, struct access_key *ret, struct error *error)
{
    struct keys keys = {0};
    json_t *list = NULL, *key;
    instant now = clock_now();
    size_t i;
    int rc =
        ask_records(odoo,
                    (struct ask_query){
                        .model = KEYS,
                        .domain = json_pack("[[ssI]]", "user_id", "=", (json_int_t)odoo_uid(odoo)),
                        .fields = json_pack("[sss]", "name", "scope", "expiration_date")},
                    &list, error);

    if (rc < 0)
        return rc;
    json_array_foreach(list, i, key) {
        if (is_for_calls(key))
            take_key(&keys, key, now);
    }
    json_decref(list);
    *ret = choose_key(&keys, odoo);
    return 0;
}

static int look_at_keys(struct odoo *odoo, struct access_key *ret, struct error *error)
{
    bool expire = false;
    int rc;

    if (!odoo_secret_has_key_form(odoo) && !odoo_protocol_takes_keys_only(odoo))
        return 0;
    rc = keys_expire(odoo, &expire, error);
    if (rc == 0 && expire)
        rc = read_keys(odoo, ret, error);
    return rc == ERR_ACCESS_RIGHTS || rc == ERR_MISSING_MODEL || rc == ERR_MISSING_FIELD ||
                   rc == ERR_FAULT
               ? 0
               : rc;
}

int access_look(struct odoo *odoo, struct access *ret, struct error *error)
{
    struct access found = {.looked_at = clock_now()};
    int rc = odoo_authenticate(odoo, error);

    if (rc == 0)
        rc = odoo_protocol_dropped_by(odoo, &found.dropped_by, error);
    if (rc == 0)
        rc = look_at_keys(odoo, &found.key, error);
    if (rc == 0)
        *ret = found;
    return rc;
}

/* ---- The state ---- */

static json_t *key_json(const struct access_key *key)
{
    char expires[INSTANT_TEXT_SIZE] = "";

    if (key->kind == ACCESS_NO_EXPIRY)
        return json_null();
    if (key->kind == ACCESS_EXPIRES)
        instant_format(key->expires, expires);
    return json_pack("{ss ss sI}", "name", key->name, "expires", expires, "others",
                     (json_int_t)key->others);
}

int access_note(struct store *store, const struct access *access, struct error *error)
{
    char looked_at[INSTANT_TEXT_SIZE], *text;
    json_t *value =
        json_pack("{ss si so}", "looked_at", instant_format(access->looked_at, looked_at),
                  "dropped_by", access->dropped_by, "key", key_json(&access->key));
    int rc;

    text = json_build_text(value, JSON_COMPACT);
    rc = text ? store_meta_set(store, ACCESS_KEY, text, error) : error_memory(error);
    json_decref(value);
    free(text);
    return rc;
}

/* An empty `expires` is that of a removed key. */
static struct access_key key_of(json_t *value)
{
    const char *expires = json_string_value(json_object_get(value, "expires"));
    const char *name = json_string_value(json_object_get(value, "name"));
    struct access_key key = {.others = json_integer_value(json_object_get(value, "others"))};

    if (!expires)
        return key;
    key.kind = instant_parse_iso(expires, &key.expires) ? ACCESS_EXPIRES : ACCESS_REMOVED;
    copy_name(key.name, name ? name : "");
    return key;
}

int access_read(struct store *store, struct access *ret, struct error *error)
{
    char *text = NULL;
    json_t *value = NULL;
    const char *looked_at;
    int rc = store_meta_get(store, ACCESS_KEY, &text, error);

    if (rc < 0)
        return rc;
    rc = json_build_parse(text, 0, &value);
    free(text);
    if (rc < 0)
        return error_memory(error);
    *ret = (struct access){0};
    looked_at = json_string_value(json_object_get(value, "looked_at"));
    if (looked_at && instant_parse_iso(looked_at, &ret->looked_at)) {
        ret->dropped_by = (int)json_integer_value(json_object_get(value, "dropped_by"));
        ret->key = key_of(json_object_get(value, "key"));
    }
    json_decref(value);
    return 0;
}

/* ---- What it means ---- */

#define NEW_KEY                                                                                    \
    "make a new one in Odoo (the agent's user, Preferences, Account Security), put it where the "  \
    "secret is, and restart the service"

bool access_has_warning(const struct access_key *key, instant *ret_when)
{
    if (key->kind != ACCESS_EXPIRES)
        return false;
    *ret_when = key->expires - (instant)ACCESS_WARNING_DAYS * SECONDS_PER_DAY;
    return true;
}

char *access_expiry(const struct access_key *key, instant now, char text[ACCESS_TEXT_SIZE])
{
    char day[CIVIL_TEXT_SIZE], others[128] = "";

    civil_format(civil_from_instant(key->expires), day);
    if (key->others)
        snprintf(others, sizeof others,
                 ", the first of %lld of that user, and Odoo does not tell which one is used",
                 (long long)key->others + 1);
    snprintf(text, ACCESS_TEXT_SIZE, "the API key '%s' of the agent's user %s on %s%s", key->name,
             key->expires < now ? "expired" : "expires", day, others);
    printable_clean(text);
    return text;
}

const char *access_problem(const struct access_key *key, instant now, char text[ACCESS_TEXT_SIZE])
{
    size_t length;
    instant when;

    if (key->kind == ACCESS_REMOVED) {
        snprintf(text, ACCESS_TEXT_SIZE,
                 "Odoo lists no valid API key of the agent's user: the one in use expired or was "
                 "removed, and Odoo accepts it until it restarts: " NEW_KEY);
        return text;
    }
    if (!access_has_warning(key, &when) || now < when)
        return NULL;
    access_expiry(key, now, text);
    length = strlen(text);
    snprintf(text + length, ACCESS_TEXT_SIZE - length, "%s: %s" NEW_KEY "%s",
             key->expires < now ? "; Odoo refuses it, at the latest when it restarts" : "",
             key->others ? "if it is used, " : "",
             key->others ? "; if it is not, remove it in Odoo" : "");
    return text;
}
