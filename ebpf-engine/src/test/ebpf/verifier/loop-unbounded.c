// SPDX-License-Identifier: Apache-2.0
// Loops as often as the packet says.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (data + 18 > end)
        return XDP_DROP;
    __u32 rounds = *(__u32 *)(data + 14);
    __u32 sum = 0;
    for (__u32 i = 0; i < rounds; i++)
        sum += bpf_get_prandom_u32();
    return sum & 1 ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
