// SPDX-License-Identifier: Apache-2.0
//
// Uses what a lookup gives without asking whether it gave anything, as VALE-BPF's own l2_bridge does. Nothing there
// looks at programs before they run; here it is not loaded, and one sees where it goes wrong:
//
//     weir program verify unchecked_lookup.o
#include "vale_bpf.h"

struct station {
    uint64_t address;
    uint32_t port;
};

EBPF_DEFINE_MAP(stations, "percpu_array", sizeof(uint32_t), sizeof(struct station), 1024, 0);

uint32_t unchecked_lookup(struct vale_bpf_md *md) {
    if (md->data + sizeof(uint64_t) > md->data_end)
        return VALE_BPF_DROP;
    uint64_t address = *(uint64_t *)md->data;
    uint32_t slot = address % 1024;
    struct station *known = ebpf_map_lookup_elem(&stations, &slot);
    return known->address == address ? known->port : VALE_BPF_BROADCAST;
}
