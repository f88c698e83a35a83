// SPDX-License-Identifier: Apache-2.0
// Reads a part of a field of the context, which is read as a whole or not at all.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 queue = *(volatile __u32 *)&ctx->rx_queue_index;
    return queue == 7 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
