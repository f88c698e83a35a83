// SPDX-License-Identifier: Apache-2.0
//
// Looks through stacked VLAN tags, as of a provider (802.1ad) around those of its customers (802.1Q). Counts frames by
// outermost and innermost VLAN; drops frames with more than 4 tags and those that end inside a tag.
//
//     weir program run vlan_tags.o --pcap headers.pcap
//
// Look for: map vlans has a key for each pair of VLANs, { outer = 0, inner = 0 } for frames without a tag.
#include "xdp.h"

#define MAX_TAGS 4
#define VID_MASK 0x0fff

struct vlans {
    __u16 outer;
    __u16 inner; // the same as outer with one tag
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, struct vlans);
    __type(value, __u64);
} vlans SEC(".maps");

static __always_inline int is_vlan(__be16 type) {
    return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

SEC("xdp")
int vlan_tags(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;

    struct vlans found = {};
    __be16 type = eth->h_proto;
    void *next = eth + 1;
    // The loop ends by itself after MAX_TAGS: whoever sends tags without end can't keep the program busy.
    for (int i = 0; i < MAX_TAGS && is_vlan(type); i++) {
        struct vlan_hdr *tag = next;
        if ((void *)(tag + 1) > end)
            return XDP_DROP;
        found.inner = bpf_ntohs(tag->h_vlan_TCI) & VID_MASK;
        if (i == 0)
            found.outer = found.inner;
        type = tag->h_vlan_encapsulated_proto;
        next = tag + 1;
    }
    if (is_vlan(type))
        return XDP_DROP;

    __u64 *frames = bpf_map_lookup_elem(&vlans, &found);
    if (frames) {
        __sync_fetch_and_add(frames, 1);
    } else {
        __u64 one = 1;
        bpf_map_update_elem(&vlans, &found, &one, BPF_ANY);
    }
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
