// SPDX-License-Identifier: Apache-2.0
/*
 * Sends broadcast frames from 02:00:00:00:00:01 with a running number, as fast as the switch takes them.
 *
 *     generator SOCKET [FRAMES [BYTES]]        0 frames: until it is stopped
 */
#include "weir_shm.h"

#include <sched.h>
#include <stdlib.h>

#define BATCH 64
#define NUMBER_AT 16
#define SHORTEST 24

static const unsigned char head[] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* to everybody */
    0x02, 0, 0, 0, 0, 1,                /* from us */
    0x88, 0xb5,                         /* an experimental type, IEEE 802 */
};

int main(int argc, char **argv) {
    struct weir_shm port;
    if (argc < 2 || weir_shm_connect(&port, argv[1])) {
        fprintf(stderr, "generator: %s\n", argc < 2 ? "usage: generator SOCKET [FRAMES [BYTES]]" : port.error);
        return 1;
    }
    uint64_t frames = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
    uint32_t bytes = argc > 3 ? (uint32_t)atoi(argv[3]) : 64;
    if (bytes < SHORTEST || bytes > port.slot_bytes) {
        fprintf(stderr, "generator: frames have %d to %u bytes\n", SHORTEST, port.slot_bytes);
        return 1;
    }
    uint64_t sent = 0;
    while (frames == 0 || sent < frames) {
        uint32_t n = weir_shm_room(&port, BATCH);
        if (frames != 0 && n > frames - sent)
            n = (uint32_t)(frames - sent);
        for (uint32_t i = 0; i < n; i++) {
            unsigned char *frame = weir_shm_slot(&port, i);
            uint64_t number = sent + i;
            memcpy(frame, head, sizeof head);
            memset(frame + sizeof head, 0, bytes - sizeof head);
            memcpy(frame + NUMBER_AT, &number, sizeof number);
            weir_shm_set_length(&port, i, bytes);
        }
        if (n > 0)
            weir_shm_publish(&port, n);
        else if (weir_shm_connected(&port))
            sched_yield();
        else
            break;
        sent += n;
    }
    weir_shm_close(&port);
    printf("sent %llu frames\n", (unsigned long long)sent);
    return 0;
}
