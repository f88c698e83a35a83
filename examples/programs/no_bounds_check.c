// SPDX-License-Identifier: Apache-2.0
//
// Forgets to compare with data_end. It is not loaded, neither by the kernel nor here; one sees where it goes wrong:
//
//     weir program verify no_bounds_check.o
#include "xdp.h"

SEC("xdp")
int no_bounds_check(struct xdp_md *ctx) {
    __u8 *packet = (void *)(long)ctx->data;
    if (packet[2000] == 0)
        return XDP_DROP;
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
