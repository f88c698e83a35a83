// SPDX-License-Identifier: Apache-2.0
//
// A parser made of several programs, one a header, that call each other through a program array. Each program is
// verified alone, so all together may be larger than one could be, and a stage can be replaced while the others run.
// A tail call does not come back: it fails and falls through when its slot is empty.
//
//     weir program run tail_calls.o --program parse_ethernet --pcap headers.pcap
//
// Look for: map seen counts each header; map unparsed what had no stage. ARP has a slot, but nobody in it.
#include "xdp.h"

enum stage { ETHERNET, VLAN, ARP, IPV4, IPV6, UDP, STAGES };

int parse_vlan(struct xdp_md *ctx);
int parse_ipv4(struct xdp_md *ctx);
int parse_ipv6(struct xdp_md *ctx);
int parse_udp(struct xdp_md *ctx);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, STAGES);
    __type(key, enum stage);
    __array(values, int(struct xdp_md *));
} stages SEC(".maps") = {
    .values =
        {
            [VLAN] = parse_vlan,
            [IPV4] = parse_ipv4,
            [IPV6] = parse_ipv6,
            [UDP] = parse_udp,
        },
};

// Registers and stack do not survive a tail call; what the next stage needs is left here.
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32); // where the next header begins
} position SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, STAGES);
    __type(key, enum stage);
    __type(value, __u64);
} seen SEC(".maps"), unparsed SEC(".maps");

static __always_inline void count(void *map, enum stage stage) {
    __u64 *value = bpf_map_lookup_elem(map, &stage);
    if (value)
        (*value)++;
}

// The header that this stage is for; null where the frame ends before.
static __always_inline void *header(struct xdp_md *ctx, __u32 bytes) {
    __u32 zero = 0;
    __u32 *offset = bpf_map_lookup_elem(&position, &zero);
    if (!offset || *offset > 1024) // as far as headers may reach
        return 0;
    void *start = (void *)(long)ctx->data + *offset;
    if (start + bytes > (void *)(long)ctx->data_end)
        return 0;
    return start;
}

static __always_inline int go_on(struct xdp_md *ctx, enum stage stage, __u32 header_bytes) {
    __u32 zero = 0;
    __u32 *offset = bpf_map_lookup_elem(&position, &zero);
    if (!offset)
        return XDP_ABORTED;
    *offset += header_bytes;
    bpf_tail_call(ctx, &stages, stage);
    count(&unparsed, stage);
    return XDP_PASS;
}

static __always_inline int by_type(struct xdp_md *ctx, __be16 type, __u32 header_bytes) {
    switch (type) {
    case bpf_htons(ETH_P_8021Q):
    case bpf_htons(ETH_P_8021AD):
        return go_on(ctx, VLAN, header_bytes);
    case bpf_htons(ETH_P_ARP):
        return go_on(ctx, ARP, header_bytes);
    case bpf_htons(ETH_P_IP):
        return go_on(ctx, IPV4, header_bytes);
    case bpf_htons(ETH_P_IPV6):
        return go_on(ctx, IPV6, header_bytes);
    default:
        return XDP_PASS;
    }
}

SEC("xdp")
int parse_ethernet(struct xdp_md *ctx) {
    __u32 zero = 0;
    __u32 *offset = bpf_map_lookup_elem(&position, &zero);
    if (!offset)
        return XDP_ABORTED;
    *offset = 0;
    struct ethhdr *eth = header(ctx, sizeof(*eth));
    if (!eth)
        return XDP_DROP;
    count(&seen, ETHERNET);
    return by_type(ctx, eth->h_proto, sizeof(*eth));
}

SEC("xdp")
int parse_vlan(struct xdp_md *ctx) {
    struct vlan_hdr *tag = header(ctx, sizeof(*tag));
    if (!tag)
        return XDP_DROP;
    count(&seen, VLAN);
    return by_type(ctx, tag->h_vlan_encapsulated_proto, sizeof(*tag));
}

SEC("xdp")
int parse_ipv4(struct xdp_md *ctx) {
    struct iphdr *ip = header(ctx, sizeof(*ip));
    if (!ip || ip->ihl < 5)
        return XDP_DROP;
    count(&seen, IPV4);
    if (ip->protocol != IPPROTO_UDP || ip->frag_off & bpf_htons(IP_OFFSET))
        return XDP_PASS;
    return go_on(ctx, UDP, ip->ihl * 4);
}

SEC("xdp")
int parse_ipv6(struct xdp_md *ctx) {
    struct ipv6hdr *ip = header(ctx, sizeof(*ip));
    if (!ip)
        return XDP_DROP;
    count(&seen, IPV6);
    return ip->nexthdr == IPPROTO_UDP ? go_on(ctx, UDP, sizeof(*ip)) : XDP_PASS;
}

SEC("xdp")
int parse_udp(struct xdp_md *ctx) {
    struct udphdr *udp = header(ctx, sizeof(*udp));
    if (!udp || bpf_ntohs(udp->len) < sizeof(*udp))
        return XDP_DROP;
    count(&seen, UDP);
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
