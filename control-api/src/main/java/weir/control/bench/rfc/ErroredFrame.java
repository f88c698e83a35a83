// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * Frames that a switch should not forward, as far as they can be sent and seen here (RFC 2889, 5.9). Frames of Weir have no
 * FCS, so that a wrong checksum and alignment cannot be made.
 */
public enum ErroredFrame {
    /** Less than an Ethernet header. */
    RUNT(13, "less than a header"),
    /** Shorter than a cable allows: 64 bytes with FCS. */
    UNDERSIZED(42, "less than 64 bytes with FCS"),
    /** Longer than 1,518 bytes with FCS. */
    OVERSIZED(1600, "more than 1,518 bytes with FCS"),
    /** From a multicast address. */
    MULTICAST_SOURCE(60, "from a multicast address"),
    /** From the address of nobody. */
    ZERO_SOURCE(60, "from 00:00:00:00:00:00"),
    /** A type that promises a tag, and nothing behind it. */
    BAD_TAG(16, "an 802.1Q type without room for a tag");

    private static final int ADDRESS_BYTES = 6;
    private static final byte LOCAL = 2;
    private static final byte MARK = 0x57;
    /** For local experiments: IEEE 802. */
    private static final short EXPERIMENTAL = (short) 0x88b5;

    private static final short TAG = (short) 0x8100;

    private final int bytes;
    private final String description;

    ErroredFrame(int bytes, String description) {
        this.bytes = bytes;
        this.description = description;
    }

    /** What is wrong with it, in a few words. */
    public String description() {
        return description;
    }

    /** As JSON has it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The frame. Its destination is a station that does not exist, so that whoever forwards it floods it. */
    byte[] bytes() {
        ByteBuffer frame = ByteBuffer.allocate(Math.max(bytes, 2 * ADDRESS_BYTES + Short.BYTES));
        frame.put(LOCAL).put(MARK).put((byte) ordinalOnWire()).put(new byte[] {0, 0, 1});
        frame.put(source());
        frame.putShort(this == BAD_TAG ? TAG : EXPERIMENTAL);
        byte[] whole = frame.array();
        return Arrays.copyOf(whole, bytes);
    }

    private byte[] source() {
        return switch (this) {
            case ZERO_SOURCE -> new byte[ADDRESS_BYTES];
            case MULTICAST_SOURCE -> new byte[] {LOCAL | 1, MARK, 0, 0, 0, 2};
            case RUNT, UNDERSIZED, OVERSIZED, BAD_TAG -> new byte[] {LOCAL, MARK, 0, 0, 0, 2};
        };
    }

    private int ordinalOnWire() {
        return label().hashCode() & 0x7f;
    }
}
