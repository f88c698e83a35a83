// SPDX-License-Identifier: Apache-2.0
// Waits for a random number, and nothing changes meanwhile.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    for (int i = 0; i < 20 && bpf_get_prandom_u32() != 7; i++)
        bpf_ktime_get_ns();
    return XDP_PASS;
}

LICENSE("GPL");
