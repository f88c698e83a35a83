// SPDX-License-Identifier: Apache-2.0
//
// Sends every frame to port 1 without a look at it: what is left is the cost of running a program at all. One of the
// three programs that VALE-BPF was measured with; ../programs/nologic.c is the same for XDP.
//
//     weir program run nologic.o --pcap ../programs/sample.pcap
#include "vale_bpf.h"

uint32_t nologic(struct vale_bpf_md *md) {
    (void)md;
    return 1;
}
