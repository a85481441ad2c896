/* evidence.h - what each lot was granted on, as the mirror had it, and the words by which it was
 * read (DOMAIN.md, section 3, revoked credit).
 *
 * The evidence of a lot is what Odoo said of its invoice, its line and its payments, without the
 * words that the configuration or Odoo may change afterwards (references, types of journals, keys).
 * A lot that is lost while its evidence still stands was revoked: core/revoked.h decides. */
#ifndef QUALIODOO_STORE_EVIDENCE_H
#define QUALIODOO_STORE_EVIDENCE_H

#include "qualiodoo/core/ledger.h"
#include "qualiodoo/core/revoked.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* A kept lot that is gone from the results, or smaller, or shorter. Texts are borrowed for the
 * call. */
struct evidence_loss {
    struct ledger_lot_name lot;
    int64_t account, product; /* product 0: of no product, or not known */
    struct revoked_lot before, after;
    bool gone; /* `after` means nothing: no account has the lot */
    struct revoked_evidence then, now;
};

/* Calls `found` for each lot whose kept grant is larger, or whose kept end is later, than that of
 * the stored results, by account. Runs after results_save() of every account that changed. */
int evidence_losses(struct store *store,
                    int (*found)(void *context, const struct evidence_loss *loss,
                                 struct error *error),
                    void *context, struct error *error);

/* Keeps the evidence of the stored lots of an account, from the mirror as it is now. */
int evidence_keep(struct store *store, int64_t account, struct error *error);

/* Forgets the evidence of lots that no account has. */
int evidence_forget(struct store *store, struct error *error);

/* The products that opened a lot: they stay in the mirror, with their lines, even when their
 * reference is no pack's any more. Sorted; the caller frees ret->items. */
int evidence_products(struct store *store, struct ids *ret, struct error *error);

/* The words of the mirror as a JSON object: "version" (as given), "products" (id: [reference,
 * unit]), "journals" (id: [name, type]), "units" (id: [name, factor]). On the heap; caller frees.
 */
int evidence_words(struct store *store, const char *version, char **ret, struct error *error);

#endif
