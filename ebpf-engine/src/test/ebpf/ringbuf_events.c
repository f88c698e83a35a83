// SPDX-License-Identifier: Apache-2.0
// Writes an event with lengths and the first bytes of each packet to a ring buffer.
#include "weir_bpf.h"

struct event {
    __u32 port;
    __u32 queue;
    __u16 length;
    __u8 first[14];
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

__u64 lost;

SEC("xdp.frags")
int ringbuf_events(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (data + 14 > end)
        return XDP_DROP;
    struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event) {
        __sync_fetch_and_add(&lost, 1);
        return XDP_PASS;
    }
    event->port = ctx->ingress_ifindex;
    event->queue = ctx->rx_queue_index;
    event->length = end - data;
    __builtin_memcpy(event->first, data, 14);
    bpf_ringbuf_submit(event, 0);
    return XDP_PASS;
}

LICENSE("GPL");
