// SPDX-License-Identifier: Apache-2.0
// What global functions are given: numbers, the context, memory.
#include "globals.h"

__noinline int number(long value) {
    opaque(value);
    return value > 7;
}

__noinline int small(unsigned char value) {
    opaque(value);
    return value;
}

enum colour { RED, GREEN };

__noinline int enumerator(enum colour value) {
    opaque(value);
    return value == GREEN;
}

__noinline int port(struct xdp_md *context) {
    return context->ingress_ifindex & 1;
}

__noinline int sum(struct pair *of) {
    touched(of);
    return of ? (of->first + of->second) & 1 : 0;
}

__noinline int clear(struct pair *of) {
    touched(of);
    if (of)
        of->first = 0;
    return 0;
}

__noinline int unchecked(struct pair *of) {
    touched(of);
    return of->first & 1;
}

__noinline int beyond(struct pair *of) {
    touched(of);
    return of ? ((__u64 *)of)[2] & 1 : 0;
}

__noinline int constant(const struct pair *of) {
    touched(of);
    return of ? of->first & 1 : 0;
}

__noinline int five(struct xdp_md *context, long one, struct pair *of, unsigned int two, struct pair *more) {
    opaque(one);
    return context->rx_queue_index + one + two + (of ? of->first : 0) + (more ? more->first : 0);
}

const volatile struct pair fixed = {1, 2};

SEC("xdp")
int accept_number(struct xdp_md *ctx) {
    return number(ctx->rx_queue_index);
}

SEC("xdp")
int accept_small_number(struct xdp_md *ctx) {
    return small(ctx->rx_queue_index);
}

SEC("xdp")
int accept_enumerator(struct xdp_md *ctx) {
    return enumerator(ctx->rx_queue_index & 1);
}

SEC("xdp")
int reject_context_as_number(struct xdp_md *ctx) {
    return number((long)ctx);
}

SEC("xdp")
int reject_stack_as_number(struct xdp_md *ctx) {
    struct pair pair = {};
    struct pair *pointer = &pair;
    touched(pointer);
    return number((long)pointer);
}

SEC("xdp")
int accept_context(struct xdp_md *ctx) {
    return port(ctx);
}

SEC("xdp")
int reject_moved_context(struct xdp_md *ctx) {
    return port((void *)ctx + 4);
}

SEC("xdp")
int reject_stack_as_context(struct xdp_md *ctx) {
    struct xdp_md copy = {};
    struct xdp_md *pointer = &copy;
    touched(pointer);
    return port(pointer);
}

SEC("xdp")
int reject_null_as_context(struct xdp_md *ctx) {
    return port(0);
}

SEC("xdp")
int reject_context_as_memory(struct xdp_md *ctx) {
    return sum((struct pair *)ctx);
}

SEC("xdp")
int accept_stack(struct xdp_md *ctx) {
    struct pair pair = {1, 2};
    return sum(&pair);
}

SEC("xdp")
int reject_stack_too_small(struct xdp_md *ctx) {
    __u64 half = 1;
    return sum((struct pair *)&half);
}

SEC("xdp")
int strict_stack_not_written(struct xdp_md *ctx) {
    struct pair pair;
    struct pair *pointer = &pair;
    touched(pointer);
    return sum(pointer);
}

SEC("xdp")
int strict_stack_half_written(struct xdp_md *ctx) {
    struct pair pair;
    struct pair *pointer = &pair;
    pair.first = 1;
    touched(pointer);
    return sum(pointer);
}

SEC("xdp")
int accept_null(struct xdp_md *ctx) {
    return sum(0);
}

SEC("xdp")
int reject_number_as_memory(struct xdp_md *ctx) {
    return sum((struct pair *)(long)ctx->rx_queue_index);
}

SEC("xdp")
int accept_value_that_may_be_null(struct xdp_md *ctx) {
    __u32 key = 0;
    return sum(bpf_map_lookup_elem(&pairs, &key));
}

SEC("xdp")
int accept_value(struct xdp_md *ctx) {
    __u32 key = 0;
    struct pair *value = bpf_map_lookup_elem(&pairs, &key);
    return value ? sum(value) : 0;
}

