// SPDX-License-Identifier: Apache-2.0
//
// Leaves 4 bytes of metadata for the program that comes next.
#include "../../../../ebpf-engine/src/test/ebpf/weir_bpf.h"

static long (*const bpf_xdp_adjust_meta)(struct xdp_md *ctx, int delta) = (void *)54;

SEC("xdp")
int metadata(struct xdp_md *ctx) {
    if (bpf_xdp_adjust_meta(ctx, -4))
        return XDP_ABORTED;
    void *data = (void *)(long)ctx->data;
    __u32 *meta = (void *)(long)ctx->data_meta;
    if ((void *)(meta + 1) > data)
        return XDP_ABORTED;
    *meta = 0x600df00d;
    return XDP_PASS;
}

LICENSE("GPL");
