// SPDX-License-Identifier: Apache-2.0
// A global function must expect null: it is verified without its callers.
#include "rejected.h"

__noinline int first_byte(struct ethhdr *copy) {
    if (!copy)
        return 0;
    return copy->h_dest[0];
}

SEC("xdp")
int reject(struct xdp_md *ctx) {
    struct ethhdr copy = {};
    if (bpf_xdp_load_bytes(ctx, 0, &copy, sizeof(copy)))
        return XDP_DROP;
    return first_byte(&copy) & 1 ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
