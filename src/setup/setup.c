/* setup.c - makes in Odoo, with an administrator's rights, what the agent needs: a group, the
 * models of adjustments, of the credit shown and of the lease, fields of customers, the right to
 * read the history of assignments, the tag of a breach, the automation rule that calls the agent.
 *
 * Each thing is searched before it is made, by its external id (module `qualiodoo`) or by its name,
 * so that an interrupted setup is completed by the next one and a complete one changes nothing. The
 * order follows the dependencies: group, its member, models with their fields and rights, fields of
 * customers, tag, rule, external ids. setup_remove.c removes them. */
#include "qualiodoo/setup/setup.h"

#include "qualiodoo/config/config_secret.h"
#include "qualiodoo/config/config_url.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/util/progress.h"
#include "setup_access.h"
#include "setup_external.h"
#include "setup_fields.h"
#include "setup_group.h"
#include "setup_model.h"
#include "setup_remove.h"
#include "setup_session.h"
#include "setup_tag.h"
#include "setup_webhook.h"

/* JSON-2 is told a key and no login: it refuses a password, or what has no form of a key, as it
 * refuses a wrong key. */
static int refused(const struct setup *setup, struct error *error)
{
    const struct config *config = setup->config;
    const char *why = config->odoo.protocol == PROTOCOL_JSON2
                          ? "JSON-2 takes an API key of that user, never a password: give a valid "
                            "key, or run setup with odoo.protocol: auto, which takes a password too"
                          : "the login or its password is wrong";

    return error_set(error, ERR_ACCESS_DENIED,
                     "the administrator's login '%s' is refused on the database '%s' of %s: %s; or "
                     "there is no such database",
                     setup->options->admin_login, config->odoo.database, config->odoo.url, why);
}

static int check_administrator(const struct setup *setup, struct error *error)
{
    const char *login = setup->options->admin_login;
    bool may = false;
    int rc = odoo_authenticate(setup->odoo, error);

    if (rc == ERR_ACCESS_DENIED ||
        (rc == ERR_CONFIG && setup->config->odoo.protocol == PROTOCOL_JSON2))
        return refused(setup, error);
    if (rc == 0)
        rc = flavour_has_group(setup->odoo, "base.group_system", &may, error);
    if (rc == 0 && !may)
        rc = error_set(error, ERR_ACCESS_RIGHTS,
                       "'%s' is not an administrator of Odoo: give the login of a user whose right "
                       "for Administration is 'Settings'",
                       login);
    return rc;
}

/* The stored fields of 0.1.0 are removed last, once the fields that replace them exist. */
static int make_shown_credit(struct setup *setup, struct error *error)
{
    bool changed = false;
    int rc = setup_model(setup, SETUP_ACCOUNT, error);

    if (rc == 0)
        rc = setup_find_model(setup, SETUP_PARTNER, error);
    if (rc == 0)
        rc = setup_fields(setup, SETUP_PARTNER, &changed, error);
    if (rc == 0 && !changed)
        setup_step(setup, SETUP_FOUND, "fields of customers: credit left, last day, state");
    return rc < 0 ? rc : setup_remove_old_fields(setup, error);
}

static int run(struct setup *setup, struct error *error)
{
    const struct config *config = setup->config;
    int rc = check_administrator(setup, error);

    if (rc == 0)
        rc = setup_set_language(setup, error);
    if (rc < 0 || setup->options->remove)
        return rc < 0 ? rc : setup_remove(setup, error);
    rc = setup_group(setup, error);
    if (rc == 0 && config->credit.adjustments == ADJUSTMENTS_MODEL)
        rc = setup_model(setup, SETUP_ADJUSTMENT, error);
    if (rc == 0 && config->writeback.balance_fields)
        rc = make_shown_credit(setup, error);
    if (rc == 0)
        rc = setup_model(setup, SETUP_LEASE, error);
    if (rc == 0)
        rc = setup_history_access(setup, error);
    if (rc == 0 && config->writeback.breach_tag)
        rc = setup_tag(setup, error);
    if (rc == 0)
        rc = setup_webhook(setup, error);
    return rc < 0 ? rc : setup_externals(setup, error);
}

int setup_run(const struct config *config, const struct setup_options *options, struct error *error)
{
    struct setup setup = {.config = config, .options = options};
    int rc = 0;

    if (options->webhook) /* first: a bad address must fail before anything is made */
        rc = config_webhook_url(config, options->webhook, &setup.webhook_url, error);
    if (rc == 0)
        rc = setup_connect(&setup, error);
    if (rc == 0)
        rc = run(&setup, error);
    progress_end();
    odoo_free(setup.odoo);
    config_secret_free(setup.webhook_url);
    return rc;
}
