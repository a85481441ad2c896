/* evidence.h - what Odoo said when each lot was granted, and the settings by which it was read
 * (DOMAIN.md, section 3, revoked credit).
 *
 * The evidence of a lot is the mirrored state of its invoice, its line and its payments, without
 * names that the configuration or Odoo may change later (references, types of journals, keys). A
 * lot that is lost while its evidence is unchanged was revoked: core/revoked.h decides. */
#ifndef QUALIODOO_STORE_EVIDENCE_H
#define QUALIODOO_STORE_EVIDENCE_H

#include "qualiodoo/core/ledger.h"
#include "qualiodoo/core/revoked.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* A lot with kept evidence that is gone from the results, or smaller, or ends earlier. Texts are
 * borrowed for the call. */
struct evidence_loss {
    struct ledger_lot_name lot;
    int64_t account, product; /* product 0: of no product, or not known */
    struct revoked_lot before, after;
    bool gone; /* no account has the lot: `after` is unset */
    struct revoked_evidence then, now;
};

/* Calls `found`, by account, for each lot whose kept grant is larger, or whose kept end is later,
 * than in the stored results: lots kept for the accounts `among`; NULL: for all. To be called after
 * results_save() of every account that changed. A negative code of `found` stops and is returned.
 */
int evidence_losses(struct store *store, const struct ids *among,
                    int (*found)(void *context, const struct evidence_loss *loss,
                                 struct error *error),
                    void *context, struct error *error);

/* Stores the evidence of each stored lot of an account, as the mirror is now. */
int evidence_keep(struct store *store, int64_t account, struct error *error);

/* Deletes the evidence, kept for the accounts `among` (NULL: for all), of lots that no account has.
 */
int evidence_forget(struct store *store, const struct ids *among, struct error *error);

/* The products that opened a lot. The pull keeps them and their lines even when their reference is
 * no longer that of a pack. Sorted; the caller frees ret->items. */
int evidence_products(struct store *store, struct ids *ret, struct error *error);

/* The names and factors by which evidence is read, as a JSON object: "version" (as given),
 * "products" (id: [reference, unit]), "journals" (id: [name, type]), "units" (id: [name, factor]).
 * *ret is on the heap; the caller frees it. */
int evidence_words(struct store *store, const char *version, char **ret, struct error *error);

#endif
