/* xmlrpc_encode.c - encodes values of jansson, through those of xmlrpc-c, to XML-RPC text. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xmlrpc-c/base.h>

#include "text.h"
#include "xmlrpc.h"

/* The state of one conversion; `env` keeps the first failure. */
struct encoding {
    xmlrpc_env env;
    bool folded; /* at least one string went through text_fold() */
};

static xmlrpc_value *json_to_value(struct encoding *encoding, const json_t *json);

/* NULL unless `env` has no fault: when memory is short, xmlrpc-c returns a pointer that it has
 * freed. */
static xmlrpc_value *if_made(const struct encoding *encoding, xmlrpc_value *value)
{
    return encoding->env.fault_occurred ? NULL : value;
}

/* A copy with each character that XML forbids replaced by U+FFFD; NULL when there is none. False
 * when memory is short. */
static bool without_forbidden(const char *text, size_t length, char **ret_copy, size_t *ret_length)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + length;
    char *copy = NULL, *to = NULL;

    for (; p < end; p++) {
        bool control = *p < ' ' && *p != '\t' && *p != '\n' && *p != '\r';
        bool nonchar = end - p >= 3 && p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE;

        if ((control || nonchar) && !copy) {
            copy = malloc(3 * length + 1);
            if (!copy)
                return false;
            to = mempcpy(copy, text, (size_t)((const char *)p - text));
        }
        if (control || nonchar)
            to = mempcpy(to, "\xEF\xBF\xBD", 3);
        else if (copy)
            *to++ = (char)*p;
        p += nonchar ? 2 : 0;
    }
    if (copy)
        *ret_length = (size_t)(to - copy);
    *ret_copy = copy;
    return true;
}

/* Converts a string whose characters XML allows. */
static xmlrpc_value *clean_to_value(struct encoding *encoding, const char *text, size_t length)
{
    struct text_check check;
    xmlrpc_value *value;
    char *folded;

    text_check(text, length, &check);
    if (check.bad)
        xmlrpc_env_set_fault(&encoding->env, XMLRPC_TYPE_ERROR, "a text is not UTF-8");
    if (check.bad || check.astral + check.reserved == 0)
        return check.bad ? NULL
                         : if_made(encoding, xmlrpc_string_new_lp(&encoding->env, length, text));
    folded = text_fold(text, length, &check, &length);
    if (!folded) {
        xmlrpc_env_set_fault(&encoding->env, XMLRPC_INTERNAL_ERROR, "out of memory");
        return NULL;
    }
    encoding->folded = true;
    value = if_made(encoding, xmlrpc_string_new_lp(&encoding->env, length, folded));
    free(folded);
    return value;
}

static xmlrpc_value *text_to_value(struct encoding *encoding, const char *text, size_t length)
{
    char *clean = NULL;
    xmlrpc_value *value = NULL;

    if (without_forbidden(text, length, &clean, &length))
        value = clean_to_value(encoding, clean ? clean : text, length);
    else
        xmlrpc_env_set_fault(&encoding->env, XMLRPC_INTERNAL_ERROR, "out of memory");
    free(clean);
    return value;
}

static xmlrpc_value *array_to_value(struct encoding *encoding, const json_t *json)
{
    xmlrpc_value *array = if_made(encoding, xmlrpc_array_new(&encoding->env));

    for (size_t i = 0; i < json_array_size(json) && !encoding->env.fault_occurred; i++) {
        xmlrpc_value *item = json_to_value(encoding, json_array_get(json, i));

        if (!encoding->env.fault_occurred)
            xmlrpc_array_append_item(&encoding->env, array, item);
        if (item)
            xmlrpc_DECREF(item);
    }
    return array;
}

static xmlrpc_value *object_to_value(struct encoding *encoding, const json_t *json)
{
    xmlrpc_value *structure = if_made(encoding, xmlrpc_struct_new(&encoding->env));
    const char *name;
    json_t *member;

    json_object_foreach((json_t *)json, name, member) {
        xmlrpc_value *key, *value;

        if (encoding->env.fault_occurred)
            break;
        key = text_to_value(encoding, name, strlen(name));
        value = encoding->env.fault_occurred ? NULL : json_to_value(encoding, member);
        if (!encoding->env.fault_occurred)
            xmlrpc_struct_set_value_v(&encoding->env, structure, key, value);
        if (value)
            xmlrpc_DECREF(value);
        if (key)
            xmlrpc_DECREF(key);
    }
    return structure;
}

