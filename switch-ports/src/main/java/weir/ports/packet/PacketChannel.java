// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import java.util.List;
import weir.ports.linux.LinuxException;
import weir.ports.linux.PacketRing;
import weir.ports.linux.PacketSocket;

/**
 * The sockets of one queue. Which of them a frame takes depends on what stands in front of it: {@code
 * PACKET_VNET_HDR} holds for all frames of a socket.
 *
 * @param in with the ring; frames with a header
 * @param out frames without a header, past queueing disciplines; bound, receives nothing
 * @param offloadOut frames with a header, through them: only there does the kernel cut frames for a device that
 *     can not; bound, receives nothing
 */
record PacketChannel(PacketSocket in, PacketRing ring, PacketSocket out, PacketSocket offloadOut) {
    /** Sockets of a queue. */
    static final int SOCKETS = 3;

    /** Slots of a ring, 4 MiB: what comes in 2 ms at 1 Mpps. */
    static final int RING_SLOTS = 2048;

    // Frames longer than a slot wait here: TCP's bursts of 64 KiB, each charged with about twice that.
    private static final int RECEIVE_BUFFER_BYTES = 16 << 20;
    private static final int SEND_BUFFER_BYTES = 4 << 20;

    /** Makes a channel of new sockets; the caller closes those when this fails. */
    static PacketChannel of(List<PacketSocket> sockets, int linkIndex) throws LinuxException {
        PacketSocket in = sockets.get(0);
        in.ignoreOutgoing();
        in.makePromiscuous(linkIndex);
        PacketRing ring = in.makeRing(RING_SLOTS, RECEIVE_BUFFER_BYTES);
        PacketSocket out = sockets.get(1);
        out.bypassQdisc();
        PacketSocket offloadOut = sockets.get(2);
        offloadOut.sendWithVirtioNetHeader();
        for (PacketSocket each : List.of(out, offloadOut)) {
            each.sendBuffer(SEND_BUFFER_BYTES);
            each.bind(linkIndex, false);
        }
        return new PacketChannel(in, ring, out, offloadOut);
    }
}
