// SPDX-License-Identifier: Apache-2.0
//
// The programs for this machine, and what they call: maps behind functions that the compiler does not see
// into, as helpers are. Built by gcc -O2 -shared -fPIC.
#define _GNU_SOURCE
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NATIVE
#define SEC(name)
#define htons(x) ((__be16)__builtin_bswap16(x))
#define BPF_ANY 0
#define ETH_P_IP 0x0800
#define ETH_P_8021Q 0x8100
#define ETH_P_8021AD 0x88a8
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17

enum { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT };

struct xdp_md {
    unsigned long data;
    unsigned long data_end;
    __u32 ingress_ifindex;
};

struct ethhdr {
    __u8 h_dest[6];
    __u8 h_source[6];
    __be16 h_proto;
} __attribute__((packed));

struct vlan_hdr {
    __be16 tci;
    __be16 proto;
};

struct iphdr {
    __u8 ihl : 4;
    __u8 version : 4;
    __u8 tos;
    __be16 tot_len;
    __be16 id;
    __be16 frag_off;
    __u8 ttl;
    __u8 protocol;
    __u16 check;
    __be32 saddr;
    __be32 daddr;
};

struct udphdr {
    __be16 source;
    __be16 dest;
    __be16 len;
    __u16 check;
};

struct entry {
    struct entry *next;
    __u32 hash;
    __u8 key_and_value[];
};

struct map {
    int key_bytes;
    int value_bytes;
    int buckets; // 0: an array
    struct entry **chains;
    __u8 *values;
};

static struct entry *fdb_chains[4096], *flow_chains[4096];
static __u64 protocol_values[256][2];
struct map fdb = {8, 4, 4096, fdb_chains, 0};
struct map flows = {16, 16, 4096, flow_chains, 0};
struct map protocols = {4, 16, 0, 0, (__u8 *)protocol_values};

static __u32 hash_of(const struct map *map, const void *key) {
    __u64 state = 0x9E3779B97F4A7C15ull;
    for (int i = 0; i < map->key_bytes; i += 8) {
        __u64 word;
        memcpy(&word, (const char *)key + i, 8);
        unsigned __int128 product = (unsigned __int128)(state ^ word) * 0xD6E8FEB86659FD93ull;
        state = (__u64)product ^ (__u64)(product >> 64);
    }
    return state >> 32;
}

static struct entry *find(struct map *map, const void *key, __u32 hash) {
    for (struct entry *e = map->chains[hash & (map->buckets - 1)]; e; e = e->next)
        if (e->hash == hash && !memcmp(e->key_and_value, key, map->key_bytes))
            return e;
    return 0;
}

__attribute__((noinline, noipa)) void *bpf_map_lookup_elem(void *m, const void *key) {
    struct map *map = m;
    if (!map->buckets) {
        __u32 index = *(const __u32 *)key;
        return index < 256 ? map->values + index * map->value_bytes : 0;
    }
    struct entry *e = find(map, key, hash_of(map, key));
    return e ? e->key_and_value + map->key_bytes : 0;
}

__attribute__((noinline, noipa)) long bpf_map_update_elem(void *m, const void *key, const void *value, __u64 flags) {
    struct map *map = m;
    __u32 hash = hash_of(map, key);
    struct entry *e = find(map, key, hash);
    if (!e) {
        struct entry **chain = &map->chains[hash & (map->buckets - 1)];
        e = malloc(sizeof *e + map->key_bytes + map->value_bytes);
        e->hash = hash;
        memcpy(e->key_and_value, key, map->key_bytes);
        e->next = *chain;
        *chain = e;
    }
    memcpy(e->key_and_value + map->key_bytes, value, map->value_bytes);
    return 0;
}

static __u32 redirected;

__attribute__((noinline, noipa)) long bpf_redirect(__u32 port, __u64 flags) {
    redirected = port;
    return XDP_REDIRECT;
}

#include "programs.c"

typedef int program(struct xdp_md *);
static program *const PROGRAMS[] = {nologic, pkt_count, parser, bridge_always, bridge_change};

/** Puts a flow into the map, as the measurement's set-up does for the others. */
void put_flow(const void *key) {
    __u64 value[2] = {0, 0};
    bpf_map_update_elem(&flows, key, value, 0);
}

/** Runs a program on all frames, so many times; nanoseconds in all. */
long run(int number, int count, const unsigned long *data, const unsigned long *ends, const int *ports, int *actions,
         int rounds) {
    program *volatile chosen = PROGRAMS[number];
    program *call = chosen;
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int r = 0; r < rounds; r++)
        for (int i = 0; i < count; i++) {
            struct xdp_md ctx = {data[i], ends[i], ports[i]};
            actions[i] = call(&ctx);
        }
    clock_gettime(CLOCK_MONOTONIC, &b);
    return (b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec;
}
