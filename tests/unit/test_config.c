/* test_config.c - good files are read; errors of bad ones name the place, what was found and what
 * was expected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config_file.h"
#include "config/config_key.h"
#include "config/config_parse.h"
#include "qualiodoo/config/config_secret.h"
#include "qualiodoo/config/config_show.h"
#include "qualiodoo/config/config_url.h"
#include "qualiodoo/util/civil.h"

#define ODOO "odoo: {url: https://h.example, database: d, login: l}\n"
#define PACKS "credit: {packs: [{product: A, hours: 12}]}\n"
#define WRITE "writeback: {since: 2026-01-01}\n"
#define GOOD ODOO PACKS WRITE

static struct config *parse(const char *text)
{
    struct config *config = NULL;
    struct error error = {0};

    if (config_parse("f.yaml", text, strlen(text), &config, &error) != 0)
        fail_msg("refused: %s\n%s", error.message, text);
    return config;
}

/* ---- Bad files ---- */

struct bad {
    const char *text;
    const char *parts[5]; /* of the message */
};

static void check_bad(const struct bad *bad, size_t size)
{
    struct config *config = NULL;
    struct error error = {0};

    assert_int_equal(config_parse("f.yaml", bad->text, size, &config, &error), ERR_CONFIG);
    assert_null(config);
    for (size_t i = 0; i < 5 && bad->parts[i]; i++) {
        if (!strstr(error.message, bad->parts[i]))
            fail_msg("no \"%s\" in \"%s\"\nof\n%s", bad->parts[i], error.message, bad->text);
    }
}

/* A suggestion must itself be valid, else following it gives the next error. */
static void test_no_suggestion_that_would_be_refused(void **state)
{
    static const char *const texts[] = {
        "sla: {warn_at: 0.0}\n",           "sla: {warn_at: 1.5}\n",
        "sla: {warn_at: 200}\n",           "poll: {tickets: 100hours}\n",
        "credit: {validity: 1,5y}\n",      "odoo: {page_size: '1,5'}\n",
        "safety: {max_delete: '100,5'}\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct config *config = NULL;
        struct error error = {0};

        assert_int_equal(config_parse("f.yaml", texts[i], strlen(texts[i]), &config, &error),
                         ERR_CONFIG);
        assert_non_null(strstr(error.message, "expected"));
        assert_null(strstr(error.message, "did you mean"));
    }
}

#define CHECK_BAD(list)                                                                            \
    for (size_t i = 0; i < sizeof(list) / sizeof *(list); i++)                                     \
    check_bad(&(list)[i], strlen((list)[i].text))

static void test_errors_of_syntax_name_line_and_column(void **state)
{
    static const struct bad list[] = {
        {"", {"f.yaml:1:1: the file is empty"}},
        {"\n# only a comment\n", {"f.yaml:1:1: the file is empty"}},
        {"---\n", {"f.yaml:1:1: the file is empty"}},
        {"null\n", {"the file is empty"}},
        {"hello\n", {"f.yaml:1:1: found 'hello', expected keys"}},
        {"[a, b]\n", {"found a list, expected keys"}},
        {"\xEF\xBB\xBF" GOOD, {"f.yaml:1:1: ", "byte order mark"}},
        {GOOD "language: \xE9\n", {"f.yaml:4:11: ", "not UTF-8"}},
        {GOOD "# \x01\n", {"f.yaml:4:3: ", "control character"}},
        {"odoo:\n\turl: x\n", {"f.yaml:2:1: found a tab, expected spaces"}},
        {"odoo:\n  \turl: x\n", {"f.yaml:2:3: found a tab"}},
        {"language:\n  fr\n \t\n", {"f.yaml:3:2: found a tab"}},
        {"language: [\t@]\n", {"f.yaml:1:13: ", "cannot start a value"}},
        {GOOD "---\nlanguage: fr\n", {"f.yaml:4:1: found a second document"}},
        {"a: &x 1\nb: *x\n", {"f.yaml:1:4: found an anchor"}},
        {"a: *x\n", {"f.yaml:1:4: found an alias"}},
        {"a: !!str x\n", {"f.yaml:1:4: found a tag"}},
        {"tickets: {domain: [[a, !=, 1]]}\n", {"f.yaml:1:24: ", "tag", "quote"}},
        {"tickets: {domain: [&, [a, =, 1]]}\n", {"f.yaml:1:21: ", "'&'", "quote"}},
        {"odoo:\n  url: a: b\n", {"f.yaml:2:9: a ':' is not expected here"}},
        {"odoo:\n  url: 'abc\n", {"a quoted text is not closed"}},
        {"odoo: {url: x\n", {"a mapping is not closed"}},
        {"odoo: [x\n", {"a list is not closed"}},
        {"odoo:\n  url: x\n database: y\n", {"f.yaml:3:2: ", "indentation"}},
        {"odoo:\n  url x\n  database: y\n", {"f.yaml:3:11: ", "':'"}},
        {"language: \"\\q\"\n", {"escape", "single quotes"}},
        {"a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n", {"nested too deeply"}},
        {"? [a]\n: b\n", {"f.yaml:1:3: found a list, expected the name of a key"}},
    };

    (void)state;
    CHECK_BAD(list);
    check_bad(&(struct bad){"language: \0", {"f.yaml:1:11: found a control character"}}, 11);
}

static void test_unknown_repeated_and_missing_keys_are_refused(void **state)
{
    static const struct bad list[] = {
        {GOOD "langage: fr\n",
         {"f.yaml:4:1: found the unknown key 'langage', expected one of: odoo, state, timezone",
          "did you mean 'language'?"}},
        {"odoo:\n  urll: https://h\n",
         {"f.yaml:2:3: odoo: found the unknown key 'urll'", "database, login",
          "did you mean 'url'?"}},
        {"page_size: 3\n", {"unknown key 'page_size'", "did you mean 'odoo.page_size'?"}},
        {"zzzzzzzzzzzz: 3\n", {"unknown key 'zzzzzzzzzzzz', expected one of: odoo"}},
        {"odoo.url: 3\n", {"unknown key 'odoo.url'"}},
        {"'': 3\n", {"f.yaml:1:1: found the unknown key ''"}},
        {"odoo: {password: hunter2}\n", {"unknown key 'password'", "odoo.secret_file"}},
        {"odoo: {url: https://a, url: https://b}\n",
         {"f.yaml:1:24: odoo.url: found a second time"}},
        {"language: fr\nlanguage: fr\n", {"f.yaml:2:1: language: found a second time"}},
        {"sla: {}\nlanguage: fr\nsla: {}\n", {"f.yaml:3:1: sla: found a second time"}},
        {"odoo: https://h\n", {"f.yaml:1:7: odoo: found 'https://h', expected keys below it"}},
        {"sla: {hours: []}\n", {"f.yaml:1:14: sla.hours: found a list, expected keys below it"}},
        {PACKS WRITE, {"f.yaml:1:1: odoo.url: missing, expected an address"}},
        {"odoo:\n" PACKS WRITE, {"f.yaml:1:6: odoo.url: missing"}},
        {"odoo: {url: https://h, login: l}\n" PACKS WRITE, {"f.yaml:1:7: odoo.database: missing"}},
        {"odoo: {url: https://h, database: l}\n" PACKS WRITE, {"odoo.login: missing"}},
        {ODOO WRITE, {"credit.packs: missing, expected a list of packs"}},
        {ODOO PACKS "writeback: {enabled: true}\n",
         {"writeback.since: missing", "YYYY-MM-DD", "writeback.enabled: false", "shadow"}},
        {ODOO PACKS "writeback: {enabled: true, since: null}\n",
         {"f.yaml:3:35: writeback.since: missing"}},
        {ODOO PACKS "writeback: {since: 2999-01-01}\n",
         {"writeback.since: found 2999-01-01, expected a date that is not after today"}},
        {"writeback:\n  breach: true\n",
         {"f.yaml:2:11: writeback.breach: found 'true', expected "
          "keys below it"}},
        {"writeback: {breach: {tags: x}}\n",
         {"writeback.breach: found the unknown key 'tags'",
          "expected one of: tag, activity, warning, fallback", "did you mean 'tag'?"}},
    };

    (void)state;
    CHECK_BAD(list);
}

