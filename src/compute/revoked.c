/* revoked.c - stops a computation that would revoke credit, before it is committed. */
#include "qualiodoo/compute/revoked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/core/revoked.h"
#include "qualiodoo/store/evidence.h"
#include "qualiodoo/store/lookup.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/log.h"
#include "revoked_causes.h"

/* Most accounts named in the message of the error, and in the log; the report names all. */
#define ACCOUNTS_NAMED 5
#define ACCOUNTS_LOGGED 20
/* Bytes of the message for the causes, and for the accounts. */
#define CAUSES_SIZE 360
#define ACCOUNTS_SIZE 420
/* Bytes of a customer's name in the message. */
#define NAME_MAX_BYTES 40

struct check {
    const struct revocation *revocation;
    json_t *rules_before, *rules_now; /* those of the revocation, parsed */
    json_t *revoked, *taken; /* accounts, in the form of report->revoked; `taken`: by a change in
                                Odoo, or accepted */
    struct ids products;     /* of the revoked lots */
};

static const struct balance_change *find_change(const struct revocation *revocation,
                                                int64_t account)
{
    for (size_t i = 0; i < revocation->n_changes; i++)
        if (revocation->changes[i].account == account)
            return &revocation->changes[i];
    return NULL;
}

static bool is_accepted(const struct accounts_order *order, int64_t account)
{
    return order->force &&
           (order->n_customers == 0 || ids_contain(order->customers, order->n_customers, account));
}

/* The entry of an account in the list, added when it is not the last one: losses come sorted by
 * account. *ret is borrowed. */
static int account_in(struct check *check, json_t *list, int64_t account, json_t **ret,
                      struct error *error)
{
    json_t *last = json_array_get(list, json_array_size(list) - 1);
    const struct balance_change *change = find_change(check->revocation, account);
    char *name = NULL;
    int rc;

    *ret = last;
    if (last && json_integer_value(json_object_get(last, "customer_id")) == account)
        return 0;
    rc = lookup_partner_name(check->revocation->store, account, &name, error);
    if (rc < 0)
        return rc;
    *ret = json_pack("{sI ss? sI sI s[]}", "customer_id", (json_int_t)account, "customer", name,
                     "before_minutes", (json_int_t)(change ? change->before : 0), "after_minutes",
                     (json_int_t)(change ? change->after : 0), "lots");
    free(name);
    return *ret && json_array_append_new(list, *ret) == 0 ? 0 : error_memory(error);
}

/* Whether adjustments stopped counting although Odoo says of them what it said: credit.adjustments
 * names another place for them, or they are notes of the agent that odoo.login named before. */
static bool adjustments_moved(const struct check *check)
{
    json_t *before = json_object_get(json_object_get(check->rules_before, "credit"), "adjustments");
    json_t *now = json_object_get(json_object_get(check->rules_now, "credit"), "adjustments");
    json_t *login = json_object_get(check->rules_before, "login");

    return (before && !json_equal(before, now)) ||
           (login && !json_equal(login, json_object_get(check->rules_now, "login")));
}

static bool is_revoked(const struct check *check, const struct evidence_loss *loss)
{
    if (is_accepted(check->revocation->order, loss->account))
        return false;
    return revoked_by_words(&loss->then, &loss->now) ||
           (loss->lot.origin == LOT_ADJUSTMENT && adjustments_moved(check));
}

static int add_loss(void *context, const struct evidence_loss *loss, struct error *error)
{
    struct check *check = context;
    enum revoked_loss lost = revoked_loss(&loss->before, loss->gone ? NULL : &loss->after,
                                          check->revocation->order->today);
    bool revoked = is_revoked(check, loss);
    json_t *account = NULL;
    int rc;

    if (lost == REVOKED_NOTHING)
        return 0;
    rc = account_in(check, revoked ? check->revoked : check->taken, loss->account, &account, error);
    if (rc < 0)
        return rc;
    if (json_array_append_new(json_object_get(account, "lots"),
                              json_sprintf("%s:%lld", ledger_origin_name(loss->lot.origin),
                                           (long long)loss->lot.id)) < 0)
        return error_memory(error);
    if (revoked && loss->product && ids_add(&check->products, loss->product) < 0)
        return error_memory(error);
    return 0;
}

