// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Makes Ethernet frames as byte arrays, in wire order. */
public final class Frames {
    public static final long BROADCAST = 0xffff_ffff_ffffL;
    public static final int TPID = 0x8100;

    private static final int MAC_BYTES = 6;
    private static final int HEADER_BYTES = 14;
    private static final int TAG_BYTES = 4;
    private static final int TYPE_BYTE = 12;
    private static final int LOCAL_EXPERIMENTAL = 0x88b5;

    private Frames() {}

    /** Address of a station, {@code 02:00:00:xx:xx:xx}; written first byte first, unlike the switch holds it. */
    public static long station(int number) {
        return 0x0200_0000_0000L | number;
    }

    /** The same address as {@link weir.core.fdb.MacAddress} holds it, first byte lowest. */
    public static long toSwitchOrder(long mac) {
        return Long.reverseBytes(mac) >>> 16;
    }

    /** An untagged frame whose payload tells its number. */
    public static byte[] untagged(long destination, long source, int lengthBytes, int number) {
        byte[] frame = new byte[lengthBytes];
        writeMac(frame, 0, destination);
        writeMac(frame, MAC_BYTES, source);
        if (lengthBytes >= HEADER_BYTES) {
            writeShort(frame, TYPE_BYTE, LOCAL_EXPERIMENTAL);
        }
        for (int i = HEADER_BYTES; i < lengthBytes; i++) {
            frame[i] = (byte) (number >>> (8 * ((i - HEADER_BYTES) & 3)));
        }
        return frame;
    }

    /** The frame with one more tag in front of its type. */
    public static byte[] push(byte[] frame, int tagControl) {
        byte[] tagged = new byte[frame.length + TAG_BYTES];
        System.arraycopy(frame, 0, tagged, 0, TYPE_BYTE);
        writeShort(tagged, TYPE_BYTE, TPID);
        writeShort(tagged, TYPE_BYTE + 2, tagControl);
        System.arraycopy(frame, TYPE_BYTE, tagged, TYPE_BYTE + TAG_BYTES, frame.length - TYPE_BYTE);
        return tagged;
    }

    /** The frame without its outer tag. */
    public static byte[] pop(byte[] frame) {
        byte[] untagged = new byte[frame.length - TAG_BYTES];
        System.arraycopy(frame, 0, untagged, 0, TYPE_BYTE);
        System.arraycopy(frame, TYPE_BYTE + TAG_BYTES, untagged, TYPE_BYTE, untagged.length - TYPE_BYTE);
        return untagged;
    }

    public static void writeShort(byte[] frame, int at, int value) {
        ByteBuffer.wrap(frame).putShort(at, (short) value);
    }

    private static void writeMac(byte[] frame, int at, long mac) {
        for (int i = 0; i < MAC_BYTES && at + i < frame.length; i++) {
            frame[at + i] = (byte) (mac >>> (8 * (MAC_BYTES - 1 - i)));
        }
    }

    /** Asserts that two lists hold the same frames, in any order, and tells only the difference. */
    public static void assertSameFrames(List<byte[]> expected, List<byte[]> received, String where) {
        List<String> missing = hexOf(expected);
        List<String> unexpected = new ArrayList<>();
        for (String frame : hexOf(received)) {
            if (!missing.remove(frame)) {
                unexpected.add(frame);
            }
        }
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new AssertionError(where + ": missing " + missing + ", unexpected " + unexpected);
        }
    }

    /** Asserts that two lists hold the same frames in the same order. */
    public static void assertSameOrder(List<byte[]> expected, List<byte[]> received, String where) {
        assertSameFrames(expected, received, where);
        if (!hexOf(expected).equals(hexOf(received))) {
            throw new AssertionError(where + ": order is " + hexOf(received) + " instead of " + hexOf(expected));
        }
    }

    private static List<String> hexOf(List<byte[]> frames) {
        return new ArrayList<>(frames.stream().map(Frames::hex).toList());
    }

    /** Hexadecimal form of at most the first 40 bytes, and a digest of the whole. */
    public static String hex(byte[] frame) {
        String head = HexFormat.of().formatHex(frame, 0, Math.min(frame.length, 40));
        return frame.length + ":" + head + "#" + Integer.toHexString(Arrays.hashCode(frame));
    }
}
