// SPDX-License-Identifier: Apache-2.0
//
// A tap: two ports are connected like the ends of a cable, and a third gets a copy of all that passes. XDP has no "send
// a copy" of its own, but a broadcast over a devmap makes one copy for each entry: to all but the ingress means to the
// other end and to the watcher. What the watcher sends is dropped.
//
// Ports 1 and 2 are the ends, port 3 watches:
//
//     weir program run mirror.o --pcap two_ports.pcapng --set cable:1=1 --set cable:2=2 --set cable:3=3 \
//         --set watcher:0=3
//
// Look for: every frame is redirected, to all ports of map cable but its own.
#include "xdp.h"

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, 3);
    __type(key, __u32);
    __type(value, __u32);
} cable SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} watcher SEC(".maps");

SEC("xdp")
int mirror(struct xdp_md *ctx) {
    __u32 zero = 0;
    __u32 *port = bpf_map_lookup_elem(&watcher, &zero);
    if (!port || *port == ctx->ingress_ifindex)
        return XDP_DROP;
    return bpf_redirect_map(&cable, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

char _license[] SEC("license") = "Dual BSD/GPL";
