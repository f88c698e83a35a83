// SPDX-License-Identifier: Apache-2.0
// Indexes a buffer on the stack with a number of the packet.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (data + 18 > end)
        return XDP_DROP;
    volatile __u8 buffer[16] = {0};
    __u32 index = *(__u32 *)data;
    buffer[index] = 1;
    return buffer[3] ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
