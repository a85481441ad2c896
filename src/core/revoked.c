/* revoked.c - compares a lot, and the words that decided about it, before and after. */
#include "qualiodoo/core/revoked.h"

#include <string.h>

enum revoked_loss revoked_loss(const struct revoked_lot *before, const struct revoked_lot *after,
                               civil_day today)
{
    if (before->start > today)
        return REVOKED_NOTHING;
    if (!after)
        return REVOKED_LOT;
    if (after->granted < before->granted)
        return REVOKED_MINUTES;
    return after->end < before->end && !after->reversed ? REVOKED_DAYS : REVOKED_NOTHING;
}

bool revoked_by_words(const struct revoked_evidence *then, const struct revoked_evidence *now)
{
    if (!now->said || strcmp(then->said, now->said) != 0)
        return false;
    return !then->more || (now->more && strcmp(then->more, now->more) == 0);
}
