// SPDX-License-Identifier: Apache-2.0
//
// Does what each frame tells it to, so that a test says by data what a program does:
//
//   byte 14      command
//   byte 16..19  argument, little endian
//   byte 20..23  flags, little endian
//   byte 24..    room for what programs write down
#include "../../../../ebpf-engine/src/test/ebpf/weir_bpf.h"

#define BPF_MAP_TYPE_CPUMAP 16
#define BPF_MAP_TYPE_XSKMAP 17
#define BPF_MAP_TYPE_DEVMAP_HASH 25

static long (*const bpf_xdp_adjust_meta)(struct xdp_md *ctx, int delta) = (void *)54;

enum command {
    RETURN,
    REDIRECT,
    REDIRECT_DEVMAP,
    REDIRECT_DEVMAP_HASH,
    REDIRECT_CPUMAP,
    REDIRECT_XSKMAP,
    ADJUST_HEAD,
    ADJUST_TAIL,
    SET_METADATA,
    GET_METADATA,
    SPIN,
    SAY,
    TELL,
    PUSH_RECORD,
    WRITE_CONTEXT,
    REPLY,
    COMMANDS
};

struct request {
    struct ethhdr eth;
    __u8 command;
    __u8 reserved;
    __s32 argument;
    __u32 flags;
    __u32 written[4];
} __attribute__((packed));

struct devmap_value {
    __u32 ifindex;
    int program;
};

struct cpumap_value {
    __u32 qsize;
    int program;
};

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, struct devmap_value);
} devmap SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, struct devmap_value);
} devmap_hash SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, struct cpumap_value);
} cpumap SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u32);
} xskmap SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(max_entries, 0);
    __type(key, __u32);
    __type(value, __u32);
} events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} records SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, COMMANDS);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

static struct request *request(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    return data + sizeof(struct request) > end ? 0 : data;
}

static long spin(__u64 index, void *unused) {
    return 0;
}

static int set_metadata(struct xdp_md *ctx, __s32 value) {
    if (bpf_xdp_adjust_meta(ctx, -8))
        return XDP_ABORTED;
    void *data = (void *)(long)ctx->data;
    __s32 *meta = (void *)(long)ctx->data_meta;
    if ((void *)(meta + 2) > data)
        return XDP_ABORTED;
    meta[0] = value;
    meta[1] = ~value;
    return XDP_PASS;
}

static int get_metadata(struct xdp_md *ctx, struct request *request) {
    void *data = (void *)(long)ctx->data;
    __s32 *meta = (void *)(long)ctx->data_meta;
    request->written[0] = ctx->data - ctx->data_meta;
    if ((void *)(meta + 1) <= data)
        request->written[1] = meta[0];
    return XDP_PASS;
}

static int write_context(struct xdp_md *ctx, struct request *request) {
    request->written[0] = ctx->ingress_ifindex;
    request->written[1] = ctx->rx_queue_index;
    request->written[2] = ctx->data_end - ctx->data;
    return XDP_PASS;
}

static int say(struct request *request) {
    static const char format[] = "argument %d flags %u\n";
    bpf_trace_printk(format, sizeof(format), request->argument, request->flags);
    return XDP_PASS;
}

static int push_record(struct request *request) {
    __u32 *record = bpf_ringbuf_reserve(&records, 8, 0);
    if (!record)
        return XDP_DROP;
    record[0] = request->argument;
    record[1] = request->flags;
    bpf_ringbuf_submit(record, 0);
    return XDP_PASS;
}

static int reply(struct ethhdr *eth) {
    struct ethhdr old = *eth;
    __builtin_memcpy(eth->h_dest, old.h_source, 6);
    __builtin_memcpy(eth->h_source, old.h_dest, 6);
    return XDP_TX;
}

