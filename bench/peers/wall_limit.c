/* The least that a wall can cost: one write(2) of the same bytes to each viewer, fifteen times a
   second, as bench/media_wall.py asks it. Reads nothing, waits for whoever does not read. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RATE 15
#define HEADER 28
#define LONGEST 1000000

static unsigned char *held;
static size_t held_bytes, place;
static unsigned seq;
static unsigned char message[LONGEST];

static double cpu(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void put(unsigned char *to, unsigned value) {
    value = htonl(value);
    memcpy(to, &value, 4);
}

/* The next frame as a whole WebSocket message; its length. */
static size_t build(void) {
    if (place >= held_bytes) place = 0;
    unsigned length;
    memcpy(&length, held + place + 1, 4);
    length = ntohl(length);
    size_t body = HEADER + length, head = body < 126 ? 2 : body < 65536 ? 4 : 10;
    memset(message, 0, head + HEADER);
    message[0] = 0x82;
    message[1] = head == 2 ? body : head == 4 ? 126 : 127;
    if (head == 4) message[2] = body >> 8, message[3] = body & 0xff;
    if (head == 10) put(message + 6, (unsigned)body);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    unsigned char *header = message + head;
    header[0] = 1, header[1] = held[place], header[2] = 1;
    put(header + 4, 1);
    put(header + 12, seq++);
    put(header + 24, (unsigned)(now.tv_sec * 1000ull + now.tv_nsec / 1000000));
    memcpy(header + HEADER, held + place + 5, length);
    place += 5 + length;
    return head + body;
}

static void write_all(int line, const unsigned char *bytes, size_t length) {
    while (length > 0) {
        ssize_t taken = write(line, bytes, length);
        if (taken < 0) exit(1);
        bytes += taken;
        length -= (size_t)taken;
    }
}

static void play(const int *lines, int viewers, int count) {
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (int number = 0; number < count; number++) {
        size_t length = build();
        for (int i = 0; i < viewers; i++) write_all(lines[i], message, length);
        due.tv_nsec += 1000000000 / RATE;
        if (due.tv_nsec >= 1000000000) due.tv_nsec -= 1000000000, due.tv_sec++;
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {}
    }
}

int main(int count, char **words) {
    if (count != 3) return 1;
    int viewers = atoi(words[2]);
    FILE *source = fopen(words[1], "rb");
    held = malloc(1 << 24);
    if (source == NULL || held == NULL) return 1;
    held_bytes = fread(held, 1, 1 << 24, source);
    int *lines = calloc((size_t)viewers, sizeof *lines);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (lines == NULL || bind(listener, (struct sockaddr *)&here, size) != 0 ||
        listen(listener, 1024) != 0 || getsockname(listener, (struct sockaddr *)&here, &size) != 0)
        return 1;
    printf("%d\n", ntohs(here.sin_port));
    fflush(stdout);
    for (int i = 0; i < viewers; i++) lines[i] = accept(listener, NULL, NULL);

    char order[64];
    while (fgets(order, sizeof order, stdin) != NULL) {
        int frames;
        if (sscanf(order, "play %d", &frames) == 1) {
            play(lines, viewers, frames);
            puts("done");
        } else {
            printf("%.6f\n", cpu());
        }
        fflush(stdout);
    }
    return 0;
}
