// SPDX-License-Identifier: Apache-2.0
// Learning bridge: remembers the port of each source address, redirects known destinations, passes the rest.
#include "weir_bpf.h"

struct mac {
    __u8 bytes[6];
    __u16 vlan;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct mac);
    __type(value, __u32);
} fdb SEC(".maps");

SEC("xdp")
int bridge(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    __u32 port = ctx->ingress_ifindex;
    struct mac key = {};
    __builtin_memcpy(key.bytes, eth->h_source, 6);
    if (!(key.bytes[0] & 1))
        bpf_map_update_elem(&fdb, &key, &port, BPF_ANY);
    __builtin_memcpy(key.bytes, eth->h_dest, 6);
    __u32 *target = bpf_map_lookup_elem(&fdb, &key);
    if (!target)
        return XDP_PASS;
    if (*target == port)
        return XDP_DROP;
    return bpf_redirect(*target, 0);
}

LICENSE("GPL");
