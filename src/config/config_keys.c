/* config_keys.c - the table of keys, in the order of config_to_yaml(). A duration is read by
 * `milliseconds` (time that passes), `whole_minutes` (credit), `days`, or `period` (years, months).
 */
#include "config_keys.h"

#include <string.h>

#include "config_addresses.h"
#include "config_credit.h"
#include "config_domain.h"
#include "config_holidays.h"
#include "config_key.h"
#include "config_sla.h"
#include "config_types.h"
#include "config_values.h"

/* In the order of the enums of config.h. */
static const char *const languages[] = {"fr", "en", NULL};
static const char *const protocols[] = {"auto", "xmlrpc", "jsonrpc", "json2", NULL};
static const char *const flavours[] = {"auto", "oca", "enterprise", "task", NULL};
static const char *const roundings[] = {"ticket", "entry", NULL};
static const char *const starts[] = {"take_in", "response", NULL};
static const char *const payments[] = {"paid", "in_payment", NULL};
static const char *const accounts[] = {"commercial", "top", NULL};
static const char *const adjustments[] = {"model", "note", NULL};
static const char *const urgencies[] = {"low", "medium", "urgent", NULL};

#define AT(member) .field = offsetof(struct config, member)
#define WITH(member) .companion = offsetof(struct config, member)

/* Rows of the table. KEY: any type. ONE: a word of a list. NUM: a quantity between bounds. DUO: a
 * field with its companion (a count or a has_ flag). DAY: opening hours. */
#define KEY(path, type, text, member)                                                              \
    {                                                                                              \
        path, &config_##type, text, AT(member)                                                     \
    }
#define ONE(path, words, text, member)                                                             \
    {                                                                                              \
        path, &config_choice, text, AT(member), .of = words                                        \
    }
#define NUM(path, unit, text, member, least, most)                                                 \
    {                                                                                              \
        path, &config_quantity, text, AT(member), .min = least, .max = most, .of = &config_##unit  \
    }
/* OPT: a quantity that is never 0, or null, which is stored as 0. */
#define OPT(path, unit, text, member, least, most)                                                 \
    {                                                                                              \
        path, &config_optional_quantity, text, AT(member), .min = least, .max = most,              \
                                                           .of = &config_##unit                    \
    }
#define DUO(path, type, text, member, second)                                                      \
    {                                                                                              \
        path, &config_##type, text, AT(member), WITH(second)                                       \
    }
#define DAY(name, i)                                                                               \
    {                                                                                              \
        "sla.hours." name, &config_opening, "[]", AT(sla.hours[i]), WITH(sla.n_hours[i]),          \
            .flags = KEY_OWN_CALENDAR                                                              \
    }

#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)
#define KIB INT64_C(1024)
#define GIB (KIB * KIB * KIB)

