// SPDX-License-Identifier: Apache-2.0
//
// A whole bridge in one program: learns behind which port each source address is, sends frames to the port of their
// destination, and floods what has many destinations or an unknown one to all ports but the one it came from.
//
// The ports of the bridge are the entries of a devmap; keys and values are numbers of ports:
//
//     weir program run flood_bridge.o --pcap two_ports.pcapng --set ports:1=1 --set ports:2=2 --set ports:3=3
//
// Look for: the first frame, an ARP request, goes to all other ports; answers go to one.
#include "xdp.h"

struct station {
    __u8 address[6];
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH); // when full the station unseen for longest goes
    __uint(max_entries, 8192);
    __type(key, struct station);
    __type(value, __u32);
} stations SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} ports SEC(".maps");

SEC("xdp")
int flood_bridge(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;

    __u32 port = ctx->ingress_ifindex;
    struct station source;
    __builtin_memcpy(source.address, eth->h_source, sizeof(source.address));
    if (source.address[0] & 1) // no station has a group address
        return XDP_DROP;
    // Most frames are from a station that is where it was: then nothing is written.
    __u32 *known = bpf_map_lookup_elem(&stations, &source);
    if (!known || *known != port)
        bpf_map_update_elem(&stations, &source, &port, BPF_ANY);

    struct station dest;
    __builtin_memcpy(dest.address, eth->h_dest, sizeof(dest.address));
    __u32 *target = dest.address[0] & 1 ? 0 : bpf_map_lookup_elem(&stations, &dest);
    if (!target)
        return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
    if (*target == port)
        return XDP_DROP;
    return bpf_redirect_map(&ports, *target, XDP_DROP); // dropped when that port has left the bridge
}

char _license[] SEC("license") = "Dual BSD/GPL";
