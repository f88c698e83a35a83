// SPDX-License-Identifier: Apache-2.0
//
// Forgets to compare with data_end. The kernel does not load it; here one sees where it goes wrong:
//
//     weir program run no_bounds_check.o --pcap sample.pcap
#include "xdp.h"

SEC("xdp")
int no_bounds_check(struct xdp_md *ctx) {
    __u8 *packet = (void *)(long)ctx->data;
    if (packet[2000] == 0)
        return XDP_DROP;
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