static void test_wrong_values_are_refused_with_what_was_expected(void **state)
{
    static const struct bad list[] = {
        {"odoo: {database: []}\n", {"f.yaml:1:18: odoo.database: found a list, expected a text"}},
        {"odoo: {database: }\n", {"odoo.database: found nothing, expected"}},
        {"odoo: {database: ''}\n", {"odoo.database: found an empty text"}},
        {"odoo: {database: '  '}\n", {"odoo.database: found '  ', expected"}},
        {"odoo: {database: true}\n", {"odoo.database: found 'true', expected a text"}},
        {"odoo: {login: \"a\\nb\"}\n", {"odoo.login: found 'a?b', expected a text of one line"}},
        {"odoo: {login: \"a\\0b\"}\n", {"odoo.login: found a text with a NUL"}},
        {"odoo: {login: \"\\uFFFE\"}\n", {"odoo.login: found '?', expected"}},
        {"odoo: {login: \"\\e[31mred\"}\n", {"odoo.login: found '?[31mred', expected"}},
        {"odoo: {allow_http: yes}\n",
         {"odoo.allow_http: found 'yes', expected true or false", "did you mean 'true'?"}},
        {"odoo: {allow_http: 'true'}\n", {"odoo.allow_http: found 'true'", "without quotes"}},
        {"odoo: {allow_http: }\n", {"odoo.allow_http: found nothing"}},
        {"odoo: {proxy: proxy.example.com}\n", {"odoo.proxy: found 'proxy.example.com', expected"}},
        {"odoo: {proxy: 'ftp://proxy'}\n", {"odoo.proxy: found 'ftp://proxy'", "socks5h), none"}},
        {"odoo: {proxy: 'http://proxy/x'}\n", {"odoo.proxy: found 'http://proxy/x'"}},
        {"odoo: {proxy: ''}\n", {"odoo.proxy: found an empty text"}},
        {"odoo: {proxy: 'http://me:hunter2@proxy:3128'}\n",
         {"odoo.proxy: found a user name or a password", "https_proxy"}},
        {"odoo: {proxy: 'http://me:hunter2@proxy:99999'}\n", {"odoo.proxy: expected the address"}},
        {"odoo: {timeout: 10}\n",
         {"odoo.timeout: found '10', expected a duration (units ms, s, min, h) from 1ms to 24h"}},
        {"odoo: {timeout: 10m}\n", {"did you mean '10min'?"}},
        {"odoo: {timeout: 10 sec}\n", {"did you mean '10s'?"}},
        {"odoo: {timeout: -5s}\n", {"odoo.timeout: found '-5s', expected"}},
        {"odoo: {timeout: 0s}\n", {"odoo.timeout: found '0s', expected", "from 1ms"}},
        {"odoo: {timeout: 0.1ms}\n", {"odoo.timeout: found '0.1ms', expected"}},
        {"odoo: {timeout: 2d}\n", {"odoo.timeout: found '2d', expected a duration"}},
        {"odoo: {timeout: 99999999999999999999s}\n",
         {"odoo.timeout: found '99999999999999999999s'"}},
        {"odoo: {timeout: 9223372036854775807h}\n", {"odoo.timeout: found"}},
        {"odoo: {timeout: 010s}\n", {"odoo.timeout: found '010s'"}},
        {"odoo: {page_size: 0}\n",
         {"odoo.page_size: found '0', expected a whole number from 1 to "
          "10000"}},
        {"odoo: {page_size: 10001}\n", {"odoo.page_size: found '10001'"}},
        {"odoo: {page_size: 1.5}\n", {"odoo.page_size: found '1.5'"}},
        {"odoo: {page_size: '5'}\n", {"odoo.page_size: found '5' in quotes"}},
        {"odoo: {page_size: many}\n", {"odoo.page_size: found 'many'"}},
        {"odoo: {max_response: 64MB}\n",
         {"a size (units B, KiB, MiB, GiB) from 1KiB to 2GiB", "did you mean '64MiB'?"}},
        {"odoo: {max_response: 64}\n", {"odoo.max_response: found '64', expected a size"}},
        {"odoo: {max_response: 3GiB}\n", {"odoo.max_response: found '3GiB'"}},
        {"timezone: Europe/Pariss\n",
         {"f.yaml:1:11: timezone: found 'Europe/Pariss', expected the name of a time zone"}},
        {"timezone: ../Europe/Paris\n", {"timezone: found"}},
        {"timezone: Europe/../../zoneinfo/UTC\n", {"timezone: found"}},
        {"timezone: GMT-1\n", {"timezone: found 'GMT-1'"}},
        {"timezone: Europe\n", {"timezone: found 'Europe'"}},
        {"timezone: +01:00\n", {"timezone: found '+01:00'"}},
        {"language: de\n", {"language: found 'de', expected fr or en"}},
        {"tickets: {flavour: entreprise}\n",
         {"tickets.flavour: found 'entreprise', expected auto, oca, enterprise or task",
          "did you mean 'enterprise'?"}},
        {"tickets: {excluded_tags: x}\n", {"tickets.excluded_tags: found 'x', expected a list"}},
        {"tickets: {excluded_tags: [a, [b]]}\n",
         {"f.yaml:1:30: tickets.excluded_tags: found a "
          "list"}},
        {"poll: {tickets: 500ms}\n", {"poll.tickets: found '500ms'", "from 1s to 24h"}},
        {"safety: {max_delete: 10}\n",
         {"safety.max_delete: found '10', expected a percentage from "
          "0% to 100%; did you mean '10%'?"}},
        {"sla: {warn_at: 0.75}\n", {"sla.warn_at: found '0.75'", "did you mean '75%'?"}},
        {"sla: {warn_at: 0.5}\n", {"did you mean '50%'?"}},
        {"sla: {warn_at: .5}\n", {"found '.5'", "did you mean '50%'?"}},
        {"sla: {warn_at: '0,75'}\n", {"found '0,75'", "did you mean '75%'?"}},
        {"poll: {tickets: '1,5h'}\n", {"found '1,5h'", "did you mean '1.5h'?"}},
        {"safety: {max_delete: 101%}\n", {"safety.max_delete: found '101%'"}},
        {"status: {max_reconcile_age: 2d}\n",
         {"status.max_reconcile_age: found '2d', expected a duration (units ms, s, min, h) from "
          "1h to 8784h, or null"}},
        {"status: {max_reconcile_age: 0h}\n", {"found '0h'", "from 1h to 8784h, or null"}},
        {"writeback: {breach: {fallback: true}}\n",
         {"writeback.breach.fallback: found 'true', expected a text of one line, or null"}},
        {"safety: {max_writes: -1}\n", {"safety.max_writes: found '-1'"}},
        {"webhook: {listen: 8075}\n",
         {"webhook.listen: found '8075', expected an address of this "
          "machine and a port"}},
        {"webhook: {listen: 'localhost:0'}\n", {"webhook.listen: found 'localhost:0'"}},
        {"webhook: {listen: '[::1]:70000'}\n", {"webhook.listen: found '[::1]:70000'"}},
        {"webhook: {listen: '0.0.0.0:80'}\n", {"webhook.listen: found '0.0.0.0:80'"}},
        {"webhook: {listen: '192.0.2.1:80'}\n", {"webhook.listen: found '192.0.2.1:80'"}},
        {"webhook: {listen: '::1:80'}\n", {"webhook.listen: found '::1:80'"}},
        {"webhook: {listen: 'http://localhost:80'}\n",
         {"webhook.listen: found 'http://localhost:80'"}},
        {"privacy: {retention: 0d}\n", {"privacy.retention: found '0d'"}},
        {"writeback: {since: 2026-02-30}\n",
         {"writeback.since: found '2026-02-30', expected a date YYYY-MM-DD that exists"}},
        {"writeback: {since: 26-02-03}\n", {"writeback.since: found '26-02-03'"}},
        {"writeback: {breach: {tag: true}}\n",
         {"writeback.breach.tag: found 'true', expected the "
          "name of a tag, or false"}},
        {"writeback: {breach: {tag: ''}}\n", {"writeback.breach.tag: found an empty text"}},
    };

    (void)state;
    CHECK_BAD(list);
}

