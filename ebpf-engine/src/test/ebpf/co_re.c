// SPDX-License-Identifier: Apache-2.0
// CO-RE against types laid out otherwise than the engine's: fields are found by name, missing ones asked for.
#include "weir_bpf.h"

// The engine's struct has data first; here nothing is where it is there.
struct xdp_md___shuffled {
    __u32 rx_queue_index;
    __u32 ingress_ifindex;
    __u64 padding;
    __u32 no_such_field;
} CORE;

struct iphdr___short {
    __u32 daddr;
    __u8 version : 4;
    __u8 ttl;
} CORE;

struct task_struct {
    int pid;
} CORE;

enum xdp_action___few { XDP_TX___few = 77, XDP_TELEPORT = 78 };

#define FIELD_EXISTS 2
#define BYTE_OFFSET 0
#define BYTE_SIZE 1
#define field_info(field, kind) __builtin_preserve_field_info(field, kind)
#define type_info(type, kind) __builtin_preserve_type_info(*(typeof(type) *)0, kind)
#define enum_value(type, value, kind) __builtin_preserve_enum_value(*(typeof(type) *)value, kind)

SEC("xdp")
int core_fields(struct xdp_md *ctx) {
    struct xdp_md___shuffled *md = (void *)ctx;
    __u32 result = md->ingress_ifindex + 16 * md->rx_queue_index;
    struct iphdr___short *ip = 0;
    result += 100 * field_info(ip->daddr, BYTE_OFFSET);
    result += 10000 * field_info(ip->ttl, BYTE_SIZE);
    if (field_info(md->no_such_field, FIELD_EXISTS))
        result += md->no_such_field;
    return result;
}

SEC("xdp")
int core_types(struct xdp_md *ctx) {
    int result = 0;
    if (type_info(struct xdp_md___shuffled, 0))
        result |= 1;
    if (type_info(struct task_struct, 0))
        result |= 2;
    result |= type_info(struct xdp_md, 1) << 8;
    if (enum_value(enum xdp_action___few, XDP_TX___few, 0))
        result |= 4 | enum_value(enum xdp_action___few, XDP_TX___few, 1) << 16;
    if (enum_value(enum xdp_action___few, XDP_TELEPORT, 0))
        result |= 8;
    return result;
}

SEC("xdp")
int core_missing(struct xdp_md *ctx) {
    struct xdp_md___shuffled *md = (void *)ctx;
    struct task_struct *task = (void *)ctx;
    return md->no_such_field + task->pid;
}

LICENSE("GPL");
