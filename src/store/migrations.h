/* migrations.h - the numbered schema changes, embedded by embed.sh. Number n is at index n - 1. */
#ifndef QUALIODOO_MIGRATIONS_H
#define QUALIODOO_MIGRATIONS_H

struct migration {
    int number;
    const char *name;
    const char *sql;
};

extern const struct migration migrations[];
extern const int migration_count;

#endif
