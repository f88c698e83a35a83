// SPDX-License-Identifier: Apache-2.0
// Global variables in .data, .data.*, .rodata, .bss, and string constants.
#include "weir_bpf.h"

struct settings {
    __u32 limit;
    char name[12];
    __u8 table[3];
};

struct settings settings = {1500, "weir", {1, 2, 3}};
static int offset = -7;
__u64 seen;
__u32 array[100];
const volatile __u32 limit = 9;
static const __u16 primes[] = {2, 3, 5, 7, 11, 13, 17, 19};
__u64 hot SEC(".data.hot") = 0x1122334455667788ULL;

SEC("xdp")
int global_data(struct xdp_md *ctx) {
    static const char format[] = "port %d\n";
    __u32 port = ctx->ingress_ifindex;
    seen++;
    array[port % 100] += settings.limit + offset;
    offset += primes[port & 7];
    hot ^= limit;
    settings.table[1] = port;
    if (port > limit)
        bpf_trace_printk(format, sizeof(format), port);
    bpf_trace_printk("constant", 9);
    return offset > 100 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
