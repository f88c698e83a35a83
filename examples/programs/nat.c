// SPDX-License-Identifier: Apache-2.0
//
// Network address translation by fixed rules: what a host inside sends from ADDRESS:PORT leaves from another
// ADDRESS:PORT, and what comes back to that one is sent to the host inside. TCP and UDP over IPv4. Two ways to mend a
// checksum are shown: bpf_csum_diff for the addresses, RFC 1624 by hand for the ports.
//
// 198.18.0.1, UDP port 40000 (0x9c40), becomes 198.19.0.9, port 50000 (0xc350), and back:
//
//     weir program run nat.o --pcap sample.pcap --set outwards:hex:c61200019c401100=hex:c6130009c3501100 \
//         --set inwards:hex:c6130009c3501100=hex:c61200019c401100 --out translated.pcapng
//
// Look for: the first question of translated.pcapng comes from 198.19.0.9, with correct checksums.
#include "xdp.h"

struct endpoint {
    __be32 address;
    __be16 port;
    __u8 protocol;
    __u8 zero;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct endpoint);
    __type(value, struct endpoint);
} outwards SEC(".maps"), inwards SEC(".maps");

static __always_inline __sum16 fold(__u32 sum) {
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

// The transport's checksum covers addresses too (pseudo header), the one of IP does not cover ports.
static __always_inline void rewrite(struct iphdr *ip, __be32 *address, __be16 *port, __sum16 *check,
                                    struct endpoint *to) {
    __u32 change = bpf_csum_diff(address, sizeof(*address), &to->address, sizeof(to->address), 0);
    ip->check = fold((__u16)~ip->check + change);
    // UDP without a checksum stays without; one that comes out as 0 is written as 0xffff (RFC 768).
    if (ip->protocol != IPPROTO_UDP || *check) {
        *check = fold((__u16)~*check + change + (__u16)~*port + to->port);
        if (ip->protocol == IPPROTO_UDP && !*check)
            *check = 0xffff;
    }
    *address = to->address;
    *port = to->port;
}

SEC("xdp")
int nat(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;
    if (ip->ihl != 5 || ip->frag_off & bpf_htons(IP_OFFSET))
        return XDP_PASS;

    struct ports *ports = (void *)(ip + 1);
    __sum16 *check;
    if (ip->protocol == IPPROTO_TCP) {
        struct tcphdr *tcp = (void *)ports;
        if ((void *)(tcp + 1) > end)
            return XDP_DROP;
        check = &tcp->check;
    } else if (ip->protocol == IPPROTO_UDP) {
        struct udphdr *udp = (void *)ports;
        if ((void *)(udp + 1) > end)
            return XDP_DROP;
        check = &udp->check;
    } else {
        return XDP_PASS;
    }

    struct endpoint source = {.address = ip->saddr, .port = ports->source, .protocol = ip->protocol};
    struct endpoint *outside = bpf_map_lookup_elem(&outwards, &source);
    if (outside)
        rewrite(ip, &ip->saddr, &ports->source, check, outside);
    struct endpoint dest = {.address = ip->daddr, .port = ports->dest, .protocol = ip->protocol};
    struct endpoint *inside = bpf_map_lookup_elem(&inwards, &dest);
    if (inside)
        rewrite(ip, &ip->daddr, &ports->dest, check, inside);
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
