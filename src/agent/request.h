/* request.h - checks and answers HTTP requests; internal to the agent.
 *
 * Requests whose end two servers may see at different places are answered with 400, and their
 * connection is closed: a proxy in front may have taken the rest for another request. */
#ifndef QUALIODOO_AGENT_REQUEST_H
#define QUALIODOO_AGENT_REQUEST_H

#include <microhttpd.h>

#include "listener.h"

/* What the answers depend on. The listener owns the secret. */
struct requests {
    struct listener_handler handler;
    char *secret;       /* NULL: no hook is served */
    int64_t hooks_used; /* leaky bucket of the hooks: the time (ms) until which it is used up */
};

/* The MHD_AccessHandlerCallback, with libmicrohttpd's parameters; `context` is a struct requests.
 * libmicrohttpd calls it when the headers are complete, for each part of the body, and at its end.
 * *state is NULL at the first call; what it holds afterwards is freed with request_free(). */
enum MHD_Result request_part(void *context, struct MHD_Connection *connection, const char *path,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **state);
void request_free(void *state); /* NULL is allowed */

#endif
