// SPDX-License-Identifier: Apache-2.0
// Reads a field that only programs of devmap entries have.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 port = ctx->egress_ifindex;
    return port == 7 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
