// SPDX-License-Identifier: Apache-2.0
// Maps of maps with contents from the start, and maps with every kind of field.
#include "weir_bpf.h"

struct inner_map {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} first SEC(".maps"), second SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 8);
    __uint(key_size, 4);
    __array(values, struct inner_map);
} table SEC(".maps") = {
    .values = {[1] = &first, [6] = &second},
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 16);
    __type(key, __u32);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_HASH);
            __uint(max_entries, 32);
            __uint(map_flags, BPF_F_NO_PREALLOC);
            __type(key, __u64);
            __type(value, __u16);
        });
} empty SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
    __uint(max_entries, 100);
    __uint(value_size, 4);
    __ulong(map_extra, 3);
    __uint(pinning, 1);
    __uint(numa_node, 0);
} bloom SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(int));
    __uint(value_size, sizeof(int));
} events SEC(".maps");

SEC("xdp")
int map_in_map(struct xdp_md *ctx) {
    __u32 slot = ctx->ingress_ifindex;
    void *map = bpf_map_lookup_elem(&table, &slot);
    if (!map)
        return XDP_DROP;
    __u32 key = 2;
    __u64 *value = bpf_map_lookup_elem(map, &key);
    if (!value)
        return XDP_ABORTED;
    __sync_fetch_and_add(value, slot);
    bpf_perf_event_output(ctx, &events, 0xffffffffULL, &slot, sizeof(slot));
    return bpf_map_lookup_elem(&empty, &slot) ? XDP_TX : XDP_PASS;
}

LICENSE("GPL");
