/* Preloaded: appends to the file $QUALIODOO_STATEMENTS a line for each statement that SQLite ran:
 * the steps of its virtual machine, those that walk through a whole table, and its text. Which work
 * grows with the state is told from it, as no clock could. */
#include <dlfcn.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int note(unsigned kind, void *context, void *statement, void *duration)
{
    const char *path = getenv("QUALIODOO_STATEMENTS");
    FILE *file = path ? fopen(path, "ae") : NULL;

    (void)kind;
    (void)context;
    (void)duration;
    if (!file)
        return 0;
    fprintf(file, "%d\t%d\t%s\n", sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1),
            sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1),
            sqlite3_sql(statement));
    fclose(file);
    return 0;
}

int sqlite3_open_v2(const char *path, sqlite3 **ret, int flags, const char *vfs)
{
    int (*real)(const char *, sqlite3 **, int, const char *) =
        (int (*)(const char *, sqlite3 **, int, const char *))dlsym(RTLD_NEXT, "sqlite3_open_v2");
    int rc = real(path, ret, flags, vfs);

    if (rc == SQLITE_OK)
        sqlite3_trace_v2(*ret, SQLITE_TRACE_PROFILE, note, NULL);
    return rc;
}
