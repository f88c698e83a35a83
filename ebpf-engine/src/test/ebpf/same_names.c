// SPDX-License-Identifier: Apache-2.0
// Two programs in sections of their own, each in the other's slot of a program array. Tests give both one name.
#include "weir_bpf.h"

int prog_a(struct xdp_md *ctx);
int prog_b(struct xdp_md *ctx);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(key_size, 4);
    __uint(max_entries, 2);
    __array(values, int(struct xdp_md *));
} next SEC(".maps") = {.values = {[0] = &prog_a, [1] = &prog_b}};

SEC("xdp/one")
int prog_a(struct xdp_md *ctx) {
    bpf_tail_call(ctx, &next, 1);
    return XDP_DROP;
}

SEC("xdp/two")
int prog_b(struct xdp_md *ctx) {
    return XDP_TX;
}

LICENSE("GPL");
