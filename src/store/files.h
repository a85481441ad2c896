/* files.h - who may create and open the files of the state; internal to store. */
#ifndef QUALIODOO_STORE_FILES_H
#define QUALIODOO_STORE_FILES_H

#include "qualiodoo/util/error.h"

struct stat;

/* Makes a process of root work, from here on and for good, as the owner of the folder of `path`,
 * where that is another user: the service must be able to use the files it creates, and links that
 * the user placed there must not be followed with root's rights. ERR_STATE when it cannot. */
int store_become_owner(const char *path, struct error *error);

/* Checks that `status`, of lstat() or fstat(), is of a regular file with one name: ERR_STATE
 * otherwise. */
int store_check_file(const char *path, const struct stat *status, struct error *error);

/* Opens a file of the state for reading and writing, and creates a missing one. ERR_STATE for a
 * link, a file with several names or one of another user, which stay untouched. The caller closes
 * *ret_fd. */
int store_make_file(const char *path, int *ret_fd, struct error *error);

#endif
