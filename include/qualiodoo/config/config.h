/* config.h - the configuration file, read strictly into a checked structure.
 *
 * Keys, defaults and meaning are those of qualiodoo.yaml (see config/qualiodoo.yaml). */
#ifndef QUALIODOO_CONFIG_CONFIG_H
#define QUALIODOO_CONFIG_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "qualiodoo/core/holidays.h"
#include "qualiodoo/core/sla.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

#define CONFIG_DEFAULT_PATH "/etc/qualiodoo/qualiodoo.yaml"

enum config_language { LANGUAGE_FR, LANGUAGE_EN };
enum config_protocol { PROTOCOL_AUTO, PROTOCOL_XMLRPC, PROTOCOL_JSONRPC, PROTOCOL_JSON2 };
enum config_flavour { FLAVOUR_AUTO, FLAVOUR_OCA, FLAVOUR_ENTERPRISE, FLAVOUR_TASK };
enum config_rounding { ROUNDING_TICKET, ROUNDING_ENTRY };
enum config_count_from { COUNT_FROM_TAKE_IN, COUNT_FROM_RESPONSE };
enum config_payment { PAYMENT_PAID, PAYMENT_IN_PAYMENT };
enum config_account { ACCOUNT_COMMERCIAL, ACCOUNT_TOP };
enum config_adjustments { ADJUSTMENTS_MODEL, ADJUSTMENTS_NOTE };
enum config_calendar { CALENDAR_ODOO, CALENDAR_CONFIG };

/* A length of time by the calendar: exactly one of the three is not 0. */
struct config_period {
    int years;
    int months;
    int days;
};

/* Products of Odoo that sell one pack: by their internal references (default_code), or one by
 * id. */
struct config_pack {
    char **products; /* references; NULL with `id` */
    size_t n_products;
    int64_t id;           /* product.product; 0: `products` names them */
    minutes pack_minutes; /* > 0 */
};

struct config_interval {
    int start_minute, end_minute; /* of the day, 0..1440, start < end */
};

/* Times named `_ms` are milliseconds. The structure owns all it points to. */
struct config {
    char *path; /* the file it was read from */
    struct {
        char *url; /* no trailing slash */
        enum config_protocol protocol;
        char *proxy; /* a URL, "none", or NULL: the proxy of the environment */
        char *database;
        char *login;
        char *secret_file; /* or NULL */
        bool allow_http;
        char *ca_file; /* or NULL */
        int64_t connect_timeout_ms, timeout_ms;
        int page_size;        /* 1..10000 */
        int64_t max_response; /* bytes */
        int64_t min_interval_ms;
    } odoo;
    struct {
        char *path;
    } state;
    char *timezone; /* a zone that tz_open() accepts */
    enum config_language language;
    struct {
        enum config_flavour flavour;
        json_t *domain; /* an array, perhaps empty; never NULL */
        char **excluded_tags;
        size_t n_excluded_tags;
    } tickets;
    struct {
        json_t *domain; /* an array, perhaps empty; never NULL */
    } timesheets;
    struct {
        struct config_pack *packs;
        size_t n_packs; /* >= 1 */
        enum config_account account;
        struct config_period validity;
        minutes step; /* >= 1 */
        enum config_rounding rounding;
        enum config_count_from count_from;
        enum config_payment payment;
        char **money_journals; /* codes of journals that count as money */
        size_t n_money_journals;
        int max_write_off_percent; /* 0..100, of the total of an invoice */
        int renewal_grace_days;
        bool has_since;
        civil_day since;
        enum config_adjustments adjustments;
        minutes warn_below;
        int *warn_before_expiry_days;
        size_t n_warn_before_expiry;
    } credit;
    struct {
        enum config_calendar calendar;
        int64_t calendar_id;              /* odoo:ID, or 0: the team's or the company's */
        struct config_interval *hours[7]; /* Monday first; with CALENDAR_CONFIG */
        size_t n_hours[7];
        struct {
            uint32_t sets, without; /* masks: see holidays.h */
            struct holiday_yearly *yearly;
            size_t n_yearly;
            civil_day *dates; /* sorted */
            size_t n_dates;
        } holidays;
        struct sla_policy policy; /* at least one kind of response counts */
    } sla;
    struct {
        int64_t payments_ms, tickets_ms, settings_ms, overlap_ms;
    } poll;
    struct {
        bool enabled;
        bool has_since;
        civil_day since;
        int horizon_days; /* a ticket answered longer ago when first judged is not flagged */
        char *breach_tag; /* NULL: no tag */
        bool breach_activity, breach_warning;
        char *breach_fallback; /* login that gets the activity if a ticket has no one, or NULL */
        bool balance_fields, balance_alerts;
    } writeback;
    struct {
        int max_delete_percent; /* 0..100 */
        int max_writes;         /* with more waiting, a cycle sends none */
    } safety;
    struct {
        int64_t max_lag_ms;
        int64_t max_reconcile_age_ms; /* 0: not watched */
        char *metrics_file;           /* or NULL */
    } status;
    struct {
        char *listen;      /* or NULL */
        char *secret_file; /* or NULL */
    } webhook;
    struct {
        bool keep_names;
        struct config_period retention;
    } privacy;
};

/* Reads and checks the file `path`. On success the caller frees *ret_config with config_free();
 * after a failure it is untouched. ERR_CONFIG: the message names file, line, column, what was
 * found, what is allowed and, for an unknown key, the nearest known one; the first error of the
 * file is reported. ERR_NO_MEMORY. */
int config_load(const char *path, struct config **ret_config, struct error *error);
void config_free(struct config *config); /* NULL is allowed */

#endif
