// SPDX-License-Identifier: Apache-2.0
// A size that may be 0 for a helper that wants 1 or more.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (data + 18 > end)
        return XDP_DROP;
    __u32 bytes = *(__u32 *)(data + 14);
    __u8 buffer[16] = {0};
    if (bytes == 0 || bytes > 16)
        return XDP_DROP;
    return bpf_xdp_load_bytes(ctx, 0, buffer, bytes) ? XDP_DROP : buffer[0] & 1;
}

LICENSE("GPL");
