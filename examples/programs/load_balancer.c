// SPDX-License-Identifier: Apache-2.0
//
// A load balancer in front of servers that all have the service's address (direct server return): picks a server by
// the connection's hash, writes its MAC address into the frame and sends it to its port. IP and transport stay as they
// are, so there is no checksum to mend.
//
// Which server a hash belongs to stands in a table that the control plane fills, by consistent hashing (Maglev: A Fast
// and Reliable Software Network Load Balancer, NSDI 2016): when a server goes, few other connections change theirs.
// The size of the table is prime, as that method wants it. In a table that nobody filled server 0 gets all.
//
// UDP (17) to port 53 (0x0035) of 198.18.0.2 is a service with table 0; server 0 is 02:00:00:00:00:09 behind port 7:
//
//     weir program run load_balancer.o --pcap sample.pcap --set services:hex:c612000200351100=0 \
//         --set servers:0=hex:0200000000090700 --out balanced.pcapng
//
// Look for: two frames redirected to port 7, and their destination in balanced.pcapng.
#include "xdp.h"

#define TABLE_SLOTS 251
#define TABLES 4
#define SERVERS 64

struct service {
    __be32 address;
    __be16 port;
    __u8 protocol;
    __u8 zero; // a key has no holes: the map compares all its bytes
};

struct server {
    __u8 mac[6];
    __u16 port; // of the switch; 0 for a server that is not there
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, TABLES);
    __type(key, struct service);
    __type(value, __u32); // number of its table
} services SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, TABLES *TABLE_SLOTS);
    __type(key, __u32);
    __type(value, __u32); // number of the server
} tables SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SERVERS);
    __type(key, __u32);
    __type(value, struct server);
} servers SEC(".maps");

// The last step of MurmurHash3: every bit of the input changes half of the result's.
static __always_inline __u32 mix(__u32 hash) {
    hash ^= hash >> 16;
    hash *= 0x85ebca6b;
    hash ^= hash >> 13;
    hash *= 0xc2b2ae35;
    return hash ^ hash >> 16;
}

SEC("xdp")
int load_balancer(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
        return XDP_PASS;
    // Without ports in every fragment, fragments of one packet would go to different servers.
    if (ip->ihl < 5 || ip->frag_off & ~bpf_htons(0x4000))
        return XDP_PASS;
    if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
        return XDP_PASS;
    struct ports *ports = (void *)ip + ip->ihl * 4;
    if ((void *)(ports + 1) > end)
        return XDP_DROP;

    struct service service = {.address = ip->daddr, .port = ports->dest, .protocol = ip->protocol};
    __u32 *table = bpf_map_lookup_elem(&services, &service);
    if (!table)
        return XDP_PASS;

    __u32 hash = mix(ip->saddr ^ mix(ports->source ^ mix(ip->protocol)));
    __u32 slot = *table * TABLE_SLOTS + hash % TABLE_SLOTS;
    __u32 *number = bpf_map_lookup_elem(&tables, &slot);
    if (!number)
        return XDP_DROP;
    struct server *server = bpf_map_lookup_elem(&servers, number);
    if (!server || !server->port)
        return XDP_DROP;
    __builtin_memcpy(eth->h_dest, server->mac, sizeof(eth->h_dest));
    return bpf_redirect(server->port, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
