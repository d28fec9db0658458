/* Writes numbered lines of 100 bytes to standard output, a page at a time, and then notes in a file how many nanoseconds that took. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
    enum { line = 100, lines = 40 };
    static char page[line * lines + 1];
    long long count = argc == 3 ? atoll(argv[1]) : 0, begun = now();
    for (long long number = 0; number < count;) {
        int filled = 0;
        for (; filled < lines && number < count; filled++, number++) {
            memset(page + filled * line, 'x', line);
            page[filled * line + sprintf(page + filled * line, "%012lld ", number)] = 'x';
            page[filled * line + line - 1] = '\n';
        }
        for (int at = 0; at < filled * line;) {
            ssize_t written = write(1, page + at, filled * line - at);
            if (written < 0)
                return 1;
            at += written;
        }
    }
    FILE *result = argc == 3 ? fopen(argv[2], "w") : NULL;
    if (!result)
        return 1;
    fprintf(result, "%lld\n", now() - begun);
    fclose(result);
    /* Whoever ends is restarted by some. */
    for (;;)
        pause();
}
