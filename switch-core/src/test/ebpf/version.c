// SPDX-License-Identifier: Apache-2.0
//
// Writes its version, which is in a map, in front and at the end of each frame of 64 bytes, and passes it on by the
// last byte of the destination address. Counts its frames in a map that a later version may keep.
#include "../../../../ebpf-engine/src/test/ebpf/weir_bpf.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} version SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} frames SEC(".maps");

struct tagged {
    struct ethhdr eth;
    __u16 reserved;
    __u64 first;
    __u8 payload[32];
    __u64 last;
} __attribute__((packed));

SEC("xdp")
int version_tag(struct xdp_md *ctx) {
    struct tagged *frame = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if ((void *)(frame + 1) > end)
        return XDP_PASS;
    __u32 zero = 0;
    __u64 *now = bpf_map_lookup_elem(&version, &zero);
    __u64 *count = bpf_map_lookup_elem(&frames, &zero);
    if (!now || !count)
        return XDP_ABORTED;
    frame->first = *now;
    frame->last = *now;
    ++*count;
    return bpf_redirect(frame->eth.h_dest[5], 0);
}

LICENSE("GPL");
