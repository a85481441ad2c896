/* xmlrpc.c - decodes XML-RPC text, through the values of xmlrpc-c, to those of jansson. */
#include "xmlrpc.h"

#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmlrpc-c/base.h>

#include "text.h"

/* The heap that is kept between pages. A page of 1.4 MB becomes 20 MB of small blocks in xmlrpc-c:
 * returned to the kernel after each page and faulted in for the next, they double the cost of
 * decoding; odoo_read() returns them once, at its end. The fast bins of glibc are off: the next
 * large block would have to merge them. */
enum { KEPT_HEAP = 64 << 20 };

static void set_limits(void)
{
    xmlrpc_env env;

    xmlrpc_env_init(&env);
    xmlrpc_init(&env);
    xmlrpc_env_clean(&env);
    xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, ODOO_XMLRPC_MAX);
    xmlrpc_limit_set(XMLRPC_NESTING_LIMIT_ID, ODOO_XMLRPC_DEPTH);
    mallopt(M_TRIM_THRESHOLD, KEPT_HEAP);
    mallopt(M_MXFAST, 0);
}

void odoo_xmlrpc_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, set_limits);
}

void odoo_xmlrpc_clear(struct odoo_xmlrpc *answer)
{
    json_decref(answer->result);
    free(answer->fault_string);
    *answer = (struct odoo_xmlrpc){0};
}

/* The state of one conversion; `env` keeps the first failure. */
struct decoding {
    xmlrpc_env env;
    bool folded; /* the text went through text_fold() */
};

static json_t *value_to_json(struct decoding *decoding, xmlrpc_value *value);

/* The bytes of a string, owned by the value: the only accessor that does not copy. */
static const char *borrow(struct decoding *decoding, xmlrpc_value *value, size_t *ret_length)
{
    const char *text = NULL;

    xmlrpc_parse_value(&decoding->env, value, "s#", &text, ret_length);
    return decoding->env.fault_occurred ? NULL : text;
}

static json_t *string_to_json(struct decoding *decoding, xmlrpc_value *value)
{
    size_t length = 0;
    const char *text = borrow(decoding, value, &length);
    char *plain;
    json_t *json;

    if (!text)
        return NULL;
    if (!decoding->folded || !text_is_folded(text, length))
        return json_stringn_nocheck(text, length);
    plain = malloc(length + 1);
    if (!plain)
        return NULL;
    memcpy(plain, text, length);
    length = text_unfold(plain, length);
    json = json_stringn_nocheck(plain, length);
    free(plain);
    return json;
}

/* xmlrpc-c adds up decimals and misses the nearest double by a bit or two: 0.3 becomes
 * 0.30000000000000004. This corrects numbers of at most nine decimals, as all of Odoo's amounts and
 * hours are; others stay as they came. */
static double nearest_decimal(double value)
{
    static const double scales[] = {1e6, 1e9};

    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        double scaled = nearbyint(value * scales[i]);
        double rounded = scaled / scales[i];

        if (fabs(scaled) <= 0x1p53 && fabs(rounded - value) <= 1e-15 * fabs(value))
            return rounded;
    }
    return value;
}

static json_t *double_to_json(struct decoding *decoding, xmlrpc_value *value)
{
    double number = 0;

    xmlrpc_read_double(&decoding->env, value, &number);
    if (!isfinite(number)) {
        xmlrpc_env_set_fault(&decoding->env, XMLRPC_PARSE_ERROR, "a number that is not finite");
        return NULL;
    }
    return json_real(nearest_decimal(number));
}

static json_t *datetime_to_json(struct decoding *decoding, xmlrpc_value *value)
{
    xmlrpc_datetime when = {0};
    char text[80];

    xmlrpc_read_datetime(&decoding->env, value, &when);
    snprintf(text, sizeof text, "%04u-%02u-%02u %02u:%02u:%02u", when.Y, when.M, when.D, when.h,
             when.m, when.s);
    return json_string_nocheck(text);
}

