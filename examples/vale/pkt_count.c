// SPDX-License-Identifier: Apache-2.0
//
// Counts frames by the protocol inside IPv4 and IPv6, 0 for all others, and drops them: parsing and one counter. One
// of the three programs that VALE-BPF was measured with; ../programs/pkt_count.c is the same for XDP.
//
//     weir program run pkt_count.o --pcap ../programs/sample.pcap
#include "vale_bpf.h"

#define TYPE_AT 12
#define IP_AT 14
#define IPV4 0x0008 // as they lie in memory
#define IPV6 0xdd86
#define IPV4_BYTES 20
#define IPV6_BYTES 40
#define IPV4_PROTOCOL 9
#define IPV6_NEXT_HEADER 6

EBPF_DEFINE_MAP(packets, "percpu_array", sizeof(uint32_t), sizeof(uint64_t), 256, 0);

static inline uint32_t protocol_of(uint8_t *frame, uint8_t *end) {
    uint8_t *ip = frame + IP_AT;
    uint16_t type = *(uint16_t *)(frame + TYPE_AT);
    if (type == IPV4 && ip + IPV4_BYTES <= end)
        return ip[IPV4_PROTOCOL];
    if (type == IPV6 && ip + IPV6_BYTES <= end)
        return ip[IPV6_NEXT_HEADER];
    return 0;
}

uint32_t pkt_count(struct vale_bpf_md *md) {
    uint8_t *frame = md->data;
    uint8_t *end = md->data_end;
    if (frame + IP_AT > end)
        return VALE_BPF_DROP;
    uint32_t protocol = protocol_of(frame, end);
    uint64_t *counter = ebpf_map_lookup_elem(&packets, &protocol);
    if (counter)
        (*counter)++; // this worker's own
    return VALE_BPF_DROP;
}
