// SPDX-License-Identifier: Apache-2.0
// Forgets a reserved record on one path.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 *event = bpf_ringbuf_reserve(&events, 8, 0);
    if (!event)
        return XDP_PASS;
    if (ctx->rx_queue_index == 7) {
        *event = 7;
        return XDP_DROP;
    }
    *event = ctx->ingress_ifindex;
    bpf_ringbuf_submit(event, 0);
    return XDP_PASS;
}

LICENSE("GPL");
