// SPDX-License-Identifier: Apache-2.0
// Allows an index that is one too large.
#include "rejected.h"

struct table {
    __u8 slots[16];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct table);
} tables SEC(".maps");

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (data + 16 > end)
        return XDP_DROP;
    __u32 zero = 0;
    struct table *table = bpf_map_lookup_elem(&tables, &zero);
    if (!table)
        return XDP_DROP;
    __u32 index = *(__u16 *)data;
    if (index > 15)
        return XDP_DROP;
    return table->slots[index] ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
