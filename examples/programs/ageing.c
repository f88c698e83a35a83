// SPDX-License-Identifier: Apache-2.0
//
// Remembers when each station was last heard, and forgets those that were silent for too long: now and then a frame
// pays for a walk over the whole table with bpf_for_each_map_elem.
//
// Times are in nanoseconds; here stations are forgotten after 3 ms, and looked for every 1 ms:
//
//     weir program run ageing.o --pcap sample.pcap --set settings:0=3000000 --set settings:1=1000000
//
// Look for: map counters, and which stations are still in map stations at the end.
#include "xdp.h"

#define DEFAULT_AGE_NANOS (300 * 1000000000ull)
#define DEFAULT_SWEEP_NANOS 1000000000ull

enum setting { AGE, SWEEP, SETTINGS };
enum counter { HEARD, SWEEPS, FORGOTTEN, COUNTERS };

struct station {
    __u8 address[6];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct station);
    __type(value, __u64); // when it was last heard
} stations SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SETTINGS);
    __type(key, enum setting);
    __type(value, __u64);
} settings SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, COUNTERS);
    __type(key, enum counter);
    __type(value, __u64);
} counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} next_sweep SEC(".maps");

struct sweep {
    __u64 oldest;
    __u64 forgotten;
};

static __always_inline void count(enum counter counter, __u64 by) {
    __u64 *value = bpf_map_lookup_elem(&counters, &counter);
    if (value)
        __sync_fetch_and_add(value, by);
}

static __always_inline __u64 setting(enum setting setting, __u64 otherwise) {
    __u64 *value = bpf_map_lookup_elem(&settings, &setting);
    return value && *value ? *value : otherwise;
}

// Called for each entry; 0 goes on to the next, 1 ends the walk.
static long forget_if_old(void *map, struct station *station, __u64 *heard, struct sweep *sweep) {
    if (*heard < sweep->oldest && bpf_map_delete_elem(map, station) == 0)
        sweep->forgotten++;
    return 0;
}

SEC("xdp")
int ageing(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return XDP_DROP;

    __u64 now = bpf_ktime_get_ns();
    struct station source;
    __builtin_memcpy(source.address, eth->h_source, sizeof(source.address));
    bpf_map_update_elem(&stations, &source, &now, BPF_ANY);
    count(HEARD, 1);

    __u32 zero = 0;
    __u64 *due = bpf_map_lookup_elem(&next_sweep, &zero);
    if (!due || now < *due)
        return XDP_PASS;
    *due = now + setting(SWEEP, DEFAULT_SWEEP_NANOS);
    __u64 age = setting(AGE, DEFAULT_AGE_NANOS);
    struct sweep sweep = {.oldest = now > age ? now - age : 0};
    bpf_for_each_map_elem(&stations, forget_if_old, &sweep, 0);
    count(SWEEPS, 1);
    count(FORGOTTEN, sweep.forgotten);
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
