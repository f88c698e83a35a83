// SPDX-License-Identifier: Apache-2.0
//
// What the programs of this folder need beyond weir_bpf.h. The name of each program begins with the verdict that
// it gets here and from Linux: accept, reject, or strict where Linux takes from root what is rejected here.
#pragma once
#include "../weir_bpf.h"

// The compiler does not know what the value is from here on, and has to have it.
#define opaque(value) asm volatile("" : "+r"(value))
// What the pointer points to is set, as far as the compiler knows.
#define touched(pointer) asm volatile("" : "+r"(pointer) : : "memory")

struct pair {
    __u64 first;
    __u64 second;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, struct pair);
} pairs SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} halves SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

LICENSE("GPL");
