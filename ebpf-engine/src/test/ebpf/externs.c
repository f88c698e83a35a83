// SPDX-License-Identifier: Apache-2.0
// What is outside the object: a function of the kernel, kernel configuration, a symbol, weak ones of each.
#include "weir_bpf.h"

extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
extern int bpf_weak_function(void) __ksym __weak;
extern const int some_variable __ksym;
extern const int weak_variable __ksym __weak;
extern unsigned int CONFIG_HZ __kconfig;
extern unsigned int CONFIG_WEAK __kconfig __weak;

SEC("xdp")
int timestamp(struct xdp_md *ctx) {
    __u64 time = 0;
    bpf_xdp_metadata_rx_timestamp(ctx, &time);
    return time ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int config(struct xdp_md *ctx) {
    return CONFIG_HZ == 1000 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int weak_config(struct xdp_md *ctx) {
    return CONFIG_WEAK + XDP_PASS;
}

SEC("xdp")
int variable(struct xdp_md *ctx) {
    return some_variable;
}

SEC("xdp")
int weak(struct xdp_md *ctx) {
    if (&weak_variable)
        return XDP_DROP;
    return bpf_weak_function ? bpf_weak_function() : XDP_PASS;
}

LICENSE("GPL");
