// SPDX-License-Identifier: Apache-2.0
//
// What the programs of this folder need beyond weir_bpf.h. Each NAME.c has one mistake, in one line, and the kernel
// rejects it; NAME-fixed.c differs in that line alone, and the kernel accepts it.
#pragma once
#include "../weir_bpf.h"

#define BPF_MAP_TYPE_DEVMAP_HASH 25
#define BPF_F_RDONLY_PROG 128

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

static void (*const bpf_ringbuf_discard)(void *data, __u64 flags) = (void *)133;
static long (*const bpf_xdp_load_bytes)(struct xdp_md *ctx, __u32 offset, void *buffer, __u32 bytes) = (void *)189;
