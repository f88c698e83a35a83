// SPDX-License-Identifier: Apache-2.0
// Compares one byte too few with data_end.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    __u8 *byte = data;
    if (data + 14 > end)
        return XDP_DROP;
    return byte[14] == 0x45 ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
