// SPDX-License-Identifier: Apache-2.0
//
// Walks IPv6 extension headers (RFC 8200 section 4) up to the header of the transport protocol, and counts packets by
// that protocol. Drops what has no business in a network: routing headers of type 0 (RFC 5095), hop-by-hop options that
// are not first, chains that end inside a header or have more than 8.
//
//     weir program run ipv6_extensions.o --pcap headers.pcap
//
// Look for: map protocols counts UDP (17) though its header is behind others; map drops says why packets died.
#include "xdp.h"

#define MAX_HEADERS 8

enum drop { CUT, ROUTING_TYPE_0, MISPLACED, TOO_MANY, DROPS };

// Hop-by-hop options, routing and destination options begin like this.
struct extension {
    __u8 next;
    __u8 length; // of what follows the first 8 bytes, in units of 8 bytes
    __u8 routing_type;
    __u8 more[5];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, __u64);
} protocols SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, DROPS);
    __type(key, enum drop);
    __type(value, __u64);
} drops SEC(".maps");

static __always_inline int drop(enum drop cause) {
    __u64 *count = bpf_map_lookup_elem(&drops, &cause);
    if (count)
        (*count)++;
    return XDP_DROP;
}

static __always_inline int pass(__u8 protocol) {
    __u32 key = protocol;
    __u64 *count = bpf_map_lookup_elem(&protocols, &key);
    if (count)
        (*count)++;
    return XDP_PASS;
}

SEC("xdp")
int ipv6_extensions(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct ipv6hdr *ip = (void *)(eth + 1);
    if ((void *)(eth + 1) > end || eth->h_proto != bpf_htons(ETH_P_IPV6))
        return XDP_PASS;
    if ((void *)(ip + 1) > end)
        return drop(CUT);

    __u8 protocol = ip->nexthdr;
    void *next = ip + 1;
    for (int i = 0; i < MAX_HEADERS; i++) {
        struct extension *header = next;
        __u32 bytes;
        switch (protocol) {
        case IPPROTO_HOPOPTS:
        case IPPROTO_ROUTING:
        case IPPROTO_DSTOPTS:
            if ((void *)(header + 1) > end)
                return drop(CUT);
            if (protocol == IPPROTO_HOPOPTS && i > 0)
                return drop(MISPLACED);
            if (protocol == IPPROTO_ROUTING && header->routing_type == 0)
                return drop(ROUTING_TYPE_0);
            bytes = (header->length + 1) * 8;
            break;
        case IPPROTO_FRAGMENT:
            if ((void *)(header + 1) > end)
                return drop(CUT);
            bytes = 8;
            break;
        case IPPROTO_AH: // RFC 4302: in units of 4 bytes, without the first two
            if ((void *)(header + 1) > end)
                return drop(CUT);
            bytes = (header->length + 2) * 4;
            break;
        default:
            return pass(protocol);
        }
        protocol = header->next;
        next += bytes;
    }
    return drop(TOO_MANY);
}

char _license[] SEC("license") = "Dual BSD/GPL";
