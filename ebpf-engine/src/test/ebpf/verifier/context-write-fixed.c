// SPDX-License-Identifier: Apache-2.0
// Writes to a field of the context.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 queue = ctx->rx_queue_index;
    queue += 1;
    return queue == 7 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
