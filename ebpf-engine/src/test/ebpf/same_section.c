// SPDX-License-Identifier: Apache-2.0
// Static subprograms in the section of their program: called by distance, without relocation.
#include "weir_bpf.h"

static SEC("xdp") __noinline int helper(int a) {
    asm volatile("" : "+r"(a));
    return a ^ 0x55;
}

SEC("xdp")
int same_section(struct xdp_md *ctx) {
    return helper(ctx->ingress_ifindex) == 0x54 ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
