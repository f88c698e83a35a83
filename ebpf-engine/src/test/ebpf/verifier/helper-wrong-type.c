// SPDX-License-Identifier: Apache-2.0
// Gives a helper a pointer to the stack where it wants a map.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 key = 1;
    __u64 *count = bpf_map_lookup_elem(&key, &key);
    return count ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
