// SPDX-License-Identifier: Apache-2.0
// Pushes an 802.1Q tag (number in a global variable), or pops one; counts in .bss.
#include "weir_bpf.h"

const volatile __u16 vlan_id = 100;
__u64 pushed;
__u64 popped;
static __u64 untouched = 1;

SEC("xdp")
int vlan_push(struct xdp_md *ctx) {
    struct ethhdr saved;
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (data + sizeof(saved) > end)
        return XDP_DROP;
    __builtin_memcpy(&saved, data, sizeof(saved));
    if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct vlan_hdr)))
        return XDP_ABORTED;
    data = (void *)(long)ctx->data;
    end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct vlan_hdr *vlan = (void *)(eth + 1);
    if ((void *)(vlan + 1) > end)
        return XDP_ABORTED;
    vlan->tci = htons(vlan_id);
    vlan->proto = saved.h_proto;
    __builtin_memcpy(eth, &saved, 12);
    eth->h_proto = htons(ETH_P_8021Q);
    pushed++;
    return XDP_PASS;
}

SEC("xdp")
int vlan_pop(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct vlan_hdr *vlan = (void *)(eth + 1);
    if ((void *)(vlan + 1) > end || eth->h_proto != htons(ETH_P_8021Q)) {
        untouched++;
        return XDP_PASS;
    }
    struct ethhdr saved = *eth;
    saved.h_proto = vlan->proto;
    if (bpf_xdp_adjust_head(ctx, sizeof(*vlan)))
        return XDP_ABORTED;
    data = (void *)(long)ctx->data;
    end = (void *)(long)ctx->data_end;
    eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_ABORTED;
    *eth = saved;
    popped++;
    return XDP_PASS;
}

LICENSE("GPL");
