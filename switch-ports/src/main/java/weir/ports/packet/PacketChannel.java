// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import weir.ports.linux.LinuxException;
import weir.ports.linux.PacketRing;
import weir.ports.linux.PacketSocket;

/**
 * The sockets of one queue. Frames leave by a socket of their own: one that receives would ask for a
 * {@code struct virtio_net_hdr} in front of each frame sent, and be told of errors while it sends.
 *
 * @param in with the ring
 * @param out bound, receives nothing
 */
record PacketChannel(PacketSocket in, PacketRing ring, PacketSocket out) {
    /** Slots of a ring, 4 MiB: what comes in 2 ms at 1 Mpps. */
    static final int RING_SLOTS = 2048;

    // Frames longer than a slot wait here: TCP's bursts of 64 KiB, each charged with about twice that.
    private static final int RECEIVE_BUFFER_BYTES = 16 << 20;
    private static final int SEND_BUFFER_BYTES = 4 << 20;

    /** Makes a channel of two new sockets; the caller closes those when this fails. */
    static PacketChannel of(PacketSocket in, PacketSocket out, int linkIndex) throws LinuxException {
        in.ignoreOutgoing();
        in.makePromiscuous(linkIndex);
        PacketRing ring = in.makeRing(RING_SLOTS, RECEIVE_BUFFER_BYTES);
        out.bypassQdisc(SEND_BUFFER_BYTES);
        out.bind(linkIndex, false);
        return new PacketChannel(in, ring, out);
    }
}
