/* Any bytes as a configuration file: never a crash, a leak or a long wait; what is accepted is
 * shown, read again and shown the same. */
#include "config/config_file.h"
#include "config/config_parse.h"
#include "fuzz.h"
#include "qualiodoo/config/config_show.h"

static void check_round_trip(const struct config *config)
{
    struct config *again = NULL;
    struct error error = {0};
    char *shown = config_to_yaml(config), *shown_again;

    if (!shown)
        abort();
    if (config_parse("shown", shown, strlen(shown), &again, &error) != 0) {
        fprintf(stderr, "%s\n%s", error.message, shown);
        abort();
    }
    shown_again = config_to_yaml(again);
    if (!shown_again || strcmp(shown, shown_again) != 0)
        abort();
    free(shown);
    free(shown_again);
    config_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = NULL;
    struct error error = {0};
    char *text;

    if (size > CONFIG_MAX_FILE_SIZE)
        return 0;
    text = fuzz_text(data, size); /* as config_file_read() gives it: ended by a NUL */
    if (config_parse("fuzz", text, size, &config, &error) == 0) {
        check_round_trip(config);
        config_free(config);
    } else if (config || error.code == 0 || strncmp(error.message, "fuzz:", 5) != 0) {
        abort();
    }
    free(text);
    return 0;
}
