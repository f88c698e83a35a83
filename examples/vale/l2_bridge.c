// SPDX-License-Identifier: Apache-2.0
//
// The learning bridge that VALE has built in, as a program: a table of 1024 slots that addresses are hashed to, the
// last one to come owns a slot. Frames to many destinations and to unknown ones go to all ports. One of the three
// programs that VALE-BPF was measured with; ../programs/l2_bridge.c is the same for XDP.
//
//     weir program run l2_bridge.o --pcap ../programs/two_ports.pcapng
//
// An entry is one word, address and port together, 0 without: written and read at once, so that no other worker sees
// a half of it. VALE-BPF's example has two fields in a percpu_array instead, where one worker does not know the
// stations that another has learned, and floods what goes to them.
#include "vale_bpf.h"

#define SLOTS 1024
#define ADDRESS 0xffffffffffffULL // 48 bits of an entry; the port is above
#define PORT_SHIFT 48
#define ETHERNET_HEADER 14

EBPF_DEFINE_MAP(stations, "array", sizeof(uint32_t), sizeof(uint64_t), SLOTS, 0);

// Upper bits of a product, which all bits of the address bear upon.
static inline uint32_t slot_of(uint64_t address) {
    return (address * 0x9e3779b97f4a7c15ULL) >> 54; // 10 bits
}

uint32_t l2_bridge(struct vale_bpf_md *md) {
    uint8_t *frame = md->data;
    if (frame + ETHERNET_HEADER > (uint8_t *)md->data_end)
        return VALE_BPF_DROP;
    uint64_t dest = *(uint64_t *)frame & ADDRESS;
    uint64_t source = *(uint64_t *)(frame + 4) >> 16;

    if (!(frame[6] & 1)) { // no station has a group address
        uint32_t slot = slot_of(source);
        uint64_t entry = source | (uint64_t)md->ingress_port << PORT_SHIFT;
        uint64_t *known = ebpf_map_lookup_elem(&stations, &slot);
        if (!known)
            return VALE_BPF_DROP;
        if (*known != entry) // mostly it is there: then nothing is written
            *known = entry;
    }
    if (frame[0] & 1)
        return VALE_BPF_BROADCAST;

    uint32_t slot = slot_of(dest);
    uint64_t *known = ebpf_map_lookup_elem(&stations, &slot);
    if (!known)
        return VALE_BPF_DROP;
    uint64_t entry = *known;
    return entry && (entry & ADDRESS) == dest ? entry >> PORT_SHIFT : VALE_BPF_BROADCAST;
}
