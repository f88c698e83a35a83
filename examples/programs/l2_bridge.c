// SPDX-License-Identifier: Apache-2.0
//
// The learning bridge that VALE has built in, as a program: a table of 1024 slots that addresses are hashed to, the
// last one to come owns a slot. Frames to many destinations and to unknown ones go to all ports but the one they came
// from. ../vale/l2_bridge.c is the same for VALE-BPF. The ports are the entries of a devmap:
//
//     weir program run l2_bridge.o --pcap two_ports.pcapng --set ports:1=1 --set ports:2=2
//
// An entry is one word, address and port together, 0 without: written and read at once, so that no other worker sees
// a half of it.
#include "xdp.h"

#define SLOTS 1024
#define ADDRESS 0xffffffffffffULL // 48 bits of an entry; the port is above
#define PORT_SHIFT 48

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SLOTS);
    __type(key, __u32);
    __type(value, __u64);
} stations SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, __u32);
} ports SEC(".maps");

// Upper bits of a product, which all bits of the address bear upon.
static __always_inline __u32 slot_of(__u64 address) {
    return (address * 0x9e3779b97f4a7c15ULL) >> 54; // 10 bits
}

SEC("xdp")
int l2_bridge(struct xdp_md *ctx) {
    __u8 *frame = (void *)(long)ctx->data;
    __u8 *end = (void *)(long)ctx->data_end;
    if (frame + sizeof(struct ethhdr) > end)
        return XDP_DROP;
    __u64 dest = *(__u64 *)frame & ADDRESS;
    __u64 source = *(__u64 *)(frame + 4) >> 16;

    if (!(frame[6] & 1)) { // no station has a group address
        __u32 slot = slot_of(source);
        __u64 entry = source | (__u64)ctx->ingress_ifindex << PORT_SHIFT;
        __u64 *known = bpf_map_lookup_elem(&stations, &slot);
        if (!known)
            return XDP_DROP;
        if (*known != entry) // mostly it is there: then nothing is written
            *known = entry;
    }

    if (!(frame[0] & 1)) {
        __u32 slot = slot_of(dest);
        __u64 *known = bpf_map_lookup_elem(&stations, &slot);
        if (!known)
            return XDP_DROP;
        __u64 entry = *known;
        if (entry && (entry & ADDRESS) == dest)
            return bpf_redirect_map(&ports, entry >> PORT_SHIFT, XDP_DROP);
    }
    return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

char _license[] SEC("license") = "Dual BSD/GPL";
