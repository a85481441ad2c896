/* request.h - what an HTTP request is answered, whatever connection it comes by; internal to the
 * agent. Strict: a request whose end two servers may see at different places is answered with 400
 * and its connection closed, since a proxy in front may have taken its tail for another request. */
#ifndef QUALIODOO_AGENT_REQUEST_H
#define QUALIODOO_AGENT_REQUEST_H

#include <microhttpd.h>

#include "listener.h"

/* What answers need. The secret belongs to the caller. */
struct requests {
    struct listener_handler handler;
    char *secret;       /* NULL: no hook is served */
    int64_t hooks_used; /* until when the hooks of the last second were allowed: a leaky bucket */
};

/* The MHD_AccessHandlerCallback; `context` is a struct requests. Called when the headers are there,
 * for each part of the body, and at its end; *state is NULL at first, and for request_free(). */
enum MHD_Result request_part(void *context, struct MHD_Connection *connection, const char *path,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **state);
void request_free(void *state); /* NULL is allowed */

#endif
