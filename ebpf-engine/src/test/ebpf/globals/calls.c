// SPDX-License-Identifier: Apache-2.0
// Global functions are verified once, by themselves, whoever calls them; stack and frames count all the same.
#include "globals.h"

static void (*const bpf_ringbuf_discard)(void *data, __u64 flags) = (void *)133;

__u64 table[16];

__noinline int masked(__u64 index) {
    opaque(index);
    return table[index & 15] & 1;
}

__noinline int unbounded(__u64 index) {
    opaque(index);
    return table[index] & 1;
}

static __noinline int unbounded_static(__u64 index) {
    opaque(index);
    return table[index] & 1;
}

__weak __noinline int unbounded_weak(__u64 index) {
    opaque(index);
    return table[index] & 1;
}

__hidden __noinline int unbounded_hidden(__u64 index) {
    opaque(index);
    return table[index] & 1;
}

__noinline int three(void) {
    int value = 3;
    opaque(value);
    return value & 15;
}

static __noinline __u64 three_static(void) {
    __u64 value = 3;
    opaque(value);
    return value;
}

__noinline __u64 bounded(__u64 value) {
    opaque(value);
    return value & 15;
}

__noinline int moves(struct xdp_md *context) {
    return bpf_xdp_adjust_head(context, 4) ? 1 : 0;
}

__noinline int moves_deeper(struct xdp_md *context) {
    return moves(context) + 1;
}

__noinline int moves_with(struct xdp_md *context, struct pair *of) {
    int failed = bpf_xdp_adjust_head(context, 4) ? 1 : 0;
    return of ? failed + (int)of->first : failed;
}

__noinline int leaks_record(int value) {
    opaque(value);
    struct pair *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
    return record != 0;
}

__noinline int keeps_no_record(int value) {
    opaque(value);
    struct pair *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
    if (record)
        bpf_ringbuf_discard(record, 0);
    return record != 0;
}

__noinline int recursive(int value) {
    opaque(value);
    if (value <= 0)
        return 0;
    int below = recursive(value - 1);
    opaque(below);
    return below + 1;
}

__noinline int odd(int value);

__noinline int even(int value) {
    opaque(value);
    if (value <= 0)
        return 1;
    int other = odd(value - 1);
    opaque(other);
    return !other;
}

__noinline int odd(int value) {
    opaque(value);
    if (value <= 0)
        return 0;
    int other = even(value - 1);
    opaque(other);
    return !other;
}

__noinline long returns_address(struct xdp_md *context) {
    long address = (long)context;
    opaque(address);
    return address;
}

#define FUNCTION(name, bytes, call)                                                                                    \
    __noinline int name(int value) {                                                                                   \
        char room[bytes];                                                                                              \
        char *start = room;                                                                                            \
        __builtin_memset(room, 0, sizeof(room));                                                                       \
        touched(start);                                                                                                \
        int result = call;                                                                                             \
        touched(start);                                                                                                \
        return result + start[0];                                                                                      \
    }

FUNCTION(last, 8, value)
FUNCTION(deep1, 8, last(value) + 1)
FUNCTION(deep2, 8, deep1(value) + 1)
FUNCTION(deep3, 8, deep2(value) + 1)
FUNCTION(deep4, 8, deep3(value) + 1)
FUNCTION(deep5, 8, deep4(value) + 1)
FUNCTION(deep6, 8, deep5(value) + 1)
FUNCTION(deep7, 8, deep6(value) + 1)
FUNCTION(wide256, 256, value)
FUNCTION(wide240, 240, value)
FUNCTION(wide_to_wide, 240, wide256(value))

static long turn(__u32 index, void *context) {
    int result = masked(index);
    opaque(result);
    return result & 1;
}

static long bad_turn(__u32 index, void *context) {
    int result = unbounded(index);
    opaque(result);
    return result & 1;
}

__noinline long global_turn(__u32 index, __u64 context) {
    opaque(index);
    return index > 3;
}

const volatile __u32 never;

SEC("xdp")
int accept_what_bounds_itself(struct xdp_md *ctx) {
    return masked(ctx->rx_queue_index);
}

SEC("xdp")
int reject_what_its_caller_bounds(struct xdp_md *ctx) {
    return unbounded(3);
}

SEC("xdp")
int accept_static_that_its_caller_bounds(struct xdp_md *ctx) {
    return unbounded_static(3);
}

SEC("xdp")
int reject_weak_that_its_caller_bounds(struct xdp_md *ctx) {
    return unbounded_weak(3);
}

SEC("xdp")
int accept_hidden_that_its_caller_bounds(struct xdp_md *ctx) {
    return unbounded_hidden(3);
}

SEC("xdp")
int accept_bad_function_that_no_run_calls(struct xdp_md *ctx) {
    return never ? unbounded(3) : XDP_PASS;
}

SEC("xdp")
int reject_bad_function_that_a_run_may_call(struct xdp_md *ctx) {
    return ctx->rx_queue_index == 77 ? unbounded(3) : XDP_PASS;
}

SEC("xdp")
int reject_result_as_known(struct xdp_md *ctx) {
    __u64 index = three();
    return table[index] & 1;
}

