/* fault.c - classifies faults as recorded on 17 and 19 (ODOO.md, Wire).
 *
 * faultCode 3 and 4 are unambiguous. 2 is a refusal, but also an unknown model or a missing record.
 * 1 is any exception, with its traceback: the name of the exception and its text decide. Texts of 2
 * are in the language of the user, those of 1 always in English. */
#include "fault.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

enum { FAULT_BUG = 1, FAULT_REFUSED = 2, FAULT_ACCESS_DENIED = 3, FAULT_ACCESS_RIGHTS = 4 };

struct fault {
    const struct fault_context *context;
    int code;
    const char *line; /* the start of the useful part */
    char words[404];  /* the useful part, cleaned and quoted, or that there is none */
    char call[160];   /* "model.method" */
};

/* ---- the useful part ---- */

/* The exception at the end of a traceback: the first unindented line after the last "Traceback",
 * with the lines that follow; empty when there is none. */
static const char *exception_line(const char *text)
{
    static const char mark[] = "Traceback (most recent call last):";
    const char *line = text, *found;

    while ((found = strstr(line, mark)) != NULL)
        line = found + sizeof mark - 1;
    if (line == text)
        return text;
    while ((found = strchr(line, '\n')) != NULL) {
        line = found + 1;
        if (*line && !isspace((unsigned char)*line))
            return line;
    }
    return line + strlen(line); /* the traceback was cut short */
}

/* The length of the useful part: one line of an exception, but several of a message to the user,
 * whose second paragraph says whom to ask. */
static size_t useful_length(const struct fault *fault)
{
    const char *end = fault->code == FAULT_BUG ? strchr(fault->line, '\n') : NULL;
    const char *paragraph = strstr(fault->line, "\n\nThis operation is allowed");

    if (!end && paragraph)
        end = paragraph;
    return end ? (size_t)(end - fault->line) : strlen(fault->line);
}

/* ---- what the words say ---- */

static bool says(const struct fault *fault, const char *words)
{
    return strstr(fault->line, words) != NULL;
}

static bool says_one_of(const struct fault *fault, const char *const *words)
{
    for (; *words; words++)
        if (says(fault, *words))
            return true;
    return false;
}

/* Whether PostgreSQL says that the database does not exist, in any language: its message names the
 * database. */
static bool is_unknown_database(const struct fault *fault)
{
    static const char *const others[] = {"starting up",  "shutting down", "too many",
                                         "reserved for", "recovery",      "terminating",
                                         "role \"",      "user \"",       NULL};
    const char *database = fault->context->database;

    if (says(fault, "database \"") && says(fault, "does not exist"))
        return true;
    return says(fault, "FATAL") && *database && says(fault, database) &&
           !says_one_of(fault, others);
}

static bool is_passing(const struct fault *fault)
{
    static const char *const words[] = {"psycopg2.OperationalError",
                                        "psycopg2.InterfaceError",
                                        "PoolError",
                                        "AdminShutdown",
                                        "Connection Pool Is Full",
                                        NULL};

    return says_one_of(fault, words);
}

static bool is_concurrency(const struct fault *fault)
{
    static const char *const words[] = {"SerializationFailure",
                                        "could not serialize access",
                                        "DeadlockDetected",
                                        "deadlock detected",
                                        "LockNotAvailable",
                                        "could not obtain lock",
                                        "ConcurrencyError",
                                        "lock not available",
                                        "canceling statement due to lock timeout",
                                        NULL};

    return says_one_of(fault, words);
}

/* Whether a KeyError names something in the request, hence an unknown field; any other KeyError is
 * a bug. */
static bool is_key_of_request(const struct fault *fault)
{
    static const char mark[] = "KeyError: '";
    const struct fault_context *context = fault->context;
    const char *name;
    char element[130];
    size_t length;
    int size;

    if (strncmp(fault->line, mark, sizeof mark - 1) || !context->request)
        return false;
    name = fault->line + sizeof mark - 1;
    length = strcspn(name, "'\n");
    if (length == 0 || length > 100 || name[length] != '\'')
        return false;
    size = snprintf(element, sizeof element, "%s%.*s%s", context->before, (int)length, name,
                    context->after);
    return memmem(context->request, context->request_length, element, (size_t)size) != NULL;
}

static bool is_unknown_field(const struct fault *fault)
{
    static const char *const words[] = {"Invalid field ", "Unknown field ", NULL};
    bool named = !strncmp(fault->line, "ValueError:", 11) || !strncmp(fault->line, "KeyError:", 9);

    return (named && says_one_of(fault, words)) || is_key_of_request(fault);
}

/* Whether the model is unknown: "Object %s doesn't exist" in frequent languages, or any refusal of
 * fields_get(), which is refused for no other reason. */
static bool is_unknown_model(const struct fault *fault)
{
    static const struct {
        const char *before, *after;
    } forms[] = {
        {"Object ", " doesn't exist"},     {"L'objet ", " n'existe pas"},
        {"Objekt ", " existiert nicht"},   {"El objeto ", " no existe"},
        {"L'oggetto ", " non esiste"},     {"Object ", " bestaat niet"},
        {"O objeto ", " n\u00e3o existe"}, {"the model '", "' does not exist"},
    };

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (!strncmp(fault->line, forms[i].before, strlen(forms[i].before)) &&
            says(fault, forms[i].after))
            return true;
    return fault->context->method && !strcmp(fault->context->method, "fields_get");
}

