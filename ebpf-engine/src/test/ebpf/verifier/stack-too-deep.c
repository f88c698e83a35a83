// SPDX-License-Identifier: Apache-2.0
// Two functions together use more than 512 bytes of stack.
#include "rejected.h"

static __noinline int leaf(struct xdp_md *ctx) {
    __u8 buffer[256];
    if (bpf_xdp_load_bytes(ctx, 0, buffer, sizeof(buffer)))
        return 0;
    return buffer[7];
}

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u8 buffer[300];
    if (bpf_xdp_load_bytes(ctx, 0, buffer, sizeof(buffer)))
        return XDP_DROP;
    return leaf(ctx) == buffer[7] ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
