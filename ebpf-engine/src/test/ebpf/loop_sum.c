// SPDX-License-Identifier: Apache-2.0
// Adds up the first 64 bytes by a callback of bpf_loop; odd sums are dropped.
#include "weir_bpf.h"

struct work {
    void *data;
    void *end;
    __u64 sum;
};

static long add_byte(__u32 index, struct work *work) {
    __u8 *byte = work->data + (index & 63);
    if ((void *)(byte + 1) > work->end)
        return 1;
    work->sum += *byte;
    return 0;
}

static __u8 bytes[64];

static long add_stored(__u32 index, __u64 *sum) {
    if (index >= sizeof(bytes))
        return 1;
    *sum += bytes[index];
    return 0;
}

SEC("xdp")
int loop_sum(struct xdp_md *ctx) {
    __u8 *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if ((void *)(data + sizeof(bytes)) > end)
        return XDP_PASS;
    __builtin_memcpy(bytes, data, sizeof(bytes));
    __u64 sum = 0;
    bpf_loop(sizeof(bytes), add_stored, &sum, 0);
    return sum & 1 ? XDP_DROP : XDP_PASS;
}

// Packet pointers do not survive in a callback's context: refused by the verifier, readable all the same.
SEC("xdp")
int loop_packet(struct xdp_md *ctx) {
    struct work work = {(void *)(long)ctx->data, (void *)(long)ctx->data_end, 0};
    bpf_loop(64, add_byte, &work, 0);
    return work.sum & 1 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
