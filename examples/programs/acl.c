// SPDX-License-Identifier: Apache-2.0
//
// An access list by source address: the longest prefix that matches decides, for IPv4 and IPv6. A rule's value is what
// becomes of the packet: 1 (XDP_DROP) or 2 (XDP_PASS). Without a rule packets pass.
//
// A key is the length of the prefix in bits, little endian, and the address. Here 198.18.0.0/15 is denied, but
// 198.18.0.2 within it is allowed; so is IPv6, but for 2001:db8::/32:
//
//     weir program run acl.o --pcap sample.pcap --set rules_v4:hex:0f000000c6120000=1 \
//         --set rules_v4:hex:20000000c6120002=2 --set rules_v6:hex:2000000020010db8000000000000000000000000=1
//
// Look for: XDP_DROP for packets from 198.18.0.1, and map verdicts.
#include "xdp.h"

struct prefix_v4 {
    __u32 bits;
    __be32 address;
};

struct prefix_v6 {
    __u32 bits;
    __be32 address[4];
};

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 1024);
    __uint(map_flags, BPF_F_NO_PREALLOC); // the kernel insists
    __type(key, struct prefix_v4);
    __type(value, __u32);
} rules_v4 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 1024);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct prefix_v6);
    __type(value, __u32);
} rules_v6 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, XDP_REDIRECT + 1);
    __type(key, enum xdp_action);
    __type(value, __u64);
} verdicts SEC(".maps");

static __always_inline enum xdp_action decide(void *data, void *end) {
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    __u32 *rule = 0;
    if (eth->h_proto == bpf_htons(ETH_P_IP)) {
        struct iphdr *ip = (void *)(eth + 1);
        if ((void *)(ip + 1) > end)
            return XDP_DROP;
        struct prefix_v4 source = {.bits = 32, .address = ip->saddr};
        rule = bpf_map_lookup_elem(&rules_v4, &source);
    } else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
        struct ipv6hdr *ip = (void *)(eth + 1);
        if ((void *)(ip + 1) > end)
            return XDP_DROP;
        struct prefix_v6 source = {.bits = 128};
        __builtin_memcpy(source.address, ip->saddr, sizeof(source.address));
        rule = bpf_map_lookup_elem(&rules_v6, &source);
    }
    return rule && *rule == XDP_DROP ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int acl(struct xdp_md *ctx) {
    enum xdp_action verdict = decide((void *)(long)ctx->data, (void *)(long)ctx->data_end);
    __u64 *count = bpf_map_lookup_elem(&verdicts, &verdict);
    if (count)
        (*count)++;
    return verdict;
}

char _license[] SEC("license") = "Dual BSD/GPL";
