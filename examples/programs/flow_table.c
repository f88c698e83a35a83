// SPDX-License-Identifier: Apache-2.0
//
// Keeps a table of flows: packets, bytes, TCP flags, first and last time for each pair of addresses and ports, IPv4 and
// IPv6, each direction for itself. When the table is full the flow that was unseen for longest makes room.
//
//     weir program run flow_table.o --pcap sample.pcap
//
// Look for: map flows.
#include "xdp.h"

struct flow {
    __be32 source[4]; // an IPv4 address is ::ffff:a.b.c.d (RFC 4291, 2.5.5.2)
    __be32 dest[4];
    __be16 source_port;
    __be16 dest_port;
    __u8 protocol;
    __u8 zero[3];
};

struct flow_state {
    __u64 packets;
    __u64 bytes;
    __u64 first_nanos;
    __u64 last_nanos;
    __u8 tcp_flags; // all that were seen
    __u8 zero[7];
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, struct flow);
    __type(value, struct flow_state);
} flows SEC(".maps");

static __always_inline void map_v4(__be32 *to, __be32 address) {
    to[0] = 0;
    to[1] = 0;
    to[2] = __builtin_bswap32(0xffff);
    to[3] = address;
}

// The header behind IP's, or null; fills in what IP knows of the flow.
static __always_inline void *parse_ip(struct ethhdr *eth, void *end, struct flow *flow) {
    if (eth->h_proto == bpf_htons(ETH_P_IP)) {
        struct iphdr *ip = (void *)(eth + 1);
        if ((void *)(ip + 1) > end || ip->ihl < 5 || ip->frag_off & bpf_htons(IP_OFFSET))
            return 0;
        map_v4(flow->source, ip->saddr);
        map_v4(flow->dest, ip->daddr);
        flow->protocol = ip->protocol;
        return (void *)ip + ip->ihl * 4;
    }
    if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
        struct ipv6hdr *ip = (void *)(eth + 1);
        if ((void *)(ip + 1) > end)
            return 0;
        __builtin_memcpy(flow->source, ip->saddr, sizeof(flow->source));
        __builtin_memcpy(flow->dest, ip->daddr, sizeof(flow->dest));
        flow->protocol = ip->nexthdr;
        return ip + 1;
    }
    return 0;
}

SEC("xdp")
int flow_table(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_PASS;
    struct flow flow = {};
    void *transport = parse_ip(eth, end, &flow);
    if (!transport)
        return XDP_PASS;

    __u8 tcp_flags = 0;
    if (flow.protocol == IPPROTO_TCP || flow.protocol == IPPROTO_UDP) {
        struct ports *ports = transport;
        if ((void *)(ports + 1) > end)
            return XDP_PASS;
        flow.source_port = ports->source;
        flow.dest_port = ports->dest;
    }
    if (flow.protocol == IPPROTO_TCP) {
        __u8 *tcp = transport;
        if (tcp + sizeof(struct tcphdr) > (__u8 *)end)
            return XDP_PASS;
        tcp_flags = tcp[13];
    }

    __u64 now = bpf_ktime_get_ns();
    struct flow_state *state = bpf_map_lookup_elem(&flows, &flow);
    if (!state) {
        struct flow_state fresh = {.first_nanos = now};
        bpf_map_update_elem(&flows, &flow, &fresh, BPF_NOEXIST);
        state = bpf_map_lookup_elem(&flows, &flow);
        if (!state)
            return XDP_PASS;
    }
    // A flow comes in by one port, so one CPU at a time works on it; else these would have to be atomic.
    state->packets++;
    state->bytes += end - data;
    state->last_nanos = now;
    state->tcp_flags |= tcp_flags;
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
