/* cmd_adjust.c - adjust: adds credit to a customer, or removes it, by a record in Odoo. */
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/adjust/adjustment.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/pull/connect.h"
#include "qualiodoo/pull/customer.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/progress.h"
#include "view.h"

struct adjust {
    struct config *config;
    const char *customer;
    struct adjustment_request request;
    struct adjustment_outcome outcome;
};

static int read_arguments(struct cli *cli, struct adjust *adjust, int argc, char **argv,
                          struct error *error)
{
    struct adjustment_request *request = &adjust->request;
    struct cli_date date = {0}, ends = {0};
    const struct cli_option options[] = {{"reason", OPTION_TEXT, &request->reason},
                                         {"date", OPTION_DATE, &date},
                                         {"ends", OPTION_DATE, &ends},
                                         {"key", OPTION_TEXT, &request->key},
                                         {"dry-run", OPTION_FLAG, &request->dry_run},
                                         {0}};
    int rc = cli_options(cli, &(struct cli_syntax){.options = options, .least = 2, .most = 2}, argc,
                         argv, error);

    if (rc < 0)
        return rc;
    adjust->customer = argv[1];
    request->day = date.day;
    request->day_by_default = !date.given;
    request->has_end = ends.given;
    request->end = ends.day;
    if (!request->reason)
        return error_set(error, ERR_USAGE, "missing --reason TEXT: why credit is added or removed");
    return cli_parse_minutes(argv[2], &request->amount, error);
}

/* Called before Odoo is written: with the key, a call whose answer is lost can be repeated. */
static void tell_key(const char *key)
{
    progress_hold();
    fprintf(stderr, "qualiodoo: the key of this adjustment is %s\n", key);
    progress_release();
}

static int today_here(const struct config *config, civil_day *ret, struct error *error)
{
    struct tz *zone = tz_open(config->timezone);

    if (!zone)
        return error_memory(error);
    *ret = tz_civil_day(zone, clock_now());
    tz_free(zone);
    return 0;
}

static int find_customer(struct adjust *adjust, struct error *error)
{
    struct odoo *odoo = NULL;
    int rc = connect_open(adjust->config, &odoo, error);

    if (rc == 0)
        rc = customer_find_remote(odoo, adjust->config->credit.account, adjust->customer,
                                  &adjust->request.customer, error);
    odoo_free(odoo);
    return rc;
}

/* Checks everything that needs no server before it asks Odoo for the customer. */
static int write_adjustment(struct adjust *adjust, char key[ADJUSTMENT_KEY_SIZE],
                            struct error *error)
{
    struct adjustment_request *request = &adjust->request;
    int rc = 0;

    if (request->day_by_default)
        rc = today_here(adjust->config, &request->day, error);
    if (rc == 0 && !request->key) {
        rc = adjustment_key(key, error);
        request->key = key;
        request->about_to_write = tell_key;
    }
    if (rc == 0)
        rc = adjustment_check(adjust->config, request, error);
    if (rc == 0)
        rc = find_customer(adjust, error);
    return rc < 0 ? rc : adjustment_write(adjust->config, request, &adjust->outcome, error);
}

static json_t *outcome_json(const struct adjust *adjust)
{
    const struct adjustment_request *request = &adjust->request;
    const struct adjustment_outcome *outcome = &adjust->outcome;

    return json_pack("{so so sb sb sI so sI so so sI}", "id", json_optional_id(outcome->id), "key",
                     json_text(outcome->id ? request->key : NULL), "repeated", outcome->repeated,
                     "dry_run", request->dry_run, "customer_id", (json_int_t)outcome->customer,
                     "customer", json_text(outcome->name), "minutes", (json_int_t)request->amount,
                     "date", json_day(outcome->day), "end",
                     json_optional_day(request->has_end, request->end), "balance_minutes",
                     (json_int_t)outcome->balance);
}

static void print_outcome(const struct adjust *adjust)
{
    const struct adjustment_request *request = &adjust->request;
    const struct adjustment_outcome *outcome = &adjust->outcome;
    char amount[MINUTES_TEXT_SIZE], balance[MINUTES_TEXT_SIZE];
    char day[CIVIL_TEXT_SIZE], end[CIVIL_TEXT_SIZE];

    table_say("%s: customer %lld",
              outcome->repeated  ? "already adjusted"
              : request->dry_run ? "would adjust"
                                 : "adjusted",
              (long long)outcome->customer);
    if (outcome->name)
        table_say(" (%s)", outcome->name);
    table_say(", %s%s on %s", request->amount > 0 ? "+" : "",
              minutes_format(request->amount, amount), civil_format(outcome->day, day));
    if (request->has_end)
        table_say(" (ends on %s)", civil_format(request->end, end));
    table_say(", new balance %s", minutes_format(outcome->balance, balance));
    if (outcome->id)
        table_say(", key %s\n", request->key);
    else
        table_say("; nothing was written\n");
}

int cmd_adjust(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct adjust adjust = {0};
    char key[ADJUSTMENT_KEY_SIZE];
    int rc = read_arguments(cli, &adjust, argc, argv, error);

    if (rc == 0)
        rc = cli_refuse_now(cli, "adjust", error);
    if (rc == 0)
        rc = config_load(cli->config_path, &adjust.config, error);
    if (rc == 0)
        rc = write_adjustment(&adjust, key, error);
    progress_end();
    if (rc == 0 && cli->json)
        rc = cli_print_json(outcome_json(&adjust), error);
    else if (rc == 0)
        print_outcome(&adjust);
    adjustment_outcome_free(&adjust.outcome);
    config_free(adjust.config);
    return rc;
}
