// SPDX-License-Identifier: Apache-2.0
// Writes to a map that programs may only read.
#include "rejected.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __uint(map_flags, BPF_F_RDONLY_PROG);
    __type(key, __u32);
    __type(value, __u64);
} settings SEC(".maps");

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 key = 0;
    __u64 *value = bpf_map_lookup_elem(&settings, &key);
    if (!value)
        return XDP_DROP;
    key = *value;
    return key ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