static xmlrpc_value *integer_to_value(struct encoding *encoding, json_int_t number)
{
    if (number >= INT32_MIN && number <= INT32_MAX)
        return if_made(encoding, xmlrpc_int_new(&encoding->env, (int)number));
    return if_made(encoding, xmlrpc_i8_new(&encoding->env, number));
}

/* Converts a value; not NULL when `env` has no fault. After a fault it may return a container,
 * which the caller must release. */
static xmlrpc_value *json_to_value(struct encoding *encoding, const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return object_to_value(encoding, json);
    case JSON_ARRAY:
        return array_to_value(encoding, json);
    case JSON_STRING:
        return text_to_value(encoding, json_string_value(json), json_string_length(json));
    case JSON_INTEGER:
        return integer_to_value(encoding, json_integer_value(json));
    case JSON_REAL:
        return if_made(encoding, xmlrpc_double_new(&encoding->env, json_real_value(json)));
    case JSON_TRUE:
    case JSON_FALSE:
        return if_made(encoding, xmlrpc_bool_new(&encoding->env, json_is_true(json)));
    case JSON_NULL:
    default:
        return if_made(encoding, xmlrpc_nil_new(&encoding->env));
    }
}

/* Wipes the strings at the top level of a call, the password among them. An item that cannot be
 * read for lack of memory is left. */
static void wipe_strings(xmlrpc_value *parameters)
{
    xmlrpc_env env;
    int count;

    if (xmlrpc_value_type(parameters) != XMLRPC_TYPE_ARRAY)
        return;
    xmlrpc_env_init(&env);
    count = xmlrpc_array_size(&env, parameters);
    for (int i = 0; i < count && !env.fault_occurred; i++) {
        xmlrpc_value *item = xmlrpc_array_get_item(&env, parameters, i);
        const char *text = NULL;
        size_t length = 0;

        if (env.fault_occurred || xmlrpc_value_type(item) != XMLRPC_TYPE_STRING)
            continue;
        xmlrpc_parse_value(&env, item, "s#", &text, &length);
        if (!env.fault_occurred && text)
            explicit_bzero((char *)text, length);
    }
    xmlrpc_env_clean(&env);
}

/* Copies the text out of xmlrpc-c's block. */
static int take_text(xmlrpc_mem_block *block, bool folded, char **ret_text, size_t *ret_length)
{
    size_t length = XMLRPC_MEMBLOCK_SIZE(char, block);
    char *text = malloc(length + 1);

    if (text) {
        memcpy(text, XMLRPC_MEMBLOCK_CONTENTS(char, block), length);
        text[length] = '\0';
        *ret_text = text;
        *ret_length = folded ? text_unfold(text, length) : length;
    }
    explicit_bzero(XMLRPC_MEMBLOCK_CONTENTS(char, block), length);
    XMLRPC_MEMBLOCK_FREE(char, block);
    return text ? 0 : -1;
}

static void start(void)
{
    xmlrpc_env env;

    xmlrpc_env_init(&env);
    xmlrpc_init(&env);
    xmlrpc_env_clean(&env);
}

int odoo_xmlrpc_encode(const char *method, json_t *parameters, char **ret_text, size_t *ret_length,
                       struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct encoding encoding = {0};
    xmlrpc_mem_block *block = NULL;
    xmlrpc_value *values;
    int rc = 0;

    pthread_once(&once, start);
    xmlrpc_env_init(&encoding.env);
    values = json_to_value(&encoding, parameters);
    if (!encoding.env.fault_occurred)
        block = XMLRPC_MEMBLOCK_NEW(char, &encoding.env, 0);
    if (encoding.env.fault_occurred)
        block = NULL;
    if (block)
        xmlrpc_serialize_call(&encoding.env, block, method, values);
    if (values) {
        wipe_strings(values);
        xmlrpc_DECREF(values);
    }
    if (encoding.env.fault_occurred) {
        rc = error_set(error, ERR_PROTOCOL, "the call %s cannot be written: %s", method,
                       encoding.env.fault_string);
        if (block)
            XMLRPC_MEMBLOCK_FREE(char, block);
    } else if (take_text(block, encoding.folded, ret_text, ret_length))
        rc = error_memory(error);
    xmlrpc_env_clean(&encoding.env);
    return rc;
}
