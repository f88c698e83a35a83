// SPDX-License-Identifier: Apache-2.0
// Opens UDP port 7000 to sources that sent to 7001, 7002, 7003 in this order (LRU hash, subprograms).
#include "weir_bpf.h"

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 128);
    __type(key, __be32);
    __type(value, __u32);
} progress SEC(".maps");

static __noinline __u32 next_stage(__u32 stage, __u16 port) {
    if (port == 7001 + stage)
        return stage + 1;
    return port == 7001 ? 1 : 0;
}

static __noinline int knock(__be32 source, __u16 port) {
    __u32 *stage = bpf_map_lookup_elem(&progress, &source);
    __u32 known = stage ? *stage : 0;
    if (port == 7000)
        return known == 3 ? XDP_PASS : XDP_DROP;
    __u32 next = known == 3 ? 3 : next_stage(known, port);
    bpf_map_update_elem(&progress, &source, &next, BPF_ANY);
    return XDP_DROP;
}

SEC("xdp")
int port_knock(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    struct udphdr *udp = (void *)(ip + 1);
    if ((void *)(udp + 1) > end || eth->h_proto != htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP || ip->ihl != 5)
        return XDP_PASS;
    __u16 port = ntohs(udp->dest);
    if (port < 7000 || port > 7003)
        return XDP_PASS;
    return knock(ip->saddr, port);
}

LICENSE("GPL");
