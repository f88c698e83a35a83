// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

/**
 * A pcap file, draft-ietf-opsawg-pcap: a header, then records. All numbers in the byte order of the magic.
 *
 * <pre>
 *  header  0        4        6        8          12         16         20         24
 *         +--------+--------+--------+----------+----------+----------+----------+
 *         | magic  | major  | minor  | reserved | reserved | snaplen  | link type|
 *         +--------+--------+--------+----------+----------+----------+----------+
 *  link type:   31..28 checksum (FCS) in 16-bit words, 26: that is valid, 15..0 link type
 *
 *  record  0         4            8          12         16
 *         +---------+------------+----------+----------+-----------------+
 *         | seconds | us or ns   | captured | on wire  | captured bytes  |
 *         +---------+------------+----------+----------+-----------------+
 * </pre>
 */
final class PcapLayout {
    static final int MAGIC_MICROS = 0xa1b2c3d4;
    static final int MAGIC_NANOS = 0xa1b23c4d;

    static final int HEADER_BYTES = 24;
    static final int MAJOR = 4;
    static final int MINOR = 6;
    static final int SNAPLEN = 16;
    static final int LINK_TYPE = 20;

    static final int VERSION_MAJOR = 2;
    static final int VERSION_MINOR = 4;

    static final int RECORD_BYTES = 16;
    static final int SECONDS = 0;
    static final int FRACTION = 4;
    static final int CAPTURED = 8;
    static final int ON_WIRE = 12;

    private static final int LINK_TYPE_MASK = 0xffff;
    private static final int HAS_CHECKSUM = 1 << 26;
    private static final int CHECKSUM_SHIFT = 28;

    private PcapLayout() {}

    static int linkType(int field) {
        return field & LINK_TYPE_MASK;
    }

    /** Bytes of checksum behind every frame. */
    static int checksumBytes(int field) {
        return (field & HAS_CHECKSUM) != 0 ? (field >>> CHECKSUM_SHIFT) * Short.BYTES : 0;
    }
}
