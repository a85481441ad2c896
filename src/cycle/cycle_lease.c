/* cycle_lease.c - the lease in a cycle: taken up before it, kept with the state after it, and
 * released when the service stops. */
#include "qualiodoo/cycle/cycle_lease.h"

#include "qualiodoo/pull/connect.h"
#include "qualiodoo/pull/identity.h"
#include "qualiodoo/util/log.h"

/* A server that does not answer must not hold up the end of the service. */
#define RELEASE_TIMEOUT_MS 5000

/* In shadow mode nobody holds a lease, nor does a trial. The service keeps its place all the time,
 * commands take theirs when there is something to write. */
int cycle_lease_open(struct writeback *writeback, struct lease_keeper *keeper,
                     const struct cycle_options *options, struct error *error)
{
    int rc;

    if (!writeback->config->writeback.enabled || options->dry_run)
        return 0;
    rc =
        lease_open(keeper, writeback->odoo, writeback->store, writeback->config->state.path, error);
    if (rc < 0)
        return rc;
    writeback->lease = keeper;
    if (options->service)
        rc = lease_serve(keeper, error);
    if (rc == 0 || options->lease_only || rc == ERR_INTERRUPTED || rc == ERR_NETWORK ||
        rc == ERR_ACCESS_DENIED)
        return rc;
    log_warning("%s", error->message); /* reading goes on, and writing says it again */
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

/* Two calls that nobody waits for long: the order to stop was given already. A row of another Odoo
 * that has the same id is somebody else's. */
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
