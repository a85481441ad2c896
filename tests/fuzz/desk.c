#include "desk.h"

#include <fcntl.h>
#include <locale.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_odoo.h"
#include "fuzz.h"
#include "qualiodoo/cli/cli.h"
#include "qualiodoo/cycle/cycle.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"

#define WORLD "tests/fuzz/world.json" /* targets are run from the root of the sources */

struct config *desk_config;
json_t *desk_world;

static char folder[64], config_path[96], secret_path[96], state_path[96];
static json_t *recorded, *pristine;
static struct image { /* of a state file */
    char *bytes;
    size_t size;
} images[2];

/* ---- The world ---- */

/* Of a domain, only what walks over ids; the rest is taken to hold, as is one side of an "or". */
static bool is_wanted(json_t *record, json_t *domain)
{
    bool choice = json_is_string(json_array_get(domain, 0));
    json_int_t id = json_integer_value(json_object_get(record, "id"));
    json_t *term, *wanted;
    size_t i, j;

    json_array_foreach(domain, i, term) {
        const char *field = json_string_value(json_array_get(term, 0));
        const char *compare = json_string_value(json_array_get(term, 1));
        json_t *value = json_array_get(term, 2);
        bool found = false;

        if (!field || !compare || strcmp(field, "id") != 0)
            continue;
        if (strcmp(compare, ">") == 0 && id <= json_integer_value(value))
            return false;
        if (choice || strcmp(compare, "in") != 0)
            continue;
        json_array_foreach(value, j, wanted)
            found |= json_integer_value(wanted) == id;
        if (!found)
            return false;
    }
    return true;
}

static json_t *find(const char *model, json_t *domain, json_t *limit, bool whole)
{
    json_t *rows = json_object_get(desk_world, model), *found = json_array(), *row;
    size_t i, most = json_is_integer(limit) ? (size_t)json_integer_value(limit) : SIZE_MAX;

    json_array_foreach(rows, i, row) {
        if (json_array_size(found) < most && is_wanted(row, domain))
            json_array_append(found, whole ? row : json_object_get(row, "id"));
    }
    return found;
}

static json_t *read_rows(const char *model, json_t *ids)
{
    json_t *domain = json_pack("[[ssO]]", "id", "in", ids), *rows = find(model, domain, NULL, true);

    json_decref(domain);
    return rows;
}

static json_t *other_answer(const char *model, const char *method, json_t *arguments)
{
    char key[256];
    size_t length = (size_t)snprintf(key, sizeof key, "%s %s", model, method);
    json_t *argument, *answer;
    size_t i;

    json_array_foreach(arguments, i, argument) {
        if (json_is_string(argument) && length < sizeof key)
            length += (size_t)snprintf(key + length, sizeof key - length, " %s",
                                       json_string_value(argument));
    }
    answer = json_object_get(json_object_get(recorded, "others"), key);
    return answer ? json_incref(answer) : json_integer(1);
}

static json_t *answer(const char *model, const char *method, json_t *arguments, json_t *keywords)
{
    json_t *fields = json_object_get(json_object_get(recorded, "fields"), model);
    json_t *domain = json_object_get(keywords, "domain"),
           *limit = json_object_get(keywords, "limit");

    if (!domain)
        domain = json_array_get(arguments, 0);
    if (!limit)
        limit = json_array_get(arguments, 3);
    if (strcmp(method, "fields_get") == 0)
        return json_incref(fields);
    if (strcmp(method, "search") == 0 || strcmp(method, "search_read") == 0)
        return find(model, domain, limit, method[6] != '\0');
    if (strcmp(method, "read") == 0)
        return read_rows(model, json_array_get(arguments, 0));
    return other_answer(model, method, arguments);
}

void desk_world_reset(void)
{
    json_decref(desk_world);
    desk_world = json_deep_copy(pristine);
}

/* ---- Files ---- */

static void write_file(const char *path, const char *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    FUZZ_CHECK(fd >= 0 && write(fd, bytes, size) == (ssize_t)size && close(fd) == 0, "%s", path);
}

static struct image read_image(const char *path)
{
    struct image image = {0};
    FILE *file = fopen(path, "re");
    struct stat status;

    FUZZ_CHECK(file && fstat(fileno(file), &status) == 0, "%s", path);
    image.size = (size_t)status.st_size;
    image.bytes = malloc(image.size);
    FUZZ_CHECK(image.bytes && fread(image.bytes, 1, image.size, file) == image.size, "%s", path);
    fclose(file);
    return image;
}

static void remove_state(void)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char path[128];

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(path, sizeof path, "%s%s", state_path, suffixes[i]);
        unlink(path);
    }
}

void desk_state_reset(bool filled)
{
    remove_state();
    write_file(state_path, images[filled].bytes, images[filled].size);
}

const char *desk_state(void)
{
    return state_path;
}

