// SPDX-License-Identifier: Apache-2.0
// Lengths of the packet in pointer arithmetic, as u16, u32 and u64, bounded by a mask, by a comparison, by a type:
// follows a chain of records (one byte of type, a length) to its last, and returns that one's first byte of data.
#include "../weir_bpf.h"

#define MAX_RECORDS 4

struct record {
    __u8 type;
    __u8 words; // bits 0 to 3; the others are flags
    __be16 bytes;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 3);
    __type(key, __u32);
    __type(value, __u32);
} found SEC(".maps");

static __always_inline void put(__u32 key, __u32 value) {
    __u32 *slot = bpf_map_lookup_elem(&found, &key);
    if (slot)
        *slot = value;
}

// By a mask: at most 15 * 4 bytes a record.
static __always_inline int by_mask(void *data, void *end) {
    struct record *record = data;
    for (int i = 0; i < MAX_RECORDS; i++) {
        if ((void *)(record + 1) > end)
            return -1;
        __u32 bytes = (record->words & 0xf) * 4;
        if (record->type == 0)
            return record->bytes & 0xff;
        record = (void *)(record + 1) + bytes;
    }
    return -1;
}

// By a comparison, in 32 bits, with the offset as a number of its own.
static __always_inline int by_comparison(void *data, void *end) {
    __u32 offset = 0;
    for (int i = 0; i < MAX_RECORDS; i++) {
        if (offset > 1000)
            return -1;
        struct record *record = data + offset;
        if ((void *)(record + 1) > end)
            return -1;
        __u16 bytes = ntohs(record->bytes);
        if (record->type == 0)
            return offset;
        if (bytes > 255)
            return -1;
        offset += sizeof(*record) + bytes;
    }
    return -1;
}

// The length of the whole packet, clamped: is the last byte there?
static __always_inline int by_length(void *data, void *end) {
    __u64 bytes = end - data;
    if (bytes > 1024)
        bytes = 1024;
    __u8 *last = data + ((bytes - 1) & 1023);
    if ((void *)(last + 1) > end)
        return -1;
    return *last;
}

SEC("xdp")
int packet_lengths(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    put(0, by_mask(data, end));
    put(1, by_comparison(data, end));
    put(2, by_length(data, end));
    return XDP_PASS;
}

LICENSE("GPL");