SEC("xdp")
int accept_result_of_static_as_known(struct xdp_md *ctx) {
    return table[three_static()] & 1;
}

SEC("xdp")
int reject_result_as_bounded(struct xdp_md *ctx) {
    return table[bounded(ctx->rx_queue_index)] & 1;
}

SEC("xdp")
int accept_result_that_is_tested(struct xdp_md *ctx) {
    __u64 index = bounded(ctx->rx_queue_index);
    opaque(index);
    if (index > 15)
        return XDP_PASS;
    opaque(index);
    return table[index] & 1;
}

SEC("xdp")
int reject_frame_after_it_moved(struct xdp_md *ctx) {
    struct pair *start = (void *)(long)ctx->data;
    if ((void *)(start + 1) > (void *)(long)ctx->data_end)
        return XDP_PASS;
    int moved = moves(ctx);
    return (moved + start->first) & 1;
}

SEC("xdp")
int reject_frame_after_it_moved_deeper(struct xdp_md *ctx) {
    struct pair *start = (void *)(long)ctx->data;
    if ((void *)(start + 1) > (void *)(long)ctx->data_end)
        return XDP_PASS;
    int moved = moves_deeper(ctx);
    return (moved + start->first) & 1;
}

SEC("xdp")
int accept_frame_after_another_call(struct xdp_md *ctx) {
    struct pair *start = (void *)(long)ctx->data;
    if ((void *)(start + 1) > (void *)(long)ctx->data_end)
        return XDP_PASS;
    int result = masked(7);
    return (result + start->first) & 1;
}

SEC("xdp")
int accept_frame_found_again(struct xdp_md *ctx) {
    int moved = moves(ctx);
    struct pair *start = (void *)(long)ctx->data;
    if ((void *)(start + 1) > (void *)(long)ctx->data_end)
        return XDP_PASS;
    return (moved + start->first) & 1;
}

SEC("xdp")
int accept_stack_for_what_moves(struct xdp_md *ctx) {
    struct pair pair = {1, 2};
    return moves_with(ctx, &pair) & 1;
}

SEC("xdp")
int strict_frame_for_what_moves(struct xdp_md *ctx) {
    struct pair *start = (void *)(long)ctx->data;
    if ((void *)(start + 1) > (void *)(long)ctx->data_end)
        return XDP_PASS;
    return moves_with(ctx, start) & 1;
}

SEC("xdp")
int reject_record_kept(struct xdp_md *ctx) {
    return leaks_record(1);
}

SEC("xdp")
int accept_record_given_back(struct xdp_md *ctx) {
    return keeps_no_record(1);
}

SEC("xdp")
int accept_call_while_record_is_held(struct xdp_md *ctx) {
    struct pair *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
    if (!record)
        return XDP_PASS;
    int result = keeps_no_record(1);
    bpf_ringbuf_submit(record, 0);
    return result;
}

SEC("xdp")
int reject_recursion(struct xdp_md *ctx) {
    return recursive(3);
}

SEC("xdp")
int reject_recursion_of_two(struct xdp_md *ctx) {
    return even(3);
}

SEC("xdp")
int reject_address_as_result(struct xdp_md *ctx) {
    return returns_address(ctx) & 1;
}

SEC("xdp")
int accept_eight_frames(struct xdp_md *ctx) {
    return deep6(1);
}

SEC("xdp")
int reject_nine_frames(struct xdp_md *ctx) {
    return deep7(1);
}

SEC("xdp")
int accept_whole_stack(struct xdp_md *ctx) {
    char room[256];
    char *start = room;
    __builtin_memset(room, 0, sizeof(room));
    touched(start);
    return wide256(1) + start[0];
}

SEC("xdp")
int reject_more_than_the_stack(struct xdp_md *ctx) {
    char room[264];
    char *start = room;
    __builtin_memset(room, 0, sizeof(room));
    touched(start);
    return wide256(1) + start[0];
}

SEC("xdp")
int accept_one_after_the_other(struct xdp_md *ctx) {
    char room[256];
    char *start = room;
    __builtin_memset(room, 0, sizeof(room));
    touched(start);
    return wide256(1) + wide240(2) + start[0];
}

SEC("xdp")
int accept_one_inside_the_other(struct xdp_md *ctx) {
    return wide_to_wide(1);
}

SEC("xdp")
int reject_one_inside_the_other(struct xdp_md *ctx) {
    char room[32];
    char *start = room;
    __builtin_memset(room, 0, sizeof(room));
    touched(start);
    return wide_to_wide(1) + start[0];
}

SEC("xdp")
int accept_call_in_a_callback(struct xdp_md *ctx) {
    return bpf_loop(4, turn, 0, 0) & 1;
}

SEC("xdp")
int reject_bad_call_in_a_callback(struct xdp_md *ctx) {
    return bpf_loop(4, bad_turn, 0, 0) & 1;
}

SEC("xdp")
int reject_global_callback(struct xdp_md *ctx) {
    return bpf_loop(4, global_turn, 0, 0) & 1;
}
