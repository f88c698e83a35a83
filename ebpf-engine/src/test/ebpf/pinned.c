// SPDX-License-Identifier: Apache-2.0
// A map that objects share by name, on a NUMA node, and one of its own.
#include "weir_bpf.h"

#define LIBBPF_PIN_NONE 0
#define LIBBPF_PIN_BY_NAME 1
#define BPF_F_NUMA_NODE 4

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
    __uint(map_flags, BPF_F_NUMA_NODE);
    __uint(numa_node, 1);
    __uint(pinning, LIBBPF_PIN_BY_NAME);
} shared SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
    __uint(pinning, LIBBPF_PIN_NONE);
} own SEC(".maps");

SEC("xdp")
int pinned(struct xdp_md *ctx) {
    __u32 key = 0;
    __u64 *value = bpf_map_lookup_elem(&shared, &key);
    __u64 *other = bpf_map_lookup_elem(&own, &key);
    if (!value || !other)
        return XDP_ABORTED;
    *value += 1;
    *other += 1;
    return XDP_PASS;
}

LICENSE("GPL");
