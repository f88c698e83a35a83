// SPDX-License-Identifier: Apache-2.0
//
// Counts frames by the protocol inside IPv4 and IPv6, 0 for all others, and drops them: parsing and one counter.
// ../vale/pkt_count.c is the same for VALE-BPF.
//
//     weir program run pkt_count.o --pcap sample.pcap
#include "xdp.h"

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, __u64);
} packets SEC(".maps");

static __always_inline __u32 protocol_of(struct ethhdr *eth, void *end) {
    if (eth->h_proto == bpf_htons(ETH_P_IP)) {
        struct iphdr *ip = (void *)(eth + 1);
        return (void *)(ip + 1) > end ? 0 : ip->protocol;
    }
    if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
        struct ipv6hdr *ip = (void *)(eth + 1);
        return (void *)(ip + 1) > end ? 0 : ip->nexthdr;
    }
    return 0;
}

SEC("xdp")
int pkt_count(struct xdp_md *ctx) {
    struct ethhdr *eth = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    __u32 protocol = protocol_of(eth, end);
    __u64 *counter = bpf_map_lookup_elem(&packets, &protocol);
    if (counter)
        (*counter)++; // this worker's own
    return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
