/* zygote.c - the build for tests as a process that waits to be forked: tests/zygote.py.
 *
 * The program is started some ten thousand times by its tests, and a quarter of their time went
 * into loading its fifty libraries. With $QUALIODOO_ZYGOTE, the number of a connected
 * SOCK_SEQPACKET, it loads them once. Each message is a run, whose working directory, arguments and
 * environment end with NUL each, with three descriptors for its input and outputs. The answer to it
 * is two messages: its process id, then its status as waitpid() gives it. Without the variable the
 * program runs as it always does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGE_MAX (200 << 10)
#define STRINGS_MAX 1000

int program_main(int argc, char **argv); /* main() of src/main.c */
int main(int argc, char **argv);

struct run {
    char text[MESSAGE_MAX]; /* "argc\0cwd\0" and the strings */
    char *arguments[STRINGS_MAX], *environment[STRINGS_MAX];
    int argc, files[3];
    const char *folder;
};

/* False at the end of the connection, or when a message is none of zygote.py's. */
static _Bool receive(int connection, struct run *run)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof run->files)];
    } control;
    struct iovec part = {.iov_base = run->text, .iov_len = sizeof run->text - 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t size = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *files = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    char *at = run->text, *end = run->text + size;
    int count = 0, others = 0;

    if (!files || files->cmsg_len != CMSG_LEN(sizeof run->files))
        return 0;
    memcpy(run->files, CMSG_DATA(files), sizeof run->files);
    *end = '\0';
    run->argc = atoi(at);
    at += strlen(at) + 1;
    run->folder = at;
    for (at += strlen(at) + 1; at < end; at += strlen(at) + 1)
        if (count < run->argc)
            run->arguments[count++] = at;
        else if (others < STRINGS_MAX - 1)
            run->environment[others++] = at;
    run->arguments[count] = run->environment[others] = NULL;
    return count == run->argc;
}

static int begin(int connection, struct run *run)
{
    extern char **environ;

    close(connection);
    for (int i = 0; i < 3; i++) {
        if (dup2(run->files[i], i) < 0)
            return 127;
        close(run->files[i]);
    }
    environ = run->environment;
    if (chdir(run->folder) < 0)
        return 127;
    return program_main(run->argc, run->arguments);
}

static void serve(int connection)
{
    static struct run run;

    while (receive(connection, &run)) {
        pid_t pid = fork();
        int status = 0;

        if (pid == 0)
            exit(begin(connection, &run));
        for (int i = 0; i < 3; i++)
            close(run.files[i]);
        if (pid < 0 || send(connection, &pid, sizeof pid, 0) < 0)
            return;
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        if (send(connection, &status, sizeof status, 0) < 0)
            return;
    }
}

int main(int argc, char **argv)
{
    const char *connection = getenv("QUALIODOO_ZYGOTE");

    if (!connection)
        return program_main(argc, argv);
    serve(atoi(connection));
    return 0;
}
