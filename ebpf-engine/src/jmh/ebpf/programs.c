// SPDX-License-Identifier: Apache-2.0
//
// Programs whose speed is measured. Built for eBPF by clang, and by gcc for this machine (native.c).
#ifndef NATIVE
#include "../../test/ebpf/weir_bpf.h"
#endif

struct mac {
    __u8 bytes[6];
    __u16 vlan;
};

struct flow {
    __be32 source;
    __be32 destination;
    __be16 source_port;
    __be16 destination_port;
    __u32 protocol;
};

struct counter {
    __u64 packets;
    __u64 bytes;
};

#ifndef NATIVE
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, struct mac);
    __type(value, __u32);
} fdb SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, struct flow);
    __type(value, struct counter);
} flows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, struct counter);
} protocols SEC(".maps");
#endif

SEC("xdp")
int nologic(struct xdp_md *ctx) {
    return XDP_DROP;
}

SEC("xdp")
int pkt_count(struct xdp_md *ctx) {
    __u32 key = 0;
    struct counter *counter = bpf_map_lookup_elem(&protocols, &key);
    if (counter)
        counter->packets++;
    return XDP_PASS;
}

// 5-tuple of IPv4, below up to two VLAN tags: a counter by protocol in an array, one by flow in a hash.
SEC("xdp")
int parser(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    __be16 proto = eth->h_proto;
    void *next = eth + 1;
    for (int i = 0; i < 2; i++) {
        if (proto != htons(ETH_P_8021Q) && proto != htons(ETH_P_8021AD))
            break;
        struct vlan_hdr *vlan = next;
        if ((void *)(vlan + 1) > end)
            return XDP_DROP;
        proto = vlan->proto;
        next = vlan + 1;
    }
    if (proto != htons(ETH_P_IP))
        return XDP_PASS;
    struct iphdr *ip = next;
    if ((void *)(ip + 1) > end || ip->version != 4 || ip->ihl < 5)
        return XDP_DROP;
    struct flow flow = {.source = ip->saddr, .destination = ip->daddr, .protocol = ip->protocol};
    if (ip->protocol == IPPROTO_TCP || ip->protocol == IPPROTO_UDP) {
        struct udphdr *ports = next + ip->ihl * 4;
        if ((void *)(ports + 1) > end)
            return XDP_DROP;
        flow.source_port = ports->source;
        flow.destination_port = ports->dest;
    }
    __u64 bytes = end - data;
    __u32 protocol = ip->protocol;
    struct counter *counter = bpf_map_lookup_elem(&protocols, &protocol);
    if (counter) {
        counter->packets++;
        counter->bytes += bytes;
    }
    counter = bpf_map_lookup_elem(&flows, &flow);
    if (!counter)
        return XDP_PASS;
    counter->packets++;
    counter->bytes += bytes;
    return XDP_TX;
}

// Learning bridge that writes the source's port for each frame.
SEC("xdp")
int bridge_always(struct xdp_md *ctx) {
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

// The same, writing only when the port is another one.
SEC("xdp")
int bridge_change(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    __u32 port = ctx->ingress_ifindex;
    struct mac key = {};
    __builtin_memcpy(key.bytes, eth->h_source, 6);
    if (!(key.bytes[0] & 1)) {
        __u32 *known = bpf_map_lookup_elem(&fdb, &key);
        if (!known || *known != port)
            bpf_map_update_elem(&fdb, &key, &port, BPF_ANY);
    }
    __builtin_memcpy(key.bytes, eth->h_dest, 6);
    __u32 *target = bpf_map_lookup_elem(&fdb, &key);
    if (!target)
        return XDP_PASS;
    if (*target == port)
        return XDP_DROP;
    return bpf_redirect(*target, 0);
}

#ifndef NATIVE
LICENSE("GPL");
#endif
