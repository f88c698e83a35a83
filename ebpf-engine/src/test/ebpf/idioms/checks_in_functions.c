// SPDX-License-Identifier: Apache-2.0
// Comparisons with data_end where programs have them: in an inlined function, in a static function that is called, in
// a global function that is verified without its callers. All three parse the same headers.
#include "../weir_bpf.h"

struct cursor {
    void *at;
    void *end;
};

static __always_inline int advance(struct cursor *cursor, __u32 bytes, void **header) {
    if (cursor->at + bytes > cursor->end)
        return 0;
    *header = cursor->at;
    cursor->at += bytes;
    return 1;
}

static __always_inline int inlined(void *data, void *end) {
    struct cursor cursor = {data, end};
    struct ethhdr *eth;
    struct iphdr *ip;
    struct udphdr *udp;
    if (!advance(&cursor, sizeof(*eth), (void **)&eth) || eth->h_proto != htons(ETH_P_IP))
        return -1;
    if (!advance(&cursor, sizeof(*ip), (void **)&ip) || ip->protocol != IPPROTO_UDP)
        return -2;
    if (!advance(&cursor, sizeof(*udp), (void **)&udp))
        return -3;
    return ntohs(udp->dest);
}

// A static function: the verifier walks through it again for each call, with what it knows of the arguments.
static __noinline int udp_port(void *start, void *end) {
    struct udphdr *udp = start;
    if ((void *)(udp + 1) > end)
        return -3;
    return ntohs(udp->dest);
}

static __noinline int called(void *data, void *end) {
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end || eth->h_proto != htons(ETH_P_IP))
        return -1;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || ip->protocol != IPPROTO_UDP)
        return -2;
    return udp_port(ip + 1, end);
}

// A global function: nothing is known of its caller, so it gets the context and begins anew.
__noinline int global(struct xdp_md *ctx, __u32 offset) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (offset > 256)
        return -3;
    struct udphdr *udp = data + offset;
    if ((void *)(udp + 1) > end)
        return -3;
    return ntohs(udp->dest);
}

struct ports {
    __s32 inlined;
    __s32 called;
    __s32 global;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct ports);
} ports SEC(".maps");

SEC("xdp")
int checks_in_functions(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    __u32 zero = 0;
    struct ports *result = bpf_map_lookup_elem(&ports, &zero);
    if (!result)
        return XDP_ABORTED;
    result->inlined = inlined(data, end);
    result->called = called(data, end);
    result->global = global(ctx, sizeof(struct ethhdr) + sizeof(struct iphdr));
    return result->inlined == result->called ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
