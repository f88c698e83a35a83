// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Pieces of pcap files, after draft-ietf-opsawg-pcap. */
final class Captures {
    private static final int MAGIC_NANOS = 0xa1b23c4d;
    private static final int ETHERNET = 1;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Captures() {}

    /** A file's header, and records behind it. */
    static byte[] pcap(byte[]... records) {
        return pcapOf(ETHERNET, records);
    }

    static byte[] pcapOf(int linkType, byte[]... records) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(MAGIC_NANOS)
                .putShort((short) 2)
                .putShort((short) 4)
                .putLong(0)
                .putInt(0x40000)
                .putInt(linkType)
                .array());
        for (byte[] record : records) {
            file.writeBytes(record);
        }
        return file.toByteArray();
    }

    static byte[] record(long nanos, byte[] frame) {
        return ByteBuffer.allocate(16 + frame.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) (nanos / NANOS_PER_SECOND))
                .putInt((int) (nanos % NANOS_PER_SECOND))
                .putInt(frame.length)
                .putInt(frame.length)
                .put(frame)
                .array();
    }
}
