/* setup_tag.c - the tag that marks a breach.
 *
 * Removal must know whether setup or a person made the tag, even if setup was interrupted. So the
 * tag is made by Odoo's import (`load`), which gives a record its external id in the same
 * transaction; a tag made by a person gets none. Repeating the import changes nothing. */
#include "setup_tag.h"

#include <stdio.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/setup_names.h"
#include "qualiodoo/pull/connect.h"
#include "setup_records.h"

/* `load` reports an error in its result instead of raising it. */
static int check_import(const struct setup *setup, const char *model, json_t *result,
                        struct error *error)
{
    json_t *message = json_array_get(json_object_get(result, "messages"), 0);
    const char *text = json_string_value(json_object_get(message, "message"));

    if (ask_id(json_object_get(result, "ids")) > 0)
        return 0;
    return error_set(error, ERR_REFUSED,
                     "the tag '%s' (%s) cannot be made: '%.*s'; give '%s' the right to make tags "
                     "(Helpdesk: Manager), or make it by hand in Odoo, then run setup again",
                     setup->config->writeback.breach_tag, model,
                     text ? (int)strcspn(text, "\n") : 0, text ? text : "",
                     setup->options->admin_login);
}

static int import_tag(const struct setup *setup, const char *model, struct error *error)
{
    struct odoo_call call = {.model = model,
                             .method = "load",
                             .arguments = json_pack("[[ss] [[ss]]]", "id", "name",
                                                    SETUP_MODULE "." SETUP_TAG,
                                                    setup->config->writeback.breach_tag),
                             .safe = true};
    json_t *result = NULL;
    int rc = ask(setup->odoo, call, &result, error);

    if (rc == 0)
        rc = check_import(setup, model, result, error);
    json_decref(result);
    return rc;
}

static int make_tag(const struct setup *setup, const char *model,
                    const struct setup_external *external, struct error *error)
{
    if (external->row && strcmp(external->model, model) != 0)
        return error_set(error, ERR_REFUSED,
                         "setup made a tag of the model %s before, and tickets are now tagged with "
                         "%s: run 'qualiodoo setup --remove' first, then setup again",
                         external->model, model);
    return setup->options->dry_run ? 0 : import_tag(setup, model, error);
}

int setup_tag(struct setup *setup, struct error *error)
{
    const char *name = setup->config->writeback.breach_tag;
    const struct flavour *flavour = NULL;
    struct setup_external external = {0};
    int64_t id = 0;
    char what[300];
    int rc = flavour_find(setup->odoo, connect_flavour(setup->config), &flavour, error);

    if (rc == 0)
        rc = setup_external_find(setup, SETUP_TAG, &external, error);
    if (rc == 0)
        rc = setup_find(setup, flavour->tag, json_pack("[[sss]]", "name", "=", name), &id, error);
    if (rc == 0 && !id)
        rc = make_tag(setup, flavour->tag, &external, error);
    if (rc < 0)
        return rc;
    snprintf(what, sizeof what, "tag '%.200s' of tickets%s", name,
             id && id != external.record ? ", which setup did not make" : "");
    setup_step_made(setup, !id, what);
    return 0;
}
