/* progress.c - the progress line, and the thread that draws it.
 *
 *   IDLE --progress_step--> RUNNING --progress_end--> IDLE
 *
 * The thread exists while RUNNING. `mutex` guards the state and the terminal: only its holder may
 * print. The thread is started and joined under `starter`, never under `mutex`, which the thread
 * needs in order to end. */
#include "qualiodoo/util/progress.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "qualiodoo/util/screen.h"
#include "qualiodoo/util/thread.h"

enum {
    FRAME_MS = 200,
    WAITED_TOLD_MS = 2000, /* a step without a total that lasts longer shows its seconds */
    REST_TOLD_MS = 1000,   /* a speed measured over less time is a guess */
    COLUMNS_BY_DEFAULT = 80,
    TEXT_SIZE = 400,
    LINE_SIZE = TEXT_SIZE + 160,
};

static pthread_mutex_t starter = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended;
static pthread_t thread;

static struct {
    bool off, running, ending;
    size_t shown; /* columns of the line on the terminal; 0: none */
    unsigned frame;
    int64_t began_ms;        /* when the work began */
    int part, parts;         /* 0: no parts */
    char what[TEXT_SIZE];    /* the step */
    const char *unit;        /* of its count, or NULL */
    int64_t done, total;     /* total 0: not known */
    int64_t step_ms;         /* when it began */
    int64_t first, first_ms; /* its count when it was first told, and when */
} line;

/* The system's clock, not clock.c: the person who watches waits in real time, also where tests let
 * the program's clock run faster. */
static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- The text ---- */

static bool is_known(void)
{
    return line.unit && line.total > 0;
}

/* Adds the time left, estimated from the speed so far: "about 12 min left". */
static void add_rest(char *text, size_t size)
{
    int64_t made = line.done - line.first, spent_ms = now_ms() - line.first_ms;
    int64_t left_s;

    if (made <= 0 || line.done >= line.total || spent_ms < REST_TOLD_MS)
        return;
    left_s = (int64_t)((double)spent_ms / 1000 * (double)(line.total - line.done) / (double)made);
    if (left_s < 60)
        snprintf(text, size, ", about %lld s left", (long long)left_s + 1);
    else if (left_s < 5940)
        snprintf(text, size, ", about %lld min left", (long long)(left_s + 30) / 60);
    else
        snprintf(text, size, ", about %lld h left", (long long)(left_s + 1800) / 3600);
}

static void describe(char text[LINE_SIZE])
{
    static const char spinner[] = "|/-\\";
    char part[32] = "", count[64] = "", rest[48] = "";
    int64_t waited_ms = now_ms() - line.step_ms;

    if (line.parts)
        snprintf(part, sizeof part, "[%d of %d] ", line.part, line.parts);
    if (is_known())
        snprintf(count, sizeof count, ": %lld of %lld %s", (long long)line.done,
                 (long long)line.total, line.unit);
    else if (line.unit && line.done)
        snprintf(count, sizeof count, ": %lld %s", (long long)line.done, line.unit);
    if (is_known())
        add_rest(rest, sizeof rest);
    else if (waited_ms >= WAITED_TOLD_MS)
        snprintf(rest, sizeof rest, " (%lld s)", (long long)waited_ms / 1000);
    snprintf(text, LINE_SIZE, "%c %s%s%s%s", spinner[line.frame++ % 4], part, line.what, count,
             rest);
}

/* ---- The terminal: every function here needs `mutex` ---- */

static bool is_dumb(void)
{
    const char *type = getenv("TERM");

    return type && strcmp(type, "dumb") == 0;
}

static void erase(void)
{
    if (!line.shown)
        return;
    if (is_dumb())
        fprintf(stderr, "\r%*s\r", (int)line.shown, "");
    else
        fputs("\r\033[K", stderr);
    fflush(stderr);
    line.shown = 0;
}

/* A background job must not write over what is typed at the shell's prompt. */
static bool in_foreground(void)
{
    pid_t group = tcgetpgrp(STDERR_FILENO);

    return group < 0 || group == getpgrp();
}

