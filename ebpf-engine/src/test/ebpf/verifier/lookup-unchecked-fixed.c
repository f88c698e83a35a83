// SPDX-License-Identifier: Apache-2.0
// Uses the result of a lookup without asking whether it is null.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 key = ctx->rx_queue_index;
    __u64 *count = bpf_map_lookup_elem(&counts, &key);
    if (!count)
        return XDP_DROP;
    *count += 1;
    return XDP_PASS;
}

LICENSE("GPL");
