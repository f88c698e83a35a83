// SPDX-License-Identifier: Apache-2.0
// Counts packets and bytes by protocol in a per-CPU array; drops what is cut short.
#include "weir_bpf.h"

struct counter {
    __u64 packets;
    __u64 bytes;
};

enum protocol { OTHER, IPV4, IPV6, TCP, UDP, VLAN, PROTOCOLS };

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, PROTOCOLS);
    __type(key, enum protocol);
    __type(value, struct counter);
} counters SEC(".maps");

static __always_inline void count(enum protocol protocol, __u64 bytes) {
    struct counter *counter = bpf_map_lookup_elem(&counters, &protocol);
    if (counter) {
        counter->packets++;
        counter->bytes += bytes;
    }
}

SEC("xdp")
int parser_counters(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    __u64 bytes = end - data;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    __be16 proto = eth->h_proto;
    void *next = eth + 1;
    if (proto == htons(ETH_P_8021Q) || proto == htons(ETH_P_8021AD)) {
        struct vlan_hdr *vlan = next;
        if ((void *)(vlan + 1) > end)
            return XDP_DROP;
        count(VLAN, bytes);
        proto = vlan->proto;
        next = vlan + 1;
    }
    __u8 l4 = 0;
    if (proto == htons(ETH_P_IP)) {
        struct iphdr *ip = next;
        if ((void *)(ip + 1) > end)
            return XDP_DROP;
        count(IPV4, bytes);
        l4 = ip->protocol;
    } else if (proto == htons(ETH_P_IPV6)) {
        struct ipv6hdr *ip = next;
        if ((void *)(ip + 1) > end)
            return XDP_DROP;
        count(IPV6, bytes);
        l4 = ip->nexthdr;
    } else {
        count(OTHER, bytes);
    }
    if (l4 == IPPROTO_TCP)
        count(TCP, bytes);
    else if (l4 == IPPROTO_UDP)
        count(UDP, bytes);
    return XDP_PASS;
}

LICENSE("GPL");
