/* lease_state.c - the lease as it is saved in the agent's state, and the clock of the lease.
 *
 * The agent's clock is the boot clock, which also runs while the machine sleeps. When the wall
 * clock has advanced further since the last heartbeat (a suspended virtual machine, a reboot), the
 * difference is added. */
#include "qualiodoo/writeback/lease_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"

int64_t lease_wall_ahead_ms(void)
{
    return clock_real() * 1000 - clock_boot_ms();
}

int64_t lease_now_ms(const struct lease_keeper *keeper)
{
    int64_t further = keeper->lease.row ? lease_wall_ahead_ms() - keeper->offset_ms : 0;

    return clock_boot_ms() + (further > 1000 ? further : 0); /* clock_real() is in seconds */
}

/* Host, device and inode of the state: a copy of it elsewhere counts as another agent. */
static void place_of(const char *path, char place[LEASE_HOLDER_SIZE])
{
    struct stat file = {0};
    char host[65] = "?";

    gethostname(host, sizeof host - 1);
    stat(path, &file);
    snprintf(place, LEASE_HOLDER_SIZE, "%s %llu:%llu", host, (unsigned long long)file.st_dev,
             (unsigned long long)file.st_ino);
}

static enum lease_phase phase_of(const char *name)
{
    for (enum lease_phase phase = LEASE_NONE; name && phase < LEASE_PHASES; phase++)
        if (strcmp(lease_phase_name(phase), name) == 0)
            return phase;
    return LEASE_NONE;
}

void lease_copy_text(char *to, size_t size, json_t *from)
{
    const char *text = json_string_value(from);

    snprintf(to, size, "%s", text ? text : "");
}

static void read_kept(struct lease_keeper *keeper, json_t *kept)
{
    const char *place = json_string_value(json_object_get(kept, "place"));
    const char *at = json_string_value(json_object_get(kept, "at"));
    char own[LEASE_HOLDER_SIZE];
    bool here;

    place_of(keeper->path, own);
    here = place && strcmp(place, own) == 0;
    if (!at || !instant_parse_iso(at, &keeper->kept_at))
        keeper->kept_at = 0;
    keeper->in_use = json_is_true(json_object_get(kept, "in_use"));
    lease_copy_text(keeper->holder, sizeof keeper->holder, json_object_get(kept, "holder"));
    keeper->holder_row = json_integer_value(json_object_get(kept, "holder_row"));
    keeper->lease.phase = phase_of(json_string_value(json_object_get(kept, "phase")));
    keeper->lease.row = json_integer_value(json_object_get(kept, "row"));
    keeper->lease.confirmed_ms = json_integer_value(json_object_get(kept, "confirmed_ms"));
    keeper->lease.first_look_ms = json_integer_value(json_object_get(kept, "first_look_ms"));
    keeper->offset_ms = json_integer_value(json_object_get(kept, "offset_ms"));
    lease_copy_text(keeper->token, sizeof keeper->token, json_object_get(kept, "token"));
    lease_copy_text(keeper->before, sizeof keeper->before, json_object_get(kept, "before"));
    /* The first look was before this boot: its time on the boot clock means nothing now. */
    if (keeper->lease.phase == LEASE_CANDIDATE && keeper->lease.first_look_ms > clock_boot_ms())
        keeper->lease.phase = LEASE_STANDBY;
    if (here)
        keeper->left_row = json_integer_value(json_object_get(kept, "left_row"));
    if (!here || keeper->lease.row <= 0 || keeper->lease.phase == LEASE_NONE ||
        keeper->lease.confirmed_ms > lease_now_ms(keeper))
        lease_dropped(&keeper->lease);
}

int lease_open(struct lease_keeper *keeper, struct odoo *odoo, struct store *store,
               const char *path, struct error *error)
{
    char *text = NULL;
    json_t *kept;
    int rc = store_meta_get(store, "lease", &text, error);

    *keeper = (struct lease_keeper){.odoo = odoo, .store = store, .path = path};
    if (rc < 0 || !text)
        return rc;
    rc = json_build_parse(text, 0, &kept);
    free(text);
    if (rc < 0)
        return error_memory(error);
    read_kept(keeper, kept);
    json_decref(kept);
    return 0;
}

int lease_save(struct lease_keeper *keeper, struct error *error)
{
    char place[LEASE_HOLDER_SIZE], at[INSTANT_TEXT_SIZE], *text;
    const struct lease *lease = &keeper->lease;
    json_t *kept;
    int rc;

    place_of(keeper->path, place);
    kept = json_pack("{sb ss ss sI sI sI sI ss ss ss sI sI ss}", "in_use", keeper->in_use, "place",
                     place, "phase", lease_phase_name(lease->phase), "row", (json_int_t)lease->row,
                     "confirmed_ms", (json_int_t)lease->confirmed_ms, "first_look_ms",
                     (json_int_t)lease->first_look_ms, "offset_ms", (json_int_t)keeper->offset_ms,
                     "token", keeper->token, "before", keeper->before, "holder", keeper->holder,
                     "holder_row", (json_int_t)keeper->holder_row, "left_row",
                     (json_int_t)keeper->left_row, "at", instant_format(clock_real(), at));
    text = json_build_text(kept, JSON_COMPACT);
    rc = text ? store_meta_set(keeper->store, "lease", text, error) : error_memory(error);
    json_decref(kept);
    free(text);
    return rc;
}

bool lease_may_write_now(const struct lease_keeper *keeper)
{
    return lease_may_write(&keeper->lease, &lease_limits, lease_now_ms(keeper));
}

bool lease_permits(void *context)
{
    const struct lease_keeper *keeper = context;

    return !keeper->in_use || lease_may_write_now(keeper);
}

int lease_status_read(struct store *store, const char *path, struct lease_status *ret,
                      struct error *error)
{
    struct lease_keeper keeper;
    int rc = lease_open(&keeper, NULL, store, path, error);

    if (rc < 0)
        return rc;
    *ret = (struct lease_status){.in_use = keeper.in_use,
                                 .on_duty = keeper.in_use && lease_permits(&keeper),
                                 .row = keeper.lease.row,
                                 .other = keeper.holder_row,
                                 .looked_at = keeper.kept_at};
    if (keeper.lease.row &&
        lease_next(&keeper.lease, &lease_limits, lease_now_ms(&keeper)) == LEASE_DROP)
        ret->row = 0;
    snprintf(ret->holder, sizeof ret->holder, "%s", keeper.holder);
    return 0;
}