/* ---- The causes ---- */

static int find_causes(struct check *check, json_t **ret, struct error *error)
{
    const struct revocation *revocation = check->revocation;
    struct revoked_words words = {.rules_before = check->rules_before,
                                  .rules_now = check->rules_now};
    char *before = NULL, *now = NULL;
    int rc = store_meta_get(revocation->store, "words", &before, error);

    if (rc == 0)
        rc = evidence_words(revocation->store, QUALIODOO_VERSION, &now, error);
    if (rc == 0 && (json_build_parse(before, 0, &words.words_before) < 0 ||
                    json_build_parse(now, 0, &words.words_now) < 0))
        rc = error_memory(error);
    ids_sort(check->products.items, check->products.count);
    if (rc == 0 && !(*ret = revoked_causes(&words, &check->products)))
        rc = error_memory(error);
    json_decref(words.words_before);
    json_decref(words.words_now);
    free(before);
    free(now);
    return rc;
}

/* ---- Messages ---- */

/* Appends `more` if all of it fits; *used is the length of `text`. */
static void append(char *text, size_t size, size_t *used, const char *more)
{
    size_t length = strlen(more);

    if (*used + length + sizeof " ..." > size)
        return;
    memcpy(text + *used, more, length + 1);
    *used += length;
}

static void causes_text(json_t *causes, char text[CAUSES_SIZE])
{
    size_t used = 0, i;
    json_t *cause;

    *text = '\0';
    json_array_foreach(causes, i, cause) {
        char part[CAUSES_SIZE / 2];

        snprintf(part, sizeof part, "%s%s", i ? "; " : "", json_string_value(cause));
        append(text, CAUSES_SIZE, &used, part);
    }
}

/* How many bytes of a name are shown: at most NAME_MAX_BYTES, without cutting a character. */
static int name_bytes(const char *name)
{
    size_t length = strlen(name);

    if (length <= NAME_MAX_BYTES)
        return (int)length;
    length = NAME_MAX_BYTES;
    while (length && ((unsigned char)name[length] & 0xc0) == 0x80)
        length--;
    return (int)length;
}

static char *account_text(json_t *account, char *text, size_t size)
{
    const char *name = json_string_value(json_object_get(account, "customer"));
    char before[MINUTES_TEXT_SIZE], after[MINUTES_TEXT_SIZE];

    name = name ? name : "customer";
    snprintf(text, size, "%.*s (%lld): %s -> %s", name_bytes(name), name,
             (long long)json_integer_value(json_object_get(account, "customer_id")),
             minutes_format(json_integer_value(json_object_get(account, "before_minutes")), before),
             minutes_format(json_integer_value(json_object_get(account, "after_minutes")), after));
    return text;
}

static void accounts_text(json_t *accounts, char text[ACCOUNTS_SIZE])
{
    size_t used = 0, count = json_array_size(accounts), i;
    char part[128], rest[64];
    json_t *account;

    *text = '\0';
    json_array_foreach(accounts, i, account) {
        if (i == ACCOUNTS_NAMED)
            break;
        append(text, ACCOUNTS_SIZE, &used, i ? ", " : "");
        append(text, ACCOUNTS_SIZE, &used, account_text(account, part, sizeof part));
    }
    if (count > ACCOUNTS_NAMED) {
        snprintf(rest, sizeof rest, " and %zu more", count - ACCOUNTS_NAMED);
        append(text, ACCOUNTS_SIZE, &used, rest);
    }
}

