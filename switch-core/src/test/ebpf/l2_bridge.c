// SPDX-License-Identifier: Apache-2.0
//
// The least that a learning bridge does: looks up the source and, only where it is new or elsewhere, writes it; looks
// up the destination; floods what it does not know by XDP_PASS. For measuring.
#include "../../../../ebpf-engine/src/test/ebpf/weir_bpf.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __type(key, __u64);
    __type(value, __u32);
} stations SEC(".maps");

static __u64 address(const __u8 *bytes) {
    return (__u64) * (const __u32 *)bytes | (__u64) * (const __u16 *)(bytes + 4) << 32;
}

SEC("xdp")
int l2_bridge(struct xdp_md *ctx) {
    struct ethhdr *eth = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    __u32 port = ctx->ingress_ifindex;
    __u64 source = address(eth->h_source);
    __u32 *known = bpf_map_lookup_elem(&stations, &source);
    if (!known || *known != port)
        bpf_map_update_elem(&stations, &source, &port, BPF_ANY);
    __u64 destination = address(eth->h_dest);
    __u32 *target = bpf_map_lookup_elem(&stations, &destination);
    if (!target)
        return XDP_PASS;
    return *target == port ? XDP_DROP : bpf_redirect(*target, 0);
}

LICENSE("GPL");
