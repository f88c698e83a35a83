// SPDX-License-Identifier: Apache-2.0
//
// Sends the first 64 bytes of one frame in N through a ring buffer, to whoever watches the network. Where nobody reads,
// the buffer fills up and events are lost, but no frame is.
//
//     weir program run sample_events.o --pcap sample.pcap --set one_in:0=4
//
// Look for: map counters; about a quarter of the frames is sampled. Without one_in every frame is.
#include "xdp.h"

#define SNAP_BYTES 64

enum counter { FRAMES, SAMPLED, LOST, COUNTERS };

struct event {
    __u64 time_nanos;
    __u32 port;
    __u16 frame_bytes;
    __u16 captured_bytes;
    __u8 start[SNAP_BYTES];
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 65536); // bytes: a power of two, a multiple of the page
} events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} one_in SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, COUNTERS);
    __type(key, enum counter);
    __type(value, __u64);
} counters SEC(".maps");

static __always_inline void count(enum counter counter) {
    __u64 *value = bpf_map_lookup_elem(&counters, &counter);
    if (value)
        (*value)++;
}

static __always_inline int is_chosen(void) {
    __u32 zero = 0;
    __u32 *n = bpf_map_lookup_elem(&one_in, &zero);
    return !n || *n < 2 || bpf_get_prandom_u32() % *n == 0;
}

SEC("xdp")
int sample_events(struct xdp_md *ctx) {
    __u64 bytes = bpf_xdp_get_buff_len(ctx);
    count(FRAMES);
    // No frame is empty, but only this line tells the verifier, which wants the length of a copy to be 1 or more.
    if (bytes == 0 || !is_chosen())
        return XDP_PASS;

    struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event) {
        count(LOST);
        return XDP_PASS;
    }
    __u64 captured = bytes < SNAP_BYTES ? bytes : SNAP_BYTES;
    __builtin_memset(event->start, 0, SNAP_BYTES);
    if (bpf_xdp_load_bytes(ctx, 0, event->start, captured) < 0) {
        bpf_ringbuf_discard(event, 0); // what was reserved is given back on every path
        return XDP_PASS;
    }
    event->time_nanos = bpf_ktime_get_ns();
    event->port = ctx->ingress_ifindex;
    event->frame_bytes = bytes;
    event->captured_bytes = captured;
    bpf_ringbuf_submit(event, 0);
    count(SAMPLED);
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
