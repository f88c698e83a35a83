// SPDX-License-Identifier: Apache-2.0
// Writes to constant data.
#include "rejected.h"

const volatile __u32 mode = 0;

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 *setting = (__u32 *)&mode;
    __u32 copy = mode;
    __asm__ volatile("" : "+r"(setting), "+r"(copy));
    *setting = ctx->ingress_ifindex;
    return copy ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
