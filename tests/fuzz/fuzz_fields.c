/* fuzz_fields.c - any answers to fields_get and to what goes with it, as a JSON object of model ->
 * answer: the flavour is found, or one line says what is missing. */
#include <jansson.h>

#include "fake_odoo.h"
#include "fuzz.h"
#include "qualiodoo/odoo/fields.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/odoo.h"

static json_t *answers;

static json_t *answer(const char *model, const char *method, json_t *arguments, json_t *keywords)
{
    json_t *found = json_object_get(answers, strcmp(method, "fields_get") == 0 ? model : method);

    (void)arguments;
    (void)keywords;
    return json_incref(found);
}

static void check(int rc, const struct error *error)
{
    if (rc < 0)
        FUZZ_CHECK_ERROR(error);
}

static void ask(struct odoo *odoo, enum flavour_wanted configured)
{
    const struct flavour *flavour = NULL;
    struct error error = {0};
    int64_t id = 0;
    bool is = false;
    int rc = flavour_detect(odoo, configured, &flavour, &error);

    check(rc, &error);
    if (rc == 0) {
        FUZZ_CHECK(flavour && flavour->ticket && flavour->link, "no flavour");
        check(flavour_opening_subtype(odoo, flavour, &id, &error), &error);
        check(flavour_missing_field(odoo,
                                    &(struct flavour_field){flavour->module, flavour->ticket,
                                                            "number", FLAVOUR_TICKET_RIGHT},
                                    &error),
              &error);
    }
    check(flavour_find(odoo, configured, &flavour, &error), &error);
    check(flavour_units_absolute(odoo, &is, &error), &error);
    check(flavour_hour_unit(odoo, &id, &error), &error);
    check(flavour_has_group(odoo, "base.group_system", &is, &error), &error);
    check(flavour_accountant_sees_all_lines(odoo, &is, &error), &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct odoo_options options = {.url = "http://127.0.0.1", .database = "demo"};
    struct odoo *odoo = NULL;
    struct error error = {0};
    json_t *fields = NULL, *names = json_pack("[ss]", "number", "ticket_ref");

    answers = json_loadb((const char *)bytes, size, 0, NULL);
    fake_odoo_set(answer);
    if (answers && odoo_open(&options, &odoo, &error) == 0) {
        ask(odoo, FLAVOUR_ANY);
        ask(odoo, FLAVOUR_OF_TASKS);
        check(odoo_fields(odoo, "helpdesk.ticket", names, &fields, &error), &error);
        json_decref(fields);
    }
    odoo_free(odoo);
    json_decref(names);
    json_decref(answers);
    return 0;
}
