// SPDX-License-Identifier: Apache-2.0
//
// MSS clamping: where a TCP connection over IPv4 is opened (SYN), lowers the maximum segment size that the sender
// offers, so that no segment is too large for a tunnel further on. Walks the TCP options to find it and keeps the
// checksum right without reading the rest of the packet (RFC 1624).
//
//     weir program run tcp_mss.o --pcap headers.pcap --set limit:0=1200 --out clamped.pcapng
//
// Look for: map clamped counts SYNs that offered more; in clamped.pcapng they offer 1200, with a correct checksum.
#include "xdp.h"

#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_MSS 2
#define MAX_OPTIONS 10 // real SYNs have up to 6 or so, NOPs included
#define DEFAULT_LIMIT 1360

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u16);
} limit SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} clamped SEC(".maps");

struct mss_option {
    __u8 kind;
    __u8 length;
    __be16 value;
} __attribute__((packed));

// RFC 1624, equation 3: HC' = ~(~HC + ~m + m')
static __always_inline void replace_in_checksum(__sum16 *check, __u16 from, __u16 to) {
    __u32 sum = (__u16)~*check + (__u16)~from + to;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    *check = ~sum;
}

static __always_inline void clamp(struct tcphdr *tcp, struct mss_option *option) {
    __u32 key = 0;
    __u16 *configured = bpf_map_lookup_elem(&limit, &key);
    __u16 most = configured && *configured ? *configured : DEFAULT_LIMIT;
    if (bpf_ntohs(option->value) <= most)
        return;

    __be16 from = option->value;
    __be16 to = bpf_htons(most);
    option->value = to;
    // A NOP in front may have put the value across two of the words that the checksum adds up.
    if (((void *)&option->value - (void *)tcp) & 1) {
        from = __builtin_bswap16(from);
        to = __builtin_bswap16(to);
    }
    replace_in_checksum(&tcp->check, from, to);
    __u64 *count = bpf_map_lookup_elem(&clamped, &key);
    if (count)
        (*count)++;
}

SEC("xdp")
int tcp_mss(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;
    if (ip->protocol != IPPROTO_TCP || ip->ihl < 5 || ip->frag_off & bpf_htons(IP_OFFSET))
        return XDP_PASS;
    struct tcphdr *tcp = (void *)ip + ip->ihl * 4;
    if ((void *)(tcp + 1) > end || !tcp->syn)
        return XDP_PASS;

    __u32 header_bytes = tcp->doff * 4;
    __u32 at = sizeof(*tcp);
    for (int i = 0; i < MAX_OPTIONS; i++) {
        __u8 *option = (void *)tcp + at;
        if (at >= header_bytes || option + 1 > (__u8 *)end || *option == OPTION_END)
            return XDP_PASS;
        if (*option == OPTION_NOP) {
            at++;
            continue;
        }
        struct mss_option *mss = (void *)option;
        if (option + 2 > (__u8 *)end || mss->length < 2)
            return XDP_DROP;
        if (mss->kind == OPTION_MSS) {
            if ((void *)(mss + 1) > end || mss->length != sizeof(*mss))
                return XDP_DROP;
            clamp(tcp, mss);
            return XDP_PASS;
        }
        at += mss->length;
    }
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
