// SPDX-License-Identifier: Apache-2.0
// 64-bit and 32-bit arithmetic side by side, on numbers of the packet: unsigned and signed, shifts, division, byte
// order, sign extension. Built for each version of the instruction set, which says it in other instructions.
#include "../weir_bpf.h"

struct numbers {
    __u64 wide;
    __u32 narrow;
    __u16 half;
    __u8 byte;
    __u8 shift;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} results SEC(".maps");

static __always_inline void put(__u32 key, __u64 value) {
    __u64 *result = bpf_map_lookup_elem(&results, &key);
    if (result)
        *result = value;
}

SEC("xdp")
int widths(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct numbers *in = data;
    if ((void *)(in + 1) > end)
        return XDP_DROP;

    __u64 wide = in->wide;
    __u32 narrow = in->narrow;
    put(0, wide * narrow);
    put(1, (__u32)wide * narrow);
    put(2, narrow ? wide / narrow : 0);
    put(3, narrow ? (__u32)wide % narrow : 0);
    put(4, wide << (in->shift & 63));
    put(5, narrow << (in->shift & 31));
    put(6, (__s64)wide >> (in->shift & 63));
    put(7, (__s32)narrow >> (in->shift & 31));
    put(8, (__s64)(__s16)in->half);
    put(9, (__s64)(signed char)in->byte);
    put(10, __builtin_bswap64(wide));
    put(11, __builtin_bswap32(narrow));
    put(12, (__s32)narrow < (__s32)wide);
    put(13, narrow < (__u32)wide);
    put(14, -narrow);
    put(15, ~(__u64)narrow);
    return XDP_PASS;
}

LICENSE("GPL");
