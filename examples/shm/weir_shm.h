/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client of a shared-memory port of a Weir switch (shm:NAME), in one C11 header for Linux.
 *
 *     struct weir_shm port;
 *     if (weir_shm_connect(&port, "/run/weir/a.sock"))
 *         die(port.error);
 *     while (weir_shm_wait(&port, 1000)) {               sleeps until the switch has sent something
 *         uint32_t n = weir_shm_poll(&port, 64);
 *         for (uint32_t i = 0; i < n; i++)
 *             look_at(weir_shm_frame(&port, i), weir_shm_length(&port, i));
 *         weir_shm_release(&port, n);                    the slots are the switch's again
 *     }
 *     weir_shm_close(&port);
 *
 * Sending is the same the other way round: weir_shm_room, weir_shm_slot, weir_shm_set_length, weir_shm_publish.
 *
 * Threads: one thread may send while another one receives. Nothing blocks but weir_shm_connect and weir_shm_wait.
 * The switch never waits for its client: what finds no free slot here is dropped there, as queue_full.
 *
 * Memory, all numbers little-endian:
 *
 *     0          ring to the switch     producer index (8), sleep of the consumer (8), at 128 consumer index (8),
 *                                       at 256 one word (8) a slot: the frame's length in its low 32 bits, above 0
 *     R          ring from the switch   the same; R = 256 + 8 * slots, up to the next page
 *     2 R        slots to the switch    slots * slot_bytes
 *     2 R + S    slots from the switch  the same; S = slots * slot_bytes, up to the next page
 *
 * Indices count words since the ring was made. Word i and slot i stand at i & (slots - 1); a frame starts at its slot's
 * first byte. The producer writes slot and word, then its index with release; the consumer reads that index with
 * acquire, uses word and slot, then writes its own index with release. A consumer that goes to sleep writes a number
 * that differs from sleep to sleep, also after a wake-up that brought nothing, makes a full fence and looks once more; a producer makes a full fence behind its
 * index, and sends one byte over the socket for each such number that it meets.
 */
#ifndef WEIR_SHM_H
#define WEIR_SHM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* MSG_CMSG_CLOEXEC; include this header before all others, or define it yourself */
#endif

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WEIR_SHM_MAGIC UINT64_C(0x006d687372696577) /* "weirshm" and a NUL */
#define WEIR_SHM_VERSION UINT32_C(1)
#define WEIR_SHM_ANSWER_MS 5000 /* how long weir_shm_connect waits for the switch */

/* What the client says first. */
struct weir_shm_hello {
    uint64_t magic;
    uint32_t version;
    uint32_t zero;
};

/* What the switch answers; the memory's descriptor comes with it when status is 0. */
struct weir_shm_welcome {
    uint64_t magic;
    uint32_t version;
    uint32_t status; /* 0 connected, 1 busy, 2 unknown version, 3 quarantined, 4 no resources */
    uint32_t slots;
    uint32_t slot_bytes;
    uint32_t mtu_bytes;
    uint32_t zero;
    uint64_t memory_bytes;
    char text[120]; /* why it refused */
};

/* One direction. */
struct weir_shm_ring {
    _Atomic uint64_t *producer;
    _Atomic uint64_t *sleep;
    _Atomic uint64_t *consumer;
    uint64_t *words;
    unsigned char *slots;
    uint64_t position; /* this side's own index */
    uint64_t seen;     /* the other side's, as last read */
};

/* A connection. Fields are for reading: fd (to poll), slots, slot_bytes, mtu_bytes, error. */
struct weir_shm {
    int fd;
    uint32_t slots;      /* frames that fit into each direction */
    uint32_t slot_bytes; /* longest frame */
    uint32_t mtu_bytes;
    struct weir_shm_ring out;
    struct weir_shm_ring in;
    unsigned char *memory;
    uint64_t memory_bytes;
    uint64_t woken; /* sleep of the switch that it was last woken from */
    uint64_t naps;
    char error[200];
};

/* ---- connecting ------------------------------------------------------------------------------------------- */

static inline uint64_t weir_shm_pages_(uint64_t bytes) {
    return (bytes + 4095) & ~UINT64_C(4095);
}

