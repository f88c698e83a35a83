// SPDX-License-Identifier: Apache-2.0
// Goes on where the packet is too short, and drops where it is not.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    return eth->h_proto == htons(ETH_P_IP) ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
