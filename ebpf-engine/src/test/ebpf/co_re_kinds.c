// SPDX-License-Identifier: Apache-2.0
// Every kind of CO-RE relocation, as bpf_core_read.h uses it. What programs return depends on what is patched in.
#include "weir_bpf.h"

#define field_info(field, kind) __builtin_preserve_field_info(field, kind)
#define type_info(type, kind) __builtin_preserve_type_info(*(typeof(type) *)0, kind)
#define type_id(type, kind) __builtin_btf_type_id(*(typeof(type) *)0, kind)
#define enum_value(type, value, kind) __builtin_preserve_enum_value(*(typeof(type) *)value, kind)

enum { FIELD_BYTE_OFFSET, FIELD_BYTE_SIZE, FIELD_EXISTS, FIELD_SIGNED, FIELD_LSHIFT_U64, FIELD_RSHIFT_U64 };
enum { TYPE_EXISTS, TYPE_SIZE, TYPE_MATCHES };
enum { ENUM_VALUE_EXISTS, ENUM_VALUE };

/* As BPF_CORE_READ_BITFIELD: a load as wide as the field's, then shifts that leave nothing but the field. */
#define read_bits(base, field) ({                                                           \
    const void *at = (const void *)base + field_info(base->field, FIELD_BYTE_OFFSET);        \
    __u64 value = 0;                                                                         \
    switch (field_info(base->field, FIELD_BYTE_SIZE)) {                                      \
    case 1: value = *(const __u8 *)at; break;                                                \
    case 2: value = *(const __u16 *)at; break;                                               \
    case 4: value = *(const __u32 *)at; break;                                               \
    case 8: value = *(const __u64 *)at; break;                                               \
    }                                                                                        \
    value <<= field_info(base->field, FIELD_LSHIFT_U64);                                     \
    if (field_info(base->field, FIELD_SIGNED))                                               \
        value = (__s64)value >> field_info(base->field, FIELD_RSHIFT_U64);                   \
    else                                                                                     \
        value >>= field_info(base->field, FIELD_RSHIFT_U64);                                 \
    value;                                                                                   \
})

/* Bits stand elsewhere, in words of another size. */
struct iphdr___bits {
    __u64 padding : 20;
    __u64 version : 4;
    __u64 ihl : 4;
} CORE;

struct tcphdr___bits {
    __u32 syn : 1;
    __u32 padding : 3;
    __u32 doff : 4;
    __u32 ack : 1;
} CORE;

/* Fields are wider, and narrower, than the engine's. */
struct ethhdr___wide {
    __u64 h_proto;
} CORE;

struct ethhdr___narrow {
    __u8 h_proto;
} CORE;

struct bpf_devmap_val___signed {
    long ifindex;
} CORE;

struct ethhdr___same {
    __u8 h_source[6];
    __be16 h_proto;
} CORE;

struct ethhdr___other {
    __u32 h_proto;
} CORE;

struct no_such_type {
    int field;
} CORE;

enum xdp_action___odd { XDP_REDIRECT___odd = 99, XDP_NOTHING = 100 };

SEC("xdp")
int bit_fields(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    if (data + 64 > (void *)(long)ctx->data_end)
        return XDP_ABORTED;
    struct iphdr___bits *ip = data + 14;
    struct tcphdr___bits *tcp = data + 34;
    return read_bits(ip, version) << 12 | read_bits(ip, ihl) << 8 | read_bits(tcp, doff) << 4
        | read_bits(tcp, syn) << 1 | read_bits(tcp, ack);
}

SEC("xdp")
int load_sizes(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    if (data + 64 > (void *)(long)ctx->data_end)
        return XDP_ABORTED;
    struct ethhdr___wide *eth = data;
    struct ethhdr___narrow *narrow = data;
    return eth->h_proto << 16 | narrow->h_proto;
}

/* A signed field of another size reads wrongly: the instruction is poisoned. */
SEC("xdp")
int signed_load(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    if (data + 64 > (void *)(long)ctx->data_end)
        return XDP_ABORTED;
    return ((struct bpf_devmap_val___signed *)data)->ifindex;
}

SEC("xdp")
int signs(struct xdp_md *ctx) {
    struct xdp_md *md = ctx;
    struct bpf_devmap_val___signed *value = (void *)ctx;
    return field_info(md->data, FIELD_SIGNED) << 1 | field_info(value->ifindex, FIELD_EXISTS);
}

SEC("xdp")
int types(struct xdp_md *ctx) {
    int result = type_info(struct ethhdr___same, TYPE_EXISTS) | type_info(struct no_such_type, TYPE_EXISTS) << 1
        | type_info(struct ethhdr___same, TYPE_MATCHES) << 2 | type_info(struct ethhdr___other, TYPE_MATCHES) << 3
        | type_info(struct no_such_type, TYPE_MATCHES) << 4;
    return result | type_info(struct ethhdr___same, TYPE_SIZE) << 8 | type_info(struct no_such_type, TYPE_SIZE) << 16;
}

SEC("xdp")
int constants(struct xdp_md *ctx) {
    __u64 result = enum_value(enum xdp_action___odd, XDP_REDIRECT___odd, ENUM_VALUE_EXISTS)
        | enum_value(enum xdp_action___odd, XDP_NOTHING, ENUM_VALUE_EXISTS) << 1;
    result |= enum_value(enum xdp_action___odd, XDP_REDIRECT___odd, ENUM_VALUE) << 4;
    if (enum_value(enum xdp_action___odd, XDP_NOTHING, ENUM_VALUE_EXISTS))
        result |= enum_value(enum xdp_action___odd, XDP_NOTHING, ENUM_VALUE) << 8;
    return result;
}

SEC("xdp")
int type_ids(struct xdp_md *ctx) {
    return (type_id(struct no_such_type, 0) != 0) | (type_id(struct xdp_md, 1) != 0) << 1
        | (type_id(struct no_such_type, 1) != 0) << 2;
}

LICENSE("GPL");