#define CREDIT(text) "credit: {" text "}\n"
#define ONE_PACK(text) CREDIT("packs: [" text "]")

static void test_packs_that_make_no_sense_are_refused(void **state)
{
    static const struct bad list[] = {
        {CREDIT("packs: []"), {"f.yaml:1:17: credit.packs: found an empty list"}},
        {CREDIT("packs: SUP12"), {"credit.packs: found 'SUP12', expected a list of packs"}},
        {ONE_PACK("SUP12"), {"f.yaml:1:18: credit.packs: found 'SUP12', expected a pack"}},
        {ONE_PACK("{product: A}"), {"found a pack without its hours"}},
        {ONE_PACK("{hours: 3}"), {"found a pack without its product"}},
        {ONE_PACK("{id: 3}"), {"found a pack without its hours"}},
        {ONE_PACK("{product: A, id: 3, hours: 1}"), {"found a pack with a product and an id"}},
        {ONE_PACK("{id: '3', hours: 1}"), {"found '3', expected the id of a product"}},
        {ONE_PACK("{id: 0, hours: 1}"), {"found '0', expected the id of a product"}},
        {ONE_PACK("{product: [], hours: 1}"), {"found an empty list, expected the internal"}},
        {ONE_PACK("{product: [A, A], hours: 1}"), {"found the product 'A' twice"}},
        {ONE_PACK("{id: 3, hours: 1}, {id: 3, hours: 2}"),
         {"found the product of id 3 twice, expected one pack for each product"}},
        {ONE_PACK("{product: A, hours: 1, price: 2}"),
         {"f.yaml:1:41: credit.packs: found 'price', expected a pack {product"}},
        {ONE_PACK("{product: A, product: B, hours: 1}"), {"found 'product' twice"}},
        {ONE_PACK("{product: A, hours: 0}"),
         {"f.yaml:1:38: credit.packs: found '0', expected a "
          "number of hours"}},
        {ONE_PACK("{product: A, hours: 0.001}"), {"found '0.001'", "whole minutes"}},
        {ONE_PACK("{product: A, hours: '12'}"), {"found '12'", "without quotes"}},
        {ONE_PACK("{product: A, hours: 1000001}"), {"found '1000001'", "up to 1000000"}},
        {ONE_PACK("{product: A, hours: 1.666666666}"), {"found '1.666666666'", "whole minutes"}},
        {ONE_PACK("{product: A, hours: -1}"), {"found '-1'"}},
        {ONE_PACK("{product: A, hours: '12'}"), {"found '12', expected a number of hours"}},
        {ONE_PACK("{product: A, hours: 12h}"), {"found '12h'"}},
        {ONE_PACK("{product: [[A]], hours: 12}"),
         {"found a list, expected the internal reference"}},
        {ONE_PACK("{product: A, hours: 1}, {product: A, hours: 2}"),
         {"f.yaml:1:52: credit.packs: found the product 'A' twice"}},
        {CREDIT("validity: 1"),
         {"credit.validity: found '1', expected a period in years, "
          "months or days"}},
        {CREDIT("validity: 1201mo"), {"credit.validity: found '1201mo'"}},
        {CREDIT("account: group"), {"credit.account: found 'group', expected commercial or top"}},
        {CREDIT("validity: 12 months"),
         {"credit.validity: found '12 months'", "did you mean '12mo'?"}},
        {CREDIT("validity: 1an"), {"did you mean '1y'?"}},
        {CREDIT("validity: 0y"), {"credit.validity: found '0y'"}},
        {CREDIT("step: 0min"), {"credit.step: found '0min'", "from 1min to 24h"}},
        {CREDIT("step: 30s"), {"credit.step: found '30s', expected a duration (units min, h)"}},
        {CREDIT("renewal_grace: 1y"), {"credit.renewal_grace: found '1y'", "days (unit d)"}},
        {CREDIT("since: soon"), {"credit.since: found 'soon', expected a date"}},
        {CREDIT("warn_before_expiry: 30d"),
         {"credit.warn_before_expiry: found '30d', expected a "
          "list"}},
        {CREDIT("warn_before_expiry: [30]"), {"found '30', expected a number of days"}},
        {CREDIT("warn_before_expiry: [30 jours]"), {"found '30 jours'"}},
        {CREDIT("warn_before_expiry: [7d, 7d]"), {"f.yaml:1:35: ", "found '7d' twice"}},
    };

    (void)state;
    CHECK_BAD(list);
}

#define URL(text) "odoo: {database: d, login: l, url: " text "}\n" PACKS WRITE

static void test_wrong_addresses_are_refused_and_may_hold_no_secret(void **state)
{
    static const struct bad list[] = {
        {URL("support.example.com"),
         {"f.yaml:1:36: odoo.url: found 'support.example.com'",
          "did you mean 'https://support.example.com'?"}},
        {URL("ftp://h"), {"odoo.url: found 'ftp://h', expected an address such as"}},
        {URL("file:///etc/passwd"), {"odoo.url: found"}},
        {URL("'https://'"), {"odoo.url: found 'https://'"}},
        {URL("'https://a b'"), {"odoo.url: found"}},
        {URL("https://h:99999"), {"odoo.url: found 'https://h:99999'"}},
        {URL("https://h/?db=x"), {"odoo.url: found a '?' in the address"}},
        {URL("https://h/#x"), {"odoo.url: found a '#' in the address"}},
        {URL("http://support.example.com"),
         {"f.yaml:1:36: odoo.url: found 'http://support", "https://", "odoo.allow_http: true"}},
        {URL("http://127.0.0.1.example.com"), {"odoo.allow_http: true"}},
        {URL("http://localhost.example.com"), {"odoo.allow_http: true"}},
        {URL("'http://[::2]'"), {"odoo.allow_http: true"}},
        {URL("http://10.0.0.1"), {"odoo.allow_http: true"}},
    };
    static const char *const secrets[] = {
        URL("https://joe:hunter2@h"), URL("https://h/?key=hunter2"),
        URL("ftp://joe:hunter2@h"),   URL("'joe:hunter2@h'"),
        URL("https://h/#hunter2"),    URL("'https://joe:hunter2 @h'"),
    };
    static const struct {
        const char *text, *url;
    } good[] = {
        {URL("https://h.example/"), "https://h.example"},
        {URL("https://h.example:8443/odoo//"), "https://h.example:8443/odoo"},
        {URL("http://localhost:8069"), "http://localhost:8069"},
        {URL("http://127.1.2.3:8069/"), "http://127.1.2.3:8069"},
        {URL("'http://[::1]:8069'"), "http://[::1]:8069"},
        {URL("http://10.0.0.1, allow_http: true"), "http://10.0.0.1"},
    };

    (void)state;
    CHECK_BAD(list);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        struct config *config;
        struct error error = {0};

        assert_int_equal(config_parse("f.yaml", secrets[i], strlen(secrets[i]), &config, &error),
                         ERR_CONFIG);
        assert_non_null(strstr(error.message, "odoo.url: "));
        assert_null(strstr(error.message, "hunter2"));
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct config *config = parse(good[i].text);

        assert_string_equal(config->odoo.url, good[i].url);
        config_free(config);
    }
}

