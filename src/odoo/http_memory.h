/* http_memory.h - the allocations of libcurl. */
#ifndef QUALIODOO_ODOO_HTTP_MEMORY_H
#define QUALIODOO_ODOO_HTTP_MEMORY_H

/* Starts libcurl with counted allocations, once per process. */
void http_memory_start(void);

/* The number of failed allocations of libcurl so far. */
unsigned long http_memory_failures(void);

#endif
