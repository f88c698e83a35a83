// SPDX-License-Identifier: Apache-2.0
// Reads in front of the packet.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    __u8 *byte = data;
    if (data + 14 > end)
        return XDP_DROP;
    return byte[-1] == 0 ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
