// SPDX-License-Identifier: Apache-2.0
// Compares one pointer with data_end and reads through another.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct iphdr *ip = data + sizeof(struct ethhdr);
    if ((void *)(ip + 1) > end)
        return XDP_DROP;
    struct udphdr *udp = (void *)ip + ip->ihl * 4;
    if ((void *)(ip + 2) > end)
        return XDP_DROP;
    return udp->dest == htons(53) ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
