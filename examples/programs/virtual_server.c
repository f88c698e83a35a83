// SPDX-License-Identifier: Apache-2.0
//
// A load balancer at an address that no host has: answers ARP for it, gives each new TCP connection or UDP flow to one of
// three servers by its hash, and rewrites addresses there and back. Flows are remembered, so that a server which is asked
// directly answers as itself, and a flow stays where it is. Servers are told by their IPv4 addresses: their MAC addresses
// are 02:42 and those four bytes, as Docker and 'weir lab' make them.
//
// 198.18.24.100 and servers 198.18.24.11 to 13, unless 'service' says otherwise; docker/topologies/load-balancer.yaml is
// a lab around it. Here 198.18.0.2 is the service, and 198.18.0.11 to 13 are the servers:
//
//     weir program run virtual_server.o --pcap sample.pcap --set service:0=hex:c6120002c612000bc612000cc612000d \
//         --out balanced.pcapng
//
// Look for: one answer to ARP (XDP_TX), and three flows with their servers.
#include "xdp.h"

#define SERVERS 3
#define FLOWS 4096
#define NO_FRAGMENT 0x4000
#define ARP_REQUEST 1
#define ARP_REPLY 2

#define ADDRESS(a, b, c, d) ((__be32)((__u32)(d) << 24 | (c) << 16 | (b) << 8 | (a)))

struct service {
    __be32 address;
    __be32 servers[SERVERS];
};

struct flow {
    __be32 client;
    __be16 client_port;
    __be16 service_port;
    __u32 protocol;
};

// RFC 826, for IPv4 over Ethernet.
struct arp {
    __be16 hardware, protocol;
    __u8 hardware_bytes, protocol_bytes;
    __be16 operation;
    __u8 sender_mac[6];
    __be32 sender;
    __u8 target_mac[6];
    __be32 target;
} __attribute__((packed));

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct service);
} service SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SERVERS);
    __type(key, __u32);
    __type(value, __u64); // flows that the server got
} hits SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, FLOWS);
    __type(key, struct flow);
    __type(value, __be32); // address of its server
} flows SEC(".maps");

// The last step of MurmurHash3: every bit of the input changes half of the result's.
static __always_inline __u32 mix(__u32 hash) {
    hash ^= hash >> 16;
    hash *= 0x85ebca6b;
    hash ^= hash >> 13;
    hash *= 0xc2b2ae35;
    return hash ^ hash >> 16;
}

static __always_inline void station_mac(__u8 *mac, __be32 address) {
    mac[0] = 0x02;
    mac[1] = 0x42;
    mac[2] = address;
    mac[3] = address >> 8;
    mac[4] = address >> 16;
    mac[5] = address >> 24;
}

static __always_inline int answer_arp(struct ethhdr *eth, void *end, __be32 address) {
    struct arp *arp = (void *)(eth + 1);
    if ((void *)(arp + 1) > end || arp->operation != bpf_htons(ARP_REQUEST) || arp->target != address)
        return XDP_PASS;
    arp->operation = bpf_htons(ARP_REPLY);
    arp->target = arp->sender;
    arp->sender = address;
    __builtin_memcpy(arp->target_mac, arp->sender_mac, sizeof(arp->target_mac));
    station_mac(arp->sender_mac, address);
    __builtin_memcpy(eth->h_dest, eth->h_source, sizeof(eth->h_dest));
    station_mac(eth->h_source, address);
    return XDP_TX;
}

static __always_inline __sum16 fold(__u32 sum) {
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

// The transport's checksum covers addresses, too (pseudo header).
static __always_inline void rewrite(struct iphdr *ip, __be32 *address, __sum16 *check, __be32 to) {
    __u32 change = bpf_csum_diff(address, sizeof(*address), &to, sizeof(to), 0);
    ip->check = fold((__u16)~ip->check + change);
    // UDP without a checksum stays without; one that comes out as 0 is written as 0xffff (RFC 768).
    if (ip->protocol != IPPROTO_UDP || *check) {
        *check = fold((__u16)~*check + change);
        if (ip->protocol == IPPROTO_UDP && !*check)
            *check = 0xffff;
    }
    *address = to;
}

static __always_inline __be32 server_of(struct flow *flow, __be32 servers[SERVERS]) {
    __be32 *known = bpf_map_lookup_elem(&flows, flow);
    if (known)
        return *known;
    __u32 number = mix(flow->client ^ mix((__u32)flow->client_port << 16 ^ flow->service_port ^ flow->protocol)) % SERVERS;
    __be32 server = number == 0 ? servers[0] : number == 1 ? servers[1] : servers[2];
    bpf_map_update_elem(&flows, flow, &server, BPF_ANY);
    __u64 *hit = bpf_map_lookup_elem(&hits, &number);
    if (hit)
        __sync_fetch_and_add(hit, 1);
    return server;
}

SEC("xdp")
int virtual_server(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    __be32 address = ADDRESS(198, 18, 24, 100);
    __be32 servers[SERVERS] = {ADDRESS(198, 18, 24, 11), ADDRESS(198, 18, 24, 12), ADDRESS(198, 18, 24, 13)};
    __u32 zero = 0;
    struct service *given = bpf_map_lookup_elem(&service, &zero);
    if (given && given->address) {
        address = given->address;
        __builtin_memcpy(servers, given->servers, sizeof(servers));
    }

    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end)
        return XDP_PASS;
    if (eth->h_proto == bpf_htons(ETH_P_ARP))
        return answer_arp(eth, end, address);
    // Without ports in every fragment, fragments of one packet would go to different servers.
    if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 || ip->frag_off & ~bpf_htons(NO_FRAGMENT))
        return XDP_PASS;

    struct ports *ports = (void *)(ip + 1);
    __sum16 *check;
    if (ip->protocol == IPPROTO_TCP) {
        struct tcphdr *tcp = (void *)ports;
        if ((void *)(tcp + 1) > end)
            return XDP_PASS;
        check = &tcp->check;
    } else if (ip->protocol == IPPROTO_UDP) {
        struct udphdr *udp = (void *)ports;
        if ((void *)(udp + 1) > end)
            return XDP_PASS;
        check = &udp->check;
    } else {
        return XDP_PASS;
    }

    if (ip->daddr == address) {
        struct flow flow = {ip->saddr, ports->source, ports->dest, ip->protocol};
        __be32 server = server_of(&flow, servers);
        station_mac(eth->h_dest, server);
        rewrite(ip, &ip->daddr, check, server);
        return XDP_PASS;
    }
    struct flow flow = {ip->daddr, ports->dest, ports->source, ip->protocol};
    __be32 *server = bpf_map_lookup_elem(&flows, &flow);
    if (server && *server == ip->saddr)
        rewrite(ip, &ip->saddr, check, address);
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
