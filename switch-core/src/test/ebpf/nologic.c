// SPDX-License-Identifier: Apache-2.0
//
// Decides without looking at the frame: all go to one port, or are counted and dropped. What a program costs at least.
#include "../../../../ebpf-engine/src/test/ebpf/weir_bpf.h"

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} packets SEC(".maps");

SEC("xdp")
int to_port_2(struct xdp_md *ctx) {
    return bpf_redirect(2, 0);
}

SEC("xdp")
int count_and_drop(struct xdp_md *ctx) {
    __u32 zero = 0;
    __u64 *count = bpf_map_lookup_elem(&packets, &zero);
    if (count)
        ++*count;
    return XDP_DROP;
}

LICENSE("GPL");
