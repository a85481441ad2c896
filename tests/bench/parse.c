/* parse.c - the yardstick: xmlrpc_parse_response2 alone on recorded answers (files of a list).
 *
 * usage: parse LIST, one path a line. Reads all files first, then parses each and drops the
 * result; prints the user CPU seconds of the parsing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <xmlrpc-c/base.h>

static double cpu(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
           (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

static char *slurp(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    char *text;
    long size;

    if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
        exit(1);
    rewind(file);
    text = malloc((size_t)size + 1);
    if (!text || fread(text, 1, (size_t)size, file) != (size_t)size)
        exit(1);
    fclose(file);
    *ret_size = (size_t)size;
    return text;
}

int main(int argc, char **argv)
{
    FILE *list = argc == 2 ? fopen(argv[1], "r") : NULL;
    char path[4096];
    double total = 0;

    if (!list)
        return 2;
    xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, 1 << 30);
    while (fgets(path, sizeof path, list)) {
        xmlrpc_value *result = NULL;
        const char *fault;
        int code;
        xmlrpc_env env;
        size_t size;
        char *text;
        double began;

        path[strcspn(path, "\n")] = '\0';
        text = slurp(path, &size);
        began = cpu();
        xmlrpc_env_init(&env);
        xmlrpc_parse_response2(&env, text, size, &result, &code, &fault);
        if (env.fault_occurred)
            return 1;
        if (result) /* NULL: a fault, such as "no such model" */
            xmlrpc_DECREF(result);
        xmlrpc_env_clean(&env);
        total += cpu() - began;
        free(text);
    }
    fclose(list);
    printf("%.3f\n", total);
    return 0;
}
