/* fallback.c - looks up in Odoo the user whose login is configured as writeback.breach.fallback. */
#include "qualiodoo/writeback/fallback.h"

#include "qualiodoo/odoo/ask.h"

static int check_user(const char *login, json_t *user, struct error *error)
{
    const char *fault = NULL;

    if (!user)
        return error_set(error, ERR_REFUSED,
                         "writeback.breach.fallback: no user has the login '%s'", login);
    if (!json_is_true(json_object_get(user, "active")))
        fault = "is archived";
    else if (json_is_true(json_object_get(user, "share")))
        fault = "is no internal user";
    return fault ? error_set(error, ERR_REFUSED,
                             "writeback.breach.fallback: '%s' %s, and would not see an activity",
                             login, fault)
                 : 0;
}

int fallback_find(struct odoo *odoo, const char *login, int64_t *ret_user, struct error *error)
{
    json_t *records = NULL;
    int rc;

    if (!login)
        return error_set(error, ERR_REFUSED,
                         "writeback.breach.fallback is not set any more, and the ticket has no "
                         "assignee or team leader");
    rc = ask_records(odoo,
                     (struct ask_query){.model = "res.users",
                                        .domain = json_pack("[[sss]]", "login", "=", login),
                                        .fields = json_pack("[ss]", "active", "share")},
                     &records, error);
    if (rc < 0)
        return rc;
    rc = check_user(login, json_array_get(records, 0), error);
    if (rc == 0)
        *ret_user = ask_field_id(json_array_get(records, 0), "id");
    json_decref(records);
    return rc;
}
