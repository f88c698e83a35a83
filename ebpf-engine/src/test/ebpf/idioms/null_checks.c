// SPDX-License-Identifier: Apache-2.0
// Results of lookups whose check for null goes another way: through a copy, by a flag, by two at once, in a function.
// The queue's number is looked up, and next to it another key, which may not be there.
#include "../weir_bpf.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

static __noinline __u64 *find(__u32 key) {
    return bpf_map_lookup_elem(&counts, &key);
}

SEC("xdp")
int null_checks(struct xdp_md *ctx) {
    __u32 key = ctx->rx_queue_index;
    __u64 *first = bpf_map_lookup_elem(&counts, &key);
    __u64 *copy = first;
    if (copy)
        *first += 1;

    __u32 other = key + 1;
    __u64 *second = bpf_map_lookup_elem(&counts, &other);
    int both = first && second;
    if (both)
        *second += *first;

    __u64 *either = second ? second : first;
    if (!either)
        return XDP_DROP;
    *either += 100;

    __u64 *third = find(key + 2);
    if (third)
        *third = *either;
    return third ? XDP_TX : XDP_PASS;
}

LICENSE("GPL");