#define SLA(text) GOOD "sla: {" text "}\n"

static void test_calendars_hours_holidays_and_targets_that_make_no_sense_are_refused(void **state)
{
    static const struct bad list[] = {
        {SLA("calendar: odo"),
         {"f.yaml:4:17: sla.calendar: found 'odo', expected odoo, odoo:ID",
          "did you mean 'odoo'?"}},
        {SLA("calendar: odoo:0"), {"sla.calendar: found 'odoo:0'"}},
        {SLA("calendar: odoo:x"), {"sla.calendar: found 'odoo:x'"}},
        {SLA("calendar: odoo:9999999999"), {"sla.calendar: found"}},
        {SLA("calendar: config"), {"f.yaml:4:6: sla.hours: missing, expected the opening hours"}},
        {SLA("calendar: config, hours: {}"), {"f.yaml:4:32: sla.hours: found no working time"}},
        {SLA("calendar: config, hours: {mon: []}"), {"sla.hours: found no working time"}},
        {SLA("hours: {mon: [09:00-12:00]}"),
         {"f.yaml:4:14: sla.hours: found opening hours, "
          "expected none",
          "sla.calendar: config"}},
        {SLA("hours: {monday: [09:00-12:00]}"),
         {"sla.hours: found the unknown key 'monday'", "mon, tue, wed, thu, fri, sat, sun",
          "did you mean 'mon'?"}},
        {SLA("hours: {lun: [09:00-12:00]}"), {"unknown key 'lun'", "did you mean 'mon'?"}},
        {SLA("hours: {mar: [09:00-12:00]}"), {"unknown key 'mar'", "did you mean 'tue'?"}},
        {SLA("hours: {Mercredi: [09:00-12:00]}"), {"did you mean 'wed'?"}},
        {SLA("hours: {jeu: [09:00-12:00]}"), {"did you mean 'thu'?"}},
        {SLA("hours: {ven: [09:00-12:00]}"), {"did you mean 'fri'?"}},
        {SLA("hours: {sam: [09:00-12:00]}"), {"did you mean 'sat'?"}},
        {SLA("hours: {dim: [09:00-12:00]}"), {"did you mean 'sun'?"}},
        {SLA("hours: {mon: 09:00-12:00}"), {"sla.hours.mon: found '09:00-12:00', expected a list"}},
        {SLA("hours: {mon: [9:00-12:00]}"),
         {"sla.hours.mon: found '9:00-12:00', expected an "
          "interval HH:MM-HH:MM"}},
        {SLA("hours: {mon: [12:00-09:00]}"), {"found '12:00-09:00'", "ends after it starts"}},
        {SLA("hours: {mon: [12:00-12:00]}"), {"found '12:00-12:00'"}},
        {SLA("hours: {mon: [12:00-24:01]}"), {"found '12:00-24:01'"}},
        {SLA("hours: {mon: [12:60-13:00]}"), {"found '12:60-13:00'"}},
        {SLA("hours: {mon: [12:00+13:00]}"), {"found '12:00+13:00'"}},
        {SLA("hours: {mon: [09:00-12:00, 11:59-13:00]}"),
         {"f.yaml:4:34: sla.hours.mon: found '11:59-13:00', which overlaps"}},
        {SLA("hours: {mon: [09:00-12:00, 08:00-13:00]}"), {"which overlaps"}},
        {SLA("hours: {mon: [09:00-12:00, 10:00-11:00]}"), {"which overlaps"}},
        {SLA("hours: {mon: [09:00-12:00, 09:00-12:00]}"), {"which overlaps"}},
        {SLA("holidays: [germany]"),
         {"sla.holidays: found 'germany', expected the name of a set (france, alsace-moselle"}},
        {SLA("holidays: [frence]"), {"did you mean 'france'?"}},
        {SLA("holidays: [alsace]"), {"sla.holidays: found 'alsace'"}},
        {SLA("holidays: [la-réunion]"), {"did you mean 'la-reunion'?"}},
        {SLA("holidays: [france, -whitmonday]"),
         {"found '-whitmonday', expected", "did you mean '-whit-monday'?"}},
        {SLA("holidays: [france, -france]"), {"sla.holidays: found '-france', expected"}},
        {SLA("holidays: [france, -good-friday]"),
         {"found '-good-friday', which no set of this list has"}},
        {SLA("holidays: [-whit-monday]"), {"found '-whit-monday', which no set of this list has"}},
        {SLA("holidays: [france, 02-30]"), {"sla.holidays: found '02-30', expected"}},
        {SLA("holidays: [france, 13-01]"), {"sla.holidays: found '13-01', expected"}},
        {SLA("holidays: [france, 1-1]"), {"sla.holidays: found '1-1', expected"}},
        {SLA("holidays: [france, -whit-monday]"), {"sla.holidays: found holidays, expected none"}},
        {SLA("holidays: [france, 12-26]"), {"sla.holidays: found holidays, expected none"}},
        {SLA("holidays: [2026-02-29]"), {"sla.holidays: found '2026-02-29'"}},
        {SLA("holidays: france"), {"sla.holidays: found 'france', expected a list"}},
        {SLA("holidays: [2026-12-24]"), {"sla.holidays: found holidays, expected none"}},
        {SLA("urgency: {'4': low}"),
         {"sla.urgency: found the unknown key '4', expected one of: 0, "
          "1, 2, 3"}},
        {SLA("urgency: {'3': high}"),
         {"sla.urgency.3: found 'high', expected low, medium or "
          "urgent"}},
        {SLA("targets: {urgent: 2}"),
         {"sla.targets.urgent: found '2', expected {hours: NUMBER} or "
          "{days: NUMBER}"}},
        {SLA("targets: {urgent: {}}"), {"sla.targets.urgent: found a mapping, expected {hours"}},
        {SLA("targets: {urgent: {hours: 2, days: 1}}"), {"sla.targets.urgent: found a mapping"}},
        {SLA("targets: {urgent: {minutes: 2}}"), {"sla.targets.urgent: found 'minutes'"}},
        {SLA("targets: {urgent: {hours: 0}}"), {"sla.targets.urgent: found '0'"}},
        {SLA("targets: {urgent: {hours: 2h}}"), {"sla.targets.urgent: found '2h'"}},
        {SLA("targets: {urgent: {days: 1.5}}"), {"found '1.5', expected a whole number of days"}},
        {SLA("targets: {high: {days: 1}}"), {"sla.targets: found the unknown key 'high'"}},
        {SLA("response: []"), {"sla.response: found an empty list, expected a list of at least"}},
        {SLA("response: [asigned]"), {"sla.response: found 'asigned'", "did you mean 'assigned'?"}},
        {SLA("response: reply"), {"sla.response: found 'reply', expected a list"}},
        {SLA("warn_at: 0%"), {"sla.warn_at: found '0%', expected a percentage from 1% to 99%"}},
        {SLA("warn_at: 100%"), {"sla.warn_at: found '100%'"}},
    };

    (void)state;
    CHECK_BAD(list);
}

