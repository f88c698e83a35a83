// SPDX-License-Identifier: Apache-2.0

/** Linux's XDP interface: context, actions, and the batch of frames that programs run over; VALE-BPF's verdicts. */
@NullMarked
package weir.ebpf.xdp;

import org.jspecify.annotations.NullMarked;
