// SPDX-License-Identifier: Apache-2.0
// Waits for a random number, and nothing changes meanwhile.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    while (bpf_get_prandom_u32() != 7)
        bpf_ktime_get_ns();
    return XDP_PASS;
}

LICENSE("GPL");
