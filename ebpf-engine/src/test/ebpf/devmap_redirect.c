// SPDX-License-Identifier: Apache-2.0
// Redirects to the devmap entry that the last byte of the destination address names; group addresses go to
// all entries but the ingress. A second program, for devmap entries, rewrites the source address.
#include "weir_bpf.h"

struct devmap_value {
    __u32 ifindex;
    int program;
};

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP);
    __uint(max_entries, 32);
    __type(key, __u32);
    __type(value, struct devmap_value);
} ports SEC(".maps");

SEC("xdp")
int devmap_redirect(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    if (eth->h_dest[0] & 1)
        return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
    return bpf_redirect_map(&ports, eth->h_dest[5] & 31, XDP_PASS);
}

SEC("xdp/devmap")
int devmap_egress(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    eth->h_source[0] = 2;
    eth->h_source[5] = ctx->egress_ifindex;
    return XDP_PASS;
}

LICENSE("GPL");
