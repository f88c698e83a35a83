// SPDX-License-Identifier: Apache-2.0
// Returns on one path with the lock held.
#include "rejected.h"

struct guarded {
    struct bpf_spin_lock lock;
    __u32 count;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct guarded);
} guarded SEC(".maps");

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 zero = 0;
    struct guarded *value = bpf_map_lookup_elem(&guarded, &zero);
    if (!value)
        return XDP_DROP;
    bpf_spin_lock(&value->lock);
    if (value->count++ == 7) {
        value->count = 0;
        return XDP_DROP;
    }
    bpf_spin_unlock(&value->lock);
    return XDP_PASS;
}

LICENSE("GPL");
