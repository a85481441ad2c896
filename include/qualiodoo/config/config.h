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
        int64_t payments_ms, tickets_ms, overlap_ms;
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

/* The effective configuration, defaults included, as YAML text on the heap (the caller frees it) or
 * as a JSON object (a new reference). NULL: out of memory. No secret is in it: the structure holds
 * only the names of their files. */
char *config_to_yaml(const struct config *config);
json_t *config_to_json(const struct config *config);

/* Finds the password or API key: odoo.secret_file, else the systemd credential "odoo"
 * ($CREDENTIALS_DIRECTORY/odoo), else $QUALIODOO_SECRET. One trailing newline is dropped.
 * *ret_secret is on the heap; config_secret_free() wipes it. ERR_CONFIG when there is no secret, or
 * its file is empty, holds a line break, or is readable by group or world (a systemd credential may
 * be: systemd protects its directory). ERR_NO_MEMORY. No message holds the secret. */
int config_secret(const struct config *config, char **ret_secret, struct error *error);

/* Reads one secret from the file `path`, with the checks of config_secret(). */
int config_secret_from_file(const char *path, char **ret_secret, struct error *error);

/* Whether config_secret() looks for a systemd credential. systemd copies it when the service
 * starts: a changed secret needs a restart. */
bool config_secret_is_credential(const struct config *config);

/* Reads the secret of webhook.secret_file, which is part of an address: at least 16 letters, digits
 * and -_.~ (else ERR_CONFIG). Otherwise as config_secret(). */
int config_webhook_secret(const struct config *config, char **ret_secret, struct error *error);

/* The whole address of the webhook: `given`, with "/hook/SECRET" added when it has no path.
 * *ret_url is on the heap; config_secret_free() wipes it. ERR_USAGE: `given` is not an HTTP
 * address; the errors of config_webhook_secret(). */
int config_webhook_url(const struct config *config, const char *given, char **ret_url,
                       struct error *error);

/* Wipes and frees a secret. */
void config_secret_free(char *secret); /* NULL is allowed */

/* ERR_CONFIG when odoo.url is https and odoo.ca_file cannot be read or holds no certificate.
 * Whether the certificates are valid is checked by the first connection only. */
int config_check_ca_file(const struct config *config, struct error *error);

/* Checks what a connection needs beside the configuration, before anything is started: the secret
 * (config_secret()) and the certificates (config_check_ca_file()). ERR_CONFIG, ERR_NO_MEMORY. */
int config_check_access(const struct config *config, struct error *error);

/* odoo.proxy as libcurl takes it: a URL, "" for none, NULL for the environment's. Borrowed. */
const char *config_proxy_address(const struct config *config);

/* Whether the host of a URL is this machine: localhost, 127.0.0.0/8 or [::1]. */
bool config_url_is_loopback(const char *url);

#endif
