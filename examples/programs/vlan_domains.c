// SPDX-License-Identifier: Apache-2.0
//
// Divides a switch into broadcast domains: a broadcast or multicast reaches the ports of its own domain only. Each
// domain is a devmap of its ports; an array of maps finds it by number. What goes to one station passes on, to the
// switch's own forwarding. Ports without a domain are shut.
//
// Ports 1 and 2 are in domain 0, port 3 is in domain 1:
//
//     weir program run vlan_domains.o --pcap two_ports.pcapng --set domain_of_port:1=0 --set domain_of_port:2=0 \
//         --set domain_of_port:3=1 --set domain_0:1=1 --set domain_0:2=2 --set domain_1:3=3
//
// Look for: the broadcast from port 1 is redirected to map domain_0, so to port 2, never to port 3.
#include "xdp.h"

#define PORTS_PER_DOMAIN 64

struct domain {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, PORTS_PER_DOMAIN);
    __type(key, __u32);
    __type(value, __u32);
} domain_0 SEC(".maps"), domain_1 SEC(".maps"), domain_2 SEC(".maps"), domain_3 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, __u32);
    __array(values, struct domain);
} domains SEC(".maps") = {
    .values = {&domain_0, &domain_1, &domain_2, &domain_3},
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, __u32);
} domain_of_port SEC(".maps");

SEC("xdp")
int vlan_domains(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;

    __u32 port = ctx->ingress_ifindex;
    __u32 *number = bpf_map_lookup_elem(&domain_of_port, &port);
    if (!number)
        return XDP_DROP;
    if (!(eth->h_dest[0] & 1))
        return XDP_PASS;
    void *domain = bpf_map_lookup_elem(&domains, number);
    if (!domain)
        return XDP_DROP;
    return bpf_redirect_map(domain, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

char _license[] SEC("license") = "Dual BSD/GPL";