#define DOMAIN(text) GOOD "tickets: {domain: " text "}\n"

static void test_domains_are_kept_as_json_and_wrong_ones_refused(void **state)
{
    static const struct bad bad[] = {
        {DOMAIN("x"), {"tickets.domain: found 'x', expected a list in Odoo's form"}},
        {DOMAIN("[a, =, 1]"), {"tickets.domain: found 'a', expected a condition [field"}},
        {DOMAIN("[[a, =]]"), {"tickets.domain: found a list of 2, expected a condition"}},
        {DOMAIN("[[a, ==, 1]]"), {"found '==', expected an operator", "did you mean '"}},
        {DOMAIN("[[[a], =, 1]]"), {"found a list, expected the name of a field"}},
        {DOMAIN("[[a, [b], 1]]"), {"found a list, expected an operator"}},
        {DOMAIN("[[a, =, [1]]]"), {"found a list after '=', expected a single value"}},
        {DOMAIN("[[a, in, 1]]"), {"found a single value after 'in', expected a list of values"}},
        {DOMAIN("[[a, any, 1]]"), {"found a single value after 'any', expected a domain"}},
        {DOMAIN("[[a, any, [1]]]"), {"found '1', expected a condition"}},
        {DOMAIN("[[a, in, [[1]]]]"), {"found a list, expected a value"}},
        {DOMAIN("[[a, =, {b: 1}]]"), {"found a mapping, expected a value"}},
        {DOMAIN("[[a, =, 3000000000]]"), {"found '3000000000', expected a number that fits"}},
        {DOMAIN("[[a, =, 1e999]]"), {"found '1e999', expected a number that fits"}},
        {DOMAIN("['|', [a, =, 1]]"), {"without its conditions, expected 1 more"}},
        {DOMAIN("['&']"), {"without its conditions, expected 2 more"}},
        {DOMAIN("[[a, =, 1], '!']"), {"without its conditions"}},
        {DOMAIN("['^', [a, =, 1]]"), {"found '^', expected a condition"}},
        {GOOD "tickets: {flavour: task}\n",
         {"f.yaml:4:10: tickets.domain: found none, expected a "
          "domain that tells support tasks"}},
    };
    static const struct {
        const char *text, *json;
    } good[] = {
        {DOMAIN("[]"), "[]"},
        {DOMAIN("[[a, =, 1]]"), "[[\"a\", \"=\", 1]]"},
        {DOMAIN("[[a, =, '1'], [b, '!=', false]]"),
         "[[\"a\", \"=\", \"1\"], [\"b\", \"!=\", false]]"},
        {DOMAIN("['|', '!', [a, ilike, x y], ['b.c', '>=', 1.5], [d, in, [1, -2, null, '']]]"),
         "[\"|\", \"!\", [\"a\", \"ilike\", \"x y\"], [\"b.c\", \">=\", 1.5], "
         "[\"d\", \"in\", [1, -2, null, \"\"]]]"},
        {DOMAIN("[[a, any, ['|', [b, =, true], [c, child_of, 3]]], [d, =, 2026-01-01 00:00:00]]"),
         "[[\"a\", \"any\", [\"|\", [\"b\", \"=\", true], [\"c\", \"child_of\", 3]]], "
         "[\"d\", \"=\", \"2026-01-01 00:00:00\"]]"},
    };

    (void)state;
    CHECK_BAD(bad);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct config *config = parse(good[i].text);
        json_t *expected = json_loads(good[i].json, 0, NULL);

        assert_non_null(expected);
        if (!json_equal(config->tickets.domain, expected))
            fail_msg("not %s: %s", good[i].json, good[i].text);
        json_decref(expected);
        config_free(config);
    }
}

/* ---- Limits ---- */

static char *repeat(const char *before, const char *item, size_t times, const char *after)
{
    size_t size = strlen(before) + times * strlen(item) + strlen(after) + 1;
    char *text = malloc(size), *end = stpcpy(text, before);

    while (times--)
        end = stpcpy(end, item);
    stpcpy(end, after);
    return text;
}

static void test_what_exceeds_a_limit_is_refused(void **state)
{
    char *many = repeat("tickets: {excluded_tags: [x", ", x", CONFIG_MAX_ITEMS, "]}\n");
    char *deep = repeat("a: ", "[", 200000, "\n");
    char *flat = repeat("odoo: {", "k: v, ", 100000, "}\n");
    char *name = repeat("", "k", 900, ": v\n");
    char *value = repeat("language: ", "\xC3\xA9", 5000, "\n");

    (void)state;
    check_bad(&(struct bad){many, {"found 1001 items, expected at most 1000"}}, strlen(many));
    check_bad(&(struct bad){deep, {"nested too deeply"}}, strlen(deep));
    check_bad(&(struct bad){flat, {"unknown key 'k'"}}, strlen(flat));
    check_bad(&(struct bad){name, {"unknown key 'kkkk", "kkk...', expected one of"}}, strlen(name));
    check_bad(&(struct bad){value, {"found '\xC3\xA9", "\xC3\xA9...', expected fr or en"}},
              strlen(value));
    free(many);
    free(deep);
    free(flat);
    free(name);
    free(value);
}

