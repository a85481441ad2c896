/* setup_access.c - access lines (ir.model.access): who may do what with the models of setup, and
 * the agent's right to read the history of assignments. */
#include "setup_access.h"

#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/util/json_build.h"
#include "setup_records.h"

enum holder { AGENT, USERS, ADMINISTRATORS };

static const struct access {
    enum setup_set set; /* whose model; SETUP_SETS stands for SETUP_HISTORY_MODEL */
    enum holder holder;
    const char *external, *name, *what;
    const char *rights; /* of "rwcu": read, write, create, unlink */
    bool exactly;       /* a repair also removes other rights */
} accesses[] = {
    {SETUP_ADJUSTMENT, AGENT, "access_adjustment_agent", "qualiodoo agent",
     "right of that group to read and create adjustments, not to change or delete them", "rc",
     .exactly = true},
    {SETUP_ADJUSTMENT, ADMINISTRATORS, "access_adjustment_administrator", "qualiodoo administrator",
     "right of administrators to read adjustments", "r"},
    {SETUP_ACCOUNT, AGENT, "access_account_agent", "qualiodoo agent",
     "right of that group to write the credit shown", "rwcu"},
    {SETUP_ACCOUNT, USERS, "access_account_user", "qualiodoo user",
     "right of internal users to read the credit shown", "r"},
    {SETUP_ACCOUNT, ADMINISTRATORS, "access_account_administrator", "qualiodoo administrator",
     "right of administrators to read and remove the credit shown", "ru"},
    {SETUP_LEASE, AGENT, "access_lease_agent", "qualiodoo agent",
     "right of that group to read, create and write leases, not to delete them", "rwc",
     .exactly = true},
    {SETUP_LEASE, ADMINISTRATORS, "access_lease_administrator", "qualiodoo administrator",
     "right of administrators to read and remove leases", "ru"},
    {SETUP_SETS, AGENT, "access_history_agent", "qualiodoo agent",
     "right of that group to read who was assigned when (" SETUP_HISTORY_MODEL ")", "r",
     .exactly = true},
};

enum { ACCESSES = sizeof accesses / sizeof *accesses };

static const struct {
    const char *name;
    char letter;
} perms[] = {{"perm_read", 'r'}, {"perm_write", 'w'}, {"perm_create", 'c'}, {"perm_unlink", 'u'}};

enum { PERMS = sizeof perms / sizeof *perms };

const char *setup_access_external(size_t index, bool *ret_adjustments)
{
    if (index >= ACCESSES)
        return NULL;
    *ret_adjustments = accesses[index].set == SETUP_ADJUSTMENT;
    return accesses[index].external;
}

/* ---- One line ---- */

/* The ids of a line's model and group; 0 with `dry_run`, while they are not made. */
struct place {
    int64_t model, group;
};

static int find_place(const struct setup *setup, const struct access *access, struct place *ret,
                      struct error *error)
{
    int rc = 0;

    if (access->set != SETUP_SETS)
        ret->model = setup->models[access->set];
    else
        rc = setup_find(setup, "ir.model", json_pack("[[sss]]", "model", "=", SETUP_HISTORY_MODEL),
                        &ret->model, error);
    ret->group = setup->group;
    if (rc == 0 && access->holder != AGENT)
        rc = setup_reference(setup, "base", access->holder == USERS ? "group_user" : "group_system",
                             &ret->group, error);
    return rc;
}

static json_t *domain_of(const struct place *place)
{
    return json_pack("[[ssI] [ssI]]", "model_id", "=", (json_int_t)place->model, "group_id", "=",
                     (json_int_t)place->group);
}

static bool has_right(const struct access *access, size_t perm)
{
    return strchr(access->rights, perms[perm].letter) != NULL;
}

static json_t *values_of(const struct access *access, const struct place *place)
{
    json_t *values = json_pack("{ss sI sI}", "name", access->name, "model_id",
                               (json_int_t)place->model, "group_id", (json_int_t)place->group);

    for (size_t i = 0; values && i < PERMS; i++)
        json_build_set(&values, perms[i].name, json_boolean(has_right(access, i)));
    return values;
}

static json_t *repairs_of(const struct access *access, json_t *record)
{
    json_t *repairs = json_object();

    if (!json_is_true(json_object_get(record, "active")))
        json_build_set(&repairs, "active", json_true());
    for (size_t i = 0; i < PERMS; i++) {
        bool has = json_is_true(json_object_get(record, perms[i].name));
        bool wanted = has_right(access, i);

        if (has != wanted && (access->exactly || wanted))
            json_build_set(&repairs, perms[i].name, json_boolean(wanted));
    }
    return repairs;
}

static int repair(const struct setup *setup, const struct access *access, json_t *record,
                  bool *changed, struct error *error)
{
    json_t *repairs = repairs_of(access, record);
    int rc = repairs ? 0 : error_memory(error);

    if (json_object_size(repairs)) {
        *changed = true;
        if (!setup->options->dry_run)
            rc = ask_write(setup->odoo, "ir.model.access", ask_field_id(record, "id"),
                           json_incref(repairs), error);
    }
    json_decref(repairs);
    return rc;
}

static int ensure(struct setup *setup, const struct access *access, struct error *error)
{
    struct place place = {0};
    json_t *records = NULL;
    bool changed = false;
    int64_t id = 0;
    int rc = find_place(setup, access, &place, error);

    if (rc == 0 && place.model && place.group)
        rc = ask_records(
            setup->odoo,
            (struct ask_query){.model = "ir.model.access",
                               .domain = domain_of(&place),
                               .fields = json_pack("[sssss]", "active", "perm_read", "perm_write",
                                                   "perm_create", "perm_unlink")},
            &records, error);
    if (rc == 0 && json_array_size(records)) {
        id = ask_field_id(json_array_get(records, 0), "id");
        rc = repair(setup, access, json_array_get(records, 0), &changed, error);
    } else if (rc == 0) {
        changed = true;
        if (!setup->options->dry_run)
            rc = setup_make(setup,
                            (struct setup_new){.model = "ir.model.access",
                                               .domain = domain_of(&place),
                                               .values = values_of(access, &place)},
                            &id, error);
    }
    json_decref(records);
    if (rc < 0)
        return rc;
    setup_remember(setup, access->external, "ir.model.access", id);
    setup_step_made(setup, changed, access->what);
    return 0;
}

/* ---- The lines of a model ---- */

int setup_accesses(struct setup *setup, enum setup_set set, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < ACCESSES && rc == 0; i++)
        if (accesses[i].set == set)
            rc = ensure(setup, &accesses[i], error);
    return rc;
}

int setup_history_access(struct setup *setup, struct error *error)
{
    return setup_accesses(setup, SETUP_SETS, error);
}

/* The line has no external id when setup was interrupted: it is then found by model and group. */
int setup_find_history_access(const struct setup *setup, int64_t *ret_id, struct error *error)
{
    struct setup_external external = {0};
    int rc = setup_external_find(setup, "access_history_agent", &external, error);

    *ret_id = 0;
    if (rc == 0 && external.record)
        rc =
            setup_find(setup, "ir.model.access",
                       json_pack("[[ssI]]", "id", "=", (json_int_t)external.record), ret_id, error);
    if (rc == 0 && !*ret_id && setup->group)
        rc = setup_find(setup, "ir.model.access",
                        json_pack("[[sss] [ssI]]", "model_id.model", "=", SETUP_HISTORY_MODEL,
                                  "group_id", "=", (json_int_t)setup->group),
                        ret_id, error);
    return rc;
}
