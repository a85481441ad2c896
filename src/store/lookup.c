/* lookup.c - small queries by an id, a name, a reference or a number. */
#include "qualiodoo/store/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "statements.h"

bool lookup_parse_id(const char *text, int64_t *ret_id)
{
    size_t length = strspn(text, "0123456789");
    long long id = length > 0 && length <= 10 && text[length] == '\0' && *text != '0'
                       ? strtoll(text, NULL, 10)
                       : 0;

    if (id <= 0 || id > INT32_MAX) /* the ids of Odoo are 32 bits */
        return false;
    *ret_id = id;
    return true;
}

static int find_by_id(struct store *store, const char *sql, int64_t id, struct ids *ret,
                      struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, id);
    return store_ids(store, statement, ret, error);
}

static int find_by_text(struct store *store, const char *sql, const char *text, struct ids *ret,
                        struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    return store_ids(store, statement, ret, error);
}

/* The authors of messages are mirrored as partners too: the partner of an agent is a customer only
 * when a record names it as one. */
#define IS_CUSTOMER                                                                                \
    " AND (id NOT IN (SELECT partner_id FROM agent WHERE partner_id IS NOT NULL)"                  \
    "  OR EXISTS (SELECT 1 FROM ticket t WHERE t.partner_id = partner.id)"                         \
    "  OR EXISTS (SELECT 1 FROM move m WHERE m.customer_id = partner.id)"                          \
    "  OR EXISTS (SELECT 1 FROM adjustment a WHERE a.partner_id = partner.id)"                     \
    "  OR EXISTS (SELECT 1 FROM partner c WHERE c.commercial_id = partner.id"                      \
    "   AND c.id NOT IN (SELECT partner_id FROM agent WHERE partner_id IS NOT NULL)))"

int lookup_customers(struct store *store, const char *text, struct ids *ret, struct error *error)
{
    static const char *const names[] = {
        "SELECT DISTINCT coalesce(account_id, commercial_id, id) FROM partner"
        " WHERE reference = ?1" IS_CUSTOMER " ORDER BY 1",
        "SELECT DISTINCT coalesce(account_id, commercial_id, id) FROM partner"
        " WHERE name = ?1" IS_CUSTOMER " ORDER BY 1",
    };
    int64_t id;

    if (lookup_parse_id(text, &id)) {
        static const char *const meanings[] = {
            "SELECT id FROM account WHERE id = ?1", /* an account wins over a contact */
            "SELECT coalesce(account_id, commercial_id, id) FROM partner WHERE id = ?1" IS_CUSTOMER,
            "SELECT coalesce(account_id, customer_id) FROM move WHERE customer_id = ?1 LIMIT 1",
        };

        for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
            int rc = find_by_id(store, meanings[i], id, ret, error);

            if (rc < 0 || ret->count)
                return rc;
        }
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int rc = find_by_text(store, names[i], text, ret, error);

        if (rc < 0 || ret->count)
            return rc;
    }
    return 0;
}

int lookup_each_customer(struct store *store,
                         int (*row)(void *context, int64_t account, const char *name,
                                    const char *reference, struct error *error),
                         void *context, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "SELECT coalesce(account_id, commercial_id, id), name, reference"
                           " FROM partner WHERE true" IS_CUSTOMER " ORDER BY 1, id",
                           &statement, error);

    if (rc < 0)
        return rc;
    while ((rc = store_step(store, statement, error)) == 1) {
        rc = row(context, sqlite3_column_int64(statement, 0), column_text(statement, 1),
                 column_text(statement, 2), error);
        if (rc < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    return rc;
}

int lookup_tickets(struct store *store, const char *text, struct ids *ret, struct error *error)
{
    int64_t id;

    if (lookup_parse_id(text, &id)) {
        int rc = find_by_id(store, "SELECT id FROM ticket WHERE id = ?1", id, ret, error);

        if (rc < 0 || ret->count)
            return rc;
    }
    return find_by_text(store, "SELECT id FROM ticket WHERE number = ?1 ORDER BY 1", text, ret,
                        error);
}

static int one_text(struct store *store, const char *sql, int64_t id, char **ret,
                    struct error *error)
{
    sqlite3_stmt *statement;
    char *text = NULL;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, id);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    if (rc == 1 && column_text(statement, 0)) {
        text = strdup(column_text(statement, 0));
        if (!text)
            rc = error_memory(error);
    }
    sqlite3_reset(statement);
    if (rc < 0)
        return rc;
    *ret = text;
    return 0;
}

