// SPDX-License-Identifier: Apache-2.0
// Maps as old libbpf defined them, struct bpf_map_def in SEC("maps"); programs in sections of free names.
#include "weir_bpf.h"

struct bpf_map_def {
    __u32 type;
    __u32 key_size;
    __u32 value_size;
    __u32 max_entries;
    __u32 map_flags;
};

struct bpf_map_def SEC("maps") rxcnt = {
    .type = BPF_MAP_TYPE_PERCPU_ARRAY,
    .key_size = sizeof(__u32),
    .value_size = sizeof(__u64),
    .max_entries = 256,
};

struct bpf_map_def SEC("maps") routes = {
    .type = BPF_MAP_TYPE_LPM_TRIE,
    .key_size = 8,
    .value_size = 4,
    .max_entries = 50,
    .map_flags = BPF_F_NO_PREALLOC,
};

SEC("xdp_router_ipv4")
int router(struct xdp_md *ctx) {
    __u64 key = ctx->rx_queue_index;
    __u32 *port = bpf_map_lookup_elem(&routes, &key);
    return port ? XDP_TX : XDP_PASS;
}

SEC("prog")
int count(struct xdp_md *ctx) {
    __u32 key = ctx->rx_queue_index;
    __u64 *value = bpf_map_lookup_elem(&rxcnt, &key);
    if (value)
        *value += 1;
    return XDP_DROP;
}

SEC("xdp_devmap/egress")
int egress(struct xdp_md *ctx) {
    return XDP_PASS;
}

__u32 _version SEC("version") = 0x60000;
LICENSE("GPL");
