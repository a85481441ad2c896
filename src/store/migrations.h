/* migrations.h - the numbered changes of the schema, embedded by embed.sh. migrations[n - 1] has
 * number n. all_migrations makes the same schema as all of them in turn (schema.sql), with the
 * number of the last one. */
#ifndef QUALIODOO_MIGRATIONS_H
#define QUALIODOO_MIGRATIONS_H

struct migration {
    int number;
    const char *name;
    const char *sql;
};

extern const struct migration migrations[];
extern const int migration_count;
extern const struct migration all_migrations;

#endif
