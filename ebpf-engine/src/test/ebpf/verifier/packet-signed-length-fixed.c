// SPDX-License-Identifier: Apache-2.0
// Adds a signed number of the packet to a pointer: it may be negative.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (data + 18 > end)
        return XDP_DROP;
    __s64 length = *(__u8 *)(data + 14);
    __u8 *byte = data + length;
    if ((void *)(byte + 1) > end)
        return XDP_DROP;
    return *byte == 0 ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
