// SPDX-License-Identifier: Apache-2.0
// Buffers on the stack: zeroed as a whole, filled by memcpy, by a helper, byte by byte at an index of the packet, and
// as keys. Turns the addresses of a frame around and counts its pairs of addresses.
#include "../weir_bpf.h"

static long (*const bpf_xdp_load_bytes)(struct xdp_md *ctx, __u32 offset, void *buffer, __u32 bytes) = (void *)189;
static long (*const bpf_xdp_store_bytes)(struct xdp_md *ctx, __u32 offset, void *buffer, __u32 bytes) = (void *)190;

struct pair {
    __u8 low[6];
    __u8 high[6];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, struct pair);
    __type(value, __u64);
} pairs SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __u8[16]);
    __type(value, __u64);
} histograms SEC(".maps");

SEC("xdp")
int stack_buffers(struct xdp_md *ctx) {
    struct pair addresses;
    if (bpf_xdp_load_bytes(ctx, 0, &addresses, sizeof(addresses)))
        return XDP_DROP;

    struct pair turned;
    __builtin_memcpy(turned.low, addresses.high, sizeof(turned.low));
    __builtin_memcpy(turned.high, addresses.low, sizeof(turned.high));
    if (bpf_xdp_store_bytes(ctx, 0, &turned, sizeof(turned)))
        return XDP_DROP;

    struct pair key = {};
    int order = 0;
    for (int i = 0; i < 6 && order == 0; i++)
        order = addresses.low[i] - addresses.high[i];
    __builtin_memcpy(&key, order <= 0 ? &addresses : &turned, sizeof(key));
    __u64 one = 1;
    __u64 *count = bpf_map_lookup_elem(&pairs, &key);
    if (count)
        __sync_fetch_and_add(count, 1);
    else
        bpf_map_update_elem(&pairs, &key, &one, BPF_NOEXIST);

    // How often each low half of a byte is in the addresses.
    __u8 histogram[16];
    __builtin_memset(histogram, 0, sizeof(histogram));
    for (int i = 0; i < 6; i++) {
        histogram[addresses.low[i] & 15]++;
        histogram[addresses.high[i] & 15]++;
    }
    bpf_map_update_elem(&histograms, histogram, &one, BPF_ANY);
    return XDP_TX;
}

LICENSE("GPL");
