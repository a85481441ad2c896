/* desk.h - a whole agent in the process of a target: a configuration, a state on a file system in
 * memory, the recorded world (world.json) in the place of Odoo, and commands run as main would. */
#ifndef QUALIODOO_TESTS_DESK_H
#define QUALIODOO_TESTS_DESK_H

#include <jansson.h>
#include <stdbool.h>

#include "qualiodoo/config/config.h"

/* Makes it, once; later calls do nothing. What commands print goes to /dev/null. */
void desk_open(void);

extern struct config *desk_config;

/* The world of a run: rows of each model, which the target may change; desk_world_reset() makes
 * them again as they were recorded. Object model -> array of records. */
extern json_t *desk_world;
void desk_world_reset(void);

/* The state of a run: empty with its schema, or as a first cycle on the recorded world left it. */
void desk_state_reset(bool filled);
const char *desk_state(void); /* its path */

/* One cycle; its error is checked to be one that a person can read. */
void desk_sync(bool reconcile);

/* Runs a command, such as "balance", "7", NULL, in text and as JSON. */
void desk_command(const char *const *arguments);

/* The commands that read the state alone, on a few customers and tickets of the world; those that
 * compile a calendar take most of a run's time: `turn` says which of them, as text or as JSON. */
void desk_read_all(size_t turn);

#endif
