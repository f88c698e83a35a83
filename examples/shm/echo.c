// SPDX-License-Identifier: Apache-2.0
/*
 * Sends every frame back to where it came from, until the switch leaves or nothing came for a while.
 *
 *     echo SOCKET [IDLE_MS]
 */
#include "weir_shm.h"

#include <stdlib.h>

#define MAC_BYTES 6
#define BATCH 64

/* Copies a frame with its two addresses exchanged. */
static void turn_round(unsigned char *to, const unsigned char *from, uint32_t length) {
    memcpy(to, from + MAC_BYTES, MAC_BYTES);
    memcpy(to + MAC_BYTES, from, MAC_BYTES);
    memcpy(to + 2 * MAC_BYTES, from + 2 * MAC_BYTES, length - 2 * MAC_BYTES);
}

int main(int argc, char **argv) {
    struct weir_shm port;
    if (argc < 2 || weir_shm_connect(&port, argv[1])) {
        fprintf(stderr, "echo: %s\n", argc < 2 ? "usage: echo SOCKET [IDLE_MS]" : port.error);
        return 1;
    }
    int idle_ms = argc > 2 ? atoi(argv[2]) : -1;
    unsigned long frames = 0;
    while (weir_shm_wait(&port, idle_ms)) {
        uint32_t room = weir_shm_room(&port, BATCH);
        uint32_t n = weir_shm_poll(&port, room);
        for (uint32_t i = 0; i < n; i++) {
            turn_round(weir_shm_slot(&port, i), weir_shm_frame(&port, i), weir_shm_length(&port, i));
            weir_shm_set_length(&port, i, weir_shm_length(&port, i));
        }
        weir_shm_publish(&port, n);
        weir_shm_release(&port, n);
        frames += n;
    }
    weir_shm_close(&port);
    printf("echoed %lu frames\n", frames);
    return 0;
}