/* clang-format off */
const struct key config_keys[] = {
    KEY("odoo.url", url, NULL, odoo.url),
    ONE("odoo.protocol", protocols, "auto", odoo.protocol),
    KEY("odoo.database", text, NULL, odoo.database),
    KEY("odoo.login", text, NULL, odoo.login),
    KEY("odoo.secret_file", optional_text, "null", odoo.secret_file),
    KEY("odoo.allow_http", bool, "false", odoo.allow_http),
    KEY("odoo.ca_file", optional_text, "null", odoo.ca_file),
    KEY("odoo.proxy", proxy, "null", odoo.proxy),
    NUM("odoo.connect_timeout", milliseconds, "10s", odoo.connect_timeout_ms, 1, HOUR),
    NUM("odoo.timeout", milliseconds, "120s", odoo.timeout_ms, 1, 24 * HOUR),
    NUM("odoo.page_size", number, "500", odoo.page_size, 1, 10000),
    NUM("odoo.max_response", bytes, "64MiB", odoo.max_response, KIB, 2 * GIB),
    NUM("odoo.min_interval", milliseconds, "0ms", odoo.min_interval_ms, 0, HOUR),

    KEY("state.path", text, "/var/lib/qualiodoo/state.db", state.path),
    KEY("timezone", timezone, "Europe/Paris", timezone),
    ONE("language", languages, "fr", language),

    ONE("tickets.flavour", flavours, "auto", tickets.flavour),
    KEY("tickets.domain", domain, "[]", tickets.domain),
    DUO("tickets.excluded_tags", texts, "[]", tickets.excluded_tags, tickets.n_excluded_tags),

    KEY("timesheets.domain", domain, "[]", timesheets.domain),

    DUO("credit.packs", packs, NULL, credit.packs, credit.n_packs),
    ONE("credit.account", accounts, "commercial", credit.account),
    KEY("credit.validity", period, "1y", credit.validity),
    NUM("credit.step", whole_minutes, "5min", credit.step, 1, INT64_C(24) * 60),
    ONE("credit.rounding", roundings, "ticket", credit.rounding),
    ONE("credit.count_from", starts, "take_in", credit.count_from),
    ONE("credit.payment", payments, "paid", credit.payment),
    DUO("credit.money_journals", texts, "[]", credit.money_journals, credit.n_money_journals),
    NUM("credit.max_write_off", percent, "10%", credit.max_write_off_percent, 0, 100),
    NUM("credit.renewal_grace", days, "0d", credit.renewal_grace_days, 0, 3650),
    DUO("credit.since", optional_date, "null", credit.since, credit.has_since),
    ONE("credit.adjustments", adjustments, "model", credit.adjustments),
    NUM("credit.warn_below", whole_minutes, "2h", credit.warn_below, 0, INT64_C(10000) * 60),
    DUO("credit.warn_before_expiry", days_list, "[30d, 7d]", credit.warn_before_expiry_days, credit.n_warn_before_expiry),

    KEY("sla.calendar", calendar, "odoo", sla.calendar),
    DAY("mon", 0), DAY("tue", 1), DAY("wed", 2), DAY("thu", 3), DAY("fri", 4), DAY("sat", 5), DAY("sun", 6),
    KEY("sla.holidays", holidays, "[france]", sla.holidays),
    ONE("sla.urgency.0", urgencies, "low", sla.policy.urgency[0]),
    ONE("sla.urgency.1", urgencies, "medium", sla.policy.urgency[1]),
    ONE("sla.urgency.2", urgencies, "medium", sla.policy.urgency[2]),
    ONE("sla.urgency.3", urgencies, "urgent", sla.policy.urgency[3]),
    KEY("sla.targets.urgent", target, "{hours: 2}", sla.policy.targets[SLA_URGENT]),
    KEY("sla.targets.medium", target, "{hours: 7}", sla.policy.targets[SLA_MEDIUM]),
    KEY("sla.targets.low", target, "{days: 2}", sla.policy.targets[SLA_LOW]),
    KEY("sla.response", response, "[assigned, reply, work]", sla.policy.responses),
    NUM("sla.warn_at", percent, "75%", sla.policy.warn_at_percent, 1, 99),

    NUM("poll.payments", milliseconds, "15s", poll.payments_ms, SECOND, 24 * HOUR),
    NUM("poll.tickets", milliseconds, "60s", poll.tickets_ms, SECOND, 24 * HOUR),
    NUM("poll.settings", milliseconds, "10min", poll.settings_ms, SECOND, 24 * HOUR),
    NUM("poll.overlap", milliseconds, "15min", poll.overlap_ms, SECOND, 24 * HOUR),

    KEY("writeback.enabled", bool, "false", writeback.enabled),
    DUO("writeback.since", optional_date, "null", writeback.since, writeback.has_since),
    NUM("writeback.horizon", days, "7d", writeback.horizon_days, 0, 3650),
    KEY("writeback.breach.tag", tag, "SLA dépassé", writeback.breach_tag),
    KEY("writeback.breach.activity", bool, "true", writeback.breach_activity),
    KEY("writeback.breach.warning", bool, "true", writeback.breach_warning),
    KEY("writeback.breach.fallback", optional_text, "null", writeback.breach_fallback),
    KEY("writeback.balance.fields", bool, "false", writeback.balance_fields),
    KEY("writeback.balance.alerts", bool, "false", writeback.balance_alerts),

    NUM("safety.max_delete", percent, "10%", safety.max_delete_percent, 0, 100),
    NUM("safety.max_writes", number, "200", safety.max_writes, 0, 1000000),

    NUM("status.max_lag", milliseconds, "10min", status.max_lag_ms, SECOND, 24 * HOUR),
    OPT("status.max_reconcile_age", milliseconds, "48h", status.max_reconcile_age_ms, HOUR, (int64_t)366 * 24 * HOUR),
    KEY("status.metrics_file", optional_text, "null", status.metrics_file),

    KEY("webhook.listen", listen, "null", webhook.listen),
    KEY("webhook.secret_file", optional_text, "null", webhook.secret_file),

    KEY("privacy.keep_names", bool, "true", privacy.keep_names),
    KEY("privacy.retention", period, "3y", privacy.retention),
};
/* clang-format on */

const size_t config_n_keys = sizeof config_keys / sizeof *config_keys;

const struct key *config_key_find(const char *path)
{
    for (size_t i = 0; i < config_n_keys; i++) {
        if (strcmp(config_keys[i].path, path) == 0)
            return &config_keys[i];
    }
    return NULL;
}

bool config_is_section(const char *path)
{
    size_t length = strlen(path);

    for (size_t i = 0; i < config_n_keys; i++) {
        if (length == 0 ||
            (strncmp(config_keys[i].path, path, length) == 0 && config_keys[i].path[length] == '.'))
            return true;
    }
    return false;
}
