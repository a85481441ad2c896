/* migrations.h - the numbered changes of the schema, embedded by embed.sh. migrations[n - 1] has
 * number n. */
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