static inline void weir_shm_ring_(struct weir_shm_ring *ring, unsigned char *bytes, unsigned char *slots) {
    ring->producer = (_Atomic uint64_t *)(void *)bytes;
    ring->sleep = (_Atomic uint64_t *)(void *)(bytes + 8);
    ring->consumer = (_Atomic uint64_t *)(void *)(bytes + 128);
    ring->words = (uint64_t *)(void *)(bytes + 256);
    ring->slots = slots;
    ring->position = 0;
    ring->seen = 0;
}

static inline int weir_shm_fail_(struct weir_shm *port, const char *what, const char *why) {
    snprintf(port->error, sizeof port->error, "%s: %s", what, why);
    if (port->fd >= 0)
        close(port->fd);
    port->fd = -1;
    return -1;
}

/* Receives the welcome and the descriptor; -1 as the descriptor when none came. */
static inline ssize_t weir_shm_answer_(int fd, struct weir_shm_welcome *welcome, int *passed) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec vector = {.iov_base = welcome, .iov_len = sizeof *welcome};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_LEN(sizeof(int));
    *passed = -1;
    ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *first = n < 0 ? NULL : CMSG_FIRSTHDR(&message);
    if (first && first->cmsg_level == SOL_SOCKET && first->cmsg_type == SCM_RIGHTS)
        memcpy(passed, CMSG_DATA(first), sizeof(int));
    return n;
}

/*
 * Connects to the port whose socket is at path, and waits for the switch's answer.
 * Returns 0, or -1 with the reason in port->error: nobody listens there, the port has a client already, ...
 */
static inline int weir_shm_connect(struct weir_shm *port, const char *path) {
    memset(port, 0, sizeof *port);
    port->fd = -1;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return weir_shm_fail_(port, path, "path is too long");
    strcpy(address.sun_path, path);
    port->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (port->fd < 0)
        return weir_shm_fail_(port, "socket", strerror(errno));
    if (connect(port->fd, (struct sockaddr *)&address, sizeof address))
        return weir_shm_fail_(port, path, strerror(errno));
    struct weir_shm_hello hello = {.magic = WEIR_SHM_MAGIC, .version = WEIR_SHM_VERSION};
    if (send(port->fd, &hello, sizeof hello, MSG_NOSIGNAL) != (ssize_t)sizeof hello)
        return weir_shm_fail_(port, path, strerror(errno));

    struct pollfd answered = {.fd = port->fd, .events = POLLIN};
    struct weir_shm_welcome welcome = {0};
    int memory;
    if (poll(&answered, 1, WEIR_SHM_ANSWER_MS) <= 0)
        return weir_shm_fail_(port, path, "no answer");
    if (weir_shm_answer_(port->fd, &welcome, &memory) != (ssize_t)sizeof welcome ||
        welcome.magic != WEIR_SHM_MAGIC || welcome.version != WEIR_SHM_VERSION || (welcome.status == 0) != (memory >= 0)) {
        if (memory >= 0)
            close(memory);
        return weir_shm_fail_(port, path, "answered what is no welcome of this version");
    }
    if (welcome.status != 0) {
        welcome.text[sizeof welcome.text - 1] = 0;
        return weir_shm_fail_(port, path, welcome.text);
    }
    void *mapped = mmap(NULL, welcome.memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, memory, 0);
    close(memory);
    if (mapped == MAP_FAILED)
        return weir_shm_fail_(port, "mmap", strerror(errno));

    port->memory = mapped;
    port->memory_bytes = welcome.memory_bytes;
    port->slots = welcome.slots;
    port->slot_bytes = welcome.slot_bytes;
    port->mtu_bytes = welcome.mtu_bytes;
    uint64_t ring = weir_shm_pages_(256 + 8 * (uint64_t)welcome.slots);
    uint64_t area = weir_shm_pages_((uint64_t)welcome.slots * welcome.slot_bytes);
    weir_shm_ring_(&port->out, port->memory, port->memory + 2 * ring);
    weir_shm_ring_(&port->in, port->memory + ring, port->memory + 2 * ring + area);
    return 0;
}

/* Leaves the port. What was published before is still forwarded. */
static inline void weir_shm_close(struct weir_shm *port) {
    if (port->memory)
        munmap(port->memory, port->memory_bytes);
    if (port->fd >= 0)
        close(port->fd);
    port->memory = NULL;
    port->fd = -1;
}

