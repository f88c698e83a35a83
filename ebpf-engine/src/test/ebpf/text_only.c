// SPDX-License-Identifier: Apache-2.0
// No section is named: the program is in .text.
#include "weir_bpf.h"

static __noinline int part(int a) {
    asm volatile("" : "+r"(a));
    return a + 1;
}

int text_only(struct xdp_md *ctx) {
    return part(ctx->ingress_ifindex);
}
