// SPDX-License-Identifier: Apache-2.0
// Drops IPv4 packets whose source lies in a prefix of a longest-prefix-match table with verdict "drop".
#include "weir_bpf.h"

struct prefix {
    __u32 length;
    __u8 address[4];
};

enum verdict { PASS, DROP };

struct rule {
    enum verdict verdict;
    __u32 mark : 4;
    __u32 priority : 12;
    __u64 hits;
    char label[8];
};

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 256);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct prefix);
    __type(value, struct rule);
} rules SEC(".maps");

SEC("xdp")
int lpm_filter(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->h_proto != htons(ETH_P_IP))
        return XDP_PASS;
    struct prefix key = {.length = 32};
    __builtin_memcpy(key.address, &ip->saddr, 4);
    struct rule *rule = bpf_map_lookup_elem(&rules, &key);
    if (!rule)
        return XDP_PASS;
    __sync_fetch_and_add(&rule->hits, 1);
    return rule->verdict == DROP ? XDP_DROP : XDP_PASS;
}

LICENSE("Dual BSD/GPL");
