// SPDX-License-Identifier: Apache-2.0
// Goes on with a pointer from before bpf_xdp_adjust_head.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (data + 14 > end)
        return XDP_DROP;
    if (bpf_xdp_adjust_head(ctx, -4))
        return XDP_DROP;
    __asm__ volatile("" : "+r"(data));
    end = (void *)(long)ctx->data_end;
    if (data + 14 > end)
        return XDP_DROP;
    return *(__u8 *)data == 0 ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
