// SPDX-License-Identifier: Apache-2.0
// Rewrites the destination of IPv4 packets by a hash map and corrects the checksum by bpf_csum_diff.
#include "weir_bpf.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __be32);
    __type(value, __be32);
} translations SEC(".maps");

SEC("xdp")
int nat(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->h_proto != htons(ETH_P_IP))
        return XDP_PASS;
    __be32 before = ip->daddr;
    __be32 *after = bpf_map_lookup_elem(&translations, &before);
    if (!after)
        return XDP_PASS;
    __be32 to = *after;
    __u64 sum = bpf_csum_diff(&before, 4, &to, 4, (__u16)~ip->check);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    ip->daddr = to;
    ip->check = ~sum;
    return XDP_TX;
}

LICENSE("GPL");
