// SPDX-License-Identifier: Apache-2.0
//
// Counts packets and bytes by protocol, drops frames that are too short for what they claim to be.
//
//     weir program run counters.o --pcap sample.pcap
#include "xdp.h"

enum protocol { OTHER, ARP, IPV4, IPV6, TCP, UDP, VLAN, TOO_SHORT, PROTOCOLS };

struct counter {
    __u64 packets;
    __u64 bytes;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, PROTOCOLS);
    __type(key, enum protocol);
    __type(value, struct counter);
} counters SEC(".maps");

static inline __attribute__((always_inline)) void count(enum protocol protocol, __u64 bytes) {
    struct counter *counter = bpf_map_lookup_elem(&counters, &protocol);
    if (counter) {
        counter->packets++;
        counter->bytes += bytes;
    }
}

SEC("xdp")
int count_protocols(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    __u64 bytes = end - data;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        goto too_short;
    __be16 type = eth->h_proto;
    void *next = eth + 1;
    if (type == bpf_htons(ETH_P_8021Q)) {
        struct vlan_hdr *vlan = next;
        if ((void *)(vlan + 1) > end)
            goto too_short;
        count(VLAN, bytes);
        type = vlan->h_vlan_encapsulated_proto;
        next = vlan + 1;
    }

    __u8 transport = 0;
    if (type == bpf_htons(ETH_P_IP)) {
        struct iphdr *ip = next;
        if ((void *)(ip + 1) > end)
            goto too_short;
        count(IPV4, bytes);
        transport = ip->protocol;
    } else if (type == bpf_htons(ETH_P_IPV6)) {
        struct ipv6hdr *ip = next;
        if ((void *)(ip + 1) > end)
            goto too_short;
        count(IPV6, bytes);
        transport = ip->nexthdr;
    } else {
        count(type == bpf_htons(ETH_P_ARP) ? ARP : OTHER, bytes);
    }
    if (transport == IPPROTO_TCP)
        count(TCP, bytes);
    if (transport == IPPROTO_UDP)
        count(UDP, bytes);
    return XDP_PASS;

too_short:
    count(TOO_SHORT, bytes);
    return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
