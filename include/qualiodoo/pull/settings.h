/* settings.h - what changes rarely in Odoo (model.seldom): units, products, journals, stages,
 * teams, tags, users, companies, calendars; and what is found only by counting (vanished.c).
 *
 * It is read every poll.settings, in every pull that settings_choose() does not make quick, and as
 * soon as a row refers to a record that the mirror lacks. */
#ifndef QUALIODOO_PULL_SETTINGS_H
#define QUALIODOO_PULL_SETTINGS_H

#include "qualiodoo/pull/open.h"

/* Makes the pull quick (pull->quick) when the mirror is complete and the settings were read less
 * than poll.settings ago. `brief`: whatever their age, as a cycle that reads them follows soon.
 * Errors: those of the store. */
int settings_choose(struct pull *pull, bool brief, struct error *error);

/* Notes for settings_lack() to which records a row refers that was just stored: its `values`, one
 * per column. Errors: ERR_NO_MEMORY. */
int settings_note(struct pull *pull, const struct model *model, const struct mirror_value *values,
                  struct error *error);

/* *ret: a row refers to a record of the model that the mirror lacks. Forgets what was noted of the
 * model. Errors: those of the store. */
int settings_lack(struct pull *pull, enum model_id id, bool *ret, struct error *error);

/* Saves that a pull which began then has read the settings. Errors: those of the store. */
int settings_read(struct pull *pull, instant began, struct error *error);

/* Whether a mirror, by the name of its table, is read every poll.settings only. */
bool settings_mirror(const char *name);

#endif