/* Nine levels of nine aliases: 3.5 GB when expanded. */
static void test_aliases_that_would_expand_to_gigabytes_are_refused(void **state)
{
    char text[4096] = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
    struct bad bad = {text, {"f.yaml:1:5: found an anchor"}};

    (void)state;
    for (int i = 1; i <= 9; i++) {
        char line[128];

        snprintf(line, sizeof line, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i,
                 i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
        strcat(text, line);
    }
    check_bad(&bad, strlen(text));
}

/* ---- Good files ---- */

static void test_every_key_has_its_default(void **state)
{
    struct config *config = parse(GOOD);
    civil_day since;

    (void)state;
    assert_true(civil_parse("2026-01-01", &since));
    assert_string_equal(config->path, "f.yaml");
    assert_int_equal(config->odoo.protocol, PROTOCOL_AUTO);
    assert_null(config->odoo.secret_file);
    assert_null(config->odoo.ca_file);
    assert_null(config_proxy_address(config));
    assert_false(config->odoo.allow_http);
    assert_int_equal(config->odoo.connect_timeout_ms, 10000);
    assert_int_equal(config->odoo.timeout_ms, 120000);
    assert_int_equal(config->odoo.page_size, 500);
    assert_int_equal(config->odoo.max_response, 64 << 20);
    assert_int_equal(config->odoo.min_interval_ms, 0);
    assert_string_equal(config->state.path, "/var/lib/qualiodoo/state.db");
    assert_string_equal(config->timezone, "Europe/Paris");
    assert_int_equal(config->language, LANGUAGE_FR);
    assert_int_equal(config->tickets.flavour, FLAVOUR_AUTO);
    assert_int_equal(json_array_size(config->tickets.domain), 0);
    assert_int_equal(config->tickets.n_excluded_tags, 0);
    assert_int_equal(config->credit.n_packs, 1);
    assert_string_equal(config->credit.packs[0].products[0], "A");
    assert_int_equal(config->credit.packs[0].pack_minutes, 720);
    assert_int_equal(config->credit.validity.years, 1);
    assert_int_equal(config->credit.validity.days, 0);
    assert_int_equal(config->credit.step, 5);
    assert_int_equal(config->credit.rounding, ROUNDING_TICKET);
    assert_int_equal(config->credit.count_from, COUNT_FROM_TAKE_IN);
    assert_int_equal(config->credit.payment, PAYMENT_PAID);
    assert_int_equal(config->credit.n_money_journals, 0);
    assert_int_equal(config->credit.max_write_off_percent, 10);
    assert_int_equal(config->credit.renewal_grace_days, 0);
    assert_false(config->credit.has_since);
    assert_int_equal(config->credit.adjustments, ADJUSTMENTS_MODEL);
    assert_int_equal(config->credit.warn_below, 120);
    assert_int_equal(config->credit.n_warn_before_expiry, 2);
    assert_int_equal(config->credit.warn_before_expiry_days[0], 30);
    assert_int_equal(config->credit.warn_before_expiry_days[1], 7);
    assert_int_equal(config->sla.calendar, CALENDAR_ODOO);
    assert_int_equal(config->sla.calendar_id, 0);
    assert_int_equal(config->sla.holidays.sets, HOLIDAYS_FRANCE);
    assert_int_equal(config->sla.holidays.without, 0);
    assert_int_equal(config->sla.holidays.n_yearly + config->sla.holidays.n_dates, 0);
    assert_int_equal(config->sla.policy.urgency[0], SLA_LOW);
    assert_int_equal(config->sla.policy.urgency[1], SLA_MEDIUM);
    assert_int_equal(config->sla.policy.urgency[2], SLA_MEDIUM);
    assert_int_equal(config->sla.policy.urgency[3], SLA_URGENT);
    assert_int_equal(config->sla.policy.targets[SLA_URGENT].seconds, 7200);
    assert_int_equal(config->sla.policy.targets[SLA_MEDIUM].seconds, 25200);
    assert_int_equal(config->sla.policy.targets[SLA_LOW].days, 2);
    assert_int_equal(config->sla.policy.targets[SLA_LOW].seconds, 0);
    assert_int_equal(config->sla.policy.responses,
                     RESPONSE_BY_ASSIGNMENT | RESPONSE_BY_REPLY | RESPONSE_BY_WORK);
    assert_int_equal(config->writeback.horizon_days, 7);
    assert_int_equal(config->sla.policy.warn_at_percent, 75);
    assert_int_equal(config->poll.payments_ms, 15000);
    assert_int_equal(config->poll.settings_ms, 600000);
    assert_int_equal(config->poll.tickets_ms, 60000);
    assert_int_equal(config->poll.overlap_ms, 900000);
    assert_true(!config->writeback.enabled && config->writeback.has_since);
    assert_int_equal(config->writeback.since, since);
    assert_string_equal(config->writeback.breach_tag, "SLA d\xC3\xA9pass\xC3\xA9");
    assert_true(config->writeback.breach_activity && config->writeback.breach_warning);
    assert_false(config->writeback.balance_fields || config->writeback.balance_alerts);
    assert_int_equal(config->safety.max_delete_percent, 10);
    assert_int_equal(config->safety.max_writes, 200);
    assert_null(config->writeback.breach_fallback);
    assert_int_equal(config->status.max_lag_ms, 600000);
    assert_int_equal(config->status.max_reconcile_age_ms, INT64_C(48) * 3600 * 1000);
    assert_null(config->status.metrics_file);
    assert_null(config->webhook.listen);
    assert_null(config->webhook.secret_file);
    assert_true(config->privacy.keep_names);
    assert_int_equal(config->privacy.retention.years, 3);
    config_free(config);
}

/* Every key away from its default. */
static const char everything[] =
    "odoo:\n"
    "  url: http://127.0.0.1:8069/odoo/\n"
    "  protocol: json2\n"
    "  database: '12'\n"
    "  login: \"o'neil: é #1\"\n"
    "  secret_file: /etc/secret\n"
    "  allow_http: true\n"
    "  ca_file: ca.pem\n"
    "  proxy: socks5h://proxy.example.com:1080\n"
    "  connect_timeout: 500ms\n"
    "  timeout: 1.5h\n"
    "  page_size: 10000\n"
    "  max_response: 512KiB\n"
    "  min_interval: 1 s\n"
    "state: {path: 'true'}\n"
    "timezone: UTC\n"
    "language: en\n"
    "tickets:\n"
    "  flavour: task\n"
    "  domain: ['|', [a, '=', 'null'], '!', [b, '!=', 0.1], [c, in, [1e30, -2, '-2', ~, TRUE]]]\n"
    "  excluded_tags: [Garantie, 'a, b', '- c', '[d]']\n"
    "timesheets: {domain: [[x_billable, =, true]]}\n"
    "credit:\n"
    "  packs:\n"
    "    - {product: 1234, hours: 0.05}\n"
    "    - product: 'A: b'\n"
    "      hours: 1000000\n"
    "    - {product: [SUP12, SUP12-2024], hours: 12}\n"
    "    - {id: 41, hours: 24}\n"
    "  account: top\n"
    "  validity: 18mo\n"
    "  step: 1h\n"
    "  rounding: entry\n"
    "  count_from: response\n"
    "  payment: in_payment\n"
    "  money_journals: [CAUT, 'OD 2']\n"
    "  max_write_off: 0%\n"
    "  renewal_grace: 15d\n"
    "  since: '2020-02-29'\n"
    "  adjustments: note\n"
    "  warn_below: 0min\n"
    "  warn_before_expiry: []\n"
    "sla:\n"
    "  calendar: config\n"
    "  hours:\n"
    "    fri: [14:00-17:30, 09:00-12:00]\n"
    "    sun: [00:00-12:00, 12:00-24:00]\n"
    "    sat: []\n"
    "  holidays: [2026-12-24, alsace-moselle, 12-31, -good-friday, 2026-05-15, 02-29,\n"
    "             -whit-monday, 2026-12-24]\n"
    "  urgency: {0: urgent, 1: low, '2': low, '3': medium}\n"
    "  targets: {urgent: {days: 1}, medium: {hours: 0.0025}, low: {hours: 100}}\n"
    "  response: [reply]\n"
    "  warn_at: 99%\n"
    "poll: {payments: 1s, tickets: 1min, overlap: 1h}\n"
    "writeback:\n"
    "  enabled: false\n"
    "  horizon: 30d\n"
    "  breach: {tag: false, activity: false, warning: false, fallback: chief}\n"
    "  balance: {fields: true, alerts: true}\n"
    "safety: {max_delete: 0%, max_writes: 0}\n"
    "status: {max_lag: 90s, max_reconcile_age: null, metrics_file: /tmp/x.prom}\n"
    "webhook: {listen: '[::1]:8075', secret_file: s}\n"
    "privacy: {keep_names: false, retention: 30d}\n";

static void test_every_key_can_be_set(void **state)
{
    struct config *config = parse(everything);

    (void)state;
    assert_string_equal(config->odoo.url, "http://127.0.0.1:8069/odoo");
    assert_string_equal(config->odoo.database, "12");
    assert_string_equal(config->odoo.login, "o'neil: \xC3\xA9 #1");
    assert_int_equal(config->odoo.protocol, PROTOCOL_JSON2);
    assert_int_equal(config->odoo.connect_timeout_ms, 500);
    assert_int_equal(config->odoo.timeout_ms, 5400000);
    assert_int_equal(config->odoo.max_response, 512 << 10);
    assert_int_equal(config->odoo.min_interval_ms, 1000);
    assert_string_equal(config->state.path, "true");
    assert_int_equal(config->language, LANGUAGE_EN);
    assert_int_equal(config->tickets.flavour, FLAVOUR_TASK);
    assert_int_equal(config->tickets.n_excluded_tags, 4);
    assert_string_equal(config->tickets.excluded_tags[3], "[d]");
    assert_int_equal(json_array_size(config->timesheets.domain), 1);
    assert_int_equal(config->credit.account, ACCOUNT_TOP);
    assert_int_equal(config->credit.n_packs, 4);
    assert_int_equal(config->credit.packs[2].n_products, 2);
    assert_string_equal(config->credit.packs[2].products[1], "SUP12-2024");
    assert_int_equal(config->credit.packs[3].n_products, 0);
    assert_int_equal(config->credit.packs[3].id, 41);
    assert_string_equal(config->credit.packs[0].products[0], "1234");
    assert_int_equal(config->credit.packs[0].pack_minutes, 3);
    assert_int_equal(config->credit.packs[1].pack_minutes, 60000000);
    assert_int_equal(config->credit.validity.months, 18);
    assert_int_equal(config->credit.validity.days, 0);
    assert_int_equal(config->credit.validity.years, 0);
    assert_int_equal(config->credit.step, 60);
    assert_int_equal(config->credit.rounding, ROUNDING_ENTRY);
    assert_int_equal(config->credit.count_from, COUNT_FROM_RESPONSE);
    assert_int_equal(config->credit.payment, PAYMENT_IN_PAYMENT);
    assert_int_equal(config->credit.n_money_journals, 2);
    assert_string_equal(config->credit.money_journals[1], "OD 2");
    assert_int_equal(config->credit.max_write_off_percent, 0);
    assert_int_equal(config->credit.renewal_grace_days, 15);
    assert_true(config->credit.has_since);
    assert_int_equal(config->credit.since, civil_from_date(2020, 2, 29));
    assert_int_equal(config->credit.adjustments, ADJUSTMENTS_NOTE);
    assert_int_equal(config->credit.n_warn_before_expiry, 0);
    assert_int_equal(config->sla.calendar, CALENDAR_CONFIG);
    assert_int_equal(config->sla.n_hours[0], 0);
    assert_int_equal(config->sla.n_hours[4], 2);
    assert_int_equal(config->sla.hours[4][0].start_minute, 540);
    assert_int_equal(config->sla.hours[4][1].end_minute, 1050);
    assert_int_equal(config->sla.hours[6][1].end_minute, 1440);
    assert_int_equal(config->sla.holidays.sets,
                     1U << holidays_find(holiday_sets, "alsace-moselle"));
    assert_int_equal(config->sla.holidays.without,
                     1U << holidays_find(holiday_words, "good-friday") |
                         1U << holidays_find(holiday_words, "whit-monday"));
    assert_int_equal(config->sla.holidays.n_yearly, 2);
    assert_int_equal(config->sla.holidays.yearly[0].month, 2);
    assert_int_equal(config->sla.holidays.yearly[1].day, 31);
    assert_int_equal(config->sla.holidays.n_dates, 3);
    assert_int_equal(config->sla.holidays.dates[0], civil_from_date(2026, 5, 15));
    assert_int_equal(config->sla.policy.urgency[0], SLA_URGENT);
    assert_int_equal(config->sla.policy.urgency[3], SLA_MEDIUM);
    assert_int_equal(config->sla.policy.targets[SLA_URGENT].days, 1);
    assert_int_equal(config->sla.policy.targets[SLA_MEDIUM].seconds, 9);
    assert_int_equal(config->sla.policy.responses, RESPONSE_BY_REPLY);
    assert_int_equal(config->writeback.horizon_days, 30);
    assert_false(config->writeback.enabled || config->writeback.has_since);
    assert_null(config->writeback.breach_tag);
    assert_string_equal(config->writeback.breach_fallback, "chief");
    assert_int_equal(config->status.max_reconcile_age_ms, 0);
    assert_string_equal(config->webhook.listen, "[::1]:8075");
    assert_false(config->privacy.keep_names);
    assert_int_equal(config->privacy.retention.days, 30);
    config_free(config);
}

/* Sections without keys, and parts of a default replaced. */
static void test_sections_without_keys_and_parts_of_defaults_are_accepted(void **state)
{
    struct config *config = parse(GOOD "sla:\npoll: {}\n");

    (void)state;
    assert_int_equal(config->sla.policy.warn_at_percent, 75);
    config_free(config);
    config = parse(SLA("calendar: odoo:7, holidays: [france], urgency: {3: low}, "
                       "targets: {low: {days: 5}}"));
    assert_int_equal(config->sla.calendar_id, 7);
    assert_int_equal(config->sla.policy.urgency[3], SLA_LOW);
    assert_int_equal(config->sla.policy.urgency[2], SLA_MEDIUM);
    assert_int_equal(config->sla.policy.targets[SLA_LOW].days, 5);
    assert_int_equal(config->sla.policy.targets[SLA_URGENT].seconds, 7200);
    config_free(config);
    config = parse(ODOO PACKS "writeback: {enabled: false, breach: {tag: null}}\n");
    assert_null(config->writeback.breach_tag);
    assert_true(config->writeback.breach_activity);
    config_free(config);
}

/* load(show(load(x))) = load(x), and all keys are shown. */
static void test_what_is_shown_is_read_back_as_the_same(void **state)
{
    static const char *const texts[] = {GOOD, everything,
                                        SLA("calendar: config, hours: {mon: [00:00-24:00]}")};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct config *first = parse(texts[i]), *second;
        char *shown = config_to_yaml(first), *again;
        json_t *json = config_to_json(first), *json_again;

        assert_non_null(shown);
        second = parse(shown);
        again = config_to_yaml(second);
        json_again = config_to_json(second);
        assert_string_equal(shown, again);
        assert_true(json_equal(json, json_again));
        assert_true(json_equal(first->tickets.domain, second->tickets.domain));
        assert_memory_equal(&first->poll, &second->poll, sizeof first->poll);
        assert_memory_equal(first->sla.policy.urgency, second->sla.policy.urgency,
                            sizeof first->sla.policy.urgency);
        assert_memory_equal(first->sla.policy.targets, second->sla.policy.targets,
                            sizeof first->sla.policy.targets);
        assert_int_equal(first->sla.holidays.n_dates > 0, i == 1);
        json_decref(json);
        json_decref(json_again);
        free(shown);
        free(again);
        config_free(first);
        config_free(second);
    }
}

