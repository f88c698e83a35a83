// SPDX-License-Identifier: Apache-2.0
// Keeps a pointer to the packet in a map.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    __u64 queue = ctx->rx_queue_index;
    __u32 key = 1;
    __asm__ volatile("" : "+r"(data), "+r"(queue));
    __u64 value = queue;
    bpf_map_update_elem(&counts, &key, &value, BPF_ANY);
    return XDP_PASS;
}

LICENSE("GPL");
