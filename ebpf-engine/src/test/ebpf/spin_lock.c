// SPDX-License-Identifier: Apache-2.0
// A token bucket per port under a spin lock: passes as long as there are tokens.
#include "weir_bpf.h"

struct bucket {
    struct bpf_spin_lock lock;
    __u32 tokens;
    __u64 passed;
    __u64 dropped;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 8);
    __type(key, __u32);
    __type(value, struct bucket);
} buckets SEC(".maps");

SEC("xdp")
int limit(struct xdp_md *ctx) {
    __u32 key = ctx->ingress_ifindex & 7;
    struct bucket *bucket = bpf_map_lookup_elem(&buckets, &key);
    if (!bucket)
        return XDP_ABORTED;
    int action = XDP_DROP;
    bpf_spin_lock(&bucket->lock);
    if (bucket->tokens > 0) {
        bucket->tokens--;
        bucket->passed++;
        action = XDP_PASS;
    } else {
        bucket->dropped++;
    }
    bpf_spin_unlock(&bucket->lock);
    return action;
}

LICENSE("GPL");
