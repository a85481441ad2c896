/* newest.c - asks for the records that were written last: where a cursor begins, and whether a
 * payment came in. */
#include "qualiodoo/pull/newest.h"

#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/json_build.h"

/* Records in the fingerprint. One that is committed late hides behind newer ones: more than this
 * many would have to be written while its transaction is open. */
#define NEWEST_INVOICES 20

int newest_records(struct pull *pull, const struct newest *newest, json_t **ret,
                   struct error *error)
{
    const struct model *model = newest->model;
    const char *changes = model->change_domain ? model->change_domain : model->domain;
    json_t *domain = domain_resolve(
        pull, newest->field && model->poll_domain ? model->poll_domain : changes, NULL);
    json_t *arguments = json_pack("[o]", domain);
    json_t *keywords =
        json_pack("{s[ss*] ss si s{sb}}", "fields", "write_date", newest->field, "order",
                  "write_date desc, id desc", "limit", newest->limit, "context", "active_test", 0);
    struct odoo_call call = {.model = model_remote(model, pull->flavour),
                             .method = "search_read",
                             .arguments = arguments,
                             .keywords = keywords,
                             .safe = true};
    int rc =
        arguments && keywords ? odoo_execute(pull->odoo, &call, ret, error) : error_memory(error);

    json_decref(arguments);
    json_decref(keywords);
    return rc;
}

/* Two changes within one second have the same write_date, so the fingerprints contain states. */
static int fingerprint(json_t *content, char **ret, struct error *error)
{
    *ret = json_build_text(content, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(content);
    return *ret ? 0 : error_memory(error);
}

/* [invoices], or [invoices, payments] `with_payments`: a call each. */
static int newest_of_each(struct pull *pull, bool with_payments, char **ret, struct error *error)
{
    static const struct newest of_moves = {&models[MODEL_MOVE], "payment_state", NEWEST_INVOICES},
                               of_payments = {&models[MODEL_PAYMENT], "state", NEWEST_INVOICES};
    json_t *invoices = NULL, *payments = NULL;
    int rc = newest_records(pull, &of_moves, &invoices, error);

    if (rc == 0 && with_payments)
        rc = newest_records(pull, &of_payments, &payments, error);
    if (rc == 0)
        rc = fingerprint(json_pack("[O O*]", invoices, payments), ret, error);
    json_decref(invoices);
    json_decref(payments);
    return rc;
}

/* ---- Invoices and payments in one call ----
 *
 * Where a payment has a state of its own, one that is rejected by the bank stamps neither its entry
 * nor the invoice. It is found by its entry, which is an account.move as the invoices are. Entries
 * are old when that happens, and the order by write_date does not bring them up: the domain has a
 * time to begin at. The fingerprint is {"since": TIME or null, "records": [...]}. */

#define PAYMENT "origin_payment_id" /* of account.move: the payment of which it is the entry */

static json_t *moves_since(struct pull *pull, const char *since)
{
    json_t *invoices = domain_resolve(pull, models[MODEL_MOVE].poll_domain, NULL);
    json_t *entries, *either;

    if (!since)
        return invoices;
    json_build_add(&invoices, json_pack("[sss]", "write_date", ">=", since));
    entries = json_pack("[[sss] [sss]]", PAYMENT ".write_date", ">=", since,
                        PAYMENT ".partner_type", "=", "customer");
    either = domain_either(invoices, entries);
    json_decref(invoices);
    json_decref(entries);
    return either;
}

static int ask_moves(struct pull *pull, const char *since, json_t **ret_records,
                     struct error *error)
{
    struct odoo_call call = {
        .model = model_remote(&models[MODEL_MOVE], pull->flavour),
        .method = "web_search_read",
        .arguments = json_pack("[o]", moves_since(pull, since)),
        .keywords = json_pack("{s{s{} s{} s{} s{s{s{} s{}}}} ss si s{sb}}", "specification",
                              "write_date", "move_type", "payment_state", PAYMENT, "fields",
                              "state", "write_date", "order", "write_date desc, id desc", "limit",
                              NEWEST_INVOICES, "context", "active_test", 0),
        .with_keywords = true,
        .safe = true};
    json_t *answer = NULL, *records;
    int rc = ask(pull->odoo, call, &answer, error);

    records = json_object_get(answer, "records");
    if (rc == 0 && !json_is_array(records))
        rc = error_set(error, ERR_PROTOCOL, "%s.%s: the answer has no list of records", call.model,
                       call.method);
    if (rc == 0)
        *ret_records = json_incref(records);
    json_decref(answer);
    return rc;
}

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static const char *later(const char *one, const char *other)
{
    return strcmp(one, other) > 0 ? one : other;
}

/* When the record or its payment was written last: of an entry that is no invoice, the payment. */
static const char *written_at(json_t *record)
{
    const char *paid = text_of(json_object_get(record, PAYMENT), "write_date");

    return strncmp(text_of(record, "move_type"), "out_", 4) == 0
               ? later(text_of(record, "write_date"), paid)
               : paid;
}

/* After news, the next question begins poll.overlap before the latest change: what is older than
 * that is left out of the fingerprint, as the next answer lacks it. */
static json_t *begin_later(const struct pull *pull, const char *since, json_t *records)
{
    char text[INSTANT_TEXT_SIZE] = "";
    json_t *kept = json_array(), *record;
    const char *latest = "";
    instant high;
    size_t i;

    json_array_foreach(records, i, record)
        latest = later(latest, written_at(record));
    if (instant_parse_odoo(latest, &high))
        instant_format_odoo(high - pull->config->poll.overlap_ms / 1000, text);
    since = later(since ? since : "", text);
    json_array_foreach(records, i, record) {
        if (strcmp(written_at(record), since) >= 0)
            json_build_add(&kept, json_incref(record));
    }
    return json_pack("{ss? so}", "since", *since ? since : NULL, "records", kept);
}

static int newest_together(struct pull *pull, const char *seen, char **ret, struct error *error)
{
    json_t *before = seen ? json_build_parsed(seen, 0) : NULL, *records = NULL;
    const char *since = json_string_value(json_object_get(before, "since"));
    int rc = ask_moves(pull, since, &records, error);

    if (rc == 0 && json_equal(records, json_object_get(before, "records")))
        rc = fingerprint(json_incref(before), ret, error);
    else if (rc == 0)
        rc = fingerprint(begin_later(pull, since, records), ret, error);
    json_decref(before);
    json_decref(records);
    return rc;
}

int newest_invoices(struct pull *pull, const char *seen, char **ret, struct error *error)
{
    bool apart = pull->payments_apart && pull->fields[MODEL_PAYMENT];
    int rc;

    *ret = NULL;
    if (!apart)
        return newest_of_each(pull, false, ret, error);
    rc = newest_together(pull, seen, ret, error);
    /* A rule that hides a payment, and not its entry, makes the whole answer an error. */
    return rc == ERR_ACCESS_RIGHTS || rc == ERR_FAULT ? newest_of_each(pull, true, ret, error) : rc;
}
