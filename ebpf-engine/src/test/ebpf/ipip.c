// SPDX-License-Identifier: Apache-2.0
// Puts an outer IPv4 header around IPv4 packets (adjust_head), or takes one away.
#include "weir_bpf.h"

static __always_inline __u16 checksum(struct iphdr *ip) {
    __u16 *words = (__u16 *)ip;
    __u32 sum = 0;
#pragma clang loop unroll(full)
    for (int i = 0; i < (int)sizeof(*ip) / 2; i++)
        sum += words[i];
    sum = (sum & 0xffff) + (sum >> 16);
    return ~((sum & 0xffff) + (sum >> 16));
}

SEC("xdp")
int ipip_encap(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *inner = (void *)(eth + 1);
    if ((void *)(inner + 1) > end || eth->h_proto != htons(ETH_P_IP))
        return XDP_PASS;
    struct ethhdr saved = *eth;
    __u16 length = ntohs(inner->tot_len) + sizeof(struct iphdr);
    if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)))
        return XDP_ABORTED;
    data = (void *)(long)ctx->data;
    end = (void *)(long)ctx->data_end;
    eth = data;
    struct iphdr *outer = (void *)(eth + 1);
    if ((void *)(outer + 1) > end)
        return XDP_ABORTED;
    *eth = saved;
    outer->version = 4;
    outer->ihl = 5;
    outer->tos = 0;
    outer->tot_len = htons(length);
    outer->id = 0;
    outer->frag_off = 0;
    outer->ttl = 64;
    outer->protocol = IPPROTO_IPIP;
    outer->check = 0;
    outer->saddr = htonl(0xc6120001);
    outer->daddr = htonl(0xc6120002);
    outer->check = checksum(outer);
    return XDP_TX;
}

SEC("xdp")
int ipip_decap(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *outer = (void *)(eth + 1);
    if ((void *)(outer + 1) > end || eth->h_proto != htons(ETH_P_IP) || outer->protocol != IPPROTO_IPIP ||
        outer->ihl != 5)
        return XDP_PASS;
    struct ethhdr saved = *eth;
    if (bpf_xdp_adjust_head(ctx, sizeof(struct iphdr)))
        return XDP_ABORTED;
    data = (void *)(long)ctx->data;
    end = (void *)(long)ctx->data_end;
    eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_ABORTED;
    *eth = saved;
    return XDP_TX;
}

LICENSE("GPL");
