// SPDX-License-Identifier: Apache-2.0
//
// Reads beyond what it has checked: the verifier refuses it.
#include "../../../../ebpf-engine/src/test/ebpf/weir_bpf.h"

SEC("xdp")
int refused(struct xdp_md *ctx) {
    __u8 *data = (void *)(long)ctx->data;
    return data[12] == 8 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
