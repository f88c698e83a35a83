// SPDX-License-Identifier: Apache-2.0
// Gives a helper a key of which only a part was written.
#include "rejected.h"

struct pair {
    __u64 port;
    __u64 queue;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, struct pair);
    __type(value, __u64);
} pairs SEC(".maps");

SEC("xdp")
int reject(struct xdp_md *ctx) {
    struct pair key; key.port = ctx->ingress_ifindex;
    __asm__ volatile("" : : "r"(&key) : "memory");
    __u64 *count = bpf_map_lookup_elem(&pairs, &key);
    return count ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