SEC("xdp")
int steered(struct xdp_md *ctx) {
    struct request *asked = request(ctx);
    if (!asked)
        return XDP_PASS;
    __u32 command = asked->command;
    __s32 argument = asked->argument;
    __u32 flags = asked->flags;
    __u64 *count = bpf_map_lookup_elem(&counts, &command);
    if (count)
        __sync_fetch_and_add(count, 1);

    switch (command) {
    case RETURN:
        return argument;
    case REDIRECT:
        return bpf_redirect(argument, flags);
    case REDIRECT_DEVMAP:
        return bpf_redirect_map(&devmap, argument, flags);
    case REDIRECT_DEVMAP_HASH:
        return bpf_redirect_map(&devmap_hash, argument, flags);
    case REDIRECT_CPUMAP:
        return bpf_redirect_map(&cpumap, argument, flags);
    case REDIRECT_XSKMAP:
        return bpf_redirect_map(&xskmap, argument, flags);
    case ADJUST_HEAD:
        return bpf_xdp_adjust_head(ctx, argument) ? XDP_ABORTED : XDP_PASS;
    case ADJUST_TAIL:
        return bpf_xdp_adjust_tail(ctx, argument) ? XDP_ABORTED : XDP_PASS;
    case SET_METADATA:
        return set_metadata(ctx, argument);
    case GET_METADATA:
        return get_metadata(ctx, asked);
    case SPIN:
        bpf_loop(argument, spin, 0, 0);
        return XDP_PASS;
    case SAY:
        return say(asked);
    case TELL:
        bpf_perf_event_output(ctx, &events, ((__u64)16 << 32) | 0xffffffff, &argument, sizeof(argument));
        return XDP_PASS;
    case PUSH_RECORD:
        return push_record(asked);
    case WRITE_CONTEXT:
        return write_context(ctx, asked);
    case REPLY:
        return reply(&asked->eth);
    }
    return XDP_PASS;
}

// Writes down what it sees, and returns what byte 15 says, XDP_PASS for 0.
SEC("xdp/devmap")
int on_the_way_out(struct xdp_md *ctx) {
    struct request *asked = request(ctx);
    if (!asked)
        return XDP_DROP;
    asked->written[0] = ctx->ingress_ifindex;
    asked->written[1] = ctx->egress_ifindex;
    asked->written[2] = ctx->data - ctx->data_meta;
    return asked->reserved == 0 ? XDP_PASS : asked->reserved;
}

// Writes down what it sees, and does what byte 15 says; where to stands in the last word written.
SEC("xdp/cpumap")
int on_another_cpu(struct xdp_md *ctx) {
    struct request *asked = request(ctx);
    if (!asked)
        return XDP_DROP;
    __u32 action = asked->reserved;
    __u32 target = asked->written[3];
    asked->written[0] = ctx->ingress_ifindex;
    asked->written[1] = ctx->rx_queue_index;
    asked->written[2] = ctx->data - ctx->data_meta;
    switch (action) {
    case 0:
        return XDP_PASS;
    case 4:
        return bpf_redirect(target, 0);
    case 5:
        return bpf_redirect_map(&devmap, target, 0);
    case 6:
        return bpf_redirect_map(&devmap, 0, 8 /* BPF_F_BROADCAST */);
    case 7:
        return bpf_redirect_map(&cpumap, 0, 0);
    case 8:
        bpf_loop(1000000, spin, 0, 0);
        return XDP_PASS;
    case 9:
        return bpf_xdp_adjust_tail(ctx, 13 - (int)(ctx->data_end - ctx->data)) ? XDP_PASS : XDP_ABORTED;
    case 10:
        return bpf_xdp_adjust_tail(ctx, -4) ? XDP_ABORTED : XDP_PASS;
    }
    return action;
}

// Makes the frame 4 bytes longer in front.
SEC("xdp/devmap")
int longer_on_the_way_out(struct xdp_md *ctx) {
    if (bpf_xdp_adjust_head(ctx, -4))
        return XDP_DROP;
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    if (data + 18 > end)
        return XDP_DROP;
    __builtin_memmove(data, data + 4, 12);
    __u8 *tag = data + 12;
    tag[0] = 0x88;
    tag[1] = 0xa8;
    tag[2] = 0;
    tag[3] = ctx->egress_ifindex;
    return XDP_PASS;
}

LICENSE("GPL");
