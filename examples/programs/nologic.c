// SPDX-License-Identifier: Apache-2.0
//
// Sends every frame to port 1 without a look at it: what is left is the cost of running a program and of a redirect.
// ../vale/nologic.c is the same for VALE-BPF.
//
//     weir program run nologic.o --pcap sample.pcap
#include "xdp.h"

SEC("xdp")
int nologic(struct xdp_md *ctx) {
    (void)ctx;
    return bpf_redirect(1, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
