// SPDX-License-Identifier: Apache-2.0
//
// Checks the checksum of UDP over IPv4 (RFC 768, RFC 1071) and drops what is damaged. The datagram has any length, so
// the words are added up by bpf_loop, which calls a function up to N times: the verifier looks at that function once,
// where it would have to walk through an ordinary loop round by round.
//
//     weir program run udp_checksum.o --pcap sample.pcap
//
// Look for: map results.
#include "xdp.h"

#define MAX_BYTES 2048

enum result { NOT_UDP, RIGHT, WRONG, NO_CHECKSUM, CUT, RESULTS };

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, RESULTS);
    __type(key, enum result);
    __type(value, __u64);
} results SEC(".maps");

struct sum {
    void *start;
    void *end; // of the frame
    __u64 total;
};

// Called with 0, 1, 2, ...; anything but 0 ends the loop.
static long add_word(__u64 index, struct sum *sum) {
    __u64 offset = index * 2;
    if (offset >= MAX_BYTES)
        return 1;
    __u16 *word = sum->start + offset;
    if ((void *)(word + 1) > sum->end)
        return 1;
    sum->total += *word;
    return 0;
}

static __always_inline enum result check(struct iphdr *ip, struct udphdr *udp, void *end) {
    __u32 bytes = bpf_ntohs(udp->len);
    if (bytes < sizeof(*udp) || bytes > MAX_BYTES || (void *)udp + bytes > end)
        return CUT;
    if (!udp->check)
        return NO_CHECKSUM;

    struct sum sum = {.start = udp, .end = end};
    // The pseudo header: addresses, protocol, length.
    sum.total = (__u64)ip->saddr + ip->daddr + bpf_htons(IPPROTO_UDP) + udp->len;
    bpf_loop(bytes / 2, add_word, &sum, 0);
    if (bytes & 1) {
        __u8 *last = (void *)udp + (bytes & (MAX_BYTES - 1)) - 1;
        if (last + 1 > (__u8 *)end)
            return CUT;
        sum.total += *last;
    }
    __u64 total = sum.total;
    for (int i = 0; i < 4; i++)
        total = (total & 0xffff) + (total >> 16);
    return total == 0xffff ? RIGHT : WRONG;
}

SEC("xdp")
int udp_checksum(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    enum result result = NOT_UDP;
    // Only the first fragment has a header, and none the whole datagram.
    if ((void *)(ip + 1) <= end && eth->h_proto == bpf_htons(ETH_P_IP) && ip->protocol == IPPROTO_UDP &&
        ip->ihl >= 5 && !(ip->frag_off & ~bpf_htons(0x4000))) {
        struct udphdr *udp = (void *)ip + ip->ihl * 4;
        result = (void *)(udp + 1) > end ? CUT : check(ip, udp, end);
    }
    __u64 *count = bpf_map_lookup_elem(&results, &result);
    if (count)
        (*count)++;
    return result == WRONG || result == CUT ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
