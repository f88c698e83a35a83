// SPDX-License-Identifier: Apache-2.0
// Writes to a record after it was submitted.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 *event = bpf_ringbuf_reserve(&events, 8, 0);
    if (!event)
        return XDP_PASS;
    *event = 1;
    *(volatile __u32 *)event = 2, bpf_ringbuf_submit(event, 0);
    return XDP_PASS;
}

LICENSE("GPL");
