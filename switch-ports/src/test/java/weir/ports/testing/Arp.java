// SPDX-License-Identifier: Apache-2.0
package weir.ports.testing;

import java.nio.ByteBuffer;

/** ARP over Ethernet (RFC 826): the shortest conversation to have with a kernel. */
public final class Arp {
    /** Length of a request without padding. */
    public static final int BYTES = 42;

    private static final short ETHERTYPE = 0x0806;
    private static final short REQUEST = 1;
    private static final short REPLY = 2;

    private Arp() {}

    /** "Who has {@code target}?", asked by 02:00:00:00:00:{@code host} at 198.18.{@code net}.{@code host}. */
    public static byte[] request(int net, int host, int targetHost) {
        byte[] sender = {2, 0, 0, 0, 0, (byte) host};
        ByteBuffer frame = ByteBuffer.allocate(BYTES);
        frame.put(new byte[] {-1, -1, -1, -1, -1, -1}).put(sender).putShort(ETHERTYPE);
        frame.putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort(REQUEST);
        frame.put(sender).put(new byte[] {(byte) 198, 18, (byte) net, (byte) host});
        frame.put(new byte[6]).put(new byte[] {(byte) 198, 18, (byte) net, (byte) targetHost});
        return frame.array();
    }

    /** Whether this is the answer of 198.18.{@code net}.{@code targetHost}. */
    public static boolean isReply(byte[] frame, int net, int targetHost) {
        ByteBuffer b = ByteBuffer.wrap(frame);
        return frame.length >= BYTES
                && b.getShort(12) == ETHERTYPE
                && b.getShort(20) == REPLY
                && b.get(30) == (byte) net
                && b.get(31) == (byte) targetHost;
    }
}
