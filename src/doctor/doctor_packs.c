/* doctor_packs.c - checks that Odoo has the products of credit.packs, and how they are sold. */
#include "doctor_packs.h"

#include <stdio.h>
#include <string.h>

#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/pull/packs.h"
#include "qualiodoo/util/civil.h"

static int unit_name(const struct doctor *doctor, int64_t unit, char *name, size_t size,
                     struct error *error)
{
    json_t *records = NULL;
    const char *text;
    int rc =
        ask_records(doctor->odoo,
                    (struct ask_query){.model = "uom.uom",
                                       .domain = json_pack("[[ssI]]", "id", "=", (json_int_t)unit),
                                       .fields = json_pack("[s]", "name")},
                    &records, error);

    if (rc < 0)
        return rc;
    text = json_string_value(json_object_get(json_array_get(records, 0), "name"));
    snprintf(name, size, "%s", text ? text : "?");
    json_decref(records);
    return 0;
}

/* Reports a pack that was found. `called`: as credit.packs names it, by reference or "id N". */
static int report_product(const struct doctor *doctor, const struct config_pack *pack,
                          const char *called, json_t *product, struct error *error)
{
    int64_t unit = ask_field_id(product, "uom_id");
    char name[80], each[MINUTES_TEXT_SIZE];
    int rc = unit_name(doctor, unit, name, sizeof name, error);

    if (rc < 0)
        return rc;
    doctor_ok(doctor, "%s: product %lld, sold by '%s', gives %s each", called,
              (long long)ask_field_id(product, "id"), name,
              minutes_format(pack->pack_minutes, each));
    if (unit && unit == doctor->hour_unit)
        doctor_note(doctor, "sell it by the unit, or set its hours in credit.packs to 1",
                    "%s is sold by the hour: a quantity of 12 gives 12 times its hours", called);
    return 0;
}

/* Checks the products found for a pack by `reference` or, when that is NULL, by the pack's id. */
static int check_products(const struct doctor *doctor, const struct config_pack *pack,
                          const char *reference, json_t *products, struct error *error)
{
    struct doctor_list list = {0};
    json_t *product;
    char called[64];
    size_t i;
    int rc = 0;

    if (reference)
        snprintf(called, sizeof called, "%.60s", reference);
    else
        snprintf(called, sizeof called, "id %lld", (long long)pack->id);
    json_array_foreach(products, i, product) {
        const char *code = json_string_value(json_object_get(product, "default_code"));
        int64_t id = ask_field_id(product, "id");

        if (rc == 0 && (reference ? code && strcmp(code, reference) == 0 : id == pack->id)) {
            doctor_list_add(&list, "%lld", (long long)id);
            rc = report_product(doctor, pack, called, product, error);
        }
    }
    if (rc == 0 && !list.count)
        doctor_problem(doctor, "correct credit.packs, or the product's internal reference in Odoo",
                       "no product has the %s%s%s, archived ones included: nothing is credited for "
                       "it",
                       reference ? "internal reference '" : "", called, reference ? "'" : "");
    if (list.count > 1)
        doctor_note(doctor, "if one of them is no pack, name the others by id in credit.packs",
                    "%s is the internal reference of several products, and each counts: %s", called,
                    doctor_list_text(&list));
    doctor_list_free(&list);
    return rc;
}

int doctor_packs(struct doctor *doctor, struct error *error)
{
    const struct config *config = doctor->config;
    json_t *products = NULL;
    int rc;

    doctor->topic = "packs";
    rc = flavour_hour_unit(doctor->odoo, &doctor->hour_unit, error);
    if (rc == 0)
        rc = ask_records(
            doctor->odoo,
            (struct ask_query){.model = "product.product",
                               .domain = json_pack("[s [sso] [sso]]", "|", "default_code", "in",
                                                   packs_references(config), "id", "in",
                                                   packs_ids(config)),
                               .fields = json_pack("[ss]", "default_code", "uom_id")},
            &products, error);
    for (size_t i = 0; i < config->credit.n_packs && rc == 0; i++) {
        const struct config_pack *pack = &config->credit.packs[i];

        if (pack->id)
            rc = check_products(doctor, pack, NULL, products, error);
        for (size_t j = 0; j < pack->n_products && rc == 0; j++)
            rc = check_products(doctor, pack, pack->products[j], products, error);
    }
    json_decref(products);
    return rc;
}
