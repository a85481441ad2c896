/* condition.c - reads the state after a cycle and judges it as `status` does. */
#include "condition.h"

#include <stdio.h>

#include "qualiodoo/compute/policy.h"
#include "qualiodoo/doctor/problems.h"
#include "qualiodoo/pull/access.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/store/transactions.h"

static void judge(struct store *store, const struct config *config, struct condition *ret)
{
    struct policy policy = {0};
    struct problems problems = {0};
    struct error ignored;

    if (policy_open(config, store, &policy, &ignored) < 0)
        return;
    if (problems_find(store, config, &policy, &problems, &ignored) == 0) {
        ret->judged = true;
        ret->problems = json_array_size(problems.texts);
        ret->has_lapse = problems.has_lapse;
        ret->lapses_at = problems.lapses_at;
    }
    problems_free(&problems);
    policy_close(&policy);
}

static void read_key(struct store *store, struct condition *ret)
{
    struct access access;
    struct error ignored;

    if (access_read(store, &access, &ignored) < 0 || access.key.kind == ACCESS_NO_EXPIRY)
        return;
    ret->has_key_expiry = true;
    ret->key_expires = access.key.expires;
}

void condition_read(const struct config *config, struct condition *ret)
{
    struct store *store = NULL;
    struct error ignored;

    *ret = (struct condition){0};
    if (store_open(config->state.path, STORE_READ, &store, &ignored) < 0)
        return;
    if (store_begin(store, &ignored) == 0) {
        ret->has_health = health_read(store, &ret->health, &ignored) == 0;
        read_key(store, ret);
        judge(store, config, ret);
        store_rollback(store); /* nothing was written */
    }
    store_close(store);
}

bool condition_is_healthy(const struct condition *condition, instant now, char *line, size_t size)
{
    bool lapsed = condition->has_lapse && now >= condition->lapses_at;
    size_t problems = condition->problems + lapsed;

    if (!condition->judged)
        snprintf(line, size, "unhealthy: the state cannot be read: see 'qualiodoo status'\n");
    else if (problems)
        snprintf(line, size, "unhealthy: %zu problem%s: see 'qualiodoo status'\n", problems,
                 problems > 1 ? "s" : "");
    else
        snprintf(line, size, "healthy\n");
    return condition->judged && !problems;
}
