// SPDX-License-Identifier: Apache-2.0
// A program for VALE-BPF with all that there is: maps of each type, each helper, the ring, a function that is called.
#include "../../../../examples/vale/vale_bpf.h"

struct flow {
    uint8_t from[6];
    uint8_t to[6];
};

EBPF_DEFINE_MAP(limits, "array", sizeof(uint32_t), sizeof(uint32_t), 4, 0);
EBPF_DEFINE_MAP(frames, "percpu_array", sizeof(uint32_t), sizeof(uint64_t), 1, 0);
EBPF_DEFINE_MAP(flows, "hashtable", sizeof(struct flow), sizeof(uint64_t), 64, 0);
EBPF_DEFINE_MAP(last, "percpu_hashtable", sizeof(uint32_t), sizeof(uint64_t), 8, 0);

int count(struct vale_bpf_md *md);

// The first function: it is the program, though another is global, too.
uint32_t vale(struct vale_bpf_md *md) {
    struct flow *flow = md->data;
    if ((void *)(flow + 1) > md->data_end)
        return VALE_BPF_DROP;
    uint64_t times = 1;
    uint64_t *known = ebpf_map_lookup_elem(&flows, flow);
    if (known && *known == 2) {
        if (ebpf_map_delete_elem(&flows, flow))
            return VALE_BPF_DROP;
        return VALE_BPF_BROADCAST;
    }
    if (known)
        times = *known + 1;
    if (ebpf_map_update_elem(&flows, flow, &times, EBPF_ANY))
        return VALE_BPF_DROP;
    md->ring_nr = md->ring_nr + times;
    if (count(md))
        return VALE_BPF_DROP;
    return md->ingress_port + 1;
}

__attribute__((noinline)) int count(struct vale_bpf_md *md) {
    uint32_t zero = 0;
    uint32_t port = md->ingress_port;
    uint32_t *limit = ebpf_map_lookup_elem(&limits, &zero);
    uint64_t *counter = ebpf_map_lookup_elem(&frames, &zero);
    if (!limit || !counter)
        return 1;
    *counter += 1;
    if (*limit && *counter > *limit)
        return 1;
    uint64_t number = *counter;
    return ebpf_map_update_elem(&last, &port, &number, EBPF_ANY);
}
