/* config_file.h - the text of a file; internal to config. */
#ifndef QUALIODOO_CONFIG_CONFIG_FILE_H
#define QUALIODOO_CONFIG_CONFIG_FILE_H

#include <stddef.h>

#include "qualiodoo/util/error.h"

/* Far above what a person writes; it bounds the memory for a generated file. */
#define CONFIG_MAX_FILE_SIZE (1 << 20)

/* The whole file on the heap (the caller frees it), ended by a NUL that *ret_size does not count.
 * ERR_CONFIG when it cannot be read or is larger than CONFIG_MAX_FILE_SIZE. */
int config_file_read(const char *path, char **ret_text, size_t *ret_size, struct error *error);

/* Sets an error from errno: the file at `path`, which holds the `what` ("secret"), cannot be read.
 * `missing` is appended when there is no such file. Returns ERR_CONFIG. */
int config_fail_read(const char *path, const char *what, const char *missing, struct error *error);

#endif