static int set_error(struct check *check, struct error *error)
{
    struct compute_report *report = check->revocation->report;
    char why[CAUSES_SIZE], who[ACCOUNTS_SIZE];
    size_t count = json_array_size(check->revoked);
    json_t *causes = NULL;
    int rc = find_causes(check, &causes, error);

    if (rc < 0)
        return rc;
    if (json_array_extend(report->revoked, check->revoked) < 0 ||
        json_array_extend(report->revoked_because, causes) < 0) {
        json_decref(causes);
        return error_memory(error);
    }
    causes_text(causes, why);
    accounts_text(check->revoked, who);
    json_decref(causes);
    return error_set(
        error, ERR_SAFETY,
        "%zu account%s would lose credit although Odoo says the same of %s invoices and "
        "payments: %s. No account was changed: correct that, or accept it with "
        "'qualiodoo reconcile --force'. %s",
        count, count > 1 ? "s" : "", count > 1 ? "their" : "its", why, who);
}

/* Credit that was not revoked, or whose loss is accepted: no error, but each account is logged. */
static void log_taken(json_t *taken)
{
    char text[128];
    json_t *account;
    size_t i;

    json_array_foreach(taken, i, account)
        log_warning("credit was taken away: %s", account_text(account, text, sizeof text));
}

int revoked_check(const struct revocation *revocation, struct error *error)
{
    struct check check = {.revocation = revocation, .revoked = json_array(), .taken = json_array()};
    int rc = 0;

    if (!check.revoked || !check.taken ||
        json_build_parse(revocation->rules_before, 0, &check.rules_before) < 0 ||
        json_build_parse(revocation->rules_now, 0, &check.rules_now) < 0)
        rc = error_memory(error);
    if (rc == 0)
        rc = evidence_losses(revocation->store, revocation->computed, add_loss, &check, error);
    if (rc == 0 && json_array_size(check.revoked))
        rc = set_error(&check, error);
    if (rc == 0)
        log_taken(check.taken);
    json_decref(check.revoked);
    json_decref(check.taken);
    json_decref(check.rules_before);
    json_decref(check.rules_now);
    free(check.products.items);
    return rc;
}

static void log_accounts(json_t *accounts)
{
    size_t count = json_array_size(accounts), i;
    char text[128];
    json_t *account;

    json_array_foreach(accounts, i, account) {
        if (i < ACCOUNTS_LOGGED)
            log_error("credit would be taken away: %s", account_text(account, text, sizeof text));
    }
    if (count > ACCOUNTS_LOGGED)
        log_error("credit would be taken away from %zu more: qualiodoo status --json",
                  count - ACCOUNTS_LOGGED);
}

int revoked_note(struct store *store, const struct compute_report *report, bool log,
                 struct error *error)
{
    json_t *revoked = json_pack("{sO sO ss}", "accounts", report->revoked, "because",
                                report->revoked_because, "message", error->message);
    char *text = json_build_text(revoked, JSON_COMPACT), *known = NULL;
    struct error failure;
    int rc = text ? store_meta_get(store, "revoked", &known, &failure) : error_memory(&failure);

    if (rc == 0 && (!known || strcmp(known, text) != 0)) {
        rc = store_meta_set(store, "revoked", text, &failure);
        if (log && json_array_size(report->revoked) > ACCOUNTS_NAMED)
            log_accounts(report->revoked);
    }
    json_decref(revoked);
    free(text);
    free(known);
    if (rc < 0)
        *error = failure;
    return rc < 0 ? rc : ERR_SAFETY;
}

int revoked_keep_words(struct store *store, struct error *error)
{
    char *words = NULL;
    int rc = evidence_words(store, QUALIODOO_VERSION, &words, error);

    if (rc == 0)
        rc = store_meta_set(store, "words", words, error);
    free(words);
    return rc < 0 ? rc : store_meta_set(store, "revoked", "", error);
}

int revoked_same_version(struct store *store, bool *ret, struct error *error)
{
    char *text = NULL;
    json_t *words;
    const char *version;
    int rc = store_meta_get(store, "words", &text, error);

    if (rc < 0)
        return rc;
    if (json_build_parse(text, 0, &words) < 0) {
        free(text);
        return error_memory(error);
    }
    version = json_string_value(json_object_get(words, "version"));
    *ret =
        version && strcmp(version, QUALIODOO_VERSION) == 0 && !json_object_get(words, "migrated");
    json_decref(words);
    free(text);
    return 0;
}
