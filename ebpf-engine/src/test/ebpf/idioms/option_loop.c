// SPDX-License-Identifier: Apache-2.0
// Options of IPv4 (RFC 791, 3.1) in a loop whose steps are as long as the options say: finds the router alert
// (RFC 2113) and returns its place, -1 without, -2 for options that make no sense.
#include "../weir_bpf.h"

#define END 0
#define NOP 1
#define ROUTER_ALERT 148
#define MAX_OPTIONS 10 // with all 40 bytes that there may be the kernel gives up after a million instructions

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __s32);
} place SEC(".maps");

static __noinline int router_alert(void *data, void *end) {
    struct iphdr *ip = data + sizeof(struct ethhdr);
    if ((void *)(ip + 1) > end)
        return -1;
    __u32 header = ip->ihl * 4;
    __u32 at = sizeof(*ip);
    for (int i = 0; i < MAX_OPTIONS && at < header; i++) {
        __u8 *option = (void *)ip + (at & 63);
        if ((void *)(option + 1) > end)
            return -2;
        if (*option == END)
            return -1;
        if (*option == NOP) {
            at++;
            continue;
        }
        if ((void *)(option + 2) > end)
            return -2;
        if (*option == ROUTER_ALERT)
            return at;
        if (option[1] < 2)
            return -2;
        at += option[1];
    }
    return -1;
}

SEC("xdp")
int option_loop(struct xdp_md *ctx) {
    __u32 zero = 0;
    __s32 *result = bpf_map_lookup_elem(&place, &zero);
    if (!result)
        return XDP_ABORTED;
    *result = router_alert((void *)(long)ctx->data, (void *)(long)ctx->data_end);
    return *result >= 0 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