SEC("xdp")
int reject_value_too_small(struct xdp_md *ctx) {
    __u32 key = 0;
    return sum(bpf_map_lookup_elem(&halves, &key));
}

SEC("xdp")
int reject_value_from_its_middle(struct xdp_md *ctx) {
    __u32 key = 0;
    struct pair *value = bpf_map_lookup_elem(&pairs, &key);
    return value ? sum((struct pair *)&value->second) : 0;
}

SEC("xdp")
int reject_value_still_needs_a_test(struct xdp_md *ctx) {
    __u32 key = 0;
    struct pair *value = bpf_map_lookup_elem(&pairs, &key);
    int result = sum(value);
    return result + value->first;
}

SEC("xdp")
int reject_map_as_memory(struct xdp_md *ctx) {
    return sum((struct pair *)&pairs);
}

SEC("xdp")
int accept_frame(struct xdp_md *ctx) {
    struct pair *start = (void *)(long)ctx->data;
    if ((void *)(start + 1) > (void *)(long)ctx->data_end)
        return XDP_PASS;
    return sum(start);
}

SEC("xdp")
int reject_frame_too_short(struct xdp_md *ctx) {
    struct pair *start = (void *)(long)ctx->data;
    if ((void *)start + 15 > (void *)(long)ctx->data_end)
        return XDP_PASS;
    return sum(start);
}

SEC("xdp")
int reject_end_of_frame(struct xdp_md *ctx) {
    return sum((void *)(long)ctx->data_end);
}

SEC("xdp")
int accept_record(struct xdp_md *ctx) {
    struct pair *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
    if (!record)
        return XDP_PASS;
    clear(record);
    bpf_ringbuf_submit(record, 0);
    return XDP_PASS;
}

SEC("xdp")
int reject_record_too_small(struct xdp_md *ctx) {
    __u64 *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
    if (!record)
        return XDP_PASS;
    clear((struct pair *)record);
    bpf_ringbuf_submit(record, 0);
    return XDP_PASS;
}

// What a function is given it may write, whatever C says.
SEC("xdp")
int reject_constant_data(struct xdp_md *ctx) {
    return constant((const struct pair *)&fixed);
}

SEC("xdp")
int accept_offset_in_bounds(struct xdp_md *ctx) {
    struct pair all[3] = {};
    struct pair *pointer = all;
    touched(pointer);
    __u32 index = ctx->rx_queue_index;
    if (index > 2)
        return XDP_PASS;
    __u64 offset = index * 16ull;
    opaque(offset);
    if (offset > 32)
        return XDP_PASS;
    return sum((void *)pointer + offset);
}

SEC("xdp")
int reject_offset_out_of_bounds(struct xdp_md *ctx) {
    struct pair all[3] = {};
    struct pair *pointer = all;
    touched(pointer);
    __u64 offset = ctx->rx_queue_index;
    opaque(offset);
    if (offset > 33)
        return XDP_PASS;
    return sum((void *)pointer + offset);
}

SEC("xdp")
int reject_without_a_test_for_null(struct xdp_md *ctx) {
    struct pair pair = {1, 2};
    return unchecked(&pair);
}

SEC("xdp")
int reject_use_beyond_the_type(struct xdp_md *ctx) {
    struct pair all[2] = {};
    return beyond(all);
}

SEC("xdp")
int accept_five(struct xdp_md *ctx) {
    struct pair pair = {1, 2};
    return five(ctx, 1, &pair, 2, 0) & 3;
}

SEC("xdp")
int reject_fifth(struct xdp_md *ctx) {
    struct pair pair = {1, 2};
    return five(ctx, 1, &pair, 2, (struct pair *)(long)ctx->rx_queue_index) & 3;
}

// What the function writes is not what it was for the caller.
SEC("xdp")
int reject_number_that_a_function_may_change(struct xdp_md *ctx) {
    __u64 table[4] = {};
    struct pair pair = {1, 2};
    clear(&pair);
    __u64 *pointer = table;
    touched(pointer);
    return *(__u64 *)((void *)pointer + pair.second);
}
