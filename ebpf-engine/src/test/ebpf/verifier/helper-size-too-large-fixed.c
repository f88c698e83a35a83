// SPDX-License-Identifier: Apache-2.0
// Lets a helper write more than the buffer holds.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u8 buffer[16];
    if (bpf_xdp_load_bytes(ctx, 0, buffer, 16))
        return XDP_DROP;
    return buffer[15] ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
