// SPDX-License-Identifier: Apache-2.0
// Gives a helper a pointer to the packet where it wants the context.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (data + 14 > end)
        return XDP_DROP;
    return bpf_xdp_adjust_head(ctx, 4) ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
