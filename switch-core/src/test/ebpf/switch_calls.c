// SPDX-License-Identifier: Apache-2.0
//
// Calls what only a switch has, by the frame's byte 14: bits 0 clone to the port of byte 15, 1 clone to port 3,
// 2 learn, 3 drop, 4 flood, 5 spin until the budget is used up.
#include "../../../../ebpf-engine/src/test/ebpf/weir_bpf.h"

#include "../../../../examples/programs/weir.h"

static long spin(__u64 index, void *unused) {
    return 0;
}

SEC("xdp")
int switch_calls(struct xdp_md *ctx) {
    __u8 *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if ((void *)(data + 32) > end)
        return XDP_PASS;
    __u8 asked = data[14];
    data[16] = 0xee;
    if (asked & 1)
        data[17] = -weir_clone(ctx, data[15]);
    if (asked & 2)
        weir_clone(ctx, 3);
    if (asked & 4)
        weir_learn(ctx);
    if (asked & 32)
        bpf_loop(1000000, spin, 0, 0);
    if (asked & 16)
        return weir_flood(ctx);
    return asked & 8 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
