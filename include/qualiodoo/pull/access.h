/* access.h - how long the agent's access to Odoo lasts: when its API key expires, and whether the
 * server will drop the protocol.
 *
 * A cycle looks once a day and keeps what it finds in the state, so that `status` and the service
 * tell it without a call. */
#ifndef QUALIODOO_PULL_ACCESS_H
#define QUALIODOO_PULL_ACCESS_H

#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/store/store.h"

/* How long before its expiry a key is a problem: time for an administrator who is on holiday. */
#define ACCESS_WARNING_DAYS 14

#define ACCESS_NAME_SIZE 64

enum access_key_kind {
    ACCESS_NO_EXPIRY, /* a password, a key without an expiry, or Odoo does not tell one */
    ACCESS_EXPIRES,   /* `name`, `expires` and `others` are set */
    ACCESS_REMOVED    /* Odoo accepts the key, and lists none that could be it any more */
};

/* Odoo does not tell which of a user's keys was used: of several, this is the one that expires
 * first. */
struct access_key {
    enum access_key_kind kind;
    char name[ACCESS_NAME_SIZE]; /* as its owner called it; cut at the end of a character */
    instant expires;
    int64_t others; /* how many more keys of the user are valid */
};

struct access {
    instant looked_at; /* 0: never */
    int dropped_by;    /* the version of Odoo that drops the protocol in use, by what this server
                          logs; 0: none that is known */
    struct access_key key;
};

/* Asks Odoo. A server that does not let the agent read its own keys tells no expiry. Errors: those
 * of the calls. */
int access_look(struct odoo *odoo, struct access *ret, struct error *error);

/* Keep in the state what was found, and read it: looked_at is 0 where nothing is kept. ERR_STATE,
 * ERR_NO_MEMORY. */
int access_note(struct store *store, const struct access *access, struct error *error);
int access_read(struct store *store, struct access *ret, struct error *error);

/* When the key becomes a problem. False: never, or it is one whatever the time. */
bool access_has_warning(const struct access_key *key, instant *ret_when);

#define ACCESS_TEXT_SIZE 512

/* What is wrong with the key at `now`, a sentence with what to do, written into `text`; NULL:
 * nothing. */
const char *access_problem(const struct access_key *key, instant now, char text[ACCESS_TEXT_SIZE]);

/* "the API key 'desk' of the agent's user expires on 2026-04-01", for a key of ACCESS_EXPIRES. */
char *access_expiry(const struct access_key *key, instant now, char text[ACCESS_TEXT_SIZE]);

#endif
