// SPDX-License-Identifier: Apache-2.0
/*
 * Counts the frames that a port gets, and the gaps in the running numbers of generator.c.
 *
 *     sink SOCKET [FRAMES [IDLE_MS]]           ends after so many frames, or when none came for so long
 */
#include "weir_shm.h"

#include <stdlib.h>

#define BATCH 64
#define NUMBER_AT 16

int main(int argc, char **argv) {
    struct weir_shm port;
    if (argc < 2 || weir_shm_connect(&port, argv[1])) {
        fprintf(stderr, "sink: %s\n", argc < 2 ? "usage: sink SOCKET [FRAMES [IDLE_MS]]" : port.error);
        return 1;
    }
    uint64_t limit = argc > 2 ? strtoull(argv[2], NULL, 0) : UINT64_MAX;
    int idle_ms = argc > 3 ? atoi(argv[3]) : -1;
    uint64_t frames = 0, bytes = 0, gaps = 0, expected = 0;
    printf("ready\n");
    fflush(stdout);
    while (frames < limit && weir_shm_wait(&port, idle_ms)) {
        uint32_t n = weir_shm_poll(&port, BATCH);
        for (uint32_t i = 0; i < n; i++) {
            const unsigned char *frame = weir_shm_frame(&port, i);
            uint64_t number = 0;
            if (weir_shm_length(&port, i) >= NUMBER_AT + sizeof number)
                memcpy(&number, frame + NUMBER_AT, sizeof number);
            gaps += number != expected;
            expected = number + 1;
            bytes += weir_shm_length(&port, i);
        }
        frames += n;
        weir_shm_release(&port, n);
    }
    weir_shm_close(&port);
    printf("frames %llu bytes %llu gaps %llu\n", (unsigned long long)frames, (unsigned long long)bytes,
           (unsigned long long)gaps);
    return 0;
}
