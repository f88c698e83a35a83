// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Slow and obvious arithmetic of IP, TCP and UDP, for what comes out of a switch. */
public final class PacketCheck {
    private static final int TCP_FLAGS = 13;
    private static final int FIN_PSH = 0x09;
    private static final int CWR = 0x80;

    private PacketCheck() {}

    /** Sum of the big-endian 16-bit words from one byte to another; a last odd byte counts as the high one. */
    static long sum(byte[] bytes, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            int value = bytes[i] & 0xff;
            sum += (i - from) % 2 == 0 ? value << 8 : value;
        }
        return sum;
    }

    static int fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }

    static long pseudoHeaderSum(byte[] frame, boolean ipv6, int networkAt, int protocol, int transportBytes) {
        int addresses = networkAt + (ipv6 ? 8 : 12);
        return sum(frame, addresses, addresses + (ipv6 ? 32 : 8)) + protocol + transportBytes;
    }

    /** Asserts that packets are what a large frame had to be cut into. */
    public static void assertSegments(SuperFrame whole, List<byte[]> packets) {
        assertEquals(whole.segments(), packets.size(), "packets of " + whole);
        int from = whole.headerBytes();
        for (int i = 0; i < packets.size(); i++) {
            byte[] packet = packets.get(i);
            int payload = packet.length - whole.headerBytes();
            String which = "packet " + i + " of " + whole;
            boolean last = i == packets.size() - 1;
            assertEquals(
                    last ? whole.frame().length - from : whole.segmentBytes(), payload, "payload bytes of " + which);
            assertEquals(
                    0,
                    Arrays.compare(packet, whole.headerBytes(), packet.length, whole.frame(), from, from + payload),
                    "payload of " + which);
            assertNetwork(whole, packet, i, which);
            assertTransport(whole, packet, i, last, which);
            from += payload;
        }
        assertEquals(whole.frame().length, from, "all payload of " + whole);
    }

    private static void assertNetwork(SuperFrame whole, byte[] packet, int index, String which) {
        int at = whole.networkOffset();
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        if (whole.kind().isIpv6()) {
            assertEquals(packet.length - at - 40, bytes.getShort(at + 4) & 0xffff, "length of " + which);
            return;
        }
        assertEquals(packet.length - at, bytes.getShort(at + 2) & 0xffff, "length of " + which);
        int id = (ByteBuffer.wrap(whole.frame()).getShort(at + 4) + index) & 0xffff;
        assertEquals(id, bytes.getShort(at + 4) & 0xffff, "id of " + which);
        assertEquals(0xffff, fold(sum(packet, at, whole.transportOffset())), "IPv4 checksum of " + which);
    }

    private static void assertTransport(SuperFrame whole, byte[] packet, int index, boolean last, String which) {
        int at = whole.transportOffset();
        assertTransportChecksum(whole, packet, which);
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        if (!whole.kind().isTcp()) {
            assertEquals(packet.length - at, bytes.getShort(at + 4) & 0xffff, "UDP length of " + which);
            return;
        }
        int sequence = ByteBuffer.wrap(whole.frame()).getInt(at + 4) + index * whole.segmentBytes();
        assertEquals(sequence, bytes.getInt(at + 4), "sequence number of " + which);
        int flags = whole.frame()[at + TCP_FLAGS] & ~(last ? 0 : FIN_PSH) & ~(index == 0 ? 0 : CWR) & 0xff;
        assertEquals(flags, packet[at + TCP_FLAGS] & 0xff, "flags of " + which);
    }

    /** Asserts that the checksum of TCP or UDP is right. */
    public static void assertTransportChecksum(SuperFrame whole, byte[] packet, String which) {
        int at = whole.transportOffset();
        SuperFrame.Kind kind = whole.kind();
        long pseudo =
                pseudoHeaderSum(packet, kind.isIpv6(), whole.networkOffset(), kind.protocol(), packet.length - at);
        assertEquals(0xffff, fold(pseudo + sum(packet, at, packet.length)), "checksum of " + which);
    }
}
