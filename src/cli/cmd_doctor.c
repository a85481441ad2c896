/* cmd_doctor.c - doctor: prints what the checks of this machine and of Odoo found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/doctor/doctor.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/tz.h"
#include "view.h"

static const char *const level_names[] = {
    [DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "note", [DOCTOR_PROBLEM] = "problem"};

struct findings {
    json_t *list;
    size_t count[DOCTOR_PROBLEM + 1];
};

static void add_finding(void *context, const struct doctor_finding *finding)
{
    struct findings *findings = context;

    findings->count[finding->level]++;
    json_build_add(&findings->list, json_pack("{ss ss ss so}", "level", level_names[finding->level],
                                              "topic", finding->topic, "text", finding->text,
                                              "advice", json_text(finding->advice)));
}

static const char *member(json_t *finding, const char *name)
{
    return json_string_value(json_object_get(finding, name));
}

static void print_finding(json_t *finding, const char *head)
{
    const char *advice = member(finding, "advice");

    table_say("  %-8s %s\n", head, member(finding, "text"));
    if (advice)
        table_say("  %-8s -> %s\n", "", advice);
}

static void print_count(size_t count, const char *what)
{
    if (count)
        table_say("%zu %s%s", count, what, count > 1 ? "s" : "");
    else
        table_say("no %s", what);
}

/* Rewrites the times of the findings in the configured zone, for people; JSON keeps UTC. */
static int localize(const struct findings *findings, const struct config *config)
{
    struct tz *zone = tz_open(config->timezone);
    json_t *finding;
    int rc = 0;
    char *text;
    size_t i;

    json_array_foreach(findings->list, i, finding) {
        text = zone ? tz_localize(zone, member(finding, "text")) : NULL;
        if (text)
            rc = json_object_set_new(finding, "text", json_string(text)) < 0 ? ERR_NO_MEMORY : rc;
        free(text);
    }
    tz_free(zone);
    return rc;
}

/* Prints the problems first, then everything by topic. */
static void print_findings(const struct findings *findings)
{
    const char *topic = "";
    json_t *finding;
    size_t i;

    print_count(findings->count[DOCTOR_PROBLEM], "problem");
    fputs(", ", stdout);
    print_count(findings->count[DOCTOR_NOTE], "note");
    putchar('\n');
    json_array_foreach(findings->list, i, finding) {
        if (strcmp(member(finding, "level"), level_names[DOCTOR_PROBLEM]) == 0)
            table_say("  %s: %s\n", member(finding, "topic"), member(finding, "text"));
    }
    json_array_foreach(findings->list, i, finding) {
        if (strcmp(topic, member(finding, "topic")) != 0)
            table_say("\n%s\n", topic = member(finding, "topic"));
        print_finding(finding, member(finding, "level"));
    }
}

int cmd_doctor(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct findings findings = {.list = json_array()};
    struct config *config = NULL;
    bool healthy;
    int rc = cli_options(cli, &(struct cli_syntax){0}, argc, argv, error);

    if (rc == 0)
        rc = config_load(cli->config_path, &config, error);
    if (rc == 0)
        rc = doctor_run(config, add_finding, &findings, error);
    if (rc == 0 && !findings.list)
        rc = error_memory(error);
    healthy = findings.count[DOCTOR_PROBLEM] == 0;
    if (rc == 0 && !cli->json && localize(&findings, config) < 0)
        rc = error_memory(error);
    if (rc == 0 && cli->json)
        rc = cli_print_json(json_pack("{sb sO}", "healthy", healthy, "findings", findings.list),
                            error);
    else if (rc == 0)
        print_findings(&findings);
    json_decref(findings.list);
    config_free(config);
    return rc == 0 && !healthy ? CLI_FOUND : rc;
}
