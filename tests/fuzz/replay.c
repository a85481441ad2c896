/* replay.c - gives a target the files of the command line, without a fuzzer. */
#include "fuzz.h"

int main(int argc, char **argv)
{
    enum { SIZE_MAX_READ = 1 << 22 };
    uint8_t *bytes = malloc(SIZE_MAX_READ);

    for (int i = 1; bytes && i < argc; i++) {
        FILE *file = fopen(argv[i], "rbe");
        size_t size;

        if (!file) {
            perror(argv[i]);
            free(bytes);
            return 1;
        }
        size = fread(bytes, 1, SIZE_MAX_READ, file);
        fclose(file);
        LLVMFuzzerTestOneInput(bytes, size);
    }
    fprintf(stderr, "%d inputs replayed\n", argc - 1);
    free(bytes);
    return 0;
}
