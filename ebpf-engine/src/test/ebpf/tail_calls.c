// SPDX-License-Identifier: Apache-2.0
// A chain by tail calls: the first program goes to slot 1, that one to slot 2; slot 3 is empty on purpose.
#include "weir_bpf.h"

int second(struct xdp_md *ctx);
int third(struct xdp_md *ctx);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 4);
    __uint(key_size, sizeof(__u32));
    __array(values, int(struct xdp_md *));
} chain SEC(".maps") = {
    .values = {[1] = &second, [2] = &third},
};

__u32 steps = 0;

SEC("xdp")
int first(struct xdp_md *ctx) {
    steps += 1;
    bpf_tail_call(ctx, &chain, 1);
    return XDP_ABORTED;
}

SEC("xdp")
int second(struct xdp_md *ctx) {
    steps += 10;
    bpf_tail_call(ctx, &chain, 2);
    return XDP_ABORTED;
}

SEC("xdp")
int third(struct xdp_md *ctx) {
    steps += 100;
    bpf_tail_call(ctx, &chain, 3);
    return XDP_TX;
}

LICENSE("GPL");
