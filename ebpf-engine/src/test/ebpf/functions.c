// SPDX-License-Identifier: Apache-2.0
// Subprograms: static and global ones in .text, a hidden one, one shared by two programs, a chain of calls.
#include "weir_bpf.h"

static __noinline int leaf(int a) {
    asm volatile("" : "+r"(a));
    return a * 3;
}

static __noinline int middle(int a) {
    return leaf(a + 1) + leaf(a + 2);
}

__noinline int global_sum(int a, int b) {
    asm volatile("" : "+r"(a));
    return middle(a) + b;
}

__hidden __noinline int hidden_twice(int a) {
    asm volatile("" : "+r"(a));
    return a + a;
}

__noinline int never_called(int a) {
    asm volatile("" : "+r"(a));
    return a;
}

SEC("xdp")
int one(struct xdp_md *ctx) {
    return global_sum(ctx->ingress_ifindex, 1) & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int two(struct xdp_md *ctx) {
    return hidden_twice(leaf(ctx->rx_queue_index)) > 10 ? XDP_TX : XDP_PASS;
}

SEC("xdp/cpumap")
int three(struct xdp_md *ctx) {
    return XDP_PASS;
}

LICENSE("GPL");
