// SPDX-License-Identifier: Apache-2.0
// Maps as iproute2 defines them, struct bpf_elf_map: maps of maps by id, programs of a program array by section.
#include "weir_bpf.h"

struct bpf_elf_map {
    __u32 type;
    __u32 size_key;
    __u32 size_value;
    __u32 max_elem;
    __u32 flags;
    __u32 id;
    __u32 pinning;
    __u32 inner_id;
    __u32 inner_idx;
};

struct bpf_elf_map SEC("maps") inner = {
    .type = BPF_MAP_TYPE_ARRAY,
    .size_key = 4,
    .size_value = 8,
    .max_elem = 2,
    .id = 42,
    .inner_idx = 3,
};

struct bpf_elf_map SEC("maps") jumps = {
    .type = BPF_MAP_TYPE_PROG_ARRAY,
    .size_key = 4,
    .size_value = 4,
    .max_elem = 8,
    .id = 7,
    .pinning = 2,
};

struct bpf_elf_map SEC("maps") outer = {
    .type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
    .size_key = 4,
    .size_value = 4,
    .max_elem = 4,
    .inner_id = 42,
};

SEC("7/5")
int target(struct xdp_md *ctx) {
    return XDP_TX;
}

SEC("prog")
int entry(struct xdp_md *ctx) {
    __u32 key = 3;
    void *map = bpf_map_lookup_elem(&outer, &key);
    key = 1;
    __u64 *value = map ? bpf_map_lookup_elem(map, &key) : 0;
    if (value)
        *value += 1;
    bpf_tail_call(ctx, &jumps, 5);
    return XDP_PASS;
}

LICENSE("GPL");
