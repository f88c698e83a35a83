// SPDX-License-Identifier: Apache-2.0
// Types of parameters and results of global functions, and what tags make of them.
#include "globals.h"

#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define __arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
#define __arg_unknown __attribute__((btf_decl_tag("arg:unknown")))
#define __arg_other __attribute__((btf_decl_tag("other")))

struct unknown;
union either {
    __u64 number;
    struct pair pair;
};
struct empty {};
typedef struct xdp_md context_t;

__noinline int anything(void *pointer) {
    opaque(pointer);
    return pointer != 0;
}

__noinline int declared(struct unknown *pointer) {
    opaque(pointer);
    return pointer != 0;
}

__noinline int character(char *pointer) {
    touched(pointer);
    return pointer ? *pointer : 0;
}

__noinline int array(int (*pointer)[4]) {
    touched(pointer);
    return pointer ? (*pointer)[3] : 0;
}

__noinline int to_pointer(__u64 **pointer) {
    touched(pointer);
    return pointer ? (long)*pointer & 1 : 0;
}

__noinline int function(int (*pointer)(void)) {
    opaque(pointer);
    return pointer != 0;
}

__noinline int either(union either *pointer) {
    touched(pointer);
    return pointer ? pointer->pair.second & 1 : 0;
}

__noinline int empty(struct empty *pointer) {
    opaque(pointer);
    return pointer != 0;
}

__noinline int by_value(struct pair pair) {
    return pair.first & 1;
}

__noinline int of_typedef(const context_t *context) {
    return context->rx_queue_index;
}

__noinline void nothing(int value) {
    opaque(value);
}

__noinline struct pair *pointer(int value) {
    opaque(value);
    return 0;
}

__noinline _Bool boolean(int value) {
    opaque(value);
    return value > 3;
}

__noinline __u64 word(int value) {
    opaque(value);
    return value;
}

__noinline int tagged_context(void *context __arg_ctx) {
    return ((struct xdp_md *)context)->ingress_ifindex;
}

__noinline int tagged_wrong_context(struct pair *context __arg_ctx) {
    return ((struct xdp_md *)context)->ingress_ifindex;
}

__noinline int tagged_nonnull(struct pair *pair __arg_nonnull) {
    touched(pair);
    return pair->first & 1;
}

__noinline int tagged_nullable(struct pair *pair __arg_nullable) {
    touched(pair);
    return pair ? pair->first & 1 : 0;
}

__noinline int tagged_number(int value __arg_nonnull) {
    opaque(value);
    return value;
}

__noinline int tagged_twice(struct xdp_md *context __arg_ctx __arg_nonnull) {
    return context->ingress_ifindex;
}

__noinline int tagged_unknown(struct pair *pair __arg_unknown) {
    touched(pair);
    return pair ? pair->first & 1 : 0;
}

__noinline int tagged_other(struct pair *pair __arg_other) {
    touched(pair);
    return pair ? pair->first & 1 : 0;
}

static __noinline int tagged_static(struct pair *pair __arg_nonnull) {
    touched(pair);
    return pair->first & 1;
}

SEC("xdp")
int reject_pointer_to_anything(struct xdp_md *ctx) {
    return anything(0);
}

SEC("xdp")
int reject_pointer_to_what_has_no_size(struct xdp_md *ctx) {
    return declared(0);
}

SEC("xdp")
int accept_pointer_to_character(struct xdp_md *ctx) {
    char byte = 7;
    return character(&byte);
}

SEC("xdp")
int accept_pointer_to_array(struct xdp_md *ctx) {
    int numbers[4] = {1, 2, 3, 4};
    return array(&numbers);
}

SEC("xdp")
int reject_pointer_to_longer_array(struct xdp_md *ctx) {
    __u32 key = 0;
    return array((void *)bpf_map_lookup_elem(&halves, &key));
}

SEC("xdp")
int accept_pointer_to_pointer(struct xdp_md *ctx) {
    __u64 number = 7;
    return to_pointer((__u64 **)&number);
}

SEC("xdp")
int reject_pointer_to_function(struct xdp_md *ctx) {
    return function(0);
}

SEC("xdp")
int accept_pointer_to_union(struct xdp_md *ctx) {
    union either value = {.pair = {1, 2}};
    return either(&value);
}

SEC("xdp")
int accept_pointer_to_empty(struct xdp_md *ctx) {
    __u64 number = 7;
    return empty((struct empty *)&number);
}

SEC("xdp")
int reject_struct_by_value(struct xdp_md *ctx) {
    struct pair pair = {ctx->rx_queue_index, 2};
    return by_value(pair);
}

SEC("xdp")
int accept_constant_context(struct xdp_md *ctx) {
    return of_typedef(ctx);
}

SEC("xdp")
int reject_nothing_as_result(struct xdp_md *ctx) {
    nothing(1);
    return XDP_PASS;
}

SEC("xdp")
int reject_pointer_as_result(struct xdp_md *ctx) {
    return pointer(1) != 0;
}

SEC("xdp")
int accept_boolean_as_result(struct xdp_md *ctx) {
    return boolean(1);
}

SEC("xdp")
int accept_word_as_result(struct xdp_md *ctx) {
    return word(1) & 1;
}

SEC("xdp")
int accept_tagged_context(struct xdp_md *ctx) {
    return tagged_context(ctx) & 1;
}

SEC("xdp")
int reject_other_for_tagged_context(struct xdp_md *ctx) {
    struct xdp_md copy = {};
    struct xdp_md *pointer = &copy;
    touched(pointer);
    return tagged_context(pointer) & 1;
}

SEC("xdp")
int reject_tagged_wrong_context(struct xdp_md *ctx) {
    return tagged_wrong_context((void *)ctx) & 1;
}

SEC("xdp")
int accept_tagged_nonnull(struct xdp_md *ctx) {
    struct pair pair = {1, 2};
    return tagged_nonnull(&pair);
}

SEC("xdp")
int reject_maybe_null_for_nonnull(struct xdp_md *ctx) {
    __u32 key = 0;
    return tagged_nonnull(bpf_map_lookup_elem(&pairs, &key));
}

SEC("xdp")
int accept_tested_for_nonnull(struct xdp_md *ctx) {
    __u32 key = 0;
    struct pair *value = bpf_map_lookup_elem(&pairs, &key);
    return value ? tagged_nonnull(value) : 0;
}

SEC("xdp")
int strict_null_for_nonnull(struct xdp_md *ctx) {
    return tagged_nonnull(0);
}

SEC("xdp")
int reject_tagged_nullable(struct xdp_md *ctx) {
    struct pair pair = {1, 2};
    return tagged_nullable(&pair);
}

SEC("xdp")
int reject_tagged_number(struct xdp_md *ctx) {
    return tagged_number(1);
}

SEC("xdp")
int reject_tagged_twice(struct xdp_md *ctx) {
    return tagged_twice(ctx) & 1;
}

SEC("xdp")
int reject_unknown_tag(struct xdp_md *ctx) {
    return tagged_unknown(0);
}

SEC("xdp")
int accept_other_tag(struct xdp_md *ctx) {
    return tagged_other(0);
}

SEC("xdp")
int accept_tagged_static(struct xdp_md *ctx) {
    struct pair pair = {1, 2};
    return tagged_static(&pair);
}