/* Draws the line with one write, so that it does not flicker. */
static void draw(void)
{
    size_t columns = screen_columns(stderr), size = 0, before = line.shown;
    char text[LINE_SIZE], *bytes = NULL;
    FILE *memory;

    if (!in_foreground() || !(memory = open_memstream(&bytes, &size)))
        return;
    describe(text);
    /* The last column stays empty: writing there may move the cursor to the next row. */
    columns = columns > 1 ? columns - 1 : COLUMNS_BY_DEFAULT - 1;
    putc('\r', memory);
    line.shown = screen_print_cut(text, columns, memory);
    if (!is_dumb())
        fputs("\033[K", memory);
    else if (before > line.shown && before <= columns)
        fprintf(memory, "%*s", (int)(before - line.shown), "");
    if (fclose(memory) == 0)
        fwrite(bytes, 1, size, stderr);
    free(bytes);
}

/* ---- The thread ---- */

static void *run(void *unused)
{
    int64_t next_ms = line.began_ms + PROGRESS_DELAY_MS;

    (void)unused;
    pthread_mutex_lock(&mutex);
    while (!line.ending) {
        struct timespec until = {.tv_sec = next_ms / 1000, .tv_nsec = next_ms % 1000 * 1000000};

        if (now_ms() < next_ms) {
            pthread_cond_timedwait(&ended, &mutex, &until);
            continue;
        }
        draw();
        next_ms = now_ms() + FRAME_MS;
    }
    erase();
    pthread_mutex_unlock(&mutex);
    return NULL;
}

/* Starts the thread. A failure is ignored: there is only no line. */
static void start(void)
{
    pthread_mutex_lock(&starter);
    if (!line.running && !line.off && isatty(STDERR_FILENO)) {
        line.ending = false;
        line.began_ms = now_ms();
        thread_condition(&ended);
        line.running = thread_start(&thread, run, NULL);
        if (!line.running)
            pthread_cond_destroy(&ended);
    }
    pthread_mutex_unlock(&starter);
}

void progress_end(void)
{
    progress_part(0, 0);
    pthread_mutex_lock(&starter);
    if (line.running) {
        pthread_mutex_lock(&mutex);
        line.ending = true;
        pthread_cond_signal(&ended);
        pthread_mutex_unlock(&mutex);
        pthread_join(thread, NULL);
        pthread_cond_destroy(&ended);
        line.running = false;
    }
    pthread_mutex_unlock(&starter);
}

void progress_off(void)
{
    progress_end();
    pthread_mutex_lock(&starter);
    line.off = true;
    pthread_mutex_unlock(&starter);
}

/* ---- What the caller reports ---- */

void progress_step(const char *format, ...)
{
    va_list arguments;

    pthread_mutex_lock(&mutex);
    va_start(arguments, format);
    vsnprintf(line.what, sizeof line.what, format, arguments);
    va_end(arguments);
    line.unit = NULL;
    line.done = line.total = 0;
    line.step_ms = now_ms();
    pthread_mutex_unlock(&mutex);
    start();
}

void progress_part(int number, int total)
{
    pthread_mutex_lock(&mutex);
    line.part = number;
    line.parts = total;
    pthread_mutex_unlock(&mutex);
}

void progress_count(const char *unit, int64_t done, int64_t total)
{
    pthread_mutex_lock(&mutex);
    if (!line.unit) {
        line.first = done;
        line.first_ms = now_ms();
    }
    line.unit = unit;
    line.done = done;
    line.total = total;
    pthread_mutex_unlock(&mutex);
}

void progress_add(int64_t more)
{
    pthread_mutex_lock(&mutex);
    if (line.unit && !line.total)
        line.done += more;
    pthread_mutex_unlock(&mutex);
}

void progress_hold(void)
{
    pthread_mutex_lock(&mutex);
    erase();
}

void progress_release(void)
{
    pthread_mutex_unlock(&mutex);
}
