// SPDX-License-Identifier: Apache-2.0
//
// Sends frames to a port by their destination address, and to a ring of that port by where they came from: frames of
// one port stay in order in one ring. The table is filled from outside:
//
//     weir program run ring_by_port.o --pcap ../programs/two_ports.pcapng --set ports:02:00:00:00:00:02=2 \
//         --out out.pcapng
//
// Look for: the comment of each frame written says port and ring.
#include "vale_bpf.h"

#define RINGS 4

struct station {
    uint8_t address[6];
};

EBPF_DEFINE_MAP(ports, "hashtable", sizeof(struct station), sizeof(uint32_t), 256, 0);

uint32_t ring_by_port(struct vale_bpf_md *md) {
    struct station *dest = md->data;
    if ((void *)(dest + 1) > md->data_end)
        return VALE_BPF_DROP;
    uint32_t *port = ebpf_map_lookup_elem(&ports, dest);
    if (!port)
        return VALE_BPF_DROP;
    md->ring_nr = md->ingress_port % RINGS;
    return *port;
}
