/* thread.h - threads beside the main one, which alone gets the signals, and their timed waits. */
#ifndef QUALIODOO_UTIL_THREAD_H
#define QUALIODOO_UTIL_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts a thread that blocks all signals: they must interrupt the waits of the main thread. False,
 * with *ret_thread unset, when none can be started. The caller joins it. */
bool thread_start(pthread_t *ret_thread, void *(*run)(void *context), void *context);

/* Initialises a condition whose timed waits end at a time of CLOCK_MONOTONIC. Release it with
 * pthread_cond_destroy(). */
void thread_condition(pthread_cond_t *ret_condition);

#endif
