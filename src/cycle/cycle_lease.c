/* cycle_lease.c - the lease in a cycle: opened before it, saved in the state after it, released
 * when the service stops. */
#include "qualiodoo/cycle/cycle_lease.h"

#include "qualiodoo/config/config_secret.h"
#include "qualiodoo/pull/connect.h"
#include "qualiodoo/pull/identity.h"
#include "qualiodoo/store/lock.h"
#include "qualiodoo/util/log.h"

/* A server that does not answer must not delay the stop of the service. */
#define RELEASE_TIMEOUT_MS 5000

/* The service keeps its lease in every cycle; commands take one only when there is something to
 * write (lease_take()). */
int cycle_lease_open(struct writeback *writeback, struct lease_keeper *keeper,
                     const struct cycle_options *options, bool quick, struct error *error)
{
    int rc;

    if (!writeback->config->writeback.enabled || options->dry_run)
        return 0;
    rc =
        lease_open(keeper, writeback->odoo, writeback->store, writeback->config->state.path, error);
    if (rc < 0)
        return rc;
    writeback->lease = keeper;
    keeper->asked = quick && keeper->in_use;
    if (options->service && (keeper->asked || !quick))
        rc = lease_serve(keeper, error);
    if (rc == 0 || options->lease_only || rc == ERR_INTERRUPTED || rc == ERR_NETWORK ||
        rc == ERR_ACCESS_DENIED)
        return rc;
    /* The cycle can still read; a write will fail with the same error. */
    log_warning("%s", error->message);
    return 0;
}

void cycle_lease_close(struct writeback *writeback, struct cycle_report *report)
{
    struct error ignored;

    if (!writeback->lease)
        return;
    report->lease_in_ms = lease_due_in_ms(writeback->lease);
    report->on_duty = lease_permits(writeback->lease);
    report->took_duty = writeback->lease->taken;
    if (writeback->lease->asked || writeback->lease->in_use)
        lease_save(writeback->lease, &ignored);
}

/* Tries each call once, briefly and although a stop was requested. The identity is checked because
 * in another Odoo, the row with the lease's id belongs to another agent. */
static void release(const struct config *config, struct store *store)
{
    struct odoo_options options = connect_options(config);
    struct lease_keeper keeper = {0};
    struct odoo *odoo = NULL;
    struct error ignored;
    char *secret = NULL;

    options.cancelled = NULL;
    options.max_attempts = 1;
    options.patience_ms = 0;
    options.timeout_ms = options.connect_timeout_ms = RELEASE_TIMEOUT_MS;
    if (config_secret(config, &secret, &ignored) == 0) {
        options.secret = secret;
        if (odoo_open(&options, &odoo, &ignored) == 0 &&
            identity_check(&(struct pull){.odoo = odoo, .store = store, .config = config}, false,
                           &ignored) == 0 &&
            lease_open(&keeper, odoo, store, config->state.path, &ignored) == 0)
            lease_release(&keeper);
    }
    odoo_free(odoo);
    config_secret_free(secret);
}

void cycle_release_lease(const struct config *config)
{
    struct store_lock *lock = NULL;
    struct store *store = NULL;
    struct error ignored;

    if (config->writeback.enabled &&
        store_lock(config->state.path, "run", 0, &lock, &ignored) == 0 &&
        store_open(config->state.path, STORE_WRITE, &store, &ignored) == 0)
        release(config, store);
    store_close(store);
    store_unlock(lock);
}
