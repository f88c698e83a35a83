// SPDX-License-Identifier: Apache-2.0
//
// For VALE-BPF: the frame says what becomes of it. Byte 14 is a command, bytes 16 to 19 are what is returned, byte 20
// is the ring that is asked for. Frames too short for that go to all ports.
#include "../../../../examples/vale/vale_bpf.h"

#define COMMAND_AT 14
#define VLAN_AT 15 // low byte, where byte 12 says that there is a tag
#define RETURNED_AT 16
#define RING_AT 20
#define WRITTEN_AT 24
#define NEEDED 32

enum { RETURN = 0, SET_VLAN = 13, WRITE_CONTEXT = 14 };

uint32_t vale_steered(struct vale_bpf_md *md) {
    uint8_t *frame = md->data;
    if (frame + NEEDED > (uint8_t *)md->data_end)
        return VALE_BPF_BROADCAST;
    if (frame[COMMAND_AT] == WRITE_CONTEXT) {
        *(uint32_t *)(frame + WRITTEN_AT) = md->ingress_port;
        *(uint32_t *)(frame + WRITTEN_AT + 4) = md->ring_nr;
    }
    if (frame[COMMAND_AT] == SET_VLAN)
        frame[VLAN_AT] = frame[RING_AT];
    md->ring_nr = frame[RING_AT];
    return *(uint32_t *)(frame + RETURNED_AT);
}
