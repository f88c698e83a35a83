// SPDX-License-Identifier: Apache-2.0
//
// A bridge whose ports are the entries of a devmap, with a program for those that want one: it writes in every frame
// that leaves and drops one in 16.
#include "../../../../ebpf-engine/src/test/ebpf/weir_bpf.h"

#define BPF_MAP_TYPE_DEVMAP_HASH 25

struct station {
    __u8 address[6];
};

struct devmap_value {
    __u32 ifindex;
    int program;
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 256);
    __type(key, struct station);
    __type(value, __u32);
} stations SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, 4096);
    __type(key, __u32);
    __type(value, struct devmap_value);
} ports SEC(".maps");

SEC("xdp")
int live_bridge(struct xdp_md *ctx) {
    struct ethhdr *eth = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    struct station station;
    __builtin_memcpy(station.address, eth->h_source, 6);
    __u32 port = ctx->ingress_ifindex;
    bpf_map_update_elem(&stations, &station, &port, BPF_ANY);
    __builtin_memcpy(station.address, eth->h_dest, 6);
    __u32 *target = station.address[0] & 1 ? 0 : bpf_map_lookup_elem(&stations, &station);
    if (!target)
        return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
    return bpf_redirect_map(&ports, *target, XDP_PASS);
}

SEC("xdp/devmap")
int count_on_the_way_out(struct xdp_md *ctx) {
    struct ethhdr *eth = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    eth->h_proto = htons(ctx->egress_ifindex);
    return bpf_get_prandom_u32() % 16 == 0 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
