// SPDX-License-Identifier: Apache-2.0
// Asks whether one result is null and uses another.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 key = ctx->rx_queue_index;
    __u64 *first = bpf_map_lookup_elem(&counts, &key);
    key++;
    __u64 *second = bpf_map_lookup_elem(&counts, &key);
    if (!first)
        return XDP_DROP;
    *second += 1;
    return first ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
