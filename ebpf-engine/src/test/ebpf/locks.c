// SPDX-License-Identifier: Apache-2.0
// Where a spin lock may be: inside a struct of the value, among global data; and maps that have none.
#include "weir_bpf.h"

#define PRIVATE(name) SEC(".bss." #name) __hidden __attribute__((aligned(8)))

struct inner {
    __u32 before;
    struct bpf_spin_lock lock;
};

struct nested {
    __u64 count;
    struct inner inner;
};

struct two {
    struct bpf_spin_lock one;
    struct bpf_spin_lock other;
    __u64 count;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, struct nested);
} nested SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, struct two);
} two SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, struct nested);
} recent SEC(".maps");

PRIVATE(shared) __u64 total;
PRIVATE(shared) struct bpf_spin_lock total_lock;

SEC("xdp")
int locks(struct xdp_md *ctx) {
    __u32 key = 1;
    struct nested zero = {};
    bpf_map_update_elem(&nested, &key, &zero, 0);
    struct nested *value = bpf_map_lookup_elem(&nested, &key);
    if (!value)
        return XDP_ABORTED;
    bpf_spin_lock(&value->inner.lock);
    value->count++;
    bpf_spin_unlock(&value->inner.lock);
    bpf_spin_lock(&total_lock);
    total++;
    bpf_spin_unlock(&total_lock);
    return XDP_PASS;
}

/* Refused by the kernel: neither map has a lock that it knows. */
SEC("xdp")
int no_lock(struct xdp_md *ctx) {
    __u32 key = 1;
    struct two zero = {};
    bpf_map_update_elem(&two, &key, &zero, 0);
    struct two *value = bpf_map_lookup_elem(&two, &key);
    if (!value || bpf_map_lookup_elem(&recent, &key))
        return XDP_ABORTED;
    bpf_spin_lock(&value->one);
    value->count++;
    bpf_spin_unlock(&value->one);
    return XDP_PASS;
}

LICENSE("GPL");