static json_t *base64_to_json(struct decoding *decoding, xmlrpc_value *value)
{
    const unsigned char *bytes = NULL;
    size_t length = 0;
    xmlrpc_mem_block *encoded;
    json_t *json;

    xmlrpc_read_base64(&decoding->env, value, &length, &bytes);
    if (decoding->env.fault_occurred)
        return NULL;
    encoded = xmlrpc_base64_encode_without_newlines(&decoding->env, bytes, length);
    free((void *)bytes);
    if (decoding->env.fault_occurred)
        return NULL;
    json = json_stringn_nocheck(XMLRPC_MEMBLOCK_CONTENTS(char, encoded),
                                XMLRPC_MEMBLOCK_SIZE(char, encoded));
    XMLRPC_MEMBLOCK_FREE(char, encoded);
    return json;
}

static json_t *array_to_json(struct decoding *decoding, xmlrpc_value *value)
{
    int size = xmlrpc_array_size(&decoding->env, value);
    json_t *array = json_array();

    for (int i = 0; array && i < size; i++) {
        xmlrpc_value *item = xmlrpc_array_get_item(&decoding->env, value, i);

        if (json_array_append_new(array, value_to_json(decoding, item))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static int put_member(struct decoding *decoding, json_t *object, xmlrpc_value *key, json_t *member)
{
    size_t length = 0;
    const char *name = borrow(decoding, key, &length);
    json_t *plain;
    int failed;

    if (!name || !member) {
        json_decref(member);
        return -1;
    }
    if (!decoding->folded || !text_is_folded(name, length))
        return json_object_setn_new_nocheck(object, name, length, member);
    plain = string_to_json(decoding, key);
    if (!plain) {
        json_decref(member);
        return -1;
    }
    failed = json_object_setn_new_nocheck(object, json_string_value(plain),
                                          json_string_length(plain), member);
    json_decref(plain);
    return failed;
}

static json_t *struct_to_json(struct decoding *decoding, xmlrpc_value *value)
{
    int size = xmlrpc_struct_size(&decoding->env, value);
    json_t *object = json_object();

    for (int i = 0; object && i < size; i++) {
        xmlrpc_value *key = NULL, *member = NULL;

        xmlrpc_struct_get_key_and_value(&decoding->env, value, i, &key, &member);
        if (put_member(decoding, object, key, value_to_json(decoding, member))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* Converts a value; NULL when memory is short or `env` has a fault. odoo_xmlrpc_scan() has bounded
 * the recursion. */
static json_t *value_to_json(struct decoding *decoding, xmlrpc_value *value)
{
    xmlrpc_int64 large = 0;
    xmlrpc_bool truth = 0;
    int number = 0;

    switch (xmlrpc_value_type(value)) {
    case XMLRPC_TYPE_INT:
        xmlrpc_read_int(&decoding->env, value, &number);
        return json_integer(number);
    case XMLRPC_TYPE_I8:
        xmlrpc_read_i8(&decoding->env, value, &large);
        return json_integer(large);
    case XMLRPC_TYPE_BOOL:
        xmlrpc_read_bool(&decoding->env, value, &truth);
        return json_boolean(truth);
    case XMLRPC_TYPE_STRING:
        return string_to_json(decoding, value);
    case XMLRPC_TYPE_DOUBLE:
        return double_to_json(decoding, value);
    case XMLRPC_TYPE_NIL:
        return json_null();
    case XMLRPC_TYPE_ARRAY:
        return array_to_json(decoding, value);
    case XMLRPC_TYPE_STRUCT:
        return struct_to_json(decoding, value);
    case XMLRPC_TYPE_DATETIME:
        return datetime_to_json(decoding, value);
    case XMLRPC_TYPE_BASE64:
        return base64_to_json(decoding, value);
    default:
        xmlrpc_env_set_fault(&decoding->env, XMLRPC_TYPE_ERROR, "a value of an unknown type");
        return NULL;
    }
}

/* Whether xmlrpc-c lacked memory: it wraps that in a parse error, so that only the text tells. */
static bool lacks_memory(const xmlrpc_env *env)
{
    static const char *const words[] = {"allocate", "memory", "create expat parser"};

    if (env->fault_code == XMLRPC_INTERNAL_ERROR)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(env->fault_string, words[i]))
            return true;
    return false;
}

static int unparsable(const xmlrpc_env *env, struct error *error)
{
    char reason[300];

    if (lacks_memory(env))
        return error_memory(error);
    text_clean(reason, sizeof reason, env->fault_string, strlen(env->fault_string));
    return error_set(error, ERR_UNPARSABLE, "the answer is complete but does not parse: %s",
                     reason);
}

/* Replaces `text` by its folded copy. */
static int fold(char **text, size_t *length, const struct text_check *check, struct error *error)
{
    char *folded = text_fold(*text, *length, check, length);

    free(*text);
    *text = folded;
    return folded ? 0 : error_memory(error);
}

static char *fault_text(const char *text, bool folded)
{
    char *copy = strdup(text);

    if (copy && folded)
        text_unfold(copy, strlen(copy));
    return copy;
}

static int convert(struct decoding *decoding, xmlrpc_value *value, struct odoo_xmlrpc *ret_answer,
                   struct error *error)
{
    json_t *result = value_to_json(decoding, value);

    xmlrpc_DECREF(value);
    if (result && !decoding->env.fault_occurred) {
        *ret_answer = (struct odoo_xmlrpc){.result = result};
        return 0;
    }
    json_decref(result);
    return decoding->env.fault_occurred ? unparsable(&decoding->env, error) : error_memory(error);
}

/* Parses and frees `text`, as soon as xmlrpc-c has its own values. */
static int parse(char *text, size_t length, bool folded, struct odoo_xmlrpc *ret_answer,
                 struct error *error)
{
    struct decoding decoding = {.folded = folded};
    xmlrpc_value *value = NULL;
    const char *fault_string = NULL;
    int fault_code = 0;
    int code = 0;

    xmlrpc_env_init(&decoding.env);
    xmlrpc_parse_response2(&decoding.env, text, length, &value, &fault_code, &fault_string);
    free(text);
    if (decoding.env.fault_occurred)
        code = unparsable(&decoding.env, error);
    else if (!fault_string)
        code = convert(&decoding, value, ret_answer, error);
    else {
        char *copy = fault_text(fault_string, folded);

        if (copy)
            *ret_answer = (struct odoo_xmlrpc){.fault_code = fault_code, .fault_string = copy};
        else
            code = error_memory(error);
        free((void *)fault_string);
    }
    xmlrpc_env_clean(&decoding.env);
    return code;
}

/* Whether an answer is a fault, which stands at its beginning. */
static bool is_fault(const char *text, size_t length)
{
    return memmem(text, length < 256 ? length : 256, "<fault>", 7) != NULL;
}

/* The error for a fault that cannot be read: halving the page would not help, as it does for a bad
 * record. */
static int unreadable_fault(struct error *error)
{
    char reason[400];

    if (!error)
        return ERR_FAULT;
    text_clean(reason, sizeof reason, error->message, strlen(error->message));
    return error_set(error, ERR_FAULT, "Odoo failed, and its explanation cannot be read: %s",
                     reason);
}

/* Checks the text, and replaces it by its folded copy when xmlrpc-c needs one. */
static int prepare(char **text, size_t *length, size_t max_elements, struct text_check *check,
                   struct error *error)
{
    int code = odoo_xmlrpc_scan(*text, *length, max_elements, check, error);

    if (!code && *length > ODOO_XMLRPC_MAX)
        return error_set(error, ERR_PROTOCOL,
                         "an answer of %zu bytes is too large: lower odoo.page_size", *length);
    if (!code && check->astral > 0)
        code = fold(text, length, check, error);
    return code;
}

int odoo_xmlrpc_decode(char *text, size_t length, size_t max_elements,
                       struct odoo_xmlrpc *ret_answer, struct error *error)
{
    bool fault = is_fault(text, length);
    struct text_check check = {0};
    int code;

    odoo_xmlrpc_start();
    code = prepare(&text, &length, max_elements, &check, error);
    if (code)
        free(text);
    else
        code = parse(text, length, check.astral > 0, ret_answer, error);
    return code == ERR_UNPARSABLE && fault ? unreadable_fault(error) : code;
}
