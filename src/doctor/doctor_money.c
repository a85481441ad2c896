/* doctor_money.c - finds invoices whose payment state contradicts the amount left to pay. An
 * automation rule with a before-domain on payment_state causes this (docs/ODOO.md, Payments). */
#include "doctor_money.h"

#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/odoo/ask.h"

#define INVOICES                                                                                   \
    "state", "=", "posted", "move_type", "in", "out_invoice", "out_receipt", "out_refund"

#define MENDING                                                                                    \
    "once the automation rule that caused it is gone ('qualiodoo setup --webhook' replaces one "   \
    "that "                                                                                        \
    "qualiodoo made), open each invoice in Odoo, Reset to Draft, Confirm, and add its payment "    \
    "again"

static int list_invoices(const struct doctor *doctor, json_t *domain, struct doctor_list *list,
                         struct error *error)
{
    json_t *records = NULL, *record;
    size_t i;
    int rc = ask_records(doctor->odoo,
                         (struct ask_query){.model = "account.move",
                                            .domain = domain,
                                            .fields = json_pack("[ss]", "name", "payment_state")},
                         &records, error);

    json_array_foreach(records, i, record) {
        const char *name = json_string_value(json_object_get(record, "name"));
        const char *state = json_string_value(json_object_get(record, "payment_state"));

        doctor_list_add(list, "%s (%lld) '%s'", name ? name : "-",
                        (long long)ask_field_id(record, "id"), state ? state : "");
    }
    json_decref(records);
    return rc;
}

/* Missing rights, models and fields are reported by doctor_rights() and doctor_models(). */
int doctor_money(struct doctor *doctor, struct error *error)
{
    struct doctor_list settled = {0}, due = {0};
    int rc;

    doctor->topic = "invoices";
    rc = list_invoices(doctor,
                       json_pack("[[sss] [ss[sss]] [ssi] [ssi] [ss[ss]]]", INVOICES,
                                 "amount_residual", "=", 0, "amount_total", "!=", 0,
                                 "payment_state", "in", "partial", "not_paid"),
                       &settled, error);
    if (rc == 0)
        rc = list_invoices(doctor,
                           json_pack("[[sss] [ss[sss]] [ssi] [sss]]", INVOICES, "amount_residual",
                                     "!=", 0, "payment_state", "=", "paid"),
                           &due, error);
    if (rc == 0 && settled.count)
        doctor_problem(
            doctor, MENDING,
            "Odoo calls invoices unpaid of which nothing is left to pay: %s; their packs "
            "are counted all the same where posted money covers the total, because the "
            "amount left to pay is right and only the payment state is wrong",
            doctor_list_text(&settled));
    if (rc == 0 && due.count)
        doctor_problem(
            doctor, MENDING,
            "Odoo calls invoices paid of which something is left to pay: %s; their packs "
            "are not counted, because the payment was undone",
            doctor_list_text(&due));
    if (rc == 0 && !settled.count && !due.count)
        doctor_ok(doctor, "no invoice has a payment state that contradicts what is left to pay");
    doctor_list_free(&settled);
    doctor_list_free(&due);
    return rc == ERR_ACCESS_RIGHTS || rc == ERR_MISSING_MODEL || rc == ERR_MISSING_FIELD ? 0 : rc;
}
