// SPDX-License-Identifier: Apache-2.0
//
// What a Weir switch offers to XDP programs beyond Linux's helpers. Programs that call these are for Weir alone; Linux
// refuses them when they are loaded.
#pragma once

#define __ksym __attribute__((section(".ksyms")))

// One more copy of the frame, as the program leaves it, to a port, whatever the program returns. 0; -EINVAL for port 0;
// -ENOSPC beyond four requests a frame in the mean of a batch. A port that is not there is a counted drop.
extern int weir_clone(struct xdp_md *ctx, __u32 port) __ksym;

// Returns XDP_REDIRECT: to every other port of the frame's VLAN, as the switch floods.
//
//     return weir_flood(ctx);
extern int weir_flood(struct xdp_md *ctx) __ksym;

// The switch learns that the frame's source is behind its ingress port, though the program decides about the frame. 0 or
// -ENOSPC.
extern int weir_learn(struct xdp_md *ctx) __ksym;