int lookup_partner_name(struct store *store, int64_t id, char **ret, struct error *error)
{
    return one_text(store, "SELECT name FROM partner WHERE id = ?1", id, ret, error);
}

int lookup_move_name(struct store *store, int64_t id, char **ret, struct error *error)
{
    return one_text(store, "SELECT name FROM move WHERE id = ?1", id, ret, error);
}

int lookup_product_count(struct store *store, const char *reference, int64_t id, int64_t *ret,
                         struct error *error)
{
    struct ids ids = {0};
    int rc = reference ? find_by_text(store, "SELECT id FROM product WHERE reference = ?1",
                                      reference, &ids, error)
                       : find_by_id(store, "SELECT id FROM product WHERE id = ?1", id, &ids, error);

    *ret = (int64_t)ids.count;
    free(ids.items);
    return rc;
}

int lookup_pack_line(struct store *store, int64_t id, char **ret, struct error *error)
{
    return one_text(store,
                    "SELECT coalesce(m.name, '') || ' ' || p.reference || ' × '"
                    " || rtrim(rtrim(format('%.3f', l.quantity / 1e9), '0'), '.')"
                    " FROM move_line l JOIN move m ON m.id = l.move_id"
                    " JOIN product p ON p.id = l.product_id WHERE l.id = ?1",
                    id, ret, error);
}

int lookup_line_ticket(struct store *store, int64_t id, char **ret, struct error *error)
{
    return one_text(store,
                    "SELECT coalesce(t.number, '#' || t.id) FROM timesheet l"
                    " JOIN ticket t ON t.id = l.ticket_id WHERE l.id = ?1",
                    id, ret, error);
}

int lookup_adjustment_reason(struct store *store, int64_t id, char **ret, struct error *error)
{
    return one_text(store, "SELECT reason FROM adjustment WHERE id = ?1", id, ret, error);
}

int lookup_ticket_number(struct store *store, int64_t id, char **ret, struct error *error)
{
    return one_text(store, "SELECT coalesce(number, '#' || id) FROM ticket WHERE id = ?1", id, ret,
                    error);
}

int lookup_ticket_account(struct store *store, int64_t id, int64_t *ret, struct error *error)
{
    struct ids ids = {0};
    int rc = find_by_id(store,
                        "SELECT p.account_id FROM ticket t JOIN partner p ON p.id = t.partner_id"
                        " WHERE t.id = ?1",
                        id, &ids, error);

    if (rc == 0)
        *ret = ids.count ? ids.items[0] : 0;
    free(ids.items);
    return rc;
}

int lookup_stage(struct store *store, int64_t id, const char *name, struct lookup_stage *ret,
                 struct error *error)
{
    static const char sql[] = "SELECT count(*), coalesce(max(closed), 0) FROM stage"
                              " WHERE iif(?1, id = ?1, name = ?2)";
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    *ret = (struct lookup_stage){.found = sqlite3_column_int(statement, 0),
                                 .closed = sqlite3_column_int(statement, 1)};
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return 0;
}

int lookup_mirrors(struct store *store,
                   int (*row)(void *context, const struct mirror_status *status), void *context,
                   struct error *error)
{
    static const char sql[] =
        "SELECT c.mirror, c.first_done, c.pulled_at,"
        " (SELECT n FROM tally WHERE name = c.mirror) FROM cursor c ORDER BY 1";
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    while ((rc = store_step(store, statement, error)) == 1) {
        struct mirror_status status = {.name = column_text(statement, 0),
                                       .first_done = sqlite3_column_int(statement, 1),
                                       .pulled_at = sqlite3_column_int64(statement, 2),
                                       .rows = sqlite3_column_int64(statement, 3)};

        if ((rc = row(context, &status)) < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    return rc;
}

int lookup_summary(struct store *store, struct state_summary *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(
        store,
        "SELECT (SELECT n FROM tally WHERE name = 'account'), (SELECT min(next_change) FROM"
        " account), (SELECT count(*) FROM unreadable WHERE NOT kept)",
        &statement, error);

    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    *ret =
        (struct state_summary){.accounts = sqlite3_column_int64(statement, 0),
                               .has_next_change = sqlite3_column_type(statement, 1) != SQLITE_NULL,
                               .next_change = sqlite3_column_int64(statement, 1),
                               .unreadable = sqlite3_column_int64(statement, 2)};
    sqlite3_reset(statement);
    return 0;
}
