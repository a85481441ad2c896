/* adjustment_remote.c - writes an adjustment into Odoo, exactly once.
 *
 *     LOOK --- found, same figures ----------------------> done (repeated)
 *      |  `--- found, other figures: refused
 *      v
 *     WRITE -- answered with an id ----------------------> done
 *      |  `--- refused by Odoo: nothing was written
 *      v (no answer: the effect is unknown)
 *     LOOK AGAIN, twice with a pause -- found -----------> done
 *      |  `--- cannot be read: "repeat with --key"
 *      v (absent)
 *     WRITE, at most WRITE_TRIES times
 *
 * Invariants: before each write, the key is looked up under the cycle lock. Before the first write,
 * the caller is told the key (about_to_write). */
#include "adjustment_remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/pull/customer.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/printable.h"

enum {
    WRITE_TRIES = 3,
    LOOK_AGAIN_MS = 1000, /* a write that was cut off may still be running in Odoo */
};

/* The adjustment that Odoo has under a key. */
struct found {
    int64_t id; /* 0: nothing */
    int64_t customer;
    minutes amount;
    civil_day day;
    bool has_end, altered; /* altered: unreadable, or somebody else wrote it */
    civil_day end;
};

static bool is_note(const struct writer *writer)
{
    return writer->pull.config->credit.adjustments == ADJUSTMENTS_NOTE;
}

/* ---- Looking the key up ---- */

static bool day_of(json_t *value, civil_day *ret_day)
{
    const char *text = json_string_value(value);

    return text && civil_parse(text, ret_day);
}

static json_t *note_id(const struct writer *writer)
{
    return json_sprintf("<qualiodoo-adjust.%s@%s>", writer->request->key,
                        writer->pull.config->odoo.database);
}

static int look_for_rows(const struct writer *writer, json_t **ret_records, struct error *error)
{
    return ask_records(
        writer->pull.odoo,
        (struct ask_query){.model = ADJUSTMENT_MODEL,
                           .domain = json_pack("[[sss]]", "x_key", "=", writer->request->key),
                           .fields =
                               json_pack("[ssss]", "x_partner_id", "x_minutes", "x_date", "x_end")},
        ret_records, error);
}

static int look_for_notes(const struct writer *writer, json_t **ret_records, struct error *error)
{
    return ask_records(
        writer->pull.odoo,
        (struct ask_query){.model = "mail.message",
                           .domain = json_pack("[[sss] [sso]]", "model", "=", "res.partner",
                                               "message_id", "=", note_id(writer)),
                           .fields = json_pack("[sssss]", "res_id", "subject", "author_id",
                                               "create_uid", "write_uid")},
        ret_records, error);
}

static struct found read_row(json_t *record)
{
    struct found found = {.id = ask_field_id(record, "id"),
                          .customer = ask_field_id(record, "x_partner_id"),
                          .amount = json_integer_value(json_object_get(record, "x_minutes"))};

    found.altered = !day_of(json_object_get(record, "x_date"), &found.day);
    found.has_end = day_of(json_object_get(record, "x_end"), &found.end);
    return found;
}

/* Keep in step with computed_note() (pull/computed.c), which reads notes for the mirror. */
static struct found read_note(const struct pull *pull, json_t *record)
{
    const char *subject = json_string_value(json_object_get(record, "subject"));
    json_t *figures = NULL;
    json_t *given = json_build_parse(subject, 0, &figures) == 0
                        ? json_object_get(figures, "qualiodoo_adjustment")
                        : NULL;
    struct found found = {.id = ask_field_id(record, "id"),
                          .customer = ask_field_id(record, "res_id"),
                          .amount = json_integer_value(json_object_get(given, "minutes"))};

    found.altered = !day_of(json_object_get(given, "date"), &found.day) ||
                    ask_field_id(record, "author_id") != pull->agent_partner ||
                    ask_field_id(record, "create_uid") != pull->agent_uid ||
                    ask_field_id(record, "write_uid") != pull->agent_uid;
    found.has_end = day_of(json_object_get(given, "end"), &found.end);
    json_decref(figures);
    return found;
}

static bool same_figures(const struct adjustment_request *request, int64_t customer,
                         const struct found *found)
{
    return !found->altered && found->customer == customer && found->amount == request->amount &&
           (found->day == request->day || request->day_by_default) &&
           found->has_end == request->has_end && (!found->has_end || found->end == request->end);
}

/* Replaces a contact by the account holder, to compare customers. */
static int set_holder(const struct writer *writer, struct found *found, struct error *error)
{
    int64_t customer = found->customer;
    int rc = 0;

    if (customer != writer->customer)
        rc = customer_of_partner(writer->pull.odoo, writer->pull.config->credit.account,
                                 found->customer, &customer, error);
    if (rc == 0 && customer)
        found->customer = customer;
    return rc;
}