static void remove_all(void)
{
    char path[128];

    remove_state();
    snprintf(path, sizeof path, "%s.lock", state_path);
    unlink(path);
    unlink(config_path);
    unlink(secret_path);
    rmdir(folder);
}

static void make_files(void)
{
    static const char yaml[] =
        "odoo: {url: http://127.0.0.1:9, database: demo, login: a@example.com, "
        "secret_file: %s}\n"
        "state: {path: %s}\n"
        "credit: {packs: [{product: SUP12, hours: 12}, {product: SUP24, "
        "hours: 24}, {product: SUP36, hours: 36}]}\n"
        "writeback: {enabled: true, since: 2026-01-01, balance: {fields: "
        "true, alerts: true}}\n";
    char text[1024];
    int length;

    snprintf(folder, sizeof folder, "%s/qualiodoo-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    FUZZ_CHECK(mkdtemp(folder), "%s", folder);
    snprintf(config_path, sizeof config_path, "%s/q.yaml", folder);
    snprintf(secret_path, sizeof secret_path, "%s/secret", folder);
    snprintf(state_path, sizeof state_path, "%s/state.db", folder);
    length = snprintf(text, sizeof text, yaml, secret_path, state_path);
    write_file(config_path, text, (size_t)length);
    write_file(secret_path, "hush-hush\n", 10);
    atexit(remove_all);
}

/* ---- Commands ---- */

void desk_sync(bool reconcile)
{
    struct cycle_options options = {.reconcile = reconcile, .service = true};
    struct cycle_report report = {0};
    struct error error = {0};

    if (cycle_run(desk_config, &options, &report, &error) < 0)
        FUZZ_CHECK_ERROR(&error);
    else
        json_decref(cycle_report_json(&report));
    cycle_report_free(&report);
}

static void run(const char *const *arguments, bool json)
{
    struct cli cli = {.config_path = config_path, .json = json};
    struct error error = {0};
    char *argv[8] = {0};
    int argc = 0, rc;

    for (; arguments[argc]; argc++)
        argv[argc] = (char *)arguments[argc];
    rc = cli_command_find(argv[0])->run(&cli, argc, argv, &error);
    FUZZ_CHECK(rc >= 0 || rc == CLI_HELP || error.code == rc, "%s: %d, %d", argv[0], rc,
               error.code);
    if (rc < 0 && rc != CLI_HELP)
        FUZZ_CHECK_ERROR(&error);
}

void desk_command(const char *const *arguments)
{
    run(arguments, false);
    run(arguments, true);
}

void desk_read_all(size_t turn)
{
    static const char *const cheap[][5] = {
        {"status"},
        {"balance"},
        {"outbox"},
        {"ledger", "7"},
        {"explain", "balance", "7"},
        {"explain", "charge", "HT00001"},
    };
    static const char *const dear[][5] = {
        {"sla"},
        {"explain", "sla", "1"},
        {"explain", "sla", "15"},
        {"ledger", "12"},
    };

    for (size_t i = 0; i < sizeof cheap / sizeof *cheap; i++)
        desk_command(cheap[i]);
    run(dear[0], turn % 2 == 0);
    run(dear[1 + turn / 2 % 3], turn % 2);
}

/* ---- The whole ---- */

/* All of it in one file: a copy of that is a copy of the state. */
static void flush(void)
{
    sqlite3 *db;

    FUZZ_CHECK(sqlite3_open(state_path, &db) == SQLITE_OK &&
                   sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL) ==
                       SQLITE_OK,
               "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void make_images(void)
{
    struct store *store = NULL;
    struct error error = {0};
    struct cycle_report report = {0};
    struct cycle_options options = {0};

    FUZZ_CHECK(store_open(state_path, STORE_WRITE, &store, &error) == 0, "%s", error.message);
    store_close(store);
    flush();
    images[false] = read_image(state_path);
    FUZZ_CHECK(cycle_run(desk_config, &options, &report, &error) == 0, "%s", error.message);
    cycle_report_free(&report);
    flush();
    images[true] = read_image(state_path);
}

void desk_open(void)
{
    struct error error = {0};
    instant now = 0;

    if (desk_config)
        return;
    setlocale(LC_CTYPE, "C.UTF-8");
    log_set_level(LOG_LEVEL_ERROR);
    if (!freopen("/dev/null", "w", stdout))
        abort();
    recorded = json_load_file(WORLD, 0, NULL);
    FUZZ_CHECK(recorded, "%s cannot be read: run the target from the root of the sources", WORLD);
    pristine = json_object_get(recorded, "rows");
    FUZZ_CHECK(instant_parse_iso(json_string_value(json_object_get(recorded, "now")), &now), "now");
    clock_set_now(now);
    fake_odoo_set(answer);
    make_files();
    FUZZ_CHECK(config_load(config_path, &desk_config, &error) == 0, "%s", error.message);
    desk_world_reset();
    make_images();
}
