// SPDX-License-Identifier: Apache-2.0
//
// Limits each IPv4 source to a number of packets a second, with bursts (token bucket). A spin lock keeps a bucket whole
// when packets of one source are handled by several CPUs at once.
//
// The limit is { packets a second, burst }, both 64 bits, little endian; here 2 a second, and bursts of 3:
//
//     weir program run rate_limit.o --pcap sample.pcap --set limit:0=hex:02000000000000000300000000000000
//
// Look for: XDP_DROP for what a source sent beyond its burst. Without a limit packets pass. The clock is the capture's.
#include "xdp.h"

#define NANOS_PER_SECOND 1000000000ull

struct limit {
    __u64 packets_per_second;
    __u64 burst;
};

// Credit is kept as time: a packet costs the time in which the limit allows one.
struct bucket {
    struct bpf_spin_lock lock;
    __u64 credit_nanos;
    __u64 updated_nanos;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct limit);
} limit SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 65536);
    __type(key, __be32);
    __type(value, struct bucket);
} buckets SEC(".maps");

static __always_inline int take(struct bucket *bucket, __u64 cost, __u64 most, __u64 now) {
    int allowed = 0;
    bpf_spin_lock(&bucket->lock);
    if (now > bucket->updated_nanos) { // else another CPU was faster
        bucket->credit_nanos += now - bucket->updated_nanos;
        bucket->updated_nanos = now;
    }
    if (bucket->credit_nanos > most)
        bucket->credit_nanos = most;
    if (bucket->credit_nanos >= cost) {
        bucket->credit_nanos -= cost;
        allowed = 1;
    }
    bpf_spin_unlock(&bucket->lock);
    return allowed;
}

SEC("xdp")
int rate_limit(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;

    __u32 zero = 0;
    struct limit *allowed = bpf_map_lookup_elem(&limit, &zero);
    if (!allowed || !allowed->packets_per_second)
        return XDP_PASS;
    __u64 cost = NANOS_PER_SECOND / allowed->packets_per_second;
    __u64 most = cost * allowed->burst;

    // No helper may be called while the lock is held, so the time is asked for before.
    __u64 now = bpf_ktime_get_ns();
    __be32 source = ip->saddr;
    struct bucket *bucket = bpf_map_lookup_elem(&buckets, &source);
    if (!bucket) {
        struct bucket full;
        __builtin_memset(&full, 0, sizeof(full)); // the padding behind the lock, too: {} need not set it
        full.credit_nanos = most;
        full.updated_nanos = now;
        bpf_map_update_elem(&buckets, &source, &full, BPF_NOEXIST);
        bucket = bpf_map_lookup_elem(&buckets, &source);
        if (!bucket) // the table is full of others
            return XDP_DROP;
    }
    return take(bucket, cost, most, now) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