/* *ret is the record with the same figures, else the first; ret->id 0: Odoo lacks the key. */
static int look(const struct writer *writer, struct found *ret, struct error *error)
{
    json_t *records = NULL, *record;
    struct found first = {0};
    size_t i;
    int rc = is_note(writer) ? look_for_notes(writer, &records, error)
                             : look_for_rows(writer, &records, error);

    json_array_foreach(records, i, record) {
        struct found found = is_note(writer) ? read_note(&writer->pull, record) : read_row(record);

        if (rc == 0)
            rc = set_holder(writer, &found, error);
        if (i == 0 || same_figures(writer->request, writer->customer, &found))
            first = found;
    }
    json_decref(records);
    if (rc == 0)
        *ret = first;
    return rc;
}

static int refuse_other(const struct writer *writer, const struct found *found, struct error *error)
{
    const char *what = is_note(writer) ? "note" : "adjustment";
    char day[CIVIL_TEXT_SIZE], end[CIVIL_TEXT_SIZE];

    if (found->altered)
        return error_set(error, ERR_REFUSED,
                         "the key %s is in Odoo already, on %s %lld, which somebody altered: it no "
                         "longer counts; leave --key out to make a new adjustment",
                         writer->request->key, what, (long long)found->id);
    return error_set(error, ERR_REFUSED,
                     "the key %s is in Odoo already with other figures: %s %lld gives %lld minutes "
                     "to customer %lld on %s%s%s; repeat it with these figures, or leave --key out "
                     "to make a new adjustment",
                     writer->request->key, what, (long long)found->id, (long long)found->amount,
                     (long long)found->customer, civil_format(found->day, day),
                     found->has_end ? ", ending on " : "",
                     found->has_end ? civil_format(found->end, end) : "");
}

/* ---- Writing ---- */

static json_t *optional_day(bool has, civil_day day)
{
    char text[CIVIL_TEXT_SIZE];

    return has ? json_string(civil_format(day, text)) : json_false();
}

static int write_row(const struct writer *writer, int64_t *ret_id, struct error *error)
{
    const struct adjustment_request *request = writer->request;
    char day[CIVIL_TEXT_SIZE];

    return ask_create(writer->pull.odoo, ADJUSTMENT_MODEL,
                      json_pack("{sI sI ss so ss ss}", "x_partner_id", (json_int_t)writer->customer,
                                "x_minutes", (json_int_t)request->amount, "x_date",
                                civil_format(request->day, day), "x_end",
                                optional_day(request->has_end, request->end), "x_reason",
                                request->reason, "x_key", request->key),
                      ret_id, error);
}

/* The figures as JSON, which the program reads again. On the heap; NULL: out of memory. */
static char *note_subject(const struct adjustment_request *request)
{
    char day[CIVIL_TEXT_SIZE], end[CIVIL_TEXT_SIZE];
    json_t *figures = json_pack("{sI ss ss}", "minutes", (json_int_t)request->amount, "date",
                                civil_format(request->day, day), "reason", request->reason);
    json_t *subject;
    char *text;

    if (figures && request->has_end)
        json_build_set(&figures, "end", json_string(civil_format(request->end, end)));
    subject = json_pack("{so}", "qualiodoo_adjustment", figures);
    text = json_build_text(subject, JSON_COMPACT);
    json_decref(subject);
    return text;
}

/* The figures as a sentence for people. Odoo escapes HTML in it. */
static json_t *note_body(const struct writer *writer)
{
    const struct adjustment_request *request = writer->request;
    bool french = writer->pull.config->language == LANGUAGE_FR;
    minutes size = request->amount < 0 ? -request->amount : request->amount;
    char day[CIVIL_TEXT_SIZE], last[CIVIL_TEXT_SIZE], until[64] = "";
    char *reason = printable_clean(strdup(request->reason));
    json_t *body = NULL;

    if (request->has_end)
        snprintf(until, sizeof until, french ? ", utilisable jusqu'au %s" : ", usable until %s",
                 civil_format(request->end - 1, last));
    if (reason)
        body = json_sprintf(
            french ? "Crédit de support : %c%lld:%02d à la date du %s%s. Motif : %s. (Note de "
                     "qualiodoo, qui la relit : ne pas la modifier.)"
                   : "Support credit: %c%lld:%02d on %s%s. Reason: %s. (A note of "
                     "qualiodoo, which reads it again: do not edit.)",
            request->amount < 0 ? '-' : '+', (long long)(size / 60), (int)(size % 60),
            civil_format(request->day, day), until, reason);
    free(reason);
    return body;
}

/* Posts a notification: Odoo's screens let nobody edit one. */
static int write_note(const struct writer *writer, int64_t *ret_id, struct error *error)
{
    char *subject = note_subject(writer->request);
    struct odoo_call call = {.model = "res.partner",
                             .method = "message_post",
                             .arguments = json_pack("[[I]]", (json_int_t)writer->customer),
                             .keywords = json_pack("{so ss* ss ss so}", "body", note_body(writer),
                                                   "subject", subject, "message_type",
                                                   "notification", "subtype_xmlid", "mail.mt_note",
                                                   "message_id", note_id(writer))};

    if (!subject || !call.keywords) {
        json_decref(call.arguments);
        call.arguments = NULL;
    }
    free(subject);
    return ask_made(writer->pull.odoo, call, ret_id, error);
}