static void test_the_example_file_holds_the_defaults(void **state)
{
    struct config *config = NULL, *defaults = parse(ODOO PACKS);
    struct error error = {0};
    json_t *shown, *expected;
    const char *section;

    (void)state;
    if (config_load("config/qualiodoo.yaml", &config, &error) != 0)
        fail_msg("%s", error.message);
    assert_int_equal(config->credit.n_packs, 3);
    /* What the example says is the default is the default. */
    shown = config_to_json(config);
    expected = config_to_json(defaults);
    json_object_del(json_object_get(shown, "credit"), "packs");
    json_object_del(json_object_get(expected, "credit"), "packs");
    json_object_del(shown, "odoo");
    json_object_del(expected, "odoo");
    for (void *at = json_object_iter(expected); at; at = json_object_iter_next(expected, at)) {
        section = json_object_iter_key(at);
        if (!json_equal(json_object_iter_value(at), json_object_get(shown, section)))
            fail_msg("the example's '%s' is not the default", section);
    }
    json_decref(shown);
    json_decref(expected);
    config_free(config);
    config_free(defaults);
}

/* ---- Files ---- */

static char directory[] = "/tmp/qualiodoo-config-XXXXXX";
static char path[64];

static void write_file(const char *text, size_t size, mode_t mode)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static int make_directory(void **state)
{
    (void)state;
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/f", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(directory);
}

