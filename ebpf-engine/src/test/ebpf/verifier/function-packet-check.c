// SPDX-License-Identifier: Apache-2.0
// A subprogram reads a packet that its caller did not check.
#include "rejected.h"

static __noinline int proto(void *data, void *end) {
    struct ethhdr *eth = data;
    if (data == end)
        return 0;
    return eth->h_proto;
}

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    return proto(data, end) == htons(ETH_P_IP) ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
