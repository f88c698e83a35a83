// SPDX-License-Identifier: Apache-2.0
// Large switch statements, which clang turns into trees of comparisons or tables of constant data: the weight of a DSCP
// (RFC 4594) by cases, and of a port's last byte by table.
#include "../weir_bpf.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u32);
} weights SEC(".maps");

static const __u16 WEIGHTS[32] = {3,  14, 15, 92, 65, 35, 89, 79, 32, 38, 46, 26, 43, 38, 32, 79,
                                  50, 28, 84, 19, 71, 69, 39, 93, 75, 10, 58, 20, 97, 49, 44, 59};

static __noinline __u32 by_dscp(__u8 dscp) {
    switch (dscp) {
    case 0:
        return 1;
    case 8:
        return 0;
    case 10:
    case 12:
    case 14:
        return 10;
    case 18:
    case 20:
    case 22:
        return 20;
    case 26:
    case 28:
    case 30:
        return 30;
    case 34:
    case 36:
    case 38:
        return 40;
    case 46:
        return 100;
    case 48:
        return 90;
    case 56:
        return 95;
    default:
        return 2;
    }
}

static __always_inline void put(__u32 key, __u32 value) {
    __u32 *slot = bpf_map_lookup_elem(&weights, &key);
    if (slot)
        *slot = value;
}

SEC("xdp")
int switch_table(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct iphdr *ip = data + sizeof(struct ethhdr);
    if ((void *)(ip + 1) > end)
        return XDP_DROP;
    put(0, by_dscp(ip->tos >> 2));
    put(1, WEIGHTS[ip->ttl & 31]);
    return XDP_PASS;
}

LICENSE("GPL");