/* Whether the record is gone: "Record does not exist or has been deleted." or, in every language, a
 * last line like "(Record: helpdesk.ticket(99999999,), User: 2)". */
static bool is_missing_record(const struct fault *fault)
{
    const char *line = strrchr(fault->line, '\n');
    const char *p = line ? line + 1 : fault->line;

    if (says(fault, "Record does not exist or has been deleted"))
        return true;
    if (*p != '(')
        return false;
    while ((p = strchr(p + 1, '(')) != NULL)
        if ((islower((unsigned char)p[-1]) || p[-1] == '_' || isdigit((unsigned char)p[-1])) &&
            isdigit((unsigned char)p[1]) && p[1 + strspn(p + 1, "0123456789")] == ',')
            return true;
    return false;
}

/* ---- the sentences ---- */

static int set_later(struct error *error, int rc)
{
    if (error)
        error->retry = RETRY_LATER;
    return rc;
}

static int access_denied(const struct fault *fault, struct error *error)
{
    bool key = fault->context->takes_keys_only;

    return error_set(error, ERR_ACCESS_DENIED,
                     "%s: Odoo refuses the %s (%s): it was changed, revoked or has expired%s; give "
                     "a valid one (%sodoo.secret_file)",
                     fault->call, key ? "key" : "login or the key", fault->words,
                     key ? ", or it is a password, which JSON-2 does not take" : "",
                     key ? "" : "odoo.login, ");
}

static int unknown_database(const struct fault *fault, struct error *error)
{
    return error_set(error, ERR_ACCESS_DENIED,
                     "there is no database '%s' on this server (%s): correct odoo.database",
                     fault->context->database, fault->words);
}

static int unknown_model(const struct fault *fault, struct error *error)
{
    return error_set(error, ERR_MISSING_MODEL,
                     "%s: this Odoo has no model '%s' (%s): is its module installed?", fault->call,
                     fault->context->model ? fault->context->model : "", fault->words);
}

static int classify_refusal(const struct fault *fault, struct error *error)
{
    if (is_missing_record(fault))
        return error_set(error, ERR_MISSING_RECORD, "%s: the record is gone (%s)", fault->call,
                         fault->words);
    if (is_unknown_model(fault))
        return unknown_model(fault, error);
    return error_set(error, ERR_REFUSED, "%s: Odoo refuses: %s", fault->call, fault->words);
}

static int classify_bug(const struct fault *fault, struct error *error)
{
    /* Of XML-RPC, and of Python's json. */
    static const char *const untold[] = {"cannot marshal", "is not JSON serializable",
                                         "keys must be str, int, float, bool or None", NULL};

    if (is_unknown_database(fault))
        return unknown_database(fault, error);
    if (is_passing(fault)) {
        error_set(error, ERR_FAULT, "%s: Odoo has lost its own database: %s", fault->call,
                  fault->words);
        return set_later(error, ERR_FAULT);
    }
    if (is_unknown_field(fault))
        return error_set(error, ERR_MISSING_FIELD,
                         "%s: a field does not exist in this Odoo (%s): is its module installed?",
                         fault->call, fault->words);
    /* One bad value makes the whole page fail, as a forbidden character does: read.c finds it. */
    if (says(fault, "int exceeds XML-RPC limits"))
        return error_set(error, ERR_UNPARSABLE,
                         "%s: a number above 2147483647, which XML-RPC cannot carry (%s)",
                         fault->call, fault->words);
    if (fault->context->commits_first && says_one_of(fault, untold))
        return error_set(error, ERR_FAULT,
                         "%s: the call was executed, but its result cannot be sent (%s)",
                         fault->call, fault->words);
    return error_set(error, ERR_FAULT, "%s: Odoo failed: %s; its log says more", fault->call,
                     fault->words);
}

/* Writes "model.method", which begins the sentence. */
static void name_call(struct fault *fault)
{
    const struct fault_context *context = fault->context;
    const char *method = context->method ? context->method : "call";

    if (context->model)
        snprintf(fault->call, sizeof fault->call, "%s.%s", context->model, method);
    else
        snprintf(fault->call, sizeof fault->call, "%s", method);
}

static void quote_reason(struct fault *fault, bool has_traceback)
{
    char message[400];

    text_clean(message, sizeof message, fault->line, useful_length(fault));
    if (*message)
        snprintf(fault->words, sizeof fault->words, "'%s'", message);
    else
        snprintf(fault->words, sizeof fault->words, "%s",
                 has_traceback ? "a traceback without a reason" : "no reason given");
}

int fault_classify(const struct fault_context *context, int fault_code, const char *fault_string,
                   struct error *error)
{
    struct fault fault = {.context = context, .code = fault_code};

    while (isspace((unsigned char)*fault_string))
        fault_string++;
    fault.line = exception_line(fault_string);
    quote_reason(&fault, fault.line != fault_string);
    name_call(&fault);
    if (fault_code == FAULT_ACCESS_DENIED)
        return access_denied(&fault, error);
    if (fault_code == FAULT_ACCESS_RIGHTS)
        return error_set(error, ERR_ACCESS_RIGHTS, "%s: Odoo gives no right to do this: %s",
                         fault.call, fault.words);
    if (is_concurrency(&fault))
        return error_set(error, ERR_CONCURRENCY, "%s: two writers met: %s", fault.call,
                         fault.words);
    if (fault_code == FAULT_REFUSED)
        return classify_refusal(&fault, error);
    return classify_bug(&fault, error);
}
