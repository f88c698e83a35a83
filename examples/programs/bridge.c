// SPDX-License-Identifier: Apache-2.0
//
// A learning bridge: remembers behind which port each source address is, and sends frames to the port of their
// destination. What it does not know it passes on: in a switch, learning and flooding come next.
//
//     weir program run bridge.o --pcap two_ports.pcapng
#include "xdp.h"

struct station {
    __u8 address[6];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct station);
    __type(value, __u32);
} stations SEC(".maps");

SEC("xdp")
int bridge(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;

    __u32 port = ctx->ingress_ifindex;
    struct station station;
    __builtin_memcpy(station.address, eth->h_source, 6);
    if (station.address[0] & 1) // no station has a group address
        return XDP_DROP;
    bpf_map_update_elem(&stations, &station, &port, BPF_ANY);

    __builtin_memcpy(station.address, eth->h_dest, 6);
    __u32 *target = bpf_map_lookup_elem(&stations, &station);
    if (!target)
        return XDP_PASS;
    if (*target == port)
        return XDP_DROP;
    return bpf_redirect(*target, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
