// SPDX-License-Identifier: Apache-2.0
// Says something about each frame through every map that has no keys, and through perf events.
#include "weir_bpf.h"

enum {
    BPF_MAP_TYPE_QUEUE = 22,
    BPF_MAP_TYPE_STACK = 23,
};

static long (*const bpf_map_push_elem)(void *map, const void *value, __u64 flags) = (void *)87;
static void (*const bpf_ringbuf_discard)(void *data, __u64 flags) = (void *)133;

struct seen {
    __u32 number;
    __u32 length;
};

struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 8);
    __type(value, struct seen);
} first SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_STACK);
    __uint(max_entries, 4);
    __uint(value_size, 8);
} lengths SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
    __uint(max_entries, 100);
    __type(value, __u32);
} sizes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
} samples SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __uint(max_entries, 2);
} next SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8);
    __type(key, __be32);
    __type(value, __u8[6]);
} neighbours SEC(".maps");

__u32 number;

SEC("xdp")
int messages(struct xdp_md *ctx) {
    struct seen seen = {.number = ++number, .length = ctx->data_end - ctx->data};
    __u64 length = seen.length;
    bpf_map_push_elem(&first, &seen, 0);
    bpf_map_push_elem(&lengths, &length, 2);
    bpf_map_push_elem(&sizes, &seen.length, 0);
    struct seen *record = bpf_ringbuf_reserve(&events, sizeof(seen), 0);
    if (!record)
        return XDP_ABORTED;
    *record = seen;
    if (seen.number % 2)
        bpf_ringbuf_submit(record, 0);
    else
        bpf_ringbuf_discard(record, 0);
    bpf_perf_event_output(ctx, &samples, 14ull << 32 | 0xffffffff, &seen, sizeof(seen));
    bpf_tail_call(ctx, &next, 0);
    return XDP_PASS;
}

SEC("xdp")
int last(struct xdp_md *ctx) {
    __u32 address = 1;
    return bpf_map_lookup_elem(&neighbours, &address) ? XDP_TX : XDP_DROP;
}

/* Takes the last byte away: a second run on what is left would see another frame. */
SEC("xdp")
int shorten(struct xdp_md *ctx) {
    bpf_xdp_adjust_tail(ctx, -1);
    return ctx->data_end - ctx->data == 59 ? XDP_PASS : XDP_DROP;
}

LICENSE("GPL");
