// SPDX-License-Identifier: Apache-2.0
// Programs of other types beside an XDP one: they can be read, not run.
#include "weir_bpf.h"

SEC("tc")
int classify(void *ctx) {
    return 0;
}

SEC("tracepoint/sched/sched_switch")
int traced(void *ctx) {
    return 0;
}

SEC("xdp.frags/devmap")
int frags(struct xdp_md *ctx) {
    return XDP_PASS;
}

LICENSE("Proprietary");
