// SPDX-License-Identifier: Apache-2.0
// Updates with a value that is shorter than the map's values.
#include "rejected.h"

SEC("xdp")
int reject(struct xdp_md *ctx) {
    __u32 number = 1;
    bpf_map_update_elem(&counts, &number, &number, BPF_ANY);
    return XDP_PASS;
}

LICENSE("GPL");
