// SPDX-License-Identifier: Apache-2.0
//
// A monitor port: the switch goes on learning and forwarding, and one port gets a copy of every frame that meets a
// rule, here of one protocol. What the monitor sends is dropped. Uses what only a Weir switch has (weir.h).
#include "../../../../examples/programs/xdp.h"

#include "../../../../examples/programs/weir.h"

struct rule {
    __u32 port;  // of the monitor; 0 for none
    __u32 proto; // type of the frame, as in the header; 0 for all
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct rule);
} rules SEC(".maps");

SEC("xdp")
int monitor(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    __u32 zero = 0;
    struct rule *rule = bpf_map_lookup_elem(&rules, &zero);
    if (!rule || !rule->port)
        return XDP_PASS;
    if (rule->port == ctx->ingress_ifindex)
        return XDP_DROP;
    if (!rule->proto || rule->proto == bpf_ntohs(eth->h_proto))
        weir_clone(ctx, rule->port);
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
