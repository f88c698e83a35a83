// SPDX-License-Identifier: Apache-2.0
package weir.core.counter;

import java.util.List;
import java.util.Locale;

/** Why a frame ended inside the switch. The lower-case name is the label that users see. */
public enum DropReason {
    /** Under 14 bytes. */
    RUNT,
    /** 802.1Q type with fewer than 20 bytes in all. */
    MALFORMED_VLAN,
    /** Source address is a group address or zero (IEEE 802.1Q-2018, 8.8). */
    INVALID_SOURCE,
    /** Destination is reserved for the link itself (IEEE 802.1Q-2018, table 8-1). */
    RESERVED_GROUP,
    /** Tag on an access port, VLAN not on the trunk, or VID 4095. */
    VLAN_DENIED,
    /** Work left to the receiver that the frame cannot need, such as a checksum outside it or segments of no size. */
    BAD_OFFLOAD,
    /** No free slot, or no credit left for the port. */
    NO_BUFFER,
    /** A shared-memory client wrote an index outside its ring, or a length over its slot. */
    BAD_DESCRIPTOR,
    /** Destination was learned on the ingress port, or a program for VALE-BPF named that port. */
    HAIRPIN,
    /** There is no other port in the frame's VLAN. */
    NO_DESTINATION,
    /** A program asked for a port that is not there. */
    REDIRECT_INVALID,
    /** Program verdict XDP_DROP, or 255 and more of VALE-BPF. */
    PROGRAM_DROP,
    /** Program verdict XDP_ABORTED, or a fault while it ran other than {@link #PROGRAM_BUDGET}. */
    PROGRAM_ABORTED,
    /** Program verdict outside those that XDP defines. */
    PROGRAM_INVALID_ACTION,
    /** A program's callbacks and tail calls took more than a frame may cost. */
    PROGRAM_BUDGET,
    /** Larger than the egress port's MTU. */
    OVERSIZE,
    /** The ring to another worker is full. */
    WORKER_BACKLOG,
    /** The port's receiver does not keep up. */
    QUEUE_FULL,
    /** The port is down, gone or being detached. */
    PORT_DOWN,
    /** The operating system refused the frame. */
    IO_ERROR,
    /** The emulated link lost it. */
    LINK_LOSS,
    /** The emulated link is down. */
    LINK_DOWN,
    /** The emulated link does not reach that station. */
    LINK_CUT,
    /** As many frames as the emulated link takes are on their way. */
    LINK_QUEUE_FULL,
    /** More broadcasts, multicasts or unknown unicasts than the port may bring in. */
    STORM_LIMIT,
    /** The port is blocked, since it is part of a loop. */
    LOOP_BLOCKED,
    /** A probe of the switch's own came back; it ends here. */
    LOOP_PROBE;

    /** All reasons in declaration order. */
    public static final List<DropReason> ALL = List.of(values());

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Position in {@link #ALL} and in counter blocks; never leaves the process. */
    @SuppressWarnings("EnumOrdinal")
    public int index() {
        return ordinal();
    }

    /** Label in metrics, tables and captures: {@code no_buffer}. */
    public String label() {
        return label;
    }
}
