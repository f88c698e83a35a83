// SPDX-License-Identifier: Apache-2.0
// Multiplies a pointer.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    __u64 queue = ctx->rx_queue_index;
    __asm__ volatile("" : "+r"(data), "+r"(queue));
    __u64 product = queue * 3;
    return product >> 7 & 1 ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
