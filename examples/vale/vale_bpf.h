// SPDX-License-Identifier: Apache-2.0
//
// What programs for VALE-BPF are written against: context, verdicts, maps and helpers by its names, numbers and
// layouts. It takes the place of vale-bpf's net/vale_bpf_uapi.h and generic-ebpf's sys/ebpf_uapi.h; sources written for
// those compile unchanged:
//
//     clang -O2 -g --target=bpf -ffreestanding -I examples/vale -c program.c -o program.o
#pragma once

typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;

// What a program gets. Pointers have 64 bits here, unlike those of struct xdp_md.
struct vale_bpf_md {
    void *data;            // first byte of the frame; it may be changed
    void *data_end;        // behind its last byte
    uint32_t ingress_port; // index of the port that it came in by, 0 to 253
    uint8_t ring_nr;       // ring of the port it goes to; the only field that may be written
};

// What a program returns: the index of a port, 0 to 253, or one of these. Everything above is a drop, too.
#define VALE_BPF_BROADCAST 254 // to all ports but the one that the frame came in by
#define VALE_BPF_DROP 255

// A map, in section "maps". Its type is a name: array, percpu_array, hashtable or percpu_hashtable.
struct ebpf_map_def {
    char type[64];
    uint32_t key_size;
    uint32_t value_size;
    uint32_t max_entries;
    uint32_t flags; // 0
};

#define EBPF_DEFINE_MAP(map, map_type, key_bytes, value_bytes, entries, map_flags)                                     \
    struct ebpf_map_def map __attribute__((section("maps"), used)) = {map_type, key_bytes, value_bytes, entries,       \
                                                                      map_flags}

enum { EBPF_ANY, EBPF_NOEXIST, EBPF_EXIST }; // flags of ebpf_map_update_elem

// Update is 1 and lookup 2: the other way round than on Linux.
static int (*const ebpf_map_update_elem)(struct ebpf_map_def *map, void *key, void *value, uint64_t flags)
    __attribute__((unused)) = (void *)1;
static void *(*const ebpf_map_lookup_elem)(struct ebpf_map_def *map, void *key) __attribute__((unused)) = (void *)2;
static int (*const ebpf_map_delete_elem)(struct ebpf_map_def *map, void *key) __attribute__((unused)) = (void *)3;