/* Whether the switch still holds the connection; one system call. */
static inline bool weir_shm_connected(const struct weir_shm *port) {
    struct pollfd state = {.fd = port->fd};
    return poll(&state, 1, 0) <= 0 || !(state.revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* ---- sending ---------------------------------------------------------------------------------------------- */

/* Slots that can be written now, counted up to enough. */
static inline uint32_t weir_shm_room(struct weir_shm *port, uint32_t enough) {
    struct weir_shm_ring *ring = &port->out;
    uint64_t room = port->slots - (ring->position - ring->seen);
    if (room < enough) {
        ring->seen = atomic_load_explicit(ring->consumer, memory_order_acquire);
        room = port->slots - (ring->position - ring->seen);
        if (room > port->slots)
            room = 0; /* the switch has left and taken its memory back */
    }
    return room < enough ? (uint32_t)room : enough;
}

/* First byte of the index-th free slot; index below weir_shm_room. */
static inline void *weir_shm_slot(struct weir_shm *port, uint32_t index) {
    return port->out.slots + ((port->out.position + index) & (port->slots - 1)) * port->slot_bytes;
}

/* Says how many bytes the frame in the index-th free slot has, at most slot_bytes. */
static inline void weir_shm_set_length(struct weir_shm *port, uint32_t index, uint32_t bytes) {
    port->out.words[(port->out.position + index) & (port->slots - 1)] = bytes;
}

/* Sends the first count free slots, whose lengths were set, and wakes the switch if it sleeps. */
static inline void weir_shm_publish(struct weir_shm *port, uint32_t count) {
    struct weir_shm_ring *ring = &port->out;
    ring->position += count;
    atomic_store_explicit(ring->producer, ring->position, memory_order_release);
    atomic_thread_fence(memory_order_seq_cst); /* pairs with the switch's between its announcement and its last look */
    uint64_t sleep = atomic_load_explicit(ring->sleep, memory_order_acquire);
    if (sleep != 0 && sleep != port->woken) {
        port->woken = sleep;
        ssize_t sent = send(port->fd, "w", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        (void)sent; /* a switch that is gone shows elsewhere */
    }
}

/* ---- receiving -------------------------------------------------------------------------------------------- */

/* Frames that are there, oldest first, counted up to max; they stay until weir_shm_release. */
static inline uint32_t weir_shm_poll(struct weir_shm *port, uint32_t max) {
    struct weir_shm_ring *ring = &port->in;
    uint64_t ready = ring->seen - ring->position;
    if (ready < max) {
        ring->seen = atomic_load_explicit(ring->producer, memory_order_acquire);
        ready = ring->seen - ring->position;
    }
    if (ready > port->slots) {
        ring->seen = ring->position; /* the switch has left and taken its memory back */
        ready = 0;
    }
    return ready < max ? (uint32_t)ready : max;
}

/* First byte of the index-th polled frame. */
static inline const void *weir_shm_frame(const struct weir_shm *port, uint32_t index) {
    return port->in.slots + ((port->in.position + index) & (port->slots - 1)) * port->slot_bytes;
}

/* Bytes of the index-th polled frame. */
static inline uint32_t weir_shm_length(const struct weir_shm *port, uint32_t index) {
    return (uint32_t)port->in.words[(port->in.position + index) & (port->slots - 1)];
}

/* Gives the oldest count polled frames back to the switch. */
static inline void weir_shm_release(struct weir_shm *port, uint32_t count) {
    port->in.position += count;
    atomic_store_explicit(port->in.consumer, port->in.position, memory_order_release);
}

/* Sleeps until a frame is there; false when the time is over, or the switch has left and nothing is there. */
static inline bool weir_shm_wait(struct weir_shm *port, int timeout_ms) {
    for (;;) {
        /* A wake-up may come late and bring nothing, and there is one for each number only: every sleep has its own. */
        atomic_store_explicit(port->in.sleep, ++port->naps, memory_order_release);
        atomic_thread_fence(memory_order_seq_cst); /* pairs with the switch's between its publish and its look */
        if (weir_shm_poll(port, 1) > 0)
            break;
        struct pollfd woken = {.fd = port->fd, .events = POLLIN};
        char byte;
        if (poll(&woken, 1, timeout_ms) <= 0 || recv(port->fd, &byte, 1, MSG_DONTWAIT) == 0)
            break;
    }
    atomic_store_explicit(port->in.sleep, 0, memory_order_release);
    return weir_shm_poll(port, 1) > 0;
}

#endif
