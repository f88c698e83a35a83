// SPDX-License-Identifier: Apache-2.0
// Updates a devmap, which only control code may.
#include "rejected.h"

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u32);
} ports SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u32);
} numbers SEC(".maps");

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 key = 1;
    __u32 value = ctx->ingress_ifindex;
    bpf_map_update_elem(&numbers, &key, &value, BPF_ANY);
    return XDP_PASS;
}

LICENSE("GPL");
