// SPDX-License-Identifier: Apache-2.0
//
// Drops TCP and UDP over IPv4 to the ports in a map, and counts what it dropped. The map is empty at first:
//
//     weir program run drop_port.o --pcap sample.pcap --set blocked_ports:53=0
#include "xdp.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 256);
    __type(key, __u16);
    __type(value, __u64);
} blocked_ports SEC(".maps");

SEC("xdp")
int drop_port(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;
    if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
        return XDP_PASS;
    if (ip->frag_off & bpf_htons(0x1fff)) // later fragments have no ports
        return XDP_PASS;
    struct ports *ports = (void *)ip + ip->ihl * 4;
    if (ip->ihl < 5 || (void *)(ports + 1) > end)
        return XDP_DROP;

    __u16 port = bpf_ntohs(ports->dest);
    __u64 *dropped = bpf_map_lookup_elem(&blocked_ports, &port);
    if (!dropped)
        return XDP_PASS;
    __sync_fetch_and_add(dropped, 1);
    return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
