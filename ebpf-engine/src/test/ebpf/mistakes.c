// SPDX-License-Identifier: Apache-2.0
// Common mistakes that the verifier refuses, each with what works instead; docs/verifier.md explains them.
#include "weir_bpf.h"

static void (*const bpf_ringbuf_discard)(void *data, __u64 flags) = (void *)133;

struct counters {
    __u64 packets[16];
};

struct flow {
    __u8 protocol;
    __u32 address;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct counters);
} counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct flow);
    __type(value, __u64);
} flows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u32);
} jumps SEC(".maps");

SEC("xdp")
int packet_bounds_wrong(struct xdp_md *ctx) {
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = (void *)(long)ctx->data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(eth + 1) > end)
        return XDP_PASS;
    return	ip->protocol == IPPROTO_UDP ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int packet_bounds_right(struct xdp_md *ctx) {
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = (void *)(long)ctx->data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end)
        return XDP_PASS;
    return ip->protocol == IPPROTO_UDP ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int null_pointer_wrong(struct xdp_md *ctx) {
    struct flow flow = {};
    __u64 *value = bpf_map_lookup_elem(&flows, &flow);
    *value += 1;
    return XDP_PASS;
}

SEC("xdp")
int null_pointer_right(struct xdp_md *ctx) {
    struct flow flow = {};
    __u64 *value = bpf_map_lookup_elem(&flows, &flow);
    if (!value)
        return XDP_PASS;
    *value += 1;
    return XDP_PASS;
}

SEC("xdp")
int value_bounds_wrong(struct xdp_md *ctx) {
    __u32 key = 0;
    struct counters *value = bpf_map_lookup_elem(&counters, &key);
    __u32 queue = ctx->rx_queue_index;
    if (!value || queue > 16)
        return XDP_PASS;
    value->packets[queue]++;
    return XDP_PASS;
}

SEC("xdp")
int value_bounds_right(struct xdp_md *ctx) {
    __u32 key = 0;
    struct counters *value = bpf_map_lookup_elem(&counters, &key);
    __u32 queue = ctx->rx_queue_index;
    if (!value || queue >= 16)
        return XDP_PASS;
    value->packets[queue]++;
    return XDP_PASS;
}

SEC("xdp")
int unbounded_offset_wrong(struct xdp_md *ctx) {
    __u32 key = 0;
    struct counters *value = bpf_map_lookup_elem(&counters, &key);
    if (!value)
        return XDP_PASS;
    value->packets[ctx->rx_queue_index]++;
    return XDP_PASS;
}

SEC("xdp")
int unbounded_offset_right(struct xdp_md *ctx) {
    __u32 key = 0;
    struct counters *value = bpf_map_lookup_elem(&counters, &key);
    if (!value)
        return XDP_PASS;
    value->packets[ctx->rx_queue_index & 15]++;
    return XDP_PASS;
}

SEC("xdp")
int stack_undefined_wrong(struct xdp_md *ctx) {
    struct flow flow;
    flow.protocol = IPPROTO_UDP;
    flow.address = ctx->ingress_ifindex;
    return bpf_map_lookup_elem(&flows, &flow) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int stack_undefined_right(struct xdp_md *ctx) {
    struct flow flow;
    __builtin_memset(&flow, 0, sizeof(flow));
    flow.protocol = IPPROTO_UDP;
    flow.address = ctx->ingress_ifindex;
    return bpf_map_lookup_elem(&flows, &flow) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int stale_packet_wrong(struct xdp_md *ctx) {
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = (void *)(long)ctx->data;
    if ((void *)(eth + 1) > end || bpf_xdp_adjust_head(ctx, -4))
        return XDP_PASS;
    eth->h_proto = htons(ETH_P_8021Q);
    return XDP_TX;
}

SEC("xdp")
int stale_packet_right(struct xdp_md *ctx) {
    if (bpf_xdp_adjust_head(ctx, -4))
        return XDP_PASS;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = (void *)(long)ctx->data;
    if ((void *)(eth + 1) > end)
        return XDP_PASS;
    eth->h_proto = htons(ETH_P_8021Q);
    return XDP_TX;
}

SEC("xdp")
int reference_leak_wrong(struct xdp_md *ctx) {
    __u32 *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event)
        return XDP_PASS;
    *event = ctx->ingress_ifindex;
    if (*event == 1)
        return XDP_DROP;
    bpf_ringbuf_submit(event, 0);
    return XDP_PASS;
}

SEC("xdp")
int reference_leak_right(struct xdp_md *ctx) {
    __u32 *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event)
        return XDP_PASS;
    *event = ctx->ingress_ifindex;
    if (*event == 1) {
        bpf_ringbuf_discard(event, 0);
        return XDP_DROP;
    }
    bpf_ringbuf_submit(event, 0);
    return XDP_PASS;
}

SEC("xdp")
int infinite_loop_wrong(struct xdp_md *ctx) {
    volatile __u32 port = ctx->ingress_ifindex;
    while (port != 7)
        ;
    return XDP_PASS;
}

SEC("xdp")
int infinite_loop_right(struct xdp_md *ctx) {
    volatile __u32 port = ctx->ingress_ifindex;
    for (int i = 0; i < 64 && port != 7; i++)
        ;
    return XDP_PASS;
}

// Safe itself, whatever program it leads to.
SEC("xdp")
int tail_call_right(struct xdp_md *ctx) {
    bpf_tail_call(ctx, &jumps, 0);
    return XDP_PASS;
}

LICENSE("Dual BSD/GPL");