static void check_load(const char *name, const char *part)
{
    struct config *config = NULL;
    struct error error = {0};

    assert_int_equal(config_load(name, &config, &error), ERR_CONFIG);
    if (!strstr(error.message, part) || !strstr(error.message, name))
        fail_msg("no \"%s\" in \"%s\"", part, error.message);
}

static void test_a_file_that_cannot_be_read_is_refused(void **state)
{
    char *large = repeat("# ", "x", CONFIG_MAX_FILE_SIZE, "\n");
    struct config *config = NULL;
    struct error error = {0};

    (void)state;
    check_load("/nonexistent/q.yaml", "No such file");
    check_load(directory, "found a directory, expected a file");
    check_load("/dev/zero", "larger than 1 MiB");
    write_file(large, strlen(large), 0600);
    check_load(path, "larger than 1 MiB");
    write_file("", 0, 0600);
    check_load(path, "the file is empty");
    write_file("\xFF\xFEo\0d\0", 6, 0600);
    check_load(path, "not UTF-8");
    if (geteuid() != 0) {
        write_file(GOOD, strlen(GOOD), 0);
        check_load(path, "Permission denied");
    }
    large[CONFIG_MAX_FILE_SIZE - strlen(GOOD) - 1] = '\n';
    memcpy(large + CONFIG_MAX_FILE_SIZE - strlen(GOOD), GOOD, strlen(GOOD));
    write_file(large, CONFIG_MAX_FILE_SIZE, 0600);
    assert_int_equal(config_load(path, &config, &error), 0);
    assert_string_equal(config->path, path);
    config_free(config);
    free(large);
}

/* ---- Secrets ---- */

static void test_a_file_of_a_secret_is_accepted_or_refused_with_the_reason(void **state)
{
    static const struct {
        const char *content;
        size_t size;
        mode_t mode;
        const char *expected; /* the secret, or NULL */
        const char *message;
    } cases[] = {
        {"hunter2\n", 8, 0600, "hunter2", NULL},
        {"hunter2", 7, 0400, "hunter2", NULL},
        {" hunter2 ", 9, 0600, " hunter2 ", NULL},
        {"", 0, 0600, NULL, "found an empty secret"},
        {"\n", 1, 0600, NULL, "found an empty secret"},
        {"hunter2\n\n", 9, 0600, NULL, "found a line break"},
        {"hunter2\r\n", 9, 0600, NULL, "found a line break of Windows"},
        {"hunter2\rx", 9, 0600, NULL, "found a line break (or a NUL)"},
        {"\xEF\xBB\xBFhunter2\n", 11, 0600, NULL, "found a byte order mark"},
        {"\xFF\xFEh\0u\0", 6, 0600, NULL, "found a byte order mark"},
        {"\xFE\xFF\0h\0u", 6, 0600, NULL, "found a byte order mark"},
        {"\xEF\xBB\xBF", 3, 0600, NULL, "found a byte order mark"},
        {"hunter2\nx", 9, 0600, NULL, "found a line break"},
        {"hunter2\0x", 9, 0600, NULL, "(or a NUL)"},
        {"hunter2", 7, 0640, NULL, "run: chmod 600"},
        {"hunter2", 7, 0604, NULL, "(mode 0604)"},
        {"hunter2", 7, 0620, NULL, "run: chmod 600"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *secret = NULL;
        struct error error = {0};
        int result;

        write_file(cases[i].content, cases[i].size, cases[i].mode);
        result = config_secret_from_file(path, &secret, &error);
        if (cases[i].expected) {
            assert_int_equal(result, 0);
            assert_string_equal(secret, cases[i].expected);
            config_secret_free(secret);
            continue;
        }
        assert_int_equal(result, ERR_CONFIG);
        assert_null(secret);
        assert_non_null(strstr(error.message, cases[i].message));
        assert_non_null(strstr(error.message, path));
        assert_null(strstr(error.message, "hunter2"));
    }
}

static void test_the_secret_comes_from_file_credential_or_variable(void **state)
{
    struct config *config = parse(GOOD);
    struct error error = {0};
    char *secret = NULL, *large = repeat("", "x", 5000, "");
    char credential[64];

    (void)state;
    unsetenv("CREDENTIALS_DIRECTORY");
    unsetenv("QUALIODOO_SECRET");
    assert_int_equal(config_secret(config, &secret, &error), ERR_CONFIG);
    assert_non_null(strstr(error.message, "odoo.secret_file"));

    setenv("QUALIODOO_SECRET", "", 1);
    assert_int_equal(config_secret(config, &secret, &error), ERR_CONFIG);
    setenv("QUALIODOO_SECRET", "from-environment", 1);
    assert_int_equal(config_secret(config, &secret, &error), 0);
    assert_string_equal(secret, "from-environment");
    config_secret_free(secret);

    /* A credential is preferred to the environment; its mode is not checked. */
    setenv("CREDENTIALS_DIRECTORY", directory, 1);
    assert_int_equal(config_secret(config, &secret, &error), 0);
    config_secret_free(secret);
    snprintf(credential, sizeof credential, "%s/odoo", directory);
    assert_int_equal(rename(path, credential), 0);
    assert_int_equal(chmod(credential, 0440), 0);
    assert_int_equal(config_secret(config, &secret, &error), 0);
    assert_string_equal(secret, "hunter2");
    config_secret_free(secret);
    assert_int_equal(rename(credential, path), 0);

    /* The file named in the configuration is preferred to both. */
    write_file("from-file\n", 10, 0600);
    config->odoo.secret_file = strdup(path);
    assert_int_equal(config_secret(config, &secret, &error), 0);
    assert_string_equal(secret, "from-file");
    config_secret_free(secret);
    write_file(large, 5000, 0600);
    assert_int_equal(config_secret(config, &secret, &error), ERR_CONFIG);
    assert_non_null(strstr(error.message, "longer than"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(config_secret(config, &secret, &error), ERR_CONFIG);
    assert_non_null(strstr(error.message, "No such file"));
    assert_int_equal(config_secret_from_file(directory, &secret, &error), ERR_CONFIG);
    assert_non_null(strstr(error.message, "not a file"));
    config_secret_free(NULL);
    config_free(config);
    config_free(NULL);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_of_syntax_name_line_and_column),
        cmocka_unit_test(test_unknown_repeated_and_missing_keys_are_refused),
        cmocka_unit_test(test_wrong_values_are_refused_with_what_was_expected),
        cmocka_unit_test(test_no_suggestion_that_would_be_refused),
        cmocka_unit_test(test_packs_that_make_no_sense_are_refused),
        cmocka_unit_test(test_wrong_addresses_are_refused_and_may_hold_no_secret),
        cmocka_unit_test(test_calendars_hours_holidays_and_targets_that_make_no_sense_are_refused),
        cmocka_unit_test(test_domains_are_kept_as_json_and_wrong_ones_refused),
        cmocka_unit_test(test_what_exceeds_a_limit_is_refused),
        cmocka_unit_test(test_aliases_that_would_expand_to_gigabytes_are_refused),
        cmocka_unit_test(test_every_key_has_its_default),
        cmocka_unit_test(test_every_key_can_be_set),
        cmocka_unit_test(test_sections_without_keys_and_parts_of_defaults_are_accepted),
        cmocka_unit_test(test_what_is_shown_is_read_back_as_the_same),
        cmocka_unit_test(test_the_example_file_holds_the_defaults),
        cmocka_unit_test(test_a_file_that_cannot_be_read_is_refused),
        cmocka_unit_test(test_a_file_of_a_secret_is_accepted_or_refused_with_the_reason),
        cmocka_unit_test(test_the_secret_comes_from_file_credential_or_variable),
    };

    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