/* Replaces the error of a refusal by advice for this command. Returns `rc`. */
static int explain(const struct writer *writer, int rc, struct error *error)
{
    if (is_note(writer) && rc == ERR_ACCESS_RIGHTS)
        return error_set(error, rc,
                         "Odoo does not let the agent's user write a note on customer %lld: give "
                         "it the right 'Contact Creation' (Extra Rights) in Odoo, or use "
                         "credit.adjustments: model",
                         (long long)writer->customer);
    if (is_note(writer))
        return rc;
    if (rc == ERR_MISSING_MODEL || rc == ERR_MISSING_FIELD)
        return error_set(error, rc,
                         "this Odoo has no model " ADJUSTMENT_MODEL
                         ", or not all of its fields, to keep adjustments in: run 'qualiodoo "
                         "setup' with an administrator's login");
    if (rc == ERR_ACCESS_RIGHTS)
        return error_set(error, rc,
                         "Odoo does not let the agent's user use the model " ADJUSTMENT_MODEL
                         ", where adjustments are kept: run 'qualiodoo setup' with an "
                         "administrator's login, which gives it the right");
    return rc;
}

static int unknown_outcome(const struct writer *writer, const struct error *cause,
                           struct error *error)
{
    return error_set(error, cause->code,
                     "%.600s; whether the adjustment is in Odoo is not known: repeat the command "
                     "with --key %s, it is not written a second time",
                     cause->message, writer->request->key);
}

/* After a write without an answer: looks the key up, and once more a moment later. *ret_id 0:
 * absent. */
static int look_again(const struct writer *writer, const struct error *cause, int64_t *ret_id,
                      struct error *error)
{
    struct found found = {0};
    struct error own;
    int rc = look(writer, &found, &own);

    if (rc == 0 && !found.id) {
        clock_sleep_ms(LOOK_AGAIN_MS);
        rc = look(writer, &found, &own);
    }
    if (rc < 0)
        return unknown_outcome(writer, cause, error);
    *ret_id = found.id;
    return 0;
}

/* Asks for the right before about_to_write() is called, so that a refusal does not follow it. */
static int check_right(const struct writer *writer, struct error *error)
{
    bool allowed = true;
    struct error own;
    int rc = is_note(writer)
                 ? flavour_may(writer->pull.odoo, "res.partner", "write", &allowed, &own)
                 : flavour_may(writer->pull.odoo, ADJUSTMENT_MODEL, "create", &allowed, &own);

    /* When the question fails, the write shows whether it is allowed. */
    return rc < 0 || allowed ? 0 : explain(writer, ERR_ACCESS_RIGHTS, error);
}

static int write_once(struct writer *writer, int64_t *ret_id, struct error *error)
{
    if (!writer->told && writer->request->about_to_write)
        writer->request->about_to_write(writer->request->key);
    writer->told = true;
    return is_note(writer) ? write_note(writer, ret_id, error) : write_row(writer, ret_id, error);
}

/* Writes until Odoo has the adjustment, at most WRITE_TRIES times; see the head of this file. */
static int write_with_retries(struct writer *writer, int64_t *ret_id, struct error *error)
{
    for (int attempt = 1;; attempt++) {
        struct error cause = {0};
        int rc = write_once(writer, ret_id, &cause);

        if (rc == 0)
            return 0;
        if (!ask_unknown_effect(rc)) {
            *error = cause;
            return explain(writer, rc, error);
        }
        rc = look_again(writer, &cause, ret_id, error);
        if (rc < 0 || *ret_id)
            return rc;
        if (cause.retry != RETRY_LATER || attempt == WRITE_TRIES)
            return error_set(error, cause.code, "%.800s; nothing was written", cause.message);
    }
}

static int find_customer(struct writer *writer, struct error *error)
{
    int64_t partner = writer->request->customer;
    int rc = customer_of_partner(writer->pull.odoo, writer->pull.config->credit.account, partner,
                                 &writer->customer, error);

    if (rc == 0 && !writer->customer)
        rc =
            error_set(error, ERR_NOT_FOUND, "there is no partner %lld in Odoo", (long long)partner);
    return rc;
}

int adjustment_write_remote(struct writer *writer, struct adjustment_outcome *ret,
                            struct error *error)
{
    struct found found = {0};
    int rc = find_customer(writer, error);

    if (rc < 0)
        return rc;
    if (!is_note(writer) && !writer->pull.fields[MODEL_ADJUSTMENT])
        return explain(writer, ERR_MISSING_MODEL, error);
    rc = look(writer, &found, error);
    if (rc < 0)
        return explain(writer, rc, error);
    ret->customer = writer->customer;
    ret->day = writer->request->day;
    if (!found.id) {
        rc = check_right(writer, error);
        if (rc < 0 || writer->request->dry_run)
            return rc;
        return write_with_retries(writer, &ret->id, error);
    }
    if (!same_figures(writer->request, writer->customer, &found))
        return refuse_other(writer, &found, error);
    ret->id = found.id;
    ret->day = found.day;
    ret->repeated = true;
    return 0;
}
